"""A page's characters as lines: runs of one font, cleaned text, the rows of a column.

MuPDF hands out "lines" that end wherever a gap is wide, so one printed line may come in several pieces ("2.1" and
"People around Debian"). The pieces (`read_pieces`) are what columns are found on; only inside a column are pieces of
one baseline joined to the printed line (`rows`). Boxes are set from baseline and font size, not from the font's own
ascent: fonts disagree by half a line there, and Chinese and Latin in one line would not overlap as they should.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from docqa.records import BBox
from docqa.text import CJK, CJK_PUNCTUATION

if TYPE_CHECKING:
    from docqa.parse.tables import Table

_CJK_SPACE = re.compile(f"(?<=[{CJK}{CJK_PUNCTUATION}])[ \\t]+(?=[{CJK}{CJK_PUNCTUATION}])")
_COMPATIBLE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06\U0001d400-\U0001d7ff]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b-\x1f\x7f]")
_BLANK = re.compile("[\u00a0\u2000-\u200a\u202f\u3000\t]")
_BOLD_NAME = re.compile(r"bold|black|heavy|demi|-bd\b", re.IGNORECASE)
_MONO_NAME = re.compile(r"mono|courier|consol|typewriter|menlo|cmtt|cascadia|inconsolata|fixed", re.IGNORECASE)
_MATH_NAME = re.compile(
    r"math|cm(?:mi|sy|ex|bsy)\d|ms[ab]m\d|lm(?:mi|sy|ex)\d|mt(?:mi|sy|ex)|rsfs|eu[fs]m", re.IGNORECASE
)
_OPERATOR = re.compile("[=≈≠≤≥∝∑∏∫√∂∇]|[\U0001d400-\U0001d7ff]")
_LONG_WORD = re.compile(rf"[^\W\d_{CJK}]{{4,}}|[{CJK}]{{2,}}")

_RAISED = str.maketrans("0123456789+-\u2212()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")

MONO, BOLD = 8, 16
"""Bits of a span's ``flags`` in MuPDF's structured text."""


@dataclass(frozen=True)
class Run:
    """Characters of one font: ``raised`` is a superscript, ``math`` a font of mathematics, ``size`` in points."""

    text: str
    bbox: BBox
    size: float
    bold: bool = False
    mono: bool = False
    raised: bool = False
    math: bool = False


@dataclass(frozen=True)
class Line:
    """A printed line, or a piece of one, on page ``page`` (from 1).

    Attributes:
        column: which column of the document this is in, counted in reading order; neighbours of one column share it.
        left, right: the edges of that column's text.
        table: the ``tables.Table`` that stands in this line's place; such a line has no text.
        ocr: whether it was read from a picture.
    """

    page: int
    runs: tuple[Run, ...]
    column: int = 0
    left: float = 0.0
    right: float = 0.0
    table: "Table | None" = None
    ocr: bool = False

    @cached_property
    def bbox(self) -> BBox:
        return union(run.bbox for run in self.runs)

    @cached_property
    def text(self) -> str:
        return clean(_joined(self.runs))

    @cached_property
    def size(self) -> float:
        """The font size of most of its characters."""
        sizes: Counter[float] = Counter()
        for run in self.runs:
            if not run.raised:
                sizes[round(run.size, 1)] += len(run.text)
        return max(sizes, key=lambda size: (sizes[size], size)) if sizes else self.runs[0].size

    @property
    def bold(self) -> bool:
        """Whether all its letters and digits are bold."""
        return _share(self.runs, "bold") > 0.95

    @property
    def mono(self) -> bool:
        """Whether it is set in a typewriter face, a few characters of another font aside."""
        return _share(self.runs, "mono") > 0.8

    @property
    def displayed(self) -> bool:
        """Whether it is a formula on a line of its own: set in from the margin, with hardly a word in it."""
        if self.bbox[0] - self.left < 1.5 * self.size or self.mono or len(_LONG_WORD.findall(self.text)) > 1:
            return False
        return bool(_OPERATOR.search(self.text)) or _share(self.runs, "math") > 0.5

    @property
    def baseline(self) -> float:
        return self.bbox[3] - DESCENT * self.size


ASCENT, DESCENT = 0.78, 0.22


def union(boxes: Iterable[BBox]) -> BBox:
    """The smallest box around ``boxes``."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def clean(text: str) -> str:
    """Text as it is kept: ligatures, letters of formulas and look-alike ideographs resolved, nothing invisible.

    White space is single spaces; widths stay as printed. A soft hyphen stays only where it ends the line.
    """
    text = _COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    text = _BLANK.sub(" ", _INVISIBLE.sub("", text))
    text = re.sub(" {2,}", " ", text).strip()
    text = text[:-1].replace("\u00ad", "") + text[-1:]
    return _CJK_SPACE.sub("", text)


