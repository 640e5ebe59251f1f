"""Questions near a chunk's topic that the corpus does not answer, with an honest answer that says so (after SQuAD 2.0).

A model asks what a reader of the passage might also want to know and will not find; without one a template asks a
section for something that such documents may hold and this one does not. Either is only a guess until verification has
looked: the reader must find no answer in what a search returns, in the source and beside it, and none of these passages
may have a word that hints at one.
"""

import re
import tomllib
from functools import cache
from importlib import resources

from pydantic import BaseModel

from docqa.errors import CallError
from docqa.generate import Borrowed, Failed, Made, Method, task_types
from docqa.generate.extractive import places
from docqa.generate.items import asked, item, passage
from docqa.models.chat import Prompt
from docqa.records import Chunk, Origin, QAItem, content_id

NAME = "unanswerable"

MOST = 2
"""Questions that a model is asked for, a chunk."""


_GENERAL = re.compile(r"purpose|scope|introduction|definition|general|目的|范围|总则|附则|术语|定义|引言", re.I)
"""Headings of which nothing in particular can be asked."""


class Missing(BaseModel):
    """A question, and the sentence that says that it cannot be answered."""

    question: str
    answer: str


class Questions(BaseModel):
    """The reply."""

    questions: list[Missing]


class Attribute(BaseModel):
    """What the rules ask for, by language; ``hint_...`` is a pattern of what may answer it, ``no_...`` the refusal."""

    hint_en: str
    hint_zh: str
    en: str
    no_en: str
    zh: str
    no_zh: str


@cache
def attributes() -> dict[str, Attribute]:
    """What the rules ask for, by name, as ``unanswerable.toml`` has it."""
    text = resources.files("docqa.generate").joinpath("unanswerable.toml").read_text(encoding="utf-8")
    return {name: Attribute.model_validate(entry) for name, entry in tomllib.loads(text).items()}


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The items of one chunk: a model's where there is one, else at most one by rule.

    Raises:
        ModelError: the model is gone.
    """
    if borrowed.session is None:
        return Made(by_rule(chunk))
    system, user = borrowed.prompts.render(NAME, chunk.language, count=MOST, **passage(chunk))
    try:
        reply = await borrowed.session.ask(
            Prompt(system, user, Questions, 320, borrowed.settings.temperature, group=chunk.id)
        )
    except CallError as error:
        return Made(failed=(Failed(error),))
    origin = asked(borrowed, NAME, NAME, chunk.language)
    said = [one for one in reply.questions[:MOST] if one.question.strip() and one.answer.strip()]
    return Made(tuple(_item(chunk, one.question, one.answer, "unanswerable/near-topic", origin) for one in said))


def by_rule(chunk: Chunk) -> tuple[QAItem, ...]:
    """The one question that the chunk's content chooses; none where its section or document has no name.

    Nor of Traditional Chinese, in which the hints would not be recognised.
    """
    heading, title = places.section(chunk), places.title(chunk)
    if not title or len(heading) < (4 if chunk.language == "zh" else 8) or _GENERAL.search(heading):
        return ()
    if places.is_traditional(chunk):
        return ()
    name = sorted(attributes())[int(content_id(NAME, chunk.id), 16) % len(attributes())]
    known = attributes()[name]
    if chunk.language == "zh":
        place, question, answer = f"《{title}》“{heading}”一节", known.zh, known.no_zh
    else:
        place, question, answer = f"the section “{heading}” of “{title}”", known.en, known.no_en
    answer = answer.format(place=place)
    origin = Origin(method=NAME, prompt=name)
    return (
        _item(chunk, question.format(place=place), answer[0].upper() + answer[1:], "unanswerable/attribute", origin),
    )


def check(made: QAItem, passage: Chunk) -> str:
    """The word of a passage that hints at an answer to a question that a rule asked; "" when there is none."""
    known = attributes().get(made.origin.prompt)
    hint = re.search(known.hint_zh if made.language == "zh" else known.hint_en, passage.text, re.I) if known else None
    return hint.group() if hint else ""


def _item(chunk: Chunk, question: str, answer: str, task_type: str, origin: Origin) -> QAItem:
    return item(chunk, question, answer, (), task_type, origin).model_copy(update={"answerable": False})


METHOD = Method(
    name=NAME,
    line="questions near the topic that the documents do not answer, with an answer that says so (5 % at most)",
    needs="either",
    types=task_types.of(NAME),
    make=make,
    check=check,
)
