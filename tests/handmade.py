"""Chunks made by hand, for tests that need a few."""

from collections.abc import Sequence

from docqa.records import Chunk, Piece, content_id, rows_text

Rows = Sequence[Sequence[str]]


def make_chunk(
    *blocks: str | Rows,
    headings: Sequence[str] = (),
    title: str = "Pump manual",
    language: str = "en",
    document: str = "d1",
) -> Chunk:
    """A chunk of these blocks: a table for rows, a list item for text with a list mark, else a paragraph."""
    pieces, text = [], ""
    for number, block in enumerate(blocks):
        start = len(text) + (1 if text else 0)
        body = block if isinstance(block, str) else rows_text(block)
        text += ("\n" if text else "") + body
        if isinstance(block, str):
            listed = block[:2] in ("- ", "• ") or block[1:3] == ". "
            pieces.append(Piece(kind="list" if listed else "paragraph", start=start, end=len(text), block=number))
        else:
            rows = tuple(tuple(row) for row in block)
            piece = Piece(kind="table", start=start, end=len(text), block=number, rows=rows, header_rows=1)
            pieces.append(piece)
    return Chunk(
        id=content_id(document, title, text),
        document_id=document,
        path=f"{document}.pdf",
        title=title,
        language=language,
        text=text,
        heading_path=tuple(headings),
        pages=(1,),
        pieces=tuple(pieces),
        tokens=len(text) // 4,
    )
