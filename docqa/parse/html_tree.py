"""HTML is mended before unstructured reads it, so that nothing of its structure is lost there.

unstructured 0.27 drops figures, forms and ``details`` with all they hold, the numbers of ordered lists, the spans of
table cells, and the difference between 10 to the power of -3 and 10-3; and it takes a layout table for a table. So the
tree is rewritten into plain HTML that says the same: markers become text, spans become repeated cells, captions and
definitions become paragraphs. What is not the page's text (navigation, headers and footers of a site, what is hidden)
is taken out: hidden text is read by no person, so it must not become an answer.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from docqa.parse.raised import lowered, raised
from docqa.records import BlockKind
from docqa.text import CJK, CJK_PUNCTUATION

_DROPPED = "script style template noscript nav footer input button select textarea svg dialog iframe object"
_UNWRAPPED = "form details figure fieldset center font"
_LANDMARKS = {"navigation", "banner", "contentinfo", "search"}
_NOTES = {"footnote", "endnote", "rearnote"}
_NOTE_LINKS = {"noteref", "backlink"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = {*_HEADINGS, *"p div ul ol dl table pre blockquote section article figure".split()}
_WIDE = f"[{CJK}{CJK_PUNCTUATION}]"
_WIDE_BREAK = re.compile(rf"(?<={_WIDE})\s*\n\s*(?={_WIDE})")
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LARGEST_SPAN = 1000
"""HTML's own limit for colspan; a cell that claims more is a mistake or an attack."""


class Mended(NamedTuple):
    """HTML for unstructured; the page's title or ""; and the kinds of paragraphs that its elements don't tell."""

    html: str
    title: str
    kinds: dict[str, BlockKind]


def mend(html: str) -> Mended:
    """Rewrite a page or fragment into plain HTML. An empty page gives empty HTML."""
    from lxml import etree
    from lxml import html as parser

    html = re.sub(r"^\s*<\?xml[^>]*\?>", "", html)
    try:
        root = parser.document_fromstring(html)
    except (etree.ParserError, ValueError):
        return Mended("", "", {})
    head = root.find(".//title")
    named = _plain(head) if head is not None else ""
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    _drop_foreign(root)
    _unwrap(root)
    _join_wide_lines(root)
    _raise_and_lower(root)
    kinds: dict[str, BlockKind] = {}
    for table in list(root.iter("table")):
        _mend_table(table)
    for note in [element for element in root.iter() if _role(element) & _NOTES]:
        note.tag = "div" if any(child.tag in _BLOCKS for child in note) else "p"
        for paragraph in note.iter("p"):
            kinds[_plain(paragraph)] = "footnote"
    for caption in [*root.iter("figcaption"), *root.iter("caption")]:
        kinds[_plain(caption)] = "caption"
        caption.tag = "p"
    for definitions in list(root.iter("dl")):
        _mend_definitions(definitions)
    for listing in root.iter("ol", "ul"):
        _mend_list(listing)
    main = root.find(".//main")  # which unstructured reads, too, where there is one
    heads = [_plain(heading) for heading in (root if main is None else main).iter("h1")]
    title = heads[0] if heads else named
    return Mended(parser.tostring(root, encoding="unicode"), title, kinds)


def _role(element: Any) -> set[str]:
    """What an element says it is, in HTML's words or in those of e-books."""
    said = f"{element.get('role') or ''} {element.get('epub:type') or ''}"
    return {word.removeprefix("doc-") for word in said.split()}


def _plain(element: Any) -> str:
    return re.sub(r"\s+", " ", str(element.text_content())).strip()


# ------------------------------------------------------------------------------------------------- what is no text


def _drop_foreign(root: Any) -> None:
    for element in list(root.iter()):
        if element is not root and element.getparent() is not None and _is_foreign(element):
            element.drop_tree()


def _is_foreign(element: Any) -> bool:
    if element.tag in _DROPPED.split() or element.get("role") in _LANDMARKS:
        return True
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if _HIDDEN.search(element.get("style") or ""):
        return True
    if element.tag == "header":  # a site's, not an article's with its title
        return not any(True for _ in element.iter(*_HEADINGS))
    if element.tag == "a":  # the mark beside a heading that links to it
        return (
            bool(_role(element) & _NOTE_LINKS)
            or "headerlink" in (element.get("class") or "")
            or _plain(element) in ("¶", "#")
        )
    return False


def _unwrap(root: Any) -> None:
    """Forms and foldable parts hold text like any other; what folds them is a paragraph."""
    for element in list(root.iter(*_UNWRAPPED.split(), "summary", "legend")):
        element.tag = "p" if element.tag in ("summary", "legend") else "div"


def _join_wide_lines(root: Any) -> None:
    """A line that breaks between two ideographs leaves no space; control characters, which XML can't hold, go."""
    for element in root.iter():
        element.text = _CONTROL.sub("", element.text) if element.text else element.text
        element.tail = _CONTROL.sub("", element.tail) if element.tail else element.tail
        if element.tag != "pre" and not any(True for _ in element.iterancestors("pre")):
            element.text = _WIDE_BREAK.sub("", element.text) if element.text else element.text
        if element.tail and not any(True for _ in element.iterancestors("pre")):
            element.tail = _WIDE_BREAK.sub("", element.tail)


