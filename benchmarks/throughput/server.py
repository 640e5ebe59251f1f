"""A vLLM server with a simulated GPU, for measuring clients: it replies when an H100 would have.

    python -m benchmarks.throughput.server --slots 64 --fault-rate 0.05 --calls calls.jsonl

It speaks the OpenAI API as ``vllm serve`` does, prints ``ready http://127.0.0.1:PORT/v1`` and serves until SIGTERM.
Beside the API, ``GET /stats`` says how busy it was and ``GET /calls`` gives every finished call as the engine saw it,
so that ``ideal_time`` can say afterwards how long the same work needs at the least.

One task steps the engine and sleeps up to its virtual clock. A step that ends late shortens the next sleep, so what the
server's own CPU takes does not add up. ``late_s`` in the statistics is the worst it was: calls that came in meanwhile
were served as if in time, so a large one means that the machine was too busy for the measurement to count.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import orjson
from aiohttp import web

from benchmarks.throughput.engine import CHARS_PER_TOKEN, Cost, Engine, Request, blocks_of, tokens_of
from benchmarks.throughput.faults import Fault, Faults

Body = dict[str, Any]
Answer = Callable[[Body], str]
"""The text that a call's body is replied to with; its length decides how long the reply takes."""

REPLIES = "benchmarks.throughput.replies:answer"
MODEL = "simulated"
CONTEXT = 40_960
"""Tokens of prompt and reply together, as Qwen3-8B has it."""

_JUMP = 8
"""Steps taken at once while nothing can be admitted; few, so that an aborted call soon gives its slot back."""


@dataclass(frozen=True)
class Call:
    """A finished call.

    Attributes:
        body: hash of the whole body; equal for calls that are equal.
        received, finished: seconds since the server's start, the second on the engine's clock.
        broken: whether the reply was cut in the middle on purpose, so that the client has to ask again.
    """

    body: str
    blocks: tuple[int, ...]
    prompt_tokens: int
    output_tokens: int
    cached_tokens: int
    received: float
    finished: float
    broken: bool = False

    @property
    def request(self) -> Request:
        """What the engine was given."""
        return Request(self.blocks, self.prompt_tokens, self.output_tokens, self.body)


def read_calls(text: bytes) -> list[Call]:
    """The calls that ``--calls`` or ``GET /calls`` wrote, in the order in which they finished."""
    rows = [orjson.loads(line) for line in text.splitlines()]
    return [Call(**{**row, "blocks": tuple(row["blocks"])}) for row in rows]


def _written(calls: Sequence[Call]) -> bytes:
    return b"".join(orjson.dumps(call) + b"\n" for call in calls)


# ------------------------------------------------------------------------------------------------------ the server


@dataclass(frozen=True)
class Options:
    """What a server does, beside what it costs.

    Attributes:
        fault_rate: share of calls that fail; faults.py says how. stall_s: how long those take that stall.
        ignore_schema: refuse ``response_format: json_schema``, as servers do that know JSON objects only.
        no_json: ignore ``response_format`` and put thinking and prose around the reply.
    """

    fault_rate: float = 0.0
    stall_s: float = 20.0
    ignore_schema: bool = False
    no_json: bool = False


class _RefusedError(Exception):
    """A call that is answered with an HTTP error."""

    def __init__(self, status: int, message: str, kind: str = "BadRequestError") -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind

    def response(self) -> web.Response:
        error = {"message": str(self), "type": self.kind, "param": None, "code": self.status}
        headers = {"Retry-After": "1"} if self.status == 429 else None
        return _json({"error": error}, self.status, headers)


_REFUSALS = {
    Fault.ERROR: (500, "EngineCore encountered an issue", "InternalServerError"),
    Fault.BUSY: (429, "too many requests", "RateLimitError"),
}


