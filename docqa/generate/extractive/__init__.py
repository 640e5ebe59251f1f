"""Questions by rule, from sentences and from structure, answered by spans of the chunk: no model, nothing made up.

This is the embedded default. It is honest about what it is: its questions are as good as its patterns, and every
template carries its measured precision (see ``patterns``).
"""

from collections.abc import Iterator
from functools import partial

from docqa.generate import Borrowed, Made, Method, task_types
from docqa.generate.extractive import chinese, english, structure
from docqa.generate.extractive.patterns import Draft, templates
from docqa.generate.items import part
from docqa.records import Chunk, Origin, QAItem, item_id

LANGUAGES = ("en", "zh")
"""The languages there are rules for."""

_OTHERS = (
    *("qa", "instruct", "evolved", "dialogue", "task", "multi-hop", "reasoning", "unanswerable"),
    *("preference", "distilled", "feedback"),
)
"""Families of other methods' types."""


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The items of one chunk, made by a worker, so that a rule which hangs or fails on it costs this chunk.

    Raises:
        WorkerError: it did.
    """
    work = partial(generate, min_score=borrowed.settings.min_score)
    return Made(tuple(await borrowed.pool.call(work, chunk, timeout_s=borrowed.settings.timeout_s)))


METHOD = Method(
    name="extractive",
    line="questions by rule, answered by spans of the text (the default without a model)",
    needs="nothing",
    types=task_types.of(*(family for family in task_types.FAMILIES if family not in _OTHERS)),
    make=make,
)


def generate(chunk: Chunk, min_score: float = 0.8) -> list[QAItem]:
    """Make the items of one chunk, in reading order; none for a language without rules.

    Args:
        min_score: the least measured precision (0 to 1) a template must have to be used.
    """
    if chunk.skipped or chunk.language not in LANGUAGES:
        return []
    module, questions = ("chinese", chinese.questions) if chunk.language == "zh" else ("english", english.questions)
    items: dict[str, QAItem] = {}
    for source, drafts in (("structure", structure.questions(chunk)), (module, questions(chunk))):
        for item in _items(chunk, source, drafts, min_score):
            items.setdefault(item.question, item)
    return sorted(items.values(), key=lambda item: item.evidence[0].start)


def _items(chunk: Chunk, module: str, drafts: Iterator[Draft], min_score: float) -> Iterator[QAItem]:
    known = templates(module)
    for draft in drafts:
        if known[draft.template].score >= min_score:
            yield item_of(chunk, module, draft)


def item_of(chunk: Chunk, module: str, draft: Draft) -> QAItem:
    """The item of a draft that ``module`` made of a chunk."""
    template = templates(module)[draft.template]
    return QAItem(
        id=item_id([chunk.id], draft.question, draft.answer),
        chunk_ids=(chunk.id,),
        document_id=chunk.document_id,
        path=chunk.path,
        question=draft.question,
        answer=draft.answer,
        evidence=tuple(part(chunk, start, end) for start, end in draft.quotes),
        task_type=template.task_type,
        language=chunk.language,
        difficulty=template.difficulty,
        origin=Origin(method="extractive", prompt=f"{module}/{draft.template}"),
        score=round(template.score, 3),
    )
