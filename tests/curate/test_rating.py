"""A model's ratings line up with their items by number, and what can't be read is nobody's."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk
from test_rules import item

from docqa.curate.rating import RATED_TOGETHER, Rated, Score, rate
from docqa.errors import ModelError
from docqa.models.chat import Completion, schema_text
from docqa.models.session import Session
from docqa.prompts import Prompts
from docqa.records import Chunk, QAItem
from docqa.store import Store
from tests.scripted import Scripted

ENGLISH = make_chunk("The oil of the pump is changed after 500 hours.", headings=("Maintenance",))
CHINESE = make_chunk("冷库的温度应当保持在2℃至8℃。", title="冷库管理", language="zh")

Reply = Callable[[list[str]], Any]
"""The questions of a call, in order, to the reply's ratings."""


def items(count: int, chunk: Chunk = ENGLISH) -> list[QAItem]:
    asked = "第{}号冷库的温度是多少?" if chunk.language == "zh" else "When is the oil of pump {} changed?"
    made = (
        item(asked.format(number), "2℃至8℃" if chunk.language == "zh" else "After 500 hours.")
        for number in range(count)
    )
    return [one.model_copy(update={"id": str(number), "kept": True}) for number, one in enumerate(made)]


def scripted(reply: Reply) -> Scripted:
    def said(body: dict[str, Any]) -> str | Completion:
        found = reply(re.findall(r"^\[\d+\] (?:Question: |问题：)(.*)$", body["messages"][-1]["content"], re.M))
        return found if isinstance(found, str | Completion) else json.dumps({"ratings": found})

    return Scripted(said)


def rated(folder: Path, model: Scripted, given: Sequence[QAItem], *chunks: Chunk, score: Score = "accuracy") -> Rated:
    async def go() -> Rated:
        with Store(folder / "run.db") as store:
            return await rate(chunks or [ENGLISH], given, Session(model, store), Prompts(domain="", persona=""), score)

    return asyncio.run(go())


def accuracies(done: Rated) -> list[float | None]:
    return [item.scores.accuracy if item.scores else None for item in done.items]


def one(number: int, accuracy: object) -> dict[str, object]:
    return {"number": number, "accuracy": accuracy}


