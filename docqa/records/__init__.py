"""The nouns that flow through docqa: Document, Block, Chunk, QAItem, Evidence, Verdict, Row.

Every record is frozen and compares by value. Ids are content hashes, so the same input gives the same ids on every
machine and in every run. Pages are numbered from 1; boxes are in PDF points with the origin at the top left;
offsets count Unicode code points and are half open, as Python slices are.
"""

from docqa.records.base import Record, content_id
from docqa.records.chunks import Chunk, Piece
from docqa.records.documents import (
    CELL_SEPARATOR,
    BBox,
    Block,
    BlockKind,
    Box,
    Document,
    Page,
    Span,
    cell_offsets,
    rows_text,
)
from docqa.records.items import (
    Beside,
    DialogueTurn,
    Evidence,
    Heuristics,
    Hop,
    Marks,
    Origin,
    Pair,
    QAItem,
    Scores,
    Step,
    item_id,
    pair_id,
)
from docqa.records.rows import Row
from docqa.records.verdicts import Answer, Confidence, Decision, Passage, Verdict

__all__ = [
    "CELL_SEPARATOR",
    "Answer",
    "BBox",
    "Beside",
    "Block",
    "BlockKind",
    "Box",
    "Chunk",
    "Confidence",
    "Decision",
    "DialogueTurn",
    "Document",
    "Evidence",
    "Heuristics",
    "Hop",
    "Marks",
    "Origin",
    "Page",
    "Pair",
    "Passage",
    "Piece",
    "QAItem",
    "Record",
    "Row",
    "Scores",
    "Span",
    "Step",
    "Verdict",
    "cell_offsets",
    "content_id",
    "item_id",
    "pair_id",
    "rows_text",
]
