"""The filled cells of a sheet become blocks: one sheet holds titles, notes and several tables.

Tables are told from each other by the empty rows and columns between them; a row above a table with one filled cell
is its caption, and one below it a note.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

from docqa.parse.boxless import block, judged_header, table
from docqa.records import Block

Place = tuple[int, int]
"""Row and column, from 1."""


def region_blocks(
    cells: Mapping[Place, str],
    page: int,
    bold: Collection[Place] = (),
    headers: Mapping[Place, int] | None = None,
) -> Iterator[Block]:
    """The blocks of a sheet, from top to bottom.

    Args:
        cells: the texts of those that are not empty; a merged cell's in each of its places.
        bold: places of cells set in bold.
        headers: by a table's first place, how many header rows the file says it has.
    """
    before: Block | None = None
    place: tuple[int, int] | None = None
    for region in _regions(dict(cells)):
        columns = min(x for _, x in region), max(x for _, x in region)
        for found in _region(region, page, bold, headers or {}):
            goes_on = columns == place and before is not None and before.header_rows and not found.header_rows
            if before is not None and found.kind == "table" and goes_on:
                before = table([*before.rows, *found.rows], before.header_rows, page)
                continue
            if before is not None:
                yield before
            before = found if found.kind == "table" else None
            place = columns
            if before is None:
                yield found
    if before is not None:
        yield before


def _regions(cells: dict[Place, str]) -> Iterator[dict[Place, str]]:
    """Cut at empty rows, then at empty columns, and so on."""
    for axis in (0, 1):
        taken = sorted({place[axis] for place in cells})
        starts = [after for before, after in pairwise(taken) if after > before + 1]
        if starts:
            parts: list[dict[Place, str]] = [{} for _ in range(len(starts) + 1)]
            of = _counter(taken, starts)
            for place, text in cells.items():
                parts[of(place[axis])][place] = text
            for part in parts:
                yield from _regions(part)
            return
    if cells:
        yield cells


def _counter(taken: Sequence[int], starts: Sequence[int]) -> Callable[[int], int]:
    """Which part a row or column falls in."""
    part, begins, of = 0, set(starts), {}
    for number in taken:
        part += number in begins
        of[number] = part
    return of.__getitem__


def _region(
    cells: dict[Place, str], page: int, bold: Collection[Place], headers: Mapping[Place, int]
) -> Iterator[Block]:
    top, left = min(y for y, _ in cells), min(x for _, x in cells)
    height, width = max(y for y, _ in cells) - top + 1, max(x for _, x in cells) - left + 1
    rows = [[""] * width for _ in range(height)]
    for (y, x), text in cells.items():
        rows[y - top][x - left] = text
    titles = list(takewhile(_is_one, rows)) if width > 1 else rows
    body = rows[len(titles) :]
    notes = list(takewhile(_is_one, reversed(body)))[::-1] if width > 2 else []
    body = body[: len(body) - len(notes)]
    for row in titles:
        yield block("caption" if body else "paragraph", next(filter(None, row)), 0, page)
    if body:
        first = top + len(titles)
        said = headers.get((first, left), 0)
        yield table(body, said or _bold_rows(first, left, body, bold) or judged_header(body), page)
    for row in notes:
        yield block("paragraph", next(filter(None, row)), 0, page)


def _is_one(row: Sequence[str]) -> bool:
    """Whether a row says one thing: in one cell, or in cells merged over its whole width."""
    filled = [text for text in row if text]
    return len(filled) == 1 or (len(filled) == len(row) and len(set(filled)) == 1)


def _bold_rows(top: int, left: int, rows: Sequence[Sequence[str]], bold: Collection[Place]) -> int:
    """How many first rows are set in bold where the others are not."""

    def is_bold(y: int) -> bool:
        return all((top + y, left + x) in bold for x, text in enumerate(rows[y]) if text)

    count = sum(1 for _ in takewhile(is_bold, range(len(rows))))
    return count if count < len(rows) else 0
