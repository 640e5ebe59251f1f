"""Settings -> what makes items and checks them: the embedded default, or a model behind the same pipeline.

A backend is a handful of functions; the pipeline does not know which one it has. One that cannot do a step says so in
``means().not_done``, and the run reports it.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from docqa import prompts
from docqa.errors import SettingsError, WorkerError
from docqa.generate import Failed, Made, extractive, self_qa
from docqa.models.chat import ChatModel
from docqa.models.server import API_KEY, Servers
from docqa.models.session import Session
from docqa.prompts import Prompts
from docqa.records import Chunk
from docqa.settings import GenerateSettings, ModelSettings, Settings
from docqa.store import Store
from docqa.summary import Means
from docqa.verify import ClosedBook, ExtractiveReader, Judge, LexicalJudge, Reader
from docqa.verify.model import ModelClosedBook, ModelJudge, ModelReader
from docqa.workers import WorkerPool

EMBEDDER = "TF-IDF with truncated SVD, fitted on the corpus (no model)"
NO_CLOSED_BOOK = "closed book: the embedded backend has no model to ask, so no item is marked known or novel"

PASSAGES = 12
MODEL_PASSAGES = 5
"""A model reads what it is shown, at a cost: the source is among 5 passages for .97 of the questions (`python -m
benchmarks.retrieval`), among 12 for .99; the embedded reader is quick and takes them."""

LIVE_SHARE = 0.25
"""Of the KV cache, for the chunks that are asked about."""

_SECRETS = {"hf_token", "api_key", "token"}


@dataclass(frozen=True)
class Backend:
    """What the pipeline asks.

    Attributes:
        make: a chunk's items.
        closed_book: None when there is no model to ask.
        passages: how many the reader gets to see.
        languages: of the chunks it makes items from.
        chunks_at_a_time, items_at_a_time: how many to have under way, so that no worker and no server ever waits.
        means: what did the work, for the card and the summary.
        status: what a model has done so far, in a line; "" without one.
    """

    make: Callable[[Chunk], Awaitable[Made]]
    reader: Reader
    judge: Judge
    closed_book: ClosedBook | None
    passages: int
    languages: Sequence[str]
    chunks_at_a_time: int
    items_at_a_time: int
    means: Callable[[], Means]
    status: Callable[[], str]


@asynccontextmanager
async def open_backend(
    settings: Settings, store: Store, pool: WorkerPool, model: ChatModel | None = None
) -> AsyncIterator[Backend]:
    """The backend that the settings ask for, ready, and closed again when the block ends.

    Args:
        model: one to use instead of the one that the settings name.

    Raises:
        SettingsError: the settings don't fit together.
        ModelError: the model cannot be used.
    """
    model = model or chat_model(settings.model)
    if model is None:
        yield _embedded(settings, pool)
        return
    generate = settings.generate
    templates = Prompts(
        Path(generate.prompts) if generate.prompts else None, domain=generate.domain, persona=generate.persona
    )
    try:
        await model.start()
        yield _with_model(settings, Session(model, store, settings.seed), templates)
    finally:
        await model.close()


def _embedded(settings: Settings, pool: WorkerPool) -> Backend:
    means = Means(
        models={
            "generator": "docqa extractive rules (no model)",
            "reader": "docqa extractive reader (no model)",
            "judge": "docqa lexical judge (no model)",
            "embedder": EMBEDDER,
        },
        not_done=(NO_CLOSED_BOOK,),
    )
    return Backend(
        make=partial(_by_rule, settings.generate, pool),
        reader=ExtractiveReader(),
        judge=LexicalJudge(),
        closed_book=None,
        passages=settings.verify.passages or PASSAGES,
        languages=extractive.LANGUAGES,
        chunks_at_a_time=4 * pool.workers,
        items_at_a_time=2,
        means=lambda: means,
        status=lambda: "",
    )


async def _by_rule(settings: GenerateSettings, pool: WorkerPool, chunk: Chunk) -> Made:
    """A chunk's items by rule. A rule that hangs or fails on it costs this chunk and one line in errors.jsonl."""
    work = partial(extractive.generate, min_score=settings.min_score)
    try:
        return Made(tuple(await pool.call(work, chunk, timeout_s=settings.timeout_s)))
    except WorkerError as error:
        return Made(failed=(Failed(error),))


