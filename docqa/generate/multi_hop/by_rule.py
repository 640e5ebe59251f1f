"""Two extractive questions joined into one, by what two chunks share: a table's row or column, or a term.

A chunk leads what its own tables and terms lead to: the index is searched for them, and a worker joins the chunk with
what was found. Nothing is kept between chunks but what a worker remembers of those it has seen, so it costs a chunk a
search and a few milliseconds however large the corpus is; what a search does not find first is not joined.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain

from docqa.generate import Borrowed
from docqa.generate.items import joined
from docqa.generate.multi_hop import shared_terms, tables
from docqa.generate.multi_hop.joints import Joint
from docqa.generate.multi_hop.names import NAME
from docqa.generate.multi_hop.related import found
from docqa.records import Chunk, Origin, QAItem

MOST, MOST_A_PAIR = 3, 2
"""Items that a chunk leads, and of one pair: a few say all that joining two tables can teach."""

LOOKED_AT = 6
"""Chunks a search."""

MOST_QUERIES = 6


async def generate(chunk: Chunk, borrowed: Borrowed) -> tuple[QAItem, ...]:
    """The items that a chunk leads.

    Raises:
        WorkerError: a rule hung or failed on it.
    """
    assert borrowed.index is not None
    settings = borrowed.settings
    least = settings.min_score
    queries = await borrowed.pool.call(partial(leads, min_score=least), chunk, timeout_s=settings.timeout_s)
    if not queries:
        return ()
    near = await found(queries, chunk, borrowed.index, LOOKED_AT)
    others = list({other.id: other for other in chain.from_iterable(near)}.values())
    work = partial(items, others=others, min_score=least)
    return tuple(await borrowed.pool.call(work, chunk, timeout_s=settings.timeout_s))


def leads(chunk: Chunk, min_score: float) -> list[str]:
    """What to search for partners of a chunk: the terms it defines, and the rows and columns of its tables."""
    return [*shared_terms.leads(chunk, min_score), *tables.leads(chunk)][:MOST_QUERIES]


def items(chunk: Chunk, others: Sequence[Chunk], min_score: float) -> list[QAItem]:
    """The items of a chunk with the ``others``, those of another document first; each half is asked once."""
    ranked = sorted(others, key=lambda other: other.document_id == chunk.document_id)
    halves: set[str] = set()
    turns: list[list[QAItem]] = [[] for _ in range(MOST_A_PAIR)]
    for other in ranked:
        made = 0
        for joint in _joints(chunk, other, min_score):
            asked = {half.hop.question for half in joint.hops}
            if asked & halves:
                continue
            halves |= asked
            turns[made].append(_item(chunk, other, joint))
            made += 1
            if made == MOST_A_PAIR:
                break
    return [item for turn in turns for item in turn][:MOST]


def _joints(chunk: Chunk, other: Chunk, min_score: float) -> Iterator[Joint]:
    """What joins two chunks, the best first. Two tables are joined by the chunk with the smaller id only."""
    yield from shared_terms.joints(chunk, other, min_score)
    if chunk.id < other.id:
        yield from tables.joints(chunk, other, min_score)


def _item(chunk: Chunk, other: Chunk, joint: Joint) -> QAItem:
    quotes = [evidence for hop in joint.hops for evidence in hop.evidence]
    origin = Origin(method=NAME, prompt=joint.template)
    made = joined((chunk, other), joint.question, joint.answer, quotes, f"{NAME}/{joint.kind}", origin)
    score = round(joint.hops[0].score * joint.hops[1].score, 3)
    return made.model_copy(update={"hops": tuple(hop.hop for hop in joint.hops), "score": score})
