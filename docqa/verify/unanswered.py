"""Verdicts of items that say that the corpus does not answer their question: it is asked, and nothing may answer.

The other way round than for all else: an item is right where the reader abstains, on what the index returns for the
question, and on the source and its neighbours. A reader that takes anything for an answer costs an item here, and lets
none pass that is wrong. The closed book is not asked: what a model would say from memory has no bearing on it.
"""

from collections.abc import Sequence

from docqa.index import Index
from docqa.records import Answer, Chunk, Decision, Passage, QAItem, Verdict
from docqa.verify.backend import Reader
from docqa.verify.task import Check


async def verify_unanswered(
    item: QAItem, found: Sequence[Passage], index: Index, reader: Reader, check: Check | None
) -> QAItem:
    """The item with its verdict, ``unanswered`` or ``answered``; ``kept`` is left to the policy.

    Args:
        found: what the index returns for the question.
        check: its method's, of the item and each passage: what in it may be an answer, or "".

    Raises:
        CallError, ModelError: as ``verify``.
    """
    passages = [index.chunk(passage.chunk_id) for passage in found]
    source = _source(item, index)
    verdict = Verdict(passages=tuple(found), decision=Decision.ANSWERED)
    for chunk in (*passages, *source) if check else ():
        if hint := check(item, chunk) if check else "":
            return _decided(item, verdict, f"a passage has {hint!r}")
    verdict = verdict.model_copy(update={"retrieval": Answer(text=await _read(item, passages, reader))})
    if verdict.retrieval and verdict.retrieval.text:
        return _decided(item, verdict, "a passage answers it")
    verdict = verdict.model_copy(update={"source": Answer(text=await _read(item, source, reader))})
    if verdict.source and verdict.source.text:
        return _decided(item, verdict, "its own page answers it")
    return _decided(item, verdict.model_copy(update={"decision": Decision.UNANSWERED}), "")


async def _read(item: QAItem, passages: Sequence[Chunk], reader: Reader) -> str:
    return await reader.read(item.question, passages, item.language)


def _source(item: QAItem, index: Index) -> list[Chunk]:
    own = [index.chunk(chunk_id) for chunk_id in item.chunk_ids]
    beside = [near for chunk_id in item.chunk_ids for near in index.neighbours(chunk_id)]
    return list({chunk.id: chunk for chunk in (*own, *beside)}.values())


def _decided(item: QAItem, verdict: Verdict, why: str) -> QAItem:
    reason = f"{verdict.decision}: {why}" if why else str(verdict.decision)
    return item.model_copy(update={"verdict": verdict, "reason": reason})
