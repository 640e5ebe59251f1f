"""Tables: ruled ones from their lines, others where PyMuPDF's layout model sees them.

The layout and table models come in PyMuPDF's wheel and need no network, but cost 0.2 s a page, so they are asked only
about pages that show signs of a table which the rules have not explained: rules that make a plain grid, all of it
filled, are enough. Rules of our own for borderless tables were tried first: they took headings, and whole pages of
prose, for tables. What is in the cells is read by ``grid``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from docqa.parse import layout_model
from docqa.parse.grid import Cell, Placement, Rows, rows_in_columns, rows_of
from docqa.parse.lines import Line, union
from docqa.parse.rules import read_rules
from docqa.parse.words import Word, read_words, segments, word_rows
from docqa.records import BBox

CAPTION = re.compile(
    r"(?:Table|Tab\.|Figure|Fig\.|Exhibit)\s+[A-Z]?\d+(?:[.-]\d+)?\s*(?:[.:|–—-]|\s(?=[A-Z(]))"
    r"|[表图圖]\s*[A-Z]?\d+(?:[-–.．]\d+)*[\s:：.．、]"
)
"""How a caption begins; "Table 3 shows" in a sentence does not."""


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


def find_tables(page: Any, number: int, pieces: Sequence[Line]) -> list[Table]:
    """The tables of a pymupdf page, from top to bottom.

    Args:
        number: the page's, from 1.
        pieces: of lines, as ``lines.read_pieces`` returns them, of the whole page.
    """
    groups = read_rules(page)
    level = [rule for group in groups if not group.is_frame for rule in group.level]
    ruled: list[Table | None] = []
    words: list[Word] = []
    if any(group.is_grid for group in groups):
        words = read_words(page)
        ruled = [_plain_table(number, table, words) for table in page.find_tables(use_layout=False).tables]
    found = [table for table in ruled if table is not None]
    if len(found) < len(ruled) or _more_expected(found, level, pieces):
        layout_model.load()
        words = words or read_words(page)
        page.get_layout(return_raw=True)
        seen = _laid_out(number, page.find_tables(union=True, refine=True), words)
        seen += [table for table in found if not any(_overlap(table.bbox, other.bbox) for other in seen)]
        found = seen + list(_unruled(number, page.layout_information or (), words, seen))
    return sorted(found, key=lambda table: (table.bbox[1], table.bbox[0]))


def _plain_table(number: int, ruled: Any, words: Sequence[Word]) -> Table | None:
    """The table of a grid that is the same all over and nearly all filled: then the rules alone have said all."""
    cells = [row.cells for row in ruled.rows]
    if not all(cell is not None for row in cells for cell in row):
        return None
    rows = rows_of([[Placement(cell) for cell in row] for row in cells], words)
    texts = [cell.text for row in rows for cell in row]
    return _table(number, rows) if sum(map(bool, texts)) >= 0.9 * len(texts) else None


def _laid_out(number: int, finder: Any, words: Sequence[Word]) -> list[Table]:
    """The tables among those that PyMuPDF found (None: it failed on the page)."""
    placed = (table.placements for table in (finder.tables if finder else ()))
    tables = (_table(number, rows_of(placements, words)) for placements in placed if placements)
    return [table for table in tables if table is not None]


def _unruled(number: int, layout: Sequence[Any], words: Sequence[Word], found: Sequence[Table]) -> Iterator[Table]:
    """Tables that the layout model took for text: of three columns or more, without a rule."""
    for group in layout:
        x0, y0, x1, y1 = group["group_bbox"][:4]
        if group["class_name"] != "text" or any(_overlap((x0, y0, x1, y1), table.bbox) for table in found):
            continue
        inside = [word for word in words if x0 <= word.middle[0] <= x1 and y0 <= word.middle[1] <= y1]
        table = _table(number, rows_in_columns(inside))
        if table is not None:
            yield table


def _more_expected(found: Sequence[Table], level: Sequence[BBox], pieces: Sequence[Line]) -> bool:
    """Whether the page shows signs of a table that was not found: a caption, stacked rules, or rows of three cells."""
    captions = sum(bool(re.match(r"Tab|表", piece.text)) for piece in pieces if CAPTION.match(piece.text))
    if captions > len(found):
        return True
    boxes = [Word(piece.text, piece.bbox) for piece in pieces]
    rows = word_rows([box for box in boxes if not any(_holds(table.bbox, box.bbox) for table in found)])
    free = [rule for rule in level if not any(_holds(table.bbox, rule) for table in found)]
    return _has_rows_between(free, rows) or sum(len(segments(row)) >= 3 for row in rows) >= 3


def _has_rows_between(rules: Sequence[BBox], rows: Sequence[Sequence[Word]]) -> bool:
    """Whether two rows of two cells or more stand among three rules of one width."""
    stacks: dict[tuple[int, int], list[BBox]] = {}
    for rule in rules:
        if rule[2] - rule[0] > 60:
            stacks.setdefault((round(rule[0] / 4), round(rule[2] / 4)), []).append(rule)
    for stack in stacks.values():
        box = union(stack)
        inside = [[word for word in row if _holds(box, word.bbox)] for row in rows]
        if len(stack) >= 3 and sum(len(segments(row)) >= 2 for row in inside) >= 2:
            return True
    return False


def _overlap(a: BBox, b: BBox) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 2 and min(a[3], b[3]) - max(a[1], b[1]) > 2


def _holds(outer: BBox, inner: BBox, slack: float = 2) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - slack <= x <= outer[2] + slack and outer[1] - slack <= y <= outer[3] + slack


def _table(number: int, rows: Rows) -> Table | None:
    """The table of these rows, a caption above them left out; None where they are none."""
    while rows and CAPTION.match("".join(dict.fromkeys(cell.text for cell in rows[0])).lstrip()):
        rows = rows[1:]
    if not rows:
        return None
    header = 0
    while header < len(rows) - 1 and _is_spanned(rows[header]):
        header += 1
    return _checked(number, rows, header)


def _is_spanned(row: Sequence[Cell]) -> bool:
    """Whether a merged cell with text stands over two columns or more, beside others."""
    spans = any(left == right and left.text for left, right in pairwise(row))
    return spans and len(set(row)) > 1


def _checked(number: int, rows: Rows, above: int) -> Table | None:
    """A table has two rows and columns, mostly filled with short texts; frames around prose and plots do not."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    texts = [cell.text for row in rows for cell in row]
    filled = [text for text in texts if text]
    if len(filled) < 0.35 * len(texts) or max(map(len, filled)) > 1500 or sum(map(len, filled)) / len(filled) > 250:
        return None
    header = above + 1 if above else int(_is_header([cell.text for cell in rows[0]]))
    box = union(cell.bbox for row in rows for cell in row if cell.bbox[2] > cell.bbox[0])
    return Table(number, box, tuple(map(tuple, rows)), min(header, len(rows) - 1))


_FIGURE = re.compile(r"[\d.,%\s()/€$£¥+−-]*\d[\d.,%\s()/€$£¥+−-]*")


def _is_header(row: Sequence[str]) -> bool:
    """Whether a first row names its columns: it does unless most of it is figures (years may head columns)."""
    figures = [text for text in row if _FIGURE.fullmatch(text) and not re.fullmatch(r"(?:19|20)\d\d", text)]
    return len(figures) <= len(row) / 3


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
