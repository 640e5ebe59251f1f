"""A whole run against a server: killed or plagued by faults, it ends with the same items and asks for nothing twice."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.throughput import corpus
from benchmarks.throughput.server import Serving, serving

FAST = {"slots": 64, "step_s": 0.0005, "per_sequence_s": 0.00001, "per_prefill_token_s": 0.000002}
"""A server so quick that a thousand calls take seconds."""

UNDER_WAY = 320
"""Calls that docqa has under way at a time; where it is slower than the server, as many replies wait to be read."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents of 48 chunks, a thousand calls' worth."""
    folder = tmp_path_factory.mktemp("documents")
    corpus.write(folder, 48)
    return folder


@pytest.fixture(scope="module")
def undisturbed(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The run folder of a run that nothing disturbed, and how many calls it made."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    with serving(**FAST) as server:
        assert run(documents, out, server).wait() == 0
        stats = server.stats()
    assert stats["duplicates"] == 0
    assert stats["calls"] == stats["finished"] > 1000
    return out, stats["finished"] - probes()


def probes() -> int:
    """Calls that find out what the server enforces."""
    return 1


def run(documents: Path, out: Path, server: Serving) -> subprocess.Popen[bytes]:
    flags = ["-o", str(out), "-q", "--base-url", server.url]
    return subprocess.Popen([sys.executable, "-m", "docqa.cli", "run", str(documents), *flags], start_new_session=True)


def remembered(out: Path) -> int:
    """The calls in the memo of a run that is not running."""
    with closing(sqlite3.connect(out / "run.db")) as memo:
        return int(memo.execute("SELECT count(*) FROM memo WHERE kind = 'completion'").fetchone()[0])


def test_killed_in_the_middle_no_finished_call_is_made_again(
    documents: Path, undisturbed: tuple[Path, int], tmp_path: Path
):
    reference, calls = undisturbed
    out = tmp_path / "out"
    with serving(**FAST) as server:
        process = run(documents, out, server)
        while server.stats()["finished"] < calls / 2 and process.poll() is None:
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.2)
        before, kept = server.stats()["finished"], remembered(out)
        assert calls / 3 < kept < calls
        assert before - kept - probes() <= UNDER_WAY, "at most what was in flight was lost"
        assert run(documents, out, server).wait() == 0
        assert server.stats()["finished"] - before == calls - kept + probes()
    for name in ("items.jsonl", "train.jsonl", "val.jsonl", "coverage.jsonl", "errors.jsonl"):
        assert (out / name).read_bytes() == (reference / name).read_bytes(), name


def test_with_one_call_in_twenty_failing_the_same_items_come_out(
    documents: Path, undisturbed: tuple[Path, int], tmp_path: Path
):
    out = tmp_path / "out"
    with serving(**FAST, fault_rate=0.05, stall_s=2) as server:
        assert run(documents, out, server).wait() == 0
        faults = server.stats()["faults"]
    assert set(faults) == {"error", "busy", "cut", "broken", "stall"}
    assert sum(faults.values()) > 25
    assert (out / "items.jsonl").read_bytes() == (undisturbed[0] / "items.jsonl").read_bytes()
    assert (out / "errors.jsonl").read_bytes() == b""


@pytest.mark.parametrize("option", ["ignore_schema", "no_json"])
def test_a_server_that_can_t_be_held_to_a_schema_gives_the_same_items_and_the_card_says_so(
    documents: Path, undisturbed: tuple[Path, int], tmp_path: Path, option: str
):
    out = tmp_path / "out"
    with serving(**FAST, **{option: True}) as server:
        assert run(documents, out, server).wait() == 0
    assert (out / "items.jsonl").read_bytes() == (undisturbed[0] / "items.jsonl").read_bytes()
    assert "does not enforce JSON schemas" in (out / "README.md").read_text()
