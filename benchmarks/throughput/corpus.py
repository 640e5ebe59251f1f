"""Documents of any length for the throughput benchmark: sections of a maintenance manual, put together from a seed.

What they say is meaningless and no two sections say the same; they are plain text, so that parsing them costs little
beside what is measured.
"""

import random
from pathlib import Path

_PARTS = (
    "impeller gland coupling bearing strainer gearbox manifold governor condenser regulator separator diaphragm "
    "actuator exchanger compressor accumulator intercooler economiser desuperheater agitator"
).split()
_ACTS = "inspected cleaned greased tightened aligned replaced flushed calibrated drained tested".split()
_TOOLS = (
    "torque wrench|feeler gauge|dial indicator|pressure tester|grease gun|strap wrench|vacuum pump|borescope".split("|")
)
_WHY = (
    "because deposits would narrow the passage",
    "because the clearance grows with every start",
    "since vibration loosens the fasteners",
    "so that the film of oil does not break down",
    "as heat hardens the elastomer",
    "to keep moisture out of the housing",
)

SECTIONS = 20
"""Sections, and so chunks, in a document."""

SENTENCES = 14


def write(folder: Path, chunks: int, seed: int = 0) -> None:
    """Write documents of ``SECTIONS`` sections each, ``chunks`` sections in all, about 400 tokens a section."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    for first in range(0, chunks, SECTIONS):
        sections = [_section(draw, number) for number in range(first, min(first + SECTIONS, chunks))]
        text = "\n\n".join([f"MANUAL {first // SECTIONS}", *sections])
        (folder / f"manual_{first // SECTIONS:04}.txt").write_text(text + "\n")


def _section(draw: random.Random, number: int) -> str:
    unit = f"{draw.choice('ABCDEFGH')}{number:05}"
    sentences = " ".join(_sentence(draw, unit) for _ in range(SENTENCES))
    return f"{number % SECTIONS + 1} Unit {unit}\n\n{sentences}"


def _sentence(draw: random.Random, unit: str) -> str:
    part, other = draw.sample(_PARTS, 2)
    return (
        f"The {part} of unit {unit} beside the {other} must be {draw.choice(_ACTS)} with a {draw.choice(_TOOLS)} after "
        f"{draw.randrange(40, 9000)} hours, {draw.choice(_WHY)}."
    )
