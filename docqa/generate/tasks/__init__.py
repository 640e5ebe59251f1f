"""Classic tasks as data: an instruction, a text, and what becomes of it, each with a check of its own.

Summary, entity extraction, classification, rewriting, translation, reading comprehension and intent recognition are
asked of a model (``by_model``); a table as JSON, acronyms and terms are done by rule always, key sentences and another
reading comprehension where there is no model (``by_rule``). The text stands in the item's ``input``, so such an item is
not verified by retrieval but by its task's check (``checks``). All tasks that fit are done on every chunk the method
runs on: a share in the mix (``tasks:0.2``) is what bounds them.
"""

from functools import partial

from docqa.generate import Borrowed, Made, Method, task_types
from docqa.generate.tasks import by_model, by_rule
from docqa.generate.tasks.checks import check
from docqa.records import Chunk


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The items of one chunk: first those of the rules, then the model's.

    Raises:
        WorkerError: a rule hung or failed on it.
        ModelError: the model is gone.
    """
    settings = borrowed.settings
    rules = partial(by_rule.generate, alone=borrowed.session is None, min_score=settings.min_score)
    exact = await borrowed.pool.call(rules, chunk, timeout_s=settings.timeout_s)
    said = await by_model.generate(chunk, borrowed) if borrowed.session else Made()
    return Made((*exact, *said.items), said.failed)


METHOD = Method(
    name="tasks",
    line="classic tasks on a passage: summary, entities, class, rewriting, translation, reading, intents, tables",
    needs="either",
    types=task_types.of("task"),
    make=make,
    check=check,
)
