"""Markdown, tables and documents are read into the same content, markup aside."""

from pathlib import Path

import pytest

from docqa.bench.tables import Cell, grid_table, table_of
from docqa.bench.truth import from_document, from_lines, from_markdown, read_truth
from docqa.errors import SettingsError
from docqa.records import Block, Document, Page, rows_text

MARKDOWN = """# Pump manual

The **rated** pressure is `7.5` MPa; see <package>_*version* and [annex](https://example.org).

- first
  1. below
  2. below

```
# no heading
x = 1
```

## Parameters

| unit | limit |
|---|---|
| *pump*<br>two | 9 |

<table><tr><td rowspan="2">unit</td><td colspan="2">limits</td></tr><tr><td>low</td><td>high</td></tr></table>

<!-- page 2 -->
"""


def test_markdown_is_read_without_its_marks():
    content = from_markdown(MARKDOWN)
    assert content.headings == [(1, "Pump manual"), (2, "Parameters")]
    assert content.text.splitlines()[1:7] == [
        "The rated pressure is 7.5 MPa; see <package>_version and annex.",
        "first",
        "1. below",
        "2. below",
        "# no heading",
        "x = 1",
    ]
    assert "page 2" not in content.text


def test_markdown_tables_with_pipes_and_html_tables_with_spans():
    pipes, merged = from_markdown(MARKDOWN).tables
    assert pipes == grid_table([["unit", "limit"], ["pump two", "9"]])
    assert merged == table_of(
        [
            Cell(0, 0, "unit", rows=2),
            Cell(0, 1, "limits", columns=2),
            Cell(1, 1, "low"),
            Cell(1, 2, "high"),
        ]
    )
    assert merged.unmerged(repeat=True) == grid_table([["unit", "limits", "limits"], ["unit", "low", "high"]])


def test_a_file_of_tables(tmp_path: Path):
    path = tmp_path / "a.tables.json"
    path.write_text('{"tables": [{"cells": [[0, 0, 0, 1, "head"], [1, 0, 1, 0, "a"], [1, 1, 1, 1, "b"]]}]}')
    content = read_truth(path)
    assert not content.has_text
    assert content.tables == [table_of([Cell(0, 0, "head", columns=2), Cell(1, 0, "a"), Cell(1, 1, "b")])]


@pytest.mark.parametrize("text", ["[]", "{", '{"tables": [{}]}', '{"tables": [{"cells": [[1]]}]}'])
def test_a_file_that_is_no_file_of_tables_is_named(tmp_path: Path, text: str):
    path = tmp_path / "a.tables.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"a\.tables\.json: not a file of tables"):
        read_truth(path)


def test_a_document_gives_its_blocks():
    rows = (("unit", "limit"), ("pump", "9"))
    document = Document(
        id="0",
        path="a.pdf",
        media_type="application/pdf",
        title="a",
        language="en",
        pages=(Page(number=1),),
        blocks=(
            Block(kind="heading", text="Pump", level=2),
            Block(kind="list", text="• first", level=1),
            Block(kind="table", text=rows_text(rows), rows=rows),
        ),
    )
    content = from_document(document)
    assert content.headings == [(2, "Pump")]
    assert content.tables == [grid_table(rows)]
    assert content.text == "Pump\nfirst\nunit\tlimit\npump\t9"
    assert content.pages == 1


def test_what_stands_after_a_title_can_be_left_out():
    content = from_lines("Summary\nReferences are below.\nREFERENCES\nA. Author, 2020")
    assert content.up_to("References").text == "Summary\nReferences are below."
    assert content.up_to("Annex") == content
