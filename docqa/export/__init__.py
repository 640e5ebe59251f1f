"""Rows -> the files a trainer reads, in every format and file type, and LLaMA-Factory's registry of them.

Rows are written as they come, so that a million of them take no more memory than a thousand. A row that LLaMA-Factory
would skip without a word (an empty answer, a conversation in a format without turns) is an error here.
"""

from docqa.export.files import check_installed
from docqa.export.formats import COMPARED, FORMATS, Apart, columns, format_row, holds_conversations
from docqa.export.sets import SIDES, File, Side, dataset_info, write_rows, write_set
from docqa.settings import Format

__all__ = [
    "COMPARED",
    "FORMATS",
    "SIDES",
    "Apart",
    "File",
    "Format",
    "Side",
    "check_installed",
    "columns",
    "dataset_info",
    "format_row",
    "holds_conversations",
    "write_rows",
    "write_set",
]
