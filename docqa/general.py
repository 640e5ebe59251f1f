"""What ``--general`` names -> the sources of general rows: local files and datasets of the Hugging Face Hub.

general.jsonl             a file: JSON, JSON lines, CSV or Parquet, and but for Parquet also .gz
general.jsonl:2           with a weight, after which its share of the general rows goes
hf:tatsu-lab/alpaca       a dataset of the Hub; ``hf:`` can be left out where no such file exists
tatsu-lab/alpaca#test:2   its split (train, if none is named), and a weight
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from docqa.errors import SettingsError
from docqa.formats import row_from
from docqa.records import Row
from docqa.rowfiles import SUFFIXES, entries, hub_entries

_WEIGHTED = re.compile(r"(.+):(\d+(?:\.\d+)?)")
_HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w.-]+")


@dataclass(frozen=True)
class GeneralSource:
    """One source of general rows.

    Attributes:
        name: what its rows are counted under: the file's name, or the dataset's.
        place: the file, or a name that the datasets library knows.
        split: the split of a dataset; "" for a file.
        weight: its share of the general rows beside the others' weights; None: none was given.
    """

    name: str
    place: str
    split: str = ""
    weight: Fraction | None = None

    def rows(self, wanted: Container[int] | None = None) -> Iterator[tuple[int, Row | str]]:
        """Yield each row, or what is wrong with it, beside its number; of ``wanted`` numbers only, where given.

        Raises:
            SettingsError: the source cannot be read.
        """
        for number, data in self._entries():
            if wanted is None or number in wanted:
                try:
                    yield number, row_from(data, self.name)
                except ValueError as error:
                    yield number, str(error)

    def __str__(self) -> str:
        return self.name if self.weight is None else f"{self.name} (weight {float(self.weight):g})"

    def _entries(self) -> Iterator[tuple[int, Any]]:
        return hub_entries(self.place, self.split) if self.split else entries(Path(self.place))


def sources(given: Iterable[str | Path]) -> list[GeneralSource]:
    """Read what ``--general`` names; nothing is opened yet.

    Raises:
        SettingsError: a file is not there or given twice, or a weight is 0.
    """
    found = [_source(str(name)) for name in given]
    for place, count in Counter((source.place, source.split) for source in found).items():
        if count > 1:
            raise SettingsError(f"{place[0]} is given {count} times as general data; give it once, with a weight")
    names = Counter(source.name for source in found)
    return [replace(source, name=source.place) if names[source.name] > 1 else source for source in found]


def _source(given: str) -> GeneralSource:
    weight = None
    if not Path(given).exists() and (match := _WEIGHTED.fullmatch(given)):
        given, weight = match[1], Fraction(match[2])
        if not weight:
            raise SettingsError(f"the weight of {given} is 0; leave it out, or give it a weight above 0")
    path = Path(given)
    name, _, split = given.removeprefix("hf:").partition("#")
    if given.startswith("hf:") or (
        _HUB_NAME.fullmatch(name) and not path.exists() and path.suffix.lower() not in SUFFIXES
    ):
        return GeneralSource(given.removeprefix("hf:"), name, split or "train", weight)
    if path.is_dir():
        raise SettingsError(f"{given} is a folder; name a file in it, or hf:{given} if it is a dataset")
    if not path.exists():
        raise SettingsError(f"{given}: there is no such file; check the path of the general data")
    return GeneralSource(path.name, given, "", weight)
