"""The terms a text is searched and compared by: stemmed words for alphabets, characters and their bigrams for Chinese.

One rule for mixed text: every run of letters gives stemmed words, every run of ideographs gives uni- and bigrams, so a
Chinese manual that names ``systemctl`` is found by either. Measured on the questions of SQuAD and CMRC (recall at 1 of
BM25, `python -m benchmarks.retrieval`): plain English words .83, without function words .85, stemmed .89; jieba words
for Chinese are no better than bigrams (.96) and cost a dictionary. The stemmer only strips inflections: Porter's longer
rules conflate words that a manual keeps apart (``generate``, ``generator``, ``general``).
"""

import re
from functools import lru_cache

from docqa.text import is_cjk, tokens

FUNCTION_WORDS = frozenset(
    "a an the of and to in is are was were be been being am for that with this by on it its as or at from what "
    "which who whom whose when where why how did does do done has have had having will would can could should "
    "shall may might into than then there their they them these those such also if so we you your our he she his "
    "her i".split()
)
"""English words that carry no content of their own; negations are judged by ``veto``."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Strip the inflection of a lower-case English word: ``valves``, ``fitted``, ``fitting`` to ``valv``, ``fit``."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return re.sub(r"['\u2019]s$", "", word)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]
    for suffix in ("ing", "ed"):
        base = word[: -len(suffix)]
        if word.endswith(suffix) and len(base) >= 3 and re.search("[aeiouy]", base):
            doubled = len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz"
            return base[:-1] if doubled else base.rstrip("e")
    return word.rstrip("e")


def terms(text: str) -> list[str]:
    """The terms of ``text`` in order, repetitions kept; a Chinese bigram follows its second character.

    No bigram joins ideographs across a mark or a Latin word.
    """
    found: list[str] = []
    previous = ""
    for word in tokens(text):
        if is_cjk(word):
            found.append(word)
            if previous:
                found.append(previous + word)
            previous = word
            continue
        previous = ""
        if word[0].isalnum() and word not in FUNCTION_WORDS:
            found.append(stem(word))
    return found
