"""Conversations on their way out: joined into rows, cut where a turn is missing, told apart in single-turn formats."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from docqa.blend import rows_from_items
from docqa.curate import THRESHOLDS, Caps, curate, diversify
from docqa.curate.dedup import duplicates
from docqa.export import write_set
from docqa.export.formats import format_row, styled
from docqa.outputs import blended
from docqa.pipeline import open_general
from docqa.records import Box, Decision, DialogueTurn, Evidence, Origin, QAItem, Row, Verdict
from docqa.reexport import export_run
from docqa.remix import remix
from docqa.runfolder import write_records
from docqa.settings import ExportSettings, load


def turn(number: int, dialogue: str = "d", kept: bool = True, **changes: Any) -> QAItem:
    """The turn of a conversation; "And part 2?" is what is said for "Which part is number 2 of d?"."""
    question = changes.pop("question", f"Which part is number {number} of {dialogue}?")
    said = changes.pop("said", question if number == 1 else f"And part {number}?")
    answer = changes.pop("answer", f"Number {number} of {dialogue} is the vent plug.")
    place = Evidence(chunk_id="c", start=0, end=9, quote=answer, boxes=(Box(page=number, bbox=(0, 0, 1, 1)),))
    made = QAItem(
        id=f"{dialogue}{number}",
        chunk_ids=("c",),
        document_id=changes.pop("document", "doc"),
        path=f"{changes.pop('path', 'manual')}.pdf",
        question=question,
        answer=answer,
        evidence=(place,),
        task_type="dialogue/opening" if number == 1 else "dialogue/follow-up",
        turn=DialogueTurn(dialogue=dialogue, number=number, said=said, system=changes.pop("system", "Be brief.")),
        language="en",
        difficulty="easy",
        origin=Origin(method="dialogue", prompt="p"),
        score=0.9,
        verdict=Verdict(decision=Decision.GROUNDED),
        kept=kept,
        reason="grounded",
    )
    return made.model_copy(update=changes)


def alone(number: int, **changes: Any) -> QAItem:
    return turn(number, **changes).model_copy(update={"turn": None, "id": f"alone{number}", "task_type": "qa/fact"})


def shape(rows: list[Row]) -> list[tuple[str, int]]:
    return [(row.item_id, len(row.history) + 1) for row in rows]


def test_the_turns_of_a_conversation_are_one_row():
    (row,) = rows_from_items([turn(1), turn(2), turn(3)])
    assert row.history == (
        ("Which part is number 1 of d?", "Number 1 of d is the vent plug."),
        ("And part 2?", "Number 2 of d is the vent plug."),
    )
    assert (row.instruction, row.output) == ("And part 3?", "Number 3 of d is the vent plug.")
    assert (row.system, row.group, row.pages) == ("Be brief.", "doc", (1, 2, 3))
    assert (row.item_id, row.task_type) == ("d1, d2, d3", "dialogue/opening, dialogue/follow-up")
    assert (row.decision, row.rejected) == ("grounded", "")


@pytest.mark.parametrize(
    ("dropped", "rows"),
    [
        ((), [("d1, d2, d3, d4", 4)]),
        ((4,), [("d1, d2, d3", 3)]),
        ((3,), [("d1, d2", 2), ("d4", 1)]),
        ((2,), [("d1", 1), ("d3", 1), ("d4", 1)]),
        ((1,), [("d2", 1), ("d3", 1), ("d4", 1)]),
        ((1, 2, 3), [("d4", 1)]),
    ],
)
def test_it_ends_before_the_first_turn_that_was_dropped(dropped: tuple[int, ...], rows: list[tuple[str, int]]):
    made = rows_from_items([turn(number, kept=number not in dropped) for number in range(1, 5)])
    assert shape(made) == rows
    for row in made:
        if not row.history:
            assert row.instruction == f"Which part is number {row.item_id[1:]} of d?", "it stands alone"
            assert row.system == "Be brief."


def test_conversations_are_told_apart_whatever_stands_between_their_turns():
    mixed = [turn(1), turn(1, "e"), alone(9), turn(2, "e"), turn(2)]
    assert shape(rows_from_items(mixed)) == [("d1, d2", 2), ("e1, e2", 2), ("alone9", 1)]


@pytest.mark.parametrize("form", ["sharegpt", "messages"])
def test_speakers_take_turns_and_the_assistant_has_the_last_word(form: str):
    (row,) = rows_from_items([turn(1), turn(2)])
    (written,) = format_row(row, form)  # type: ignore[arg-type]
    said = written["conversations" if form == "sharegpt" else "messages"]
    speakers = [one.get("from") or one["role"] for one in said]
    if form == "messages":
        assert speakers == ["system", "user", "assistant", "user", "assistant"]
    else:
        assert speakers == ["human", "gpt", "human", "gpt"]
        assert written["system"] == "Be brief."
    assert (written["id"], written["pages"]) == ("d1, d2", "1, 2")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_formats_without_conversations_have_each_turn_alone(tmp_path: Path):
    rows = rows_from_items([turn(1), turn(2), alone(5)])
    settings = ExportSettings(formats=("sharegpt", "messages", "alpaca", "preference", "kto"))
    counts = {file.form: file.rows for file in write_set({"train": rows}, tmp_path, settings)}
    assert (counts["sharegpt"], counts["messages"], counts["alpaca"]) == (2, 2, 3)
    single = lines(tmp_path / "train.alpaca.jsonl")
    assert [(row["id"], row["instruction"], row["system"]) for row in single[:2]] == [
        ("d1", "Which part is number 1 of d?", "Be brief."),
        ("d2", "Which part is number 2 of d?", "Be brief."),
    ]
    assert single[1]["pages"] == "2"
    compared = lines(tmp_path / "train.preference.jsonl") + lines(tmp_path / "train.kto.jsonl")
    assert {row["id"] for row in compared} == {"d1", "d2", "alone5"}
    assert not any("And part" in row["prompt"] for row in compared)


def test_turns_single_tells_them_apart_in_every_format(tmp_path: Path):
    rows = rows_from_items([turn(1), turn(2)])
    write_set({"train": rows}, tmp_path, ExportSettings(formats=("sharegpt",), turns="single"))
    written = lines(tmp_path / "train.jsonl")
    assert [row["id"] for row in written] == ["d1", "d2"]
    assert [row["conversations"][0]["value"] for row in written] == [
        "Which part is number 1 of d?",
        "Which part is number 2 of d?",
    ]


def test_a_set_s_system_prompt_stands_before_a_conversation_s_own_and_the_text_in_its_first_question():
    (row,) = rows_from_items([turn(1), turn(2)])
    settings = ExportSettings(system="You know the manuals.", context="input")
    done = styled(row, settings, {"c": "Text."})
    assert done.system == "You know the manuals.\nBe brief."
    assert done.history[0][0] == "Which part is number 1 of d?\nText."
    assert (done.instruction, done.input) == ("And part 2?", "")
    assert [single.input for single in done.singles] == ["Text.", "Text."]
    assert {single.system for single in done.singles} == {done.system}


@pytest.mark.parametrize(
    ("export", "domain", "joined"),
    [
        ({"formats": ["sharegpt"]}, 12, 18),
        ({"formats": ["alpaca"]}, 30, 0),
        ({"formats": ["sharegpt"], "turns": "single"}, 30, 0),
        ({"formats": ["messages", "alpaca"]}, 12, 18),
    ],
)
def test_the_counts_and_the_ratio_are_of_what_the_first_format_writes(
    export: dict[str, Any], domain: int, joined: int, tmp_path: Path
):
    general = [
        {"instruction": f"What comes after the number {n}?", "output": f"After it comes {n + 1}."} for n in range(200)
    ]
    (tmp_path / "general.json").write_text(json.dumps(general), encoding="utf-8")
    blend = {"general": [str(tmp_path / "general.json")], "general_ratio": 0.5}
    settings = load({"export": {"val_share": 0.2, **export}, "blend": blend})
    items = [
        *(turn(n, f"d{d}", document=f"doc{d}") for d in range(6) for n in range(1, 5)),
        *(alone(n, document=f"doc{n}") for n in range(6)),
    ]
    mixed = blended(rows_from_items(items), [], open_general(settings, tmp_path / "out"), settings)
    counts = mixed.counts
    assert (counts.domain, counts.joined) == (domain, joined)
    assert counts.ratio == 0.5
    files = write_set(mixed.rows, tmp_path / "out", settings.export)
    assert {file.side: file.rows for file in files if file.plain} == {"train": counts.train, "val": counts.val}


@pytest.mark.parametrize("order", [1, -1])
def test_a_turn_by_itself_that_another_row_asks_and_answers_is_no_row(order: int, tmp_path: Path):
    items = [*(turn(n, system="") for n in (1, 2, 3)), alone(2), alone(3), alone(7)][::order]
    settings = load({"export": {"formats": ["alpaca", "sharegpt"], "val_share": 0.0}})
    mixed = blended(rows_from_items(items), (), open_general(settings, tmp_path), settings)
    assert (mixed.counts.domain, mixed.counts.joined, mixed.counts.repeated) == (4, 0, 2)
    files = {file.form: file.rows for file in write_set(mixed.rows, tmp_path, settings.export) if file.side == "train"}
    assert files == {"alpaca": 4, "sharegpt": 4}
    written = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({(row["instruction"], row["output"]) for row in written}) == 4


def test_blend_takes_the_conversations_of_a_run_folder(tmp_path: Path):
    write_records(tmp_path / "run" / "items.jsonl", [turn(1), turn(2), alone(7), turn(3, kept=False)])
    whole = remix(tmp_path / "run", tmp_path / "a", load({"export": {"formats": ["messages"]}}))
    assert (whole.rows.domain, whole.rows.joined, whole.languages) == (2, 1, {"en": 2})
    told_apart = remix(tmp_path / "run", tmp_path / "b", load())
    assert (told_apart.rows.domain, told_apart.languages) == (3, {"en": 3})


# ----------------------------------------------------------------------------------------------------- curation


def test_a_fact_may_stand_alone_and_in_a_conversation_but_not_in_two():
    copy = turn(2, "e", question="Which part is number 2 of d?", answer="Number 2 of d is the vent plug.")
    items = [alone(2), turn(2), copy]
    assert duplicates(items, THRESHOLDS) == {2: "near-duplicate:d2"}
    assert duplicates(items[:2], THRESHOLDS) == {}


def test_the_bare_value_of_a_turn_is_no_contradiction_of_the_sentence_that_holds_it():
    items = [alone(2, answer="The thickness of number 2 is 90 mm."), turn(2, answer="90 mm")]
    assert duplicates(items, THRESHOLDS) == {}
    assert duplicates([alone(1, answer="每笔 5 元。"), turn(1, answer="每笔5元")], THRESHOLDS) == {}


def test_a_turn_and_an_item_that_answer_one_question_differently_are_both_dropped():
    items = [alone(2, answer="Number 2 of d is a bolt of 90 mm."), turn(2, answer="Number 2 of d is a bolt of 25 mm.")]
    assert duplicates(items, THRESHOLDS) == {0: "contradiction:d2", 1: "contradiction:alone2"}


def test_caps_leave_turns_alone_but_a_document_s_which_takes_the_last_ones():
    long = [turn(n, f"d{d}", answer="Yes.") for d in range(10) for n in range(1, 5)]
    others = [alone(n, path="other", question=f"What is part {n} made of?", answer=f"Of {n}.") for n in range(20)]
    narrow = Caps(type=0.1, opening=0.1, answer=0.1, length=0.1)
    assert not [item for item in diversify([*long, *others], narrow, False) if item.turn and not item.kept]
    kept = [item for item in diversify([*long, *others], Caps(document=0.5), False) if item.kept and item.turn]
    assert Counter(item.turn.number for item in kept if item.turn) == {1: 10, 2: 10, 3: 10}
    assert len(rows_from_items(kept)) == 10


def test_what_the_student_knows_already_is_taken_from_the_ends_of_conversations():
    known = Verdict(decision=Decision.KNOWN)
    parts = "seal bearing rotor baseplate coupling guard nozzle strainer".split()
    made = [
        turn(
            n,
            f"d{d}",
            verdict=known,
            question=f"Who inspects the {(part := parts[4 * d + n - 1])}?",
            answer=f"The {part} fitter inspects the {part}.",
            document=f"doc{d}",
        )
        for d in range(2)
        for n in range(1, 5)
    ]
    novel = [
        alone(n, question=f"Which tool fits the {part}?", answer=f"The {part} needs the {part} key.", document=part)
        for n, part in enumerate("impeller casing gasket shaft".split())
    ]
    done = curate([*made, *novel], known_share=0.5)
    assert [item.turn.number for item in done if item.turn and item.kept] == [1, 2, 1, 2]


def test_an_opening_is_begun_in_other_words_only_where_the_user_says_it():
    asked = "According to “Guide {}”, how long is part {} kept?"
    made = [
        turn(n, f"d{d}", question=asked.format(d, n), said=asked.format(d, n) if n == 1 else f"And part {n}?")
        for d in range(12)
        for n in (1, 2)
    ]
    switch = turn(3, "d0", question=asked.format(0, 3), said=f"Another question: {asked.format(0, 3)}")
    done = diversify([*made, switch], Caps(), vary_openings=True)
    changed = [item for item in done if item.asked_first]
    assert changed
    for item in done:
        assert item.turn
        if item.turn.number == 2:
            assert (item.question, item.turn.said) == (item.asked_first or item.question, "And part 2?")
        else:
            assert item.turn.said.endswith(item.question), "they change together"
    assert done[-1].turn
    assert done[-1].turn.said.startswith("Another question: ")
    assert len({item.id for item in done}) == len(done)


# ------------------------------------------------------------------------------------------------- a whole run


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, documents: Path) -> Path:
    """A run of the rules over an English and a Chinese document."""
    import shutil

    from docqa import pipeline

    folder = tmp_path_factory.mktemp("talk")
    for name in ("bank/fee_schedule_zh.pdf", "pump/storage_preservation.md"):
        shutil.copy(documents / name, folder)
    settings = load(
        {"generate": {"methods": ["extractive", "dialogue"]}, "export": {"formats": ["sharegpt", "alpaca"]}}
    )
    summary = pipeline.run(folder, folder / "out", settings)
    assert summary.items.kept_total == summary.rows.domain + summary.rows.joined > summary.rows.domain > 20
    return folder / "out"


@pytest.mark.methods
def test_a_run_without_a_model_has_conversations_in_both_languages(finished: Path):
    items = {item["id"]: item for item in lines(finished / "items.jsonl")}
    rows = lines(finished / "train.jsonl") + lines(finished / "val.jsonl")
    talks = [row for row in rows if len(row["conversations"]) > 2]
    assert {row["language"] for row in talks} == {"en", "zh"}
    for row in talks:
        turns = [items[name] for name in row["id"].split(", ")]
        assert [one["value"] for one in row["conversations"]] == [
            text for item in turns for text in (item["turn"]["said"], item["answer"])
        ]
        assert all(item["kept"] and item["evidence"] for item in turns)
        assert any(item["turn"]["said"] not in item["question"] for item in turns[1:]) or "switch" in row["task_type"]
    single = lines(finished / "train.alpaca.jsonl") + lines(finished / "val.alpaca.jsonl")
    assert sum(bool(item["kept"]) for item in items.values()) > len(single) > len(rows)
    assert {row["instruction"] for row in single} == {item["question"] for item in items.values() if item["kept"]}


@pytest.mark.methods
def test_its_card_counts_what_is_written_and_export_counts_again(finished: Path, tmp_path: Path):
    card = (finished / "README.md").read_text(encoding="utf-8")
    rows = len(lines(finished / "train.jsonl")) + len(lines(finished / "val.jsonl"))
    assert f"| rows written | {rows:,} |" in card
    assert "a conversation is a row" in card
    assert "Formats without conversations" in card
    same = ExportSettings(formats=("sharegpt", "alpaca"))
    export_run(finished, tmp_path / "same", same)
    for name in ("train.jsonl", "val.alpaca.jsonl", "README.md", "dataset_info.json"):
        assert (tmp_path / "same" / name).read_bytes() == (finished / name).read_bytes()
    for number, other in enumerate((ExportSettings(), ExportSettings(formats=("messages",), turns="single"))):
        files = export_run(finished, tmp_path / f"{number}", other)
        card = (tmp_path / f"{number}" / "README.md").read_text(encoding="utf-8")
        written = sum(file.rows for file in files)
        assert written > rows
        assert f"| rows written | {written:,} |" in card
        assert "a conversation is a row" not in card
