"""Duplicates: items that are alike by ROUGE-L, the filter of Self-Instruct, and differ in nothing that carries meaning.

Overlap alone calls "P-101 at 20 degrees" and "P-102 at 40 degrees" the same (.83), and 695 of 734 pairs of SQuAD
questions above .7 have different answers. So two items are duplicates only when question and answer together are
alike, their answers are alike, and nothing that carries meaning differs: a number, an identifier, a negation.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from docqa import veto
from docqa.records import QAItem
from docqa.rouge import rouge_l, rouge_tokens, similar_pairs
from docqa.text import squash

THRESHOLDS = {"en": 0.8, "zh": 0.85}
"""ROUGE-L F1 of question and answer together from which two items are duplicates, by language.

One token an ideograph is far harsher than one a word: at .7, 9,099 of the 52,002 Chinese Alpaca instructions go, 1,051
of the English. Measured on 2,410 English and 2,136 Chinese questions with planted copies, the vetoes below applied:
at these, 113 of 114 and 100 of 101 copies are found (English at .85: 108) beside 14 and 0 other pairs, most of them
questions without an answer; at .7, beside 34 and 5.
"""

ANSWER_THRESHOLD = 0.5
"""ROUGE-L F1 of the answers alone, below which two items say different things, however alike their questions."""

_OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "inlet/outlet input/output minimum/maximum min/max lower/upper low/high left/right open/close opened/closed "
        "opening/closing open/closed start/stop starting/stopping begin/end first/last before/after increase/decrease "
        "increases/decreases suction/discharge internal/external inner/outer enable/disable enabled/disabled on/off "
        "hot/cold positive/negative advantages/disadvantages debit/credit buy/sell read/write upload/download "
        "男/女 上/下 左/右 前/后 内/外 进/出 入/出 开/关 启/停 高/低 大/小 多/少 长/短 增/减 升/降 正/负 阴/阳 "
        "吸/排 买/卖 借/贷 收/付 早/晚 始/终 新/旧 冷/热 快/慢 轻/重 甲/乙"
    ).split()
)
"""Words that two questions may differ in while all else is equal, and then ask different things."""


def duplicates(items: Sequence[QAItem], thresholds: Mapping[str, float] = THRESHOLDS) -> dict[int, str]:
    """Find which of ``items`` should go, by place: ``near-duplicate:<id kept>`` or ``contradiction:<other id>``.

    Of two duplicates the better stays: the higher score, then the longer evidence, then the first. An item goes only
    for an item that stays, so that a chain of small differences can't take away everything along it.

    Args:
        items: in a fixed order, which breaks ties.
        thresholds: by language; a language without one takes the English one.
    """
    asked: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        asked[squash(item.question).rstrip("?.。")].append(place)
    reasons = _contradictions(items, asked.values())

    alike: dict[int, set[int]] = defaultdict(set)
    for i, j in (*_same_question(asked.values()), *_overlapping(items, thresholds)):
        if same_meaning(items[i], items[j]):
            alike[i].add(j)
            alike[j].add(i)
    ranked = sorted(range(len(items)), key=lambda place: (*_merit(items[place]), place))
    rank = {place: number for number, place in enumerate(ranked)}
    stays: set[int] = set()
    for place in ranked:
        if place in reasons:
            continue
        better = min(alike[place] & stays, key=rank.__getitem__, default=None)
        if better is None:
            stays.add(place)
        else:
            reasons[place] = f"near-duplicate:{items[better].id}"
    return reasons


def _merit(item: QAItem) -> tuple[float, int]:
    """What the better of two items sorts first by: its score, then how much of the text bears it out."""
    return -(item.score or 0.0), -_evidence_length(item)


def _evidence_length(item: QAItem) -> int:
    return sum(len(evidence.quote) for evidence in item.evidence)


def _same_question(groups: Iterable[Sequence[int]]) -> Iterator[tuple[int, int]]:
    return ((i, j) for places in groups for i, j in combinations(places, 2))


def _overlapping(items: Sequence[QAItem], thresholds: Mapping[str, float]) -> Iterator[tuple[int, int]]:
    for language in sorted({item.language for item in items}):
        places = [place for place, item in enumerate(items) if item.language == language]
        threshold = thresholds.get(language, thresholds.get("en", THRESHOLDS["en"]))
        texts = [rouge_tokens(f"{items[place].question}\n{items[place].answer}") for place in places]
        for i, j, _ in similar_pairs(texts, threshold):
            yield places[i], places[j]


def _contradictions(items: Sequence[QAItem], groups: Iterable[Sequence[int]]) -> dict[int, str]:
    """Items of one document that ask the same question and answer it differently: none of them can be trusted."""
    reasons: dict[int, str] = {}
    for i, j in _same_question(groups):
        a, b = items[i], items[j]
        if a.document_id == b.document_id and not answers_agree(a.answer, b.answer):
            reasons.setdefault(i, f"contradiction:{b.id}")
            reasons.setdefault(j, f"contradiction:{a.id}")
    return reasons


def same_meaning(a: QAItem, b: QAItem) -> bool:
    """Whether nothing that carries meaning tells apart two items that look alike."""
    return (
        not veto.difference(a.question, b.question)
        and not _about_different_things(a.question, b.question)
        and answers_agree(a.answer, b.answer)
    )


def _about_different_things(a: str, b: str) -> bool:
    """Whether opposite words stand in the two questions (inlet, outlet), or names that the other does not have."""
    first, second = set(rouge_tokens(a)), set(rouge_tokens(b))
    first, second = first - second, second - first
    if "non" in first | second:
        return True
    if any((x in first and y in second) or (y in first and x in second) for x, y in _OPPOSITES):
        return True
    return bool(_names(a) - _names(b)) and bool(_names(b) - _names(a))


def _names(question: str) -> frozenset[str]:
    """What stands in quotation marks, and words with a capital letter but the first; none of these if all have one."""
    quoted = frozenset(re.findall("“([^”]+)”", question))
    if question.upper() == question:
        return quoted
    return quoted | frozenset(re.findall(r"(?<=[^\W_])\W+([A-Z]\w*)", question))


def answers_agree(a: str, b: str) -> bool:
    """Whether two answers to one question say the same: alike or one within the other, and nothing vetoes it."""
    if squash(a) == squash(b):
        return True
    if veto.difference(a, b):
        return False
    short, long = sorted((squash(a), squash(b)), key=len)
    return (bool(short) and short in long) or rouge_l(a, b) >= ANSWER_THRESHOLD
