"""What stands in a document, read from Markdown, from a file of tables, or from a Document.

The truth and what each program found are read into the same ``Content``, so that a formula sees text and not markup.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from docqa.bench.tables import Cell, Table, grid_table, table_of
from docqa.errors import SettingsError
from docqa.records import Document

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

SUFFIXES = (".md", ".tables.json")
"""What a truth file's name ends in: Markdown for a whole document, or its tables alone."""

_BULLET = re.compile(r"^[ \t]*[•◦▪▫●○■□‣⁃∙–—*+-][ \t]+", re.MULTILINE)
_PAGE_MARK = re.compile(r"<!--.*?-->", re.DOTALL)
_HTML_TAGS = re.compile(r"</?(?:a|b|br|code|em|i|img|p|s|small|span|strong|sub|sup|u)\b[^>]*/?>", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    """A heading if ``level`` is set, a table if ``table`` is, else a paragraph, list item, code block or line."""

    text: str
    level: int = 0
    table: Table | None = None


@dataclass(frozen=True)
class Content:
    """A document's pieces in reading order.

    Attributes:
        has_text: whether the pieces are the whole document; else they are its tables alone.
        pages: how many it has, where that is known.
    """

    pieces: tuple[Piece, ...] = ()
    has_text: bool = True
    pages: int = 0

    @property
    def text(self) -> str:
        """Everything a person would read, without the marks of lists, since truths and programs draw them anyhow."""
        return _BULLET.sub("", "\n".join(piece.text for piece in self.pieces))

    @property
    def headings(self) -> list[tuple[int, str]]:
        """(level, text) of each heading."""
        return [(piece.level, piece.text) for piece in self.pieces if piece.level]

    @property
    def tables(self) -> list[Table]:
        """The tables."""
        return [piece.table for piece in self.pieces if piece.table is not None]

    def up_to(self, title: str) -> "Content":
        """What stands before the last piece that is just this title, in any case."""
        found = [at for at, piece in enumerate(self.pieces) if piece.text.strip().casefold() == title.casefold()]
        return Content(self.pieces[: found[-1]], self.has_text, self.pages) if found else self


def read_truth(path: Path) -> Content:
    """A truth file, by its suffix.

    Raises:
        SettingsError: the file is not what its suffix says, or what reads Markdown is not installed.
    """
    text = path.read_text(encoding="utf-8")
    if path.name.endswith(".md"):
        return from_markdown(text)
    try:
        return _from_tables(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f'{path}: not a file of tables ({error}); it holds {{"tables": [{{"cells": [[row, column, last row, '
            'last column, "text"], ...]}]}, counted from 0'
        ) from error


def _from_tables(data: dict[str, list[dict[str, list[tuple[int, int, int, int, str]]]]]) -> Content:
    pieces = [
        _table_piece(
            table_of(
                Cell(top, left, text, bottom - top + 1, right - left + 1)
                for top, left, bottom, right, text in table["cells"]
            )
        )
        for table in data["tables"]
    ]
    return Content(tuple(pieces), has_text=False)


def _table_piece(table: Table) -> Piece:
    return Piece(table.text, table=table)


def from_document(document: Document) -> Content:
    """What docqa found: its blocks, running headers and footers left out as they are there."""
    pieces = (
        _table_piece(grid_table(block.rows))
        if block.kind == "table" and block.rows
        else Piece(block.text, level=max(block.level, 1) if block.kind == "heading" else 0)
        for block in document.blocks
    )
    return Content(tuple(pieces), pages=len(document.pages))


def from_lines(text: str, tables: Iterable[Table] = (), pages: int = 0) -> Content:
    """Plain text, a piece a line; tables that were found beside it don't say where, and add no text."""
    lines = tuple(Piece(line) for line in text.splitlines() if line.strip())
    return Content(lines + tuple(Piece("", table=table) for table in tables), pages=pages)


# ----------------------------------------------------------------------------------------------------- Markdown


@cache
def _markdown() -> "MarkdownIt":
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise SettingsError("Markdown is read by markdown-it-py: pip install 'docqa[bench]'") from error
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def from_markdown(text: str) -> Content:
    """CommonMark with tables as HTML or with pipes; comments and pictures are left out."""
    pieces: list[Piece] = []
    tokens = iter(_markdown().parse(text))
    lists: list[str] = []
    level, marker = 0, ""
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(token.type)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open" and lists[-1] == "ordered_list_open":
            marker = f"{token.info}{token.markup} "
        elif token.type == "inline":
            pieces.append(Piece(marker + _inline_text(token), level))
            level, marker = 0, ""
        elif token.type in ("fence", "code_block"):
            pieces.append(Piece(token.content.rstrip("\n")))
        elif token.type == "html_block":
            pieces += _html_pieces(token.content)
        elif token.type == "table_open":
            pieces.append(_table_piece(grid_table(list(_pipe_rows(tokens)))))
    return Content(tuple(piece for piece in pieces if piece.text or piece.table))


def _pipe_rows(tokens: Iterator["Token"]) -> Iterator[list[str]]:
    row: list[str] = []
    for token in tokens:
        if token.type == "table_close":
            return
        if token.type == "inline":
            row.append(_inline_text(token))
        elif token.type == "tr_close":
            yield row
            row = []


def _inline_text(token: "Token") -> str:
    """The text without marks of emphasis and links; what looks like a tag of no HTML is text, as in <file-name>."""
    parts = []
    for child in token.children or ():
        if child.type in ("text", "text_special", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "html_inline" and not child.content.startswith("<!--"):
            parts.append(_HTML_TAGS.sub("\n" if child.content.lower().startswith("<br") else "", child.content))
    return "".join(parts)


# --------------------------------------------------------------------------------------------------------- HTML


def _html_pieces(markup: str) -> Iterator[Piece]:
    from lxml.html import fragment_fromstring

    for element in fragment_fromstring(_PAGE_MARK.sub("", markup), create_parent="div"):
        if element.tag == "table":
            yield _table_piece(html_table(element))
        elif text := " ".join(element.text_content().split()):
            yield Piece(text)


def html_table(element: "HtmlElement") -> Table:
    """An HTML table's cells where its spans put them."""
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    for line_end in element.iter("br"):
        line_end.tail = f"\n{line_end.tail or ''}"
    for row, line in enumerate(element.iter("tr")):
        column = 0
        for part in line.iter("td", "th"):
            while (row, column) in taken:
                column += 1
            cell = Cell(row, column, part.text_content(), _span(part, "rowspan"), _span(part, "colspan"))
            taken.update(cell.places())
            cells.append(cell)
    return table_of(cells)


def _span(element: "HtmlElement", name: str) -> int:
    value = element.get(name) or "1"
    return max(int(value), 1) if value.isdecimal() else 1
