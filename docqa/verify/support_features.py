"""What ``support`` looks at: where the answer stands in the passage, what of the question stands near it, what else would do.

All features are plain numbers with readable names; the weights in support.toml name exactly these.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from docqa import veto
from docqa.quantities import numbers, plain
from docqa.text import is_cjk
from docqa.verify.support_reading import Asked, Reading, answer_class, ask, read, root

Floats = NDArray[np.float64]
Kinds = Mapping[str, Mapping[str, float]]
"""For what is asked for (``date``), how much more often than by chance each kind of answer is right, as a logarithm."""

SPREAD = {"en": (2.0, 6.0, 20.0), "zh": (4.0, 12.0, 40.0)}
"""Words (English) and characters over which nearness falls to 1/e: beside, in the clause, in the sentence."""

SENTENCE_STEP = {"en": 8.0, "zh": 20.0}
"""What the end of a sentence adds to a distance."""

ROOT_MATCH = 0.7
"""What a word of the same root counts beside the word itself."""

FAR = 1e6

_OPPOSITES_EN = (
    "first:last first:second increase:decrease increase:reduce rise:fall grow:shrink before:after north:south east:west "
    "northern:southern eastern:western large:small largest:smallest big:small great:less high:low higher:lower highest:lowest "
    "most:least more:less more:fewer early:late earlier:later earliest:latest begin:end start:end open:close win:lose victory:defeat "
    "succeed:fail success:failure accept:reject support:oppose friend:enemy male:female man:woman boy:girl old:new old:young oldest:newest "
    "young:elder strong:weak positive:negative internal:external inside:outside upper:lower left:right public:private "
    "undergraduate:graduate maximum:minimum above:below over:under include:exclude allow:prevent permit:forbid cause:prevent "
    "attack:defend buy:sell import:export arrive:leave enter:exit always:never all:none many:few same:different similar:different "
    "rich:poor hot:cold dry:wet fast:slow long:short wide:narrow thick:thin active:inactive moderate:radical create:destroy build:destroy "
    "construct:destroy gain:lose ally:enemy good:bad better:worse best:worst easy:difficult simple:complex efficient:inefficient "
    "legal:illegal stable:unstable common:rare usual:unusual natural:artificial innate:adaptive static:kinetic absolute:relative "
    "direct:indirect dependent:independent known:unknown possible:impossible parallel:perpendicular constant:variable"
)
_OPPOSITES_ZH = (
    "第一:最后 最早:最晚 增加:减少 提高:降低 上升:下降 之前:之后 以前:以后 北部:南部 东部:西部 北:南 东:西 最大:最小 最高:最低 "
    "大:小 高:低 多:少 早:晚 长:短 男:女 开始:结束 内:外 左:右 上:下 胜利:失败 成功:失败 进口:出口 公立:私立 新:旧 支持:反对 "
    "正面:负面 上游:下游 上半:下半 增大:减小 允许:禁止 可以:不可以 赢:输 买:卖"
)


@dataclass(frozen=True)
class Place:
    """Where an answer is taken to stand: first and last word, and how far the passage says it (0 to 1)."""

    start: int
    end: int


@dataclass(frozen=True)
class Field:
    """How near the question's terms are to each word of a passage.

    Attributes:
        weights: of the terms, sum 1.
        strength: 1 for a term the passage has, less for one of its root, 0 for none.
        distance: terms by words, in words, to the nearest occurrence.
        near: for each spread, the weight of the terms near each word.
        inside: terms by sentences, whether the sentence has the term.
    """

    weights: Floats
    strength: Floats
    distance: Floats
    near: tuple[Floats, ...]
    inside: Floats


@lru_cache(maxsize=256)
def field(question: str, passage: str, language: str) -> Field:
    """The field of a question over a passage."""
    asked, reading = ask(question, language), read(passage, language)
    size, count = len(reading.words), reading.sentence[-1] + 1 if reading.sentence else 1
    at = np.arange(size, dtype=np.float64)
    sentence = np.array(reading.sentence, dtype=np.float64)
    terms = asked.terms or ("",)
    strength = np.zeros(len(terms))
    distance = np.full((len(terms), size), FAR)
    inside = np.zeros((len(terms), count))
    rarity = np.zeros(len(terms))
    for row, term in enumerate(terms):
        strength[row], places = _occurrences(term, reading)
        rarity[row] = math.log(1 + (count + 1) / (len({reading.sentence[p] for p in places}) + 0.5))
        if term in asked.names:
            rarity[row] *= 1.3
        for p in places:
            steps = np.abs(at - p) + SENTENCE_STEP[language] * np.abs(sentence - sentence[p])
            np.minimum(distance[row], steps, out=distance[row])
            inside[row, reading.sentence[p]] = strength[row]
    weights = rarity / rarity.sum()
    held = weights * strength
    near = tuple(held @ np.exp(-distance / spread) for spread in SPREAD[language])
    return Field(weights, strength, distance, near, inside)


def _occurrences(term: str, reading: Reading) -> tuple[float, tuple[int, ...]]:
    if places := reading.found.get(term):
        return 1.0, places
    if not is_cjk(term[:1] or " ") and len(term) >= 5 and (places := reading.found.get(root(term))):
        return ROOT_MATCH, places
    return 0.0, ()


# --------------------------------------------------------------------------------------------- where the answer stands


def occurrences(answer: str, reading: Reading) -> list[tuple[int, int]]:
    """Each place where the passage has the answer as it is written, as first word and the one behind the last."""
    wanted = plain(answer).strip(" .。,，").casefold()
    if not wanted:
        return []
    text = reading.text.casefold()
    found = []
    for match in re.finditer(re.escape(wanted), text):
        cuts = _cuts(text, match.start()), _cuts(text, match.end())
        if not any(cuts):
            found.append(reading.span(match.start(), match.end()))
    return found


def _cuts(text: str, at: int) -> bool:
    """Whether a place is inside a Latin word or a number."""
    beside = text[max(0, at - 1) : at + 1]
    return len(beside) == 2 and all(char.isascii() and char.isalnum() for char in beside)


# ---------------------------------------------------------------------------------------------- what else would do

_ZH_BREAK = frozenset(
    "的是在于由为和与及或等并而且被把将以从对向了着过到其之也都就所，。、；：（）()《》“”「」,;:!?！？ \n"
)
_ZH_VALUE = re.compile(
    r"(?:\d[\d,.]*|[一二三四五六七八九十百千万两]+)(?:[年月日世纪个位名人次座条公里米岁场届部首张间所家只项种枚集米吨元平方万亿%％]|-)*"
    "(?:[\\d月日年至]+[年月日])*"
)


@lru_cache(maxsize=512)
def candidates(passage: str, language: str) -> tuple[tuple[int, int, str], ...]:
    """The spans of a passage that could answer something: first word, one behind the last, kind."""
    reading = read(passage, language)
    spans = _english_spans(reading) if language == "en" else _chinese_spans(reading)
    return tuple((start, end, answer_class(_text(reading, start, end), language)) for start, end in sorted(spans))


def _text(reading: Reading, start: int, end: int) -> str:
    return reading.text[reading.places[start][0] : reading.places[end - 1][1]]


def _english_spans(reading: Reading) -> set[tuple[int, int]]:
    spans: set[tuple[int, int]] = set()
    start: int | None = None
    for at in range(len(reading.words) + 1):
        inside = at < len(reading.words) and bool(reading.keys[at]) and not reading.tags[at].startswith(("VB", "RB"))
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            spans.add((start, at))
            start = None
    return spans


def _chinese_spans(reading: Reading) -> set[tuple[int, int]]:
    spans = {reading.span(*match.span()) for match in _ZH_VALUE.finditer(reading.text)}
    start: int | None = None
    for at in range(len(reading.words) + 1):
        inside = at < len(reading.words) and reading.words[at] not in _ZH_BREAK and reading.words[at][0].isalnum()
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            if 2 <= at - start <= 16:
                spans.add((start, at))
            start = None
    return spans


# ------------------------------------------------------------------------------------------------------- features


def features(
    question: str, answer: str, passage: str, place: tuple[int, int], kinds: Kinds, language: str
) -> dict[str, float]:
    """The features of an answer at one place of the passage."""
    asked, reading = ask(question, language), read(passage, language)
    over = field(question, passage, language)
    start, end = place
    table = kinds.get(asked.expected, {})
    given = answer_class(answer, language)
    return {
        **_nearness(over, reading, start, end, language),
        **_missing(asked, over, reading, start),
        **_kind(asked, reading, answer, table.get(given, 0.0), start, end, language),
        **_order(asked, over, reading, start, end, language),
        **_turned(asked, reading, question, start, language),
        **_rivals(asked, over, passage, table, given, start, end, language),
    }


def _nearness(over: Field, reading: Reading, start: int, end: int, language: str) -> dict[str, float]:
    sentence = reading.sentence[start]
    shares = over.weights @ over.inside
    around = over.weights @ over.inside[:, max(0, sentence - 1) : sentence + 2].max(axis=1)
    others = np.delete(shares, sentence)
    total = float(over.weights @ over.strength)
    low, high = max(0, start - 1), min(len(reading.words), end + 1)
    steps = over.distance[:, low:high].min(axis=1)
    known = over.strength > 0
    mean = float((over.weights[known] @ np.log1p(steps[known])) / over.weights[known].sum()) if known.any() else 6.0
    found = {
        f"near {name}": float(near[low:high].max())
        for name, near in zip(("beside", "clause", "sentence"), over.near, strict=True)
    }
    tops = {
        f"near {name} below best": float(near[low:high].max() - near.max())
        for name, near in zip(("beside", "clause"), over.near, strict=False)
    }
    return {
        **found,
        **tops,
        "sentence share": float(shares[sentence]),
        "sentences around share": float(around),
        "sentence below best": float(shares[sentence] - max(others.max(initial=0.0), 0.0)),
        "passage share": total,
        "mean distance": mean,
        "sentence of found": float(shares[sentence]) / total if total else 0.0,
    }


def _missing(asked: Asked, over: Field, reading: Reading, start: int) -> dict[str, float]:
    absent = over.strength == 0
    here = over.inside[:, reading.sentence[start]] == 0
    names = np.array([term in asked.names for term in asked.terms or ("",)])
    kinds = {"name": names, "verb": np.zeros_like(names), "noun": np.zeros_like(names), "other": np.zeros_like(names)}
    tagged = dict(zip(asked.reading.keys, asked.reading.tags, strict=True))
    for at, term in enumerate(asked.terms):
        tag = tagged.get(term, "")
        if not names[at]:
            kinds["verb" if tag.startswith("VB") else "noun" if tag.startswith("NN") else "other"][at] = True
    wanted = asked.numbers
    held = frozenset(numbers(reading.text)) if wanted else frozenset()
    return {
        **{f"missing {name}": float(absent[mask].sum()) for name, mask in kinds.items()},
        **{f"elsewhere {name}": float((here & ~absent)[mask].sum()) for name, mask in kinds.items()},
        "missing numbers": float(len(wanted - held)),
        "heaviest missing": float(over.weights[absent].max(initial=0.0)),
        "terms": float(len(asked.terms)),
    }


def _kind(
    asked: Asked, reading: Reading, answer: str, fits: float, start: int, end: int, language: str
) -> dict[str, float]:
    said = read(answer, language)
    keys = [key for key in said.keys if key]
    terms = set(asked.terms) | {char for term in asked.terms for char in term if is_cjk(char)}
    # What the question says already is no answer, but the noun asked for may be in it ("which war": "the Seven Years' War").
    echoed = sum(key in terms for key in keys) / len(keys) if keys else 1.0
    head = set(asked.head)
    near = set(reading.keys[max(0, start - 3) : end + 3])
    last = asked.head[-1] if asked.head else ""
    size = len(said.words)
    return {
        "kind fits": fits,
        "echoed": echoed,
        "all echoed": float(echoed == 1.0),
        "head in answer": float(bool(head & set(keys))),
        "head beside answer": float(bool(last) and last in near),
        "answer ends as asked": float(bool(keys and asked.head) and keys[-1] in asked.head),
        "answer length": math.log1p(size),
        "long for who, when, where, how many": math.log1p(size)
        * (asked.expected in ("who", "date", "number", "where")),
        "short for why, how": float(asked.expected in ("why", "how", "do")) / (1 + size),
    }


def _order(asked: Asked, over: Field, reading: Reading, start: int, end: int, language: str) -> dict[str, float]:
    """Whether the answer stands where the question word would: what is before it in the question is before it here."""
    span = int(SPREAD[language][1] * 1.5)
    before = set(_grams(reading, max(0, start - span), start))
    after = set(_grams(reading, end, min(len(reading.words), end + span)))
    size = len(asked.reading.words)
    left = set(_grams(asked.reading, max(0, asked.asks[0] - span), asked.asks[0]))
    right = set(_grams(asked.reading, asked.asks[1], min(size, asked.asks[1] + span)))
    share = {
        "left on the left": _share(left, before),
        "right on the right": _share(right, after),
        "left on the right": _share(left, after),
        "right on the left": _share(right, before),
    }
    direction = share["right on the right"] - share["right on the left"]
    return {
        **share,
        "subject before": direction if asked.subject is True else 0.0,
        "object after": direction if asked.subject is False else 0.0,
    }


def _grams(reading: Reading, start: int, end: int) -> list[str]:
    keys = reading.keys[start:end]
    wide = [a + b for a, b in pairwise(keys) if a and b and is_cjk(a) and is_cjk(b)]
    return wide + [key for key in keys if key and not is_cjk(key)]


def _share(wanted: set[str], held: set[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0


@lru_cache(maxsize=4)
def _opposites(language: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in (_OPPOSITES_EN if language == "en" else _OPPOSITES_ZH).split():
        first, second = pair.split(":")
        found.setdefault(first, set()).add(second)
        found.setdefault(second, set()).add(first)
    return {word: frozenset(others) for word, others in found.items()}


def _turned(asked: Asked, reading: Reading, question: str, start: int, language: str) -> dict[str, float]:
    """Negations and opposites that stand on one side only."""
    sentence = reading.sentence[start]
    inside = [at for at, number in enumerate(reading.sentence) if number == sentence]
    text = _text(reading, inside[0], inside[-1] + 1)
    said, wanted = _plain_words(text, language), _plain_words(question, language)
    table = _opposites(language)
    turned = sum(1 for word in wanted if word in table and word not in said and table[word] & (said - wanted))
    denies, denied = veto.negations(question) > 0, veto.negations(text) > 0
    return {
        "opposite": float(turned),
        "denied in question only": float(denies and not denied),
        "denied in passage only": float(denied and not denies),
        "denied in both": float(denied and denies),
    }


def _plain_words(text: str, language: str) -> frozenset[str]:
    if language == "zh":
        return frozenset(word for word in _opposites("zh") if word in text)
    found = re.findall(r"[a-z]+", text.casefold())
    return frozenset(found) | frozenset(key for key in read(text, "en").keys if key)


def _rivals(
    asked: Asked, over: Field, passage: str, table: Mapping[str, float], given: str, start: int, end: int, language: str
) -> dict[str, float]:
    """How the answer does beside the other spans of the passage that could be the answer."""
    reading = read(passage, language)
    near = over.near[1] + 0.5 * over.near[0]
    terms = set(asked.terms) | {char for term in asked.terms for char in term if is_cjk(char)}

    def score(first: int, last: int, kind: str) -> float:
        return float(near[max(0, first - 1) : last + 1].max()) + 0.25 * table.get(kind, 0.0)

    own = score(start, end, given)
    rivals = [
        (score(first, last, kind), kind)
        for first, last, kind in candidates(passage, language)
        if (last <= start or first >= end) and not all(not key or key in terms for key in reading.keys[first:last])
    ]
    alike = [value for value, kind in rivals if kind == given]
    best = max((value for value, _ in rivals), default=own)
    return {
        "rival margin": own - best,
        "rival rank": sum(value > own for value, _ in rivals) / (len(rivals) + 1),
        "rivals before": math.log1p(sum(value > own for value, _ in rivals)),
        "alike margin": own - max(alike) if alike else 0.5,
        "alike before": math.log1p(sum(value > own for value in alike)),
    }
