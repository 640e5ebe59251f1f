"""Has a model rate items: the accuracy of AlpaGasus, the complexity and quality of DEITA.

AlpaGasus (Chen et al. 2023, arXiv 2307.08701) asks a model how accurate an answer is and trains on those of 4.5 or
more. Here the model is shown the passage, too, so that it compares instead of remembering; one call rates the items of
a chunk, by number; the scale begins at 1, not 0; and no explanation is asked for, because it would follow the score and
be most of what the call costs.

DEITA (Liu et al. 2023, arXiv 2312.15685) has a model rank six variants of a question, and of an answer, and trains a
scorer on that. Here the model rates each question and answer as it is, in whole numbers from 1 to 6.

A rating that is missing, stands there twice or is not on its scale is nobody's. The items without one are asked about
again, alone; one that still has none stays unrated: that is told, and no threshold drops it.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ValidationError, ValidatorFunctionWrapHandler, field_validator

from docqa.errors import CallError
from docqa.models.chat import Prompt, Turn
from docqa.models.scales import Halves, Wholes
from docqa.models.session import Session
from docqa.prompts import LANGUAGES, Prompts
from docqa.records import Chunk, QAItem, Scores

Score = Literal["accuracy", "deita", "both"]

RATED_TOGETHER = 8
"""Items in a call; as many as questions are asked for of a chunk, so that mostly one call rates them all."""

TOKENS_A_RATING = 40


class Accuracy(BaseModel):
    """One item's accuracy."""

    number: int
    accuracy: Halves


class Worth(BaseModel):
    """One item's complexity and quality."""

    number: int
    complexity: Wholes
    quality: Wholes


class Alone(BaseModel):
    """The accuracy of an answer that no passage stands behind."""

    accuracy: Halves


R = TypeVar("R", Accuracy, Worth)


class Ratings(BaseModel, Generic[R]):
    """The reply: ratings of the items, by their numbers."""

    ratings: list[R]

    @field_validator("ratings", mode="wrap")
    @classmethod
    def _readable(cls, given: object, read: ValidatorFunctionWrapHandler) -> list[R]:
        """The ratings that can be read; the others cost their items alone."""
        found: list[R] = []
        for entry in given if isinstance(given, list) else []:
            with suppress(ValidationError):
                found += read([entry])
        if not found:
            raise ValueError("no rating in it can be read")
        return found


_ASKED: dict[Score, tuple[tuple[str, type[Ratings[Accuracy]] | type[Ratings[Worth]]], ...]] = {
    "accuracy": (("rate-accuracy", Ratings[Accuracy]),),
    "deita": (("rate-deita", Ratings[Worth]),),
    "both": (("rate-accuracy", Ratings[Accuracy]), ("rate-deita", Ratings[Worth])),
}
"""What is asked: the prompt and the reply of each call."""


@dataclass(frozen=True)
class Rated:
    """The items of a chunk with their scores, and those that a call could not rate, with the reason."""

    items: tuple[QAItem, ...]
    failed: tuple[tuple[QAItem, CallError], ...] = ()


async def rate(
    chunks: Sequence[Chunk], items: Sequence[QAItem], session: Session, prompts: Prompts, score: Score
) -> Rated:
    """Rate the items of ``chunks``, mostly one, that verification kept; the others stay as they are.

    An item that says that there is no answer is not rated: beside its passage it must look wrong. Nor is a preference
    pair: its answer is its parent's.

    Raises:
        ModelError: the model is gone.
    """
    kept = [item for item in items if item.kept and item.answerable and item.pair is None]
    batches = [kept[at : at + RATED_TOGETHER] for at in range(0, len(kept), RATED_TOGETHER)]
    asked = (_asked(chunks, batch, session, prompts, *call) for batch in batches for call in _ASKED[score])
    found: dict[str, dict[str, object]] = {item.id: {"by": session.model.name} for item in kept}
    failed: list[tuple[QAItem, CallError]] = []
    for ratings, unrated in await asyncio.gather(*asked):
        failed += unrated
        for at, rating in ratings.items():
            found[at] |= rating
    scored = (
        item.model_copy(update={"scores": Scores.model_validate(found[item.id])}) if item.id in found else item
        for item in items
    )
    return Rated(tuple(scored), tuple(failed))


async def rate_alone(item: QAItem, session: Session, prompts: Prompts) -> Rated:
    """Rate the accuracy of an answer to a prompt, without a passage, as AlpaGasus does; what is dropped stays as it is.

    Alone, since it shares no passage with others: so a prompt that is added or taken away asks nothing else again.

    Raises:
        ModelError: the model is gone.
    """
    if not item.kept:
        return Rated((item,))
    language = item.language if item.language in LANGUAGES else "en"
    asked = {"question": item.question, "input": item.input, "answer": item.answer}
    system, user = prompts.render("rate-distilled", language, **asked)
    try:
        rating = await session.ask(Prompt(system, user, Alone, TOKENS_A_RATING, turn=Turn.SHORT))
    except CallError as error:
        failed = CallError(f"not rated (rate-distilled): {error}", error.kind)
        return Rated((item.model_copy(update={"scores": Scores(by=session.model.name)}),), ((item, failed),))
    return Rated((item.model_copy(update={"scores": Scores(accuracy=rating.accuracy, by=session.model.name)}),))


async def _asked(
    chunks: Sequence[Chunk],
    items: Sequence[QAItem],
    session: Session,
    prompts: Prompts,
    name: str,
    reply: type[Ratings[Accuracy]] | type[Ratings[Worth]],
) -> tuple[dict[str, dict[str, float]], list[tuple[QAItem, CallError]]]:
    """The items' ratings by id; and the items that got none, with the reason."""
    found: dict[str, dict[str, float]] = {}
    left = list(items)
    while left:
        pairs = [{"question": _shown(item, chunks), "answer": item.answer} for item in left]
        first, *others = [
            {"title": chunk.title, "headings": " > ".join(chunk.heading_path), "passage": chunk.text}
            for chunk in chunks
        ]
        system, user = prompts.render(name, chunks[0].language, pairs=pairs, others=others, **first)
        # Among the long checks it would wait for a whole round of them, and with it the first item of the run.
        prompt = Prompt(system, user, reply, TOKENS_A_RATING * (len(left) + 1), turn=Turn.SHORT, group=chunks[0].id)
        try:
            rated = _lined_up(left, (await session.ask(prompt)).ratings)
            if not rated:
                raise CallError("the model rated other items than it was given", "unusable")
        except CallError as error:
            told = CallError(f"not rated ({name}): {error}", error.kind)
            return found, [(item, told) for item in left]
        found |= rated
        left = [item for item in left if item.id not in rated]
    return found, []


def _shown(item: QAItem, chunks: Sequence[Chunk]) -> str:
    """The question, with its input where that is not the whole passage, which is shown anyway."""
    return item.question if item.input == chunks[0].text else item.asked


def _lined_up(items: Sequence[QAItem], ratings: Sequence[Accuracy | Worth]) -> dict[str, dict[str, float]]:
    """Each item's rating, by its id; a number that comes twice, or is no item's, rates nothing."""
    times = Counter(rating.number for rating in ratings)
    return {
        items[rating.number - 1].id: rating.model_dump(exclude={"number"})
        for rating in ratings
        if 1 <= rating.number <= len(items) and times[rating.number] == 1
    }
