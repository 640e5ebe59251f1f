"""Verdicts without a model for items that were made elsewhere.

Such an item's words are not its passage's, so what the embedded reader answers cannot be compared with it (on SQuAD and
CMRC it keeps three quarters of what is right, and a quarter of what is wrong passes). What can be asked is how far the
passage supports this answer to this question (``support``), and whether the question alone finds that passage.
"""

from collections.abc import Sequence

from docqa.index import Index
from docqa.records import Answer, Decision, Passage, QAItem, Verdict
from docqa.verify.backend import ClosedBook, Judge
from docqa.verify.decide import AGREES, decide
from docqa.verify.support import support

LEAST_SUPPORT = {"en": 0.3, "zh": 0.4}
"""The support that counts as agreeing. `python -m benchmarks.verification`: nine in ten of the grounded have .27 (en)
and .37 (zh) on the reported half; on the half that the weights were fitted on, .51 and .64."""


async def verify_given(
    item: QAItem, found: Sequence[Passage], index: Index, judge: Judge, closed_book: ClosedBook | None, threshold: float
) -> QAItem:
    """The item with its verdict; ``kept`` is left to the policy.

    Args:
        found: what the index returns for the question alone.
        threshold: as the settings have it, where ``AGREES`` stands for the support that counts.
    """
    if not item.evidence:
        verdict = Verdict(passages=tuple(found), decision=Decision.UNEVIDENCED)
        return item.model_copy(update={"verdict": verdict, "reason": f"{verdict.decision}: no sentence says it"})
    (chunk_id,) = item.chunk_ids
    given = support(item.question, item.answer, index.chunk(chunk_id).text, item.language)
    said = Answer(text=item.evidence[0].quote, agreement=agreement(given, item.language))
    rank = next((rank for rank, passage in enumerate(found, 1) if passage.chunk_id == chunk_id), None)
    memory = None
    if closed_book is not None:
        recalled = await closed_book.answer(item.question, item.language)
        agrees = await judge.agreement(item.question, item.answer, recalled, item.language) if recalled else None
        memory = Answer(text=recalled, agreement=agrees)
    measured = Verdict(
        closed_book=memory,
        retrieval=said if rank else Answer(text=""),
        source=said,
        passages=tuple(found),
        source_rank=rank,
        decision=Decision.HALLUCINATED,
    )
    decision = decide(
        evidenced=True,
        retrieval=measured.retrieval,
        source=said,
        closed_book=memory,
        source_rank=rank,
        threshold=threshold,
    )
    return item.model_copy(
        update={"verdict": measured.model_copy(update={"decision": decision}), "reason": str(decision)}
    )


def agreement(given: float, language: str) -> float:
    """Support on the scale of agreement: ``LEAST_SUPPORT`` becomes ``AGREES``, and 0 and 1 stay what they are."""
    least = LEAST_SUPPORT.get(language, LEAST_SUPPORT["en"])
    scaled = AGREES * given / least if given < least else AGREES + (1 - AGREES) * (given - least) / (1 - least)
    return round(scaled, 3)
