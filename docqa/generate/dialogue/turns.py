"""The turns of a conversation as items."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeVar, get_args

from docqa.records import DialogueTurn, QAItem, content_id, item_id

NAME = "dialogue"

Kind = Literal["opening", "follow-up", "topic-switch"]
KINDS: tuple[Kind, ...] = get_args(Kind)

TURNS = (2, 6)
"""The fewest and the most turns of a conversation."""

T = TypeVar("T")


class Said(NamedTuple):
    """What the user says at a turn, which may point back, and in what kind of turn."""

    kind: Kind
    text: str


def as_turn(item: QAItem, said: Said, dialogue: str, number: int, system: str) -> QAItem:
    """An item of its own as the turn ``number`` of a conversation."""
    turn = DialogueTurn(dialogue=dialogue, number=number, said=said.text, system=system)
    made = item_id(item.chunk_ids, item.question, item.answer, item.input, turn)
    return item.model_copy(update={"id": made, "turn": turn, "task_type": f"{NAME}/{said.kind}"})


def draw(among: Sequence[T], *key: str) -> T:
    """One of ``among``, the same for the same key."""
    return among[int(content_id(NAME, *key), 16) % len(among)]


def chance(*key: str) -> float:
    """A number from 0 to 1, the same for the same key."""
    return int(content_id(NAME, *key), 16) / 2**64
