"""An item -> the answer that a preference row rejects: verification's losing one, else a corrupted one."""

from docqa.export.corrupt import corrupted
from docqa.records import Answer, QAItem
from docqa.text import squash


def rejected(item: QAItem) -> tuple[str, str]:
    """(answer, where it comes from); ("", "") when there is none that is surely wrong.

    A losing answer comes from ``closed_book`` or ``retrieval``, a corrupted one from what was changed: ``number``,
    ``unit``, ``name`` or ``negation``.
    """
    if not item.answerable:  # "does not say" with a word changed may be as true
        return "", ""
    if verdict := item.verdict:
        for answer, source in ((verdict.closed_book, "closed_book"), (verdict.retrieval, "retrieval")):
            if answer is not None and _lost(answer, item.answer):
                return answer.text, source
    kind, text = corrupted(item.question, item.answer, item.language, item.id)
    return text, kind


def _lost(answer: Answer, right: str) -> bool:
    """Whether it was given and has no agreement at all: one that agrees in part may be right in other words."""
    said, wanted = squash(answer.text), squash(right)
    return bool(said) and answer.agreement == 0 and said not in wanted and wanted not in said
