"""Items that a test set holds already, found by 13 words in a row that stand in both (20 ideographs in Chinese).

Thirteen words are what GPT-3's authors took (Brown et al. 2020, arXiv:2005.14165, appendix C). In mixed text an
ideograph counts for 13/20 of a word, and the shortest run that is long enough is compared, wherever it begins. A
question too short to hold one is compared whole, with each text of the tests as a whole. Of the tests only hashes are
kept, 16 bytes a run, so they are read once, a row at a time, and take no more memory than their runs.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from docqa import rowfiles
from docqa.errors import SettingsError
from docqa.records import QAItem
from docqa.rouge import rouge_tokens
from docqa.text import is_cjk

WORDS, IDEOGRAPHS = 13, 20

SUFFIXES = (".jsonl", ".json", ".csv", ".tsv", ".txt", ".parquet")

_ROW_BITS = 40


class TestSets:
    """The texts that no item may share a run with.

    Args:
        paths: jsonl, json, csv, tsv, txt (a line a row) or parquet; every text in a row counts, however deep it stands.

    Raises:
        SettingsError: a file cannot be read, or holds no text.
    """

    __test__ = False  # it is no test of pytest's

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)
        hashes, places = array("Q"), array("Q")
        for number, path in enumerate(self._paths):
            before = len(hashes)
            for row, text in _texts(path):
                hashes.extend(_runs(text) or _whole(text))
                places.extend([number << _ROW_BITS | row] * (len(hashes) - len(places)))
            if len(hashes) == before:
                raise SettingsError(f"{path}: there is no text in it to compare with; leave it out of --decontaminate")
        self._hashes, first = np.unique(np.array(hashes, dtype=np.uint64), return_index=True)
        self._places = np.array(places, dtype=np.uint64)[first]

    def holding(self, item: QAItem) -> str:
        """``FILE:ROW`` of the first text that shares a run with ``item``, or is its short question; "" for none."""
        runs = _runs(f"{item.asked}\n{item.answer}")
        if not _runs(item.asked):
            runs += _whole(item.asked)
        wanted = np.array(runs, dtype=np.uint64)
        at = np.searchsorted(self._hashes, wanted).clip(max=len(self._hashes) - 1)
        found = self._places[at[self._hashes[at] == wanted]]
        if not len(found):
            return ""
        file, row = divmod(int(found.min()), 1 << _ROW_BITS)
        return f"{self._paths[file].as_posix()}:{row}"


def _runs(text: str) -> list[int]:
    """A hash for each run of ``WORDS`` words or ``IDEOGRAPHS`` ideographs; none when the text is shorter."""
    tokens = rouge_tokens(text)
    weights = [WORDS if is_cjk(token[0]) else IDEOGRAPHS for token in tokens]
    hashes, start, weight = [], 0, 0
    for end, added in enumerate(weights, start=1):
        weight += added
        # The shortest run from each start; the one after it may end at the same token.
        while weight >= WORDS * IDEOGRAPHS:
            hashes.append(_hash(tokens[start:end]))
            weight -= weights[start]
            start += 1
    return hashes


def _whole(text: str) -> list[int]:
    tokens = rouge_tokens(text)
    return [_hash(tokens)] if tokens else []


def _hash(tokens: Sequence[str]) -> int:
    return int.from_bytes(blake2b(" ".join(tokens).encode(), digest_size=8).digest(), "big")


# ----------------------------------------------------------------------------------------------------- the files


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """(row, text) for every text in a file; rows are counted from 1, those of text and JSON lines as lines."""
    if path.suffix.lower() not in SUFFIXES:
        raise SettingsError(f"{path}: --decontaminate reads {' '.join(SUFFIXES)}; convert the file to one of these")
    for row, value in _rows(path):
        yield from ((row, text) for text in _strings(value))


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Beside what ``rowfiles`` reads: plain text, and a JSON object with arrays in it."""
    suffix = path.suffix.lower()
    try:
        if suffix in (".txt", ".json"):
            with path.open(encoding="utf-8-sig") as file:
                if suffix == ".txt":
                    yield from enumerate(file, start=1)
                    return
                if not rowfiles.is_array(file):
                    yield from _elements(json.load(file))
                    return
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror or error}); check --decontaminate") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text (byte {error.start}); convert it first") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: is not valid JSON ({error}); mend it or leave it out") from error
    yield from rowfiles.entries(path)


def _elements(data: Any) -> Iterator[tuple[int, Any]]:
    """The rows of a JSON object: those of the arrays in it ({"data": [...]}, columns), or itself."""
    arrays = data.values() if isinstance(data, dict) else [data]
    for value in arrays:
        yield from enumerate(value, start=1) if isinstance(value, list) else [(1, value)]


def _strings(value: Any) -> Iterator[str]:
    """Every text in a value of JSON, names of fields left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