@pytest.mark.parametrize("chunk", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_the_passage_comes_first_and_ratings_find_their_items_by_number(tmp_path: Path, chunk: Chunk) -> None:
    model = scripted(lambda asked: [one(2, 4.5), one(1, 3), one(3, 5)])
    done = rated(tmp_path, model, items(3, chunk), chunk)
    assert accuracies(done) == [3, 4.5, 5]
    assert {item.scores.by for item in done.items if item.scores} == {"scripted"}
    (prompt,) = model.prompts
    assert prompt.group == chunk.id
    assert 0 < prompt.user.index(chunk.text) < prompt.user.index("[1]") < prompt.user.index("[3]")
    assert ("请为下面" in prompt.user) == (chunk is CHINESE)


@pytest.mark.parametrize(
    "faulty",
    [
        pytest.param([one(1, 5)], id="missing"),
        pytest.param([one(1, 5), one(2, 7)], id="out of range"),
        pytest.param([one(1, 5), one(2, 4.7)], id="between the steps"),
        pytest.param([one(1, 5), one(2, True)], id="no number"),
        pytest.param([one(1, 5), one(2, None)], id="null"),
        pytest.param([one(1, 5), {"accuracy": 4}], id="without its number"),
        pytest.param([one(1, 5), "4"], id="no record"),
        pytest.param([one(1, 5), one(2, 4), one(2, 1)], id="twice"),
        pytest.param([one(1, 5), one(3, 2), one(0, 1), one(-1, 1)], id="of no item"),
        pytest.param(
            Completion(text='{"ratings": [{"number": 1, "accuracy": 5}, {"number": 2, "acc', finish="length"),
            id="cut off",
        ),
    ],
)
def test_an_item_without_a_rating_of_its_own_is_asked_about_again_alone(tmp_path: Path, faulty: Any) -> None:
    model = scripted(lambda asked: faulty if len(asked) == 2 else [one(1, 4)])
    done = rated(tmp_path, model, items(2))
    assert accuracies(done) == [5, 4]
    assert not done.failed
    assert len(model.prompts) == 2
    assert "pump 0" not in model.prompts[1].user


@pytest.mark.parametrize("hopeless", ["five stars", '{"ratings": []}', [one(1, 6)], [one(2, 5)]])
def test_what_stays_unrated_has_no_score_and_is_told(tmp_path: Path, hopeless: Any) -> None:
    model = scripted(lambda asked: [one(1, 5)] if len(asked) == 2 else hopeless)
    done = rated(tmp_path, model, items(2))
    assert accuracies(done) == [5, None]
    ((item, error),) = done.failed
    assert (item.id, error.kind) == ("1", "unusable")
    assert str(error).startswith("not rated (rate-accuracy): ")


def test_deita_rates_the_question_and_the_answer_and_both_keeps_what_one_call_could_not(tmp_path: Path) -> None:
    model = Scripted(
        lambda body: (
            "no"
            if '"accuracy"' in body["messages"][-1]["content"]
            else '{"ratings": [{"number": 1, "complexity": 2, "quality": 6}]}'
        )
    )
    (deita,) = rated(tmp_path, model, items(1), score="deita").items
    assert deita.scores is not None
    assert deita.scores.known == {"complexity": 2, "quality": 6}
    assert len(model.prompts) == 1
    done = rated(tmp_path, model, items(1), score="both")
    assert done.items == (deita,)
    assert [str(error)[:25] for _, error in done.failed] == ["not rated (rate-accuracy)"]
    assert len({prompt.user[: prompt.user.index("Rate ")] for prompt in model.prompts}) == 1, "a prefix in common"


def test_only_what_verification_kept_is_rated_and_many_items_are_several_calls(tmp_path: Path) -> None:
    model = scripted(lambda asked: [one(number, 5) for number in range(1, len(asked) + 1)])
    given = items(RATED_TOGETHER + 3)
    given[1] = given[1].model_copy(update={"kept": False, "reason": "hallucinated"})
    done = rated(tmp_path, model, given)
    assert [item.id for item in done.items] == [item.id for item in given]
    assert [at for at, accuracy in enumerate(accuracies(done)) if accuracy is None] == [1]
    assert sorted(prompt.user.count("Question:") for prompt in model.prompts) == [2, RATED_TOGETHER]


def test_nothing_to_rate_needs_no_call_and_nothing_is_rated_twice(tmp_path: Path) -> None:
    model = scripted(lambda asked: [one(1, 5)])
    dropped = [item.model_copy(update={"kept": False}) for item in items(2)]
    assert rated(tmp_path, model, dropped).items == tuple(dropped)
    assert not model.prompts
    first = rated(tmp_path, model, items(1))
    assert rated(tmp_path, model, items(1)) == first
    assert len(model.prompts) == 1


def test_a_model_that_is_gone_ends_the_run(tmp_path: Path) -> None:
    def gone(asked: list[str]) -> Any:
        raise ModelError("the server is gone")

    with pytest.raises(ModelError):
        rated(tmp_path, scripted(gone), items(1))


def test_a_model_is_held_to_the_scale(tmp_path: Path) -> None:
    model = scripted(lambda asked: [one(1, 5)])
    rated(tmp_path, model, items(1))
    assert '"enum": [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]' in schema_text(model.prompts[0].reply)


@pytest.mark.parametrize("score", ["accuracy", "deita"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_item_of_two_chunks_is_rated_beside_both(tmp_path: Path, score: Score, language: str) -> None:
    first = CHINESE if language == "zh" else ENGLISH
    second = make_chunk(
        "阴凉库不超过20℃。" if language == "zh" else "Oil is sold in cans.", title="B", language=language
    )
    worth = {"accuracy": 5} if score == "accuracy" else {"complexity": 4, "quality": 5}
    model = scripted(lambda asked: [{"number": 1, **worth}])
    rated(tmp_path, model, items(1, first), first, second, score=score)
    (prompt,) = model.prompts
    at = [prompt.user.index(words) for words in (first.title, first.text, second.title, second.text, "[1]")]
    assert at == sorted(at)
    assert prompt.user.count("<passage>") == prompt.user.count("</passage>") == 2
    rated(tmp_path / "alone", model, items(1, first), first, score=score)
    assert model.prompts[1].user.count("<passage>") == 1
