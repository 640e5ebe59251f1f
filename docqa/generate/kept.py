"""The items that were kept so far, as later methods work from them; preference pairs only say of whom they are."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable

from docqa.records import Chunk, QAItem, content_id
from docqa.rouge import Pool

POINTS = 8
"""Places of an item on the ring; with one each, some would be drawn ten times as often as others."""

Ring = list[tuple[str, QAItem]]


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
        self._rings: dict[str, Ring] = {}
        self._pool = Pool()

    def of(self, chunk: Chunk) -> tuple[QAItem, ...]:
        """Those of a chunk."""
        return tuple(self._by_chunk[chunk.id]) if chunk.id in self._by_chunk else ()

    def some(self, language: str, count: int, key: str) -> list[QAItem]:
        """``count`` of those in a language that have an answer, drawn by ``key``.

        The items stand on a ring at places that their ids give, the key's draws fall on it, and each takes the next
        item. So a draw costs a look-up and not a sort of them all, and an item more or less changes few draws, and so
        few of the calls that a repeated run has to make.
        """
        if language not in self._rings:
            self._rings[language] = self._ring(language)
        ring = self._rings[language]
        drawn: dict[str, QAItem] = {}
        while len(drawn) < min(count, len(ring) // POINTS):
            place = bisect(ring, content_id(key, str(len(drawn))), key=lambda point: point[0])
            while ring[place % len(ring)][1].id in drawn:
                place += 1
            item = ring[place % len(ring)][1]
            drawn[item.id] = item
        return list(drawn.values())

    def like(self, question: str, alike: float) -> QAItem | None:
        """The one whose question is most like ``question``, if their ROUGE-L F1 is ``alike`` or more.

        To be asked before more is spent on a question that ``Method.alike`` would drop in the end.
        """
        for item in self.items[len(self._pool) :]:
            self._pool.add(item.question)
        place = self._pool.like(question, alike)
        return None if place is None else self.items[place]

    def _ring(self, language: str) -> Ring:
        answered = {item.id: item for item in self.items if item.language == language and item.answerable}
        points = ((content_id(item.id, str(number)), item) for item in answered.values() for number in range(POINTS))
        return sorted(points, key=lambda point: point[0])
