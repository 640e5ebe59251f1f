"""A page that is only a picture is read by OCR, where the ``ocr`` extra is installed.

RapidOCR carries PP-OCR's models in its wheel: they read Chinese and English alike and need no network. They give lines
with a box and no font, so the lines go through the rules that read other pages, with a size that is the height of the
box. Heights differ by a few percent between lines of one font (descenders, capitals), and are made one.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from statistics import median
from typing import Any, NamedTuple

from docqa.parse.lines import ASCENT, DESCENT, Line, Run, body_size, clean

DPI = 200
"""Of the picture that is read: 150 reads as much and confuses more characters."""

_EXTENT = 1.25
"""A line's box in font sizes: the detector leaves a little room above and below the letters."""

_ONE_SIZE = 0.15
"""How much the sizes of lines may differ from the usual one to be taken for it."""

STAMP = 100
"""Characters that a scanner or an archive prints upon a picture at most: a page's number, a date."""

_DOUBTFUL = 0.75
"""A line the recogniser is less sure of is read once more, from a larger picture."""

_LEAST = 0.5
"""What is less sure after that is no text: a stamp, a signature, a drawing."""


class Seen(NamedTuple):
    """A line as the engine reads it: its text, its box in points and how sure it is, 0 to 1."""

    text: str
    bbox: tuple[float, float, float, float]
    score: float


@cache
def installed() -> bool:
    """Whether pages can be read by OCR."""
    return find_spec("rapidocr") is not None


def is_picture(page: Any, found: Sequence[Line]) -> bool:
    """Whether a pymupdf page shows its text as a picture: one that fills it, beside ``found`` of a stamp or number."""
    if not found:
        return bool(page.get_images())
    if sum(len(line.text) for line in found) > STAMP:
        return False
    return any(abs(page.rect & image["bbox"]) > 0.5 * abs(page.rect) for image in page.get_image_info())


def read_picture(page: Any, number: int) -> list[Line]:
    """The lines of a pymupdf page that is a picture, as ``lines.read_pieces`` gives those of others."""
    seen = []
    for line in _read(page, page.rect, DPI):
        if line.score < _DOUBTFUL:
            x0, y0, x1, y1 = line.bbox
            again = _read(page, (x0 - 4, y0 - 4, x1 + 4, y1 + 4), 1.7 * DPI)
            seen += again if again and min(other.score for other in again) > line.score else [line]
        else:
            seen.append(line)
    return pieces([line for line in seen if line.score >= _LEAST], number)


def pieces(seen: Sequence[Seen], number: int) -> list[Line]:
    """Lines with font sizes made one, on page ``number``."""
    if not seen:
        return []
    sizes = [(line.bbox[3] - line.bbox[1]) / _EXTENT for line in seen]
    usual = median(size for line, size in zip(seen, sizes, strict=True) for _ in line.text)
    found = []
    for line, size in zip(seen, sizes, strict=True):
        size = round(usual if abs(size - usual) <= _ONE_SIZE * usual else size, 1)
        x0, y0, x1, y1 = line.bbox
        baseline = (y0 + y1) / 2 + size * (ASCENT - DESCENT) / 2
        box = (x0, baseline - ASCENT * size, x1, baseline + DESCENT * size)
        if text := clean(line.text):
            found.append(Line(number, (Run(text, box, size),), ocr=True))
    return found


def in_one_size(lines: Sequence[Line]) -> list[Line]:
    """The lines of a document; where most of it is printed, those from pictures in the size of its body text.

    Guessed sizes are good enough to tell headings on scanned pages from one another, but not from printed ones.
    """
    printed = [line for line in lines if not line.ocr]
    if 2 * sum(len(line.text) for line in printed) < sum(len(line.text) for line in lines):
        return list(lines)
    size = body_size(printed)
    return [
        replace(line, runs=tuple(replace(run, size=size) for run in line.runs)) if line.ocr else line for line in lines
    ]


def _read(page: Any, clip: Any, dpi: float) -> list[Seen]:
    """What stands in a part of the page."""
    import numpy as np
    import pymupdf

    clip = pymupdf.Rect(clip) & page.rect
    scale = dpi / 72
    picture = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), clip=clip, colorspace=pymupdf.csRGB, alpha=False)
    pixels = np.frombuffer(picture.samples, np.uint8).reshape(picture.height, picture.width, 3)
    found = _engine()(pixels[:, :, ::-1])
    if found.boxes is None:
        return []
    lines = []
    for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        xs, ys = ([float(corner[axis]) / scale for corner in box] for axis in (0, 1))
        place = (clip.x0 + min(xs), clip.y0 + min(ys), clip.x0 + max(xs), clip.y0 + max(ys))
        lines.append(Seen(text, place, float(score)))
    return lines


@cache
def _engine() -> Any:
    """The models, loaded once a process; with one thread, since other workers read other pages."""
    from rapidocr import RapidOCR

    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    return RapidOCR(params={"Global.log_level": "critical", **threads})
