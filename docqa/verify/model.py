"""Reader, judge and closed book on a model.

The reader and the closed book may abstain. The judge is asked only where the words alone do not tell (``settled``).
No confidence is kept: under a grammar log-probabilities cover the allowed tokens only, and mean nothing.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from docqa.models.chat import Prompt, Turn
from docqa.models.session import Session
from docqa.prompts import LANGUAGES, Prompts
from docqa.records import Chunk
from docqa.verify.agreement import settled

ANSWER_TOKENS = 512
JUDGE_TOKENS = 32
_AGREEMENT = {"same": 1.0, "different": 0.0, "unsure": None}


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


class ModelReader:
    """A ``Reader``. It sees the passages best first, so that questions about one chunk share a prefix."""

    def __init__(self, session: Session, prompts: Prompts) -> None:
        self._session, self._prompts = session, prompts

    async def read(self, question: str, passages: Sequence[Chunk], language: str) -> str:
        """The answer that ``passages`` hold; "" when the model finds none.

        Raises:
            CallError, ModelError: as ``Session.ask``.
        """
        if not passages:
            return ""
        shown = [{"title": p.title, "headings": " > ".join(p.heading_path), "text": p.text} for p in passages]
        system, user = self._prompts.render("retrieval-answer", _in(language), passages=shown, question=question)
        prompt = Prompt(system, user, Reading, ANSWER_TOKENS, turn=Turn.CHECK, group=passages[0].id)
        reply = await self._session.ask(prompt)
        return reply.answer.strip() if reply.answerable else ""


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
