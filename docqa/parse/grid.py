"""Cells as PyMuPDF places them become rows of text, read word by word and set right where columns or rows are wrong.

Of PyMuPDF's tables only the cells' places are used, never their texts: in 2.0 those lose spaces and tear decimals apart
("4.88" comes back as "488" over "."), which a set of questions about numbers cannot bear. Two mistakes of its models
are mended. Columns without rules between them are taken for one, which shows in white space that runs through all of
its lines. And each line of a cell that is wrapped is taken for a row.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from docqa.parse.lines import union
from docqa.parse.words import Word, text_of, word_rows
from docqa.records import BBox
from docqa.text import join_lines, vocabulary

_LEADERS = re.compile(r"[.…·_=-]{4,}")
"""What leads the eye from a row's name to its figures; it is no text."""

_GUTTER = 0.7
"""Of the words' height: the least white space between two columns; twice the space between two words."""

_SPACE = 0.5
"""Of their height: the most that two words of one phrase stand apart."""

_SUPPORT = 0.6
"""The share of a column's lines that must have text on both sides of a gutter."""


@dataclass(frozen=True)
class Cell:
    """One place of a table's grid; a merged cell stands in each of its places with the same text and box."""

    text: str
    bbox: BBox


Rows = list[list[Cell]]


@dataclass(frozen=True)
class Placement:
    """A cell's box and spans, as PyMuPDF's own record of them."""

    bbox: BBox | None
    colspan: int = 1
    rowspan: int = 1


@dataclass(frozen=True)
class _Place:
    """A cell's rows and columns, the last ones excluded, and its words."""

    top: int
    bottom: int
    left: int
    right: int
    bbox: BBox
    words: tuple[Word, ...]


def rows_of(placements: Sequence[Sequence[Any]], words: Sequence[Word]) -> Rows:
    """The rows of a table, empty rows and columns left out.

    Args:
        placements: rows of cells with spans, as of ``page.find_tables(refine=True)``.
        words: of the page.
    """
    places = _join_columns(_split_columns(_split_header(_places(placements, words))))
    return _filled(places, _vocabulary(words))


def rows_in_columns(words: Sequence[Word]) -> Rows:
    """The rows of a text that is set in three columns or more without a rule; none when it is not."""
    lines = word_rows(words)
    cuts = _gutters(lines)
    if len(lines) < 3 or len(cuts) < 2:
        return []
    whole = [_Place(row, row + 1, 0, 1, union(w.bbox for w in line), tuple(line)) for row, line in enumerate(lines)]
    return _filled(_cut(whole, 0, cuts), _vocabulary(words))


def _vocabulary(words: Iterable[Word]) -> frozenset[str]:
    return vocabulary(word.text for word in words)


def _places(placements: Sequence[Sequence[Any]], words: Sequence[Word]) -> list[_Place]:
    """Lay the cells on their grid; each word goes to the first cell that holds its middle."""
    free = [word for word in words if not _LEADERS.fullmatch(word.text)]
    taken: set[tuple[int, int]] = set()
    places = []
    for row, cells in enumerate(placements):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            bottom, right = row + cell.rowspan, column + cell.colspan
            taken |= {(y, x) for y in range(row, bottom) for x in range(column, right)}
            x0, y0, x1, y1 = cell.bbox or (0.0, 0.0, 0.0, 0.0)
            inside: list[Word] = []
            rest: list[Word] = []
            for word in free:
                x, y = word.middle
                (inside if x0 <= x <= x1 and y0 <= y <= y1 else rest).append(word)
            free = rest
            places.append(_Place(row, bottom, column, right, (x0, y0, x1, y1), tuple(inside)))
            column = right
    return places


# ------------------------------------------------------------------------------------------------------------ columns


def _split_columns(places: list[_Place]) -> list[_Place]:
    for column in reversed(range(max((place.right for place in places), default=0))):
        own = [place for place in places if (place.left, place.right) == (column, column + 1)]
        if cuts := _gutters([line for place in own for line in word_rows(place.words)]):
            places = _cut(places, column, cuts)
    return places


