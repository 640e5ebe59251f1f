"""A document over its own pages, as one HTML file: the way to see why an extraction is wrong.

Each page's picture with the blocks drawn where they stand, numbered in reading order and coloured by kind, and their
text beside it. Formats without pages show the blocks alone.
"""

import base64
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from docqa.parse.upright import read_upright
from docqa.records import Block, Document, Page

COLOURS = {
    "heading": "#c0392b",
    "paragraph": "#2471a3",
    "list": "#1e8449",
    "table": "#8e44ad",
    "caption": "#b9770e",
    "footnote": "#7f8c8d",
    "code": "#17202a",
    "formula": "#d81b60",
    "contents": "#00838f",
}

DPI = 90
"""Of the pictures: a page of text is readable and takes about 100 KB."""


def page_pictures(path: Path) -> dict[int, bytes]:
    """A PNG of each page by its number; none for a format without pages, and none for a page that can't be drawn.

    For a worker process: what makes a page hard to read makes it hard to draw.
    """
    if path.suffix.lower() != ".pdf":
        return {}
    import pymupdf

    pictures: dict[int, bytes] = {}
    with pymupdf.open(path) as document:
        for page in document:
            try:
                read_upright(page, page.number + 1)  # as it was turned when it was read
                pictures[page.number + 1] = page.get_pixmap(dpi=DPI).tobytes("png")
            except (RuntimeError, ValueError):  # what MuPDF raises for a damaged page
                continue
    return pictures


def to_html(document: Document, pictures: Mapping[int, bytes]) -> str:
    """The file to open in a browser; it needs nothing else."""
    from jinja2 import Environment, PackageLoader

    template = Environment(loader=PackageLoader("docqa.parse", "."), autoescape=True).get_template("overlay.html.j2")
    numbered = list(enumerate(document.blocks, 1))
    known = {page.number: page for page in document.pages}
    last = max([1, *known, *(block.page for block in document.blocks)])
    pages = [
        {
            "number": number,
            "note": " ".join(filter(None, (known[number].failed, known[number].skipped))) if number in known else "",
            "picture": base64.b64encode(pictures[number]).decode() if number in pictures else "",
            "boxes": [box for at, block in numbered for box in _boxes(at, block, known.get(number))],
            "blocks": [_shown(at, block) for at, block in numbered if block.page == number],
        }
        for number in range(1, last + 1)
    ]
    kinds = Counter(block.kind for block in document.blocks)
    return template.render(document=document, pages=pages, kinds=kinds, colours=COLOURS)


def _shown(number: int, block: Block) -> dict[str, object]:
    return {
        "number": number,
        "kind": block.kind,
        "level": block.level,
        "text": block.text,
        "head": block.rows[: block.header_rows],
        "body": block.rows[block.header_rows :],
    }


def _boxes(number: int, block: Block, page: Page | None) -> Iterator[dict[str, object]]:
    """Where a block stands on a page, in percent of the page; the parts that touch are drawn as one."""
    if page is None or not page.width or not page.height:
        return
    found = [span.box.bbox for span in block.spans if span.box.page == page.number and span.box.bbox]
    if not found:
        return
    left, top = min(box[0] for box in found), min(box[1] for box in found)
    right, bottom = max(box[2] for box in found), max(box[3] for box in found)
    yield {
        "number": number,
        "kind": block.kind,
        "left": round(100 * left / page.width, 2),
        "top": round(100 * top / page.height, 2),
        "width": round(100 * (right - left) / page.width, 2),
        "height": round(100 * (bottom - top) / page.height, 2),
    }
