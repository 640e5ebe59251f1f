"""The formulas, as pure functions of two readings of one document: the truth first, what was found second.

All but ``wrong_spaces`` give 1 for what is the same and 0 for what has nothing in common.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel, Levenshtein

from docqa.bench.tables import Table
from docqa.text import CJK, CJK_PUNCTUATION

_WIDE = CJK + CJK_PUNCTUATION
_LINE_END = re.compile(f"(?<=[{_WIDE}])[^\\S\\n]*\\n\\s*(?=[{_WIDE}])")
_TOKEN = re.compile(f"[{CJK}]|[^\\W{CJK}]+")
_WIDE_CHARACTER = re.compile(f"[{_WIDE}]")
_SPACE = re.compile(f"([{_WIDE}])[ \\u00a0]+(?=([{_WIDE}]))")
_BREAK = re.compile(f"([{_WIDE}])\\s+(?=([{_WIDE}]))")


# --------------------------------------------------------------------------------------------------------- text


def nid(truth: str, found: str) -> float:
    """Normalised indel similarity: 1 - (insertions + deletions) / (both lengths), which is 2 LCS / (both lengths).

    The reading-order score of olmOCR and OpenDataLoader benchmarks. White space of any kind counts as one space, and a
    line end between two CJK characters as none, since neither says how well a page was read.
    """
    return Indel.normalized_similarity(_one_line(truth), _one_line(found))


def _one_line(text: str) -> str:
    return " ".join(_LINE_END.sub("", text).split())


def token_f1(truth: str, found: str) -> float:
    """F1 of the tokens as a multiset, in any order (SQuAD: Rajpurkar et al. 2016, section 6.1); case counts.

    A token is a run of letters and digits, or one CJK character.
    """
    expected, given = (Counter(_TOKEN.findall(text)) for text in (truth, found))
    if not expected and not given:
        return 1.0
    return f1((expected & given).total(), expected.total(), given.total())


def f1(right: float, expected: float, given: float) -> float:
    """The harmonic mean of recall, ``right / expected``, and precision, ``right / given``; 0 if both are empty."""
    return 2 * right / (expected + given) if expected + given else 0.0


def wrong_spaces(truth: str, found: str) -> float | None:
    """Spaces between two CJK characters (or CJK punctuation), for each CJK character found; None if there is none.

    A line end is no space. A space is right where the truth has white space between the same two characters, as often
    as it does: there it separates two cells or two paragraphs.
    """
    characters = len(_WIDE_CHARACTER.findall(found))
    if not characters:
        return None
    spaces, breaks = Counter(_SPACE.findall(found)), Counter(_BREAK.findall(truth))
    return (spaces - breaks).total() / characters


# ----------------------------------------------------------------------------------------------------- headings

LIKENESS = 0.5
"""Least indel similarity of two headings that may be one: "Chapter 3. Tool Setups" is read as "Tool Setups"."""

OTHER_LEVEL = 0.5
"""What a heading is worth that was found at another level."""


def heading_score(truth: Sequence[tuple[int, str]], found: Sequence[tuple[int, str]]) -> float:
    """F1 of headings, each a (level, text): 2 V / (headings of both).

    V is the largest sum over pairs in order (none crosses another), where a pair is worth the indel similarity of its
    texts, white space aside, if that is ``LIKENESS`` or more; half of it (``OTHER_LEVEL``) if the levels differ. With
    levels and texts all equal it is plain F1.
    """
    if not truth and not found:
        return 1.0
    best = [0.0] * (len(found) + 1)
    texts = ["".join(text.split()) for _, text in found]
    for level, text in truth:
        text, row = "".join(text.split()), [0.0]
        for at, (found_level, _) in enumerate(found):
            alike = Indel.normalized_similarity(text, texts[at])
            worth = alike * (1.0 if level == found_level else OTHER_LEVEL) if alike >= LIKENESS else 0.0
            row.append(max(best[at] + worth, best[at + 1], row[at]))
        best = row
    return f1(best[-1], len(truth), len(found))


# ------------------------------------------------------------------------------------------------------- tables


class TableScores(NamedTuple):
    """Both scores of a document's tables, and how many were found that stand nowhere in the truth."""

    teds: float
    adjacency: float
    extra: int


