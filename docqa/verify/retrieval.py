"""The embedded reader: answers a question with the best unit of the passages, and abstains when none is good enough.

It sees the question and the passages and nothing else. A unit's support is the share of the question's content it
carries, weighted by rarity among the passages' units; its own words count most, its headings, lead-in and table
headers less, the rest of its chunk least. Then the kind of answer that is asked for, the passage's rank, and a little
against long units that carry everything. What it can't do is tell two sentences apart that share their words: a
wrong answer from the same sentence passes (SQuAD's "plausible" answers); the evidence check and a model's judge are for that.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from docqa import veto
from docqa.records import Chunk
from docqa.verify.units import WHOLE, Unit, units
from docqa.verify.wording import asked, content

LEAST_SUPPORT = 0.45
"""Below it the reader abstains; chosen on `python -m benchmarks.corruption`: see its table."""

ABOUT_WEIGHT, FAR_WEIGHT, CHUNK_WEIGHT = 0.9, 0.7, 0.4
TYPE_BONUS, WHOLE_BONUS, RANK_COST, LENGTH_COST = 0.15, 0.2, 0.01, 0.02

_QUANTITY = re.compile(
    r"\bhow (?:many|much|long|often|far|high|deep|large|old|fast|wide|heavy)\b|多少|多大|多长|多久|多高|几|第几|何时|什么时候",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\bwhen\b|\bwhat (?:year|date|day|month)\b|哪一?年|何时|什么时候", re.IGNORECASE)
_WHY = re.compile(r"\bwhy\b|为什么|为何|原因", re.IGNORECASE)
_BECAUSE = re.compile(
    r"\b(?:because|since|due to|so that|as a result|in order to|otherwise|therefore|to avoid|to prevent)\b|因为|由于|因此|以免|防止|避免|所以|导致",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:what|which) (?:are|were|\w+s\b)|\b(?:list|steps|procedure|explain|describe|compare|differ|difference)\b"
    r"|\bhow (?:do|does|is|are|should|shall|must|can|to)\b|\bwhat (?:does|do|must|shall|should)\b"
    r"|哪些|哪[几两二三四五六七八九十]|如何|怎样|怎么|步骤|流程|内容|规定|区别|不同|要求",
    re.IGNORECASE,
)
_NAMES = re.compile(r"“[^”]*”|《[^》]*》|\"[^\"]*\"")
"""What a question quotes says nothing about the kind of answer it wants."""

_CACHED = 4096


@dataclass(frozen=True)
class _Candidate:
    unit: Unit
    rank: int
    chunk_terms: frozenset[str]


class ExtractiveReader:
    """Answers by extraction. Keeps what it made of the chunks it has seen, so one reader should serve a run."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[tuple[Unit, ...], frozenset[str]]] = {}

    async def read(self, question: str, passages: Sequence[Chunk], language: str) -> str:
        """See ``answer``."""
        return self.answer(question, passages)

    def answer(self, question: str, passages: Sequence[Chunk]) -> str:
        """The text of the best unit; "" when the passages do not support one."""
        candidates = [
            _Candidate(unit, rank, terms)
            for rank, passage in enumerate(passages)
            for made, terms in [self._units(passage)]
            for unit in made
        ]
        wanted = asked(question)
        if not wanted or not candidates:
            return ""
        weights = _weights(wanted, candidates)
        best = max(candidates, key=lambda candidate: _score(question, wanted, weights, candidate))
        return best.unit.text if _support(wanted, weights, best) >= LEAST_SUPPORT else ""

    def _units(self, chunk: Chunk) -> tuple[tuple[Unit, ...], frozenset[str]]:
        if chunk.id not in self._seen:
            if len(self._seen) >= _CACHED:
                self._seen.clear()
            self._seen[chunk.id] = units(chunk), content(chunk.text)
        return self._seen[chunk.id]


def _weights(wanted: frozenset[str], candidates: Sequence[_Candidate]) -> dict[str, float]:
    """Inverse document frequency of the question's terms over the units; a term that no unit has weighs most."""
    counts = Counter(term for candidate in candidates for term in wanted & candidate.unit.own)
    return {term: math.log(1 + len(candidates) / (counts[term] + 0.5)) for term in sorted(wanted)}


def _support(wanted: frozenset[str], weights: dict[str, float], candidate: _Candidate) -> float:
    """The share of the question that the unit carries, 0 to 1."""
    unit = candidate.unit
    carried = 0.0
    for term, weight in weights.items():
        if term in unit.own:
            carried += weight
        elif term in unit.about:
            carried += ABOUT_WEIGHT * weight
        elif term in unit.far:
            carried += FAR_WEIGHT * weight
        elif term in candidate.chunk_terms:
            carried += CHUNK_WEIGHT * weight
    return carried / sum(weights.values())


def _score(question: str, wanted: frozenset[str], weights: dict[str, float], candidate: _Candidate) -> float:
    unit, question = candidate.unit, _NAMES.sub(" ", question)
    score = _support(wanted, weights, candidate) - RANK_COST * candidate.rank
    score -= LENGTH_COST * math.log1p(len(unit.own))
    if not unit.own - wanted:
        return score - 1.0  # it only says the question again
    if unit.kind in WHOLE:
        score += WHOLE_BONUS if _SEVERAL.search(question) else -WHOLE_BONUS
    if _QUANTITY.search(question) or _WHEN.search(question):
        score += TYPE_BONUS if veto.numbers(unit.text).keys() - veto.numbers(question).keys() else 0.0
    if _WHY.search(question):
        score += TYPE_BONUS if _BECAUSE.search(unit.text) else 0.0
    return score
