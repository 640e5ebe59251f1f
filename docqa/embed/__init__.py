"""Texts -> vectors: the embedded embedder, or a dense model's that the settings name.

The dense ones need no more than a name: a sentence-transformers model in this process, or one behind an
OpenAI-compatible server's ``/embeddings``. Whatever made the vectors is part of the name of the index and of its
collection, so that two embedders never mix.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from docqa.settings import IndexSettings

Vectors = NDArray[np.float32]
"""One row a text, of unit length or all zero."""


class Embedder(Protocol):
    """What makes vectors.

    Attributes:
        name: stands for the vectors it makes: another name, other vectors.
    """

    name: str

    def embed(self, texts: Sequence[str], asked: bool = False) -> Vectors:
        """One row for each text.

        Args:
            asked: whether the texts are questions; some models embed those in another way than passages.

        Raises:
            ModelError: the model or its server cannot be used.
        """
        ...


def chosen(settings: IndexSettings) -> Embedder | None:
    """The dense embedder that the settings name, loaded; None for the embedded one, which is fitted on the corpus.

    Raises:
        SettingsError: a package is missing, or the settings don't fit together.
        ModelError: the model cannot be loaded, or its server does not answer.
    """
    if not settings.embedder and not settings.base_url:
        return None
    from docqa.embed import dense

    prefixes = (settings.passage_prefix, settings.question_prefix)
    if settings.base_url:
        return dense.Endpoint(settings.base_url, settings.embedder, prefixes)
    return dense.InProcess(settings.embedder, prefixes)