@dataclass
class Simulated:
    """A server: handlers that queue requests, and ``drive``, which finishes them when their time has come."""

    cost: Cost = field(default_factory=Cost)
    options: Options = field(default_factory=Options)
    answer: Answer = lambda body: "{}"
    calls: list[Call] = field(default_factory=list)
    received: int = 0
    late_s: float = 0.0

    def __post_init__(self) -> None:
        self._engine = Engine(self.cost)
        self._faults = Faults(self.options.fault_rate)
        self._replies: dict[Request, asyncio.Future[int]] = {}  # resolved with the prompt's cached tokens
        self._arrived = asyncio.Event()
        self._finished: Counter[str] = Counter()  # bodies that had a whole reply
        self._duplicates = 0
        self._first_s: float | None = None
        self._started = time.monotonic()

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/stats", self._stats)
        app.router.add_get("/calls", self._calls)
        return app

    def _clock(self) -> float:
        return time.monotonic() - self._started

    async def drive(self) -> None:
        """Step the engine in real time, for ever. A jump over many steps is made only where no arrival could get in."""
        engine = self._engine
        while True:
            if not engine.has_work:
                self._arrived.clear()
                await self._arrived.wait()
                engine.idle_until(self._clock())
            step = engine.step(_JUMP if engine.is_full else 1)
            early = engine.now - self._clock()
            self.late_s = max(self.late_s, -early)
            await asyncio.sleep(max(0.0, early))
            for finished in step.finished:
                reply = self._replies.get(finished.request)
                if reply is not None and not reply.done():
                    reply.set_result(finished.cached_tokens)

    # ------------------------------------------------------------------------------------------------- handlers

    async def _models(self, _: web.Request) -> web.Response:
        model = {"id": MODEL, "object": "model", "owned_by": "docqa", "max_model_len": CONTEXT}
        return _json({"object": "list", "data": [model]})

    async def _metrics(self, _: web.Request) -> web.Response:
        """The one metric that docqa reads, as vLLM writes it."""
        size, blocks = self.cost.block_tokens, self.cost.kv_tokens // self.cost.block_tokens
        labels = f'block_size="{size}",cache_dtype="auto",enable_prefix_caching="True",num_gpu_blocks="{blocks}"'
        return web.Response(text=f"vllm:cache_config_info{{{labels}}} 1.0\n")

    async def _stats(self, _: web.Request) -> web.Response:
        return _json(self.stats())

    async def _calls(self, _: web.Request) -> web.Response:
        return web.Response(body=_written(self.calls), content_type="application/jsonl")

    async def _chat(self, http: web.Request) -> web.Response:
        received = self._clock()
        data = await http.read()
        self.received += 1
        self._first_s = received if self._first_s is None else self._first_s
        body_hash = blake2b(data, digest_size=8).hexdigest()
        try:
            body = self._checked(data)
            fault = self._faults.next(body_hash)
            if fault in _REFUSALS:
                raise _RefusedError(*_REFUSALS[fault])
            if fault is Fault.CUT:
                return await _cut(http)
            if fault is Fault.STALL:
                await asyncio.sleep(self.options.stall_s)
            return _json(await self._reply(body, body_hash, received, fault is Fault.BROKEN))
        except _RefusedError as error:
            return error.response()

    def _checked(self, data: bytes) -> Body:
        """The body, if a vLLM server with this model would take it."""
        try:
            body = cast(Body, orjson.loads(data))
            model, held = body["model"], (body.get("response_format") or {}).get("type", "text")
            assert all({"role", "content"} <= turn.keys() for turn in body["messages"]), "a message has no content"
        except (orjson.JSONDecodeError, LookupError, AttributeError, TypeError, AssertionError) as error:
            raise _RefusedError(400, f"no chat completion request: {error}") from error
        if model != MODEL:
            raise _RefusedError(404, f"The model `{model}` does not exist.", "NotFoundError")
        if body.get("stream"):
            raise _RefusedError(400, "streaming is not simulated")
        if held == "json_schema" and self.options.ignore_schema:
            raise _RefusedError(400, "response_format json_schema is not supported by this server")
        return body

    async def _reply(self, body: Body, body_hash: str, received: float, broken: bool) -> Body:
        """Run one call through the engine."""
        text, finish = self._text(body, broken)
        prompt = _prompt(body)
        request = Request(blocks_of(prompt, self.cost.block_tokens), tokens_of(prompt), tokens_of(text), body_hash)
        if request.prompt_tokens + request.output_tokens > min(CONTEXT, self.cost.kv_tokens):
            raise _RefusedError(400, f"This model's maximum context length is {CONTEXT} tokens.")
        cached = await self._run(request)
        self._record(request, cached, received, broken)
        made = _completion(text, finish, request, cached, len(self.calls))
        if body.get("logprobs"):
            made["choices"][0]["logprobs"] = {"content": _logprobs(text)}
        return made

    def _text(self, body: Body, broken: bool) -> tuple[str, str]:
        """The reply's text and why it ends."""
        if self.options.no_json:
            body = {name: value for name, value in body.items() if name != "response_format"}
        text = self.answer(body)
        if self.options.no_json:
            text = f"<think>let me see</think>\nHere is what you asked for:\n\n```json\n{text}\n```\nI hope this helps."
        if broken:
            text = text[: len(text) // 2]
        most = CHARS_PER_TOKEN * int(body.get("max_completion_tokens") or body.get("max_tokens") or CONTEXT)
        return (text[:most], "length") if len(text) > most else (text, "stop")

    async def _run(self, request: Request) -> int:
        """Wait until the engine has finished ``request``; its cached tokens. Aborted if the client goes away."""
        reply: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._replies[request] = reply
        self._engine.add(request)
        self._arrived.set()
        try:
            return await reply
        except asyncio.CancelledError:
            self._engine.abort(request)
            raise
        finally:
            del self._replies[request]

    def _record(self, request: Request, cached: int, received: float, broken: bool) -> None:
        finished = self._engine.now
        sizes = (request.prompt_tokens, request.output_tokens, cached)
        self.calls.append(Call(request.id, request.blocks, *sizes, received, finished, broken))
        if not broken:
            self._duplicates += request.id in self._finished
            self._finished[request.id] += 1

    def stats(self) -> Body:
        """What was asked, and how well the engine was fed; times are seconds since the server's start."""
        engine = self._engine
        return {
            "calls": self.received,
            "finished": len(self.calls),
            "duplicates": self._duplicates,
            "faults": {str(fault): count for fault, count in self._faults.met.items()},
            "now_s": self._clock(),
            "first_s": self._first_s,
            "last_s": self.calls[-1].finished if self.calls else None,
            "busy_s": engine.busy_s,
            "idle_s": engine.idle_s,
            "late_s": self.late_s,
            "cpu_s": time.process_time(),
            "mean_running": engine.mean_running,
            "prompt_tokens": engine.prompt_tokens,
            "cached_tokens": engine.cached_tokens,
            "output_tokens": sum(call.output_tokens for call in self.calls),
        }


def _prompt(body: Body) -> str:
    """The prompt as Qwen's chat template renders it."""
    turns = (f"<|im_start|>{turn['role']}\n{_content(turn)}<|im_end|>\n" for turn in body["messages"])
    return "".join(turns) + "<|im_start|>assistant\n"


def _content(turn: Body) -> str:
    content = turn.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _completion(text: str, finish: str, request: Request, cached: int, number: int) -> Body:
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": request.prompt_tokens,
            "completion_tokens": request.output_tokens,
            "total_tokens": request.prompt_tokens + request.output_tokens,
            "prompt_tokens_details": {"cached_tokens": cached},
        },
    }


