"""Two tables of two chunks: a cell of one that names a row of the other, an attribute that both give, a row of both.

    bridge        the class of a medicine stands in one table, what holds for the class in the other
    comparison    both tables give the same attribute of things of the same sort, as numbers in one unit
    shared-term   both tables have a row for the same thing, and say different things of it

A name of a row must be told from a label that any table may have ("A", "Weekly", "3 months"): only one of several words
or with a figure in it joins tables of different documents.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from docqa.generate.extractive.cells import Fact, facts
from docqa.generate.extractive.places import caption, place, script
from docqa.generate.extractive.tables import ask, attribute_of, comparable, more, named, named_zh
from docqa.generate.extractive.units import is_amount
from docqa.generate.multi_hop.joints import Half, Joint, both, of_draft, sentences
from docqa.records import Chunk, content_id
from docqa.text import squash

LONGEST_VALUE = 80
"""Characters of a cell that can be said in half a sentence."""

_NAME_EN = re.compile(r"\w+\W+[A-Za-z]*\w{3,}|[A-Za-z]+[ -]?\d")
_NAME_ZH = re.compile("[\u4e00-\u9fff]{3}|[A-Za-z]+[ -]?\\d{2}")
_LABEL = re.compile(
    r"\d|(?:each|every|any|all|other|no|up|above|below|before|after)\b|其他|其它|其余|每", re.IGNORECASE
)
_DOCUMENT_EN, _DOCUMENT_ZH = re.compile(r" (?:in|of) “[^”]*”$"), re.compile("《[^》]*》")
_GRADE = re.compile(r"(?:class|grade|level|category|级别|等级|级|类别|类型|類別|級別)$", re.IGNORECASE)


@dataclass(frozen=True)
class Told:
    """A fact of a chunk's table, and what the table is called.

    Attributes:
        row, value: what its row is about and what its cell says, squashed to be compared.
        grades: whether the cell says of what class a thing is.
    """

    chunk: Chunk
    fact: Fact
    where: str
    row: str
    value: str
    grades: bool


def leads(chunk: Chunk) -> list[str]:
    """What to search for: the rows of the chunk's tables with what they are, then their columns."""
    rows = dict.fromkeys(each.fact.subject for each in told(chunk))
    columns = dict.fromkeys(f"{each.fact.group} {each.fact.attribute}" for each in told(chunk))
    grades = dict.fromkeys(f"{each.fact.attribute} {each.fact.value}" for each in told(chunk) if each.grades)
    return [" ".join(words) for words in (rows, columns, grades) if words]


def joints(first: Chunk, second: Chunk, min_score: float) -> Iterator[Joint]:
    """What joins two chunks' tables, sound sentences before quoted names; of equal ones the content decides."""
    own, others = told(first), told(second)
    pairs = [
        (a, b)
        for a in _not_said_by(others, own)
        for b in _not_said_by(own, others)
        if a.where != b.where and (_joins_rows(a, b) or a.fact.attribute == b.fact.attribute)
    ]
    pairs.sort(key=lambda pair: (not _plain(*pair), _drawn(*pair)))
    for join in (_bridge, _comparison, _shared_row):
        for a, b in pairs:
            joint = join(a, b)
            if joint is not None and min(half.score for half in joint.hops) >= min_score:
                yield joint


def _joins_rows(a: Told, b: Told) -> bool:
    return a.row == b.row or _names_row(a, b) or _names_row(b, a)


def _drawn(a: Told, b: Told) -> str:
    return content_id(a.fact.subject, a.fact.attribute, b.fact.subject, b.fact.attribute)


def _not_said_by(others: Sequence[Told], known: Sequence[Told]) -> list[Told]:
    """The facts that the other chunk's tables do not have, too: it alone would tell them."""
    said = {(each.row, each.fact.attribute) for each in others} | {(each.row, each.value) for each in others}
    return [each for each in known if not said & {(each.row, each.fact.attribute), (each.row, each.value)}]


@lru_cache(maxsize=256)
def told(chunk: Chunk) -> tuple[Told, ...]:
    """The facts of a chunk's tables that have a name; a worker meets a chunk again beside others."""
    found = []
    for index, piece in enumerate(chunk.pieces):
        where = place(chunk, caption(chunk, index)[0]) if piece.kind == "table" else ""
        if where:
            short = (fact for fact in facts(chunk, index) if len(fact.value) <= LONGEST_VALUE)
            found += [_of_fact(chunk, fact, where) for fact in short]
    return tuple(found)


def _of_fact(chunk: Chunk, fact: Fact, where: str) -> Told:
    grades = bool(_GRADE.search(fact.attribute))
    return Told(chunk, fact, where, row=squash(fact.subject), value=squash(fact.value), grades=grades)


def half(one: Told) -> Half:
    """The single question about a cell."""
    return of_draft(one.chunk, ask(one.chunk, one.fact, one.where))


def is_name(subject: str, language: str) -> bool:
    """Whether a row's label says by itself what the row is about."""
    return bool((_NAME_ZH if language == "zh" else _NAME_EN).search(subject)) and not _LABEL.match(subject)


