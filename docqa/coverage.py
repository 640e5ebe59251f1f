"""What became of every page and chunk: used, skipped with a reason, or failed with a reason.

A peer's users report most loudly that a set was made from the first pages only and nobody said so. Here each page and
chunk has exactly one state, written to coverage.jsonl, and the card's counts are the sums of these lines.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from docqa.records import Chunk, Page, Record

State = Literal["used", "skipped", "failed"]

NO_QUESTION = "no question found"
"""Why a chunk in a language with rules is not used: no rule matched it."""

NO_PROMPT = "no prompt led to it"
"""The same where a file's prompts are answered from the chunks."""

NOT_DRAWN = "outside the share of every method"
"""Why a chunk is not used that no method was to run on."""


class Covered(Record):
    """The state of one page or chunk.

    Attributes:
        pages: the page's number, or the pages a chunk stands on.
        chunk_id: "" for a page.
        reason: why it is not used, or "".
    """

    kind: Literal["page", "chunk"]
    path: str
    pages: tuple[int, ...]
    chunk_id: str = ""
    state: State
    reason: str = ""


@dataclass(frozen=True)
class ChunkOutline:
    """What coverage needs of a chunk, without its text."""

    id: str
    pages: tuple[int, ...]
    skipped: str

    @classmethod
    def of(cls, chunk: Chunk) -> "ChunkOutline":
        return cls(chunk.id, chunk.pages, chunk.skipped)


def cover(
    path: str,
    pages: Iterable[Page],
    chunks: Sequence[ChunkOutline],
    made: Mapping[str, int],
    failed: Mapping[str, str],
    not_drawn: Collection[str] = (),
    unused: str = NO_QUESTION,
) -> Iterator[Covered]:
    """Yield the state of each page, then of each chunk, of the document ``path``.

    A page is used when a chunk on it is; else it takes the reason of the first chunk on it.

    Args:
        made: items made, by chunk id.
        failed: why generation failed, by chunk id.
        not_drawn: ids of chunks that no method was to run on.
        unused: why nothing was made of the others.
    """
    covered = [_chunk(path, chunk, made, failed, not_drawn, unused) for chunk in chunks]
    for page in pages:
        yield _page(path, page, [chunk for chunk in covered if page.number in chunk.pages])
    yield from covered


def _chunk(
    path: str,
    chunk: ChunkOutline,
    made: Mapping[str, int],
    failed: Mapping[str, str],
    not_drawn: Collection[str],
    unused: str,
) -> Covered:
    state: State = "used"
    reason = ""
    if chunk.id in failed:
        state, reason = "failed", failed[chunk.id]
    elif chunk.skipped or not made.get(chunk.id):
        state, reason = "skipped", chunk.skipped or (NOT_DRAWN if chunk.id in not_drawn else unused)
    return Covered(kind="chunk", path=path, pages=chunk.pages, chunk_id=chunk.id, state=state, reason=reason)


def _page(path: str, page: Page, chunks: Sequence[Covered]) -> Covered:
    state: State = "used"
    reason = ""
    if page.failed:
        state, reason = "failed", page.failed
    elif page.skipped:
        state, reason = "skipped", page.skipped
    elif not any(chunk.state == "used" for chunk in chunks):
        first = chunks[0] if chunks else None
        state, reason = (first.state, first.reason) if first else ("skipped", "no text outside headers and contents")
    return Covered(kind="page", path=path, pages=(page.number,), state=state, reason=reason)
