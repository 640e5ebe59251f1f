"""What questions are generated from: Chunk and its Pieces."""

from docqa.records.base import Record
from docqa.records.documents import BlockKind, Box, Span


class Piece(Record):
    """A block, or the part of one, as it stands in a chunk: ``chunk.text[start:end]``.

    Attributes:
        block: index into the document's blocks.
        rows, header_rows: as in Block; a table that was cut repeats its header rows in each part.
        spans: where the text stands, with offsets into the chunk's text.
    """

    kind: BlockKind
    start: int
    end: int
    block: int
    level: int = 0
    spans: tuple[Span, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0


class Chunk(Record):
    """What a question is generated from and what retrieval returns.

    Attributes:
        text: the pieces' texts, joined by newlines.
        heading_path: the headings above the chunk, outermost first.
        pages: pages that the text comes from, ascending.
        tokens: size by the tokenizer given, else by ``text.estimate_tokens``.
        skipped: why no question is made from it (a language docqa has no rules for, only code, ...), or "".
    """

    id: str
    document_id: str
    path: str
    title: str
    language: str
    text: str
    heading_path: tuple[str, ...]
    pages: tuple[int, ...]
    pieces: tuple[Piece, ...]
    tokens: int
    skipped: str = ""

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Where ``text[start:end]`` stands, in reading order, each box once."""
        boxes = (span.box for piece in self.pieces for span in piece.spans if span.start < end and start < span.end)
        return tuple(dict.fromkeys(boxes))
