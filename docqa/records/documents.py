"""A parsed file: Document, Page, Block."""

from collections.abc import Sequence
from typing import Literal

from docqa.records.base import Record

BBox = tuple[float, float, float, float]
"""x0, y0, x1, y1 in points."""

BlockKind = Literal["heading", "paragraph", "list", "table", "code", "caption", "formula", "footnote", "contents"]
"""``list`` is a single item, marker included; ``contents`` is a line or more of a table of contents."""


class Box(Record):
    """A place on a page. ``bbox`` is None where the format has no geometry (md, html, docx)."""

    page: int
    bbox: BBox | None = None


class Span(Record):
    """The part ``text[start:end]`` of a block or chunk that stands in ``box``."""

    start: int
    end: int
    box: Box


class Block(Record):
    """One paragraph, heading, list item, table, ...: the smallest piece with a kind of its own.

    Attributes:
        text: the block's text on one line per paragraph, code line or table row. A table's text is ``rows_text(rows)``.
        level: 1 for a title or chapter and so on down for headings; nesting depth (1 outermost) for list items; else 0.
        spans: where the text stands; they cover ``text`` in order, and a paragraph that crosses a page has two.
        rows: a table's cells, row by row, all rows of one length; a merged cell repeats its text in each place.
        header_rows: how many of the first rows are a table's header.
        ocr: whether it was read from a picture, and so may have misread characters.
    """

    kind: BlockKind
    text: str
    level: int = 0
    spans: tuple[Span, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    ocr: bool = False

    @property
    def page(self) -> int:
        """The page the block begins on."""
        return self.spans[0].box.page if self.spans else 1


class Page(Record):
    """One page as parsed.

    Attributes:
        header, footer: the running text that was taken out of the blocks.
        skipped: why nothing was taken from the page (``blank``, ``image without text``, ``contents``, ...), or "".
        failed: why the page could not be read, or "".
    """

    number: int
    width: float = 0.0
    height: float = 0.0
    header: str = ""
    footer: str = ""
    skipped: str = ""
    failed: str = ""


class Document(Record):
    """A parsed file.

    Attributes:
        id: sha256 of the file's bytes, hexadecimal.
        path: relative to the folder that was given, with forward slashes.
        title: from the file's metadata or first heading, else from its name; never empty.
        language: a code as ``text.detect_language`` returns it.
        warnings: what a person should know about the extraction.
    """

    id: str
    path: str
    media_type: str
    title: str
    language: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()


CELL_SEPARATOR = " | "


def rows_text(rows: Sequence[Sequence[str]]) -> str:
    """A table as text: a line a row, cells joined by ``CELL_SEPARATOR``."""
    return "\n".join(CELL_SEPARATOR.join(row) for row in rows)


def cell_offsets(rows: Sequence[Sequence[str]]) -> list[list[tuple[int, int]]]:
    """Where each cell stands in ``rows_text(rows)``: ``offsets[row][column]`` is (start, end)."""
    offsets, at = [], 0
    for row in rows:
        line = []
        for cell in row:
            line.append((at, at + len(cell)))
            at += len(cell) + len(CELL_SEPARATOR)
        offsets.append(line)
        at += 1 - (len(CELL_SEPARATOR) if row else 0)
    return offsets
