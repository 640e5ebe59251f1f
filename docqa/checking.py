"""Items -> items with verdicts and scores, in order: the index over all chunks, each question answered again."""

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from docqa.backend import Backend
from docqa.curate.rating import Rated
from docqa.embed import Embedder
from docqa.errors import CallError, WorkerError
from docqa.index import Index, fit_index
from docqa.records import Chunk, Passage, QAItem
from docqa.seen import Seen
from docqa.settings import VerifySettings
from docqa.stream import ordered_map, runs
from docqa.verify import decided, unknown, verify
from docqa.verify.confidence import failed
from docqa.verify.given import verify_given
from docqa.verify.hops import verify_hops
from docqa.verify.pair import unjudged, verify_pair
from docqa.verify.task import failed_check, verify_task
from docqa.verify.unanswered import verify_unanswered
from docqa.workers import WorkerPool

GIVEN = "given"
"""The method of items that were made elsewhere."""

ELSEWHERE = frozenset({GIVEN, "feedback"})
"""The methods of items that are not in the words of their passage."""

INDEX_TIMEOUT_S = 3600.0
"""For building the index, which takes about two seconds for 1,000 chunks."""


async def open_index(
    pool: WorkerPool, out: Path, chunks: Sequence[Chunk], dense: Embedder | None, dense_weight: float
) -> Index:
    """The index over ``chunks``, which ``out/chunks.jsonl`` holds, too.

    The embedded embedder is fitted by a worker, and the index built in a thread, so that a model is kept busy
    meanwhile; a ``dense`` one is loaded in this process, so it embeds in the thread.
    """
    if dense is None:
        with suppress(WorkerError):  # then it is fitted here
            await pool.call(partial(fit_index, out / "index"), out / "chunks.jsonl", timeout_s=INDEX_TIMEOUT_S)
    index = await asyncio.to_thread(Index.open_or_build, out / "index", chunks, dense, dense_weight)
    gc.freeze()  # what is loaded now stays to the end; the collector need not go through it again and again
    return index


async def checked(
    items: AsyncIterator[list[QAItem]], index: Index, backend: Backend, settings: VerifySettings, seen: Seen
) -> AsyncIterator[QAItem]:
    """The items with their verdicts; a call that failed makes its item ``unknown`` and ends in ``seen``.

    Args:
        items: as many at a time as there are; they are searched for together.
    """

    async def check(found: tuple[QAItem, list[Passage]]) -> QAItem:
        item, passages = found
        try:
            if item.kept is False:
                return item  # its method dropped it, and said why
            if item.pair is not None:
                return await verify_pair(item, index, backend.judge)
            check_of_method = backend.checks.get(item.origin.method)
            if item.input:
                done = verify_task(item, index.chunk(item.chunk_ids[0]), check_of_method)
                return decided(done, settings.policy)
            if not item.answerable:
                done = await verify_unanswered(item, passages, index, backend.reader, check_of_method)
                return decided(done, settings.policy)
            if check_of_method and (why := check_of_method(item, index.chunk(item.chunk_ids[0]))):
                return decided(failed_check(item, why), settings.policy)
            if item.origin.method in ELSEWHERE and not backend.reads_anything:
                done = await verify_given(item, passages, index, backend.judge, backend.closed_book, settings.threshold)
                return decided(done, settings.policy)
            return await (verify_hops if len(item.chunk_ids) > 1 else verify)(
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
            return unjudged(item, error.kind) if item.pair else unknown(item, error.kind)

    async for item in ordered_map(check, _searched(items, index, backend.passages), backend.items_at_a_time):
        yield item


async def _searched(
    items: AsyncIterator[list[QAItem]], index: Index, passages: int
) -> AsyncIterator[tuple[QAItem, list[Passage]]]:
    """Each item with the passages for its question, none for one that carries its input, is dropped or is a pair.

    A question of two chunks gets twice as many. A thread searches: a dense embedder may take its time.
    """
    async for some in items:
        asked = [item for item in some if not item.input and item.kept is not False and item.pair is None]
        questions = [item.question for item in asked]
        most = passages * max((len(item.chunk_ids) for item in asked), default=1)
        found = await asyncio.to_thread(index.search_all, questions, most) if questions else []
        by_id = {
            item.id: best[: passages * max(1, len(item.chunk_ids))] for item, best in zip(asked, found, strict=True)
        }
        for item in some:
            yield item, by_id.get(item.id, [])


async def confident(items: AsyncIterator[QAItem], index: Index, backend: Backend, seen: Seen) -> AsyncIterator[QAItem]:
    """The items, those dropped whose answers a model is not sure of; a call that failed drops its item, too.

    Only what is kept so far is asked about, and only where a model has read its answer from a text: not what rules
    made, what carries its input, what says that there is no answer, or a preference pair, whose item was asked about.
    """
    sure = backend.confidence

    async def filtered(item: QAItem) -> QAItem:
        if sure is None or not item.kept or item.input or not item.answerable or item.pair:
            return item
        if not item.origin.model and item.origin.method not in ELSEWHERE:
            sure.by_rule += 1
            return item
        try:
            return await sure.filtered(item, [index.chunk(chunk_id) for chunk_id in item.chunk_ids])
        except CallError as error:
            seen.call_failed(index.chunk(item.chunk_ids[0]), error, item.question)
            return failed(item, error.kind)

    async for item in ordered_map(filtered, items, backend.items_at_a_time):
        yield item


async def rated(items: AsyncIterator[QAItem], index: Index, backend: Backend, seen: Seen) -> AsyncIterator[QAItem]:
    """The items with a model's scores, those of the same chunks together; a rating that failed ends in ``seen``."""

    async def rate(some: list[QAItem]) -> Rated:
        if backend.rate is None or not some[0].chunk_ids:  # somebody's, about nothing in the corpus, is not kept
            return Rated(tuple(some))
        return await backend.rate([index.chunk(chunk_id) for chunk_id in some[0].chunk_ids], some)

    async for done in ordered_map(rate, runs(items, lambda item: item.chunk_ids), backend.chunks_at_a_time):
        for item, error in done.failed:
            seen.call_failed(index.chunk(item.chunk_ids[0]), error, item.question)
        for item in done.items:
            yield item
