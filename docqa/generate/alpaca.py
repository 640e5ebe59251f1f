"""Many tasks in one call: Stanford Alpaca's way of Self-Instruct, about a passage.

Taori et al. 2023 (github.com/tatsu-lab/stanford_alpaca) ask one call for many instruction, input and output triples
after a list of requirements and three examples, without Self-Instruct's steps. The Chinese prompt has no examples, as
the one that Chinese-LLaMA-Alpaca (Cui et al. 2023, arXiv 2304.08177) collected its tasks with. Added to both: the tasks
are about the passage, and each comes with the quotes that its output rests on. What has no input is then verified like
a question; what has one by ``instruct_checks``.
"""

from pydantic import BaseModel

from docqa.errors import CallError
from docqa.generate import Borrowed, Failed, Made, Method, task_types
from docqa.generate.instruct_checks import ALIKE, given_with, wrong
from docqa.generate.items import asked, different, item, passage
from docqa.generate.self_qa import how_many
from docqa.models.chat import Prompt
from docqa.records import Chunk, Origin, QAItem

NAME = "alpaca"

TOKENS_A_TASK = 384
"""Of the reply: instruction, input, quotes and output."""


class Task(BaseModel):
    """One triple; the quotes come before the output, so that it is written from them."""

    instruction: str
    input: str
    classification: bool
    quotes: list[str]
    output: str


class Tasks(BaseModel):
    """The reply."""

    tasks: list[Task]


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The tasks of one chunk, as many as Self-QA would ask questions, in the order the model wrote them.

    Raises:
        ModelError: the model is gone.
    """
    assert borrowed.session is not None
    count = how_many(chunk, borrowed.settings.questions)
    system, user = borrowed.prompts.render(NAME, chunk.language, count=count, **passage(chunk))
    most, temperature = 128 + TOKENS_A_TASK * count, borrowed.settings.temperature
    try:
        reply = await borrowed.session.ask(Prompt(system, user, Tasks, most, temperature, group=chunk.id))
    except CallError as error:
        return Made(failed=(Failed(error),))
    origin = asked(borrowed, NAME, NAME, chunk.language)
    asking = (task for task in reply.tasks if task.instruction.strip())
    chosen = different(asking, lambda task: f"{task.instruction}\n{task.input}")[:count]
    return Made(tuple(_item(chunk, task, origin) for task in chosen))


def _item(chunk: Chunk, task: Task, origin: Origin) -> QAItem:
    given = given_with(task.input)
    kind = "open" if not given else "classification" if task.classification else "with-input"
    return item(chunk, task.instruction, task.output, task.quotes, f"instruct/{kind}", origin, input=given)


METHOD = Method(
    name=NAME,
    line="many instructions with inputs and outputs in one call a chunk, with quotes (Stanford Alpaca)",
    needs="model",
    types=task_types.of("instruct"),
    make=make,
    check=wrong,
    alike=ALIKE,
)
