"""Conversations that a model writes: an outline in one call, then a call a turn, each shown what was said before.

A turn's call gives the user's words, the same question so that it stands alone, the quotes and the answer, in this
order: the answer is written from the quotes, which stand right before it. All calls begin with the passage and go on
with the turns so far, so a prefix cache reads each of them once. A turn that cannot be right (no quote of it stands in
the passage) or asks again what was asked ends the conversation: what would follow is built on it.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, BeforeValidator

from docqa.errors import CallError
from docqa.generate import Borrowed, Failed, Made
from docqa.generate.dialogue.forms import chosen
from docqa.generate.dialogue.turns import KINDS, NAME, TURNS, Kind, Said, as_turn, chance
from docqa.generate.items import asked, item, passage
from docqa.models.chat import Prompt, Turn
from docqa.records import Chunk, QAItem, content_id
from docqa.text import squash

WITH_SYSTEM = 0.4
"""Share of the chunks whose conversation has a system prompt."""

FORMS = ("one-sentence", "value-first", "list")
"""What such a prompt asks for."""

TOKENS_A_TURN = 60
"""Of a chunk that has enough to say for as many turns as it has of these."""

OUTLINE, TURN = "dialogue-outline", "dialogue-turn"
TURN_TOKENS = 768


def _known_kind(kind: object) -> object:
    """A server that is not held to the schema may name a kind of its own."""
    return kind if kind in KINDS else "follow-up"


class Point(BaseModel):
    """A turn before it is written: what it asks about."""

    kind: Annotated[Kind, BeforeValidator(_known_kind)]
    about: str


class Outline(BaseModel):
    """The reply of ``dialogue-outline``."""

    turns: list[Point]


class Spoken(BaseModel):
    """The reply of ``dialogue-turn``."""

    said: str
    question: str
    quotes: list[str]
    answer: str


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The turns of the chunk's conversation, as far as it came.

    Raises:
        ModelError: the model is gone.
    """
    assert borrowed.session is not None
    _, system = chosen(chunk, WITH_SYSTEM, *FORMS)
    count = turns(chunk)
    temperature = borrowed.settings.temperature
    instructions, user = borrowed.prompts.render(OUTLINE, chunk.language, count=count, form=system, **passage(chunk))
    prompt = Prompt(instructions, user, Outline, 64 + 64 * count, temperature, Turn.BEGIN, chunk.id)
    try:
        points = [point for point in (await borrowed.session.ask(prompt)).turns if point.about.strip()][:count]
    except CallError as error:
        return Made(failed=(Failed(error),))
    dialogue = content_id(NAME, chunk.id, system, *(point.about for point in points))
    origin = asked(borrowed, NAME, TURN, chunk.language)
    made: list[QAItem] = []
    for number, point in enumerate(points, 1):
        kind: Kind = "opening" if number == 1 else "topic-switch" if point.kind == "topic-switch" else "follow-up"
        earlier = [{"said": one.turn.said, "answer": one.answer} for one in made if one.turn]
        instructions, user = borrowed.prompts.render(
            TURN, chunk.language, form=system, earlier=earlier, kind=kind, about=point.about.strip(), **passage(chunk)
        )
        try:
            spoken = await borrowed.session.ask(
                Prompt(instructions, user, Spoken, TURN_TOKENS, turn=Turn.GO_ON, group=chunk.id)
            )
        except CallError as error:
            return Made(tuple(made), (Failed(error, point.about),))
        one = item(chunk, spoken.question, spoken.answer, spoken.quotes, f"{NAME}/{kind}", origin)
        one = as_turn(one, Said(kind, spoken.said.strip()), dialogue, number, system)
        if again := _repeats(one, made):
            one = one.model_copy(update={"kept": False, "reason": f"repeated-turn: asks what turn {again} asks"})
        made.append(one)
        if again or not _has_ground(one):
            break
    return Made(tuple(made))


def turns(chunk: Chunk) -> int:
    """How many to ask for: 2 to 6, no more than the chunk has matter for, drawn by its content."""
    fewest, most = TURNS
    most = max(fewest, min(most, chunk.tokens // TOKENS_A_TURN))
    return fewest + int(chance("length", chunk.id) * (most - fewest + 1))


def _repeats(one: QAItem, made: Sequence[QAItem]) -> int:
    """The number of the earlier turn that has the same words or the same question; 0 for none."""
    assert one.turn is not None
    said, question = squash(one.turn.said), squash(one.question)
    for earlier in made:
        if earlier.turn and (squash(earlier.turn.said) == said or squash(earlier.question) == question):
            return earlier.turn.number
    return 0


def _has_ground(one: QAItem) -> bool:
    """Whether anything is said, and some quote of it stands in the chunk."""
    return bool(one.question and one.answer) and any(evidence.end for evidence in one.evidence)
