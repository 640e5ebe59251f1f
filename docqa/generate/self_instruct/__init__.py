"""Self-Instruct (Wang et al. 2022, arXiv 2212.10560): new instructions after the pattern of seeds and of what was kept.

A call shows a chunk and eight instructions, six of docqa's own seed tasks and two of items that were kept (eight seeds
while nothing is), and asks for new ones that the chunk supports. Whether an instruction is a classification, which the
paper asks in a step of its own, comes with it. Then each gets its instance in a call: a classification output first, so
that its inputs do not all earn the same label; all else input first. Added to the paper: the domain's text, and quotes
of it, so that an instance without an input is verified like any other answer, and one with an input is checked against
the text (``instruct_checks``, as Alpaca's are).

An instruction that the paper filters by rule, or that is like a seed or a kept item, is dropped here with its reason,
before anything is asked about it. That two of one round are alike is found by what runs the rounds (``Method.alike``),
which knows them all.
"""

import asyncio

from pydantic import BaseModel

from docqa.errors import CallError
from docqa.generate import Borrowed, Failed, Made, Method, task_types
from docqa.generate.instruct_checks import ALIKE, unfit, wrong
from docqa.generate.items import asked, different, item, passage
from docqa.generate.kept import Kept
from docqa.generate.self_instruct.instances import FAMILY, NAME, instance
from docqa.generate.self_instruct.seeds import drawn, like
from docqa.models.chat import Prompt
from docqa.records import Chunk, QAItem, content_id

PROMPT = "self-instruct-instructions"

SHOWN, SHOWN_MADE = 8, 2
"""Instructions in a call, and how many of them are of kept items: the paper's numbers."""

MOST = 4
"""New instructions that a call asks for. The paper takes all of up to eight; a chunk supports fewer."""


class New(BaseModel):
    """A new instruction."""

    instruction: str
    classification: bool


class Instructions(BaseModel):
    """The reply of the first call."""

    instructions: list[New]


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The items of one chunk and round, those included that a filter drops.

    Raises:
        ModelError: the model is gone.
    """
    assert borrowed.session is not None
    assert borrowed.kept is not None
    system, user = borrowed.prompts.render(
        PROMPT, chunk.language, count=MOST, examples=shown(chunk, borrowed.kept), **passage(chunk)
    )
    prompt = Prompt(system, user, Instructions, 128 + 96 * MOST, borrowed.settings.temperature, group=chunk.id)
    try:
        reply = await borrowed.session.ask(prompt)
    except CallError as error:
        return Made(failed=(Failed(error),))
    dropped, going_on = [], []
    for new in different(map(_in_one_line, reply.instructions), lambda new: new.instruction)[:MOST]:
        if why := _objection(new.instruction, chunk, borrowed.kept):
            dropped.append(_dropped(chunk, new, why, borrowed))
        else:
            going_on.append(new)
    made = await asyncio.gather(*(instance(chunk, new.instruction, new.classification, borrowed) for new in going_on))
    return Made(
        (*dropped, *(one for one in made if isinstance(one, QAItem))),
        tuple(one for one in made if isinstance(one, Failed)),
    )


def shown(chunk: Chunk, kept: Kept) -> list[str]:
    """The instructions that a chunk's call shows, in an order that mixes seeds and kept items."""
    key = f"{chunk.id} {kept.round}"
    made = kept.some(chunk.language, SHOWN_MADE, key)
    seeds = drawn(chunk.language, SHOWN - len(made), key)
    instructions = [*(seed.instruction for seed in seeds), *(one.question for one in made)]
    return sorted(instructions, key=lambda instruction: content_id(key, instruction))


def _in_one_line(new: New) -> New:
    return new.model_copy(update={"instruction": " ".join(new.instruction.split())})


def _objection(instruction: str, chunk: Chunk, kept: Kept) -> str:
    """Why an instruction is not used, or ""."""
    if why := unfit(instruction, chunk):
        return f"unfit-instruction: {why}"
    if seed := like(instruction, chunk.language, ALIKE):
        return f"like-a-seed: {seed[:60]}"
    other = kept.like(instruction, ALIKE)
    return f"like-the-pool:{other.id}" if other else ""


def _dropped(chunk: Chunk, new: New, why: str, borrowed: Borrowed) -> QAItem:
    kind = f"{FAMILY}/{'classification' if new.classification else 'open'}"
    made = item(chunk, new.instruction, "", (), kind, asked(borrowed, NAME, PROMPT, chunk.language))
    return made.model_copy(update={"kept": False, "reason": why})


METHOD = Method(
    name=NAME,
    line="new instructions after seed tasks and kept items, in rounds, classification tasks output first",
    needs="model",
    types=task_types.of(FAMILY),
    make=make,
    check=wrong,
    after="items",
    seeded=True,
    alike=ALIKE,
)
