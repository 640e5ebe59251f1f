"""Verdicts of items that carry their input: the check of their own task, and no retrieval.

"Summarise the following text" is given the text, so nothing has to be found, and there is nothing that a closed book
could know: neither is asked. What can be told is whether the quotes stand in the chunk, and whether the answer is what
its task asks for: the labels are of the list, the numbers of the text are in its translation. That check belongs to
the method that made the item. ``checked`` is what it has nothing against; a model rates it after that, as all else.
"""

from collections.abc import Callable

from docqa.records import Chunk, Decision, QAItem, Verdict
from docqa.verify.evidence import stands

Check = Callable[[QAItem, Chunk], str]
"""An item and its chunk to what is wrong with the answer, in a few words, or ""."""


def verify_task(item: QAItem, chunk: Chunk, check: Check | None) -> QAItem:
    """The item with its verdict; ``kept`` is left to the policy.

    Args:
        check: its method's; without one nobody can say whether the answer is right.
    """
    decision, why = Decision.CHECKED, ""
    if not item.evidence or not all(stands(evidence, chunk) for evidence in item.evidence):
        decision, why = Decision.UNEVIDENCED, "quote is not in its chunk" if item.evidence else "no quote"
    elif check is None:
        decision, why = Decision.UNKNOWN, f"the method {item.origin.method} has no check for it"
    elif why := check(item, chunk):
        decision = Decision.FAILED_CHECK
    return _decided(item, decision, why)


def failed_check(item: QAItem, why: str) -> QAItem:
    """The item with the verdict that its method's check has ``why`` against it."""
    return _decided(item, Decision.FAILED_CHECK, why)


def _decided(item: QAItem, decision: Decision, why: str) -> QAItem:
    reason = f"{decision}: {why}" if why else str(decision)
    return item.model_copy(update={"verdict": Verdict(decision=decision), "reason": reason})
