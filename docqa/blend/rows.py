"""Rows: made of items, told apart, measured, and in an order that nothing else decides."""

from collections.abc import Callable, Iterable
from typing import Literal

from docqa.export.rejected import losing
from docqa.records import QAItem, Row, content_id

Unit = Literal["rows", "tokens"]


def rows_from_items(items: Iterable[QAItem]) -> list[Row]:
    """The kept items as domain rows, in order; a row's group is its document, or what it asks where there is none."""
    return [_row(item) for item in items if item.kept]


def _row(item: QAItem) -> Row:
    wrong, source = losing(item)
    return Row(
        instruction=item.question,
        input=item.input,
        output=item.answer,
        language=item.language,
        group=item.document_id or content_id(item.asked),
        item_id=item.id,
        chunk_ids=item.chunk_ids,
        path=item.path,
        pages=item.pages,
        task_type=item.task_type,
        decision=str(item.verdict.decision) if item.verdict else "",
        rejected=wrong,
        rejected_by=source,
    )


def content(row: Row) -> str:
    """A hash of all that is trained on: rows that are equal in it are one row."""
    return content_id(
        row.system, row.instruction, row.input, row.output, *(text for turn in row.history for text in turn)
    )


def order(row: Row) -> tuple[str, ...]:
    """A fixed order that nothing but the row decides."""
    return content(row), row.source, row.group, row.item_id, row.language


def size_by(unit: Unit, count: Callable[[str], int]) -> Callable[[Row], int]:
    """What a row counts in a ratio: 1, or its tokens by ``count``."""
    if unit == "rows":
        return lambda _: 1
    return lambda row: count(
        "\n".join(
            (row.system, *(text for turn in row.history for text in turn), row.instruction, row.input, row.output)
        )
    )
