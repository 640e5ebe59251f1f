"""A text -> the tokens of the sums in it: numbers, signs, relations, brackets, and the words of units between them."""

import re
from fractions import Fraction
from typing import NamedTuple

from docqa.quantities import in_digits

_SIGNS = {"×": "*", "⋅": "*", "∗": "*", "✕": "*", "÷": "/", "−": "-", "–": "-", "∶": "/"}
RELATIONS = {"=": "=", "≈": "=", "≒": "=", "≃": "=", "<": "<", ">": ">", "≤": "≤", "≥": "≥", "<=": "≤", ">=": "≥"}
RELATIONS |= {"≠": "≠", "!=": "≠", "==": "="}
_IN_WORDS = [
    (re.compile(rf"(?<=[\d)%])\s*(?:{said})\s*(?=[\d(])", re.IGNORECASE), f" {sign} ")
    for said, sign in (
        ("times|multiplied by|乘以|乘", "*"),
        ("divided by|除以", "/"),
        ("plus|加上|加", "+"),
        ("minus|减去|减", "-"),
        ("equals|is equal to|等于|得", "="),
    )
] + [(re.compile(r"(?<=%)\s*of\s+(?=[\d(])|(?<=[\d)])[元米克升吨天年]?的(?=\s*[\d.,]+\s*%)"), " * ")]
"""What stands between two numbers, and the sign that it says."""

_MAGNITUDES = {"万": 10**4, "亿": 10**8, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_SQUARE = r"(?:mm|cm|dm|km|m)[23](?![A-Za-z0-9])"
_PATTERN = re.compile(
    r"(?P<other>[0-9]+(?::[0-9]+)+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]+(?:\.[0-9]+){2,}"
    rf"|(?!{_SQUARE}|[xX][0-9])[A-Za-z]+[-.]?[0-9][A-Za-z0-9_-]*)"
    r"|(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:[ '’][0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?)"
    r"(?:\s?(?P<magnitude>万|亿|(?:thousand|million|billion)\b))?(?:\s?(?P<percent>[%‰]))?"
    r"|(?P<relation>[<>!=]=|[=≈≒≃<>≤≥≠])"
    r"|(?P<sign>[-+*/×⋅∗✕÷−–∶])"
    r"|(?P<bracket>[()\[\]{}])"
    r"|(?P<currency>[$€£¥])"
    rf"|(?P<word>{_SQUARE}|(?:[^\W\d_]|[°′″·])+)"
    r"|(?P<mark>\S)",
    re.IGNORECASE,
)


class Number(NamedTuple):
    """A number as it is shown.

    Attributes:
        value: what it is worth; 20 % is 1/5.
        digits: what stands there; 20 % is 20.
        last: what a 1 in its last digit is worth.
    """

    text: str
    value: Fraction
    digits: Fraction
    last: Fraction

    @property
    def is_share(self) -> bool:
        """Whether it has a percent sign."""
        return self.value != self.digits


class Token(NamedTuple):
    """A part of a text that is one thing; ``kind`` is the name of its group in the pattern."""

    kind: str
    text: str
    start: int
    end: int
    number: Number | None = None


def plain(text: str) -> str:
    """One line, digits for numerals, signs for the words between two numbers."""
    text = in_digits(text)
    for pattern, sign in _IN_WORDS:
        text = pattern.sub(sign, text)
    return text


def tokens(plain: str) -> list[Token]:
    """The tokens of a text that ``plain`` has been through."""
    found = []
    for match in _PATTERN.finditer(plain):
        kind, text = match.lastgroup or "", match.group()
        number = None
        if match["number"]:
            kind, number = "number", _number(match)
        elif kind == "sign":
            text = _SIGNS.get(text, text)
        found.append(Token(kind, text, *match.span(), number))
    return [_times(found, at) for at in range(len(found))]


def _times(tokens: list[Token], at: int) -> Token:
    """The token, an x between numbers as the sign it is meant for."""
    token = tokens[at]
    if token.text not in ("x", "X") or at + 1 == len(tokens):
        return token
    after = tokens[at + 1]
    return token._replace(kind="sign", text="*") if after.kind == "number" or after.text == "(" else token


def _number(match: re.Match[str]) -> Number:
    written = re.sub(r"[ ,'’]", "", match["number"])
    worth = Fraction(_MAGNITUDES[match["magnitude"].lower()] if match["magnitude"] else 1)
    share = {"%": Fraction(1, 100), "‰": Fraction(1, 1000)}.get(match["percent"] or "", Fraction(1))
    digits = Fraction(written) * worth
    last = Fraction(1, 10 ** len(written.partition(".")[2])) * worth
    return Number(match.group(), digits * share, digits, last * share)
