"""A question and an answer of somebody's -> an item: the passage that bears the answer out best, and its sentences.

What such an answer claims to come from is not asked; it is looked up in the corpus, and verification then treats what
was found as it treats the quotes of a method of ours.
"""

from collections.abc import Iterator, Sequence

from docqa.index import Index
from docqa.records import Chunk, Evidence, Origin, Passage, QAItem, item_id
from docqa.text import detect_language, sentences
from docqa.verify.wording import asked, content

LOOKED_UP = 5
"""Passages in which the supporting sentence is looked for."""

FROM_QUESTION = 0.2
"""What a word of the question counts in a sentence beside one of the answer: it tells equal sentences apart."""


def grounded(
    question: str,
    answer: str,
    passages: Sequence[Passage],
    index: Index,
    task_type: str,
    origin: Origin,
    most: int = 1,
) -> QAItem:
    """The item, with the sentence of the corpus that bears it out best as its evidence; without any where none does.

    Args:
        passages: what the index returns for question and answer together.
        most: sentences; those after the first are of its chunk, and each says something of the answer that no earlier
            one does.
    """
    language = detect_language(f"{question}\n{answer}")
    found = [index.chunk(passage.chunk_id) for passage in passages]
    ranked = sorted(_supporting(question, answer, found, language), key=lambda pair: pair[0], reverse=True)
    evidence = _covering(answer, [each for _, each in ranked], most)
    chunk = index.chunk(evidence[0].chunk_id) if evidence else found[0] if found else None
    chunk_ids = (chunk.id,) if chunk else ()
    return QAItem(
        id=item_id(chunk_ids, question, answer),
        chunk_ids=chunk_ids,
        document_id=chunk.document_id if chunk else "",
        path=chunk.path if chunk else "",
        question=question,
        answer=answer,
        evidence=evidence,
        task_type=task_type,
        language=language,
        difficulty="medium",
        origin=origin,
        score=round(ranked[0][0] if ranked else 0.0, 3),
    )


def _supporting(question: str, answer: str, chunks: list[Chunk], language: str) -> Iterator[tuple[float, Evidence]]:
    """Each sentence that says something of the answer, with the share of the answer's words that it says."""
    wanted, known = content(answer), asked(question)
    for chunk in chunks:
        for start, end in sentences(chunk.text, language):
            quote = chunk.text[start:end]
            said = content(quote)
            share = len(wanted & said) / len(wanted) if wanted else 0.0
            if share:
                share += FROM_QUESTION * len(known & said) / max(1, len(known))
                boxes = chunk.boxes(start, end)
                yield (
                    share / (1 + FROM_QUESTION),
                    Evidence(chunk_id=chunk.id, start=start, end=end, quote=quote, boxes=boxes),
                )


def _covering(answer: str, ranked: Sequence[Evidence], most: int) -> tuple[Evidence, ...]:
    """The first, and of its chunk those that say more of the answer."""
    missing, chosen = set(content(answer)), list[Evidence]()
    for evidence in ranked:
        said = content(evidence.quote)
        if len(chosen) < most and missing & said and (not chosen or evidence.chunk_id == chosen[0].chunk_id):
            chosen.append(evidence)
            missing -= said
    return tuple(chosen)
