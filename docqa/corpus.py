"""Files -> Documents -> Chunks: each file is parsed once, by workers, and remembered."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from docqa import parse, runfolder
from docqa.chunk import chunk_document, token_counter
from docqa.errors import ParseError, SettingsError, WorkerError
from docqa.parse import overlay
from docqa.progress import Progress
from docqa.records import Chunk, Document, Record
from docqa.runfolder import read_records
from docqa.seen import Seen
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


class FileRead(Record):
    """A file of a run, and where the store holds what came of it; ``message`` where it could not be opened."""

    name: str
    key: str
    kind: str = ""
    message: str = ""


class LastRead(Record):
    """The files that a run read, in order, and those that it did not with the reason."""

    files: tuple[FileRead, ...]
    skipped: dict[str, str]


@dataclass
class Corpus:
    """The documents of a run, as they are read.

    Attributes:
        root: the folder that paths are given relative to.
        languages: of the chunks that items can be made from.
        seen: what was met so far.
        chunks: all chunks so far; all there are once ``complete`` is set.
        files: what was read so far, as the store knows it.
        steps: chunks that methods are to run on, each once for every time they do.
    """

    settings: Settings
    progress: Progress
    store: Store
    pool: WorkerPool
    root: Path
    languages: Sequence[str]
    seen: Seen = field(default_factory=Seen)
    chunks: list[Chunk] = field(default_factory=list)
    complete: asyncio.Event = field(default_factory=asyncio.Event)
    files: list[FileRead] = field(default_factory=list)
    steps: int = 0

    def plan(self, chunks: int, final: bool = False) -> None:
        """So many more chunks are to be worked on; ``final`` if it is known that no more come after them."""
        self.steps += chunks
        self.progress.total("generate", self.steps, final)

    async def read_all(self, source: Path, paths: Sequence[Path]) -> None:
        """Have all chunks before anything else is done: those of a run's folder, or of the files in a folder.

        Raises:
            SettingsError: there are none.
        """
        if is_run(source):
            self.chunks += read_records(source / "chunks.jsonl", Chunk)
            self.seen.chunks_of_a_run(self.chunks)
            self.complete.set()
        else:
            async for _ in self.read(paths):
                pass
        if not self.chunks:
            raise SettingsError(
                f"{source}: there is no text in its documents; `docqa parse FILE` shows what docqa sees"
            )

    async def read(self, paths: Sequence[Path] | None) -> AsyncIterator[Chunk]:
        """The chunks of the files that can be read, in the order of their paths; the others end in ``seen``.

        Args:
            paths: None for the files of the last run as it read them, whatever has become of them since.
        """
        count = token_counter(self.settings.chunk.tokenizer)
        async for document in self._documents(paths):
            made = list(chunk_document(document, self.settings.chunk.max_tokens, count, self.languages))
            self.seen.document(document, made)
            self.chunks += made
            self.plan(len(made))
            for chunk in made:
                yield chunk
        self.complete.set()

    def remember(self) -> None:
        """Have the store know what this run has read; see ``last_read``."""
        last = LastRead(files=tuple(self.files), skipped=dict(self.seen.skipped_files))
        self.store.put("read", LAST, last.model_dump_json().encode())

    async def _documents(self, paths: Sequence[Path] | None) -> AsyncIterator[Document]:
        """The documents that can be read, each once."""
        last = last_read(self.store) if paths is None else None
        self.progress.total("parse", len(last.files if last else paths or ()), final=True)
        first: dict[str, str] = {}
        found = each(map(self._recalled, last.files)) if last else self._parsed(paths or ())
        async for file, document in found:
            self.files.append(file)
            path = file.name
            self.progress.advance("parse", path)
            if isinstance(document, ParseError):
                self.seen.file_failed(path, document)
            elif document.id in first:
                self.seen.skipped_files[path] = f"same content as {first[document.id]}"
            else:
                first[document.id] = path
                yield document

    def _parsed(self, paths: Sequence[Path]) -> AsyncIterator[tuple[FileRead, Document | ParseError]]:
        return ordered_map(self._document, each(paths), 2 * self.pool.workers)

    async def _document(self, path: Path) -> tuple[FileRead, Document | ParseError]:
        """A document from the store, else parsed by workers and remembered."""
        name = path.relative_to(self.root).as_posix()
        file = FileRead(name=name, key=parse_key(path, name, self.settings.parse))
        if file.key and self.store.get("parse", file.key) is not None:
            return self._recalled(file)
        try:
            document = await parse_file(self.pool, path, self.root, self.settings.parse)
        except ParseError as error:
            if not file.key:
                return file.model_copy(update={"kind": error.kind, "message": str(error)}), error
            memo = Remembered(kind=error.kind, message=str(error))
            self.store.put("parse", file.key, memo.model_dump_json().encode())
            return file, error
        self.store.put("parse", file.key, Remembered(document=document).model_dump_json().encode())
        return file, document

    def _recalled(self, file: FileRead) -> tuple[FileRead, Document | ParseError]:
        """What the store holds of a file."""
        stored = self.store.get("parse", file.key) if file.key else None
        if stored is None:
            return file, ParseError(
                file.message or "is no longer remembered; do the run again", file.kind or "unreadable"
            )
        remembered = Remembered.model_validate_json(stored)
        return file, remembered.document or ParseError(remembered.message, remembered.kind)


LAST = "last"
"""The key of what the last run read."""


def last_read(store: Store) -> LastRead | None:
    """The files that the last run in this folder read; None where there was none."""
    stored = store.get("read", LAST)
    return LastRead.model_validate_json(stored) if stored is not None else None


def read_again(store: Store, out: Path) -> dict[str, str]:
    """Why files were skipped by the last run, for one that reads what it read.

    Raises:
        SettingsError: there was none.
    """
    last = last_read(store)
    if last is None:
        raise SettingsError(f"{out}: is not the folder of a finished `docqa run` of this version; do the run again")
    return last.skipped


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


def is_run(source: Path) -> bool:
    """Whether a folder has the chunks of a finished run."""
    return (source / "chunks.jsonl").is_file()


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