def _raise_and_lower(root: Any) -> None:
    """Raised and lowered digits keep their place as characters; a raised link is a footnote's mark and goes."""
    for element in list(root.iter("sup", "sub")):
        if element.tag == "sup" and any(True for _ in element.iter("a")):
            element.drop_tree()
            continue
        text = _plain(element)
        element.clear(keep_tail=True)
        element.text = raised(text) if element.tag == "sup" else lowered(text)
        element.drop_tag()


# ---------------------------------------------------------------------------------------------- lists, definitions


def _mend_list(listing: Any) -> None:
    """Write each item's marker before its text, as a browser shows it."""
    number = _number(listing.get("start"), 1)
    for item in listing.findall("li"):
        if len(item) and item[0].tag == "p" and not (item.text or "").strip():
            item[0].drop_tag()
        number = _number(item.get("value"), number)
        leads = (item.text or "").strip() or (len(item) and item[0].tag not in _BLOCKS)
        if leads:
            marker = f"{_label(number, listing.get('type') or '1')}. " if listing.tag == "ol" else "• "
            item.text = marker + (item.text or "").lstrip()
        number += 1


def _number(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text.strip()) else default


def _label(number: int, style: str) -> str:
    if style in ("a", "A") and 1 <= number <= 26:
        return chr(ord(style) + number - 1)
    if style in ("i", "I") and 1 <= number <= 3999:
        return _roman(number).lower() if style == "i" else _roman(number)
    return str(number)


def _roman(number: int) -> str:
    letters = ""
    steps = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    for value, letter in zip(steps, "M CM D CD C XC L XL X IX V IV I".split(), strict=True):
        count, number = divmod(number, value)
        letters += letter * count
    return letters


def _mend_definitions(definitions: Any) -> None:
    """A term and its definition become one paragraph, ``term: definition``; longer definitions follow their term."""
    definitions.tag = "div"
    term: Any = None
    for element in list(definitions.iter("dt", "dd")):
        if element.tag == "dd" and term is not None and not any(child.tag in _BLOCKS for child in element):
            text = _plain(term)
            wide = bool(re.search(f"{_WIDE}$", text))
            mark = "" if re.search(r"[:：]$", text) else "：" if wide else ":"
            element.text = f"{text}{mark}{'' if wide else ' '}{(element.text or '').lstrip()}"
            term.drop_tree()
        term = element if element.tag == "dt" else None
        element.tag = "p" if not any(child.tag in _BLOCKS for child in element) else "div"


# ---------------------------------------------------------------------------------------------------------- tables


def _mend_table(table: Any) -> None:
    """Make a table a plain grid of cells, and one that only lays out the page no table at all."""
    caption = table.find("caption")
    if caption is not None:
        caption.tail = None
        table.addprevious(caption)
    if _is_layout(table):
        for part in [
            table,
            *table,
            *(row for row, _ in _rows(table)),
            *(cell for row, _ in _rows(table) for cell in row),
        ]:
            part.tag = "div"
        return
    cells = grid(table)
    tail = table.tail
    table.clear()
    table.tail = tail
    for row in cells:
        line = table.makeelement("tr")
        for text, is_head in row:
            cell = table.makeelement("th" if is_head else "td")
            cell.text = text
            line.append(cell)
        table.append(line)


def _is_layout(table: Any) -> bool:
    if table.get("role") in ("presentation", "none"):
        return True
    rows = list(table.iter("tr"))
    if all(len(row.findall("td")) + len(row.findall("th")) < 2 for row in rows):
        return True
    return any(True for _ in table.iter(*_HEADINGS)) or (
        any(True for inner in table.iter("table") if inner is not table) and not any(True for _ in table.iter("th"))
    )


def grid(table: Any) -> list[list[tuple[str, bool]]]:
    """A table's cells, row by row: the text, and whether the cell is a heading.

    A cell that spans several places repeats in each; rows may differ in length.
    """
    result: list[list[tuple[str, bool]]] = []
    reach: dict[tuple[int, int], tuple[str, bool]] = {}
    rows = list(_rows(table))
    for y, (row, in_head) in enumerate(rows):
        cells: list[tuple[str, bool]] = []
        for element in row:
            if element.tag not in ("td", "th"):
                continue
            while (y, len(cells)) in reach:
                cells.append(reach[y, len(cells)])
            cell = _cell_text(element), in_head or element.tag == "th"
            down = min(max(_number(element.get("rowspan"), 1), 1), len(rows) - y)
            for _ in range(min(max(_number(element.get("colspan"), 1), 1), _LARGEST_SPAN)):
                reach.update({(y + below, len(cells)): cell for below in range(1, down)})
                cells.append(cell)
        while (y, len(cells)) in reach:
            cells.append(reach[y, len(cells)])
        result.append(cells)
    return result


def _rows(table: Any) -> Iterator[tuple[Any, bool]]:
    """Each of the table's own rows, and whether it stands in the table's head."""
    for child in table:
        if child.tag == "tr":
            yield child, False
        elif child.tag in ("thead", "tbody", "tfoot"):
            for row in child.findall("tr"):
                yield row, child.tag == "thead"


def _cell_text(cell: Any) -> str:
    for element in cell.iter("br", "p", "div", "li", "tr", "td", "th"):
        element.tail = " " + (element.tail or "")
    return _WIDE_BREAK.sub("", _plain(cell))
