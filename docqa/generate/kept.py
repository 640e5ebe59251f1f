"""The items that were kept so far, as later methods work from them; preference pairs only say of whom they are."""

from collections import defaultdict
from collections.abc import Iterable

from docqa.records import Chunk, QAItem, content_id


class Kept:
    """Kept items in a fixed order.

    Args:
        items: in the order they were made.
        round: the round that works from them, from 1.

    Attributes:
        items: those that are no preference pairs: a pair asks and answers what its item does.
        paired: the ids of items that a preference pair was made of.
    """

    def __init__(self, items: Iterable[QAItem], round: int) -> None:
        listed = tuple(items)
        self.items = tuple(item for item in listed if item.pair is None)
        self.paired = frozenset(item.made_from for item in listed if item.pair is not None)
        self.round = round
        self._by_chunk = defaultdict[str, list[QAItem]](list)
        for item in self.items:
            self._by_chunk[item.chunk_ids[0]].append(item)

    def of(self, chunk: Chunk) -> tuple[QAItem, ...]:
        """Those of a chunk."""
        return tuple(self._by_chunk[chunk.id]) if chunk.id in self._by_chunk else ()

    def some(self, language: str, count: int, key: str) -> list[QAItem]:
        """``count`` of those in a language, drawn by ``key``: the same in every run."""
        drawn = sorted(
            (item for item in self.items if item.language == language), key=lambda item: content_id(key, item.id)
        )
        return drawn[:count]
