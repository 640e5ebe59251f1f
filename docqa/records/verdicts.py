"""What back-verification measures and finds: Verdict, Answer, Passage, Decision."""

from enum import StrEnum

from docqa.records.base import Record


class Passage(Record):
    """A chunk that retrieval returned, with its fused score (higher is better, comparable within a query only)."""

    chunk_id: str
    score: float


class Answer(Record):
    """A second answer to an item's question, and how far it agrees with the item's own.

    Attributes:
        text: the answer; "" when the reader abstained.
        agreement: 0 to 1 by the judge; None when the reader abstained or the judge could not be read.
    """

    text: str
    agreement: float | None = None

    @property
    def abstained(self) -> bool:
        return not self.text


class Decision(StrEnum):
    """What back-verification found; ``verify.decide`` holds the table."""

    UNEVIDENCED = "unevidenced"
    KNOWN = "known"
    NOVEL = "novel"
    GROUNDED = "grounded"
    HALLUCINATED = "hallucinated"
    PARAMETRIC = "parametric"
    NOT_SELF_CONTAINED = "not_self_contained"
    HARD = "hard"
    CONFLICT = "conflict"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"
    CHECKED = "checked"
    FAILED_CHECK = "failed_check"
    UNANSWERED = "unanswered"
    ANSWERED = "answered"
    SINGLE_HOP = "single_hop"
    DISTILLED = "distilled"


class Confidence(Record):
    """How sure a model is of an item's answer; ``verify.confidence`` says how it is asked.

    Attributes:
        samples: answers that were sampled from the source and could be compared; ``agreeing`` of them say the same.
        free: the likeliest answer in free words; None where it was not asked.
        logprob: mean log-probability of the tokens of that; None where the model gives none.
    """

    samples: int = 0
    agreeing: int = 0
    free: Answer | None = None
    logprob: float | None = None


class Verdict(Record):
    """What was measured about an item, and the decision that follows from it.

    Attributes:
        closed_book: answered from nothing; None when the backend has no closed book.
        retrieval: answered from the passages that the index returns for the question alone.
        source: answered from the source chunk and its neighbours; asked only where retrieval does not agree.
        passages: what the index returned, best first.
        alone: answered from each chunk alone, for an item of several that the rest of verification keeps.
        source_rank: rank of the source chunk among the passages, from 1; None when it is not there. Of several chunks
            it is that of the last one, and None unless all are there.
        rewritten_from: the question before it was rewritten to name its subject, or "".
        confidence: None where it was not measured.
    """

    closed_book: Answer | None = None
    retrieval: Answer | None = None
    source: Answer | None = None
    alone: tuple[Answer, ...] = ()
    passages: tuple[Passage, ...] = ()
    source_rank: int | None = None
    rewritten_from: str = ""
    confidence: Confidence | None = None
    decision: Decision
