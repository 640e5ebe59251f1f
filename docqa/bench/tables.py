"""A table for comparison: cells with their places and spans."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Cell:
    """A cell with the place of its first row and column, from 0, and how many of each it covers."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1

    def places(self) -> Iterator[tuple[int, int]]:
        """Each (row, column) that the cell covers."""
        for row in range(self.row, self.row + self.rows):
            for column in range(self.column, self.column + self.columns):
                yield row, column


@dataclass(frozen=True)
class Table:
    """Cells in reading order that cover every place, without rows or columns that hold no text.

    ``table_of`` makes one from any cells.
    """

    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """The cells' text, row by row, separated by tabs and line ends."""
        rows: dict[int, list[str]] = {}
        for cell in self.cells:
            rows.setdefault(cell.row, []).append(cell.text)
        return "\n".join("\t".join(texts) for _, texts in sorted(rows.items()))

    @property
    def has_spans(self) -> bool:
        """Whether a cell covers more than one place."""
        return any(cell.rows * cell.columns > 1 for cell in self.cells)

    def unmerged(self, repeat: bool) -> "Table":
        """The same without spans: a merged cell's text in each of its places, or in the first alone."""
        return table_of(
            Cell(row, column, cell.text if repeat or (row, column) == (cell.row, cell.column) else "")
            for cell in self.cells
            for row, column in cell.places()
        )


def table_of(cells: Iterable[Cell]) -> Table:
    """A table of these cells: places left open are empty cells, and a row or column without any text is left out.

    White space and emptiness say nothing: where a source has an empty row, a page has none. Of two cells on one place,
    the first keeps it.
    """
    owner: dict[tuple[int, int], Cell] = {}
    for cell in cells:
        for place in cell.places():
            owner.setdefault(place, replace(cell, text=" ".join(cell.text.split())))
    filled = [place for place, cell in owner.items() if cell.text]
    rows = {row: at for at, row in enumerate(sorted({row for row, _ in filled}))}
    columns = {column: at for at, column in enumerate(sorted({column for _, column in filled}))}
    covered: dict[tuple[int, int, str], list[tuple[int, int]]] = {}
    for row, row_at in rows.items():
        for column, column_at in columns.items():
            found = owner.get((row, column), Cell(row, column, ""))
            key = (found.row, found.column, found.text) if found.text else (row, column, "")
            covered.setdefault(key, []).append((row_at, column_at))
    return Table(tuple(_cell(text, places) for (_, _, text), places in covered.items()))


def _cell(text: str, places: list[tuple[int, int]]) -> Cell:
    (top, left), (bottom, right) = places[0], places[-1]
    return Cell(top, left, text, bottom - top + 1, right - left + 1)


def grid_table(rows: Sequence[Sequence[str]]) -> Table:
    """A table of rows of text, without spans."""
    return table_of(Cell(row, column, text) for row, texts in enumerate(rows) for column, text in enumerate(texts))
