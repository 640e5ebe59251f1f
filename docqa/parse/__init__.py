"""A file -> Document. ``parse_file`` chooses the reader by suffix and checks that the content is what it says."""

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

from docqa.errors import ParseError
from docqa.parse.parsed import Parsed
from docqa.records import Block, Document
from docqa.text import detect_language

SUFFIXES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".rtf": "application/rtf",
    ".epub": "application/epub+zip",
    ".eml": "message/rfc822",
    ".html": "text/html",
    ".htm": "text/html",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
}
"""The suffixes docqa reads, with their media types."""

_PACKAGES = (".docx", ".pptx", ".xlsx", ".odt", ".epub")
_NO_TEXT = (b"%PDF-", b"PK\3\4", b"\xd0\xcf\x11\xe0")
"""How PDFs, packages and old Office files begin, whatever they are named."""


def find_documents(source: Path) -> tuple[list[Path], list[Path]]:
    """The files under ``source`` that docqa reads by their suffix, and the others, each sorted by path.

    Hidden files and folders and the lock files of word processors are passed over. A folder or a broken link that is
    named like a document is listed, since it would be missed.
    """
    if source.is_file():
        return [source], []
    found = [path for path in source.rglob("*") if not _is_hidden(path.relative_to(source))]
    found.sort(key=Path.as_posix)
    documents = [path for path in found if path.suffix.lower() in SUFFIXES]
    return documents, [path for path in found if path.suffix.lower() not in SUFFIXES and not path.is_dir()]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)


@cache
def parser_version() -> str:
    """Changes when this package's code or a library it reads files with does: a part of the memo's key."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return " ".join([digest.hexdigest()[:16], *(_installed(name) for name in ("pymupdf", "unstructured", "rapidocr"))])


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "-"


def parse_file(path: Path, root: Path) -> Document:
    """Read one file, in this process; its path is kept relative to ``root``.

    Raises:
        ParseError: the file cannot be read, is empty, or is not what its suffix says; the message says what to do.
    """
    head = check(path)
    return to_document(path, root, _read(path, head))


def check(path: Path) -> bytes:
    """The first bytes of a file that there is a reader for.

    Raises:
        ParseError: the file cannot be read, is empty, or has a suffix that is not known.
    """
    if path.exists() and not path.is_file():
        raise ParseError("is a folder or a device, not a file; rename or remove it", "unreadable")
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise ParseError(
            f"cannot be read ({error.strerror}); check the path and its permissions", "unreadable"
        ) from error
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ParseError(f"docqa reads {' '.join(SUFFIXES)}, not {suffix or 'a file without a suffix'}", "unsupported")
    if not head:
        raise ParseError("the file is empty (0 bytes)", "empty")
    return head


def to_document(path: Path, root: Path, parsed: Parsed) -> Document:
    """The record of a file as it was read.

    Raises:
        ParseError: there is no text in the file.
    """
    title, pages, blocks, warnings = parsed
    if not blocks and not any(page.skipped == "image without text" or page.failed for page in pages):
        raise ParseError("there is no text in the file", "empty")
    text = "\n".join(block.text for block in blocks if block.kind != "code")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Document(
        id=digest,
        path=path.relative_to(root).as_posix(),
        media_type=SUFFIXES[path.suffix.lower()],
        title=title.strip() or _first_heading(blocks) or path.stem,
        language=detect_language(text),
        pages=pages,
        blocks=blocks,
        warnings=warnings,
    )


def _read(path: Path, head: bytes) -> Parsed:
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        from docqa.parse.pdf import read_pdf

        return Parsed(*read_pdf(path))
    if suffix not in _PACKAGES and head.startswith(_NO_TEXT):
        raise ParseError("the file is not text, whatever its name says", "wrong-type")
    if suffix == ".txt":
        from docqa.parse.plain import read_plain

        return read_plain(path)
    if suffix in (".csv", ".tsv"):
        from docqa.parse.delimited import read_delimited

        return read_delimited(path)
    from docqa.parse.office import read_office

    return read_office(path)


def _first_heading(blocks: tuple[Block, ...]) -> str:
    heads = [block for block in blocks if block.kind == "heading"]
    return next((block.text for block in heads if block.level == 1), heads[0].text if heads else "")
