"""The general rows there are, known without being held: millions of rows in some twenty bytes each.

A source is read twice. The first time each row leaves its hash, its size, its language and where it stands; from these
alone ``draw`` chooses; the second time only the rows chosen are kept.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence, Set
from fractions import Fraction
from typing import Protocol

from docqa.blend.rows import Unit, content, size_by
from docqa.errors import SettingsError
from docqa.records import Row
from docqa.text import estimate_tokens


class Source(Protocol):
    """Where general rows come from.

    Attributes:
        name: what its rows are counted under.
        weight: its share of the general rows beside the others' weights; None: none was given.
    """

    @property
    def name(self) -> str: ...

    @property
    def weight(self) -> Fraction | None: ...

    def rows(self, wanted: Container[int] | None = None) -> Iterator[tuple[int, Row | str]]:
        """Yield each row, or what is wrong with it, beside its number; of ``wanted`` numbers only, where given."""
        ...


class Pool:
    """What is known of the general rows. A row's place in the arrays is the rank of its hash among all.

    Args:
        sources: read once here, and again by ``fetch``.
        unit: what is counted in a ratio, rows or tokens.
        count: counts the tokens of a text.

    Attributes:
        strata: the name of a source and a language, by number.
        stratum, sizes: of each row, its stratum's number and what it counts.
        left_out: how many rows take no part, by reason.

    Raises:
        SettingsError: a source cannot be read, or has no row that can be used.
    """

    def __init__(
        self, sources: Sequence[Source], unit: Unit = "rows", count: Callable[[str], int] = estimate_tokens
    ) -> None:
        import numpy as np

        self.sources = sorted(sources, key=lambda source: source.name)
        self.unit = unit
        self.size = size_by(unit, count)
        self.left_out: Counter[str] = Counter()
        self.strata: list[tuple[str, str]] = []
        hashes, sizes, numbers, strata = array("Q"), array("I"), array("I"), array("H")
        for source in self.sources:
            known: Counter[str] = Counter()
            for number, row in self._usable(source):
                known[row.language] += 1
                hashes.append(_hash(row))
                sizes.append(self.size(row))
                numbers.append(number)
                strata.append(len(self.strata) + list(known).index(row.language))
            self.strata += [(source.name, language) for language in _told(known)]
        # Of equal rows the first stays, and what stays is in the order of the hashes.
        self._hashes, kept = np.unique(np.array(hashes, np.uint64), return_index=True)
        self.sizes = np.array(sizes, np.int64)[kept]
        self.stratum = np.array([self.strata.index(stratum) for stratum in self.strata], np.int64)[
            np.array(strata, np.int64)[kept]
        ]
        self._numbers = np.array(numbers, np.int64)[kept]
        if len(kept) < len(hashes):
            self.left_out["twice in the general data"] = len(hashes) - len(kept)

    def _usable(self, source: Source) -> Iterator[tuple[int, Row]]:
        """The rows that can be used; the others are counted under the first one's fault."""
        first_fault, read, unusable = "", 0, 0
        for number, row in source.rows():
            read += 1
            if isinstance(row, str):
                first_fault = first_fault or f"row {number}: {row}"
                unusable += 1
            else:
                yield number, row
        if read == unusable:
            fault = f"none of its {read} rows can be used, {first_fault}" if read else "there are no rows in it"
            raise SettingsError(f"{source.name}: {fault}; give another file of general data")
        if unusable:
            self.left_out[f"not usable in {source.name}, where {first_fault}"] = unusable

    def fetch(self, places: Set[int]) -> dict[int, Row]:
        """Read the rows at these places.

        Raises:
            SettingsError: a source is not what it was.
        """
        rows: dict[int, Row] = {}
        for source in self.sources:
            wanted = {
                int(self._numbers[place]): place
                for place in places
                if self.strata[self.stratum[place]][0] == source.name
            }
            for number, row in source.rows(wanted) if wanted else ():
                if isinstance(row, str) or _hash(row) != self._hashes[wanted[number]]:
                    raise SettingsError(f"{source.name}: has changed meanwhile (row {number}); start the command again")
                rows[wanted.pop(number)] = row
                if not wanted:
                    break
            if wanted:
                raise SettingsError(f"{source.name}: has lost rows meanwhile; start the command again")
        return rows


def _hash(row: Row) -> int:
    return int(content(row), 16)


def _told(known: Counter[str]) -> list[str]:
    """The languages of a source; rows too short to tell theirs are taken to be in that of most of the others."""
    most = max(sorted(known), key=lambda language: known[language], default="und")
    return [most if language == "und" else language for language in known]
