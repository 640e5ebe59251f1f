"""A PDF file becomes pages and blocks.

The text comes from PyMuPDF; order, paragraphs, headings and tables from rules on its geometry. PyMuPDF's own layout
model was measured at 0.2 s a page and the rules at a tenth of that, so it is asked only where a table shows.
What the rules cannot know they leave as paragraphs: a table that was missed is still readable text, a paragraph that
was taken for a table is not.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from docqa.errors import ParseError
from docqa.parse.blocks import join_tables, mark_headings, to_block, with_notes
from docqa.parse.footnotes import split_footnotes
from docqa.parse.lines import Line, Run, body_size, read_pieces, rows
from docqa.parse.order import reading_order
from docqa.parse.paragraphs import Draft, drafts, indent_levels, leading
from docqa.parse.running import running_rows
from docqa.parse.tables import find_tables
from docqa.parse.words import read_words
from docqa.records import BBox, Block, Page
from docqa.text import vocabulary

Parsed = tuple[str, tuple[Page, ...], tuple[Block, ...], tuple[str, ...]]
"""Title or "", pages, blocks in reading order, warnings."""


def read_pdf(path: Path) -> Parsed:
    """Read a PDF file.

    Raises:
        ParseError: of kind ``empty`` (no bytes or no pages), ``wrong-type``, ``encrypted`` or ``damaged``; a file that
            was cut short is damaged even where some of its pages could be shown.
    """
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    pymupdf.TOOLS.reset_mupdf_warnings()
    with _open(path) as document:
        warnings = ["The file was damaged and has been repaired; parts may be missing."] if document.is_repaired else []
        pages, lines, notes = _read_pages(document)
        outline = [(level, title, page) for level, title, page, *_ in document.get_toc(simple=True)]
        title = _metadata_title(document)
    found = mark_headings(join_tables(drafts(lines, leading(lines))), body_size(lines), outline)
    indent_levels(found)
    known = vocabulary(line.text for line in lines)
    blocks = tuple(to_block(draft, known) for draft in with_notes(found, notes))
    return title or _first_title(blocks), _with_reasons(pages, blocks), blocks, tuple(warnings)


def _open(path: Path) -> Any:
    import pymupdf

    size = path.stat().st_size
    if size == 0:
        raise ParseError("The file is empty (0 bytes).", "empty")
    try:
        document = pymupdf.open(path)
    except (pymupdf.FileDataError, pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError) as error:
        if _begins_as_pdf(path):
            raise ParseError("The PDF is damaged beyond reading; get it again from its source.", "damaged") from error
        raise ParseError("The file is not a PDF, whatever its name says.", "wrong-type") from error
    try:
        _check(document, path)
    except ParseError:
        document.close()
        raise
    return document


def _check(document: Any, path: Path) -> None:
    if not document.is_pdf:
        raise ParseError("The file is not a PDF, whatever its name says.", "wrong-type")
    if document.needs_pass:
        raise ParseError("The PDF asks for a password; remove it and run again.", "encrypted")
    if document.is_repaired and not _has_end(path):
        raise ParseError("The PDF was cut short (its end is missing); get it again from its source.", "damaged")
    if len(document) == 0:
        raise ParseError("The PDF has no pages.", "damaged" if document.is_repaired else "empty")


def _begins_as_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return b"%PDF-" in file.read(1024)


def _has_end(path: Path) -> bool:
    """Whether the mark that ends every PDF stands near the file's end (a truncated file lacks it)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        return b"%%EOF" in file.read()


# ------------------------------------------------------------------------------------------------------- pages


