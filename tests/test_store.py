"""The memo keeps what was finished through a kill, and one run at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from docqa.errors import StoreError
from docqa.store import Store

WRITE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from docqa.store import Store
store = Store(Path(sys.argv[1]))
for n in range(500):
    store.put("parse", str(n), b"x" * 1000)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_every_finished_write_survives_kill_9(tmp_path: Path):
    path = tmp_path / "run.db"
    assert subprocess.run([sys.executable, "-c", WRITE_AND_DIE, str(path)], check=False).returncode == -9
    with Store(path) as store:
        assert len(list(store.keys("parse"))) == 500
        assert store.get("parse", "499") == b"x" * 1000
        assert store.get("completion", "499") is None


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path):
    with Store(tmp_path / "run.db") as store:
        store.put("parse", "a", b"1")
        with pytest.raises(StoreError, match="another docqa run"):
            Store(tmp_path / "run.db")
    with Store(tmp_path / "run.db") as again:
        assert again.get("parse", "a") == b"1"


def test_a_file_that_is_no_memo_is_named(tmp_path: Path):
    path = tmp_path / "run.db"
    path.write_bytes(b"not a database, but long enough to be read as a header of one" * 100)
    with pytest.raises(StoreError, match=r"run\.db.*delete it"):
        Store(path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "out").write_text("a file is in the way")
    with pytest.raises(StoreError, match="out"):
        Store(tmp_path / "out" / "run.db")
