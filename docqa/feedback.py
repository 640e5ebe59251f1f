"""What came back from use -> items, which are verified like all others: the flywheel's way back into a set.

A row is a question, the answer that somebody got, and what they said of it: thumbs up or down, or the right answer.

    correction      the question with the answer as it was corrected, and a preference pair with the answer as it was
    thumbs up       the question with the answer as it was
    thumbs down     no item of its own; it is recorded, as dropped, and counts against a thumbs up for the same answer

People confirm what is wrong and correct what is right, so none of it is taken on trust: each item must be borne out by
the corpus. What they say does decide between two answers that the corpus bears out: an item of the set whose answer
somebody corrected goes, with ``corrected``, when the correction was verified.

The rows stay in the run folder, each once, so that the next run into it takes them in as well.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from docqa.curate.openings import vary
from docqa.errors import SettingsError
from docqa.generate.preference import RIGHT, Wrong, pair_of
from docqa.grounding import LOOKED_UP, grounded
from docqa.index import Index
from docqa.records import Marks, Origin, Passage, QAItem, Record
from docqa.rowfiles import entries
from docqa.runfolder import Spool, replacing
from docqa.seen import Seen
from docqa.text import squash

FILE = "feedback.jsonl"
"""The rows of a run folder."""

NAME = "feedback"

QUOTES = 4
"""Sentences that may bear a row out; a correction is often longer than one."""

BLOCK = 64
"""Rows that are looked up together."""

NO_CORRECTION = "thumbs-down: no correction"
CONTESTED = "contested: thumbs up and down"
CORRECTED = "corrected"

_THUMBS: Mapping[str, Literal["up", "down"]] = {
    **dict.fromkeys(("up", "1", "+1", "true", "👍"), "up"),
    **dict.fromkeys(("down", "-1", "false", "👎"), "down"),
}


class Fed(Record):
    """A row: what was asked and answered, and what somebody said of it. ``correction`` is "" without one."""

    question: str
    answer: str
    thumbs: Literal["up", "down"]
    correction: str = ""

    @property
    def wrong(self) -> str:
        """The answer, if it is said to be wrong and what is right is known; else ""."""
        return self.answer if self.correction else ""


def read(path: Path) -> dict[Fed, Mapping[str, Any]]:
    """The rows of a file (json, jsonl, csv) with their data as given, each once.

    Raises:
        SettingsError: the file cannot be read, or a row of it; names the row.
    """
    rows: dict[Fed, Mapping[str, Any]] = {}
    for number, data in entries(path):
        try:
            rows.setdefault(_row(data), data)
        except ValueError as error:
            raise SettingsError(f"{path}: row {number}: {error}; mend it or leave it out") from error
    return rows


def _row(data: object) -> Fed:
    if not isinstance(data, Mapping):
        raise ValueError("is not an object with fields")
    said = {}
    for name in ("question", "answer", "correction"):
        value = data.get(name)
        if not isinstance(value, str | None):
            raise ValueError(f"{name} is not text")
        said[name] = (value or "").strip()
    if not said["question"]:
        raise ValueError(f"has no question; its fields are {sorted(data)}")
    try:
        "".join(said.values()).encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair, which no UTF-8 file can hold") from None
    if squash(said["correction"]) == squash(said["answer"]):
        said["correction"] = ""  # it corrects nothing
    if not said["answer"] and not said["correction"]:
        raise ValueError("has neither an answer nor a correction")
    given = data.get("thumbs")
    if given in (None, "") and said["correction"]:
        given = "down"
    thumbs = _THUMBS.get(str(given).strip().casefold())
    if thumbs is None:
        raise ValueError(f"its thumbs are {given!r}; needs up or down (or 1 and -1, true and false), or a correction")
    return Fed(thumbs=thumbs, **said)


def stored(out: Path) -> list[Fed]:
    """What came back to a run folder so far.

    Raises:
        SettingsError: somebody changed the file, and it cannot be read any more.
    """
    return list(read(out / FILE)) if (out / FILE).is_file() else []


def store(out: Path, given: Mapping[Fed, Mapping[str, Any]]) -> int:
    """Add rows to those of a run folder, in one step, and return how many of them were not there yet."""
    there = read(out / FILE) if (out / FILE).is_file() else {}
    new = [data for fed, data in given.items() if fed not in there]
    with replacing(out / FILE) as beside, beside.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(data, ensure_ascii=False) + "\n" for data in (*there.values(), *new))
    return len(new)


async def make(fed: Sequence[Fed], index: Index, seen: Seen, made: Spool) -> None:
    """Make an item of each row, in order; the items go to the spool."""
    down = {_said(row) for row in fed if row.thumbs == "down" or row.wrong}
    for start in range(0, len(fed), BLOCK):
        block = fed[start : start + BLOCK]
        said = [f"{row.question} {row.correction or row.answer}" for row in block]
        found = await asyncio.to_thread(index.search_all, said, LOOKED_UP)
        for row, passages in zip(block, found, strict=True):
            item = _item(row, passages, index, contested=_said(row) in down)
            seen.item_made(item)
            made.add(item)


def _said(row: Fed) -> tuple[str, str]:
    """What was asked and answered, as two people's rows are compared."""
    return squash(row.question), squash(row.answer)


