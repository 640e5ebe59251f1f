"""What ``support`` looks at, as plain numbers with readable names; the weights in support.toml name exactly these.

What was tried and won nothing (AUROC on SQuAD's questions without an answer, mean of both halves): whether neighbouring
words of the question stay neighbours (.00), whether another word stands between two of them (-.005), how many terms are
left and right of the answer (-.01), and fitting on questions with a word exchanged by rule as well (.00; on these
instead of the human ones -.07).
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from docqa import veto
from docqa.quantities import numbers
from docqa.text import is_cjk
from docqa.verify.support_field import Field, Floats, candidates, field, says_again
from docqa.verify.support_question import Asked, answer_class, ask, bare
from docqa.verify.support_reading import Reading, read

Kinds = Mapping[str, Mapping[str, float]]
"""For what is asked for (``date``), how much more often than by chance each kind of answer is right, as a logarithm."""

LOCAL = (
    "near beside",
    "near clause",
    "near sentence",
    "sentence share",
    "kind fits",
    "noun asked for beside",
    "cue before",
    "same words left",
    "same words right",
)
"""What spans of one passage are compared by."""


@dataclass(frozen=True)
class Learned:
    """What features need that was fitted before their weights: the table of kinds, and the weights of ``LOCAL``."""

    kinds: Kinds
    rivals: Mapping[str, float]


@dataclass(frozen=True)
class Look:
    """An answer at one place of a passage, with all that features are made of; ``end`` is behind its last word."""

    asked: Asked
    reading: Reading
    over: Field
    question: str
    answer: str
    passage: str
    language: str
    start: int
    end: int
    fits: Mapping[str, float]

    @property
    def sentence(self) -> int:
        """The number of the sentence in which the answer begins."""
        return self.reading.sentence[self.start]

    @property
    def kind(self) -> str:
        """The kind of thing the answer is."""
        return answer_class(self.answer, self.language)


def look(question: str, answer: str, passage: str, place: tuple[int, int], kinds: Kinds, language: str) -> Look:
    """An answer at its place; the answer is taken without the words in which it says the question again."""
    asked = ask(question, language)
    return Look(
        asked=asked,
        reading=read(passage, language),
        over=field(question, passage, language),
        question=question,
        answer=bare(question, answer, language),
        passage=passage,
        language=language,
        start=place[0],
        end=place[1],
        fits=kinds.get(asked.expected, {}),
    )


def features(at: Look, rivals: Mapping[str, float]) -> dict[str, float]:
    """The features of an answer at one place of a passage."""
    return {**_nearness(at), **_missing(at), **_answer(at), **_turned(at), **_rivals(at, rivals)}


def _nearness(at: Look) -> dict[str, float]:
    """How much of the question stands how near the answer."""
    over, sentence = at.over, at.sentence
    around = over.weights @ over.inside[:, max(0, sentence - 1) : sentence + 2].max(axis=1)
    others = np.delete(over.shares, sentence).max(initial=0.0)
    total = float(over.weights @ over.strength)
    own = float(over.shares[sentence])
    return {
        "near beside": over.best(0, at.start, at.end),
        "near clause": over.best(1, at.start, at.end),
        "near sentence": over.best(2, at.start, at.end),
        "sentence share": own,
        "sentences around share": float(around),
        "sentence below best": own - float(others),
        "passage share": total,
        "sentence of found": own / total if total else 0.0,
        "mean distance": _mean_distance(at),
    }


def _mean_distance(at: Look) -> float:
    """The mean logarithm of how many words the question's terms are away, of those that the passage has."""
    known = at.over.strength > 0
    if not known.any():
        return 6.0
    steps = at.over.distance[known, max(0, at.start - 1) : at.end + 1].min(axis=1)
    weights = at.over.weights[known]
    return float(weights @ np.log1p(steps) / weights.sum())


