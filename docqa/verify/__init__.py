"""QAItem -> QAItem with a Verdict: each question is answered again, from retrieval and, where needed, from its source.

``verify`` measures and never drops; ``decide`` applies the policy. The order saves calls: evidence first, which costs
none; then retrieval; the source chunk only where retrieval does not agree; a rewritten question only where the source
agrees and was not found.
"""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from docqa import veto
from docqa.index import Index
from docqa.records import Answer, Chunk, Decision, Passage, QAItem, Verdict
from docqa.text import squash
from docqa.verify.agreement import LexicalJudge
from docqa.verify.backend import ClosedBook, Judge, Reader
from docqa.verify.decide import AGREES, Policy, agrees, decide, kept
from docqa.verify.evidence import flaw
from docqa.verify.retrieval import ExtractiveReader
from docqa.verify.rewrite import name_subject
from docqa.verify.wording import content

__all__ = [
    "AGREES",
    "ClosedBook",
    "ExtractiveReader",
    "Judge",
    "LexicalJudge",
    "Policy",
    "Reader",
    "decide",
    "decided",
    "kept",
    "unknown",
    "verify",
]

SAME_WORDS = 0.6
"""The share of an answer's words, numbers aside, that another answer must have to be about the same thing."""


async def verify(
    item: QAItem,
    found: Sequence[Passage],
    index: Index,
    reader: Reader,
    judge: Judge,
    closed_book: ClosedBook | None = None,
    *,
    threshold: float = AGREES,
    policy: Policy = "default",
) -> QAItem:
    """The item with its verdict, ``kept`` and ``reason``.

    The question of the returned item is another (and so is its id) where naming the subject made it pass; the verdict
    then holds the first one in ``rewritten_from``.

    Args:
        found: what the index returns for the question; the reader gets to see all of them.
        closed_book: the student, or None when the backend has none.
        threshold: the least agreement that counts as agreeing.
        policy: which decisions keep an item; ``retrieval-only`` never asks its source.

    Raises:
        CallError: a model could not answer; ``unknown`` makes the verdict of that.
        ModelError: the model is gone.
    """
    checked = await _verified(item, found, index, reader, judge, closed_book, threshold, policy != "retrieval-only")
    return decided(checked, policy)


def decided(item: QAItem, policy: Policy) -> QAItem:
    """The item with ``kept`` as the policy has it for the decision of its verdict."""
    assert item.verdict is not None
    return item.model_copy(update={"kept": kept(item.verdict.decision, policy)})


async def _verified(
    item: QAItem,
    found: Sequence[Passage],
    index: Index,
    reader: Reader,
    judge: Judge,
    closed_book: ClosedBook | None,
    threshold: float,
    ask_source: bool,
) -> QAItem:
    if why := flaw(item, index.chunk):
        # No question is asked about an answer that its own quotes do not bear out.
        return _decided(item, Verdict(decision=Decision.UNEVIDENCED), why)
    first, memory = await asyncio.gather(
        _retrieve(item, found, index, reader, judge), _remembered(item, closed_book, judge)
    )
    if agrees(first.retrieval, threshold) or not ask_source:
        return _verdict(item, first, memory, threshold)
    source = await _judged(item, await reader.read(item.question, _source(item, index), item.language), judge)
    first = first.model_copy(update={"source": source})
    if agrees(source, threshold) and first.source_rank is None and (named := _named(item, index)) is not None:
        passages = await asyncio.to_thread(index.search, named.question, max(1, len(found)))
        again = await _retrieve(named, passages, index, reader, judge)
        if agrees(again.retrieval, threshold):
            return _verdict(named, again.model_copy(update={"rewritten_from": item.question}), memory, threshold)
    return _verdict(item, first, memory, threshold, _contradicted(item, first, index))


def unknown(item: QAItem, why: str) -> QAItem:
    """The item with the verdict that it could not be verified: neither right nor wrong, and not kept."""
    return _decided(item, Verdict(decision=Decision.UNKNOWN), why).model_copy(update={"kept": False})