def _logprobs(text: str) -> list[Body]:
    """A log-probability for every token, the same for the same text."""
    tokens = [text[at : at + CHARS_PER_TOKEN] for at in range(0, len(text), CHARS_PER_TOKEN)]
    sure = blake2b(text.encode(), digest_size=1).digest()[0] / 256
    return [{"token": token, "logprob": -sure, "bytes": None, "top_logprobs": []} for token in tokens]


def _json(body: Body, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, headers=headers, content_type="application/json")


async def _cut(http: web.Request) -> web.Response:
    """Close the connection under the client; the response returned goes nowhere."""
    if http.transport is not None:
        http.transport.close()
    return web.Response()


# ------------------------------------------------------------------------------------------------- its own process


async def serve(server: Simulated, port: int, calls: Path | None) -> None:
    """Serve until SIGTERM or SIGINT, then write the calls."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(server.app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    driving = asyncio.create_task(server.drive())
    stopping = asyncio.create_task(stop.wait())
    print(f"ready http://127.0.0.1:{runner.addresses[0][1]}/v1", flush=True)
    await asyncio.wait({driving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    await runner.cleanup()
    if calls is not None:
        calls.write_bytes(_written(server.calls))
    if driving.done():
        driving.result()


def main() -> None:
    """The command line."""
    given = _parser().parse_args()
    cost = Cost(**{each.name: getattr(given, each.name) for each in fields(Cost)})
    options = Options(**{each.name: getattr(given, each.name) for each in fields(Options)})
    module, _, name = given.answer.partition(":")
    answer: Answer = getattr(import_module(module), name)
    with suppress(ImportError):  # a third less CPU a call, where it is installed
        import uvloop

        uvloop.install()
    asyncio.run(_made_and_served(cost, options, answer, given.port, given.calls))


async def _made_and_served(cost: Cost, options: Options, answer: Answer, port: int, calls: Path | None) -> None:
    await serve(Simulated(cost, options, answer), port, calls)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput.server", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
    parser.add_argument("--calls", type=Path, help="where to write the finished calls at the end (JSON lines)")
    parser.add_argument("--answer", default=REPLIES, help="module:function that makes the replies' texts")
    for each in (*fields(Cost), *fields(Options)):
        flag, value = _flag(each.name), getattr(Cost if each in fields(Cost) else Options, each.name)
        if isinstance(value, bool):
            parser.add_argument(flag, dest=each.name, action="store_true")
        else:
            parser.add_argument(flag, dest=each.name, type=type(value), default=value, help=f"default {value:g}")
    return parser


def _flag(name: str) -> str:
    return "--stall" if name == "stall_s" else f"--{name.replace('_', '-')}"


# ------------------------------------------------------------------------------------------ for tests and benchmarks


@dataclass(frozen=True)
class Serving:
    """A server that runs in a process of its own.

    Attributes:
        url: up to and including ``/v1``.
    """

    url: str
    process: subprocess.Popen[str]

    def stats(self) -> Body:
        """``GET /stats``."""
        return cast(Body, orjson.loads(self._get("stats")))

    def calls(self) -> list[Call]:
        """``GET /calls``: what has finished so far."""
        return read_calls(self._get("calls"))

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url.removesuffix('/v1')}/{path}", timeout=60) as response:
            return cast(bytes, response.read())


@contextmanager
def serving(**options: object) -> Iterator[Serving]:
    """Run a server with these command-line options (``slots=64, fault_rate=0.05``), and stop it at the end.

    Raises:
        RuntimeError: it did not start; it has said why on stderr.
    """
    flags = [part for name, value in options.items() for part in _given(_flag(name), value)]
    command = [sys.executable, "-m", "benchmarks.throughput.server", *flags]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    try:
        word, _, url = process.stdout.readline().strip().partition(" ")
        if word != "ready":
            raise RuntimeError(f"the simulated server did not start: {' '.join(command)}")
        yield Serving(url, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _given(flag: str, value: object) -> list[str]:
    if isinstance(value, bool):
        return [flag] if value else []
    return [flag, str(value)]


if __name__ == "__main__":
    main()
