"""A document as a person reads it: Markdown with tables as HTML tables, or the records as JSON."""

from collections.abc import Iterator
from html import escape

from docqa.records import Block, Document


def to_markdown(document: Document) -> str:
    """Headings as #, lists, fenced code, tables as HTML tables; a comment where a page begins.

    Running headers and footers are left out, as they are from the blocks.
    """
    lines: list[str] = []
    page = 0
    before: Block | None = None
    for block in document.blocks:
        if block.page != page:
            page = block.page
            lines += ["", f"<!-- page {page} -->", ""]
        elif not (before is not None and before.kind == block.kind == "list"):
            lines.append("")
        lines += _lines(block)
        before = block
    for skipped in document.pages:
        if skipped.skipped or skipped.failed:
            lines += ["", f"<!-- page {skipped.number}: {skipped.failed or skipped.skipped} -->"]
    return "\n".join(lines).strip() + "\n"


def to_json(document: Document) -> str:
    """The record as it is, indented."""
    return document.model_dump_json(indent=2)


def _lines(block: Block) -> Iterator[str]:
    if block.kind == "heading":
        yield f"{'#' * min(max(block.level, 1), 6)} {block.text}"
    elif block.kind == "table":
        yield from _table(block)
    elif block.kind == "code":
        fence = "`" * (3 if "```" not in block.text else 5)
        yield from (fence, block.text, fence)
    elif block.kind == "list":
        indent = "  " * (max(block.level, 1) - 1)
        marker, _, rest = block.text.partition(" ")
        yield f"{indent}- {rest}" if marker in "•◦▪–-*" and rest else f"{indent}{block.text}"
    elif block.kind in ("caption", "footnote", "contents"):
        yield f"*{block.kind}:* {block.text}"
    else:
        yield block.text


def _table(block: Block) -> Iterator[str]:
    yield "<table>"
    for number, row in enumerate(block.rows):
        tag = "th" if number < block.header_rows else "td"
        yield "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"
    yield "</table>"
