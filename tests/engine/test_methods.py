"""Every method asks the real engine once, for form: the model has random weights, so what it says is not looked at."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import ENGINE_ARGS
from handmade import make_chunk
from pydantic import BaseModel

from docqa.generate import Borrowed, Made
from docqa.generate.items import item
from docqa.generate.kept import Kept
from docqa.generate.methods import METHODS, Part, make
from docqa.index import Index
from docqa.models.chat import Completion, Prompt
from docqa.models.session import Session
from docqa.models.vllm import InProcess
from docqa.prompts import Prompts
from docqa.records import Chunk, Decision, Origin, QAItem, Verdict
from docqa.settings import load
from docqa.store import Store
from docqa.workers import WorkerPool

CHUNKS = [
    make_chunk(
        "The oil of pump P-101 is changed after 500 hours of operation, because it loses its viscosity with time. "
        "The suction valve must be closed before the oil is drained. Drain the oil into a tray of 20 litres.",
        title="Pump manual",
        document="en-1",
    ),
    make_chunk(
        "Pump P-101 may be started again when the suction valve is open and the new oil has reached 20 °C. "
        "A change of the oil takes two fitters 3 hours, and each hour costs 40 EUR.",
        title="Work plan",
        document="en-2",
    ),
    make_chunk(
        "冷库的温度应当保持在2℃至8℃。每日上午和下午各记录一次温度，超出范围时应当立即报告药剂科。",
        title="冷库管理规程",
        language="zh",
        document="zh-1",
    ),
    make_chunk(
        "药剂科收到冷库温度超出范围的报告后，应当在30分钟内转移药品，并填写转移记录，每件药品记一行。",
        title="药品转移规程",
        language="zh",
        document="zh-2",
    ),
]


class Asked(NamedTuple):
    prompt: Prompt[BaseModel]
    completion: Completion


class Recording(InProcess):
    """The engine, and what it was asked and has said."""

    asked: list[Asked]

    async def complete(self, prompt: Prompt[BaseModel], seed: int) -> Completion:
        completion = await super().complete(prompt, seed)
        self.asked.append(Asked(prompt, completion))
        return completion


def kept(chunk: Chunk) -> QAItem:
    """An item of the chunk's first sentence, as a round finds it."""
    end = min(place for mark in ".。" if (place := chunk.text.find(mark)) > 0)
    question = "冷库的规定是什么？" if chunk.language == "zh" else "What is said of the pump first?"
    made = item(chunk, question, chunk.text[:end], [chunk.text[:end]], "qa/fact", Origin(method="self-qa", prompt=""))
    return made.model_copy(update={"kept": True, "verdict": Verdict(decision=Decision.NOVEL)})


@pytest.fixture(scope="module")
def results(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[Made], list[Asked]]]:
    """What each method made of the chunks, and what it asked for that."""
    folder = tmp_path_factory.mktemp("run")

    async def go() -> dict[str, tuple[list[Made], list[Asked]]]:
        model, prompts = Recording(str(tiny_model), ENGINE_ARGS, 0), Prompts(domain="", persona="")
        model.asked = []
        await model.start()
        index = Index.open_or_build(folder / "index", CHUNKS, None, 0.2)
        found = {}
        try:
            async with WorkerPool(1) as pool:
                for name, method in METHODS.items():
                    if method.needs == "nothing":
                        continue
                    with Store(folder / f"{name}.db") as store:
                        session = Session(model, store)
                        borrowed = Borrowed(
                            session, prompts, pool, load().generate, index, Kept(map(kept, CHUNKS), 1), session, session
                        )
                        model.asked = []
                        made = await asyncio.gather(*(make(chunk, [Part(method)], borrowed) for chunk in CHUNKS))
                    found[name] = made, list(model.asked)
        finally:
            index.close()
            await model.close()
        return found

    return asyncio.run(go())


ASKS = [name for name, method in METHODS.items() if method.needs != "nothing"]


@pytest.mark.parametrize("name", ASKS)
def test_a_method_asks_in_both_languages_and_what_ends_by_itself_is_the_record(
    name: str, results: dict[str, tuple[list[Made], list[Asked]]]
) -> None:
    _, asked = results[name]
    assert {"冷库" in call.prompt.user for call in asked} == {True, False}
    for prompt, completion in asked:
        assert completion.completion_tokens > 0
        if completion.finish == "stop":
            prompt.reply.model_validate_json(completion.text)


@pytest.mark.parametrize("name", ASKS)
def test_what_comes_of_it_is_an_item_of_its_types_or_a_failure_with_its_reason(
    name: str, results: dict[str, tuple[list[Made], list[Asked]]]
) -> None:
    for made in results[name][0]:
        assert made.tried
        for each in made.items:
            assert each.task_type in METHODS[name].types
            assert each.origin.method == name
        for failed in made.failed:
            assert getattr(failed.error, "kind", "") == "unusable", failed
