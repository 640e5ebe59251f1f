"""``docqa blend``: a set made anywhere is blended, split and written as a run's own."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from docqa.errors import SettingsError
from docqa.records import Evidence, Origin, QAItem
from docqa.remix import remix
from docqa.runfolder import write_records
from docqa.settings import load
from docqa.terminal import blended_text


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def asked(path: Path) -> set[str]:
    return {row["instruction"] for row in read(path)}


def domain(count: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "question": f"What is the torque of the bolt with the number {place}?",
            "answer": f"It is {place} N·m.",
            **more,
        }
        for place in range(count)
    ]


@pytest.fixture
def general(tmp_path: Path) -> list[str]:
    for name in "ab":
        rows = [
            {"instruction": f"Name the {place}th of the things in {name}.", "output": "It is this."}
            for place in range(60)
        ]
        lines(tmp_path / f"{name}.jsonl", rows)
    return [f"{tmp_path / 'a.jsonl'}:2", f"{tmp_path / 'b.jsonl'}:1"]


def test_a_set_made_elsewhere_is_blended_to_the_row(tmp_path: Path, general: list[str]) -> None:
    given, out = lines(tmp_path / "given.jsonl", domain(90)), tmp_path / "new" / "out"
    settings = load(
        {"blend": {"general": general, "general_ratio": 0.25}, "export": {"formats": ["alpaca", "messages"]}}
    )
    done = remix(given, out, settings)
    rows = read(out / "train.jsonl") + read(out / "val.jsonl")
    assert Counter(row["source"] for row in rows) == {"domain": 90, "a.jsonl": 20, "b.jsonl": 10}
    assert (done.rows.domain, done.rows.general, done.languages) == (90, {"a.jsonl": 20, "b.jsonl": 10}, {"en": 90})
    assert len(asked(out / "train.jsonl") | asked(out / "val.jsonl")) == 120
    assert json.loads((out / "dataset_info.json").read_text()).keys() == {
        "docqa_train", "docqa_val", "docqa_train_messages", "docqa_val_messages"
    }  # fmt: skip
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "120 rows for supervised fine-tuning, blended with docqa: 90 rows of given.jsonl" in card
    assert "30 general rows (25.0% of all; 25.0% asked for)" in card
    assert f"| train.messages.jsonl | messages | {done.rows.train} |" in card
    assert "a.jsonl 20, b.jsonl 10" in blended_text(done, out)
    assert "train.jsonl" not in blended_text(done, out)  # it would be train.parquet as well
    before = {path: path.read_bytes() for path in out.iterdir()}
    remix(given, out, settings)
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_by_tokens_the_card_adds_them_up(tmp_path: Path, general: list[str]) -> None:
    blending = {"general": general, "general_ratio": 0.2, "ratio_by": "tokens"}
    rows = remix(lines(tmp_path / "given.jsonl", domain(90)), tmp_path / "out", load({"blend": blending})).rows
    assert abs(rows.general_tokens / rows.tokens - 0.2) < 0.01
    assert f"| tokens | {rows.tokens:,} |" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("column", ["document_id", "document", "group", "id"])
def test_rows_of_one_document_stay_on_one_side(tmp_path: Path, column: str) -> None:
    rows = [row | {column: place % 9} for place, row in enumerate(domain(90))]
    out = tmp_path / "out"
    remix(lines(tmp_path / "given.jsonl", rows), out, load())
    held = asked(out / "val.jsonl")
    assert len(held) == 10
    assert len({row[column] for row in rows if row["question"] in held}) == 1


def test_a_file_without_documents_is_split_row_by_row_whatever_their_order(tmp_path: Path) -> None:
    for name, rows in (("one", domain(90)), ("two", domain(90)[::-1])):
        remix(lines(tmp_path / f"{name}.jsonl", rows), tmp_path / name, load())
    assert len(asked(tmp_path / "one" / "val.jsonl")) == 9
    for side in ("train.jsonl", "val.jsonl"):
        assert (tmp_path / "one" / side).read_bytes() == (tmp_path / "two" / side).read_bytes()


def test_of_a_run_folder_the_kept_items_are_taken(tmp_path: Path) -> None:
    item = QAItem(
        id="a", chunk_ids=("c",), document_id="d", path="manual.pdf", question="What is it made of?", answer="Steel.",
        evidence=(Evidence(chunk_id="c", start=0, end=6, quote="Steel."),), task_type="definition/term", language="en",
        difficulty="easy", origin=Origin(method="extractive", prompt="test"), score=0.9, kept=True,
    )  # fmt: skip
    dropped = item.model_copy(update={"id": "b", "kept": False})
    write_records(tmp_path / "run" / "items.jsonl", [item, dropped])
    assert remix(tmp_path / "run", tmp_path / "out", load()).rows.domain == 1
    assert [row["id"] for row in read(tmp_path / "out" / "train.jsonl")] == ["a"]


def test_what_cannot_be_a_domain_set_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    bad = lines(tmp_path / "bad.jsonl", [*domain(1), {"question": "Why?", "answer": ""}])
    dropped = lines(tmp_path / "items.jsonl", domain(1, kept=False))
    for given, said in (
        (tmp_path / "empty", "is no run folder"),
        (bad, "row 2: has an empty answer"),
        (dropped, "row 1: was dropped by docqa"),
    ):
        with pytest.raises(SettingsError, match=said):
            remix(given, tmp_path / "out", load())
    assert not (tmp_path / "out").exists()


def test_what_only_a_run_s_items_have_is_refused_for_a_file(tmp_path: Path) -> None:
    given = lines(tmp_path / "given.jsonl", [{"instruction": "Translate.", "input": "Hallo", "output": "Hello"}])
    with pytest.raises(SettingsError, match="needs a run folder"):
        remix(given, tmp_path / "out", load({"export": {"context": "input"}}))
    assert not (tmp_path / "out").exists()


def test_a_file_s_answers_are_rejected_with_one_thing_changed(tmp_path: Path) -> None:
    refusal = {"question": "Who?", "answer": "It is not said.", "task_type": "unanswerable/near-topic"}
    plain = {"question": "Of what is it made?", "answer": "Steel."}
    oils = [{"question": f"How is oil {chr(65 + n)} filled in?", "answer": f"{n + 20} mL a day."} for n in range(20)]
    given = lines(tmp_path / "given.jsonl", [*oils, refusal, plain])
    remix(given, tmp_path / "out", load({"export": {"formats": ["preference", "alpaca"]}}))
    pairs = read(tmp_path / "out" / "train.jsonl") + read(tmp_path / "out" / "val.jsonl")
    assert {row["prompt"] for row in pairs} == {row["question"] for row in oils}
    assert {row["rejected_by"] for row in pairs} == {"number", "unit"}, "rows without an id are not all changed alike"
    assert all(row["chosen"] != row["rejected"] for row in pairs)


def test_a_file_in_which_nothing_can_be_changed_makes_no_pairs(tmp_path: Path) -> None:
    given = lines(tmp_path / "given.jsonl", [{"instruction": "Translate.", "input": "Hallo", "output": "Hello"}])
    with pytest.raises(SettingsError, match="none in it has one; name a run folder"):
        remix(given, tmp_path / "out", load({"export": {"formats": ["alpaca", "preference"]}}))
    assert not (tmp_path / "out").exists()


def test_a_preference_pair_is_no_row_of_a_file(tmp_path: Path) -> None:
    given = lines(tmp_path / "items.jsonl", [*domain(2), *domain(1, pair={"rejected": "No.", "source": "sampled"})])
    with pytest.raises(SettingsError, match="row 3: is a preference pair of docqa; name the run's folder"):
        remix(given, tmp_path / "out", load())


def test_a_row_is_traced_by_the_id_and_document_that_it_has(tmp_path: Path) -> None:
    remix(lines(tmp_path / "given.jsonl", domain(3, id=7, document="a.pdf")), tmp_path / "out", load())
    assert {(row["id"], row["document"]) for row in read(tmp_path / "out" / "train.jsonl")} == {("7", "a.pdf")}


def test_a_run_folder_and_what_is_given_are_never_written_over(tmp_path: Path) -> None:
    given, run, data = lines(tmp_path / "train.jsonl", domain(9)), tmp_path / "run", tmp_path / "data"
    data.mkdir()
    general = lines(data / "train.jsonl", domain(9))
    with pytest.raises(SettingsError, match="written over it; name another folder with -o"):
        remix(given, data, load({"blend": {"general": [str(general)]}}))
    run.mkdir()
    (run / "run.db").touch()
    for out in (tmp_path, run):
        with pytest.raises(SettingsError, match="name another folder with -o"):
            remix(given, out, load())
