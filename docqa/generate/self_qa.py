"""Self-QA (Zhang et al. 2023, arXiv 2305.11952): questions from a chunk, then each one's answer, read from the chunk.

Added to the paper: each answer comes with the sentences it rests on, copied word for word, and the quotes are found
again in the chunk. A quote that does not stand there stays on the item as it was given, and verification drops it.

The calls about one chunk begin with the same words, so a server's prefix cache reads the chunk once. ``single`` asks
for everything in one call: about a third of the calls, and answers that are read less carefully.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator

from docqa.errors import CallError
from docqa.generate import Borrowed, Failed, Made, Method, task_types
from docqa.generate.items import different, item, passage
from docqa.models.chat import Prompt, Turn
from docqa.models.session import Session
from docqa.prompts import Prompts
from docqa.records import Chunk, Origin, QAItem

Kind = Literal[
    "fact", "definition", "quantity", "reason", "procedure", "condition", "comparison", "list", "explanation", "other"
]
_KINDS: tuple[str, ...] = get_args(Kind)
_EASY = {"fact", "definition", "quantity"}
_HARD = {"reason", "comparison", "explanation"}

TOKENS_A_QUESTION = 80
"""Of the chunk, when the settings leave the number of questions to it; 8 at most, or small models repeat themselves."""

MOST_QUESTIONS = 8
ANSWER_TOKENS = 768


def _known_kind(kind: object) -> object:
    """A server that is not held to the schema may name a kind of its own."""
    return kind if kind in _KINDS else "other"


class Question(BaseModel):
    """A question and its kind."""

    kind: Annotated[Kind, BeforeValidator(_known_kind)]
    question: str


Q = TypeVar("Q", bound=Question)


class Questions(BaseModel):
    """The reply of stage one."""

    questions: list[Question]


class Grounded(BaseModel):
    """The reply of stage two: the quotes come first, so that the answer is written from them."""

    quotes: list[str]
    answer: str


class Pair(Question, Grounded):
    """A question with its answer."""


class Pairs(BaseModel):
    """The reply of the one-call variant."""

    items: list[Pair]


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The items of one chunk, as the settings have it.

    Raises:
        ModelError: the model is gone.
    """
    assert borrowed.session is not None
    settings = borrowed.settings
    return await generate(
        chunk,
        borrowed.session,
        borrowed.prompts,
        questions=settings.questions,
        single=settings.self_qa == "single",
        temperature=settings.temperature,
    )


METHOD = Method(
    name="self-qa",
    line="questions a model asks of a chunk and answers from it, with quotes (the default with a model)",
    needs="model",
    types=task_types.of("qa"),
    make=make,
)


async def generate(
    chunk: Chunk,
    session: Session,
    prompts: Prompts,
    *,
    questions: int = 0,
    single: bool = False,
    temperature: float = 0.7,
) -> Made:
    """Make the items of one chunk, in the order the model asked its questions.

    Args:
        questions: how many to ask for; 0 leaves it to the chunk's size.
        single: one call for everything.
        temperature: of the questions; answers are read at 0.

    Raises:
        ModelError: the model is gone.
    """
    count = how_many(chunk, questions)
    try:
        if single:
            return await _in_one_call(chunk, session, prompts, count, temperature)
        asked = await session.ask(_questions(chunk, prompts, count, temperature))
    except CallError as error:
        return Made(failed=(Failed(error),))
    answered = await asyncio.gather(
        *(_answered(chunk, question, session, prompts) for question in _chosen(asked.questions, count))
    )
    return Made(
        items=tuple(result for result in answered if isinstance(result, QAItem)),
        failed=tuple(result for result in answered if isinstance(result, Failed)),
    )


def how_many(chunk: Chunk, wanted: int) -> int:
    """How many questions, or tasks, to ask for: as many as are wanted; 0 leaves it to the chunk's size."""
    return wanted or max(1, min(MOST_QUESTIONS, round(chunk.tokens / TOKENS_A_QUESTION)))


async def read_answer(chunk: Chunk, question: str, session: Session, prompts: Prompts) -> Grounded:
    """The answer to a question, read from the chunk at temperature 0; an empty one where it does not answer it.

    Raises:
        CallError: it could not be asked or read.
        ModelError: the model is gone.
    """
    system, user = prompts.render("self-qa-answer", chunk.language, question=question.strip(), **passage(chunk))
    return await session.ask(Prompt(system, user, Grounded, ANSWER_TOKENS, turn=Turn.GO_ON, group=chunk.id))


async def _in_one_call(chunk: Chunk, session: Session, prompts: Prompts, count: int, temperature: float) -> Made:
    system, user = prompts.render("self-qa-single", chunk.language, count=count, kinds=_kinds(), **passage(chunk))
    prompt = Prompt(system, user, Pairs, 128 + 320 * count, temperature, Turn.BEGIN, chunk.id)
    pairs = (await session.ask(prompt)).items
    origin = _origin(prompts, "self-qa-single", chunk, session)
    return Made(items=tuple(_item(chunk, pair, pair, origin) for pair in _chosen(pairs, count)))


def _chosen(questions: Sequence[Q], count: int) -> list[Q]:
    """Each question once, a few more than ``count`` perhaps, but not as many as the reply has room for."""
    return different(questions, lambda question: question.question)[: max(count, MOST_QUESTIONS)]


def _questions(chunk: Chunk, prompts: Prompts, count: int, temperature: float) -> Prompt[Questions]:
    system, user = prompts.render("self-qa-questions", chunk.language, count=count, kinds=_kinds(), **passage(chunk))
    return Prompt(system, user, Questions, 128 + 96 * count, temperature, Turn.BEGIN, chunk.id)


async def _answered(chunk: Chunk, question: Question, session: Session, prompts: Prompts) -> QAItem | Failed:
    try:
        answer = await read_answer(chunk, question.question, session, prompts)
    except CallError as error:
        return Failed(error, question.question)
    return _item(chunk, question, answer, _origin(prompts, "self-qa-answer", chunk, session))


def _kinds() -> str:
    return ", ".join(f'"{kind}"' for kind in _KINDS)


def _origin(prompts: Prompts, name: str, chunk: Chunk, session: Session) -> Origin:
    return Origin(method="self-qa", prompt=prompts.version(name, chunk.language), model=session.model.name)


def _item(chunk: Chunk, question: Question, answer: Grounded, origin: Origin) -> QAItem:
    difficulty: Literal["easy", "medium", "hard"] = (
        "easy" if question.kind in _EASY else "hard" if question.kind in _HARD else "medium"
    )
    kind = f"qa/{question.kind}"
    return item(chunk, question.question, answer.answer, answer.quotes, kind, origin, difficulty=difficulty)
