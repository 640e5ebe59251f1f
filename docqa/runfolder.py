"""The files of a run folder, written so that a reader never finds half of one.

A file is written beside its name and renamed into place when it is complete. What one stage hands the next on disk
lives in ``work/``, is written anew by every run, and is removed at the end.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from docqa.errors import SettingsError

M = TypeVar("M", bound=BaseModel)

MEMO = "run.db"
"""The file that makes a folder a run folder; such a folder is never read as a source of documents."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name beside ``path`` to write to; it takes ``path``'s place when the block ends without an error.

    Raises:
        SettingsError: nothing can be written there.
    """
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.touch()
    except OSError as error:
        raise SettingsError(
            f"{path.parent}: cannot be written to ({error.strerror or error}); name another folder with -o"
        ) from error
    try:
        yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` in one step."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def write_card(folder: Path, text: str) -> None:
    """Write a dataset card: to README.md, or to README.docqa.md where somebody else's README.md is."""
    write_text(folder / ("README.docqa.md" if has_other_readme(folder) else "README.md"), text)


def has_other_readme(folder: Path) -> bool:
    """Whether a README.md stands there that docqa did not write."""
    readme = folder / "README.md"
    return readme.exists() and "docqa" not in readme.read_text(encoding="utf-8", errors="replace")


def write_records(path: Path, records: Iterable[BaseModel]) -> None:
    """Write one JSON object a line to ``path`` in one step."""
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(record.model_dump_json() + "\n" for record in records)


def read_records(path: Path, model: type[M]) -> Iterator[M]:
    """Yield the records of a file that ``write_records`` or a ``Spool`` wrote.

    Raises:
        SettingsError: a line of it is no such record.
    """
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield read_record(path, line, model)


def read_record(path: Path, text: str, model: type[M]) -> M:
    """Read the record ``text`` of the file ``path``.

    Raises:
        SettingsError: it is no such record.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise SettingsError(f"{path}: was not written by this docqa; do the run again") from error


def chunk_texts(folder: Path) -> dict[str, str]:
    """The texts of a run's chunks by their ids.

    Raises:
        SettingsError: the run folder has no chunks.
    """
    path = folder / "chunks.jsonl"
    if not path.is_file():
        raise SettingsError(f"{path}: there is no such file; give the folder of a finished run")
    with path.open("rb") as file:
        return {chunk["id"]: chunk["text"] for chunk in map(orjson.loads, file)}


class Spool:
    """A growing file of records between two stages: the memory stays flat however many there are."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.count = 0
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._changed = asyncio.Event()

    def add(self, record: BaseModel) -> None:
        """Append one record; it is on disk when this returns."""
        self._file.write(record.model_dump_json() + "\n")
        self._file.flush()
        self.count += 1
        self._changed.set()

    def close(self) -> None:
        """No more records come."""
        self._file.close()
        self._changed.set()

    async def follow(self, model: type[M], most: int = 64, patience_s: float = 1.0) -> AsyncIterator[list[M]]:
        """The records from the first, in lists of ``most`` and fewer, until the spool is closed.

        Args:
            patience_s: how long to wait for more when there are some, but fewer.
        """
        read = 0
        with self.path.open(encoding="utf-8") as file:
            while read < self.count or not self._file.closed:
                await self._grown_to(read + 1)
                with suppress(TimeoutError):
                    async with asyncio.timeout(patience_s):
                        await self._grown_to(read + most)
                if ready := min(most, self.count - read):
                    yield [model.model_validate_json(file.readline()) for _ in range(ready)]
                    read += ready

    async def _grown_to(self, count: int) -> None:
        """Wait until there are ``count`` records or all."""
        while self.count < count and not self._file.closed:
            self._changed.clear()
            await self._changed.wait()


def clear(folder: Path) -> None:
    """Remove ``folder`` and what is in it, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
