"""What a model sends -> the record that was asked for, or a clear no; never half an answer."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from docqa.models.reply import UnreadableError, read


class One(BaseModel):
    quotes: list[str]
    answer: str


class Part(BaseModel):
    question: str


class Many(BaseModel):
    questions: list[Part]


GOOD = '{"quotes": ["a {b}"], "answer": "yes"}'
MANY = '{"questions": [{"question": "one?"}, {"question": "two [2]?"}, {"question": "three?"}]}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"<think>\nMaybe {{this}}?\n</think>\n{GOOD}",
        f"It thinks, and the template opened the tag. {{}}</think>{GOOD}",
        f"Here you are:\n```json\n{GOOD}\n```\n",
        f"{GOOD}\n\nI hope that helps!",
        '{"quotes": ["a {b}"], "answer": "yes",}',
        "{'quotes': ['a {b}'], 'answer': 'yes'}",
    ],
)
def test_a_whole_reply_is_read_whatever_stands_around_it(text: str):
    assert read(text, One) == One(quotes=["a {b}"], answer="yes")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON"),
        ("I cannot do that.", "no JSON"),
        ("<think> Let me see, {'answer': 'no'}", "no JSON"),
        ('{"quotes": ["a"], "answer": "the bearing must', "too early"),
        ('{"quotes": ["a"]}', "Field required"),
        ("[" * 5000, "no JSON"),
        ('{"quotes": ' + "[" * 5000, "too early"),
        ('{"quotes": ' + "[" * 5000 + "]" * 5000 + "}", "too early"),
    ],
)
def test_what_is_no_whole_record_is_refused_with_its_head(text: str, why: str):
    with pytest.raises(UnreadableError, match=why):
        read(text, One)


@given(st.integers(1, len(MANY) - 1))
def test_a_list_that_is_cut_off_anywhere_keeps_its_complete_parts_and_no_other(end: int):
    whole = ["one?", "two [2]?", "three?"]
    complete = sum(MANY[:end].count(json.dumps({"question": question})) for question in whole)
    try:
        kept = [part.question for part in read(MANY[:end], Many, cut=True).questions]
    except UnreadableError:
        kept = []
    assert kept == whole[:complete]


def test_a_cut_reply_is_not_used_while_it_can_be_asked_again():
    with pytest.raises(UnreadableError):
        read(MANY[:40], Many)


@given(st.text(max_size=200))
def test_no_text_makes_it_fail_in_another_way(text: str):
    for reply in (text, f"{{{text}", f'{{"questions": [{text}'):
        with suppress(UnreadableError):
            read(reply, Many, cut=True)
