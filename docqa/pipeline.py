"""Joins the stages: the one place to read to understand a run.

    files -> Document -> Chunk -> QAItem -> Verdict -> (curate) -> (blend) -> SFT rows
             parse       chunk    generate  verify

A run is a pure function of (documents, settings, model), and the store remembers its dear steps, so there is no
resume logic: the same command again repeats only what was never finished and writes the same bytes. The stages stream
into each other through bounded queues. There is one barrier: verification starts when the index holds all chunks;
generation does not wait for it, and what it makes waits on disk. Files, chunks and questions that fail and items that
are dropped each end in a file with their reason.
"""

import asyncio
import hashlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from docqa import curate, outputs, parse, runfolder
from docqa.backend import Backend, describe, open_backend
from docqa.chunk import chunk_document, token_counter
from docqa.errors import CallError, ParseError, SettingsError, WorkerError
from docqa.formats import read_general
from docqa.generate import Made
from docqa.index import Index, build_index
from docqa.models.chat import ChatModel
from docqa.progress import Progress, Silent
from docqa.records import Chunk, Document, Passage, QAItem, Record
from docqa.runfolder import Spool, read_records
from docqa.settings import ParseSettings, Settings
from docqa.store import Store
from docqa.stream import each, ordered_map, runs, together
from docqa.summary import Summary
from docqa.verify import unknown, verify
from docqa.workers import WorkerPool

INDEX_TIMEOUT_S = 3600.0
"""For building the index; a million chunks take less."""


class Remembered(Record):
    """What the store holds of a file: its document, or why it cannot be read."""

    document: Document | None = None
    kind: str = ""
    message: str = ""


@dataclass
class _Run:
    """The bookkeeping of one run: what stays in memory while the records stream by."""

    settings: Settings
    progress: Progress
    store: Store
    pool: WorkerPool
    backend: Backend
    root: Path
    made: Spool
    verified: Spool
    seen: outputs.Seen = field(default_factory=outputs.Seen)
    chunks: list[Chunk] = field(default_factory=list)
    chunked: asyncio.Event = field(default_factory=asyncio.Event)


def run(
    source: Path, out: Path, settings: Settings, progress: Progress | None = None, model: ChatModel | None = None
) -> Summary:
    """Make a set from the documents in ``source`` (a folder or a file) and write it to the run folder ``out``.

    Args:
        model: a model of the caller's own, instead of the one that the settings name.

    Raises:
        SettingsError: the source, the general data or a prompt cannot be used.
        StoreError: ``out`` cannot be used, or another run holds it.
        ModelError: the model cannot be used, or is gone; what it answered so far is kept.
        BlendError: there are too few general rows; all that was made is in ``out/items.jsonl``.
    """
    return asyncio.run(_run(source, out, settings, progress or Silent(), model))


async def _run(source: Path, out: Path, settings: Settings, progress: Progress, model: ChatModel | None) -> Summary:
    paths, others = find(source, out)
    general = read_general(settings.blend.general)
    work = out / "work"
    with Store(out / runfolder.MEMO) as store:
        runfolder.clear(work)
        async with _pool(settings.parse) as pool, open_backend(settings, store, pool, model) as backend:
            made, verified = Spool(work / "made.jsonl"), Spool(work / "verified.jsonl")
            this = _Run(settings, progress, store, pool, backend, _root(source), made, verified)
            this.seen.skipped_files = others
            progress.watch(backend.status)
            await together(_generate(this, paths), _verify(this, out))
            means = backend.means()
        thresholds = {"en": settings.curate.rouge_l, "zh": settings.curate.rouge_l_zh}
        items = curate.curate(read_records(verified.path, QAItem), thresholds, settings.verify.known_share)
        summary = outputs.write(out, items, general, this.seen, settings, means)
        runfolder.clear(work)
    return summary


# ---------------------------------------------------------------------------------------------- parse and generate


