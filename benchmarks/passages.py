"""Question-answering data as docqa sees it: JSON lines, and each passage a chunk of its own."""

import json
from pathlib import Path

from docqa.records import Chunk


def rows(path: Path) -> list[dict[str, str]]:
    """The records of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def passage_chunk(row: dict[str, str], language: str) -> Chunk:
    """A passage (``id``, ``title``, ``text``) as a chunk."""
    title = row["title"].replace("_", " ")
    return Chunk(
        id=row["id"],
        document_id=title,
        path=title,
        title=title,
        language=language,
        text=row["text"],
        heading_path=(),
        pages=(1,),
        pieces=(),
        tokens=0,
    )
