"""Kept items made harder, or of another topic: Evol-Instruct (Xu et al. 2023, WizardLM, arXiv 2304.12244).

In depth a question gets one more constraint, goes deeper, turns concrete, or takes more steps; in breadth a new one of
the same domain, and rarer, is made after it. Which of the five a hash says. The paper's model writes freely; here the
passage must still answer the question, and the answer is read from it as Self-QA's is, with quotes. What fails is
eliminated by the paper's four rules ("Elimination Evolving"); what is left is verified like any other item, and may be
evolved again in the next round.
"""

import asyncio
import re
from typing import Literal

from pydantic import BaseModel

from docqa.errors import CallError
from docqa.generate import Borrowed, Failed, Made, Method, task_types
from docqa.generate.items import asked, item, passage
from docqa.generate.kept import Kept
from docqa.generate.self_qa import Grounded, read_answer
from docqa.models.chat import Prompt, Turn
from docqa.records import Chunk, QAItem, content_id
from docqa.terms import FUNCTION_WORDS
from docqa.text import squash, words

NAME = "evolve"

Way = Literal["constraint", "depth", "concreteness", "reasoning", "breadth"]
WAYS: tuple[Way, ...] = ("constraint", "depth", "concreteness", "reasoning", "breadth")
"""The paper's operations; its "complicate input" is left out, for a question here has no input."""

MOST = 3
"""Items that are evolved, a chunk and round."""

SHORT = 80
"""Words, or ideographs, below which an answer with a "sorry" is a refusal (the paper's)."""

_REFUSAL = re.compile(
    r"\bsorry\b|\bas an ai\b|\b(?:I|we) (?:cannot|can't|am unable to|do not have|don't have)\b"
    r"|\b(?:passage|document|text) does not (?:say|state|mention|provide|specify|contain)\b"
    r"|抱歉|对不起|對不起|作为(?:一[个款名])?(?:AI|人工智能|语言模型|助手)|我(?:无法|無法|不能)|(?:段落|原文|文中|文档|資料|资料)(?:中)?(?:并?没有?|未|並?沒有?)(?:提|说|說|给|給|涉)",
    re.IGNORECASE,
)
_COPIED = re.compile(
    r"\b(?:given|rewritten|original|created|evolved|brand[- ]new) (?:prompt|question|instruction)s?\b"
    r"|(?<!\w)#+ ?[a-z]\w*"
    r"|(?:给定|給定|原|原始|改写后|改寫後|改写|新写|新寫)的?(?:提示词?|提示詞|问题|問題|指令)",
    re.IGNORECASE,
)
_EMPTY = FUNCTION_WORDS | frozenset(
    "的地得了着过是在和与及或等为之其该此这那有也都就而且并将把被由于以对从到向吗呢吧啊"
)


class Rewritten(BaseModel):
    """The reply of ``evolve-deeper`` and ``evolve-broader``."""

    question: str


class Equal(BaseModel):
    """The reply of ``evolve-equal``: whether two questions ask for the same, to the same depth."""

    equal: bool


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """What becomes of some kept items of a chunk, those that are eliminated included.

    Raises:
        ModelError: the model is gone.
    """
    assert borrowed.kept is not None
    ways = [(parent, way(parent, borrowed.kept.round)) for parent in chosen(chunk, borrowed.kept)]
    evolved = await asyncio.gather(*(_evolved(parent, how, chunk, borrowed) for parent, how in ways))
    return Made(
        items=tuple(result for result in evolved if isinstance(result, QAItem)),
        failed=tuple(result for result in evolved if isinstance(result, Failed)),
    )


METHOD = Method(
    name=NAME,
    line="kept questions made harder, or after them new ones of the same domain (Evol-Instruct, WizardLM)",
    needs="model",
    types=task_types.of("evolved"),
    make=make,
    after="items",
)


def chosen(chunk: Chunk, kept: Kept) -> list[QAItem]:
    """The items of a chunk that a round evolves, by turns in an order by hash; none that has a kept child already."""
    evolved = {child.made_from for child in kept.of(chunk) if child.origin.method == NAME}
    fitting = [parent for parent in kept.of(chunk) if _fits(parent) and parent.id not in evolved]
    fitting.sort(key=lambda parent: content_id(NAME, parent.id))
    begin = (kept.round - 1) * MOST % max(1, len(fitting))
    return [*fitting[begin:], *fitting[:begin]][:MOST]


