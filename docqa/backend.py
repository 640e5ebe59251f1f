"""Settings -> what makes items and checks them: the embedded default, or a model behind the same pipeline.

A backend is a handful of functions; the pipeline does not know which one it has. One that cannot do a step says so in
``means().not_done``, and the run reports it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial, reduce
from pathlib import Path
from typing import NamedTuple

from docqa import embed, prompts
from docqa.curate.rating import Rated, rate
from docqa.embed import Embedder
from docqa.errors import SettingsError
from docqa.generate import Borrowed, extractive, methods, self_qa
from docqa.generate.methods import Part
from docqa.means import Means, Usage
from docqa.models.chat import ChatModel
from docqa.models.choose import chat_model, is_named
from docqa.models.session import Session
from docqa.prompts import Prompts
from docqa.records import Chunk, QAItem
from docqa.settings import ModelSettings, Settings
from docqa.store import Store
from docqa.verify import ClosedBook, ExtractiveReader, Judge, LexicalJudge, Reader
from docqa.verify.confidence import ConfidenceFilter, confidence_filter
from docqa.verify.model import ModelClosedBook, ModelJudge, ModelReader
from docqa.verify.task import Check
from docqa.workers import WorkerPool

LSA = "TF-IDF with truncated SVD, fitted on the corpus (no model)"
NO_CLOSED_BOOK = "closed book: the embedded backend has no model to ask, so no item is marked known or novel"

NO_LOGPROBS = "confidence by log-probability: the model gives none, so none of its answers was dropped for it"
NO_SAMPLES = "confidence of what rules made: they answer the same each time, so none of it was dropped for it"
NO_SCORES = "scores by a model: the embedded backend has none to ask; what rules can measure is on each item"
SCORES = {
    "accuracy": ("accuracy",),
    "deita": ("complexity", "quality"),
    "both": ("accuracy", "complexity", "quality"),
    "none": (),
}
"""What each setting of ``curate.score`` has rated."""

PASSAGES = 12
MODEL_PASSAGES = 5
"""A model reads what it is shown, at a cost: the source is among 5 passages for .97 of the English questions, among 10
for .98 (`python -m benchmarks.verification`); the embedded reader is quick and takes 12."""

LIVE_SHARE = 0.25
"""Of the KV cache, for the chunks that are asked about."""


@dataclass(frozen=True)
class Backend:
    """What the pipeline asks.

    Attributes:
        mix: the methods that make items.
        borrowed: what they may use.
        checks: what tells, by method, what is wrong with an item.
        closed_book: None when there is no model to ask.
        confidence: drops what the model is not sure of; None where that is not asked.
        rate: the items of the same chunks, mostly one, with a model's scores; None when there is no model to ask, or
            none is wanted.
        reads_anything: whether the reader answers questions in any words, as a model does; the embedded one needs the
            words of its passages, so items made elsewhere are verified by ``verify_given``.
        passages: how many the reader gets to see.
        languages: of the chunks it makes items from.
        chunks_at_a_time, items_at_a_time: how many to have under way, so that no worker and no server ever waits.
        embedder: for the index; None for the embedded one, which is fitted on the corpus.
        means: what did the work, for the card and the summary.
        status: what a model has done so far, in a line; "" without one.
    """

    mix: Sequence[Part]
    borrowed: Borrowed
    checks: Mapping[str, Check]
    reader: Reader
    judge: Judge
    closed_book: ClosedBook | None
    confidence: ConfidenceFilter | None
    rate: Callable[[Sequence[Chunk], Sequence[QAItem]], Awaitable[Rated]] | None
    reads_anything: bool
    passages: int
    languages: Sequence[str]
    chunks_at_a_time: int
    items_at_a_time: int
    embedder: Embedder | None
    means: Callable[[], Means]
    status: Callable[[], str]


class Roles(NamedTuple):
    """Who does what: makes the items, reads, compares and rates, is asked what it knows; None where no model does."""

    generator: Session | None
    judge: Session | None
    student: Session | None

    @property
    def sessions(self) -> list[Session]:
        """Each once."""
        return list(dict.fromkeys(each for each in self if each is not None))


@asynccontextmanager
async def open_backend(
    settings: Settings,
    store: Store,
    pool: WorkerPool,
    model: ChatModel | None = None,
    mix: Sequence[Part] = (),
) -> AsyncIterator[Backend]:
    """The backend that the settings ask for, ready, and closed again when the block ends.

    Args:
        model: one to use instead of the generator that the settings name.
        mix: the methods that make items; none where items are only verified.

    Raises:
        SettingsError: the settings don't fit together.
        ModelError: the model cannot be used.
    """
    _check_confidence(settings, model is not None)
    generate = settings.generate
    folder = Path(generate.prompts) if generate.prompts else None
    templates = Prompts(folder, domain=generate.domain, persona=generate.persona)
    embedder = await asyncio.to_thread(embed.chosen, settings.index)
    async with AsyncExitStack() as stack:
        opened: list[Session | None] = []
        for chosen in (model or chat_model(settings.model), chat_model(settings.judge), chat_model(settings.student)):
            if chosen is not None:
                stack.push_async_callback(chosen.close)
                await chosen.start()
            opened.append(Session(chosen, store, settings.seed) if chosen is not None else None)
        generator, judge, student = opened
        yield _backend(
            settings, mix, pool, Roles(generator, judge or generator, student or generator), templates, embedder
        )


def chosen_mix(settings: Settings, model: ChatModel | None = None) -> tuple[Part, ...]:
    """The methods that the settings ask for; ``model`` is one of the caller's own.

    Raises:
        SettingsError: one of them is not there, or needs a model or other methods that there are not.
    """
    mix = methods.mix(settings.generate.methods, model is not None or is_named(settings.model))
    for name, wanted in (("rounds", settings.generate.rounds > 1), ("target", settings.generate.target > 0)):
        if wanted and not any(part.method.after == "items" for part in mix):
            named = ", ".join(method.name for method in methods.METHODS.values() if method.after == "items")
            raise SettingsError(f"--{name} needs a method that works from kept items; there are {named}")
    return mix


def _check_confidence(settings: Settings, with_model: bool) -> None:
    """Refuse a filter that nobody is there for."""
    asked = settings.verify.samples > 0 or settings.verify.min_logprob < 0
    if asked and not (with_model or is_named(settings.model) or is_named(settings.judge)):
        raise SettingsError(
            "--samples and --min-logprob need a model: name one with --model or --base-url, or leave them out"
        )


def _checks(mix: Sequence[Part]) -> dict[str, Check]:
    """By method: what is wrong with an item of it. A check that fails, as somebody's own may, costs its item alone."""
    return {part.method.name: partial(_checked, part.method.check) for part in mix if part.method.check}


