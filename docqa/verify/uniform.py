"""One way to write what two answers may write in several: dates, quantities, prohibitions.

For the comparison of two answers only. A quote is compared with its document as it stands, since there a date that is
written otherwise is a sign that somebody wrote it.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from docqa.quantities import NUMBER, UNIT_AFTER, UNIT_NAMES, in_digits, month, numbers, value_of, written

_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>\d{4})"
_DATES = [
    re.compile(
        r"(?<![\d.-])(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})(?:\s?日|(?![\d-]))"
    ),
    re.compile(rf"\b{_DAY} (?:of )?(?P<month>[A-Z][a-z]{{2,8}})\.?,? {_YEAR}\b"),
    re.compile(rf"\b(?P<month>[A-Z][a-z]{{2,8}})\.? {_DAY},? {_YEAR}\b"),
]

_DIMENSIONS = {
    "m": "µm=1e-6 mm=1e-3 cm=1e-2 m=1 km=1e3",
    "g": "µg=1e-6 mg=1e-3 g=1 kg=1e3 t=1e6",
    "l": "ml=1e-3 l=1",
    "s": "s=1 min=60 h=3600 d=86400 wk=604800",
    "Pa": "Pa=1 kPa=1e3 bar=1e5 MPa=1e6",
    "V": "V=1 kV=1e3",
    "A": "mA=1e-3 A=1",
    "W": "W=1 kW=1e3 MW=1e6",
    "Hz": "Hz=1 kHz=1e3",
}
"""What a unit is in the base unit of its dimension; months and years are no fixed number of days."""

_IN_BASE = {
    unit: (base, Decimal(factor))
    for base, units in _DIMENSIONS.items()
    for unit, factor in (pair.split("=") for pair in units.split())
}

_FORBIDDEN = re.compile(
    r"\b(?:(?:is|are|be) )?(?:(?:strictly )?(?:prohibited|forbidden)|not (?:allowed|permitted))(?: (?:to|from))?\b"
    r"|\b(?:must|may|shall|should|can|do|does) ?(?:not|never)\b|\bcannot\b|\b(?:can|do|does|must|should)n't\b|\bnever\b"
    r"|禁止|严禁|嚴禁|不得|不可以?|不能|不准|不允许|切勿",
    re.IGNORECASE,
)


@lru_cache(maxsize=16384)
def uniform(text: str) -> str:
    """The text with dates as year, month and day, numbers in digits, no units behind them, and one kind of "not".

    Units are left out because ``veto`` has compared them; 5 mm and 5 millimetres are both ``5``.
    """
    text = _one_date(in_digits(text))
    pieces, at = [], 0
    for match in NUMBER.finditer(text):
        unit = UNIT_AFTER.match(text, match.end())
        pieces += [text[at : match.start()], f" {match['version'] or written(value_of(match))} "]
        at = unit.end() if unit else match.end()
    return _FORBIDDEN.sub(" not ", "".join(pieces) + text[at:])


@lru_cache(maxsize=16384)
def dates(text: str) -> frozenset[tuple[int, int, int]]:
    """(year, month, day) of every whole date in the text."""
    if not numbers(text):  # known already where two answers are compared
        return frozenset()
    text = in_digits(text)
    return frozenset(date for pattern in _DATES for match in pattern.finditer(text) if (date := _date(match)))


@lru_cache(maxsize=16384)
def in_units_of(text: str, other: str) -> str:
    """``text`` with each quantity that ``other`` gives in another unit written as there: 1,500 m is 1.5 km."""
    if not numbers(text) or not numbers(other):
        return text
    theirs = {base: (value, unit) for _, _, value, unit, base in _quantities(in_digits(other))}
    if not theirs:
        return text
    text = in_digits(text)
    for start, end, _, unit, base in reversed(list(_quantities(text))):
        value, named = theirs.get(base, (Decimal(0), unit))
        if named != unit:
            text = f"{text[:start]}{written(value)} {named}{text[end:]}"
    return text


def _quantities(text: str) -> Iterator[tuple[int, int, Decimal, str, tuple[str, Decimal]]]:
    """(start, end, value, unit, the same in the base unit) of each number with a unit of ``_DIMENSIONS``."""
    for match in NUMBER.finditer(text):
        unit = UNIT_AFTER.match(text, match.end())
        if unit and not match["version"] and (name := UNIT_NAMES[unit[1]]) in _IN_BASE:
            base, factor = _IN_BASE[name]
            value = value_of(match)
            yield match.start(), unit.end(), value, name, (base, value * factor)


def _one_date(text: str) -> str:
    def said(match: re.Match[str]) -> str:
        date = _date(match)
        return " {} {} {} ".format(*date) if date else match.group()

    for pattern in _DATES:
        text = pattern.sub(said, text)
    return text


def _date(match: re.Match[str]) -> tuple[int, int, int] | None:
    """None for what only looks like a date: "40 Bolts 2024"."""
    number = int(match["month"]) if match["month"].isdigit() else month(match["month"])
    return (int(match["year"]), number, int(match["day"])) if 1 <= number <= 12 else None
