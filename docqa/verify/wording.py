"""What verification compares texts by: their content, without the words that every question and answer has."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from docqa.terms import FUNCTION_WORDS, stem
from docqa.text import is_cjk, words

_CHINESE_FUNCTION = frozenset("的地得了着过是在和与及或等为之其该此这那有也都就而且并将把被由于以对从到向中上下内者所")
_PARTICLES = re.compile(
    "什么|哪些|哪个|哪种|哪里|哪几|哪|多少|多大|多长|多久|多高|几|如何|怎样|怎么|为何|为什么|何时|何处|何|吗|呢|请问|请|谁"
)


@lru_cache(maxsize=65536)
def content(text: str) -> frozenset[str]:
    """The content terms of a text: stemmed words, and pairs of neighbouring ideographs with no function word between.

    An ideograph that stands alone between function words counts by itself.
    """
    found: set[str] = set()
    run = ""
    for word in (*words(text), ""):
        if word and is_cjk(word) and word not in _CHINESE_FUNCTION:
            run += word
            continue
        found.update({run[at : at + 2] for at in range(len(run) - 1)} if len(run) > 1 else {run} - {""})
        run = ""
        if word and not is_cjk(word) and word not in FUNCTION_WORDS:
            found.add(stem(word))
    return frozenset(found)


@lru_cache(maxsize=16384)
def asked(question: str) -> frozenset[str]:
    """The content terms of a question, without what makes it a question."""
    return content(_PARTICLES.sub("，", question)) - _ASKING


_ASKING = frozenset(
    stem(word)
    for word in (
        "many much long often far list name state give describe explain tell say please must need following according "
        "mean stand define call know purpose happen step steps"
    ).split()
)


def uncovered(text: str, sources: Iterable[str]) -> frozenset[str]:
    """The content of ``text`` that stands in none of ``sources``.

    An ideograph is covered when a source has it beside one of its two neighbours, so that a text put together from
    spans is covered by them.
    """
    whole = "\n".join(sources)
    known = frozenset(words_of(whole))
    missing: set[str] = set()
    found = words(text)
    for at, word in enumerate(found):
        if is_cjk(word):
            beside = {found[at - 1] + word if at else "", "".join(found[at : at + 2])}
            if word not in _CHINESE_FUNCTION and not beside & known:
                missing.add(word)
        elif word not in FUNCTION_WORDS and stem(word) not in known:
            missing.add(word)
    return frozenset(missing)


@lru_cache(maxsize=16384)
def words_of(text: str) -> frozenset[str]:
    """Stems, ideographs and pairs of ideographs: what ``uncovered`` looks for."""
    found = words(text)
    pairs = {a + b for a, b in pairwise(found) if is_cjk(a) or is_cjk(b)}
    return frozenset({word if is_cjk(word) else stem(word) for word in found} | pairs)