def _missing(at: Look) -> dict[str, float]:
    """How much of the question stands nowhere in the passage, and how much in other sentences only."""
    over = at.over
    absent = over.strength == 0
    elsewhere = ~absent & (over.inside[:, at.sentence] == 0)
    found: dict[str, float] = {}
    for name, mask in _word_kinds(at.asked, at.language).items():
        found[f"missing {name}"] = float(absent[mask].sum())
        found[f"elsewhere {name}"] = float(elsewhere[mask].sum())
    lost = at.asked.numbers - numbers(at.reading.text).keys() if at.asked.numbers else frozenset()
    return {
        **found,
        "missing numbers": float(len(lost)),
        "heaviest missing": float(over.weights[absent].max(initial=0.0)),
        "terms": float(len(at.asked.terms)),
    }


def _word_kinds(asked: Asked, language: str) -> dict[str, list[bool]]:
    """Which of the question's terms are names, verbs, nouns and others; Chinese words are not told apart."""
    tagged = dict(zip(asked.reading.keys, asked.reading.tags, strict=True))
    kinds = {"VB": "verb", "NN": "noun"}
    told = ["name" if term in asked.names else kinds.get(tagged.get(term, "")[:2], "other") for term in asked.terms]
    names = ("name", "verb", "noun", "other") if language == "en" else ("name", "other")
    return {name: [kind == name for kind in told] or [False] for name in names}


def _answer(at: Look) -> dict[str, float]:
    """Whether the answer is the kind of thing that is asked for."""
    asked, said = at.asked, read(at.answer, at.language)
    keys = [key for key in said.keys if key]
    known = set(asked.terms) | {char for term in asked.terms for char in term if is_cjk(char)}
    echoed = sum(key in known for key in keys) / len(keys) if keys else 1.0
    size = math.log1p(len(said.words))
    found = {
        "kind fits": at.fits.get(at.kind, 0.0),
        "answer echoes question": echoed,
        "answer is in question": float(echoed == 1.0),
        "noun asked for in answer": float(not set(asked.head).isdisjoint(keys)),
        "noun asked for beside": _named_beside(at, at.start, at.end),
        "answer ends in noun asked for": float(bool(keys) and keys[-1] in asked.head),
        "answer length": size,
        "long for who, when, where, how many": size * (asked.expected in ("who", "date", "number", "where")),
        "cue before": _cue(at, at.start),
        "same words right": _same_words(asked.reading, asked.asks[1] - 1, at.reading, at.end - 1, 1),
    }
    if at.language == "zh":
        left = _same_words(asked.reading, asked.asks[0], at.reading, at.start, -1)
        return {**found, "same words left": left}
    return {**found, **_side(at)}


def _named_beside(at: Look, start: int, end: int) -> float:
    head = at.asked.head[-1:]
    return float(bool(head) and head[0] in at.reading.keys[max(0, start - 3) : end + 3])


_CUES = {
    ("en", "why"): r"(?:because|due to|since|as|so that|to|for|result of|reason\w*)\W*(?:the |of )?$",
    ("en", "who"): r"(?:by|,|named|called|president|king|general)\s*$",
    ("en", "where"): r"(?:in|at|on|near|from|to|of|through|into)\W+(?:the |a )?$",
    ("en", "date"): r"(?:in|on|since|by|until|from|around|during|circa|between|\()\W*(?:the |early |late |about )*$",
    ("en", "how"): r"(?:by|through|using|via|with)\W+$",
    ("zh", "why"): "(?:因|因[为為]|由[于於]|[为為]了|[于於]|基于|原因是|原因[为為])$",
    ("zh", "who"): "(?:由|被|是|[为為]|[与與和]|者|人|家|任|，|：)$",
    ("zh", "where"): "(?:在|[于於]|至|到|自|往|[从從]|[属屬])$",
    ("zh", "date"): "(?:在|[于於]|自|到|至|[从從]|，|（|[,(]|是)$",
    ("zh", "how"): "(?:通过|[为為]|以|用|利用|[来來]|，)$",
}
"""What stands right before an answer to each kind of question."""

