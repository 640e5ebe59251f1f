"""How often a question finds its passage: BM25 alone, vectors alone, and both fused as docqa searches.

    python -m benchmarks.retrieval --data DIR

DIR holds ``verification/`` (corpus.LANG.jsonl, items.LANG.jsonl: SQuAD 2.0 and CMRC 2018) and ``quality/``
(retrieval_zh_tw_corpus.jsonl, retrieval_zh_tw_queries.jsonl: DRCD 2018). Only answerable questions are asked. Prints
recall at 1 and 5 for each side, the time a query takes, and ends with 0; without the data it says so and ends with 0.

The vectors are those of the embedded embedder, or of a dense one, which wants another weight beside BM25:

    python -m benchmarks.retrieval --data DIR --embedder BAAI/bge-m3 --dense-weight 0.5
    python -m benchmarks.retrieval --data DIR --embedder-url http://localhost:8001/v1
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.passages import passage_chunk, rows
from docqa.bm25 import BM25
from docqa.embed import Embedder, chosen
from docqa.embed.lsa import Lsa
from docqa.index import DENSE_WEIGHT, Index, searched_text
from docqa.records import Chunk
from docqa.settings import IndexSettings

Questions = list[tuple[str, str]]
"""(question, id of the chunk that answers it)"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="folder that holds verification/ and quality/")
    parser.add_argument("--embedder", default="", help="dense embedder, as `docqa run --embedder` takes it")
    parser.add_argument("--embedder-url", default="", help="server with /embeddings")
    parser.add_argument("--dense-weight", type=float, default=DENSE_WEIGHT, help="of the vectors, beside 1 for BM25")
    given = parser.parse_args()
    data = given.data
    sets = list(_sets(data))
    if not sets:
        print(f"{data}: no retrieval data here; nothing measured")
        return
    print(f"{'set':<8}{'chunks':>8}{'asked':>8}   {'BM25':>12}  {'vectors':>12}  {'fused':>12}  (R@1 R@5)   ms a query")
    dense = chosen(IndexSettings(embedder=given.embedder, base_url=given.embedder_url))
    for name, chunks, questions in sets:
        print(_line(name, chunks, questions, dense, given.dense_weight), flush=True)


def _sets(data: Path) -> Iterator[tuple[str, list[Chunk], Questions]]:
    for language in ("en", "zh"):
        corpus, items = (data / "verification" / f"{part}.{language}.jsonl" for part in ("corpus", "items"))
        if corpus.exists() and items.exists():
            asked = [(row["question"], row["passage"]) for row in rows(items) if row["label"] == "grounded"]
            yield language, [passage_chunk(row, language) for row in rows(corpus)], asked
    corpus, queries = (data / "quality" / f"retrieval_zh_tw_{part}.jsonl" for part in ("corpus", "queries"))
    if corpus.exists() and queries.exists():
        yield (
            "zh-tw",
            [passage_chunk(row, "zh") for row in rows(corpus)],
            [(q["question"], q["gold"]) for q in rows(queries)],
        )


def _line(name: str, chunks: list[Chunk], questions: Questions, dense: Embedder | None, weight: float) -> str:
    texts = [searched_text(chunk) for chunk in chunks]
    position = {chunk.id: at for at, chunk in enumerate(chunks)}
    bm25, embedder = BM25(texts), dense or Lsa.fit(texts)
    vectors = embedder.embed(texts)

    def best(scores: np.ndarray) -> list[int]:
        return [int(at) for at in np.argsort(-scores, kind="stable")[:5]]

    with tempfile.TemporaryDirectory() as folder:
        index = Index.open_or_build(Path(folder), chunks, dense, weight)
        start = time.perf_counter()
        fused = _recall(lambda question: [position[p.chunk_id] for p in index.search(question, 5)], position, questions)
        cost = 1000 * (time.perf_counter() - start) / len(questions)
        index.close()
    words = _recall(lambda question: best(bm25.scores(question)), position, questions)
    meaning = _recall(lambda question: best(vectors @ embedder.embed([question], True)[0]), position, questions)
    return f"{name:<8}{len(chunks):>8}{len(questions):>8}   {words:>12}  {meaning:>12}  {fused:>12}  {cost:>23.1f}"


def _recall(search: Callable[[str], list[int]], position: dict[str, int], questions: Questions) -> str:
    ranks = [[*search(question), position[gold]].index(position[gold]) for question, gold in questions]
    return "  ".join(f"{sum(rank < k for rank in ranks) / len(ranks):.3f}" for k in (1, 5))


if __name__ == "__main__":
    main()
