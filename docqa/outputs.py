"""Writes a run folder from what a run has seen: the set, every item, coverage, errors, settings and the card."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from docqa import export
from docqa.blend import Pool, arrange, beside, draw, pairs_from_items, rows_from_items, split
from docqa.card import card
from docqa.coverage import Covered
from docqa.means import Means
from docqa.records import Heuristics, QAItem, Row
from docqa.runfolder import chunk_texts, write_card, write_records, write_text
from docqa.seen import Seen
from docqa.settings import ExportSettings, Settings, to_toml
from docqa.summary import (
    Coverage,
    DocumentCounts,
    GivenCounts,
    ItemCounts,
    RowCounts,
    ScoreCounts,
    Source,
    Summary,
    counted,
)

SUMMARY = "summary.json"
"""The file of a run folder with its ``Summary``, but for what a model was asked, which differs from run to run."""


def write(out: Path, items: Sequence[QAItem], general: Pool, seen: Seen, settings: Settings, means: Means) -> Summary:
    """Write everything, the items first: what was made is on disk before a blend that can't be made is refused.

    The rows are next, so that those which a format cannot hold can be exported in another. Without a summary there is
    nothing to export: the old one goes first, so that an old run's rows are never written with a new run's settings.

    Args:
        means: what did the work.

    Raises:
        BlendError: there are too few general rows, or one that its format can't hold.
    """
    covered = seen.coverage()
    (out / SUMMARY).unlink(missing_ok=True)
    write_records(out / "items.jsonl", items)
    write_records(out / "coverage.jsonl", covered)
    write_records(out / "errors.jsonl", seen.failed())
    write_text(out / "settings.toml", to_toml(settings))

    mixed = blended(rows_from_items(items), pairs_from_items(items), general, settings)
    summary = _summary(items, seen, covered, mixed.counts, mixed.note, means, settings.curate.decontaminate)
    for side in export.SIDES:
        write_records(rows_path(out, side), mixed.rows[side])
        write_records(pairs_path(out, side), mixed.pairs[side])
    write_text(out / SUMMARY, summary.model_dump_json(indent=2, exclude={"usage"}) + "\n")
    files = export.write_set(mixed.rows, out, settings.export, context_texts(out, settings.export), mixed.pairs)
    name = f"{out.resolve().name} SFT set"
    write_card(out, card(summary, to_toml(settings), settings.export.license, files, name))
    return summary


class Mixed(NamedTuple):
    """The ``rows`` and preference ``pairs`` of each side in the order of training, and their counts.

    ``note`` is what is to be known of the split, or "".
    """

    rows: Mapping[export.Side, Sequence[Row]]
    pairs: Mapping[export.Side, Sequence[Row]]
    counts: RowCounts
    note: str


def blended(domain: Sequence[Row], compared: Sequence[Row], general: Pool, settings: Settings) -> Mixed:
    """The rows ``domain`` and the preference pairs ``compared`` as they are written, with their general rows.

    Raises:
        BlendError, SettingsError: as ``write``.
    """
    blending = settings.blend
    ratio = blending.general_ratio if general.sources else 0.0
    between = split(domain, settings.export.val_share).between if any(row.beside for row in domain) else ()
    if between:  # before the general rows are counted out, or there would be too many of them
        left = {row.item_id for row in between}
        domain = [row for row in domain if row.item_id not in left]
    written = as_written(domain, settings.export)
    drawn = draw(general, written, ratio, blending.general_repeat, settings.curate.thresholds)
    halves = split([*domain, *drawn.rows], settings.export.val_share)
    sides: dict[export.Side, Sequence[Row]] = {
        "train": arrange(halves.train, blending.mix, settings.seed),
        "val": arrange(halves.val, blending.mix, settings.seed),
    }
    pairs = beside(compared, halves.val, blending.mix, settings.seed)
    fewer = sum(len(row.singles) or 1 for row in domain) - len(written)
    whole = export.holds_conversations(settings.export.formats[0], settings.export.turns)
    by_tokens = general.unit == "tokens"
    counts = RowCounts(
        domain=len(written),
        joined=fewer if whole else 0,
        repeated=0 if whole else fewer,
        general=counted(row.source for row in drawn.rows),
        train=len(as_written(halves.train, settings.export)),
        val=len(as_written(halves.val, settings.export)),
        ratio_asked=ratio,
        left_out=dict(sorted(drawn.left_out.items())),
        between=len(between),
        pairs_between=len(compared) - sum(map(len, pairs.values())),
        domain_tokens=sum(map(general.size, written)) if by_tokens else 0,
        general_tokens=sum(map(general.size, drawn.rows)) if by_tokens else 0,
    )
    return Mixed(sides, pairs, counts, halves.note)


def as_written(rows: Iterable[Row], settings: ExportSettings) -> list[Row]:
    """The rows as the first format has them: a conversation is one where it is held, else each of its turns is.

    The ratio and the counts are of these.
    """
    apart = export.Apart(settings.formats[0], settings.turns)
    return [row if place < 0 else row.singles[place] for row in rows for place in apart.of(row)]


def rows_path(out: Path, side: export.Side) -> Path:
    """Where a run keeps the rows of a side as they are before they are given a format."""
    return out / "rows" / f"{side}.jsonl"


def pairs_path(out: Path, side: export.Side) -> Path:
    """Where a run keeps the preference pairs of a side; no row of them is one of ``rows_path``."""
    return out / "rows" / f"{side}.pairs.jsonl"


def context_texts(out: Path, settings: ExportSettings) -> dict[str, str]:
    """The chunks' texts if rows are to be written with them."""
    return chunk_texts(out) if settings.context == "input" else {}


