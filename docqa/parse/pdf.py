"""A PDF file becomes pages and blocks: its pages are read one by one, and then the document is made of them all.

The two are apart because a long file is read in windows of pages, side by side in workers (`docqa.windows`). What
one page tells is read in one (`_read_page`); what only all pages together tell is found in the other (`assemble`):
running headers, the size of the body text, paragraphs and tables that cross pages, levels of headings.

The text comes from PyMuPDF; order, paragraphs, headings and tables from rules on its geometry. PyMuPDF's own layout
model was measured at 0.2 s a page and the rules at a tenth of that, so it is asked only where a table shows.
What the rules cannot know they leave as paragraphs: a table that was missed is still readable text, a paragraph that
was taken for a table is not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from docqa.errors import ParseError
from docqa.parse import ocr
from docqa.parse.blocks import join_tables, mark_headings, to_block, with_notes
from docqa.parse.footnotes import split_footnotes
from docqa.parse.lines import Line, Run, body_size, rows
from docqa.parse.order import reading_order
from docqa.parse.paragraphs import Draft, drafts, indent_levels, leading
from docqa.parse.running import Edges, edge_rows, running_rows
from docqa.parse.tables import find_tables
from docqa.parse.upright import read_upright
from docqa.records import BBox, Block, Page
from docqa.text import vocabulary

Parsed = tuple[str, tuple[Page, ...], tuple[Block, ...], tuple[str, ...]]
"""Title or "", pages, blocks in reading order, warnings."""

WINDOW = 32
"""Pages that one call reads: opening the file again costs milliseconds, and a second of work is worth a call."""

PICTURE = 8
"""Pages that a picture counts for: OCR takes some seconds, other pages a tenth of one."""


class Survey(NamedTuple):
    """What a PDF says of itself before a page is read.

    Attributes:
        pages: how many.
        title: from its metadata, or "".
        outline: its table of contents as (level, title, page).
        pictures: the numbers of pages that OCR may have to read.
    """

    pages: int
    title: str
    outline: tuple[tuple[int, str, int], ...]
    warnings: tuple[str, ...]
    pictures: frozenset[int] = frozenset()

    def windows(self) -> list[range]:
        """The pages' numbers, in windows; a picture counts for as many pages as are read in its time."""
        found: list[range] = []
        first, weight = 1, 0
        for number in range(1, self.pages + 1):
            own = PICTURE if number in self.pictures else 1
            if weight and weight + own > WINDOW:
                found.append(range(first, number))
                first, weight = number, 0
            weight += own
        return [*found, range(first, self.pages + 1)] if self.pages else []


class ReadPage(NamedTuple):
    """One page as it was read.

    Attributes:
        pieces: of its lines; a table is one piece, in place of the words in it.
        damaged: whether something of the page could not be read.
    """

    page: Page
    pieces: list[Line]
    damaged: bool = False


def read_pdf(path: Path) -> Parsed:
    """Read a PDF file, in this process.

    Raises:
        ParseError: of kind ``empty`` (no bytes or no pages), ``wrong-type``, ``encrypted`` or ``damaged``; a file that
            was cut short is damaged even where some of its pages could be shown.
    """
    known = survey(path)
    return assemble(known, [read for window in known.windows() for read in read_pages(path, window)])


def survey(path: Path) -> Survey:
    """Open a PDF file and look around.

    Raises:
        ParseError: as ``read_pdf``.
    """
    with _open(path) as document:
        pages, repaired = len(document), document.is_repaired
        outline = _outline(document)
        title = _metadata_title(document)
        pictures = frozenset(_pictures(document))
    warnings = ["The file was damaged and has been repaired; parts may be missing."] if repaired else []
    return Survey(pages, title, tuple(outline), tuple(warnings), pictures)


def _pictures(document: Any) -> Iterator[int]:
    """The numbers of the pages that OCR may have to read: those with images."""
    for number in range(1, len(document) + 1) if ocr.installed() else ():
        with suppress(*_mupdf_errors()):
            if document.get_page_images(number - 1):
                yield number


def _outline(document: Any) -> list[tuple[int, str, int]]:
    try:
        return [(level, title, page) for level, title, page, *_ in document.get_toc(simple=True)]
    except _mupdf_errors():  # headings have levels without it
        return []


def read_pages(path: Path, numbers: Iterable[int]) -> Iterator[ReadPage]:
    """Read these pages of a PDF file; one that cannot be read says why.

    Raises:
        ParseError: as ``read_pdf``.
    """
    import pymupdf

    with _open(path) as document:
        for number in numbers:
            pymupdf.TOOLS.reset_mupdf_warnings()
            yield _checked(_read_page(document, number), pymupdf.TOOLS.mupdf_warnings())


