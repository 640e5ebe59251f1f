"""Duplicates: items that are alike, exactly, in their words or in what they mean, and differ in nothing that counts.

    exact      question and answer are the same after normalisation: one pass over the items
    words      ROUGE-L of question and answer together, the filter of Self-Instruct; in a language with more than
               ``MOST_EXACT`` items by MinHash, which misses at most one pair in 200
    meaning    the vectors of two questions of one document point the same way, and their answers are alike

Overlap alone calls "P-101 at 20 degrees" and "P-102 at 40 degrees" the same (.83), and 695 of 734 pairs of SQuAD
questions above .7 have different answers. So whatever finds a pair, it is one of duplicates only when the answers are
alike and nothing that carries meaning differs: a number, an identifier, a negation, the subject of both.

Meaning is looked for within a document only: with the embedded embedder it found five more of 2,410 English items, all
right ("Who wrote that ... is the highest stage of / suggested ... was the highest form of ...?"), and in Chinese none
but the same asked of different people (黄华麒 and 楼曾瑞), whom two documents hold. In the demo it finds none.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import combinations

from docqa import veto
from docqa.curate.minhash import probable_pairs
from docqa.curate.score import worth
from docqa.embed import Vectors
from docqa.records import QAItem
from docqa.rouge import rouge_l, rouge_tokens, similar_pairs
from docqa.terms import FUNCTION_WORDS, stem
from docqa.text import normalize, squash

THRESHOLDS = {"en": 0.7, "zh": 0.85}
"""ROUGE-L F1 of question and answer together from which two items are duplicates, by language.

One token an ideograph is far harsher than one a word: at .7, 9,099 of the 52,002 Chinese Alpaca instructions go, 1,051
of the English. Measured on 2,410 English and 2,136 Chinese questions with planted copies, the vetoes below applied:
at these, 113 of 114 and 100 of 101 copies are found beside 18 and 0 other items, most of them without an answer
(`python -m benchmarks.dedup`). In English .8 finds the same copies beside 7 others, .85 only 108; .7 is what
Self-Instruct took.
"""

ANSWER_THRESHOLD = 0.5
"""ROUGE-L F1 of the answers alone, below which two items say different things, however alike their questions."""

MOST_EXACT = 100_000
"""Items of a language whose pairs are all compared: some minutes on two cores, and four times that for twice as many.

MinHash needs half a millisecond an item whatever their number (`python -m benchmarks.dedup`).
"""

MEANING = 0.85
"""Cosine of two questions' vectors by the embedded embedder from which they ask the same, their answers being alike.

