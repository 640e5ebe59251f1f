"""Footnotes: small print at the foot of a column that begins with a mark; taken out of the text they cut."""

import re
from collections.abc import Sequence
from dataclasses import replace

from docqa.parse.lines import Line

_MARK = re.compile(r"(?:\d{1,3}(?=\s|[^\W\d_])|[*†‡§¶]{1,2}|[①-⑳]|\[\d{1,3}\]|[（(]\d{1,2}[）)])")
SMALLER = 0.93
"""Up to this multiple of the body size, type at the foot may be a footnote."""


def split_footnotes(columns: Sequence[list[Line]], body: float) -> tuple[list[Line], list[list[Line]]]:
    """Take the footnotes of one page out of its columns.

    Returns:
        The remaining lines in order, without the marks that point to these footnotes; and the footnotes, line by line.
    """
    text: list[Line] = []
    notes: list[list[Line]] = []
    for column in columns:
        at = _first_note(column, body)
        text.extend(column[:at])
        for line in column[at:]:
            if _mark(line):
                notes.append([line])
            else:
                notes[-1].append(line)
    marks = {_mark(note[0]) for note in notes}
    text = [line for line in (_without(line, marks) for line in text) if line.runs]
    for note in notes:
        if not note[0].runs[0].raised:
            mark = _mark(note[0])
            _drop_plain_mark(text, mark)
            note[0] = _set_apart(note[0], mark)
    return text, notes


def _first_note(column: Sequence[Line], body: float) -> int:
    first = len(column)
    for index in range(len(column) - 1, -1, -1):
        if column[index].size > SMALLER * body:
            break
        if _mark(column[index]):
            first = index
    return first


def _mark(line: Line) -> str:
    """The mark a footnote begins with: raised, or a sign that only footnotes use; "" for other lines."""
    match = _MARK.match(line.text)
    if match is None:
        return ""
    # Fonts with superscript glyphs of their own give a plain digit, but one that touches the note's first word.
    plain = not line.runs[0].raised and match.group().isdigit()
    return "" if plain and not re.match(r"\d{1,2}[^\W\d_]", line.text) else match.group()


def _drop_plain_mark(lines: list[Line], mark: str) -> None:
    """Take the first plain ``mark`` out of the text: one that touches the end of a word or sentence."""
    pointing = re.compile(
        rf"(?<=[a-z.,;:)\]”。，；：）\u4e00-\u9fff])(?<!\d\.){re.escape(mark)}(?=\s|$|[,.;，。；）]|[\u4e00-\u9fff])"
    )
    for at, line in enumerate(lines):
        for place, run in enumerate(line.runs):
            if line.table is None and pointing.search(run.text):
                mended = replace(run, text=pointing.sub("", run.text, count=1))
                lines[at] = replace(line, runs=(*line.runs[:place], mended, *line.runs[place + 1 :]))
                return


def _set_apart(note: Line, mark: str) -> Line:
    """The footnote's first line with a space between its mark and its text."""
    first = note.runs[0]
    apart = re.sub(rf"^(\s*{re.escape(mark)})(?=\w)", r"\1 ", first.text)
    return replace(note, runs=(replace(first, text=apart), *note.runs[1:]))


def _without(line: Line, marks: set[str]) -> Line:
    if not marks or line.table is not None:
        return line
    return replace(line, runs=tuple(run for run in line.runs if not (run.raised and run.text.strip() in marks)))
