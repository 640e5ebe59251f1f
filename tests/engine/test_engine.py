"""docqa drives the real engine. The model has random weights: what it says means nothing, how it comes does."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

import pytest
from conftest import ENGINE_ARGS
from pydantic import BaseModel

from docqa.errors import CallError, ModelError
from docqa.models.chat import Completion, Free, Prompt, schema
from docqa.models.server import Servers
from docqa.models.vllm import InProcess

T = TypeVar("T")

PASSAGE = "Close the suction valve before the pump is started, and check the oil level every four hours. " * 20


class Verdict(BaseModel):
    """A reply that ends by itself, whatever the model's weights are; not in alphabetical order."""

    label: Literal["grounded", "hard", "hallucinated"]
    grounded: bool
    hints: list[Literal["table", "list", "step"]]


class Answer(BaseModel):
    """A reply that may be anything."""

    text: str


def asked(user: str, reply: type[BaseModel] = Verdict, **how: object) -> Prompt[BaseModel]:
    """A prompt whose passage comes first."""
    return Prompt(system="You check answers.", user=user, reply=reply, **{"max_tokens": 512, **how})  # type: ignore[arg-type]


class Engine:
    """The engine on an event loop of its own, so that plain tests can share it."""

    def __init__(self, model: InProcess) -> None:
        self.model = model
        self._loop = asyncio.new_event_loop()

    def run(self, work: Awaitable[T]) -> T:
        return self._loop.run_until_complete(work)

    def ask(self, *prompts: Prompt[BaseModel], seed: int = 0) -> list[Completion]:
        """All at once."""

        async def all_at_once() -> list[Completion]:
            return await asyncio.gather(*(self.model.complete(prompt, seed) for prompt in prompts))

        return self.run(all_at_once())


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Iterator[Engine]:
    engine = Engine(InProcess(str(tiny_model), ENGINE_ARGS, 0))
    began = time.monotonic()
    engine.run(engine.model.start())
    print(f"\nengine up in {time.monotonic() - began:.1f} s")
    yield engine
    engine.run(engine.model.close())


