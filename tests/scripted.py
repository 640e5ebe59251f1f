"""A model without a model: replies by a function of the request, for tests of what stands on top."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from benchmarks.throughput.replies import answer
from docqa.models.chat import Completion, Prompt


class Scripted:
    """A ``ChatModel`` that counts what it is asked. ``reply`` may raise, or return a Completion of its own."""

    name = "scripted"

    def __init__(
        self, reply: Callable[[dict[str, Any]], str | Completion] = answer, concurrency: int = 32, delay_s: float = 0.0
    ) -> None:
        self.reply = reply
        self.concurrency = concurrency
        self.delay_s = delay_s
        self.retries = 0
        self.kv_tokens = 0
        self.notes: Sequence[str] = ()
        self.logprob: float | None = -0.1  # of its replies in free words
        self.asked: Counter[str] = Counter()
        self.prompts: list[Prompt[BaseModel]] = []
        self.under_way = self.most_under_way = 0
        self.closed = False

    async def start(self) -> None:
        pass

    async def complete(self, prompt: Prompt[BaseModel], seed: int) -> Completion:
        self.asked[prompt.user] += 1
        self.prompts.append(prompt)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(self.delay_s)
        self.under_way -= 1
        body: dict[str, Any] = {
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            "temperature": prompt.temperature,
            "sample": prompt.sample,
        }
        if not prompt.free:
            body["response_format"] = {"type": "json_schema"}
        said = self.reply(body)
        if isinstance(said, Completion):
            return said
        logprob = self.logprob if prompt.free else None
        return Completion(text=said, prompt_tokens=1, completion_tokens=1, logprob=logprob)

    async def close(self) -> None:
        self.closed = True
