"""Items that carry their input: their task's check decides, and the rest of the line treats them as what they are."""

import pytest
from handmade import make_chunk

from docqa.blend import rows_from_items
from docqa.curate import curate
from docqa.curate.openings import varied
from docqa.export.formats import format_row, styled
from docqa.generate.items import item
from docqa.records import Chunk, Decision, Origin, QAItem, item_id
from docqa.settings import ExportSettings
from docqa.verify.decide import KEPT
from docqa.verify.task import verify_task

CHUNK = make_chunk(
    "The pump runs at 50 bar.", "According to the manual, the valve opens at 60 bar and is closed by hand after that."
)
OTHER = make_chunk("The pump runs at 70 bar.", document="d2")


def translated(answer: str, chunk: Chunk = CHUNK, given: str = "", quote: str = "") -> QAItem:
    given = given or chunk.text
    question = "Translate the following text into Chinese."
    return item(chunk, question, answer, [quote or given], "task/x", Origin(method="t", prompt=""), input=given)


def no_sixty(made: QAItem, chunk: Chunk) -> str:
    return "sixty" if "60" in made.answer else ""


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (translated("泵在 50 bar 下运行。"), "checked"),
        (translated("阀门在 60 bar 开启。"), "failed_check: sixty"),
        (
            translated("泵在 50 bar 下运行。", quote="The pump runs at 55 bar."),
            "unevidenced: quote is not in its chunk",
        ),
        (translated("泵。").model_copy(update={"evidence": ()}), "unevidenced: no quote"),
    ],
)
def test_the_task_s_own_check_decides(made: QAItem, reason: str):
    done = verify_task(made, CHUNK, no_sixty)
    assert done.reason == reason
    assert done.verdict is not None
    assert done.verdict.decision == reason.partition(":")[0]


def test_what_nothing_checks_is_unknown_and_not_kept():
    done = verify_task(translated("泵。"), CHUNK, None)
    assert done.reason == "unknown: the method t has no check for it"
    assert not any(Decision.UNKNOWN in kept for kept in KEPT.values())
    assert all(Decision.CHECKED in kept and Decision.FAILED_CHECK not in kept for kept in KEPT.values())


def test_the_input_is_part_of_what_an_item_is():
    first, second = translated("泵。"), translated("泵。", given="The pump runs at 50 bar.")
    assert first.id != second.id
    assert first.asked == f"{first.question}\n{CHUNK.text}"
    assert item_id(["c"], "q", "a") == item_id(["c"], "q", "a", "")


def test_curation_keeps_answers_in_another_language_and_tells_inputs_apart():
    made = [
        verify_task(each, chunk, no_sixty).model_copy(update={"kept": True})
        for each, chunk in (
            (translated("泵在 50 bar 下运行。", given="The pump runs at 50 bar."), CHUNK),
            (translated("泵在 70 bar 下运行。", chunk=OTHER), OTHER),
        )
    ]
    assert [each.reason for each in curate([*made, made[0]])] == ["checked", "checked", f"near-duplicate:{made[0].id}"]
    spoilt = made[0].model_copy(update={"answer": "Sorry, as an AI language model I cannot do that."})
    assert [each.reason for each in curate([spoilt])] == ["broken:refusal"]
    assert varied(made[0]) == made[0]


def test_a_row_has_the_input_and_keeps_it():
    made = translated("泵在 50 bar 下运行。", given="The pump runs at 50 bar.").model_copy(update={"kept": True})
    (row,) = rows_from_items([made])
    assert row.input == "The pump runs at 50 bar."
    assert styled(row, ExportSettings(context="input"), {CHUNK.id: CHUNK.text}) == row
    (alpaca,) = format_row(row, "alpaca", provenance=False)
    assert (alpaca["instruction"], alpaca["input"]) == (made.question, made.input)
    (messages,) = format_row(row, "messages", provenance=False)
    assert messages["messages"][0]["content"] == made.asked
