"""How an extractive question is said in the middle of a conversation: shortened, where what came before allows it.

"What is the charge for “Replacement card” according to the table “Frequent charges” ...?" becomes "And for
“Replacement card”?" after the same was asked of another row, and "And the charge?" after something else was asked of
this one. A sentence's question leaves out the place that an earlier one named. "It" is only said where the turn before
is about a name and nothing else. Anything else is asked in full, as a change of the subject.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docqa.generate.dialogue.turns import Said, draw
from docqa.generate.extractive.cells import Fact
from docqa.generate.extractive.places import script
from docqa.generate.extractive.tables import attribute_of, named, named_zh
from docqa.records import Chunk, QAItem

_QUOTED = "“[^”]*”"
_PLACED = {
    "en": (
        re.compile(rf"According to (?P<place>(?:{_QUOTED}|[^,“”])+), (?P<ask>.+)"),
        re.compile(rf"(?P<ask>[^“”]*(?:{_QUOTED}[^“”]*)?) according to (?P<place>(?:{_QUOTED}|[^,“”?])+)\?"),
    ),
    "zh": (re.compile(rf"(?:[根依][据據]|按照)(?P<place>《[^》]*》(?:{_QUOTED}[^，]*)?)，(?P<ask>.+)"),),
}

_FRAMES = {
    "en": (
        (re.compile(r"[Ww]hat does the abbreviation (?P<of>.+) stand for\?"), "And {of}?"),
        (re.compile(r"[Ww]hat does (?P<of>.+) mean\?"), "And “{of}”?"),
        (re.compile(r"[Ww]hat is (?P<of>an? .+)\?"), "And {of}?"),
        (re.compile(r"[Ww]hat requirement applies to (?P<of>.+)\?"), "And to {of}?"),
        (re.compile(r"[Ww]hat are the steps for (?P<of>.+)\?"), "And for {of}?"),
    ),
    "zh": (
        (re.compile("什[么麼]是(?P<of>.+)？"), "那“{of}”呢？"),
        (re.compile("《[^》]*》(?P<of>第[^，？]{1,8}[条條])[规規]定了什[么麼][内內]容？"), "那{of}呢？"),
        (re.compile("(?P<of>[对對].+)有什[么麼]要求？"), "那{of}呢？"),
        (re.compile("(?P<of>.+)有哪些步[骤驟]？"), "那{of}呢？"),
    ),
}
"""Questions that ask the same of anything, and how they are said after one another."""

_WAYS = {
    "en": {
        "row": ("And {link}{of}?", "What about {of}?", "And what about {of}?"),
        "case": ("And {of}?", "What about {of}?"),
        "column": ("And the {of}?", "What about the {of}?"),
        "entry": ("And under “{of}”?", "And what does it say under “{of}”?"),
        "placed": ("And {ask}", "{Ask}", "Also, {ask}"),
        "more": ("Another question: {Ask}", "{Ask}", "One more question: {Ask}"),
        "switch": ("Another question: {Ask}", "On another matter: {Ask}", "{Ask}", "Something else: {Ask}"),
    },
    "zh": {
        "row": ("那{of}呢？", "{of}呢？", "那么{of}呢？"),
        "case": ("那{of}呢？", "如果{of}呢？"),
        "column": ("那{of}呢？", "{of}呢？", "那它的{of}呢？"),
        "entry": ("那{of}呢？", "{of}一栏呢？"),
        "placed": ("那么，{ask}", "{ask}", "还想问一下，{ask}", "另外，{ask}"),
        "more": ("另外想问一下：{Ask}", "{Ask}", "还有一个问题：{Ask}"),
        "switch": ("换个问题：{Ask}", "另外想问一下：{Ask}", "{Ask}", "还有一个问题：{Ask}"),
    },
}


@dataclass(frozen=True)
class Asked:
    """An extractive item with what can be left out of its question.

    Attributes:
        ask: its question without the place that it names, which is in ``place``; they are the question and "" where it
            names none.
        frame, of: how it is said after another question of its frame, and the thing that this one is about; or "".
        fact: the cell that it asks for.
        table: the piece of the chunk that holds the cell; -1 for a sentence's question.
    """

    item: QAItem
    ask: str
    place: str
    frame: str = ""
    of: str = ""
    fact: Fact | None = None
    table: int = -1

    @property
    def places(self) -> range:
        """The characters of the chunk that its evidence spans."""
        return range(
            min(evidence.start for evidence in self.item.evidence), max(evidence.end for evidence in self.item.evidence)
        )


def asked(item: QAItem, fact: Fact | None = None, table: int = -1) -> Asked:
    """Read the question of an extractive item."""
    question, place = item.question, ""
    for pattern in _PLACED[item.language]:
        if match := pattern.fullmatch(item.question):
            question, place = match["ask"], match["place"]
            question += "" if question.endswith(("?", "？")) else "?"
            break
    for pattern, frame in _FRAMES[item.language]:
        if fact is None and (match := pattern.fullmatch(question)):
            return Asked(item, question, place, frame, match["of"].strip("“”"), fact, table)
    return Asked(item, question, place, fact=fact, table=table)


def said(this: Asked, before: Sequence[Asked], chunk: Chunk, key: str) -> Said:
    """What the user says who asks ``this`` after the questions ``before`` it.

    Args:
        key: draws one of the ways there are to say it.
    """
    if not before:
        return Said("opening", this.item.question)
    last = before[-1]
    for short in (_of_a_table(this, last), _in_a_frame(this, last), _of_a_name(this, last)):
        if short:
            way = draw(short[0], key, this.item.question)
            return Said("follow-up", script(way.format(**short[1]), chunk))
    ways = _WAYS[chunk.language]
    if this.place and any(_names(earlier, this.place) for earlier in before):
        return Said("follow-up", script(_filled(draw(ways["placed"], key, this.ask), this.ask), chunk))
    sentences = this.fact is None and last.fact is None
    if sentences and (not this.place or explains(this, last)):
        return Said("follow-up", script(_filled(draw(ways["placed"], key, this.ask), this.ask), chunk))
    full = ways["more" if sentences else "switch"]
    return Said("topic-switch", script(_filled(draw(full, key, this.ask), this.item.question), chunk))


def _filled(way: str, ask: str) -> str:
    return way.format(ask=ask[:1].lower() + ask[1:], Ask=ask[:1].upper() + ask[1:])


def explains(this: Asked, last: Asked) -> bool:
    """Whether the last one asks for what a name is short for, and this one what that means: one sentence says both."""
    types = last.item.task_type, this.item.task_type
    return types == ("definition/acronym", "definition/term") and this.places.start < last.places.stop


def _names(earlier: Asked, place: str) -> bool:
    """Whether an earlier question named this place, or a part of it: the section of its document."""
    return earlier.place == place or earlier.place.endswith(f" of {place}") or earlier.place.startswith(f"{place}“")


Short = tuple[Sequence[str], dict[str, str]] | None
"""Ways to say it, and what they are filled with; None where it can't be said so."""