def assemble(known: Survey, read: Iterable[ReadPage]) -> Parsed:
    """Make the document of all its pages, which are gone over more than once."""
    pages, lines, notes = _in_order(read)
    lines = ocr.in_one_size(lines)
    found = mark_headings(join_tables(drafts(lines, leading(lines))), body_size(lines), known.outline)
    indent_levels(found)
    words = vocabulary(line.text for line in lines)
    blocks = tuple(to_block(draft, words) for draft in with_notes(found, notes))
    warnings = [*known.warnings, *_warnings(read)]
    return known.title or _first_title(blocks), _with_reasons(pages, blocks), blocks, tuple(warnings)


def _warnings(read: Iterable[ReadPage]) -> Iterator[str]:
    """What a person should know of some pages; they are gone over once."""
    told: dict[str, list[str]] = {}
    for page, pieces, damaged in read:
        if damaged and not page.failed:
            told.setdefault("damaged in the file; parts may be missing.", []).append(str(page.number))
        if any(piece.ocr for piece in pieces):
            told.setdefault("read by OCR; characters may be misread.", []).append(str(page.number))
        if page.skipped == "image without text" and not ocr.installed():
            told.setdefault("a picture without text; pip install 'docqa[ocr]' reads it.", []).append(str(page.number))
    for what, numbers in told.items():
        yield f"{'Page' if len(numbers) == 1 else 'Pages'} {', '.join(numbers)}: {what}"


_BEYOND = "The PDF is damaged beyond reading; get it again from its source."


def _open(path: Path) -> Any:
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    pymupdf.TOOLS.reset_mupdf_warnings()
    size = path.stat().st_size
    if size == 0:
        raise ParseError("The file is empty (0 bytes).", "empty")
    try:
        document = pymupdf.open(path)
    except _mupdf_errors() as error:
        if _begins_as_pdf(path):
            raise ParseError(_BEYOND, "damaged") from error
        raise ParseError("The file is not a PDF, whatever its name says.", "wrong-type") from error
    try:
        _check(document, path)
    except ParseError:
        document.close()
        raise
    except _mupdf_errors() as error:
        document.close()
        raise ParseError(_BEYOND, "damaged") from error
    return document


def _mupdf_errors() -> tuple[type[Exception], ...]:
    """What PyMuPDF raises where a file's objects are broken."""
    import pymupdf

    return (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)


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


def _in_order(read: Iterable[ReadPage]) -> tuple[list[Page], list[Line], list[Draft]]:
    """The pages; their lines in reading order, without running text and footnotes; and the footnotes."""
    body = body_size(piece for _, pieces, _ in read for piece in pieces)
    pages: list[Page] = []
    edges: list[Edges] = []
    for page, pieces, _ in read:
        pages.append(page)
        edges.append(edge_rows(pieces, page.height))
    running = running_rows(edges, [page.height for page in pages])
    lines: list[Line] = []
    notes: list[Draft] = []
    column = 0
    for index, ((_, found, _), (header, footer)) in enumerate(zip(read, running, strict=True)):
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


def _read_page(document: Any, number: int) -> ReadPage:
    """All that is read of one page."""
    try:
        page = document[number - 1]
        pieces = read_upright(page, number)
        size = Page(number=number, width=page.rect.width, height=page.rect.height)
        tables = []
        if ocr.installed() and ocr.is_picture(page, pieces):
            pieces = ocr.read_picture(page, number)
        elif pieces:
            tables = find_tables(page, number, pieces)
    except _mupdf_errors() as error:
        return ReadPage(Page(number=number, failed=f"cannot be read: {error}"), [])
    if not pieces:
        reason = "image without text" if page.get_images() else "blank"
        return ReadPage(size.model_copy(update={"skipped": reason}), [])
    em = body_size(pieces)
    kept = [piece for piece in pieces if not any(_inside(piece.bbox, table.bbox) for table in tables)]
    return ReadPage(size, kept + [Line(number, (Run("", table.bbox, em),), table=table) for table in tables])


_DAMAGE = re.compile(
    r"zlib error.*|premature end of data.*|.*read error.*|.*not a stream.*|non-page object.*|cannot load object.*"
    r"|.*page may not be correct"
)
"""How MuPDF says that a part of a page is missing; it then goes on without it."""


def _checked(read: ReadPage, said: str) -> ReadPage:
    """Tell a page that lost its text from one that has none, by what MuPDF ``said`` while it was read."""
    damage = _DAMAGE.search(said)
    if damage is None:
        return read
    if read.page.skipped != "blank":
        return read._replace(damaged=True)
    page = read.page.model_copy(update={"skipped": "", "failed": f"cannot be read: {damage.group()}"})
    return ReadPage(page, read.pieces, damaged=True)


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
