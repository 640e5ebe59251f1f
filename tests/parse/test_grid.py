"""Cells with places become rows of text: columns taken for one are parted, the rest of a cell goes back to it."""

from itertools import pairwise

import pymupdf
import pytest

from docqa.parse.grid import Placement, Rows, rows_in_columns, rows_of
from docqa.parse.words import Word, read_words

EM = 10.0


def words(*lines: tuple[float, float, str]) -> list[Word]:
    """The words of texts at (x, y), each character half an em wide."""
    found = []
    for x, y, text in lines:
        for part in text.split(" "):
            width = len(part) * EM / 2
            if part:
                found.append(Word(part, (x, y, x + width, y + EM)))
            x += width + EM / 4
    return found


def grid(edges: list[float], rows: int, pitch: float = 20) -> list[list[Placement]]:
    return [[Placement((x0, pitch * row, x1, pitch * (row + 1))) for x0, x1 in pairwise(edges)] for row in range(rows)]


def texts(rows: Rows) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows]


def test_columns_that_were_taken_for_one_are_parted_where_white_runs_down():
    lines = [(2.0, 5.0 + 20 * row, f"Pump {row}") for row in range(5)]
    lines += [(x, 5.0 + 20 * row, f"{row}{x:.0f}") for row in range(5) for x in (60.0, 100.0)]
    assert texts(rows_of(grid([0, 50, 150], 5), words(*lines))) == [
        [f"Pump {row}", f"{row}60", f"{row}100"] for row in range(5)
    ]


def test_a_currency_sign_apart_from_its_figure_is_no_column():
    lines = [(x, 5.0 + 20 * row, text) for row in range(5) for x, text in ((2.0, "Pump"), (60.0, "$"), (100.0, "12"))]
    assert texts(rows_of(grid([0, 50, 150], 5), words(*lines))) == [["Pump", "$ 12"]] * 5


def test_a_header_over_parted_columns_spans_them():
    lines = [(2.0, 5.0, "Part"), (60.0, 5.0, "Price of the year")]
    lines += [
        (x, 5.0 + 20 * row, text) for row in range(1, 6) for x, text in ((2.0, "Bolt"), (60.0, "10"), (100.0, "12"))
    ]
    found = rows_of(grid([0, 50, 150], 6), words(*lines))
    assert texts(found)[:2] == [["Part", "Price of the year", "Price of the year"], ["Bolt", "10", "12"]]
    assert found[0][1] == found[0][2]


def test_a_merged_cell_stands_in_each_of_its_places_and_empty_columns_are_left_out():
    placements = [
        [Placement((0, 0, 50, 40), rowspan=2), Placement((50, 0, 150, 20), colspan=2), Placement((150, 0, 160, 20))],
        [Placement((50, 20, 100, 40)), Placement((100, 20, 150, 40)), Placement((150, 20, 160, 40))],
        [Placement((x, 40, x + 50, 60)) for x in (0, 50, 100)] + [Placement(None)],
    ]
    found = words((2, 15, "Model"), (60, 5, "Limits"), (52, 25, "Head"), (102, 25, "Flow"))
    found += words((2, 45, "XJ"), (52, 45, "45"), (102, 45, "12"))
    assert texts(rows_of(placements, found)) == [
        ["Model", "Limits", "Limits"],
        ["Model", "Head", "Flow"],
        ["XJ", "45", "12"],
    ]


@pytest.mark.parametrize(
    ("second", "rows"),
    [
        (("", "and again after it"), [["Oil", "Before start and again after it"]]),
        (("", "after (twice)"), [["Oil", "Before start after (twice)"]]),
        (("", "2 hours later"), [["Oil", "Before start"], ["", "2 hours later"]]),
        (("", "Never"), [["Oil", "Before start"], ["", "Never"]]),
        (("Fat", "daily"), [["Oil", "Before start"], ["Fat", "daily"]]),
    ],
)
def test_a_row_that_is_the_rest_of_a_cell_goes_back_to_it(second: tuple[str, str], rows: list[list[str]]):
    lines = [(2.0, 5.0, "Oil"), (60.0, 5.0, "Before start"), (2.0, 25.0, second[0]), (60.0, 25.0, second[1])]
    assert texts(rows_of(grid([0, 50, 250], 2), words(*lines))) == rows


def test_a_header_taken_for_one_row_with_the_first_figures_is_parted():
    lines = [
        (x, y, text)
        for x, *both in ((2.0, "Year", "2024"), (60.0, "Sum", "7"), (110.0, "%", "3.5"))
        for y, text in zip((2.0, 14.0), both, strict=True)
    ]
    lines += [(x, 31.0, text) for x, text in ((2.0, "2025"), (60.0, "9"), (110.0, "4.5"))]
    placements = [
        [Placement((x, 0, x + 50, 28)) for x in (0, 50, 100)],
        [Placement((x, 28, x + 50, 45)) for x in (0, 50, 100)],
    ]
    assert texts(rows_of(placements, words(*lines))) == [
        ["Year", "Sum", "%"],
        ["2024", "7", "3.5"],
        ["2025", "9", "4.5"],
    ]


def test_the_end_of_a_header_s_lines_is_no_column_of_its_own():
    lines = [(2.0, 5.0, "Name"), (52.0, 5.0, "Share of all")]
    lines += [(x, 5.0 + 20 * row, text) for row in range(1, 6) for x, text in ((2.0, "Bolt"), (52.0, "10"))]
    assert texts(rows_of(grid([0, 50, 92, 120], 6), words(*lines)))[:2] == [["Name", "Share of all"], ["Bolt", "10"]]


def test_leaders_are_no_text():
    lines = [(x, 5.0 + 20 * row, text) for row in range(2) for x, text in ((2.0, "0.99 ..........."), (100.0, "800"))]
    assert texts(rows_of(grid([0, 90, 150], 2), words(*lines))) == [["0.99", "800"]] * 2


def test_text_in_three_columns_without_a_rule_is_read_as_rows_and_prose_is_not():
    table = words(
        *((x, 20.0 * row, f"{name}{row}") for row in range(4) for x, name in ((0, "a"), (60, "b"), (120, "c")))
    )
    assert texts(rows_in_columns(table)) == [[f"{name}{row}" for name in "abc"] for row in range(4)]
    prose = words(
        *((0.0, 20.0 * row, f"The pump {row} is started after the valve {row} has been opened") for row in range(6))
    )
    assert rows_in_columns(prose) == []


def test_words_of_two_cells_of_chinese_are_two_though_no_space_parts_them():
    page = pymupdf.open().new_page()
    page.insert_text((72, 100), "额定压力", fontname="china-s", fontsize=10)
    page.insert_text((115, 100), "检修周期", fontname="china-s", fontsize=10)
    assert [word.text for word in read_words(page)] == ["额定压力", "检修周期"]
