"""Joins the stages: the one place to read to understand a run.

    files -> Document -> Chunk -> QAItem -> Verdict -> (curate) -> (blend) -> SFT rows
             parse       chunk    generate  verify

A run is a pure function of (documents, settings, model), and the store remembers its dear steps, so there is no
resume logic: the same command again repeats only what was never finished and writes the same bytes. The stages stream
into each other through bounded queues. There is one barrier: verification starts when the index holds all chunks;
generation does not wait for it, and what it makes waits on disk. Methods that work from kept items run after that, in
rounds, each with a barrier of its own. Files, chunks and questions that fail and items that
are dropped each end in a file with their reason.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from docqa import curate, export, feedback, making, outputs, runfolder
from docqa.backend import Backend, chosen_mix, describe, open_backend
from docqa.blend import Pool
from docqa.checking import checked, confident, open_index, rated
from docqa.chunk import token_counter
from docqa.corpus import Corpus, find, open_pool, parse_key, read_again, root_of
from docqa.embed import Embedder
from docqa.errors import SettingsError
from docqa.general import sources
from docqa.index import Index
from docqa.models.chat import ChatModel
from docqa.progress import Progress, Silent
from docqa.records import QAItem
from docqa.runfolder import Spool, read_records
from docqa.settings import CurateSettings, Settings
from docqa.store import Store
from docqa.stream import together
from docqa.summary import Summary


def run(
    source: Path, out: Path, settings: Settings, progress: Progress | None = None, model: ChatModel | None = None
) -> Summary:
    """Make a set from the documents in ``source`` (a folder or a file) and write it to the run folder ``out``.

    Args:
        model: a model of the caller's own, instead of the one that the settings name.

    Raises:
        SettingsError: the source, the general data, a method or a prompt cannot be used.
        StoreError: ``out`` cannot be used, or another run holds it.
        ModelError: the model cannot be used, or is gone; what it answered so far is kept.
        BlendError: there are too few general rows; all that was made is in ``out/items.jsonl``.
    """
    return asyncio.run(_run(source, out, settings, progress or Silent(), model))


def again(out: Path, settings: Settings, progress: Progress | None = None, model: ChatModel | None = None) -> Summary:
    """Make the set of the run folder ``out`` again, of the documents as its last run read them; they need not be there.

    Raises:
        SettingsError: ``out`` is not the folder of a run.
        StoreError, ModelError, BlendError: as ``run``.
    """
    return asyncio.run(_run(None, out, settings, progress or Silent(), model))


async def _run(
    source: Path | None, out: Path, settings: Settings, progress: Progress, model: ChatModel | None
) -> Summary:
    export.check_installed(settings.export.file_type)
    paths, others = find(source, out) if source else (None, {})
    fed = feedback.stored(out)
    mix = chosen_mix(settings, model)
    general = open_general(settings, out)
    tests = curate.TestSets(settings.curate.decontaminate) if settings.curate.decontaminate else None
    work = out / "work"
    with Store(out / runfolder.MEMO) as store:
        if source is None:
            others = read_again(store, out)
        runfolder.clear(work)
        async with open_pool(settings.parse) as pool, open_backend(settings, store, pool, model, mix) as backend:
            corpus = Corpus(settings, progress, store, pool, root_of(source or out), backend.languages)
            corpus.seen.skipped_files = others
            if fed:
                corpus.seen.given = (feedback.FILE, len(fed))
            progress.watch(backend.status)
            chosen = partial(_chosen, settings, tests)
            items, meaning = await _items(corpus, paths, backend, work, out, chosen, fed)
            corpus.remember()
            means = backend.means()
        items = curated(feedback.superseded(items, fed), settings, meaning, tests)
        summary = outputs.write(out, items, general, corpus.seen, settings, means)
        runfolder.clear(work)
    return summary


def curated(
    items: Iterable[QAItem], settings: Settings, meaning: curate.Meaning | None, tests: curate.TestSets | None
) -> list[QAItem]:
    """The verified items as they go into the set, or not, each once and in order."""
    chosen = _chosen(settings, tests, items, meaning)
    return curate.diversify(chosen, _caps(settings.curate), settings.curate.vary_openings)


def _chosen(
    settings: Settings, tests: curate.TestSets | None, items: Iterable[QAItem], meaning: curate.Meaning | None
) -> list[QAItem]:
    """The verified items, each kept or dropped by what curation has to say."""
    return curate.curate(
        items,
        settings.curate.thresholds,
        settings.verify.known_share,
        settings.curate.floors,
        meaning,
        tests,
        settings.curate.unanswerable_share,
    )


def _caps(settings: CurateSettings) -> curate.Caps:
    return curate.Caps(
        type=settings.type_share,
        document=settings.document_share,
        opening=settings.opening_share,
        answer=settings.answer_share,
        length=settings.length_share,
    )


Choose = Callable[[Iterable[QAItem], curate.Meaning | None], list[QAItem]]


async def _items(
    corpus: Corpus,
    paths: list[Path] | None,
    backend: Backend,
    work: Path,
    out: Path,
    chosen: Choose,
    fed: Sequence[feedback.Fed],
) -> tuple[list[QAItem], curate.Meaning | None]:
    """All items with their verdicts and scores, round by round, and how their questions are compared by meaning."""
    settings = corpus.settings
    with ExitStack() as stack:
        made, verified = Spool(work / "made.jsonl"), Spool(work / "verified.jsonl")
        stack.callback(verified.close)
        opening = asyncio.ensure_future(_index(corpus, backend, out, stack))
        await together(
            opening,
            _generate(corpus, paths, backend, opening, made, fed),
            _verify(corpus, backend, opening, made, verified),
        )
        index = opening.result()
        meaning = meaning_of(settings, index.embedder, backend.embedder is None)
        if pairs := feedback.pairs(read_records(verified.path, QAItem), fed):
            made = Spool(work / "made-pairs.jsonl")
            for pair in pairs:
                corpus.seen.item_made(pair)
                made.add(pair)
            _all_made(corpus, made)
            await _verify(corpus, backend, opening, made, verified)
        rounds = making.most_rounds(settings.generate) if making.parts(backend, "items") else 0
        kept = -1
        for number in range(1, rounds + 1):
            earlier = chosen(feedback.superseded(read_records(verified.path, QAItem), fed), meaning)
            before, kept = kept, sum(bool(item.kept and not item.pair) for item in earlier)
            enough = settings.generate.target and (kept >= settings.generate.target or kept == before)
            if not enough:
                made = Spool(work / f"made-{number}.jsonl")
                await together(
                    _round(number, earlier, index, corpus, backend, made),
                    _verify(corpus, backend, opening, made, verified),
                )
            del earlier  # they are read again with what came to them, and never held twice
            if enough:
                break
        return list(read_records(verified.path, QAItem)), meaning


async def _index(corpus: Corpus, backend: Backend, out: Path, stack: ExitStack) -> Index:
    """The index over all chunks, once they are there; ``stack`` closes it."""
    await corpus.complete.wait()
    runfolder.write_records(out / "chunks.jsonl", corpus.chunks)
    index = await open_index(corpus.pool, out, corpus.chunks, backend.embedder, corpus.settings.index.dense_weight)
    stack.callback(index.close)
    return index


async def _generate(
    corpus: Corpus,
    paths: list[Path] | None,
    backend: Backend,
    opening: Awaitable[Index],
    made: Spool,
    fed: Sequence[feedback.Fed],
) -> None:
    """Parse, chunk and make items, each stage feeding the next; the items go to the spool as they come.

    What came back from use is last: it is looked up in the index.
    """
    await making.make(corpus.read(paths), corpus, backend, made)
    if making.parts(backend, "index"):
        await making.make_with_index(await opening, corpus, backend, made)
    if fed:
        await feedback.make(fed, await opening, corpus.seen, made)
    _all_made(corpus, made)


async def _round(
    number: int, earlier: list[QAItem], index: Index, corpus: Corpus, backend: Backend, made: Spool
) -> None:
    await making.make_round(number, earlier, index, corpus, backend, made)
    _all_made(corpus, made)


def _all_made(corpus: Corpus, made: Spool) -> None:
    corpus.plan(0, final=True)
    corpus.progress.total("verify", corpus.seen.items, final=True)
    made.close()


async def _verify(corpus: Corpus, backend: Backend, opening: Awaitable[Index], made: Spool, verified: Spool) -> None:
    """Answer each item's question again, once there is an index; the items go on with their verdicts and scores."""
    index = await opening
    answered = checked(made.follow(QAItem), index, backend, corpus.settings.verify, corpus.seen)
    sure = confident(answered, index, backend, corpus.seen)
    async for item in rated(sure, index, backend, corpus.seen):
        corpus.progress.advance("verify")
        verified.add(item)