def _fits(parent: QAItem) -> bool:
    """Whether an item is a question that its chunk alone answers, and no part of something larger."""
    whole = not (parent.turn or parent.pair or parent.hops or parent.input)
    return parent.answerable and whole and len(parent.chunk_ids) == 1


def way(parent: QAItem, round: int) -> Way:
    """How an item is evolved in a round: another way in each of five rounds that follow each other."""
    return WAYS[(int(content_id(NAME, parent.id), 16) + round) % len(WAYS)]


async def _evolved(parent: QAItem, how: Way, chunk: Chunk, borrowed: Borrowed) -> QAItem | Failed | None:
    """The evolved item, with the reason if it is eliminated; None where the passage holds no more to ask for."""
    assert borrowed.session is not None
    session, prompts = borrowed.session, borrowed.prompts
    question = ""
    try:
        question = await _rewritten(parent, how, chunk, borrowed)
        if not question:
            return None
        if why := copied(question, parent, chunk) or await _same(question, parent, chunk, borrowed):
            return _item(parent, how, chunk, borrowed, question, Grounded(quotes=[], answer=""), why)
        answer = await read_answer(chunk, question, session, prompts)
    except CallError as error:
        return Failed(error, question or parent.question)
    return _item(parent, how, chunk, borrowed, question, answer, refused(answer.answer, chunk) or empty(answer.answer))


async def _rewritten(parent: QAItem, how: Way, chunk: Chunk, borrowed: Borrowed) -> str:
    assert borrowed.session is not None
    assert borrowed.kept is not None
    system, user = borrowed.prompts.render(
        _prompt(how), chunk.language, question=parent.question, way=how, **passage(chunk)
    )
    temperature, sample = borrowed.settings.temperature, borrowed.kept.round
    prompt = Prompt(system, user, Rewritten, 256, temperature, group=chunk.id, sample=sample)
    return (await borrowed.session.ask(prompt)).question.strip()


async def _same(question: str, parent: QAItem, chunk: Chunk, borrowed: Borrowed) -> str:
    """The first rule: the evolved question asks for nothing that the first did not, as a model has it.

    No check, though a judge is asked: the answer waits for it, and the chunk's prefix cache for the answer.
    """
    judge = borrowed.judge or borrowed.session
    assert judge is not None
    if squash(question) != squash(parent.question):
        system, user = borrowed.prompts.render("evolve-equal", chunk.language, first=parent.question, second=question)
        if not (await judge.ask(Prompt(system, user, Equal, 32, turn=Turn.GO_ON))).equal:
            return ""
    return "same information"


def refused(answer: str, chunk: Chunk) -> str:
    """The second rule: the answer is short and says that there is none, in words that are not the passage's."""
    found = _REFUSAL.search(answer) if len(words(answer)) < SHORT else None
    return "a refusal" if found and squash(found.group()) not in squash(chunk.text) else ""


def empty(answer: str) -> str:
    """The third rule: the answer has nothing but punctuation and stop words; one that is "" is verification's."""
    return "only stop words" if answer.strip() and set(words(answer)) <= _EMPTY else ""


def copied(question: str, parent: QAItem, chunk: Chunk) -> str:
    """The fourth rule: the evolved question has words of the prompt, which neither its parent nor the passage has."""
    known = squash(f"{parent.question}\n{chunk.text}")
    found = next((found for found in _COPIED.findall(question) if squash(found) not in known), "")
    return f"words of the prompt, {found!r}" if found else ""


def _prompt(how: Way) -> str:
    return "evolve-broader" if how == "breadth" else "evolve-deeper"


def _item(
    parent: QAItem, how: Way, chunk: Chunk, borrowed: Borrowed, question: str, answer: Grounded, eliminated: str
) -> QAItem:
    origin = asked(borrowed, NAME, _prompt(how), chunk.language)
    difficulty = parent.difficulty if how == "breadth" else "hard"
    made = item(
        chunk, question, answer.answer, answer.quotes, f"evolved/{how}", origin, difficulty=difficulty
    ).model_copy(update={"made_from": parent.id})
    if eliminated:
        return made.model_copy(update={"kept": False, "reason": f"eliminated: {eliminated}"})
    return made
