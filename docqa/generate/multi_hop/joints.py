"""Two single questions, and what joins them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docqa.generate.extractive.patterns import Draft, templates
from docqa.generate.items import part
from docqa.records import Chunk, Evidence, Hop, QAItem


@dataclass(frozen=True)
class Half:
    """One of the two: a question that a chunk answers, with its evidence and the precision of the rule that asks it."""

    hop: Hop
    evidence: tuple[Evidence, ...]
    score: float


@dataclass(frozen=True)
class Joint:
    """A question of two chunks; ``kind`` is its task type's, ``template`` names the rule."""

    kind: str
    template: str
    question: str
    answer: str
    hops: tuple[Half, Half]


def of_item(item: QAItem) -> Half:
    """An extractive item as a half."""
    hop = Hop(question=item.question, answer=item.answer, chunk_id=item.chunk_ids[0])
    return Half(hop, item.evidence, item.score or 0.0)


def of_draft(chunk: Chunk, draft: Draft) -> Half:
    """A draft of a table's cell as a half."""
    hop = Hop(question=draft.question, answer=draft.answer, chunk_id=chunk.id)
    found = tuple(part(chunk, start, end) for start, end in draft.quotes)
    return Half(hop, found, templates("structure")[draft.template].score)


_OPENING = re.compile(
    r"(?:What|Which|Who|Whom|Whose|When|Where|Why|How|In|On|At|For|By|From|To|Under|If|Within|Before|After|According)\b"
)


def both(first: str, second: str, language: str) -> str:
    """Two questions as one; "" where the second does not begin so that it can be put behind the first."""
    if language == "zh":
        return f"{first}{second}"
    return f"{first.removesuffix('?')}, and {second[0].lower()}{second[1:]}" if _OPENING.match(second) else ""


def sentences(halves: Sequence[Half], language: str) -> str:
    """The answers of the halves, one after the other."""
    return ("" if language == "zh" else " ").join(half.hop.answer for half in halves)
