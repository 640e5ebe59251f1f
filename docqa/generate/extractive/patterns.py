"""What the extractive templates share: a draft question, and the measured precision of the template behind it.

Each template has an entry in ``english.toml``, ``chinese.toml`` or ``structure.toml``, readable by whoever must answer
for the set:

    [definition-is]
    task_type = "definition/term"
    difficulty = "easy"
    right = 27
    graded = 31
    note = "graded on 31 items of six manuals, 2026-11; misses: subjects that were a list"

A template's score is the lower-variance estimate (right + 1) / (graded + 2) (Laplace), so that 3 of 3 does not beat 27
of 31, and a template that was never graded scores 0.5 and is not used at the default ``min_score``.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

ADMONITION = r"^(?:Note|Tip|Caution|Warning|Important|Notice|注意|提示|警告)\s*[:：]?\s+(?=\S)"
"""The label of a box that ran into its text."""


class Template(BaseModel):
    """What is known of a template: its task type, and how many of its graded items were right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task_type: str
    difficulty: Literal["easy", "medium", "hard"]
    right: int
    graded: int
    note: str = ""

    @property
    def score(self) -> float:
        """Precision, 0 to 1, estimated by Laplace's rule of succession."""
        return (self.right + 1) / (self.graded + 2)


@dataclass(frozen=True)
class Draft:
    """A question and answer as a template makes them, before they become an item.

    Attributes:
        template: its name in the module's TOML file.
        quotes: (start, end) offsets into the chunk's text that support the answer, in reading order; whole sentences,
            list items or table cells. Together they contain every content word and number of the answer.
    """

    template: str
    question: str
    answer: str
    quotes: tuple[tuple[int, int], ...]


@cache
def templates(module: str) -> dict[str, Template]:
    """The templates of ``english``, ``chinese`` or ``structure``, by name."""
    text = resources.files(__package__).joinpath(f"{module}.toml").read_text(encoding="utf-8")
    return {name: Template.model_validate(entry) for name, entry in tomllib.loads(text).items()}
