"""A page's words, the rows they stand in, and the text of a table's cell."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

from docqa.parse.lines import ASCENT, DESCENT, clean, union
from docqa.records import BBox
from docqa.text import CJK, CJK_PUNCTUATION, join_lines

_WIDE = re.compile(f"[{CJK}{CJK_PUNCTUATION}]")
_APART = 0.25
"""Of the font size: the gap beside an ideograph that parts two words. Two cells of Chinese have no space between."""


@dataclass(frozen=True)
class Word:
    """Characters without white space between them."""

    text: str
    bbox: BBox

    @property
    def middle(self) -> tuple[float, float]:
        """Its x and y."""
        x0, y0, x1, y1 = self.bbox
        return (x0 + x1) / 2, (y0 + y1) / 2


def read_words(page: Any) -> list[Word]:
    """The words of a pymupdf page."""
    import pymupdf

    flags = pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    blocks = page.get_text("rawdict", flags=flags)["blocks"]
    return [word for block in blocks for line in block.get("lines", ()) for word in _words(line)]


def _words(line: dict[str, Any]) -> Iterator[Word]:
    level = line["dir"][0] > 0.99
    text, box = "", (0.0, 0.0, 0.0, 0.0)
    for span in line["spans"]:
        size = span["size"]
        for char in span["chars"]:
            x0, y0, x1, y1 = char["bbox"]
            if level:  # fonts disagree by half a line on their height
                y0, y1 = char["origin"][1] - ASCENT * size, char["origin"][1] + DESCENT * size
            wide = text and (_WIDE.match(text[-1]) or _WIDE.match(char["c"]))
            if text and (char["c"].isspace() or (level and wide and x0 - box[2] > _APART * size)):
                yield Word(text, box)
                text = ""
            if not char["c"].isspace():
                box = union((box, (x0, y0, x1, y1))) if text else (x0, y0, x1, y1)
                text += char["c"]
    if text:
        yield Word(text, box)


def text_of(words: Sequence[Word], known: Collection[str] = ()) -> str:
    """The text of one cell, its lines joined as ``join_lines`` does."""
    lines = (clean(" ".join(word.text for word in row)) for row in word_rows(words))
    return reduce(partial(join_lines, known=known), lines, "")


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
