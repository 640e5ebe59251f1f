"""English questions from sentences: each template knows one form of sentence and asks what that form answers.

Only sentences that stand by themselves are asked about (``english_sentences``), and the answer is always the sentence,
so nothing is made up; the templates are in ``english_facts`` and ``english_rules``. A question that is not specific
enough to be found in the whole corpus is asked with its document or section named (``subject``).
"""

import re
from collections.abc import Callable, Iterator

from docqa.generate.extractive.english_facts import (
    cause,
    default,
    definition,
    does,
    effect,
    passive,
    purpose,
    quantity,
    when,
    within,
)
from docqa.generate.extractive.english_grammar import Asked
from docqa.generate.extractive.english_rules import (
    happens,
    how_can_you,
    need_you,
    obliged,
    only,
    ordered,
    told,
    why_should_you,
)
from docqa.generate.extractive.english_sentences import Sentence, capitalised, sentence
from docqa.generate.extractive.patterns import Draft
from docqa.generate.extractive.places import title
from docqa.generate.extractive.subject import placed
from docqa.records import Chunk
from docqa.terms import terms
from docqa.text import sentences

_TEMPLATES: tuple[Callable[[Sentence], Asked], ...] = (
    how_can_you,
    only,
    purpose,
    default,
    cause,
    quantity,
    definition,
    within,
    obliged,
    when,
    effect,
    passive,
    does,
    happens,
    told,
    ordered,
)
_TO_THE_READER: tuple[Callable[[Sentence], Asked], ...] = (how_can_you, why_should_you, need_you, told, happens)

_MARKER = re.compile(r"(?:[•◦▪‣*–-]|\(?\w{1,2}[.)])\s+")
_ACRONYM = re.compile(
    r"((?:[A-Za-z][a-z]+[ -](?:(?:of|and|for|the|in|on|to) )?){1,6}[A-Za-z][a-z]+)\s\(([A-Z][A-Za-z]{1,6})s?\)"
)
_BAD_IN_QUESTION = re.compile(
    r"\b(?:it|they|them|this|these|those|that is|above|below|also)\b|^(?!.*\byou\b).*\byour\b|,$|\s,"
)
_LEAST_ADDED = {
    "does": 4,
    "can": 4,
    "does-object": 4,
    "definition": 3,
    "purpose": 3,
    "must": 3,
    "requirement": 2,
    "happens": 2,
}
"""Content words that an answer must have and its question not; "The program should be useful" tells too little."""
_LONGEST = 220
_MOST_PERMITTED = 1
_SAID = {"no": "No. ", "yes": "Yes. "}


def questions(chunk: Chunk) -> Iterator[Draft]:
    """Yield the drafts of one chunk's paragraphs and sentence-like list items, in reading order."""
    names = capitalised(chunk.text)
    drafts = [
        draft
        for piece in chunk.pieces
        if piece.kind in ("paragraph", "list")
        for start, end in _spans(chunk.text, piece.start, piece.end)
        for draft in _drafts(chunk, start, end, names)
    ]
    answers: dict[str, set[str]] = {}
    for draft in drafts:
        answers.setdefault(draft.question, set()).add(draft.answer)
    # Two answers to one question are each only half of one; and a reader who is only told yes learns to say yes.
    permitted = [draft for draft in drafts if draft.template == "yes"]
    yield from (
        draft for draft in drafts if len(answers[draft.question]) == 1 and draft not in permitted[_MOST_PERMITTED:]
    )


def _spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of ``text[start:end]``, the list marker left out."""
    marker = _MARKER.match(text, start, end)
    first = marker.end() if marker else start
    for begin, stop in sentences(text[first:end], "en"):
        yield first + begin, first + stop


def _drafts(chunk: Chunk, start: int, end: int, names: frozenset[str]) -> Iterator[Draft]:
    """At most one question a sentence, by the first template that fits; acronyms besides."""
    text = chunk.text[start:end]
    yield from (Draft("acronym", question, answer, ((start, end),)) for question, answer in _acronyms(text, chunk))
    found = sentence(text, names)
    if found is None:
        return
    addressed = re.search(r"\b(?:you|yourself)\b", f"{found.front} {found.text}")
    for template in _TO_THE_READER if addressed else _TEMPLATES:
        if (asked := template(found)) and (draft := _draft(chunk, found, *asked)):
            yield Draft(draft[0], draft[1], draft[2], ((start, end),))
            return


def _draft(chunk: Chunk, found: Sentence, name: str, question: str) -> tuple[str, str, str] | None:
    if found.front and found.front not in question:
        question = f"{question} {found.front}"
    if _BAD_IN_QUESTION.search(question) or len(question.split()) < 4:
        return None
    if _added(found.answer, question) < _LEAST_ADDED.get(name, 0):
        return None
    asked = placed(f"{question}?", chunk)
    if not asked or len(asked) > _LONGEST:
        return None
    answer = f"{_SAID.get(name, '')}{found.answer}"
    return name, asked, answer


def _added(answer: str, question: str) -> int:
    """How many content words the answer has that the question has not."""
    return len(set(terms(answer)) - set(terms(question)))


def _acronyms(text: str, chunk: Chunk) -> Iterator[tuple[str, str]]:
    for match in _ACRONYM.finditer(text.replace("\n", " ")):
        full, short = _spelt_out(match[1], match[2]), match[2]
        if not full:
            continue
        where = f" in “{title(chunk)}”" if len(short) < 3 and title(chunk) else ""
        if where or len(short) > 2:
            yield f"What does the abbreviation {short} stand for{where}?", f"{short} stands for {full}."


def _spelt_out(words: str, acronym: str) -> str:
    """The tail of ``words`` whose initials are ``acronym``; "" when none is."""
    small = ("and", "of", "for", "the", "in", "on", "to", "a")
    parts = words.split()
    for first, part in enumerate(parts):
        if part.lower() in small:
            continue
        tail = [word for piece in parts[first:] for word in piece.split("-")]
        initials = "".join(word[0] for word in tail if word not in small)
        if initials.casefold() == acronym.casefold():
            return " ".join(parts[first:])
    return ""
