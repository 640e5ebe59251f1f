"""Items -> items with verdicts, in order: the index over all chunks, and each question answered again."""

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from docqa import outputs
from docqa.backend import Backend
from docqa.errors import CallError, WorkerError
from docqa.index import Index, build_index
from docqa.records import Chunk, Passage, QAItem
from docqa.settings import VerifySettings
from docqa.stream import ordered_map, runs
from docqa.verify import decided, unknown, verify
from docqa.verify.given import verify_given
from docqa.workers import WorkerPool

GIVEN = "given"
"""The method of items that were made elsewhere."""

INDEX_TIMEOUT_S = 3600.0
"""For building the index, which takes about two seconds for 1,000 chunks."""


async def open_index(pool: WorkerPool, out: Path, chunks: Sequence[Chunk]) -> Index:
    """The index over ``chunks``, which ``out/chunks.jsonl`` holds, too.

    It is built by a worker and opened in a thread, so that a model is kept busy meanwhile.
    """
    with suppress(WorkerError):  # then it is built here
        await pool.call(partial(build_index, out / "index"), out / "chunks.jsonl", timeout_s=INDEX_TIMEOUT_S)
    index = await asyncio.to_thread(Index.open_or_build, out / "index", chunks)
    gc.freeze()  # what is loaded now stays to the end; the collector need not go through it again and again
    return index


async def checked(
    items: AsyncIterator[QAItem], index: Index, backend: Backend, settings: VerifySettings, seen: outputs.Seen
) -> AsyncIterator[QAItem]:
    """The items with their verdicts; a call that failed makes its item ``unknown`` and ends in ``seen``."""

    async def check(found: tuple[QAItem, list[Passage]]) -> QAItem:
        item, passages = found
        try:
            if item.origin.method == GIVEN and not backend.reads_anything:
                done = await verify_given(item, passages, index, backend.judge, backend.closed_book, settings.threshold)
                return decided(done, settings.policy)
            return await verify(
                item,
                passages,
                index,
                backend.reader,
                backend.judge,
                backend.closed_book,
                threshold=settings.threshold,
                policy=settings.policy,
            )
        except CallError as error:
            seen.call_failed(index.chunk(item.chunk_ids[0]), error, item.question)
            return unknown(item, error.kind)

    async for item in ordered_map(check, _searched(items, index, backend.passages), backend.items_at_a_time):
        yield item


async def _searched(
    items: AsyncIterator[QAItem], index: Index, passages: int
) -> AsyncIterator[tuple[QAItem, list[Passage]]]:
    """Each item with the passages for its question; questions about one chunk are searched for together."""
    async for about_one in runs(items, lambda item: item.chunk_ids):
        found = index.search_all([item.question for item in about_one], passages)
        for pair in zip(about_one, found, strict=True):
            yield pair
