"""Which rows are held out: whole documents at a time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from docqa.blend.rows import content, documents
from docqa.errors import BlendError
from docqa.records import Row, content_id

MANY = 2_000
"""Documents above which a draw is stratified enough by the law of large numbers."""

Stratum = tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """The two sides of a set. ``note`` says in a sentence why val is not what was asked for, or is "".

    Rows that are ``between`` rest on documents of both sides, and stand on neither.
    """

    train: tuple[Row, ...]
    val: tuple[Row, ...]
    note: str = ""
    between: tuple[Row, ...] = ()


def split(rows: Sequence[Row], val_share: float) -> Split:
    """Split ``rows`` into train and val, whole documents at a time, each side in the order given.

    Documents go to val one by one, each time the one that brings val nearest to ``val_share`` of the domain rows, of
    each language's and of each language's task families, until none does (iterative stratification, Sechidis et al.
    2011, with whole documents). With two documents or more val gets at least one, the smallest, unless that would take
    more than half of the rows. General rows, which have no document, follow in the same share, so that both sides
    have the ratio as near as counts allow. With a single document val stays empty, and the note says so. Of more than
    ``MANY`` documents a draw by their ids' hash is as even, and takes no time.

    Which documents go is decided by the rows of one document. A row of several goes where all of them are, and nowhere
    where they are not. To keep documents together that a row links would cost no row and all of val: the pairs that a
    model is shown of the demo's fifteen documents leave three groups, one a subject.

    Args:
        rows: domain rows (with a group) and general rows (without one).
        val_share: share of the rows that go to val, 0 to 0.5.

    Raises:
        BlendError: ``val_share`` is out of range.
    """
    if not 0 <= val_share <= 0.5:
        raise BlendError(
            f"the val share {val_share} is not between 0 and 0.5; 0.05 puts a twentieth of the rows into val"
        )
    single = [row for row in rows if row.group and not row.beside]
    sizes = Counter(row.group for row in single)
    held: set[str] = set()
    if len(sizes) > MANY:
        held = _choose(sizes, float(val_share) * sizes.total())
    elif len(sizes) > 1 and val_share:
        held = _stratified(single, val_share)
    smallest = min(sizes, key=lambda group: (sizes[group], content_id(group)), default="")
    if len(sizes) > 1 and val_share and not held and 2 * sizes[smallest] <= sizes.total():
        held = {smallest}
    general = Counter(content(row) for row in rows if not row.group)
    domain_val = sum(sizes[group] for group in held)
    share = Fraction(domain_val, sizes.total()) if sizes else Fraction(0)
    held |= _choose(general, float(general.total() * share))

    train = tuple(row for row in rows if not documents(row) & held)
    val = tuple(row for row in rows if documents(row) <= held)
    between = tuple(row for row in rows if documents(row) & held and not documents(row) <= held)
    note = _note(len(sizes), val_share, domain_val, sizes.total())
    if val_share and not single and any(row.beside for row in rows):
        note = "val is empty: every item rests on two documents, and none can be held out without the other"
    return Split(train, val, note, between)


def _strata(row: Row) -> list[Stratum]:
    """All rows, those of its language, and those of its language's task family."""
    return [(), (row.language,), (row.language, row.task_type.partition("/")[0])]


def _stratified(rows: Iterable[Row], share: float) -> set[str]:
    """The documents to hold out: greedily the one that lowers the distance most, equals in the order of their hash.

    The distance of the counts held from ``share`` of all is that of a chi-squared test, summed over the strata; the
    three levels (all, language, family) weigh the same, since each adds up to all rows.
    """
    import numpy as np

    documents: dict[str, Counter[Stratum]] = defaultdict(Counter)
    for row in rows:
        documents[row.group].update(_strata(row))
    names = sorted(documents, key=lambda group: content_id("val", group))
    strata = sorted({stratum for counts in documents.values() for stratum in counts})
    counts = np.array([[documents[name][stratum] for stratum in strata] for name in names], dtype=np.float64)
    target = share * counts.sum(axis=0)
    held, free = np.zeros_like(target), np.ones(len(names), dtype=bool)
    while free.any():
        distances = ((held + counts - target) ** 2 / target).sum(axis=1)
        best = int(np.where(free, distances, np.inf).argmin())
        if distances[best] >= ((held - target) ** 2 / target).sum() - 1e-9:
            break
        held += counts[best]
        free[best] = False
    return {name for name, still in zip(names, free, strict=True) if not still}


def _choose(sizes: Mapping[str, int], target: float) -> set[str]:
    """Groups whose sizes sum up to ``target`` as near as one walk in the order of their hash comes."""
    chosen: set[str] = set()
    total = 0
    ordered = sorted(sizes, key=lambda group: content_id("val", group))
    for group in ordered:
        if total + sizes[group] <= target:
            chosen.add(group)
            total += sizes[group]
    rest = (group for group in ordered if group not in chosen)
    nearest = min(rest, key=lambda group: abs(total + sizes[group] - target), default=None)
    if nearest is not None and abs(total + sizes[nearest] - target) < abs(total - target):
        chosen.add(nearest)
    return chosen


def _note(documents: int, val_share: float, held: int, total: int) -> str:
    if not val_share or not total:
        return ""
    if documents == 1:
        return "val is empty: all items come from one document, and no document may stand on both sides"
    if not held:
        return "val is empty: every document holds more than half of the items, so none can be held out"
    reached = held / total
    if abs(reached - val_share) > max(0.02, val_share / 2):
        return f"val holds {reached:.0%} of the domain rows instead of {val_share:.0%}: documents are kept whole"
    return ""
