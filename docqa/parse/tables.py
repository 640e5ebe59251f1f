"""Tables: ruled ones from their lines, others where PyMuPDF's layout model sees them; both read word by word.

The layout and table models come in PyMuPDF's wheel and need no network, but cost 0.2 s a page, so they are asked only
about pages that show signs of a table which the rules have not explained. Rules of our own for borderless tables were
tried first: they took headings, and whole pages of prose, for tables. Of both only the cells' places are used, never
their texts: in PyMuPDF 2.0 those lose spaces and tear decimals apart ("4.88" comes back as "488" over "."), which a
set of questions about numbers cannot bear.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from docqa.parse.lines import Line, union
from docqa.parse.words import Word, segments, text_of, word_rows
from docqa.records import BBox
from docqa.text import join_lines

MAX_DRAWINGS = 4000
"""Pages with more paths are maps and plots; looking for rules there takes seconds and finds none."""

CAPTION = re.compile(
    r"(?:Table|Tab\.|Figure|Fig\.|Exhibit)\s+[A-Z]?\d+(?:[.-]\d+)?\s*(?:[.:|–—-]|\s(?=[A-Z(]))"
    r"|[表图圖]\s*[A-Z]?\d+(?:[-–.．]\d+)*[\s:：.．、]"
)
"""How a caption begins; "Table 3 shows" in a sentence does not."""


@dataclass(frozen=True)
class Cell:
    """One place of a table's grid; a merged cell stands in each of its places with the same text and box."""

    text: str
    bbox: BBox


@dataclass(frozen=True)
class Table:
    """A table on page ``page``: rows of equal length, the first ``header_rows`` of them its header."""

    page: int
    bbox: BBox
    rows: tuple[tuple[Cell, ...], ...]
    header_rows: int

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(cell.text for cell in row) for row in self.rows)


def find_tables(page: Any, number: int, pieces: Sequence[Line], words: Sequence[Word]) -> list[Table]:
    """The tables of a pymupdf page, from top to bottom.

    Args:
        number: the page's, from 1.
        pieces, words: of the whole page, as ``lines.read_pieces`` and ``words.read_words`` return them.
    """
    drawings = page.get_cdrawings()
    level, upright = _rules(drawings) if len(drawings) <= MAX_DRAWINGS else ([], [])
    found: list[Table] = []
    if len(level) > 2 and len(upright) > 2:
        found = _laid_out(number, page.find_tables(use_layout=False).tables, words)
    if _more_expected(found, level, pieces, words):
        import pymupdf.layout  # noqa: F401 - puts the models behind page.find_tables

        seen = _laid_out(number, page.find_tables().tables, words)
        found += [table for table in seen if not any(_overlap(table.bbox, other.bbox) for other in found)]
    return sorted(found, key=lambda table: (table.bbox[1], table.bbox[0]))


def _laid_out(number: int, candidates: Sequence[Any], words: Sequence[Word]) -> list[Table]:
    tables = (_from_cells(number, candidate.cells, words) for candidate in candidates)
    return [table for table in tables if table is not None]


def _more_expected(
    found: Sequence[Table], level: Sequence[BBox], pieces: Sequence[Line], words: Sequence[Word]
) -> bool:
    """Whether the page shows signs of a table that was not found: a caption, stacked rules, or rows of three cells."""
    captions = sum(bool(re.match(r"Tab|表", piece.text)) for piece in pieces if CAPTION.match(piece.text))
    if captions > len(found):
        return True
    free = [rule for rule in level if not any(_holds(table.bbox, rule) for table in found)]
    stacked = Counter((round(x0 / 4), round(x1 / 4)) for x0, _, x1, _ in free if x1 - x0 > 60)
    if max(stacked.values(), default=0) >= 3:
        return True
    rest = [word for word in words if not any(_holds(table.bbox, word.bbox) for table in found)]
    return sum(len(segments(row)) >= 3 for row in word_rows(rest)) >= 3


def _overlap(a: BBox, b: BBox) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 2 and min(a[3], b[3]) - max(a[1], b[1]) > 2


def _rules(drawings: Sequence[dict[str, Any]]) -> tuple[list[BBox], list[BBox]]:
    """Horizontal and vertical rules: lines, thin rectangles, and the edges of stroked boxes."""
    level: list[BBox] = []
    upright: list[BBox] = []
    for path in drawings:
        for item in path["items"]:
            for x0, y0, x1, y1 in _strokes(item, path["type"]):
                if y1 - y0 < 3 and x1 - x0 > 20:
                    level.append((x0, y0, x1, y1))
                elif x1 - x0 < 3 and y1 - y0 > 6:
                    upright.append((x0, y0, x1, y1))
    return level, upright


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


