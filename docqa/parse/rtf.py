"""Rich text is read by striprtf; the signs of headings, items and cells are slipped through it as characters.

unstructured calls pandoc for it, a program that a fresh machine does not have, and striprtf gives bare text. So before
it runs, each control word that carries structure gets a private character behind it, and those are read back from the
text as HTML. Pictures, notes, running headers, text boxes and what is bold are lost.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from docqa.errors import ParseError
from docqa.parse.boxless import plain

_HEADING, _ITEM, _CELL, _ROW, _PAGE, _BEGIN, _HEAD, _BELOW, _EDGE = map(chr, range(0xE000, 0xE009))
_WORD = r"(?<!\\)((?:\\\\)*)"
_MARKS = (
    (re.compile(_WORD + r"\\outlinelevel([0-8])(?!\d) ?"), rf"\1{_HEADING}\2"),
    (re.compile(_WORD + r"\\ilvl([0-8])(?!\d) ?"), rf"\1{_ITEM}\2"),
    (re.compile(_WORD + r"\\(?:nest)?cell(?![a-z]) ?"), rf"\1{_CELL}"),
    (re.compile(_WORD + r"\\(?:nest)?row(?![a-z]) ?"), rf"\1{_ROW}\\par "),
    (re.compile(_WORD + r"\\page(?![a-z]) ?"), rf"\1{_PAGE}\\par "),
    (re.compile(_WORD + r"\\trowd(?![a-z]) ?"), rf"\1{_BEGIN}"),
    (re.compile(_WORD + r"\\trhdr(?![a-z]) ?"), rf"\1{_HEAD}"),
    (re.compile(_WORD + r"\\clvmrg(?![a-z]) ?"), rf"\1{_BELOW}"),
    (re.compile(_WORD + r"\\cellx(-?\d+) ?"), rf"\1{_EDGE}\2;"),
    (re.compile("HYPERLINK"), "LINK"),  # else striprtf writes the address into the text
)
_SIGNS = re.compile(f"[{_HEADING}{_ITEM}]\\d|{_EDGE}-?\\d+;|[{_CELL}{_ROW}{_PAGE}{_BEGIN}{_HEAD}{_BELOW}]")
_TABLE_ROW = re.compile(f"({_BEGIN}[^{_ROW}]*{_ROW})\n?")
_DEFINITION = re.compile(f"({_BELOW}?){_EDGE}(-?\\d+);")
_MARKER = re.compile(r"(?:[•·◦▪●○■\uf000-\uf0ff*–-]|(\d{1,4}|[A-Za-z])[.)]) ")

LOST = "Pictures, notes and text boxes of rich text are lost; save the file as .docx to keep what they say."


class _Row(NamedTuple):
    """A table's row: its cells, where each ends, and which only continue the one above."""

    is_head: bool
    cells: list[str]
    edges: list[int]
    below: list[bool]


def read_rich(path: Path) -> list[tuple[int, str]]:
    """The HTML of each page; a new one begins where the file says so.

    Raises:
        ParseError: of kind ``wrong-type`` or ``damaged``.
    """
    from striprtf.striprtf import rtf_to_text

    data = path.read_bytes()
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ParseError("the file is no rich text, whatever its name says", "wrong-type")
    text = re.sub(rb"[\x80-\xff]", lambda match: b"\\'%02x" % match[0][0], data).decode("ascii")
    for pattern, mark in _MARKS:
        text = pattern.sub(mark, text)
    try:
        text = rtf_to_text(text, errors="replace")
    except (ValueError, LookupError, TypeError) as error:
        raise ParseError(
            f"the rich text is damaged ({error}); open it in a word processor and save it again", "damaged"
        ) from error
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return [(number, "".join(_html(page))) for number, page in enumerate(text.split(_PAGE), 1)]


def _html(page: str) -> Iterator[str]:
    """A page's lines as headings, items, tables and paragraphs."""
    rows: list[_Row] = []
    for index, part in enumerate(_TABLE_ROW.split(page)):
        if index % 2:
            rows.append(_row(part))
        elif part.strip():
            yield _table(rows)
            rows = []
            for line in part.split("\n"):
                yield _line(line)
    yield _table(rows)


def _text(line: str) -> str:
    return plain(_SIGNS.sub("", line))


def _line(line: str) -> str:
    level, item = (re.search(f"{sign}(\\d)", line) for sign in (_HEADING, _ITEM))
    text = _text(line)
    if not text:
        return ""
    if level and int(level[1]) < 6:
        return f"<h{int(level[1]) + 1}>{escape(text)}</h{int(level[1]) + 1}>"
    if not item:
        return f"<p>{escape(text)}</p>"
    marker = _MARKER.match(text)
    label = marker[1] if marker else None
    inside = f"<li>{escape(text[marker.end() :] if marker else text)}</li>"
    if label and label.isdigit():
        inside = f'<ol start="{label}">{inside}</ol>'
    elif label:
        kind = "a" if label.islower() else "A"
        inside = f'<ol type="{kind}" start="{ord(label.lower()) - 96}">{inside}</ol>'
    else:
        inside = f"<ul>{inside}</ul>"
    return "<ul><li>" * int(item[1]) + inside + "</li></ul>" * int(item[1])


# ------------------------------------------------------------------------------------------------------------ tables


def _row(part: str) -> _Row:
    cells = [_text(cell) for cell in part.split(_CELL)[:-1]]
    defined = _DEFINITION.findall(part)[: len(cells)]  # Word writes the definitions twice
    return _Row(_HEAD in part, cells, [int(edge) for _, edge in defined], [bool(below) for below, _ in defined])


def _table(rows: Sequence[_Row]) -> str:
    """The rows as an HTML table; what is merged repeats its text."""
    edges = sorted({edge for row in rows for edge in row.edges})
    lines: list[list[str]] = []
    for row in rows:
        line: list[str] = []
        for index, text in enumerate(row.cells):
            across = 1
            if index < len(row.edges):
                before = row.edges[index - 1] if index else edges[0] - 1
                across = max(sum(before < edge <= row.edges[index] for edge in edges), 1)
                if row.below[index] and lines and not text:
                    text = lines[-1][len(line)] if len(line) < len(lines[-1]) else ""
            line += [text] * across
        lines.append(line)
    tags = ["th" if row.is_head else "td" for row in rows]
    inside = "".join(
        f"<tr>{''.join(f'<{tag}>{escape(text)}</{tag}>' for text in line)}</tr>"
        for tag, line in zip(tags, lines, strict=True)
    )
    return f"<table>{inside}</table>" if inside else ""
