"""Numbers are compared by value, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.quantities import numbers, quantities


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000 rpm", "1000 rpm"),
        ("1\u2009000 rpm", "1000 rpm"),
        ("５０％", "50 percent"),
        ("百分之五十", "50%"),
        ("百分之三点五", "3.5%"),
        ("三十天内", "30天内"),
        ("第二十三条", "第23条"),
        ("二〇二四年", "2024年"),
        ("一千二百万元", "12,000,000元"),
        ("3万元", "30,000元"),
        ("1.5 million", "1,500,000"),
        ("twenty-four hours", "24 hours"),
        ("two hundred litres", "200 litres"),
        ("5 March 2024", "2024-03-05"),
        ("March 5, 2024", "2024年3月5日"),
        ("10.0 bar", "10 bar"),
        ("\u221240 °C", "-40 °C"),
        ("每日两次", "每日2次"),
    ],
)
def test_one_value_in_two_spellings_is_one_number(one: str, other: str) -> None:
    assert set(numbers(one)) == set(numbers(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("3.2", "32"), ("-5 °C", "5 °C"), ("一次", "两次"), ("三十", "十三"), ("1.10", "1.1.0"), ("10 to 20", "10 to 25")],
)
def test_different_values_are_different_numbers(one: str, other: str) -> None:
    assert set(numbers(one)) != set(numbers(other))


@pytest.mark.parametrize(
    "text", ["三角形", "万一发生", "十分重要", "千万不要", "一个部门", "一般情况", "one of them", "百分比"]
)
def test_a_numeral_inside_a_word_is_no_number(text: str) -> None:
    assert not numbers(text)


def test_the_end_of_a_range_is_not_negative() -> None:
    assert set(numbers("20-30 °C, 10–15 bar")) == {"20", "30", "10", "15"}


def test_a_section_number_is_one_number() -> None:
    assert set(numbers("see 3.2.1")) == {"3.2.1"}


def test_a_number_knows_its_unit_in_either_language() -> None:
    assert quantities("5 mm")["5"] == quantities("5毫米")["5"] == {"mm"}
    assert quantities("40 kPa")["40"] != quantities("40 MPa")["40"]
    assert quantities("item 5")["5"] == frozenset()


@given(st.integers(min_value=0, max_value=10**9))
def test_thousands_separators_never_change_a_number(value: int) -> None:
    assert numbers(f"{value:,} parts") == numbers(f"{value} parts")


@given(st.text(max_size=80))
def test_any_text_has_numbers_that_read_back_as_themselves(text: str) -> None:
    for number in numbers(text):
        assert set(numbers(f"x {number} x")) == {number}