CUE_CHANCE = 0.3
"""How often it stands there by chance, about: without a cue, an answer to these questions is below the others."""


def _cue(at: Look, start: int) -> float:
    pattern = _CUES.get((at.language, at.asked.expected))
    if pattern is None:
        return 0.0
    before = at.reading.places[start][0]
    cued = re.search(pattern, at.reading.text[max(0, before - 20) : before], re.IGNORECASE)
    return float(bool(cued)) - CUE_CHANCE


MOST_SAME = 6


def _same_words(question: Reading, at: int, passage: Reading, beside: int, step: int) -> float:
    """How many words in a row beside the answer are those beside the question word, as a share of six.

    A Chinese question keeps the order of the statement: 插画家是谁 is answered where 插画家是 stands before.
    """
    same = 0
    while same < MOST_SAME:
        at, beside = at + step, beside + step
        if not (0 <= at < len(question.words) and 0 <= beside < len(passage.words)):
            break
        if question.words[at].casefold() != passage.words[beside].casefold():
            break
        same += 1
    return same / MOST_SAME


def _side(at: Look) -> dict[str, float]:
    """Whether an English answer stands on the side that the question's order asks for: "who built" before "built"."""
    span = 9
    wanted = {key for key in at.asked.reading.keys[at.asked.asks[1] : at.asked.asks[1] + span] if key}
    before = wanted & set(at.reading.keys[max(0, at.start - span) : at.start])
    after = wanted & set(at.reading.keys[at.end : at.end + span])
    share = (len(after) - len(before)) / len(wanted) if wanted else 0.0
    return {
        "subject before": share if at.asked.subject is True else 0.0,
        "object after": share if at.asked.subject is False else 0.0,
    }


# ------------------------------------------------------------------------------------------ negations and opposites

_OPPOSITES = {
    "en": (
        "first:last first:second increase:decrease increase:reduce rise:fall grow:shrink before:after north:south "
        "east:west northern:southern eastern:western large:small largest:smallest big:small great:less high:low "
        "higher:lower highest:lowest most:least more:less more:fewer early:late earlier:later earliest:latest "
        "begin:end start:end open:close win:lose victory:defeat succeed:fail success:failure accept:reject "
        "support:oppose friend:enemy male:female man:woman boy:girl old:new old:young oldest:newest young:elder "
        "strong:weak positive:negative internal:external inside:outside upper:lower left:right public:private "
        "undergraduate:graduate maximum:minimum above:below over:under include:exclude allow:prevent "
        "permit:forbid cause:prevent attack:defend buy:sell import:export arrive:leave enter:exit always:never "
        "all:none many:few same:different similar:different rich:poor hot:cold dry:wet fast:slow long:short "
        "wide:narrow thick:thin active:inactive moderate:radical create:destroy build:destroy construct:destroy "
        "gain:lose ally:enemy good:bad better:worse best:worst easy:difficult simple:complex "
        "efficient:inefficient legal:illegal stable:unstable common:rare usual:unusual natural:artificial "
        "innate:adaptive static:kinetic absolute:relative direct:indirect dependent:independent known:unknown "
        "possible:impossible parallel:perpendicular constant:variable "
    ),
    "zh": (
        "第一:最后 最早:最晚 增加:减少 提高:降低 上升:下降 之前:之后 以前:以后 北部:南部 东部:西部 北:南 "
        "东:西 最大:最小 最高:最低 大:小 高:低 多:少 早:晚 长:短 男:女 开始:结束 内:外 左:右 上:下 "
        "胜利:失败 成功:失败 进口:出口 公立:私立 新:旧 支持:反对 正面:负面 上游:下游 上半:下半 增大:减小 "
        "允许:禁止 可以:不可以 赢:输 买:卖 "
    ),
}
"""Questions without an answer are often made by exchanging one for the other (Rajpurkar et al. 2018, table 1)."""


