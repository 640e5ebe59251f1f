"""Does back-verification drop what was corrupted on purpose, and keep what was not?

    python -m benchmarks.corruption --documents DIR [--show KIND]

Parses, chunks and asks DIR as a run does, verifies every item, then corrupts each in every way that applies and
verifies those. An item as generated should be kept, a corrupted one dropped. The kinds:

    number      one number of the answer is changed
    negation    a negation is put into the answer, or taken out
    answer      another chunk's answer, under this item's own evidence
    subject     the question of an item of the same template and document, where its answer is another

The first three are the evidence check's to find, the last the reader's: its evidence bears out its answer. Generated
items are not all right; what is wrong with them is counted as wrongly dropped here, so ``kept`` errs on the small side.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from docqa.export.corrupt import changed_number, flipped
from docqa.index import Index
from docqa.records import Chunk, QAItem
from docqa.text import squash
from docqa.verify import ExtractiveReader, LexicalJudge, verify

SEED = 0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=Path, required=True, help="folder of documents to make items from")
    parser.add_argument("--show", default="", help="also print the misses of this kind (or of 'good')")
    arguments = parser.parse_args()
    chunks, items = generated(arguments.documents)
    if not items:
        print(f"{arguments.documents}: no items were made from it; nothing measured")
        return
    report(chunks, items, arguments.show)


def generated(folder: Path) -> tuple[list[Chunk], list[QAItem]]:
    """The chunks and items of the documents in ``folder``; files that cannot be read are left out."""
    from docqa.chunk import chunk_document
    from docqa.errors import ParseError
    from docqa.generate.extractive import generate
    from docqa.parse import parse_file

    chunks: list[Chunk] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            chunks += chunk_document(parse_file(path, folder))
        except ParseError as error:
            print(f"{path.name}: left out, {error}")
    return chunks, [item for chunk in chunks for item in generate(chunk)]


def corrupt(items: Sequence[QAItem], seed: int = SEED) -> Iterator[tuple[str, QAItem]]:
    """(kind, item) for every way each item can be corrupted in; the same for the same items and seed."""
    chance = random.Random(seed)
    peers: dict[tuple[str, str], list[QAItem]] = defaultdict(list)
    for item in items:
        peers[item.origin.prompt, item.document_id].append(item)
    for item in items:
        if answer := changed_number(item.answer, chance):
            yield "number", item.model_copy(update={"answer": answer})
        if answer := flipped(item.answer, item.language):
            yield "negation", item.model_copy(update={"answer": answer})
        strangers = [s for s in items if s.language == item.language and s.chunk_ids != item.chunk_ids]
        if strangers:
            yield "answer", item.model_copy(update={"answer": chance.choice(strangers).answer})
        others = [peer for peer in peers[item.origin.prompt, item.document_id] if _differs(peer, item)]
        if others:
            yield "subject", item.model_copy(update={"question": chance.choice(others).question})


def _differs(a: QAItem, b: QAItem) -> bool:
    first, second = squash(a.answer), squash(b.answer)
    return a.question != b.question and first not in second and second not in first


def report(chunks: Sequence[Chunk], items: Sequence[QAItem], show: str = "") -> None:
    """Verify ``items`` and their corruptions against ``chunks``, and print what became of them."""
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open_or_build(Path(folder), chunks)
        reader, judge = ExtractiveReader(), LexicalJudge()
        start = time.perf_counter()
        cases = [("good", item) for item in items] + list(corrupt(items))
        verified = [
            (kind, asyncio.run(verify(item, index.search(item.question), index, reader, judge))) for kind, item in cases
        ]
        cost = time.perf_counter() - start
        index.close()
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for kind, item in verified:
        table[item.language, kind][item.reason.split(":")[0]] += 1
    print(f"{'':<4}{'kind':<10}{'items':>6}{'kept':>7}  what became of them")
    for (language, kind), reasons in sorted(table.items()):
        total = sum(reasons.values())
        share = sum(item.kept is True for k, item in verified if (item.language, k) == (language, kind)) / total
        print(
            f"{language:<4}{kind:<10}{total:>6}{share:>7.3f}  {', '.join(f'{r} {n}' for r, n in reasons.most_common())}"
        )
    print(f"{len(verified)} items verified in {cost:.1f} s")
    for kind, item in verified:
        if kind == show and item.kept is not (kind == "good"):
            _show(item)


def _show(item: QAItem) -> None:
    verdict = item.verdict
    print(f"\n[{item.origin.prompt}] {item.reason}\nQ {item.question}\nA {item.answer!r}")
    if verdict is not None:
        print(f"retrieval {verdict.retrieval!r} rank {verdict.source_rank}\nsource    {verdict.source!r}")


if __name__ == "__main__":
    main()
