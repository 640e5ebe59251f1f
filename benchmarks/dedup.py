"""How long the duplicates of a large set take, and whether any is missed.

    python -m benchmarks.dedup [--data DIR] [--rows 50000]

Questions and answers are made by a seeded script, half English and half Chinese, one in fifty a near copy of another.
Prints how long the ROUGE-L pass over the questions takes at .7, and how much longer a plain loop would; the pairs it
misses of a sample of 3,000 against an LCS written out in Python; and what ``duplicates`` makes of the planted copies,
with the exact pass and with MinHash in its place.

DIR holds ``dedup_LANG.jsonl`` (instructions of SQuAD 2.0, XQuAD and CMRC 2018), all their pairs at .7 in
``dedup_LANG_rougeL07_pairs.jsonl`` and copies made by a script in ``dedup_LANG_planted.jsonl``; without it that part is
skipped. Ends with 1 when the exact pass misses a pair.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

from benchmarks.passages import rows
from docqa.curate.dedup import duplicates
from docqa.curate.minhash import probable_pairs
from docqa.records import Origin, QAItem
from docqa.rouge import rouge_tokens, similar_pairs

THRESHOLD = 0.7
SAMPLE = 3000
SEED = 20
COPIES = 50
"""One row in so many is a near copy."""

_OPENERS = {
    "en": "What is the|Who checks the|How often is the|When may a|Why does the|Which|Where is the|How much".split("|"),
    "zh": "什么是|由谁负责|多久检查一次|什么时候可以|为什么|哪些|在哪里|多少".split("|"),
}
_LINKS = {
    "en": "of the|and|in a|with|for each|before|at|from the".split("|"),
    "zh": "的 和 在 对 以及 之前 从 与".split(),
}
_WORDS = 4000
"""Different words a language; the first ones are the most frequent."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, help="folder with dedup_LANG.jsonl")
    parser.add_argument("--rows", type=int, default=50_000, help="how many questions are made")
    given = parser.parse_args()
    items, copies = made(given.rows)
    missed = _pass(items)
    _planted("made", items, copies)
    if given.data and (given.data / "dedup_en.jsonl").exists():
        missed += sum(_measured(given.data, language) for language in ("en", "zh"))
    else:
        print(f"{given.data or '--data'}: no dedup_LANG.jsonl here; the part on real questions is skipped")
    sys.exit(1 if missed else 0)


def made(count: int, seed: int = SEED) -> tuple[list[QAItem], list[tuple[int, int]]]:
    """``count`` items, and the places of each planted copy and its original."""
    chance = random.Random(seed)
    words = {language: _vocabulary(language, chance) for language in _OPENERS}
    items: list[QAItem] = []
    copies = []
    while len(items) < count:
        language = "en" if len(items) % 2 else "zh"
        if len(items) > COPIES and chance.randrange(COPIES) == 0:
            of = chance.randrange(len(items))
            copies.append((of, len(items)))
            first = items[of]
            items.append(item(len(items), first.language, _reworded(first.question, chance), first.answer))
        else:
            asked, said = (_phrase(language, words[language], chance) for _ in range(2))
            opener = chance.choice(_OPENERS[language])
            question = f"{opener} {asked}?" if language == "en" else f"{opener}{asked}？"
            items.append(item(len(items), language, question, f"{said} {chance.randrange(1, 2000)}"))
    return items, copies


def item(place: int, language: str, question: str, answer: str) -> QAItem:
    """An item of a document of its own."""
    return QAItem(
        id=f"{place:07}",
        chunk_ids=("chunk",),
        document_id=str(place),
        path="made",
        question=question,
        answer=answer,
        evidence=(),
        task_type="given/item",
        language=language,
        difficulty="easy",
        origin=Origin(method="given", prompt=""),
        score=None,
    )


def _vocabulary(language: str, chance: random.Random) -> list[str]:
    if language == "en":
        parts = ["".join(pair) for pair in product("bdfgklmnprstv", "aeiou")]
        return ["".join(chance.choices(parts, k=chance.randrange(2, 5))) + "n" for _ in range(_WORDS)]
    return ["".join(chr(chance.randrange(0x4E00, 0x5800)) for _ in range(2)) for _ in range(_WORDS)]


def _phrase(language: str, words: Sequence[str], chance: random.Random) -> str:
    """Three to seven words with links between them."""
    picked = [words[int(_WORDS * chance.random() ** 2)] for _ in range(chance.randrange(3, 8))]
    gap = " " if language == "en" else ""
    return picked[0] + "".join(f"{gap}{chance.choice(_LINKS[language])}{gap}{word}" for word in picked[1:])


