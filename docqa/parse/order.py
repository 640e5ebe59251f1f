"""Reading order: the recursive XY cut on a page's white space.

The page is cut into bands where no text crosses; neighbouring bands that leave one vertical gutter free belong to one
set of columns, read left to right, each column cut again in the same way. What crosses the gutter (a title, a wide
table) thereby ends the columns above it and starts new ones below. Method: Nagy and Seth, "Hierarchical
representation of optically scanned documents" (ICPR 1984), with the gutter rather than the widest gap deciding.

A sort by y mixes columns, and the content stream is in any order its writer liked. The known cost of the rule: a table
without lines looks like columns, so a gutter counts only between columns that read like prose (see `_are_columns`);
tables that were recognised come in as one box.
"""

from collections.abc import Sequence
from statistics import median

from docqa.records import BBox

Gap = tuple[float, float]
GUTTER = 0.85
"""The narrowest gutter, in ems of the body text; LaTeX sets columns one em apart."""


def reading_order(boxes: Sequence[BBox], em: float, opens: Sequence[bool] = ()) -> list[list[int]]:
    """Put boxes in reading order.

    Args:
        boxes: pieces of lines, and tables or figures as one box each.
        em: size of the body text in points, the measure of what is a gap.
        opens: for each box, whether it looks like a heading: one that stands alone on the left at the foot of columns
            belongs to what follows them.

    Returns:
        Columns in reading order, each a list of indices into ``boxes``; inside a column nothing stands side by side
        except the pieces of one line, so that sorting by line is right there.
    """
    return _ordered(list(range(len(boxes))), boxes, em, list(opens) or [False] * len(boxes), 0)


def _ordered(indices: list[int], boxes: Sequence[BBox], em: float, opens: list[bool], depth: int) -> list[list[int]]:
    if len(indices) < 2 or depth > 8:
        return [indices] if indices else []
    regions: list[list[int]] = []
    plain: list[int] = []
    for group in _groups(indices, boxes, em, opens):
        columns = _columns(group, boxes, em)
        if len(columns) == 1:
            plain.extend(group)
            continue
        if plain:
            regions.append(plain)
            plain = []
        for column in columns:
            regions.extend(_ordered(column, boxes, em, opens, depth + 1))
    return [*regions, plain] if plain else regions


def _bands(indices: list[int], boxes: Sequence[BBox]) -> list[list[int]]:
    """Cut at every height where nothing stands; lines may overlap by a fifth of their height."""
    bands: list[list[int]] = []
    bottom = float("-inf")
    for index in sorted(indices, key=lambda index: (boxes[index][1], boxes[index][0])):
        top, foot = boxes[index][1], boxes[index][3]
        slack = 0.2 * (foot - top)
        if top + slack >= bottom:
            bands.append([])
        bands[-1].append(index)
        bottom = max(bottom, foot - slack)
    return bands


def _free(indices: Sequence[int], boxes: Sequence[BBox], left: float, right: float) -> list[Gap]:
    """The stretches between ``left`` and ``right`` where none of the boxes stands."""
    gaps, at = [], left
    for x0, x1 in sorted((boxes[index][0], boxes[index][2]) for index in indices):
        if x0 > at:
            gaps.append((at, x0))
        at = max(at, x1)
    return [*gaps, (at, right)] if right > at else gaps


def _common(first: list[Gap], second: list[Gap], width: float) -> list[Gap]:
    shared = ((max(a0, b0), min(a1, b1)) for a0, a1 in first for b0, b1 in second)
    return [(x0, x1) for x0, x1 in shared if x1 - x0 >= width]


def _groups(indices: list[int], boxes: Sequence[BBox], em: float, opens: list[bool]) -> list[list[int]]:
    """Runs of bands that leave one gutter free."""
    left, right = min(boxes[i][0] for i in indices), max(boxes[i][2] for i in indices)
    groups: list[list[list[int]]] = []
    free: list[Gap] = []
    for band in _bands(indices, boxes):
        here = _free(band, boxes, left, right)
        shared = _common(free, here, GUTTER * em)
        if groups and shared:
            groups[-1].append(band)
            free = shared
            continue
        ahead: list[list[int]] = []
        while groups and len(groups[-1]) > 1 and all(opens[i] for i in groups[-1][-1]) and len(groups[-1][-1]) == 1:
            ahead.insert(0, groups[-1].pop())
        if groups and not ahead:
            ahead = _tops(groups[-1], here, boxes, (left, right), em)
            del groups[-1][len(groups[-1]) - len(ahead) :]
            for top in ahead:
                here = _common(here, _free(top, boxes, left, right), GUTTER * em)
        groups.append([*ahead, band])
        free = here
    return [[index for band in group for index in band] for group in groups]


