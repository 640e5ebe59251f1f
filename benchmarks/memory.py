"""How much memory does a long PDF cost? PDFs of so many pages are made, and each is parsed in a process of its own.

    python -m benchmarks.memory                      # 200 and 2,000 pages
    python -m benchmarks.memory --pages 500 --workers 4

Its columns: ``main`` and ``worker`` are MiB resident at their peak, of the process that asks and of the largest of its
workers; ``document`` is the size of the record as JSON.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SENTENCE = "Before the pump is started, the discharge valve shall be closed and the level of the oil shall be checked. "
ROWS = 12


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--pages", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--parse", type=Path, help=argparse.SUPPRESS)  # one file, in the process of its own
    given = parser.parse_args()
    if given.parse:
        print(_parsed(given.parse, given.workers))
        return
    print(f"{'pages':>6}{'seconds':>9}{'main':>7}{'worker':>8}{'document':>10}{'blocks':>8}{'failed':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for pages in given.pages:
            path = Path(folder) / f"{pages}.pdf"
            write(path, pages)
            command = [sys.executable, "-m", "benchmarks.memory", "--workers", str(given.workers), "--parse", str(path)]
            print(f"{pages:>6}{subprocess.check_output(command, text=True).rstrip()}", flush=True)


def write(path: Path, pages: int) -> None:
    """A PDF of prose with running headers and page numbers, a heading a page, and a ruled table on every tenth."""
    import pymupdf

    document = pymupdf.open()
    for number in range(1, pages + 1):
        page = document.new_page()
        page.insert_text((72, 40), "Operating manual of the feed pump", fontsize=8)
        page.insert_text((290, 810), str(number), fontsize=8)
        page.insert_text((72, 90), f"{number} Starting the pump, part {number}", fontsize=15)
        text = "\n\n".join(f"Step {number}.{part}. " + SENTENCE * 4 for part in range(1, 5))
        page.insert_textbox((72, 110, 523, 480), text, fontsize=10)
        if number % 10 == 0:
            _table(page, number)
    document.save(path, deflate=True)


def _table(page: object, number: int) -> None:
    for row in range(ROWS + 1):
        y = 500 + 18 * row
        page.draw_line((72, y), (522, y))  # type: ignore[attr-defined]
        for column in range(3):
            cell = f"Part {number}-{row}" if not column else str(number * row * column)
            if row < ROWS:
                page.insert_text((76 + 150 * column, y + 13), cell, fontsize=9)  # type: ignore[attr-defined]
    for column in range(4):
        page.draw_line((72 + 150 * column, 500), (72 + 150 * column, 500 + 18 * ROWS))  # type: ignore[attr-defined]


def _parsed(path: Path, workers: int) -> str:
    from docqa import corpus
    from docqa.records import Document
    from docqa.settings import ParseSettings

    async def parsed() -> Document:
        settings = ParseSettings(workers=workers, timeout_s=900)
        async with corpus.open_pool(settings) as pool:
            return await corpus.parse_file(pool, path, path.parent, settings)

    start = time.perf_counter()
    document = asyncio.run(parsed())
    seconds = time.perf_counter() - start
    # The size first: making the JSON takes memory that parsing didn't.
    main, worker = (resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    failed = sum(bool(page.failed) for page in document.pages)
    size = len(document.model_dump_json()) / 2**20
    return f"{seconds:>9.1f}{main:>7}{worker:>8}{size:>9.1f}M{len(document.blocks):>8}{failed:>8}"


if __name__ == "__main__":
    main()
