"""A chunk as the pieces an answer can be: sentences, list items and whole lists, table cells and rows, the section.

Each unit knows what it stands under (title, headings, a list's lead-in, a cell's header and row label), because the
subject of a question is named there as often as in the sentence itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from docqa.records import Chunk, Piece
from docqa.text import sentences
from docqa.verify.asking import ARTICLE
from docqa.verify.wording import content

Kind = Literal["sentence", "item", "cell", "row", "column", "list", "section", "article"]

LABELS = 3
"""How many of a table's first columns may name a row."""

WHOLE = frozenset({"list", "column", "section", "article"})
"""The kinds that answer a question for several things."""

TABULAR = frozenset({"cell", "row", "column"})


_ARTICLE_START = re.compile(rf"(?:^|(?<=[。；\n]))\s*(?={ARTICLE.pattern})")
_HEADING_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*\.?|第\S{1,4}[章节節]|[一二三四五六七八九十]+、)\s*")


@dataclass(frozen=True)
class Unit:
    """A piece of a chunk that can be an answer.

    Attributes:
        text: the answer it makes.
        names: what a question calls it: a cell's row and column, a list's or section's heading, an article's number.
        own: content terms of the text.
        about: content terms of what it stands directly under: heading, lead-in, caption, header, row label.
        far: content terms of the headings further out and the title.
    """

    text: str
    kind: Kind
    names: tuple[str, ...]
    own: frozenset[str]
    about: frozenset[str]
    far: frozenset[str]


def units(chunk: Chunk) -> tuple[Unit, ...]:
    """The units of ``chunk`` in reading order, whole lists and the section last."""
    near = content(chunk.heading_path[-1]) if chunk.heading_path else frozenset()
    far = content("\n".join([chunk.title, *chunk.heading_path[:-1]]))
    pieces = chunk.pieces or _lines(chunk.text)
    found = [
        Unit(text, kind, tuple(filter(None, names)), content(text), near | content(under), far)
        for text, kind, names, under in _parts(chunk, pieces)
    ]
    return tuple(dict.fromkeys(found))


def _lines(text: str) -> tuple[Piece, ...]:
    """Pieces for a chunk that came without any: one a line."""
    matches = re.finditer(r"[^\n]+", text)
    return tuple(Piece(kind="paragraph", start=m.start(), end=m.end(), block=at) for at, m in enumerate(matches))


def _parts(chunk: Chunk, pieces: Sequence[Piece]) -> Iterator[tuple[str, Kind, tuple[str, ...], str]]:
    """(text, kind, names, what it stands under) of each unit."""
    body = [piece for piece in pieces if piece.kind != "heading"]
    heading = _HEADING_NUMBER.sub("", chunk.heading_path[-1]) if chunk.heading_path else ""
    lead = ""
    for at, piece in enumerate(body):
        text = chunk.text[piece.start : piece.end]
        if piece.kind == "table" and piece.rows:
            captions = [chunk.text[p.start : p.end] for p in body[max(0, at - 1) : at + 2] if p.kind == "caption"]
            yield from _table(piece, "\n".join([*captions, lead]))
        elif piece.kind == "list":
            yield text, "item", (), lead
            if at == 0 or body[at - 1].kind != "list":
                items = "\n".join(chunk.text[item.start : item.end] for item in _run(body, at))
                yield f"{lead}\n{items}".strip(), "list", (heading,), ""
        elif piece.kind not in ("code", "formula"):
            said = [text[start:end] for start, end in sentences(text, chunk.language)]
            for before, sentence in zip(["", *said], said, strict=False):
                if not sentence.endswith((":", "：")):  # a lead-in answers nothing without its list
                    yield sentence, "sentence", (), before
            lead = said[-1] if said else lead
    prose = [chunk.text[piece.start : piece.end] for piece in body if piece.kind not in ("table", "caption")]
    if (heading and prose) or len(prose) > 1 or any(len(list(sentences(text, chunk.language))) > 1 for text in prose):
        yield "\n".join(prose), "section", (heading,), ""
    for article in _ARTICLE_START.split("\n".join(prose)) if chunk.language == "zh" else ():
        if number := ARTICLE.match(article):
            yield article.strip(), "article", (number.group(),), ""


def _run(body: Sequence[Piece], start: int) -> list[Piece]:
    """The list pieces from ``start`` on that follow each other."""
    end = start
    while end < len(body) and body[end].kind == "list":
        end += 1
    return list(body[start:end])


def _table(piece: Piece, caption: str) -> Iterator[tuple[str, Kind, tuple[str, ...], str]]:
    """Each cell with its header and the label of its row, each row, each column."""
    rows = piece.rows[piece.header_rows :]
    headers = [" ".join(dict.fromkeys(cells)) for cells in zip(*piece.rows[: piece.header_rows], strict=True)]
    headers = headers or [""] * len(piece.rows[0])
    names = [_named(header) for header in headers]
    for row in rows:
        for label, column in product(range(min(LABELS, len(row))), range(len(row))):
            if label != column and row[label].strip() and row[column].strip():
                under = f"{caption}\n{headers[label]}"
                text = f"{row[label]} | {headers[column]}: {row[column]}"
                yield text, "cell", (_named(row[label]), names[column]), under
        text = " | ".join(f"{header}: {cell}" for header, cell in zip(headers, row, strict=True))
        yield text, "row", tuple(_named(cell) for cell in row[:LABELS]), caption
    for label, column in product(range(min(LABELS, len(headers))), range(len(headers))):
        if label != column:
            cells = "\n".join(f"{row[label]}: {row[column]}" for row in rows)
            yield f"{headers[column]}\n{cells}", "column", (names[column],), caption


def _named(cell: str) -> str:
    """What a question calls a row or column by: its label without a unit behind it; "" for a bare number."""
    name = re.sub(r"\s*(?:[(（\[].*|[,，] ?\S{1,6})$", "", cell.strip())
    return name if re.search(r"[^\W\d_]{2}|[^\W\d_]\d", name) else ""
