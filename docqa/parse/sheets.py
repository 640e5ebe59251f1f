"""xlsx becomes blocks, a page a sheet under its name.

unstructured 0.27 was tried: it reads through pandas, so that dates, percentages and codes come out as raw numbers,
merged cells are left empty, and hidden sheets are read like the others. So the workbook is read with the library below
it, openpyxl, and its values are written as the sheet shows them.
"""

import re
import zipfile
from bisect import bisect_left
from pathlib import Path
from typing import Any

from docqa.parse import package
from docqa.parse.boxless import block, pages, plain
from docqa.parse.number_format import shown
from docqa.parse.parsed import Parsed
from docqa.parse.regions import Place, region_blocks
from docqa.records import Block

_NAME = "workbook"
_UNCALCULATED = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>|</c>)")
"""A formula whose result is not stored; Excel and LibreOffice store it, a script that wrote the file does not."""


def read_workbook(path: Path) -> Parsed:
    """Read an xlsx file.

    Raises:
        ParseError: of kind ``wrong-type``, ``encrypted`` or ``damaged``.
    """
    import openpyxl

    package.check(path, "xl/", _NAME)
    blocks: list[Block] = []
    unseen = 0
    with package.damage(_NAME):
        book = openpyxl.load_workbook(path, data_only=True)
        uncalculated = _uncalculated(path)
        names = book.sheetnames
        hidden = [number for number, name in enumerate(names, 1) if book[name].sheet_state != "visible"]
        for number, name in enumerate(names, 1):
            if number in hidden or not hasattr(book[name], "merged_cells"):  # a sheet that is a chart has no cells
                continue
            rest = _Hidden(book[name])
            cells, bold, left_out = _cells(book[name], rest)
            unseen += left_out
            if cells:
                blocks.append(block("heading", name, 1, number))
                blocks += region_blocks(cells, number, bold, _headers(book[name], rest))
        title = (book.properties.title or "").strip()
    warnings = []
    if hidden:
        warnings.append(f"{len(hidden)} hidden sheets are left out; show them in the file if they count.")
    if unseen:
        warnings.append(f"{unseen} cells in hidden rows and columns are left out.")
    if uncalculated:
        warnings.append(f"{uncalculated} formulas have no stored result; open the file in Excel and save it again.")
    return Parsed(title, tuple(pages(blocks, len(names), hidden=hidden)), tuple(blocks), tuple(warnings))


class _Hidden:
    """The hidden rows and columns of a sheet; without them the others close up."""

    def __init__(self, sheet: Any) -> None:
        self.rows = sorted(number for number, row in sheet.row_dimensions.items() if row.hidden)
        spans = [(column.min, column.max) for column in sheet.column_dimensions.values() if column.hidden]
        self.columns = sorted({number for first, last in spans if first and last for number in range(first, last + 1)})

    def place(self, y: int, x: int) -> Place | None:
        """Where a cell is seen; None when it is not."""
        above, left = bisect_left(self.rows, y), bisect_left(self.columns, x)
        if self.rows[above : above + 1] == [y] or self.columns[left : left + 1] == [x]:
            return None
        return y - above, x - left


def _cells(sheet: Any, hidden: _Hidden) -> tuple[dict[Place, str], set[Place], int]:
    """The texts of the cells that are seen, the places of those in bold, and how many are not seen."""
    texts: dict[Place, tuple[str, bool]] = {}
    for place, cell in sorted(sheet._cells.items()):  # only those in the file; the public ones fill the rectangle
        text = plain(shown(cell.value, cell.number_format)) if cell.value is not None else ""
        if text:
            texts[place] = text, bool(cell.font.b)
    unseen = sum(hidden.place(*place) is None for place in texts)
    last = max((y for y, _ in texts), default=0), max((x for _, x in texts), default=0)
    for merged in sheet.merged_cells.ranges:  # as far as there are others in use: some are merged over a whole row
        if (first := (merged.min_row, merged.min_col)) in texts:
            for y in range(merged.min_row, min(merged.max_row, last[0]) + 1):
                for x in range(merged.min_col, min(merged.max_col, last[1]) + 1):
                    texts[y, x] = texts[first]
    seen = [(hidden.place(*place), text, bold) for place, (text, bold) in texts.items()]
    cells = {place: text for place, text, _ in seen if place is not None}
    return cells, {place for place, _, bold in seen if place is not None and bold}, unseen


def _headers(sheet: Any, hidden: _Hidden) -> dict[Place, int]:
    """How many header rows the tables have that were made as such."""
    from openpyxl.utils import range_boundaries

    found = {}
    for made in sheet.tables.values():
        left, top, _, _ = range_boundaries(made.ref)
        place = hidden.place(top, left)
        if place is not None:
            found[place] = 1 if made.headerRowCount is None else int(made.headerRowCount)
    return found


def _uncalculated(path: Path) -> int:
    with zipfile.ZipFile(path) as parts:
        names = [name for name in parts.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return sum(len(_UNCALCULATED.findall(parts.read(name))) for name in names)
