"""A run is a pure function of its documents and settings, whatever happens to it on the way."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pymupdf
import pytest

from docqa import corpus, parse, pipeline
from docqa.errors import BlendError, SettingsError
from docqa.records import QAItem
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load
from docqa.terminal import exit_code, summary_text

OUTPUTS = (
    "train.jsonl", "val.jsonl", "items.jsonl", "chunks.jsonl", "coverage.jsonl", "errors.jsonl", "README.md",
    "dataset_info.json", "settings.toml",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, documents: Path) -> Path:
    """A few of the project's documents, English and Chinese; a scanned page would cost seconds in each run."""
    folder = tmp_path_factory.mktemp("documents")
    for domain in ("bank", "pump"):
        (folder / domain).mkdir()
        for path in sorted((documents / domain).glob("*.pdf"))[-2:]:
            shutil.copy(path, folder / domain)
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    """A run over ``folder`` that nothing disturbed."""
    out = tmp_path_factory.mktemp("finished") / "out"
    pipeline.run(folder, out, load())
    return out


def contents(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in OUTPUTS}


def test_the_same_command_again_parses_nothing_and_writes_the_same_bytes(
    finished: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    before = contents(finished)

    async def never(*_: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr(corpus, "parse_file", never)
    pipeline.run(folder, finished, load())
    assert contents(finished) == before


def test_another_seed_gives_the_same_rows_in_another_order(finished: Path, folder: Path, tmp_path: Path):
    pipeline.run(folder, tmp_path / "out", load({"seed": 7}))
    mine, other = ((out / "train.jsonl").read_text().splitlines() for out in (finished, tmp_path / "out"))
    assert mine != other
    assert sorted(mine) == sorted(other)
    assert (finished / "items.jsonl").read_bytes() == (tmp_path / "out" / "items.jsonl").read_bytes()


def test_what_a_test_set_holds_is_dropped_and_the_card_says_how_much(finished: Path, folder: Path, tmp_path: Path):
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    kept = [item for item in read_records(out / "items.jsonl", QAItem) if item.kept]
    held = max(kept, key=lambda item: len(item.question))
    (tmp_path / "test.txt").write_text(f"none of it\n{held.question}\n", encoding="utf-8")
    (tmp_path / "clean.txt").write_text("none of it\n", encoding="utf-8")
    names = [str(tmp_path / name) for name in ("test.txt", "clean.txt")]
    summary = pipeline.run(folder, out, load({"curate": {"decontaminate": names}}))
    dropped = {item.id: item.reason for item in read_records(out / "items.jsonl", QAItem) if not item.kept}
    assert dropped[held.id] == f"contaminated:{names[0]}:2"
    count = summary.items.dropped["contaminated"]
    notes = [f"{names[0]}: {count} items", f"{names[1]}: 0 items"]
    assert all(any(note.startswith(start) for note in summary.notes) for start in notes)
    with pytest.raises(SettingsError, match=r"none\.jsonl: cannot be read"):
        pipeline.run(folder, out, load({"curate": {"decontaminate": [str(tmp_path / "none.jsonl")]}}))


def test_killed_at_any_moment_and_started_again_it_ends_with_the_same_bytes(
    finished: Path, folder: Path, tmp_path: Path
):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "docqa.cli", "run", str(folder), "-o", str(out), "-q"]
    moments = random.Random(5)
    killed = 0
    for _ in range(5):
        process = subprocess.Popen(command, start_new_session=True)
        time.sleep(moments.uniform(0.5, 6))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
    assert killed
    assert subprocess.run(command, check=False).returncode == 0
    assert contents(out).keys() == contents(finished).keys()
    for name, data in contents(out).items():
        assert data == (finished / name).read_bytes(), name


def test_one_more_document_parses_only_that_one(folder: Path, finished: Path, documents: Path, tmp_path: Path):
    more, out = tmp_path / "more", tmp_path / "out"
    shutil.copytree(folder, more)
    shutil.copytree(finished, out)
    extra = sorted((documents / "medication").glob("*.pdf"))[0]
    shutil.copy(extra, more)
    parsed = []
    plan = list(pipeline.plan(more, out, load()))
    assert any("to parse   1, 4 remembered" in line for line in plan), plan
    real = corpus.parse_file

    async def watched(pool, path, *rest):
        parsed.append(path.name)
        return await real(pool, path, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "parse_file", watched)
        pipeline.run(more, out, load())
    assert parsed == [extra.name]


def test_bad_files_cost_a_line_each_and_the_good_one_is_done(tmp_path: Path, documents: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    good = sorted((documents / "pump").glob("*.pdf"))[0]
    shutil.copy(good, folder / "good.pdf")
    (folder / "truncated.pdf").write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    (folder / "empty.pdf").touch()
    (folder / "text.pdf").write_text("This is a text file that calls itself a PDF.\n" * 20)
    (folder / "unreadable.pdf").symlink_to(folder / "gone.pdf")
    with pymupdf.open(good) as document:
        document.save(folder / "encrypted.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y")

    out = tmp_path / "out"
    summary = pipeline.run(folder, out, load())
    failures = list(read_records(out / "errors.jsonl", Failure))
    assert {failure.path: failure.kind for failure in failures} == {
        "truncated.pdf": "damaged",
        "empty.pdf": "empty",
        "text.pdf": "wrong-type",
        "unreadable.pdf": "unreadable",
        "encrypted.pdf": "encrypted",
    }
    assert exit_code(summary) == 2
    assert summary.items.kept_total > 0
    assert {item.path for item in read_records(out / "items.jsonl", QAItem)} == {"good.pdf"}
    said = summary_text(summary, out)
    assert all(failure.path in said for failure in failures)


def test_a_copy_of_a_document_is_skipped_and_named(tmp_path: Path, documents: Path):
    good = sorted((documents / "bank").glob("*.pdf"))[0]
    for name in ("a.pdf", "b.pdf"):
        shutil.copy(good, tmp_path / name)
    summary = pipeline.run(tmp_path, tmp_path / "out", load())
    assert summary.documents.skipped == {"same content as a.pdf": 1}


def test_the_run_folder_inside_the_source_is_not_read_as_documents(tmp_path: Path, documents: Path):
    shutil.copy(sorted((documents / "bank").glob("*.pdf"))[0], tmp_path / "a.pdf")
    for _ in range(2):
        summary = pipeline.run(tmp_path, tmp_path / "out", load())
        assert summary.documents.found == 1


def test_too_few_general_rows_is_an_error_that_counts_them(tmp_path: Path, folder: Path):
    few, earlier = tmp_path / "few.json", tmp_path / "out" / "summary.json"
    few.write_text('[{"instruction": "Add 2 and 3.", "output": "2 + 3 = 5."}]')
    earlier.parent.mkdir()
    earlier.write_text("of a run before")
    with pytest.raises(BlendError, match=r"there are 1 .*missing.*--general-repeat"):
        pipeline.run(folder, tmp_path / "out", load({"blend": {"general": [str(few)], "general_ratio": 0.1}}))
    assert (tmp_path / "out" / "items.jsonl").exists()
    assert not earlier.exists()  # the rows of that run do not go with these items


@pytest.mark.parametrize("source", ["nowhere", "nothing"])
def test_a_source_without_documents_is_refused_before_anything_starts(tmp_path: Path, source: str):
    (tmp_path / "nothing").mkdir()
    with pytest.raises(SettingsError, match=source):
        pipeline.run(tmp_path / source, tmp_path / "out", load())
    assert not (tmp_path / "out").exists()


def test_an_edited_parser_parses_again(monkeypatch: pytest.MonkeyPatch, folder: Path, finished: Path):
    monkeypatch.setattr(parse, "parser_version", lambda: "another")
    assert any("to parse   4, 0 remembered" in line for line in pipeline.plan(folder, finished, load()))
