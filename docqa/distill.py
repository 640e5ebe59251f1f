"""Prompts of a file -> a set: a model, the teacher, answers them, and the answers are filtered like all else.

    prompts -> QAItem -> (checked against a corpus) -> scored -> (curate) -> (blend) -> SFT rows

Like a run it is a pure function of its inputs that remembers every finished call, so there is no resume logic here
either. ``generate.distill`` says what is asked.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

from docqa import curate, export, outputs, runfolder
from docqa.backend import SCORES, Backend, open_backend
from docqa.checking import checked, confident, open_index, rated
from docqa.corpus import Corpus, find, is_run, last_read, open_pool, root_of
from docqa.coverage import NO_PROMPT
from docqa.curate.rating import Rated, rate_alone
from docqa.errors import CallError, SettingsError
from docqa.generate import Borrowed
from docqa.generate.distill import from_memory, from_passages, told
from docqa.index import Index
from docqa.means import Means
from docqa.models.chat import ChatModel
from docqa.models.choose import is_named
from docqa.pipeline import curated, meaning_of, open_general
from docqa.progress import Progress, Silent
from docqa.promptfile import GivenPrompt, look_through, prompts
from docqa.records import QAItem
from docqa.runfolder import Spool, read_records
from docqa.settings import Settings, VerifySettings
from docqa.store import Store
from docqa.stream import each, ordered_map
from docqa.summary import Summary
from docqa.verify import Judge
from docqa.verify.confidence import TEMPERATURE, failed, inconsistent, is_consistent, of_samples


def distill(
    path: Path,
    out: Path,
    settings: Settings,
    corpus: Path | None = None,
    progress: Progress | None = None,
    model: ChatModel | None = None,
) -> Summary:
    """Have a model answer the prompts of a file, and write the set and all that goes with it to the folder ``out``.

    Args:
        path: text with a prompt a line, or rows: json, jsonl, csv, parquet.
        corpus: a folder of documents, or of a run over them, that the answers are to come from; None for what the
            model knows.
        model: one of the caller's own, instead of the one that the settings name.

    Raises:
        SettingsError: a file, a row of it or a folder cannot be used, or there is no model.
        StoreError, ModelError, BlendError: as ``pipeline.run``.
    """
    return asyncio.run(_distill(path, out, settings, corpus, progress or Silent(), model))


async def _distill(
    path: Path, out: Path, settings: Settings, source: Path | None, progress: Progress, model: ChatModel | None
) -> Summary:
    _check(settings, source, model)
    prompted = look_through(path)
    general = open_general(settings, out)
    tests = curate.TestSets(settings.curate.decontaminate) if settings.curate.decontaminate else None
    paths, others = find(source, out) if source and not is_run(source) else ([], {})
    with Store(out / runfolder.MEMO) as store:
        if last_read(store) is not None:
            raise SettingsError(f"{out}: is the folder of a run, whose set would be written over; name another with -o")
        runfolder.clear(out / "work")
        async with open_pool(settings.parse) as pool, open_backend(settings, store, pool, model) as backend:
            corpus = Corpus(settings, progress, store, pool, root_of(source or path), backend.languages)
            corpus.seen.skipped_files, corpus.seen.given = others, (path.name, prompted.rows)
            corpus.seen.unused = NO_PROMPT
            progress.watch(backend.status)
            for stage in ("generate", "verify"):
                progress.total(stage, prompted.rows, final=True)
            done = Spool(out / "work" / "done.jsonl")
            if source is None:
                meaning = None  # without a corpus nothing is fitted that could compare questions
                await _from_memory(path, corpus, backend, settings, done)
            else:
                await corpus.read_all(source, paths)
                runfolder.write_records(out / "chunks.jsonl", corpus.chunks)
                weight = settings.index.dense_weight
                index = await open_index(pool, out, corpus.chunks, backend.embedder, weight)
                try:
                    await _from_corpus(path, index, corpus, backend, done)
                finally:
                    index.close()
                meaning = meaning_of(settings, index.embedder, backend.embedder is None)
            means = _means(backend, settings, source, prompted.continued)
        items = curated(read_records(done.path, QAItem), _as_given(settings), meaning, tests)
        summary = outputs.write(out, items, general, corpus.seen, settings, means)
        runfolder.clear(out / "work")
    return summary


def _check(settings: Settings, source: Path | None, model: ChatModel | None) -> None:
    """Refuse what cannot be done, before anything is."""
    export.check_installed(settings.export.file_type)
    if model is None and not is_named(settings.model):
        raise SettingsError("docqa distill needs the model that answers: name it with --model or --base-url")
    if source is None and settings.export.context == "input":
        raise SettingsError("--context input gives rows the text of their chunk, and without --corpus there is none")
    if source is None and settings.verify.min_logprob:
        raise SettingsError("--min-logprob reads an answer from its passage again; without --corpus choose --samples")
    if source is None and settings.curate.score not in ("accuracy", "none"):
        raise SettingsError(
            f"--score {settings.curate.score} rates an answer beside its passage; without --corpus choose accuracy"
        )


def _as_given(settings: Settings) -> Settings:
    """The settings, but that prompts stay in the words they came in."""
    return settings.model_copy(update={"curate": settings.curate.model_copy(update={"vary_openings": False})})


async def _answered(
    path: Path,
    corpus: Corpus,
    limit: int,
    answer: Callable[[GivenPrompt], Coroutine[None, None, QAItem]],
) -> AsyncIterator[QAItem]:
    """The answers to the prompts, in their order; a prompt without one, or without words, ends in ``corpus.seen``."""

    async def asked(prompt: GivenPrompt) -> tuple[GivenPrompt, QAItem | CallError]:
        if not prompt.question:
            return prompt, CallError("asks nothing", "empty")
        try:
            return prompt, await answer(prompt)
        except CallError as error:
            return prompt, error

    async for prompt, result in ordered_map(asked, each(prompts(path)), limit):
        corpus.progress.advance("generate")
        if isinstance(result, CallError):
            corpus.seen.row_failed(prompt.number, result, prompt.question)
            corpus.progress.advance("verify")
        else:
            yield result


async def _from_memory(path: Path, corpus: Corpus, backend: Backend, settings: Settings, done: Spool) -> None:
    """Answer each prompt from what the model knows, and have the answer rated."""

    async def answer(prompt: GivenPrompt) -> QAItem:
        return await from_memory(prompt.question, prompt.input, path.name, backend.borrowed)

    async def rate(item: QAItem) -> Rated:
        judge = backend.borrowed.judge
        if judge is None or settings.curate.score == "none":
            return Rated((item,))
        return await rate_alone(item, judge, backend.borrowed.prompts)

    async def sure(item: QAItem) -> QAItem:
        if not settings.verify.samples or not item.kept:
            return item
        try:
            return await consistent(item, settings.verify, backend.judge, backend.borrowed)
        except CallError as error:
            corpus.seen.rating_failed(error, item.question)
            return failed(item, error.kind)

    items = _answered(path, corpus, backend.items_at_a_time, answer)
    kept = ordered_map(sure, items, backend.items_at_a_time)
    async for rating in ordered_map(rate, kept, backend.items_at_a_time):
        for item, error in rating.failed:
            corpus.seen.rating_failed(error, item.question)
        for item in rating.items:
            corpus.progress.advance("verify")
            done.add(item)
    done.close()


async def _from_corpus(path: Path, index: Index, corpus: Corpus, backend: Backend, done: Spool) -> None:
    """Answer each prompt from what the index finds for it, and verify and rate the answer like any other."""

    async def answer(prompt: GivenPrompt) -> QAItem:
        question = "\n".join(part for part in (prompt.question, prompt.input) if part)
        found = await asyncio.to_thread(index.search, question, backend.passages)
        shown = [index.chunk(passage.chunk_id) for passage in found]
        return await from_passages(question, shown, path.name, backend.borrowed)

    async def answers() -> AsyncIterator[list[QAItem]]:
        async for item in _answered(path, corpus, backend.items_at_a_time, answer):
            if item.kept is not False:
                corpus.seen.item_made(item)
            yield [item]

    corpus.seen.drawn |= {chunk.id for chunk in corpus.chunks}
    verified = checked(answers(), index, backend, corpus.settings.verify, corpus.seen)
    sure = confident(verified, index, backend, corpus.seen)
    async for item in rated(sure, index, backend, corpus.seen):
        corpus.progress.advance("verify")
        done.add(item)
    done.close()


async def consistent(item: QAItem, settings: VerifySettings, judge: Judge, borrowed: Borrowed) -> QAItem:
    """The item, dropped where the teacher, asked again at a temperature, mostly says something else.

    Self-consistency, as ``verify.confidence`` has it; here nothing but the prompt is there to be read again.

    Raises:
        CallError, ModelError: as ``Session.ask``.
    """
    assert item.verdict is not None
    said = await asyncio.gather(
        *(told(item.question, item.input, borrowed, TEMPERATURE, number) for number in range(settings.samples))
    )
    measured = await of_samples(item, said, judge, settings.threshold)
    item = item.model_copy(update={"verdict": item.verdict.model_copy(update={"confidence": measured})})
    return inconsistent(item, measured) if is_consistent(measured, settings.consistent) is False else item


def _means(backend: Backend, settings: Settings, source: Path | None, continued: int) -> Means:
    """What did the work, without the steps that only a corpus has where there is none."""
    means = backend.means()
    teacher = backend.borrowed.session
    assert teacher is not None
    models = {"generator": f"{teacher.model.name} (distill)", **means.models}
    scores: tuple[str, ...] = means.scores
    if source is None:
        models = {role: name for role, name in models.items() if role in ("generator", "scores")}
        scores = SCORES[settings.curate.score]
    notes = means.notes
    if continued:
        notes = (
            *notes,
            f"{continued:,} prompts are the last turns of conversations whose earlier turns were not shown",
        )
    return means.model_copy(update={"models": models, "scores": scores, "notes": notes})
