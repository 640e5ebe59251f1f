"""Fewer, better items: first the rules and the test sets, one item at a time, then the duplicates among what is left.

Rules go first because a duplicate of a broken item is no reason to drop the whole one. Nothing is ever removed: every
item comes out once, in the order it came in, with ``kept`` and ``reason`` set, so that the counts add up.
"""

from collections.abc import Iterable, Mapping

from docqa.curate.decontaminate import TestSets
from docqa.curate.dedup import MEANING, THRESHOLDS, Meaning, duplicates
from docqa.curate.diversity import Caps, diversify
from docqa.curate.rules import first_objection
from docqa.curate.score import FLOORS, heuristics, too_low
from docqa.records import Decision, QAItem

__all__ = ["MEANING", "THRESHOLDS", "Caps", "Meaning", "TestSets", "curate", "diversify"]


def curate(
    items: Iterable[QAItem],
    thresholds: Mapping[str, float] = THRESHOLDS,
    known_share: float = 1.0,
    floors: Mapping[str, float] = FLOORS,
    meaning: Meaning | None = None,
    tests: TestSets | None = None,
    unanswerable_share: float = 1.0,
) -> list[QAItem]:
    """Apply the don'ts of SFT data to ``items``; each comes out once, in order, kept or dropped with a reason.

    An item that the verifier has dropped stays as it is and takes no part. One that is kept, or not decided yet, is a
    candidate: when a rule objects it goes out with the rule's name and detail, or ``low-<score>`` when a score is too
    low, else it is kept for the reason it came with: its verdict's decision, or ``unverified``.

    Args:
        items: in a fixed order, which breaks ties between equal duplicates.
        thresholds: ROUGE-L F1 by language from which two items are duplicates; see ``dedup.THRESHOLDS``.
        known_share: largest share of the kept items that may be ``known``; those with the smallest ids stay.
        floors: least scores by name; see ``score.FLOORS``.
        meaning: how questions are compared by meaning; None for not at all.
        unanswerable_share: the same for items that say that there is no answer.
        tests: what the set must not hold: an item that shares text with it goes as ``contaminated:FILE:ROW``.
    """
    judged = [item if item.kept is False else _judge(item, floors, tests) for item in items]
    candidates = [place for place, item in enumerate(judged) if item.kept]
    reasons = duplicates([judged[place] for place in candidates], thresholds, meaning)
    for place, reason in reasons.items():
        judged[candidates[place]] = _drop(judged[candidates[place]], reason)
    judged = _capped(judged, Decision.KNOWN, known_share, "known-share")
    return _capped(judged, Decision.UNANSWERED, unanswerable_share, "unanswerable-share")


def _capped(items: list[QAItem], decision: Decision, share: float, reason: str) -> list[QAItem]:
    """Drop items of a decision until they are within their share; ids are hashes, so the choice is a fair draw.

    The last turns of conversations go first: what goes ends its conversation.
    """
    kept = [item for item in items if item.kept]
    of_it = [item for item in kept if item.verdict and item.verdict.decision is decision]
    capped = [item.id for item in sorted(of_it, key=lambda item: (item.turn.number if item.turn else 0, item.id))]
    others = len(kept) - len(capped)
    most = len(capped) if share >= 1 else int(share * others / (1 - share))
    surplus = set(capped[most:])
    return [_drop(item, reason) if item.kept and item.id in surplus else item for item in items]


def _judge(item: QAItem, floors: Mapping[str, float], tests: TestSets | None) -> QAItem:
    if objection := first_objection(item):
        return _drop(item, objection)
    if tests and (held := tests.holding(item)):
        return _drop(item, f"contaminated:{held}")
    item = item.model_copy(update={"heuristics": heuristics(item)})
    if low := too_low(item, floors):
        return _drop(item, low)
    decided = str(item.verdict.decision) if item.verdict else "unverified"
    return item.model_copy(update={"kept": True, "reason": item.reason or decided})


def _drop(item: QAItem, reason: str) -> QAItem:
    return item.model_copy(update={"kept": False, "reason": reason})