def engines_of(parent: int) -> list[int]:
    """The engine and its workers below a process (Python's resource tracker is there, too, and ends by itself)."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    own = [int(child) for child in children if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()]
    return own + [process for child in own for process in engines_of(child)]


def gone(processes: list[int]) -> bool:
    """Whether none of these processes is left."""
    return not any(Path(f"/proc/{pid}").exists() for pid in processes)


def soon(condition: Callable[[], bool], within_s: float = 15) -> bool:
    """Whether a condition comes true in time."""
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


# ---------------------------------------------------------------------------------------------------------- replies


def test_a_reply_is_the_record_that_was_asked_for(engine: Engine) -> None:
    prompts = [asked(f"{PASSAGE} Question {number}", temperature=1.0) for number in range(8)]
    for completion in engine.ask(*prompts):
        assert completion.finish == "stop"
        assert list(json.loads(completion.text)) == ["label", "grounded", "hints"], "the record's own order"
        Verdict.model_validate_json(completion.text)


def test_a_reply_is_cut_off_at_max_tokens(engine: Engine) -> None:
    [completion] = engine.ask(asked("Is the valve closed?", max_tokens=5))
    assert completion.finish == "length"
    assert completion.completion_tokens == 5
    assert completion.text.startswith('{"label"')


def test_temperature_0_says_the_same_again(engine: Engine) -> None:
    prompt = asked("Is the valve closed?", Answer, max_tokens=60)
    [first], [second] = engine.ask(prompt), engine.ask(prompt)
    assert first.text == second.text


def test_what_calls_share_is_read_once(engine: Engine) -> None:
    passage = "Only in this test. " + PASSAGE
    [first] = engine.ask(asked(f"{passage} First question?", max_tokens=4))
    [second] = engine.ask(asked(f"{passage} Second question?", max_tokens=4))
    assert first.cached_tokens < 128, "no more than the system message"
    assert second.cached_tokens > 0.5 * second.prompt_tokens


def test_a_prompt_longer_than_the_context_is_refused_and_the_engine_lives(engine: Engine) -> None:
    with pytest.raises(CallError, match=r"chunk\.max_tokens or verify\.passages") as caught:
        engine.ask(asked(PASSAGE * 20))
    assert caught.value.kind == "refused"
    assert engine.ask(asked("Is the valve closed?", max_tokens=4))[0].completion_tokens == 4


def test_64_calls_at_once_all_come_back(engine: Engine) -> None:
    began = time.monotonic()
    completions = engine.ask(*(asked(f"{PASSAGE} Question {number}", temperature=0.8) for number in range(64)))
    seconds = time.monotonic() - began
    assert len(completions) == 64
    assert all(Verdict.model_validate_json(completion.text) for completion in completions)
    tokens = sum(completion.completion_tokens for completion in completions)
    read = sum(completion.prompt_tokens for completion in completions)
    cached = sum(completion.cached_tokens for completion in completions)
    print(
        f"\n64 calls in {seconds:.1f} s: {tokens / seconds:.0f} tokens/s out; {cached} of {read} tokens in were cached"
    )


def test_a_free_reply_has_the_log_probability_of_its_tokens_and_a_held_one_none(engine: Engine) -> None:
    free, held = engine.ask(asked("Is the valve closed?", Free, max_tokens=20), asked("Is the valve closed?"))
    assert free.logprob is not None
    assert free.logprob < 0
    assert free.text
    assert not free.text.startswith('{"label"')
    assert held.logprob is None


def test_a_call_that_is_given_up_leaves_the_engine_free(engine: Engine) -> None:
    async def given_up() -> None:
        await asyncio.wait_for(engine.model.complete(asked(PASSAGE[:500], max_tokens=3000), 0), timeout=0.03)

    with pytest.raises(TimeoutError):
        engine.run(given_up())
    assert engine.ask(asked("Is the valve closed?", max_tokens=4))[0].completion_tokens == 4


def test_it_says_how_much_it_can_take(engine: Engine) -> None:
    assert engine.model.concurrency == 80, "more than the engine runs at once"
    assert engine.model.kv_tokens > 4096


def test_seeds_are_left_out_on_a_cpu_and_said_to_be(engine: Engine) -> None:
    from vllm.platforms import current_platform

    assert len(engine.model.notes) == current_platform.is_cpu()
    engine.ask(asked("Is the valve closed?", temperature=1.0), seed=7)  # a seed would kill the CPU's engine


# ------------------------------------------------------------------------------------------------------- how it ends


WAITS = """
    import asyncio, json, signal, sys
    from pydantic import BaseModel
    from docqa.models.chat import Prompt
    from docqa.models.vllm import InProcess

    class Answer(BaseModel):
        text: str

    async def main():
        model = InProcess(sys.argv[1], json.loads(sys.argv[2]), 0)
        await model.start()
        print("up", flush=True)
        prompt = Prompt(system="Talk.", user="On and on.", reply=Answer, max_tokens=3500)
        try:
            for _ in range(1000):
                await model.complete(prompt, 0)
        except Exception as error:
            print(type(error).__name__, error, flush=True)
        finally:
            await model.close()
            print("closed", flush=True)

    if __name__ == "__main__":
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
        asyncio.run(main())
