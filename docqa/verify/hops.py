"""Verdicts of items of several chunks: right as a whole, and out of reach of any of the chunks alone.

First each chunk must have a quote. Then a model reads the whole question and verifies it as any other (``verify``). The
embedded reader finds single sentences and cells and puts nothing together, so where a rule joined two questions, whose
``hops`` are known, each of these is verified by itself, and both must be kept.

Last comes what makes it a question of several hops: each chunk alone must not give the answer, or, where the hops are
known, must not answer the other one's question. Nor must any other passage that was found and holds all the quotes (the
same text in another edition, cut elsewhere). HotpotQA (Yang et al. 2018, arXiv 1809.09600) leaves that to its
writers, and most of its questions turn out to need one passage (Min et al. 2019, arXiv 1906.02900); MuSiQue (Trivedi
et al. 2022, arXiv 2108.00573) filters for it. It costs a call a passage, asked only for what is kept so far.
"""

import asyncio
from collections.abc import Sequence

from docqa.index import Index
from docqa.records import Answer, Decision, Hop, Passage, QAItem, Verdict, item_id
from docqa.text import squash
from docqa.verify import decided, verify
from docqa.verify.backend import ClosedBook, Judge, Reader
from docqa.verify.decide import AGREES, Policy, after_each_alone, agrees, decide
from docqa.verify.evidence import flaw

_PLACES = ("first", "second", "third", "fourth", "fifth")