async def _generate(run: _Run, paths: list[Path]) -> None:
    """Parse, chunk and make items, each stage feeding the next; the items go to the spool as they come."""
    chunks = _chunks(run, _documents(run, paths))
    async for chunk, made in ordered_map(partial(_make, run), chunks, run.backend.chunks_at_a_time):
        run.progress.advance("generate")
        run.seen.made[chunk.id] += len(made.items)
        for failed in made.failed:
            run.seen.call_failed(chunk, failed.error, failed.question)
        for item in made.items:
            run.made.add(item)
        run.progress.total("verify", run.made.count)
    run.progress.total("generate", len(run.chunks), final=True)
    run.progress.total("verify", run.made.count, final=True)
    run.made.close()


async def _make(run: _Run, chunk: Chunk) -> tuple[Chunk, Made]:
    return chunk, Made() if chunk.skipped else await run.backend.make(chunk)


async def _documents(run: _Run, paths: list[Path]) -> AsyncIterator[Document]:
    """The documents that can be read, each once, in the order of their paths."""
    run.progress.total("parse", len(paths), final=True)
    first: dict[str, str] = {}
    read = ordered_map(partial(_read, run), each(paths), 2 * run.pool.workers)
    async for path, document in read:
        run.progress.advance("parse", path)
        if isinstance(document, ParseError):
            run.seen.file_failed(path, document)
        elif document.id in first:
            run.seen.skipped_files[path] = f"same content as {first[document.id]}"
        else:
            first[document.id] = path
            yield document


async def _read(run: _Run, path: Path) -> tuple[str, Document | ParseError]:
    """A document from the store, else parsed by a worker and remembered."""
    name = path.relative_to(run.root).as_posix()
    key = _parse_key(path, name, run.settings.parse)
    stored = run.store.get("parse", key) if key else None
    if stored is not None:
        remembered = Remembered.model_validate_json(stored)
        return name, remembered.document or ParseError(remembered.message, remembered.kind)
    try:
        document = await parse_file(run.pool, path, run.root, run.settings.parse)
    except ParseError as error:
        if key:
            memo = Remembered(kind=error.kind, message=str(error))
            run.store.put("parse", key, memo.model_dump_json().encode())
        return name, error
    run.store.put("parse", key, Remembered(document=document).model_dump_json().encode())
    return name, document


def _parse_key(path: Path, name: str, settings: ParseSettings) -> str:
    """What a parse depends on: the bytes, the name, the parser and its limits; "" for a file that cannot be index."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
    return f"{digest} {parse.parser_version()} {settings.timeout_s:g}s {settings.memory_mb}M {name}"


async def _chunks(run: _Run, documents: AsyncIterator[Document]) -> AsyncIterator[Chunk]:
    count = token_counter(run.settings.chunk.tokenizer)
    async for document in documents:
        made = list(chunk_document(document, run.settings.chunk.max_tokens, count, run.backend.languages))
        run.seen.document(document, made)
        run.chunks += made
        run.progress.total("generate", len(run.chunks))
        for chunk in made:
            yield chunk
    run.chunked.set()


# ----------------------------------------------------------------------------------------------------------- verify


async def _verify(run: _Run, out: Path) -> None:
    """Answer each item's question again, once there is an index; the items go on with their verdicts."""
    await run.chunked.wait()
    runfolder.write_records(out / "chunks.jsonl", run.chunks)
    index = await _index(run, out)
    try:
        items = _found(run, index, run.made.follow(QAItem))
        async for item in ordered_map(partial(_check, run, index), items, run.backend.items_at_a_time):
            run.progress.advance("verify")
            run.verified.add(item)
    finally:
        index.close()
        run.verified.close()


async def _index(run: _Run, out: Path) -> Index:
    """The index over all chunks: built by a worker and index in a thread, so that the model is kept busy meanwhile."""
    with suppress(WorkerError):  # then it is built here
        work = partial(build_index, out / "index")
        await run.pool.call(work, out / "chunks.jsonl", timeout_s=INDEX_TIMEOUT_S)
    return await asyncio.to_thread(Index.open_or_build, out / "index", run.chunks)