def _gutters(lines: Sequence[Sequence[Word]]) -> list[float]:
    """Where white space runs down through a column's lines, but for a few such as headings, with text on both sides."""
    if len(lines) < 3:
        return []
    height = median(_height(word) for line in lines for word in line)
    crossing = (len(lines) + 2) // 8
    cuts = []
    for x0, x1 in _free(lines, crossing):
        cut = (x0 + x1) / 2
        both = sum(_speaks(line, 0, cut) and _speaks(line, cut, 1e9) for line in lines)
        if x1 - x0 >= _GUTTER * height and both >= max(3, _SUPPORT * len(lines)):
            cuts.append(cut)
    return cuts


def _speaks(line: Iterable[Word], x0: float, x1: float) -> bool:
    """Whether a letter or digit stands there: a currency sign apart from its figure is no column."""
    return any(x0 <= word.middle[0] < x1 and any(char.isalnum() for char in word.text) for word in line)


def _free(lines: Sequence[Sequence[Word]], crossing: int) -> list[tuple[float, float]]:
    """The intervals that words of at most ``crossing`` lines reach into, between the first and the last word."""
    edges = sorted(
        edge for line in lines for word in line for edge in ((word.bbox[0], 1), (max(word.bbox[0], word.bbox[2]), -1))
    )
    free, depth, start = [], 0, None
    for at, step in edges:
        depth += step
        if depth <= crossing and step < 0 and start is None:
            start = at
        elif depth > crossing and start is not None:
            free.append((start, at))
            start = None
    return free


def _cut(places: Sequence[_Place], column: int, cuts: Sequence[float]) -> list[_Place]:
    """Make ``len(cuts) + 1`` columns of one; a cell whose words run over a cut keeps them all."""
    made = []
    for place in places:
        if place.left > column:
            made.append(replace(place, left=place.left + len(cuts), right=place.right + len(cuts)))
        elif place.right <= column:
            made.append(place)
        elif place.right - place.left > 1 or _crosses(place.words, cuts):
            made.append(replace(place, right=place.right + len(cuts)))
        else:
            edges = [place.bbox[0], *cuts, place.bbox[2]]
            for at, (x0, x1) in enumerate(pairwise(edges)):
                first, last = x0 if at else -1e9, x1 if at < len(cuts) else 1e9
                words = tuple(word for word in place.words if first <= word.middle[0] < last)
                box = (x0, place.bbox[1], x1, place.bbox[3])
                made.append(replace(place, left=column + at, right=column + at + 1, bbox=box, words=words))
    return made


def _crosses(words: Sequence[Word], cuts: Sequence[float]) -> bool:
    """Whether a line's words run over a cut; those of a header that is too wide for its columns stand one in each."""
    columns = [sum(word.middle[0] > cut for cut in cuts) for word in words]
    if sorted(columns) == list(range(len(cuts) + 1)):
        return False
    return any(_runs_over(line, cut) for line in word_rows(words) for cut in cuts)


def _runs_over(line: Sequence[Word], cut: float) -> bool:
    """Whether a word reaches over the cut, or two stand on its sides at no more than the distance of words."""
    near = any(
        a.middle[0] < cut < b.middle[0] and b.bbox[0] - a.bbox[2] < _SPACE * _height(b) for a, b in pairwise(line)
    )
    return near or any(word.bbox[0] < cut - 1 and word.bbox[2] > cut + 1 for word in line)


def _height(word: Word) -> float:
    return word.bbox[3] - word.bbox[1]


def _join_columns(places: list[_Place]) -> list[_Place]:
    """Give a column back to the one before it that holds nothing but the ends of its neighbour's lines of header."""
    for column in reversed(range(1, max((place.right for place in places), default=0))):
        own = [place for place in places if (place.left, place.right) == (column, column + 1)]
        filled = [place for place in own if place.words]
        before = {place.top: place for place in places if place.right == column and place.right - place.left == 1}
        if not filled or len(own) < 4 or len(filled) > len(own) / 3:
            continue
        if all(place.top in before and _runs_on(before[place.top].words, place.words) for place in filled):
            joined = {id(before[place.top]): place for place in filled}
            places = [_joined(place, joined.get(id(place)), column) for place in places if place not in own]
    return places


def _runs_on(first: Sequence[Word], second: Sequence[Word]) -> bool:
    """Whether a line of the second cell goes on from one of the first at the distance of a word."""
    return any(
        min(a.bbox[3], b.bbox[3]) - max(a.bbox[1], b.bbox[1]) > 0.5 * _height(b)
        and -1 < b.bbox[0] - a.bbox[2] < _SPACE * _height(b)
        for a in first
        for b in second
    )


