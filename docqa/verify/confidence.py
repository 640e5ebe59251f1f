"""How sure the model is of an answer: the filter of pseudo-labels, for kept items that a model made.

Self-consistency (Wang et al. 2022, arXiv 2203.11171): the question is answered again and again from its source, at a
temperature, and an answer that these samples do not come back to is one that the model happened upon. What they agree
on is right far more often; there, the share of samples that agree told right answers from wrong ones, too.

The other measure is how likely the model finds its own words. A reply that is held to a schema cannot tell: its
log-probabilities cover what the grammar allows. So the source is read once more at temperature 0, in free words; the
mean log-probability of their tokens counts, and they must say the same as the item.

Either is enough, and the second is asked only where the first was not. Both stay on the item (``Verdict.confidence``),
so a threshold changes without asking again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from docqa.models.session import Session
from docqa.prompts import Prompts
from docqa.records import Answer, Chunk, Confidence, QAItem
from docqa.settings import VerifySettings
from docqa.verify.backend import Judge
from docqa.verify.decide import AGREES, agrees
from docqa.verify.model import ModelReader

TEMPERATURE = 0.7
"""Of the samples, as in the paper (section 3.1) for PaLM and GPT-3."""

INCONSISTENT = "inconsistent"
UNSURE = "unsure"


@dataclass
class ConfidenceFilter:
    """Drops what the model is not sure of.

    Attributes:
        reader: the model that made the items.
        samples: answers sampled for an item; 0 for none.
        consistent: the least share of them that must agree.
        min_logprob: the least mean log-probability; 0 for not asking.
        threshold: the least agreement that counts as agreeing.
        without_logprob: free answers that came without one so far.
        by_rule: items that were passed over, because no model has made them.
    """

    reader: ModelReader
    judge: Judge
    samples: int
    consistent: float
    min_logprob: float
    threshold: float = AGREES
    without_logprob: int = 0
    by_rule: int = 0

    @property
    def asks(self) -> str:
        """What it asks for, in words."""
        sampled = f"{self.samples} samples, {self.consistent:.0%} agree" if self.samples else ""
        likely = f"mean log-probability at least {self.min_logprob:g}" if self.min_logprob else ""
        return " or ".join(filter(None, (sampled, likely)))

    async def filtered(self, item: QAItem, source: Sequence[Chunk]) -> QAItem:
        """A kept item with its confidence, dropped where that is too low; what cannot be told drops nothing.

        Args:
            source: the item's chunks.

        Raises:
            CallError: the model could not answer.
            ModelError: it is gone.
        """
        assert item.verdict is not None
        measured = await self._sampled(item, source) if self.samples else Confidence()
        consistent = is_consistent(measured, self.consistent)
        sure = None
        if self.min_logprob and not consistent:
            measured = await self._likely(item, source, measured)
            sure = self._is_sure(measured)
        verdict = item.verdict.model_copy(update={"confidence": measured})
        item = item.model_copy(update={"verdict": verdict})
        if consistent or sure or (consistent is None and sure is None):
            return item
        return item.model_copy(update={"kept": False, "reason": self._reason(measured)})

    async def _sampled(self, item: QAItem, source: Sequence[Chunk]) -> Confidence:
        numbers = range(self.samples)
        given = await asyncio.gather(
            *(self.reader.read(item.question, source, item.language, TEMPERATURE, number) for number in numbers)
        )
        return await of_samples(item, given, self.judge, self.threshold)

    async def _likely(self, item: QAItem, source: Sequence[Chunk], measured: Confidence) -> Confidence:
        said = await self.reader.freely(item.question, source, item.language)
        self.without_logprob += said.logprob is None
        logprob = None if said.logprob is None else round(said.logprob, 4)
        return measured.model_copy(update={"free": await _compared(item, said.text, self.judge), "logprob": logprob})

    def _is_sure(self, measured: Confidence) -> bool | None:
        assert measured.free is not None
        if not agrees(measured.free, self.threshold):
            return None if measured.free.text and measured.free.agreement is None else False
        return None if measured.logprob is None else measured.logprob >= self.min_logprob

    def _reason(self, measured: Confidence) -> str:
        """``inconsistent: 1 of 5 samples agree``, ``unsure: mean log-probability -0.83``, or both in one."""
        said = [_told(measured)] if measured.samples else []
        if measured.free and not agrees(measured.free, self.threshold):
            said.append("its answer in free words says something else" if measured.free.text else "no free answer")
        elif measured.logprob is not None:
            said.append(f"mean log-probability {measured.logprob:.2f}")
        return f"{INCONSISTENT if measured.samples else UNSURE}: {', '.join(said)}"


async def of_samples(item: QAItem, given: Sequence[str], judge: Judge, threshold: float = AGREES) -> Confidence:
    """How many of the answers ``given`` say what the item says; those that cannot be compared do not count.

    Raises:
        CallError, ModelError: as the judge.
    """
    answers = await asyncio.gather(*(_compared(item, text, judge) for text in given))
    told = [answer for answer in answers if answer.abstained or answer.agreement is not None]
    return Confidence(samples=len(told), agreeing=sum(agrees(answer, threshold) for answer in told))


def is_consistent(measured: Confidence, least: float) -> bool | None:
    """Whether that share of the samples agrees; None where none could be compared."""
    return measured.agreeing / measured.samples >= least if measured.samples else None


def inconsistent(item: QAItem, measured: Confidence) -> QAItem:
    """The item, dropped because its samples do not agree."""
    return item.model_copy(update={"kept": False, "reason": f"{INCONSISTENT}: {_told(measured)}"})


def _told(measured: Confidence) -> str:
    return f"{measured.agreeing} of {measured.samples} samples agree"


async def _compared(item: QAItem, text: str, judge: Judge) -> Answer:
    if not text:
        return Answer(text="")
    return Answer(text=text, agreement=await judge.agreement(item.asked, item.settled, text, item.language))


def confidence_filter(
    settings: VerifySettings, asked: Session | None, judge: Judge, prompts: Prompts
) -> ConfidenceFilter | None:
    """The filter that the settings ask for, of the answers of a model; None where they ask for none."""
    if asked is None or not (settings.samples or settings.min_logprob):
        return None
    return ConfidenceFilter(
        ModelReader(asked, prompts),
        judge,
        settings.samples,
        settings.consistent,
        settings.min_logprob,
        settings.threshold,
    )


def failed(item: QAItem, kind: str) -> QAItem:
    """The item whose confidence could not be asked for: it is not kept, and the next run asks again."""
    return item.model_copy(update={"kept": False, "reason": f"{UNSURE}: {kind}"})
