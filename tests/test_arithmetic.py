"""Sums in a text are found, read in every form they are written in, and worked out again."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from docqa.arithmetic import calculations, unread, values


def flaws(text: str) -> list[str]:
    return [each.flaw for each in calculations(text)]


@pytest.mark.parametrize(
    "text",
    [
        "3 * 12 = 36",
        "So 3 bottles × 12 tablets = 36 tablets are needed.",
        "3瓶×12片=36片",
        "３×１２＝３６",
        "三天×每天2次，即 3天 × 2次 = 6次。",
        "(20 - 5) / 3 = 5",
        "（3＋4）×2＝14",
        "[1 + (2 + 3)] × 2 = 12",
        "1,200 + 300 = 1,500",
        "1 200 + 300 = 1 500",
        "3万 × 12 = 36万",
        "1.5 million + 500,000 = 2 million",
        "20% × 150 = 30",
        "20% of 150 = 30",
        "150元的20%=30元",
        "200 × (1 + 5%) = 210",
        "36 ÷ 48 = 75%",
        "30 / 150 × 100 = 20%",
        "30 / 150 × 100% = 20%",
        "20 + 5 = 25%",
        "百分之五×200=10",
        "100 / 3 = 33.3",
        "100 / 3 ≈ 33",
        "2 / 3 = 0.67",
        "-18 - 5 = -23",
        "18 − 5 = 13",
        "3 x 12 = 36",
        "three times 12 equals 36",
        "3乘以12等于36",
        "5 mg/kg/day × 70 kg = 350 mg/day",
        "10 km/h × 2 h = 20 km",
        "5 m2 × 3 = 15 m2",
        "$3 × 4 = $12",
        "3 × 12 + 4 = 36 + 4 = 40",
        "3 × 12 = 36 > 30",
        "30 ≤ 30",
        "- 3 × 12 = 36",
        "(3 × 12 = 36)",
        "1. 3 × 12 = 36.",
    ],
)
def test_a_right_sum_passes_however_it_is_written(text: str):
    assert flaws(text)
    assert not any(flaws(text)), flaws(text)


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("3 * 12 = 38", "3 * 12 is 36, not 38"),
        ("3瓶×12片=38片", "3瓶×12片 is 36, not 38片"),
        ("100 / 3 = 33.4", "100 / 3 is 33.3333, not 33.4"),
        ("36 / 48 = 76%", "36 / 48 is 0.75, not 76%"),
        ("20% × 2 = 30%", "20% × 2 is 40%, not 30%"),
        ("50 + 20% = 60", "50 + 20% is 50.2, not 60"),
        ("3万 × 12 = 36", "3万 × 12 is 360000, not 36"),
        ("3 + 4 × 2 = 14", "3 + 4 × 2 is 11, not 14"),
        ("10 - 4 - 3 = 9", "10 - 4 - 3 is 3, not 9"),
        ("2 + 3 = 5 + 4 = 9", "2 + 3 is 5, not 5 + 4"),
        ("3 × 12 = 36 > 40", "36 > 40 is not so"),
        ("30 < 25", "30 < 25 is not so"),
        ("12 / 0 = 4", "12 / 0 divides by zero"),
        ("12 / (3 - 3) = 4", "12 / (3 - 3) divides by zero"),
        ("x + 3 × 4 = 12", "cannot read what stands before 3 × 4 = 12"),
        ("2^3 + 4 = 12", ""),
    ],
)
def test_a_wrong_one_is_told_with_what_it_comes_to(text: str, flaw: str):
    if flaw:
        assert flaws(text) == [flaw]
    else:
        assert any(flaws(text)), "a power is no sum that can be read, so the rest of it is a fragment"


@pytest.mark.parametrize(
    "text",
    [
        "Pump P-101 runs at 1450 rpm for 3 to 5 hours.",
        "1 kg = 1000 g",
        "x = 5",
        "from 08:30 to 09:15",
        "2024-03-05",
        "version 1.2.3",
        "10-15 mg",
        "",
    ],
)
def test_what_is_no_sum_is_left_alone(text: str):
    assert not calculations(text)


def test_a_sum_has_its_operands_and_its_results():
    (found,) = calculations("In all 3 bottles × 12 = 36 > 30.")
    assert [number.value for number in found.operands] == [3, 12, 30]
    assert [number.value for number in found.results] == [36]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("3 * 12 = 36", ""),
        ("Total: 3 * 12 = 36; 36 + 4 = 40", ""),
        ("3 * 12 = 36, so 40", "40"),
        ("08:30 + 45 = 75", "08:30"),
        ("sqrt(9) = 3", "9"),
        ("none", "none"),
    ],
)
def test_what_of_a_calculation_could_not_be_read_is_told(text: str, left: str):
    assert unread(text) == left


def test_the_numbers_that_a_sum_may_start_from():
    assert values("at least 2.50 kg or 5%, three times; version 1.2.3; -18 °C") == {
        Fraction(5, 2), Fraction(5), Fraction(1, 20), Fraction(3), Fraction(18),
    }  # fmt: skip
    assert values("每季度三元，共3万元") == {Fraction(3), Fraction(30_000)}


numbers = st.decimals(min_value=0, max_value=99_999, places=1)
signs = st.sampled_from("+-*/×÷−")


def written(value: Decimal, commas: bool) -> str:
    return f"{value:,}" if commas else f"{value}"


def sums() -> st.SearchStrategy[tuple[str, Fraction]]:
    """A sum of two to four numbers, some in brackets, as text, and what it comes to by Python's own rules."""

    def joined(drawn: tuple[list[Decimal], list[str], bool, bool]) -> tuple[str, Fraction]:
        terms, between, commas, bracket = drawn
        text, code = written(terms[0], commas), f"Fraction('{terms[0]}')"
        for sign, term in zip(between, terms[1:], strict=False):
            if bracket:
                text, code = f"({text})", f"({code})"
            text += f" {sign} {written(term, commas)}"
            code += f" {({'×': '*', '÷': '/', '−': '-'}).get(sign, sign)} Fraction('{term}')"
        try:
            return text, eval(code, {"Fraction": Fraction})
        except ZeroDivisionError:
            return text, Fraction(-1)

    return st.tuples(
        st.lists(numbers, min_size=2, max_size=4), st.lists(signs, min_size=3, max_size=3), st.booleans(), st.booleans()
    ).map(joined)


@given(sums(), st.integers(0, 4))
def test_a_right_sum_passes_and_with_any_digit_changed_it_fails(made: tuple[str, Fraction], places: int):
    text, value = made
    assume(value >= 0)
    scaled = value * 10**places
    assume((scaled * 2).denominator != 1 or scaled.denominator == 1)  # a tie may be rounded either way
    result = f"{Decimal(round(scaled)).scaleb(-places):f}"
    assert flaws(f"{text} = {result}") == [""]
    for at, digit in enumerate(result):
        for other in "0123456789":
            if digit.isdigit() and other != digit:
                changed = result[:at] + other + result[at + 1 :]
                assert flaws(f"{text} = {changed}") != [""], changed


@given(st.text(alphabet="0123456789 +-*/×÷=<>()%.,xa三万元:^", max_size=40))
def test_no_text_is_too_strange_to_read(text: str):
    for found in calculations(text):
        assert found.text
    unread(text)
