"""The decision table, row by row."""

import pytest

from docqa.records import Answer, Decision
from docqa.verify.decide import Policy, agrees, decide, kept

YES, NO, NONE, UNREADABLE = (
    Answer(text="45 N·m", agreement=1.0),
    Answer(text="50 N·m", agreement=0.0),
    Answer(text=""),
    Answer(text="45 N·m", agreement=None),
)


@pytest.mark.parametrize(
    ("evidenced", "closed_book", "retrieval", "source", "rank", "contradicted", "expected"),
    [
        (False, YES, YES, YES, 1, False, Decision.UNEVIDENCED),
        (True, YES, YES, None, 1, False, Decision.KNOWN),
        (True, NO, YES, None, 1, False, Decision.NOVEL),
        (True, NONE, YES, None, 1, False, Decision.NOVEL),
        (True, None, YES, None, None, False, Decision.GROUNDED),
        (True, None, NO, NO, 1, False, Decision.HALLUCINATED),
        (True, NONE, NONE, NONE, None, False, Decision.HALLUCINATED),
        (True, YES, NO, NONE, 1, False, Decision.PARAMETRIC),
        (True, None, NO, YES, None, False, Decision.NOT_SELF_CONTAINED),
        (True, YES, NONE, YES, None, False, Decision.NOT_SELF_CONTAINED),
        (True, None, NONE, YES, 3, False, Decision.HARD),
        (True, YES, NO, YES, 1, False, Decision.HARD),
        (True, None, NO, YES, 2, True, Decision.CONFLICT),
        (True, None, UNREADABLE, UNREADABLE, 1, False, Decision.UNKNOWN),
        (True, YES, NO, UNREADABLE, None, False, Decision.UNKNOWN),
        (True, YES, NO, None, 1, False, Decision.UNSUPPORTED),
    ],
)
def test_each_row_of_the_table(
    evidenced: bool,
    closed_book: Answer | None,
    retrieval: Answer,
    source: Answer | None,
    rank: int | None,
    contradicted: bool,
    expected: Decision,
) -> None:
    decision = decide(
        evidenced=evidenced,
        closed_book=closed_book,
        retrieval=retrieval,
        source=source,
        source_rank=rank,
        contradicted=contradicted,
    )
    assert decision is expected


def test_an_answer_the_judge_could_not_read_is_neither_yes_nor_novel_knowledge_lost() -> None:
    assert not agrees(UNREADABLE)
    assert not agrees(NONE)
    assert not agrees(None)
    decision = decide(evidenced=True, closed_book=UNREADABLE, retrieval=YES, source=None, source_rank=1)
    assert decision is Decision.NOVEL


def test_the_threshold_is_inclusive_and_can_be_changed_afterwards() -> None:
    half = Answer(text="x", agreement=0.5)
    assert agrees(half, 0.5)
    assert not agrees(half, 0.51)


SOUND = {"known", "novel", "grounded", "checked", "unanswered", "distilled"}
"""What every policy keeps: what the corpus answers, what a check passed, what is rightly said not to be told, and what
no corpus was asked about."""


def test_what_the_corpus_answers_is_kept_and_nothing_else() -> None:
    assert {decision for decision in Decision if kept(decision)} == SOUND | {"hard"}


@pytest.mark.parametrize(
    ("policy", "more"),
    [("default", {"hard"}), ("strict", set()), ("lenient", {"hard", "not_self_contained"}), ("retrieval-only", set())],
)
def test_a_policy_keeps_what_it_says_beside_what_the_corpus_answers(policy: Policy, more: set[str]) -> None:
    assert {str(decision) for decision in Decision if kept(decision, policy)} == SOUND | more