At .8 and .75 it finds two and three pairs more, one of them right.
"""

_SAME_ANSWER = 0.8
"""ROUGE-L F1 of two answers from which questions are compared by meaning; at .5, most of what that finds is wrong."""

_TELLING = 6
"""Content words or ideographs from which on an answer fits one subject only."""

_OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "inlet/outlet input/output minimum/maximum min/max lower/upper low/high left/right open/close opened/closed "
        "opening/closing open/closed start/stop starting/stopping begin/end first/last before/after increase/decrease "
        "increases/decreases suction/discharge internal/external inner/outer enable/disable enabled/disabled on/off "
        "hot/cold highest/lowest direct/inverse attractive/repulsive where/when "
        "positive/negative advantages/disadvantages debit/credit buy/sell read/write upload/download "
        "男/女 上/下 左/右 前/后 内/外 进/出 入/出 开/关 启/停 高/低 大/小 多/少 长/短 增/减 升/降 正/负 阴/阳 "
        "吸/排 买/卖 借/贷 收/付 早/晚 始/终 新/旧 冷/热 快/慢 轻/重 甲/乙"
    ).split()
)
"""Words that two questions may differ in while all else is equal, and then ask different things."""


@dataclass(frozen=True)
class Meaning:
    """What makes vectors of questions, and the cosine from which two of them ask the same."""

    embed: Callable[[Sequence[str]], Vectors]
    threshold: float = MEANING


def duplicates(
    items: Sequence[QAItem],
    thresholds: Mapping[str, float] = THRESHOLDS,
    meaning: Meaning | None = None,
    most_exact: int = MOST_EXACT,
) -> dict[int, str]:
    """Find which of ``items`` should go, by place, and why.

    Turns of conversations are duplicates of turns only: a fact may stand alone and in a conversation, since what a
    student learns there is to follow it, and a turn that goes for an item takes the rest of its conversation apart.
    What contradicts a turn is told wherever it stands.

    ``near-duplicate:<id kept>``, ``same-meaning:<id kept>`` or ``contradiction:<other id>``. Of two duplicates the
    better stays: the higher score, then ``score.worth``, then the longer evidence, then the first. An item goes only
    for an item that stays, so that a chain of small differences can't take away everything along it.

    Args:
        items: in a fixed order, which breaks ties.
        thresholds: ROUGE-L F1 by language; a language without one takes the English one.
        meaning: how questions are compared by meaning; None for not at all.
        most_exact: items of a language above which MinHash looks for the pairs.
    """
    reasons = _contradictions(items)
    for places in _grouped((at for at in range(len(items)) if at not in reasons), lambda at: items[at].turn is None):
        found = _duplicates([items[place] for place in places], thresholds, meaning, most_exact)
        reasons |= {places[at]: reason for at, reason in found.items()}
    return reasons


def _duplicates(
    items: Sequence[QAItem], thresholds: Mapping[str, float], meaning: Meaning | None, most_exact: int
) -> dict[int, str]:
    reasons: dict[int, str] = {}
    ranked = sorted(range(len(items)), key=lambda place: (*merit(items[place]), place))
    first: dict[tuple[str, str], int] = {}
    for place in ranked:
        better = first.setdefault(_exactly(items[place]), place)
        if better != place:
            reasons[place] = f"near-duplicate:{items[better].id}"

    single = [place for place in range(len(items)) if place not in reasons]
    alike: dict[int, dict[int, str]] = defaultdict(dict)
    for name, pairs in (
        ("near-duplicate", _same_question(items, single)),
        ("near-duplicate", _overlapping(items, single, thresholds, most_exact)),
        ("same-meaning", _same_sense(items, single, meaning) if meaning else ()),
    ):
        for i, j in pairs:
            if j not in alike[i] and same_meaning(items[i], items[j]):
                alike[i][j] = alike[j][i] = name
    rank = {place: number for number, place in enumerate(ranked)}
    stays: set[int] = set()
    for place in sorted(single, key=rank.__getitem__):
        if staying := alike[place].keys() & stays:
            better = min(staying, key=rank.__getitem__)
            reasons[place] = f"{alike[place][better]}:{items[better].id}"
        else:
            stays.add(place)
    return reasons


def merit(item: QAItem) -> tuple[float, ...]:
    """What the better of two items sorts first by: its rule's score, its worth, how much of the text bears it out."""
    return -(item.score or 0.0), *(-part for part in worth(item)), -_evidence_length(item)


def _evidence_length(item: QAItem) -> int:
    return sum(len(evidence.quote) for evidence in item.evidence)


def _exactly(item: QAItem) -> tuple[str, str]:
    return _asked(item), normalize(item.answer).casefold()


def _asked(item: QAItem) -> str:
    return normalize(item.asked).casefold().rstrip("?.。 ")


def _same_question(items: Sequence[QAItem], places: Sequence[int]) -> Iterator[tuple[int, int]]:
    for group in _grouped(places, lambda place: _asked(items[place])):
        yield from combinations(group, 2)


def _overlapping(
    items: Sequence[QAItem], places: Sequence[int], thresholds: Mapping[str, float], most_exact: int
) -> Iterator[tuple[int, int]]:
    def kind(place: int) -> tuple[str, str, bool]:
        """A summary is no duplicate of a translation, though both are of one text; nor is a question of its hops."""
        item = items[place]
        return item.language, item.task_type if item.input else "", len(item.chunk_ids) > 1

    for group in _grouped(places, kind):
        language = items[group[0]].language
        threshold = thresholds.get(language, thresholds.get("en", THRESHOLDS["en"]))
        texts = [rouge_tokens(f"{items[place].asked}\n{items[place].answer}") for place in group]
        for i, j, _ in (similar_pairs if len(group) <= most_exact else probable_pairs)(texts, threshold):
            if not _brief_answers_to_other_words(items[group[i]], items[group[j]]):
                yield group[i], group[j]


