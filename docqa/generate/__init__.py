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
    from docqa.generate.kept import Kept
    from docqa.index import Index
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
        index: over all chunks; None for a method that runs as the text comes.
        kept: what is kept of the items made so far; None but for a method that works from items.
        student: the model that will be trained; None where there is none to ask.
        judge: the model that says whether answers are right; None where there is none.
    """

    session: "Session | None"
    prompts: "Prompts"
    pool: "WorkerPool"
    settings: "GenerateSettings"
    index: "Index | None" = None
    kept: "Kept | None" = None
    student: "Session | None" = None
    judge: "Session | None" = None


Needs = Literal["nothing", "model", "either"]
"""``either``: a model where there is one, else rules."""

After = Literal["text", "index", "items"]
"""What has to be there before a method runs: its chunk alone, the index over all chunks, or items that were kept."""


@dataclass(frozen=True)
class Method:
    """A way to make items.

    Attributes:
        name: as ``--method`` has it, and the origin of its items. An item that it drops itself (``kept`` false, with
            the reason) is written down as it is, and not verified.
        line: what it does, in a line.
        types: the task types (``family/kind``) of its items; those of docqa's own methods stand in ``task_types``.
        make: a chunk's items. What it raises costs this method this chunk, and is a line in errors.jsonl.
        check: what is wrong with an item, in a few words, or ""; it is asked before anything else is. An item that has
            an ``input`` is not looked up in the corpus: this check alone decides, and without one it is not kept. Of an
            item that is not ``answerable`` it is asked about each passage: what in it may be an answer, or "".
        after: what it waits for; ``items`` runs once a round, on the chunks that the mix gives it.
        seeded: whether it has something to begin with where nothing is kept yet.
        alike: ROUGE-L F1 of two questions; an item as much like a kept one, or like an earlier one of its round, is
            dropped (Self-Instruct has .7). 1 for none.
    """

    name: str
    line: str
    needs: Needs
    types: tuple[str, ...]
    make: Callable[[Chunk, Borrowed], Awaitable[Made]]
    check: Callable[[QAItem, Chunk], str] | None = None
    after: After = "text"
    seeded: bool = False
    alike: float = 1.0
