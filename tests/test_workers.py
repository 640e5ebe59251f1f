"""A worker that hangs, crashes or eats memory costs its own call; the next one gets a fresh worker."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from docqa.errors import ParseError, WorkerError
from docqa.parse.pdf import read_pdf
from docqa.workers import WorkerPool


def run(function, argument, timeout_s: float = 20, memory_mb: int = 2048):
    """The call's result or error, and whether the pool still works after it."""

    async def main():
        async with WorkerPool(1, memory_mb) as pool:
            try:
                result = await pool.call(function, argument, timeout_s)
            except (ParseError, WorkerError) as error:
                result = error
            return result, await pool.call(len, "four", 20)

    result, after = asyncio.run(main())
    assert after == 4
    return result


def test_results_and_docqa_errors_come_back(tmp_path: Path):
    assert run(sorted, [3, 1, 2]) == [1, 2, 3]
    (tmp_path / "empty.pdf").touch()
    error = run(read_pdf, tmp_path / "empty.pdf")
    assert (type(error), error.kind) == (ParseError, "empty")
    assert "empty" in str(error)


def test_a_hang_is_stopped_after_its_time():
    error = run(time.sleep, 60, timeout_s=1)
    assert (error.kind, str(error)) == ("timeout", "took longer than 1 s and was stopped")


@pytest.mark.parametrize(("function", "argument", "said"), [(os._exit, 7, "exit code 7"), (os.abort, None, "SIGABRT")])
def test_a_crash_is_told_by_its_signal_or_code(function, argument, said):
    if function is os.abort:
        function, argument = signal.raise_signal, signal.SIGABRT
    error = run(function, argument)
    assert error.kind == "crash"
    assert said in str(error)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps RLIMIT_AS")
def test_memory_over_the_limit_is_told():
    assert run(bytes, 3 << 30, memory_mb=1024).kind == "memory"


def test_an_unforeseen_error_is_named():
    error = run(int, "three")
    assert (error.kind, "ValueError" in str(error)) == ("crash", True)


def test_what_a_call_prints_does_not_reach_the_replies():
    assert run(print, "noise") is None


PARENT = """
import asyncio, time
from docqa.parse.pdf import read_pdf
from docqa.workers import WorkerPool

async def main():
    async with WorkerPool(1) as pool:
        call = asyncio.create_task(pool.call(time.sleep, 600, 600))
        while not pool._busy:
            await asyncio.sleep(0.05)
        print(next(iter(pool._busy)).pid, flush=True)
        await call

asyncio.run(main())
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_a_busy_worker_dies_with_its_killed_parent():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    worker = Path("/proc") / parent.stdout.readline().strip()
    assert worker.is_dir()
    time.sleep(1)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while worker.is_dir() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not worker.is_dir()
