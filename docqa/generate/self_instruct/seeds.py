"""The seed tasks: written for docqa, in English and in Chinese, neither a translation of the other.

They are made up as a person would write them for an assistant in an office, a plant, a ward or a bank, each with its
right output. ``seeds/self_instruct.LANGUAGE.toml`` holds them, to be read and changed.
"""

import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources

from docqa.records import Record, content_id
from docqa.rouge import Pool


class Seed(Record):
    """A task with one instance.

    Attributes:
        kind: what kind of task it is; for the reader, and to see that there are many.
        input: the text that the instruction is about, or "".
        classification: whether the output is one of a few labels, which the instruction names.
    """

    kind: str
    instruction: str
    input: str = ""
    output: str
    classification: bool = False


class _File(Record):
    seed: tuple[Seed, ...]


@cache
def seeds(language: str) -> tuple[Seed, ...]:
    """The seed tasks in a language, in the file's order."""
    file = resources.files("docqa.generate").joinpath("seeds", f"self_instruct.{language}.toml")
    return _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).seed


def drawn(language: str, count: int, key: str, which: Callable[[Seed], bool] = lambda seed: True) -> tuple[Seed, ...]:
    """``count`` of the seeds that are ``which``, drawn by ``key``: the same in every run."""
    fitting = [seed for seed in seeds(language) if which(seed)]
    return tuple(sorted(fitting, key=lambda seed: content_id(key, seed.instruction))[:count])


def like(instruction: str, language: str, alike: float) -> str:
    """The seed's instruction that an instruction is most like, if their ROUGE-L F1 is ``alike`` or more; else ""."""
    place = _pool(language).like(instruction, alike)
    return "" if place is None else seeds(language)[place].instruction


@cache
def _pool(language: str) -> Pool:
    pool = Pool()
    for seed in seeds(language):
        pool.add(seed.instruction)
    return pool
