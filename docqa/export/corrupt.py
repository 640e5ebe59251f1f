"""An answer made wrong on purpose: one number, unit, name or negation of it changed by rule.

What such a change does to an answer is what token overlap does not see and ``veto`` does, so each result is checked
with it: it differs from the answer in just that. `python -m benchmarks.corruption` asks how many of them verification
drops; preference rows have them as the rejected answer where the verifier has no losing one.
"""

import random
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from docqa import veto
from docqa.quantities import UNIT_AFTER

_WHOLE = re.compile(r"(?<![\w.,:-])(?<!\d )\d+(?![\w.,:-]*\d)(?! \d)(?!\. |[、)）．\]])", re.ASCII)
"""A whole number alone: no part of a code, a time of day, a decimal, a spaced 10 000, or a list's numbering."""

_DECIMAL = re.compile(r"(?<![\w.,:-])(?<!\d )(\d+)\.(\d{1,3})(?![\w.,:-]*\d)(?! \d)", re.ASCII)
_POINTER = re.compile(
    r"(?:第|[图表]|\b(?:section|chapter|article|clause|version|table|figure|step|part|no\.?))\s*$", re.I
)
"""What stands before the number of a place, which is no fact."""

_WORDS = {
    "two": "four", "three": "five", "four": "six", "five": "three", "six": "four", "seven": "five", "eight": "six",
    "nine": "seven", "ten": "eight", "twelve": "six",
}  # fmt: skip
_WORD = re.compile(rf"(?<![\w-])(?:{'|'.join(_WORDS)})(?= [a-z]{{2,}})(?! (?:of|or|and|to) )")
_NUMERALS = dict(zip("二两三四五六七八九十", "三三五六七八九六七八", strict=True))
_NUMERAL = re.compile(
    f"(?<![第零〇一{''.join(_NUMERALS)}百千万点分月])[{''.join(_NUMERALS)}](?=十?(?:个|小时|分钟|秒|天|日|周|年|次|名|人|份|级|倍|元|遍|层|项|种|"
    "件|袋|毫升|厘米|米))"
)
"""A number that is written out, before what it counts."""

_MONTH = re.compile(r" (?:January|February|March|April|May|June|July|August|September|October|November|December)\b")
_UPPER = re.compile(r"\s?(?:[^\W\d]{1,3}|[%°℃])?\s?(?:to|and|at|至|到|[-–—~～])\s?(\d+)")
"""What stands behind the lower end of a range, and its upper end."""

_LOWER = re.compile(r"\d\s?(?:[^\W\d]{1,3}|[%°℃])?\s?(?:to|and|至|到|[-–—~～])\s?$")
"""What stands before the upper end of a range."""

_NAME = re.compile(r"(?<![\w./-])[A-Z][A-Za-z]*-?(?P<digits>\d{1,6})(?![\w/-]|\.\d)", re.ASCII)
_FLIPS: Mapping[str, Sequence[tuple[str, str | Callable[[re.Match[str]], str]]]] = {
    "en": [
        (r"\b(must|shall|should|may|can|is|are|will) (?:not|never)\b(?! only)", r"\1"),
        (r"\bcannot\b", "can"),
        (r"\bDo not (\w)", lambda found: found[1].upper()),
        (r"\bcan\b(?!\s+(?:not|never|no|only|neither)\b)", "cannot"),
        (r"\b(must|shall|should|may|is|are|will)\b(?!\s*:|\s+(?:not|never|no|only|neither|as follows)\b)", r"\1 not"),
    ],
    "zh": [
        ("不得|禁止|严禁|不能|不可(?!或缺|缺少|避免)", "可以"),
        ("不应", "应"),
        ("(?<![反相对供适响效感还也])应(?:当(?!按照?下列)|(?![当用力急答对变选]))|(?<![还也])必须", "不得"),
        ("(?<![还也])可以(?=[，。,])", "不可以"),
        ("(?<![还也])可以", "不能"),
        ("(?<![但可就还只于总要凡若])是(?![否非：:])", "不是"),
    ],
}
_OPPOSITE_REPLY = {
    "Yes": "No", "No": "Yes", "是的": "不是", "是": "不是", "不是": "是", "可以": "不可以", "不可以": "可以",
    "能": "不能", "不能": "能", "需要": "不需要", "不需要": "需要",
}  # fmt: skip
_REPLY = re.compile(rf"({'|'.join(sorted(_OPPOSITE_REPLY, key=len, reverse=True))})(?=[,.，。])")

