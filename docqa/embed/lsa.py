"""The embedded embedder: TF-IDF folded to a few dense dimensions (latent semantic analysis), fitted on the corpus.

No weights, no network, and it still finds what BM25 can't: a word's other inflections (character 4-grams) and the
words that keep its company. Tried before: all-MiniLM (recall at 1 of .13 on Chinese), hashed n-grams at 384 dimensions
(.50 to .72). This: .77 English, .94 and .78 Chinese alone (`python -m benchmarks.retrieval`). It costs a fit per
corpus, about two seconds for 1,000 chunks, which is why it is stored beside the vectors.

Method: Deerwester et al. (1990), "Indexing by latent semantic analysis"; sub-linear term frequencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from docqa.embed import Vectors
from docqa.terms import terms
from docqa.text import is_cjk

NAME = "lsa-1"
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
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        if not any(terms(text) for text in texts):
            return cls({}, np.zeros(0, np.float32), np.zeros((1, 0), np.float32))
        vectorizer = TfidfVectorizer(analyzer=features, sublinear_tf=True, max_features=MAX_FEATURES, dtype=np.float32)
        matrix = vectorizer.fit_transform(texts)
        size = min(DIMENSIONS, matrix.shape[0] - 1, matrix.shape[1] - 1)
        if size < 2:
            components = np.asarray(matrix.toarray(), dtype=np.float32)
        else:
            components = TruncatedSVD(size, n_iter=2, random_state=0).fit(matrix).components_
        vocabulary = {term: int(index) for term, index in vectorizer.vocabulary_.items()}
        # Rounded, so that the last bits, in which two machines' linear algebra differ, never decide a rank.
        return cls(vocabulary, vectorizer.idf_.astype(np.float32), components.round(5).astype(np.float32))

    def embed(self, texts: Sequence[str], asked: bool = False) -> Vectors:
        """One row of unit length for each text, question or not; zeros for a text without a known term."""
        vectors = np.zeros((len(texts), len(self._components)), dtype=np.float32)
        for row, text in enumerate(texts):
            counts: dict[int, int] = {}
            for feature in features(text):
                if (index := self._vocabulary.get(feature)) is not None:
                    counts[index] = counts.get(index, 0) + 1
            if counts:
                at = np.fromiter(counts, dtype=np.int64)
                weights = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32))) * self._idf[at]
                vectors[row] = self._components[:, at] @ weights
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


def features(text: str) -> list[str]:
    """The terms of ``text`` and the 4-grams inside its longer words, marked ``#``."""
    found = []
    for term in terms(text):
        found.append(term)
        if len(term) > GRAM and not is_cjk(term[0]):
            word = f"<{term}>"
            found += ["#" + word[at : at + GRAM] for at in range(len(word) - GRAM + 1)]
    return found
