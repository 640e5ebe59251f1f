"""``docqa run`` with the real engine: it ends, and after a kill it goes on where it was.

The model has random weights, so hardly an item is kept; what is tested is that every call ends somewhere and none that
was finished is made again.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ENGINE_ARGS

from docqa.records import QAItem
from docqa.runfolder import read_records
from docqa.seen import Failure

FLAGS = [part for name, value in ENGINE_ARGS.items() for part in ("--engine-arg", f"{name}={value}")]
TEXT = """{number} Maintenance of unit {number}

The suction valve of unit {number} is closed before the pump is started. The oil is changed after {number}00 hours.
"""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One document of a few short sections."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "manual.txt").write_text("\n".join(TEXT.format(number=number) for number in range(1, 9)))
    return folder


def start(documents: Path, out: Path, flags: Sequence[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "docqa.cli", "run", str(documents), "-o", str(out), *flags]
    environment = {**os.environ, "DOCQA_MODEL__SEND_SEED": "false"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)


def remembered(out: Path) -> int:
    """The calls in the memo of a run, read from a copy: a run that goes on holds its own."""
    with tempfile.TemporaryDirectory() as folder:
        for file in out.glob("run.db*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder, "run.db"))) as memo:
            return int(memo.execute("SELECT count(*) FROM memo WHERE kind = 'completion'").fetchone()[0])


def ended(process: subprocess.Popen[str], out: Path) -> int:
    """How many calls a run found in its memo; it ended with items, with failed calls, or with nothing kept."""
    said, _ = process.communicate(timeout=300)
    assert process.returncode in (0, 2, 3), said
    items = list(read_records(out / "items.jsonl", QAItem))
    failures = list(read_records(out / "errors.jsonl", Failure))
    assert items or failures
    assert all(item.verdict is not None and item.reason for item in items)
    assert all(failure.kind == "unusable" for failure in failures)
    assert "does not enforce" not in said
    counts = re.search(r"([\d,]+) calls, ([\d,]+) remembered", said)
    assert counts, said
    return int(counts[2].replace(",", ""))


def test_a_run_ends_and_goes_on_after_a_kill(tiny_model: Path, documents: Path, tmp_path: Path):
    out, flags = tmp_path / "out", ["--model", str(tiny_model), *FLAGS]
    process = start(documents, out, flags)
    while process.poll() is None and not ((out / "work" / "made.jsonl").exists() and remembered(out)):
        time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()  # type: ignore[union-attr]
    before = remembered(out)
    assert before > 0
    assert ended(start(documents, out, flags), out) >= before
    after = remembered(out)
    assert after > before
    assert ended(start(documents, out, flags), out) >= after


def test_a_run_against_a_real_server_holds_its_replies_to_the_schema(server: str, documents: Path, tmp_path: Path):
    out = tmp_path / "out"
    ended(start(documents, out, ["--base-url", server, "--model", "tiny"]), out)
    assert remembered(out) > 0