def _read_pages(document: Any) -> tuple[list[Page], list[Line], list[Draft]]:
    """All pages; their lines in reading order, without running text and footnotes; and the footnotes."""
    pages: list[Page] = []
    pieces: list[list[Line]] = []
    for number in range(1, len(document) + 1):
        page, found = _read_page(document, number)
        pages.append(page)
        pieces.append(found)
    running = running_rows(pieces, [page.height for page in pages])
    body = body_size(piece for found in pieces for piece in found)
    lines: list[Line] = []
    notes: list[Draft] = []
    column = 0
    for index, (found, (header, footer)) in enumerate(zip(pieces, running, strict=True)):
        pages[index] = pages[index].model_copy(
            update={"header": _running_text(header), "footer": _running_text(footer)}
        )
        taken = {run for row in (*header, *footer) for run in row.runs}
        kept = [piece for piece in found if not taken.issuperset(piece.runs)]
        columns = []
        opens = [piece.size > 1.1 * body or piece.bold for piece in kept]
        for group in reading_order([piece.bbox for piece in kept], body, opens):
            column += 1
            columns.append(_column(rows([kept[i] for i in group]), column))
        text, small = split_footnotes(columns, body)
        lines.extend(text)
        notes.extend(Draft("footnote", note) for note in small)
    return pages, _same_edges(lines), notes


def _read_page(document: Any, number: int) -> tuple[Page, list[Line]]:
    """One page, and its pieces of lines; a table is one piece, in place of the words in it."""
    try:
        page = document[number - 1]
        if page.rotation:
            page.remove_rotation()
        size = Page(number=number, width=page.rect.width, height=page.rect.height)
        pieces = read_pieces(page, number)
        tables = find_tables(page, number, pieces, read_words(page)) if pieces else []
    except (RuntimeError, ValueError) as error:  # what MuPDF raises where a page's objects are broken
        return Page(number=number, failed=f"cannot be read: {error}"), []
    if not pieces:
        reason = "image without text" if page.get_images() else "blank"
        return size.model_copy(update={"skipped": reason}), []
    em = body_size(pieces)
    kept = [piece for piece in pieces if not any(_inside(piece.bbox, table.bbox) for table in tables)]
    return size, kept + [Line(number, (Run("", table.bbox, em),), table=table) for table in tables]


def _inside(inner: BBox, outer: BBox) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - 1 <= x <= outer[2] + 1 and outer[1] - 1 <= y <= outer[3] + 1


def _running_text(found: Sequence[Line]) -> str:
    return "\n".join(line.text for line in found)


def _column(lines: list[Line], column: int) -> list[Line]:
    left = min(line.bbox[0] for line in lines)
    ends = sorted((line.bbox[2] for line in lines), reverse=True)
    # One line that sticks out (an overlong word, a picture's label) does not move the margin.
    right = ends[1] if len(ends) > 3 and ends[0] - ends[1] > 2 * lines[0].size else ends[0]
    return [replace(line, column=column, left=left, right=right) for line in lines]


def _same_edges(lines: list[Line]) -> list[Line]:
    """Columns that begin at one place end at one place: short ones take the right edge of the longest."""
    edges: dict[int, float] = {}
    for line in lines:
        edges[round(line.left / 6)] = max(line.right, edges.get(round(line.left / 6), 0.0))
    return [replace(line, right=max(line.right, edges[round(line.left / 6)])) for line in lines]


def _with_reasons(pages: Sequence[Page], blocks: Sequence[Block]) -> tuple[Page, ...]:
    """Say of pages that gave nothing to learn from why."""
    kinds: dict[int, set[str]] = {page.number: set() for page in pages}
    for block in blocks:
        for span in block.spans:
            kinds[span.box.page].add(block.kind)
    return tuple(
        page.model_copy(update={"skipped": "contents"}) if kinds[page.number] == {"contents"} else page
        for page in pages
    )


# ------------------------------------------------------------------------------------------------------- title

_NO_TITLE = re.compile(r"untitled|microsoft word|\.(?:docx?|tex|dvi|indd|pdf|qxd|typ)$|^\W*$", re.IGNORECASE)


def _metadata_title(document: Any) -> str:
    title = ((document.metadata or {}).get("title") or "").strip()
    return "" if _NO_TITLE.search(title) else title


def _first_title(blocks: Sequence[Block]) -> str:
    return next(
        (block.text for block in blocks if block.kind == "heading" and block.level == 1 and block.page == 1), ""
    )
