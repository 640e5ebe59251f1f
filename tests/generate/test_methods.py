"""Methods: listed, chosen by a mix, run beside each other; none can harm another."""

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk

from docqa import pipeline
from docqa.coverage import NOT_DRAWN
from docqa.errors import CallError, ModelError, SettingsError
from docqa.generate import Borrowed, Failed, Made, Method, task_types
from docqa.generate.extractive.patterns import templates
from docqa.generate.methods import METHODS, Part, falls_on, listing, make, mix
from docqa.prompts import Prompts
from docqa.records import Chunk, Origin, QAItem, item_id
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load
from docqa.workers import WorkerPool
from tests.scripted import Scripted

CHUNKS = [make_chunk(f"The pump {number} must not run dry.", document=f"d{number}") for number in range(400)]


def method(name: str, task: str = "own/test", raises: Exception | None = None) -> Method:
    async def made(chunk: Chunk, borrowed: Borrowed) -> Made:
        if raises:
            raise raises
        item = QAItem(
            id=item_id([chunk.id], name, "A."), chunk_ids=(chunk.id,), document_id=chunk.document_id, path=chunk.path,
            question=name, answer="A.", evidence=(), task_type=task, language="en", difficulty="easy",
            origin=Origin(method=name, prompt=""), score=None,
        )  # fmt: skip
        return Made((item,), (Failed(CallError("no reply", "fault"), "Q?"),))

    return Method(name=name, line="for a test", needs="nothing", types=("own/test",), make=made)


def made(*parts: Part, chunk: Chunk = CHUNKS[0]) -> Made:
    borrowed = Borrowed(None, Prompts(), WorkerPool(1), load().generate)
    return asyncio.run(make(chunk, parts, borrowed))


def test_every_type_of_every_method_and_template_is_on_the_list():
    for known in METHODS.values():
        assert set(known.types) <= task_types.TASK_TYPES.keys(), known.name
    used = {t.task_type for module in ("english", "chinese", "structure") for t in templates(module).values()}
    assert used <= set(METHODS["extractive"].types)
    assert {name.partition("/")[0] for name in task_types.TASK_TYPES} == task_types.FAMILIES.keys()
    assert all(f"  {name.partition('/')[2]} " in task_types.tree() for name in task_types.TASK_TYPES)


def test_the_listing_says_what_each_needs():
    text = listing()
    assert "self-qa         a model " in text
    assert "extractive      no model " in text


def test_without_a_mix_there_is_the_method_that_fits():
    assert mix((), with_model=True) == (Part(METHODS["self-qa"]),)
    assert mix((), with_model=False) == (Part(METHODS["extractive"]),)
    assert mix(("extractive:0.25", "self-qa"), with_model=True) == (
        Part(METHODS["extractive"], 0.25),
        Part(METHODS["self-qa"]),
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("self-qa",), "self-qa needs a model: name one with --model"),
        (("no-such",), "no-such: there is none; there are self-qa, extractive"),
        (("extractive:0",), "above 0"),
        (("extractive:1.5",), "at most 1"),
        (("extractive", "extractive:0.5"), "given 2 times"),
    ],
)
def test_a_mix_that_cannot_be_says_so(given: tuple[str, ...], said: str):
    with pytest.raises(SettingsError, match=said):
        mix(given, with_model=False)


def test_a_share_is_of_the_chunks_always_the_same_and_of_each_method_its_own():
    some, more, other = (Part(method(name), share) for name, share in (("a", 0.2), ("a", 0.4), ("b", 0.2)))
    drawn = {part: {chunk.id for chunk in CHUNKS if falls_on(part, chunk)} for part in (some, more, other)}
    assert 50 < len(drawn[some]) < 110
    assert drawn[some] < drawn[more]
    assert not drawn[some] <= drawn[other]
    assert all(falls_on(Part(method("a")), chunk) for chunk in CHUNKS)


def test_items_go_on_in_the_mix_s_order_and_failures_name_their_method():
    result = made(Part(method("second")), Part(method("broken", raises=KeyError("x"))), Part(method("first")))
    assert [item.question for item in result.items] == ["second", "first"]
    assert [(failed.method, failed.question) for failed in result.failed] == [
        ("second", "Q?"), ("broken", ""), ("first", "Q?")
    ]  # fmt: skip
    assert str(result.failed[1].error) == "KeyError: 'x'"


def test_an_item_of_a_type_that_its_method_does_not_name_is_a_fault():
    (failed,) = made(Part(method("odd", task="other/type"))).failed
    assert "other/type, which is not among its types" in str(failed.error)


def test_a_model_that_is_gone_ends_the_run():
    with pytest.raises(ModelError):
        made(Part(method("odd", raises=ModelError("gone"))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, documents: Path) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for path in ("bank/fee_schedule_zh.pdf", "medication/storage_cold_chain.pdf"):
        shutil.copy(documents / path, folder)
    return folder


def test_two_methods_make_one_set_and_what_one_cannot_the_other_can(folder: Path, tmp_path: Path):
    def refuses(body: dict[str, Any]) -> str:
        return "no"

    settings = load({"generate": {"methods": ["self-qa", "extractive"]}, "curate": {"score": "none"}})
    summary = pipeline.run(folder, tmp_path / "out", settings, model=Scripted(refuses))
    failures = list(read_records(tmp_path / "out" / "errors.jsonl", Failure))
    assert {failure.method for failure in failures if failure.what == "chunk"} == {"self-qa"}
    assert summary.items.made > 20
    assert summary.chunks.used > summary.chunks.failed, "a chunk is used when one method could use it"
    assert summary.models["generator"] == "scripted (Self-QA, two-stage); docqa extractive rules (no model)"


def test_chunks_outside_every_share_are_told(folder: Path, tmp_path: Path):
    whole = pipeline.run(folder, tmp_path / "whole", load())
    part = pipeline.run(folder, tmp_path / "part", load({"generate": {"methods": ["extractive:0.5"]}}))
    assert 0 < part.chunks.skipped[NOT_DRAWN] < part.chunks.total
    assert part.chunks.total == whole.chunks.total
    kept = [Counter(item.chunk_ids for item in read_records(tmp_path / run / "items.jsonl", QAItem)) for run in
            ("whole", "part")]  # fmt: skip
    assert kept[1] == {chunks: count for chunks, count in kept[0].items() if chunks in kept[1]}
    assert part.models["generator"].endswith(", 50% of the chunks")


def test_a_method_without_its_model_is_told_before_anything_is_done(folder: Path, tmp_path: Path):
    with pytest.raises(SettingsError, match="self-qa needs a model"):
        pipeline.run(folder, tmp_path / "out", load({"generate": {"methods": ["self-qa"]}}))
    assert not (tmp_path / "out").exists()
