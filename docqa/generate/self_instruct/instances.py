"""An instruction's instance: a classification's label before the text that earns it, all else input before output.

Asked input first, a model writes texts that nearly all earn the same label (the paper, section 2.2); so it is given
the place of the label in its own list, drawn by the instruction.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from pydantic import BaseModel

from docqa.errors import CallError
from docqa.generate import Borrowed, Failed
from docqa.generate.answers import other_language
from docqa.generate.extractive import places
from docqa.generate.instruct_checks import given_with, named
from docqa.generate.items import asked, different, item, passage
from docqa.generate.self_instruct.seeds import Seed, drawn
from docqa.models.chat import Prompt, Turn
from docqa.records import Chunk, QAItem, content_id
from docqa.text import squash

NAME = "self-instruct"
FAMILY = "instruct"

INPUT_FIRST, OUTPUT_FIRST = "self-instruct-instance", "self-instruct-classification"
"""The prompts."""

PLACES = ("first", "second", "last")
"""Of the label to choose."""

TOKENS = 1024


class Instance(BaseModel):
    """The reply for what is no classification; without an input where the instruction needs none."""

    input: str
    quotes: list[str]
    output: str


class Classified(BaseModel):
    """The reply for a classification."""

    labels: list[str]
    label: str
    quotes: list[str]
    input: str


Reply = TypeVar("Reply", bound=BaseModel)


class Draft(NamedTuple):
    """An item before it is one; ``why`` it is not kept, or ""."""

    instruction: str
    input: str
    output: str
    quotes: list[str]
    kind: str
    why: str = ""


async def instance(chunk: Chunk, instruction: str, classification: bool, borrowed: Borrowed) -> QAItem | Failed:
    """The item of one instruction, ``kept`` false where a filter drops it.

    Raises:
        ModelError: the model is gone.
    """
    name = OUTPUT_FIRST if classification else INPUT_FIRST
    try:
        draft = await (_classified if classification else _instance)(chunk, instruction, borrowed)
    except CallError as error:
        return Failed(error, instruction)
    made = item(
        chunk,
        draft.instruction,
        draft.output,
        draft.quotes,
        f"{FAMILY}/{draft.kind}",
        asked(borrowed, NAME, name, chunk.language),
        input=draft.input,
    )
    why = draft.why or ("" if made.answer else "no-instance: the passage does not support it")
    return made.model_copy(update={"kept": False, "reason": why}) if why else made


def place(chunk: Chunk, instruction: str) -> str:
    """Which of its labels a classification of a chunk is to choose."""
    return PLACES[int(content_id("label", chunk.id, instruction), 16) % len(PLACES)]


async def _instance(chunk: Chunk, instruction: str, borrowed: Borrowed) -> Draft:
    examples = (
        *drawn(chunk.language, 1, instruction, lambda seed: bool(seed.input) and not seed.classification),
        *drawn(chunk.language, 1, instruction, lambda seed: not seed.input),
    )
    reply = await _asked(INPUT_FIRST, Instance, chunk, instruction, examples, borrowed)
    given = given_with(reply.input)
    return Draft(instruction, given, reply.output, reply.quotes, "with-input" if given else "open")


async def _classified(chunk: Chunk, instruction: str, borrowed: Borrowed) -> Draft:
    examples = drawn(chunk.language, 2, instruction, lambda seed: seed.classification)
    which = place(chunk, instruction)
    reply = await _asked(OUTPUT_FIRST, Classified, chunk, instruction, examples, borrowed, place=which)
    labels = different((label.strip() for label in reply.labels), str)
    chosen = next((label for label in labels if squash(label) == squash(reply.label)), "")
    given = given_with(reply.input)
    foreign = [label for label in labels if not named(label, instruction) and other_language(label, chunk.language)]
    why = ""
    if not squash(reply.label) or not given:
        why = "no-instance: the passage has no example of a label"
    elif len(labels) < 2:
        why = "unfit-labels: fewer than two"
    elif not chosen:
        why = f"unfit-labels: {reply.label.strip()[:40]!r} is not among them"
    elif foreign:
        why = f"unfit-labels: {foreign[0][:40]!r} is in another language"
    listed = _with_labels(instruction, labels, chunk)
    return Draft(listed, given, chosen or reply.label, reply.quotes, "classification", why)


async def _asked(
    name: str,
    shape: type[Reply],
    chunk: Chunk,
    instruction: str,
    examples: Sequence[Seed],
    borrowed: Borrowed,
    **values: str,
) -> Reply:
    assert borrowed.session is not None
    shown = [example.model_dump() for example in examples]
    system, user = borrowed.prompts.render(
        name, chunk.language, instruction=instruction, examples=shown, **passage(chunk), **values
    )
    return await borrowed.session.ask(Prompt(system, user, shape, TOKENS, turn=Turn.GO_ON, group=chunk.id))


def _with_labels(instruction: str, labels: list[str], chunk: Chunk) -> str:
    """The instruction, and the labels where it does not name them all."""
    if all(named(label, instruction) for label in labels):
        return instruction
    if chunk.language == "zh":
        return f"{instruction}\n{places.script('可选类别', chunk)}：{'、'.join(labels)}。"
    return f"{instruction}\nLabels: {', '.join(labels)}."
