"""What is written is what a trainer reads, row for row."""

from typing import Any

import pytest

from docqa.errors import BlendError
from docqa.export import FORMATS, columns, format_row
from docqa.export.formats import ASPECTS, REGISTRY, TRACE, styled
from docqa.formats import row_from
from docqa.records import Marks, Row
from docqa.settings import ExportSettings

ROW = Row(
    instruction="泵的流量是多少?",
    output="50 m³/h",
    language="zh",
    group="d",
    item_id="i1",
    chunk_ids=("c1", "c2"),
    path="pump/data.pdf",
    pages=(3, 4),
    task_type="table/cell",
    decision="grounded",
    rejected="60 m³/h",
    rejected_by="number",
)
WITH_ALL = Row(instruction="Translate.", input="Guten Tag", output="Hello", system="Be brief.", source="g.json")
TURNS = Row(instruction="And you?", output="Fine.", history=(("How are you?", "Well."),), source="g.json")

KNOWN_ENTRIES: dict[str, dict[str, Any]] = {
    "open_thoughts": {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    },
    "orca_pairs": {
        "ranking": True,
        "columns": {"prompt": "question", "chosen": "chosen", "rejected": "rejected", "system": "system"},
    },
    "ultrafeedback_kto": {"columns": {"prompt": "prompt", "response": "completion", "kto_tag": "label"}},
}
"""Entries of LLaMA-Factory's own registry, written down from its data/dataset_info.json."""


def one(row: Row, form: str, provenance: bool = True) -> dict[str, Any]:
    (written,) = format_row(row, form, provenance)
    return written


def test_alpaca_keeps_the_input_apart() -> None:
    assert one(WITH_ALL, "alpaca", provenance=False) == {
        "instruction": "Translate.",
        "input": "Guten Tag",
        "output": "Hello",
        "system": "Be brief.",
    }


def test_sharegpt_and_messages_join_the_input_to_the_question() -> None:
    assert one(WITH_ALL, "sharegpt", provenance=False) == {
        "conversations": [{"from": "human", "value": "Translate.\nGuten Tag"}, {"from": "gpt", "value": "Hello"}],
        "system": "Be brief.",
    }
    assert one(WITH_ALL, "messages")["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Translate.\nGuten Tag"},
        {"role": "assistant", "content": "Hello"},
    ]


def test_preference_sets_the_answer_against_the_rejected_one() -> None:
    assert one(ROW, "preference", provenance=False) == {
        "prompt": "泵的流量是多少?",
        "chosen": "50 m³/h",
        "rejected": "60 m³/h",
        "system": "",
    }
    assert one(ROW, "preference")["rejected_by"] == "number"


def test_a_pair_s_marks_stand_in_columns_of_their_own() -> None:
    marks = Marks(accuracy=1, safety=3.5, helpfulness=2, by="m")
    row = ROW.model_copy(update={"marks": marks, "chosen_marks": Marks(accuracy=5, by="rules")})
    written = one(row, "preference")
    assert [written[f"chosen_{aspect}"] for aspect in ASPECTS] == ["5", "", ""]
    assert [written[f"rejected_{aspect}"] for aspect in ASPECTS] == ["1", "3.5", "2"]
    right, wrong = format_row(row, "kto")
    assert [right[aspect] for aspect in ASPECTS] == ["5", "", ""]
    assert [wrong[aspect] for aspect in ASPECTS] == ["1", "3.5", "2"]
    assert one(ROW, "preference")["chosen_accuracy"] == ""
    assert not {*ASPECTS} & format_row(row, "kto", provenance=False)[0].keys()


def test_a_row_without_a_losing_answer_rejects_its_own_changed_by_rule() -> None:
    (written,) = format_row(ROW.model_copy(update={"rejected": "", "rejected_by": ""}), "preference")
    assert written["rejected"] != written["chosen"]
    assert written["rejected_by"] in ("number", "unit")


def test_kto_has_a_row_an_answer_with_a_boolean_label() -> None:
    right, wrong = format_row(ROW, "kto")
    assert (right["completion"], right["label"], right["rejected_by"]) == ("50 m³/h", True, "")
    assert (wrong["completion"], wrong["label"], wrong["rejected_by"]) == ("60 m³/h", False, "number")
    assert right["prompt"] == wrong["prompt"] == ROW.instruction


def test_without_a_rejected_answer_there_is_no_pair_and_the_right_one_stays() -> None:
    row = ROW.model_copy(update={"output": "离心泵", "rejected": "", "rejected_by": ""})
    assert format_row(row, "preference") == []
    assert [written["label"] for written in format_row(row, "kto")] == [True]


