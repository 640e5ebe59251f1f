"""Blocks of formats that tell no place: each stands on a page, slide or sheet, without a box."""

import re
from collections.abc import Collection, Sequence
from itertools import groupby, pairwise

from docqa.records import Block, BlockKind, Box, Page, Span, rows_text

CAPTION = re.compile(r"(?:Table|Figure|Fig\.)\s+\d+[.:]?\s|[表图]\s*\d+[\s：:.]")


def plain(text: str) -> str:
    """``text`` on one line, with single spaces."""
    return re.sub(r"\s+", " ", text).strip()


def block(kind: BlockKind, text: str, level: int, page: int) -> Block:
    return Block(kind=kind, text=text, level=level, spans=_spans(text, page))


def table(rows: Sequence[Sequence[str]], header_rows: int, page: int) -> Block:
    """A table of these cells; shorter rows are filled up."""
    width = max(map(len, rows))
    cells = tuple((*row, *[""] * (width - len(row))) for row in rows)
    text = rows_text(cells)
    return Block(kind="table", text=text, rows=cells, header_rows=header_rows, spans=_spans(text, page))


def _spans(text: str, page: int) -> tuple[Span, ...]:
    return (Span(start=0, end=len(text), box=Box(page=page)),)


def pages(
    blocks: Sequence[Block], count: int, pictures: Collection[int] = (), hidden: Collection[int] = ()
) -> list[Page]:
    """``count`` pages, and why some have no blocks: nothing but pictures, not shown, or blank."""
    used = {block.page for block in blocks}

    def why(number: int) -> str:
        if number in hidden:
            return "hidden"
        return "image without text" if number in pictures else "blank"

    return [Page(number=number, skipped="" if number in used else why(number)) for number in range(1, count + 1)]


def judged_header(rows: Sequence[Sequence[str]]) -> int:
    """How many first rows read as a header: a name in each cell, no two alike; two where the first one's are merged."""
    if len(rows) < 2 or not _is_named(rows[0]):
        return 0
    merged = any(left == right for left, right in pairwise(rows[0]))
    return 2 if merged and len(rows) > 2 and _is_named(rows[1]) else 1


def _is_named(row: Sequence[str]) -> bool:
    """Whether the cells are names: words, not numbers; only the first may be empty; the same name only if merged."""
    names = [name for name, _ in groupby(row)]
    words = all(re.search(r"[^\W\d_]", name) and not re.match(r"[-+±<>≤≥]?\d", name) for name in names if name)
    return words and all(row[1:]) and len(set(names)) == len(names)
