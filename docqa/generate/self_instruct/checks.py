"""What is wrong with an instance, as far as rules can tell; it is asked before an item is verified.

An item with an input is not looked up in the corpus, so this is all that stands between it and the set: what it says
in numbers, names and units must be in the passage or in its input, it may not deny what the passage states, and a label
must be one that the instruction names. A number that was worked out from others stands nowhere, so such an item is
dropped: nobody can say that it is right. Whether a text is good is for a model's rating.
"""

import re

from docqa import veto
from docqa.records import Chunk, QAItem
from docqa.terms import terms
from docqa.text import cjk_ratio

_TRANSLATES = re.compile(r"\btranslat|\bin (?:english|chinese)\b|翻译|译成|译为|译文|英文|英语|中文", re.IGNORECASE)

_ENUMERATOR = re.compile(
    r"^\s*(?:[-*•]\s*)?(?:step\s+)?[(（]?\d{1,2}[.):：）、．](?!\d)|第\d{1,2}步", re.IGNORECASE | re.MULTILINE
)
"""The number of a step or an entry, which no text need give."""


def check(item: QAItem, chunk: Chunk) -> str:
    """What is wrong with an item, in a few words; "" when nothing is found."""
    if not item.answer:
        return "no answer"
    if item.task_type.endswith("/classification"):
        if not named(item.answer, item.question):
            return f"label {item.answer[:40]!r} is not in the list"
        return _unrelated(item.input, chunk)
    if wrong := _other_language(item):
        return wrong
    return _against_the_text(item, chunk) if item.input else ""


def named(label: str, instruction: str) -> bool:
    """Whether an instruction names a label, as a word of its own."""
    if cjk_ratio(label) > 0:
        return label in instruction
    return bool(re.search(rf"(?<![\w-]){re.escape(label)}(?![\w-])", instruction, re.IGNORECASE))


def _other_language(item: QAItem) -> str:
    """An answer is in the instruction's language, unless that asks for another one."""
    if _TRANSLATES.search(item.question):
        return ""
    chinese = cjk_ratio(item.answer) > (0.15 if item.language == "zh" else 0.05)
    letters = any(char.isalpha() for char in item.answer)
    return "in another language" if letters and chinese != (item.language == "zh") else ""


def _against_the_text(item: QAItem, chunk: Chunk) -> str:
    known = "\n".join((item.question, item.input, chunk.title, *chunk.heading_path, chunk.text))
    said = _ENUMERATOR.sub(" ", item.answer)
    for name in sorted(veto.identifiers(said) - veto.identifiers(known)):
        return f"{name} is not in the text"
    for number in veto.numbers(said):
        if number not in veto.numbers(known):
            return f"number {number} is not in the text"
    if veto.units_differ(said, known):
        return "another unit"
    if veto.flipped(said, chunk.text):
        return "a negation differs"
    return _unrelated(f"{item.input}\n{item.answer}", chunk)


def _unrelated(text: str, chunk: Chunk) -> str:
    about = {term for term in terms(text) if len(term) > 1}
    return "" if about & set(terms(chunk.text)) else "it has nothing to do with the passage"
