"""Verdicts of preference pairs: the right answer is its item's, verified already; the wrong one must be wrong.

A pair that prefers one right answer to another teaches to tell them apart by what does not matter, so every doubt costs
it: the judge must find no agreement at all with the right answer, the source must not bear the wrong one out, and where
both were marked the right one must be marked as the more accurate. Only an answer that is the right one with one
number, unit, name or negation changed is not judged. It is wrong by how it was made, and judges overlook just that: the
embedded one found 50 of 468 such pairs of the sample documents to agree, most of them long answers that hold the number
in another place, too.

The verdict stays the item's own, which says what is known of the question; why a pair is dropped is a reason and no
decision:

    rejected_may_be_right   the judge finds some agreement or cannot tell, or the source supports the rejected answer
    pair_not_worse          the rejected answer is marked as accurate as the chosen one
    unknown                 the judge could not be asked; the next run asks again
"""

from docqa import veto
from docqa.index import Index
from docqa.records import Decision, Marks, QAItem
from docqa.verify.backend import Judge
from docqa.verify.given import LEAST_SUPPORT
from docqa.verify.support import support

MAY_BE_RIGHT = "rejected_may_be_right"
NOT_WORSE = "pair_not_worse"

CHANGED = 12
"""Characters of what is changed in an answer by rule, before or after."""


async def verify_pair(item: QAItem, index: Index, judge: Judge) -> QAItem:
    """The item, kept with its verdict's decision as the reason, or dropped; its verdict stays as it is.

    Args:
        item: a pair whose own answer has been verified, and is kept.

    Raises:
        CallError, ModelError: as the judge.
    """
    assert item.pair is not None
    assert item.verdict is not None, "a pair has the verdict of the item that it was made of"
    why = await _objection(item, index, judge)
    return item.model_copy(update={"kept": not why, "reason": why or str(item.verdict.decision)})


def unjudged(item: QAItem, kind: str) -> QAItem:
    """The pair whose judge could not be asked: it is not kept."""
    return item.model_copy(update={"kept": False, "reason": f"{Decision.UNKNOWN}: {kind}"})


async def _objection(item: QAItem, index: Index, judge: Judge) -> str:
    assert item.pair is not None
    rejected = item.pair.rejected
    if one_change(item.answer, rejected):
        return _not_worse(item.pair.chosen_marks, item.pair.marks)
    agreement = await judge.agreement(item.asked, item.settled, rejected, item.language)
    if agreement is None:
        return f"{MAY_BE_RIGHT}: the judge cannot tell"
    if agreement > 0:
        return f"{MAY_BE_RIGHT}: it agrees with the chosen one ({agreement:g})"
    if not item.input and _borne_out(item, rejected, index):
        return f"{MAY_BE_RIGHT}: its page bears it out"
    return _not_worse(item.pair.chosen_marks, item.pair.marks)


def one_change(chosen: str, rejected: str) -> bool:
    """Whether ``rejected`` is ``chosen`` but for a few characters in one place, which carry its meaning."""
    head = _shared(chosen, rejected)
    first, second = chosen[head:], rejected[head:]
    changed = max(len(first), len(second)) - _shared(first[::-1], second[::-1])
    return changed <= CHANGED and bool(veto.difference(chosen, rejected))


def _shared(a: str, b: str) -> int:
    """How many characters two texts begin with alike."""
    return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _borne_out(item: QAItem, rejected: str, index: Index) -> bool:
    """Whether the item's source supports the rejected answer to its question, by what needs no model."""
    least = LEAST_SUPPORT.get(item.language, LEAST_SUPPORT["en"])
    texts = (index.chunk(chunk_id).text for chunk_id in item.chunk_ids)
    return any(support(item.question, rejected, text, item.language) >= least for text in texts)


def _not_worse(chosen: Marks | None, rejected: Marks | None) -> str:
    right, wrong = (marks.accuracy if marks else None for marks in (chosen, rejected))
    if right is None or wrong is None or right > wrong:
        return ""
    return f"{NOT_WORSE}: {right:g} against {wrong:g}"
