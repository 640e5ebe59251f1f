"""Questions that take several steps, answered with them and grounded (chain of thought, Wei et al. 2022, 2201.11903).

A call asks for questions that no single sentence of the passage answers: a number to work out, a rule to apply to a
case, things to compare or to put in order. One call each answers them in steps. Every step has the words of the passage
that it rests on, or what it calculates from numbers that the steps before it have; what it calculates is worked out
again here (``arithmetic``), from the numbers up. Verification then compares the conclusion alone.
"""

import asyncio
from fractions import Fraction
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator

from docqa import arithmetic
from docqa.arithmetic import Number
from docqa.errors import CallError
from docqa.generate import Borrowed, Failed, Made, Method, task_types
from docqa.generate.items import asked, different, evidence, item, passage
from docqa.models.chat import Prompt, Turn
from docqa.quantities import quantities
from docqa.records import Chunk, QAItem, Step
from docqa.text import normalize

NAME = "reasoning"

Kind = Literal["calculation", "condition", "comparison", "order", "inference"]
_KINDS: tuple[str, ...] = get_args(Kind)

MOST = 3
"""Questions asked of a chunk, one for every ``TOKENS_A_QUESTION`` of it: few passages bear more that take steps."""

TOKENS_A_QUESTION = 160
ANSWER_TOKENS = 1024

_THEREFORE = {"en": "Therefore: ", "zh": "因此："}

FACTORS = {
    ("h", "min"): 60, ("min", "s"): 60, ("h", "s"): 3600, ("d", "h"): 24, ("wk", "d"): 7, ("a", "mo"): 12,
    ("a", "d"): 365, ("a", "wk"): 52, ("m", "cm"): 100, ("m", "mm"): 1000, ("cm", "mm"): 10, ("km", "m"): 1000,
    ("mm", "µm"): 1000, ("kg", "g"): 1000, ("g", "mg"): 1000, ("mg", "µg"): 1000, ("t", "kg"): 1000, ("l", "ml"): 1000,
    ("kPa", "Pa"): 1000, ("MPa", "kPa"): 1000, ("bar", "kPa"): 100, ("kV", "V"): 1000, ("A", "mA"): 1000,
    ("kW", "W"): 1000, ("MW", "kW"): 1000, ("kHz", "Hz"): 1000,
}  # fmt: skip
"""What two units are to each other, as ``quantities`` names them: no passage says how many minutes an hour has."""


class Question(BaseModel):
    """A question and its kind; a server that is not held to the schema may name a kind of its own."""

    kind: Annotated[Kind, BeforeValidator(lambda kind: kind if kind in _KINDS else "inference")]
    question: str


class Questions(BaseModel):
    """The reply of the first call."""

    questions: list[Question]


class Reasoned(BaseModel):
    """A step; what it rests on comes first, so that its text is written from that."""

    quote: str
    calculation: str
    text: str


class Reasoning(BaseModel):
    """The reply of the second."""

    steps: list[Reasoned]
    conclusion: str


async def make(chunk: Chunk, borrowed: Borrowed) -> Made:
    """The items of one chunk, in the order the model asked its questions.

    Raises:
        ModelError: the model is gone.
    """
    assert borrowed.session is not None
    fitting = max(1, min(MOST, round(chunk.tokens / TOKENS_A_QUESTION)))
    count = borrowed.settings.questions or fitting
    kinds = ", ".join(f'"{kind}"' for kind in _KINDS)
    system, user = borrowed.prompts.render(
        "reasoning-questions", chunk.language, count=count, kinds=kinds, **passage(chunk)
    )
    prompt = Prompt(system, user, Questions, 128 + 128 * count, borrowed.settings.temperature, Turn.BEGIN, chunk.id)
    try:
        reply = await borrowed.session.ask(prompt)
    except CallError as error:
        return Made(failed=(Failed(error),))
    chosen = different(reply.questions, lambda question: question.question)[:count]
    made = await asyncio.gather(*(_answered(chunk, question, borrowed) for question in chosen))
    return Made(
        items=tuple(result for result in made if isinstance(result, QAItem)),
        failed=tuple(result for result in made if isinstance(result, Failed)),
    )


