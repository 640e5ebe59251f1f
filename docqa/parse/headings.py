"""Which lines are headings, and how deep: from size, weight, numbering, and the outline when there is one.

A line is a heading when it is set larger than the text, or wholly in bold on a line of its own, or begins with a
number that only headings bear (第一章, Chapter 2) and stands alone. Depth is the rank of its style among the document's
headings, made consistent with the numbering: 2.1 is one deeper than 2, whatever their sizes say.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from docqa.text import squash

_CN = "[一二三四五六七八九十百零〇两\\d]+"
_SCHEMES = (
    ("part", re.compile(rf"第\s*{_CN}\s*[编篇部]分?(?=\s|$|[^\w、，。])|Part\s+(?:[IVX]+|\d+)\b")),
    (
        "chapter",
        re.compile(
            rf"第\s*{_CN}\s*章|(?:Chapter|Kapitel|Глава)\s+\d+\b|(?:Appendix|Annex|Anhang)\s+[A-Z\d]\b|附录\s*[A-Z\d一二三四五]"
        ),
    ),
    ("section", re.compile(rf"第\s*{_CN}\s*节")),
    ("article", re.compile(rf"第\s*{_CN}\s*条(?!\s*第)")),
    ("ideograph", re.compile(rf"{_CN.replace(chr(92) + 'd', '')}、")),
    ("bracket", re.compile(rf"[（(]{_CN.replace(chr(92) + 'd', '')}[）)]")),
    ("decimal", re.compile(r"(?:[A-Z]\.)?\d{1,3}(?:\.\d{1,3})*(?=[.、．]?(?:\s|[^\W\d_])|\s*$)")),
)
_LABEL_ALONE = re.compile(
    rf"(?:(?:Chapter|Kapitel|Глава|Appendix|Annex|Anhang|Part)\s+(?:\d+|[A-Z]|[IVX]+)|第\s*{_CN}\s*[章编篇部节])[.:]?",
    re.IGNORECASE,
)
_ADMONITION = re.compile(
    r"(?:note|tip|caution|warning|important|danger|notice|hint|example|hinweis|tipp|achtung|warnung|примечание|"
    r"注意|提示|警告|重要|危险|说明|备注|小心)[:：!！]?",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.,;:!?。，；：！？、]$")
LARGER = 1.12
"""From this multiple of the body size on, a line of its own is a heading."""


@dataclass(frozen=True)
class Numbering:
    """A heading's number: its scheme (``decimal``, ``chapter``, ...) and depth within the scheme, from 1."""

    scheme: str
    depth: int
    label: str


def numbering(text: str) -> Numbering | None:
    """Read the number that ``text`` begins with, as headings are numbered; None when there is none."""
    for scheme, pattern in _SCHEMES:
        match = pattern.match(text)
        if match:
            label = match.group()
            return Numbering(scheme, label.count(".") + 1 if scheme == "decimal" else 1, label)
    return None


def is_chapter_label(text: str) -> bool:
    """Whether ``text`` is a chapter's number in words, without its title: the title stands on the next line."""
    return bool(_LABEL_ALONE.fullmatch(text))


@dataclass(frozen=True)
class Candidate:
    """A line, or several of one wrapped heading, with what tells headings from text.

    Attributes:
        size: in points; ``ratio`` to the body text's size.
        alone: nothing of its paragraph comes before or after it.
    """

    text: str
    page: int
    size: float
    ratio: float
    bold: bool
    alone: bool
    raised: int = 0


def is_heading(line: Candidate, body_is_bold: bool) -> bool:
    """Whether this is a heading by its looks; the outline may say yes as well."""
    text = line.text
    letters = sum(char.isalpha() for char in text)
    if not letters or len(text) > 200 or line.raised > 1 or not line.alone:
        return False
    if line.ratio < 1.4 and _ADMONITION.fullmatch(text):
        return False
    number = numbering(text)
    if line.ratio >= LARGER:
        return letters > 1 or number is not None
    if line.ratio < 0.95 or len(text) > 120:
        return False
    if line.bold and not body_is_bold:
        return not _SENTENCE_END.search(text)
    if number is None or _SENTENCE_END.search(text):
        return False
    words = text[len(number.label) :].strip()
    if number.scheme in ("part", "chapter", "section"):
        return len(text) <= 40
    if number.scheme in ("article", "ideograph"):
        return len(text) <= 30 and "，" not in words
    return number.depth > 1 and line.ratio >= 0.99 and len(words) <= 60 and bool(words) and not words[0].islower()


