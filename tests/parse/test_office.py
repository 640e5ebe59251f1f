"""docx, html, md and txt keep their headings, lists, tables and code, and nothing leaves the machine."""

import subprocess
import sys
from pathlib import Path

import docx
import pytest

from docqa.errors import ParseError
from docqa.parse import find_documents, parse_file
from docqa.parse.show import to_json, to_markdown
from docqa.records import Document, rows_text

MARKDOWN = """# Pump manual

The **XJ-200** pump lifts water.

## Starting

1. Open the suction valve.
2. Start the motor.

- Wear gloves.

```sh
pump --start
```

| Part | Torque |
|------|--------|
| Bolt | 45 N·m |
"""

HTML = """<html><head><title>Complaints</title><script>var x = 1;</script></head><body><h1>How to complain</h1>
<p>A complaint is free of charge and may be made within three years.</p>
<ol><li>Write to the office.</li><li>Wait for the reply.</li></ol>
<table><tr><th>Body</th><th>Days</th></tr><tr><td rowspan="2">Office</td><td>15</td></tr><tr><td>30</td></tr></table>
</body></html>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    (folder / "a.md").write_text(MARKDOWN, encoding="utf-8")
    (folder / "b.html").write_text(HTML, encoding="utf-8")
    (folder / "c.txt").write_text(
        "The pump is checked every day.\n\n泵每天检查一次，并且应当登记结果。\n", encoding="utf-8"
    )
    document = docx.Document()
    document.add_heading("药品管理", level=1)
    document.add_paragraph("药品应当登记。")
    document.add_paragraph("先核对数量。", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["药品", "期限", "胰岛素", "28 日"], strict=True):
        cell.text = text
    document.save(folder / "d.docx")
    return folder


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in document.blocks]


def test_markdown_keeps_levels_numbers_code_and_tables(folder: Path):
    document = parse_file(folder / "a.md", folder)
    assert document.title == "Pump manual"
    assert kinds(document) == [
        ("heading", "Pump manual"),
        ("paragraph", "The XJ-200 pump lifts water."),
        ("heading", "Starting"),
        ("list", "1. Open the suction valve."),
        ("list", "2. Start the motor."),
        ("list", "• Wear gloves."),
        ("code", "pump --start"),
        ("table", rows_text([("Part", "Torque"), ("Bolt", "45 N·m")])),
    ]
    assert [block.level for block in document.blocks if block.kind == "heading"] == [1, 2]


def test_html_gives_text_without_scripts_and_spans_repeat_in_their_places(folder: Path):
    document = parse_file(folder / "b.html", folder)
    assert "var x" not in to_json(document)
    assert ("list", "2. Wait for the reply.") in kinds(document)
    (table,) = [block for block in document.blocks if block.kind == "table"]
    assert table.rows == (("Body", "Days"), ("Office", "15"), ("Office", "30"))
    assert table.header_rows == 1


def test_docx_and_txt_are_read_in_both_languages(folder: Path):
    word = parse_file(folder / "d.docx", folder)
    assert word.language == "zh"
    assert kinds(word)[:3] == [("heading", "药品管理"), ("paragraph", "药品应当登记。"), ("list", "• 先核对数量。")]
    assert word.blocks[3].rows == (("药品", "期限"), ("胰岛素", "28 日"))
    assert "泵每天检查一次，并且应当登记结果。" in to_markdown(parse_file(folder / "c.txt", folder))


CUT_OFF = """
import socket, sys
from pathlib import Path

def refuse(*args, **kwargs):
    raise AssertionError("the network was asked for")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from docqa.parse import parse_file
for path in sorted(Path(sys.argv[1]).iterdir()):
    assert parse_file(path, path.parent).blocks, path
"""


def test_every_format_is_read_with_the_network_cut(folder: Path):
    done = subprocess.run([sys.executable, "-c", CUT_OFF, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "unstructured.io" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt", b"%PDF-1.7 in disguise", "wrong-type"),
        ("a.md", b"PK\x03\x04 a zip", "wrong-type"),
        ("a.docx", b"plain text", "wrong-type"),
        ("a.html", b"", "empty"),
        ("a.txt", b" \n \n", "empty"),
        ("a.xyz", b"text", "unsupported"),
    ],
)
def test_content_that_is_not_what_the_suffix_says_is_refused(tmp_path: Path, name: str, data: bytes, kind: str):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ParseError) as refused:
        parse_file(tmp_path / name, tmp_path)
    assert refused.value.kind == kind


def test_hidden_files_and_lock_files_are_passed_over_and_others_are_named(tmp_path: Path):
    for name in ("b.pdf", "a.md", ".hidden.pdf", "~$b.docx", "notes.xyz", "sub/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    documents, others = find_documents(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in documents] == ["a.md", "b.pdf", "sub/c.txt"]
    assert [path.name for path in others] == ["notes.xyz"]
