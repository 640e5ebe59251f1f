"""Files -> Documents -> Chunks: each file is parsed once, by workers, and remembered."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from docqa import outputs, parse, runfolder
from docqa.chunk import chunk_document, token_counter
from docqa.errors import ParseError, SettingsError, WorkerError
from docqa.parse import overlay
from docqa.progress import Progress
from docqa.records import Chunk, Document, Record
from docqa.settings import ParseSettings, Settings
from docqa.store import Store
from docqa.stream import each, ordered_map
from docqa.windows import parse_pdf
from docqa.workers import WorkerPool


class Remembered(Record):
    """What the store holds of a file: its document, or why it cannot be read."""

    document: Document | None = None
    kind: str = ""
    message: str = ""


@dataclass
class Corpus:
    """The documents of a run, as they are read.

    Attributes:
        root: the folder that paths are given relative to.
        languages: of the chunks that items can be made from.
        seen: what was met so far.
        chunks: all chunks so far; all there are once ``complete`` is set.
        steps: chunks that methods are to run on, each once for every time they do.
    """

    settings: Settings
    progress: Progress
    store: Store
    pool: WorkerPool
    root: Path
    languages: Sequence[str]
    seen: outputs.Seen = field(default_factory=outputs.Seen)
    chunks: list[Chunk] = field(default_factory=list)
    complete: asyncio.Event = field(default_factory=asyncio.Event)
    steps: int = 0

    def plan(self, chunks: int, final: bool = False) -> None:
        """So many more chunks are to be worked on; ``final`` if it is known that no more come after them."""
        self.steps += chunks
        self.progress.total("generate", self.steps, final)

    async def read(self, paths: Sequence[Path]) -> AsyncIterator[Chunk]:
        """The chunks of the files that can be read, in the order of their paths; the others end in ``seen``."""
        count = token_counter(self.settings.chunk.tokenizer)
        async for document in self._documents(paths):
            made = list(chunk_document(document, self.settings.chunk.max_tokens, count, self.languages))
            self.seen.document(document, made)
            self.chunks += made
            self.plan(len(made))
            for chunk in made:
                yield chunk
        self.complete.set()

    async def _documents(self, paths: Sequence[Path]) -> AsyncIterator[Document]:
        """The documents that can be read, each once."""
        self.progress.total("parse", len(paths), final=True)
        first: dict[str, str] = {}
        async for path, document in ordered_map(self._document, each(paths), 2 * self.pool.workers):
            self.progress.advance("parse", path)
            if isinstance(document, ParseError):
                self.seen.file_failed(path, document)
            elif document.id in first:
                self.seen.skipped_files[path] = f"same content as {first[document.id]}"
            else:
                first[document.id] = path
                yield document

    async def _document(self, path: Path) -> tuple[str, Document | ParseError]:
        """A document from the store, else parsed by workers and remembered."""
        name = path.relative_to(self.root).as_posix()
        key = parse_key(path, name, self.settings.parse)
        stored = self.store.get("parse", key) if key else None
        if stored is not None:
            remembered = Remembered.model_validate_json(stored)
            return name, remembered.document or ParseError(remembered.message, remembered.kind)
        try:
            document = await parse_file(self.pool, path, self.root, self.settings.parse)
        except ParseError as error:
            if key:
                memo = Remembered(kind=error.kind, message=str(error))
                self.store.put("parse", key, memo.model_dump_json().encode())
            return name, error
        self.store.put("parse", key, Remembered(document=document).model_dump_json().encode())
        return name, document


def parse_key(path: Path, name: str, settings: ParseSettings) -> str:
    """What a parse depends on: the bytes, the name, the parser and its limits; "" for a file that cannot be opened."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
    return f"{digest} {parse.parser_version()} {settings.timeout_s:g}s {settings.memory_mb}M {name}"


def find(source: Path, out: Path) -> tuple[list[Path], dict[str, str]]:
    """The documents in ``source``, and why other files are skipped; run folders (this one, too) are passed over.

    Raises:
        SettingsError: there is no such folder or file, or no document in it.
    """
    if not source.exists():
        raise SettingsError(f"{source}: there is no such folder or file")
    documents, others = parse.find_documents(source)
    root = root_of(source)
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


def root_of(source: Path) -> Path:
    """The folder that a source's paths are given relative to."""
    return source if source.is_dir() else source.parent


def open_pool(settings: ParseSettings) -> WorkerPool:
    """As many workers as the settings say."""
    return WorkerPool(settings.workers or os.cpu_count() or 1, memory_mb=settings.memory_mb)


async def parse_file(pool: WorkerPool, path: Path, root: Path, settings: ParseSettings) -> Document:
    """Parse one file in workers, so that a file which hangs or crashes its parser costs only itself.

    Raises:
        ParseError: the file cannot be read, or its worker was killed.
    """
    try:
        if path.suffix.lower() == ".pdf":
            return await parse_pdf(pool, path, root, settings.timeout_s)
        return await pool.call(partial(parse.parse_file, root=root), path, timeout_s=settings.timeout_s)
    except WorkerError as error:
        raise ParseError(str(error), error.kind) from error


def parse_one(path: Path, settings: ParseSettings) -> Document:
    """Parse a single file as a run does.

    Raises:
        ParseError: the file cannot be read.
    """

    async def parsed() -> Document:
        async with open_pool(settings.model_copy(update={"workers": 1})) as pool:
            return await parse_file(pool, path, path.parent, settings)

    return asyncio.run(parsed())


def pictures_of(path: Path, settings: ParseSettings) -> dict[int, bytes]:
    """A PNG of each page, drawn by a worker as the file was parsed by one; fewer, or none, if it can't be drawn."""

    async def drawn() -> dict[int, bytes]:
        async with open_pool(settings.model_copy(update={"workers": 1})) as pool:
            with suppress(WorkerError):
                return await pool.call(overlay.page_pictures, path, timeout_s=settings.timeout_s)
        return {}

    return asyncio.run(drawn())
