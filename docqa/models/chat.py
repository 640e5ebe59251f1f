"""The seam to a model: what is asked, what comes back, and the one method that a model has.

Prompts are made so that what many calls share comes first: the same system message, then the passage, then the
question. A server with a prefix cache reads the shared part once (21.8 against 51.7 ms of server time an item when the
question came first).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from docqa.records import Record, content_id

R_co = TypeVar("R_co", bound=BaseModel, covariant=True)


class Turn(IntEnum):
    """Which of the waiting calls go first; ``gate`` says why."""

    GO_ON = 0
    """More about a chunk that the model has just read: its prefix cache still holds it."""
    BEGIN = 1
    """The first call about a chunk."""
    SHORT = 2
    """A short call about an item: what the closed book says, or the judge; and the rating that ends a chunk."""
    CHECK = 3
    """A long one, with its passages."""


TYPICAL_REPLY = 128
"""Tokens; replies are mostly far shorter than the ``max_tokens`` that they are allowed."""


class Free(BaseModel):
    """A reply that is held to nothing: plain text, and how likely its words were to the model.

    Under a grammar log-probabilities cover the tokens that it allows, and mean nothing; so they come of such replies.

    Attributes:
        logprob: mean natural logarithm of the tokens' probabilities; None where the model gives none.
    """

    text: str
    logprob: float | None = None


@dataclass(frozen=True)
class Prompt(Generic[R_co]):
    """One call.

    Attributes:
        reply: the record that the reply must be; its JSON schema is what a model is held to, except ``Free``.
        max_tokens: of the reply; a reply that is cut off there keeps its complete parts.
        temperature: 0 for the likeliest reply.
        group: calls of one group begin with the same text (a chunk's id), so they go to the same server.
        sample: which of several samples of the same prompt this is, from 0; each has a seed of its own.
    """

    system: str
    user: str
    reply: type[R_co]
    max_tokens: int
    temperature: float = 0.0
    turn: Turn = Turn.BEGIN
    group: str = ""
    sample: int = 0

    @property
    def free(self) -> bool:
        """Whether the reply is held to nothing."""
        return issubclass(self.reply, Free)

    @property
    def tokens(self) -> int:
        """About how many tokens the call takes up in a KV cache, its reply included: four bytes of UTF-8 are one."""
        return (len(self.system.encode()) + len(self.user.encode())) // 4 + min(self.max_tokens, TYPICAL_REPLY)

    def key(self, model: str, seed: int) -> str:
        """What the reply depends on: the model, every word of the prompt, the schema and how it is sampled."""
        sampled = f"{self.max_tokens} {self.temperature:g} {seed}" + (f" {self.sample}" if self.sample else "")
        return content_id(model, self.system, self.user, schema_text(self.reply), sampled)


class Completion(Record):
    """A reply.

    Attributes:
        finish: ``stop``, or ``length`` for a reply that was cut off at ``max_tokens``.
        prompt_tokens: tokens in, of which ``cached_tokens`` came from the prefix cache.
        completion_tokens: tokens out.
        logprob: as in ``Free``; None where it was not asked for, or not given.
    """

    text: str
    finish: Literal["stop", "length"] = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    logprob: float | None = None


class ChatModel(Protocol):
    """A model that completes prompts.

    Attributes:
        name: as the memo and an item's origin record it.
        concurrency: how many calls it wants under way; more than its batch size, so that it never waits for us.
        kv_tokens: what its KV cache holds, once it is started; 0 where that is not known.
        retries: calls that were sent again, after a fault, so far.
        notes: what a person should know about it (``replies are not held to a schema``), a sentence each.
    """

    name: str
    concurrency: int
    kv_tokens: int
    retries: int

    @property
    def notes(self) -> Sequence[str]: ...

    async def start(self) -> None:
        """Get ready.

        Raises:
            ModelError: it cannot be used; the message says what to do.
        """

    async def complete(self, prompt: Prompt[BaseModel], seed: int) -> Completion:
        """Complete one prompt.

        Args:
            seed: of the sampling, where the model can use one.

        Raises:
            CallError: this call failed for good; others may not.
            ModelError: the model is gone, and every further call would fail, too.
        """
        ...

    async def close(self) -> None:
        """Let go of everything."""


@cache
def schema_text(reply: type[BaseModel]) -> str:
    """``schema(reply)`` as JSON, its names in the record's order, which is the order that a model writes them in."""
    return json.dumps(schema(reply))


@cache
def schema(reply: type[BaseModel]) -> dict[str, object]:
    """The JSON schema to hold a reply to.

    Bounds on lengths are left out: xgrammar 0.2.8 emits control characters, which is no JSON, where a schema has them.
    They are checked after parsing.
    """
    found = _without(reply.model_json_schema(), {"minLength", "maxLength", "minItems", "maxItems", "pattern", "title"})
    assert isinstance(found, dict)
    return found


def _without(node: object, names: set[str]) -> object:
    if isinstance(node, list):
        return [_without(part, names) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        name: {key: _without(part, names) for key, part in value.items()}
        if name in ("properties", "$defs")
        else _without(value, names)
        for name, value in node.items()
        if name not in names or not isinstance(value, str | int)
    }
