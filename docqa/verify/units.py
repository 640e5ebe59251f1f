"""A chunk as the pieces an answer can be: sentences, list items and whole lists, table cells and rows, the section.

Each unit knows what it stands under (title, headings, a list's lead-in, a cell's header and row label), because the
subject of a question is named there as often as in the sentence itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from docqa.records import Chunk, Piece
from docqa.text import sentences
from docqa.verify.wording import content

Kind = Literal["sentence", "item", "cell", "row", "column", "list", "section"]

WHOLE = frozenset({"list", "column", "section"})
"""The kinds that answer a question for several things."""


@dataclass(frozen=True)
class Unit:
    """A piece of a chunk that can be an answer.

    Attributes:
        text: the answer it makes.
        own: content terms of the text.
        about: content terms of what it stands directly under: heading, lead-in, caption, header, row label.
        far: content terms of the headings further out and the title.
    """

    text: str
    kind: Kind
    own: frozenset[str]
    about: frozenset[str]
    far: frozenset[str]


def units(chunk: Chunk) -> tuple[Unit, ...]:
    """The units of ``chunk`` in reading order, whole lists and the section last."""
    near = content(chunk.heading_path[-1]) if chunk.heading_path else frozenset()
    far = content("\n".join([chunk.title, *chunk.heading_path[:-1]]))
    pieces = chunk.pieces or _lines(chunk.text)
    found = [
        Unit(text, kind, content(text), near | content(under), far)
        for text, kind, under in _parts(chunk, pieces)
        if text
    ]
    return tuple(dict.fromkeys(found))


def _lines(text: str) -> tuple[Piece, ...]:
    """Pieces for a chunk that came without any: one a line."""
    matches = re.finditer(r"[^\n]+", text)
    return tuple(Piece(kind="paragraph", start=m.start(), end=m.end(), block=at) for at, m in enumerate(matches))


def _parts(chunk: Chunk, pieces: Sequence[Piece]) -> Iterator[tuple[str, Kind, str]]:
    """(text, kind, what it stands under) of each unit."""
    body = [piece for piece in pieces if piece.kind != "heading"]
    lead = ""
    for at, piece in enumerate(body):
        text = chunk.text[piece.start : piece.end]
        if piece.kind == "table" and piece.rows:
            caption = " ".join(
                chunk.text[p.start : p.end] for p in body[max(0, at - 1) : at + 2] if p.kind == "caption"
            )
            yield from _table(piece, f"{caption} {lead}")
        elif piece.kind == "list":
            yield text, "item", lead
            if at == 0 or body[at - 1].kind != "list":
                items = _run(body, at)
                whole = "\n".join(chunk.text[item.start : item.end] for item in items)
                yield f"{lead}\n{whole}".strip(), "list", ""
        else:
            said = [text[start:end] for start, end in sentences(text, chunk.language)]
            for before, sentence in zip(["", *said], said, strict=False):
                yield sentence, "sentence", before
            lead = said[-1] if said else lead
    whole = "\n".join(chunk.text[piece.start : piece.end] for piece in body)
    if len(body) > 1 or len(list(sentences(whole, chunk.language))) > 1:
        yield whole, "section", ""


def _run(body: Sequence[Piece], start: int) -> list[Piece]:
    """The list pieces from ``start`` on that follow each other."""
    end = start
    while end < len(body) and body[end].kind == "list":
        end += 1
    return list(body[start:end])


def _table(piece: Piece, caption: str) -> Iterator[tuple[str, Kind, str]]:
    """Each cell with its header and row label, each row, each column."""
    rows = piece.rows[piece.header_rows :]
    headers = [" ".join(dict.fromkeys(cells)) for cells in zip(*piece.rows[: piece.header_rows], strict=True)]
    headers = headers or [""] * len(piece.rows[0])
    for row in rows:
        for header, cell in list(zip(headers, row, strict=True))[1:]:
            if cell.strip():
                yield f"{row[0]} | {header}: {cell}", "cell", caption
        yield " | ".join(f"{header}: {cell}" for header, cell in zip(headers, row, strict=True)), "row", caption
    for column, header in enumerate(headers):
        cells = [row[column] if column == 0 else f"{row[0]}: {row[column]}" for row in rows]
        yield f"{header}\n" + "\n".join(cells), "column", caption
