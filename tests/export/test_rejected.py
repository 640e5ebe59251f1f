"""A rejected answer is wrong: another number, unit or name, or the opposite, and never the same in other words."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa import veto
from docqa.blend import rows_from_items
from docqa.export import rejected as rejecting
from docqa.export.corrupt import changed_number, corrupted, flipped
from docqa.records import Answer, Decision, Origin, QAItem, Verdict
from docqa.text import squash


def item(answer: str, question: str = "What is it?", language: str = "en", **verdict: Answer) -> QAItem:
    return QAItem(
        id="i1",
        chunk_ids=("c1",),
        document_id="d",
        path="d.pdf",
        question=question,
        answer=answer,
        evidence=(),
        task_type="table/cell",
        language=language,
        difficulty="easy",
        origin=Origin(method="extractive", prompt="p"),
        score=None,
        verdict=Verdict(decision=Decision.NOVEL, **verdict),
        kept=True,
    )


def rejected(item: QAItem) -> tuple[str, str]:
    (row,) = rows_from_items([item])
    return rejecting.rejected(row)


def test_a_losing_closed_book_answer_comes_first_then_retrieval_s() -> None:
    lost = Answer(text="It is green.", agreement=0.0)
    other = Answer(text="It is blue.", agreement=0.0)
    assert rejected(item("It is 5 mm.", closed_book=lost, retrieval=other)) == ("It is green.", "closed_book")
    assert rejected(item("It is 5 mm.", retrieval=other)) == ("It is blue.", "retrieval")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(text=""),
        Answer(text="It is about 5 mm wide.", agreement=0.4),
        Answer(text="5 mm", agreement=0.0),
        Answer(text="It is 5 mm. It is steel.", agreement=0.0),
        Answer(text="Who knows", agreement=None),
    ],
    ids=["abstained", "agrees in part", "inside the right one", "around the right one", "judge not read"],
)
def test_an_answer_that_may_be_right_is_not_rejected(answer: Answer) -> None:
    text, source = rejected(item("It is 5 mm.", closed_book=answer))
    assert source in ("number", "unit", "negation")
    assert text != answer.text


def test_an_answer_with_nothing_to_change_has_no_rejected_one() -> None:
    assert rejected(item("AER stands for Annual Equivalent Rate.")) == ("", "")


@pytest.mark.parametrize(
    ("answer", "language", "kind", "changed"),
    [
        ("Drain 100 mL first.", "en", "unit", "Drain 100 L first."),
        ("保温时长是48 小时。", "zh", "unit", "保温时长是48 分钟。"),
        ("See P-101 for this.", "en", "name", "See P-102 for this."),
        ("Valves must not be opened.", "en", "negation", "Valves must be opened."),
        ("不得打开阀门。", "zh", "negation", "可以打开阀门。"),
        ("Do not open it.", "en", "negation", "Open it."),
        ("It can be opened.", "en", "negation", "It cannot be opened."),
        ("No. It must never run dry.", "en", "negation", "Yes. It may run dry."),
        ("不可以。不得打开阀门。", "zh", "negation", "可以。可以打开阀门。"),
        ("A rate of 12.00 %.", "en", "number", "A rate of 12.50 %."),
        ("A gap of 0.07 mm.", "en", "number", "A gap of 0.09 mm."),
        ("At least two tellers count it.", "en", "number", "At least four tellers count it."),
        ("护士在二小时内上报。", "zh", "number", "护士在三小时内上报。"),
        ("运行8000次后检查。", "zh", "number", "运行8010次后检查。"),
    ],
)
def test_one_thing_is_changed(answer: str, language: str, kind: str, changed: str) -> None:
    made = {corrupted("May it?", answer, language, str(seed)) for seed in range(50)}
    assert (kind, changed) in made


@pytest.mark.parametrize(
    "answer",
    [
        "It opens at 16:00.",
        "The fee is 10 000.",
        "Version 2.5.1.",
        "Call 400-555-0142.",
        "See section 4.2.",
        "Step 3 is the last.",
        "1. Open it.",
        "1、打开",
        "第3条",
        "第三条",
        "十分重要",
        "One of the two or three.",
    ],
)
def test_a_number_that_is_part_of_something_is_left_alone(answer: str) -> None:
    assert changed_number(answer, random.Random(0)) == ""


@pytest.mark.parametrize(
    ("answer", "most"),
    [("On 28 March.", 28), ("On the 3月28日.", 28), ("12月", 12), ("99 % of them", 100)],
)
def test_a_day_a_month_and_a_percentage_stay_what_they_are(answer: str, most: int) -> None:
    made = {changed_number(answer, random.Random(seed)) for seed in range(60)}
    assert max(int(number) for text in made for number in re.findall(r"\d+", text)) <= most
    assert "" not in made


@pytest.mark.parametrize("answer", ["From 30 to 40 hours.", "2℃至8℃。", "Between 5 and 9 bar.", "1 to 2 days."])
def test_a_range_goes_up(answer: str) -> None:
    made = {changed_number(answer, random.Random(seed)) for seed in range(60)}
    ends = [[int(number) for number in re.findall(r"\d+", text)] for text in made]
    assert all(low < high for low, high in ends)


@pytest.mark.parametrize("answer", ["There is 1 month left.", "It is below 8 to 9 °C."])
def test_a_change_that_would_not_read_well_is_not_made(answer: str) -> None:
    made = {corrupted("?", answer, "en", str(seed)) for seed in range(60)}
    assert not {text for _, text in made} & {
        "There is 2 month left.",
        "There is 4 month left.",
        "It is below 8 to 9 °F.",
    }


def test_a_number_is_known_however_it_is_written() -> None:
    question = "“三个月”对应的存款到期利息是多少？"
    made = {corrupted(question, "“三个月”对应的存款到期利息是28.75 元。", "zh", str(seed)) for seed in range(50)}
    assert all("三个月" in text for _, text in made)


def test_what_stands_in_the_question_is_left_alone() -> None:
    question = "What does P-101 cost after 6 months?"
    made = {corrupted(question, "P-101 costs 300 after 6 months.", "en", str(seed)) for seed in range(50)}
    assert {kind for kind, _ in made} == {"number"}
    assert all("P-101" in text and "after 6 months" in text for _, text in made)


@pytest.mark.parametrize("answer", ["但是温度更高。", "他反应很快。", "这是否合格？", "供应充足。", "应选溶媒为水。"])
def test_a_chinese_word_that_only_looks_like_a_modal_is_left_alone(answer: str) -> None:
    assert flipped(answer, "zh") == ""


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (
            "When a value is reached, the pump shall be stopped.",
            "When a value is reached, the pump shall not be stopped.",
        ),
        ("Before a part is opened, drain it.", ""),
        ("The cause is: air in the pipe.", ""),
        ("The steps are as follows.", ""),
        ("Work may only begin at noon.", ""),
        ("The pump is stopped when a value is reached.", "The pump is not stopped when a value is reached."),
    ],
)
def test_the_condition_that_an_answer_begins_with_is_left_as_it_is(answer: str, wrong: str) -> None:
    assert flipped(answer, "en") == wrong


@pytest.mark.parametrize(
    ("question", "answer", "language", "wrong"),
    [
        ("What shall the teller do?", "The teller shall ask.", "en", "The teller shall not ask."),
        ("What requirement applies to the heirs?", "They must sign.", "en", "They must not sign."),
        ("Who shall sign?", "The heirs must sign.", "en", ""),
        ("When shall it be renewed?", "It shall be renewed each time.", "en", ""),
        ("What is the fee for a reset?", "The fee for a reset is free.", "en", ""),
        ("What is given under “FKM” for water?", "For water, “suitable” is given under “FKM”.", "en", ""),
        ("What does the guide say about noise?", "Noise is judged by ear.", "en", ""),
        ("对安全阀有什么要求？", "安全阀应当每年校验。", "zh", "安全阀不得每年校验。"),
        ("“挂失”的收费标准是什么？", "“挂失”的收费标准是免费。", "zh", ""),
        ("开户应当按照哪些步骤办理？", "开户应当按照下列步骤办理：填表。", "zh", ""),
        ("《条款》第六条规定了什么？", "客户可以在网点开户。", "zh", "客户不能在网点开户。"),
    ],
)
def test_a_negation_is_put_in_only_where_the_opposite_answers_the_question(
    question: str, answer: str, language: str, wrong: str
) -> None:
    assert corrupted(question, answer, language, "seed") == (("negation", wrong) if wrong else ("", ""))


WORDS = st.sampled_from(
    "The pump must not run at 40 °C . P-101 is 5 mm may stand 3 days 温度 应当 为 20 ℃ ， 不得 超过 30 分钟 。".split()
)


@given(words=st.lists(WORDS, min_size=1, max_size=12), language=st.sampled_from(["en", "zh", "de"]), seed=st.text())
def test_law_a_corrupted_answer_cannot_mean_the_same(words: list[str], language: str, seed: str) -> None:
    answer = " ".join(words)
    kind, text = corrupted("What?", answer, language, seed)
    assert (kind, text) == corrupted("What?", answer, language, seed)
    assert bool(kind) == bool(text)
    if text:
        assert squash(text) != squash(answer)
        assert veto.difference(answer, text)
