"""The answer that a preference row rejects: verification's losing one, else a corrupted one."""

from docqa.export.corrupt import corrupted
from docqa.records import Answer, QAItem, Row
from docqa.text import squash

UNANSWERABLE = "unanswerable/"
"""How the task types begin of rows that say that there is no answer."""


def losing(item: QAItem) -> tuple[str, str]:
    """(answer, ``closed_book`` or ``retrieval``) of an answer that verification found wrong; ("", "") for none."""
    if verdict := item.verdict:
        for answer, source in ((verdict.closed_book, "closed_book"), (verdict.retrieval, "retrieval")):
            if answer is not None and _lost(answer, item.answer):
                return answer.text, source
    return "", ""


def rejected(row: Row) -> tuple[str, str]:
    """(answer, where it comes from); ("", "") when there is none that is surely wrong, and for general rows.

    "The documents do not say" with a word changed may be as true, so there is none beside it.

    The row's own losing answer, else its answer corrupted; that one comes from what was changed: ``number``, ``unit``,
    ``name`` or ``negation``.
    """
    if not row.group or row.task_type.startswith(UNANSWERABLE):
        return "", ""
    if row.rejected.strip():
        return row.rejected, row.rejected_by
    kind, text = corrupted(row.instruction, row.output, row.language, row.item_id or row.instruction)
    return text, kind


def _lost(answer: Answer, right: str) -> bool:
    """Whether it was given and has no agreement at all: one that agrees in part may be right in other words."""
    said, wanted = squash(answer.text), squash(right)
    return bool(said) and answer.agreement == 0 and said not in wanted and wanted not in said
