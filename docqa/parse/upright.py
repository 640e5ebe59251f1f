"""A page is turned so that its text can be read: by its own rotation, or where a wide table was set sideways.

A page says in its properties how a viewer shall turn it, but not all do: LaTeX's sidewaystable turns the table alone.
"""

from collections import Counter
from typing import Any

from docqa.parse.lines import Line, read_pieces

_FEW = 400
"""Characters that read level, below which a page is looked at for others; a header and a page number have fewer."""

_MORE = 2
"""How many times as many must read sideways."""


def read_upright(page: Any, number: int) -> list[Line]:
    """Turn a pymupdf page upright; its pieces of lines as ``lines.read_pieces`` returns them."""
    if page.rotation:
        page.remove_rotation()
    pieces = read_pieces(page, number)
    level = sum(len(piece.text) for piece in pieces)
    if level < _FEW and (turn := _turn(page, _MORE * level)):
        page.set_rotation(turn)
        page.remove_rotation()
        pieces = read_pieces(page, number)
    return pieces


def _turn(page: Any, least: int) -> int:
    """The degrees, clockwise, by which more than ``least`` characters come to read level; 0 if there are none."""
    turned: Counter[int] = Counter()
    for block in page.get_text("dict")["blocks"]:
        for line in block.get("lines", ()):
            up = line["dir"][1]
            if abs(up) > 0.99:
                turned[90 if up < 0 else 270] += sum(len(span["text"].strip()) for span in line["spans"])
    turn, count = max(turned.items(), key=lambda item: item[1], default=(0, 0))
    return turn if count > max(least, 20) else 0
