"""Preference pairs: a kept item's answer beside a wrong one, for DPO and its like (Rafailov et al. 2023, 2305.18290).

The wrong answer is one of three kinds, and a hash of the item says which is tried first, so that no kind crowds a set:
what verification heard and found wrong (the closed book, another passage); a guess, sampled hot without the passage or
without its telling quotes; or the right answer with one number, unit, name or negation changed by rule. The first are
what a model really says, the last is wrong for certain. Verification asks of each whether it is wrong
(``verify.pair``).

With a model both answers are marked for accuracy, safety and helpfulness, three of the aspects of UltraFeedback (Cui et
al. 2023, 2310.01377), with the passage shown, and blind: which of them stands first is a draw. Without one only what is
known by construction is marked: the accuracy of a verified and of a spoilt answer.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import BaseModel

from docqa.errors import CallError
from docqa.export.corrupt import corrupted
from docqa.export.rejected import losing
from docqa.generate import Borrowed, Failed, Made, Method, task_types
from docqa.generate.items import passage
from docqa.models.chat import Prompt
from docqa.models.scales import Halves
from docqa.records import Chunk, Marks, Origin, Pair, QAItem, content_id, pair_id
from docqa.text import squash

if TYPE_CHECKING:
    from docqa.models.session import Session

NAME = "preference"
WEAK, RATE = "preference-weak", "rate-preference"

MOST = 3
"""Pairs of a chunk."""

HOT = 1.2
"""Temperature of a guess."""

RIGHT, WRONG = 5.0, 1.0
"""The accuracy of an answer that was verified, and of one that was spoilt."""

Way = Literal["lost", "guessed", "spoilt"]
"""What verification found wrong, a guess, or the right answer changed by rule."""


class Guess(BaseModel):
    """The reply of ``preference-weak``."""

    guess: str


class Rating(BaseModel):
    """One answer's marks."""

    accuracy: Halves
    safety: Halves
    helpfulness: Halves


class Ratings(BaseModel):
    """The reply of ``rate-preference``."""

    first: Rating
    second: Rating


class Wrong(NamedTuple):
    """An answer to reject; ``source`` as in ``Pair``, ``prompt`` and ``model`` as in ``Origin``."""

    text: str
    source: str
    prompt: str
    model: str = ""


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """Up to ``MOST`` pairs of the chunk's kept items, those that were paired in an earlier round included.

    Raises:
        ModelError: the model is gone.
    """
    assert borrowed.kept is not None
    there = {item.id: item for item in borrowed.kept.of(chunk)}
    left = MOST - len(there.keys() & borrowed.kept.paired)
    fit = [item for item in there.values() if _fits(item) and item.id not in borrowed.kept.paired]
    able = [(item, ways) for item in sorted(fit, key=_turn) if (ways := _ways(item, borrowed))][: max(0, left)]
    made = await asyncio.gather(*(_paired(item, ways, chunk, borrowed) for item, ways in able))
    return Made(
        tuple(item for each in made for item in each.items), tuple(failed for each in made for failed in each.failed)
    )


def _fits(item: QAItem) -> bool:
    """Whether an answer to the item can be wrong by itself: "nobody knows" cannot, a turn hangs on its conversation."""
    return item.answerable and item.turn is None and item.pair is None


def _turn(item: QAItem) -> tuple[bool, str]:
    """A fair draw, those last whose answer can only be negated: a student would learn to prefer what has no "not"."""
    return spoilt(item)[0] == "negation", content_id(NAME, item.id)


def _ways(item: QAItem, borrowed: Borrowed) -> list[Way]:
    """How a wrong answer to the item can be had, the one first that a hash of it says."""
    ways: list[Way] = []
    if lost(item, borrowed)[0]:
        ways.append("lost")
    if _guesser(borrowed) and not item.input:  # with the text to work on, it would not be a guess
        ways.append("guessed")
    if spoilt(item)[0]:
        ways.append("spoilt")
    first = int(content_id(NAME, "way", item.id), 16) % len(ways) if ways else 0
    return ways[first:] + ways[:first]


def _guesser(borrowed: Borrowed) -> "Session | None":
    return borrowed.student or borrowed.session


def lost(item: QAItem, borrowed: Borrowed) -> tuple[str, str]:
    """As ``losing``, but for what the embedded reader took from other passages: that answers another question."""
    text, source = losing(item)
    return (text, source) if source == "closed_book" or borrowed.judge is not None else ("", "")


def spoilt(item: QAItem) -> tuple[str, str]:
    """(kind, the answer with one thing changed), as ``corrupted``; ("", "") where that may leave it right.

    In an answer that reasons the change may stand in a step, and the conclusion stay.
    """
    return ("", "") if item.conclusion else corrupted(item.question, item.answer, item.language, item.id)