async def _remembered(item: QAItem, closed_book: ClosedBook | None, judge: Judge) -> Answer | None:
    if closed_book is None:
        return None
    return await _judged(item, await closed_book.answer(item.question, item.language), judge)


async def _retrieve(item: QAItem, found: Sequence[Passage], index: Index, reader: Reader, judge: Judge) -> Verdict:
    """A verdict, not yet decided, with what retrieval says."""
    given = await reader.read(item.question, [index.chunk(passage.chunk_id) for passage in found], item.language)
    quotes = [squash(evidence.quote) for evidence in item.evidence]
    ranks = [rank for rank, passage in enumerate(found, 1) if _is_source(item, quotes, index.chunk(passage.chunk_id))]
    return Verdict(
        retrieval=await _judged(item, given, judge),
        passages=tuple(found),
        source_rank=ranks[0] if ranks else None,
        decision=Decision.HALLUCINATED,
    )


def _is_source(item: QAItem, quotes: Sequence[str], passage: Chunk) -> bool:
    """Whether a passage is the item's source or its twin: the same evidence in another format or edition."""
    if passage.id in item.chunk_ids:
        return True
    text = _squashed(passage.text)
    return all(quote in text for quote in quotes)


@lru_cache(maxsize=4096)
def _squashed(text: str) -> str:
    """``squash`` of a passage, which comes back for the other questions about it."""
    return squash(text)


async def _judged(item: QAItem, given: str, judge: Judge) -> Answer:
    if not given:
        return Answer(text="")
    return Answer(text=given, agreement=await judge.agreement(item.question, item.settled, given, item.language))


def _source(item: QAItem, index: Index) -> Sequence[Chunk]:
    """The item's chunks, then their neighbours."""
    own = [index.chunk(chunk_id) for chunk_id in item.chunk_ids]
    beside = [near for chunk_id in item.chunk_ids for near in index.neighbours(chunk_id)]
    return list({chunk.id: chunk for chunk in (*own, *beside)}.values())


def _named(item: QAItem, index: Index) -> QAItem | None:
    """The item with its subject named in the question; None when there is nothing to name that it does not say."""
    question = name_subject(item.question, index.chunk(item.chunk_ids[0]), item.language)
    if question is None:
        return None
    return item.asking(question)


def _contradicted(item: QAItem, verdict: Verdict, index: Index) -> bool:
    """Whether a passage other than the source gives another value for the same thing.

    Conservative, since a different answer is mostly an answer about something else: the reader's answer must share
    the words of the item's own, differ from it in a number or a negation, and stand in another passage and not in the
    source.
    """
    if verdict.retrieval is None or verdict.retrieval.abstained or verdict.retrieval.agreement != 0.0:
        return False
    given = verdict.retrieval.text
    wanted = {term for term in content(item.answer) if not term[0].isdigit()}
    if len(wanted & content(given)) < SAME_WORDS * len(wanted):
        return False
    if veto.numbers(given).keys() >= veto.numbers(item.answer).keys() and not veto.flipped(given, item.answer):
        return False
    text = squash(given)
    inside = {passage.chunk_id for passage in verdict.passages if text in _squashed(index.chunk(passage.chunk_id).text)}
    return bool(inside) and not inside & set(item.chunk_ids)


def _verdict(
    item: QAItem, measured: Verdict, memory: Answer | None, threshold: float, contradicted: bool = False
) -> QAItem:
    decision = decide(
        evidenced=True,
        retrieval=measured.retrieval,
        source=measured.source,
        closed_book=memory,
        source_rank=measured.source_rank,
        contradicted=contradicted,
        threshold=threshold,
    )
    return _decided(item, measured.model_copy(update={"closed_book": memory, "decision": decision}))


def _decided(item: QAItem, verdict: Verdict, detail: str = "") -> QAItem:
    reason = f"{verdict.decision}: {detail}" if detail else str(verdict.decision)
    return item.model_copy(update={"verdict": verdict, "reason": reason})
