"""What is written is what a trainer reads, row for row."""

import json
from pathlib import Path

import pytest

from docqa.errors import BlendError
from docqa.export import FORMATS, dataset_info, format_row, write_rows
from docqa.formats import row_from
from docqa.records import Row

ROW = Row(instruction="泵的流量是多少?", output="50 m³/h", language="zh", group="d", item_id="i1")
WITH_ALL = Row(instruction="Translate.", input="Guten Tag", output="Hello", system="Be brief.", source="g.json")
TURNS = Row(instruction="And you?", output="Fine.", history=(("How are you?", "Well."),), source="g.json")


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_alpaca_keeps_the_input_apart() -> None:
    assert format_row(WITH_ALL, "alpaca") == {
        "instruction": "Translate.",
        "input": "Guten Tag",
        "output": "Hello",
        "system": "Be brief.",
        "id": "",
        "source": "g.json",
    }


def test_sharegpt_and_messages_join_the_input_to_the_question() -> None:
    assert format_row(WITH_ALL, "sharegpt") == {
        "conversations": [{"from": "human", "value": "Translate.\nGuten Tag"}, {"from": "gpt", "value": "Hello"}],
        "system": "Be brief.",
        "id": "",
        "source": "g.json",
    }
    assert format_row(WITH_ALL, "messages")["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Translate.\nGuten Tag"},
        {"role": "assistant", "content": "Hello"},
    ]


def test_turns_alternate_and_are_even() -> None:
    for turn in (format_row(TURNS, "sharegpt")["conversations"], format_row(TURNS, "messages")["messages"]):
        speakers = [next(iter(said.values())) for said in turn]
        assert speakers in (["human", "gpt"] * 2, ["user", "assistant"] * 2)


@pytest.mark.parametrize("form", FORMATS)
def test_every_row_of_a_file_has_the_same_keys(form: str) -> None:
    assert list(format_row(ROW, form)) == list(format_row(WITH_ALL, form))


@pytest.mark.parametrize("form", ["sharegpt", "messages"])
def test_a_conversation_is_read_back_as_it_was_written(form: str) -> None:
    back = row_from(format_row(TURNS, form), "g.json")
    assert back.model_copy(update={"language": ""}) == TURNS


def test_a_conversation_does_not_fit_into_alpaca_and_the_error_says_what_to_do() -> None:
    with pytest.raises(BlendError, match="--format sharegpt"):
        format_row(TURNS, "alpaca")


def test_a_row_that_a_trainer_would_skip_is_an_error() -> None:
    with pytest.raises(BlendError, match="row i1 has an empty"):
        format_row(ROW.model_copy(update={"output": "  "}), "alpaca")


def test_the_first_format_has_the_plain_name(tmp_path: Path) -> None:
    assert write_rows([ROW, WITH_ALL], tmp_path, "train", ["sharegpt", "alpaca"]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["train.alpaca.jsonl", "train.jsonl"]
    assert lines(tmp_path / "train.jsonl")[0]["id"] == "i1"
    assert "泵的流量" in (tmp_path / "train.alpaca.jsonl").read_text(encoding="utf-8")


def test_line_separators_in_an_answer_do_not_break_a_row(tmp_path: Path) -> None:
    row = ROW.model_copy(update={"output": "one\ntwo\u2028three\x85four"})
    write_rows([row], tmp_path, "train", ["alpaca"])
    (line,) = (tmp_path / "train.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert json.loads(line)["output"] == row.output


def test_a_failed_export_leaves_the_old_files_as_they_were(tmp_path: Path) -> None:
    write_rows([ROW], tmp_path, "train", ["alpaca", "messages"])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(BlendError):
        write_rows([WITH_ALL, TURNS], tmp_path, "train", ["alpaca", "messages"])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_registry_names_each_file_that_has_rows_and_its_columns(tmp_path: Path) -> None:
    info = dataset_info({"train": 2, "val": 0}, ["alpaca", "messages"])
    assert {name: entry["file_name"] for name, entry in info.items()} == {
        "docqa_train": "train.jsonl",
        "docqa_train_messages": "train.messages.jsonl",
    }
    write_rows([ROW, WITH_ALL], tmp_path, "train", ["alpaca", "messages"])
    for entry in info.values():
        assert entry["formatting"] in ("alpaca", "sharegpt")
        assert all(set(entry["columns"].values()) <= set(row) for row in lines(tmp_path / entry["file_name"]))


def test_the_registry_s_tags_are_the_words_the_rows_use() -> None:
    for form in ("sharegpt", "messages"):
        (entry,) = dataset_info({"train": 1}, [form]).values()
        tags, row = entry["tags"], format_row(WITH_ALL, form)
        question, answer = row[entry["columns"]["messages"]][-2:]
        assert question[tags["role_tag"]] == tags["user_tag"]
        assert answer[tags["role_tag"]] == tags["assistant_tag"]
        assert answer[tags["content_tag"]] == "Hello"
