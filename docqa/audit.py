"""Items made anywhere -> verdicts: what a run checks its own items by, for a file of somebody else's.

A row's question and answer are all that is taken from it. What it claims to come from is not asked: the passage that
bears it out best is looked up in the corpus, and the sentence of it that does, which becomes the item's evidence. The
rows come out again as they went in, in two files: those that are kept and those that are dropped.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from docqa import runfolder
from docqa.backend import open_backend
from docqa.checking import GIVEN, checked, confident, open_index
from docqa.corpus import Corpus, find, is_run, open_pool, root_of
from docqa.errors import SettingsError
from docqa.formats import GivenItem, read_items
from docqa.grounding import LOOKED_UP, grounded
from docqa.index import Index
from docqa.models.chat import ChatModel
from docqa.progress import Progress, Silent
from docqa.records import Origin, QAItem
from docqa.runfolder import Spool, read_records, replacing
from docqa.settings import Settings
from docqa.store import Store
from docqa.summary import Audit, counted

BLOCK = 64
"""Rows that are looked up together."""


def audit(
    items: Path,
    corpus: Path,
    out: Path,
    settings: Settings,
    progress: Progress | None = None,
    model: ChatModel | None = None,
) -> Audit:
    """Verify the items of a file against a corpus, and write ``out``: items.jsonl, kept and dropped rows, errors.jsonl.

    Args:
        items: Alpaca, ShareGPT, messages or question and answer; JSON or JSON lines.
        corpus: a folder of documents, or the folder of a run over them.

    Raises:
        SettingsError: a file or folder cannot be used.
        StoreError, ModelError: as ``pipeline.run``.
    """
    return asyncio.run(_audit(items, corpus, out, settings, progress or Silent(), model))


async def _audit(
    path: Path, source: Path, out: Path, settings: Settings, progress: Progress, model: ChatModel | None
) -> Audit:
    if (out / "coverage.jsonl").exists():
        raise SettingsError(f"{out}: is the folder of a run, whose items would be written over; name another with -o")
    given = read_items(path)
    unrated = settings.curate.model_copy(update={"score": "none"})
    settings = settings.model_copy(update={"curate": unrated})  # what is only verified gets no scores
    paths, others = ([], {}) if is_run(source) else find(source, out)
    with Store(out / runfolder.MEMO) as store:
        async with open_pool(settings.parse) as pool, open_backend(settings, store, pool, model) as backend:
            corpus = Corpus(settings, progress, store, pool, root_of(source), backend.languages)
            corpus.seen.skipped_files = others
            progress.watch(backend.status)
            await corpus.read_all(source, paths)
            runfolder.write_records(out / "chunks.jsonl", corpus.chunks)
            weight = settings.index.dense_weight
            index = await open_index(pool, out, corpus.chunks, backend.embedder, weight)
            progress.total("verify", len(given), final=True)
            verified = Spool(out / "work" / "verified.jsonl")
            try:
                answered = checked(_items(given, index), index, backend, settings.verify, corpus.seen)
                async for item in confident(answered, index, backend, corpus.seen):
                    progress.advance("verify")
                    verified.add(item)
            finally:
                index.close()
                verified.close()
            means = backend.means()
    done, failures = list(read_records(verified.path, QAItem)), corpus.seen.failed()
    runfolder.write_records(out / "items.jsonl", done)
    runfolder.write_records(out / "errors.jsonl", failures)
    for name, kept in (("kept", True), ("dropped", False)):
        rows = [row.data for row, item in zip(given, done, strict=True) if bool(item.kept) is kept]
        _write_rows(out / f"{name}{path.suffix}", rows, as_lines=given[0].in_lines)
    runfolder.clear(out / "work")
    return Audit(
        total=len(done),
        kept=counted(item.reason.partition(":")[0] for item in done if item.kept),
        dropped=counted(item.reason.partition(":")[0] for item in done if not item.kept),
        failures=tuple(f"{failure.where}: {failure.message}" for failure in failures),
        means=means,
    )


async def _items(given: list[GivenItem], index: Index) -> AsyncIterator[list[QAItem]]:
    for start in range(0, len(given), BLOCK):
        block = given[start : start + BLOCK]
        said = [f"{row.question} {row.answer}" for row in block]
        found = await asyncio.to_thread(index.search_all, said, LOOKED_UP)
        origin = Origin(method=GIVEN, prompt="")
        yield [
            grounded(row.question, row.answer, passages, index, "given/item", origin)
            for row, passages in zip(block, found, strict=True)
        ]


def _write_rows(path: Path, rows: list[Mapping[str, Any]], as_lines: bool) -> None:
    """Write rows as they were read, in the form they were read in."""
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="\n") as file:
        if as_lines:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        else:
            json.dump(rows, file, ensure_ascii=False, indent=2)
            file.write("\n")
