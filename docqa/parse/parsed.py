"""What every reader of a format returns."""

from typing import NamedTuple

from docqa.records import Block, Page


class Parsed(NamedTuple):
    """A file as read: ``title`` is "" when the file does not name one; blocks are in reading order."""

    title: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()
