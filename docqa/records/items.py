"""A question and its answer: QAItem, and what it is made of."""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from docqa.records.base import Record, content_id
from docqa.records.documents import Box
from docqa.records.verdicts import Verdict


class Evidence(Record):
    """An exact quote: ``quote == chunk.text[start:end]`` of the chunk ``chunk_id``, standing in ``boxes``."""

    chunk_id: str
    start: int
    end: int
    quote: str
    boxes: tuple[Box, ...] = ()


class Origin(Record):
    """What made an item: a method (``extractive``, ``self-qa``), its template or prompt, and the model if any.

    ``prompt`` is the name of the template for ``extractive`` and the prompt's hash for a model.
    """

    method: str
    prompt: str
    model: str = ""


class Scores(Record):
    """What a model says of an item (``curate.rating``); None for what it was not asked or could not say.

    Attributes:
        accuracy: of the answer, 1 to 5 in steps of .5 (AlpaGasus).
        complexity, quality: of the question and of the answer, 1 to 6 (DEITA).
        by: the model.
    """

    accuracy: float | None = None
    complexity: float | None = None
    quality: float | None = None
    by: str

    @property
    def known(self) -> dict[str, float]:
        """The scores there are, by name."""
        found = {"accuracy": self.accuracy, "complexity": self.complexity, "quality": self.quality}
        return {name: score for name, score in found.items() if score is not None}


class Heuristics(Record):
    """What rules measure about an item, 0 to 1 each (``curate.score``). None of them says whether it is right."""

    length_fit: float
    specificity: float
    coverage: float


class DialogueTurn(Record):
    """Where an item stands in a conversation: as its turn ``number``, from 1, of ``dialogue``.

    Attributes:
        said: what the user says there, which may point back at earlier turns; the item's question stands alone.
        system: the conversation's system prompt, or "".
    """

    dialogue: str
    number: int
    said: str
    system: str = ""


class Hop(Record):
    """A question that one chunk answers, as a part of a question that needs several."""

    question: str
    answer: str
    chunk_id: str


class Beside(Record):
    """A chunk of another document that something rests on, too, with the pages of its evidence there."""

    chunk_id: str
    document_id: str
    path: str
    pages: tuple[int, ...] = ()


class Step(Record):
    """A step of an answer's reasoning: it rests on ``quote``, words of a chunk, or on ``calculation`` ("3 * 12 = 36").

    Each of the two may be "".
    """

    text: str
    quote: str = ""
    calculation: str = ""


class Marks(Record):
    """What a model, or rules, say of an answer, 1 to 5 each; None for what was not asked or cannot be told."""

    accuracy: float | None = None
    safety: float | None = None
    helpfulness: float | None = None
    by: str


class Pair(Record):
    """The answer that a preference pair rejects; the item's own is the chosen one.

    Attributes:
        source: where it comes from: ``closed_book``, ``retrieval``, ``sampled``, ``feedback``, or what was changed in
            the right one: ``number``, ``unit``, ``name``, ``negation``.
        marks, chosen_marks: of the rejected and of the chosen answer.
    """

    rejected: str
    source: str
    marks: Marks | None = None
    chosen_marks: Marks | None = None


class QAItem(Record):
    """A question and its answer, with where they come from and what became of them.

    Attributes:
        path: the source document's path, as in Document; of several chunks the first one's document.
        beside: those of its further chunks that are of other documents.
        input: what the question is about, where it has to be given: the text to summarise or to translate, or "".
        answerable: false where the corpus holds no answer, and ``answer`` says so.
        conclusion: what an answer with its reasoning comes to, which is what verification compares; "" for the answer.
        steps: how it comes to that; ``answer`` holds them as text.
        hops: the questions of one chunk each that a question of several chunks is made of, where they are known.
        turn: its place in a conversation; None for an item of its own.
        pair: the answer to reject, for an item that is a preference pair; it is no row of an SFT format.
        made_from: the id of the item that it was made of, or "".
        asked_first: the question as it was verified, before its opening was varied, or "".
        task_type: ``family/kind``, for example ``definition/term`` or ``table/cell``.
        score: the measured precision of the rule that made it, 0 to 1; None for a model, whose own estimate of
            its replies means nothing (under a grammar, log-probabilities cover the allowed tokens only).
        scores: what a model rated; None where none was asked to.
        heuristics: what rules measured; None until curation, and for what it drops for its form.
        kept: None until decided; then whether the item is in the set.
        reason: why: the decision, or the name of the curation rule that dropped it, with a detail after a colon.
    """

    id: str
    chunk_ids: tuple[str, ...]
    document_id: str
    path: str
    beside: tuple[Beside, ...] = ()
    question: str
    input: str = ""
    asked_first: str = ""
    answerable: bool = True
    answer: str
    conclusion: str = ""
    steps: tuple[Step, ...] = ()
    hops: tuple[Hop, ...] = ()
    turn: DialogueTurn | None = None
    pair: Pair | None = None
    made_from: str = ""
    evidence: tuple[Evidence, ...]
    task_type: str = Field(pattern=r"^[a-z-]+/[a-z-]+$")
    language: str
    difficulty: Literal["easy", "medium", "hard"]
    origin: Origin
    score: float | None
    verdict: Verdict | None = None
    scores: Scores | None = None
    heuristics: Heuristics | None = None
    kept: bool | None = None
    reason: str = ""

    @property
    def asked(self) -> str:
        """The question with its input: all that the answer answers."""
        return f"{self.question}\n{self.input}" if self.input else self.question

    @property
    def settled(self) -> str:
        """What the answer comes to: what another answer has to say, too, to agree with it."""
        return self.conclusion or self.answer

    @property
    def pages(self) -> tuple[int, ...]:
        """The pages of its document that its evidence stands on, ascending."""
        elsewhere = {other.chunk_id for other in self.beside}
        own = (evidence for evidence in self.evidence if evidence.chunk_id not in elsewhere)
        return tuple(sorted({box.page for evidence in own for box in evidence.boxes}))

    def asking(self, question: str) -> "QAItem":
        """The item with its question put in other words, and the id that goes with them."""
        made = item_id(self.chunk_ids, question, self.answer, self.input, self.turn)
        return self.model_copy(update={"id": made, "question": question})


def item_id(
    chunk_ids: Iterable[str], question: str, answer: str, input: str = "", turn: DialogueTurn | None = None
) -> str:
    """The id of an item made from these chunks; a turn has another than the same question on its own."""
    place = [turn.dialogue, str(turn.number)] if turn else []
    return content_id(*chunk_ids, question, answer, *([input] if input else []), *place)


def pair_id(made_from: str, rejected: str) -> str:
    """The id of the preference pair of an item and an answer to reject."""
    return content_id("pair", made_from, rejected)
