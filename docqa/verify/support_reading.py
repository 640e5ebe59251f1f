"""A text as ``support`` reads it: words with their places, what each is compared by, where each stands.

English words are lemmas (``wrote`` is ``write``) with their part of speech from textblob's bundled lexicon; Chinese is
characters and their bigrams. Kept per text, since a passage comes back for its other questions.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from docqa.quantities import plain
from docqa.terms import FUNCTION_WORDS, stem
from docqa.text import CJK, is_cjk, sentences

WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:[.,'\u2019/+-][^\W_{CJK}]+)*|[^\s\w]")
_SMALL = FUNCTION_WORDS | frozenset(
    "not no n't 's s about after before during under over between through against up out off while but because until "
    "use used using many much other some any most more such only own same very just both each few all one".split()
)
"""English words that are no content, prepositions included."""

ROOT = 5
"""Two words with so many first letters in common are of one root: ``invent``, ``invention``, ``inventor``."""


@dataclass(frozen=True)
class Reading:
    """A text by its words.

    Attributes:
        text: ``plain`` text, to which the places refer.
        words: as they stand there, punctuation included.
        keys: what each word is compared by; "" for function words and punctuation.
        places: start and end of each word.
        sentence: the number of each word's sentence.
        tags: part of speech of each word (English), "" otherwise.
        found: where each key, each Chinese bigram and each root (behind ``~``) stands.
    """

    text: str
    words: tuple[str, ...]
    keys: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    sentence: tuple[int, ...]
    tags: tuple[str, ...]
    found: dict[str, tuple[int, ...]]

    def extract(self, start: int, end: int) -> str:
        """The text from one word to the one before another."""
        return self.text[self.places[start][0] : self.places[end - 1][1]]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The words that stand between two places of the text."""
        first = bisect_right([place[1] for place in self.places], start)
        last = bisect_left([place[0] for place in self.places], end)
        return first, max(last, first + 1)


@lru_cache(maxsize=512)
def read(text: str, language: str) -> Reading:
    """The reading of a passage, a question or an answer."""
    text = plain(text)
    matches = list(WORD.finditer(text))
    words = tuple(match.group() for match in matches)
    places = tuple(match.span() for match in matches)
    ends = [end for _, end in sentences(text, language)]
    keys = tuple(key_of(word) for word in words)
    tags = _tags(words) if language == "en" else ("",) * len(words)
    found: dict[str, list[int]] = {}
    for at in range(len(keys)):
        for name in _names_of(keys, words, at):
            found.setdefault(name, []).append(at)
    return Reading(
        text=text,
        words=words,
        keys=keys,
        places=places,
        sentence=tuple(bisect_left(ends, end) for _, end in places),
        tags=tags,
        found={name: tuple(at) for name, at in found.items()},
    )


def _names_of(keys: Sequence[str], words: Sequence[str], at: int) -> Iterator[str]:
    key = keys[at]
    if not key:
        return
    yield key
    if is_cjk(key):
        if at + 1 < len(words) and is_cjk(words[at + 1]):
            yield key + words[at + 1]
    elif len(key) > ROOT:
        yield root(key)


def root(key: str) -> str:
    """What words of one root have in common."""
    return f"~{key[:ROOT]}"


@lru_cache(maxsize=65536)
def key_of(word: str) -> str:
    if not word[0].isalnum():
        return ""
    if is_cjk(word):
        return word
    word = word.casefold().removesuffix("'s").removesuffix("\u2019s")
    if word in _SMALL or (len(word) == 1 and not word.isdigit()):
        return ""
    return stem(_lemma(word)) if word.isascii() and word.isalpha() else word


@lru_cache(maxsize=65536)
def _lemma(word: str) -> str:
    from lemminflect import getAllLemmas

    found = getAllLemmas(word)
    for kind in ("VERB", "NOUN", "ADJ"):
        if kind in found:
            return str(found[kind][0])
    return word


def _tags(words: Sequence[str]) -> tuple[str, ...]:
    from textblob.en import tag

    tagged = tag(" ".join(words), tokenize=False)
    return tuple(tag for _, tag in tagged) if len(tagged) == len(words) else ("",) * len(words)
