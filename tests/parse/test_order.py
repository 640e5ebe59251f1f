"""The XY cut on plain boxes: every box once, columns one after the other, titles between them."""

from hypothesis import given
from hypothesis import strategies as st

from docqa.parse.order import reading_order
from docqa.records import BBox

EM = 10.0


def column(x0: float, x1: float, top: float, count: int) -> list[BBox]:
    return [(x0, top + 12 * i, x1, top + 12 * i + 10) for i in range(count)]


def test_two_columns_are_read_one_after_the_other_whatever_the_stream_says() -> None:
    left, right = column(50, 280, 100, 8), column(310, 540, 100, 8)
    boxes = [box for pair in zip(right, left, strict=True) for box in pair]
    order = reading_order(boxes, EM)
    assert [[boxes[i] for i in sorted(group, key=lambda i: boxes[i][1])] for group in order] == [left, right]


def test_a_full_width_box_ends_the_columns_above_it() -> None:
    upper = column(50, 280, 100, 5) + column(310, 540, 100, 5)
    title = [(50.0, 180.0, 540.0, 195.0)]
    lower = column(50, 280, 210, 5) + column(310, 540, 210, 5)
    boxes = upper + title + lower
    order = [group for group in reading_order(boxes, EM) if group]
    assert [min(group) for group in order] == [0, 5, 10, 11, 16]


def test_the_first_lines_below_a_title_belong_to_their_columns() -> None:
    title = [(180.0, 46.0, 416.0, 69.0)]
    first = [(50.0, 74.0, 77.0, 88.0), *column(50, 204, 90, 6)]
    second = [(222.0, 75.0, 375.0, 85.0), (222.0, 87.0, 259.0, 97.0), *column(222, 375, 104, 5)]
    third = column(393, 546, 75, 7)
    boxes = title + first + second + third
    found = [sorted(group) for group in reading_order(boxes, EM)]
    assert found == [[0], [*range(1, 8)], [*range(8, 15)], [*range(15, 22)]]


def test_one_column_stays_whole() -> None:
    boxes = column(50, 540, 100, 12)
    assert len(reading_order(boxes, EM)) == 1


def test_short_cells_on_common_baselines_are_no_columns() -> None:
    boxes = column(50, 90, 100, 6) + column(200, 230, 100, 6)
    assert len(reading_order(boxes, EM)) == 1


coordinate = st.floats(0, 500, allow_nan=False)
extent = st.floats(1, 200, allow_nan=False)
box = st.builds(lambda x, y, w, h: (x, y, x + w, y + h), coordinate, coordinate, extent, extent)


@given(st.lists(box, max_size=30))
def test_every_box_is_read_exactly_once(boxes: list[BBox]) -> None:
    read = [index for group in reading_order(boxes, EM) for index in group]
    assert sorted(read) == list(range(len(boxes)))
