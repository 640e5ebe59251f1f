"""Spoilt PDFs through the whole line: each ends as a document or as a line in errors.jsonl, and within its time.

Not part of `make test`; `make fuzz` runs it. FUZZ_FILES and FUZZ_SEED choose other files than its 300, and pytest's
--basetemp keeps them: mutate.py says how one is made again.
"""

import hashlib
import os
import sys
import time
from collections import Counter, defaultdict
from functools import partial
from pathlib import Path

import pymupdf
import pytest
from mutate import write

from docqa import cli, workers
from docqa.coverage import Covered
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.windows import time_alone

FILES = int(os.environ.get("FUZZ_FILES", "300"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))
TIMEOUT_S = 20
SLACK_S = 2
"""For a machine that is busy with other things when a worker is stopped."""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """The seconds of each call that a file's workers were asked, by the file's name, as they come in."""
    seconds: dict[str, list[float]] = defaultdict(list)
    ask = workers._ask

    async def timed(worker: object, request: tuple[object, object]) -> tuple[bool, object]:
        start = time.monotonic()
        try:
            return await ask(worker, request)
        finally:
            function, argument = request
            given = [argument, *(function.keywords.values() if isinstance(function, partial) else ())]
            for path in {value for value in given if isinstance(value, Path) and value.suffix == ".pdf"}:
                seconds[path.name].append(time.monotonic() - start)

    monkeypatch.setattr(workers, "_ask", timed)
    return seconds


def longest(path: Path) -> float:
    """Seconds that a file may take: to be opened, read page by page after a window that hung, and put together."""
    try:
        with pymupdf.open(path) as document:
            pages = min(len(document), 32)
    except Exception:
        pages = 0
    return 3 * TIMEOUT_S + 2 * pages * time_alone(TIMEOUT_S)


def test_each_spoilt_pdf_ends_as_a_document_or_as_an_error(
    tmp_path: Path, calls: dict[str, list[float]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    folder, out = tmp_path / "spoilt", tmp_path / "out"
    paths = write(folder, FILES, SEED)
    monkeypatch.setenv("DOCQA_PARSE__TIMEOUT_S", str(TIMEOUT_S))
    monkeypatch.setattr(sys, "argv", ["docqa", "run", str(folder), "-o", str(out)])
    start = time.monotonic()
    with pytest.raises(SystemExit) as ended:
        cli.main()
    seconds = time.monotonic() - start
    assert ended.value.code in (0, 2, 3), capsys.readouterr().err

    failures = list(read_records(out / "errors.jsonl", Failure))
    covered = list(read_records(out / "coverage.jsonl", Covered))
    read, failed = {state.path for state in covered}, {failure.path for failure in failures if failure.what == "file"}
    first = {hashlib.sha256(path.read_bytes()).digest(): path.name for path in reversed(paths)}
    copies = {path.name for path in paths} - set(first.values())
    assert read | failed | copies == {path.name for path in paths}
    assert not read & failed
    lost = {(failure.path, failure.pages) for failure in failures if failure.what == "page"}
    assert lost == {(state.path, state.pages) for state in covered if state.kind == "page" and state.state == "failed"}

    late = {name: max(spent) for name, spent in calls.items() if max(spent) > TIMEOUT_S + SLACK_S}
    assert not late
    over = {path.name: sum(calls[path.name]) for path in paths if sum(calls[path.name]) > longest(path) + SLACK_S}
    assert not over
    with capsys.disabled():
        ends = Counter((failure.what, failure.kind, failure.message[:60]) for failure in failures)
        print(f"\n{len(paths)} files in {seconds:.0f} s: {len(read)} documents, {len(failed)} failed")
        print("slowest:", *(f"{s:.1f} s {n}" for s, n in sorted(((sum(v), n) for n, v in calls.items()))[:-4:-1]))
        for end, count in ends.most_common():
            print(f"{count:>5}", *end)
