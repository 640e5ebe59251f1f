"""An answer made wrong on purpose: one number, unit, name or negation of it changed by rule.

What such a change does to an answer is what token overlap does not see and ``veto`` does, so each result is checked
with it: it differs from the answer in just that. `python -m benchmarks.corruption` asks how many of them verification
drops; preference rows have them as the rejected answer where the verifier has no losing one.
"""

import random
import re
from collections.abc import Collection

from docqa import veto
from docqa.quantities import UNIT_AFTER

_DIGITS = re.compile(r"(?<![\w.,:-])(?<!\d )\d+(?![\w.,:-]*\d)(?! \d)(?!\. )")
"""A whole number alone: no part of a code, a time of day, a decimal, a spaced 10 000, or a list's numbering."""

_NAME = re.compile(r"(?<![\w./-])[A-Z][A-Za-z]*-?(?P<digits>\d{1,6})(?![\w/-]|\.\d)", re.ASCII)
_FLIPS = {
    "en": [
        (r"\b(must|shall|should|may|can|is|are|will) not\b", r"\1"),
        (r"\bcannot\b", "can"),
        (r"\bDo not (\w)", r"\1"),
        (r"\b(must|shall|should|may|can|is|are|will)\b(?! not)", r"\1 not"),
    ],
    "zh": [
        ("不得|禁止|严禁|不能|不可(?!或缺|缺少|避免)", "可以"),
        ("不应", "应"),
        ("(?<![反相对供适响效感])应当?(?![用力急答对变])|必须", "不得"),
        ("可以", "不可以"),
        ("(?<![但可就还只于总要凡若])是(?![否非])", "不是"),
    ],
}

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
    turned = flipped(answer, language)
    return ("negation", turned) if turned and veto.difference(answer, turned) else ("", "")


def changed_number(answer: str, chance: random.Random, known: Collection[str] = ()) -> str:
    """``answer`` with one number another, none of ``known``; "" where there is none."""
    places = [place for place in _DIGITS.finditer(answer) if place.group() not in known]
    if not places:
        return ""
    place = chance.choice(places)
    value = int(place.group())
    return f"{answer[: place.start()]}{value + chance.choice((1, 2, 10, value + 1))}{answer[place.end() :]}"


def _changed_unit(answer: str, known: Collection[str]) -> str:
    """``answer`` with another unit behind its first number that has one; "" where there is none."""
    for number in re.finditer(r"\d+(?:\.\d+)?", answer):
        unit = UNIT_AFTER.match(answer, number.end())
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
    """``answer`` with a negation put in or taken out; "" where no rule applies."""
    condition = _CONDITION.match(answer) if language == "en" else None
    start = condition.end() if condition else 0
    for pattern, replacement in _FLIPS.get(language, ()):
        changed = answer[:start] + re.sub(pattern, replacement, answer[start:], count=1)
        if changed != answer:
            return changed if veto.negated(changed) != veto.negated(answer) else ""
    return ""
