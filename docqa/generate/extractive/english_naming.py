"""Whether a question names its subject well enough to be found in a whole corpus, and what to add where it does not."""

import re

from docqa.generate.extractive import places
from docqa.generate.extractive.english_grammar import tagged
from docqa.records import Chunk

_GENERIC = frozenset(
    "program package packages command option options user users system file files file name value number part parts "
    "directory tool result case example way method process procedure operation section document manual chapter "
    "developer maintainer problem list set type data information time work change changes content contents "
    "configuration script version source output input line text code function feature bank customer account product "
    "party parties fee interest amount pump unit machine equipment component operator person staff paper study author "
    "authors work approach model students student course project software library test tests".split()
)
_GENERIC_HEADING = re.compile(
    r"^(?:introduction|overview|general|notes?|tips?|examples?|summary|background|scope|purpose|description|name|"
    r"synopsis|options|contents|preface|references|acknowledge?ments?|abstract|conclusions?|statement of need|"
    r"usage|features?|remarks?|warning|caution|others?|misc.*|more.*|.*\bnotes?)$",
    re.IGNORECASE,
)


def placed(question: str, subject: str, chunk: Chunk) -> str:
    """The question, with its section and document named unless its subject is found without; "" when neither helps."""
    if specific(subject):
        return question
    heading, title = places.section(chunk), places.title(chunk)
    if _GENERIC_HEADING.match(heading) or len(heading.split()) > 9 or "?" in heading:
        heading = ""
    if heading and title:
        place = f"According to the section “{heading}” of “{title}”, "
    elif heading:
        place = f"According to the section “{heading}”, "
    elif title:
        place = f"According to “{title}”, "
    else:
        return ""
    return place + question[0].lower() + question[1:]


def specific(subject: str) -> bool:
    """Whether the words can be found in a corpus: a name, an identifier, or two uncommon content words."""
    words = re.findall(r"[\w./+-]+", subject)
    for at, word in enumerate(words):
        if (re.search(r"\d", word) and re.search(r"[A-Za-z]", word)) or re.search(r"[a-z][A-Z]|^[A-Z]{2,}$", word):
            return True
        if at and word[0].isupper():
            return True
    content = {
        word.lower()
        for word, (_, kind) in zip(words, tagged(" ".join(words)), strict=False)
        if kind[:2] in ("NN", "JJ", "VB") and word.lower() not in _GENERIC and len(word) > 2
    }
    return len(content) >= 2
