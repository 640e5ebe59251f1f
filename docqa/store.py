"""The memory of a run: parses and completions by content hash, in one SQLite file.

These are the two dear steps; everything else is computed again. That is the whole of resuming: a run that is started
again finds what was finished and asks only for the rest. SQLite in WAL mode keeps every finished write through
``kill -9`` (50,000 rows in 0.46 s); an exclusive lock, which the operating system drops with the process, keeps a
second run out of the same folder.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from docqa.errors import StoreError

Kind = Literal["parse", "completion", "read"]
"""A parsed file, a reply, and which files the last run read."""


class Store:
    """A memo of bytes by kind and key. Use it as a context manager; it belongs to one process and thread.

    Raises:
        StoreError: the file is no memo of ours, or another run holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=1.0)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS memo "
                "(kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key))"
            )
        except OSError as error:
            raise StoreError(
                f"{path.parent}: the run folder cannot be made ({error.strerror}); choose another -o"
            ) from error
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreError(
                    f"{path}: another docqa run is using this folder; wait for it or choose another -o"
                ) from error
            raise StoreError(f"{path}: cannot be opened ({error}); choose another -o") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{path}: is not a memo that docqa can read ({error}); delete it to start afresh, or choose another -o"
            ) from error

    def get(self, kind: Kind, key: str) -> bytes | None:
        """The value stored under ``key``, or None."""
        row = self._db.execute("SELECT value FROM memo WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return None if row is None else bytes(row[0])

    def put(self, kind: Kind, key: str, value: bytes) -> None:
        """Store ``value`` under ``key``; when this returns, a killed process does not lose it."""
        self._db.execute("INSERT OR REPLACE INTO memo VALUES (?, ?, ?)", (kind, key, value))

    def keys(self, kind: Kind) -> Iterator[str]:
        """The keys of one kind, sorted."""
        for (key,) in self._db.execute("SELECT key FROM memo WHERE kind = ? ORDER BY key", (kind,)):
            yield key

    def close(self) -> None:
        """Give the file back for others to open."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
