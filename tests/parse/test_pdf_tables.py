"""Tables in small PDFs: cells, their places, page breaks, and what must not become a table."""

from pathlib import Path

import pymupdf

from docqa.parse.pdf import read_pdf
from docqa.records import Block, rows_text

ROWS = [
    ["Unit", "Pressure (MPa)", "Interval"],
    ["Feed pump 2", "4.88", "6 months"],
    ["Acid tank", "7.57", "7 days"],
    ["Oil cooler", "9.43", "30 days"],
]
EDGES = (72, 200, 320, 430)
PROSE = "Operators shall confirm that the equipment is switched off and tagged before the guard is opened."


def ruled(page: pymupdf.Page, rows: list[list[str]], top: float) -> None:
    for i in range(len(rows) + 1):
        page.draw_line((EDGES[0], top + 18 * i), (EDGES[-1], top + 18 * i), width=0.7)
    for x in EDGES:
        page.draw_line((x, top), (x, top + 18 * len(rows)), width=0.7)
    for i, row in enumerate(rows):
        for x, text in zip(EDGES, row, strict=False):
            page.insert_text((x + 4, top + 18 * i + 12), text, fontsize=9)


def prose(page: pymupdf.Page, top: float, lines: int = 6) -> None:
    for i in range(lines):
        page.insert_text((72, top + 14 * i), PROSE, fontsize=9)


def tables(document: pymupdf.Document, folder: Path) -> tuple[list[Block], tuple[Block, ...]]:
    path = folder / "tables.pdf"
    document.save(path)
    blocks = read_pdf(path)[2]
    return [block for block in blocks if block.kind == "table"], blocks


def test_a_ruled_table_keeps_its_cells_and_leaves_the_paragraphs(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    prose(page, 80)
    ruled(page, ROWS, 180)
    prose(page, 290)
    (table,), blocks = tables(document, tmp_path)
    assert [list(row) for row in table.rows] == ROWS
    assert table.header_rows == 1
    assert table.text == rows_text(table.rows)
    assert not any("Feed pump" in block.text for block in blocks if block.kind != "table")


def test_a_decimal_in_a_cell_stays_whole_and_can_be_boxed(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    prose(page, 80)
    ruled(page, ROWS, 180)
    (table,), _ = tables(document, tmp_path)
    at = table.text.index("4.88")
    box = next(span.box.bbox for span in table.spans if span.start <= at < span.end)
    assert box is not None
    assert box[1] >= 190
    assert box[3] <= 220


def test_a_table_that_crosses_a_page_is_one_block_without_its_repeated_header(tmp_path: Path) -> None:
    document = pymupdf.open()
    first = document.new_page()
    prose(first, 80, lines=20)
    ruled(first, ROWS, 720)
    second = document.new_page()
    more = [[f"Valve {n}", f"1.{n}", f"{n} days"] for n in range(2, 6)]
    ruled(second, [ROWS[0], *more], 72)
    prose(second, 200)
    (table,), _ = tables(document, tmp_path)
    assert [list(row) for row in table.rows] == [*ROWS, *more]
    assert {span.box.page for span in table.spans} == {1, 2}


def test_two_columns_of_prose_are_no_table(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    for i in range(14):
        page.insert_text((50, 90 + 13 * i), "the casing is drained and the vent is left open", fontsize=10)
        page.insert_text((310, 90 + 13 * i), "the seal is kept dry and away from any bright light", fontsize=10)
    found, _ = tables(document, tmp_path)
    assert not found


def test_list_markers_set_apart_are_no_table(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    prose(page, 80)
    for i, step in enumerate(("Close the drain.", "Open the vent.", "Fill the casing.", "Start the motor.")):
        page.insert_text((72, 190 + 15 * i), f"{i + 1}.", fontsize=9)
        page.insert_text((100, 190 + 15 * i), step, fontsize=9)
    found, blocks = tables(document, tmp_path)
    assert not found
    assert next(block.text for block in blocks if block.kind == "list") == "1. Close the drain."