async def verify_hops(
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
    """``verify`` for an item of several chunks; the arguments are the same.

    Raises:
        CallError, ModelError: as ``verify``.
    """
    for at, chunk_id in enumerate(item.chunk_ids):
        if not any(evidence.chunk_id == chunk_id for evidence in item.evidence):
            verdict = Verdict(decision=Decision.UNEVIDENCED)
            return decided(_with(item, verdict, f"no quote of the {_place(at)} passage"), policy)
    if item.hops:
        done = await _each_hop(item, len(found), index, reader, judge, closed_book, threshold, policy)
        alone = await _of_the_others(done, index, reader, judge) if done.kept else []
    else:
        done = await verify(item, found, index, reader, judge, closed_book, threshold=threshold, policy=policy)
        alone = await _of_the_whole(done, index, reader, judge) if done.kept else []
    if not alone:
        return done
    assert done.verdict is not None
    decision = after_each_alone(done.verdict.decision, alone, threshold)
    verdict = done.verdict.model_copy(update={"alone": tuple(alone), "decision": decision})
    if decision is done.verdict.decision:
        return done.model_copy(update={"verdict": verdict})
    at = next(at for at, answer in enumerate(alone) if agrees(answer, threshold))
    by = f"the {_place(at)}" if at < len(item.chunk_ids) else "another"
    why = f"{by} passage alone answers {'both' if item.hops else 'it'}"
    return decided(_with(done, verdict, why), policy)


def _place(at: int) -> str:
    return _PLACES[at] if at < len(_PLACES) else f"{at + 1}th"


def _others_with_all(item: QAItem, index: Index) -> list[str]:
    """The ids of other passages that were found and hold every quote."""
    assert item.verdict is not None
    quotes = [squash(evidence.quote) for evidence in item.evidence]
    others = (passage.chunk_id for passage in item.verdict.passages if passage.chunk_id not in item.chunk_ids)
    return [other for other in others if all(quote in squash(index.chunk(other).text) for quote in quotes)]


async def _of_the_whole(item: QAItem, index: Index, reader: Reader, judge: Judge) -> list[Answer]:
    """What each chunk alone answers, then what other passages with all the quotes do."""

    async def asked(chunk_id: str) -> Answer:
        given = await reader.read(item.question, [index.chunk(chunk_id)], item.language)
        return await _judged(item.question, item.settled, given, item.language, judge)

    return list(await asyncio.gather(*map(asked, (*item.chunk_ids, *_others_with_all(item, index)))))


async def _of_the_others(item: QAItem, index: Index, reader: Reader, judge: Judge) -> list[Answer]:
    """What each chunk alone answers to the hop of the other: the answer that agrees best, where there are several.

    Then what other passages with all the quotes answer to all hops: the answer that agrees least.
    """

    async def asked(chunk_id: str, hop: Hop) -> Answer:
        given = await reader.read(hop.question, [index.chunk(chunk_id)], item.language)
        return await _judged(hop.question, hop.answer, given, item.language, judge)

    answers = []
    for hop, chunk_id in zip(item.hops, item.chunk_ids, strict=True):
        others = [other for other in item.hops if other is not hop]
        given = await asyncio.gather(*(asked(chunk_id, other) for other in others))
        answers.append(max(given, key=_agreement))
    for chunk_id in _others_with_all(item, index):
        answers.append(min(await asyncio.gather(*(asked(chunk_id, hop) for hop in item.hops)), key=_agreement))
    return answers


def _agreement(answer: Answer) -> float:
    return answer.agreement or 0.0


async def _judged(question: str, expected: str, given: str, language: str, judge: Judge) -> Answer:
    if not given:
        return Answer(text="")
    return Answer(text=given, agreement=await judge.agreement(question, expected, given, language))


async def _each_hop(
    item: QAItem,
    passages: int,
    index: Index,
    reader: Reader,
    judge: Judge,
    closed_book: ClosedBook | None,
    threshold: float,
    policy: Policy,
) -> QAItem:
    """The item with the verdict that its hops' verdicts make: the first that is dropped, else the harder one."""
    if why := flaw(item, index.chunk):
        return decided(_with(item, Verdict(decision=Decision.UNEVIDENCED), why), policy)

    async def verified(hop: Hop) -> QAItem:
        found = await asyncio.to_thread(index.search, hop.question, max(1, passages // len(item.hops)))
        one = _single(item, hop)
        done = await verify(one, found, index, reader, judge, threshold=threshold, policy=policy)
        return done if done.question == hop.question else _not_found(one, done, policy)

    hops = await asyncio.gather(*map(verified, item.hops))
    verdicts = [done.verdict for done in hops if done.verdict is not None]
    dropped = next((place for place, done in enumerate(hops) if not done.kept), None)
    measured = _together(verdicts)
    if dropped is not None:
        verdict = measured.model_copy(update={"decision": verdicts[dropped].decision})
        return decided(_with(item, verdict, f"the {_place(dropped)} hop"), policy)
    memory = None
    if closed_book is not None:
        said = await closed_book.answer(item.question, item.language)
        memory = await _judged(item.question, item.settled, said, item.language, judge)
    hard = next((verdict.decision for verdict in verdicts if verdict.decision is not Decision.GROUNDED), None)
    decision = hard or decide(
        evidenced=True,
        retrieval=measured.retrieval,
        source=None,
        closed_book=memory,
        source_rank=measured.source_rank,
        threshold=threshold,
    )
    return decided(_with(item, measured.model_copy(update={"closed_book": memory, "decision": decision})), policy)


def _single(item: QAItem, hop: Hop) -> QAItem:
    """One hop as an item of its own; its question and answer are those that the extractive rules made."""
    return item.model_copy(
        update={
            "id": item_id([hop.chunk_id], hop.question, hop.answer),
            "chunk_ids": (hop.chunk_id,),
            "question": hop.question,
            "answer": hop.answer,
            "hops": (),
            "evidence": tuple(evidence for evidence in item.evidence if evidence.chunk_id == hop.chunk_id),
        }
    )


def _not_found(hop: QAItem, renamed: QAItem, policy: Policy) -> QAItem:
    """A hop that passed under another question: the whole does not ask that one."""
    assert renamed.verdict is not None
    verdict = renamed.verdict.model_copy(update={"decision": Decision.NOT_SELF_CONTAINED})
    return decided(_with(hop, verdict), policy)


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    """What was measured of the hops as one verdict, not yet decided; its rank is that of the hop that ranks last."""
    ranks = [verdict.source_rank for verdict in verdicts]
    known = [rank for rank in ranks if rank is not None]
    passages = {passage.chunk_id: passage for verdict in verdicts for passage in verdict.passages}
    return Verdict(
        retrieval=_joined([verdict.retrieval for verdict in verdicts]),
        passages=tuple(passages.values()),
        source_rank=max(known) if len(known) == len(ranks) else None,
        decision=Decision.HALLUCINATED,
    )


def _joined(answers: Sequence[Answer | None]) -> Answer:
    """The hops' answers as one, as good as the worst; an abstention where the reader abstained from one."""
    given = [answer for answer in answers if answer is not None and answer.text]
    if len(given) < len(answers):
        return Answer(text="")
    agreements = [answer.agreement for answer in given if answer.agreement is not None]
    return Answer(
        text=" ".join(answer.text for answer in given),
        agreement=min(agreements) if len(agreements) == len(given) else None,
    )


def _with(item: QAItem, verdict: Verdict, detail: str = "") -> QAItem:
    reason = f"{verdict.decision}: {detail}" if detail else str(verdict.decision)
    return item.model_copy(update={"verdict": verdict, "reason": reason})
