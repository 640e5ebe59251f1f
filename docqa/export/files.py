"""Rows -> one file, in flat memory: JSON lines, a JSON array, or Parquet."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from docqa.errors import SettingsError
from docqa.export.formats import TURNS, Written
from docqa.settings import FileType

ROW_GROUP = 4096
"""Rows that Parquet writes together, and so the most that are held in memory."""

Write = Callable[[Written], None]
"""Takes the rows of a file one by one."""


def check_installed(file_type: FileType) -> None:
    """Say what is missing before anything is done.

    Raises:
        SettingsError: files of this type cannot be written here.
    """
    if file_type == "parquet" and find_spec("pyarrow") is None:
        raise SettingsError("Parquet files need pyarrow: pip install 'docqa[parquet]', or choose --file-type jsonl")


def writing(path: Path, file_type: FileType, columns: Sequence[str]) -> AbstractContextManager[Write]:
    """Give what writes rows of these columns to ``path``; the file is complete when the block ends."""
    if file_type == "parquet":
        return _parquet(path, columns)
    return _array(path) if file_type == "json" else _lines(path)


@contextmanager
def _lines(path: Path) -> Iterator[Write]:
    with path.open("wb") as file:

        def write(row: Written) -> None:
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

        yield write


@contextmanager
def _array(path: Path) -> Iterator[Write]:
    with path.open("wb") as file:
        before = b"[\n"

        def write(row: Written) -> None:
            nonlocal before
            file.write(before + orjson.dumps(row))
            before = b",\n"

        yield write
        file.write(b"[]\n" if before == b"[\n" else b"\n]\n")


@contextmanager
def _parquet(path: Path, columns: Sequence[str]) -> Iterator[Write]:
    import pyarrow
    from pyarrow import parquet

    schema = pyarrow.schema([(name, _type(name)) for name in columns])
    held: list[Written] = []
    with parquet.ParquetWriter(path, schema) as file:

        def flush() -> None:
            file.write_batch(pyarrow.RecordBatch.from_pylist(held, schema))
            held.clear()

        def write(row: Written) -> None:
            held.append(row)
            if len(held) == ROW_GROUP:
                flush()

        yield write
        if held:
            flush()


def _type(column: str) -> Any:
    import pyarrow

    if column in TURNS:
        return pyarrow.list_(pyarrow.struct([(name, pyarrow.string()) for name in TURNS[column]]))
    return pyarrow.bool_() if column == "label" else pyarrow.string()
