"""A document as a person reads it: Markdown with tables as HTML tables, or the records as JSON.

The Markdown is CommonMark that reads back as the same text: what means something to a Markdown reader is escaped, and
only there, since this is also what a person looks at to see whether a file was read well.
"""

import re
from collections.abc import Iterator
from html import escape

from docqa.records import Block, Document, Page

_INLINE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])"  # a backslash that would escape the mark after it
    r"|[*`]|(?<!\w)_|_(?!\w)|~(?=~)"
    r"|(?<!\w)!(?=\[)"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w{1,40};)"
)
_LINK = re.compile(r"\[(?=[^\]]*\][(:\[])")
_LINE_START = re.compile(r"(?:[-+](?=\s|$)|-(?=[-\s]*$)|#(?=#{0,5}(?:\s|$))|[>=])")
_NUMBER_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_BULLETS = "•◦▪●○■*+–—-"


def to_markdown(document: Document) -> str:
    """Headings as #, lists, fenced code, tables as HTML tables; a comment where a page begins.

    Running headers and footers are left out, as they are from the blocks. A page that gave nothing says why.
    """
    parts: list[str] = []
    pages = {page.number: page for page in document.pages}
    reached = 0
    open_items: list[tuple[int, int]] = []
    before: Block | None = None
    for block in document.blocks:
        if block.page > reached:
            parts += ["\n" + _page_mark(pages.get(n, Page(number=n))) for n in range(reached + 1, block.page + 1)]
            reached, before, open_items = block.page, None, []
        if block.kind == "list":
            gap = "" if before is not None and _joins(before, block) else "\n"
            parts.append(gap + _item(block, open_items))
        else:
            open_items = []
            parts.append("\n" + "\n".join(_lines(block)))
        before = block
    parts += ["\n" + _page_mark(page) for page in document.pages if page.number > reached]
    return "\n".join(parts).strip() + "\n"


def to_json(document: Document) -> str:
    """The record as it is, indented."""
    return document.model_dump_json(indent=2)


def _page_mark(page: Page) -> str:
    reason = page.failed or page.skipped
    note = f": {re.sub('-(?=-)|>', '- ', reason)}" if reason else ""
    return f"<!-- page {page.number}{note} -->"


def _lines(block: Block) -> Iterator[str]:
    if block.kind == "heading":
        text = re.sub(r"(?<!\S)#+$", r"\\\g<0>", _inline(" ".join(block.text.split())))
        yield f"{'#' * min(max(block.level, 1), 6)} {text}"
    elif block.kind == "table" and block.rows:
        yield from _table(block)
    elif block.kind in ("code", "formula"):
        longest = max((len(run) for run in re.findall("`+", block.text)), default=0)
        fence = "`" * max(3, longest + 1)
        yield from (fence + ("math" if block.kind == "formula" else ""), block.text, fence)
    elif block.kind in ("caption", "footnote", "contents"):
        yield f"*{block.kind}:* {_inline(' '.join(block.text.split()))}"
    else:
        yield from (_escaped(line) for line in block.text.split("\n"))


def _joins(before: Block, item: Block) -> bool:
    """Whether an item may follow the one before without a blank line; a list that does not begin at 1 needs one."""
    if before.kind != "list":
        return False
    number, former = (_NUMBER_START.match(block.text) for block in (item, before))
    follows = former is not None and number is not None and former[2] == number[2] and before.level == item.level
    return number is None or number[1] == "1" or follows


def _item(block: Block, open_items: list[tuple[int, int]]) -> str:
    """A list item, indented below the items it stands under: ``open_items``, (level, width) each, kept up to date."""
    while open_items and open_items[-1][0] >= block.level:
        open_items.pop()
    text = " ".join(block.text.split())
    first, _, rest = text.partition(" ")
    if rest and _NUMBER_START.fullmatch(first):
        marker, text = first, rest
    elif rest and first in _BULLETS:
        marker, text = "-", rest
    else:
        marker = "-"
    indent = " " * sum(width for _, width in open_items)
    open_items.append((block.level, len(marker) + 1))
    return f"{indent}{marker} {_escaped(text)}"


def _table(block: Block) -> Iterator[str]:
    yield "<table>"
    for number, row in enumerate(block.rows):
        tag = "th" if number < block.header_rows else "td"
        yield "<tr>" + "".join(f"<{tag}>{escape(' '.join(cell.split()))}</{tag}>" for cell in row) + "</tr>"
    yield "</table>"


# ------------------------------------------------------------------------------------------------------ escaping


def _escaped(line: str) -> str:
    """A line that a Markdown reader takes for text, whatever it begins with."""
    line = _inline(line.strip())
    if number := _NUMBER_START.match(line):
        return f"{number[1]}\\{line[number.end(1) :]}"
    return f"\\{line}" if _LINE_START.match(line) else line


def _inline(text: str) -> str:
    text = _INLINE.sub(lambda match: {"<": "&lt;", "&": "&amp;"}.get(match[0], "\\" + match[0]), text)
    return _LINK.sub(r"\\[", text)
