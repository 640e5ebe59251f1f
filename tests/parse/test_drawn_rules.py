"""The rules of a page, drawn for the test: grids are told from frames, whatever else stands on the page."""

import pymupdf
import pytest

from docqa.parse.rules import Rules, read_rules


def drawn(*rectangles: tuple[float, float, float, float], lines: tuple[tuple[float, float, float, float], ...] = ()):
    page = pymupdf.open().new_page()
    for rectangle in rectangles:
        page.draw_rect(rectangle)
    for x0, y0, x1, y1 in lines:
        page.draw_line((x0, y0), (x1, y1))
    return read_rules(page)


def test_framed_listings_are_frames_however_many():
    groups = drawn((80, 100, 540, 200), (80, 250, 540, 300), (80, 400, 540, 420))
    assert [group.is_frame for group in groups] == [True] * 3
    assert not any(group.is_grid for group in groups)


def test_a_frame_whose_sides_are_drawn_line_by_line_is_one_that_goes_on_on_the_next_page_too():
    sides = tuple((x, y, x, y + 11) for x in (84, 540) for y in range(92, 700, 11))
    (group,) = drawn(lines=((82, 90, 542, 90), *sides))
    assert group.is_frame
    assert len(group.upright) == 2


def test_a_frame_with_inner_lines_both_ways_is_a_grid():
    (group,) = drawn((80, 100, 540, 200), lines=((80, 150, 540, 150), (300, 100, 300, 200)))
    assert group.is_grid
    assert not group.is_frame


def test_lines_across_a_frame_without_columns_are_no_grid_and_no_frame():
    (group,) = drawn((80, 100, 540, 200), lines=((80, 120, 540, 120), (80, 150, 540, 150)))
    assert not group.is_grid
    assert not group.is_frame


def test_the_three_rules_of_an_open_table_stand_alone():
    groups = drawn(lines=((80, 100, 540, 100), (80, 120, 540, 120), (80, 200, 540, 200)))
    assert [group.level for group in groups] == [[pytest.approx((80, y, 540, y))] for y in (100, 120, 200)]
    assert not any(group.is_frame or group.is_grid for group in groups)


def test_a_page_without_lines_has_no_rules():
    assert drawn() == []


def test_what_two_rules_need_to_meet():
    near, far = ((300, 102.5, 300, 190),), ((300, 104, 300, 190),)
    assert drawn(lines=((80, 100, 540, 100), *near)) == [Rules([(80, 100, 540, 100)], [(300, 102.5, 300, 190)])]
    assert drawn(lines=((80, 100, 540, 100), *far)) == [Rules([(80, 100, 540, 100)], [])]
