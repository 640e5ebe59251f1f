"""The numbers of a text by value, however they are written, and their units.

1,000 is 1000, ５０％ is 百分之五十, 三十 is 30, 3万 is 30,000, "twelve" is 12, 5 March 2024 is 2024-03-05.
A date is its parts, so that a year is found in a date. A percent sign is a unit and no part of the value, for in a
table it stands in the header. A lone 一 and "one" are mostly articles and count only before a measure (一次) or after
第 and 百分之; a numeral inside a word (三角形, 万一) does not count.
"""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from docqa.text import normalize

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(f"{month}|{month[:3]}\\.?" for month in _MONTHS)
_MONTH_DATE = re.compile(rf"\b({_MONTH})(?= \d)|(?<=\d )({_MONTH})\b|(?<=\dth )({_MONTH})\b", re.IGNORECASE)
_ISO_DATE = re.compile(r"(?<![\w.-])((?:19|20)\d\d)[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])(?![\w-]|\.\d)")
_SPACED_THOUSANDS = re.compile("(?<=\\d)[\u00a0\u2009\u202f'\u2019](?=\\d{3}(?!\\d))")
_DIGIT = re.compile(r"\d")
_MAGNITUDES = {"万": 10**4, "亿": 10**8, "thousand": 10**3, "million": 10**6, "billion": 10**9}
NUMBER = re.compile(
    r"(?P<version>(?<![\w.])\d+(?:\.\d+){2,}(?![\w.]*\d))"
    r"|(?:(?<![A-Za-z0-9.)\]])(?P<sign>[-+\u2212])|(?<![\d.]))(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:\s?(?P<magnitude>万|亿|(?:thousand|million|billion)\b))?",
    re.IGNORECASE,
)

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_NEVER_ALONE = frozenset("百千万亿")
_MEASURES = (
    "年月日号天周时分秒点次倍遍米克升吨度元片支瓶粒袋盒级条章节项步款种类个名份张台套层组期篇部位位页点岁代户家人床例"
    "只根块段轮道门间座辆件批株头两小毫厘公千英平立"
)
_CHINESE_NUMBER = re.compile(
    r"(?P<percent>百分之)(?P<share>(?:[〇零一二三四五六七八九十]|百(?!分))+)(?:点(?P<decimals>[〇零一二三四五六七八九]+))?"
    r"|(?P<ordinal>第)(?P<rank>[〇零一二三四五六七八九十百千两]+)"
    rf"|(?<![数几\d])(?P<plain>(?:[〇零一二三四五六七八九十千万亿两]|百(?!分))+)(?P<measure>[{_MEASURES}]?)"
)
_NOT_A_NUMBER = re.compile(
    "十分(?!钟|之)|千万(?=[不别要注])|万一|一一|三三两两|百分(?!之)|一[个种项名类家人部些点位]|一分为|一度|一道"
)

_UNITS = {word: value for value, word in enumerate("zero one two three four five six seven eight nine ten".split())}
_UNITS |= {word: value for value, word in enumerate("eleven twelve thirteen fourteen fifteen sixteen".split(), 11)}
_UNITS |= {"seventeen": 17, "eighteen": 18, "nineteen": 19}
_TENS = {
    word: 10 * (place + 2) for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_WORD_NUMBER = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<ones>{'|'.join(list(_UNITS)[1:10])}))?|(?P<unit>{'|'.join(_UNITS)}))"
    r"(?:[- ](?P<scale>hundred|thousand|million|billion))?\b",
    re.IGNORECASE,
)
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}

UNIT_NAMES = {
    name: unit
    for unit, names in {
        "mm": "mm 毫米 millimetre millimeter millimetres millimeters",
        "cm": "cm 厘米 centimetre centimeter centimetres centimeters",
        "m": "m 米 metre meter metres meters",
        "km": "km 公里 千米 kilometre kilometer kilometres kilometers",
        "µm": "µm μm um 微米",
        "mg": "mg 毫克 milligram milligrams",
        "µg": "µg μg ug mcg 微克",
        "g": "g 克 gram grams",
        "kg": "kg 千克 公斤 kilogram kilograms",
        "t": "t 吨 tonne tonnes",
        "ml": "ml mL 毫升 millilitre milliliter millilitres milliliters",
        "l": "l L 升 litre liter litres liters",
        "s": "s 秒 second seconds",
        "min": "min 分钟 minute minutes",
        "h": "h 小时 hour hours",
        "d": "d 天 日 day days",
        "wk": "周 星期 week weeks",
        "mo": "个月 month months",
        "a": "年 year years",
        "Pa": "Pa 帕",
        "kPa": "kPa 千帕",
        "MPa": "MPa 兆帕",
        "bar": "bar",
        "V": "V 伏",
        "kV": "kV 千伏",
        "mA": "mA 毫安",
        "A": "A",
        "W": "W 瓦",
        "kW": "kW 千瓦",
        "MW": "MW 兆瓦",
        "Hz": "Hz 赫兹",
        "kHz": "kHz",
        "°C": "°C ℃ 摄氏度",
        "°F": "°F ℉ 华氏度",
        "%": "% percent 百分比",
    }.items()
    for name in names.split()
}
_ANY_UNIT = "|".join(re.escape(name) for name in sorted(UNIT_NAMES, key=lambda name: (-len(name), name)))
UNIT_AFTER = re.compile(rf"\s?({_ANY_UNIT})(?![A-Za-z0-9·/])")
_SPACED_QUANTITY = re.compile(rf"(?<![\d.,])\d{{1,3}}(?: \d{{3}})+(?=\s?(?:{_ANY_UNIT})(?![A-Za-z0-9·/]))")


