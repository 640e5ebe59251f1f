"""A page's words, the rows they stand in, and the text of a table's cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from docqa.parse.lines import clean
from docqa.records import BBox
from docqa.text import join_lines


@dataclass(frozen=True)
class Word:
    """A word as MuPDF separates them: by white space."""

    text: str
    bbox: BBox


def read_words(page: Any) -> list[Word]:
    """The words of a pymupdf page."""
    import pymupdf

    flags = pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    return [Word(text, (x0, y0, x1, y1)) for x0, y0, x1, y1, text, *_ in page.get_text("words", flags=flags)]


def text_of(words: Sequence[Word]) -> str:
    """The text of one cell, its lines joined."""
    lines = (clean(" ".join(word.text for word in row)) for row in word_rows(words))
    return reduce(join_lines, lines, "")


def word_rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words on one baseline, left to right; rows from top to bottom."""
    found: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.bbox[1] + word.bbox[3], word.bbox[0])):
        if found:
            y0, y1 = found[-1][0].bbox[1], found[-1][0].bbox[3]
            shared = min(y1, word.bbox[3]) - max(y0, word.bbox[1])
            if shared > 0.6 * min(y1 - y0, word.bbox[3] - word.bbox[1]):
                found[-1].append(word)
                continue
        found.append([word])
    return [sorted(row, key=lambda word: word.bbox[0]) for row in found]


def segments(row: Sequence[Word]) -> list[BBox]:
    """The parts of a row that stand more than a line's height apart, as cells of a table do."""
    parts: list[BBox] = []
    for word in row:
        x0, y0, x1, y1 = word.bbox
        if parts and x0 - parts[-1][2] <= y1 - y0:
            a0, b0, a1, b1 = parts[-1]
            parts[-1] = (a0, min(b0, y0), max(a1, x1), max(b1, y1))
        else:
            parts.append(word.bbox)
    return parts
