"""Support without a model: the right answer above a wrong one of its passage; none for one it does not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.verify.support import located, support, weights
from docqa.verify.support_features import LOCAL, features, look

MILL = (
    "The Harlow water mill was built in 1742 by the engineer Thomas Bright on the east bank of the Arn. "
    "It ground flour for eleven villages until a flood destroyed its wheel in 1861. "
    "Margaret Cole bought the ruin in 1923 and turned it into a museum, because the county had no other mill left. "
    "About 14,000 visitors come each year. The museum is closed in winter."
)
BRIDGE = (
    "青石桥位于临江县城北部，全长86米，由工匠陆文远于1638年设计建造。1742年洪水冲毁了两个桥孔，知县周敬之捐银重修。"
    "因为桥面太窄，卡车无法通过，县政府于1958年在上游另建了公路桥。青石桥现在只允许行人通行，每年吸引游客约5万人次。"
)
RIGHT = [
    ("Who built the Harlow water mill?", "Thomas Bright", MILL, "en"),
    ("When did a flood destroy the wheel of the mill?", "1861", MILL, "en"),
    ("How many visitors come each year?", "About 14,000", MILL, "en"),
    ("Who bought the ruin in 1923?", "Margaret Cole", MILL, "en"),
    ("Why was the ruin turned into a museum?", "because the county had no other mill left", MILL, "en"),
    ("青石桥是谁设计建造的？", "陆文远", BRIDGE, "zh"),
    ("青石桥全长多少米？", "86米", BRIDGE, "zh"),
    ("公路桥是哪一年建的？", "1958年", BRIDGE, "zh"),
    ("为什么县政府另建了公路桥？", "因为桥面太窄，卡车无法通过", BRIDGE, "zh"),
]


@pytest.mark.parametrize(("question", "answer", "passage", "language"), RIGHT)
def test_the_right_answer_scores_above_the_answers_of_the_other_questions(
    question: str, answer: str, passage: str, language: str
) -> None:
    right = support(question, answer, passage, language)
    others = [other for _, other, text, _ in RIGHT if text == passage and other != answer]
    assert right > max(support(question, other, passage, language) for other in others)
    assert right > 0.5


@pytest.mark.parametrize(
    ("question", "answer", "passage", "language"),
    [
        ("When did a flood destroy the wheel of the mill?", "1862", MILL, "en"),
        ("How many visitors come each year?", "About 15,000", MILL, "en"),
        ("Who built the Harlow water mill?", "Thomas Wright", MILL, "en"),
        ("Who built the Harlow water mill?", "The mill was built in 1743 by the engineer Thomas Bright.", MILL, "en"),
        ("When is the museum closed?", "The museum is not closed in winter.", MILL, "en"),
        ("青石桥全长多少米？", "68米", BRIDGE, "zh"),
        ("公路桥是哪一年建的？", "县政府于1985年在上游另建了公路桥。", BRIDGE, "zh"),
        ("谁可以通行？", "青石桥现在不允许行人通行。", BRIDGE, "zh"),
    ],
)
def test_an_answer_the_passage_does_not_say_has_no_support(
    question: str, answer: str, passage: str, language: str
) -> None:
    assert support(question, answer, passage, language) == 0.0


@pytest.mark.parametrize(
    ("question", "turned", "answer", "passage", "language"),
    [
        (
            "On which bank of the Arn was the mill built, the east bank?",
            "On which bank of the Arn was the mill built, the west bank?",
            "east bank",
            MILL,
            "en",
        ),
        ("When is the museum closed?", "When is the museum open?", "winter", MILL, "en"),
        ("When is the museum closed?", "When is the museum not closed?", "winter", MILL, "en"),
        ("Who bought the ruin in 1923?", "Who bought the ruin in 1932?", "Margaret Cole", MILL, "en"),
        ("Who built the Harlow water mill?", "Who built the Weston water mill?", "Thomas Bright", MILL, "en"),
        ("桥北部的县城是哪里？", "桥南部的县城是哪里？", "临江", BRIDGE, "zh"),
        ("1742年洪水冲毁了什么？", "1724年洪水冲毁了什么？", "两个桥孔", BRIDGE, "zh"),
    ],
)
def test_an_opposite_a_negation_or_another_name_or_number_in_the_question_lowers_it(
    question: str, turned: str, answer: str, passage: str, language: str
) -> None:
    assert support(turned, answer, passage, language) < support(question, answer, passage, language)


@pytest.mark.parametrize(
    ("question", "answer", "other", "passage", "language"),
    [
        ("When was the Harlow water mill built?", "1742", "Thomas Bright", MILL, "en"),
        ("Who was the engineer that built the Harlow water mill?", "Thomas Bright", "1742", MILL, "en"),
        ("青石桥是哪一年设计建造的？", "1638年", "陆文远", BRIDGE, "zh"),
        ("青石桥的工匠是谁？", "陆文远", "1638年", BRIDGE, "zh"),
    ],
)
def test_another_kind_of_thing_in_the_same_sentence_scores_lower(
    question: str, answer: str, other: str, passage: str, language: str
) -> None:
    assert support(question, other, passage, language) < support(question, answer, passage, language)


@pytest.mark.parametrize(
    ("question", "answer", "passage", "language"),
    [
        (
            "Who built the Harlow water mill?",
            "The Harlow water mill was built by the engineer Thomas Bright.",
            MILL,
            "en",
        ),
        ("How many visitors come to the museum each year?", "About 14,000 visitors come each year.", MILL, "en"),
        ("青石桥全长多少米？", "青石桥全长86米。", BRIDGE, "zh"),
        ("青石桥是谁设计建造的？", "青石桥由工匠陆文远设计建造。", BRIDGE, "zh"),
    ],
)
def test_a_whole_sentence_is_an_answer_too(question: str, answer: str, passage: str, language: str) -> None:
    assert support(question, answer, passage, language) > 0.5


def test_where_a_question_looks_its_answer_up_does_not_count() -> None:
    plain = support("who built the Harlow water mill?", "Thomas Bright", MILL, "en")
    named = "According to the section “Mills” of the County Guide, who built the Harlow water mill?"
    assert support(named, "Thomas Bright", MILL, "en") == plain


def test_an_answer_is_not_found_inside_a_word_or_a_number() -> None:
    passage = "The cartage of 1,861 crates took a day."
    assert located("How many?", "art", passage, "en")[0] == 0.0
    assert located("How many?", "61", passage, "en")[0] == 0.0


def test_of_two_places_the_one_that_the_question_is_about_counts() -> None:
    passage = "Smith repaired the pump. Nobody saw the valve on that day. Later the valve was cleaned by Smith."
    assert located("Who cleaned the valve?", "Smith", passage, "en") == (1.0, (19, 20))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_weights_name_exactly_the_features(language: str) -> None:
    question, answer, passage, _ = next(case for case in RIGHT if case[3] == language)
    using = weights(language)
    _, place = located(question, answer, passage, language)
    at = look(question, answer, passage, place, using.learned.kinds, language)
    assert list(features(at, using.learned.rivals)) == list(using.features)
    assert list(using.learned.rivals) == list(LOCAL)


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=120), st.sampled_from(["en", "zh", "de"]))
def test_any_text_gives_a_probability(question: str, answer: str, passage: str, language: str) -> None:
    assert 0.0 <= support(question, answer, passage, language) <= 1.0
    assert 0.0 <= support(question, passage[5:20], passage, language) <= 1.0
