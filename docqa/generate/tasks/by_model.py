"""The tasks that a model does: summary, entities, kind, rewriting, translation of text and terms, a question, intents.

A call each, with the shape of its reply; what they all begin with is the passage, so a server reads it once. Labels and
types are held to their lists by the schema, and not by the reader: a server that cannot be held to it gets its item
dropped for a wrong label (``checks``), not its whole reply asked for again.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, WithJsonSchema

from docqa.errors import CallError
from docqa.generate import Borrowed, Failed, Made
from docqa.generate.items import asked, different, evidence, item, part, passage
from docqa.generate.tasks.wordings import ENTITIES, INTENTS, KINDS_OF_TEXT, Labels, audience, colon, instruction
from docqa.models.chat import Prompt
from docqa.records import Chunk, Evidence
from docqa.text import estimate_tokens

METHOD = "tasks"

LEAST_TOKENS = 40
"""Of a text that is worth a task, and twice that of one that is worth a summary or a question."""

MOST_MESSAGES = 3
"""As ``tasks-intent`` asks for."""

MOST_TERMS = 8
"""As ``tasks-term-translation`` asks for."""


def _one_of(labels: Labels) -> WithJsonSchema:
    return WithJsonSchema({"enum": [label for each in labels.values() for label in each]})


class Summary(BaseModel):
    """The reply of ``tasks-summary``."""

    summary: str


class Entity(BaseModel):
    """A part of the text that names something."""

    text: str
    type: Annotated[str, _one_of(ENTITIES)]


class Entities(BaseModel):
    """The reply of ``tasks-entities``."""

    entities: list[Entity]


class Label(BaseModel):
    """The reply of ``tasks-classification``."""

    label: Annotated[str, _one_of(KINDS_OF_TEXT)]


class Rewritten(BaseModel):
    """The reply of ``tasks-rewriting``."""

    rewritten: str


class Translated(BaseModel):
    """The reply of ``tasks-translation``."""

    translation: str


class Term(BaseModel):
    """A term as the text has it, and what it is called in the other language."""

    term: str
    translation: str


class TermTranslations(BaseModel):
    """The reply of ``tasks-term-translation``."""

    translations: list[Term]


class Message(BaseModel):
    """What somebody might write, and the sentence that would help."""

    quote: str
    message: str
    intent: Annotated[str, _one_of(INTENTS)]


class Messages(BaseModel):
    """The reply of ``tasks-intent``."""

    messages: list[Message]


class Comprehension(BaseModel):
    """The reply of ``tasks-reading-comprehension``."""

    question: str
    quotes: list[str]
    answer: str


class Draft(NamedTuple):
    """An item before it is one; ``question`` is what reading comprehension asks."""

    input: str
    answer: str
    evidence: list[Evidence]
    question: str = ""


@dataclass(frozen=True)
class Task:
    """What is asked of a text.

    Attributes:
        kind: of ``task/kind``.
        text: the part of the chunk that it is about; None where there is none that it fits.
        reply: the shape of the reply.
        drafts: what the reply gives, of a chunk and its part.
        tokens: of the reply, for each token of the part, and at least.
        fills: what else the prompt is filled with.
    """

    kind: str
    text: Callable[[Chunk], tuple[int, int] | None]
    reply: type[BaseModel]
    drafts: Callable[[Any, Chunk, tuple[int, int]], Iterator[Draft]]
    tokens: tuple[float, int]
    fills: Callable[[Chunk], dict[str, str]] = lambda chunk: {}


async def generate(chunk: Chunk, borrowed: Borrowed) -> Made:
    """What the model makes of a chunk, in the tasks' order.

    Raises:
        ModelError: the model is gone.
    """
    fitting = [(task, place) for task in TASKS if (place := task.text(chunk)) is not None]
    made = await asyncio.gather(*(_done(task, chunk, place, borrowed) for task, place in fitting))
    return Made(
        items=tuple(one for each in made for one in each.items),
        failed=tuple(failed for each in made for failed in each.failed),
    )


async def _done(task: Task, chunk: Chunk, place: tuple[int, int], borrowed: Borrowed) -> Made:
    assert borrowed.session is not None
    prompt, given = f"tasks-{task.kind}", chunk.text[slice(*place)]
    system, user = borrowed.prompts.render(prompt, chunk.language, part=given, **passage(chunk), **task.fills(chunk))
    share, least = task.tokens
    most = least + int(share * estimate_tokens(given))
    try:
        reply = await borrowed.session.ask(Prompt(system, user, task.reply, most, group=chunk.id))
    except CallError as error:
        return Made(failed=(Failed(CallError(f"{task.kind}: {error}", error.kind)),))
    origin = asked(borrowed, METHOD, prompt, chunk.language)
    items = []
    for draft in task.drafts(reply, chunk, place):
        asks = instruction(task.kind, chunk, draft.question)
        made = item(chunk, asks, draft.answer, (), f"task/{task.kind}", origin, input=draft.input)
        items.append(made.model_copy(update={"evidence": tuple(draft.evidence)}))
    return Made(tuple(items))


def _whole(chunk: Chunk, least: int = LEAST_TOKENS) -> tuple[int, int] | None:
    return (0, len(chunk.text)) if estimate_tokens(chunk.text) >= least else None


def _paragraph(chunk: Chunk) -> tuple[int, int] | None:
    """The longest paragraph, if it is long enough."""
    paragraphs = [piece for piece in chunk.pieces if piece.kind == "paragraph"]
    longest = max(paragraphs, key=lambda piece: piece.end - piece.start, default=None)
    if longest is None or estimate_tokens(chunk.text[longest.start : longest.end]) < LEAST_TOKENS:
        return None
    return longest.start, longest.end


def _text(field: str) -> Callable[[Any, Chunk, tuple[int, int]], Iterator[Draft]]:
    """A reply whose one field is the answer."""

    def drafts(reply: Any, chunk: Chunk, place: tuple[int, int]) -> Iterator[Draft]:
        yield Draft(chunk.text[slice(*place)], getattr(reply, field), [part(chunk, *place)])

    return drafts


def _entities(reply: Entities, chunk: Chunk, place: tuple[int, int]) -> Iterator[Draft]:
    if reply.entities:
        found = json.dumps([entity.model_dump() for entity in reply.entities], ensure_ascii=False)
        yield Draft(chunk.text[slice(*place)], found, [part(chunk, *place)])


def _translated_terms(reply: TermTranslations, chunk: Chunk, place: tuple[int, int]) -> Iterator[Draft]:
    """The terms, a line each, and behind each what it is called; one term is no task."""
    given = [each for each in reply.translations if each.term.strip() and each.translation.strip()]
    found = different(given, lambda each: each.term)[:MOST_TERMS]
    if len(found) > 1:
        names = [each.term.strip() for each in found]
        lines = (
            f"{name}{colon(chunk.language)}{each.translation.strip()}" for name, each in zip(names, found, strict=True)
        )
        yield Draft("\n".join(names), "\n".join(lines), evidence(chunk, names))


def _messages(reply: Messages, chunk: Chunk, place: tuple[int, int]) -> Iterator[Draft]:
    for message in different(reply.messages, lambda each: each.message)[:MOST_MESSAGES]:
        yield Draft(message.message.strip(), message.intent, evidence(chunk, [message.quote]))


def _read(reply: Comprehension, chunk: Chunk, place: tuple[int, int]) -> Iterator[Draft]:
    if question := reply.question.strip():
        yield Draft(chunk.text[slice(*place)], reply.answer, evidence(chunk, reply.quotes), question)


def _listed(labels: Labels) -> Callable[[Chunk], dict[str, str]]:
    return lambda chunk: {"labels": ", ".join(f'"{label}"' for label in labels[chunk.language])}


TASKS = (
    Task("summary", partial(_whole, least=2 * LEAST_TOKENS), Summary, _text("summary"), (0.7, 128)),
    Task("entities", _whole, Entities, _entities, (1.0, 256), _listed(ENTITIES)),
    Task("classification", _paragraph, Label, _text("label"), (0, 32), _listed(KINDS_OF_TEXT)),
    Task(
        "rewriting", _paragraph, Rewritten, _text("rewritten"), (1.5, 256), lambda chunk: {"audience": audience(chunk)}
    ),
    Task("translation", _paragraph, Translated, _text("translation"), (2.0, 256)),
    Task("term-translation", _whole, TermTranslations, _translated_terms, (0, 512)),
    Task("reading-comprehension", partial(_whole, least=2 * LEAST_TOKENS), Comprehension, _read, (0, 512)),
    Task("intent", _whole, Messages, _messages, (0, 512), _listed(INTENTS)),
)
"""In the order in which their items go on."""
