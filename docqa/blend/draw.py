"""A choice among the general rows: as many as were promised, from each source and language in its share.

Rows of a stratum (a language of a source) are taken in the order of their hash, a fixed random sample. The strata take
turns (Sainte-Laguë's method): the k-th row of one stands at (k - 1/2) / weight in a common line, so that any beginning
of the line holds all of them in proportion, and where one is used up the others go on in theirs.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from docqa.blend.pool import Pool
from docqa.blend.shares import apportion, needed
from docqa.errors import BlendError
from docqa.records import Row
from docqa.rouge import like_any, rouge_tokens
from docqa.text import squash

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIKE_DOMAIN = "like a domain row"

THRESHOLD = 0.8
"""ROUGE-L from which rows in a language without a threshold are alike."""

AHEAD = 32
"""Rows read beside those taken, and a tenth more: they stand in for those that are like a domain row."""


class Drawn(NamedTuple):
    """General rows, and how many of the others were left out, by reason; the rest was not needed."""

    rows: list[Row]
    left_out: Mapping[str, int]


def draw(
    pool: Pool, domain: Sequence[Row], ratio: float, repeat: bool = False, thresholds: Mapping[str, float] | None = None
) -> Drawn:
    """Choose as many general rows as make ``ratio`` of all beside ``domain``.

    Without any weight the languages share as in the domain, and in each of them the sources by their size. With one,
    the sources share by their weights (a source without has 1), and in each of them the languages as in the domain.

    Left out are rows in languages that the domain does not have, and those that ask what a domain row asks or are like
    one in question and answer together. Only rows that would be taken are compared with the domain.

    Args:
        repeat: take rows more than once when there are too few, all of them (with weights: of a source) equally often
            to within one.
        thresholds: ROUGE-L F1 by language from which two rows are alike.

    Raises:
        BlendError: the ratio is out of range, or there are too few general rows and ``repeat`` is not set.
        SettingsError: a source cannot be read again.
    """
    import numpy as np

    left_out = Counter(pool.left_out)
    total = needed(sum(map(pool.size, domain)), ratio)
    if not total:
        return Drawn([], left_out)
    spoken = Counter(row.language for row in domain)
    usable = np.ones(len(pool.sizes), bool)
    for number, (_, language) in enumerate(pool.strata):
        if language not in spoken and usable[others := pool.stratum == number].any():
            left_out[f"language {language}"] += int(usable[others].sum())
            usable[others] = False
    compared = _Domain(domain, thresholds or {})
    rows: dict[int, Row] = {}
    while True:
        taken: list[int] = []
        ahead: set[int] = set()
        for names, amount in _amounts(pool, total):
            line = _line(pool, usable, spoken, names)
            held = int(pool.sizes[line].sum())
            if amount > held and not (repeat and held):
                needs = (
                    f"a general ratio of {ratio} beside {len(domain)} domain rows needs {amount} general {pool.unit}"
                )
                raise BlendError(_too_few(needs, names, amount, held, left_out))
            times, rest = divmod(amount, held) if held else (0, 0)
            cut = _cut(np.cumsum(pool.sizes[line]), rest)
            taken += line.tolist() * times + line[:cut].tolist()
            ahead.update(line[cut : cut + cut // 10 + AHEAD].tolist())
        if rows.keys() >= set(taken):
            return Drawn([rows[place] for place in taken], left_out)
        fetched = pool.fetch((ahead | set(taken)) - rows.keys())
        for place in compared.like(fetched):
            usable[place] = False
            left_out[LIKE_DOMAIN] += 1
        rows |= fetched


def _amounts(pool: Pool, total: int) -> list[tuple[Set[str], int]]:
    """What the sources of these names give together: each its share if there are weights, else all the total."""
    names = [source.name for source in pool.sources]
    if all(source.weight is None for source in pool.sources):
        return [(set(names), total)]
    shares = apportion(total, [source.weight or 1 for source in pool.sources])
    return [({name}, share) for name, share in zip(names, shares, strict=True)]


def _line(pool: Pool, usable: "NDArray[np.bool_]", spoken: Mapping[str, int], names: Set[str]) -> "NDArray[np.int64]":
    """The usable rows of these sources, in the order they are taken in."""
    import numpy as np

    strata = {
        number: np.flatnonzero(usable & (pool.stratum == number))
        for number, (name, _) in enumerate(pool.strata)
        if name in names
    }
    strata = {number: members for number, members in strata.items() if len(members)}
    sizes: Counter[str] = Counter()
    for number, members in strata.items():
        sizes[pool.strata[number][1]] += int(pool.sizes[members].sum())
    stands = [np.zeros(0)]
    for number, members in strata.items():
        size, language = pool.sizes[members], pool.strata[number][1]
        weight = spoken[language] * int(size.sum()) / sizes[language]
        stands.append((np.cumsum(size) - size / 2) / weight)
    places = np.concatenate([np.zeros(0, np.int64), *strata.values()])
    return places[np.lexsort((places, np.concatenate(stands)))]


def _cut(sums: "NDArray[np.int64]", amount: int) -> int:
    """How many come nearest to ``amount``, whose sums these are."""
    import numpy as np

    fewer = int(np.searchsorted(sums, amount))
    if fewer == len(sums):
        return fewer
    below = int(sums[fewer - 1]) if fewer else 0
    return fewer + int(sums[fewer] - amount <= amount - below)


def _too_few(needs: str, names: Set[str], amount: int, held: int, left_out: Mapping[str, int]) -> str:
    where = f" of {', '.join(sorted(names))}" if names else ""
    why = "; ".join(f"{count} {reason}" for reason, count in sorted(left_out.items()))
    there = f"there are {held} different ones, {amount - held} are missing" + (f" (left out: {why})" if why else "")
    ways = "smaller ratio, or repeat rows with --general-repeat." if held else "smaller ratio."
    return f"{needs}{where}; {there}. Give another general file, ask for a {ways}"


class _Domain:
    """The domain rows as general rows are compared with them."""

    def __init__(self, rows: Sequence[Row], thresholds: Mapping[str, float]) -> None:
        self._rows = rows
        self._thresholds = thresholds
        self._asked = {_asked(row) for row in rows}

    @cached_property
    def _said(self) -> dict[str, list[list[str]]]:
        said = defaultdict(list)
        for row in self._rows:
            said[row.language].append(_tokens(row))
        return said

    def like(self, rows: Mapping[int, Row]) -> set[int]:
        """The keys of the rows that ask the same as a domain row or are like one of their language."""
        alike = {key for key, row in rows.items() if _asked(row) in self._asked}
        by_language = defaultdict(list)
        for key, row in rows.items():
            by_language[row.language].append(key)
        for language, keys in by_language.items():
            threshold = self._thresholds.get(language, THRESHOLD)
            found = like_any([_tokens(rows[key]) for key in keys], self._said.get(language, []), threshold)
            alike.update(keys[place] for place in found)
        return alike


def _asked(row: Row) -> str:
    return squash(row.instruction + row.input).rstrip("?.。")


def _tokens(row: Row) -> list[str]:
    return rouge_tokens(f"{row.instruction}\n{row.input}\n{row.output}")