def table_scores(truth: Sequence[Table], found: Sequence[Table]) -> TableScores:
    """The tables of a document, each of the truth paired with at most one that was found.

    The pairs are those whose words agree best together (token F1, largest sum). TEDS is the mean over all tables of
    both sides, a pair counting once and a table without its like as 0. Adjacency F1 counts the relations of all
    tables, as the ICDAR 2013 competition did for a document; those of tables without their like are missed or wrong.

    A table found without spans is compared with the truth as it is, with a merged cell's text in each of its places,
    and with the text in its first place alone; the best counts, since Markdown and grids of text can say no more.
    """
    pairs = _pairs(truth, found)
    similarity, right = 0.0, 0
    expected = sum(relations(table).total() for table in truth)
    given = sum(relations(table).total() for table in found)
    for table, like in pairs:
        views = _views(table, like)
        similarity += max(teds(view, like) for view in views)
        best = max(views, key=lambda view: adjacency_f1(view, like))
        right += _shared(best, like)
        expected += relations(best).total() - relations(table).total()
    everything = len(truth) + len(found) - len(pairs)
    return TableScores(
        teds=similarity / everything if everything else 1.0,
        adjacency=f1(right, expected, given) if expected + given else float(len(pairs) == everything),
        extra=len(found) - len(pairs),
    )


def _pairs(truth: Sequence[Table], found: Sequence[Table]) -> list[tuple[Table, Table]]:
    if not truth or not found:
        return []
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    alike = np.array([[token_f1(table.text, other.text) for other in found] for table in truth])
    rows, columns = linear_sum_assignment(alike, maximize=True)
    return [(truth[row], found[at]) for row, at in zip(rows, columns, strict=True) if alike[row, at] > 0]


def _views(truth: Table, found: Table) -> list[Table]:
    if found.has_spans or not truth.has_spans:
        return [truth]
    return [truth, truth.unmerged(repeat=True), truth.unmerged(repeat=False)]


# ---------------------------------------------------------------------------------------------------- adjacency

Relation = tuple[str, str, str]
"""Two cells' texts without white space, and ``right`` or ``below``."""


def adjacency_f1(truth: Table, found: Table) -> float:
    """F1 of neighbouring cells (Goebel, Hassan, Oro and Orsi, ICDAR 2013, section II; Goebel et al., DocEng 2012)."""
    if not truth.cells and not found.cells:
        return 1.0
    return f1(_shared(truth, found), relations(truth).total(), relations(found).total())


def _shared(truth: Table, found: Table) -> int:
    return (relations(truth) & relations(found)).total()


def relations(table: Table) -> Counter[Relation]:
    """Each cell with text and its nearest such cell to the right and below, past empty ones; a pair counts once.

    Texts are compared without white space, as by the competition's own program. Unlike in the paper, how many empty
    cells lie between does not count: an empty column that was added by mistake costs nothing here, and costs in TEDS.
    """
    owner = {place: cell for cell in table.cells if cell.text for place in cell.places()}
    by_column = sorted(owner, key=lambda place: (place[1], place[0]))
    neighbours = {(owner[a], owner[b], "right") for a, b in pairwise(sorted(owner)) if a[0] == b[0]}
    neighbours |= {(owner[a], owner[b], "below") for a, b in pairwise(by_column) if a[1] == b[1]}
    return Counter(
        ("".join(first.text.split()), "".join(second.text.split()), direction)
        for first, second, direction in neighbours
        if first is not second
    )


# --------------------------------------------------------------------------------------------------------- TEDS


@dataclass(frozen=True)
class Node:
    """A node of a table's tree: ``table``, ``tr`` or ``td``; a ``td`` has a text and spans."""

    tag: str
    children: tuple["Node", ...] = ()
    text: str = ""
    rows: int = 1
    columns: int = 1


