"""A model is shown two related passages and asks what takes both: one call a chunk."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator

from docqa.errors import CallError
from docqa.generate import Borrowed, Failed, Made
from docqa.generate.items import asked, evidence, joined, passage
from docqa.generate.multi_hop.names import NAME
from docqa.generate.multi_hop.related import partner
from docqa.models.chat import Prompt
from docqa.records import Chunk, Origin, QAItem

MOST = 2
"""Questions that are asked for, a pair of passages."""

TOKENS = 1024

Kind = Literal["bridge", "comparison"]


def _known(kind: object) -> object:
    """A server that is not held to the schema may name a kind of its own."""
    return kind if kind in get_args(Kind) else "bridge"


class Joined(BaseModel):
    """A question of two passages; the quotes come before the answer, so that it is written from them."""

    kind: Annotated[Kind, BeforeValidator(_known)]
    question: str
    first: list[str]
    second: list[str]
    answer: str


class Reply(BaseModel):
    """The reply; empty where nothing joins the passages."""

    joined: list[Joined]


async def generate(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The items that a chunk leads.

    Raises:
        ModelError: the model is gone.
    """
    assert borrowed.session is not None
    assert borrowed.index is not None
    other = await partner(chunk, borrowed.index)
    if other is None:
        return Made()
    shown = [passage(chunk), passage(other)]
    system, user = borrowed.prompts.render(NAME, chunk.language, both=shown, count=MOST)
    try:
        reply = await borrowed.session.ask(
            Prompt(system, user, Reply, TOKENS, borrowed.settings.temperature, group=chunk.id)
        )
    except CallError as error:
        return Made(failed=(Failed(error),))
    origin = asked(borrowed, NAME, NAME, chunk.language)
    said = [one for one in reply.joined[:MOST] if one.question.strip() and one.answer.strip()]
    return Made(tuple(_item(chunk, other, one, origin) for one in said))


def _item(first: Chunk, second: Chunk, said: Joined, origin: Origin) -> QAItem:
    quotes = [*evidence(first, said.first), *evidence(second, said.second)]
    return joined((first, second), said.question, said.answer, quotes, f"{NAME}/{said.kind}", origin)
