"""Chunks -> a searchable index: Chroma for vectors and BM25 for words, fused by score.

Fusion is a weighted sum of z-scores over the candidates of both sides. Reciprocal rank fusion was tried and lets a weak
side spoil a strong one (Chinese recall at 1 from .96 to .40 with an English embedder); with z-scores and a small weight
the dense side can only break near-ties, and finds what BM25 has no word for.

The folder is a cache of the run, never its memory. Chroma does not survive a kill in mid-write (2 of 34 stores were
broken for good), so an index is built beside, closed, and renamed to a name that is the hash of its content; one that
is missing or cannot be read is built again. Chroma keeps a client per path in the process, so an index is closed before
its folder is touched, and every search comes from one process.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from docqa.bm25 import BM25
from docqa.embed import Embedder, Vectors
from docqa.embed.lsa import NAME, Lsa
from docqa.records import Chunk, Passage, content_id
from docqa.runfolder import read_records

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

DENSE_WEIGHT = 0.2
"""Beside 1 for BM25, if the settings don't say.

`python -m benchmarks.retrieval`, recall at 1 and 5: English .893 .973 (BM25 .892 .968), simplified Chinese .968 .998
(.968 .998), traditional .934 .992 (.935 .994); a larger weight costs recall at 1.
"""

CANDIDATES = 50
"""How many each side proposes; 100 find no more (`python -m benchmarks.retrieval`)."""

BATCH = 5000
"""Chroma refuses more than 5,461 at a time."""

COLLECTION = "chunks"
PROBES = 3


class Index:
    """What retrieval verification asks: the chunks that fit a question, and a chunk's neighbours.

    Attributes:
        embedder: what made its vectors; it can embed after the index is closed, too.
    """

    def __init__(
        self,
        chunks: Sequence[Chunk],
        embedder: Embedder,
        client: Client,
        collection: Collection,
        dense_weight: float = DENSE_WEIGHT,
    ) -> None:
        self._chunks = list(chunks)
        self._at = {chunk.id: at for at, chunk in enumerate(self._chunks)}
        self._bm25 = BM25([searched_text(chunk) for chunk in self._chunks])
        self.embedder, self._client, self._collection = embedder, client, collection
        self._dense_weight = dense_weight
        self._one_at_a_time = threading.Lock()

    @classmethod
    def open_or_build(
        cls,
        folder: Path,
        chunks: Iterable[Chunk],
        dense: Embedder | None = None,
        dense_weight: float = DENSE_WEIGHT,
    ) -> Index:
        """Open the index of exactly these chunks in ``folder``, or build it there; older ones are removed.

        Chunks are taken in the order given, neighbours in a document next to each other; of equal ids the first counts.

        Args:
            dense: the embedder to use; None for the embedded one, fitted on the chunks.

        Raises:
            ModelError: ``dense`` cannot embed.
        """
        chunks = _once(chunks)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / index_name(chunks, dense.name if dense else NAME)
        opened = _open(path, len(chunks), dense)
        if opened is None:
            for stale in folder.iterdir():
                if (
                    stale.is_dir()
                    and stale.name.startswith((f"{COLLECTION}-", ".building-"))
                    and stale != _fitted(path)
                ):
                    shutil.rmtree(stale)
            _build(path, chunks, dense)
            opened = _open(path, len(chunks), dense)
        if opened is None:
            raise RuntimeError(f"{path}: the index that was just built cannot be read")
        return cls(chunks, *opened, dense_weight)

    def search(self, question: str, k: int = 8) -> list[Passage]:
        """The ``k`` chunks that fit ``question`` best, best first; equal scores keep the chunks' order."""
        return self.search_all([question], k)[0]

    def search_all(self, questions: Sequence[str], k: int = 8) -> list[list[Passage]]:
        """``search`` for several questions; Chroma takes a millisecond a query, however many questions it holds."""
        if not self._chunks:
            return [[] for _ in questions]
        vectors = self.embedder.embed(questions, asked=True)
        with self._one_at_a_time:
            near = self._nearest(vectors)
        return [self._fused(question, meaning, k) for question, meaning in zip(questions, near, strict=True)]

    def _fused(self, question: str, meaning: dict[int, float], k: int) -> list[Passage]:
        words = self._bm25.scores(question).astype(np.float64)
        order = np.argsort(-words, kind="stable")[:CANDIDATES]
        candidates = sorted({*meaning, *order[words[order] > 0].tolist()})
        if not candidates:
            return []
        floor = min(meaning.values(), default=0.0)
        fused = _z(words[candidates]) + self._dense_weight * _z(np.array([meaning.get(at, floor) for at in candidates]))
        scores = fused.round(6)
        best = np.argsort(-scores, kind="stable")[:k].tolist()
        return [Passage(chunk_id=self._chunks[candidates[at]].id, score=float(scores[at])) for at in best]

    def _nearest(self, vectors: Vectors) -> list[dict[int, float]]:
        """Cosine similarity of the nearest chunks by position; none for a question without a known term."""
        known = [row for row, vector in enumerate(vectors) if vector.any()]
        near: list[dict[int, float]] = [{} for _ in vectors]
        if not known:
            return near
        found: Any = self._collection.query(
            query_embeddings=vectors[known], n_results=min(CANDIDATES, len(self._chunks)), include=["distances"]
        )
        for row, ids, distances in zip(known, found["ids"], found["distances"], strict=True):
            near[row] = {int(at): round(1.0 - distance, 5) for at, distance in zip(ids, distances, strict=True)}
        return near

    def chunk(self, chunk_id: str) -> Chunk:
        """The chunk with this id.

        Raises:
            KeyError: there is none.
        """
        return self._chunks[self._at[chunk_id]]

    def __contains__(self, chunk_id: str) -> bool:
        return chunk_id in self._at

    def __len__(self) -> int:
        return len(self._chunks)

    def neighbours(self, chunk_id: str) -> list[Chunk]:
        """The chunks just before and just after this one in its document."""
        at = self._at[chunk_id]
        beside = [self._chunks[near] for near in (at - 1, at + 1) if 0 <= near < len(self._chunks)]
        return [chunk for chunk in beside if chunk.document_id == self._chunks[at].document_id]

    def close(self) -> None:
        """Let go of the folder; the index can't be searched any more."""
        self._client.close()