@lru_cache(maxsize=16384)
def numbers(text: str) -> Counter[str]:
    """The numbers in ``text`` in one written form, with how often each stands there. It is shared: don't change it."""
    return Counter(value for value, _ in _quantities(text))


def quantities(text: str) -> dict[str, frozenset[str]]:
    """Each number in ``text`` with the units that follow it somewhere; an empty set for a bare number."""
    found: dict[str, set[str]] = {}
    for value, unit in _quantities(text):
        found.setdefault(value, set()).update([unit] if unit else [])
    return {value: frozenset(units) for value, units in found.items()}


@lru_cache(maxsize=16384)
def in_digits(text: str) -> str:
    """``plain`` with the numerals that are written in ideographs or English words in digits: 三十天 is 30天."""
    text = _joined(text)
    for start, end, value in reversed(list(_chinese_numerals(text))):
        text = f"{text[:start]}{value}{'%' if text.startswith('百分之', start) else ''}{text[end:]}"
    return _WORD_NUMBER.sub(lambda match: _word_value(match) or match.group(), text)


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """``normalize`` with one kind of hyphen."""
    return re.sub("[\u2010\u2011]", "-", normalize(text))


@lru_cache(maxsize=16384)
def _quantities(text: str) -> tuple[tuple[str, str], ...]:
    """Every number with the unit right behind it, or "", digits first and written-out numbers after."""
    text = _joined(text)
    if not _DIGIT.search(text):
        return (*_chinese_numbers(text), *_word_numbers(text))
    text = _ISO_DATE.sub(lambda date: " ; ".join(date.groups()), text)
    text = _MONTH_DATE.sub(_month_number, text)
    return (*_digit_numbers(text), *_chinese_numbers(text), *_word_numbers(text))


def _joined(text: str) -> str:
    """``plain`` with numbers whose thousands a space parts in one piece; an ordinary space only before a unit."""
    text = plain(_SPACED_THOUSANDS.sub("", text))
    return _SPACED_QUANTITY.sub(lambda match: match.group().replace(" ", ""), text) if "0 " in text else text


def _month_number(match: re.Match[str]) -> str:
    return f"; {month(next(group for group in match.groups() if group))} ;"


def month(name: str) -> int:
    """1 to 12 for a month's English name or the beginning of one; 0 for any other word."""
    name = name.casefold().rstrip(".")
    return next((at for at, known in enumerate(_MONTHS, 1) if len(name) >= 3 and known.startswith(name)), 0)


def _digit_numbers(text: str) -> Iterator[tuple[str, str]]:
    for match in NUMBER.finditer(text):
        if match["version"]:
            yield match["version"], ""
            continue
        unit = UNIT_AFTER.match(text, match.end())
        yield written(value_of(match)), UNIT_NAMES[unit[1]] if unit else ""


def value_of(match: re.Match[str]) -> Decimal:
    """The value of a match of ``NUMBER`` that is no version."""
    value = Decimal(match["value"].replace(",", ""))
    if match["magnitude"]:
        value *= _MAGNITUDES[match["magnitude"].casefold()]
    return -value if match["sign"] in ("-", "\u2212") else value


def _chinese_numbers(text: str) -> Iterator[tuple[str, str]]:
    for start, end, value in _chinese_numerals(text):
        unit = UNIT_AFTER.match(text, end)
        yield value, "%" if text.startswith("百分之", start) else UNIT_NAMES[unit[1]] if unit else ""


def _chinese_numerals(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, value) of each numeral in ideographs; 百分之 is part of a percentage, 第 is not of an ordinal."""
    if text.isascii():
        return
    hidden = _NOT_A_NUMBER.sub(lambda match: "·" * len(match.group()), text)
    for match in _CHINESE_NUMBER.finditer(hidden):
        if match["percent"]:
            decimals = "".join(str(_DIGITS[char]) for char in match["decimals"] or "")
            yield match.start(), match.end(), written(Decimal(f"{_chinese_value(match['share'])}.{decimals or 0}"))
        elif match["ordinal"]:
            yield match.start("rank"), match.end(), str(_chinese_value(match["rank"]))
        elif (len(match["plain"]) > 1 or match["measure"]) and not set(match["plain"]) <= _NEVER_ALONE:
            yield match.start(), match.end("plain"), str(_chinese_value(match["plain"]))


def _chinese_value(numeral: str) -> int:
    """The value of 二〇二四 (digit by digit) or 一千二百万 (by powers)."""
    if not set(numeral) & (_POWERS.keys() | _LARGE.keys()):
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total = section = digit = 0
    for char in numeral:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _POWERS:
            section += (digit or 1) * _POWERS[char]
            digit = 0
        else:
            total = (total + section + digit or 1) * _LARGE[char]
            section = digit = 0
    return total + section + digit


def _word_numbers(text: str) -> Iterator[tuple[str, str]]:
    for match in _WORD_NUMBER.finditer(text):
        if value := _word_value(match):
            unit = UNIT_AFTER.match(text, match.end())
            yield value, UNIT_NAMES[unit[1]] if unit else ""


def _word_value(match: re.Match[str]) -> str:
    """The value of a match of ``_WORD_NUMBER``; "" for a lone "one"."""
    value = _TENS[match["tens"].casefold()] if match["tens"] else _UNITS[match["unit"].casefold()]
    value += _UNITS[match["ones"].casefold()] if match["ones"] else 0
    if value == 1 and not match["scale"]:
        return ""
    return str(value * (_SCALES[match["scale"].casefold()] if match["scale"] else 1))


def written(value: Decimal) -> str:
    """A number in the one form that numbers are compared in: 2.50 is ``2.5``."""
    return f"{value.normalize():f}" if value else "0"
