"""The files of a set: whole or not at all, and opened by the readers that trainers use."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docqa.errors import BlendError, SettingsError
from docqa.export import FORMATS, columns, dataset_info, files, format_row, write_rows, write_set
from docqa.export.formats import TURNS
from docqa.records import Row
from docqa.settings import ExportSettings

ROW = Row(
    instruction="泵的流量是多少?", output="50 m³/h", language="zh", group="d", item_id="i1", rejected="60 m³/h"
)  # fmt: skip
GENERAL = Row(instruction="Translate.", input="Guten Tag", output="Hello", system="Be brief.", source="g.json")
TURNED = Row(instruction="And you?", output="Fine.", history=(("How are you?", "Well."),), source="g.json")


def asked(*formats: str, **changes: Any) -> ExportSettings:
    return ExportSettings.model_validate({"formats": formats or ("alpaca",), **changes})


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_first_format_has_the_plain_name(tmp_path: Path) -> None:
    written = write_rows([ROW, GENERAL], tmp_path, "train", asked("sharegpt", "alpaca"))
    assert [(file.name, file.rows) for file in written] == [("train.jsonl", 2), ("train.alpaca.jsonl", 2)]
    assert sorted(bytes_in(tmp_path)) == ["train.alpaca.jsonl", "train.jsonl"]
    assert lines(tmp_path / "train.jsonl")[0]["id"] == "i1"
    assert "泵的流量" in (tmp_path / "train.alpaca.jsonl").read_text(encoding="utf-8")


def test_line_separators_in_an_answer_do_not_break_a_row(tmp_path: Path) -> None:
    row = ROW.model_copy(update={"output": "one\ntwo\u2028three\x85four"})
    write_rows([row], tmp_path, "train", asked())
    (written,) = lines(tmp_path / "train.jsonl")
    assert written["output"] == row.output


@pytest.mark.parametrize("file_type", ["jsonl", "json", "parquet"])
def test_a_failed_export_leaves_the_old_files_as_they_were(tmp_path: Path, file_type: str) -> None:
    settings = asked("messages", "alpaca", file_type=file_type)
    write_rows([ROW], tmp_path, "train", settings)
    before = bytes_in(tmp_path)
    with pytest.raises(BlendError):
        write_rows([GENERAL, TURNED], tmp_path, "train", settings)
    assert bytes_in(tmp_path) == before


def test_the_registry_names_each_file_that_has_rows(tmp_path: Path) -> None:
    written = write_set({"train": [ROW, GENERAL], "val": []}, tmp_path, asked("alpaca", "messages"))
    info = json.loads((tmp_path / "dataset_info.json").read_text())
    assert info == dataset_info(written)
    assert {key: entry["file_name"] for key, entry in info.items()} == {
        "docqa_train": "train.jsonl",
        "docqa_train_messages": "train.messages.jsonl",
    }
    for entry in info.values():
        assert all(set(entry["columns"].values()) <= set(row) for row in lines(tmp_path / entry["file_name"]))


def test_another_export_takes_the_place_of_the_one_before_and_of_nothing_else(tmp_path: Path) -> None:
    others = {"mine": {"file_name": "train.json"}}
    (tmp_path / "dataset_info.json").write_text(json.dumps(others))
    (tmp_path / "train.json").write_text("[]")
    write_set({"train": [ROW]}, tmp_path, asked("alpaca", "messages"))
    write_set({"train": [ROW]}, tmp_path, asked("kto", file_type="parquet"))
    assert sorted(bytes_in(tmp_path)) == ["dataset_info.json", "train.json", "train.parquet"]
    info = json.loads((tmp_path / "dataset_info.json").read_text())
    assert list(info) == ["mine", "docqa_train"]


@pytest.mark.parametrize("text", ["[]", "{half", '"train"'])
def test_a_registry_that_is_none_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "dataset_info.json").write_text(text)
    with pytest.raises(SettingsError, match="is no registry"):
        write_set({"train": [ROW]}, tmp_path, asked())


@pytest.mark.parametrize("file_type", ["jsonl", "json", "parquet"])
@pytest.mark.parametrize("form", FORMATS)
def test_datasets_opens_every_format_in_every_file_type(
    form: str, file_type: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(files, "ROW_GROUP", 7)
    rows = [ROW, GENERAL, ROW.model_copy(update={"system": "Be brief.", "pages": (1, 2)})] * 20
    (written,) = write_rows(rows, tmp_path, "train", asked(form, file_type=file_type))
    expected = [made for row in rows for made in format_row(row, form)]
    loaded = datasets.load_dataset(
        "parquet" if file_type == "parquet" else "json",
        data_files=str(tmp_path / written.name),
        split="train",
        cache_dir=str(tmp_path / "cache"),
    )
    assert (loaded.num_rows, tuple(loaded.column_names)) == (written.rows, columns(form, provenance=True))
    assert loaded.to_list() == expected
    for name, kind in loaded.features.items():
        if name in TURNS:
            assert {part: value.dtype for part, value in kind.feature.items()} == dict.fromkeys(TURNS[name], "string")
        else:
            assert kind.dtype == ("bool" if name == "label" else "string")


@pytest.mark.parametrize("file_type", ["json", "parquet"])
def test_a_side_without_rows_is_an_empty_file_that_can_be_read(file_type: str, tmp_path: Path) -> None:
    write_rows([], tmp_path, "val", asked("kto", file_type=file_type))
    if file_type == "json":
        assert json.loads((tmp_path / "val.json").read_text()) == []
    else:
        table = pytest.importorskip("pyarrow.parquet").read_table(tmp_path / "val.parquet")
        assert (table.num_rows, tuple(table.column_names)) == (0, columns("kto", provenance=True))


def test_without_pyarrow_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"pip install 'docqa\[parquet\]'"):
        files.check_installed("parquet")
    files.check_installed("json")


@pytest.mark.parametrize("file_type", ["jsonl", "json", "parquet"])
def test_ten_times_the_rows_take_no_more_memory(file_type: str) -> None:
    code = """if True:
        import resource, sys, tempfile
        from pathlib import Path
        from docqa.export import write_rows
        from docqa.records import Row
        from docqa.settings import ExportSettings
        rows = (Row(instruction=f"What is {n}?", output="It is. " * 40, group="d") for n in range(int(sys.argv[1])))
        with tempfile.TemporaryDirectory() as folder:
            write_rows(rows, Path(folder), "train", ExportSettings(file_type=sys.argv[2]))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    """
    few, many = (
        float(subprocess.check_output([sys.executable, "-c", code, str(count), file_type], text=True))
        for count in (10_000, 100_000)
    )
    assert many < few + 20  # MiB; the rows are 30
