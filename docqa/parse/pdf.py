"""A PDF file becomes pages and blocks.

The text comes from PyMuPDF; order, paragraphs, headings and tables from rules on its geometry. PyMuPDF's own layout
model was measured at 0.2 s a page and the rules at a tenth of that, so it is asked only where a table shows.
What the rules cannot know they leave as paragraphs: a table that was missed is still readable text, a paragraph that
was taken for a table is not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from docqa.errors import ParseError
from docqa.parse.footnotes import split_footnotes
from docqa.parse.headings import LARGER, Candidate, is_chapter_label, is_heading, levels, numbering
from docqa.parse.lines import Line, Run, body_size, read_pieces, rows, union
from docqa.parse.order import reading_order
from docqa.parse.paragraphs import Draft, drafts, indent_levels, leading
from docqa.parse.running import running_rows
from docqa.parse.tables import CAPTION, Table, find_tables, goes_on, rest_of
from docqa.parse.words import read_words
from docqa.records import BBox, Block, Box, Page, Span, cell_offsets, rows_text
from docqa.text import join_lines

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
    found = _mark_headings(_join_tables(drafts(lines, leading(lines))), body_size(lines), outline)
    indent_levels(found)
    blocks = tuple(_block(draft) for draft in _with_notes(found, notes))
    return title or _first_title(blocks), _with_reasons(pages, blocks), blocks, tuple(warnings)


def page_count(path: Path) -> int:
    """The number of pages, without reading them. Raises as `read_pdf` does."""
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    with _open(path) as document:
        return len(document)


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


# ------------------------------------------------------------------------------------------------------ blocks


def _with_notes(found: Sequence[Draft], notes: Sequence[Draft]) -> Iterator[Draft]:
    """Put each footnote after the last block that begins on its page: out of the sentence it cut."""
    waiting = list(notes)
    for draft in found:
        while waiting and waiting[0].first.page < draft.first.page:
            yield waiting.pop(0)
        yield draft
    yield from waiting


def _join_tables(found: Iterable[Draft]) -> list[Draft]:
    """Make one draft of a table that goes on over a page break; a header that it repeats is dropped."""
    joined: list[Draft] = []
    for draft in found:
        before = joined[-1] if joined and joined[-1].kind == draft.kind == "table" else None
        if before is not None and goes_on(_table(before.last), _table(draft.first)):
            rest = rest_of(_table(before.first), _table(draft.first))
            before.lines += [replace(draft.first, table=rest)] if rest else []
        else:
            joined.append(draft)
    return joined


def _table(line: Line) -> Table:
    assert line.table is not None
    return line.table


def _mark_headings(found: list[Draft], body: float, outline: Sequence[tuple[int, str, int]]) -> list[Draft]:
    """Turn the drafts that are headings into headings, join a chapter's number with its title, and give levels."""
    characters = sum(len(line.text) for draft in found for line in draft.lines) or 1
    bold = sum(len(line.text) for draft in found for line in draft.lines if line.bold)
    marked: list[Draft] = []
    for draft, after in zip(found, [*found[1:], None], strict=True):
        candidate = _candidate(draft, body)
        bullet = draft.kind == "list" and numbering(draft.first.text) is None
        if draft.kind in ("paragraph", "list") and not bullet and is_heading(candidate, bold > characters / 2):
            # A line in bold above a listing is the listing's name.
            names = (
                after is not None
                and after.kind == "code"
                and candidate.ratio < LARGER
                and not numbering(candidate.text)
            )
            draft.kind = "caption" if names else "heading"
        if draft.kind in ("paragraph", "heading") and len(candidate.text) < 250 and CAPTION.match(candidate.text):
            draft.kind = "caption"
        before = marked[-1] if marked else None
        if (
            before is not None
            and draft.kind == before.kind == "heading"
            and draft.first.page == before.first.page
            and is_chapter_label(before.last.text)
        ):
            before.lines.extend(draft.lines)
        else:
            marked.append(draft)
    heads = [draft for draft in marked if draft.kind == "heading"]
    for draft, level in zip(heads, levels([_candidate(draft, body) for draft in heads], outline), strict=True):
        draft.level = level
    return marked


