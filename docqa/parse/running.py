"""Running headers and footers: found by what repeats from page to page, taken out of the text, kept on the page.

A row near the top or foot is running text when the same row, its numbers aside, stands at the same height on other
pages (odd and even pages may differ), or when it is a page number that counts along with the pages. Position alone
is no evidence: the first line of body text stands at the same height on every page as well.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

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


Edges = tuple[list[Line], list[Line]]
"""A page's outermost rows at the top and at the foot, each from the edge inwards."""


def running_rows(edges: Sequence[Edges], heights: Sequence[float]) -> list[Edges]:
    """Find each page's running header and footer.

    Args:
        edges: for each page its ``edge_rows``.
        heights: of the pages, in points.

    Returns:
        For each page the rows of its header and of its footer, from top to bottom.
    """
    known = [_Side([pair[side] for pair in edges]) for side in (0, 1)]
    found = [
        [_running(known[side], page, pair[side], heights[page]) for side in (0, 1)] for page, pair in enumerate(edges)
    ]
    for side in (0, 1):
        places = Counter((row.bbox[3], row.size) for pair in found for row in pair[side])
        for page, pair in enumerate(found):
            if not pair[side]:
                pair[side] = [row for row in edges[page][side][:1] if _at_known_place(row, places)]
    return [(header, footer[::-1]) for header, footer in found]


class _Side:
    """The outermost rows of all pages at the top or at the foot, found again by what they say.

    Looking at every pair of pages took minutes for 2,000 of them.
    """

    def __init__(self, rows_of: Sequence[Sequence[Line]]) -> None:
        self.pages = len(rows_of)
        self._saying: dict[str, list[tuple[int, Line]]] = defaultdict(list)
        self._numbered: dict[int, list[tuple[int, Line]]] = defaultdict(list)
        for page, found in enumerate(rows_of):
            for row in found:
                for pattern in _patterns(row):
                    self._saying[pattern].append((page, row))
                number = page_number(row.text)
                if number is not None:
                    self._numbered[number - page].append((page, row))

    def repeats(self, row: Line, page: int) -> bool:
        """Whether the row stands at its place on other pages, too."""
        others: set[int] = set()
        for pattern in _patterns(row):
            for number, other in self._saying[pattern]:
                alike = abs(other.bbox[3] - row.bbox[3]) < 4 and abs(other.size - row.size) < 0.5
                if number != page and alike:
                    others.add(number)
                    if len(others) >= (1 if self.pages < 8 else 2):
                        return True
        return False

    def counts(self, row: Line, page: int) -> bool:
        """Whether the row is a number that counts along with the pages."""
        value = page_number(row.text)
        if value is None:
            return False
        pages: set[int] = set()
        for number, other in self._numbered[value - page]:
            if abs(other.bbox[3] - row.bbox[3]) < 6:
                pages.add(number)
                if len(pages) > 1:
                    return True
        return False


def _at_known_place(row: Line, places: Mapping[tuple[float, float], int]) -> bool:
    """Where several pages have running text, the outermost row of the same size is running text as well."""
    near = (
        count for (foot, size), count in places.items() if abs(foot - row.bbox[3]) < 1.5 and abs(size - row.size) < 0.3
    )
    return sum(near) >= 3


def edge_rows(pieces: Sequence[Line], height: float) -> Edges:
    """The rows of a page that may be running text, from its pieces of lines."""
    top = rows([piece for piece in pieces if piece.bbox[3] < EDGE_SHARE * height])
    foot = rows([piece for piece in pieces if piece.bbox[1] > (1 - EDGE_SHARE) * height])
    return top[:EDGE_ROWS], foot[::-1][:EDGE_ROWS]


def _running(side: _Side, page: int, edge: Sequence[Line], height: float) -> list[Line]:
    found: list[Line] = []
    for row in edge:
        if not side.repeats(row, page) and not _is_page_number(row, page, side, height):
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


def _is_page_number(row: Line, page: int, side: _Side, height: float) -> bool:
    if page_number(row.text) is None:
        return False
    at_edge = row.bbox[3] < 0.08 * height or row.bbox[1] > 0.92 * height
    return side.counts(row, page) or (side.pages == 1 and at_edge)


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
