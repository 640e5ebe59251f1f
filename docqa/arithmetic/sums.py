"""Tokens -> chains of sums, by recursive descent, each worked out with fractions."""

from dataclasses import dataclass
from fractions import Fraction

from docqa.arithmetic.tokens import RELATIONS, Number, Token

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_MOST_UNIT_WORDS = 4


@dataclass(frozen=True)
class Side:
    """What stands on one side of a relation; ``value`` is None where it divides by zero."""

    text: str
    value: Fraction | None
    numbers: tuple[Number, ...]
    is_sum: bool


class UnreadableError(Exception):
    """What stands there is no calculation."""


class Parser:
    """Reads one chain of sums, by recursive descent; ``at`` is the first token that it has not read."""

    def __init__(self, plain: str, tokens: list[Token], at: int) -> None:
        self.plain, self.tokens, self.at = plain, tokens, at
        self._numbers: list[Number] = []
        self._sums = 0

    def chain(self) -> tuple[list[Side], list[str]]:
        """The sides and the relations between them of: sum (relation sum)+.

        Raises:
            UnreadableError: there is none, or nothing in it to work out or to compare.
        """
        sides, relations = [self._side()], list[str]()
        while self._is("relation"):
            before = self.at
            self.at += 1
            try:
                sides.append(self._side())
            except UnreadableError:
                self.at = before
                break
            relations.append(RELATIONS[self.tokens[before].text])
        if not relations or (set(relations) == {"="} and not any(side.is_sum for side in sides)):
            raise UnreadableError
        return sides, relations

    def _side(self) -> Side:
        first, self._numbers, self._sums = self.at, [], 0
        value = self._sum()
        text = self.plain[self.tokens[first].start : self.tokens[self.at - 1].end]
        return Side(text, value, tuple(self._numbers), self._sums > 0)

    def _sum(self) -> Fraction | None:
        value = self._product()
        while self._is("sign", "+-") and self._operand_follows():
            plus = self.tokens[self.at].text == "+"
            self.at += 1
            more = self._product()
            self._sums += 1
            value = None if value is None or more is None else value + more if plus else value - more
        return value

    def _product(self) -> Fraction | None:
        value = self._factor()
        while self._is("sign", "*/") and self._operand_follows():
            times = self.tokens[self.at].text == "*"
            self.at += 1
            more = self._factor()
            self._sums += 1
            if value is None or more is None or (not times and more == 0):
                value = None
            else:
                value = value * more if times else value / more
        return value

    def _factor(self) -> Fraction | None:
        if self._is("currency"):
            self.at += 1
        if self._is("sign", "-") and self._glued():
            self.at += 1
            value = self._factor()
            return None if value is None else -value
        if self._is("bracket", "([{"):
            closing = _BRACKETS[self.tokens[self.at].text]
            self.at += 1
            value = self._sum()
            if not self._is("bracket", closing):
                raise UnreadableError
            self.at += 1
            if self._is("mark", "%"):
                self.at += 1
                value = None if value is None else value / 100
        elif self._is("number"):
            number = self.tokens[self.at].number
            assert number is not None
            self._numbers.append(number)
            value = number.value
            self.at += 1
        else:
            raise UnreadableError
        self._unit()
        return value

    def _unit(self) -> None:
        """Pass over the words of a unit: ``mg/kg``, "tablets a day", 片."""
        for _ in range(_MOST_UNIT_WORDS):
            if self._is("sign", "/") and self._is("word", ahead=1):
                self.at += 2
            elif self._is("word") or self._is("currency"):
                self.at += 1
            else:
                break

    def _operand_follows(self) -> bool:
        """Whether the sign here is followed by what it can be applied to."""
        return (
            self._is("number", ahead=1)
            or self._is("bracket", "([{", ahead=1)
            or (self._is("sign", "-", ahead=1) and self._is("number", ahead=2))
            or (self._is("currency", ahead=1) and self._is("number", ahead=2))
        )

    def _glued(self) -> bool:
        """Whether the minus here stands right before its number, and is no dash."""
        return self._is("number", ahead=1) and self.tokens[self.at].end == self.tokens[self.at + 1].start

    def _is(self, kind: str, among: str = "", ahead: int = 0) -> bool:
        if self.at + ahead >= len(self.tokens):
            return False
        token = self.tokens[self.at + ahead]
        return token.kind == kind and (not among or token.text in among)
