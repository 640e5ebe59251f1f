"""The methods there are, and the mix of them that a run makes its items with.

A mix is what ``--method`` lists: names, each with the share of the chunks that the method runs on (``self-qa:0.2``).
Which chunks those are is decided by a hash of method and chunk, so they are the same in every run, a larger share has
those of a smaller one, and adding a method takes no chunk from another.
"""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from docqa.errors import CallError, DocqaError, MethodError, SettingsError, WorkerError
from docqa.generate import (
    Borrowed,
    Failed,
    Made,
    Method,
    alpaca,
    dialogue,
    evolve,
    extractive,
    multi_hop,
    own,
    preference,
    reasoning,
    self_instruct,
    self_qa,
    tasks,
    unanswerable,
)
from docqa.records import Chunk, content_id

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        self_qa.METHOD,
        extractive.METHOD,
        self_instruct.METHOD,
        alpaca.METHOD,
        evolve.METHOD,
        dialogue.METHOD,
        tasks.METHOD,
        multi_hop.METHOD,
        reasoning.METHOD,
        unanswerable.METHOD,
        preference.METHOD,
    )
}
"""By name, in the order in which they are listed."""

COMMANDS: dict[str, str] = {
    "distill": "a model answers the prompts of a file (docqa distill PROMPTS --model NAME)",
    "feedback": "answers that came back from use, confirmed or corrected (docqa feedback RUN FILE)",
}
"""What makes items, but of no chunk, and so has a command of its own; by name, with what it does."""

_SHARED = re.compile(r"(.+):(\d+(?:\.\d+)?)")


class Part(NamedTuple):
    """A method of a mix, and the share of the chunks, above 0 to 1, that it runs on."""

    method: Method
    share: float = 1.0

    @property
    def where(self) -> str:
        """The share, to be put behind what the method is called."""
        return "" if self.share == 1 else f", {self.share:.0%} of the chunks"


def mix(given: Sequence[str], with_model: bool) -> tuple[Part, ...]:
    """The mix that ``given`` describes; without any, Self-QA with a model and the extractive rules without.

    Raises:
        SettingsError: a method is not known, stands there twice, or needs a model that there is not, or items that
            none makes; or a share is not above 0 and at most 1.
    """
    parts = [_part(text, with_model) for text in given or ("self-qa" if with_model else "extractive",)]
    names = [part.method.name for part in parts]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"method {name} is given {names.count(name)} times; give it once")
    if all(part.method.after == "items" and not part.method.seeded for part in parts):
        other = "self-qa" if with_model else "extractive"
        raise SettingsError(f"method {names[0]} works from items that others made: add --method {other}, say")
    return tuple(parts)


def _part(text: str, with_model: bool) -> Part:
    name, share = (shared[1], float(shared[2])) if (shared := _SHARED.fullmatch(text)) else (text, 1.0)
    if not 0 < share <= 1:
        raise SettingsError(f"method {text}: the share of the chunks must be above 0 and at most 1")
    method = named(name)
    if method.needs == "model" and not with_model:
        raise SettingsError(f"method {name} needs a model: name one with --model or --base-url, or leave it out")
    return Part(method, share)


def named(name: str) -> Method:
    """The method of this name: one of ours, of a Python file (``mine.py``) or of an installed package.

    Raises:
        SettingsError: there is none, or it cannot be used.
    """
    if name in METHODS:
        return METHODS[name]
    if name in COMMANDS:
        raise SettingsError(f"method {name} works on no chunk and has a command of its own: {COMMANDS[name]}")
    installed = own.installed()
    if name.endswith(".py"):
        found = own.from_file(Path(name))
    elif name in installed:
        found = own.from_package(installed[name])
    else:
        known = ", ".join((*METHODS, *installed))
        raise SettingsError(f"method {name}: there is none; there are {known}, and your own as FILE.py")
    if found.name in METHODS or found.name in COMMANDS:
        raise SettingsError(f"method {name}: {found.name} is the name of one of docqa's own; give it another")
    return found


def falls_on(part: Part, chunk: Chunk) -> bool:
    """Whether the part's method is to run on a chunk."""
    return int(content_id(part.method.name, chunk.id), 16) < part.share * 2**64


async def make(chunk: Chunk, parts: Sequence[Part], borrowed: Borrowed) -> Made:
    """What the methods of a mix make of a chunk: the items of the first one listed first.

    Raises:
        ModelError: the model is gone.
        SettingsError: a prompt cannot be used.
    """
    drawn = [part.method for part in parts if falls_on(part, chunk)]
    made = await asyncio.gather(*(_made(method, chunk, borrowed) for method in drawn))
    return Made(
        items=tuple(item for each in made for item in each.items),
        failed=tuple(failed for each in made for failed in each.failed),
        tried=bool(drawn),
    )


async def _made(method: Method, chunk: Chunk, borrowed: Borrowed) -> Made:
    try:
        made = await method.make(chunk, borrowed)
        if unknown := sorted({item.task_type for item in made.items} - set(method.types)):
            raise MethodError(f"made items of type {', '.join(unknown)}, which is not among its types")
    except (CallError, MethodError, WorkerError) as error:
        made = Made(failed=(Failed(error),))
    except DocqaError:
        raise
    except Exception as error:  # whatever somebody's own method does, it costs this chunk alone
        made = Made(failed=(Failed(MethodError(f"{type(error).__name__}: {error}")),))
    return made._replace(failed=tuple(failed._replace(method=method.name) for failed in made.failed))


def listing() -> str:
    """A line a method: its name, what it needs and what it does; first ours, then those of installed packages."""
    needs = {"nothing": "no model", "model": "a model", "either": "no model, better with one"}
    lines = [f"{method.name:<16}{needs[method.needs]:<28}{method.line}" for method in METHODS.values()]
    lines += [f"{name:<16}{'its own command':<28}{line}" for name, line in COMMANDS.items()]
    for name, entry in own.installed().items():
        try:
            method = own.from_package(entry)
        except SettingsError as error:
            lines.append(f"{name:<16}{'?':<28}{error}")
        else:
            lines.append(f"{name:<16}{needs[method.needs]:<28}{method.line}")
    return "\n".join(lines)
