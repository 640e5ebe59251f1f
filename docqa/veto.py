"""What makes two texts that look alike say different things: a number, an identifier, a negation.

Token overlap ranks "at 20 degrees" against "at 40 degrees" as near-perfect agreement, and a negated sentence likewise
(measured: .92 to .94 and .82 to .95 in token F1), so these are compared first, and a difference ends the comparison.
"""

import re
from collections import Counter

from docqa.text import normalize

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:,\d{3})*(?:\.\d+)?|(?<=[^\W\d_])\d+(?:\.\d+)?")
_IDENTIFIER = re.compile(r"\b(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9][\w./-]*\b", re.ASCII)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|cannot|without|neither|nor)\b|n't\b|不|没有|未|无需|无须|禁止|严禁|非",
    re.IGNORECASE,
)


def numbers(text: str) -> Counter[str]:
    """The numbers in ``text`` in one written form, with how often each stands there."""
    found = (match.group().replace(",", "").lstrip("+") for match in _NUMBER.finditer(normalize(text)))
    return Counter(f"{float(number):g}" for number in found)


def identifiers(text: str) -> frozenset[str]:
    """Names that mix letters and digits (``P-101``, ``XJ/200``), in lower case."""
    return frozenset(match.group().casefold() for match in _IDENTIFIER.finditer(normalize(text)))


def negated(text: str) -> bool:
    """Whether the text carries an odd number of negations."""
    return len(_NEGATION.findall(normalize(text))) % 2 == 1


def difference(a: str, b: str) -> str:
    """Why ``a`` and ``b`` can't mean the same: ``number``, ``identifier``, ``negation``; "" when nothing forbids it."""
    if numbers(a) != numbers(b):
        return "number"
    if identifiers(a) != identifiers(b):
        return "identifier"
    if negated(a) != negated(b):
        return "negation"
    return ""