def _of_a_table(this: Asked, last: Asked) -> Short:
    """After another row of the same column, or another column of the same row."""
    if this.fact is None or last.fact is None or this.table != last.table:
        return None
    fact, language = this.fact, this.item.language
    if (fact.attribute, fact.kind) == (last.fact.attribute, last.fact.kind):
        subject, case = _subject(fact, language)
        link = "for " if fact.kind != "attribute" or " for " in this.item.answer else "of "
        return _WAYS[language]["case" if case else "row"], {"of": subject, "link": link}
    if fact.subject == last.fact.subject:
        case = _subject(fact, language)[1]
        if language == "zh":
            quoted = fact.kind == "entry" or case
            return _WAYS["zh"]["entry" if quoted else "column"], {
                "of": f"“{fact.attribute}”" if quoted else fact.attribute
            }
        if fact.kind == "entry" or case:
            return _WAYS["en"]["entry"], {"of": fact.attribute}
        return _WAYS["en"]["column"], {"of": attribute_of(fact)}
    return None


def _subject(fact: Fact, language: str) -> tuple[str, bool]:
    """The row as it is said, and whether it is a case ("when “Flow” is “> 40”") and not a thing."""
    if language == "en":
        subject = named(fact.subject, fact.group)
        return subject, subject.startswith("when ")
    if re.match(r"[\d<>≤≥]", fact.subject) and fact.group:
        return f"“{fact.group}”为“{fact.subject}”", True
    return named_zh(fact), False


def _in_a_frame(this: Asked, last: Asked) -> Short:
    if this.frame and this.frame == last.frame and this.place == last.place:
        return (this.frame,), {"of": this.of}
    return None


def _of_a_name(this: Asked, last: Asked) -> Short:
    """After a question about a name, or about what it is short for: "And what does it mean?"."""
    if this.item.language != "en" or this.place or last.place or not last.of:
        return None
    names = {last.of, last.item.answer.rstrip(".").removeprefix(f"{last.of} stands for ")}
    match = re.fullmatch(r"What does (?:the )?(?P<of>.+?) (?P<rest>mean|[a-z]+|[a-z]+ [a-z]+)\?", this.item.question)
    if match is None or match["of"] not in names:
        return None
    return ("And what does it {rest}?", "What does it {rest}?"), {"rest": match["rest"]}
