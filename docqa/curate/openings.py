"""Questions that begin alike are begun in other words: "According to D, what ...?" is half of a set made by rule.

A student that sees one opening again and again learns the opening. The templates below only move or replace the words
that name the source; what is asked, and every name, number and condition in it, stays letter for letter, so what was
verified about the question still holds. Which form a question takes is decided by its content: the same question takes
the same form in every run, and each form gets an even share.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from docqa.records import QAItem, content_id

_QUOTED = r"(?:“[^”]*”|《[^》]*》)"


class _Form(NamedTuple):
    """Questions that match ``pattern`` may take any of ``ways``, into which its groups go."""

    pattern: re.Pattern[str]
    ways: Sequence[Callable[[re.Match[str]], str]]


def _ways(*templates: str) -> list[Callable[[re.Match[str]], str]]:
    """Each template as a function; ``{Ask}`` is the group ``ask`` with its first letter large."""

    def way(template: str) -> Callable[[re.Match[str]], str]:
        def filled(match: re.Match[str]) -> str:
            groups = match.groupdict()
            ask = groups.get("ask", "")
            return template.format(**groups, Ask=ask[:1].upper() + ask[1:])

        return filled

    return [way(template) for template in templates]


_FORMS = (
    _Form(
        re.compile(rf"According to (?P<source>(?:{_QUOTED}|[^,“”])+), (?P<ask>[a-z][^?]*)\?"),
        _ways(
            "According to {source}, {ask}?",
            "{Ask}, according to {source}?",
            "As stated in {source}, {ask}?",
            "Going by {source}, {ask}?",
            "Based on {source}, {ask}?",
        ),
    ),
    _Form(
        re.compile(rf"What does (?P<source>{_QUOTED}|the [^“”?]+?) say about (?P<topic>[^?]+)\?"),
        _ways(
            "What does {source} say about {topic}?",
            "What is said in {source} about {topic}?",
            "How does {source} deal with {topic}?",
            "About {topic}, what does {source} say?",
        ),
    ),
    _Form(
        re.compile(rf"(?:根据|依据|按照)(?P<source>{_QUOTED}(?:{_QUOTED}[^，]*)?)，(?P<ask>[^？]+)？"),
        _ways("根据{source}，{ask}？", "按照{source}，{ask}？", "依据{source}，{ask}？", "{source}规定，{ask}？"),
    ),
    _Form(
        re.compile(rf"(?P<source>《[^》]*》)(?P<table>{_QUOTED}表)中，(?P<ask>[^？]+)？"),
        _ways(
            "{source}{table}中，{ask}？",
            "在{source}的{table}里，{ask}？",
            "根据{source}{table}，{ask}？",
            "查{source}{table}，{ask}？",
            "按照{source}{table}，{ask}？",
        ),
    ),
    _Form(
        re.compile(rf"(?P<source>《[^》]*》)中关于(?P<topic>{_QUOTED})是怎样说明的？"),
        _ways(
            "{source}中关于{topic}是怎样说明的？",
            "关于{topic}，{source}是怎样说明的？",
            "{source}对{topic}作了怎样的说明？",
            "在{topic}方面，{source}是怎样说明的？",
        ),
    ),
    _Form(
        re.compile(r"(?P<source>《[^》]*》)(?P<article>第[^，？]{1,8}条)规定了什么内容？"),
        _ways(
            "{source}{article}规定了什么内容？",
            "{source}的{article}是怎样规定的？",
            "在{source}中，{article}规定了什么内容？",
            "{source}{article}的内容是什么？",
        ),
    ),
)


def varied(item: QAItem) -> QAItem:
    """The item, its question begun as its content decides; as it is where no template fits.

    Where the question changes, so does the id, and ``asked_first`` holds the question that was verified. In a
    conversation it changes only where its user asks in these very words, and there together with them.
    """
    question = item.question if item.input else vary(item.question)
    if question == item.question or (item.turn and not item.turn.said.endswith(item.question)):
        return item
    begun = item.asking(question).model_copy(update={"asked_first": item.question})
    if item.turn is None:
        return begun
    said = item.turn.said.removesuffix(item.question) + question
    return begun.model_copy(update={"turn": item.turn.model_copy(update={"said": said})})


def vary(question: str) -> str:
    """The question in the form that its content decides."""
    for pattern, ways in _FORMS:
        if match := pattern.fullmatch(question):
            return ways[int(content_id("opening", question), 16) % len(ways)](match)
    return question


_WORD = re.compile(r"[^\W_]+")


def opening(question: str, language: str) -> str:
    """How a question begins, names aside: the first two words, or the first four characters in Chinese."""
    plain = re.sub(r"“[^”]*”", "“”", re.sub(r"《[^》]*》", "《》", question)).strip()
    if language == "zh":
        return plain[:4]
    return " ".join(_WORD.findall(plain.casefold())[:2])
