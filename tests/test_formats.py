"""General data is recognised by its shape, and a row that is none is an error that names it."""

import json
from pathlib import Path

import pytest

from docqa.errors import SettingsError
from docqa.formats import read_items, row_from
from docqa.records import Row

ALPACA = {"instruction": "What is the capital of France?", "input": "", "output": "It is Paris."}
SHAREGPT = {
    "conversations": [
        {"from": "human", "value": "How are you?"},
        {"from": "gpt", "value": "I am well."},
        {"from": "human", "value": "And what is that in French?"},
        {"from": "gpt", "value": "Je vais bien."},
    ],
    "system": "Be brief.",
}
MESSAGES = {
    "messages": [
        {"role": "system", "content": "用中文回答。"},
        {"role": "user", "content": "法国的首都是哪里?"},
        {"role": "assistant", "content": "巴黎。"},
    ]
}


def test_each_shape_is_read() -> None:
    assert row_from(ALPACA, "a") == Row(
        instruction="What is the capital of France?", output="It is Paris.", language="en", source="a"
    )
    assert row_from({"question": "What is the capital of France?", "answer": "It is Paris."}, "a") == row_from(
        ALPACA, "a"
    )
    assert row_from(SHAREGPT, "a").model_copy(update={"language": ""}) == Row(
        instruction="And what is that in French?",
        output="Je vais bien.",
        system="Be brief.",
        source="a",
        history=(("How are you?", "I am well."),),
    )
    assert row_from(MESSAGES, "a") == Row(
        instruction="法国的首都是哪里?", output="巴黎。", system="用中文回答。", language="zh", source="a"
    )


def test_history_of_an_alpaca_row_is_kept() -> None:
    assert row_from(ALPACA | {"history": [["Hello?", "Hello."]]}, "").history == (("Hello?", "Hello."),)


@pytest.mark.parametrize("row", [ALPACA, SHAREGPT, MESSAGES])
def test_the_columns_of_other_shapes_may_stand_beside_it_empty(row: dict[str, object]) -> None:
    empty = dict.fromkeys([*ALPACA, *SHAREGPT, *MESSAGES, "question", "answer", "history"])
    assert row_from(empty | row, "") == row_from(row, "")


@pytest.mark.parametrize("row", [SHAREGPT, MESSAGES])
def test_turns_may_stand_in_a_cell_as_json(row: dict[str, object]) -> None:
    cells = {name: value if isinstance(value, str) else json.dumps(value) for name, value in row.items()}
    assert row_from(cells, "") == row_from(row, "")


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"instruction": "Say nothing.", "output": " "}, "has an empty answer"),
        ({"instruction": "Say one.", "output": 1}, "output is not text"),
        ({"prompt": "Hello", "label": True}, r"has the fields \['label', 'prompt'\]"),
        ({"conversations": SHAREGPT["conversations"][:3]}, "do not alternate"),
        ({"conversations": []}, "do not alternate"),
        ({"conversations": [{"from": "tool", "value": "{}"}]}, "turn 1 is by 'tool'"),
        ({"messages": [{"role": "user", "content": ["picture"]}]}, "turn 1 has no text"),
        ({"instruction": "\ud800?", "output": "half"}, "surrogate"),
        ("text", "is not an object"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_and_where(tmp_path: Path, row: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        row_from(row, "")
    path = tmp_path / "bad.json"
    path.write_text(json.dumps([ALPACA, row]), encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"bad\.json: row 2: .*{complaint}"):
        read_items(path)