@lru_cache(maxsize=2)
def _opposites(language: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES[language].split():
        first, second = pair.split(":")
        found.setdefault(first, set()).add(second)
        found.setdefault(second, set()).add(first)
    return {word: frozenset(others) for word, others in found.items()}


def _turned(at: Look) -> dict[str, float]:
    """Negations and opposites that stand on one side only."""
    numbered = at.reading.sentence
    first = numbered.index(at.sentence)
    text = at.reading.extract(first, len(numbered) - numbered[::-1].index(at.sentence))
    said, wanted = _plain_words(text, at.language), _plain_words(at.question, at.language)
    table = _opposites(at.language)
    turned = sum(bool(table.get(word, frozenset()) & (said - wanted)) for word in wanted - said)
    turned += sum(not _denials(word).isdisjoint(said) for word in wanted - said)
    turned += sum(word.startswith("non-") and word[4:] in wanted for word in said - wanted)
    denies, denied = veto.negations(at.question) > 0, veto.negations(text) > 0
    return {
        "opposite": float(turned),
        "denied in question only": float(denies and not denied),
        "denied in passage only": float(denied and not denies),
        "denied in both": float(denied and denies),
    }


def _denials(word: str) -> set[str]:
    return {f"non-{word}", f"un{word}", f"in{word}"} if len(word) > 3 and word.isascii() else set()


@lru_cache(maxsize=2048)
def _plain_words(text: str, language: str) -> frozenset[str]:
    if language == "zh":
        return frozenset(word for word in _opposites("zh") if word in text)
    found = re.findall(r"[a-z]+(?:-[a-z]+)*", text.casefold())
    return frozenset(found) | frozenset(key for key in read(text, "en").keys if key)


# ------------------------------------------------------------------------------------------------- what else would do


def compared(at: Look) -> tuple[list[float], list[list[float]], list[str]]:
    """``LOCAL`` of the answer, of each other span of the passage that could be one, and the kinds of those."""
    spans = [
        (start, end, kind)
        for start, end, kind in candidates(at.passage, at.language)
        if (end <= at.start or start >= at.end) and not says_again(at.asked, at.reading, start, end)
    ]
    own = _local(at, at.start, at.end, at.kind)
    return own, [_local(at, *span) for span in spans], [kind for _, _, kind in spans]


def _local(at: Look, start: int, end: int, kind: str) -> list[float]:
    question, asks = at.asked.reading, at.asked.asks
    return [
        at.over.best(0, start, end),
        at.over.best(1, start, end),
        at.over.best(2, start, end),
        float(at.over.shares[at.reading.sentence[start]]),
        at.fits.get(kind, 0.0),
        _named_beside(at, start, end),
        _cue(at, start),
        _same_words(question, asks[0], at.reading, start, -1) if at.language == "zh" else 0.0,
        _same_words(question, asks[1] - 1, at.reading, end - 1, 1),
    ]


def _rivals(at: Look, learned: Mapping[str, float]) -> dict[str, float]:
    """How the answer does beside the other spans of the passage."""
    weights: Floats = np.array([learned[name] for name in LOCAL])
    row, rows, kinds = compared(at)
    own = float(np.array(row) @ weights)
    scores: Floats = np.array(rows) @ weights if rows else np.zeros(0)
    alike = _of_kind(scores, kinds, at.kind)
    ahead = int((scores > own).sum())
    return {
        "rival margin": own - float(scores.max()) if len(scores) else 0.0,
        "rival rank": ahead / (len(scores) + 1),
        "rivals before": math.log1p(ahead),
        "rival share": -math.log1p(float(np.exp(np.clip(scores - own, -30, 30)).sum())),
        "margin over its kind": own - float(alike.max()) if len(alike) else 0.5,
        "its kind before": math.log1p(int((alike > own).sum())),
    }


def _of_kind(scores: Floats, kinds: Sequence[str], kind: str) -> Floats:
    return scores[[other == kind for other in kinds]] if len(scores) else scores