def _with_model(settings: Settings, session: Session, templates: Prompts) -> Backend:
    generate, name = settings.generate, session.model.name

    def means() -> Means:
        return Means(
            models={
                "generator": f"{name} (Self-QA, {generate.self_qa})",
                "reader": name,
                "judge": f"docqa lexical judge where words tell, else {name}",
                "closed book": name,
                "embedder": EMBEDDER,
            },
            notes=tuple(session.model.notes),
            usage=session.usage,
        )

    return Backend(
        make=partial(
            self_qa.generate,
            session=session,
            prompts=templates,
            questions=generate.questions,
            single=generate.self_qa == "single",
            temperature=generate.temperature,
        ),
        reader=ModelReader(session, templates),
        judge=ModelJudge(session, templates),
        closed_book=ModelClosedBook(session, templates),
        passages=settings.verify.passages or MODEL_PASSAGES,
        languages=prompts.LANGUAGES,
        chunks_at_a_time=_live_chunks(session.model, settings.chunk.max_tokens),
        items_at_a_time=2 * session.model.concurrency,
        means=means,
        status=lambda: str(session.usage),
    )


def _live_chunks(model: ChatModel, tokens: int) -> int:
    """How many chunks of ``tokens`` to ask about at a time: those that were read have to stay in the prefix cache."""
    most = max(1, model.concurrency // 2)
    return most if not model.kv_tokens else max(8, min(most, int(LIVE_SHARE * model.kv_tokens) // tokens))


def chat_model(settings: ModelSettings) -> ChatModel | None:
    """The model that the settings name, not yet started; None for the embedded default.

    Raises:
        SettingsError: they don't fit together.
    """
    if settings.base_urls:
        if settings.engine_args:
            raise SettingsError("model.engine_args are for vLLM in this process; a server has its own (no --base-url)")
        return Servers(
            settings.name,
            [_url(url) for url in settings.base_urls],
            settings.concurrency,
            _arguments(settings.request_args, "request_args"),
            settings.send_seed,
            settings.timeout_s,
            settings.deadline_s,
            settings.patience_s,
        )
    for option in ("engine_args", "request_args"):
        if getattr(settings, option) and (option == "request_args" or not settings.name):
            needs = "--base-url" if option == "request_args" else "--model"
            raise SettingsError(f"model.{option} needs {needs}")
    if settings.name:
        from docqa.models.vllm import InProcess

        return InProcess(settings.name, _arguments(settings.engine_args, "engine_args"), settings.concurrency)
    return None


def _url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"--base-url {url}: is no URL like http://localhost:8000/v1")
    if parts.username or parts.password:
        raise SettingsError(f"--base-url: keep the password out of the URL; set {API_KEY} in the environment")
    return url


def _arguments(given: Sequence[str], option: str) -> dict[str, object]:
    """``["a=1", "b=x"]`` -> ``{"a": 1, "b": "x"}``."""
    arguments: dict[str, object] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip().lstrip("-").replace("-", "_")
        if not equals or not name:
            raise SettingsError(f"model.{option}: {text!r} is not NAME=VALUE")
        if name in _SECRETS:
            raise SettingsError(
                f"model.{option}: {name} is a secret, and settings are written to files; use the environment"
            )
        try:
            arguments[name] = json.loads(value)
        except json.JSONDecodeError:
            arguments[name] = {"True": True, "False": False, "None": None}.get(value, value)
    return arguments


def describe(settings: Settings) -> Iterator[str]:
    """What a run would generate and verify with, a line each.

    Raises:
        SettingsError: the settings don't fit together.
    """
    if chat_model(settings.model) is None:
        yield "generator    embedded rules, English and Chinese: 0 model calls"
        yield "verification embedded reader and judge: 0 model calls; closed book not available"
        return
    model = settings.model
    where = f"at {', '.join(model.base_urls)}" if model.base_urls else "with vLLM in this process"
    one = settings.generate.self_qa == "single"
    yield f"generator    Self-QA with {model.name or 'the model'} {where}: " + (
        "1 call a chunk" if one else "1 call a chunk and 1 a question"
    )
    yield "verification 2 calls a question (retrieval, closed book), and 0 to 4 more where the words alone don't tell"
