"""What one chunk names and another asks something of: a term that is defined, or a row of a table.

Two extractive questions, joined as they are: what the term means, or what the table gives for the row, and what holds
for it elsewhere. The name must say something by itself, or another document may mean another thing by it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from docqa.generate import extractive
from docqa.generate.multi_hop import tables
from docqa.generate.multi_hop.joints import Half, Joint, both, of_item, sentences
from docqa.records import Chunk, QAItem, content_id

LONGEST_ANSWER = 300
"""Characters of a half's answer; two longer ones are no answer to one question."""

MOST_TERMS = 3

_DEFINED = {
    "en": re.compile(
        r"(?:what (?:does|do) (?P<means>.+?) mean|what (?:is|are) (?:an? |the )?(?P<is>.+?))\?$", re.IGNORECASE
    ),
    "zh": re.compile("什[么麼]是(?P<is>.+?)？$"),
}
_TELLING = {
    "en": re.compile(r"[A-Z][A-Z\d-]{2,}$|\S+ \S+"),
    "zh": re.compile("[\u4e00-\u9fff]{3,}"),
}
_PLACE = {
    "en": re.compile(r"^(?:According to|In) (?:[^,“”]|“[^”]*”)*, (?=\w)"),
    "zh": re.compile("^(?:根据|根據)?《[^》]*》(?:“[^”]*”(?:一节|一節|表)?)?[中，,]*"),
}
_QUOTED = re.compile("“[^”]*”|《[^》]*》")
_ASKED_OF = ("cause", "condition", "fact", "function", "obligation", "purpose", "quantity", "responsibility")
"""Families of what may be asked of a thing."""


class Named(NamedTuple):
    """A name, the question that tells something of what it names, and the rule that joins it."""

    name: str
    half: Half
    template: str


def leads(chunk: Chunk, min_score: float) -> list[str]:
    """The terms that the chunk defines."""
    return [named.name for named in _definitions(chunk, min_score)][:MOST_TERMS]


def joints(first: Chunk, second: Chunk, min_score: float) -> Iterator[Joint]:
    """The names of the first chunk, each with what the second says of what is called so."""
    for named in (*_definitions(first, min_score), *_rows(first, min_score)):
        for use in _items(second, min_score):
            if not _is_about(use, named.name):
                continue
            halves = named.half, of_item(use)
            question = both(named.half.hop.question, _behind(use.question, named.half.hop.question), first.language)
            if question:
                yield Joint("shared-term", named.template, question, sentences(halves, first.language), halves)


def _is_about(use: QAItem, name: str) -> bool:
    """Whether the question has the name outside of quotation marks and the name of its place."""
    if use.task_type.partition("/")[0] not in _ASKED_OF or len(use.answer) > LONGEST_ANSWER:
        return False
    rest = _QUOTED.sub("", _PLACE[use.language].sub("", use.question))
    pattern = re.escape(name) if use.language == "zh" else rf"\b{re.escape(name)}s?\b"
    return bool(re.search(pattern, rest, re.IGNORECASE))


def _behind(use: str, first: str) -> str:
    """A question without its place where it stands behind one of the same place."""
    place = _PLACE["zh" if "？" in use else "en"].match(use)
    if place is None or not first.startswith(place.group()):
        return use
    rest = use.removeprefix(place.group())
    return rest[0].upper() + rest[1:]


@lru_cache(maxsize=256)
def _items(chunk: Chunk, min_score: float) -> tuple[QAItem, ...]:
    """A worker meets a chunk again beside others."""
    return tuple(extractive.generate(chunk, min_score))


def _definitions(chunk: Chunk, min_score: float) -> list[Named]:
    found: dict[str, Named] = {}
    for item in _items(chunk, min_score):
        match = _DEFINED[chunk.language].search(item.question) if item.task_type == "definition/term" else None
        name = next(filter(None, match.groups()), "") if match else ""
        if name and _TELLING[chunk.language].match(name) and len(item.answer) <= LONGEST_ANSWER:
            found.setdefault(name, Named(name, of_item(item), "defined-term"))
    return list(found.values())


@lru_cache(maxsize=256)
def _rows(chunk: Chunk, min_score: float) -> tuple[Named, ...]:
    """One cell of each row that has a name, the one that its content chooses."""
    found: dict[str, Named] = {}
    ordered = sorted(tables.told(chunk), key=lambda each: content_id(each.row, each.fact.attribute))
    for each in ordered:
        named = each.fact.kind == "attribute" and tables.is_name(each.fact.subject, chunk.language)
        if named and each.row not in found and (half := tables.half(each)).score >= min_score:
            found[each.row] = Named(each.fact.subject, half, "row-and-text")
    return tuple(found.values())
