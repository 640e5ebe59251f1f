"""The formulas against examples worked by hand, against other programs of the same formula, and by their laws."""

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.bench import metrics
from docqa.bench.metrics import Node, adjacency_f1, heading_score, nid, table_scores, teds, token_f1, wrong_spaces
from docqa.bench.tables import Cell, Table, grid_table, table_of

WORDS = st.text(string.ascii_letters + " 维护泵", max_size=40)
GRIDS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.sampled_from(["", "a", "ab", "泵", "7"]), min_size=width, max_size=width))
)

MERGED = table_of(
    [
        Cell(0, 0, "unit", rows=2),
        Cell(0, 1, "limits", columns=2),
        Cell(1, 1, "low"),
        Cell(1, 2, "high"),
        Cell(2, 0, "pump"),
        Cell(2, 1, "1"),
        Cell(2, 2, "9"),
    ]
)


# --------------------------------------------------------------------------------------------------------- text


def test_nid_is_twice_the_common_subsequence_over_both_lengths():
    # "abcd" and "acbd": the longest common subsequence is "abd" (or "acd"), so 2 * 3 / (4 + 4).
    assert nid("abcd", "acbd") == 0.75
    # "kitten" and "sitting": "ittn" is common, so 2 * 4 / (6 + 7).
    assert nid("kitten", "sitting") == pytest.approx(8 / 13)
    assert nid("abc", "xyz") == 0


def test_nid_does_not_care_how_lines_break():
    assert nid("one two\n\nthree", "one\ntwo three") == 1
    assert nid("先确认设备已经断电", "先确认设备\n已经断电") == 1
    assert nid("先确认设备已经断电", "先确认设备 已经断电") == pytest.approx(18 / 19)


@given(st.text("abcd", max_size=12), st.text("abcd", max_size=12))
def test_nid_is_what_a_textbook_subsequence_gives(one: str, other: str):
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            longest[i + 1][j + 1] = longest[i][j] + 1 if a == b else max(longest[i][j + 1], longest[i + 1][j])
    both = len(one) + len(other)
    assert nid(one, other) == pytest.approx(2 * longest[-1][-1] / both if both else 1)


def test_token_f1_counts_words_and_single_ideographs():
    # truth: the pump is 泵 站 (5), found: the the pump 泵 (4), common: the pump 泵 (3); 2 * 3 / (5 + 4).
    assert token_f1("the pump is 泵站", "the, the pump: 泵") == pytest.approx(6 / 9)
    assert token_f1("a b", "b a") == 1
    assert token_f1("a b", "c d") == 0
    assert token_f1("--", "..") == 1


def test_a_wrong_space_is_one_between_ideographs():
    # 9 characters with the full stop; one space of three stands between two of them; the line end is no space.
    assert wrong_spaces("值班工程师。第1号", "值班 工程师\n。第 1 号") == pytest.approx(1 / 8)
    assert wrong_spaces("值班，工程师", "值班， 工程师") == pytest.approx(1 / 6)
    assert wrong_spaces("text", "no ideographs") is None


def test_a_space_between_cells_is_right():
    assert wrong_spaces("压力\t周期", "压力 周期") == 0
    assert wrong_spaces("压力\t周期", "压力 周 期") == pytest.approx(1 / 4)


@given(WORDS)
def test_a_text_is_like_itself(text: str):
    assert nid(text, text) == token_f1(text, text) == 1
    assert wrong_spaces(text, text) in (0, None)


@given(WORDS, WORDS)
def test_text_scores_stay_between_0_and_1_and_do_not_care_which_side_is_which(one: str, other: str):
    for score in (nid, token_f1):
        assert 0 <= score(one, other) <= 1
        assert score(one, other) == pytest.approx(score(other, one))


# ----------------------------------------------------------------------------------------------------- headings


def test_headings_all_found_at_their_levels():
    truth = [(1, "Manual"), (2, "1 Scope"), (2, "2 Inspection")]
    assert heading_score(truth, truth) == 1
    assert heading_score(truth, []) == 0
    assert heading_score([(1, "Manual")], [(1, "xyzw")]) == 0
    assert heading_score([], []) == 1


