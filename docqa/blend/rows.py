"""Rows: made of items, told apart, measured, and in an order that nothing else decides."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count, takewhile
from typing import Literal

from docqa.export.rejected import losing
from docqa.records import QAItem, Row, content_id

Unit = Literal["rows", "tokens"]


def rows_from_items(items: Iterable[QAItem]) -> list[Row]:
    """The kept items as domain rows, in order; a row's group is its document, or what it asks where there is none.

    The turns of a conversation are one row, up to the first one that was dropped: what comes after it may lean on it,
    and is a row of its own with the question that stands alone, as is a first turn that nothing is left to follow.
    Preference pairs are no rows of a set.
    """
    kept = [item for item in items if item.kept and item.pair is None]
    turns: dict[str, dict[int, QAItem]] = defaultdict(dict)
    for item in kept:
        if item.turn:
            turns[item.turn.dialogue][item.turn.number] = item
    joined = {name: _unbroken(said) for name, said in turns.items()}
    rows = []
    for item in kept:
        together = joined[item.turn.dialogue] if item.turn else []
        if item.turn is None or item.turn.number > len(together):
            rows.append(_row(item))
        elif item.turn.number == 1:
            rows.append(_conversation(together))
    return rows


def _unbroken(said: Mapping[int, QAItem]) -> list[QAItem]:
    """The turns of a conversation from the first on, as far as none is missing; none where that is not even two."""
    turns = [said[number] for number in takewhile(said.__contains__, count(1))]
    return turns if len(turns) > 1 else []


def _conversation(turns: Sequence[QAItem]) -> Row:
    """The row of a conversation: the last turn is asked and answered, the others are its history."""
    singles = tuple(_row(item) for item in turns)
    said = [(item.turn.said, item.answer) for item in turns if item.turn]
    return singles[-1].model_copy(
        update={
            "instruction": said[-1][0],
            "history": tuple(said[:-1]),
            "singles": singles,
            "item_id": _listed(row.item_id for row in singles),
            "pages": tuple(sorted({page for row in singles for page in row.pages})),
            "task_type": _listed(row.task_type for row in singles),
            "decision": _listed(row.decision for row in singles),
            "rejected": "",
            "rejected_by": "",
        }
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _row(item: QAItem) -> Row:
    wrong, source = losing(item)
    return Row(
        instruction=item.question,
        input=item.input,
        output=item.answer,
        system=item.turn.system if item.turn else "",
        language=item.language,
        group=item.document_id or content_id(item.asked),
        item_id=item.id,
        chunk_ids=item.chunk_ids,
        path=item.path,
        pages=item.pages,
        beside=item.beside,
        task_type=item.task_type,
        decision=str(item.verdict.decision) if item.verdict else "",
        rejected=wrong,
        rejected_by=source,
    )


def documents(row: Row) -> set[str]:
    """What keeps rows on one side of the split: the documents, or for a general row its own content."""
    return {row.group or content(row), *(other.document_id for other in row.beside)}


def content(row: Row) -> str:
    """A hash of all that is trained on: rows that are equal in it are one row."""
    return content_id(
        row.system, row.instruction, row.input, row.output, *(text for turn in row.history for text in turn)
    )


def order(row: Row) -> tuple[str, ...]:
    """A fixed order that nothing but the row decides."""
    return content(row), row.source, row.group, row.item_id, row.language


def size_by(unit: Unit, tokens: Callable[[str], int]) -> Callable[[Row], int]:
    """What a row counts in a ratio: 1, or its tokens as ``tokens`` counts them."""
    if unit == "rows":
        return lambda _: 1
    return lambda row: tokens(
        "\n".join(
            (row.system, *(text for turn in row.history for text in turn), row.instruction, row.input, row.output)
        )
    )