def read_pieces(page: Any, number: int) -> list[Line]:
    """The horizontal text of a pymupdf page, as MuPDF cuts it, in the order of the content stream."""
    import pymupdf

    flags = pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    pieces: dict[tuple[str, int, int], Line] = {}
    for block in page.get_text("dict", flags=flags)["blocks"]:
        for line in block.get("lines", ()):
            if line["dir"][0] < 0.99:
                continue
            for runs in _split_at_gaps([_run(span) for span in line["spans"]]):
                piece = Line(number, runs)
                # The same words printed twice in one place are a poor man's bold.
                pieces.setdefault((piece.text, round(piece.bbox[0] / 2), round(piece.bbox[1] / 2)), piece)
    return [piece for piece in pieces.values() if piece.text]


def _run(span: dict[str, Any]) -> Run:
    size, baseline = span["size"], span["origin"][1]
    x0, _, x1, _ = span["bbox"]
    return Run(
        text=span["text"],
        bbox=(x0, baseline - ASCENT * size, x1, baseline + DESCENT * size),
        size=size,
        bold=bool(span["flags"] & BOLD) or bool(_BOLD_NAME.search(span["font"])),
        mono=bool(span["flags"] & MONO) or bool(_MONO_NAME.search(span["font"])),
        math=bool(_MATH_NAME.search(span["font"])),
    )


def _split_at_gaps(runs: list[Run]) -> Iterable[tuple[Run, ...]]:
    """Cut where the white space is wider than two ems: tabs, and columns that one line of the stream runs through."""
    part: list[Run] = []
    for run in (run for run in runs if run.text.strip()):
        if part and run.bbox[0] - part[-1].bbox[2] > 2 * max(run.size, part[-1].size):
            yield tuple(part)
            part = []
        part.append(run)
    if part:
        yield tuple(part)


def _joined(runs: Sequence[Run]) -> str:
    text = ""
    for before, run in zip((None, *runs), runs, strict=False):
        apart = before is not None and run.bbox[0] - before.bbox[2] > 0.15 * run.size
        # "10" and a raised "6" are not 106; a note's own mark stands apart from its text.
        raised = run.raised and bool(text) and text[-1].isalnum()
        here = run.text.strip().translate(_RAISED) if raised else run.text
        note = before is not None and before.raised and before is runs[0]
        text += " " + here if (apart and not raised) or note else here
    return text


def _share(runs: Sequence[Run], name: str) -> float:
    total = hits = 0
    for run in runs:
        count = sum(char.isalnum() for char in run.text)
        total += count
        hits += count if getattr(run, name) else 0
    return hits / total if total else float(all(getattr(run, name) for run in runs))


def rows(pieces: Sequence[Line]) -> list[Line]:
    """Join the pieces that stand on one baseline, left to right, and order the lines from top to bottom."""
    found: list[list[Line]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.bbox[1] + piece.bbox[3], piece.bbox[0])):
        near = [] if piece.table else [row for row in reversed(found[-4:]) if row[0].table is None]
        row = next((row for row in near if any(_level(other, piece) for other in row)), None)
        if row is None:
            found.append([piece])
        else:
            row.append(piece)
    lines = []
    for row in found:
        row.sort(key=lambda piece: piece.bbox[0])
        lines.append(replace(row[0], runs=_with_raised(tuple(run for piece in row for run in piece.runs))))
    return sorted(lines, key=lambda line: (line.baseline, line.bbox[0]))


def _with_raised(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Mark the superscripts: smaller than most of the line, and on a higher baseline."""
    if len(runs) < 2:
        return runs
    main = max(runs, key=lambda run: (len(run.text.strip()) * run.size, -run.bbox[0]))
    base = main.bbox[3] - DESCENT * main.size
    return tuple(
        replace(
            run, raised=run.size < 0.85 * main.size and base - (run.bbox[3] - DESCENT * run.size) > 0.12 * main.size
        )
        for run in runs
    )


def parts(line: Line) -> list[Line]:
    """The pieces of a line that stand two ems or more apart."""
    return [replace(line, runs=runs) for runs in _split_at_gaps(list(line.runs))]


def _level(first: Line, second: Line) -> bool:
    """Whether two pieces stand on one line: side by side, and more than half of the smaller at one height."""
    (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) = first.bbox, second.bbox
    shared = min(ay1, by1) - max(ay0, by0)
    return shared > 0.55 * min(ay1 - ay0, by1 - by0) and (ax1 <= bx0 + 1 or bx1 <= ax0 + 1)


def body_size(lines: Iterable[Line]) -> float:
    """The font size most of the text is set in, in points; code does not count."""
    sizes: Counter[float] = Counter()
    for line in lines:
        if not line.mono:
            sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], size)) if sizes else 10.0
