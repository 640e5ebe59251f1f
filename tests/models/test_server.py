"""A server may fail in every way that servers do; the call comes through, or says why it did not."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
from aiohttp import web
from pydantic import BaseModel

from docqa.errors import CallError, ModelError
from docqa.models.chat import Free, Prompt
from docqa.models.server import Servers, _FaultError, _wait_s

Handler = Callable[[dict[str, Any], web.Request], Awaitable[web.StreamResponse]]


class Reply(BaseModel):
    answer: Literal["yes", "no"]


PROMPT: Prompt[BaseModel] = Prompt("You are asked.", "Yes or no?", Reply, max_tokens=16, group="00c0ffee")


def reply(text: str | None, finish: str = "stop", **message: object) -> web.Response:
    return web.json_response(
        {
            "choices": [{"message": {"content": text, **message}, "finish_reason": finish}],
            "usage": {
                "prompt_tokens": 7,
                "completion_tokens": 3,
                "prompt_tokens_details": {"cached_tokens": 4},
            },
        }
    )


class Fake:
    """A server that holds replies to ``held``, and does what ``handler`` says with everything but the probe."""

    def __init__(self, handler: Handler | None = None, held: str = "json_schema", names: tuple[str, ...] = ("m",)):
        self.handler, self.held, self.names = handler, held, names
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    async def models(self, request: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": name} for name in self.names]})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if "hello" in body["messages"][-1]["content"]:
            return self.probed(body.get("response_format", {}).get("type", "text"))
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        return await self.handler(body, request) if self.handler else reply('{"answer": "yes"}')

    def probed(self, asked: str) -> web.StreamResponse:
        if asked == "json_schema" and self.held == "refuses":
            return web.json_response({"error": "response_format is not supported"}, status=400)
        if asked == self.held:
            return reply('{"colour": "green"}' if asked == "json_schema" else '{"word": "hello"}')
        return reply("hello")


@asynccontextmanager
async def serving(fake: Fake) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/v1/models", fake.models)
    app.router.add_post("/v1/chat/completions", fake.chat)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}/v1"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def model(fake: Fake, name: str = "m", **options: Any) -> AsyncIterator[Servers]:
    async with serving(fake) as url:
        servers = Servers(name, [url], **options)
        try:
            await servers.start()
            yield servers
        finally:
            await servers.close()


def in_turn(*steps: Handler) -> Handler:
    """Do each step once, then reply as it should be."""
    left = list(steps)

    async def handler(body: dict[str, Any], request: web.Request) -> web.StreamResponse:
        return await left.pop(0)(body, request) if left else reply('{"answer": "yes"}')

    return handler


async def error_500(*_: Any) -> web.StreamResponse:
    return web.Response(status=500, text="the engine hiccuped")


async def busy(*_: Any) -> web.StreamResponse:
    return web.Response(status=429, headers={"Retry-After": "0.01"})


async def cut(_: Any, request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def no_json(*_: Any) -> web.StreamResponse:
    return web.Response(text="<html>a proxy says hello</html>")


async def stalled(*_: Any) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response()


def test_a_reply_comes_with_its_tokens_and_the_request_with_its_schema_and_seed():
    async def go() -> None:
        fake = Fake()
        async with model(fake, request_args={"top_p": 0.9}) as servers:
            completion = await servers.complete(PROMPT, seed=11)
        assert (completion.text, completion.finish) == ('{"answer": "yes"}', "stop")
        assert (completion.prompt_tokens, completion.completion_tokens, completion.cached_tokens) == (7, 3, 4)
        (body,) = fake.bodies
        assert (body["model"], body["seed"], body["top_p"], body["max_tokens"]) == ("m", 11, 0.9, 16)
        assert body["response_format"]["json_schema"]["schema"]["properties"]["answer"]["enum"] == ["yes", "no"]
        assert [message["role"] for message in body["messages"]] == ["system", "user"]

    asyncio.run(go())


def test_a_free_reply_is_held_to_nothing_and_comes_with_its_log_probability():
    async def go() -> None:
        async def likely(*_: Any) -> web.StreamResponse:
            tokens = [{"token": "By", "logprob": -0.5}, {"token": " hand.", "logprob": -0.1}]
            choice = {"message": {"content": "By hand."}, "finish_reason": "stop", "logprobs": {"content": tokens}}
            return web.json_response({"choices": [choice]})

        fake = Fake(in_turn(likely))
        free: Prompt[BaseModel] = Prompt("You are asked.", "How?", Free, max_tokens=16)
        async with model(fake) as servers:
            assert (await servers.complete(free, 0)).logprob == pytest.approx(-0.3)
            assert (await servers.complete(free, 0)).logprob is None, "a server that gives none"
            assert (await servers.complete(PROMPT, 0)).logprob is None
        asked, _, held = fake.bodies
        assert asked["logprobs"] is True
        assert "response_format" not in asked
        assert "logprobs" not in held
        assert "response_format" in held

    asyncio.run(go())


@pytest.mark.parametrize("fault", [error_500, busy, cut, no_json, stalled], ids=lambda fault: fault.__name__)
def test_a_fault_costs_a_retry_and_nothing_else(fault: Handler):
    async def go() -> None:
        fake = Fake(in_turn(fault, fault))
        async with model(fake, timeout_s=0.5) as servers:
            assert (await servers.complete(PROMPT, 0)).text == '{"answer": "yes"}'
            assert servers.retries == 2
        assert len(fake.bodies) == 3

    asyncio.run(go())


def test_the_server_says_how_long_to_wait_or_chance_does():
    assert _wait_s(_FaultError("busy", "busy", wait_s=7.0), 0) == 7.0
    longest = [max(_wait_s(_FaultError("", "fault"), attempt) for _ in range(200)) for attempt in range(12)]
    assert longest[0] <= 1 < longest[4] <= 16 < longest[11] <= 30


def test_a_server_that_only_fails_ends_with_a_clear_message():
    async def go() -> None:
        async def down(*_: Any) -> web.StreamResponse:
            return web.Response(status=503, text="engine is dead")

        async with model(Fake(down), patience_s=0.2, deadline_s=30) as servers:
            with pytest.raises(ModelError, match=r"engine is dead.*What was finished is kept"):
                await servers.complete(PROMPT, 0)

    asyncio.run(go())


def test_a_call_ends_at_its_deadline_while_others_still_get_through():
    async def go() -> None:
        async def picky(body: dict[str, Any], _: web.Request) -> web.StreamResponse:
            return reply('{"answer": "no"}') if "other" in body["messages"][-1]["content"] else web.Response(status=500)

        async with model(Fake(picky), deadline_s=0.6, patience_s=5) as servers:
            other: Prompt[BaseModel] = Prompt("s", "other", Reply, 16)
            failed, answered = await asyncio.gather(
                servers.complete(PROMPT, 0), servers.complete(other, 0), return_exceptions=True
            )
        assert isinstance(failed, CallError)
        assert failed.kind == "fault"
        assert not isinstance(answered, BaseException)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("status", "said", "error", "words"),
    [
        (401, "no", ModelError, "DOCQA_API_KEY"),
        (404, "no such model", ModelError, "--base-url"),
        (400, "This model's maximum context length is 4096 tokens", CallError, "chunk.max_tokens"),
        (422, "top_p must be less than 1", CallError, "top_p must be"),
    ],
)
def test_a_refusal_is_not_sent_again(status: int, said: str, error: type[Exception], words: str):
    async def go() -> None:
        async def refuse(*_: Any) -> web.StreamResponse:
            return web.Response(status=status, text=said)

        fake = Fake(refuse)
        async with model(fake) as servers:
            with pytest.raises(error, match=words):
                await servers.complete(PROMPT, 0)
        assert len(fake.bodies) == 1

    asyncio.run(go())


@pytest.mark.parametrize(
    ("held", "sent", "noted"),
    [
        ("json_schema", "json_schema", ""),
        ("json_object", "json_object", "any JSON object"),
        ("text", None, "repaired"),
        ("refuses", None, "repaired"),
    ],
)
def test_what_a_server_enforces_is_found_out_once_and_told(held: str, sent: str | None, noted: str):
    async def go() -> None:
        fake = Fake(held=held)
        async with model(fake) as servers:
            await servers.complete(PROMPT, 0)
            assert (noted in " ".join(servers.notes)) if noted else not servers.notes
        assert fake.bodies[0].get("response_format", {}).get("type") == sent

    asyncio.run(go())


def test_thinking_that_is_sent_apart_stays_there():
    async def go() -> None:
        async def thinks(*_: Any) -> web.StreamResponse:
            return reply('{"answer": "no"}', reasoning_content="Let me see. Yes?")

        async with model(Fake(thinks)) as servers:
            assert (await servers.complete(PROMPT, 0)).text == '{"answer": "no"}'

    asyncio.run(go())


def test_the_only_model_needs_no_name_and_a_wrong_name_is_told():
    async def go() -> None:
        async with model(Fake(names=("qwen",)), name="") as servers:
            assert servers.name == "qwen"
        with pytest.raises(ModelError, match=r"serves a, b, not c"):
            async with model(Fake(names=("a", "b")), name="c"):
                pass
        with pytest.raises(ModelError, match=r"serves a, b; name one with --model"):
            async with model(Fake(names=("a", "b")), name=""):
                pass

    asyncio.run(go())


def test_no_server_is_told_at_once():
    async def go() -> None:
        servers = Servers("m", ["http://127.0.0.1:9/v1"])
        with pytest.raises(ModelError, match="no server answers"):
            await servers.start()
        await servers.close()

    asyncio.run(go())


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    async def go() -> None:
        fake = Fake()
        async with model(fake) as servers:
            await servers.complete(PROMPT, 0)
        assert fake.headers[0]["Authorization"] == "Bearer sesame"

    monkeypatch.setenv("DOCQA_API_KEY", "sesame")
    asyncio.run(go())


def test_of_two_servers_one_may_die():
    async def go() -> None:
        first, second = Fake(), Fake()
        async with serving(second) as living:
            async with serving(first) as dying:
                servers = Servers("m", [dying, living], patience_s=0.2)
                await servers.start()
                groups = [Prompt("s", f"{n}", Reply, 16, group=f"{n:08x}") for n in range(8)]
                for prompt in groups * 2:
                    await servers.complete(prompt, 0)  # type: ignore[arg-type]
                for fake in (first, second):
                    asked = [json.dumps(body["messages"]) for body in fake.bodies]
                    assert all(asked.count(one) == 2 for one in asked), "a group goes to one server"
                    assert asked
            for prompt in groups:
                await servers.complete(prompt, 0)  # type: ignore[arg-type]
            await servers.close()
        assert len(first.bodies) + len(second.bodies) == 24

    asyncio.run(go())
