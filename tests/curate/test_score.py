"""What rules measure about an item, what that decides, and which scores drop it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rules import item

from docqa.curate import curate
from docqa.curate.dedup import duplicates
from docqa.curate.score import heuristics, too_low, worth
from docqa.records import QAItem, Scores

WORDS = st.lists(
    st.sampled_from("the pump P-101 seals at 20 bar 泵的 密封圈 启动前检查。 Why? 多少 (“".split()), max_size=30
)
FOUND = ["What does the relief valve of the pump do?", "It limits the pressure in the casing of the pump."]


def rated(made: QAItem, **scores: float) -> QAItem:
    return made.model_copy(update={"scores": Scores(**scores, by="m")})


@given(*[WORDS.map(" ".join)] * 3)
def test_every_heuristic_is_a_share_whatever_the_text(question: str, answer: str, quote: str) -> None:
    measured = heuristics(item(question, answer, quote))
    assert all(0 <= value <= 1 for value in measured.model_dump().values())


@pytest.mark.parametrize(
    ("question", "fits", "worse"),
    [
        ("How often is the oil changed?", "every 500 hours", "The oil is changed " + "every now and then " * 12),
        ("Why is the valve closed first?", "Because the pump would otherwise run dry and its seal wear.", "Safety."),
        ("验收记录应当保存多久?", "五年", "验收记录应当保存" + "很长的一段时间，" * 10),
        ("为什么要先关闭阀门?", "因为否则泵会空转，机械密封会很快磨损。", "安全。"),
    ],
)
def test_an_answer_is_as_long_as_its_question_wants(question: str, fits: str, worse: str) -> None:
    assert heuristics(item(question, fits)).length_fit == 1
    assert heuristics(item(question, worse)).length_fit < 0.7


@pytest.mark.parametrize(
    ("vague", "specific"),
    [
        ("What is the limit?", "What is the limit of pressure of pump P-101?"),
        ("温度是多少?", "疫苗冷库的储存温度应当保持在多少?"),
    ],
)
def test_a_question_is_more_specific_the_more_it_names(vague: str, specific: str) -> None:
    assert heuristics(item(vague)).specificity < heuristics(item(specific)).specificity == 1


@given(WORDS.map(" ".join), WORDS.map(" ".join))
def test_more_words_never_make_a_question_less_specific(question: str, more: str) -> None:
    longer = item(f"{question} {more}").model_copy(update={"language": "en"})
    shorter = item(question).model_copy(update={"language": "en"})
    assert heuristics(longer).specificity >= heuristics(shorter).specificity


def test_coverage_is_the_share_of_the_answer_that_its_quotes_or_its_question_hold() -> None:
    quote = "The relief valve limits the pressure to 16 bar."
    assert heuristics(item(FOUND[0], "The relief valve limits the pressure.", quote)).coverage == 1
    assert heuristics(item(FOUND[0], "It cools the motor.", quote)).coverage == 0
    assert heuristics(item("泵如何启动?", "先打开入口阀门", "启动前先打开入口阀门。")).coverage == 1
    assert heuristics(item("泵如何启动?", "询问厂家", "启动前先打开入口阀门。")).coverage == 0


def test_of_two_duplicates_the_one_that_says_more_in_the_question_stays() -> None:
    plain = item("What does the relief valve do?", FOUND[1])
    named = item("What does the relief valve of the pump do?", FOUND[1]).model_copy(update={"id": "named"})
    assert worth(plain) < worth(named)
    assert duplicates([plain, named]) == {0: "near-duplicate:named"}


def test_a_model_s_rating_goes_before_what_rules_measure_and_unknown_is_less_than_any() -> None:
    plain, named = item("What does the valve do?", FOUND[1]), item(*FOUND)
    assert worth(rated(named)) < worth(rated(plain, accuracy=4.5)) < worth(rated(plain, accuracy=5))
    assert worth(rated(plain, complexity=2, quality=6)) > worth(rated(plain, complexity=3, quality=3))


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ({"accuracy": 4.5}, "unverified"),
        ({"accuracy": 4}, "low-accuracy:4"),
        ({"accuracy": 3.5, "quality": 1}, "low-accuracy:3.5"),
        ({"complexity": 1, "quality": 1}, "unverified"),
        ({}, "unverified"),
    ],
)
def test_a_score_below_its_floor_drops_an_item_and_an_unknown_one_does_not(
    scores: dict[str, float], reason: str
) -> None:
    (done,) = curate([rated(item(*FOUND), **scores)])
    assert (done.kept, done.reason) == (reason == "unverified", reason)


def test_floors_are_anybody_s_own() -> None:
    made = rated(item(*FOUND), accuracy=4, complexity=2, quality=5)
    assert too_low(made, {"accuracy": 4}) == ""
    assert too_low(made, {"complexity": 3}) == "low-complexity:2"
    assert too_low(made, {"quality": 6}) == "low-quality:5"
    (done,) = curate([item(FOUND[0], FOUND[1], "The relief valve limits the pressure.")], floors={"coverage": 0.9})
    assert done.reason.startswith("low-coverage:0.")


def test_an_item_of_low_accuracy_takes_no_sound_duplicate_with_it() -> None:
    wrong, right = (rated(item(*FOUND), accuracy=accuracy) for accuracy in (2, 5))
    assert [done.kept for done in curate([wrong, right])] == [False, True]


def test_every_item_that_passes_the_rules_shows_what_was_measured() -> None:
    sound, vague = curate([item(*FOUND), item("What does it do?", FOUND[1])])
    assert sound.heuristics == heuristics(sound)
    assert vague.heuristics is None
