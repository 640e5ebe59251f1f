"""Asks a model: remembers its replies, reads them into records, and asks again when one can't be read.

Every finished call is in the store before anything is done with it, so a killed run repeats only what was under way.
Only replies that could be read are remembered: a run that is started again asks once more for those that failed.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel

from docqa.errors import CallError
from docqa.means import Usage
from docqa.models.chat import ChatModel, Completion, Free, Prompt
from docqa.models.gate import Gate
from docqa.models.reply import UnreadableError, head, plain, read
from docqa.store import Store

R = TypeVar("R", bound=BaseModel)

ATTEMPTS = 3
"""Replies that are read before a call fails."""

RETRY_TEMPERATURE = 0.5
"""At least this from the second attempt on: at 0 the same model would send the same unreadable reply again."""


class Session:
    """One run's calls to one model.

    Args:
        seed: of the run; each call's own is made from it and its prompt.
    """

    def __init__(self, model: ChatModel, store: Store, seed: int = 0) -> None:
        self.model = model
        self._store = store
        self._seed = seed
        self._gate = Gate(model.concurrency, model.kv_tokens)
        self._asked: dict[str, asyncio.Future[Completion]] = {}
        self._began: float | None = None
        self._calls = self._remembered = self._unread = 0
        self._tokens = [0, 0, 0]

    async def ask(self, prompt: Prompt[R]) -> R:
        """The model's reply as the record that ``prompt`` asks for.

        Raises:
            CallError: the call failed, or no reply could be read; the message has the last one's head.
            ModelError: the model is gone.
        """
        key = prompt.key(self.model.name, self._seed)
        if (stored := self._store.get("completion", key)) is not None:
            with suppress(UnreadableError):  # a later docqa may read replies more strictly
                record = _record(Completion.model_validate_json(stored), prompt.reply, cut=True)
                self._remembered += 1
                return record
        if (under_way := self._asked.get(key)) is not None:  # the same question of the same passages
            return _record(await asyncio.shield(under_way), prompt.reply, cut=True)
        future = self._asked[key] = asyncio.get_running_loop().create_future()
        try:
            record, completion = await self._ask(prompt, int(key[:7], 16))
        except BaseException as error:  # who waits for the same reply must hear of a cancellation, too
            future.set_exception(error)
            future.exception()  # nobody need have waited for it
            raise
        finally:
            del self._asked[key]
        self._store.put("completion", key, completion.model_dump_json().encode())
        future.set_result(completion)
        return record

    async def _ask(self, prompt: Prompt[R], seed: int) -> tuple[R, Completion]:
        why = ""
        for attempt in range(ATTEMPTS):
            completion = await self._complete(prompt, seed + attempt)
            try:
                cut = completion.finish == "length" or attempt == ATTEMPTS - 1
                return _record(completion, prompt.reply, cut), completion
            except UnreadableError as error:
                why = str(error)
            self._unread += 1
            longer = prompt.max_tokens * (2 if completion.finish == "length" else 1)
            prompt = replace(prompt, max_tokens=longer, temperature=max(prompt.temperature, RETRY_TEMPERATURE))
        raise CallError(f"{why} (asked {ATTEMPTS} times)", "unusable")

    async def _complete(self, prompt: Prompt[R], seed: int) -> Completion:
        async with self._gate.place(prompt.turn, prompt.system + prompt.user, prompt.tokens):
            if self._began is None:
                self._began = time.monotonic()
            completion = await self.model.complete(prompt, seed)
        self._calls += 1
        self._tokens[0] += completion.prompt_tokens
        self._tokens[1] += completion.completion_tokens
        self._tokens[2] += completion.cached_tokens
        return completion

    @property
    def usage(self) -> Usage:
        """What was asked so far."""
        return Usage(
            calls=self._calls,
            remembered=self._remembered,
            retries=self.model.retries + self._unread,
            prompt_tokens=self._tokens[0],
            completion_tokens=self._tokens[1],
            cached_tokens=self._tokens[2],
            seconds=time.monotonic() - self._began if self._began is not None else 0.0,
        )


def _record(completion: Completion, reply: type[R], cut: bool) -> R:
    """The record that a reply is; half a free one is none.

    Raises:
        UnreadableError: it cannot be read.
    """
    if not issubclass(reply, Free):
        return read(completion.text, reply, cut)
    text = plain(completion.text)
    if not text or completion.finish == "length":
        raise UnreadableError(f"the reply ends too early: {head(completion.text)!r}")
    return reply(text=text, logprob=completion.logprob)
