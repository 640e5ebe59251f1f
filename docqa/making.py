"""Chunks -> items by the methods of a mix: as the text is read, with the index, and in rounds from what was kept."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial

from docqa.backend import Backend
from docqa.corpus import Corpus
from docqa.generate import After, Borrowed, Made, methods
from docqa.generate.kept import Kept
from docqa.generate.methods import Part
from docqa.generate.novelty import Novelty
from docqa.index import Index
from docqa.records import Chunk, QAItem, content_id
from docqa.runfolder import Spool
from docqa.settings import GenerateSettings
from docqa.stream import each, ordered_map

MOST_ROUNDS = 20
"""On the way to a target; a round that keeps nothing new ends it, too."""


def parts(backend: Backend, after: After) -> list[Part]:
    """The methods of the mix that wait for ``after``."""
    return [part for part in backend.mix if part.method.after == after]


async def make(chunks: AsyncIterator[Chunk], corpus: Corpus, backend: Backend, made: Spool) -> None:
    """Make items of the chunks as they come, in the chunks' order; they go to the spool as all else does here."""
    drawn = parts(backend, "text")
    await _make(chunks, drawn, backend.borrowed, corpus, backend, made, Novelty(drawn))


async def make_with_index(index: Index, corpus: Corpus, backend: Backend, made: Spool) -> None:
    """Make items of all chunks with what the index finds for them."""
    drawn = parts(backend, "index")
    corpus.plan(len(corpus.chunks))
    borrowed = replace(backend.borrowed, index=index)
    await _make(each(corpus.chunks), drawn, borrowed, corpus, backend, made, Novelty(drawn))


async def make_round(
    number: int, earlier: Sequence[QAItem], index: Index, corpus: Corpus, backend: Backend, made: Spool
) -> None:
    """Make items of what was kept of the ``earlier`` ones, on the chunks of a round."""
    drawn = parts(backend, "items")
    kept = Kept((item for item in earlier if item.kept), number)
    chunks = round_of(corpus.chunks, number, backend.borrowed.settings.target - len(kept.items))
    corpus.plan(len(chunks), final=True)
    borrowed = replace(backend.borrowed, index=index, kept=kept)
    await _make(each(chunks), drawn, borrowed, corpus, backend, made, Novelty(drawn, earlier))


def most_rounds(settings: GenerateSettings) -> int:
    """How many rounds there may be."""
    return settings.rounds or (MOST_ROUNDS if settings.target else 1)


def round_of(chunks: Sequence[Chunk], number: int, missing: int) -> list[Chunk]:
    """The chunks that a round works on: all, or on the way to a target as many as items are ``missing``.

    Those are other ones in each round: the next of an order that a hash gives.
    """
    usable = [chunk for chunk in chunks if not chunk.skipped]
    if missing <= 0 or missing >= len(usable):
        return usable
    order = sorted(usable, key=lambda chunk: content_id(str(number), chunk.id))
    drawn = {chunk.id for chunk in order[:missing]}
    return [chunk for chunk in usable if chunk.id in drawn]


async def _make(
    chunks: AsyncIterator[Chunk],
    drawn: Sequence[Part],
    borrowed: Borrowed,
    corpus: Corpus,
    backend: Backend,
    made: Spool,
    novelty: Novelty,
) -> None:
    seen = corpus.seen
    async for chunk, result in ordered_map(partial(_made, drawn, borrowed), chunks, backend.chunks_at_a_time):
        corpus.progress.advance("generate")
        new = [item for item in map(novelty.judged, result.items) if item is not None]
        for failed in result.failed:
            seen.call_failed(chunk, failed.error, failed.question, failed.method)
        if result.tried:
            seen.drawn.add(chunk.id)
        for item in new:
            seen.item_made(item)
            made.add(item)
        corpus.progress.total("verify", seen.items)


async def _made(drawn: Sequence[Part], borrowed: Borrowed, chunk: Chunk) -> tuple[Chunk, Made]:
    return chunk, Made() if chunk.skipped else await methods.make(chunk, drawn, borrowed)