# ------------------------------------------------------------------------------------------------------------ joints


def _bridge(a: Told, b: Told) -> Joint | None:
    """Either table's cell may be the other's row; the item's hops keep the order of its chunks."""
    start, end = (a, b) if _names_row(a, b) else (b, a)
    if not _names_row(start, end) or not _plain(a, b):
        return None
    if start.chunk.language == "zh":
        question = (
            f"{_both(a, b)}中，{named_zh(start.fact)}的{start.fact.attribute}{script('所对应', a.chunk)}的"
            f"{end.fact.attribute}是{script('什么', a.chunk)}？"
        )
    else:
        subject = named(start.fact.subject, start.fact.group)
        asked = f"the {attribute_of(end.fact)} for the {attribute_of(start.fact)} of {subject}"
        question = f"According to {_both(a, b)}, what is {asked}?"
    halves = half(a), half(b)
    answer = sentences(halves if start is a else halves[::-1], a.chunk.language)
    return Joint("bridge", "table-bridge", question, answer, halves)


def _names_row(a: Told, b: Told) -> bool:
    """Whether a cell is the name of a row of the other table: a name anywhere, a grade within its document."""
    value, row = a.value, b.row
    if a.row in (row, b.value):
        return False
    if value == row and is_name(b.fact.subject, b.chunk.language):
        return True
    if not a.grades or a.chunk.document_id != b.chunk.document_id:
        return False
    label = squash(b.fact.group or "")
    return row in (value, f"{value}级", f"{value}级别", f"{squash(a.fact.attribute)}{value}") and (
        label in ("", squash(a.fact.attribute)) or row != value
    )


def _comparison(a: Told, b: Told) -> Joint | None:
    measured = comparable(a.fact, b.fact)
    if (
        measured is None
        or measured[0] == measured[1]
        or a.row == b.row
        or not a.fact.group
        or a.fact.group != b.fact.group
    ):
        return None
    greater, less = (a, b) if measured[0] > measured[1] else (b, a)
    word = more(a.chunk, a.fact.attribute, measured[2])
    if a.chunk.language == "zh":
        attribute, compared = a.fact.attribute, script("相比，哪一个的", a.chunk)
        question = f"{a.where}中的{named_zh(a.fact)}和{b.where}中的{named_zh(b.fact)}{compared}{attribute}{word}？"
        answer = (
            f"{named_zh(greater.fact)}的{attribute}{word}，是{greater.fact.value}；"
            f"{named_zh(less.fact)}的{attribute}是{less.fact.value}。"
        )
    else:
        attribute = attribute_of(a.fact)
        names = {each.where: named(each.fact.subject, each.fact.group) for each in (a, b)}
        asked = " or ".join(f"{names[each.where]} (in {each.where})" for each in (a, b))
        question = f"Which has the {word} {attribute}, {asked}?"
        answer = (
            f"{names[greater.where]} has the {word} {attribute}: {greater.fact.value}, "
            f"against {less.fact.value} for {names[less.where]}."
        )
        answer = answer[0].upper() + answer[1:]
    return Joint("comparison", "table-comparison", question, answer, (half(a), half(b)))


def _shared_row(a: Told, b: Told) -> Joint | None:
    same = a.row == b.row and is_name(a.fact.subject, a.chunk.language)
    if not same or a.fact.attribute == b.fact.attribute or _alike(a, b):
        return None
    halves = half(a), half(b)
    if not _plain(a, b):
        question = both(halves[0].hop.question, halves[1].hop.question, a.chunk.language)
    elif a.chunk.language == "zh":
        question = (
            f"{_both(a, b)}中，{named_zh(a.fact)}的{a.fact.attribute}和{b.fact.attribute}"
            f"{script('分别是什么', a.chunk)}？"
        )
    else:
        subject = named(a.fact.subject, a.fact.group)
        asked = f"the {attribute_of(a.fact)} and the {attribute_of(b.fact)} of {subject}"
        question = f"According to {_both(a, b)}, what are {asked}?"
    if not question:
        return None
    return Joint("shared-term", "table-row", question, sentences(halves, a.chunk.language), halves)


def _alike(a: Told, b: Told) -> bool:
    """Whether one cell has no character more than the other says: two editions of one remark."""
    if is_amount(a.fact.value) or is_amount(b.fact.value):
        return False
    first, second = set(a.value), set(b.value)
    return first <= second or second <= first


def _plain(a: Told, b: Told) -> bool:
    """Whether "the attribute of the subject" is sound for both."""
    return a.fact.kind == b.fact.kind == "attribute"


def _both(a: Told, b: Told) -> str:
    """Where both stand, a document that both are of named once."""
    first, second = a.where, b.where
    if a.chunk.language == "zh":
        document = _DOCUMENT_ZH.match(first)
        return f"{first}和{second.removeprefix(document.group()) if document else second}"
    document = _DOCUMENT_EN.search(first)
    if document and second.endswith(document.group()):
        first = first.removesuffix(document.group())
    return f"{first} and {second}"
