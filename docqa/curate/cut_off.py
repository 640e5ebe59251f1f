"""Answers that stop where nobody stops."""

import re
from collections.abc import Iterator

from docqa.records import QAItem
from docqa.text import CJK, normalize, words

OPEN_WORDS = frozenset(
    "a an the and or but of in on at by for from to with into as than that which who whose is are was were be been has "
    "have had can may must shall should will would if when while because although".split()
)
"""English words that nothing ends on."""

_GOES_ON_EN = frozenset(
    "and or but when if which where because unless so before after while although though by for with".split()
)
_GOES_ON_ZH = re.compile("而|但|并|且|因此|所以|以及|然后|后来|如果|不过")
_OPEN_END_ZH = re.compile(
    "[和与或及在对把被将由从向为以其并而则因]|以及|或者|并且|应当?|必须|不得|可以|需要|负责|通过|按照|根据|进行|使用"
)


def cut_off(answer: str, item: QAItem) -> str:
    """``answer cut off`` for one that stops inside a word or a clause of its quote, or on an open word; else ""."""
    last = re.search(r"([^\W\d_]+)\W*$", answer)
    open_word = item.language != "zh" and last and last[1] in OPEN_WORDS and len(words(answer)) > 2
    open_word = open_word and answer[-1] not in ".!?"  # "from April on."
    if answer[-1] in ",，、(（-—" or (open_word and not re.search(r"[”\"']\W*$", answer)):
        return "answer cut off"
    bare = answer.rstrip(".。…")
    stops = [
        _stops_midway(quote[:at], bare, quote[at + len(bare) :])
        for quote in (normalize(evidence.quote) for evidence in item.evidence)
        for at in _places(bare, quote)
    ]
    return "answer cut off" if stops and all(stops) else ""


def _places(part: str, text: str) -> Iterator[int]:
    """Where ``part`` stands in ``text``."""
    at = text.find(part)
    while at >= 0 and part:
        yield at
        at = text.find(part, at + len(part))


def _stops_midway(before: str, said: str, rest: str) -> bool:
    """Whether ``said``, between ``before`` and ``rest`` in its quote, ends inside a word or, begun whole, a clause."""
    tail = re.match(r"[a-zA-Z]*", rest)
    if tail and tail.group() and said[-1].isascii() and said[-1].isalpha():
        return tail.group() not in ("s", "es") and not re.search(r"[^\W_]$", before)
    begins = not before or bool(re.search(r"[.。!?！？;；:：\n]\s*$", before))
    following = re.match(r"\s*([^\W\d_]+)", rest)
    if begins and following and re.match(f"[{CJK}]", rest):
        clause = len(words(said)) >= 12 and re.search("[,，;；]", said) and not _GOES_ON_ZH.match(rest)
        return bool(clause) or (len(words(said)) > 5 and _inside_a_word(said, rest))
    if not begins or not following or len(words(said)) < 12:
        return False
    return following[1].casefold() not in _GOES_ON_EN


def _inside_a_word(before: str, after: str) -> bool:
    """Whether no Chinese word ends between the two; an open word before it ("由班长负责") needs what comes after."""
    import jieba

    jieba.setLogLevel("ERROR")
    clause = re.split("[，。；：、,;:]", before)[-1]
    at = 0
    for word in jieba.cut(clause + after[:4], HMM=False):
        at += len(word)
        if at >= len(clause):
            return at > len(clause) or bool(_OPEN_END_ZH.fullmatch(word))
    return False
