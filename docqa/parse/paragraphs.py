"""Lines in reading order become drafts of blocks: paragraphs, list items, code, lines of a table of contents.

A new paragraph begins at a wider gap, another size, an indent, a list marker, or after a line that ended early: one
where the next word would still have fitted. The last rule works on justified and on ragged text alike, and on Chinese,
where neither hyphens nor capitals help. A paragraph goes on over a column or page when its last line is full and ends
no sentence, and the next column does not begin with a paragraph of its own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from docqa.parse.lines import Line
from docqa.records import BlockKind
from docqa.text import CJK, is_cjk

_BULLET = re.compile(r"[•◦▪▫‣⁃∙·●○■□◆◇➢➤✓✔–—*-](?=\s|$)|[•●■◆▪]|[–—](?=[“「])")
_ORDINAL = re.compile(
    r"\d{1,2}[.)](?=\s|$|[^\W\d_])|\d{1,2}[、）．]|[（(](?:\d{1,2}|[a-z]|[ivx]{1,4}|[一二三四五六七八九十]{1,3})[）)]"
    r"|(?:[a-z]|[ivx]{1,4})[.)](?=\s)|[①-⑳⑴-⒇]"
)
_LEADER = re.compile(r"(?:\.\s?){4,}|…{2,}|(?:·\s?){4,}|_{5,}")
_ENDS_WITH_NUMBER = re.compile(r"(?:\d{1,4}|[ivxlc]{1,6})$")
_SENTENCE_END = re.compile(r"[.!?。！？；：;:…][\"'”’»）)\]]*$")
_ARTICLE = re.compile("第[一二三四五六七八九十百零〇\\d]+条(?![的第之规])")
_FIRST_WORD = re.compile(f"[{CJK}]|[^\\s{CJK}]+")


@dataclass
class Draft:
    """A block in the making: its kind and its lines in reading order."""

    kind: BlockKind
    lines: list[Line] = field(default_factory=list)
    level: int = 0

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def last(self) -> Line:
        return self.lines[-1]


def marker(text: str) -> str:
    """The list marker that ``text`` begins with ("•", "1.", "(a)", "1）"), or ""."""
    match = _BULLET.match(text) or _ORDINAL.match(text)
    return match.group() if match else ""


def leading(lines: Sequence[Line]) -> float:
    """The usual distance of baselines inside a paragraph, in multiples of the font size."""
    pitches = [
        (line.baseline - before.baseline) / line.size
        for before, line in pairwise(lines)
        if before.column == line.column and before.size == line.size and not line.mono
    ]
    near = [pitch for pitch in pitches if 0.9 < pitch < 2.2]
    if not near:
        return 1.3
    # Gaps between paragraphs are the larger ones; the lower half is what lines inside a paragraph have.
    return median(sorted(near)[: max(1, len(near) * 2 // 3)])


def drafts(lines: Sequence[Line], lead: float) -> Iterator[Draft]:
    """Group the lines of consecutive columns; ``lead`` as `leading` returns it."""
    current: Draft | None = None
    contents = _contents_lines(lines)
    for index, line in enumerate(lines):
        kind = _kind(line, lines, index, contents)
        if current is not None and _continues(current, line, kind, lead):
            current.lines.append(line)
            continue
        if current is not None:
            yield current
        current = Draft(kind, [line])
    if current is not None:
        yield current


def _kind(line: Line, lines: Sequence[Line], index: int, contents: set[int]) -> BlockKind:
    if line.table is not None:
        return "table"
    if index in contents:
        return "contents"
    if line.mono and not _BULLET.fullmatch(line.text):
        return "code"
    if index and lines[index - 1].mono and line.column == lines[index - 1].column and _inside_code(lines, index):
        return "code"
    if marker(line.text):
        return "list"
    return "formula" if line.displayed else "paragraph"


def _inside_code(lines: Sequence[Line], index: int) -> bool:
    """A comment in another script, or a lone bracket, between two lines of code at their pitch."""
    after = lines[index + 1] if index + 1 < len(lines) else None
    if after is None or not after.mono or after.column != lines[index].column:
        return False
    return after.baseline - lines[index - 1].baseline < 3 * after.size and any(run.mono for run in lines[index].runs)


def _contents_lines(lines: Sequence[Line]) -> set[int]:
    """Lines with leaders and a number; and three in a row that end in growing numbers set apart at the right edge."""
    found = {
        index for index, line in enumerate(lines) if _LEADER.search(line.text) and _ENDS_WITH_NUMBER.search(line.text)
    }
    apart = [_apart_number(line) for line in lines]
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and apart[end] is not None and (end == start or apart[end] >= apart[end - 1]):  # type: ignore[operator]
            end += 1
        if end - start >= 3:
            found.update(range(start, end))
        start = max(end, start + 1)
    return found


def _apart_number(line: Line) -> int | None:
    """A page number at the right edge of its column, two ems or more after the words."""
    last = line.runs[-1]
    if len(line.runs) < 2 or not last.text.strip().isdigit() or len(last.text.strip()) > 4:
        return None
    gap = last.bbox[0] - line.runs[-2].bbox[2]
    apart = gap > 2 * line.size and last.bbox[2] > line.right - line.size and line.runs[0].text.strip()[:1] != ""
    return int(last.text) if apart and any(char.isalpha() for char in line.text) else None


def _continues(draft: Draft, line: Line, kind: BlockKind, lead: float) -> bool:
    last = draft.last
    if kind in ("list", "table") or (kind != draft.kind and not (draft.kind == "list" and kind == "paragraph")):
        return False
    if kind == "contents":
        return line.page == last.page
    if _ARTICLE.match(line.text) and _SENTENCE_END.search(last.text):
        return False
    if abs(line.size - last.size) > 0.08 * max(line.size, last.size):
        return False
    if line.column != last.column:
        return _goes_on(draft, line)
    pitch = line.baseline - last.baseline
    if kind in ("code", "formula"):
        return pitch < 3 * line.size
    if pitch > 1.3 * max(lead, 1.15) * line.size or pitch < 0.5 * line.size:
        return False
    if last.bold != line.bold and _ended_early(last, line):
        return False
    # Boxes and centred text end early everywhere; a small letter, or an ideograph at the same indent, after no full
    # stop is a better witness.
    boxed = line.bbox[0] - line.left > line.size and abs(line.bbox[0] - last.bbox[0]) < 2
    unfinished = not _SENTENCE_END.search(last.text) and (
        line.text[0].islower() or (boxed and is_cjk(line.text[0]) and len(last.text) > 12)
    )
    return _same_indent(draft, line) and (unfinished or not _ended_early(last, line))


def _same_indent(draft: Draft, line: Line) -> bool:
    last, em = draft.last, line.size
    indent = line.bbox[0] - last.bbox[0]
    if draft.kind == "list" and len(draft.lines) == 1:
        # Hanging under the text is the rule; under the marker it takes an unfinished sentence.
        return (
            indent > 0.4 * em
            or (abs(indent) <= 0.4 * em and not _SENTENCE_END.search(last.text))
            or (-3 * em < indent <= 0.4 * em and is_cjk(line.text[0]) and not _SENTENCE_END.search(last.text))
        )
    if indent > 0.8 * em:
        return len(draft.lines) == 1 and not _SENTENCE_END.search(last.text)
    return indent > -0.8 * em or len(draft.lines) == 1


def _ended_early(last: Line, line: Line) -> bool:
    """Whether the first word of ``line`` would still have fitted on the line before."""
    room = last.right - last.bbox[2]
    word = _FIRST_WORD.match(line.text)
    if word is None:
        return False
    text = word.group()
    if is_cjk(text):
        return room > 2.6 * line.size
    width = (line.bbox[2] - line.bbox[0]) * len(text) / max(len(line.text), 1)
    return room > width + 0.6 * line.size


def _goes_on(draft: Draft, line: Line) -> bool:
    """Whether a paragraph goes on in the next column or on the next page."""
    last = draft.last
    if draft.kind == "code":
        return abs((line.bbox[0] - line.left) - (draft.first.bbox[0] - draft.first.left)) < 3 * line.size
    if last.bold != line.bold or line.page > last.page + 1:
        return False
    if _SENTENCE_END.search(last.text) or _ended_early(last, line):
        return False
    if line.text[0].islower():
        return True
    return line.bbox[0] - line.left < 0.8 * line.size or draft.kind == "list"


def indent_levels(items: Iterable[Draft]) -> None:
    """Set the nesting level of list items from where their markers stand; other drafts end a list that lies deeper."""
    open_at: list[float] = []
    for draft in items:
        if draft.kind in ("table", "footnote"):
            continue
        at = draft.first.bbox[0] - draft.first.left
        if draft.kind == "list":
            while open_at and at < open_at[-1] - 3:
                open_at.pop()
            if not open_at or at > open_at[-1] + 3:
                open_at.append(at)
            draft.level = len(open_at)
        elif draft.kind == "heading":
            open_at.clear()
        else:
            while open_at and at < open_at[-1] + 3:
                open_at.pop()
