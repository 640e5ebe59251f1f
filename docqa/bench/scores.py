"""What a document's metrics are, as tables for people and as a file that guards against getting worse."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from docqa.bench import metrics
from docqa.bench.truth import Content
from docqa.errors import SettingsError

Scores = dict[str, float]
"""A document's value of each metric that applies to it."""


@dataclass(frozen=True)
class Metric:
    """A number that is measured.

    Attributes:
        title: what stands over its table.
        digits: after the point, when shown.
        better: 1 if higher is better, -1 if lower is.
        tolerance: how much of the guard's tolerance it may lose.
        guarded: whether the guard looks at it; time differs between runs.
    """

    title: str
    digits: int = 3
    better: int = 1
    tolerance: float = 1.0
    guarded: bool = True


METRICS = {
    "nid": Metric("NID (text in reading order)"),
    "token_f1": Metric("token F1"),
    "heading": Metric("heading score"),
    "teds": Metric("TEDS (tables)"),
    "adjacency": Metric("adjacency F1 (tables)"),
    "extra_tables": Metric("tables found where there is none, a document (lower is better)", 2, better=-1),
    "wrong_spaces": Metric("wrong spaces a CJK character (lower is better)", 4, better=-1, tolerance=0.1),
    "seconds": Metric("seconds a page (lower is better)", better=-1, guarded=False),
}
"""All of them, in the order they are shown. What a space more in a hundred characters costs is out of all proportion
to what a hundredth of NID does, so wrong spaces may grow by a tenth of the tolerance."""


def score(truth: Content, found: Content) -> Scores:
    """The metrics that the truth allows: no table scores without tables, none of text if the truth has only tables."""
    scores: dict[str, float | None] = {}
    if truth.has_text:
        scores["nid"] = metrics.nid(truth.text, found.text)
        scores["token_f1"] = metrics.token_f1(truth.text, found.text)
        scores["wrong_spaces"] = metrics.wrong_spaces(truth.text, found.text)
        if truth.headings:
            scores["heading"] = metrics.heading_score(truth.headings, found.headings)
    tables = metrics.table_scores(truth.tables, found.tables)
    scores["extra_tables"] = tables.extra
    if truth.tables:
        scores["teds"], scores["adjacency"] = tables.teds, tables.adjacency
    return {name: value for name in METRICS if (value := scores.get(name)) is not None}


def mean(scores: Sequence[Scores], metric: str) -> float | None:
    """The mean over the documents that have the metric; None if none has."""
    values = [one[metric] for one in scores if metric in one]
    return fmean(values) if values else None


# -------------------------------------------------------------------------------------------------------- tables


def grid(corner: str, columns: Sequence[str], rows: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Lines of a table with the first column to the left and the others to the right."""
    first = max(map(len, [corner, *rows]))
    widths = [max([len(column), *(len(row[at]) for row in rows.values())]) for at, column in enumerate(columns)]
    for name, cells in {corner: columns, **rows}.items():
        yield name.ljust(first) + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def shown(metric: str, value: float | None) -> str:
    """The value in the metric's digits; - for None."""
    return "-" if value is None else f"{value:.{METRICS[metric].digits}f}"


# --------------------------------------------------------------------------------------------------------- guard


@dataclass(frozen=True)
class Loss:
    """A document that is read worse than before."""

    document: str
    metric: str
    before: float
    after: float

    def __str__(self) -> str:
        digits = METRICS[self.metric].digits
        return f"{self.document}: {self.metric} was {self.before:.{digits}f}, is {self.after:.{digits}f}"


def save(path: Path, measured: Mapping[str, Mapping[str, Scores]]) -> None:
    """Write the scores by system and document: the same measurements give the same bytes, so seconds are left out."""
    kept = {
        system: {
            document: {name: round(value, 4) for name, value in scores.items() if METRICS[name].guarded}
            for document, scores in sorted(documents.items())
        }
        for system, documents in sorted(measured.items())
    }
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path, system: str) -> dict[str, Scores]:
    """The scores of a system that ``save`` wrote.

    Raises:
        SettingsError: the file is not there or not such a file, or has nothing of the system.
    """
    try:
        kept: Any = json.loads(path.read_text(encoding="utf-8"))[system]
        return {document: {name: float(value) for name, value in scores.items()} for document, scores in kept.items()}
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); write it with --save") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{path}: holds no scores of {system}; write it with --save") from error


def losses(before: Mapping[str, Scores], after: Mapping[str, Scores], tolerance: float) -> list[Loss]:
    """The metrics that got worse by more than the tolerance, in the documents that both sides have."""
    return [
        Loss(document, name, old[name], after[document][name])
        for document, old in sorted(before.items())
        for name, metric in METRICS.items()
        if metric.guarded
        and name in old
        and name in after.get(document, {})
        # What is compared was rounded when it was saved.
        and metric.better * (old[name] - after[document][name]) > tolerance * metric.tolerance + 5e-5
    ]


def verdict(before: Mapping[str, Scores], after: Mapping[str, Scores], tolerance: float) -> tuple[list[str], bool]:
    """What the guard says, a line each, and whether something was compared and nothing got worse."""
    worse = losses(before, after, tolerance)
    compared = len(before.keys() & after.keys())
    lines = [str(loss) for loss in worse]
    lines.append(
        f"{compared} documents compared, {len({loss.document for loss in worse})} worse by more than {tolerance:g}"
    )
    for missing, where in ((before.keys() - after.keys(), "measured now"), (after.keys() - before.keys(), "compared")):
        if missing:
            names = ", ".join(sorted(missing)[:3]) + (", ..." if len(missing) > 3 else "")
            lines.append(f"{len(missing)} not {where}: {names}")
    return lines, bool(compared) and not worse
