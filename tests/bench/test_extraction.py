"""`docqa bench extraction` and the benchmark: what they print, and that a file that is read worse is named."""

import json
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest
from click.testing import CliRunner

from docqa.bench import scores
from docqa.cli import cli

ROOT = Path(__file__).parents[2]

TRUTH = """# Pump manual

Check the rated pressure before the pump is started, and write it down.

The filter is changed after five hundred operating hours.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page whose truth is exact: the text it was made from."""
    with pymupdf.open() as document:
        page = document.new_page()
        for line, (y, size) in zip(TRUTH.split("\n\n"), ((90, 22), (130, 11), (160, 11)), strict=True):
            page.insert_text((72, y), line.strip("# \n"), fontsize=size)
        document.save(tmp_path / "manual.pdf")
    (tmp_path / "manual.md").write_text(TRUTH, encoding="utf-8")
    return tmp_path


def test_a_page_read_as_it_was_written_has_full_marks(folder: Path):
    done = CliRunner().invoke(cli, ["bench", "extraction", str(folder), "--save", str(folder / "scores.json")])
    assert done.exit_code == 0, done.output
    header, line, mean = done.output.splitlines()
    assert header.split() == ["document", "nid", "token_f1", "heading", "extra_tables", "seconds"]
    assert line.split()[:5] == ["manual", "1.000", "1.000", "1.000", "0.00"]
    assert mean.split()[:5] == ["mean", "1.000", "1.000", "1.000", "0.00"]
    saved = json.loads((folder / "scores.json").read_text())
    assert saved == {"docqa": {"manual": {"nid": 1.0, "token_f1": 1.0, "heading": 1.0, "extra_tables": 0}}}


def test_the_guard_names_what_got_worse(folder: Path):
    command = ["bench", "extraction", str(folder), "--against", str(folder / "scores.json")]
    before = {"nid": 1.0, "token_f1": 1.0, "heading": 1.0, "extra_tables": 0}
    scores.save(folder / "scores.json", {"docqa": {"manual": before, "gone": before}})
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 0, done.output
    assert "1 documents compared, 0 worse" in done.output
    assert "1 not measured now: gone" in done.output
    (folder / "manual.md").write_text(TRUTH.replace("# Pump", "## Pump") + "\nA sentence that is not on the page.")
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 1
    assert "manual: heading was 1.000, is 0.500" in done.output
    assert "manual: nid was 1.000, is 0." in done.output


def test_a_file_that_cannot_be_read_counts_as_empty_and_is_named(folder: Path):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (folder / "broken.md").write_text("# Lost\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["bench", "extraction", str(folder)])
    assert done.exit_code == 0, done.output
    assert "broken: " in done.stderr
    assert [line.split()[:4] for line in done.stdout.splitlines()[1:]] == [
        ["broken", "0.000", "0.000", "0.000"],
        ["manual", "1.000", "1.000", "1.000"],
        ["mean", "0.500", "0.500", "0.500"],
    ]


def test_what_is_missing_is_said(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "docqa.cli", "bench", "extraction", "."], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "no PDF with its truth beside it" in done.stderr


# --------------------------------------------------------------------------------------------------------- guard


def test_a_metric_may_lose_the_tolerance_and_no_more():
    before = {"a": {"nid": 0.9, "wrong_spaces": 0.001, "seconds": 0.1}}
    assert not scores.losses(before, {"a": {"nid": 0.895, "wrong_spaces": 0.0015, "seconds": 9.0}}, 0.005)
    worse = scores.losses(before, {"a": {"nid": 0.894, "wrong_spaces": 0.0017}}, 0.005)
    assert [str(loss) for loss in worse] == [
        "a: nid was 0.900, is 0.894",
        "a: wrong_spaces was 0.0010, is 0.0017",
    ]
    assert not scores.losses(before, {"a": {"nid": 0.99, "wrong_spaces": 0.0}}, 0.005)


def test_a_guard_that_compared_nothing_does_not_pass():
    assert scores.verdict({"a": {"nid": 1.0}}, {"b": {"nid": 1.0}}, 0.005) == (
        ["0 documents compared, 0 worse by more than 0.005", "1 not measured now: a", "1 not compared: b"],
        False,
    )


def test_scores_are_saved_in_the_same_order_and_without_the_time(tmp_path: Path):
    one, other = {"nid": 0.123456, "seconds": 3.0}, {"nid": 1.0}
    scores.save(tmp_path / "a", {"docqa": {"y": one, "x": other}, "another": {}})
    scores.save(tmp_path / "b", {"another": {}, "docqa": {"x": other, "y": one}})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert scores.load(tmp_path / "a", "docqa") == {"x": {"nid": 1.0}, "y": {"nid": 0.1235}}


# ----------------------------------------------------------------------------------------------------- benchmark


def benchmark(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.extraction", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_benchmark_without_its_data_says_so(tmp_path: Path):
    done = benchmark("--data", tmp_path)
    assert done.returncode == 0
    assert done.stdout == f"{tmp_path}: no extraction data here (index.json); nothing measured\n"


def test_the_benchmark_compares_programs_and_guards_docqa(folder: Path):
    (folder / "index.json").write_text('[{"path": "manual", "kind": "manuals", "pages": 1}]')
    words = ("--data", folder, "--system", "docqa", "--system", "pymupdf")
    done = benchmark(*words, "--save", folder / "scores.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n\n")[2].split() == "heading score manuals docqa 1.000 pymupdf 0.000".split()
    assert str(folder) not in (folder / "scores.json").read_text()
    kept = json.loads((folder / "scores.json").read_text())
    assert sorted(kept) == ["docqa", "pymupdf"]
    (folder / "manual.md").write_text(TRUTH.replace("# Pump", "## Pump"))
    done = benchmark(*words[:4], "--against", folder / "scores.json")
    assert done.returncode == 1
    assert "manual: heading was 1.000, is 0.500" in done.stdout