def _holds(outer: BBox, inner: BBox, slack: float = 2) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - slack <= x <= outer[2] + slack and outer[1] - slack <= y <= outer[3] + slack


def _from_cells(number: int, cells: Sequence[BBox], words: Sequence[Word]) -> Table | None:
    """Lay the cells on the grid of their edges; a merged cell fills every place it covers."""
    xs, ys = _edges(c[i] for c in cells for i in (0, 2)), _edges(c[i] for c in cells for i in (1, 3))
    if len(xs) < 3 or len(ys) < 3:
        return None
    grid = [[Cell("", (x0, y0, x1, y1)) for x0, x1 in _pairs(xs)] for y0, y1 in _pairs(ys)]
    spanning = [False] * len(grid)
    for x0, y0, x1, y1 in cells:
        inside = [word for word in words if _holds((x0, y0, x1, y1), word.bbox, 0)]
        cell = Cell(text_of(inside), (x0, y0, x1, y1))
        across = [i for i, (a, b) in enumerate(_pairs(xs)) if x0 < (a + b) / 2 < x1]
        down = [i for i, (a, b) in enumerate(_pairs(ys)) if y0 < (a + b) / 2 < y1]
        for row in down:
            spanning[row] = spanning[row] or (len(across) > 1 and bool(cell.text))
            for column in across:
                grid[row][column] = cell
    used = [i for i, row in enumerate(grid) if any(cell.text for cell in row)]
    columns = [i for i in range(len(xs) - 1) if any(row[i].text for row in grid)]
    rows = [[grid[i][j] for j in columns] for i in used]
    while rows and CAPTION.match("".join(cell.text for cell in rows[0]).lstrip()):
        del rows[0], used[0]
    if not rows:
        return None
    box = (xs[0], min(cell.bbox[1] for cell in rows[0]), xs[-1], ys[-1])
    header = 0
    while header < len(used) - 1 and spanning[used[header]] and len(set(rows[header])) > 1:
        header += 1
    return _checked(number, box, _wrapped(rows), header)


def _edges(values: Any) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > 3:
            edges.append(value)
    return edges


def _pairs(values: Sequence[float]) -> list[tuple[float, float]]:
    return list(pairwise(values))


def _checked(number: int, box: BBox, rows: list[list[Cell]], above: int = 0) -> Table | None:
    """A table has two rows and columns, mostly filled with short texts; frames around prose and plots do not."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    texts = [cell.text for row in rows for cell in row]
    filled = [text for text in texts if text]
    if len(filled) < 0.35 * len(texts) or max(map(len, filled)) > 1500 or sum(map(len, filled)) / len(filled) > 250:
        return None
    header = above + 1 if above else int(_is_header([cell.text for cell in rows[0]]))
    return Table(number, box, tuple(map(tuple, rows)), min(header, len(rows) - 1))


_FIGURE = re.compile(r"[\d.,%\s()/€$£¥+−-]*\d[\d.,%\s()/€$£¥+−-]*")


def _is_header(row: Sequence[str]) -> bool:
    """Whether a first row names its columns: it does unless most of it is figures (years may head columns)."""
    figures = [text for text in row if _FIGURE.fullmatch(text) and not re.fullmatch(r"(?:19|20)\d\d", text)]
    return len(figures) <= len(row) / 3


def _wrapped(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Give a row that holds only the rest of some cells above it back to that row.

    Such a row begins in lower case, or has nothing in its first cell and little in the others.
    """
    kept: list[list[Cell]] = []
    for row in rows:
        rest = [cell.text for cell in row if cell.text]
        lower = len(rest) < len(row) and all(text[0].islower() or text[0] in "·,，、)）" for text in rest)
        if kept and (lower or (not row[0].text and 2 * len(rest) <= len(row))):
            kept[-1] = [
                Cell(join_lines(above.text, cell.text), union((above.bbox, cell.bbox))) if cell.text else above
                for above, cell in zip(kept[-1], row, strict=True)
            ]
        else:
            kept.append(row)
    return kept


def goes_on(first: Table, second: Table) -> bool:
    """Whether ``second``, at the top of the next page, goes on with ``first``: as many columns, the same edges."""
    near = abs(first.bbox[0] - second.bbox[0]) < 8 and abs(first.bbox[2] - second.bbox[2]) < 12
    return second.page == first.page + 1 and near and len(first.rows[0]) == len(second.rows[0])


def rest_of(first: Table, second: Table) -> Table | None:
    """``second`` without the header rows of ``first`` that it repeats; None when nothing is left."""
    repeated = 0
    while repeated < min(first.header_rows, len(second.rows)) and second.texts[repeated] == first.texts[repeated]:
        repeated += 1
    rows = second.rows[repeated:]
    return Table(second.page, second.bbox, rows, 0) if rows else None
