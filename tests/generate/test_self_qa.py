"""Self-QA: questions from a chunk, answers read from it, quotes that stand in it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk

from docqa.generate import Made, self_qa
from docqa.generate.items import different
from docqa.models.chat import Turn
from docqa.models.session import Session
from docqa.prompts import Prompts
from docqa.store import Store
from tests.scripted import Scripted

CHUNK = make_chunk(
    "Change the oil after 500 hours of\noperation. Use 2.5 L of ISO VG 46.",
    "The pump must not run dry，because the seal would overheat.",
    headings=["6 Maintenance"],
)
ZH = make_chunk("冷库温度应保持在 2℃至8℃。", title="储存规程", language="zh")
OIL = "When must the oil of the pump be changed?"


def script(questions: list[dict[str, Any]], answers: dict[str, Any]) -> Callable[[dict[str, Any]], str]:
    def reply(body: dict[str, Any]) -> str:
        user = body["messages"][-1]["content"]
        for question, answer in answers.items():
            if user.endswith(question):
                return answer if isinstance(answer, str) else json.dumps(answer)
        return json.dumps({"questions": questions})

    return reply


def made(model: Scripted, tmp_path: Path, chunk: Any = CHUNK, **options: Any) -> Made:
    async def go() -> Made:
        with Store(tmp_path / "run.db") as store:
            return await self_qa.generate(chunk, Session(model, store), Prompts(domain="pumps", persona=""), **options)

    return asyncio.run(go())


def test_an_answer_comes_with_its_quotes_where_they_stand(tmp_path: Path):
    answer = {"quotes": ["Change the oil after 500 hours of operation."], "answer": "After 500 hours of operation."}
    model = Scripted(script([{"kind": "quantity", "question": OIL}], {OIL: answer}))
    (item,) = made(model, tmp_path).items
    (evidence,) = item.evidence
    assert (
        CHUNK.text[evidence.start : evidence.end] == evidence.quote == "Change the oil after 500 hours of\noperation."
    )
    assert (item.question, item.answer) == (OIL, "After 500 hours of operation.")
    assert (item.task_type, item.difficulty, item.score) == ("qa/quantity", "easy", None)
    assert (item.origin.method, item.origin.model) == ("self-qa", "scripted")
    assert item.origin.prompt == Prompts().version("self-qa-answer", "en")


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("The pump must not run dry, because the seal would overheat", "The pump must not run dry，because the seal"),
        ("“Use 2.5 L of ISO VG 46.”", "Use 2.5 L of ISO VG 46"),
        ("use 2.5 litres of oil", ""),
    ],
)
def test_a_quote_is_found_again_whatever_its_widths_and_white_space(tmp_path: Path, quote: str, stands: str):
    reply = {"quotes": [quote], "answer": "It is so."}
    (item,) = made(Scripted(script([{"kind": "fact", "question": OIL}], {OIL: reply})), tmp_path).items
    (evidence,) = item.evidence
    if stands:
        assert evidence.quote.startswith(stands)
        assert CHUNK.text[evidence.start : evidence.end] == evidence.quote
    else:
        assert (evidence.quote, evidence.start, evidence.end) == (quote, 0, 0)


def test_the_calls_about_a_chunk_begin_alike_and_those_that_go_on_go_first(tmp_path: Path):
    other = "Why must the pump not run dry?"
    answer = {"quotes": [], "answer": ""}
    model = Scripted(script([{"kind": "fact", "question": q} for q in (OIL, other)], {OIL: answer, other: answer}))
    made(model, tmp_path)
    first, *rest = model.prompts
    shared = first.user[: first.user.index("</passage>")]
    assert CHUNK.text in shared
    assert all((prompt.system, prompt.user.startswith(shared)) == (first.system, True) for prompt in rest)
    assert [prompt.turn for prompt in model.prompts] == [Turn.BEGIN, Turn.GO_ON, Turn.GO_ON]
    assert {prompt.group for prompt in model.prompts} == {CHUNK.id}
    assert "pumps" in first.system


def test_an_unanswered_question_stays_as_an_item_without_answer(tmp_path: Path):
    model = Scripted(script([{"kind": "fact", "question": OIL}], {OIL: {"quotes": [], "answer": ""}}))
    (item,) = made(model, tmp_path).items
    assert (item.answer, item.evidence) == ("", ())


def test_the_same_question_is_asked_once_and_a_kind_of_its_own_is_other(tmp_path: Path):
    asked = [
        {"kind": "riddle", "question": OIL},
        {"kind": "fact", "question": OIL.upper()},
        {"kind": "x", "question": " "},
    ]
    answer = {"quotes": ["Change the oil"], "answer": "Soon."}
    (item,) = made(Scripted(script(asked, {OIL: answer})), tmp_path).items
    assert item.task_type == "qa/other"


def test_the_parts_of_a_reply_keep_their_order_each_once_and_none_blank():
    assert different(["Oil?", "Seal?", " oil? ", "", " ", "Fan?"], str) == ["Oil?", "Seal?", "Fan?"]


def test_a_reply_of_fifty_questions_is_not_fifty_calls(tmp_path: Path):
    asked = [{"kind": "fact", "question": f"What is part {number}?"} for number in range(50)]
    model = Scripted(script(asked, {"?": {"quotes": [], "answer": ""}}))
    made(model, tmp_path)
    assert len(model.prompts) == 1 + self_qa.MOST_QUESTIONS


def test_an_answer_that_fails_costs_its_question_and_no_other(tmp_path: Path):
    other = "Why must the pump not run dry?"
    answer = {"quotes": ["The pump must not run dry"], "answer": "The seal would overheat."}
    questions = [{"kind": "fact", "question": q} for q in (OIL, other)]
    result = made(Scripted(script(questions, {OIL: "cannot", other: answer})), tmp_path)
    assert [item.question for item in result.items] == [other]
    (failed,) = result.failed
    assert failed.question == OIL
    assert "cannot" in str(failed.error)


def test_questions_that_fail_cost_the_chunk(tmp_path: Path):
    result = made(Scripted(lambda body: "no"), tmp_path)
    assert not result.items
    assert [failed.question for failed in result.failed] == [""]


def test_in_one_call_everything_comes_at_once(tmp_path: Path):
    pair = {"kind": "fact", "question": OIL, "quotes": ["Change the oil after 500 hours"], "answer": "After 500 hours."}
    model = Scripted(lambda body: json.dumps({"items": [pair, pair]}))
    (item,) = made(model, tmp_path, single=True).items
    assert item.evidence[0].quote == "Change the oil after 500 hours"
    assert len(model.prompts) == 1


def test_chinese_is_asked_in_chinese_and_more_of_a_longer_chunk(tmp_path: Path):
    model = Scripted(lambda body: '{"questions": []}')
    made(model, tmp_path, ZH)
    made(model, tmp_path, CHUNK.model_copy(update={"tokens": 500}))
    made(model, tmp_path, CHUNK.model_copy(update={"tokens": 500}), questions=3)
    chinese, long, three = (prompt.user for prompt in model.prompts)
    assert "五个不要" in chinese
    assert "最多 1 个" in chinese
    assert "up to 6 questions" in long
    assert "up to 3 questions" in three
