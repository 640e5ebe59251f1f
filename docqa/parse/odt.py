"""An OpenDocument text is rewritten into HTML that says the same, for the HTML reader.

unstructured calls pandoc for it, a program that a fresh machine does not have. Pages are known where the word processor
wrote down its page breaks; headings, lists with their numbers, tables with spans and header rows, notes, raised digits
and bold text survive. Deleted text, comments, the table of contents and equations do not.
"""

import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from docqa.parse import package

_NAME = "text document"
_CONTENT = "content.xml"
_LEFT_OUT = {
    *("tracked-changes", "annotation", "annotation-end", "table-of-content", "alphabetical-index", "sequence-decls"),
    *(
        "forms",
        "image",
        "object",
        "object-ole",
        "bibliography",
        "variable-decls",
        "user-field-decls",
        "soft-page-break",
    ),
}
_NUMBERED = {"1": "1", "a": "a", "A": "A", "i": "i", "I": "I"}
_LARGEST_SPAN = 1000


class Text(NamedTuple):
    """The title from the file's properties, the HTML of each page, and how many equations are left out."""

    title: str
    pages: list[tuple[int, str]]
    equations: int


def read_text(path: Path) -> Text:
    """Rewrite an odt file.

    Raises:
        ParseError: of kind ``wrong-type``, ``encrypted`` or ``damaged``.
    """
    package.check(path, _CONTENT, _NAME)
    with package.damage(_NAME, RuntimeError), zipfile.ZipFile(path) as parts:
        names = parts.namelist()
        if "META-INF/manifest.xml" in names and b"encryption-data" in parts.read("META-INF/manifest.xml"):
            raise package.asks_for_password(_NAME)
        content = _xml(parts.read(_CONTENT))
        styles = [_xml(parts.read("styles.xml"))] if "styles.xml" in names else []
        title = _xml(parts.read("meta.xml")).findtext(".//{*}title") if "meta.xml" in names else ""
        body = content.find(".//{*}body/{*}text")
        writer = _Writer([*styles, content])
        return Text(" ".join((title or "").split()), list(writer.pages(body)), writer.equations)


