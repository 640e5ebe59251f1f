"""The nouns that flow through docqa: Document, Block, Chunk, QAItem, Evidence, Verdict, Row.

Every record is frozen and compares by value. Ids are content hashes, so the same input gives the same ids on every
machine and in every run. Pages are numbered from 1; boxes are in PDF points with the origin at the top left;
offsets count Unicode code points and are half open, as Python slices are.
"""

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

BBox = tuple[float, float, float, float]
"""x0, y0, x1, y1 in points."""

BlockKind = Literal["heading", "paragraph", "list", "table", "code", "caption", "formula", "footnote", "contents"]
"""``list`` is a single item, marker included; ``contents`` is a line or more of a table of contents."""


class Record(BaseModel):
    """Base of all records: frozen, and strict about field names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def content_id(*parts: str) -> str:
    """Hash ``parts`` to 16 hexadecimal digits; the parts' boundaries count."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()[:16]


# ---------------------------------------------------------------------------------------------------- documents


class Box(Record):
    """A place on a page. ``bbox`` is None where the format has no geometry (md, html, docx)."""

    page: int
    bbox: BBox | None = None


class Span(Record):
    """The part ``text[start:end]`` of a block or chunk that stands in ``box``."""

    start: int
    end: int
    box: Box


class Block(Record):
    """One paragraph, heading, list item, table, ...: the smallest piece with a kind of its own.

    Attributes:
        text: the block's text on one line per paragraph, code line or table row. A table's text is ``rows_text(rows)``.
        level: 1 for a title or chapter and so on down for headings; nesting depth (1 outermost) for list items; else 0.
        spans: where the text stands; they cover ``text`` in order, and a paragraph that crosses a page has two.
        rows: a table's cells, row by row, all rows of one length; a merged cell repeats its text in each place.
        header_rows: how many of the first rows are a table's header.
        ocr: whether it was read from a picture, and so may have misread characters.
    """

    kind: BlockKind
    text: str
    level: int = 0
    spans: tuple[Span, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    ocr: bool = False

    @property
    def page(self) -> int:
        """The page the block begins on."""
        return self.spans[0].box.page if self.spans else 1


class Page(Record):
    """One page as parsed.

    Attributes:
        header, footer: the running text that was taken out of the blocks.
        skipped: why nothing was taken from the page (``blank``, ``image without text``, ``contents``, ...), or "".
        failed: why the page could not be read, or "".
    """

    number: int
    width: float = 0.0
    height: float = 0.0
    header: str = ""
    footer: str = ""
    skipped: str = ""
    failed: str = ""


class Document(Record):
    """A parsed file.

    Attributes:
        id: sha256 of the file's bytes, hexadecimal.
        path: relative to the folder that was given, with forward slashes.
        title: from the file's metadata or first heading, else from its name; never empty.
        language: a code as ``text.detect_language`` returns it.
        warnings: what a person should know about the extraction.
    """

    id: str
    path: str
    media_type: str
    title: str
    language: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()


CELL_SEPARATOR = " | "


def rows_text(rows: Sequence[Sequence[str]]) -> str:
    """A table as text: a line a row, cells joined by ``CELL_SEPARATOR``."""
    return "\n".join(CELL_SEPARATOR.join(row) for row in rows)


def cell_offsets(rows: Sequence[Sequence[str]]) -> list[list[tuple[int, int]]]:
    """Where each cell stands in ``rows_text(rows)``: ``offsets[row][column]`` is (start, end)."""
    offsets, at = [], 0
    for row in rows:
        line = []
        for cell in row:
            line.append((at, at + len(cell)))
            at += len(cell) + len(CELL_SEPARATOR)
        offsets.append(line)
        at += 1 - (len(CELL_SEPARATOR) if row else 0)
    return offsets


# ------------------------------------------------------------------------------------------------------- chunks


class Piece(Record):
    """A block, or the part of one, as it stands in a chunk: ``chunk.text[start:end]``.

    Attributes:
        block: index into the document's blocks.
        rows, header_rows: as in Block; a table that was cut repeats its header rows in each part.
        spans: where the text stands, with offsets into the chunk's text.
    """

    kind: BlockKind
    start: int
    end: int
    block: int
    level: int = 0
    spans: tuple[Span, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0


class Chunk(Record):
    """What a question is generated from and what retrieval returns.

    Attributes:
        text: the pieces' texts, joined by newlines.
        heading_path: the headings above the chunk, outermost first.
        pages: pages that the text comes from, ascending.
        tokens: size by the tokenizer given, else by ``text.estimate_tokens``.
        skipped: why no question is made from it (a language docqa has no rules for, only code, ...), or "".
    """

    id: str
    document_id: str
    path: str
    title: str
    language: str
    text: str
    heading_path: tuple[str, ...]
    pages: tuple[int, ...]
    pieces: tuple[Piece, ...]
    tokens: int
    skipped: str = ""

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Where ``text[start:end]`` stands, in reading order, each box once."""
        boxes = (span.box for piece in self.pieces for span in piece.spans if span.start < end and start < span.end)
        return tuple(dict.fromkeys(boxes))


# -------------------------------------------------------------------------------------------------------- items


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


# --------------------------------------------------------------------------------------------------------- rows


class Row(Record):
    """One training example, before it is given a trainer's format.

    Attributes:
        history: earlier (question, answer) turns of a conversation, oldest first.
        singles: a domain row's turns as rows of their own, each with a question that stands alone; they take its place
            in a format that holds no conversations. Its ``item_id`` then names all turns, and so on.
        group: rows of one group (a document) stay on one side of the train/val split; "" for general rows.
        source: ``domain`` or the general file's name.
        item_id: the QAItem behind a domain row; "" for general rows.
        chunk_ids, path, pages, beside, task_type, decision: the item's, to find its text and to trace the row by.
            A row that rests on documents of both sides stands on neither.
        rejected: an answer to the same question that verification found wrong, or "".
        rejected_by: where that comes from, as ``export.rejected`` names it.
        marks, chosen_marks: of the rejected answer and of the output, for a row of a preference pair that has them.
    """

    instruction: str
    output: str
    input: str = ""
    system: str = ""
    language: str = ""
    group: str = ""
    source: str = "domain"
    item_id: str = ""
    history: tuple[tuple[str, str], ...] = ()
    chunk_ids: tuple[str, ...] = ()
    path: str = ""
    pages: tuple[int, ...] = ()
    beside: tuple[Beside, ...] = ()
    task_type: str = ""
    decision: str = ""
    rejected: str = ""
    rejected_by: str = ""
    singles: tuple["Row", ...] = ()
    marks: Marks | None = None
    chosen_marks: Marks | None = None
