"""Conversations over one chunk: a question, follow-ups that lean on what was said before, a change of the subject.

Each turn of the assistant is an item: its question stands alone, so it is verified, curated and exported as any other,
and ``turn`` says where it stands and what the user says there ("And how often is it cleaned?"). Turns that are kept
become one row; the first one that is dropped ends it, since what comes after may lean on it. A model writes them from
an outline (``by_model``); without one they are made of the extractive questions of the chunk (``by_rule``). Some have a
system prompt that asks for a form of answer, and are held to it (``forms``).
"""

from docqa.generate import Borrowed, Made, Method, task_types
from docqa.generate.dialogue import by_model, by_rule
from docqa.generate.dialogue.forms import check
from docqa.generate.dialogue.turns import NAME
from docqa.records import Chunk

__all__ = ["METHOD"]


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The turns of one chunk's conversations, in order.

    Raises:
        WorkerError: a rule hung or failed on it.
        ModelError: the model is gone.
    """
    return await by_model.make(chunk, borrowed) if borrowed.session else await by_rule.make(chunk, borrowed)


METHOD = Method(
    name=NAME,
    line="conversations of 2 to 6 turns over a passage, with follow-ups, changes of subject and system prompts",
    needs="either",
    types=task_types.of(NAME),
    make=make,
    check=check,
)
