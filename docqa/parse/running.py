"""Running headers and footers: found by what repeats from page to page, taken out of the text, kept on the page.

A row near the top or foot is running text when the same row, its numbers aside, stands at the same height on other
pages (odd and even pages may differ), or when it is a page number that counts along with the pages. Position alone
is no evidence: the first line of body text stands at the same height on every page as well.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from docqa.parse.lines import Line, parts, rows

_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|стр\.?|第|p\.)?\s*[-–—·]?\s*(\d{1,4}|[ivxlc]+)\s*[-–—·]?\s*页?"
    r"(?:\s*(?:of|von|/|из|，?\s*共|\|)\s*\d{1,4}\s*页?)?",
    re.IGNORECASE,
)
EDGE_ROWS = 3
EDGE_SHARE = 0.16
"""How much of the page's height at the top and at the foot may hold running text."""


def running_rows(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[tuple[list[Line], list[Line]]]:
    """Find each page's running header and footer.

    Args:
        pages: for each page its pieces of lines.
        heights: of the pages, in points.

    Returns:
        For each page the rows of its header and of its footer, from top to bottom.
    """
    edges = [_edges(pieces, height) for pieces, height in zip(pages, heights, strict=True)]
    found = [[_running(side, page, edges, heights[page]) for side in (0, 1)] for page in range(len(pages))]
    for side in (0, 1):
        places = [(row.bbox[3], row.size) for pair in found for row in pair[side]]
        for page, pair in enumerate(found):
            if not pair[side]:
                pair[side] = [row for row in edges[page][side][:1] if _at_known_place(row, places)]
    return [(header, footer[::-1]) for header, footer in found]


def _at_known_place(row: Line, places: Sequence[tuple[float, float]]) -> bool:
    """Where several pages have running text, the outermost row of the same size is running text as well."""
    return sum(abs(foot - row.bbox[3]) < 1.5 and abs(size - row.size) < 0.3 for foot, size in places) >= 3


def _edges(pieces: Sequence[Line], height: float) -> tuple[list[Line], list[Line]]:
    """The outermost rows, from the edge inwards."""
    top = rows([piece for piece in pieces if piece.bbox[3] < EDGE_SHARE * height])
    foot = rows([piece for piece in pieces if piece.bbox[1] > (1 - EDGE_SHARE) * height])
    return top[:EDGE_ROWS], foot[::-1][:EDGE_ROWS]


def _running(side: int, page: int, edges: Sequence[tuple[list[Line], list[Line]]], height: float) -> list[Line]:
    found: list[Line] = []
    for row in edges[page][side]:
        if not _repeats(row, page, side, edges) and not _is_page_number(row, page, side, edges, height):
            break
        # The text of forms repeats as well; running text stands apart from it.
        if found and _gap(found[-1], row) > 2 * row.size:
            break
        found.append(row)
    return found


def _gap(first: Line, second: Line) -> float:
    return max(first.bbox[1], second.bbox[1]) - min(first.bbox[3], second.bbox[3])


def _patterns(line: Line) -> set[str]:
    """The row, and each of its parts that is more than a number, with the numbers masked."""
    texts = [line.text, *(part.text for part in parts(line))]
    masked = (_NUMBER.sub("#", text).casefold() for text in texts)
    return {text for text in masked if re.search(r"[^\W\d_]{2}", text.replace("#", ""))}


def _repeats(row: Line, page: int, side: int, edges: Sequence[tuple[list[Line], list[Line]]]) -> bool:
    patterns = _patterns(row)
    others = {
        number
        for number, pair in enumerate(edges)
        for other in pair[side]
        if number != page
        and abs(other.bbox[3] - row.bbox[3]) < 4
        and abs(other.size - row.size) < 0.5
        and patterns & _patterns(other)
    }
    return len(others) >= (1 if len(edges) < 8 else 2)


def _is_page_number(
    row: Line, page: int, side: int, edges: Sequence[tuple[list[Line], list[Line]]], height: float
) -> bool:
    value = page_number(row.text)
    if value is None:
        return False
    votes: dict[int, set[int]] = defaultdict(set)
    for number, pair in enumerate(edges):
        for other in pair[side]:
            counted = page_number(other.text)
            if counted is not None and abs(other.bbox[3] - row.bbox[3]) < 6:
                votes[counted - number].add(number)
    if len(votes[value - page]) > 1:
        return True
    at_edge = row.bbox[3] < 0.08 * height or row.bbox[1] > 0.92 * height
    return len(edges) == 1 and at_edge


def page_number(text: str) -> int | None:
    """The number that ``text`` is, if it is nothing but a page number: "12", "Page 3 of 9", "- iv -", "第 3 页"."""
    match = _PAGE_NUMBER.fullmatch(text.strip())
    if not match:
        return None
    digits = match.group(1)
    return int(digits) if digits.isdigit() else _roman(digits)


def _roman(text: str) -> int | None:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[char] for char in text.casefold()]
    total = sum(-value if after > value else value for value, after in zip(values, [*values[1:], 0], strict=True))
    return total if total < 100 else None
