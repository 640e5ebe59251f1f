"""Preference pairs as rows: each on the side of its document, and never counted among the rows of the set."""

from collections.abc import Iterable, Sequence
from typing import Literal

from docqa.blend.order import Mix, arrange
from docqa.blend.rows import rows_from_items
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


def beside(pairs: Sequence[Row], val: Sequence[Row], mix: Mix, seed: int) -> dict[Side, list[Row]]:
    """The rows of pairs on each side, in the order of training; those of a document in ``val`` are on its side."""
    held = {row.group for row in val if row.group}
    return {
        "train": arrange((row for row in pairs if row.group not in held), mix, seed),
        "val": arrange((row for row in pairs if row.group in held), mix, seed),
    }
