"""The card states the run's counts, and the counts add up or there is no card."""

from collections.abc import Sequence

import pytest
import yaml
from pydantic import ValidationError

from docqa.card import card
from docqa.export import File
from docqa.summary import Coverage, DocumentCounts, ItemCounts, RowCounts, ScoreCounts, Source, Summary


def summary(**changes: object) -> Summary:
    fields: dict[str, object] = {
        "documents": DocumentCounts(found=4, read=2, skipped={"unsupported": 1}, failed={"encrypted": 1}),
        "pages": Coverage(total=12, used=10, skipped={"contents": 1}, failed=1),
        "chunks": Coverage(total=30, used=29, skipped={"language de": 1}),
        "items": ItemCounts(made=120, kept={"en": 60, "zh": 30}, dropped={"near-duplicate": 20, "hallucinated": 10}),
        "rows": RowCounts(domain=90, general={"alpaca_en.json": 10}, train=95, val=5, ratio_asked=0.1),
        "sources": (
            Source(path="a|b.pdf", title="Pump <b>P-101</b>", language="en", pages=8, chunks=20, made=80, kept=60),
            Source(path="用药.pdf", title="用药规程", language="zh", pages=4, chunks=10, made=40, kept=30),
        ),
        "task_types": {"definition/term": 50, "table/cell": 40},
        "decisions": {"grounded": 90},
        "scores": {
            "accuracy": ScoreCounts(mean=4.876, rated=88, unrated=2),
            "coverage": ScoreCounts(mean=0.9, rated=90),
        },
        "models": {"generator": "rules of docqa"},
        "not_done": ("closed book: this backend has none",),
        "notes": ("val is small",),
        "failures": ("c.pdf: it is encrypted", "a|b.pdf, page 3: it is damaged"),
    }
    return Summary.model_validate(fields | changes)


FILES = [
    File(f"{side}{middle}.jsonl", f"docqa_{side}", side, form, not middle, rows)
    for side, rows in (("train", 95), ("val", 5))
    for form, middle in (("alpaca", ""), ("messages", ".messages"))
]


def metadata(text: str) -> dict[str, object]:
    _, head, _ = text.split("---\n", 2)
    return yaml.safe_load(head)


def written(run: Summary | None = None, files: Sequence[File] = FILES, **changes: str) -> str:
    settings = changes.get("settings", "[blend]\ngeneral_ratio = 0.1\n")
    return card(run or summary(), settings, changes.get("license", "CC-BY-4.0"), files, 'pump: a "set"')


def test_the_head_is_valid_metadata_of_the_hub() -> None:
    assert metadata(written()) == {
        "pretty_name": 'pump: a "set"',
        "license": "cc-by-4.0",
        "language": ["en", "zh"],
        "task_categories": ["question-answering", "text-generation"],
        "size_categories": ["n<1K"],
        "tags": ["sft", "docqa", "domain-adaptation"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": "train", "path": "train.jsonl"},
                    {"split": "validation", "path": "val.jsonl"},
                ],
            },
            {
                "config_name": "messages",
                "data_files": [
                    {"split": "train", "path": "train.messages.jsonl"},
                    {"split": "validation", "path": "val.messages.jsonl"},
                ],
            },
        ],
    }


def test_a_licence_the_hub_does_not_know_is_named_beside_other() -> None:
    head = metadata(written(license="Acme internal use"))
    assert (head["license"], head["license_name"]) == ("other", "acme-internal-use")
    assert metadata(written(license=""))["license"] == "unknown"


def test_an_empty_val_is_no_split_of_the_card() -> None:
    files = [file._replace(rows=file.rows if file.side == "train" else 0) for file in FILES]
    (split,) = metadata(written(files=files))["configs"][0]["data_files"]
    assert split["split"] == "train"


def test_the_card_states_what_was_made_kept_dropped_and_reached() -> None:
    text = written()
    for line in (
        "| documents | 4 | 2 read, 1 skipped (unsupported 1), 1 failed (encrypted 1) |",
        "| pages | 12 | 10 used, 1 skipped (contents 1), 1 failed |",
        "| chunks | 30 | 29 used, 1 skipped (language de 1) |",
        "| items made | 120 | 90 kept, 30 dropped |",
        "| their mean scores | 90 | accuracy 4.88 (2 not rated), coverage 0.90 |",
        "| near-duplicate | 20 |",
        "| rows written | 100 | train 95, val 5 |",
        "10 general rows (10.0% of all; 10.0% asked for)",
        "- closed book: this backend has none",
        "- val is small",
        "| errors | 2 |",
        "- generator: rules of docqa",
        "```toml\n[blend]\ngeneral_ratio = 0.1\n```",
    ):
        assert line in text


def test_the_card_counts_the_rows_of_each_file() -> None:
    assert "| val.messages.jsonl | messages | 5 |" in written()
    assert "rejected_by" not in written()
    compared = File("train.kto.jsonl", "docqa_train_kto", "train", "kto", False, 170)
    text = written(files=[*FILES, compared])
    assert "| train.kto.jsonl | kto | 170 |" in text
    assert "made of domain rows only" in text


def test_text_from_documents_cannot_act_in_the_card() -> None:
    text = written()
    assert r"| a\|b.pdf | Pump &lt;b&gt;P-101&lt;/b&gt; | en | 8 | 80 | 60 |" in text
    assert "````toml\n```\n````" in written(settings="```")


def test_a_card_of_an_empty_run_can_be_written() -> None:
    nothing = Summary(
        documents=DocumentCounts(found=0, read=0),
        pages=Coverage(total=0, used=0),
        chunks=Coverage(total=0, used=0),
        items=ItemCounts(made=0, kept={}),
        rows=RowCounts(domain=0, train=0, val=0),
    )
    assert "configs" not in metadata(written(nothing, [file._replace(rows=0) for file in FILES]))


def test_the_same_run_gives_the_same_card() -> None:
    assert written() == written()


@pytest.mark.parametrize(
    "changes",
    [
        {"documents": {"found": 5, "read": 2}},
        {"pages": {"total": 12, "used": 10}},
        {"chunks": {"total": 30, "used": 30, "failed": -1}},
        {"items": {"made": 119, "kept": {"en": 90}, "dropped": {"near-duplicate": 30}}},
        {"rows": {"domain": 90, "general": {"alpaca_en.json": 10}, "train": 90, "val": 5}},
        {"rows": {"domain": 80, "train": 80, "val": 0}},
        {"task_types": {"definition/term": 89}},
        {"decisions": {"grounded": 91}},
        {"scores": {"accuracy": ScoreCounts(mean=5, rated=80)}},
        {"sources": ()},
    ],
)
def test_counts_that_do_not_add_up_are_an_error(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="do not add up"):
        summary(**changes)
