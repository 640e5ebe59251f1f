"""The rules of a page: the straight lines drawn on it, in groups of those that touch.

A group tells what its rules are for: a grid has an inner line in both directions; a frame, around a listing or a note,
has none, and its top and bottom are no rules of a table. Looking at groups and not at the whole page matters for cost:
PyMuPDF's finder takes 0.05 s to say that four framed listings are no table.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from docqa.records import BBox

MAX_DRAWINGS = 4000
"""Pages with more paths are maps and plots; looking for rules there takes seconds and finds none."""

_TOUCH = 3.0
"""How far apart, in points, two rules may end and still meet; PyMuPDF's finder takes the same."""


class Rules(NamedTuple):
    """Rules that touch, directly or through others; a side that was drawn piece by piece is one rule."""

    level: list[BBox]
    upright: list[BBox]

    @property
    def is_grid(self) -> bool:
        """Whether they may make two columns and two rows."""
        return len(_places(self.upright, 0)) > 2 and len(_places(self.level, 1)) > 2

    @property
    def is_frame(self) -> bool:
        """Whether they stand around something and part nothing; one that goes on on another page is open there."""
        return len(_places(self.upright, 0)) == 2 and len(_places(self.level, 1)) <= 2


def _places(rules: Sequence[BBox], axis: int) -> set[int]:
    return {round(rule[axis] / 3) for rule in rules}


def read_rules(page: Any) -> list[Rules]:
    """The rules of a pymupdf page: lines, thin rectangles, and the edges of stroked boxes."""
    drawings = page.get_cdrawings()
    if len(drawings) > MAX_DRAWINGS:
        return []
    level: list[BBox] = []
    upright: list[BBox] = []
    for path in drawings:
        for item in path["items"]:
            for x0, y0, x1, y1 in _strokes(item, path["type"]):
                if y1 - y0 < 3 and x1 - x0 > 20:
                    level.append((x0, y0, x1, y1))
                elif x1 - x0 < 3 and y1 - y0 > 6:
                    upright.append((x0, y0, x1, y1))
    return list(_groups(level, _joined(upright)))


def _strokes(item: Sequence[Any], kind: str) -> list[BBox]:
    if item[0] == "l":
        (ax, ay), (bx, by) = item[1], item[2]
        return [(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))]
    if item[0] != "re":
        return []
    x0, y0, x1, y1 = item[1]
    if "s" not in kind or min(x1 - x0, y1 - y0) < 3:
        return [(x0, y0, x1, y1)]
    return [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]


def _joined(upright: Sequence[BBox]) -> list[BBox]:
    """Upright rules, those that go on where another ends as one."""
    joined: list[BBox] = []
    for x0, y0, x1, y1 in sorted(upright, key=lambda rule: (round(rule[0] / 2), rule[1])):
        if joined and abs(joined[-1][0] - x0) <= _TOUCH and y0 - joined[-1][3] <= _TOUCH and y0 >= joined[-1][1]:
            last = joined.pop()
            joined.append((min(last[0], x0), last[1], max(last[2], x1), max(last[3], y1)))
        else:
            joined.append((x0, y0, x1, y1))
    return joined


def _groups(level: Sequence[BBox], upright: Sequence[BBox]) -> Iterator[Rules]:
    """The rules in groups of those that touch; an upright rule that touches none is left out."""
    root = list(range(len(level) + len(upright)))

    def group_of(number: int) -> int:
        while root[number] != number:
            root[number] = number = root[root[number]]
        return number

    for i, j in _touching(level, upright):
        root[group_of(len(level) + j)] = group_of(i)
    groups = {number: Rules([], []) for number in range(len(level)) if root[number] == number}
    for number, rule in enumerate(level):
        groups[group_of(number)].level.append(rule)
    for number, rule in enumerate(upright, start=len(level)):
        if (group := groups.get(group_of(number))) is not None:
            group.upright.append(rule)
    yield from groups.values()


def _touching(level: Sequence[BBox], upright: Sequence[BBox]) -> Iterator[tuple[int, int]]:
    """The places (i, j) of each level and upright rule that touch."""
    import numpy as np

    if level and upright:
        across, down = np.array(level)[:, None], np.array(upright)[None]
        apart = np.maximum(across[..., :2] - down[..., 2:], down[..., :2] - across[..., 2:]).max(axis=-1)
        yield from ((int(i), int(j)) for i, j in np.argwhere(apart <= _TOUCH))
