"""Any OpenAI-compatible server, or several with the same model: vllm serve, SGLang, llama.cpp, Ollama, LM Studio.

Spoken to with aiohttp and orjson: 0.15 ms of our CPU a call, where httpx took 1.3 and the openai SDK 1.6. What a server
can be held to (a JSON schema, any JSON object, nothing) is found out once, before the first call.

Faults are retried with jittered exponential backoff, within the call's deadline; a server that has done nothing but
fail for ``patience_s`` ends the run, unless another one still answers.
"""

import asyncio
import itertools
import os
import random
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import orjson
from pydantic import BaseModel

from docqa.errors import CallError, ModelError
from docqa.models.chat import Completion, Prompt, schema
from docqa.models.reply import UnreadableError, head, read
from docqa.settings import API_KEY

if TYPE_CHECKING:
    import aiohttp

CONCURRENCY = 320
"""Calls under way a server, if the settings don't say: above vLLM's default of 256 sequences, as measured."""

Held = Literal["json_schema", "json_object", "text"]
"""What a server holds replies to."""

_LONGEST_WAIT_S = 30.0
_KV_BLOCKS = re.compile(r'^vllm:cache_config_info{(?=.*\bblock_size="(\d+)")(?=.*\bnum_gpu_blocks="(\d+)")', re.M)
_SMALLEST_CONTEXT = ("context length", "context_length", "maximum context", "too many tokens", "exceeds the available")


class _Probe(BaseModel):
    """What a server is asked to reply with, against the prompt's wish, to see what it enforces."""

    colour: Literal["red", "green"]


