"""System prompts that matter: each asks for a form of answer, and every answer under it is held to that form."""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources

from docqa import veto
from docqa.generate.dialogue.turns import chance, draw
from docqa.generate.extractive import places
from docqa.records import Chunk, QAItem
from docqa.text import sentences, squash

LONGEST_VALUE = 60
"""Characters of a bare value; 30 in Chinese."""

BEGINNING = 40
"""Characters within which an answer that begins with its value has it, "At least" and a currency before it; 16 in
Chinese."""

_DASH = re.compile(r"\s*[-–•]\s*\S")


def chosen(chunk: Chunk, share: float, *forms: str) -> tuple[str, str]:
    """(form, system prompt) of a chunk's conversation, one of ``forms`` for this share of the chunks; else "" twice.

    There are none in Traditional Chinese.
    """
    if not forms or places.is_traditional(chunk) or chance("system", chunk.id) >= share:
        return "", ""
    form = draw(forms, "form", chunk.id)
    return form, draw(systems()[form][chunk.language], "wording", chunk.id)


@cache
def systems() -> Mapping[str, Mapping[str, list[str]]]:
    """The system prompts by form and language."""
    return tomllib.loads(resources.files(__package__).joinpath("systems.toml").read_text(encoding="utf-8"))


def check(item: QAItem, chunk: Chunk) -> str:
    """What is wrong with a turn before anything is looked up: it asks nothing, or is not in the form asked for."""
    if item.turn is None or not item.turn.said.strip():
        return "the user says nothing"
    if not item.question:
        return "nothing is asked in full"
    if not item.turn.system or not item.answer:
        return ""  # an empty answer is verification's business
    form = next((form for form, known in systems().items() if item.turn.system in known[item.language]), "")
    return f"not in the form asked for: {why}" if (why := _CHECKS[form](item, chunk)) else ""


def _value_only(item: QAItem, chunk: Chunk) -> str:
    longest = LONGEST_VALUE // 2 if item.language == "zh" else LONGEST_VALUE
    if len(item.answer) > longest or "\n" in item.answer:
        return "more than a value"
    return "a sentence" if item.answer.endswith((".", "。")) else ""


def _source_first(item: QAItem, chunk: Chunk) -> str:
    source = len(places.place(chunk)) + BEGINNING
    return "" if squash(places.title(chunk)) in squash(item.answer[:source]) else "no source first"


def _one_sentence(item: QAItem, chunk: Chunk) -> str:
    count = sum(1 for _ in sentences(item.answer, item.language))
    return f"{count} sentences" if count > 1 or "\n" in item.answer.strip() else ""


def _value_first(item: QAItem, chunk: Chunk) -> str:
    beginning = item.answer[: 16 if item.language == "zh" else BEGINNING]
    return "a value, and not first" if veto.numbers(item.answer) and not veto.numbers(beginning) else ""


def _list(item: QAItem, chunk: Chunk) -> str:
    lines = item.answer.strip().splitlines()
    return "" if all(_DASH.match(line) for line in lines) else "no list"


_CHECKS: Mapping[str, Callable[[QAItem, Chunk], str]] = {
    "": lambda item, chunk: "",
    "value-only": _value_only,
    "source-first": _source_first,
    "one-sentence": _one_sentence,
    "value-first": _value_first,
    "list": _list,
}
