"""docx, html and md become blocks, through unstructured.

The files are mended first (html_tree, docx_tree), because unstructured loses some of their structure; Markdown is made
HTML by a CommonMark reader, since the one unstructured uses takes a list that is indented by three spaces for text.
What unstructured is asked for is the walk over the document: what is a heading, an item, a table, and in which order.
Headings that are only set in bold are found by the rules that find them in a PDF.

docx keeps the page numbers that Word saw when it last laid the document out; without them, and for the other formats,
everything stands on page 1, without a box.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise, takewhile
from pathlib import Path
from typing import Any

from docqa.errors import ParseError
from docqa.parse import docx_tree, html_tree, nlp
from docqa.parse.decode import decode
from docqa.parse.headings import Candidate, is_heading, levels
from docqa.parse.parsed import Parsed
from docqa.records import Block, BlockKind, Box, Page, Span, rows_text

_KINDS: dict[str, BlockKind] = {
    "Title": "heading",
    "ListItem": "list",
    "Table": "table",
    "CodeSnippet": "code",
    "FigureCaption": "caption",
    "Formula": "formula",
}
"""Kinds of unstructured's elements that are not plain paragraphs."""

_LEFT_OUT = {"Header", "Footer", "PageBreak", "PageNumber", "Image"}
_MARKER = re.compile(
    r"(?:[•◦▪*–-]|\(?\w{1,4}[.)、）]|（\w{1,3}）|[①-⑳]|\d+(?:\.\d+)+\.?)\s|（\w{1,3}）|\w{1,3}[、）]|[①-⑳]"
)
_CAPTION = re.compile(r"(?:Table|Figure|Fig\.)\s+\d+[.:]?\s|[表图]\s*\d+[\s：:.]")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_TITLE = re.compile(r"""^title:[ \t]*["']?(.+?)["']?[ \t]*$""", re.M)
_NOTE = re.compile(r"^\[\^([^\]\s]+)\]:[ \t]*", re.M)
_NOTE_SIGN = "\u2060"
"""Begins a footnote on its way through the Markdown reader; a word joiner, which no line of text begins with."""

_FORMULA = re.compile(r"\$\$.+\$\$|\\\[.+\\\]", re.S)


@dataclass(frozen=True)
class _Source:
    """unstructured's elements, and what they don't tell.

    Attributes:
        outermost: the depth it gives to items of an outermost list.
        kinds: of paragraphs, by their text.
        header_rows: of the tables in order, 0 for unknown.
    """

    elements: Sequence[Any]
    outermost: int
    title: str = ""
    kinds: dict[str, BlockKind] = field(default_factory=dict)
    header_rows: Sequence[int] = ()
    warnings: tuple[str, ...] = ()


def read_office(path: Path) -> Parsed:
    """Read a docx, html or md file.

    Raises:
        ParseError: of kind ``unsupported`` when the extra is not installed; ``damaged``, ``encrypted`` or
            ``wrong-type`` when the file cannot be read.
    """
    try:
        nlp.prepare()
    except ImportError as error:
        raise ParseError("needs the office extra: pip install 'docqa[office]'", "unsupported") from error
    suffix = path.suffix.lower()
    if suffix == ".docx":
        source = _docx(path)
    elif suffix in (".md", ".markdown"):
        source = _markdown(path)
    else:
        text, encoding = decode(path.read_bytes(), declares=True)
        source = _html(text, _guessed(encoding))
    blocks = tuple(_with_bold_headings(list(_blocks(source))))
    return Parsed(source.title, _pages(source.elements, blocks), blocks, source.warnings)


def _guessed(encoding: str) -> tuple[str, ...]:
    if encoding.startswith("utf"):
        return ()
    return (f"Read in the encoding {encoding}; save the file as UTF-8 if its text looks wrong.",)


# ------------------------------------------------------------------------------------------------------- formats


def _docx(path: Path) -> _Source:
    from unstructured.partition.docx import partition_docx

    document = docx_tree.mend(path)
    elements = list(partition_docx(file=document.package))
    left_out = f"{document.equations} equations are left out: they have no running text."
    return _Source(
        elements,
        0,
        "" if any(type(element).__name__ == "Title" for element in elements) else document.title,
        document.kinds,
        document.header_rows,
        (left_out,) if document.equations else (),
    )


def _html(text: str, warnings: tuple[str, ...] = ()) -> _Source:
    from unstructured.partition.html import partition_html

    page = html_tree.mend(text)
    elements = list(partition_html(text=page.html)) if page.html.strip() else []
    return _Source(elements, 1, page.title, page.kinds, warnings=warnings)


def _markdown(path: Path) -> _Source:
    from markdown_it import MarkdownIt

    text, encoding = decode(path.read_bytes())
    front = _FRONT_MATTER.match(text)
    title = _TITLE.search(front[1]) if front else None
    text = _set_off_footnotes(text[front.end() :] if front else text)
    source = _html(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text), _guessed(encoding))
    return replace(source, title=title[1]) if title else source


def _set_off_footnotes(text: str) -> str:
    """Make each footnote a paragraph that begins with a sign, and take out the marks that point to one."""
    for name in dict.fromkeys(_NOTE.findall(text)):
        text = re.sub(rf"(?<!^)\[\^{re.escape(name)}\]", "", text, flags=re.M)
    return _NOTE.sub(rf"\n{_NOTE_SIGN}\1 ", text)


