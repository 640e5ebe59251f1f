"""Joins the stages: the one place to read to understand a run.

    files -> Document -> Chunk -> QAItem -> Verdict -> (curate) -> (blend) -> SFT rows
             parse       chunk    generate  verify

A run is a pure function of (documents, settings, model), and the store remembers its dear steps, so there is no
resume logic: the same command again repeats only what was never finished and writes the same bytes. Parsing and
generating stream into each other through bounded queues; made items wait on disk for the one barrier, the index over
all chunks. Files and chunks that fail and items that are dropped each end in a file with their reason.
"""

import asyncio
import hashlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from docqa import curate, outputs, parse, runfolder
from docqa.chunk import chunk_document, token_counter
from docqa.errors import ParseError, SettingsError, WorkerError
from docqa.formats import read_general
from docqa.generate import extractive
from docqa.index import Index
from docqa.progress import Progress, Silent
from docqa.records import Chunk, Document, QAItem, Record
from docqa.runfolder import Spool, read_records
from docqa.settings import ParseSettings, Settings
from docqa.store import Store
from docqa.stream import each, ordered_map
from docqa.summary import Summary
from docqa.verify import ExtractiveReader, LexicalJudge, verify
from docqa.workers import WorkerPool


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
    root: Path
    seen: outputs.Seen = field(default_factory=outputs.Seen)
    chunks: list[Chunk] = field(default_factory=list)


def run(source: Path, out: Path, settings: Settings, progress: Progress | None = None) -> Summary:
    """Make a set from the documents in ``source`` (a folder or a file) and write it to the run folder ``out``.

    Raises:
        SettingsError: the source or the general data cannot be used; nothing was started.
        StoreError: ``out`` cannot be used, or another run holds it.
        BlendError: there are too few general rows; all that was made is in ``out/items.jsonl``.
    """
    return asyncio.run(_run(source, out, settings, progress or Silent()))


async def _run(source: Path, out: Path, settings: Settings, progress: Progress) -> Summary:
    paths, others = find(source, out)
    general = read_general(settings.blend.general)
    work = out / "work"
    with Store(out / runfolder.MEMO) as store:
        runfolder.clear(work)
        async with _pool(settings.parse) as pool:
            this = _Run(settings, progress, store, pool, _root(source))
            this.seen.skipped_files = others
            made = await _generate(this, paths, Spool(work / "made.jsonl"))
        runfolder.write_records(out / "chunks.jsonl", this.chunks)
        verified = await _verify(this, made, out / "index", Spool(work / "verified.jsonl"))
        thresholds = {"en": settings.curate.rouge_l, "zh": settings.curate.rouge_l_zh}
        items = curate.curate(read_records(verified, QAItem), thresholds)
        summary = outputs.write(out, items, general, this.seen, settings)
        runfolder.clear(work)
    return summary


# ---------------------------------------------------------------------------------------------- parse and generate


async def _generate(run: _Run, paths: list[Path], made: Spool) -> Path:
    """Parse, chunk and make items, each stage feeding the next; the items go to ``made`` as they come."""
    limit = 4 * run.pool.workers
    min_score = run.settings.generate.min_score
    work = partial(extractive.generate, min_score=min_score)
    async for chunk, items in ordered_map(partial(_make, run, work), _chunks(run, _documents(run, paths)), limit):
        run.progress.advance("generate")
        run.seen.made[chunk.id] += len(items)
        for item in items:
            made.add(item)
    run.progress.total("generate", len(run.chunks), final=True)
    made.close()
    return made.path


async def _make(run: _Run, work: Callable[[Chunk], list[QAItem]], chunk: Chunk) -> tuple[Chunk, list[QAItem]]:
    """A chunk's items. A rule that hangs or fails on it costs this chunk and one line in errors.jsonl."""
    if chunk.skipped:
        return chunk, []
    try:
        return chunk, await run.pool.call(work, chunk, timeout_s=run.settings.generate.timeout_s)
    except WorkerError as error:
        run.seen.chunk_failed(chunk, error)
        return chunk, []


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
    """What a parse depends on: the bytes, the name, the parser and its limits; "" for a file that cannot be opened."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
    return f"{digest} {parse.parser_version()} {settings.timeout_s:g}s {settings.memory_mb}M {name}"


async def _chunks(run: _Run, documents: AsyncIterator[Document]) -> AsyncIterator[Chunk]:
    count = token_counter(run.settings.chunk.tokenizer)
    async for document in documents:
        made = list(chunk_document(document, run.settings.chunk.max_tokens, count, extractive.LANGUAGES))
        run.seen.document(document, made)
        run.chunks += made
        run.progress.total("generate", len(run.chunks))
        for chunk in made:
            yield chunk


# ----------------------------------------------------------------------------------------------------------- verify


async def _verify(run: _Run, made: Path, folder: Path, verified: Spool) -> Path:
    """Answer each item's question again; the items go to ``verified`` with their verdicts."""
    run.progress.total("verify", sum(run.seen.made.values()), final=True)
    index = Index.open_or_build(folder, run.chunks)
    check = partial(
        verify, index=index, reader=ExtractiveReader(), judge=LexicalJudge(), passages=run.settings.verify.passages
    )
    try:
        async for item in ordered_map(check, each(read_records(made, QAItem)), 2):
            run.progress.advance("verify")
            verified.add(item)
    finally:
        index.close()
        verified.close()
    return verified.path


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
    yield "generator    embedded rules, English and Chinese: 0 model calls"
    yield "verification embedded reader and judge: 0 model calls; closed book not available"
    if general:
        yield f"blend        {settings.blend.general_ratio:.1%} general rows, out of {len(general)}"
    else:
        yield "blend        none: no general data given (--general FILE)"
    yield f"output       {out}: {', '.join(settings.export.formats)}"
