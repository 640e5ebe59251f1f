"""What is wrong with the answer to a task: each kind has its own check, and none of them asks a model.

They find what rules can find: JSON that is none, a label that is not of the list, an entity that is not in the text, a
number that a translation changed or a summary made up. That a translation reads well they do not know; a model's rating
(``curate.rating``) is for that.
"""

import json
import re
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from docqa import veto
from docqa.generate.answers import in_digits, longer, lost_number, made_up, negation, other_language, unrelated
from docqa.generate.tasks.wordings import LABELS, colon
from docqa.records import CELL_SEPARATOR, Chunk, QAItem
from docqa.terms import terms
from docqa.text import squash

SHORTER = 0.7
"""The longest that a summary may be, as a share of its text's words."""

_CODE = re.compile(r"[a-z0-9]*\d[\w./-]*", re.ASCII)


def check(item: QAItem, chunk: Chunk) -> str:
    """What is wrong with the answer, in a few words; "" when nothing is found."""
    if not item.answer:
        return "no answer"
    return _CHECKS[item.task_type.partition("/")[2]](item, chunk)


def _summary(item: QAItem, chunk: Chunk) -> str:
    if longer(item.answer, item.input, SHORTER):
        return "hardly shorter than the text"
    return other_language(item.answer, item.language) or _made_up(item, chunk) or _flipped(item)


def _rewriting(item: QAItem, chunk: Chunk) -> str:
    if squash(item.answer) == squash(item.input):
        return "the same text again"
    return (
        other_language(item.answer, item.language)
        or _made_up(item, chunk)
        or lost_number(item.input, item.answer)
        or _flipped(item)
    )


def _translation(item: QAItem, chunk: Chunk) -> str:
    if wrong := other_language(item.answer, "en" if item.language == "zh" else "zh"):
        return wrong
    if wrong := lost_number(item.input, item.answer):
        return wrong
    if added := [number for number in in_digits(item.answer) if number not in veto.numbers(item.input)]:
        return f"number {added[0]} is not in the text"
    if veto.units_differ(item.input, item.answer):
        return "another unit"
    lost = sorted(name for name in veto.identifiers(item.input) - veto.identifiers(item.answer) if _CODE.search(name))
    return f"{lost[0]} is lost" if lost else ""


def _term_translation(item: QAItem, chunk: Chunk) -> str:
    given, answered = item.input.split("\n"), item.answer.split("\n")
    for term, line in zip_longest(given, answered, fillvalue=""):
        name, _, said = line.partition(colon(item.language))
        if not said or squash(name) != squash(term):
            return f"{term or line!r} has no translation of its own"
        if wrong := other_language(said, "en" if item.language == "zh" else "zh"):
            return f"{said[:40]!r} is {wrong}"
        if lost := sorted(code for code in veto.identifiers(term) - veto.identifiers(said) if _CODE.search(code)):
            return f"{lost[0]} is lost"
    return ""


def _label(item: QAItem, chunk: Chunk) -> str:
    known = LABELS[item.task_type.partition("/")[2]][item.language]
    return "" if item.answer in known else f"label {item.answer[:40]!r} is not in the list"


def _intent(item: QAItem, chunk: Chunk) -> str:
    if wrong := _label(item, chunk):
        return wrong
    said = {term for term in terms(item.input) if len(term) > 1}
    return "" if said & set(terms(chunk.text)) else "the message has nothing to do with the passage"


def _entities(item: QAItem, chunk: Chunk) -> str:
    try:
        found = json.loads(item.answer)
    except ValueError:
        return "not JSON"
    if not isinstance(found, list) or not found or not all(_is_entity(entity) for entity in found):
        return "not an array of objects with text and type"
    text, known = squash(item.input), LABELS["entities"][item.language]
    for entity in found:
        if not squash(entity["text"]) or squash(entity["text"]) not in text:
            return f"entity {entity['text'][:40]!r} is not in the text"
        if entity["type"] not in known:
            return f"type {entity['type'][:40]!r} is not in the list"
    twice = len({(squash(entity["text"]), entity["type"]) for entity in found}) < len(found)
    return "an entity stands there twice" if twice else ""


def _is_entity(entity: Any) -> bool:
    return (
        isinstance(entity, dict)
        and entity.keys() == {"text", "type"}
        and all(isinstance(value, str) for value in entity.values())
    )


def _table(item: QAItem, chunk: Chunk) -> str:
    try:
        found = json.loads(item.answer)
    except ValueError:
        return "not JSON"
    header, *rows = (line.split(CELL_SEPARATOR) for line in item.input.split("\n"))
    expected = [dict(zip(header, row, strict=False)) for row in rows]
    return "" if found == expected else "not the table's rows"


def _key_sentences(item: QAItem, chunk: Chunk) -> str:
    text = squash(item.input)
    return "" if all(squash(line) in text for line in item.answer.split("\n")) else "a sentence is not in the text"


def _acronyms(item: QAItem, chunk: Chunk) -> str:
    """Each with its full form in front of the bracket that it stands in."""
    text = squash(item.input)
    for line in item.answer.split("\n"):
        short, full = _entry(line)
        stands = re.escape(full) + r"[”\"』」》)]?\([^()]*?" + re.escape(short) + r"s?[”\"』」》]?\)"
        if not short or not full or not re.search(stands, text):
            return f"{line[:40]!r} is not in the text"
    return ""


def _terms(item: QAItem, chunk: Chunk) -> str:
    text = squash(item.input)
    for line in item.answer.split("\n"):
        term, meaning = _entry(line)
        if not term or not meaning or term not in text or meaning not in text:
            return f"{line[:40]!r} is not in the text"
    return ""


def _entry(line: str) -> tuple[str, str]:
    """What stands before and behind the colon of an entry, squashed."""
    name, _, meaning = line.replace("：", ":", 1).partition(":")
    return squash(name), squash(meaning)


def _reading(item: QAItem, chunk: Chunk) -> str:
    text, quotes = squash(item.input), [evidence.quote for evidence in item.evidence]
    if not all(squash(quote) in text for quote in quotes):
        return "a quote is not in the text"
    if not item.origin.model:
        return "" if squash(item.answer) in text else "the answer is not in the text"
    if longer(item.answer, item.input, SHORTER):
        return "the answer is most of the text"
    return (
        other_language(item.answer, item.language)
        or _made_up(item, chunk)
        or made_up(item.answer, "\n".join((*quotes, item.question)), "a quote")
        or unrelated(item.answer, "\n".join((*quotes, item.question)), "a quote")
        or negation(item.answer, "\n".join(quotes))
    )


def _made_up(item: QAItem, chunk: Chunk) -> str:
    """The first number or identifier that neither the text nor the headings above it have."""
    return made_up(item.answer, "\n".join((item.input, chunk.title, *chunk.heading_path)))


def _flipped(item: QAItem) -> str:
    return "a negation differs" if veto.flipped(item.answer, item.input) else ""


_CHECKS: dict[str, Callable[[QAItem, Chunk], str]] = {
    "summary": _summary,
    "key-sentences": _key_sentences,
    "entities": _entities,
    "classification": _label,
    "intent": _intent,
    "table-to-json": _table,
    "acronyms": _acronyms,
    "terms": _terms,
    "rewriting": _rewriting,
    "translation": _translation,
    "term-translation": _term_translation,
    "reading-comprehension": _reading,
}