def _xml(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(data, parser)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _get(element: Any, name: str) -> str:
    """An attribute, whatever its namespace."""
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


class _Writer:
    """Writes a body's elements as HTML; ``equations`` counts those it passed over."""

    def __init__(self, roots: list[Any]) -> None:
        self.equations = 0
        self._marks: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._breaks: set[str] = set()
        self._lists: dict[str, dict[int, Any]] = {}
        self._notes: list[str] = []
        self._after: list[str] = []
        self._counted: dict[str, int] = {}
        for root in roots:
            for style in root.iter("{*}style"):
                self._style(style)
            for style in root.iter("{*}list-style"):
                self._lists[_get(style, "name")] = {int(_get(level, "level") or 1): level for level in style}

    def _style(self, style: Any) -> None:
        name = _get(style, "name")
        self._parents[name] = _get(style, "parent-style-name")
        for properties in style:
            position = _get(properties, "text-position")
            if _get(properties, "font-weight") == "bold" and _get(style, "family") == "text":
                self._marks[name] = "b"
            if _get(properties, "font-weight") == "bold" and _get(style, "family") == "paragraph":
                self._marks[name] = "b"
            if position and not position.startswith("0"):
                self._marks[name] = "sub" if position.startswith(("sub", "-")) else "sup"
            if _get(properties, "break-before") == "page":
                self._breaks.add(name)

    def _has(self, name: str, known: "set[str] | dict[str, str]") -> str:
        """The style or the one above it that is ``known``; ""."""
        for _ in range(20):
            if name in known:
                return name
            name = self._parents.get(name, "")
        return ""

    # ------------------------------------------------------------------------------------------------------ blocks

    def pages(self, body: Any) -> Iterator[tuple[int, str]]:
        """The HTML of each page: what begins on it."""
        page, parts = 1, list[str]()
        for element in self._flat(body):
            breaks = bool(self._has(_get(element, "style-name"), self._breaks)) and bool(parts or page > 1)
            if breaks or (_name(element) == "soft-page-break"):
                yield page, "".join(parts)
                page, parts = page + 1, []
            parts.append(self._block(element))
            page_breaks = sum(1 for _ in element.iter("{*}soft-page-break")) if len(element) else 0
            if page_breaks:
                yield page, "".join(parts)
                page, parts = page + page_breaks, []
        yield page, "".join(parts)

    def _flat(self, body: Any) -> Iterator[Any]:
        for element in body:
            if _name(element) in ("section", "index-body"):
                yield from self._flat(element)
            else:
                yield element

    def _block(self, element: Any, depth: int = 1, style: str = "") -> str:
        name = _name(element)
        if name in _LEFT_OUT:
            return ""
        if name in ("p", "h"):
            return self._paragraph(element)
        if name == "list":
            return self._list(element, depth, style)
        if name == "table":
            return self._table(element)
        return "".join(self._block(child, depth, style) for child in element)

    def _paragraph(self, element: Any) -> str:
        text = self._inline(element)
        tag = "p"
        if _name(element) == "h":
            tag = f"h{min(int(_get(element, 'outline-level') or 1), 6)}"
        elif self._marks.get(self._has(_get(element, "style-name"), self._marks)) == "b":
            text = f"<b>{text}</b>"
        after, self._after = self._after, []
        notes, self._notes = self._notes, []
        written = f"<{tag}>{text}</{tag}>" if text.strip() else ""
        return "".join([written, *after, *notes])

    def _list(self, element: Any, depth: int, style: str) -> str:
        style = _get(element, "style-name") or style
        level = self._lists.get(style, {}).get(depth)
        kind = _NUMBERED.get(_get(level, "num-format"), "") if level is not None else ""
        start = int((_get(level, "start-value") if level is not None else "") or 1)
        if _get(element, "continue-numbering") == "true" or _get(element, "continue-list"):
            start = self._counted.get(f"{style} {depth}", start - 1) + 1
        items = [item for item in element if _name(item) in ("list-item", "list-header")]
        written = ["".join(self._block(child, depth + 1, style) for child in item) for item in items]
        if items and all(_name(item.find("*")) == "h" for item in items if len(item)):  # numbered headings
            return "".join(written)
        self._counted[f"{style} {depth}"] = start + len(items) - 1
        inside = "".join(f"<li>{text}</li>" for text in written)
        return f'<ol type="{kind}" start="{start}">{inside}</ol>' if kind else f"<ul>{inside}</ul>"

    def _table(self, table: Any) -> str:
        rows = []
        for row in table.iter("{*}table-row"):
            if next(row.iterancestors("{*}table")) is not table:
                continue
            head = _name(row.getparent()) == "table-header-rows"
            cells = "".join(self._cell(cell, "th" if head else "td") for cell in row if _name(cell) == "table-cell")
            times = min(int(_get(row, "number-rows-repeated") or 1), _LARGEST_SPAN) if cells else 1
            rows += [f"<tr>{cells}</tr>"] * times
        return f"<table>{''.join(rows)}</table>"

    def _cell(self, cell: Any, tag: str) -> str:
        text = "".join(self._block(child) for child in cell)
        across, down = _get(cell, "number-columns-spanned") or "1", _get(cell, "number-rows-spanned") or "1"
        times = min(int(_get(cell, "number-columns-repeated") or 1), _LARGEST_SPAN)
        return f'<{tag} colspan="{int(across)}" rowspan="{int(down)}">{text}</{tag}>' * times

    # ------------------------------------------------------------------------------------------------------ inline

    def _inline(self, element: Any) -> str:
        parts = [escape(element.text or "")]
        for child in element:
            parts += [self._piece(child), escape(child.tail or "")]
        return "".join(parts)

    def _piece(self, element: Any) -> str:
        name = _name(element)
        if name == "s":
            return " "
        if name == "tab":
            return " "
        if name == "line-break":
            return "<br>"
        if name == "note":
            number, body = element.findtext("{*}note-citation") or "", element.find("{*}note-body")
            text = "".join(self._inline(paragraph) + " " for paragraph in body.iter("{*}p"))
            self._notes.append(f'<p role="doc-footnote">{escape(number)} {text}</p>')
            return ""
        if name == "frame":
            boxes = [box for box in element if _name(box) == "text-box"]
            self.equations += any(_name(inner) == "object" for inner in element)
            self._after += ["".join(self._block(child) for child in box) for box in boxes]
            return ""
        if name in _LEFT_OUT:
            return ""
        mark = self._marks.get(_get(element, "style-name")) if name == "span" else None
        text = self._inline(element)
        return f"<{mark}>{text}</{mark}>" if mark and text.strip() else text
