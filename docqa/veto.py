"""What makes two texts that look alike say different things: a number, its unit, an identifier, a negation.

Token overlap ranks "at 20 degrees" against "at 40 degrees" as near-perfect agreement, and a negated sentence likewise
(measured: .92 to .94 and .82 to .95 in token F1), so these are compared first, and a difference ends the comparison.
"""

import re
from functools import lru_cache
from itertools import pairwise

from docqa.quantities import numbers, plain, quantities
from docqa.terms import FUNCTION_WORDS, stem
from docqa.text import tokens

__all__ = ["difference", "flipped", "identifiers", "negated", "negations", "numbers", "statement", "units_differ"]

_IDENTIFIER = re.compile(r"(?<![A-Za-z0-9])(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9][\w./-]*[A-Za-z0-9]", re.ASCII)
_GLUED_QUANTITY = re.compile(
    r"\d[\d.,-]*(?:[a-z]{1,4}[23]?(?:/[a-z]{1,4}[23]?)?|st|nd|rd|th)|(?:[mck]|mm|cm|km|dm)[23](?:/\w+)?", re.IGNORECASE
)

_CLASS = re.compile(
    r"(?<![A-Za-z0-9])([A-Z]|[IVX]{2,4})([级類类型组区期])|\b((?i:class|type|grade|group|zone|category) [A-Z])\b"
)

_NEGATION = re.compile(
    r"\b(?:not(?! only\b)|no(?!\.? ?\d)|never|none|cannot|without|neither|prohibited|forbidden)\b|n't\b"
    r"|不(?![同仅但断锈管论如久过妨])|没有|未(?!来)|无需|无须|不必|禁止|严禁|切勿|(?<!切)勿|(?<![除是])非(?!常)",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^\s*(?:yes|no|是的?|否|对|不是?|可以|不可以|能|不能)\s*[,.，。;；:：]\s*(?=\S)", re.IGNORECASE)

_MODALS = frozenset("must need needs permitted allowed".split())
_CHINESE_MODALS = re.compile("应当|必须|可以|能够|需要|应该|[应须可能要得准许的地了是]")
_NEGATED = "¬"


def statement(answer: str) -> str:
    """The answer without a leading "Yes," or 否， in front of what it states."""
    return _REPLY.sub("", plain(answer))


def negations(text: str) -> int:
    """How many negations stand in the text; a leading "No," answers and does not count."""
    return len(_NEGATION.findall(statement(text)))


@lru_cache(maxsize=16384)
def identifiers(text: str) -> frozenset[str]:
    """Names that mix letters and digits (``P-101``) and classes by letter (``A级``, ``class b``), in lower case.

    A number glued to its unit is none.
    """
    text = plain(text)
    found = {match.group().casefold() for match in _IDENTIFIER.finditer(text)}
    classes = {" ".join(filter(None, match.groups())).casefold() for match in _CLASS.finditer(text)}
    return frozenset({name for name in found if not _GLUED_QUANTITY.fullmatch(name)} | classes)


def negated(text: str) -> bool:
    """Whether the text carries an odd number of negations."""
    return negations(text) % 2 == 1


def difference(a: str, b: str) -> str:
    """Why ``a`` and ``b`` can't mean the same: ``number``, ``unit``, ``identifier``, ``negation``; or "".

    A unit differs only where both texts give one: "45" may be "45 N·m", but 45 mm is not 45 m.
    """
    if dict(numbers(a)) != dict(numbers(b)):  # Counters compare in Python
        return "number"
    if units_differ(a, b):
        return "unit"
    if identifiers(a) != identifiers(b):
        return "identifier"
    if negated(a) != negated(b):
        return "negation"
    return ""


def units_differ(a: str, b: str) -> bool:
    """Whether some number of both texts has units in both, and none in common."""
    first, second = quantities(a), quantities(b)
    return any(units and second.get(value) and not units & second[value] for value, units in first.items())


def flipped(a: str, b: str) -> bool:
    """Whether one text denies what the other states: "must not be run dry" against "must be run dry".

    Local on purpose, so that a clause can be compared with the paragraph it comes from: it looks for a negation in one
    text whose two neighbours stand side by side in the other, modals and function words left out.
    """
    return _denies(a, b) or _denies(b, a)


def _denies(a: str, b: str) -> bool:
    first, second = _skeleton(a), _skeleton(b)
    stated = _stated(second)
    affirmed = set(pairwise(first))
    return any(
        (before, after) in stated and (before, after) not in affirmed and (before, after) != ("", "")
        for before, mark, after in zip(first, first[1:], first[2:], strict=False)
        if mark == _NEGATED
    )


def _stated(skeleton: tuple[str, ...]) -> set[tuple[str, str]]:
    """The neighbours in clauses that do not deny all they say: 禁止未成年人进入 does not state that they come in."""
    stated, denied = set(), False
    for before, after in pairwise(skeleton):
        denied = after == _NEGATED if before == "" else denied
        if not denied:
            stated.add((before, after))
    return stated


@lru_cache(maxsize=16384)
def _skeleton(text: str) -> tuple[str, ...]:
    """The content words and ideographs of a text in order, ``_NEGATED`` for a negation and "" where a clause ends."""
    marked = _CHINESE_MODALS.sub("", _NEGATION.sub(f" {_NEGATED} ", statement(text)))
    found = [""]
    for token in tokens(marked):
        if token == _NEGATED:
            found.append(token)
        elif not token[0].isalnum():
            found += [""] if found[-1] and token not in "-/'\"" else []
        elif token not in FUNCTION_WORDS and token not in _MODALS:
            found.append(stem(token))
    return (*found, "") if found[-1] else tuple(found)
