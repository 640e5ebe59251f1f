from collections.abc import Iterator

from docqa.generate.extractive.patterns import Draft
from docqa.records import Chunk


def questions(chunk: Chunk) -> Iterator[Draft]:
    yield from ()