class _FaultError(Exception):
    """A call that may succeed when it is sent again, after ``wait_s`` if the server says so."""

    def __init__(self, message: str, kind: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.wait_s = wait_s


@dataclass
class _Server:
    """One server.

    Attributes:
        failing_since: when it began to do nothing but fail; None while it answers.
    """

    url: str
    held: Held = "json_schema"
    under_way: int = 0
    failing_since: float | None = None

    def answered(self) -> None:
        self.failing_since = None

    def failed(self) -> None:
        if self.failing_since is None:
            self.failing_since = time.monotonic()

    def is_dead(self, patience_s: float) -> bool:
        return self.failing_since is not None and time.monotonic() - self.failing_since > patience_s


@dataclass
class Servers:
    """The model ``name`` on one or more servers; a ``ChatModel``.

    Args:
        name: as the servers know it; "" for the only one they serve.
        urls: base URLs, up to and including ``/v1``.
        concurrency: calls under way a server; 0 for ``CONCURRENCY``.
        request_args: what else each request carries (``chat_template_kwargs``, ``top_p``, ...).
        send_seed: whether requests carry a seed; it kills vLLM's CPU build.
        timeout_s: for one attempt; deadline_s: for a call with all its attempts.
        patience_s: how long a server may do nothing but fail.
    """

    name: str
    urls: Sequence[str]
    concurrency: int = 0
    request_args: Mapping[str, object] = field(default_factory=dict)
    send_seed: bool = True
    timeout_s: float = 600.0
    deadline_s: float = 1800.0
    patience_s: float = 60.0
    retries: int = 0
    kv_tokens: int = 0

    def __post_init__(self) -> None:
        self._servers = [_Server(url.rstrip("/")) for url in dict.fromkeys(self.urls)]
        self.concurrency = (self.concurrency or CONCURRENCY) * len(self._servers)
        self._http: aiohttp.ClientSession | None = None
        self._failure = ""

    @property
    def notes(self) -> Sequence[str]:
        """Which servers do not enforce the schema."""
        how = {"json_object": "any JSON object", "text": "nothing; replies are repaired where they can be"}
        return [
            f"{server.url} does not enforce JSON schemas; it is held to {how[server.held]}"
            for server in self._servers
            if server.held != "json_schema"
        ]

    # ------------------------------------------------------------------------------------------------- starting

    async def start(self) -> None:
        """Connect, check the model's name, and find out what the servers can be held to.

        Raises:
            ModelError: a server does not answer, refuses the key, or does not serve the model.
        """
        import aiohttp

        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(API_KEY):
            headers["Authorization"] = f"Bearer {key}"
        self._http = aiohttp.ClientSession(
            headers=headers,
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self.timeout_s),
        )
        for server in self._servers:
            served = await self._served(server)
            self.name = self.name or _only(served, server.url)
            if served and self.name not in served:
                raise ModelError(f"{server.url}: serves {', '.join(served)}, not {self.name}; name one with --model")
        for server in self._servers:
            server.held = await self._enforced(server)
        sizes = [await self._kv_size(server) for server in self._servers]
        self.kv_tokens = sum(sizes) if all(sizes) else 0

    async def _kv_size(self, server: _Server) -> int:
        """How many tokens a vLLM server's KV cache holds, from its metrics; 0 for a server that does not tell."""
        import aiohttp

        assert self._http is not None
        try:
            async with self._http.get(
                f"{server.url.removesuffix('/v1')}/metrics", timeout=aiohttp.ClientTimeout(total=30)
            ) as response:
                told = _KV_BLOCKS.search((await response.read()).decode(errors="replace"))
        except (aiohttp.ClientError, OSError):
            return 0
        return int(told[1]) * int(told[2]) if told else 0

    async def _served(self, server: _Server) -> list[str]:
        """The names of the models that a server has; empty where it does not tell."""
        import aiohttp

        assert self._http is not None
        try:
            async with self._http.get(f"{server.url}/models", timeout=aiohttp.ClientTimeout(total=30)) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ModelError(
                f"{server.url}: no server answers ({error or type(error).__name__}); start it, or check --base-url "
                "(it usually ends in /v1)"
            ) from error
        if response.status in (401, 403):
            raise ModelError(f"{server.url}: refuses the key; set {API_KEY} in the environment")
        try:
            return [str(model["id"]) for model in orjson.loads(body)["data"]]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return []

    async def _enforced(self, server: _Server) -> Held:
        """Find what a server enforces: it is told to reply with something else, and has to send JSON all the same."""
        wish = "Reply with the word hello and nothing else, not as JSON."
        prompt = Prompt(system="You do what you are told.", user=wish, reply=_Probe, max_tokens=512)
        tried: tuple[Held, ...] = ("json_schema", "json_object")
        for held in tried:
            server.held = held
            try:
                text = (await self._retried(prompt, 0, [server])).text
            except CallError as error:
                if error.kind == "refused":
                    continue
                raise ModelError(f"{server.url}: {error}") from error
            if held == "json_object" and text.lstrip().startswith("{"):
                return held
            try:
                read(text, _Probe)
            except UnreadableError:
                continue
            return held
        return "text"

    # --------------------------------------------------------------------------------------------------- calling

    async def complete(self, prompt: Prompt[BaseModel], seed: int) -> Completion:
        """Send one call, again after a fault, to the server that has its prefix or to a less busy one."""
        return await self._retried(prompt, seed, self._servers)

    async def _retried(self, prompt: Prompt[BaseModel], seed: int, servers: Sequence[_Server]) -> Completion:
        body, deadline = self._body(prompt, seed), time.monotonic() + self.deadline_s
        for attempt in itertools.count():
            try:
                return await self._send(prompt, body, servers)
            except _FaultError as error:
                wait_s = _wait_s(error, attempt)
                if time.monotonic() + wait_s > deadline:
                    raise CallError(f"{error}, again and again for {self.deadline_s:g} s", error.kind) from error
            self.retries += 1
            await asyncio.sleep(wait_s)
        raise AssertionError("counting has no end")

    def _body(self, prompt: Prompt[BaseModel], seed: int) -> dict[str, object]:
        return {
            "model": self.name,
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            "max_tokens": prompt.max_tokens,
            "temperature": prompt.temperature,
            **({"seed": seed} if self.send_seed else {}),
            **({"logprobs": True} if prompt.free else {}),
            **self.request_args,
        }

    async def _send(self, prompt: Prompt[BaseModel], body: dict[str, object], servers: Sequence[_Server]) -> Completion:
        """One attempt."""
        server = self._choose(prompt.group, servers)
        server.under_way += 1
        try:
            completion = await self._post(
                server, {**body, **({} if prompt.free else _response_format(server.held, prompt.reply))}
            )
        except _FaultError as error:
            if error.kind != "busy":
                server.failed()
                self._failure = f"{server.url}: {error}"
            raise
        finally:
            server.under_way -= 1
        server.answered()
        return completion

    def _choose(self, group: str, servers: Sequence[_Server]) -> _Server:
        """The group's own server, which has its prefix; the least busy one when that is dead or far busier.

        Raises:
            ModelError: all are dead.
        """
        alive = [server for server in servers if not server.is_dead(self.patience_s)]
        if not alive:
            raise ModelError(
                f"{self._failure}; nothing else for {self.patience_s:g} s. What was finished is kept: see to the "
                "server and start the same command again"
            )
        least = min(alive, key=lambda server: server.under_way)
        own = alive[hash_of(group) % len(alive)] if group else least
        return own if own.under_way <= least.under_way + CONCURRENCY // 4 else least

    async def _post(self, server: _Server, body: dict[str, object]) -> Completion:
        import aiohttp

        assert self._http is not None
        try:
            async with self._http.post(f"{server.url}/chat/completions", data=orjson.dumps(body)) as response:
                data = await response.read()
        except TimeoutError as error:
            raise _FaultError(
                f"no reply within {self.timeout_s:g} s; --concurrency may be too high", "timeout"
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise _FaultError(f"the connection failed ({error or type(error).__name__})", "fault") from error
        if response.status != 200:
            raise _refusal(server, response.status, data, response.headers.get("Retry-After"))
        return _completion(data)

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()


def hash_of(group: str) -> int:
    """The same number for the same group in every process; ids are hexadecimal already."""
    return int.from_bytes(group.encode()[:8], "big")


def _only(served: Sequence[str], url: str) -> str:
    if len(served) != 1:
        raise ModelError(f"{url}: serves {', '.join(served) or 'no model that it names'}; name one with --model")
    return served[0]


def _response_format(held: Held, reply: type[BaseModel]) -> dict[str, object]:
    if held == "text":
        return {}
    if held == "json_object":
        return {"response_format": {"type": "json_object"}}
    named = {"name": reply.__name__.strip("_"), "schema": schema(reply), "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _wait_s(error: _FaultError, attempt: int) -> float:
    """Seconds until the next attempt: what the server asks for, else a random part of a wait that doubles each time.

    All of the wait is left to chance ("full jitter", Brooker 2015), so that calls which failed together don't come back
    together.
    """
    if error.wait_s is not None:
        return error.wait_s
    return random.uniform(0.0, min(_LONGEST_WAIT_S, 2.0 ** min(attempt, 10)))


def _refusal(server: _Server, status: int, data: bytes, retry_after: str | None) -> Exception:
    """What an HTTP status means for the call: again, not at all, or the end of the run."""
    said = head(data.decode(errors="replace")) or "no reason given"
    if status in (408, 409, 425, 429) or status >= 500:
        wait_s = float(retry_after) if retry_after and retry_after.replace(".", "", 1).isdigit() else None
        busy = status == 429 or (status == 503 and wait_s is not None)
        return _FaultError(f"HTTP {status} ({said})", "busy" if busy else "fault", wait_s)
    if status in (401, 403):
        return ModelError(f"{server.url}: refuses the key (HTTP {status}); set {API_KEY} in the environment")
    if status == 404:
        return ModelError(f"{server.url}: HTTP 404 ({said}); check --base-url (it usually ends in /v1) and --model")
    if any(word in said.lower() for word in _SMALLEST_CONTEXT):
        return CallError(f"the prompt is too long ({said}); lower chunk.max_tokens or verify.passages", "refused")
    return CallError(f"HTTP {status} ({said})", "refused")


def _completion(data: bytes) -> Completion:
    """The reply in a response's body. Thinking that a server sends apart (``reasoning_content``) is left there."""
    try:
        body = orjson.loads(data)
        choice, usage = body["choices"][0], body.get("usage") or {}
        text = choice["message"].get("content") or ""
        details = usage.get("prompt_tokens_details") or {}
        return Completion(
            text=text,
            finish="length" if choice.get("finish_reason") == "length" else "stop",
            prompt_tokens=usage.get("prompt_tokens") or 0,
            completion_tokens=usage.get("completion_tokens") or 0,
            cached_tokens=details.get("cached_tokens") or 0,
            logprob=_mean_logprob(choice.get("logprobs")),
        )
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise _FaultError(
            f"the reply is no chat completion ({head(data.decode(errors='replace'))!r})", "fault"
        ) from error


def _mean_logprob(given: dict[str, list[dict[str, float]]] | None) -> float | None:
    """The mean of the tokens' log-probabilities; None where a server gives none."""
    found = [token["logprob"] for token in (given or {}).get("content") or ()]
    return sum(found) / len(found) if found else None
