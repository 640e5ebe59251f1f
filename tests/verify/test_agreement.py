"""The embedded judge: differences end it, containment is agreement, the rest is weighed."""

import asyncio

import pytest

from docqa.verify.agreement import LexicalJudge, agreement
from docqa.verify.decide import AGREES

TORQUE = "What is the tightening torque of the casing bolt?"


@pytest.mark.parametrize(
    ("question", "expected", "given"),
    [
        (TORQUE, "The tightening torque of the casing bolt is 45 N·m.", "Casing bolt | Tightening torque: 45 N·m"),
        (TORQUE, "45 N·m", "The casing bolts are tightened to 45 N·m in two passes."),
        (TORQUE, "The tightening torque of the casing bolt is 45 N·m.", "45 N·m"),
        ("Must the pump be vented?", "Yes, the pump must be vented.", "The pump must be vented before each start."),
        ("Must the pump be vented?", "Yes.", "The pump must be vented before each start."),
        ("Can the pump be run dry?", "No.", "The pump cannot be run dry."),
        ("冷库温度是多少？", "冷库温度是2℃至8℃。", "冷库 | 温度: 2℃至8℃"),
        ("保存多久？", "保存三十天", "记录应当保存30天。"),
        ("何人核对？", "由两名药师核对。", "高警示药品由两名药师核对，并签名。"),
    ],
)
def test_the_same_said_otherwise_agrees(question: str, expected: str, given: str) -> None:
    assert agreement(question, expected, given) >= AGREES


@pytest.mark.parametrize(
    ("question", "expected", "given"),
    [
        (TORQUE, "The tightening torque of the casing bolt is 45 N·m.", "Casing bolt | Tightening torque: 54 N·m"),
        ("How wide is the gap?", "The gap is 5 mm.", "The gap is 5 cm."),
        ("Which pump is the standby?", "P-101 is the standby pump.", "P-102 is the standby pump."),
        ("What about dry running?", "The pump must be run dry.", "The pump must not be run dry."),
        ("Must the pump be vented?", "No.", "The pump must be vented before each start."),
        ("溶媒是什么？", "奥沙利铂的溶媒是5%葡萄糖。", "依托泊苷的溶媒是0.9%氯化钠。"),
        ("可以外借吗？", "药品可以外借。", "药品不得外借。"),
        ("错误属于哪一级？", "属于A级。", "属于B级。"),
        ("Who approves the order?", "The head of purchasing approves it.", "The gasket is made of aramid."),
    ],
)
def test_another_answer_disagrees_however_alike_it_looks(question: str, expected: str, given: str) -> None:
    assert agreement(question, expected, given) < AGREES


def test_the_right_value_of_another_subject_is_not_the_answer() -> None:
    question = "奥沙利铂的应选溶媒是什么？"
    assert agreement(question, "两性霉素B的应选溶媒是5%葡萄糖。", "奥沙利铂 | 应选溶媒: 5%葡萄糖") < AGREES


def test_words_of_the_question_alone_are_no_agreement() -> None:
    question = "What is the purpose of the shaft sleeve?"
    given = "The purpose of the shaft sleeve is described elsewhere."
    assert agreement(question, "It protects the shaft from wear.", given) < AGREES


def test_an_abstention_is_not_judged() -> None:
    assert asyncio.run(LexicalJudge().agreement(TORQUE, "45 N·m", "", "en")) is None
