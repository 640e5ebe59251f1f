"""One training example: Row."""

from docqa.records.base import Record
from docqa.records.items import Beside, Marks


class Row(Record):
    """One training example, before it is given a trainer's format.

    Attributes:
        history: earlier (question, answer) turns of a conversation, oldest first.
        singles: a domain row's turns as rows of their own, each with a question that stands alone; they take its place
            in a format that holds no conversations. Its ``item_id`` then names all turns, and so on.
        group: rows of one group (a document) stay on one side of the train/val split; "" for general rows.
        source: ``domain`` or the general file's name.
        item_id: the QAItem behind a domain row; "" for general rows.
        chunk_ids, path, pages, beside, task_type, decision: the item's, to find its text and to trace the row by.
            A row that rests on documents of both sides stands on neither.
        rejected: an answer to the same question that verification found wrong, or "".
        rejected_by: where that comes from, as ``export.rejected`` names it.
        marks, chosen_marks: of the rejected answer and of the output, for a row of a preference pair that has them.
    """

    instruction: str
    output: str
    input: str = ""
    system: str = ""
    language: str = ""
    group: str = ""
    source: str = "domain"
    item_id: str = ""
    history: tuple[tuple[str, str], ...] = ()
    chunk_ids: tuple[str, ...] = ()
    path: str = ""
    pages: tuple[int, ...] = ()
    beside: tuple[Beside, ...] = ()
    task_type: str = ""
    decision: str = ""
    rejected: str = ""
    rejected_by: str = ""
    singles: tuple["Row", ...] = ()
    marks: Marks | None = None
    chosen_marks: Marks | None = None