def test_a_heading_that_is_missed_one_that_is_none_and_one_at_another_level():
    truth = [(1, "Manual"), (2, "1 Scope"), (2, "2 Inspection")]
    # two of three found, nothing else: 2 * 2 / (3 + 2)
    assert heading_score(truth, truth[:2]) == pytest.approx(4 / 5)
    # all found and one more: 2 * 3 / (3 + 4)
    assert heading_score(truth, [*truth, (1, "Quietly")]) == pytest.approx(6 / 7)
    # one at another level is worth a half: 2 * 2.5 / 6
    assert heading_score(truth, [(1, "Manual"), (3, "1 Scope"), (2, "2 Inspection")]) == pytest.approx(5 / 6)


def test_a_heading_read_in_part_is_worth_how_alike_it_is():
    # without spaces "Chapter3.Setups" and "Setups": 2 * 6 / (15 + 6) = 0.571, in an F1 of one and one
    assert heading_score([(1, "Chapter 3. Setups")], [(1, "Setups")]) == pytest.approx(12 / 21)
    # "Chapter3.Mail" and "Mail": 2 * 4 / (13 + 4) = 0.47 is another heading
    assert heading_score([(1, "Chapter 3. Mail")], [(1, "Mail")]) == 0


def test_headings_count_in_order():
    # of two in the wrong order one counts: 2 * 1 / 4
    assert heading_score([(1, "Scope"), (1, "Trouble")], [(1, "Trouble"), (1, "Scope")]) == pytest.approx(0.5)


# ---------------------------------------------------------------------------------------------------- adjacency


def test_relations_of_a_plain_table():
    # a b     right: a-b, c-d; below: a-c, b-d
    # c d
    assert metrics.relations(grid_table([["a", "b"], ["c", "d"]])) == {
        ("a", "b", "right"): 1,
        ("c", "d", "right"): 1,
        ("a", "c", "below"): 1,
        ("b", "d", "below"): 1,
    }


def test_a_relation_passes_over_empty_cells():
    # a . b   right: a-b, d-f; below: a-d, b-f; the middle column keeps its place for e in the last row
    # d . f
    # . e .   below d, f: nothing
    found = metrics.relations(grid_table([["a", "", "b"], ["d", "", "f"], ["", "e", ""]]))
    assert found == {
        ("a", "b", "right"): 1,
        ("d", "f", "right"): 1,
        ("a", "d", "below"): 1,
        ("b", "f", "below"): 1,
    }


def test_a_merged_cell_is_beside_all_it_touches_and_not_beside_itself():
    assert sorted(metrics.relations(MERGED)) == [
        ("1", "9", "right"),
        ("high", "9", "below"),
        ("limits", "high", "below"),
        ("limits", "low", "below"),
        ("low", "1", "below"),
        ("low", "high", "right"),
        ("pump", "1", "right"),
        ("unit", "limits", "right"),
        ("unit", "low", "right"),
        ("unit", "pump", "below"),
    ]


def test_adjacency_f1_of_two_columns_read_as_one():
    # truth: 4 relations as above; found: "a b" over "c d", one relation, and it is none of them
    assert adjacency_f1(grid_table([["a", "b"], ["c", "d"]]), grid_table([["a b"], ["c d"]])) == 0
    # d is missing: a-b and a-c of 4 are found and nothing else, 2 * 2 / (4 + 2)
    assert adjacency_f1(grid_table([["a", "b"], ["c", "d"]]), grid_table([["a", "b"], ["c", ""]])) == pytest.approx(
        4 / 6
    )


# --------------------------------------------------------------------------------------------------------- TEDS


def test_teds_of_a_row_that_is_missing():
    # truth: 3 tr and 6 td are 9 nodes; a row is 3 of them: 1 - 3 / 9
    rows = [["a", "b"], ["c", "d"], ["e", "f"]]
    assert teds(grid_table(rows), grid_table(rows[:2])) == pytest.approx(6 / 9)


