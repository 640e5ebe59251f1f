"""Ratings by the real engine, for form: the model has random weights, so what it says is not looked at."""

import asyncio
from pathlib import Path

import pytest
from conftest import ENGINE_ARGS
from handmade import make_chunk

from docqa.curate.rating import Rated, rate
from docqa.models.session import Session
from docqa.models.vllm import InProcess
from docqa.prompts import Prompts
from docqa.records import Chunk, Origin, QAItem, item_id
from docqa.store import Store

GIVEN = [
    (
        make_chunk("The oil of the pump is changed after 500 hours. The filter is changed yearly."),
        [("When is the oil changed?", "After 500 hours."), ("When is the filter changed?", "Yearly.")],
    ),
    (
        make_chunk("冷库的温度应当保持在2℃至8℃。", title="冷库管理", language="zh"),
        [("冷库的温度应当是多少？", "2℃至8℃")],
    ),
]


def item(chunk: Chunk, question: str, answer: str) -> QAItem:
    return QAItem(
        id=item_id([chunk.id], question, answer),
        chunk_ids=(chunk.id,),
        document_id=chunk.document_id,
        path=chunk.path,
        question=question,
        answer=answer,
        evidence=(),
        task_type="qa/fact",
        language=chunk.language,
        difficulty="easy",
        origin=Origin(method="self-qa", prompt=""),
        score=None,
        kept=True,
    )


@pytest.fixture(scope="module")
def rated(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Rated]:
    """What the engine made of the items, a chunk each."""

    async def go() -> list[Rated]:
        model, prompts = InProcess(str(tiny_model), ENGINE_ARGS, 0), Prompts(domain="", persona="")
        await model.start()
        try:
            with Store(tmp_path_factory.mktemp("run") / "run.db") as store:
                session = Session(model, store)
                calls = (
                    rate([chunk], [item(chunk, *one) for one in made], session, prompts, "both")
                    for chunk, made in GIVEN
                )
                return await asyncio.gather(*calls)
        finally:
            await model.close()

    return asyncio.run(go())


def test_every_item_comes_back_with_ratings_on_their_scales_or_a_reason(rated: list[Rated]) -> None:
    assert [len(done.items) for done in rated] == [len(made) for _, made in GIVEN]
    for done in rated:
        failed = {(one.id, str(error).partition(":")[0]) for one, error in done.failed}
        for one in done.items:
            assert one.scores is not None
            assert (one.scores.accuracy is None) == ((one.id, "not rated (rate-accuracy)") in failed)
            assert one.scores.accuracy in (None, *(half / 2 for half in range(2, 11)))
            for score in (one.scores.complexity, one.scores.quality):
                assert (score is None) == ((one.id, "not rated (rate-deita)") in failed)
                assert score in (None, 1, 2, 3, 4, 5, 6)
