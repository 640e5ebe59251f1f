"""Preference pairs in curation: a pair goes where the item goes that it was made of.

It asks and answers what its item does, so it takes no part in rules, duplicates and caps: it would be its own item's
duplicate, and count twice where a share is capped.
"""

from collections.abc import Sequence

from docqa.records import QAItem, pair_id

DROPPED = "parent-dropped"


def followed(before: Sequence[QAItem], after: Sequence[QAItem]) -> list[QAItem]:
    """``after`` with each kept pair as its item is there: dropped as ``parent-dropped:<reason>``, or asked like it.

    Args:
        before: the items as they came, whose ids the pairs know.
        after: the same items in the same order, some dropped, some with another question and id.
    """
    parents: dict[str, QAItem] = {}
    for old, new in zip(before, after, strict=True):
        if old.pair is None and not (old.id in parents and parents[old.id].kept):
            parents[old.id] = new
    return [
        _like(new, old.made_from, parents.get(old.made_from)) if new.pair is not None and _follows(new) else new
        for old, new in zip(before, after, strict=True)
    ]


def _follows(pair: QAItem) -> bool:
    """Whether nothing is wrong with the pair itself."""
    return pair.kept is not False or pair.reason.startswith(DROPPED)


def _like(pair: QAItem, made_from: str, parent: QAItem | None) -> QAItem:
    if parent is None or not parent.kept:
        why = parent.reason if parent else "it is not there"
        return pair.model_copy(update={"kept": False, "reason": f"{DROPPED}: {why}"})
    changes: dict[str, object] = {"kept": True, "scores": parent.scores, "heuristics": parent.heuristics}
    if parent.id != made_from:
        assert pair.pair is not None
        changes |= {
            "id": pair_id(parent.id, pair.pair.rejected),
            "made_from": parent.id,
            "question": parent.question,
            "asked_first": parent.asked_first,
        }
    return pair.model_copy(update=changes)
