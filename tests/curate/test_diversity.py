"""No type, document, opening, answer or length of answer crowds the set, and questions do not all begin alike."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.curate import Caps, diversify
from docqa.curate.diversity import FEW, length_class
from docqa.curate.openings import opening, vary
from docqa.records import Evidence, Origin, QAItem, item_id


def made(
    number: int, question: str = "", answer: str = "", *, task: str = "qa/fact", path: str = "a.pdf", score: float = 0.9
) -> QAItem:
    question = question or f"Which part of pump {number} wears first?"
    answer = answer or f"Part {number} of the shaft wears first in service."
    return QAItem(
        id=item_id([f"c{number}"], question, answer),
        chunk_ids=(f"c{number}",),
        document_id=path,
        path=path,
        question=question,
        answer=answer,
        evidence=(Evidence(chunk_id=f"c{number}", start=0, end=4, quote="Part"),),
        task_type=task,
        language="zh" if any("一" <= char <= "龥" for char in question) else "en",
        difficulty="easy",
        origin=Origin(method="extractive", prompt="t"),
        score=score,
        kept=True,
        reason="grounded",
    )


def dropped(items: list[QAItem]) -> Counter[str]:
    return Counter(item.reason for item in items if not item.kept)


def test_without_caps_nothing_is_dropped_or_changed():
    items = [made(number) for number in range(30)]
    assert diversify(items, Caps(), vary_openings=False) == items


@pytest.mark.parametrize(
    ("caps", "reason"),
    [
        (Caps(type=0.25), "type-share:table/cell"),
        (Caps(document=0.25), "document-share:big.pdf"),
        (Caps(answer=0.25), "answer-share:yes."),
        (Caps(opening=0.25), "opening-share:may the"),
        (Caps(length=0.25), "length-share:bare"),
    ],
)
def test_each_cap_takes_what_is_beyond_its_share(caps: Caps, reason: str):
    crowd = [
        made(number, f"May the pump {number} run dry?", "Yes.", task="table/cell", path="big.pdf")
        for number in range(60)
    ]
    others = [made(n, f"How is pump {n} sealed?", f"It is sealed with ring {n} of the set.") for n in range(60, 100)]
    done = diversify(crowd + others, caps, vary_openings=False)
    assert dropped(done[:60]) == {reason: 35}
    assert [item.id for item in done] == [item.id for item in crowd + others]


def test_the_better_items_of_a_crowd_stay():
    crowd = [made(number, score=number / 100) for number in range(40)]
    other = made(40, task="qa/other")
    done = diversify([*crowd, other], Caps(type=20 / 41), vary_openings=False)
    assert [item.kept for item in done] == [False] * 20 + [True] * 21


def test_a_type_that_is_alone_crowds_out_nothing():
    items = [made(number) for number in range(40)]
    assert not dropped(diversify(items, Caps(type=0.1), vary_openings=False))


def test_a_small_set_is_never_cut():
    items = [made(number, answer="Yes.") for number in range(FEW)]
    assert not dropped(diversify(items, Caps(0.01, 0.01, 0.01, 0.01, 0.01), vary_openings=False))


def test_items_that_were_dropped_before_do_not_count():
    gone = [made(n).model_copy(update={"kept": False, "reason": "vague-reference:x"}) for n in range(100)]
    kept = [*(made(n) for n in range(100, 119)), made(119, task="qa/other")]
    done = diversify(gone + kept, Caps(type=0.5), vary_openings=False)
    assert dropped(done) == {"vague-reference:x": 100, "type-share:qa/fact": 9}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=80), st.floats(0.05, 1.0))
def test_no_group_is_larger_than_its_share_whatever_the_items(kinds: list[tuple[int, int]], share: float):
    items = [made(number, task=f"qa/{'abcd'[kind]}", path=f"{path}.pdf") for number, (kind, path) in enumerate(kinds)]
    done = diversify(items, Caps(type=share, document=share), vary_openings=False)
    most = max(FEW, share * len(items) + 1)
    for groups in ([item.task_type for item in items], [item.path for item in items]):
        left = Counter(group for group, item in zip(groups, done, strict=True) if item.kept)
        assert len(set(groups)) == 1 or all(count <= most for count in left.values())
    assert len(done) == len(items)


@pytest.mark.parametrize(
    ("answer", "language", "expected"),
    [
        ("Yes.", "en", "bare"),
        ("The seal shall be replaced yearly.", "en", "short"),
        ("word " * 16, "en", "medium"),
        ("word " * 61, "en", "long"),
        ("不得。", "zh", "bare"),
        ("药品应当避光保存。", "zh", "short"),
        ("药" * 101, "zh", "long"),
    ],
)
def test_answers_have_a_class_of_length(answer: str, language: str, expected: str):
    assert length_class(answer, language) == expected


# ---------------------------------------------------------------------------------------------------- openings

FIXED = [
    "According to “Pump Manual {n}”, may the pump run dry for 5 min?",
    "According to the section “Fees” of the Account Guide {n}, what shall the bank do?",
    "According to the table “Rates, 2 years” in “Terms {n}”, what is given under “Rate” for “1 year”?",
    "What does “Pump Manual {n}” say about “Standby pumps”?",
    "What does the Account Guide {n} say about “Fees”?",
    "根据《药品管理制度{n}》，医务部负责什么？",
    "《药品管理制度{n}》“温湿度控制”表中，阴凉库的相对湿度是多少？",
    "《药品管理制度{n}》中关于“评估”是怎样说明的？",
    "《药品管理制度{n}》第十八条规定了什么内容？",
]


def names(question: str) -> list[str]:
    """Everything that carries meaning: quoted names, numbers, articles."""
    return sorted(re.findall(r"“[^”]*”|《[^》]*》|\d+|第[^条]+条", question))


@pytest.mark.parametrize("question", FIXED)
def test_another_opening_keeps_every_name_and_number_and_asks_one_question(question: str):
    asked = [question.replace("{n}", str(n)) for n in range(40)]
    begun = [vary(each) for each in asked]
    assert len({opening(each, "zh" if "《" in each else "en") for each in begun}) >= 3
    for before, after in zip(asked, begun, strict=True):
        assert names(after) == names(before)
        assert after[-1] in "?？"
        assert after.count("?") + after.count("？") == 1


@pytest.mark.parametrize(
    "question", ["How is flow regulated?", "什么是治疗窗？", "According to whom is it late?", "What does AER mean?"]
)
def test_a_question_that_names_no_source_keeps_its_words(question: str):
    assert vary(question) == question


def test_openings_are_spread_and_the_question_that_was_verified_is_kept():
    items = [made(n, f"According to “Pump Manual”, what drives pump {n}?") for n in range(100)]
    done = diversify(items, Caps(opening=0.5), vary_openings=True)
    assert all(item.kept for item in done)
    assert max(Counter(opening(item.question, "en") for item in done).values()) < 40
    for before, after in zip(items, done, strict=True):
        assert after.question == before.question or after.asked_first == before.question
        assert after.id == item_id(after.chunk_ids, after.question, after.answer)


def test_a_reason_that_names_an_item_names_it_by_its_new_id():
    items = [made(n, f"According to “Pump Manual”, what drives pump {n}?") for n in range(20)]
    gone = made(30).model_copy(update={"kept": False, "reason": f"near-duplicate:{items[3].id}"})
    *done, pointing = diversify([*items, gone], Caps(), vary_openings=True)
    assert pointing.reason == f"near-duplicate:{done[3].id}"