def test_teds_of_a_cell_read_wrongly_and_of_a_span_that_is_missed():
    # "1.5" for "7.5" is a third of a node: 1 - (1 / 3) / 6
    assert teds(grid_table([["a", "7.5"], ["c", "d"]]), grid_table([["a", "1.5"], ["c", "d"]])) == pytest.approx(
        17 / 18
    )
    # 3 tr and 7 td against 3 tr and 9 td: two spans are renamed and two cells inserted, 1 - 4 / 12
    assert teds(MERGED, MERGED.unmerged(repeat=False)) == pytest.approx(8 / 12)


def test_tables_paired_by_their_words_and_a_missing_one_counts_as_nothing():
    one, other = grid_table([["a", "b"], ["c", "d"]]), grid_table([["x", "y"], ["z", "w"]])
    assert table_scores([one, other], [other, one]) == (1, 1, 0)
    # TEDS: 1 and 0; adjacency: 4 of 8 relations, 2 * 4 / (8 + 4)
    assert table_scores([one, other], [other]) == (0.5, pytest.approx(8 / 12), 0)
    assert table_scores([one], [one, other]) == (0.5, pytest.approx(8 / 12), 1)
    assert table_scores([one], []) == (0, 0, 0)
    assert table_scores([one], [other]) == (0, 0, 1)


@pytest.mark.parametrize("repeat", [True, False])
def test_a_grid_of_text_may_say_a_merged_cell_as_it_can(repeat: bool):
    assert table_scores([MERGED], [MERGED.unmerged(repeat)]) == (1, 1, 0)


def test_rows_and_columns_without_text_are_not_there():
    assert grid_table([["a", "", "b"], ["", "", ""], ["c", "", "d"]]) == grid_table([["a", "b"], ["c", "d"]])


@settings(deadline=None, max_examples=40)
@given(GRIDS)
def test_a_table_is_like_itself(rows: list[list[str]]):
    table = grid_table(rows)
    assert teds(table, table) == adjacency_f1(table, table) == 1 or not metrics.relations(table)
    assert table_scores([table], [table]).teds == 1 or not table.text


@settings(deadline=None, max_examples=40)
@given(GRIDS, GRIDS)
def test_table_scores_stay_between_0_and_1(rows: list[list[str]], others: list[list[str]]):
    one, other = grid_table(rows), grid_table(others)
    for score in (teds, adjacency_f1):
        assert 0 <= score(one, other) <= 1
        assert score(one, other) == pytest.approx(score(other, one))


def random_table(rng: random.Random) -> Table:
    rows, columns = rng.randint(1, 5), rng.randint(1, 4)
    cells = [Cell(r, c, rng.choice(["", "a", "ab", "abc"])) for r in range(rows) for c in range(columns)]
    return table_of([Cell(0, 0, "head", columns=rng.randint(1, columns)), *cells])


def naive_distance(first: tuple[Node, ...], second: tuple[Node, ...], known: dict[object, float]) -> float:
    """The definition of forest edit distance, by its last trees: nothing but recursion."""
    if (first, second) in known:
        return known[first, second]
    if not first and not second:
        return 0.0
    costs = []
    if first:
        costs.append(naive_distance((*first[:-1], *first[-1].children), second, known) + 1)
    if second:
        costs.append(naive_distance(first, (*second[:-1], *second[-1].children), known) + 1)
    if first and second:
        below = naive_distance(first[-1].children, second[-1].children, known)
        beside = naive_distance(first[:-1], second[:-1], known)
        costs.append(below + beside + metrics.rename_cost(first[-1], second[-1]))
    return known.setdefault((first, second), min(costs))


def test_tree_distance_is_what_its_definition_gives():
    rng = random.Random(5)
    for _ in range(40):
        one, other = (metrics.tree(random_table(rng)) for _ in range(2))
        assert metrics.tree_distance(one, other) == pytest.approx(naive_distance((one,), (other,), {}))


def test_tree_distance_is_what_apted_gives():
    apted = pytest.importorskip("apted")

    class Costs(apted.Config):
        def rename(self, node1: Node, node2: Node) -> float:
            return metrics.rename_cost(node1, node2)

    rng = random.Random(6)
    for _ in range(40):
        one, other = (metrics.tree(random_table(rng)) for _ in range(2))
        assert metrics.tree_distance(one, other) == pytest.approx(
            apted.APTED(one, other, Costs()).compute_edit_distance()
        )
