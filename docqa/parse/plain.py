"""Plain text becomes blocks by its blank lines, indents and markers.

unstructured was tried on it: it tells titles from text by part-of-speech tags for English, so that every short line of
Chinese became a heading, numbered headings became list items, and columns were run together. The rules here only
believe what the layout shows, and leave the rest as paragraphs.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import groupby
from pathlib import Path
from textwrap import dedent

from docqa.parse.decode import decode
from docqa.parse.headings import Candidate, is_heading, levels, numbering
from docqa.parse.parsed import Parsed
from docqa.records import Block, BlockKind, Box, Page, Span, rows_text
from docqa.text import join_lines

_ITEM = re.compile(
    r"(?:[•◦▪●○■*+–—-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s+(?=\S)|[（(][一二三四五六七八九十\d]{1,3}[）)]|[①-⑳]"
)
_UNDERLINE = re.compile(r"(={3,}|-{3,}|\*{3,}|~{3,})")
_GAP = re.compile(r"\t+|(?<![.!?:;,]) {2,}| {3,}|\u3000{2,}")
"""Between columns; two spaces after a sentence are none."""

_DRAWN = re.compile("[\u2500-\u257f]|\\S {3,}\\S|[+|]-{2,}")
"""What shows that the places of the characters on a line matter."""

_SENTENCE_END = re.compile(r"[.!?:。！？：；…][\"'”’」）)]*$")
_CLAUSES = {"part", "chapter", "section", "article"}
_UNWRAPPED = 160
"""Lines this wide are whole paragraphs; nobody wraps at more."""


def read_plain(path: Path) -> Parsed:
    """Read a text file; a form feed begins a new page.

    Raises:
        ParseError: of kind ``wrong-type``; the file is not text.
    """
    text, encoding = decode(path.read_bytes())
    sheets = text.split("\f")
    if len(sheets) > 1 and not sheets[-1].strip():
        sheets.pop()
    widest = max((_width(line) for line in text.split("\n")), default=0)
    found = [
        block
        for number, sheet in enumerate(sheets, 1)
        for group in _groups(sheet)
        for block in _blocks(group, number, widest)
    ]
    blocks = tuple(_with_levels(found))
    used = {block.page for block in blocks}
    pages = tuple(Page(number=n, skipped="" if n in used else "blank") for n in range(1, len(sheets) + 1))
    guessed = (f"Read in the encoding {encoding}; save the file as UTF-8 if its text looks wrong.",)
    return Parsed("", pages, blocks, () if encoding.startswith("utf") else guessed)


def _groups(text: str) -> Iterator[list[str]]:
    """Lines between blank lines."""
    lines = [line.rstrip() for line in text.split("\n")]
    for blank, group in groupby(lines, key=lambda line: not line.strip(" \t\u3000")):
        if not blank:
            yield list(group)


def _blocks(lines: list[str], page: int, widest: int) -> Iterator[Block]:
    """The blocks of one group of lines."""
    if len(lines) == 2 and _UNDERLINE.fullmatch(lines[1].strip()):
        yield _block("heading", lines[0].strip(), 1 if "=" in lines[1] or "*" in lines[1] else 2, page)
        return
    lines = [line for line in lines if not _UNDERLINE.fullmatch(line.strip())]
    rows = [_GAP.split(line.strip(" \t\u3000")) for line in lines]
    if len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1:
        yield _table(rows, page)
        return
    if len(lines) > 1 and sum(bool(_DRAWN.search(line)) for line in lines) * 2 >= len(lines):
        yield _block("code", dedent("\n".join(lines)), 0, page)
        return
    indents = sorted({_indent(line) for line in lines if _ITEM.match(line.strip())})
    for paragraph in _paragraphs(lines, widest):
        text = re.sub(r"[ \t]+", " ", reduce(join_lines, (line.strip() for line in paragraph)))
        if len(lines) == 1 and _is_title(text):
            yield _block("heading", text, 0, page)
        elif _ITEM.match(text) and not is_heading(_candidate(text), body_is_bold=False):
            yield _block("list", text, indents.index(_indent(paragraph[0])) + 1, page)
        else:
            heads = len(paragraph) == 1 and is_heading(_candidate(text), body_is_bold=False)
            yield _block("heading" if heads else "paragraph", text, 0, page)


def _paragraphs(lines: Sequence[str], widest: int) -> Iterator[list[str]]:
    """Lines that are one paragraph, or one item of a list."""
    current: list[str] = []
    for line in lines:
        if current and _begins(line, current, widest):
            yield current
            current = []
        current.append(line)
    if current:
        yield current


def _begins(line: str, before: Sequence[str], widest: int) -> bool:
    """Whether ``line`` begins a paragraph of its own after the lines of another."""
    text, last = line.strip(), before[-1]
    number = numbering(text)
    if _ITEM.match(text) or (number is not None and number.scheme in _CLAUSES):
        return True
    if len(before) == 1 and is_heading(_candidate(last.strip()), body_is_bold=False):
        return True
    if widest > _UNWRAPPED:
        return True
    if not _ITEM.match(before[0].strip()) and _indent(line) > _indent(last):
        return True
    return bool(_SENTENCE_END.search(last)) and _width(last) < 0.75 * widest


def _is_title(text: str) -> bool:
    """Whether a line on its own is a heading: all in capitals, or numbered and short, and no sentence."""
    if _SENTENCE_END.search(text) or len(text) > 80 or text[-1] in ",;，、":
        return False
    number = numbering(text)
    letters = [char for char in text if char.isalpha()]
    if sum(char.isupper() for char in letters) > 0.8 * len(letters) > 2:
        return True
    words = text[len(number.label) :].strip(" .、．") if number is not None else ""
    return bool(words) and len(text) <= 60 and not words[0].islower()


def _candidate(text: str) -> Candidate:
    return Candidate(text, 1, 10.0, 1.0, bold=False, alone=True)


def _with_levels(blocks: Sequence[Block]) -> Iterator[Block]:
    """Headings without a level of their own take it from their numbering; without a number they are the outermost."""
    bare = [block for block in blocks if block.kind == "heading" and not block.level]
    found = iter(levels([_candidate(block.text) for block in bare], ()))
    for block in blocks:
        needs = block.kind == "heading" and not block.level
        yield block.model_copy(update={"level": next(found)}) if needs else block


def _table(rows: Sequence[Sequence[str]], page: int) -> Block:
    cells = tuple(tuple(cell.strip() for cell in row) for row in rows)
    text = rows_text(cells)
    named = not any(re.match(r"[-+]?\d", cell) for cell in cells[0])
    spans = (Span(start=0, end=len(text), box=Box(page=page)),)
    return Block(kind="table", text=text, rows=cells, header_rows=int(named), spans=spans)


def _block(kind: BlockKind, text: str, level: int, page: int) -> Block:
    return Block(kind=kind, text=text, level=level, spans=(Span(start=0, end=len(text), box=Box(page=page)),))


def _indent(line: str) -> int:
    return _width(line) - _width(line.lstrip(" \t\u3000"))


def _width(line: str) -> int:
    """Columns on a screen: two for an ideograph."""
    line = line.expandtabs(8)
    return len(line) + sum(unicodedata.east_asian_width(char) in "WF" for char in line)
