"""The answer that a preference row rejects: verification's losing one, else a corrupted one."""

from docqa.export.corrupt import corrupted
from docqa.records import Answer, QAItem, Row
from docqa.text import squash


<<<<<<< HEAD
def losing(item: QAItem) -> tuple[str, str]:
    """(answer, ``closed_book`` or ``retrieval``) of an answer that verification found wrong; ("", "") for none."""
=======
def rejected(item: QAItem) -> tuple[str, str]:
    """(answer, where it comes from); ("", "") when there is none that is surely wrong.

    A losing answer comes from ``closed_book`` or ``retrieval``, a corrupted one from what was changed: ``number``,
    ``unit``, ``name`` or ``negation``.
    """
    if not item.answerable:  # "does not say" with a word changed may be as true
        return "", ""
>>>>>>> 0a437b2c45cfa7b53559e8bf4bdea40affe43900
    if verdict := item.verdict:
        for answer, source in ((verdict.closed_book, "closed_book"), (verdict.retrieval, "retrieval")):
            if answer is not None and _lost(answer, item.answer):
                return answer.text, source
    return "", ""


def rejected(row: Row) -> tuple[str, str]:
    """(answer, where it comes from); ("", "") when there is none that is surely wrong, and for general rows.

    The row's own losing answer, else its answer corrupted; that one comes from what was changed: ``number``, ``unit``,
    ``name`` or ``negation``.
    """
    if not row.group:
        return "", ""
    if row.rejected.strip():
        return row.rejected, row.rejected_by
    kind, text = corrupted(row.instruction, row.output, row.language, row.item_id)
    return text, kind


def _lost(answer: Answer, right: str) -> bool:
    """Whether it was given and has no agreement at all: one that agrees in part may be right in other words."""
    said, wanted = squash(answer.text), squash(right)
    return bool(said) and answer.agreement == 0 and said not in wanted and wanted not in said