def fit_index(folder: Path, chunks: Path) -> None:
    """Have in ``folder`` what takes most of the time and memory of an index of the chunks in a file: the vectors.

    For a process of its own: what fitting takes (the matrices of the whole corpus) goes when it ends.
    """
    known = _once(read_records(chunks, Chunk))
    path = folder / index_name(known)
    folder.mkdir(parents=True, exist_ok=True)
    if not path.is_dir():
        shutil.rmtree(_fitted(path), ignore_errors=True)  # left by a run that was killed
        _fit(path, known, None)


def _once(chunks: Iterable[Chunk]) -> list[Chunk]:
    return list({chunk.id: chunk for chunk in chunks}.values())


def searched_text(chunk: Chunk) -> str:
    """What a chunk is found by: title and headings once, then its text (twice was no better)."""
    return "\n".join([chunk.title, *chunk.heading_path, chunk.text])


def index_name(chunks: Sequence[Chunk], embedder: str = NAME) -> str:
    """A folder's name that is the same exactly when the chunks, their order and the embedder are."""
    parts = (part for chunk in chunks for part in (chunk.id, searched_text(chunk)))
    return f"{COLLECTION}-{content_id(embedder, *parts)}"


def collection_name(embedder: str) -> str:
    """The Chroma collection for an embedder's vectors, within what Chroma takes: ``chunks-BAAI-bge-m3-4be1...``."""
    words = re.sub(r"[^A-Za-z0-9.-]+", "-", embedder)[-100:].strip(".-")
    return f"{COLLECTION}-{words}-{content_id(embedder)[:8]}"


def _z(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)