async def _answered(chunk: Chunk, question: Question, borrowed: Borrowed) -> QAItem | Failed:
    assert borrowed.session is not None
    said = question.question.strip()
    system, user = borrowed.prompts.render("reasoning-answer", chunk.language, question=said, **passage(chunk))
    try:
        reply = await borrowed.session.ask(
            Prompt(system, user, Reasoning, ANSWER_TOKENS, turn=Turn.GO_ON, group=chunk.id)
        )
    except CallError as error:
        return Failed(error, said)
    steps = tuple(_step(chunk, step) for step in reply.steps if step.text.strip())
    conclusion = reply.conclusion.strip()
    made = item(
        chunk,
        said,
        written(steps, conclusion, chunk.language),
        [step.quote for step in steps],
        f"{NAME}/{question.kind}",
        asked(borrowed, NAME, "reasoning-answer", chunk.language),
        difficulty="hard",
    )
    return made.model_copy(update={"steps": steps, "conclusion": conclusion})


def _step(chunk: Chunk, given: Reasoned) -> Step:
    """The step, with its quote as it stands in the chunk."""
    found = evidence(chunk, [given.quote])
    return Step(
        text=" ".join(given.text.split()),
        quote=found[0].quote if found else "",
        calculation=normalize(given.calculation),
    )


def written(steps: tuple[Step, ...], conclusion: str, language: str) -> str:
    """Steps and conclusion as the answer's text: numbered lines, then what follows; "" where there is no conclusion."""
    if not steps or not conclusion:
        return ""
    opening, closing = ("（", "）") if language == "zh" else (" (", ")")
    lines = []
    for number, step in enumerate(steps, 1):
        shown = step.calculation and not arithmetic.calculations(step.text)
        calculation = f"{opening}{step.calculation.replace('*', '×')}{closing}" if shown else ""
        lines.append(f"{number}. {step.text}{calculation}")
    return "\n".join([*lines, f"{_THEREFORE[language]}{conclusion}"])


# --------------------------------------------------------------------------------------------------- the check


def check(made: QAItem, chunk: Chunk) -> str:
    """What is wrong with the reasoning, in a few words; "" when nothing is found.

    Each step cites or calculates; each calculation comes out as it says, and starts from numbers that a quote, the
    question or an earlier result has; and so does the number of the conclusion. Whether the quotes stand in the chunk,
    and whether all that is said follows from them, verification asks of every item.
    """
    if not made.answer:
        return "the passage does not answer it"
    if made.answer != written(made.steps, made.conclusion, made.language):
        return "the answer is not its steps"
    if len(made.steps) < 2:
        return "a single step"
    known = arithmetic.values("\n".join([made.question, *(step.quote for step in made.steps)]))
    for number, step in enumerate(made.steps, 1):
        if why := _flaw(step, known):
            return f"step {number}: {why}"
    for shown in arithmetic.numbers(made.conclusion):
        if not _is_known(shown, known):
            return f"{shown.text} in the conclusion is no result"
    return ""


def _flaw(step: Step, known: set[Fraction]) -> str:
    """What is wrong with a step; its results are ``known`` to the next ones."""
    found = [each for text in (step.text, step.calculation) for each in arithmetic.calculations(text)]
    if wrong := next((each.flaw for each in found if each.flaw), ""):
        return wrong
    if step.calculation and (rest := arithmetic.unread(step.calculation)):
        return f"cannot read {rest!r} in its calculation"
    if not step.quote and not found:
        return "cites nothing"
    common = _common(f"{step.text}\n{step.calculation}")
    for each in found:
        for operand in each.operands:
            if not _is_known(operand, known | common):
                return f"{operand.text} stands nowhere before"
        known |= {worth for result in each.results for worth in (result.value, result.digits)}
    return ""


def _is_known(number: Number, known: set[Fraction]) -> bool:
    return number.value in known or number.digits in known


def _common(text: str) -> set[Fraction]:
    """What a step may reckon with though nobody has said it: 60 from hours to minutes, 1 and 100 where there is a %."""
    units = frozenset[str]().union(*quantities(text).values())
    factors = {Fraction(factor) for pair, factor in FACTORS.items() if units.issuperset(pair)}
    return factors | {Fraction(1), Fraction(100)} if "%" in units else factors


METHOD = Method(
    name=NAME,
    line="questions that take several steps, answered with them; what they calculate is worked out again",
    needs="model",
    types=task_types.of(NAME),
    make=make,
    check=check,
)
