"""`docqa distill` asks the real engine, for form: the model has random weights, so what it says is not looked at."""

from pathlib import Path

import pytest
from conftest import ENGINE_ARGS

from docqa.distill import distill
from docqa.models.vllm import InProcess
from docqa.records import QAItem
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load

PROMPTS = ("When is the oil of pump P-101 changed?", "冷库的温度应当保持在多少？", "List three things to check.")
TEXT = "The oil of pump P-101 is changed after 500 hours of operation.\n\n冷库的温度应当保持在2℃至8℃。\n"


@pytest.mark.parametrize("with_corpus", [False, True])
def test_each_prompt_ends_as_an_item_or_as_a_failure_with_its_row(
    tiny_model: Path, tmp_path: Path, with_corpus: bool
) -> None:
    (tmp_path / "prompts.txt").write_text("\n".join(PROMPTS), encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "text.txt").write_text(TEXT, encoding="utf-8")
    model = InProcess(str(tiny_model), ENGINE_ARGS, 0)
    corpus = tmp_path / "docs" if with_corpus else None
    summary = distill(tmp_path / "prompts.txt", tmp_path / "out", load(), corpus, model=model)
    items = list(read_records(tmp_path / "out" / "items.jsonl", QAItem))
    rows = [failure for failure in read_records(tmp_path / "out" / "errors.jsonl", Failure) if failure.what == "row"]
    assert len(items) + len(rows) == len(PROMPTS)
    assert {failure.kind for failure in rows} <= {"unusable"}
    assert all(item.task_type == f"distilled/{'grounded' if with_corpus else 'open'}" for item in items)
    assert summary.usage is not None
    assert summary.usage.calls >= 2
