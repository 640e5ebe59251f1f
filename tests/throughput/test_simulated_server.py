"""The simulated server: it says what vLLM says, counts what it was asked, and fails as often as it was told to."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from stand_in import answer

from benchmarks.throughput.engine import Cost, ideal_time
from benchmarks.throughput.faults import MOST_IN_A_ROW, Fault, Faults
from benchmarks.throughput.server import Options, Simulated, read_calls, serving

QUICK = Cost(slots=64, step_s=0.0001, per_sequence_s=0.0, per_prefill_token_s=0.0)
SCHEMA = {"type": "json_schema", "json_schema": {"name": "Text", "schema": {"type": "object"}}}
CHAT = "/v1/chat/completions"

Body = dict[str, Any]
Client = TestClient[Any, Any]


def body(prompt: str, characters: int, **more: object) -> Body:
    """A call whose reply has so many characters."""
    return {"model": "simulated", "messages": [{"role": "user", "content": f"{prompt} {characters}"}], **more}


def content(reply: Body) -> str:
    text = reply["choices"][0]["message"]["content"]
    assert isinstance(text, str)
    return text


def with_client(server: Simulated, use: Callable[[Client], Awaitable[None]]) -> None:
    """Run ``use`` with a client of ``server``, in this process."""

    async def run() -> None:
        driving = asyncio.create_task(server.drive())
        async with TestClient(TestServer(server.app())) as client:
            await use(client)
        driving.cancel()

    asyncio.run(run())


def replies(bodies: Sequence[Body], options: Options | None = None) -> list[tuple[int, Body]]:
    """Status and JSON of each call, made one after the other."""
    found: list[tuple[int, Body]] = []

    async def use(client: Client) -> None:
        for each in bodies:
            async with client.post(CHAT, json=each) as response:
                found.append((response.status, await response.json()))

    with_client(Simulated(QUICK, options or Options(), answer), use)
    return found


def post_all(url: str, bodies: Sequence[Body]) -> None:
    """Make all calls at the same time."""

    async def run() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            await asyncio.gather(*(post(http, each) for each in bodies))

    async def post(http: aiohttp.ClientSession, each: Body) -> None:
        async with http.post(f"{url}/chat/completions", json=each) as response:
            assert response.status == 200, await response.text()

    asyncio.run(run())


# ------------------------------------------------------------------------------------------------- what it replies


def test_tokens_have_log_probabilities_where_they_are_asked_for():
    (_, asked), (_, same), (_, other), (_, silent) = replies(
        [body("Say so.", 100, logprobs=True)] * 2 + [body("Say so.", 200, logprobs=True), body("Say so.", 100)]
    )
    given = [reply["choices"][0]["logprobs"]["content"] for reply in (asked, same, other)]
    assert all(token["logprob"] <= 0 for tokens in given for token in tokens)
    assert "".join(token["token"] for token in given[0]) == content(asked)
    assert given[0] == given[1]
    assert given[0][0]["logprob"] != given[2][0]["logprob"]
    assert "logprobs" not in silent["choices"][0]


def test_usage_counts_the_prompt_the_reply_and_what_of_the_prompt_was_cached():
    (_, first), (_, second) = replies([body("a" * 1000 + " u", 100), body("a" * 1000 + " v", 200)])
    rendered = len("<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n") + 1000 + len(" u 100")
    tokens = -(-rendered // 4)
    assert first["usage"] == {
        "prompt_tokens": tokens,
        "completion_tokens": 25,
        "total_tokens": tokens + 25,
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    assert second["usage"]["completion_tokens"] == 50
    assert second["usage"]["prompt_tokens_details"] == {"cached_tokens": (17 + 1000) // 64 * 16}
    assert len(content(first)) == 100
    assert first["choices"][0]["finish_reason"] == "stop"


def test_a_reply_is_cut_off_at_max_tokens():
    ((_, reply),) = replies([body("a", 400, max_tokens=20)])
    assert len(content(reply)) == 80
    assert reply["usage"]["completion_tokens"] == 20
    assert reply["choices"][0]["finish_reason"] == "length"


def test_the_model_is_listed_and_another_one_refused():
    async def use(client: Client) -> None:
        async with client.get("/v1/models") as response:
            assert [model["id"] for model in (await response.json())["data"]] == ["simulated"]
        async with client.post(CHAT, json={**body("a", 20), "model": "gpt"}) as response:
            assert response.status == 404

    with_client(Simulated(QUICK, answer=answer), use)


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"model": "simulated"}', b'{"model": "simulated", "messages": [{}]}'])
def test_what_is_no_request_is_refused(data: bytes):
    async def use(client: Client) -> None:
        async with client.post(CHAT, data=data) as response:
            assert response.status == 400

    with_client(Simulated(QUICK, answer=answer), use)


def test_a_prompt_that_is_too_long_is_refused_as_vllm_does():
    ((status, reply),) = replies([body("a" * 200_000, 20)])
    assert status == 400
    assert "maximum context length" in reply["error"]["message"]


def test_a_server_that_knows_no_schema_refuses_it_but_not_json_objects():
    calls = [body("a", 40, response_format=SCHEMA), body("a", 40, response_format={"type": "json_object"})]
    assert [status for status, _ in replies(calls, Options(ignore_schema=True))] == [400, 200]


def test_a_server_without_json_thinks_aloud_and_fences_its_reply():
    ((_, reply),) = replies([body("a", 40, response_format=SCHEMA)], Options(no_json=True))
    assert content(reply).startswith("<think>let me see</think>")
    json.loads(content(reply).split("```json\n")[1].split("\n```")[0])
    assert reply["usage"]["completion_tokens"] == -(-len(content(reply)) // 4)


# -------------------------------------------------------------------------------------------------- how it is timed


def test_64_calls_at_once_to_64_slots_take_what_the_engine_says_at_best():
    cost = Cost(slots=64, step_s=0.02)
    bodies = [body(f"{'a' * 640} {at}", 320 + 2 * (at % 40)) for at in range(64)]
    with serving(answer="stand_in:answer", slots=cost.slots, step_s=cost.step_s) as server:
        post_all(server.url, bodies)
        stats, calls = server.stats(), server.calls()
    ideal = ideal_time([call.request for call in calls], cost)
    assert 0.999 * ideal <= stats["busy_s"] <= 1.2 * ideal
    assert stats["idle_s"] == 0.0
    assert stats["mean_running"] > 50
    assert stats["cached_tokens"] == 63 * ((17 + 640) // 64 * 16)
    assert sorted(call.output_tokens for call in calls) == sorted(-(-(320 + 2 * (at % 40)) // 4) for at in range(64))


def test_one_call_after_the_other_leaves_the_server_idle_between_them():
    server = Simulated(QUICK, answer=answer)

    async def use(client: Client) -> None:
        for prompt in "ab":
            async with client.post(CHAT, json=body(prompt, 40)) as response:
                assert response.status == 200
            await asyncio.sleep(0.05)

    with_client(server, use)
    stats = server.stats()
    assert stats["idle_s"] >= 0.05
    assert stats["busy_s"] == pytest.approx(2 * 10 * QUICK.step_s)
    assert stats["last_s"] - stats["first_s"] >= stats["idle_s"]
    assert stats["mean_running"] == pytest.approx(1.0)


def test_a_call_is_a_duplicate_when_its_whole_body_was_answered_before():
    server = Simulated(QUICK, answer=answer)

    async def use(client: Client) -> None:
        for each in (body("a", 40), body("b", 40), body("a", 40), body("a", 40, temperature=1)):
            async with client.post(CHAT, json=each) as response:
                await response.read()

    with_client(server, use)
    assert (server.stats()["calls"], server.stats()["finished"], server.stats()["duplicates"]) == (4, 4, 1)


def test_a_call_whose_client_is_gone_gives_its_slot_back():
    with serving(answer="stand_in:answer", slots=1, step_s=0.05) as server:

        async def run() -> None:
            impatient = aiohttp.ClientTimeout(total=0.2)
            async with aiohttp.ClientSession() as http:
                with pytest.raises(TimeoutError):
                    await http.post(f"{server.url}/chat/completions", json=body("a", 100_000), timeout=impatient)
                async with http.post(f"{server.url}/chat/completions", json=body("b", 40)) as response:
                    assert response.status == 200

        asyncio.run(run())
        assert [call.output_tokens for call in server.calls()] == [10]


def test_the_calls_are_in_the_file_after_sigterm_as_they_were_over_http(tmp_path: Path):
    written = tmp_path / "calls.jsonl"
    with serving(answer="stand_in:answer", step_s=0.0001, calls=written) as server:
        post_all(server.url, [body(f"{'a' * 100}{at}", 40) for at in range(5)])
        calls = server.calls()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(10) == 0
    assert read_calls(written.read_bytes()) == calls
    assert len(calls) == 5


# -------------------------------------------------------------------------------------------------------- its faults


def test_faults_are_as_many_as_the_rate_says_and_of_all_kinds():
    faults = Faults(0.05)
    met = [faults.next(f"body {at}") for at in range(20_000)]
    assert sum(fault is not None for fault in met) == pytest.approx(1000, rel=0.1)
    assert all(faults.met[fault] == pytest.approx(200, rel=0.3) for fault in Fault)


def test_the_same_calls_meet_the_same_faults_in_whatever_order():
    bodies = [f"body {at % 50}" for at in range(200)]
    one, other = Faults(0.3), Faults(0.3)
    for each in bodies:
        one.next(each)
    for each in sorted(bodies):
        other.next(each)
    assert one.met == other.met


def test_no_body_fails_three_times_in_a_row():
    faults = Faults(0.9)
    met = [faults.next("body") is not None for _ in range(300)]
    assert MOST_IN_A_ROW == 2
    assert all(not all(met[at : at + 3]) for at in range(len(met)))


def test_each_fault_looks_to_a_client_as_it_would_from_vllm():
    seen: dict[str, int] = {"500": 0, "429": 0, "cut": 0, "broken": 0, "whole": 0}
    server = Simulated(QUICK, Options(fault_rate=0.5, stall_s=0.01), answer)

    async def use(client: Client) -> None:
        for at in range(100):
            seen[await outcome(client, body(f"{at}", 40))] += 1

    async def outcome(client: Client, each: Body) -> str:
        try:
            # On a connection of its own: aiohttp sends a request again when a kept connection was closed under it.
            async with client.post(CHAT, json=each, headers={"Connection": "close"}) as response:
                reply = await response.json()
        except aiohttp.ServerDisconnectedError:
            return "cut"
        if response.status != 200:
            assert (response.headers.get("Retry-After") == "1") == (response.status == 429)
            return str(response.status)
        try:
            json.loads(content(reply))
        except json.JSONDecodeError:
            assert reply["choices"][0]["finish_reason"] == "stop"
            return "broken"
        return "whole"

    with_client(server, use)
    met = server.stats()["faults"]
    assert seen == {
        "500": met["error"],
        "429": met["busy"],
        "cut": met["cut"],
        "broken": met["broken"],
        "whole": 100 - sum(met.values()) + met["stall"],
    }
    assert sum(call.broken for call in server.calls) == met["broken"]
    assert server.stats()["duplicates"] == 0
