"""Raised and lowered digits as characters of their own, so that 10⁻³ does not become 10-3 in plain text."""

import re

_RAISED = str.maketrans("0123456789+-−–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")


def raised(text: str) -> str:
    """``text`` in superscript characters; as it is when not all of it has one (``th``, ``TM``)."""
    return _moved(text, _RAISED)


def lowered(text: str) -> str:
    """``text`` in subscript characters; as it is when not all of it has one (``max``)."""
    return _moved(text, _LOWERED)


def _moved(text: str, table: dict[int, int]) -> str:
    moved = text.translate(table)
    return text if re.search(r"[0-9A-Za-mo-z]", moved) else moved
