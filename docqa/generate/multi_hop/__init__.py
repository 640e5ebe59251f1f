"""Questions that need two passages, of two documents where that can be (after HotpotQA, Yang et al. 2018, 1809.09600).

A model is shown a chunk and the one that the index finds nearest to it (``by_model``). Without one, two extractive
questions are joined: by a row or a column that two tables share, or by a term that one chunk defines and another uses
(``by_rule``). Either way verification (``verify.hops``) drops what one of the two passages alone answers.
"""

from docqa.generate import Borrowed, Made, Method, task_types
from docqa.generate.multi_hop import by_model, by_rule
from docqa.generate.multi_hop.names import NAME
from docqa.records import Chunk


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The items that a chunk leads.

    Raises:
        WorkerError: a rule hung or failed on it.
        ModelError: the model is gone.
    """
    if borrowed.session is None:
        return Made(await by_rule.generate(chunk, borrowed))
    return await by_model.generate(chunk, borrowed)


METHOD = Method(
    name=NAME,
    line="questions that need two passages, of two documents too; none that one of them alone answers",
    needs="either",
    types=task_types.of(NAME),
    make=make,
    after="index",
)
