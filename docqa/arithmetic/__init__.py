"""Sums as they stand in a text, read and worked out again: exactly, with fractions, and right as far as they are shown.

Language models reason well and reckon badly, so what a step calculates is never taken from it (the programs of PAL, Gao
et al. 2022, arXiv 2211.10435, are run for the same reason). Read are numbers with thousands separators, 万 and
"million", percent signs, numerals in words, full-width digits, brackets, + - * / with their other signs, and chains of
``=``, ``≈`` and comparisons. Units are left aside: "3 bottles × 12 tablets = 36 tablets" is 3 * 12 = 36.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from docqa.arithmetic.sums import Parser, Side, UnreadableError
from docqa.arithmetic.tokens import Number, Token, plain, tokens
from docqa.quantities import quantities

__all__ = ["Calculation", "Number", "calculations", "numbers", "shown", "unread", "values"]


class Calculation(NamedTuple):
    """A sum or comparison in a text.

    Attributes:
        text: as it stands there.
        operands: what it starts from; results: what it says comes of them.
        flaw: what is wrong, in a few words, or "".
        start, end: its place in ``tokens.plain`` of the text.
    """

    text: str
    operands: tuple[Number, ...]
    results: tuple[Number, ...]
    flaw: str
    start: int
    end: int


def calculations(text: str) -> list[Calculation]:
    """The calculations that stand in a text, in order, each worked out again."""
    return _found(plain(text))


def unread(text: str) -> str:
    """The first number of a text that belongs to no calculation in it; "" when all do, and there is one."""
    text = plain(text)
    found = _found(text)
    for token in tokens(text):
        if token.kind in ("number", "other") and not any(each.start <= token.start < each.end for each in found):
            return token.text
    return "" if found else text.strip()


def numbers(text: str) -> list[Number]:
    """The numbers that stand in a text, in order."""
    return [token.number for token in tokens(plain(text)) if token.number is not None]


def values(text: str) -> set[Fraction]:
    """The numbers of a text, without their signs, that a calculation may start from; 20 % is 20 and 1/5."""
    known = set[Fraction]()
    for written, units in quantities(text).items():
        if written.count(".") > 1:  # a version is no number
            continue
        value = abs(Fraction(written))
        known |= {value, value / 100} if "%" in units else {value}
    return known


def shown(value: Fraction) -> str:
    """A value as a decimal number: all of it, or four places where it does not end sooner."""
    if value == int(value):
        return str(int(value))
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def _found(text: str) -> list[Calculation]:
    marks = tokens(text)
    found, at = [], 0
    while at < len(marks):
        parser = Parser(text, marks, at)
        try:
            sides, relations = parser.chain()
        except UnreadableError:
            at += 1
            continue
        start, end = marks[at].start, marks[parser.at - 1].end
        said = text[start:end]
        flaw = f"cannot read what stands before {said}" if _is_fragment(marks, at) else _flaw(sides, relations)
        found.append(Calculation(said, *_roles(sides, relations), flaw, start, end))
        at = parser.at
    return found


def _is_fragment(marks: Sequence[Token], at: int) -> bool:
    """Whether what begins there goes on from something that could not be read, as 3 * 4 does in x + 3 * 4."""
    if at < 2 or marks[at - 1].kind != "sign":
        return False
    before = marks[at - 2]
    dash = marks[at - 1].text == "-"  # between words it is no minus
    return before.kind in ("number", "other") or before.text in ")]}" or (before.kind == "word" and not dash)


def _equals(sides: Sequence[Side], relations: Sequence[str]) -> Iterator[list[Side]]:
    """The runs of sides with nothing but ``=`` between them."""
    run = [sides[0]]
    for relation, side in zip(relations, sides[1:], strict=True):
        if relation != "=":
            yield run
            run = []
        run.append(side)
    yield run


def _roles(sides: Sequence[Side], relations: Sequence[str]) -> tuple[tuple[Number, ...], tuple[Number, ...]]:
    """(operands, results): the numbers of what is worked out first, and those that are said to be equal to it."""
    operands, results = list[Number](), list[Number]()
    for run in _equals(sides, relations):
        sums = [side for side in run if side.is_sum]
        operands += sums[0].numbers if sums else [number for side in run for number in side.numbers]
        if sums:
            results += [number for side in run if not side.is_sum for number in side.numbers]
    return tuple(operands), tuple(results)


def _flaw(sides: Sequence[Side], relations: Sequence[str]) -> str:
    for left, relation, right in zip(sides, relations, sides[1:], strict=False):
        if left.value is None or right.value is None:
            return f"{(left if left.value is None else right).text} divides by zero"
        if relation == "=":
            if not _equal(left, right):
                worked, said = (left, right) if left.is_sum else (right, left)
                assert worked.value is not None
                return f"{worked.text} is {_in_terms_of(worked, said)}, not {said.text}"
        elif not _holds(left.value, relation, right.value):
            return f"{left.text} {relation} {right.text} is not so"
    return ""


def _equal(left: Side, right: Side) -> bool:
    """Whether both are the same, as far as the digits of a lone number on one side go."""
    assert left.value is not None
    assert right.value is not None
    rounding = max((side.numbers[0].last for side in (left, right) if not side.is_sum), default=Fraction(0))
    if abs(left.value - right.value) <= rounding / 2:
        return True
    for worked, said in ((left, right), (right, left)):
        if worked.is_sum and not said.is_sum and not any(number.is_share for number in worked.numbers):
            lone = said.numbers[0]  # 30 / 150 * 100 = 20 %: its unit is left aside as any other
            if lone.is_share and worked.value is not None:
                return abs(worked.value - lone.digits) <= lone.last * lone.digits / lone.value / 2
    return False


def _in_terms_of(worked: Side, said: Side) -> str:
    """What a sum comes to, in percent where a percentage was said."""
    assert worked.value is not None
    as_share = not said.is_sum and said.numbers[0].is_share and any(number.is_share for number in worked.numbers)
    return f"{shown(worked.value * 100)}%" if as_share else shown(worked.value)


def _holds(left: Fraction, relation: str, right: Fraction) -> bool:
    return {"<": left < right, ">": left > right, "≤": left <= right, "≥": left >= right, "≠": left != right}[relation]