# -------------------------------------------------------------------------------------------------------- blocks


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _blocks(source: _Source) -> Iterator[tuple[Block, bool]]:
    """The blocks, and whether each is set in bold as a whole."""
    tables = iter(source.header_rows)
    for element in source.elements:
        name = type(element).__name__
        page = element.metadata.page_number or 1
        if name == "Table":
            yield _table(element, next(tables, 0), page), False
        elif name not in _LEFT_OUT and element.text.strip():
            yield _text_block(element, source, page), _is_bold(element)


def _text_block(element: Any, source: _Source, page: int) -> Block:
    kind = _KINDS.get(type(element).__name__, "paragraph")
    depth = element.metadata.category_depth or 0
    text = _plain(element.text)
    if kind == "code":
        return _block(kind, element.text.strip("\n"), 0, page)
    if kind == "list":
        level = max(depth + 1 - source.outermost, 1)
        return _block(kind, text if _MARKER.match(text) else f"• {text}", level, page)
    if kind == "heading":
        return _block(kind, text, depth + 1, page)
    if text.startswith(_NOTE_SIGN):
        return _block("footnote", text.removeprefix(_NOTE_SIGN), 0, page)
    if text in source.kinds:
        return _block(source.kinds[text], text, 0, page)
    if _CAPTION.match(text) and len(text) < 200:
        return _block("caption", text, 0, page)
    return _block("formula" if _FORMULA.fullmatch(text) else "paragraph", text, 0, page)


def _block(kind: BlockKind, text: str, level: int, page: int) -> Block:
    return Block(kind=kind, text=text, level=level, spans=(Span(start=0, end=len(text), box=Box(page=page)),))


def _is_bold(element: Any) -> bool:
    contents = element.metadata.emphasized_text_contents or ()
    tags = element.metadata.emphasized_text_tags or ()
    bold = "".join(text for text, tag in zip(contents, tags, strict=True) if "b" in tag)
    return re.sub(r"\s", "", bold) == re.sub(r"\s", "", element.text)


def _with_bold_headings(found: Sequence[tuple[Block, bool]]) -> Iterator[Block]:
    """Paragraphs that look like headings become headings, below the marked heading they stand under."""
    looks = {
        index: candidate
        for index, (block, bold) in enumerate(found)
        if block.kind == "paragraph"
        and is_heading(candidate := Candidate(block.text, block.page, 10, 1, bold, True), body_is_bold=False)
    }
    deeper = dict(zip(looks, levels(list(looks.values()), ()), strict=True))
    above = 0
    for index, (block, _) in enumerate(found):
        if block.kind == "heading":
            above = block.level
        elif index in deeper:
            block = block.model_copy(update={"kind": "heading", "level": above + deeper[index]})
        yield block


# -------------------------------------------------------------------------------------------------------- tables


def _table(element: Any, header_rows: int, page: int) -> Block:
    """A table with its cells; a cell that spans rows or columns repeats in each place."""
    from lxml import html as parser

    html = element.metadata.text_as_html
    cells = [row for row in html_tree.grid(parser.fragment_fromstring(html)) if row] if html else []
    width = max(map(len, cells), default=0)
    rows = tuple(tuple([text for text, _ in row] + [""] * (width - len(row))) for row in cells)
    if width < 2 or not any(map(any, rows)):
        return _block("paragraph", _plain(element.text), 0, page)
    marked = len(list(takewhile(lambda row: all(is_head for _, is_head in row), cells)))
    says = any(is_head for row in cells for _, is_head in row)
    joined = rows_text(rows)
    return Block(
        kind="table",
        text=joined,
        rows=rows,
        header_rows=header_rows or marked or (0 if says else _judged_header(rows)),
        spans=(Span(start=0, end=len(joined), box=Box(page=page)),),
    )


def _judged_header(rows: Sequence[Sequence[str]]) -> int:
    """How many first rows read as a header: a name in each cell, no two alike; two where the first one's are merged."""
    if len(rows) < 2 or not _is_named(rows[0]):
        return 0
    merged = any(left == right for left, right in pairwise(rows[0]))
    return 2 if merged and len(rows) > 2 and _is_named(rows[1]) else 1


def _is_named(row: Sequence[str]) -> bool:
    """Whether the cells are names: words, not numbers; only the first may be empty; the same name only if merged."""
    names = [name for name, _ in groupby(row)]
    words = all(re.search(r"[^\W\d_]", name) and not re.match(r"[-+±<>≤≥]?\d", name) for name in names if name)
    return words and all(row[1:]) and len(set(names)) == len(names)


def _pages(elements: Sequence[Any], blocks: Sequence[Block]) -> tuple[Page, ...]:
    """The pages as far as the file tells them; what its sections repeat at head and foot stands on each."""
    header, footer = (
        " ".join(dict.fromkeys(_plain(element.text) for element in elements if type(element).__name__ == name))
        for name in ("Header", "Footer")
    )
    used = {block.page for block in blocks}
    last = max([1, *(element.metadata.page_number or 1 for element in elements)])
    return tuple(
        Page(number=number, header=header, footer=footer, skipped="" if number in used else "blank")
        for number in range(1, last + 1)
    )