async def _wrong(item: QAItem, way: Way, chunk: Chunk, borrowed: Borrowed) -> Wrong | None:
    """The wrong answer that is had in one way; None where it says what the right one says.

    Raises:
        CallError: no guess could be had.
    """
    if way == "spoilt":
        kind, text = spoilt(item)
        return Wrong(text, kind, kind)
    if way == "lost":
        text, source = lost(item, borrowed)
        return Wrong(text, source, source)
    guesser = _guesser(borrowed)
    assert guesser is not None
    # Half of the questions are asked from nothing, the others of what is left of the passage.
    shown = without_evidence(item, chunk) if int(content_id(WEAK, item.id), 16) % 2 else ""
    system, user = borrowed.prompts.render(
        WEAK, chunk.language, question=item.question, **(passage(chunk) | {"passage": shown})
    )
    reply = await guesser.ask(Prompt(system, user, Guess, 256, HOT, group=chunk.id if shown else ""))
    said, right = squash(reply.guess), squash(item.answer)
    if not said or said in right or right in said:
        return None
    version = borrowed.prompts.version(WEAK, chunk.language)
    return Wrong(reply.guess.strip(), "sampled", version, guesser.model.name)


def without_evidence(item: QAItem, chunk: Chunk) -> str:
    """The chunk's text with the item's quotes cut out."""
    text = chunk.text
    for start, end in sorted(((e.start, e.end) for e in item.evidence if e.chunk_id == chunk.id), reverse=True):
        text = text[:start] + text[end:]
    return text.strip()


async def _paired(item: QAItem, ways: Sequence[Way], chunk: Chunk, borrowed: Borrowed) -> Made:
    """The item's pair by the first way that leads to a wrong answer."""
    failed: list[Failed] = []
    for way in ways:
        try:
            wrong = await _wrong(item, way, chunk, borrowed)
        except CallError as error:
            failed.append(Failed(CallError(f"no guess ({WEAK}): {error}", error.kind), item.question))
            continue
        if wrong is not None:
            chosen, rejected, unrated = await _marked(item, wrong, chunk, borrowed)
            return Made((pair_of(item, wrong, chosen, rejected),), (*failed, *unrated))
    return Made(failed=tuple(failed))


def pair_of(item: QAItem, wrong: Wrong, chosen: Marks, rejected: Marks | None) -> QAItem:
    """A copy of the item, its verdict included, with the answer to reject."""
    return item.model_copy(
        update={
            "id": pair_id(item.id, wrong.text),
            "made_from": item.id,
            "pair": Pair(rejected=wrong.text, source=wrong.source, marks=rejected, chosen_marks=chosen),
            "task_type": f"{NAME}/{wrong.source.replace('_', '-')}",
            "origin": Origin(method=NAME, prompt=wrong.prompt, model=wrong.model),
            "kept": None,
            "reason": "",
        }
    )


async def _marked(
    item: QAItem, wrong: Wrong, chunk: Chunk, borrowed: Borrowed
) -> tuple[Marks, Marks | None, tuple[Failed, ...]]:
    """The marks of the right and of the wrong answer, and the call that failed if one did; then rules mark them."""
    chosen = Marks(accuracy=RIGHT, by="rules")
    by_rule = chosen, None if wrong.source == "sampled" else Marks(accuracy=WRONG, by="rules")
    judge = borrowed.judge
    if judge is None:
        return *by_rule, ()
    swapped = bool(int(content_id(RATE, item.id), 16) % 2)
    first, second = (wrong.text, item.answer) if swapped else (item.answer, wrong.text)
    beside = [borrowed.index.chunk(other) for other in item.chunk_ids if other != chunk.id] if borrowed.index else []
    shown = {**passage(chunk), "others": [passage(other) for other in beside]}
    asked = {"question": item.asked if item.input != chunk.text else item.question, "first": first, "second": second}
    system, user = borrowed.prompts.render(RATE, chunk.language, **asked, **shown)
    try:
        reply = await judge.ask(Prompt(system, user, Ratings, 120, group=chunk.id))
    except CallError as error:
        return *by_rule, (Failed(CallError(f"not rated ({RATE}): {error}", error.kind), item.question),)
    marks = [Marks(**rating.model_dump(), by=judge.model.name) for rating in (reply.first, reply.second)]
    return marks[swapped], marks[not swapped], ()


METHOD = Method(
    name=NAME,
    line="kept answers beside wrong ones, with marks: pairs for DPO and KTO, not rows of an SFT format",
    needs="either",
    types=task_types.of(NAME),
    make=make,
    after="items",
)
