"""A finished run's set, written again in other formats: the same rows, traced to the same items."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from docqa import pipeline
from docqa.errors import SettingsError
from docqa.export import FORMATS
from docqa.records import QAItem
from docqa.reexport import export_run
from docqa.runfolder import chunk_texts, read_records
from docqa.settings import ExportSettings, load
from docqa.summary import Summary
from docqa.text import squash

SOURCES = {"closed_book", "retrieval", "number", "unit", "name", "negation"}

Demo = tuple[Path, Summary]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture(scope="module")
def everything(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo in every format, with a system prompt and context."""
    folder = tmp_path_factory.mktemp("everything")
    export_run(demo[0], folder, ExportSettings(formats=FORMATS, system="Answer from the text.", context="input"))
    return folder


def test_as_the_run_had_it_it_is_the_same_bytes(demo: Demo, tmp_path: Path):
    run, _ = demo
    export_run(run, tmp_path, ExportSettings(formats=("alpaca", "sharegpt", "preference")))
    for name in ("train.jsonl", "val.sharegpt.jsonl", "train.preference.jsonl", "dataset_info.json", "README.md"):
        assert (tmp_path / name).read_bytes() == (run / name).read_bytes()


def test_every_domain_row_has_its_chunk_s_text_and_its_item_s_provenance(demo: Demo, everything: Path):
    items = {item.id: item for item in read_records(demo[0] / "items.jsonl", QAItem)}
    texts = chunk_texts(demo[0])
    domain = [row for row in rows(everything / "train.jsonl") if row["id"]]
    assert domain
    for row in domain:
        item = items[row["id"]]
        assert row["input"] == (item.input or "\n\n".join(texts[chunk] for chunk in item.chunk_ids))
        own = item.turn.system if item.turn else ""
        assert row["system"] == "\n".join(filter(None, ("Answer from the text.", own)))
        assert (row["document"], row["task_type"], row["decision"]) == (
            "; ".join(dict.fromkeys([item.path, *(other.path for other in item.beside)])),
            item.task_type,
            item.verdict.decision,
        )
        if not item.beside:
            assert row["pages"] == ", ".join(map(str, item.pages))
    assert all(not row["document"] for row in rows(everything / "train.jsonl") if not row["id"])


