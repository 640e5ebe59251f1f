"""Preference pairs as rows: each on the side of its documents, and never counted among the rows of the set."""

from collections.abc import Iterable
from typing import Literal

from docqa.blend.order import Mix, arrange
from docqa.blend.rows import documents, rows_from_items
from docqa.records import QAItem, Row

Side = Literal["train", "val"]


def pairs_from_items(items: Iterable[QAItem]) -> list[Row]:
    """The kept preference pairs in order: the row of the item with the rejected answer and the marks of both."""
    made = []
    for item in items:
        if item.kept and (pair := item.pair) is not None:
            (row,) = rows_from_items([item.model_copy(update={"pair": None})])
            rejected = {"rejected": pair.rejected, "rejected_by": pair.source}
            marks = {"marks": pair.marks, "chosen_marks": pair.chosen_marks}
            made.append(row.model_copy(update={**rejected, **marks}))
    return made


def beside(pairs: Iterable[Row], val: Iterable[Row], mix: Mix, seed: int) -> dict[Side, list[Row]]:
    """The rows of pairs on each side, in the order of training; those of the documents in ``val`` are on its side.

    A pair of several documents of which not all are there stands on neither side, as its item does.
    """
    held = {document for row in val if row.group for document in documents(row)}
    sides: dict[Side, list[Row]] = {"train": [], "val": []}
    for row in pairs:
        own = documents(row)
        if own <= held:
            sides["val"].append(row)
        elif not own & held:
            sides["train"].append(row)
    return {side: arrange(rows, mix, seed) for side, rows in sides.items()}
