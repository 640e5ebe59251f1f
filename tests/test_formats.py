"""General data is recognised by its shape, and a row that is none is an error that names it."""

import json
from pathlib import Path

import pytest

from docqa.errors import SettingsError
from docqa.formats import read_general
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


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_each_shape_is_read_from_an_array_and_from_lines(tmp_path: Path) -> None:
    rows = [ALPACA, SHAREGPT, MESSAGES]
    array = written(tmp_path, "a.json", json.dumps(rows))
    by_line = written(tmp_path, "b.jsonl", "\ufeff" + "\n".join(json.dumps(row) for row in rows) + "\n\n")
    read = read_general([array, by_line])
    assert read[:3] == [
        Row(
            instruction="What is the capital of France?",
            output="It is Paris.",
            language="en",
            source="a.json",
        ),
        Row(
            instruction="And what is that in French?",
            output="Je vais bien.",
            system="Be brief.",
            language=read[1].language,
            source="a.json",
            history=(("How are you?", "I am well."),),
        ),
        Row(instruction="法国的首都是哪里?", output="巴黎。", system="用中文回答。", language="zh", source="a.json"),
    ]
    assert [row.model_copy(update={"source": "a.json"}) for row in read[3:]] == read[:3]


def test_history_of_an_alpaca_row_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", json.dumps([ALPACA | {"history": [["Hello?", "Hello."]]}]))
    assert read_general([path])[0].history == (("Hello?", "Hello."),)


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
def test_a_row_that_cannot_be_used_is_an_error_that_names_file_and_row(
    tmp_path: Path, row: object, complaint: str
) -> None:
    path = written(tmp_path, "bad.json", json.dumps([ALPACA, row]))
    with pytest.raises(SettingsError, match=rf"bad\.json: row 2: .*{complaint}"):
        read_general([path])


def test_a_line_that_is_no_json_is_named_by_its_number(tmp_path: Path) -> None:
    path = written(tmp_path, "bad.jsonl", f"{json.dumps(ALPACA)}\n\n{{half\n")
    with pytest.raises(SettingsError, match=r"bad\.jsonl: row 3: is not valid JSON"):
        read_general([path])


@pytest.mark.parametrize("text", ["", "[]", "\n\n"])
def test_a_file_without_rows_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="there are no rows"):
        read_general([written(tmp_path, "empty.json", text)])


def test_a_file_that_is_missing_or_no_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_general([tmp_path / "missing.json"])
    path = tmp_path / "latin.json"
    path.write_bytes('[{"instruction": "é"}]'.encode("latin-1"))
    with pytest.raises(SettingsError, match="is not UTF-8"):
        read_general([path])
