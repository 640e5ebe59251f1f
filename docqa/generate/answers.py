"""What may be wrong with an answer, whatever was asked: rules for the checks of several methods."""

import re

from docqa import veto
from docqa.terms import terms
from docqa.text import cjk_ratio, words

RESTS = 0.5
"""The least share of an answer's content that stands in what was given; ``verify.evidence`` asks as much of quotes."""

_SEAM = 3
"""Pairs of ideographs that are new where 不得 is taken out of a sentence and 可以 put in."""

_WRITTEN_OUT = re.compile(
    r"[〇零一二三四五六七八九十百千两]+|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six"
    r"|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)\b",
    re.IGNORECASE,
)


def other_language(text: str, language: str) -> str:
    """Whether a text is in another language than it should be; one without letters is in any."""
    if not any(map(str.isalpha, text)):
        return ""
    chinese = cjk_ratio(text) > (0.15 if language == "zh" else 0.05)
    return "" if chinese == (language == "zh") else "in another language"


def made_up(answer: str, given: str, where: str = "the text") -> str:
    """The first number or identifier that the answer has and nothing that was given; or that a unit is another.

    Args:
        where: what was given, in words.
    """
    for name in sorted(veto.identifiers(answer) - veto.identifiers(given)):
        return f"{name} is not in {where}"
    for number in veto.numbers(answer):
        if number not in veto.numbers(given):
            return f"number {number} is not in {where}"
    return "another unit" if veto.units_differ(answer, given) else ""


def lost_number(text: str, answer: str) -> str:
    """The first number in digits that the text has and the answer has not."""
    lost = [number for number in in_digits(text) if number not in veto.numbers(answer)]
    return f"number {lost[0]} is lost" if lost else ""


def in_digits(text: str) -> list[str]:
    """The numbers that stand there in digits; a 第二 is a "second", and a "one" mostly no number in Chinese."""
    return list(veto.numbers(_WRITTEN_OUT.sub(" ", text)))


def unrelated(answer: str, given: str, where: str = "the text") -> str:
    """Whether more than half of the answer's content stands nowhere in what was given."""
    said = _content(answer)
    return f"the answer is not in {where}" if len(said & _content(given)) < RESTS * len(said) else ""


def negation(answer: str, given: str) -> str:
    """Whether the answer denies what was given, or states what that denies, in the words that were given.

    Other words can deny by other means than "not"; that takes a reader.
    """
    other = _content(answer) - _content(given) - {"not", "never"}
    borrowed = len(other) <= (_SEAM if cjk_ratio(answer) else 0)
    return "a negation differs" if borrowed and veto.flipped(answer, given) else ""


def longer(answer: str, text: str, share: float) -> bool:
    """Whether an answer has more than a share of a text's words."""
    return len(words(answer)) > share * len(words(text))


def _content(text: str) -> set[str]:
    """The terms of a text that tell something: stems, and pairs of ideographs."""
    return {term for term in terms(text) if len(term) > 1}
