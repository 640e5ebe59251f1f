"""Chunk -> QAItems. One file a method: ``extractive`` is the embedded default, ``self_qa`` asks a model."""

from typing import NamedTuple

from docqa.errors import CallError, WorkerError
from docqa.records import QAItem


class Failed(NamedTuple):
    """What could not be made from a chunk: the answer to ``question``, or anything at all where that is ""."""

    error: CallError | WorkerError
    question: str = ""


class Made(NamedTuple):
    """What came of a chunk."""

    items: tuple[QAItem, ...] = ()
    failed: tuple[Failed, ...] = ()
