"""Whether a question can be found in the whole corpus, and how its place is named when it cannot.

"What is the maximum pressure?" has as many answers as the corpus has pumps. A name or an identifier makes a question
specific, and so do enough uncommon words; any other is asked about with its document, and if need be its section,
named in front. Where neither has a usable name there is no question.
"""

import re
from functools import lru_cache

from docqa.generate.extractive import places
from docqa.generate.extractive.english_grammar import MODALS, tagged
from docqa.records import Chunk
from docqa.terms import FUNCTION_WORDS

_ENOUGH, _SOME = 5, 3
"""Content words that find a question in a corpus by themselves, and with its title alone; chosen by reading."""

_GENERIC = frozenset(
    "program package command system option user file name value number part directory tool result case example "
    "way method process procedure operation section document manual chapter developer maintainer problem list set "
    "type data information time work change content configuration script version source output input line text "
    "code function feature bank customer account product party fee interest amount pump unit machine equipment "
    "component operator person staff paper study author approach model student course project software library "
    "test requirement apply need happen purpose use effect default condition limit certain different various "
    "other many main general good new first second third last only also whole entire all each every any both "
    "finding long often much choice include within".split()
)
_GENERIC_HEADING = re.compile(
    r"^(?:introduction|overview|general|notes?|tips?|examples?|summary|background|scope|purpose|description|name|"
    r"synopsis|options|contents|preface|references|acknowledge?ments?|abstract|conclusions?|statement of need|"
    r"usage|features?|remarks?|warning|caution|others?|misc.*|more.*|.*\bnotes?)$",
    re.IGNORECASE,
)
_KIND_OF_DOCUMENT = re.compile(
    r"^(?!the\b)[A-Z].*\b(?:Manual|Guide|Handbook|Procedure|Policy|Standard|Sheet|Agreement|Regulations?|Rules|Terms|"
    r"Specification|Instructions|Tutorial|Report)$"
)
_PARTY = re.compile(
    r"\b(?:the|an?) (?:customer|bank|company|supplier|contractor|account holder|student|course|patient)\b"
)
"""Of whom only one document speaks; another bank has other duties."""
_NOT_LATIN = re.compile(r"[\u0370-\uffff](?<![\u2010-\u2122])")
_NAMED_BY = re.compile(
    r"([a-z][\w+.-]+) (?:command|program|package|tool|utility|script|file|option|function|module|class|variable|"
    r"library|directory)\b"
)


def placed(question: str, chunk: Chunk) -> str:
    """The question with as much of its place as it needs in front; "" where it needs a place and none has a name.

    Args:
        question: as it reads in mid sentence, with its question mark.
    """
    content = _content(question)
    # A word that no dictionary has tells as much as two that it has.
    weight = len(content) + sum(word.isalpha() and not _known(word) for word in content)
    if not _PARTY.search(question) and (_is_named(question) or weight >= _ENOUGH):
        return _upper(question)
    heading, title = _heading(chunk), _document(chunk)
    if title and heading and weight < _SOME:
        return f"According to the section “{heading}” of {title}, {question}"
    if title:
        return f"According to {title}, {question}"
    return f"According to the section “{heading}”, {question}" if len(heading.split()) > 1 else ""


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _heading(chunk: Chunk) -> str:
    heading = places.section(chunk)
    if _GENERIC_HEADING.match(heading) or len(heading.split()) > 9 or "?" in heading or _NOT_LATIN.search(heading):
        return ""
    return heading


def _document(chunk: Chunk) -> str:
    title = places.title(chunk)
    if not title or _NOT_LATIN.search(title):
        return ""
    return f"the {title}" if _KIND_OF_DOCUMENT.match(title) and ":" not in title else f"“{title}”"


def _is_named(question: str) -> bool:
    """Whether a name or identifier stands in the question: "MC 40-160", "debian/rules", "the quilt command"."""
    words = re.findall(r"[\w./+$-]*\w", question)[1:]
    if any(word[0].isupper() or re.search(r"[a-z][A-Z]\w\w|\w\w[/_.]\w\w|[A-Za-z]\d", word) for word in words):
        return True
    named = [match.group(1) for match in _NAMED_BY.finditer(question)]
    return any(_kind(word) not in ("JJ", "DT", "VBN", "VBG", "IN", "VB") and word not in _GENERIC for word in named)


@lru_cache(maxsize=4096)
def _kind(word: str) -> str:
    from lemminflect import getAllLemmas

    if set(getAllLemmas(word)) & {"ADJ", "ADV"}:
        return "JJ"
    return tagged(word)[0][1]


@lru_cache(maxsize=4096)
def _known(word: str) -> bool:
    """Whether a small word is in the dictionary; one that is not is a program's or product's name."""
    from lemminflect import getAllLemmas
    from textblob.en import lexicon

    return word in lexicon or word in MODALS or word in FUNCTION_WORDS or bool(getAllLemmas(word))


@lru_cache(maxsize=4096)
def _content(question: str) -> frozenset[str]:
    """The words that tell the question from others: no function words, none that half the corpus uses."""
    words = re.findall(r"[\w-]+", question.casefold())
    plain = {word[:-1] if word.endswith("s") and word[:-1] in _GENERIC else word for word in words}
    return frozenset(word for word in plain if word not in FUNCTION_WORDS | _GENERIC | MODALS and len(word) > 2)
