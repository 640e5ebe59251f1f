"""docx, html, md and txt become blocks, through unstructured.

What unstructured drops is put back: numbers of ordered lists (it gives items without their markers), cells that span
rows or columns of HTML tables, and fenced code and tables in Markdown, which its own reader passes through HTML as
this one does, with fewer extensions.
These formats have no pages of their own; everything stands on page 1, without a box.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from docqa.errors import ParseError
from docqa.parse import nlp
from docqa.records import Block, BlockKind, Box, Page, Span, rows_text

Parsed = tuple[str, tuple[Page, ...], tuple[Block, ...], tuple[str, ...]]
"""Title or "", pages, blocks in reading order, warnings."""

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
_MARKER = re.compile(r"^(?:[•◦▪*–-]|\(?\w{1,3}[.)、）])\s")
_CAPTION = re.compile(r"^(?:Table|Figure|Fig\.)\s+\d+[.:]?\s|^[表图]\s*\d+[\s：:.]")


def read_office(path: Path) -> Parsed:
    """Read a docx, html, md or txt file.

    Raises:
        ParseError: of kind ``unsupported`` when the extra is not installed, ``damaged`` when the file cannot be read.
    """
    try:
        nlp.prepare()
    except ImportError as error:
        raise ParseError("needs the office extra: pip install 'docqa[office]'", "unsupported") from error
    suffix = path.suffix.lower()
    tree = _Tree({}, [], "")
    if suffix == ".docx":
        elements = _docx(path)
    elif suffix == ".txt":
        elements = _text(path)
    else:
        html = path.read_text(encoding="utf-8-sig", errors="replace")
        if suffix in (".md", ".markdown"):
            html = _markdown_to_html(html)
        elements, tree = _html(html), _from_tree(html)
    blocks = tuple(_blocks(elements, tree))
    return tree.title, (Page(number=1, skipped="" if blocks else "blank"),), blocks, ()


def _docx(path: Path) -> Sequence[Any]:
    from unstructured.partition.docx import partition_docx

    try:
        return list(partition_docx(filename=str(path)))
    except (KeyError, ValueError, OSError) as error:  # what python-docx raises for a package with parts missing
        raise ParseError(
            f"the document is damaged ({error}); open it in a word processor and save it again", "damaged"
        ) from error


def _text(path: Path) -> Sequence[Any]:
    from unstructured.partition.text import partition_text

    return list(partition_text(text=path.read_text(encoding="utf-8-sig", errors="replace")))


def _html(html: str) -> Sequence[Any]:
    from unstructured.partition.html import partition_html

    return list(partition_html(text=html)) if html.strip() else []


def _markdown_to_html(text: str) -> str:
    import markdown

    return str(markdown.markdown(text, extensions=["tables", "fenced_code", "sane_lists"]))


class _Tree(NamedTuple):
    """What unstructured leaves behind in HTML.

    Attributes:
        markers: of ordered list items, by their text.
        tables: the outermost tables as HTML, in order, with the spans of their cells.
        title: of the first h1, else of the page.
    """

    markers: dict[str, str]
    tables: list[str]
    title: str


def _from_tree(html: str) -> _Tree:
    from lxml import etree
    from lxml import html as parser

    try:
        root = parser.fromstring(html)
    except (etree.ParserError, ValueError):  # nothing in it, or an encoding declared against its own
        return _Tree({}, [], "")
    markers: dict[str, str] = {}
    for ordered in root.iter("ol"):
        first = int(ordered.get("start") or 1)
        for number, item in enumerate(ordered.findall("li"), first):
            markers.setdefault(_plain(item.text_content()), f"{number}. ")
    heads = [*root.iter("h1"), *root.iter("title")]
    tables = [table for table in root.iter("table") if not any(True for _ in table.iterancestors("table"))]
    title = _plain(heads[0].text_content()) if heads else ""
    return _Tree(markers, [etree.tostring(table, encoding="unicode", method="html") for table in tables], title)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _blocks(elements: Sequence[Any], tree: _Tree) -> Iterator[Block]:
    found = sum(type(element).__name__ == "Table" for element in elements)
    whole = iter(tree.tables if found == len(tree.tables) else ())
    for element in elements:
        name = type(element).__name__
        if name in _LEFT_OUT or not (element.text or "").strip():
            continue
        kind = _KINDS.get(name, "paragraph")
        depth = (element.metadata.category_depth or 0) + 1
        if kind == "table":
            yield _table(next(whole, element.metadata.text_as_html or ""), element.text)
        elif kind == "code":
            yield _block(kind, element.text.strip("\n"))
        elif kind == "list":
            text = _plain(element.text)
            marker = tree.markers.get(text, "" if _MARKER.match(text) else "• ")
            yield _block(kind, marker + text, max(depth - 1, 1))
        else:
            text = _plain(element.text)
            kind = "caption" if _CAPTION.match(text) and len(text) < 200 else kind
            yield _block(kind, text, depth if kind == "heading" else 0)


def _block(kind: BlockKind, text: str, level: int = 0) -> Block:
    return Block(kind=kind, text=text, level=level, spans=(Span(start=0, end=len(text), box=Box(page=1)),))


def _table(html: str, text: str) -> Block:
    """A table with its cells; a cell that spans rows or columns repeats in each place."""
    from lxml import html as parser

    rows: list[list[str]] = []
    header_rows = 0
    reach: dict[tuple[int, int], str] = {}
    for y, row in enumerate(parser.fromstring(html).iter("tr") if html else ()):
        cells: list[str] = []
        for cell in row.iter("td", "th"):
            while (y, len(cells)) in reach:
                cells.append(reach[y, len(cells)])
            content = _plain(cell.text_content())
            for right in range(int(cell.get("colspan") or 1)):
                for down in range(1, int(cell.get("rowspan") or 1)):
                    reach[y + down, len(cells)] = content
                cells.append(content)
                del right
        header_rows += header_rows == y and all(cell.tag == "th" for cell in row.iter("td", "th"))
        rows.append(cells)
    width = max(map(len, rows), default=0)
    full = tuple(tuple(row + [""] * (width - len(row))) for row in rows)
    if width < 2:
        return _block("paragraph", _plain(text))
    joined = rows_text(full)
    spans = (Span(start=0, end=len(joined), box=Box(page=1)),)
    return Block(kind="table", text=joined, rows=full, header_rows=header_rows or 1, spans=spans)
