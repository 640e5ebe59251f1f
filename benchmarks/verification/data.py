"""The items of a data folder, split in halves that share no article."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.passages import rows

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Item:
    """A question, an answer, and the text of the passage that is said to bear it out.

    Attributes:
        passage_id: id of the passage; ``passage`` is its text.
        kind: ``answerable`` is grounded; ``plausible``, ``swapped`` and ``altered`` are not; ``other answer`` is made
            for fitting only (``other_answers``).
        half: 0 or 1; no article stands in both.
    """

    question: str
    answer: str
    passage_id: str
    passage: str
    kind: str
    half: int

    @property
    def grounded(self) -> bool:
        """Whether the passage answers the question with this answer."""
        return self.kind == "answerable"


def present(data: Path, language: str) -> bool:
    """Whether the folder has the two files of a language."""
    return all((data / f"{part}.{language}.jsonl").exists() for part in ("corpus", "items"))


def load(data: Path, language: str) -> list[Item]:
    """The items of a language; every other article (English) or passage (Chinese) by name is in half 0."""
    texts = {row["id"]: row["text"] for row in rows(data / f"corpus.{language}.jsonl")}
    listed = rows(data / f"items.{language}.jsonl")
    half = {name: at % 2 for at, name in enumerate(sorted({_article(row["passage"], language) for row in listed}))}
    return [
        Item(
            question=row["question"],
            answer=row["answer"],
            passage_id=row["passage"],
            passage=texts[row["passage"]],
            kind=row["kind"],
            half=half[_article(row["passage"], language)],
        )
        for row in listed
    ]


def _article(passage_id: str, language: str) -> str:
    return passage_id.rsplit("-", 1)[0] if language == "en" else passage_id


def other_answers(items: Iterable[Item]) -> list[Item]:
    """More of the kind ``swapped``: each answered question with each other answer that was given on its passage."""
    items = list(items)
    beside: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.kind in ("answerable", "plausible"):
            beside[item.passage_id].append(item)
    return [
        replace(item, answer=other.answer, kind="other answer")
        for item in items
        if item.grounded
        for other in beside[item.passage_id]
        if other.answer not in item.answer and item.answer not in other.answer
    ]