async def _found(run: _Run, index: Index, items: AsyncIterator[QAItem]) -> AsyncIterator[tuple[QAItem, list[Passage]]]:
    """Each item with the passages for its question; questions about one chunk are searched for together."""
    async for about_one in runs(items, lambda item: item.chunk_ids):
        found = index.search_all([item.question for item in about_one], run.backend.passages)
        for pair in zip(about_one, found, strict=True):
            yield pair


async def _check(run: _Run, index: Index, found: tuple[QAItem, list[Passage]]) -> QAItem:
    item, passages = found
    backend = run.backend
    try:
        return await verify(
            item,
            passages,
            index,
            backend.reader,
            backend.judge,
            backend.closed_book,
            threshold=run.settings.verify.threshold,
            policy=run.settings.verify.policy,
        )
    except CallError as error:
        run.seen.call_failed(index.chunk(item.chunk_ids[0]), error, item.question)
        return unknown(item, error.kind)


# ------------------------------------------------------------------------------------------------- files and workers


def find(source: Path, out: Path) -> tuple[list[Path], dict[str, str]]:
    """The documents in ``source``, and why other files are skipped; run folders (this one, too) are passed over.

    Raises:
        SettingsError: there is no such folder or file, or no document in it.
    """
    if not source.exists():
        raise SettingsError(f"{source}: there is no such folder or file")
    documents, others = parse.find_documents(source)
    root = _root(source)
    runs = {out.resolve()} | {memo.parent.resolve() for memo in root.rglob(runfolder.MEMO)}

    def outside(path: Path) -> bool:
        return path == source or not any(folder in path.absolute().parents for folder in runs)

    paths = [path for path in documents if outside(path)]
    if not paths:
        known = " ".join(parse.SUFFIXES)
        raise SettingsError(f"{source}: there is no document in it that docqa reads ({known})")
    return paths, {
        path.relative_to(root).as_posix(): f"unsupported suffix {path.suffix or '(none)'}"
        for path in others
        if outside(path)
    }


def _root(source: Path) -> Path:
    return source if source.is_dir() else source.parent


def _pool(settings: ParseSettings) -> WorkerPool:
    return WorkerPool(settings.workers or os.cpu_count() or 1, memory_mb=settings.memory_mb)


async def parse_file(pool: WorkerPool, path: Path, root: Path, settings: ParseSettings) -> Document:
    """Parse one file in a worker, so that a file which hangs or crashes its parser costs only itself.

    Raises:
        ParseError: the file cannot be read, or its worker was killed.
    """
    try:
        return await pool.call(partial(parse.parse_file, root=root), path, timeout_s=settings.timeout_s)
    except WorkerError as error:
        raise ParseError(str(error), error.kind) from error


def parse_one(path: Path, settings: ParseSettings) -> Document:
    """Parse a single file as a run does.

    Raises:
        ParseError: the file cannot be read.
    """

    async def parsed() -> Document:
        async with _pool(settings.model_copy(update={"workers": 1})) as pool:
            return await parse_file(pool, path, path.parent, settings)

    return asyncio.run(parsed())


def plan(source: Path, out: Path, settings: Settings) -> Iterator[str]:
    """What ``run`` would do, a line at a time, without doing it.

    Raises:
        SettingsError, StoreError: as ``run``.
    """
    paths, others = find(source, out)
    general = read_general(settings.blend.general)
    remembered = 0
    if (out / runfolder.MEMO).exists():
        with Store(out / runfolder.MEMO) as store:
            keys = set(store.keys("parse"))
        names = [(path, path.relative_to(_root(source)).as_posix()) for path in paths]
        remembered = sum(_parse_key(path, name, settings.parse) in keys for path, name in names)
    kinds = Counter(path.suffix.lower() for path in paths)
    yield f"documents    {len(paths)} ({', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))})"
    yield f"  to parse   {len(paths) - remembered}, {remembered} remembered from an earlier run"
    for path, reason in sorted(others.items()):
        yield f"  skipped    {path}: {reason}"
    yield from describe(settings)
    if general:
        yield f"blend        {settings.blend.general_ratio:.1%} general rows, out of {len(general)}"
    else:
        yield "blend        none: no general data given (--general FILE)"
    yield f"output       {out}: {', '.join(settings.export.formats)}"
