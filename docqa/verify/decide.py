"""Measured answers -> a decision: the table of back-verification, and nothing else.

Grounding decides, closed book labels: what the student does not know is what the set is for. Of FinanceBench's 150
questions a strong model answers 14 right from memory and 128 with the right page; dropping what closed book cannot
answer would throw away nine tenths of the new knowledge. Everything measured stays on the item, so a threshold can be
changed and decided again without asking anyone twice. A preference pair has no decision of its own: see ``pair``.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from docqa.records import Answer, Decision

Policy = Literal["default", "strict", "lenient", "retrieval-only"]
"""``default``: the table. ``strict``: only what the corpus answers to the question alone. ``lenient``: whatever its own
page supports, questions that can't find it included. ``retrieval-only``: as strict, and the page is not even asked, so
that an item costs one reading fewer, and no question is rewritten."""

AGREES = 0.6
"""The least agreement that counts. `python -m benchmarks.corruption`: .7 loses good English items (a tenth of them on
manuals with short sentences), .5 lets two points more of the answers about another subject pass."""

_FOUND = frozenset({Decision.KNOWN, Decision.NOVEL, Decision.GROUNDED})
"""Decisions where the corpus gives the item's answer to its question alone."""

_SOUND = _FOUND | {Decision.CHECKED, Decision.UNANSWERED, Decision.DISTILLED}

KEPT: Mapping[Policy, frozenset[Decision]] = {
    "default": _SOUND | {Decision.HARD},
    "strict": _SOUND,
    "lenient": _SOUND | {Decision.HARD, Decision.NOT_SELF_CONTAINED},
    "retrieval-only": _SOUND,
}
"""What each policy keeps. A conflict is set aside under all of them: the corpus itself must be mended first. What was
distilled without a corpus has nothing to be held against, so no policy says anything of it."""


def agrees(answer: Answer | None, threshold: float = AGREES) -> bool:
    """Whether a second answer was given and says what the item says; an abstention and an unknown do not."""
    return answer is not None and answer.agreement is not None and answer.agreement >= threshold


def decide(
    *,
    evidenced: bool,
    retrieval: Answer | None,
    source: Answer | None,
    closed_book: Answer | None,
    source_rank: int | None,
    contradicted: bool = False,
    threshold: float = AGREES,
) -> Decision:
    """Apply the table.

    Args:
        evidenced: whether the evidence stands in its chunk and bears out the answer.
        retrieval, source, closed_book: as in Verdict; None where the question was not asked.
        source_rank: rank of the source chunk among the passages; None when it is not there.
        contradicted: whether another passage supports a different answer.
        threshold: the least agreement that counts.
    """
    if not evidenced:
        return Decision.UNEVIDENCED
    if agrees(retrieval, threshold):
        if closed_book is None:
            return Decision.GROUNDED
        return Decision.KNOWN if agrees(closed_book, threshold) else Decision.NOVEL
    if source is None:
        return Decision.UNSUPPORTED
    if source.text and source.agreement is None:
        return Decision.UNKNOWN
    if not agrees(source, threshold):
        return Decision.PARAMETRIC if agrees(closed_book, threshold) else Decision.HALLUCINATED
    if source_rank is None:
        return Decision.NOT_SELF_CONTAINED
    return Decision.CONFLICT if contradicted else Decision.HARD


def after_each_alone(decision: Decision, alone: Sequence[Answer], threshold: float = AGREES) -> Decision:
    """The decision about an item of several chunks, once single passages were asked: none may give its answer.

    MuSiQue (Trivedi et al. 2022, arXiv 2108.00573) calls a question that skips a hop disconnected: the model that is
    trained on it learns a shortcut.
    """
    found = any(agrees(answer, threshold) for answer in alone)
    return Decision.SINGLE_HOP if found and decision in _FOUND | {Decision.HARD} else decision


def kept(decision: Decision, policy: Policy = "default") -> bool:
    """Whether an item with this decision is in the set: it is answered by the corpus, or passed its task's check."""
    return decision in KEPT[policy]
