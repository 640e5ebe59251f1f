"""An e-book is a package of web pages; each page of its reading order (the spine) is read as HTML.

unstructured calls pandoc for it, a program that a fresh machine does not have.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag

from docqa.errors import ParseError
from docqa.parse import package
from docqa.parse.decode import decode

_NAME = "e-book"
_CONTAINER = "META-INF/container.xml"
_PAGES = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml"}
_EMPTY = re.compile(r"<(?!(?:br|hr|img|input|meta|link|col|wbr|area|base|source)\b)([\w:]+)((?:\s[^<>]*)?)/>", re.I)
"""A tag that XHTML closes at once and HTML leaves open: ``<title/>`` would swallow the page."""


class Book(NamedTuple):
    """The title, and the HTML of each page with its number in the reading order."""

    title: str
    pages: list[tuple[int, str]]


def read_book(path: Path) -> Book:
    """Unpack an epub file.

    Raises:
        ParseError: of kind ``wrong-type``, ``encrypted`` or ``damaged``.
    """
    package.check(path, _CONTAINER, _NAME)
    with package.damage(_NAME, RuntimeError), zipfile.ZipFile(path) as parts:
        at = _xml(parts.read(_CONTAINER)).find(".//{*}rootfile").get("full-path")
        book = _xml(parts.read(at))
        title = book.findtext(".//{*}metadata/{*}title") or ""
        names = [posixpath.normpath(posixpath.join(posixpath.dirname(at), href)) for href in _spine(book)]
        if _encrypted(parts) & set(names):
            raise ParseError(
                "the e-book is protected (DRM) and can't be read; use a copy without protection", "encrypted"
            )
        pages = [(number, decode(parts.read(name), declares=True)[0]) for number, name in enumerate(names, 1)]
    return Book(" ".join(title.split()), [(number, _EMPTY.sub(r"<\1\2></\1>", html)) for number, html in pages])


def _spine(book: Any) -> Iterator[str]:
    """The addresses of the pages in reading order; the table of contents is none of them."""
    items = {item.get("id"): item for item in book.iterfind(".//{*}manifest/{*}item")}
    contents = {
        urldefrag(guide.get("href", ""))[0]
        for guide in book.iterfind(".//{*}guide/{*}reference")
        if guide.get("type") == "toc"
    }
    for reference in book.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or "nav" in (item.get("properties") or "").split():
            continue
        if (href := urldefrag(item.get("href"))[0]) not in contents:
            yield unquote(href)


def _encrypted(parts: zipfile.ZipFile) -> set[str]:
    """What is encrypted; mostly it is fonts only, and those are not read."""
    if "META-INF/encryption.xml" not in parts.namelist():
        return set()
    found = _xml(parts.read("META-INF/encryption.xml"))
    return {unquote(reference.get("URI", "")) for reference in found.iterfind(".//{*}CipherReference")}


def _xml(data: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
