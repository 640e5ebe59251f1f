"""The embedded embedder: TF-IDF folded to a few dense dimensions (latent semantic analysis), fitted on the corpus.

No weights, no network, and it still finds what BM25 can't: a word's other inflections (character 4-grams) and the
words that keep its company. Tried before: all-MiniLM (recall at 1 of .13 on Chinese), hashed n-grams at 384 dimensions
(.50 to .72). This: .75 English, .92 and .74 Chinese alone (`python -m benchmarks.retrieval`). It costs a fit per
corpus, about two seconds for 1,000 chunks, which is why it is stored beside the vectors.

Method: Deerwester et al. (1990), "Indexing by latent semantic analysis"; sub-linear term frequencies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docqa.embed import Vectors
from docqa.terms import terms
from docqa.text import is_cjk

NAME = "lsa-3"
"""Part of an index's name: raise it when the same texts would get other vectors."""

DIMENSIONS = 128
"""256 find more alone (.80 English) and nothing more once fused, at twice the cost (`benchmarks.retrieval`)."""

MAX_FEATURES = 65536
GRAM = 4


class Lsa:
    """An ``Embedder``. Made by ``fit`` or ``load``."""

    name = NAME

    def __init__(self, vocabulary: dict[str, int], idf: Vectors, components: Vectors) -> None:
        self._vocabulary, self._idf, self._components = vocabulary, idf, components

    @classmethod
    def fit(cls, texts: Sequence[str]) -> Lsa:
        """Fit on the texts to be found. Any number of them will do; of fewer than three, the vectors are TF-IDF's."""
        counts = [Counter(features(text)) for text in texts]
        known = _most_frequent(counts)
        if not known:
            return cls({}, np.zeros(0, np.float32), np.zeros((1, 0), np.float32))
        vocabulary = {term: at for at, term in enumerate(known)}
        frequency = Counter(term for count in counts for term in count)
        idf = np.array([1 + log((1 + len(texts)) / (1 + frequency[term])) for term in known], dtype=np.float32)
        # Rounded, so that the last bits, in which two machines' linear algebra differ, never decide a rank.
        return cls(vocabulary, idf, _components(counts, vocabulary, idf).round(5))

    def embed(self, texts: Sequence[str], asked: bool = False) -> Vectors:
        """One row of unit length for each text, question or not; zeros for a text without a known term."""
        vectors = np.zeros((len(texts), len(self._components)), dtype=np.float32)
        for row, text in enumerate(texts):
            at, weights = _weights(Counter(features(text)), self._vocabulary, self._idf)
            # Not by a BLAS, whose sums depend on how many threads it has.
            vectors[row] = np.einsum("ij,j->i", self._components[:, at], weights)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 1e-9)
        return unit

    def save(self, path: Path) -> None:
        """Write to ``path`` (``.npz``), which ``load`` reads."""
        known = sorted(self._vocabulary, key=lambda term: self._vocabulary[term])
        np.savez(path, vocabulary=np.array(known, dtype=np.str_), idf=self._idf, components=self._components)

    @classmethod
    def load(cls, path: Path) -> Lsa:
        """Read what ``save`` wrote.

        Raises:
            OSError, ValueError, KeyError, zipfile.BadZipFile: the file is missing or damaged.
        """
        with np.load(path, allow_pickle=False) as stored:
            parts: dict[str, Any] = {name: stored[name] for name in ("vocabulary", "idf", "components")}
        vocabulary = {str(term): index for index, term in enumerate(parts["vocabulary"])}
        return cls(vocabulary, parts["idf"], parts["components"])


def _most_frequent(counts: Sequence[Counter[str]]) -> list[str]:
    """The terms that stand there most often, ``MAX_FEATURES`` at most, in alphabetical order."""
    total = Counter[str]()
    for count in counts:
        total.update(count)
    return sorted(sorted(total, key=lambda term: (-total[term], term))[:MAX_FEATURES])


def _components(counts: Sequence[Counter[str]], vocabulary: Mapping[str, int], idf: Vectors) -> Vectors:
    """The directions along which the texts' TF-IDF vectors differ most, one a row."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import svds

    rows = [_weights(count, vocabulary, idf) for count in counts]
    starts = np.cumsum([0, *(len(at) for at, _ in rows)])
    data, places = (np.concatenate([row[part] for row in rows]) for part in (1, 0))
    matrix = csr_matrix((data, places, starts), shape=(len(rows), len(vocabulary)), dtype=np.float32)
    size = min(DIMENSIONS, len(rows) - 1, len(vocabulary) - 1)
    if size < 2:
        return np.asarray(matrix.toarray(), dtype=np.float32)
    start = np.ones(min(matrix.shape), dtype=np.float32)
    return np.asarray(svds(matrix, size, v0=start, return_singular_vectors="vh")[2][::-1], dtype=np.float32)


def _weights(
    count: Mapping[str, int], vocabulary: Mapping[str, int], idf: Vectors
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A text's known terms by number, in order, and their TF-IDF weights, of unit length together."""
    known = sorted((vocabulary[term], times) for term, times in count.items() if term in vocabulary)
    at = np.array([number for number, _ in known], dtype=np.int64)
    weights = (1 + np.log(np.array([times for _, times in known], dtype=np.float32))) * idf[at]
    return at, weights / max(float(np.linalg.norm(weights)), 1e-9)


def features(text: str) -> list[str]:
    """The terms of ``text`` and the 4-grams inside its longer words, marked ``#``."""
    found = []
    for term in terms(text):
        found.append(term)
        if len(term) > GRAM and not is_cjk(term[0]):
            word = f"<{term}>"
            found += ["#" + word[at : at + GRAM] for at in range(len(word) - GRAM + 1)]
    return found