_ASKS_WHAT_TO_DO = {
    "en": re.compile(
        r"^(?!.*\b(?:who|whom|when|where|how|why|which|within|under)\b).*"
        r"\b(?:must|shall|should|may|can|cannot|requirements?|required|allowed|says?|said)\b",
        re.I | re.S,
    ),
    "zh": re.compile(
        "^(?!.*(?:谁|誰|何时|何時|多久|多长|多長|多少|哪|如何|为什么|為什麼)).*(?:应|應|必须|必須|可以|能否|是否|要求|规定|規定|说明|說明|内容|吗|嗎)",
        re.S,
    ),
}
"""Questions that an answer with a "not" put in would answer, too: it is no reply to who, when, how much, or to what a
table gives."""

_BY_COPULA = re.compile(r"\b(is|are) not\b|不(是)")

_CONDITION = re.compile(r"(?:When(?:ever)?|If|Before|After|While|Where|Until|Unless|Once|As soon as|In case) [^,.]+, ")
"""What an English answer may begin with; turned round there it would be another case, and no wrong answer."""

_OTHER_UNIT = {
    **dict.fromkeys(("mm", "m"), "cm"),
    "cm": "mm",
    "km": "m",
    "mg": "g",
    "µg": "mg",
    "g": "kg",
    "kg": "g",
    "t": "kg",
    "ml": "L",
    "mL": "L",
    "L": "mL",
    "s": "min",
    "min": "h",
    "h": "min",
    "kPa": "MPa",
    "MPa": "kPa",
    "bar": "kPa",
    "V": "kV",
    "kV": "V",
    "mA": "A",
    "W": "kW",
    "kW": "MW",
    "MW": "kW",
    "Hz": "kHz",
    "kHz": "Hz",
    "°C": "°F",
    "°F": "°C",
    "℃": "℉",
    "second": "minute",
    "seconds": "minutes",
    "minute": "hour",
    "minutes": "hours",
    "hour": "minute",
    "hours": "minutes",
    "day": "week",
    "days": "weeks",
    "week": "month",
    "weeks": "months",
    "month": "week",
    "months": "weeks",
    **dict.fromkeys(("毫米", "米"), "厘米"),
    "厘米": "毫米",
    "公里": "米",
    "毫克": "克",
    "微克": "毫克",
    "克": "千克",
    **dict.fromkeys(("千克", "公斤"), "克"),
    "吨": "千克",
    "毫升": "升",
    "升": "毫升",
    "秒": "分钟",
    "分钟": "小时",
    "小时": "分钟",
    "天": "周",
    "周": "天",
    "个月": "周",
    "摄氏度": "华氏度",
    "千帕": "兆帕",
    "兆帕": "千帕",
    "千伏": "伏",
}
"""A unit as it is written, and one of the same quantity that is another size."""


def corrupted(question: str, answer: str, language: str, seed: str) -> tuple[str, str]:
    """(kind, ``answer`` with one thing changed); kind is ``number``, ``unit``, ``name`` or ``negation``.

    Numbers and names that stand in the question are left alone: there the answer only repeats it. Of several kinds
    that apply ``seed`` chooses one, the same for the same seed; ("", "") where none does. Negation is the last resort:
    a student that is shown it three times in four learns to prefer answers without "not".
    """
    chance = random.Random(seed)
    known = veto.numbers(question).keys() | veto.identifiers(question)
    kinds = {
        "number": changed_number(answer, chance, known),
        "unit": _changed_unit(answer, known),
        "name": _changed_name(answer, known),
    }
    made = [(kind, text) for kind, text in kinds.items() if text and veto.difference(answer, text)]
    if made:
        return chance.choice(made)
    turned = _denial(question, answer, language)
    return ("negation", turned) if turned and veto.difference(answer, turned) else ("", "")


def _denial(question: str, answer: str, language: str) -> str:
    """The opposite of the answer where it is a wrong answer to the question, and not none: "the fee is not CNY 5"."""
    turned = flipped(answer, language)
    if _REPLY.match(answer) or veto.negations(turned) < veto.negations(answer):
        return turned
    asks = _ASKS_WHAT_TO_DO.get(language)
    by_copula = any(
        turned[: each.start()] + (each[1] or each[2]) + turned[each.end() :] == answer
        for each in _BY_COPULA.finditer(turned)
    )
    return turned if asks and asks.search(question) and not by_copula else ""


