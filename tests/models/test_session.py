"""Replies are remembered, read, and asked for again when they can't be."""

import asyncio
from pathlib import Path

import pytest
from pydantic import BaseModel

from docqa.errors import CallError
from docqa.models.chat import Completion, Free, Prompt, schema
from docqa.models.session import ATTEMPTS, Session
from docqa.store import Store
from tests.scripted import Scripted


class Answer(BaseModel):
    answer: str


class Part(BaseModel):
    title: str


class Parts(BaseModel):
    parts: list[Part]


def prompt(user: str = "Why?", **options: object) -> Prompt[Answer]:
    return Prompt("You answer.", user, Answer, 16, **options)  # type: ignore[arg-type]


def ask(model: Scripted, path: Path, *prompts: Prompt[BaseModel]) -> list[BaseModel | BaseException]:
    async def go() -> list[BaseModel | BaseException]:
        with Store(path) as store:
            session = Session(model, store)
            return await asyncio.gather(*(session.ask(one) for one in prompts), return_exceptions=True)

    return asyncio.run(go())


def test_a_reply_is_asked_for_once_and_another_prompt_once_more(tmp_path: Path):
    model = Scripted(lambda body: '{"answer": "so"}')
    for _ in range(2):
        assert ask(model, tmp_path / "run.db", prompt()) == [Answer(answer="so")]
    assert len(model.prompts) == 1
    ask(model, tmp_path / "run.db", prompt("Why not?"), prompt(temperature=0.5))
    assert len(model.prompts) == 3


def test_the_same_question_twice_at_a_time_is_one_call(tmp_path: Path):
    model = Scripted(lambda body: '{"answer": "so"}', delay_s=0.01)
    assert ask(model, tmp_path / "run.db", prompt(), prompt()) == [Answer(answer="so")] * 2
    assert len(model.prompts) == 1


def test_an_unreadable_reply_is_asked_for_again_and_not_remembered(tmp_path: Path):
    replies = ["no idea", '{"answer": "cut', '{"answer": "so"}']
    model = Scripted(lambda body: replies.pop(0))
    assert ask(model, tmp_path / "run.db", prompt()) == [Answer(answer="so")]
    assert [asked.temperature > 0 for asked in model.prompts] == [False, True, True]


def test_one_that_stays_unreadable_fails_with_its_head_and_is_asked_again_by_the_next_run(tmp_path: Path):
    model = Scripted(lambda body: "As a language model I cannot")
    (error,) = ask(model, tmp_path / "run.db", prompt())
    assert isinstance(error, CallError)
    assert error.kind == "unusable"
    assert "As a language model" in str(error)
    assert len(model.prompts) == ATTEMPTS
    model.reply = lambda body: '{"answer": "so"}'
    assert ask(model, tmp_path / "run.db", prompt()) == [Answer(answer="so")]


def test_a_list_that_is_cut_off_at_the_token_limit_keeps_its_complete_parts(tmp_path: Path):
    text = '{"parts": [{"title": "one"}, {"title": "two"}, {"title": "thr'
    model = Scripted(lambda body: Completion(text=text, finish="length"))
    made = ask(model, tmp_path / "run.db", Prompt("s", "u", Parts, 8))
    assert made == [Parts(parts=[Part(title="one"), Part(title="two")])]
    assert len(model.prompts) == 1
    assert ask(model, tmp_path / "run.db", Prompt("s", "u", Parts, 8)) == made
    assert len(model.prompts) == 1


def test_an_answer_that_is_cut_off_is_asked_for_again_with_more_room(tmp_path: Path):
    replies = [Completion(text='{"answer": "it must', finish="length"), Completion(text='{"answer": "it must not"}')]
    model = Scripted(lambda body: replies.pop(0))
    assert ask(model, tmp_path / "run.db", prompt()) == [Answer(answer="it must not")]
    assert [asked.max_tokens for asked in model.prompts] == [16, 32]


def test_no_more_calls_than_the_model_wants_and_no_fewer(tmp_path: Path):
    model = Scripted(lambda body: '{"answer": "so"}', concurrency=5, delay_s=0.005)
    ask(model, tmp_path / "run.db", *(prompt(str(n)) for n in range(40)))
    assert model.most_under_way == 5


def test_bounds_on_lengths_are_not_sent_but_a_field_of_that_name_is():
    from pydantic import Field

    class Bounded(BaseModel):
        title: str = Field(min_length=1, max_length=9)
        parts: list[Part] = Field(max_length=3)

    sent = schema(Bounded)
    assert "title" in sent["properties"]  # type: ignore[operator]
    assert "maxLength" not in str(sent)
    assert "maxItems" not in str(sent)
    with pytest.raises(ValueError, match="title"):
        Bounded(title="", parts=[])


def test_a_free_reply_is_its_text_with_its_log_probability_and_is_remembered(tmp_path: Path):
    free = Prompt("You answer.", "How?", Free, 16)
    model = Scripted(lambda body: Completion(text="<think>Hm.</think>\nBy hand. ", logprob=-0.25))
    for _ in range(2):
        assert ask(model, tmp_path / "run.db", free) == [Free(text="By hand.", logprob=-0.25)]
    assert len(model.prompts) == 1


@pytest.mark.parametrize(
    "said", [Completion(text="By ha", finish="length"), Completion(text="  "), Completion(text="<think>Hm.")]
)
def test_half_a_free_reply_is_none(tmp_path: Path, said: Completion):
    (error,) = ask(Scripted(lambda body: said), tmp_path / "run.db", Prompt("You answer.", "How?", Free, 16))
    assert isinstance(error, CallError)
    assert "ends too early" in str(error)
