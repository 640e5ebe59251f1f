"""An item as a method makes it from a chunk, and where the quotes it is given stand in the chunk."""

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Literal, TypeVar

from docqa.generate import Borrowed
from docqa.records import Beside, Chunk, Evidence, Origin, QAItem, item_id
from docqa.text import squash

T = TypeVar("T")

_END_MARKS = " \t\n\"'“”‘’「」.。…"


def item(
    chunk: Chunk,
    question: str,
    answer: str,
    quotes: Sequence[str],
    task_type: str,
    origin: Origin,
    *,
    input: str = "",
    difficulty: Literal["easy", "medium", "hard"] = "medium",
) -> QAItem:
    """An item of one chunk.

    Args:
        quotes: the words of the chunk that the answer rests on; see ``evidence``.
        input: the text that the question is about, where it is given; see ``Method.check``.
        origin: as ``asked`` makes it for what a model was asked.
    """
    asked, said = question.strip(), answer.strip()
    return QAItem(
        id=item_id([chunk.id], asked, said, input),
        chunk_ids=(chunk.id,),
        document_id=chunk.document_id,
        path=chunk.path,
        question=asked,
        input=input,
        answer=said,
        evidence=tuple(evidence(chunk, quotes)),
        task_type=task_type,
        language=chunk.language,
        difficulty=difficulty,
        origin=origin,
        score=None,
    )


def joined(
    chunks: Sequence[Chunk],
    question: str,
    answer: str,
    found: Sequence[Evidence],
    task_type: str,
    origin: Origin,
) -> QAItem:
    """An item that rests on several chunks; the first one's document is its own.

    Args:
        found: the evidence of all of them.
    """
    first, *others = chunks
    made = item(first, question, answer, (), task_type, origin, difficulty="hard")
    ids = tuple(chunk.id for chunk in chunks)
    beside = tuple(
        Beside(chunk_id=chunk.id, document_id=chunk.document_id, path=chunk.path, pages=_pages(found, chunk))
        for chunk in others
        if chunk.document_id != first.document_id
    )
    changed = {"id": item_id(ids, made.question, made.answer), "chunk_ids": ids, "beside": beside}
    return made.model_copy(update={**changed, "evidence": tuple(found)})


def _pages(found: Sequence[Evidence], chunk: Chunk) -> tuple[int, ...]:
    return tuple(sorted({box.page for each in found if each.chunk_id == chunk.id for box in each.boxes}))


def passage(chunk: Chunk) -> dict[str, str]:
    """What ``parts/passage`` is filled with."""
    return {"title": chunk.title, "headings": " > ".join(chunk.heading_path), "passage": chunk.text}


def different(replied: Iterable[T], text: Callable[[T], str]) -> list[T]:
    """Each of a reply's parts once, the first one of those whose ``text`` is the same; none whose text is blank."""
    found: dict[str, T] = {}
    for each in replied:
        if words := squash(text(each)):
            found.setdefault(words, each)
    return list(found.values())


def asked(borrowed: Borrowed, method: str, prompt: str, language: str) -> Origin:
    """The origin of what ``method`` had the model answer by the template ``prompt`` in a language."""
    assert borrowed.session is not None
    return Origin(method=method, prompt=borrowed.prompts.version(prompt, language), model=borrowed.session.model.name)


def evidence(chunk: Chunk, quotes: Sequence[str]) -> list[Evidence]:
    """The quotes with their places; one that stands nowhere keeps its words and the empty place (0, 0)."""
    found = []
    for quote in dict.fromkeys(quote.strip() for quote in quotes):
        place = locate(quote, chunk.text) or locate(quote.strip(_END_MARKS), chunk.text)
        if place is None:
            found.append(Evidence(chunk_id=chunk.id, start=0, end=0, quote=quote))
        else:
            found.append(part(chunk, *place))
    return [each for each in found if each.quote]


def part(chunk: Chunk, start: int, end: int) -> Evidence:
    """``chunk.text[start:end]`` as a quote."""
    return Evidence(chunk_id=chunk.id, start=start, end=end, quote=chunk.text[start:end], boxes=chunk.boxes(start, end))


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Where ``quote`` first stands in ``text``, white space and widths aside; None when it does not."""
    folded, places = _folded(text)
    wanted, _ = _folded(quote)
    at = folded.find(wanted) if wanted else -1
    return None if at < 0 else (places[at], places[at + len(wanted) - 1] + 1)


@lru_cache(maxsize=256)
def _folded(text: str) -> tuple[str, "array[int]"]:
    """The text in NFKC without white space, and the place in ``text`` of each of its characters."""
    folded: list[str] = []
    places = array("L")
    for word in re.finditer(r"\S+", text):
        if word.group().isascii():
            folded.append(word.group())
            places.extend(range(*word.span()))
            continue
        for place, char in enumerate(word.group(), word.start()):
            parts = "".join(unicodedata.normalize("NFKC", char).split())
            folded.append(parts)
            places.extend([place] * len(parts))
    return "".join(folded), places
