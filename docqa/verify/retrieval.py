"""The embedded reader: answers a question with the best unit of the passages, and abstains when none is good enough.

It sees the question and the passages and nothing else. A unit's support is the share of the question's content it
carries, weighted by rarity among the passages' units; its own words count most, its headings, lead-in and table
headers less, the rest of its chunk least. Then the kind of answer that is asked for, the passage's rank, and a little
against long units that carry everything. What it can't do is judge within a sentence: a wrong answer from the right
sentence passes (SQuAD's "plausible" answers), and a question in other words than its passage is not answered at all
(a quarter of SQuAD's and CMRC's). Rule-made questions keep their passage's words; a model's need a model to read them.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from docqa import veto
from docqa.records import Chunk
from docqa.text import is_cjk, squash
from docqa.verify.asking import Asking, asking
from docqa.verify.units import TABULAR, WHOLE, Unit, units
from docqa.verify.wording import SOFT, asked, content, focus

LEAST_SUPPORT = 0.45
"""Below it the reader abstains. `python -m benchmarks.corruption` on the demo's documents: .55 loses one to two points
of the good items, .65 up to 20; .35 wins nothing, and more answers of another subject pass."""

ABOUT_WEIGHT, FAR_WEIGHT, CHUNK_WEIGHT, PLACE_WEIGHT = 0.9, 0.7, 0.4, 0.3
TYPE_BONUS, NAME_BONUS, WHOLE_BONUS, RANK_COST, LENGTH_COST = 0.15, 0.1, 0.2, 0.01, 0.02
OPENING_BONUS = 0.2

_CACHED = 4096

_MARKER = re.compile(r"^(?:[•◦▪–-]|\(?\w{1,2}[.)、])\s*|^(?:the|an?)\s+", re.IGNORECASE)


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
        kind = asking(question)
        candidates = [
            _Candidate(unit, rank, terms)
            for rank, passage in enumerate(passages)
            for made, terms in [self._units(passage)]
            for unit in made
            # A law is asked for by number, and only that article answers.
            if not kind.article or kind.article in unit.names
        ]
        for candidate in candidates:
            # A section asked for by its name is found by it, whatever words it uses.
            if candidate.unit.kind == "section" and not kind.told_of.isdisjoint(map(squash, candidate.unit.names)):
                return candidate.unit.text
        wanted = asked(question)
        if not wanted or not candidates:
            return ""
        weights = _weights(question, candidates)
        named = any(
            candidate.unit.kind == "cell" and any(squash(name) in kind.rest for name in candidate.unit.names[:1])
            for candidate in candidates
        )
        scores = [
            _support(weights, candidate) - _cost(candidate) + _fit(kind, candidate.unit, named)
            if candidate.unit.own - wanted
            else float("-inf")  # it only says the question again
            for candidate in candidates
        ]
        best = max(range(len(candidates)), key=scores.__getitem__)
        return candidates[best].unit.text if _support(weights, candidates[best]) >= LEAST_SUPPORT else ""

    def _units(self, chunk: Chunk) -> tuple[tuple[Unit, ...], frozenset[str]]:
        if chunk.id not in self._seen:
            if len(self._seen) >= _CACHED:
                self._seen.clear()
            self._seen[chunk.id] = units(chunk), content(chunk.text)
        return self._seen[chunk.id]


def _weights(question: str, candidates: Sequence[_Candidate]) -> dict[str, float]:
    """Inverse document frequency of the question's terms over the units; a term that no unit has weighs most.

    Terms that only name the place weigh less: every unit of the place has them.
    """
    wanted, focused = asked(question), focus(question)
    counts = Counter(term for candidate in candidates for term in wanted & candidate.unit.own)
    return {
        term: (1.0 if term in focused else PLACE_WEIGHT) * math.log(1 + len(candidates) / (counts[term] + 0.5))
        for term in sorted(wanted)
        if term not in SOFT or (counts[term] and term != "not")
    }


def _support(weights: dict[str, float], candidate: _Candidate) -> float:
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
    total = sum(weights.values())
    return carried / total if total else 0.0


def _cost(candidate: _Candidate) -> float:
    return RANK_COST * candidate.rank + LENGTH_COST * math.log1p(len(candidate.unit.own))


def _fit(kind: Asking, unit: Unit, row_named: bool) -> float:
    """What the unit gains or loses by being the kind of answer that is asked for.

    Args:
        row_named: whether the question names a row, so that a whole column is only wanted to compare.
    """
    fit = 0.0
    if unit.kind in WHOLE or (unit.kind == "row" and kind.compares):
        several = kind.several and not (unit.kind == "column" and row_named and not kind.compares)
        fit += WHOLE_BONUS if several else -WHOLE_BONUS
    if unit.kind not in TABULAR:
        fit += NAME_BONUS * sum(squash(name) in kind.whole for name in unit.names)
    elif not kind.compares:
        fit += NAME_BONUS * sum(squash(name) in kind.rest for name in unit.names)
    fit += TYPE_BONUS * sum(bool(shows.search(unit.text)) for shows in kind.shows)
    fit += TYPE_BONUS * (kind.value and not veto.numbers(unit.text).keys() <= kind.numbers)
    fit += TYPE_BONUS * (kind.denies and veto.negations(unit.text) > 0)
    return fit + OPENING_BONUS * _opens_with_subject(unit, kind.rest)


def _opens_with_subject(unit: Unit, question: str) -> bool:
    """Whether a sentence begins with words of the question, as one does whose subject is asked about."""
    if unit.kind not in ("sentence", "item"):
        return False
    opening = squash(_MARKER.sub("", unit.text))
    return opening[: 3 if is_cjk(opening[:1] or " ") else 10] in question
