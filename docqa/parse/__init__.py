"""A file -> Document. ``parse_file`` chooses the reader by suffix and checks that the content is what it says."""

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

from docqa.errors import ParseError
from docqa.records import Document
from docqa.text import detect_language

SUFFIXES = {
    ".pdf": "application/pdf",
}
"""The suffixes docqa reads, with their media types."""


def find_documents(source: Path) -> tuple[list[Path], list[Path]]:
    if source.is_file():
        return [source], []
    files = [
        path
        for path in sorted(source.rglob("*"))
        if not any(part.startswith((".", "~$")) for part in path.relative_to(source).parts)
    ]
    files = [path for path in files if path.suffix.lower() in SUFFIXES or not path.is_dir()]
    return [p for p in files if p.suffix.lower() in SUFFIXES], [p for p in files if p.suffix.lower() not in SUFFIXES]


@cache
def parser_version() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16] + metadata.version("pymupdf")


def parse_file(path: Path, root: Path) -> Document:
    from docqa.parse.pdf import read_pdf

    try:
        data = path.read_bytes()
    except OSError as error:
        raise ParseError(f"cannot be read ({error.strerror})", "unreadable") from error
    title, pages, blocks, warnings = read_pdf(path)
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        path=path.relative_to(root).as_posix(),
        media_type=SUFFIXES[path.suffix.lower()],
        title=title or path.stem,
        language=detect_language("\n".join(block.text for block in blocks)),
        pages=pages,
        blocks=blocks,
        warnings=warnings,
    )