def _checked(check: Check, item: QAItem, chunk: Chunk) -> str:
    try:
        return check(item, chunk)
    except Exception as error:  # whatever somebody's own method does
        return f"the check itself failed ({type(error).__name__}: {error})"


def _made_by(mix: Sequence[Part], settings: Settings, model: str = "") -> str:
    """What makes the items, in words; ``model`` is "" without one."""
    rules = "docqa extractive rules (no model)"
    known = {"extractive": rules, "self-qa": f"{model} (Self-QA, {settings.generate.self_qa})"}
    other = model or "no model"
    return "; ".join(known.get(part.method.name, f"{other} ({part.method.name})") + part.where for part in mix)


def _backend(
    settings: Settings,
    mix: Sequence[Part],
    pool: WorkerPool,
    roles: Roles,
    templates: Prompts,
    embedder: Embedder | None,
) -> Backend:
    generator, judge, student = roles
    score = settings.curate.score
    compare: Judge = ModelJudge(judge, templates) if judge else LexicalJudge()
    confidence = confidence_filter(settings.verify, generator or judge, compare, templates)

    def usage() -> Usage | None:
        return reduce(Usage.with_more, (each.usage for each in roles.sessions)) if roles.sessions else None

    def means() -> Means:
        missing = (
            (NO_CLOSED_BOOK, student is None),
            (NO_SCORES, judge is None and score != "none"),
            (NO_LOGPROBS, confidence is not None and confidence.without_logprob > 0),
            (NO_SAMPLES, confidence is not None and confidence.by_rule > 0),
        )
        return Means(
            models={
                **({"generator": _made_by(mix, settings, _name(generator))} if mix else {}),
                "reader": _name(judge) or "docqa extractive reader (no model)",
                "judge": f"docqa lexical judge where words tell, else {_name(judge)}"
                if judge
                else "docqa lexical judge (no model)",
                **({"closed book": _name(student)} if student else {}),
                **({"confidence": f"{_name(generator or judge)} ({confidence.asks})"} if confidence else {}),
                **({"scores": f"{_name(judge)} ({', '.join(SCORES[score])})"} if judge and score != "none" else {}),
                "embedder": embedder.name if embedder else LSA,
            },
            prompts=templates.used(),
            scores=SCORES[score] if judge else (),
            not_done=tuple(step for step, is_missing in missing if is_missing),
            notes=tuple(dict.fromkeys(note for each in roles.sessions for note in each.model.notes)),
            usage=usage(),
        )

    asked = judge or student
    return Backend(
        mix=mix,
        borrowed=Borrowed(generator, templates, pool, settings.generate, student=student, judge=judge),
        checks=_checks(mix),
        reader=ModelReader(judge, templates) if judge else ExtractiveReader(),
        judge=compare,
        closed_book=ModelClosedBook(student, templates) if student else None,
        confidence=confidence,
        rate=partial(rate, session=judge, prompts=templates, score=score) if judge and score != "none" else None,
        reads_anything=judge is not None,
        passages=settings.verify.passages or (MODEL_PASSAGES if judge else PASSAGES),
        languages=prompts.LANGUAGES if generator else extractive.LANGUAGES,
        chunks_at_a_time=_live_chunks(generator.model, settings.chunk.max_tokens) if generator else 4 * pool.workers,
        items_at_a_time=2 * asked.model.concurrency if asked else 2,
        embedder=embedder,
        means=means,
        status=lambda: str(usage() or ""),
    )