@pytest.fixture(scope="module")
def without_pairs(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that made no preference pairs, and ``compared`` in it: its set in the formats that compare."""
    folder = tmp_path_factory.mktemp("without")
    shutil.copytree(documents / "bank", folder / "documents")
    pipeline.run(folder / "documents", folder / "out", load())
    export_run(folder / "out", folder / "out" / "compared", ExportSettings(formats=("preference", "kto")))
    return folder / "out"


def test_without_pairs_each_row_s_answer_is_beside_a_wrong_one_that_says_where_it_is_from(without_pairs: Path):
    items = {item.id: item for item in read_records(without_pairs / "items.jsonl", QAItem)}
    folder = without_pairs / "compared"
    pairs = rows(folder / "train.jsonl") + rows(folder / "val.jsonl")
    assert len(pairs) > 0.5 * sum(bool(item.kept) for item in items.values())  # words of a table have no opposite
    sources = Counter(pair["rejected_by"] for pair in pairs)
    assert {"number", "negation"} <= sources.keys() <= SOURCES
    for pair in pairs:
        item = items[pair["id"]]
        assert (item.kept, item.answer) == (True, pair["chosen"])
        assert squash(pair["rejected"]) != squash(pair["chosen"])
    for side in ("train", "val"):
        labels = Counter(row["label"] for row in rows(folder / f"{side}.kto.jsonl"))
        assert labels[False] == len(rows(folder / f"{side}.jsonl"))
        assert labels[True] == sum(row["source"] == "domain" for row in rows(without_pairs / f"{side}.jsonl"))


def test_a_set_with_pairs_compares_these_and_nothing_else(demo: Demo, everything: Path):
    items = {item.id: item for item in read_records(demo[0] / "items.jsonl", QAItem)}
    pairs = rows(everything / "train.preference.jsonl") + rows(everything / "val.preference.jsonl")
    assert {pair["id"] for pair in pairs} == {item.id for item in items.values() if item.pair and item.kept}
    for pair in pairs:
        item = items[pair["id"]]
        assert item.pair
        assert (item.answer, item.pair.rejected, item.pair.source) == (
            pair["chosen"], pair["rejected"], pair["rejected_by"]
        )  # fmt: skip
    for side in ("train", "val"):
        labels = Counter(row["label"] for row in rows(everything / f"{side}.kto.jsonl"))
        assert labels[False] == labels[True] == len(rows(everything / f"{side}.preference.jsonl"))


def test_card_registry_and_files_agree(demo: Demo, everything: Path):
    _, head, text = (everything / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    listed = {entry["file_name"] for entry in json.loads((everything / "dataset_info.json").read_text()).values()}
    configs = yaml.safe_load(head)["configs"]
    assert {file["path"] for config in configs for file in config["data_files"]} == listed
    for name in listed:
        assert f"| {name} | " in text
        assert f" | {len(rows(everything / name)):,} |" in text


def test_the_card_states_the_run_s_settings_and_how_the_set_is_written_here(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DOCQA_CHUNK__MAX_TOKENS", "99")
    export_run(demo[0], tmp_path, ExportSettings(system="Be brief.", formats=("kto",), val_share=0.5))
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    for line in ('system = "Be brief."', 'formats = ["kto"]', "val_share = 0.1", "max_tokens = 512"):
        assert f"\n{line}\n" in card


def test_datasets_opens_each_configuration_of_the_card(everything: Path, tmp_path: Path):
    datasets = pytest.importorskip("datasets")
    for form in ("default", *FORMATS[1:]):
        loaded = datasets.load_dataset(str(everything), form, cache_dir=str(tmp_path))
        middle = "" if form == "default" else f".{form}"
        assert loaded["train"].num_rows == len(rows(everything / f"train{middle}.jsonl"))
        assert loaded["validation"].num_rows == len(rows(everything / f"val{middle}.jsonl"))


def test_a_folder_that_is_no_finished_run_is_an_error_that_says_what_to_give(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"summary\.json: there is no such file; give the folder of a finished"):
        export_run(tmp_path, tmp_path / "out", ExportSettings())


def test_a_run_of_another_docqa_is_an_error_that_says_so(demo: Demo, tmp_path: Path):
    for name in ("summary.json", "settings.toml", "rows/train.jsonl", "rows/val.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((demo[0] / name).read_bytes())
    (tmp_path / "summary.json").write_text("{}")
    with pytest.raises(SettingsError, match=r"summary\.json: was not written by this docqa"):
        export_run(tmp_path, tmp_path / "out", ExportSettings())


def docqa(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "docqa.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_keeps_what_the_run_had_and_changes_what_is_said(demo: Demo, tmp_path: Path):
    done = docqa("export", demo[0], "-o", tmp_path, "--format", "kto", "--file-type", "json", "--no-provenance")
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "train.json").read_text(encoding="utf-8"))
    assert f"{tmp_path / 'train.json'}  {len(written):,} kto rows" in done.stdout
    assert list(written[0]) == ["prompt", "completion", "label", "system"]


def test_a_folder_that_cannot_be_written_to_is_an_error_that_says_what_to_do(demo: Demo, tmp_path: Path):
    (tmp_path / "file").touch()
    done = docqa("export", demo[0], "-o", tmp_path / "file" / "out")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot be written to" in done.stderr


def test_a_push_without_a_token_is_refused_before_anything_is_written(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    done = docqa("export", demo[0], "-o", tmp_path / "out", "--push-to-hub", "me/set")
    assert done.returncode == 1
    assert "HF_TOKEN" in done.stderr or "huggingface_hub" in done.stderr
    assert not (tmp_path / "out").exists()
