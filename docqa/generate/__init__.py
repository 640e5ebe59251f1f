"""Chunk -> QAItems. One file a method; ``methods`` lists them and runs the mix that a run asks for.

What stands here is all that a method of one's own needs to know: a ``Method`` names it and holds a function that makes
a chunk's items (``Made``) with what it may use (``Borrowed``).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from docqa.errors import CallError, MethodError, WorkerError
from docqa.records import Chunk, QAItem

if TYPE_CHECKING:  # workers import this, and need none of it
    from docqa.models.session import Session
    from docqa.prompts import Prompts
    from docqa.settings import GenerateSettings
    from docqa.workers import WorkerPool


class Failed(NamedTuple):
    """What could not be made from a chunk: the answer to ``question``, or anything at all where that is "".

    ``method`` is put there by ``methods.make``.
    """

    error: CallError | MethodError | WorkerError
    question: str = ""
    method: str = ""


class Made(NamedTuple):
    """What came of a chunk; ``tried`` is false where no method was to run on it."""

    items: tuple[QAItem, ...] = ()
    failed: tuple[Failed, ...] = ()
    tried: bool = True


@dataclass(frozen=True)
class Borrowed:
    """What a method may use.

    Attributes:
        session: the model; None without one.
        prompts: the templates: the user's folder first, then the shipped ones.
        pool: worker processes, for work on the CPU; it is given functions of installed modules only.
        settings: how items are to be made.
    """

    session: "Session | None"
    prompts: "Prompts"
    pool: "WorkerPool"
    settings: "GenerateSettings"


Needs = Literal["nothing", "model", "either"]
"""``either``: a model where there is one, else rules."""


@dataclass(frozen=True)
class Method:
    """A way to make items.

    Attributes:
        name: as ``--method`` has it, and the origin of its items.
        line: what it does, in a line.
        types: the task types (``family/kind``) of its items; those of docqa's own methods stand in ``task_types``.
        make: a chunk's items. What it raises costs this method this chunk, and is a line in errors.jsonl.
        check: what is wrong with the answer of an item that has an ``input``, in a few words, or "". Such items are
            not looked up in the corpus: this check alone decides, and without one they are not kept. Of an item that is
            not ``answerable`` it is asked about each passage: what in it may be an answer, or "".
    """

    name: str
    line: str
    needs: Needs
    types: tuple[str, ...]
    make: Callable[[Chunk, Borrowed], Awaitable[Made]]
    check: Callable[[QAItem, Chunk], str] | None = None
