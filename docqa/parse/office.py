"""docx, html, md, epub, eml, odt and rtf become blocks, through unstructured.

The files are mended first (html_tree, docx_tree), because unstructured loses some of their structure; Markdown is made
HTML by a CommonMark reader, since the one unstructured uses takes a list that is indented by three spaces for text.
epub, eml, odt and rtf are made HTML as well (epub, mail, odt, rtf), page by page.
What unstructured is asked for is the walk over the document: what is a heading, an item, a table, and in which order.
Headings that are only set in bold are found by the rules that find them in a PDF.

docx and odt keep the page numbers that the word processor saw when it last laid the document out, rtf its hard page
breaks, and the pages of an e-book are the files of its reading order. Elsewhere everything stands on page 1.

pptx and xlsx have readers of their own (slides, sheets).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from docqa.errors import ParseError
from docqa.parse import docx_tree, html_tree, mail, nlp, odt, rtf
from docqa.parse.boxless import CAPTION, block, judged_header, plain, table
from docqa.parse.decode import decode
from docqa.parse.epub import read_book
from docqa.parse.headings import Candidate, is_heading, levels
from docqa.parse.parsed import Parsed
from docqa.parse.sheets import read_workbook
from docqa.parse.slides import read_slides
from docqa.records import Block, BlockKind, Page

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
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_TITLE = re.compile(r"""^title:[ \t]*["']?(.+?)["']?[ \t]*$""", re.M)
_NOTE = re.compile(r"^\[\^([^\]\s]+)\]:[ \t]*", re.M)
_NOTE_SIGN = "\u2060"
"""Begins a footnote on its way through the Markdown reader; a word joiner, which no line of text begins with."""

_EQUATIONS = "{} equations are left out: they have no running text."
_FORMULA = re.compile(r"\$\$.+\$\$|\\\[.+\\\]", re.S)


@dataclass(frozen=True)
class _Source:
    """unstructured's elements, and what they don't tell.

    Attributes:
        outermost: the depth it gives to items of an outermost list.
        header: what stands at the head of the page outside the text.
        kinds: of paragraphs, by their text.
        header_rows: of the tables in order, 0 for unknown.
    """

    elements: Sequence[Any]
    outermost: int
    title: str = ""
    header: str = ""
    kinds: dict[str, BlockKind] = field(default_factory=dict)
    header_rows: Sequence[int] = ()
    warnings: tuple[str, ...] = ()


def read_office(path: Path) -> Parsed:
    """Read a file of the formats that need the office extra: all but pdf, txt, csv and tsv.

    Raises:
        ParseError: of kind ``unsupported`` when the extra is not installed; ``damaged``, ``encrypted`` or
            ``wrong-type`` when the file cannot be read.
    """
    try:
        return _read(path)
    except ImportError as error:
        raise ParseError("needs the office extra: pip install 'docqa[office]'", "unsupported") from error


def _read(path: Path) -> Parsed:
    if path.suffix.lower() == ".pptx":
        return read_slides(path)
    if path.suffix.lower() == ".xlsx":
        return read_workbook(path)
    nlp.prepare()
    source = _READERS.get(path.suffix.lower(), _web_page)(path)
    blocks = tuple(_with_bold_headings(list(_blocks(source))))
    return Parsed(source.title, _pages(source, blocks), blocks, source.warnings)


def _guessed(encoding: str) -> tuple[str, ...]:
    if encoding.startswith("utf"):
        return ()
    return (f"Read in the encoding {encoding}; save the file as UTF-8 if its text looks wrong.",)


# ------------------------------------------------------------------------------------------------------- formats


def _docx(path: Path) -> _Source:
    from unstructured.partition.docx import partition_docx

    document = docx_tree.mend(path)
    elements = list(partition_docx(file=document.package))
    return _Source(
        elements,
        0,
        "" if any(type(element).__name__ == "Title" for element in elements) else document.title,
        kinds=document.kinds,
        header_rows=document.header_rows,
        warnings=(_EQUATIONS.format(document.equations),) if document.equations else (),
    )


def _web_page(path: Path) -> _Source:
    text, encoding = decode(path.read_bytes(), declares=True)
    return _html(text, _guessed(encoding))


def _html(text: str, warnings: tuple[str, ...] = ()) -> _Source:
    from unstructured.partition.html import partition_html

    page = html_tree.mend(text)
    elements = list(partition_html(text=page.html)) if page.html.strip() else []
    return _Source(elements, 1, page.title, kinds=page.kinds, warnings=warnings)


def _paged(pages: Iterable[tuple[int, str]], title: str, warnings: tuple[str, ...] = ()) -> _Source:
    """The pages' HTML as one source; ``title`` is the file's own, or ""."""
    elements: list[Any] = []
    kinds: dict[str, BlockKind] = {}
    for number, html in pages:
        source = _html(html)
        for element in source.elements:
            element.metadata.page_number = number
        elements += source.elements
        kinds |= source.kinds
    return _Source(elements, 1, title, kinds=kinds, warnings=warnings)


def _book(path: Path) -> _Source:
    book = read_book(path)
    return _paged(book.pages, book.title)


def _mail(path: Path) -> _Source:
    read = mail.read_mail(path)
    return replace(_html(read.html, read.warnings), title=read.title, header=read.header)


def _open_document(path: Path) -> _Source:
    text = odt.read_text(path)
    return _paged(text.pages, text.title, (_EQUATIONS.format(text.equations),) if text.equations else ())


def _rich_text(path: Path) -> _Source:
    return _paged(rtf.read_rich(path), "", (rtf.LOST,))


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
    text = plain(element.text)
    if kind == "code":
        return block(kind, element.text.strip("\n"), 0, page)
    if kind == "list":
        level = max(depth + 1 - source.outermost, 1)
        return block(kind, text if _MARKER.match(text) else f"• {text}", level, page)
    if kind == "heading":
        return block(kind, text, depth + 1, page)
    if text.startswith(_NOTE_SIGN):
        return block("footnote", text.removeprefix(_NOTE_SIGN), 0, page)
    if text in source.kinds:
        return block(source.kinds[text], text, 0, page)
    if CAPTION.match(text) and len(text) < 200:
        return block("caption", text, 0, page)
    return block("formula" if _FORMULA.fullmatch(text) else "paragraph", text, 0, page)


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
    for index, (made, _) in enumerate(found):
        if made.kind == "heading":
            above = made.level
        elif index in deeper:
            made = made.model_copy(update={"kind": "heading", "level": above + deeper[index]})
        yield made


# -------------------------------------------------------------------------------------------------------- tables


def _table(element: Any, header_rows: int, page: int) -> Block:
    """A table with its cells; a cell that spans rows or columns repeats in each place."""
    from lxml import html as parser

    html = element.metadata.text_as_html
    cells = [row for row in html_tree.grid(parser.fragment_fromstring(html)) if row] if html else []
    width = max(map(len, cells), default=0)
    rows = tuple(tuple([text for text, _ in row] + [""] * (width - len(row))) for row in cells)
    if width < 2 or not any(map(any, rows)):
        return block("paragraph", plain(element.text), 0, page)
    marked = len(list(takewhile(lambda row: all(is_head for _, is_head in row), cells)))
    says = any(is_head for row in cells for _, is_head in row)
    return table(rows, header_rows or marked or (0 if says else judged_header(rows)), page)


def _pages(source: _Source, blocks: Sequence[Block]) -> tuple[Page, ...]:
    """The pages as far as the file tells them; what its sections repeat at head and foot stands on each."""
    header, footer = (
        " ".join(dict.fromkeys(plain(element.text) for element in source.elements if type(element).__name__ == name))
        for name in ("Header", "Footer")
    )
    used = {block.page for block in blocks}
    last = max([1, *(element.metadata.page_number or 1 for element in source.elements)])
    return tuple(
        Page(number=number, header=header or source.header, footer=footer, skipped="" if number in used else "blank")
        for number in range(1, last + 1)
    )


_READERS = {
    ".docx": _docx,
    ".md": _markdown,
    ".markdown": _markdown,
    ".epub": _book,
    ".eml": _mail,
    ".odt": _open_document,
    ".rtf": _rich_text,
}
"""By suffix; what is left is a web page."""
