"""Verification by the real engine, for form: the model has random weights, so what it says is not looked at.

Every item must end with a verdict, what could not be read must be a line in errors.jsonl, and the benchmark must print
its table.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ENGINE_ARGS

from docqa.records import Decision, QAItem
from docqa.runfolder import read_records
from docqa.seen import Failure

PASSAGES = {
    "en": [
        (
            "en-a-1",
            "Pumps",
            "The oil of the pump is changed after 500 hours. The pump is stopped before the valve is closed.",
        ),
        ("en-b-1", "Bridges", "The bridge was opened in 1932 and is 503 metres long."),
    ],
    "zh": [
        ("zh-1", "冷库", "冷库的温度应当保持在2℃至8℃。"),
        ("zh-2", "记录", "验收记录应当保存五年。"),
    ],
}
ITEMS = {
    "en": [
        ("When is the oil of the pump changed?", "after 500 hours", "en-a-1", "answerable"),
        ("When is the oil of the pump changed?", "after 900 hours", "en-a-1", "altered"),
        ("How long is the bridge?", "503 metres", "en-b-1", "answerable"),
        ("How long is the bridge?", "1932", "en-b-1", "swapped"),
        ("When was the bridge painted?", "1932", "en-b-1", "plausible"),
    ],
    "zh": [
        ("冷库的温度应当保持在多少？", "2℃至8℃", "zh-1", "answerable"),
        ("验收记录应当保存多久？", "五年", "zh-2", "answerable"),
        ("验收记录应当保存多久？", "2℃至8℃", "zh-2", "swapped"),
    ],
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for language, passages in PASSAGES.items():
        corpus = [{"id": at, "title": title, "text": text} for at, title, text in passages]
        items = [dict(zip(("question", "answer", "passage", "kind"), item, strict=True)) for item in ITEMS[language]]
        for name, rows in (("corpus", corpus), ("items", items)):
            lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / f"{name}.{language}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def started(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DOCQA_MODEL__SEND_SEED": "false"}
    return subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, env=environment, timeout=300
    )


def test_docqa_verify_with_the_engine_in_this_process(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    for at, title, text in (*PASSAGES["en"], *PASSAGES["zh"]):
        (tmp_path / "corpus" / f"{at}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    given = [{"question": item[0], "answer": item[1]} for items in ITEMS.values() for item in items]
    (tmp_path / "items.json").write_text(json.dumps(given), encoding="utf-8")
    flags = [part for name, value in ENGINE_ARGS.items() for part in ("--engine-arg", f"{name}={value}")]
    command = ["docqa.cli", "verify", str(tmp_path / "items.json"), "--corpus", str(tmp_path / "corpus")]
    done = started(*command, "-o", str(tmp_path / "out"), "--model", str(tiny_model), *flags)
    assert done.returncode in (0, 2, 3), done.stderr  # 3: it kept nothing
    items = list(read_records(tmp_path / "out" / "items.jsonl", QAItem))
    failures = list(read_records(tmp_path / "out" / "errors.jsonl", Failure))
    assert [item.question for item in items] == [row["question"] for row in given]
    assert all(item.verdict is not None and item.reason for item in items)
    failed = {item.question for item in items if item.reason in ("unknown: unusable", "unknown: refused")}
    assert failed == {failure.question for failure in failures}
    asked = [item for item in items if item.verdict and item.verdict.decision != Decision.UNEVIDENCED]
    assert asked


def test_the_benchmark_prints_a_line_for_the_model(server: str, data: Path) -> None:
    done = started("benchmarks.verification", "--data", str(data), "--model", "tiny", "--base-url", server)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("tiny")]
    assert [line[:3] for line in lines] == [["tiny,", "en", "5"], ["tiny,", "zh", "3"]]
    assert all(int(line[8]) > 0 for line in lines), "calls were made"