def _summary(
    items: Sequence[QAItem],
    seen: Seen,
    covered: Sequence[Covered],
    rows: RowCounts,
    note: str,
    means: Means,
    tests: Sequence[Path],
) -> Summary:
    kept = [item for item in items if item.kept and item.pair is None]
    pairs = counted(item.pair.source for item in items if item.kept and item.pair)
    failures = seen.failed()
    failed_files = [failure for failure in failures if failure.what == "file"]
    warned = [f"{outline.path}: {warning}" for outline in seen.documents for warning in outline.warnings]
    return Summary(
        documents=DocumentCounts(
            found=len(seen.documents) + len(seen.skipped_files) + len(failed_files),
            read=len(seen.documents),
            skipped=counted(seen.skipped_files.values()),
            failed=counted(failure.kind for failure in failed_files),
        ),
        pages=_coverage(state for state in covered if state.kind == "page"),
        chunks=_coverage(state for state in covered if state.kind == "chunk"),
        items=ItemCounts(
            made=len(items),
            kept=counted(item.language for item in kept),
            pairs=sum(pairs.values()),
            dropped=counted(item.reason.partition(":")[0] for item in items if not item.kept),
        ),
        rows=rows,
        sources=tuple(_sources(seen, items)),
        given=_given(seen, items) if seen.given[0] else None,
        task_types=counted(item.task_type for item in kept),
        decisions=counted(str(item.verdict.decision) for item in kept if item.verdict),
        pairs=pairs,
        scores=dict(_scores(kept, means.scores)) if kept else {},
        models=means.models,
        prompts=means.prompts,
        not_done=means.not_done,
        notes=tuple(
            line for line in (note, _reworded(kept), *_contamination(items, tests), *means.notes, *warned) if line
        ),
        failures=tuple(f"{failure.where}: {failure.message}" for failure in failures),
        usage=means.usage,
    )


def _scores(kept: Sequence[QAItem], asked: Sequence[str]) -> Iterator[tuple[str, ScoreCounts]]:
    """The scores that a model was ``asked`` for, and what rules measured."""
    known = [
        {**(item.scores.known if item.scores else {}), **(item.heuristics.model_dump() if item.heuristics else {})}
        for item in kept
    ]
    for name in (*asked, *Heuristics.model_fields):
        values = [scores[name] for scores in known if name in scores]
        mean = sum(values) / len(values) if values else 0.0
        yield name.replace("_", " "), ScoreCounts(mean=mean, rated=len(values), unrated=len(kept) - len(values))


def _reworded(kept: Sequence[QAItem]) -> str:
    count = sum(bool(item.asked_first) for item in kept)
    return (
        f"{count:,} questions begin in other words than they were verified in; asked_first has those" if count else ""
    )


def _contamination(items: Sequence[QAItem], tests: Sequence[Path]) -> Iterator[str]:
    """How many items were dropped for each test set, those without one, too."""
    dropped = Counter(item.reason.partition(":")[2].rpartition(":")[0] for item in items if not item.kept)
    for name in (path.as_posix() for path in tests):
        yield f"{name}: {dropped[name]} items that share text with this test set were dropped as contaminated"


def _sources(seen: Seen, items: Sequence[QAItem]) -> Iterator[Source]:
    made = Counter(item.document_id for item in items)
    kept = Counter(item.document_id for item in items if item.kept and item.pair is None)
    for outline in seen.documents:
        yield Source(
            path=outline.path,
            title=outline.title,
            language=outline.language,
            pages=len(outline.pages),
            chunks=len(outline.chunks),
            made=made[outline.id],
            kept=kept[outline.id],
        )


def _given(seen: Seen, items: Sequence[QAItem]) -> GivenCounts:
    of_no_document = [item for item in items if not item.document_id]
    return GivenCounts(
        file=seen.given[0],
        rows=seen.given[1],
        failed=sum(failure.what == "row" for failure in seen.failures),
        made=len(of_no_document),
        kept=sum(bool(item.kept) for item in of_no_document),
    )


def _coverage(states: Iterator[Covered]) -> Coverage:
    listed = list(states)
    return Coverage(
        total=len(listed),
        used=sum(state.state == "used" for state in listed),
        skipped=counted(state.reason for state in listed if state.state == "skipped"),
        failed=sum(state.state == "failed" for state in listed),
    )
