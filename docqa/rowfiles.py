"""The rows of a file or a dataset of the Hugging Face Hub, one at a time, as the objects they are.

A file of general data may hold millions of rows, and docqa uses a few thousand of them: no kind of file is held in
memory whole, not even a JSON array, which is decoded row by row.
"""

import csv
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from docqa.errors import SettingsError

SUFFIXES = frozenset({".json", ".jsonl", ".csv", ".tsv", ".parquet", ".gz"})
"""What names of files end with; a name with a slash and another end may be a dataset's."""

_BLOCK = 1 << 20
_LONGEST = 1 << 26
"""Characters that one row of a JSON array may have: beyond this the array is broken, and not the row long."""

_SPACE = re.compile(r"[ \t\r\n]*")


def entries(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the rows of a file, each with its number: from 1, in JSON lines that of the line.

    Parquet, CSV and TSV are told by the name, a JSON array and JSON lines by how they begin. All but Parquet may be
    packed (.gz).

    Raises:
        SettingsError: the file cannot be read, or not to its end; names the row where it can.
    """
    packed = path.suffix.lower() == ".gz"
    kind = Path(path.stem if packed else path.name).suffix.lower()
    if kind == ".parquet":
        yield from enumerate(_parquet(path), start=1)
        return
    try:
        with (gzip.open if packed else open)(path, "rt", encoding="utf-8-sig", newline="") as file:
            assert not isinstance(file, gzip.GzipFile)
            if kind in (".csv", ".tsv"):
                yield from enumerate(_csv(path, file, "," if kind == ".csv" else "\t"), start=1)
            elif is_array(file):
                yield from _array(path, file)
            else:
                yield from _lines(path, file)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text ({error.reason}); convert it first") from error
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", None) or error
        raise SettingsError(f"{path}: cannot be read ({why}); check the path of the data") from error


def is_array(file: TextIO) -> bool:
    """Whether a file that was just opened holds a JSON array; it is at its beginning again afterwards."""
    head = file.read(4096).lstrip()
    file.seek(0)
    return head.startswith("[")


def _lines(path: Path, file: TextIO) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                raise SettingsError(f"{path}: row {number}: is not valid JSON ({error}); one object a line") from error


def _array(path: Path, file: TextIO) -> Iterator[tuple[int, Any]]:
    """The elements of an array, decoded as soon as each is read whole and the mark behind it, too."""
    decode = json.JSONDecoder().raw_decode
    text, at = file.read(_BLOCK).lstrip(), 1
    number = 1
    while True:
        at = _after_space(text, at)
        if number == 1 and text[at : at + 1] == "]":
            _check_end(path, text[at + 1 :], file)
            return
        try:
            value, end = decode(text, at)
            end = _after_space(text, end)
            mark = text[end]
            if mark not in ",]":  # or a number that goes on in the next part
                raise ValueError("no comma behind it")
        except (ValueError, IndexError, RecursionError) as error:
            more = file.read(max(_BLOCK, len(text) - at)) if len(text) - at < _LONGEST else ""
            if not more or isinstance(error, RecursionError):
                raise SettingsError(
                    f"{path}: row {number}: is not valid JSON ({error}); mend it or give another file"
                ) from error
            text, at = text[at:] + more, 0
            continue
        yield number, value
        if mark == "]":
            _check_end(path, text[end + 1 :], file)
            return
        number, at = number + 1, end + 1


def _check_end(path: Path, rest: str, file: TextIO) -> None:
    if rest.strip() or file.read(_BLOCK).strip():
        raise SettingsError(f"{path}: there is more behind the end of its array; mend it, or make it JSON lines")


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match
    return match.end()


def _csv(path: Path, file: TextIO, mark: str) -> Iterator[Any]:
    csv.field_size_limit(_LONGEST)
    rows = csv.DictReader(file, strict=True, delimiter=mark)
    try:
        for row in rows:
            if None in row or None in row.values():
                raise SettingsError(f"{path}: line {rows.line_num}: has not as many cells as the first line; mend it")
            yield row
    except csv.Error as error:
        raise SettingsError(f"{path}: is not valid CSV after line {rows.line_num} ({error}); mend it") from error


def _parquet(path: Path) -> Iterator[Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise SettingsError(f"{path}: reading Parquet needs pyarrow: pip install 'docqa[parquet]'") from error
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1024):
                yield from batch.to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); check the path of the data") from error


def hub_entries(name: str, split: str) -> Iterator[tuple[int, Any]]:
    """Yield the rows of a dataset of the Hugging Face Hub, or of a folder that the datasets library knows to read.

    Raises:
        SettingsError: the library is not there, or cannot load the dataset.
    """
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise SettingsError(f"hf:{name}: needs the datasets library: pip install 'docqa[hub]'") from error
    try:
        rows = load_dataset(name, split=split)
    except Exception as error:  # name, split, network, files: the library raises something else for each
        raise SettingsError(
            f"hf:{name}: its split {split!r} cannot be loaded ({error}); check the name, name a split "
            "(hf:NAME#SPLIT), or download it and give the file"
        ) from error
    yield from enumerate(rows, start=1)