def levels(headings: Sequence[Candidate], outline: Sequence[tuple[int, str, int]]) -> list[int]:
    """Give each heading its level, 1 for the outermost.

    Args:
        headings: in reading order.
        outline: the file's own: (level, title, page).
    """
    styles = _style_levels(headings)
    if not outline:
        return styles
    entries: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for level, title, page in outline:
        entries[squash(title)].append((page, level))
    known = [_outline_level(heading, entries) for heading in headings]
    shifts = Counter(style - level for style, level in zip(styles, known, strict=True) if level is not None)
    if not shifts:
        return styles
    shift = max(max(shifts, key=lambda shift: (shifts[shift], -shift)), 0)
    return _with_outline(styles, known, shift)


def _outline_level(heading: Candidate, entries: dict[str, list[tuple[int, int]]]) -> int | None:
    number = numbering(heading.text)
    bare = heading.text[len(number.label) :].lstrip(" .、．") if number else heading.text
    for key in (squash(heading.text), squash(bare)):
        near = [level for page, level in entries.get(key, ()) if abs(page - heading.page) <= 1]
        if near:
            return near[0]
    return None


def _with_outline(styles: list[int], known: list[int | None], shift: int) -> list[int]:
    """The outline's levels where it has them; a heading it lacks lies below the one it knows, by their styles."""
    result: list[int] = []
    above: tuple[int, int] | None = None
    for style, level in zip(styles, known, strict=True):
        if level is not None:
            above = (style, level + shift)
            result.append(level + shift)
        elif above is None:
            result.append(style)
        else:
            result.append(max(1, above[1] + style - above[0]))
    return result


_ORDER = ("part", "chapter", "section", "article", "ideograph", "bracket")


def _style_levels(headings: Sequence[Candidate]) -> list[int]:
    numbers = [numbering(heading.text) for heading in headings]
    keys = [_style(heading, number) for heading, number in zip(headings, numbers, strict=True)]
    # Without a number, a heading ranks with the outermost numbered ones that look like it.
    outermost: dict[tuple[float, bool], int] = {}
    for size, thin, scheme in keys:
        if scheme:
            outermost[size, thin] = min(scheme, outermost.get((size, thin), scheme))
    keys = [(size, thin, scheme or outermost.get((size, thin), 0)) for size, thin, scheme in keys]
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys)), start=1)}
    found = [ranks[key] for key in keys]
    return _compact(_by_depth(found, numbers))


def _style(heading: Candidate, number: Numbering | None) -> tuple[float, bool, int]:
    """Sorts the styles from the outermost in: larger first, bold first, then by the numbering's own order."""
    scheme = 0
    if number is not None:
        scheme = number.depth if number.scheme == "decimal" else _ORDER.index(number.scheme)
    return -round(heading.size * 2) / 2, not heading.bold, scheme


def _by_depth(found: list[int], numbers: Sequence[Numbering | None]) -> list[int]:
    """Where headings are numbered in decimals, one more number is one level more."""
    by_depth: dict[int, Counter[int]] = defaultdict(Counter)
    for level, number in zip(found, numbers, strict=True):
        if number is not None and number.scheme in ("decimal", "chapter"):
            by_depth[number.depth][level] += 1
    usual: dict[int, int] = {}
    for depth in sorted(by_depth):
        level = max(by_depth[depth], key=lambda level: (by_depth[depth][level], -level))
        usual[depth] = max(level, max((usual[less] for less in usual), default=0) + 1)
    return [
        usual[number.depth] if number is not None and number.scheme in ("decimal", "chapter") else level
        for level, number in zip(found, numbers, strict=True)
    ]


def _compact(found: list[int]) -> list[int]:
    """Levels without holes: 1, 3, 7 become 1, 2, 3."""
    ranks = {level: rank for rank, level in enumerate(sorted(set(found)), start=1)}
    return [min(ranks[level], 6) for level in found]
