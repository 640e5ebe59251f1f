"""How far a passage supports an answer to a question, without a model: one probability, from a logistic regression.

First the passage must say the answer at all: by its words where it is short, by its content where it is a sentence, and
never with another number, unit, identifier or negation. Then the question must fit that place. What stands in a
passage and answers another question passes any containment check; features that tell it are in ``support_features``:
the question's words near the answer, the kind of thing asked for, names and opposites, and whether something else in
the passage would do better (the features of SQuAD's first logistic baseline, Rajpurkar et al. 2016, go the same way).

`python -m benchmarks.verification` measures it; the weights in support.toml are fitted on other articles.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from docqa import veto
from docqa.quantities import numbers
from docqa.verify.support_features import Kinds, Learned, Look, features, look
from docqa.verify.support_field import field, places_of
from docqa.verify.support_reading import Reading, read
from docqa.verify.wording import content

WEIGHTS = Path(__file__).with_name("support.toml")

FEWEST_TERMS = 3
"""An answer of fewer content terms is said by its own words or not at all."""

LEAST_COVERED, COVERED = 0.5, 0.9
"""The share of a long answer's content that a passage must have to say any of it, and to say it all."""


@dataclass(frozen=True)
class Weight:
    """What a feature adds to the log-odds: ``weight * (value - mean) / scale``."""

    weight: float
    mean: float
    scale: float


@dataclass(frozen=True)
class Weights:
    """The weights of one language."""

    bias: float
    features: Mapping[str, Weight]
    learned: Learned

    def probability(self, values: Mapping[str, float]) -> float:
        """The probability of an answer with these features; even odds before anything is known.

        Raises:
            KeyError: a feature is missing.
        """
        odds = self.bias + sum(w.weight * (values[name] - w.mean) / w.scale for name, w in self.features.items())
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, odds))))


def support(question: str, answer: str, passage: str, language: str) -> float:
    """The probability that ``passage`` answers ``question`` with ``answer``; 0.0 where it does not say the answer.

    Any language but ``zh`` is read as English.
    """
    language = "zh" if language == "zh" else "en"
    return supported(question, answer, passage, language, weights(language))


def supported(question: str, answer: str, passage: str, language: str, using: Weights) -> float:
    """``support`` by other weights than those of support.toml."""
    question = _without_source(question)
    said, place = located(question, answer, passage, language)
    if not said:
        return 0.0
    at = look(question, answer, passage, place, using.learned.kinds, language)
    return said * using.probability(features(at, using.learned.rivals))


def stated(question: str, answer: str, passage: str, kinds: Kinds, language: str) -> Look | None:
    """The answer at its place, to fit weights on; None where the passage does not say it."""
    question = _without_source(question)
    said, place = located(question, answer, passage, language)
    return look(question, answer, passage, place, kinds, language) if said else None


_SOURCE = re.compile(
    r"^(?:according to|in) (?=[^,]*“)(?:“[^”]*”|[^,“])*,"
    r"|^(?:根据|根據|按照)《[^》]*》(?:“[^”]*”)?(?:表|一节|一節|部分)?中?[，,]?"
    r"|^《[^》]*》(?:“[^”]*”)?(?:表|一节|一節|部分)?中[，,]",
    re.IGNORECASE,
)
"""Where docqa's own questions say that their answer stands; a title that is asked about stays, as a term."""


def _without_source(question: str) -> str:
    return _SOURCE.sub("", question).strip() or question


@lru_cache(maxsize=4)
def weights(language: str) -> Weights:
    """The fitted weights of a language."""
    stored = tomllib.loads(WEIGHTS.read_text(encoding="utf-8"))[language]
    return Weights(
        bias=stored["bias"],
        features={name: Weight(**numbers) for name, numbers in stored["features"].items()},
        learned=Learned(kinds=stored["kinds"], rivals=stored["rivals"]),
    )


def located(question: str, answer: str, passage: str, language: str) -> tuple[float, tuple[int, int]]:
    """How far the passage says the answer, 0 to 1, and where (first word, one behind the last).

    Of several places the one with most of the question around it.
    """
    reading = read(passage, language)
    if not reading.words:
        return 0.0, (0, 0)
    if places := places_of(answer, reading):
        over = field(question, passage, language)
        return 1.0, max(places, key=lambda place: over.best(1, *place))
    return _stated(question, answer, reading, language)


def _stated(question: str, answer: str, reading: Reading, language: str) -> tuple[float, tuple[int, int]]:
    """``located`` for an answer that does not stand in the passage as it is written."""
    wanted = content(answer)
    if len(wanted) < FEWEST_TERMS or not _same_values(question, answer, reading.text):
        return 0.0, (0, 0)
    start, end = _densest({name for name in read(answer, language).found if name[0] != "~"}, reading)
    text = _sentences(reading, start, end)
    if veto.flipped(answer, text) or veto.negations(answer) > veto.negations(text):
        return 0.0, (0, 0)
    covered = len(wanted & content(text)) / len(wanted)
    return max(0.0, min(1.0, (covered - LEAST_COVERED) / (COVERED - LEAST_COVERED))), (start, end)


def _sentences(reading: Reading, start: int, end: int) -> str:
    """The sentences in which a span of words stands."""
    inside = range(reading.sentence[start], reading.sentence[end - 1] + 1)
    words = [at for at, number in enumerate(reading.sentence) if number in inside]
    return reading.extract(words[0], words[-1] + 1)


def _same_values(question: str, answer: str, passage: str) -> bool:
    known = numbers(passage).keys() | numbers(question).keys()
    names = veto.identifiers(passage) | veto.identifiers(question)
    return (
        numbers(answer).keys() <= known and veto.identifiers(answer) <= names and not veto.units_differ(answer, passage)
    )


def _densest(keys: set[str], reading: Reading) -> tuple[int, int]:
    """The sentence, or two neighbours, with most of the keys, from the first word that has one to the last."""
    best, place = 0, (0, 1)
    count = reading.sentence[-1] + 1
    hits: dict[int, list[int]] = {}
    held: dict[int, set[str]] = {}
    for key in keys:
        for at in reading.found.get(key, ()):
            hits.setdefault(reading.sentence[at], []).append(at)
            held.setdefault(reading.sentence[at], set()).add(key)
    for first in range(count):
        for last in range(first, min(first + 2, count)):
            found = len(set().union(*(held.get(number, set()) for number in range(first, last + 1))))
            if found > best:
                inside = [at for number in range(first, last + 1) for at in hits.get(number, [])]
                best, place = found, (min(inside), max(inside) + 1)
    return place