"""


@pytest.fixture
def other(tiny_model: Path, tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process that starts an engine and then asks it."""
    script = tmp_path / "waits.py"
    script.write_text(textwrap.dedent(WAITS))
    command = [sys.executable, str(script), str(tiny_model), json.dumps(ENGINE_ARGS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        yield process
        if process.poll() is None:
            process.kill()


@pytest.fixture
def busy(other: "subprocess.Popen[str]") -> "subprocess.Popen[str]":
    """Another process with an engine that is writing."""
    assert other.stdout is not None
    assert any(line == "up\n" for line in other.stdout)
    time.sleep(1)
    return other


def test_the_engine_ends_when_docqa_is_killed(busy: "subprocess.Popen[str]") -> None:
    engines = engines_of(busy.pid)
    assert engines
    busy.kill()
    busy.wait()
    assert soon(lambda: gone(engines))


def test_ctrl_c_reaches_docqa_alone_which_stops_the_engine(busy: "subprocess.Popen[str]") -> None:
    engines = engines_of(busy.pid)
    os.killpg(busy.pid, signal.SIGINT)
    assert busy.stdout is not None
    assert busy.stdout.read() == "closed\n", "no call failed: the engine was not interrupted itself"
    assert engines
    assert gone(engines)


def test_ctrl_c_ends_the_loading_of_a_model(other: "subprocess.Popen[str]") -> None:
    assert soon(lambda: bool(engines_of(other.pid)), within_s=60)
    time.sleep(2)
    engines = engines_of(other.pid)
    os.killpg(other.pid, signal.SIGINT)
    assert soon(lambda: other.poll() is not None), "it does not wait until the model is loaded"
    assert soon(lambda: gone(engines))


def test_an_engine_that_dies_is_a_model_error(busy: "subprocess.Popen[str]") -> None:
    for pid in engines_of(busy.pid):
        os.kill(pid, signal.SIGKILL)
    assert busy.stdout is not None
    said = busy.stdout.read()
    assert said.startswith("ModelError")
    assert "engine is dead" in said
    assert said.endswith("closed\n")


# ---------------------------------------------------------------------------------------------------- wrong settings


def failure(name: str, within_s: float = 20, **engine_args: object) -> str:
    """What is said when a model cannot be started, which has to be soon."""
    began = time.monotonic()
    with pytest.raises(ModelError) as caught:
        asyncio.run(InProcess(name, engine_args, 0).start())
    assert time.monotonic() - began < within_s
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no such folder" in failure("/no/such/model")
    assert "no config.json" in failure(str(tmp_path))


def test_a_model_whose_weights_are_cut_off(tiny_model: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_model, tmp_path / "cut")
    weights = tmp_path / "cut" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100_000])
    assert "the first error above says why" in failure(str(tmp_path / "cut"), within_s=90, **ENGINE_ARGS)


def test_an_engine_argument_that_does_not_exist(tiny_model: Path) -> None:
    said = failure(str(tiny_model), max_model_length=2048)
    assert "max_model_length" in said
    assert "max_model_len" in said.removeprefix("vLLM has no engine argument max_model_length")


def test_an_engine_argument_that_cannot_be(tiny_model: Path) -> None:
    assert "dtype: Input should be" in failure(str(tiny_model), dtype="float17")
    assert "max_model_len (100000) is greater" in failure(str(tiny_model), max_model_len=100_000)


# ---------------------------------------------------------------------------------------------------------- a server


def test_a_server_holds_replies_to_the_schema_too(server: str) -> None:
    body = {
        "model": "tiny",
        "messages": [{"role": "user", "content": "Reply with the word hello and nothing else, not as JSON."}],
        "max_tokens": 512,
        "temperature": 1.0,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "Verdict", "schema": schema(Verdict), "strict": True},
        },
    }
    request = urllib.request.Request(
        f"{server}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        reply = json.load(response)
    Verdict.model_validate_json(reply["choices"][0]["message"]["content"])


def test_a_server_gives_the_log_probability_of_a_free_reply_too(server: str) -> None:
    async def go() -> list[Completion]:
        servers = Servers("tiny", [server], send_seed=False)
        try:
            await servers.start()
            prompts = (asked("Is the valve closed?", Free, max_tokens=20), asked("Is the valve closed?"))
            return [await servers.complete(prompt, 0) for prompt in prompts]
        finally:
            await servers.close()

    free, held = asyncio.run(go())
    assert free.logprob is not None
    assert free.logprob < 0
    assert held.logprob is None
    Verdict.model_validate_json(held.text)
