"""What a backend provides to verification: a reader, a judge and, if it has a student to ask, a closed book.

The embedded backend has the first two (``retrieval.ExtractiveReader``, ``agreement.LexicalJudge``) and no closed book:
without a model there is no memory to ask. Methods are coroutines because a model's answers come from a server.
"""

from collections.abc import Sequence
from typing import Protocol

from docqa.records import Chunk


class Reader(Protocol):
    """Answers a question from passages alone."""

    async def read(self, question: str, passages: Sequence[Chunk], language: str) -> str:
        """The answer that ``passages`` (best first) hold; "" when they hold none."""
        ...


class Judge(Protocol):
    """Says whether two answers to a question say the same."""

    async def agreement(self, question: str, expected: str, given: str, language: str) -> float | None:
        """How far ``given`` says what ``expected`` says, 0 to 1; None when the judge cannot tell."""
        ...


class ClosedBook(Protocol):
    """Answers a question from memory: the model that will be trained."""

    async def answer(self, question: str, language: str) -> str:
        """What the model answers without any passage; "" when it abstains."""
        ...
