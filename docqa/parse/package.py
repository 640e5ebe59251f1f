"""Checks of files that are zip packages, before anything reads them: pptx, xlsx, odt, epub.

A package says how large its parts are when they are unpacked, and Python's reader takes no more than that. So a zip
bomb is told by adding up what the parts claim, before any of them is unpacked.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docqa.errors import ParseError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old Office files begin, and new ones with a password."""

_LARGEST = 1 << 30
"""Bytes of text parts (pictures and films are not unpacked); a gigabyte of XML is far beyond what a person wrote."""

_TEXT_PARTS = (".xml", ".rels", ".opf", ".ncx", ".html", ".htm", ".xhtml")


def check(path: Path, part: str, name: str) -> None:
    """See that the file is a package which holds ``part`` (a part's name, or the folder it begins with).

    Raises:
        ParseError: of kind ``wrong-type``, ``encrypted``, ``damaged`` or ``memory``.
    """
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(8)
        if head == _OLE:
            if "EncryptedPackage".encode("utf-16-le") in file.read():
                raise asks_for_password(name)
            raise ParseError(f"the file is in an older format; save it as {suffix} and run again", "wrong-type")
    wrong = ParseError(f"the file is no {suffix} {name}, whatever its name says", "wrong-type")
    if not head.startswith(b"PK"):
        raise wrong
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise ParseError(f"the {name} is damaged or cut short; get it again from its source", "damaged") from error
    if not any(info.filename.startswith(part) for info in parts):
        raise wrong
    if any(info.flag_bits & 1 for info in parts):
        raise asks_for_password(name)
    size = sum(info.file_size for info in parts if info.filename.lower().endswith(_TEXT_PARTS))
    if size > _LARGEST:
        raise ParseError(f"the {name} unpacks to {size >> 20} MiB of text; split it, or leave it out", "memory")


def asks_for_password(name: str) -> ParseError:
    return ParseError(f"the {name} asks for a password; save it without one and run again", "encrypted")


@contextmanager
def damage(name: str, *others: type[Exception]) -> Iterator[None]:
    """Turn what reading a broken package raises into a ParseError of kind ``damaged``.

    The libraries check nothing: a part that is missing or broken shows wherever it is first used.
    """
    from lxml.etree import LxmlError

    try:
        yield
    except (
        *(KeyError, IndexError, ValueError, TypeError, AttributeError, OSError, EOFError, NotImplementedError),
        *(zipfile.BadZipFile, zlib.error, LxmlError, *others),
    ) as error:
        raise ParseError(
            f"the {name} is damaged ({error}); open it in the program it was made with and save it again", "damaged"
        ) from error
