"""What the student knows already may be capped, by request."""

import pytest
from test_rules import item

from docqa.curate import curate
from docqa.records import Answer, Decision, QAItem, Verdict


def decided(number: int, decision: Decision) -> QAItem:
    made = item(f"What is the torque of joint {number} of the pump?", f"It is {number} N·m.", f"It is {number} N·m.")
    verdict = Verdict(retrieval=Answer(text="x", agreement=1.0), decision=decision)
    return made.model_copy(update={"id": f"{number:03}", "kept": True, "reason": str(decision), "verdict": verdict})


ITEMS = [decided(n, Decision.KNOWN if n % 2 else Decision.NOVEL) for n in range(1, 41)]


@pytest.mark.parametrize(("share", "known"), [(1.0, 20), (0.5, 20), (0.2, 5), (0.0, 0)])
def test_known_items_are_at_most_their_share_and_the_others_stay(share: float, known: int):
    done = curate(ITEMS, known_share=share)
    kept = [item for item in done if item.kept]
    assert sum(item.reason == "known" for item in kept) == known
    assert sum(item.reason == "novel" for item in kept) == 20
    assert sum(item.reason == "known-share" for item in done) == 20 - known
    assert curate(ITEMS, known_share=share) == done
