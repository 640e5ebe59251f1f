"""Reader, judge and closed book on a model: asked as little as possible, and free to abstain."""

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from handmade import make_chunk

from docqa.models.session import Session
from docqa.prompts import Prompts
from docqa.store import Store
from docqa.verify.agreement import settled
from docqa.verify.model import ModelClosedBook, ModelJudge, ModelReader
from tests.scripted import Scripted

T = TypeVar("T")
CHUNKS = [make_chunk("The seal is changed yearly."), make_chunk("Bolts are tightened to 45 N·m.", document="d2")]


def with_session(model: Scripted, folder: Path, work: Any) -> Any:
    async def go() -> Any:
        with Store(folder / "run.db") as store:
            session = Session(model, store)
            pending: Coroutine[Any, Any, Any] = work(session, Prompts(domain="", persona=""))
            return await pending

    return asyncio.run(go())


@pytest.mark.parametrize(("answerable", "heard"), [(True, "45 N·m"), (False, "")])
def test_the_reader_sees_the_passages_best_first_and_may_abstain(tmp_path: Path, answerable: bool, heard: str):
    model = Scripted(lambda body: json.dumps({"answerable": answerable, "answer": " 45 N·m "}))
    answer = with_session(
        model, tmp_path, lambda s, p: ModelReader(s, p).read("How tight are the bolts?", CHUNKS, "en")
    )
    assert answer == heard
    (prompt,) = model.prompts
    assert prompt.user.index(CHUNKS[0].text) < prompt.user.index(CHUNKS[1].text) < prompt.user.index("How tight")
    assert prompt.group == CHUNKS[0].id


def test_no_passage_needs_no_call(tmp_path: Path):
    model = Scripted()
    assert with_session(model, tmp_path, lambda s, p: ModelReader(s, p).read("Why?", [], "en")) == ""
    assert not model.prompts


@pytest.mark.parametrize(("known", "heard"), [(True, "By hand."), (False, "")])
def test_the_closed_book_sees_the_question_and_nothing_else(tmp_path: Path, known: bool, heard: str):
    model = Scripted(lambda body: json.dumps({"known": known, "answer": "By hand."}))
    assert with_session(model, tmp_path, lambda s, p: ModelClosedBook(s, p).answer("How?", "en")) == heard
    assert not any(chunk.text in model.prompts[0].user for chunk in CHUNKS)


@pytest.mark.parametrize(
    ("expected", "given", "agreement"),
    [
        ("The limit is 45 N·m.", "The limit is 25 N·m.", 0.0),
        ("The gap is 45 mm.", "The gap is 45 cm.", 0.0),
        ("Use seal S-10.", "Use seal S-20.", 0.0),
        ("The pump must run dry.", "The pump must not run dry.", 0.0),
        ("Yes.", "No.", 0.0),
        ("否。", "否。", 1.0),
        ("after 500 hours", "Change it after 500 hours of operation.", 1.0),
        ("每季度3元", "小额账户管理费为每季度 3 元。", 1.0),
        ("运行300小时后检查并清洗一次。", "应当在运行300小时后检查并清洗一次。", 1.0),
        ("Once a year, by a fitter.", "A fitter does it yearly.", None),
        ("Every 500 h, with 2.5 L of oil.", "Every 500 h.", None),
    ],
)
def test_what_the_words_tell_needs_no_judge(tmp_path: Path, expected: str, given: str, agreement: float | None):
    assert settled("What is it?", expected, given) == agreement
    model = Scripted(lambda body: '{"verdict": "same"}')
    heard = with_session(model, tmp_path, lambda s, p: ModelJudge(s, p).agreement("What is it?", expected, given, "en"))
    assert heard == (1.0 if agreement is None else agreement)
    assert len(model.prompts) == (agreement is None)


@pytest.mark.parametrize(("verdict", "agreement"), [("same", 1.0), ("different", 0.0), ("unsure", None)])
def test_a_judge_that_is_unsure_says_neither_yes_nor_no(tmp_path: Path, verdict: str, agreement: float | None):
    model = Scripted(lambda body: json.dumps({"verdict": verdict}))
    asked = ("How often?", "Once a year, by a fitter.", "A fitter does it yearly.", "en")
    assert with_session(model, tmp_path, lambda s, p: ModelJudge(s, p).agreement(*asked)) == agreement
