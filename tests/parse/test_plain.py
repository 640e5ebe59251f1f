"""Plain text: paragraphs, lists, headings and columns by what the layout shows, in English and Chinese."""

from pathlib import Path

from docqa.parse.parsed import Parsed
from docqa.parse.plain import read_plain


def read(folder: Path, text: str) -> Parsed:
    (folder / "a.txt").write_text(text, encoding="utf-8")
    return read_plain(folder / "a.txt")


def blocks(folder: Path, text: str) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, block.text) for block in read(folder, text).blocks]


def test_wrapped_lines_are_one_paragraph_and_double_spaces_one(tmp_path: Path):
    text = "The pump is primed before the first\nstart.  It is then vented until no more\nair comes out.\n\nDone."
    assert blocks(tmp_path, text) == [
        ("paragraph", 0, "The pump is primed before the first start. It is then vented until no more air comes out."),
        ("paragraph", 0, "Done."),
    ]


def test_numbered_and_capital_and_underlined_lines_are_headings_with_levels(tmp_path: Path):
    text = "OPERATING MANUAL\n\n1. Scope\n\nText of it.\n\n1.1 General\n\nMore text.\n\nNotes\n-----\n\nLast.\n"
    assert [block for block in blocks(tmp_path, text) if block[0] == "heading"] == [
        ("heading", 1, "OPERATING MANUAL"),
        ("heading", 1, "1. Scope"),
        ("heading", 2, "1.1 General"),
        ("heading", 2, "Notes"),
    ]


def test_chinese_articles_on_lines_of_their_own_are_paragraphs_and_chapters_are_headings(tmp_path: Path):
    text = "第一章 总则\n\n第一条 为了规范管理，制定本办法。\n第二条 本办法适用于所有单位，\n包括下属单位。\n"
    assert blocks(tmp_path, text) == [
        ("heading", 1, "第一章 总则"),
        ("paragraph", 0, "第一条 为了规范管理，制定本办法。"),
        ("paragraph", 0, "第二条 本办法适用于所有单位，包括下属单位。"),
    ]


def test_an_indented_first_line_begins_a_paragraph(tmp_path: Path):
    text = "　　操作人员应当在每班开始前检查油位、\n油温和振动。\n　　发现异常的，应当立即停机。\n"
    assert [text for _, _, text in blocks(tmp_path, text)] == [
        "操作人员应当在每班开始前检查油位、油温和振动。",
        "发现异常的，应当立即停机。",
    ]


def test_list_items_keep_their_markers_their_wrapped_lines_and_their_depth(tmp_path: Path):
    text = "Before the start:\n1. Open the suction valve\n   fully.\n   a) check the seal\n2. Start the motor.\n"
    assert blocks(tmp_path, text) == [
        ("paragraph", 0, "Before the start:"),
        ("list", 1, "1. Open the suction valve fully."),
        ("list", 2, "a) check the seal"),
        ("list", 1, "2. Start the motor."),
    ]


def test_columns_are_a_table_and_drawings_are_kept_as_they_stand(tmp_path: Path):
    text = "Name    Value   Unit\nspeed   1450    rpm\n\n  +--------+\n  | pump   |\n  +--------+\n"
    table, drawing = read(tmp_path, text).blocks
    assert (table.kind, table.rows, table.header_rows) == (
        "table",
        (("Name", "Value", "Unit"), ("speed", "1450", "rpm")),
        1,
    )
    assert (drawing.kind, drawing.text) == ("code", "+--------+\n| pump   |\n+--------+")


def test_sentences_with_two_spaces_between_them_are_no_columns(tmp_path: Path):
    text = "The first sentence ends.  The second goes on and is\nlonger than a line.  The third ends here."
    assert [kind for kind, _, _ in blocks(tmp_path, text)] == ["paragraph"]


def test_form_feeds_turn_the_page(tmp_path: Path):
    read_text = read(tmp_path, "First page.\f\fThird page.\n")
    assert [(page.number, page.skipped) for page in read_text.pages] == [(1, ""), (2, "blank"), (3, "")]
    assert [(block.text, block.page) for block in read_text.blocks] == [("First page.", 1), ("Third page.", 3)]


def test_a_guessed_encoding_is_told(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes("第一条 药品应当登记。".encode("gb18030"))
    found = read_plain(tmp_path / "a.txt")
    assert found.blocks[0].text == "第一条 药品应当登记。"
    assert "gb18030" in found.warnings[0]