def teds(truth: Table, found: Table) -> float:
    """Tree edit distance based similarity, 1 - distance / (nodes of the larger tree) (Zhong et al. 2020, section 4).

    The tree is table > tr > td: ``thead``, ``tbody`` and ``th`` are left out, since few truths and no plain table say
    which rows are the header. As in the authors' program, the table itself isn't counted as a node. Small tables of
    other shapes may be further apart than the larger one has nodes: that is 0, too.
    """
    first, second = tree(truth), tree(found)
    size = max(_size(first), _size(second)) - 1
    return max(0.0, 1.0 - tree_distance(first, second) / size) if size else 1.0


def tree(table: Table) -> Node:
    """The table as HTML has it, without attributes but the spans."""
    rows: dict[int, list[Node]] = {row: [] for cell in table.cells for row, _ in cell.places()}
    for cell in table.cells:
        rows[cell.row].append(Node("td", (), cell.text, cell.rows, cell.columns))
    return Node("table", tuple(Node("tr", tuple(cells)) for _, cells in sorted(rows.items())))


def _size(node: Node) -> int:
    return 1 + sum(_size(child) for child in node.children)


def rename_cost(first: Node, second: Node) -> float:
    """What it costs to turn a node into another: 1 for other tags or spans, else how far the cells' texts differ.

    Texts differ by Levenshtein distance over the longer length, as in Zhong et al. 2020.
    """
    if (first.tag, first.rows, first.columns) != (second.tag, second.rows, second.columns):
        return 1.0
    return Levenshtein.normalized_distance(first.text, second.text) if first.text != second.text else 0.0


def tree_distance(first: Node, second: Node) -> float:
    """The edit distance of two ordered trees, 1 for a node inserted or deleted (Zhang and Shasha 1989).

    The tests compare it with ``apted``, which isn't needed here: on trees as flat as tables this one is as fast.
    """
    nodes, others = list(_postorder(first)), list(_postorder(second))
    left, other_left = _leftmost(nodes), _leftmost(others)
    distance = [[0.0] * len(others) for _ in nodes]
    for root in _keyroots(left):
        for other_root in _keyroots(other_left):
            if left[root] == root and other_left[other_root] == other_root:  # two leaves, by far the most
                distance[root][other_root] = rename_cost(nodes[root], others[other_root])
            else:
                _fill(distance, nodes, others, left, other_left, root, other_root)
    return distance[-1][-1]


def _fill(
    distance: list[list[float]],
    nodes: Sequence[Node],
    others: Sequence[Node],
    left: Sequence[int],
    other_left: Sequence[int],
    root: int,
    other_root: int,
) -> None:
    """The distances of the forests below two key roots; those that are trees are kept in ``distance``."""
    low, other_low = left[root], other_left[other_root]
    forest = [[float(j) for j in range(other_root - other_low + 2)]]
    for i in range(low, root + 1):
        row, above = [forest[-1][0] + 1.0], forest[-1]
        for j in range(other_low, other_root + 1):
            at = j - other_low
            cheapest = min(above[at + 1], row[at]) + 1.0
            if left[i] == low and other_left[j] == other_low:
                cheapest = min(cheapest, above[at] + rename_cost(nodes[i], others[j]))
                distance[i][j] = cheapest
            else:
                cheapest = min(cheapest, forest[left[i] - low][other_left[j] - other_low] + distance[i][j])
            row.append(cheapest)
        forest.append(row)


def _postorder(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield from _postorder(child)
    yield node


def _leftmost(nodes: Sequence[Node]) -> list[int]:
    """For each node, in postorder, the position of the first leaf below it."""
    sizes = [_size(node) for node in nodes]
    return [at - size + 1 for at, size in enumerate(sizes)]


def _keyroots(left: Sequence[int]) -> list[int]:
    """The highest node of each leftmost leaf, ascending."""
    return sorted({leaf: at for at, leaf in enumerate(left)}.values())
