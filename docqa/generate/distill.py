"""Distillation: a model, the teacher, answers prompts that somebody has, and the student is trained on what it says.

Hinton et al. (2015, arXiv 1503.02531) train on the teacher's distribution; for texts Kim & Rush (2016, arXiv
1606.07947) train on its best sequence, which does nearly as well and needs the teacher's words only. So the teacher is
asked for its likeliest answer, at temperature 0.

Without a corpus nothing can say that an answer is right, and nothing here pretends to: the decision is ``distilled``.
With one the teacher answers from the passages that a search finds, or says that they hold no answer; what it says then
goes through back-verification like any other item.
"""

from collections.abc import Sequence

from pydantic import BaseModel

from docqa.generate import Borrowed
from docqa.generate.items import asked, evidence
from docqa.models.chat import Prompt
from docqa.records import Chunk, Decision, Evidence, Origin, QAItem, Verdict, item_id
from docqa.text import detect_language

NAME = "distill"
OPEN, GROUNDED = "distill-answer", "distill-grounded"

OPEN_TOKENS = 1024
GROUNDED_TOKENS = 768

ABSTAINED = "abstained: the model does not know"
UNANSWERED = "unanswered by the corpus"


class Told(BaseModel):
    """The reply of ``distill-answer``."""

    known: bool
    answer: str


class Read(BaseModel):
    """The reply of ``distill-grounded``: the quotes come first, so that the answer is written from them."""

    quotes: list[str]
    answer: str


async def from_memory(question: str, given: str, path: str, borrowed: Borrowed) -> QAItem:
    """The prompt with what the teacher knows of it; dropped already where it does not.

    Args:
        given: the text that goes with the prompt, or "".
        path: of the file that the prompt stands in.

    Raises:
        CallError, ModelError: as ``Session.ask``.
    """
    answer = await told(question, given, borrowed)
    return QAItem(
        id=item_id((), question, answer, given),
        chunk_ids=(),
        document_id="",
        path=path,
        question=question,
        input=given,
        answer=answer,
        evidence=(),
        task_type="distilled/open",
        language=detect_language(f"{question}\n{answer}"),
        difficulty="medium",
        origin=asked(borrowed, NAME, OPEN, _template(f"{question}\n{given}")),
        score=None,
        verdict=Verdict(decision=Decision.DISTILLED) if answer else None,
        kept=bool(answer),
        reason=str(Decision.DISTILLED) if answer else ABSTAINED,
    )


async def told(question: str, given: str, borrowed: Borrowed, temperature: float = 0.0, sample: int = 0) -> str:
    """What the teacher says to a prompt; "" where it does not know.

    Raises:
        CallError, ModelError: as ``Session.ask``.
    """
    assert borrowed.session is not None
    template = _template(f"{question}\n{given}")
    system, user = borrowed.prompts.render(OPEN, template, question=question, input=given)
    reply = await borrowed.session.ask(Prompt(system, user, Told, OPEN_TOKENS, temperature, sample=sample))
    return reply.answer.strip() if reply.known else ""


async def from_passages(question: str, passages: Sequence[Chunk], path: str, borrowed: Borrowed) -> QAItem:
    """The prompt with what ``passages``, best first, say to it; dropped already where they say nothing.

    Without any no model is asked.

    Its chunk is the first that a quote stands in, else the first of all. Quotes of another document are left out, so
    that train and val, which are split by document, share none; what only they bear out is then unevidenced.

    Raises:
        CallError, ModelError: as ``Session.ask``.
    """
    assert borrowed.session is not None
    template = _template(question)
    origin = asked(borrowed, NAME, GROUNDED, template)
    if not passages:
        return _unanswered(question, path, origin)
    shown = [{"title": p.title, "headings": " > ".join(p.heading_path), "text": p.text} for p in passages]
    system, user = borrowed.prompts.render(GROUNDED, template, passages=shown, question=question)
    reply = await borrowed.session.ask(Prompt(system, user, Read, GROUNDED_TOKENS, group=passages[0].id))
    answer = reply.answer.strip()
    chunk, quotes = _found(reply.quotes, passages)
    return QAItem(
        id=item_id((chunk.id,), question, answer),
        chunk_ids=(chunk.id,),
        document_id=chunk.document_id,
        path=chunk.path,
        question=question,
        answer=answer,
        evidence=tuple(quotes),
        task_type="distilled/grounded",
        language=detect_language(f"{question}\n{answer}"),
        difficulty="medium",
        origin=origin,
        score=None,
        kept=None if answer else False,
        reason="" if answer else UNANSWERED,
    )


def _unanswered(question: str, path: str, origin: Origin) -> QAItem:
    """The item of a prompt that nothing in the corpus is near to."""
    return QAItem(
        id=item_id((), question, ""),
        chunk_ids=(),
        document_id="",
        path=path,
        question=question,
        answer="",
        evidence=(),
        task_type="distilled/grounded",
        language=detect_language(question),
        difficulty="medium",
        origin=origin,
        score=None,
        kept=False,
        reason=UNANSWERED,
    )


def _template(text: str) -> str:
    """The language to ask in. Of a few words in another than Chinese nobody can tell which it is."""
    return "zh" if detect_language(text) == "zh" else "en"


def _found(quotes: Sequence[str], passages: Sequence[Chunk]) -> tuple[Chunk, list[Evidence]]:
    """The item's chunk, and its quotes where they first stand; one that stands nowhere has the empty place there."""
    own: Chunk | None = None
    found, nowhere = [], []
    for quote in quotes:
        placed = ((p, place) for p in passages for place in evidence(p, [quote]) if place.end)
        passage, place = next(placed, (None, None))
        if passage is None or place is None:
            nowhere.append(quote)
        elif own is None or passage.document_id == own.document_id:
            own = own or passage
            found.append(place)
    chunk = own or passages[0]
    return chunk, [*found, *evidence(chunk, nowhere)]
