"""Whether an item of a later round is new: Self-Instruct keeps an instruction only if it is unlike all there are.

Wang et al. 2022 (arXiv 2212.10560, section 2.2): a new instruction joins the pool when its ROUGE-L with every one that
is in it is below .7. The pool is what was kept and what the round has made so far, so the order of the items decides;
it is the order of the chunks, the same in every run.
"""

from collections.abc import Sequence

from docqa.generate.methods import Part
from docqa.records import QAItem
from docqa.rouge import Pool


class Novelty:
    """What is known at the start of a round, and grows with it.

    Args:
        drawn: the methods of the round; ``Method.alike`` says how much like another a question of theirs may be.
        earlier: all items that were made before it; of these the kept ones are the pool.
    """

    def __init__(self, drawn: Sequence[Part], earlier: Sequence[QAItem] = ()) -> None:
        self._alike = {part.method.name: part.method.alike for part in drawn}
        self._ids = {item.id for item in earlier}
        self._pool = Pool()
        self._owners: list[str] = []
        if any(alike < 1 for alike in self._alike.values()):
            for item in earlier:
                if item.kept:
                    self._join(item)

    def judged(self, item: QAItem) -> QAItem | None:
        """The item, dropped as ``like-the-pool`` if it is too much like another; None if an earlier round made it."""
        if item.id in self._ids:
            return None
        alike = self._alike.get(item.origin.method, 1.0)
        if alike == 1 or item.kept is False:
            return item
        place = self._pool.like(item.question, alike)
        if place is not None:
            return item.model_copy(update={"kept": False, "reason": f"like-the-pool:{self._owners[place]}"})
        self._join(item)
        return item

    def _join(self, item: QAItem) -> None:
        self._pool.add(item.question)
        self._owners.append(item.id)
