"""Domain rows and general rows -> the mix that was asked for, and its split into train and val.

Three promises, each a property test:

- The ratio is the share of *the rows written* that are general, kept to within half a row. Too few general rows are an
  error that says how many are missing, never a silently different mix.
- Which rows are chosen, and which side each stands on, depends on their content only; the seed decides the order and
  nothing else. A run that is repeated, or whose items arrive in another order, writes the same bytes.
- The rows of one document stay on one side, and so do all copies of a repeated general row.

What it costs: with few documents the share of val can only be as near as whole documents allow.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from docqa.errors import BlendError
from docqa.export.rejected import rejected
from docqa.records import QAItem, Row, content_id

MAX_RATIO = 0.95
"""Beyond this the domain is a twentieth of the set, and a slip of the ratio asks for millions of rows."""


@dataclass(frozen=True)
class Split:
    """The two sides of a set. ``note`` says in a sentence why val is not what was asked for, or is ""."""

    train: tuple[Row, ...]
    val: tuple[Row, ...]
    note: str = ""


def rows_from_items(items: Iterable[QAItem]) -> list[Row]:
    """The kept items as domain rows, in order; a row's group is its document."""
    return [_row(item) for item in items if item.kept]


def _row(item: QAItem) -> Row:
    wrong, source = rejected(item)
    return Row(
        instruction=item.question,
        output=item.answer,
        language=item.language,
        group=item.document_id,
        item_id=item.id,
        chunk_ids=item.chunk_ids,
        path=item.path,
        pages=item.pages,
        task_type=item.task_type,
        decision=str(item.verdict.decision) if item.verdict else "",
        rejected=wrong,
        rejected_by=source,
    )


def general_rows_needed(domain: int, ratio: float) -> int:
    """How many general rows make ``ratio`` of all rows beside ``domain`` domain rows.

    The nearest whole number (halves up) to domain·ratio/(1-ratio); the share reached is then within half a row of the
    one asked for: abs(n - ratio·(domain + n)) <= 1/2.

    Raises:
        BlendError: ``ratio`` is not in 0 to ``MAX_RATIO``.
    """
    if not 0 <= ratio <= MAX_RATIO:
        raise BlendError(
            f"the general ratio {ratio} is not between 0 and {MAX_RATIO}; 0.1 makes a tenth of all rows general"
        )
    share = Fraction(str(ratio))
    return int(domain * share / (1 - share) + Fraction(1, 2))


def blend(domain: Sequence[Row], general: Sequence[Row], ratio: float, seed: int, repeat: bool = False) -> list[Row]:
    """Mix all of ``domain`` with as many rows of ``general`` as make ``ratio`` of the result, shuffled by ``seed``.

    General rows are taken in the proportion of the domain's languages where they can be, of a language from each file
    in proportion to its size, and of a file in the order of their content's hash: a fixed random sample. Rows that
    are equal in content count once.

    Args:
        domain: rows with a group.
        general: rows to choose from.
        ratio: share of the rows returned that are general, 0 to ``MAX_RATIO``.
        repeat: take general rows more than once when there are too few, all of them equally often to within one.

    Raises:
        BlendError: the ratio is out of range, or there are too few general rows and ``repeat`` is not set.
    """
    needed = general_rows_needed(len(domain), ratio)
    pool = list({_content(row): row for row in sorted(general, key=_order)}.values())
    if needed > len(pool) and not (repeat and pool):
        raise BlendError(
            f"a general ratio of {ratio} beside {len(domain)} domain rows needs {needed} general rows; there are "
            f"{len(pool)} different ones, {needed - len(pool)} are missing. Give another general file, ask for a "
            + ("smaller ratio, or repeat rows with --general-repeat." if pool else "smaller ratio.")
        )
    times, rest = divmod(needed, len(pool)) if pool else (0, 0)
    mixed = sorted(domain, key=_order) + pool * times + _sample(pool, rest, Counter(row.language for row in domain))
    random.Random(seed).shuffle(mixed)
    return mixed


def _content(row: Row) -> str:
    return content_id(
        row.system, row.instruction, row.input, row.output, *(text for turn in row.history for text in turn)
    )


def _order(row: Row) -> tuple[str, ...]:
    """A fixed order that nothing but the row decides."""
    return _content(row), row.source, row.group, row.item_id, row.language


def _sample(pool: Sequence[Row], count: int, languages: Mapping[str, int]) -> list[Row]:
    """``count`` rows of ``pool`` by language as in ``languages``, then by source as in the pool."""
    by_language = _grouped(pool, lambda row: row.language)
    sizes = [len(rows) for rows in by_language.values()]
    quotas = apportion(count, [languages.get(language, 0) for language in by_language], sizes)
    chosen: list[Row] = []
    for rows, quota in zip(by_language.values(), quotas, strict=True):
        by_source = _grouped(rows, lambda row: row.source)
        sizes = [len(rows) for rows in by_source.values()]
        for some, part in zip(by_source.values(), apportion(quota, sizes, sizes), strict=True):
            chosen += some[:part]
    return chosen


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(sorted(groups.items()))


def apportion(total: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    """Share out ``total`` by ``weights``, none above its cap: largest remainders, ties to the first.

    What a cap leaves over goes to the others by weight, and to those without weight only when the rest is full.

    Raises:
        ValueError: the caps don't hold ``total``.
    """
    if total > sum(caps):
        raise ValueError(f"{total} do not fit into {sum(caps)}")
    shares = [0] * len(caps)
    open_places = list(range(len(caps)))
    while left := total - sum(shares):
        weighted = [place for place in open_places if weights[place]]
        weight = {place: weights[place] for place in weighted} or dict.fromkeys(open_places, 1)
        exact = {place: Fraction(left * part, sum(weight.values())) for place, part in weight.items()}
        if full := [place for place in exact if exact[place] >= caps[place]]:
            for place in full:
                shares[place] = caps[place]
                open_places.remove(place)
            continue
        for place, part in exact.items():
            shares[place] = int(part)
        by_remainder = sorted(exact, key=lambda place: (int(exact[place]) - exact[place], place))
        for place in by_remainder[: total - sum(shares)]:
            shares[place] += 1
    return shares


# ------------------------------------------------------------------------------------------------------- split


def split(rows: Sequence[Row], val_share: float) -> Split:
    """Split ``rows`` into train and val, whole documents at a time, each side in the order given.

    Documents go to val in the order of their ids' hash while they fit into ``val_share`` of the domain rows, then one
    more if that comes nearer. With two documents or more val gets at least one, the smallest, unless that would take
    more than half of the rows. General rows, which have no document, follow in the same share, so that both sides
    have the ratio as near as counts allow. With a single document val stays empty, and the note says so.

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
    sizes = Counter(row.group for row in rows if row.group)
    held = _choose(sizes, float(val_share) * sizes.total()) if len(sizes) > 1 and val_share else set()
    smallest = min(sizes, key=lambda group: (sizes[group], content_id(group)), default="")
    if len(sizes) > 1 and val_share and not held and 2 * sizes[smallest] <= sizes.total():
        held = {smallest}
    general = Counter(_content(row) for row in rows if not row.group)
    domain_val = sum(sizes[group] for group in held)
    share = Fraction(domain_val, sizes.total()) if sizes else Fraction(0)
    held |= _choose(general, float(general.total() * share))

    train = tuple(row for row in rows if _side(row) not in held)
    val = tuple(row for row in rows if _side(row) in held)
    return Split(train, val, _note(len(sizes), val_share, domain_val, sizes.total()))


def _side(row: Row) -> str:
    """What keeps rows together: the document, or for a general row its own content."""
    return row.group or _content(row)


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