def changed_number(answer: str, chance: random.Random, known: Collection[str] = ()) -> str:
    """``answer`` with one number another, none of ``known``; "" where there is none.

    The other one is as likely a number as the first: no day 43 of a month, no 120 %, no range that goes down.
    """
    changed = [answer[: each.start] + each.other + answer[each.end :] for each in _changes(answer, chance)]
    there = veto.numbers(answer)
    fit = [text for text in changed if (gone := there - veto.numbers(text)) and not gone.keys() & set(known)]
    return chance.choice(fit) if fit else ""


class _Change(NamedTuple):
    start: int
    end: int
    other: str


def _changes(answer: str, chance: random.Random) -> Iterator[_Change]:
    """Each number of the answer with another for its place."""
    for found in _WHOLE.finditer(answer):
        if not _POINTER.search(answer, 0, found.start()) and (other := _other(found, answer, chance)):
            yield _Change(*found.span(), other)
    for found in _DECIMAL.finditer(answer):
        if not _POINTER.search(answer, 0, found.start()):
            digits, places = found[1] + found[2], len(found[2])
            more = chance.choice((2, 3, 5)) if int(found[2]) else 5 * 10 ** (places - 1)
            changed = str(int(digits) + more).zfill(len(digits))
            yield _Change(*found.span(), f"{changed[:-places]}.{changed[-places:]}")
    for pattern, others in ((_WORD, _WORDS), (_NUMERAL, _NUMERALS)):
        for found in pattern.finditer(answer):
            yield _Change(*found.span(), others[found.group()])


def _other(found: re.Match[str], answer: str, chance: random.Random) -> str:
    """Another whole number for this place; "" where none would read well."""
    value, end = int(found.group()), found.end()
    if value == 1 and re.match(" [a-z]", answer[end:]):
        return ""  # "1 month" has no plural
    most = value + 1 if found.group().startswith("0") else 10**9
    if upper := _UPPER.match(answer, end):
        most = int(upper[1]) - 1
    if value <= 100 and re.match(r"\s?[%％]", answer[end:]):
        most = min(most, 100)
    if _MONTH.match(answer, end) or re.match(r"\s?日", answer[end:]):
        most = min(most, 28)
    elif re.match(r"\s?月", answer[end:]):
        most = min(most, 12)
    more = (10, 20, value) if value and value % 10 == 0 else (1, 2, 10 if value > 9 else 3, value + 1)
    others = [value + each for each in more if value + each <= most] or [
        each for each in (value - 1, value - 2, value // 2) if 1 < each < value
    ]
    if not others:
        return ""
    changed = str(chance.choice(others))
    return changed.zfill(len(found.group())) if found.group().startswith("0") else changed


def _changed_unit(answer: str, known: Collection[str]) -> str:
    """``answer`` with another unit behind its first number that has one; "" where there is none."""
    for number in re.finditer(r"\d+(?:\.\d+)?", answer):
        unit = UNIT_AFTER.match(answer, number.end())
        if _UPPER.match(answer, number.end()) or _LOWER.search(answer, 0, number.start()):
            continue  # the other end of the range has the same unit
        if unit and unit[1] in _OTHER_UNIT and number.group() not in known and float(number.group()):
            return f"{answer[: unit.start(1)]}{_OTHER_UNIT[unit[1]]}{answer[unit.end(1) :]}"
    return ""


def _changed_name(answer: str, known: Collection[str]) -> str:
    """``answer`` with its first name that ends in a number (``P-101``) the next one; "" where there is none."""
    for name in _NAME.finditer(answer):
        if name.group().casefold() not in known:
            following = str(int(name["digits"]) + 1).zfill(len(name["digits"]))
            return f"{answer[: name.start('digits')]}{following}{answer[name.end() :]}"
    return ""


def flipped(answer: str, language: str) -> str:
    """``answer`` with a negation put in or taken out, a yes or no in front with it; "" where no rule applies."""
    condition = _CONDITION.match(answer) if language == "en" else None
    reply = _REPLY.match(answer)
    start = condition.end() if condition else reply.end() if reply else 0
    if reply and reply[1] == "No":  # "may it?" is not answered with "yes, it must"
        answer = re.sub(r"\b(?:must|shall|should) (not|never)\b", r"may \1", answer, count=1)
    for pattern, replacement in _FLIPS.get(language, ()):
        changed = answer[:start] + re.sub(pattern, replacement, answer[start:], count=1)
        if changed != answer:
            if veto.negated(changed) == veto.negated(answer):
                return ""
            return _OPPOSITE_REPLY[reply[1]] + changed[reply.end() :] if reply else changed
    return ""
