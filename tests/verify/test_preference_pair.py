"""A pair is kept where its rejected answer is wrong beyond doubt, and its right one is the better."""

import asyncio
from collections.abc import Iterator

import pytest
from handmade import make_chunk

from docqa.generate.items import item
from docqa.index import Index
from docqa.records import Decision, Marks, Origin, Pair, QAItem, Verdict
from docqa.verify import LexicalJudge
from docqa.verify.pair import one_change, unjudged, verify_pair

TEXT = "The seal of the pump is replaced after 8000 hours. The bearings of the pump are greased by the operator."
CHUNK = make_chunk(TEXT)
RIGHT = "The seal of the pump is replaced after 8000 hours."


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    made = Index.open_or_build(tmp_path_factory.mktemp("index"), [CHUNK])
    yield made
    made.close()


class Says:
    """A judge that finds what it is told to, and counts how often it is asked."""

    def __init__(self, agreement: float | None) -> None:
        self.found, self.asked = agreement, 0

    async def agreement(self, question: str, expected: str, given: str, language: str) -> float | None:
        self.asked += 1
        return self.found


def marks(accuracy: float | None) -> Marks:
    return Marks(accuracy=accuracy, by="m")


def pair(rejected: str, chosen: Marks | None = None, marked: Marks | None = None) -> QAItem:
    made = item(
        CHUNK, "When is the seal of the pump replaced?", RIGHT, [RIGHT], "qa/fact", Origin(method="t", prompt="")
    )
    paired = Pair(rejected=rejected, source="sampled", marks=marked, chosen_marks=chosen)
    return made.model_copy(update={"pair": paired, "verdict": Verdict(decision=Decision.NOVEL)})


GUESS = "Whenever a leak is seen."


@pytest.mark.parametrize(
    ("made", "agreement", "reason"),
    [
        (pair(GUESS), 0.0, "novel"),
        (pair(GUESS, marks(5), marks(1)), 0.0, "novel"),
        (pair(GUESS, marks(5), marks(None)), 0.0, "novel"),
        (pair(GUESS), 0.3, "rejected_may_be_right: it agrees with the chosen one (0.3)"),
        (pair(GUESS), None, "rejected_may_be_right: the judge cannot tell"),
        (pair("After 8000 hours."), 0.0, "rejected_may_be_right: its page bears it out"),
        (pair(GUESS, marks(4), marks(5)), 0.0, "pair_not_worse: 4 against 5"),
        (pair(GUESS, marks(4.5), marks(4.5)), 0.0, "pair_not_worse: 4.5 against 4.5"),
        (pair(RIGHT.replace("8000", "9000"), marks(3), marks(3)), 1.0, "pair_not_worse: 3 against 3"),
    ],
)
def test_every_doubt_costs_the_pair_and_the_verdict_stays(
    index: Index, made: QAItem, agreement: float | None, reason: str
):
    done = asyncio.run(verify_pair(made, index, Says(agreement)))
    assert (done.reason, done.kept) == (reason, reason == "novel")
    assert done.verdict == made.verdict


def test_a_pair_whose_judge_could_not_be_asked_keeps_its_verdict_too():
    done = unjudged(pair(GUESS), "timeout")
    assert (done.kept, done.reason, done.verdict) == (False, "unknown: timeout", pair(GUESS).verdict)


def test_what_one_change_makes_wrong_is_not_judged(index: Index):
    """Judges overlook it in a long answer, and it cannot be right."""
    judge = Says(1.0)
    done = asyncio.run(verify_pair(pair(RIGHT.replace("8000", "9000")), index, judge))
    assert done.kept
    assert not judge.asked
    long = "Read it every 2 minutes for 30 minutes. Stop after 30 seconds."
    lexical = LexicalJudge()
    assert asyncio.run(lexical.agreement("What is done?", long, long.replace("30 s", "2 s"), "en")) > 0.9


@pytest.mark.parametrize(
    ("rejected", "changed"),
    [
        (RIGHT.replace("8000", "9000"), True),
        (RIGHT.replace("hours", "weeks"), True),
        (RIGHT.replace("is replaced", "is not replaced"), True),
        (RIGHT.replace("seal", "gland"), False),
        (RIGHT, False),
        ("The seal is not inspected before 9000 hours of operation have passed.", False),
    ],
)
def test_one_change_is_short_and_carries_meaning(rejected: str, changed: bool):
    assert one_change(RIGHT, rejected) is changed
