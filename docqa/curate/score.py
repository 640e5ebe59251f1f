"""What rules can tell of an item's worth, and which score is too low.

Without a model nobody can say how accurate an answer is, and docqa does not make such a number up. What is measured
instead are three things that are what their names say, 0 to 1 each:

    length fit      whether the answer is as long as answers to such a question are
    specificity     how much the question says of what it asks about
    coverage        how much of the answer stands in its evidence (or in its question)

They choose between items that say the same (``dedup``), and stand on every item that the rules let pass. No item is
dropped for them unless a setting says so: see ``FLOORS``.
"""

import re
from collections.abc import Mapping

from docqa import veto
from docqa.records import Heuristics, QAItem
from docqa.terms import terms
from docqa.text import words

FLOORS = {"accuracy": 4.5}
"""The least score by name that keeps an item: AlpaGasus's threshold. Complexity and quality have none, because DEITA
ranks by them. Nor has coverage: on 1,560 items with planted defects (see ``rules``) a floor of .3 finds every refusal,
remark about the document and answer in another language, at the cost of 3 of 520 sound items, but the rules have
found them all before."""

_VALUE = re.compile(
    r"\b(?:who|when|where|how (?:many|much|long|often|far|high|deep|large|old|fast))\b|\bwhat (?:year|date|time)\b"
    r"|多少|多[大长久高重远快]|几|谁|何[时地]|什么时候|哪[年里]",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(
    r"\b(?:why|explain|describe|list|compare|steps?|procedure|say|said|how (?:do|does|is|are|should|can|to))\b"
    r"|为什么|为何|如何|怎[么样]|说明|解释|描述|简述|列出|步骤|流程|哪些|规定了?什么",
    re.IGNORECASE,
)
_LENGTHS = {
    "en": {"value": (1, 25), "explanation": (8, 120), "other": (2, 60)},
    "zh": {"value": (1, 50), "explanation": (12, 240), "other": (2, 120)},
}
"""The fewest and the most words (ideographs) that fit, by what the question asks for."""

_SPECIFIC = {"en": 6, "zh": 10}
"""Content words (pairs of ideographs) in a question that leaves nothing open."""


def heuristics(item: QAItem) -> Heuristics:
    """Measure what rules can about ``item``."""
    language = "zh" if item.language == "zh" else "en"
    return Heuristics(
        length_fit=_length_fit(item.question, item.answer, language),
        specificity=_specificity(item.question, language),
        coverage=_coverage(item),
    )


def _length_fit(question: str, answer: str, language: str) -> float:
    """1 within the lengths that fit; outside, the share of the nearer bound that it reaches, or that reaches it."""
    kind = "value" if _VALUE.search(question) else "explanation" if _EXPLANATION.search(question) else "other"
    fewest, most = _LENGTHS[language][kind]
    said = len(words(answer))
    return round(min(1.0, said / fewest, most / max(said, 1)), 3)


def _specificity(question: str, language: str) -> float:
    """Content words, an identifier or a number counting for two, as a share of what leaves nothing open."""
    named = len(veto.identifiers(question)) + len(veto.numbers(question))
    return round(min(1.0, (len(_content(question)) + named) / _SPECIFIC[language]), 3)


def _coverage(item: QAItem) -> float:
    """The share of the answer's content words that stand in its quotes or its question; 1 when it has none."""
    said = _content(item.answer)
    known = _content(item.question).union(*(_content(evidence.quote) for evidence in item.evidence))
    return round(len(said & known) / len(said), 3) if said else 1.0


def _content(text: str) -> set[str]:
    """Stems of content words, and pairs of ideographs: a single one stands in any text."""
    return {term for term in terms(text) if len(term) > 1 or term.isdigit()}


def worth(item: QAItem) -> tuple[float, ...]:
    """What the better of two items that say the same has more of, the first that differs deciding.

    A model's accuracy, where unknown is less than any; DEITA's product of complexity and quality; and the mean of what
    rules measure, which is all there is without a model.
    """
    scores, form = item.scores, item.heuristics or heuristics(item)
    return (
        scores.accuracy or 0.0 if scores else 0.0,
        (scores.complexity or 0.0) * (scores.quality or 0.0) if scores else 0.0,
        (form.length_fit + form.specificity + form.coverage) / 3,
    )


def too_low(item: QAItem, floors: Mapping[str, float]) -> str:
    """``low-<name>:<score>`` of the first score below its floor; "" when none is. An unknown one is not below it,
    nor is the coverage of an item that rests on no evidence."""
    scores = item.scores.known if item.scores else {}
    if item.heuristics and item.evidence:
        scores = {**scores, "coverage": item.heuristics.coverage}
    return next((f"low-{name}:{score:g}" for name, score in scores.items() if score < floors.get(name, 0.0)), "")
