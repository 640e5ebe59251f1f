"""How well wrong answers are told from right ones without a model, and their passages found.

    python -m benchmarks.verification --data DIR

DIR holds corpus.LANG.jsonl and items.LANG.jsonl (en: SQuAD 2.0, zh: CMRC 2018): a question, an answer, its passage,
and a kind. ``answerable`` is grounded; ``plausible`` (the question cannot be answered), ``swapped`` (another question's
answer) and ``altered`` (an answer the passage does not have) are not. For ``docqa.verify.support`` and three simple
scores beside it: AUROC, and the share of the ungrounded dropped where the threshold keeps 90 % and 95 % of the
grounded. The threshold is taken on the reported half's own grounded items, as is usual for such tables.

``support`` is fitted on half 0 of the articles and reported on half 1; with the halves exchanged it is fitted here on
half 1 and reported on half 0, so that nobody has to believe in one lucky half. Then how often the question alone finds
its passage, and what `docqa verify` decides about the items: the share of each kind that it decides rightly. Without
the data it says so and ends with 0.

With a model, that last table has a line for it, and nothing else is printed: reader, closed book and judge are the
model's, as in a run. It takes two calls an item and more; --limit takes fewer items.

    python -m benchmarks.verification --data DIR --model Qwen/Qwen3-8B
    python -m benchmarks.verification --data DIR --model qwen3:8b --base-url http://localhost:11434/v1 --limit 50
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.passages import passage_chunk, rows
from benchmarks.verification import verdicts
from benchmarks.verification.data import LANGUAGES, Item, load, present
from benchmarks.verification.fit import FITTED, fit_all
from docqa.bm25 import BM25
from docqa.index import Index
from docqa.text import squash, words
from docqa.verify.support import Weights, supported, weights

Score = Callable[[Item], float]

KEPT = (0.90, 0.95)
KINDS = ("plausible", "swapped", "altered")
DEPTHS = (1, 5, 10)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verification", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="folder with corpus.LANG.jsonl and items.LANG.jsonl")
    parser.add_argument("--model", default="", help="model to verify with, as `docqa verify --model` takes it")
    parser.add_argument("--base-url", action="append", default=[], help="server with the model (repeatable)")
    parser.add_argument("--limit", type=int, default=0, help="items of each kind and language  [default: all]")
    given = parser.parse_args()
    if not all(present(given.data, language) for language in LANGUAGES):
        print(f"{given.data}: no verification data here; nothing measured")
        return
    items = {language: load(given.data, language) for language in LANGUAGES}
    named = {"name": given.model, "base_urls": given.base_url}
    models = [{key: value for key, value in named.items() if value}] if given.model or given.base_url else []
    if not models:
        for language in LANGUAGES:
            _report(given.data, language, items[language])
        _exchanged(items)
    print(f"\n{verdicts.HEADER}")
    for language in LANGUAGES:
        for line in verdicts.table(given.data, language, verdicts.some(items[language], given.limit), models):
            print(line, flush=True)


def _half(items: Sequence[Item], half: int) -> list[Item]:
    return [item for item in items if item.half == half]


def _report(data: Path, language: str, items: Sequence[Item]) -> None:
    reported = _half(items, 1 - FITTED)
    print(
        f"\n{language}: {len(reported)} items of half {1 - FITTED}, {sum(item.grounded for item in reported)} grounded"
    )
    print(f"{'score':<16}" + "".join(f"{kind:^26}" for kind in KINDS) + "CPU s/1,000")
    print(f"{'':<16}" + f"{'AUROC   at 90 %  at 95 %':^26}" * len(KINDS))
    for name, score in _scores(items, language):
        print(_line(name, score, reported))
    print(_retrieval(data, items, language))


def _exchanged(items: Mapping[str, Sequence[Item]]) -> None:
    print("\nhalves exchanged")
    fitted = fit_all({language: _half(items[language], 1 - FITTED) for language in LANGUAGES})
    for language in LANGUAGES:
        score = partial(_supported, language=language, using=fitted[language])
        print(_line(f"support, {language}", score, _half(items[language], FITTED)))


def _line(name: str, score: Score, items: Sequence[Item]) -> str:
    start = time.process_time()
    values = np.array([score(item) for item in items])
    cost = 1000 * (time.process_time() - start) / len(items)
    return f"{name:<16}" + "".join(_cell(values, items, kind) for kind in KINDS) + f"{cost:>11.2f}"


def _supported(item: Item, language: str, using: Weights) -> float:
    return supported(item.question, item.answer, item.passage, language, using)


def _scores(items: Sequence[Item], language: str) -> list[tuple[str, Score]]:
    passages = list(dict.fromkeys(item.passage for item in items))
    at = {passage: number for number, passage in enumerate(passages)}
    bm25, using = BM25(passages), weights(language)
    return [
        ("support", partial(_supported, language=language, using=using)),
        ("contained", lambda item: float(squash(item.answer) in squash(item.passage))),
        ("token overlap", _overlap),
        ("BM25", lambda item: float(bm25.scores(f"{item.question} {item.answer}")[at[item.passage]])),
    ]


def _overlap(item: Item) -> float:
    """The share of the question's and answer's words that the passage has."""
    said = set(words(f"{item.question} {item.answer}"))
    return len(said & set(words(item.passage))) / len(said)


def _cell(values: np.ndarray, items: Sequence[Item], kind: str) -> str:
    grounded = values[[item.grounded for item in items]]
    others = values[[item.kind == kind for item in items]]
    if not len(others):
        return f"{'-':^26}"
    shares = [dropped(grounded, others, kept) for kept in KEPT]
    return f"{f'{auroc(grounded, others):.3f}    {shares[0]:.3f}    {shares[1]:.3f}':^26}"


def auroc(grounded: np.ndarray, others: np.ndarray) -> float:
    """The chance that a grounded item scores above another, ties counting half."""
    gap = grounded[:, None] - others[None, :]
    return float((gap > 0).mean() + 0.5 * (gap == 0).mean())


def dropped(grounded: np.ndarray, others: np.ndarray, kept: float) -> float:
    """The share of the others below the highest threshold that keeps at least this share of the grounded."""
    threshold = np.sort(grounded)[int((1 - kept) * len(grounded) + 1e-9)]
    return float((others < threshold).mean())


def _retrieval(data: Path, items: Sequence[Item], language: str) -> str:
    chunks = [passage_chunk(row, language) for row in rows(data / f"corpus.{language}.jsonl")]
    asked = [item for item in items if item.grounded]
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open_or_build(Path(folder), chunks)
        found = index.search_all([item.question for item in asked], max(DEPTHS))
        index.close()
    cost = 1000 * (time.process_time() - start) / len(asked)
    ranks = [
        _rank([passage.chunk_id for passage in near], item.passage_id) for near, item in zip(found, asked, strict=True)
    ]
    recall = "  ".join(f"R@{depth} {sum(rank <= depth for rank in ranks) / len(ranks):.3f}" for depth in DEPTHS)
    mrr = sum(1 / rank for rank in ranks) / len(ranks)
    asked_of = f"{len(asked)} grounded questions, {len(chunks)} passages"
    return f"{'retrieval':<16}{asked_of}: {recall}  MRR {mrr:.3f}  CPU s/1,000 {cost:.2f}"


def _rank(found: Sequence[str], wanted: str) -> float:
    return found.index(wanted) + 1 if wanted in found else float("inf")


if __name__ == "__main__":
    main()