def meaning_of(settings: Settings, embedder: Embedder, embedded: bool) -> curate.Meaning | None:
    """How questions are compared by meaning: as the settings say, and if they don't, where it was measured."""
    least = settings.curate.meaning or (curate.MEANING if embedded else 1.0)
    return curate.Meaning(partial(embedder.embed, asked=True), least) if least < 1 else None


def open_general(settings: Settings, out: Path) -> Pool:
    """Look through the general data that the settings name, before anything dear is done.

    Raises:
        SettingsError: it cannot be used, or the set in ``out`` would be written over it.
    """
    given = sources(settings.blend.general)
    for path in (Path(source.place).resolve() for source in given if not source.split):
        if path.parent == out.resolve() and path.name.partition(".")[0] in export.SIDES:
            raise SettingsError(f"{path}: the set would be written over it; name another folder with -o")
    return Pool(given, settings.blend.ratio_by, token_counter(settings.chunk.tokenizer))


def plan(source: Path, out: Path, settings: Settings) -> Iterator[str]:
    """What ``run`` would do, a line at a time, without doing it.

    Raises:
        SettingsError, StoreError: as ``run``.
    """
    export.check_installed(settings.export.file_type)
    paths, others = find(source, out)
    general = sources(settings.blend.general)
    curate.TestSets(settings.curate.decontaminate)
    remembered = 0
    if (out / runfolder.MEMO).exists():
        with Store(out / runfolder.MEMO) as store:
            keys = set(store.keys("parse"))
        names = [(path, path.relative_to(root_of(source)).as_posix()) for path in paths]
        remembered = sum(parse_key(path, name, settings.parse) in keys for path, name in names)
    kinds = Counter(path.suffix.lower() for path in paths)
    yield f"documents    {len(paths)} ({', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))})"
    yield f"  to parse   {len(paths) - remembered}, {remembered} remembered from an earlier run"
    for path, reason in sorted(others.items()):
        yield f"  skipped    {path}: {reason}"
    if fed := feedback.stored(out):
        yield f"feedback     {len(fed)} rows came back from use ({out / feedback.FILE})"
    yield from describe(settings)
    if general:
        ratio, unit = settings.blend.general_ratio, settings.blend.ratio_by
        yield f"blend        {ratio:.1%} general {unit}, from {', '.join(map(str, general))}"
    else:
        yield "blend        none: no general data given (--general FILE)"
    for tests in settings.curate.decontaminate:
        yield f"test set     {tests}: what shares 13 words or 20 ideographs in a row with it is dropped"
    yield f"output       {out}: {', '.join(settings.export.formats)} as {settings.export.file_type}"
