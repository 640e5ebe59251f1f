"""Reader, judge and closed book on a model.

The reader and the closed book may abstain. The judge is asked only where the words alone do not tell (``settled``).
How likely a reply was says nothing where it is held to a schema: under a grammar log-probabilities cover the allowed
tokens only. ``ModelReader.freely`` has an answer that is held to none.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel

from docqa.models.chat import Free, Prompt, Turn
from docqa.models.session import Session
from docqa.prompts import LANGUAGES, Prompts
from docqa.records import Chunk
from docqa.text import squash
from docqa.verify.agreement import settled

ANSWER_TOKENS = 512
JUDGE_TOKENS = 32
_AGREEMENT = {"same": 1.0, "different": 0.0, "unsure": None}


NO_ANSWER = frozenset({"noanswer", "没有答案", "沒有答案"})
"""What the free answer is where there is none, squashed, without a full stop."""


class Reading(BaseModel):
    """The reply of the reader."""

    answerable: bool
    answer: str


class Recollection(BaseModel):
    """The reply of the closed book."""

    known: bool
    answer: str


class Judgement(BaseModel):
    """The reply of the judge."""

    verdict: Literal["same", "different", "unsure"]


class FreeAnswer(NamedTuple):
    """An answer in free words, "" when the model finds none, and the mean log-probability of its tokens."""

    text: str
    logprob: float | None


class ModelReader:
    """A ``Reader``. It sees the passages best first, so that questions about one chunk share a prefix."""

    def __init__(self, session: Session, prompts: Prompts) -> None:
        self._session, self._prompts = session, prompts

    async def read(
        self, question: str, passages: Sequence[Chunk], language: str, temperature: float = 0.0, sample: int = 0
    ) -> str:
        """The answer that ``passages`` hold; "" when the model finds none.

        Args:
            sample: which of several at a temperature above 0.

        Raises:
            CallError, ModelError: as ``Session.ask``.
        """
        if not passages:
            return ""
        system, user = self._shown("retrieval-answer", question, passages, language)
        prompt = Prompt(
            system, user, Reading, ANSWER_TOKENS, temperature, turn=Turn.CHECK, group=passages[0].id, sample=sample
        )
        reply = await self._session.ask(prompt)
        return reply.answer.strip() if reply.answerable else ""

    async def freely(self, question: str, passages: Sequence[Chunk], language: str) -> FreeAnswer:
        """The likeliest answer that ``passages`` hold, held to no schema.

        Raises:
            CallError, ModelError: as ``Session.ask``.
        """
        system, user = self._shown("free-answer", question, passages, language)
        reply = await self._session.ask(
            Prompt(system, user, Free, ANSWER_TOKENS, turn=Turn.CHECK, group=passages[0].id)
        )
        said = "" if squash(reply.text).rstrip(".。") in NO_ANSWER else reply.text
        return FreeAnswer(said, reply.logprob)

    def _shown(self, prompt: str, question: str, passages: Sequence[Chunk], language: str) -> tuple[str, str]:
        shown = [{"title": p.title, "headings": " > ".join(p.heading_path), "text": p.text} for p in passages]
        return self._prompts.render(prompt, _in(language), passages=shown, question=question)


class ModelClosedBook:
    """A ``ClosedBook``: the same question without any passage."""

    def __init__(self, session: Session, prompts: Prompts) -> None:
        self._session, self._prompts = session, prompts

    async def answer(self, question: str, language: str) -> str:
        """What the model says from memory; "" when it does not know.

        Raises:
            CallError, ModelError: as ``Session.ask``.
        """
        system, user = self._prompts.render("closed-book", _in(language), question=question)
        reply = await self._session.ask(Prompt(system, user, Recollection, ANSWER_TOKENS, turn=Turn.SHORT))
        return reply.answer.strip() if reply.known else ""


class ModelJudge:
    """A ``Judge``: by words where they tell, else by the model."""

    def __init__(self, session: Session, prompts: Prompts) -> None:
        self._session, self._prompts = session, prompts

    async def agreement(self, question: str, expected: str, given: str, language: str) -> float | None:
        """1.0 or 0.0; None when the model is unsure.

        Raises:
            CallError, ModelError: as ``Session.ask``.
        """
        found = settled(question, expected, given)
        if found is not None:
            return found
        system, user = self._prompts.render("judge", _in(language), question=question, expected=expected, given=given)
        reply = await self._session.ask(Prompt(system, user, Judgement, JUDGE_TOKENS, turn=Turn.SHORT))
        return _AGREEMENT[reply.verdict]


def _in(language: str) -> str:
    """The language to ask in."""
    return language if language in LANGUAGES else "en"