def _reworded(question: str, chance: random.Random) -> str:
    english = question.isascii()
    if english and chance.randrange(2):
        return chance.choice(("Please say: ", "Tell me, ", "And ")) + question[0].lower() + question[1:]
    if english:
        return question.replace("the", "a", 1) if chance.randrange(2) else question.upper()
    return (
        chance.choice(("请问", "那么", "请说明：")) + question if chance.randrange(2) else question.replace("？", "呢?")
    )


def _pass(items: Sequence[QAItem]) -> int:
    """Time the exact pass on the questions, and print and return how many pairs it misses on a sample."""
    texts = [rouge_tokens(one.question) for one in items]
    start = time.perf_counter()
    found = sum(1 for _ in similar_pairs(texts, THRESHOLD))
    cost = time.perf_counter() - start
    sample = random.Random(SEED).sample(texts, min(SAMPLE, len(texts)))
    start = time.perf_counter()
    expected = {(i, j) for i, j in combinations(range(len(sample)), 2) if _f1(sample[i], sample[j]) >= THRESHOLD}
    loop = time.perf_counter() - start
    missed = expected ^ {(i, j) for i, j, _ in similar_pairs(sample, THRESHOLD)}
    slower = loop * (len(texts) / len(sample)) ** 2 / cost
    print(f"ROUGE-L at {THRESHOLD}: {len(texts):,} questions {cost:.1f} s (a loop: {slower:,.0f} x), {found:,} pairs")
    print(f"  {len(sample):,} of them: {len(expected):,} pairs by brute force, {len(missed)} missed or too many")
    return len(missed)


def _f1(a: Sequence[str], b: Sequence[str]) -> float:
    """ROUGE-L F1 by the table of Lin (2004), left early where even the shared words would not do."""
    if not a or not b or 2 * (Counter(a) & Counter(b)).total() < THRESHOLD * (len(a) + len(b)) - 1e-9:
        return 0.0
    row = [0] * (len(b) + 1)
    for token in a:
        before = 0
        for place, other in enumerate(b, start=1):
            before, row[place] = row[place], before + 1 if token == other else max(row[place], row[place - 1])
    return 2 * row[-1] / (len(a) + len(b)) + 1e-9


def _planted(name: str, items: Sequence[QAItem], copies: Sequence[tuple[int, int]]) -> None:
    """Print how many planted copies go, and how many other items, with each way of finding pairs."""
    place = {one.id: at for at, one in enumerate(items)}
    pairs = {frozenset(pair) for pair in copies}
    for way, most in (("exact", len(items)), ("MinHash", 0)):
        start = time.perf_counter()
        gone = {at: place[reason.partition(":")[2]] for at, reason in duplicates(items, most_exact=most).items()}
        cost = time.perf_counter() - start
        found = sum(a in gone or b in gone for a, b in copies)
        others = sum(frozenset(pair) not in pairs for pair in gone.items())
        print(
            f"{name:<5}{way:<8}{len(items):>7,} items {cost:6.1f} s: "
            f"{found} of {len(copies)} planted copies go, {others} others"
        )


def _measured(data: Path, language: str) -> int:
    """Print what is found on the real questions, and return how many pairs are missed."""
    questions = list(rows(data / f"dedup_{language}.jsonl"))
    place = {row["id"]: at for at, row in enumerate(questions)}

    def pairs(name: str) -> list[tuple[int, int]]:
        return [(place[row["a"]], place[row["b"]]) for row in rows(data / f"dedup_{language}_{name}.jsonl")]

    texts = [rouge_tokens(row["instruction"]) for row in questions]
    expected = {frozenset(pair) for pair in pairs("rougeL07_pairs")}
    missed = expected - {frozenset((i, j)) for i, j, _ in similar_pairs(texts, THRESHOLD)}
    unmet = expected - {frozenset((i, j)) for i, j, _ in probable_pairs(texts, THRESHOLD)}
    print(f"{language}: {len(expected)} pairs at {THRESHOLD}: {len(missed)} missed, by MinHash {len(unmet)}")
    items = [item(at, language, row["instruction"], row["output"]) for at, row in enumerate(questions)]
    _planted(language, items, pairs("planted"))
    return len(missed)


if __name__ == "__main__":
    main()
