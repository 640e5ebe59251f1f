"""What a finished run says at the terminal."""

from collections.abc import Mapping
from pathlib import Path

from docqa.summary import Audit, Blended, Coverage, FedBack, GivenCounts, RowCounts, Summary

OK, FAILED_FILES, NOTHING = 0, 2, 3
"""Exit codes of a run that ended; 1 is a usage or set-up error, and such a run has no summary."""

_FAILURES_SHOWN = 20


def exit_code(summary: Summary) -> int:
    """0 all good, 2 finished with failed files (or pages or chunks), 3 nothing kept."""
    if not summary.items.kept_total:
        return NOTHING
    return FAILED_FILES if summary.failures else OK


def summary_text(summary: Summary, out: Path) -> str:
    """The counts, the reasons and where the files are."""
    documents, items, rows = summary.documents, summary.items, summary.rows
    failed = f", {sum(documents.failed.values())} failed" if documents.failed else ""
    lines = [
        *(
            [
                _line("documents", documents.found, f"{documents.read} read{failed}", documents.skipped),
                _coverage("pages", summary.pages),
                _coverage("chunks", summary.chunks),
            ]
            if documents.found
            else []
        ),
        *_given(summary.given),
        _line("items made", items.made, f"{items.kept_total} kept ({_each(items.kept)})", {}),
        *(f"  dropped {count:>7,}  {reason}" for reason, count in _ranked(items.dropped)),
        *([f"  mean scores      {summary.mean_scores}"] if summary.scores else []),
        *_rows(rows),
        *_pairs(summary.pairs, rows.pairs_between),
        *([f"model            {summary.usage}"] if summary.usage else []),
        *(f"  not done         {step}" for step in summary.not_done),
        *(f"  note             {note}" for note in summary.notes),
    ]
    if summary.failures:
        lines.append(_line("failed", len(summary.failures), f"see {out / 'errors.jsonl'}", {}))
        lines += [f"  {failure}" for failure in summary.failures[:_FAILURES_SHOWN]]
        if len(summary.failures) > _FAILURES_SHOWN:
            lines.append(f"  ... and {len(summary.failures) - _FAILURES_SHOWN} more")
    if not items.kept_total:
        lines += ["", f"Nothing was kept. {out / 'items.jsonl'} and {out / 'coverage.jsonl'} say why, line by line."]
    return "\n".join([*lines, "", *_files(out)])


def blended_text(blended: Blended, out: Path) -> str:
    """The counts, and where the files are."""
    rows = blended.rows
    return "\n".join(
        [
            _line("domain", rows.domain, _each(blended.languages), {}),
            _line("general", sum(rows.general.values()), _each(rows.general), {}),
            *_rows(rows),
            *_pairs(blended.pairs, rows.pairs_between),
            *(f"  note             {note}" for note in blended.notes),
            "",
            _set(out),
            _card(out),
        ]
    )


def feedback_text(done: FedBack, out: Path) -> str:
    """What became of what came back, then all that a run says."""
    lines = [
        _line("feedback", done.rows, f"rows, {done.new:,} of them new", {}),
        *(f"  kept    {count:>7,}  {kind}" for kind, count in _ranked(done.kept)),
        *(f"  dropped {count:>7,}  {reason}" for reason, count in _ranked(done.dropped)),
    ]
    return "\n".join([*lines, summary_text(done.run, out)])


def _rows(rows: RowCounts) -> list[str]:
    """The rows written, and the general rows left out by reason."""
    unit = " tokens" if rows.unit == "tokens" else ""
    return [
        _line("rows", rows.total, f"{rows.train} train, {rows.val} val; {rows.ratio:.1%} general{unit}", {}),
        *([f"  left out {rows.between:>6,}  domain, of documents on both sides"] if rows.between else []),
        *(f"  left out {count:>6,}  general, {reason}" for reason, count in _ranked(rows.left_out)),
    ]


def _pairs(pairs: Mapping[str, int], between: int) -> list[str]:
    """The preference pairs, which are no rows."""
    told = f"preference pairs by rejected answer: {_each(pairs)}; --format preference or kto writes them"
    return [
        *([_line("pairs", sum(pairs.values()), told, {})] if pairs else []),
        *([f"  left out {between:>6,}  of documents on both sides"] if between else []),
    ]


def audit_code(audit: Audit) -> int:
    """0 all good, 2 finished with calls that failed, 3 nothing kept."""
    if not audit.kept:
        return NOTHING
    return FAILED_FILES if audit.failures else OK


def audit_text(audit: Audit, out: Path, suffix: str) -> str:
    """The counts by verdict, and where the files are."""
    lines = [
        _line("items", audit.total, f"{sum(audit.kept.values()):,} kept, {sum(audit.dropped.values()):,} dropped", {}),
        *(f"  kept    {count:>7,}  {reason}" for reason, count in _ranked(audit.kept)),
        *(f"  dropped {count:>7,}  {reason}" for reason, count in _ranked(audit.dropped)),
        *([f"model            {audit.means.usage}"] if audit.means.usage else []),
        *(f"  not done         {step}" for step in audit.means.not_done),
        *(f"  note             {note}" for note in audit.means.notes),
        *(f"  failed           {failure}" for failure in audit.failures[:_FAILURES_SHOWN]),
    ]
    return "\n".join(
        [
            *lines,
            "",
            f"{out / f'kept{suffix}'}, {out / f'dropped{suffix}'}  the rows, as they were",
            f"{out / 'items.jsonl'}  every item with its evidence, verdict and reason",
        ]
    )


def _line(name: str, count: int, text: str, skipped: Mapping[str, int]) -> str:
    more = "".join(f", {number} skipped ({reason})" for reason, number in _ranked(skipped))
    return f"{name:<11}{count:>6,}  {text}{more}"


def _given(given: GivenCounts | None) -> list[str]:
    if given is None:
        return []
    return [_line("rows given", given.rows, f"of {given.file}, {given.failed} failed", {})]


def _coverage(name: str, counts: Coverage) -> str:
    failed = f", {counts.failed} failed" if counts.failed else ""
    return _line(name, counts.total, f"{counts.used} used{failed}", counts.skipped)


def _each(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in _ranked(counts)) or "none"


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _files(out: Path) -> list[str]:
    return [
        _set(out),
        f"{out / 'items.jsonl'}  every item, kept or dropped, with its evidence, verdict and reason",
        _card(out),
    ]


def _set(out: Path) -> str:
    return f"{out}  train is the set; val is held out; dataset_info.json is for LLaMA-Factory"


def _card(out: Path) -> str:
    return f"{out / 'README.md'}  the dataset card"