def _same_sense(items: Sequence[QAItem], places: Sequence[int], meaning: Meaning) -> list[tuple[int, int]]:
    """Pairs of one document with answers alike whose questions' vectors are as near as ``meaning`` asks."""
    pairs = [
        (group[i], group[j])
        for group in _grouped(places, partial(_whole, items))
        for i, j, _ in similar_pairs([rouge_tokens(items[place].answer) for place in group], _SAME_ANSWER)
    ]
    asked = sorted({place for pair in pairs for place in pair})
    vectors = dict(zip(asked, meaning.embed([items[place].asked for place in asked]), strict=True)) if asked else {}
    return [(i, j) for i, j in pairs if round(float(vectors[i] @ vectors[j]), 5) >= meaning.threshold]


def _whole(items: Sequence[QAItem], place: int) -> Hashable:
    """What questions are compared by meaning in: a document's of one language, and of as many chunks."""
    item = items[place]
    return item.document_id, item.language, len(item.chunk_ids) > 1


def _grouped(places: Iterable[int], key: Callable[[int], Hashable]) -> Iterable[list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for place in places:
        groups[key(place)].append(place)
    return groups.values()


def _contradictions(items: Sequence[QAItem]) -> dict[int, str]:
    """Items of one document that ask the same question and answer it differently: none of them can be trusted."""
    reasons: dict[int, str] = {}
    for group in _grouped(range(len(items)), lambda place: (items[place].document_id, _asked(items[place]))):
        for i, j in combinations(group, 2):
            if not _agree(items[i], items[j]):
                reasons.setdefault(i, f"contradiction:{items[j].id}")
                reasons.setdefault(j, f"contradiction:{items[i].id}")
    return reasons


def _agree(a: QAItem, b: QAItem) -> bool:
    """Whether two items come to the same; a turn's answer may be the bare value that the other puts in a sentence."""
    if a.turn or b.turn:
        shorter, longer = sorted((squash(a.settled), squash(b.settled)), key=len)
        if shorter in longer:
            return True
    return answers_agree(a.settled, b.settled)


def same_meaning(a: QAItem, b: QAItem) -> bool:
    """Whether nothing that carries meaning tells apart two items that look alike."""
    return (
        not veto.difference(a.asked, b.asked)
        and not _about_different_things(a.asked, b.asked)
        and not _of_different_subjects(a, b)
        and answers_agree(a.answer, b.answer)
    )


def _of_different_subjects(a: QAItem, b: QAItem) -> bool:
    """Whether each item has a word to itself that its question and its answer share: 冷库的报警值, 冰箱的报警值."""
    asked, said = [_content(item.asked) for item in (a, b)], [_content(item.answer) for item in (a, b)]
    return bool((asked[0] & said[0]) - asked[1] - said[1]) and bool((asked[1] & said[1]) - asked[0] - said[0])


def _brief_answers_to_other_words(a: QAItem, b: QAItem) -> bool:
    """Whether an answer fits many questions ("every year"), and each question has two words to itself."""
    first, second = _content(a.asked), _content(b.asked)
    brief = min(len(_content(item.answer)) for item in (a, b)) < _TELLING
    return brief and min(len(first - second), len(second - first)) > 1


@lru_cache(maxsize=1 << 16)
def _content(text: str) -> frozenset[str]:
    return frozenset(stem(token) for token in rouge_tokens(text) if token not in FUNCTION_WORDS)


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
    if veto.difference(a, b):
        return False
    short, long = sorted((squash(a), squash(b)), key=len)
    return short == long or (bool(short) and short in long) or rouge_l(a, b) >= ANSWER_THRESHOLD