def _candidate(draft: Draft, body: float) -> Candidate:
    size = max(line.size for line in draft.lines)
    return Candidate(
        text=_text(draft),
        page=draft.first.page,
        size=size,
        ratio=min(line.size for line in draft.lines) / body,
        bold=all(line.bold for line in draft.lines),
        alone=len(draft.lines) <= 3,
        raised=sum(run.raised for line in draft.lines for run in line.runs),
    )


def _text(draft: Draft) -> str:
    return _joined(draft)[0]


def _joined(draft: Draft) -> tuple[str, list[int]]:
    """The draft's text, and where each of its lines begins in it."""
    text, starts = "", []
    edge = min(line.bbox[0] - line.left for line in draft.lines)
    for line in draft.lines:
        if draft.kind in ("code", "contents"):
            indent = " " * _indent(line, edge) if draft.kind == "code" else ""
            text = f"{text}\n{indent}{line.text}" if text else indent + line.text
        else:
            text = join_lines(text, line.text)
        starts.append(len(text) - len(line.text))
    return text.rstrip("\u00ad"), starts


def _indent(line: Line, edge: float) -> int:
    """How many characters of its own width a line of code is set in from ``edge``, relative to its column."""
    run = max(line.runs, key=lambda run: len(run.text))
    width = (run.bbox[2] - run.bbox[0]) / len(run.text)
    printed = len(line.runs[0].text) - len(line.runs[0].text.lstrip(" "))
    return printed + (round((line.bbox[0] - line.left - edge) / width) if width > 0 else 0)


def _table_block(tables: Sequence[Table]) -> Block:
    """One block of a table, or of the parts a page break cut it into; each cell keeps its own box."""
    cells = [(table.page, row) for table in tables for row in table.rows]
    texts = tuple(tuple(cell.text for cell in row) for _, row in cells)
    places = [place for line in cell_offsets(texts) for place in line]
    text = rows_text(texts)
    ends = [*(start for start, _ in places[1:]), len(text)]
    boxes = [Box(page=page, bbox=_rounded(cell.bbox)) for page, row in cells for cell in row]
    spans = [Span(start=start, end=end, box=box) for (start, _), end, box in zip(places, ends, boxes, strict=True)]
    return Block(kind="table", text=text, spans=tuple(spans), rows=texts, header_rows=tables[0].header_rows)


def _rounded(box: BBox) -> BBox:
    x0, y0, x1, y1 = box
    return round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2)


def _block(draft: Draft) -> Block:
    if draft.kind == "table":
        return _table_block([_table(line) for line in draft.lines])
    text, starts = _joined(draft)
    starts[0] = 0
    return Block(kind=draft.kind, text=text, level=draft.level, spans=tuple(_spans(draft.lines, starts, len(text))))


def _spans(lines: Sequence[Line], starts: Sequence[int], end: int) -> Iterator[Span]:
    """One span for each column that the lines stand in."""
    first = 0
    for index in range(1, len(lines) + 1):
        if index < len(lines) and lines[index].column == lines[first].column:
            continue
        stop = starts[index] if index < len(lines) else end
        box = Box(page=lines[first].page, bbox=_rounded(union(line.bbox for line in lines[first:index])))
        yield Span(start=starts[first], end=stop, box=box)
        first = index


# ------------------------------------------------------------------------------------------------------- title

_NO_TITLE = re.compile(r"untitled|microsoft word|\.(?:docx?|tex|dvi|indd|pdf|qxd|typ)$|^\W*$", re.IGNORECASE)


def _metadata_title(document: Any) -> str:
    title = ((document.metadata or {}).get("title") or "").strip()
    return "" if _NO_TITLE.search(title) else title


def _first_title(blocks: Sequence[Block]) -> str:
    return next(
        (block.text for block in blocks if block.kind == "heading" and block.level == 1 and block.page == 1), ""
    )