@pytest.mark.parametrize("form", ["preference", "kto"])
def test_general_rows_are_not_compared(form: str) -> None:
    assert format_row(WITH_ALL.model_copy(update={"rejected": "Bye"}), form) == []


@pytest.mark.parametrize("same", ["50  m³/h", "５０ m3/h"])
def test_a_rejected_answer_that_is_the_right_one_is_an_error(same: str) -> None:
    with pytest.raises(BlendError, match="row i1 rejects"):
        format_row(ROW.model_copy(update={"rejected": same}), "preference")


def test_turns_alternate_and_are_even() -> None:
    for turn in (one(TURNS, "sharegpt")["conversations"], one(TURNS, "messages")["messages"]):
        speakers = [next(iter(said.values())) for said in turn]
        assert speakers in (["human", "gpt"] * 2, ["user", "assistant"] * 2)


@pytest.mark.parametrize("provenance", [True, False])
@pytest.mark.parametrize("form", FORMATS)
def test_every_row_of_a_file_has_the_same_columns(form: str, provenance: bool) -> None:
    rows = ROW, WITH_ALL, ROW.model_copy(update={"system": "Be brief."})
    written = [made for row in rows for made in format_row(row, form, provenance)]
    assert written
    assert {tuple(made) for made in written} == {columns(form, provenance)}


def test_provenance_is_flat_text() -> None:
    assert {name: one(ROW, "alpaca")[name] for name in TRACE} == {
        "id": "i1",
        "source": "domain",
        "document": "pump/data.pdf",
        "pages": "3, 4",
        "task_type": "table/cell",
        "language": "zh",
        "decision": "grounded",
    }
    assert one(WITH_ALL, "alpaca")["pages"] == ""


@pytest.mark.parametrize("form", ["sharegpt", "messages"])
def test_a_conversation_is_read_back_as_it_was_written(form: str) -> None:
    back = row_from(one(TURNS, form), "g.json")
    assert back.model_copy(update={"language": ""}) == TURNS


@pytest.mark.parametrize("form", ["alpaca", "kto"])
def test_a_conversation_does_not_fit_into_single_turns_and_the_error_says_what_to_do(form: str) -> None:
    with pytest.raises(BlendError, match=f"2 turns, which the {form} format does not hold; choose --format sharegpt"):
        format_row(TURNS.model_copy(update={"group": "d"}), form)


@pytest.mark.parametrize("form", FORMATS)
def test_a_row_that_a_trainer_would_skip_is_an_error(form: str) -> None:
    with pytest.raises(BlendError, match="row i1 has an empty"):
        format_row(ROW.model_copy(update={"output": "  "}), form)


def test_system_prompt_and_context_are_for_domain_rows() -> None:
    settings = ExportSettings(system="Answer from the text.", context="input")
    texts = {"c1": "One.", "c2": "Two."}
    assert one(styled(ROW, settings, texts), "preference", provenance=False) == {
        "prompt": "泵的流量是多少?\nOne.\n\nTwo.",
        "chosen": "50 m³/h",
        "rejected": "60 m³/h",
        "system": "Answer from the text.",
    }
    assert styled(WITH_ALL, settings, texts) == WITH_ALL
    assert styled(ROW, ExportSettings(), {}) == ROW


def test_a_chunk_that_is_not_there_is_an_error_that_names_the_row() -> None:
    with pytest.raises(BlendError, match="row i1: the text of its chunk 'c1'"):
        styled(ROW, ExportSettings(context="input"), {})


@pytest.mark.parametrize(
    ("form", "like"), [("messages", "open_thoughts"), ("preference", "orca_pairs"), ("kto", "ultrafeedback_kto")]
)
def test_registered_as_llama_factory_registers_its_own(form: str, like: str) -> None:
    ours, known = REGISTRY[form], KNOWN_ENTRIES[like]
    assert ours["formatting"] == known.get("formatting", "alpaca")
    assert ours.get("ranking", False) is known.get("ranking", False)
    assert ours["columns"].keys() - {"system"} == known["columns"].keys() - {"system"}
    assert ours.get("tags") == known.get("tags")


@pytest.mark.parametrize("form", ["sharegpt", "messages"])
def test_the_registry_s_tags_are_the_words_the_rows_use(form: str) -> None:
    tags, row = REGISTRY[form]["tags"], one(WITH_ALL, form)
    question, answer = row[REGISTRY[form]["columns"]["messages"]][-2:]
    assert question[tags["role_tag"]] == tags["user_tag"]
    assert answer[tags["role_tag"]] == tags["assistant_tag"]
    assert answer[tags["content_tag"]] == "Hello"
