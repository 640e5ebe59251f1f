"""Lexical ranking: BM25 over ``terms``, the side of the index that names, numbers and part numbers are found by.

Kept in memory and built anew each time (0.3 s for 1,000 English chunks, 1 s for Chinese): bm25s can be saved, but a
file that can be computed again faster than it can be trusted is not worth having.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from docqa.terms import terms

K1 = 1.2
B = 0.75
"""Customary values (Robertson and Zaragoza, 2009); not tuned."""


class BM25:
    """Scores texts against a question (Lucene's variant, as implemented by bm25s)."""

    def __init__(self, texts: Sequence[str]) -> None:
        with _without("numba"):  # where another package brought it, bm25s loads it: 40 MB and 0.3 s, and nothing gained
            import bm25s

        self._size = len(texts)
        self._known: frozenset[str] = frozenset()
        documents = [terms(text) for text in texts]
        if any(documents):
            self._model = bm25s.BM25(k1=K1, b=B)
            self._model.index(documents, create_empty_token=False, show_progress=False)
            self._known = frozenset(self._model.vocab_dict)

    def scores(self, question: str) -> NDArray[np.float32]:
        """The score of every text, in their order; zeros when no term of the question is known."""
        asked = [term for term in terms(question) if term in self._known]
        if not asked:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._model.get_scores(asked), dtype=np.float32)


@contextmanager
def _without(package: str) -> Iterator[None]:
    """Have ``import package`` fail as if it were not installed, unless somebody imported it before."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]