def _joined(place: _Place, rest: _Place | None, column: int) -> _Place:
    """The place with the rest of it, in a grid that has ``column`` no more."""
    left, right = place.left - (place.left > column), place.right - (place.right > column)
    if rest is None:
        return replace(place, left=left, right=right)
    return replace(
        place, left=left, right=right, bbox=union((place.bbox, rest.bbox)), words=(*place.words, *rest.words)
    )


# --------------------------------------------------------------------------------------------------------------- rows


def _split_header(places: list[_Place]) -> list[_Place]:
    """Part a header from the first row of figures where both were taken for one row."""
    first = [place for place in places if place.top == 0]
    lines = {id(place): word_rows(place.words) for place in first if place.words}
    if len(lines) < 3 or any(place.bottom > 1 for place in first) or {len(rows) for rows in lines.values()} != {2}:
        return places
    below = [_is_figure(rows[1]) for rows in lines.values()]
    if any(_is_figure(rows[0]) for rows in lines.values()) or 2 * sum(below) < len(below):
        return places
    halves = []
    for place in first:
        above, under = lines.get(id(place), ((), ()))
        halves += [replace(place, words=tuple(above)), replace(place, top=1, bottom=2, words=tuple(under))]
    rest = [replace(place, top=place.top + 1, bottom=place.bottom + 1) for place in places if place.top]
    return [*halves, *rest]


def _is_figure(line: Sequence[Word]) -> bool:
    text = "".join(word.text for word in line)
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def _filled(places: Sequence[_Place], known: Collection[str]) -> Rows:
    """The grid without the rows and columns that hold nothing; wrapped cells made whole."""
    height = max((place.bottom for place in places), default=0)
    width = max((place.right for place in places), default=0)
    nothing = Cell("", (0.0, 0.0, 0.0, 0.0))
    grid = [[nothing] * width for _ in range(height)]
    edges: list[list[Word]] = [[] for _ in range(height)]
    for place in places:
        cell = Cell(text_of(place.words, known), place.bbox)
        for row in range(place.top, place.bottom):
            for column in range(place.left, place.right):
                grid[row][column] = cell
        if place.bottom == place.top + 1:
            edges[place.top] += place.words
    columns = [column for column in range(width) if any(row[column].text for row in grid)]
    used = [row for row in range(height) if any(cell.text for cell in grid[row])]
    rows = [[grid[row][column] for column in columns] for row in used]
    return _unwrapped(rows, _gaps([edges[row] for row in used]), known)


def _gaps(rows: Sequence[Sequence[Word]]) -> list[float]:
    """The white space above each row's words; 0 where that is not known."""
    gaps = [0.0]
    for above, row in pairwise(rows):
        known = above and row
        gaps.append(min(w.bbox[1] for w in row) - max(w.bbox[3] for w in above) if known else 0.0)
    return gaps[: len(rows)]


def _begins(text: str) -> bool:
    """Whether a cell's text begins with a capital or a figure; Chinese never does."""
    return text[0].isupper() or text[0].isdigit()


def _unwrapped(rows: Rows, gaps: Sequence[float], known: Collection[str]) -> Rows:
    """Give a row that holds only the rest of some cells above it back to that row.

    Such a row has text only below text, and begins in lower case, or has nothing in its first cell and little in the
    others. If some of it looks like a beginning, it must stand closer to the row above than rows do (``gaps``).
    """
    usual = median([gap for row, gap in zip(rows, gaps, strict=True) if row and row[0].text and gap > 0] or [0.0])
    kept: Rows = []
    for row, gap in zip(rows, gaps, strict=True):
        rest = [cell.text for cell in row if cell.text]
        below = kept and all(above.text for above, cell in zip(kept[-1], row, strict=True) if cell.text)
        lower = len(rest) < len(row) and all(text[0].islower() or text[0] in "·,，、)）" for text in rest)
        little = not row[0].text and 2 * len(rest) <= len(row)
        close = gap < 0.6 * usual if any(map(_begins, rest)) else True
        if below and (lower or (little and close)):
            kept[-1] = [
                Cell(join_lines(above.text, cell.text, known), union((above.bbox, cell.bbox))) if cell.text else above
                for above, cell in zip(kept[-1], row, strict=True)
            ]
        else:
            kept.append(row)
    return kept