# ------------------------------------------------------------------------------------------------- Chroma's folder


def _client(path: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    client: Any = chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False))
    return cast("Client", client)


def _fitted(path: Path) -> Path:
    """Where the vectors of the index in ``path`` wait to be put into Chroma."""
    return path.with_name(f"{path.name}.fitted")


def _fit(path: Path, chunks: Sequence[Chunk], dense: Embedder | None) -> None:
    texts = [searched_text(chunk) for chunk in chunks]
    embedder = dense or Lsa.fit(texts)
    beside = Path(tempfile.mkdtemp(prefix=".building-", dir=path.parent))
    if isinstance(embedder, Lsa):
        embedder.save(beside / "embedder.npz")
    np.savez(beside / "vectors.npz", vectors=embedder.embed(texts))
    beside.rename(_fitted(path))


def _build(path: Path, chunks: Sequence[Chunk], dense: Embedder | None) -> None:
    """Build beside ``path`` and rename to it: whoever finds the name finds a whole index."""
    if not _fitted(path).is_dir():
        _fit(path, chunks, dense)
    # Never a name that was used before: Chroma remembers a path for as long as the process lives.
    beside = _fitted(path).rename(path.with_name(f".building-{uuid4().hex}"))
    vectors = _vectors(beside)
    client = _client(beside)
    try:
        collection = client.create_collection(
            collection_name(dense.name if dense else NAME),
            embedding_function=None,
            # One thread and a wide beam: the same graph and the same neighbours every time.
            configuration={"hnsw": {"space": "cosine", "num_threads": 1, "ef_construction": 200, "ef_search": 200}},
        )
        known = _placed(vectors)
        for start in range(0, len(known), BATCH):
            batch = known[start : start + BATCH]
            collection.add(ids=[str(at) for at in batch], embeddings=vectors[batch])
    finally:
        client.close()
    beside.rename(path)


def _open(path: Path, size: int, dense: Embedder | None) -> tuple[Embedder, Client, Collection] | None:
    """The parts of the index in ``path``; None when it is missing or any part of it cannot be read."""
    if not path.is_dir():
        return None
    try:
        embedder = dense or Lsa.load(path / "embedder.npz")
        vectors = _vectors(path)
        client = _client(path)
        collection = client.get_collection(collection_name(embedder.name), embedding_function=None)
        if len(vectors) == size and _answers(collection, vectors):
            return embedder, client, collection
        client.close()
    except Exception:
        # Chroma reports a damaged store as InternalError, NotFoundError, AttributeError, ..., numpy a damaged file as
        # ValueError, EOFError, BadZipFile, ..., and their next versions may choose others. Whatever it is, the answer
        # is the same and safe: build again. Chroma would hand out the broken client for this path from its cache.
        _forget_clients()
    return None


def _vectors(path: Path) -> Vectors:
    with np.load(path / "vectors.npz", allow_pickle=False) as stored:
        vectors: Vectors = stored["vectors"]
    return vectors


def _forget_clients() -> None:
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()


def _answers(collection: Collection, vectors: Vectors) -> bool:
    """Whether the store holds exactly ``vectors``, and finds the first, middle and last of them."""
    known = _placed(vectors)
    stored: Any = collection.get(include=["embeddings"])
    if sorted(map(int, stored["ids"])) != known.tolist():
        return False
    if not len(known):
        return True
    order = np.argsort([int(at) for at in stored["ids"]])
    if not np.allclose(np.asarray(stored["embeddings"])[order], vectors[known], atol=1e-4):
        return False
    probes = known[np.linspace(0, len(known) - 1, PROBES).astype(int)]
    found: Any = collection.query(query_embeddings=vectors[probes], n_results=1, include=["distances"])
    return all(distances and distances[0] < 1e-3 for distances in found["distances"])


def _placed(vectors: Vectors) -> NDArray[np.intp]:
    """The positions that Chroma holds: a zero vector has no direction; BM25 still finds its chunk."""
    return np.flatnonzero(vectors.any(axis=1))
