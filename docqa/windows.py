"""A PDF is read by many workers: windows of its pages side by side, then the document of them all.

Each call has a time limit of its own, so a long file may take long. A worker that is stopped costs the page it was at:
what it had read of its window is kept, and the next call goes on behind that page. So a page that hangs or crashes its
parser is one line in errors.jsonl, and the rest of its document lives.
"""

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from docqa.errors import WorkerError
from docqa.parse import pages
from docqa.records import Document
from docqa.stream import each, ordered_map
from docqa.workers import WorkerPool

ALONE, LEAST_S = 1 / 8, 5.0
"""What a page gets at least after a worker was stopped in its window: a share of the time limit, and seconds that a
fresh worker needs on a busy machine before it begins."""

MOST_LOST = 32
"""Pages of a file that may stop their workers; where more do, the rest would hold the workers for hours."""


async def parse_pdf(pool: WorkerPool, path: Path, root: Path, timeout_s: float) -> Document:
    """Parse a PDF in workers.

    Args:
        timeout_s: for a window of its pages.

    Raises:
        ParseError: the file cannot be opened, or none of its pages can be read.
        WorkerError: a worker was stopped where the whole file is looked at.
    """
    known = await pool.call(pages.begin, path, timeout_s)
    lost: dict[int, WorkerError] = {}
    with tempfile.TemporaryDirectory(prefix="docqa-", ignore_cleanup_errors=True) as folder:

        async def read(numbers: Sequence[int]) -> None:
            again_s = timeout_s if known.pictures.intersection(numbers) else time_alone(timeout_s)
            await _read(pool, path, Path(folder), numbers, (timeout_s, again_s), lost)

        async for _ in ordered_map(read, each(known.windows()), pool.workers):
            pass
        if len(lost) == known.pages:
            raise next(iter(lost.values()))
        stored = pages.Pages(Path(folder), known.pages, {number: str(error) for number, error in lost.items()})
        return await pool.call(partial(pages.finish, known=known, path=path, root=root), stored, timeout_s)


def time_alone(timeout_s: float) -> float:
    """Seconds that a call gets after a worker was stopped in its window."""
    return min(timeout_s, max(ALONE * timeout_s, LEAST_S))


async def _read(
    pool: WorkerPool,
    path: Path,
    folder: Path,
    numbers: Sequence[int],
    limits: tuple[float, float],
    lost: dict[int, WorkerError],
) -> None:
    """Have these pages read into ``folder``; those that could not be are put among the ``lost``.

    Args:
        limits: seconds for the first call, and for each after a worker was stopped.
    """
    limit, again = limits
    while numbers:
        if len(lost) >= MOST_LOST:
            given_up = WorkerError(
                f"not read, since so many other pages of the file ({MOST_LOST}) could not be", "crash"
            )
            lost.update(dict.fromkeys(numbers, given_up))
            return
        try:
            await pool.call(partial(pages.read_window, path=path, folder=folder), numbers, limit)
            return
        except WorkerError as error:
            left = pages.left(numbers, folder)
            if len(left) == len(numbers):
                lost[left[0]] = error
                left = left[1:]
            numbers = left
            limit = again
