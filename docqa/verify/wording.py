"""What verification compares texts by: their content, without the words that every question and answer has."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from docqa.quantities import in_digits
from docqa.terms import FUNCTION_WORDS, stem
from docqa.text import is_cjk, tokens, words

_CHINESE_FUNCTION = frozenset(
    "的地得了着过是是在和与及或等为之其该此这那有也都就而且并将把被由于以对从到向中上下内者所"
)
_PARTICLES = re.compile(
    "是怎[样樣][说說]明的|中?[关關][于於]|一章|[应應][当當]怎[么麼]做|可以怎[么麼]做|[会會]怎[么麼][样樣]|有什[么麼]作用|有什[么麼]要求|"
    "什么|什麼|哪些|哪个|哪個|哪种|哪種|哪里|哪裡|哪几|哪幾|哪|多少|多大|多长|多長|多久|多高|几|幾|如何|怎样|怎樣|怎么|怎麼"
    "|为何|為何|为什么|為什麼|何时|何時|何处|何|[吗呢嗎](?=[？?]|$)|请问|請問|请|請|谁|誰"
)


_FLAG = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")
"""An option of a command: ``-a``, ``--verbose``."""

_SHORT_FOR = {"qty": "quantity", "temp": "temperature", "max": "maximum", "approx": "approximately"}

_PLACES = re.compile(
    r"(?:according to|in|of|from) (?:the (?:table|section) )?“[^”]*”(?: (?:of|in) “[^”]*”)?"
    r"|(?:根据|根據|按照)?《[^》]*》(?:“[^”]*”)?(?:表|一节|一節|部分)?中?|(?:根据|根據)“[^”]*”(?:表|一节|一節|部分)?中?",
    re.IGNORECASE,
)


@lru_cache(maxsize=65536)
def content(text: str) -> frozenset[str]:
    """The content terms of a text: stemmed words, and pairs of neighbouring ideographs with no function word between.

    An ideograph that stands alone between function words counts by itself.
    """
    found = set(_FLAG.findall(text))
    run = ""
    for word in (*tokens(in_digits(text)), ""):
        if word and is_cjk(word) and word not in _CHINESE_FUNCTION:
            run += word
            continue
        found.update({run[at : at + 2] for at in range(len(run) - 1)} if len(run) > 1 else {run} - {""})
        run = ""
        if word and word[0].isalnum() and not is_cjk(word) and word not in FUNCTION_WORDS:
            found.add(_term(word))
    return frozenset(found)


@lru_cache(maxsize=16384)
def asked(question: str) -> frozenset[str]:
    """The content terms of a question, without what makes it a question."""
    return content(_PARTICLES.sub("，", question)) - _ASKING


@lru_cache(maxsize=16384)
def focus(question: str) -> frozenset[str]:
    """The content terms of a question without those that only say where its answer stands ("in the table “...”").

    All of them when it asks for nothing else.
    """
    return asked(without_place(question)) or asked(question)


def without_place(question: str) -> str:
    """The question without the phrases that only say where its answer stands."""
    return _PLACES.sub("，", question)


def _term(word: str) -> str:
    return stem(_SHORT_FOR.get(word, word))


_ASKING = frozenset(
    stem(word)
    for word in (
        "many much long often far list name state give describe explain tell say please must need following according "
        "mean stand define call know happen step steps"
    ).split()
)


SOFT = _ASKING | frozenset(
    stem(word)
    for word in "abbreviation acronym term purpose function role requirement reason cause limit not given under".split()
)
SOFT |= content(
    "作用，用途，含义，定义，要求，规定，目的，原因，应当做，应做，步骤，内容，情况，时间，是指，属于，有关，对应，應當做，規定，定義"
)
"""Terms of a question that may name what its answer is to be rather than what it is about."""


def uncovered(text: str, sources: Iterable[str]) -> frozenset[str]:
    """The content of ``text`` that stands in none of ``sources``.

    An ideograph is covered when a source has it beside one of its two neighbours, so that a text put together from
    spans is covered by them.
    """
    whole = "\n|\n".join(sources)  # or "MC 50-200" and "520 mm" would read on as 200,520
    known = frozenset(words_of(whole))
    missing: set[str] = set()
    found = words(in_digits(text))
    for at, word in enumerate(found):
        if is_cjk(word):
            beside = {found[at - 1] + word if at else "", "".join(found[at : at + 2])}
            if word not in _CHINESE_FUNCTION and not beside & known:
                missing.add(word)
        elif word not in FUNCTION_WORDS and _term(word) not in known:
            missing.add(word)
    return frozenset(missing)


@lru_cache(maxsize=16384)
def words_of(text: str) -> frozenset[str]:
    """Stems, ideographs and pairs of ideographs: what ``uncovered`` looks for."""
    found = words(in_digits(text))
    pairs = {a + b for a, b in pairwise(found) if is_cjk(a) or is_cjk(b)}
    return frozenset({word if is_cjk(word) else _term(word) for word in found} | pairs)
