"""What `docqa verify` makes of the benchmark's items: its whole way, with a model where one is named."""

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.passages import passage_chunk, rows
from benchmarks.verification.data import Item
from docqa.audit import audit
from docqa.means import Usage
from docqa.records import Decision, QAItem
from docqa.runfolder import read_records, write_records
from docqa.settings import load

KINDS = ("answerable", "plausible", "swapped", "altered")
HEADER = (
    f"{'verdicts of':<32}{'items':>7}"
    + "".join(f"{kind:>12}" for kind in KINDS)
    + f"{'unknown':>9}{'calls':>8}{'seconds':>9}   (answerable: kept; the others: dropped)"
)


def some(items: Sequence[Item], limit: int) -> list[Item]:
    """The first ``limit`` items of each kind, in their order; all of them for 0."""
    left: dict[str, int] = defaultdict(lambda: limit)
    chosen = []
    for item in items:
        if item.kind in KINDS and (not limit or left[item.kind] > 0):
            left[item.kind] -= 1
            chosen.append(item)
    return chosen


Model = Mapping[str, object]
"""The settings of a model that are given: ``name``, ``base_urls``; none for the embedded verifier."""


def verified(data: Path, language: str, items: Sequence[Item], model: Model) -> tuple[list[QAItem], Usage]:
    """The items with their verdicts, in their order, and what the model was asked.

    Raises:
        ModelError: the model cannot be used.
    """
    with tempfile.TemporaryDirectory() as folder:
        corpus, given, out = Path(folder) / "corpus", Path(folder) / "items.jsonl", Path(folder) / "out"
        write_records(
            corpus / "chunks.jsonl", (passage_chunk(row, language) for row in rows(data / f"corpus.{language}.jsonl"))
        )
        lines = [json.dumps({"question": item.question, "answer": item.answer}) for item in items]
        given.write_text("\n".join(lines) + "\n", encoding="utf-8")
        done = audit(given, corpus, out, load({"model": model}))
        return list(read_records(out / "items.jsonl", QAItem)), done.means.usage or Usage()


def table(data: Path, language: str, items: Sequence[Item], models: Sequence[Model]) -> Iterator[str]:
    """A line for the embedded verifier and one for each model."""
    for model in ({}, *models):
        began = time.monotonic()
        done, usage = verified(data, language, items, model)
        named = model.get("name") or model.get("base_urls") or "embedded (no model)"
        yield (
            f"{f'{named}, {language}':<32}{len(items):>7}"
            + "".join(f"{_right(items, done, kind):>12}" for kind in KINDS)
            + f"{_share(_unknown(item) for item in done):>9}{usage.calls:>8,}{time.monotonic() - began:>9.1f}"
        )


def _right(items: Sequence[Item], done: Sequence[QAItem], kind: str) -> str:
    """The share of a kind that is decided as it should be."""
    return _share(bool(made.kept) == item.grounded for item, made in zip(items, done, strict=True) if item.kind == kind)


def _unknown(item: QAItem) -> bool:
    return item.verdict is not None and item.verdict.decision == Decision.UNKNOWN


def _share(found: Iterator[bool]) -> str:
    counted = list(found)
    return f"{sum(counted) / len(counted):.3f}" if counted else "-"