def _item(row: Fed, passages: Sequence[Passage], index: Index, contested: bool) -> QAItem:
    kind, reason = "corrected", ""
    if not row.correction:
        kind = "confirmed" if row.thumbs == "up" else "rejected"
        reason = NO_CORRECTION if row.thumbs == "down" else CONTESTED if contested else ""
    origin = Origin(method=NAME, prompt="")
    answer = row.correction or row.answer
    item = grounded(row.question, answer, passages, index, f"{NAME}/{kind}", origin, most=QUOTES)
    return item.model_copy(update={"kept": False, "reason": reason}) if reason else item


def superseded(items: Iterable[QAItem], fed: Sequence[Fed]) -> list[QAItem]:
    """The verified items, those dropped whose answer a kept correction says is wrong."""
    listed = list(items)
    wrong = _wrong(fed)
    corrected: dict[tuple[str, str], str] = {}
    for item in listed:
        if item.kept is not False:
            for answer in _wrong_of(item, wrong):
                corrected[squash(_question_of(item)), squash(answer)] = item.id

    def by(item: QAItem) -> str:
        """The id of the correction that takes the item's place, or ""; the set may ask it with another opening."""
        asked = (item.question, _question_of(item), vary(item.question))
        found = (corrected.get((squash(question), squash(item.answer)), "") for question in asked)
        return next(filter(None, found), "")

    return [
        item.model_copy(update={"kept": False, "reason": f"{CORRECTED}:{better}"})
        if corrected and item.kept is not False and (better := by(item))
        else item
        for item in listed
    ]


def pairs(items: Iterable[QAItem], fed: Sequence[Fed]) -> list[QAItem]:
    """A preference pair of each verified correction that is kept: it is chosen, and the answer as it was rejected."""
    wrong = _wrong(fed)
    right = Marks(accuracy=RIGHT, by="rules")
    made = [
        pair_of(item, Wrong(answer, NAME, NAME), right, None)
        for item in items
        if item.kept
        for answer in _wrong_of(item, wrong)
    ]
    return list({pair.id: pair for pair in made}.values())  # rows with one correction make one item, each time again


def _wrong(fed: Iterable[Fed]) -> dict[tuple[str, str], list[str]]:
    """The answers that are said to be wrong, by question and correction."""
    wrong: dict[tuple[str, str], list[str]] = {}
    for row in fed:
        if row.wrong:
            wrong.setdefault((row.question, row.correction), []).append(row.wrong)
    return wrong


def _wrong_of(item: QAItem, wrong: Mapping[tuple[str, str], Sequence[str]]) -> Sequence[str]:
    """The answers that a correction is to take the place of; none for any other item."""
    if item.task_type != f"{NAME}/corrected":
        return ()
    return wrong.get((_question_of(item), item.answer), ())


def _question_of(item: QAItem) -> str:
    """The question as it came, before verification named its subject."""
    return (item.verdict.rewritten_from if item.verdict else "") or item.question
