"""Drafts become blocks: headings are told from text, tables joined over pages, and each text traced to its boxes."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from docqa.parse.headings import LARGER, Candidate, is_chapter_label, is_heading, levels, numbering
from docqa.parse.lines import Line, union
from docqa.parse.paragraphs import Draft
from docqa.parse.tables import CAPTION, Table, goes_on, rest_of
from docqa.records import BBox, Block, Box, Span, cell_offsets, rows_text
from docqa.text import join_lines

_LEADERS = re.compile(r"\s*(?:[.·…_]\s?){4,}\s*")
"""What leads from a chapter to its page in a table of contents."""


def with_notes(found: Sequence[Draft], notes: Sequence[Draft]) -> Iterator[Draft]:
    """Put each footnote after the last block that begins on its page: out of the sentence it cut."""
    waiting = list(notes)
    for draft in found:
        while waiting and waiting[0].first.page < draft.first.page:
            yield waiting.pop(0)
        yield draft
    yield from waiting


def join_tables(found: Iterable[Draft]) -> list[Draft]:
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


def mark_headings(found: list[Draft], body: float, outline: Sequence[tuple[int, str, int]]) -> list[Draft]:
    """Turn the drafts that are headings into headings, join a chapter's number with its title, and give levels."""
    characters = sum(len(line.text) for draft in found for line in draft.lines) or 1
    bold = sum(len(line.text) for draft in found for line in draft.lines if line.bold)
    marked: list[Draft] = []
    for draft, after in zip_longest(found, found[1:]):
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


def _joined(draft: Draft, known: Collection[str] = ()) -> tuple[str, list[int]]:
    """The draft's text, and where each of its lines begins in it."""
    text, starts = "", []
    edge = min(line.bbox[0] - line.left for line in draft.lines)
    for line in draft.lines:
        if draft.kind in ("code", "contents"):
            indent = " " * _indent(line, edge) if draft.kind == "code" else ""
            said = line.text if draft.kind == "code" else _LEADERS.sub(" ", line.text)
            text = f"{text}\n{indent}{said}" if text else indent + said
            starts.append(len(text) - len(said))
            continue
        text = join_lines(text, line.text, known)
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


def to_block(draft: Draft, known: Collection[str]) -> Block:
    """A draft's block; ``known`` is the vocabulary of the document (``text.vocabulary``)."""
    if draft.kind == "table":
        return _table_block([_table(line) for line in draft.lines])
    text, starts = _joined(draft, known)
    starts[0] = 0
    spans = tuple(_spans(draft.lines, starts, len(text)))
    return Block(kind=draft.kind, text=text, level=draft.level, spans=spans, ocr=any(line.ocr for line in draft.lines))


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
