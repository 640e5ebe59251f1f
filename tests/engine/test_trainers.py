"""What is written goes through LLaMA-Factory's own converters whole, and TRL's own trainers take a step on it."""

import importlib.util
import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from docqa.export import FORMATS, write_set
from docqa.records import Row
from docqa.settings import ExportSettings

datasets = pytest.importorskip("datasets")

PAIRS = (
    ("How hot may the bearing be?", "At most 120 °C.", "At most 130 °C."),
    ("收费标准是什么？", "每季度3元。", "每季度4元。"),
)
ROWS = [
    Row(instruction=question, output=answer, group="d", item_id=f"i{number}", rejected=wrong, rejected_by="number")
    for number, (question, answer, wrong) in enumerate(PAIRS * 4)
]
GENERAL = [Row(instruction="Translate.", input="Guten Tag", output="Hello", system="Be brief.", source="g.json")]
CONVERSATION = Row(instruction="And you?", output="Fine.", history=(("How are you?", "Well."),), source="g.json")


def written(folder: Path, file_type: str, *formats: str) -> dict[str, Any]:
    """The registry's entries of a set in ``folder``; conversations are in it where no format refuses them."""
    settings = ExportSettings.model_validate({"formats": formats, "file_type": file_type, "system": "From the manual."})
    rows = ROWS + GENERAL + ([] if "alpaca" in formats else [CONVERSATION])
    write_set({"train": rows}, folder, settings)
    return json.loads((folder / "dataset_info.json").read_text())


def load(folder: Path, name: str) -> Any:
    kind = "parquet" if name.endswith("parquet") else "json"
    return datasets.load_dataset(kind, data_files=str(folder / name), split="train", cache_dir=str(folder / "cache"))


@pytest.fixture
def llama_factory(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """Its converter module. The package around it is not run: that wants torchaudio, gradio and the like."""
    found = importlib.util.find_spec("llamafactory")
    if found is None or not found.submodule_search_locations:
        pytest.skip("llamafactory is not installed: pip install --no-deps llamafactory, and peft")
    package = types.ModuleType("llamafactory.data")
    package.__path__ = [str(Path(found.submodule_search_locations[0]) / "data")]
    monkeypatch.setitem(sys.modules, "llamafactory.data", package)
    return pytest.importorskip("llamafactory.data.converter")


@pytest.mark.parametrize("file_type", ["jsonl", "json", "parquet"])
@pytest.mark.parametrize("form", FORMATS)
def test_llama_factory_skips_no_row(form: str, file_type: str, tmp_path: Path, llama_factory: types.ModuleType) -> None:
    from llamafactory.data.parser import get_dataset_list

    ((key, entry),) = written(tmp_path, file_type, form).items()
    (attributes,) = get_dataset_list([key], str(tmp_path))
    convert = llama_factory.get_dataset_converter(attributes.formatting, attributes, None)
    rows = load(tmp_path, entry["file_name"])
    for row in rows:
        made = convert(row)
        roles = [turn["role"] for turn in made["_prompt"]]
        assert roles == (["user", "assistant"] * len(roles))[: len(roles)]
        assert len(roles) % 2 == 1
        assert row["source"] != "domain" or made["_system"] == "From the manual."
        said = [turn["content"] for turn in made["_response"]]
        if form == "preference":
            assert said == [row["chosen"], row["rejected"]]
        elif form == "kto":
            assert said == ([row["completion"], ""] if row["label"] else ["", row["completion"]])
        else:
            assert len(said) == 1
            assert said[0]
    if form in ("alpaca", "sharegpt", "messages"):
        general = convert(next(row for row in rows if row["source"] == "g.json"))
        assert general["_prompt"][-1]["content"] == "Translate.\nGuten Tag"
        assert general["_system"] == "Be brief."


@pytest.mark.parametrize("form", ["messages", "preference", "kto"])
def test_trl_takes_a_step(form: str, tiny_model: Path, tmp_path: Path) -> None:
    trl = pytest.importorskip("trl", reason="trl is not installed: pip install trl")
    trainer, config = {
        "messages": (trl.SFTTrainer, trl.SFTConfig),
        "preference": (trl.DPOTrainer, trl.DPOConfig),
        "kto": (trl.KTOTrainer, trl.KTOConfig),
    }[form]
    (entry,) = written(tmp_path, "parquet", form).values()
    rows = load(tmp_path, entry["file_name"])
    done = trainer(
        model=str(tiny_model),
        args=config(
            output_dir=str(tmp_path / "out"), max_steps=1, use_cpu=True, per_device_train_batch_size=4, report_to=[]
        ),
        train_dataset=rows,
    )
    assert done.train_dataset.num_rows == rows.num_rows
    assert done.train().global_step == 1