def _name(session: Session | None) -> str:
    return session.model.name if session else ""


def _live_chunks(model: ChatModel, tokens: int) -> int:
    """How many chunks of ``tokens`` to ask about at a time: those that were read have to stay in the prefix cache."""
    most = max(1, model.concurrency // 2)
    return most if not model.kv_tokens else max(8, min(most, int(LIVE_SHARE * model.kv_tokens) // tokens))


def describe(settings: Settings) -> Iterator[str]:
    """What a run would generate and verify with, a line each.

    Raises:
        SettingsError: the settings don't fit together.
    """
    _check_confidence(settings, with_model=False)
    model, judge, student = settings.model, settings.judge, settings.student
    for chosen in (model, judge, student):
        chat_model(chosen)
    if settings.index.embedder or settings.index.base_url:
        yield f"retrieval    BM25 and vectors of {settings.index.embedder or settings.index.base_url}"
    asked = "1 call a chunk" if settings.generate.self_qa == "single" else "1 call a chunk and 1 a question"
    for part in chosen_mix(settings):
        if part.method is self_qa.METHOD:
            yield f"generator    Self-QA with {_described(model)}: {asked}{part.where}"
        elif is_named(model):
            yield f"generator    {part.method.name}: {part.method.line}{part.where}"
        else:
            rules = "embedded rules" if part.method is extractive.METHOD else part.method.name
            yield f"generator    {rules}, English and Chinese: 0 model calls{part.where}"
    if not is_named(model) and not is_named(judge):
        closed = "closed book 1 call a question" if is_named(student) else "closed book not available"
        yield f"verification embedded reader and judge: 0 model calls; {closed}"
        return
    if is_named(judge):
        yield f"judge        {_described(judge)}"
    closed = "retrieval, closed book" if is_named(model) or is_named(student) else "retrieval; no closed book"
    first = "2 calls" if "," in closed else "1 call"
    yield f"verification {first} a question ({closed}), and 0 to 4 more where the words alone don't tell"
    if settings.verify.samples:
        yield f"confidence   {settings.verify.samples} calls a kept item (samples of its answer)"
    if settings.verify.min_logprob:
        of_which = "a kept item whose samples disagree" if settings.verify.samples else "a kept item"
        yield f"confidence   1 call {of_which} (log-probability)"
    if settings.curate.score != "none":
        calls = 2 if settings.curate.score == "both" else 1
        named = ", ".join(SCORES[settings.curate.score])
        yield f"scores       {calls} call{'s' * (calls > 1)} a chunk ({named})"


def _described(model: ModelSettings) -> str:
    where = f"at {', '.join(model.base_urls)}" if model.base_urls else "with vLLM in this process"
    return f"{model.name or 'the model'} {where}"
