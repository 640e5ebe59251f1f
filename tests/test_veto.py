"""What makes two texts that look alike say different things."""

import pytest

from docqa.veto import difference, flipped, identifiers, negated, units_differ


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        ("heated to 20 degrees", "heated to 40 degrees", "number"),
        ("a gap of 5 mm", "a gap of 5 m", "unit"),
        ("pump P-101 starts", "pump P-102 starts", "number"),
        ("form A1-x is used", "form B1-x is used", "identifier"),
        ("The valve must be opened.", "The valve must not be opened.", "negation"),
        ("不得进入", "可以进入", "negation"),
        ("保存三十天", "保存60天", "number"),
    ],
)
def test_a_difference_that_overlap_cannot_see_is_named(a: str, b: str, why: str) -> None:
    assert difference(a, b) == why
    assert difference(b, a) == why


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("kept for 30 days", "kept for thirty days"),
        ("a gap of 5mm", "a gap of 5 mm"),
        ("流量为1,000 L/min", "流量为1000 L/min"),
        ("45", "45 N·m"),
    ],
)
def test_another_spelling_is_no_difference(a: str, b: str) -> None:
    assert difference(a, b) == ""


def test_identifiers_mix_letters_and_digits_and_are_no_quantities() -> None:
    assert identifiers("Pump P-101 (XJ/200) moves 5mm in 24h on the 2nd day at 10 m² area") == {"p-101", "xj/200"}


@pytest.mark.parametrize(
    "text", ["不锈钢容器", "非常重要", "not only the pump", "No. 3 valve", "是否启用", "未来的计划"]
)
def test_a_word_that_only_looks_like_a_negation_does_not_negate(text: str) -> None:
    assert not negated(text)


def test_a_leading_no_answers_and_does_not_negate_twice() -> None:
    assert negated("No, the pump must not be run dry.")


@pytest.mark.parametrize(
    ("statement", "denial"),
    [
        ("The pump must be run dry.", "The pump must not be run dry, because the seal would fail."),
        ("Start the pump.", "Do not start the pump."),
        ("The housings can be exchanged", "The two housings cannot be exchanged"),
        ("泵应空转。", "泵不得空转。"),
        ("可以在库内吸烟", "严禁在库内吸烟。"),
        ("患者可自行调节", "患者不可自行调节给药速度"),
    ],
)
def test_a_flipped_negation_is_found_in_a_part_of_the_sentence(statement: str, denial: str) -> None:
    assert flipped(statement, denial)
    assert flipped(denial, statement)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("the discharge valve", "The discharge valve must not be closed."),
        ("Pumps must be stopped", "Valves must not be opened and pumps must be stopped."),
        ("The pump must not be run dry", "The pump must never be run dry."),
        ("药品不得外借", "本科室药品不得外借或者转让。"),
    ],
)
def test_a_part_that_keeps_its_polarity_is_not_flipped(a: str, b: str) -> None:
    assert not flipped(a, b)


def test_units_differ_only_where_both_texts_have_one() -> None:
    assert units_differ("5 kPa", "5 MPa")
    assert not units_differ("5", "5 MPa")
    assert not units_differ("5 m or 5 mm", "5 mm")
