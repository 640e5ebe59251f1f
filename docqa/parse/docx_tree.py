"""A Word document is mended before unstructured reads it, so that none of its text is lost there.

unstructured 0.27 (on python-docx) passes over tracked insertions, content controls, text boxes and footnotes, and sets
raised digits beside the others. So the package's XML is rewritten into one that says the same in plain paragraphs:
changes are accepted, controls opened, text boxes and footnotes moved behind the paragraph they belong to. What it does
not tell apart (captions, entries of the table of contents, footnotes) is listed by text.
"""

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from docqa.errors import ParseError
from docqa.parse.raised import lowered, raised
from docqa.records import BlockKind

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DROPPED = (f"{_W}del", f"{_W}moveFrom", _FALLBACK)
_OPENED = tuple(_W + name for name in ("ins", "moveTo", "smartTag", "customXml", "sdtContent"))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old Word files begin, and new ones with a password."""


class Mended(NamedTuple):
    """A package for unstructured, and what its elements don't tell.

    Attributes:
        kinds: of paragraphs, by their text.
        header_rows: of each table of the body, in order; 0 where the file does not say.
        title: from the file's properties, or "".
        equations: how many there were; their text is no running text and is left out.
    """

    package: io.BytesIO
    kinds: dict[str, BlockKind]
    header_rows: list[int]
    title: str
    equations: int


def mend(path: Path) -> Mended:
    """Rewrite the document into plain paragraphs and tables.

    Raises:
        ParseError: of kind ``wrong-type``, ``encrypted`` or ``damaged``.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    _check(path)
    try:
        document = docx.Document(str(path))
        body = document.element.body
        notes = _footnotes(document)
    except (
        KeyError,
        ValueError,
        OSError,
        AttributeError,
        zipfile.BadZipFile,
        zlib.error,
        OpcError,
        LxmlError,
    ) as error:
        # python-docx checks nothing: a part that is missing or broken shows wherever it is first used
        raise ParseError(
            f"the document is damaged ({error}); open it in a word processor and save it again", "damaged"
        ) from error
    _accept_changes(body)
    _raise_and_lower(body)
    kinds: dict[str, BlockKind] = {}
    _place_footnotes(body, notes, kinds)
    _hoist_text_boxes(body)
    for paragraph in document.paragraphs:
        name = (paragraph.style.name if paragraph.style is not None else "") or ""
        kind: BlockKind | None = (
            "caption" if name == "Caption" else "contents" if name.casefold().startswith("toc ") else None
        )
        if kind and paragraph.text.strip():
            kinds[" ".join(paragraph.text.split())] = kind
    package = io.BytesIO()
    document.save(package)
    package.seek(0)
    return Mended(
        package,
        kinds,
        [_header_rows(table) for table in body.findall(f"{_W}tbl")],
        (document.core_properties.title or "").strip(),
        sum(1 for _ in body.iter(f"{_MATH}oMath")),
    )


def _check(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
        if head == _OLE:
            if "EncryptedPackage".encode("utf-16-le") in file.read():
                raise ParseError("the document asks for a password; save it without one and run again", "encrypted")
            raise ParseError("the file is an old Word document; save it as .docx and run again", "wrong-type")
    if not head.startswith(b"PK"):
        raise ParseError("the file is not a Word document, whatever its name says", "wrong-type")
    try:
        with zipfile.ZipFile(path) as package:
            if "word/document.xml" in package.namelist():
                return
    except zipfile.BadZipFile as error:
        raise ParseError("the document is damaged or cut short; get it again from its source", "damaged") from error
    raise ParseError("the file is not a Word document, whatever its name says", "wrong-type")


# ----------------------------------------------------------------------------------------------------- the rewriting


def _accept_changes(body: Any) -> None:
    """Take out what was deleted, and put inserted runs and the inside of controls where they stand."""
    for element in list(body.iter(*_DROPPED)):
        if element.getparent() is not None:
            element.getparent().remove(element)
    for element in list(body.iter(*_OPENED)):
        _open(element)
    for control in list(body.iter(f"{_W}sdt")):
        for child in list(control):
            if child.tag in (f"{_W}sdtPr", f"{_W}sdtEndPr"):
                control.remove(child)
        _open(control)


def _open(element: Any) -> None:
    """Put the element's children in its place."""
    parent = element.getparent()
    if parent is None or parent.tag == f"{_W}rPr":  # there ``ins`` is a mark on a paragraph's end
        return
    at = parent.index(element)
    parent[at : at + 1] = list(element)


def _raise_and_lower(body: Any) -> None:
    """Raised and lowered digits become characters of their own: 10⁻³ is not 10-3."""
    for mark in body.iter(f"{_W}vertAlign"):
        move = {"superscript": raised, "subscript": lowered}.get(mark.get(f"{_W}val"))
        run = mark.getparent().getparent()
        if move is None or run is None:
            continue
        for text in run.findall(f"{_W}t"):
            text.text = move(text.text or "")


def _hoist_text_boxes(body: Any) -> None:
    """Text boxes become paragraphs behind the one they are anchored in."""
    for box in list(body.iter(f"{_W}txbxContent")):
        anchor = next((up for up in box.iterancestors(f"{_W}p")), None)
        if anchor is not None:
            for child in reversed(list(box)):
                anchor.addnext(child)


def _footnotes(document: Any) -> dict[str, str]:
    """The text of each footnote and endnote, by the tag of its reference and its id."""
    from lxml import etree

    notes: dict[str, str] = {}
    for relation in document.part.rels.values():
        name = relation.reltype.rsplit("/", 1)[-1]
        if relation.is_external or name not in ("footnotes", "endnotes"):
            continue
        for note in etree.fromstring(relation.target_part.blob):
            text = "".join(part.text or "" for part in note.iter(f"{_W}t"))
            if note.get(f"{_W}type") is None and text.strip():
                notes[f"{name[:-1]} {note.get(f'{_W}id')}"] = " ".join(text.split())
    return notes


def _place_footnotes(body: Any, notes: dict[str, str], kinds: dict[str, BlockKind]) -> None:
    """Write each note as a paragraph behind the block of the body that refers to it, numbered from 1."""
    references = list(body.iter(f"{_W}footnoteReference", f"{_W}endnoteReference"))
    number = 0
    behind: dict[Any, Any] = {}
    for reference in references:
        text = notes.get(f"{reference.tag.removeprefix(_W).removesuffix('Reference')} {reference.get(f'{_W}id')}")
        block = _block_of(reference, body)
        if text is None or block is None:
            continue
        number += 1
        kinds[f"{number} {text}"] = "footnote"
        paragraph = _paragraph(body, f"{number} {text}")
        behind.get(block, block).addnext(paragraph)
        behind[block] = paragraph


def _block_of(element: Any, body: Any) -> Any:
    return next((up for up in element.iterancestors() if up.getparent() is body), None)


def _paragraph(body: Any, text: str) -> Any:
    paragraph = body.makeelement(f"{_W}p")
    run = paragraph.makeelement(f"{_W}r")
    content = run.makeelement(f"{_W}t")
    content.text = text
    run.append(content)
    paragraph.append(run)
    return paragraph


def _header_rows(table: Any) -> int:
    """How many first rows are marked to be repeated on every page."""
    count = 0
    for row in table.findall(f"{_W}tr"):
        if row.find(f"{_W}trPr/{_W}tblHeader") is None:
            break
        count += 1
    return count
