"""Where in a passage a question is talked about, and which spans could answer it.

A field gives each word of the passage how much of the question is near it; an answer is looked for where it is strong.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from docqa.quantities import plain
from docqa.text import is_cjk
from docqa.verify.support_question import Asked, answer_class, ask
from docqa.verify.support_reading import WORD, Reading, read, root

Floats = NDArray[np.float64]

SPREAD = {"en": (2.0, 6.0, 20.0), "zh": (4.0, 12.0, 40.0)}
"""Words or characters over which nearness falls to 1/e: beside, in the clause, in the sentence. Not tuned."""

SENTENCE_STEP = {"en": 8.0, "zh": 20.0}
"""What the end of a sentence adds to a distance."""

ROOT_MATCH = 0.7
"""What a word of the same root counts beside the word itself."""

NAME_WEIGHT = 1.3
"""What a name counts beside another word as rare."""

FAR = 1e6


@dataclass(frozen=True)
class Field:
    """How near a question's terms are to each word of a passage.

    Attributes:
        weights: of the terms by their rarity in the passage, sum 1.
        strength: 1 for a term that the passage has, less for another word of its root, 0 for neither.
        distance: terms by words: how many words to the nearest occurrence.
        near: for each spread, the weight of the terms near each word.
        inside: terms by sentences: the term's strength where the sentence has it.
        shares: for each sentence, the weight of the terms inside it.
    """

    weights: Floats
    strength: Floats
    distance: Floats
    near: tuple[Floats, ...]
    inside: Floats
    shares: Floats

    def best(self, spread: int, start: int, end: int) -> float:
        """The strongest nearness at a span or at a word beside it."""
        return float(self.near[spread][max(0, start - 1) : end + 1].max())


@lru_cache(maxsize=256)
def field(question: str, passage: str, language: str) -> Field:
    """The field of a question over a passage that has words."""
    asked, reading = ask(question, language), read(passage, language)
    at, sentence = np.arange(len(reading.words)), np.array(reading.sentence)
    terms = asked.terms or ("",)
    strength, rarity = np.zeros(len(terms)), np.zeros(len(terms))
    distance = np.full((len(terms), len(at)), FAR)
    inside = np.zeros((len(terms), reading.sentence[-1] + 1))
    for row, term in enumerate(terms):
        strength[row], places = occurrences(term, reading)
        held = {reading.sentence[place] for place in places}
        rarity[row] = math.log(1 + (inside.shape[1] + 1) / (len(held) + 0.5))
        rarity[row] *= NAME_WEIGHT if term in asked.names else 1.0
        inside[row, sorted(held)] = strength[row]
        for place in places:
            steps = np.abs(at - place) + SENTENCE_STEP[language] * np.abs(sentence - sentence[place])
            np.minimum(distance[row], steps, out=distance[row])
    weights = rarity / rarity.sum()
    near = tuple((weights * strength) @ np.exp(-distance / spread) for spread in SPREAD[language])
    return Field(weights, strength, distance, near, inside, weights @ inside)


def occurrences(term: str, reading: Reading) -> tuple[float, tuple[int, ...]]:
    """How far a passage has a term of the question, and where."""
    if places := reading.found.get(term):
        return 1.0, places
    if len(term) >= 5 and not is_cjk(term[0]) and (places := reading.found.get(root(term))):
        return ROOT_MATCH, places
    return 0.0, ()


def places_of(answer: str, reading: Reading) -> list[tuple[int, int]]:
    """Each place where a passage has an answer as it is written: first word, and the one behind the last.

    White space, hyphens and capitals may differ.
    """
    wanted = WORD.findall(plain(answer).strip(" .。,，"))
    if not wanted:
        return []
    text = reading.text
    return [
        reading.span(match.start(), match.end())
        for match in re.finditer(r"[\s_-]*".join(map(re.escape, wanted)), text, re.IGNORECASE)
        if not _cuts(text, match.start()) and not _cuts(text, match.end())
    ]


def _cuts(text: str, at: int) -> bool:
    """Whether a place is inside a Latin word or a number."""
    beside = text[max(0, at - 1) : at + 1]
    return len(beside) == 2 and all(char.isascii() and char.isalnum() for char in beside)


# ----------------------------------------------------------------------------------------------- what could answer

LONGEST = 16
"""Characters of a Chinese span between marks and function words; longer ones are clauses."""

_BREAKS = frozenset("的是在于由为和与及或等并而且被把将以从对向了着过到其之也都就所")
_VALUE = re.compile(
    r"(?:\d[\d,.]*|[一二三四五六七八九十百千万两]+)"
    r"(?:[年月日世纪个位名人次座条公里米岁场届部首张间所家只项种枚集吨元平方万亿%％]|-)*(?:[\d月日年至]+[年月日])*"
)


@lru_cache(maxsize=512)
def candidates(passage: str, language: str) -> tuple[tuple[int, int, str], ...]:
    """The spans of a passage that could answer something: first word, the one behind the last, and the kind."""
    reading = read(passage, language)
    spans = set(_phrases(reading, language))
    if language == "zh":
        spans |= {reading.span(*match.span()) for match in _VALUE.finditer(reading.text)}
    return tuple((start, end, answer_class(reading.extract(start, end), language)) for start, end in sorted(spans))


def _phrases(reading: Reading, language: str) -> Iterator[tuple[int, int]]:
    """Words in a row without a verb (English), a function word or a mark between them."""
    start: int | None = None
    for at in range(len(reading.words) + 1):
        inside = at < len(reading.words) and _of_a_phrase(reading, at, language)
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            if language != "zh" or 2 <= at - start <= LONGEST:
                yield start, at
            start = None


def _of_a_phrase(reading: Reading, at: int, language: str) -> bool:
    if language == "zh":
        return reading.words[at] not in _BREAKS and reading.words[at][0].isalnum()
    return bool(reading.keys[at]) and not reading.tags[at].startswith(("VB", "RB"))


def says_again(asked: Asked, reading: Reading, start: int, end: int) -> bool:
    """Whether a span has nothing that the question does not say."""
    known = set(asked.terms) | {char for term in asked.terms for char in term if is_cjk(char)}
    return all(not key or key in known for key in reading.keys[start:end])