def _tops(
    group: list[list[int]], here: list[Gap], boxes: Sequence[BBox], ends: tuple[float, float], em: float
) -> list[list[int]]:
    """The bands at the foot of a group that are the tops of the columns below: those under a title that spans them.

    Their pieces begin where columns do; those of a subtitle, set in the middle, do not.
    """

    def fits(band: list[int], gaps: list[Gap]) -> bool:
        starts = [ends[0], *(gap[1] for gap in gaps)]
        return all(min(abs(boxes[i][0] - start) for start in starts) < 2.5 * em for i in band)

    tops: list[list[int]] = []
    while len(tops) < len(group):
        band = group[-1 - len(tops)]
        gaps = _common(here, _free(band, boxes, *ends), GUTTER * em)
        if not gaps or not fits(band, gaps):
            break
        tops.insert(0, band)
        here = gaps
    above = group[: len(group) - len(tops)]
    columns = any(len(band) > 1 for band in tops)
    return tops if columns and above and not any(len(band) > 1 and fits(band, here) for band in above) else []


def _columns(group: list[int], boxes: Sequence[BBox], em: float) -> list[list[int]]:
    left, right = min(boxes[i][0] for i in group), max(boxes[i][2] for i in group)
    gutters = [gap for gap in _free(group, boxes, left, right) if gap[1] - gap[0] >= GUTTER * em]
    columns: list[list[int]] = [[]]
    for start, end in zip([left, *(gap[1] for gap in gutters)], [*(gap[0] for gap in gutters), right], strict=True):
        column = [i for i in group if start - 1 <= boxes[i][0] and boxes[i][2] <= end + 1]
        if columns[-1] and _are_columns(columns[-1], column, boxes, em):
            columns.append(column)
        else:
            columns[-1] = columns[-1] + column
    return _margin_last(columns, boxes)


def _are_columns(first: list[int], second: list[int], boxes: Sequence[BBox], em: float) -> bool:
    """Whether two sides of a gutter are read one after the other, and not line by line.

    Prose fills its column. Cells, list markers and the terms of a definition list do not, and stand on one baseline
    with their neighbours; what stands beside other text on lines of its own (a margin note) is a column as well.
    """
    a, b = _rows(first, boxes), _rows(second, boxes)
    few, many = sorted((a, b), key=len)
    narrow = min(_width(a), _width(b))
    if len(few) < 2 or narrow < 6 * em:
        return False
    aligned = sum(any(abs(row[3] - other[3]) < 0.15 * em for other in many) for row in few) / len(few)
    if aligned < 0.5:
        return len(few) >= 3
    if len(few) < 0.5 * len(many) and narrow < 0.5 * max(_width(a), _width(b)):
        return False
    return _is_prose(a, em) and _is_prose(b, em)


def _rows(indices: list[int], boxes: Sequence[BBox]) -> list[BBox]:
    rows: list[BBox] = []
    for x0, y0, x1, y1 in sorted((boxes[i] for i in indices), key=lambda box: (box[3], box[0])):
        if rows and y0 < rows[-1][3] - 0.5 * min(y1 - y0, rows[-1][3] - rows[-1][1]):
            a0, b0, a1, b1 = rows[-1]
            rows[-1] = (min(a0, x0), min(b0, y0), max(a1, x1), max(b1, y1))
        else:
            rows.append((x0, y0, x1, y1))
    return rows


def _width(rows: list[BBox]) -> float:
    return max(row[2] for row in rows) - min(row[0] for row in rows)


def _is_prose(rows: list[BBox], em: float) -> bool:
    """Whether the rows fill their column: most of them more than half, or two in five of a wide column wholly.

    The second holds where headings and the last lines of short paragraphs outnumber full lines.
    """
    width = _width(rows)
    shares = [(row[2] - row[0]) / max(width, 1.0) for row in rows]
    return median(shares) > 0.55 or (width > 15 * em and sum(share > 0.9 for share in shares) >= 0.4 * len(rows))


def _margin_last(columns: list[list[int]], boxes: Sequence[BBox]) -> list[list[int]]:
    """Read a margin beside the text (less than a third as wide) after the text."""
    widths = [_width(_rows(column, boxes)) for column in columns]
    if len(columns) == 2 and widths[0] < widths[1] / 3:
        return columns[::-1]
    return columns
