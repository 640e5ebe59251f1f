"""Which other chunks a chunk may be asked about together with."""

import asyncio
from collections.abc import Sequence

from docqa.index import Index
from docqa.records import Chunk
from docqa.terms import terms
from docqa.text import squash

LOOKED_AT = 12
"""Chunks that a search returns, before those that can be no partners are left out."""

NEAR = 6
"""Among so many of the rest another document's is preferred to a nearer one of the same document."""

QUERY = 800
"""Characters of a chunk's own text that it is searched by, after its headings; what is rare in it weighs most."""

TWIN = 0.8
"""The share of terms in common from which two chunks are editions of one text."""


async def partner(chunk: Chunk, index: Index) -> Chunk | None:
    """The chunk to ask about together with this one; None where there is none, or the pair is the other one's to make.

    Of two chunks that choose each other the one with the smaller id leads, so no pair is made twice.
    """
    chosen = await _chosen(chunk, index)
    if chosen is None or (chosen.id < chunk.id and await _chosen(chosen, index) == chunk):
        return None
    return chosen


async def _chosen(chunk: Chunk, index: Index) -> Chunk | None:
    query = " ".join([*chunk.heading_path, chunk.text[:QUERY]])
    beside = {other.id for other in index.neighbours(chunk.id)}
    (all_near,) = await found([query], chunk, index, LOOKED_AT)
    near = [other for other in all_near if other.id not in beside]
    elsewhere = (other for other in near[:NEAR] if other.document_id != chunk.document_id)
    return next(elsewhere, near[0] if near else None)


async def found(queries: Sequence[str], chunk: Chunk, index: Index, most: int) -> list[list[Chunk]]:
    """What the index returns for each query and ``chunk`` can be joined with, best first.

    Not the chunk itself and its twins; nor what is in another language, or no item is made from.
    """
    results = await asyncio.to_thread(index.search_all, queries, most)
    return [
        [
            other
            for passage in passages
            if passage.chunk_id != chunk.id
            and (other := index.chunk(passage.chunk_id)).language == chunk.language
            and not other.skipped
            and not is_twin(chunk, other)
        ]
        for passages in results
    ]


def is_twin(a: Chunk, b: Chunk) -> bool:
    """Whether two chunks are the same text in two formats or editions."""
    if squash(a.text) == squash(b.text):
        return True
    first, second = set(terms(a.text)), set(terms(b.text))
    return len(first & second) >= TWIN * len(first | second)
