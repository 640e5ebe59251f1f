"""The mix has exactly the rows that were promised, and a split keeps documents whole."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.blend import Split, apportion, blend, general_rows_needed, rows_from_items, split
from docqa.errors import BlendError
from docqa.records import Origin, QAItem, Row

ratios = st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.25, 1 / 3, 0.5, 0.9, 0.95])


def domain_rows(count: int, documents: int = 3, language: str = "en") -> list[Row]:
    return [
        Row(
            instruction=f"Question {place}?",
            output=f"Answer {place}.",
            language=language,
            group=f"document-{place % documents}",
            item_id=f"item-{place}",
        )
        for place in range(count)
    ]


def general_rows(count: int, language: str = "en", source: str = "general.json") -> list[Row]:
    return [
        Row(instruction=f"Task {place} in {language}", output="Done.", language=language, source=source)
        for place in range(count)
    ]


def is_general(row: Row) -> bool:
    return not row.group


@given(st.integers(0, 5_000), ratios)
def test_the_share_of_general_rows_is_within_half_a_row_of_the_ratio(domain: int, ratio: float) -> None:
    general = general_rows_needed(domain, ratio)
    assert abs(general - ratio * (domain + general)) <= 0.5 + 1e-9


@given(st.integers(0, 60), st.integers(0, 60), ratios, st.integers(0, 3))
def test_a_mix_loses_no_domain_row_and_takes_no_general_row_twice(n: int, m: int, ratio: float, seed: int) -> None:
    domain, general = domain_rows(n), general_rows(m)
    needed = general_rows_needed(n, ratio)
    if needed > m:
        with pytest.raises(BlendError, match=f"needs {needed} general rows"):
            blend(domain, general, ratio, seed)
        return
    mixed = blend(domain, general, ratio, seed)
    assert sorted(row.item_id for row in mixed if row.group) == sorted(row.item_id for row in domain)
    taken = Counter(row.instruction for row in mixed if is_general(row))
    assert taken.total() == needed
    assert all(count == 1 for count in taken.values())


@given(st.integers(1, 60), st.integers(1, 10), ratios)
def test_repeating_takes_every_general_row_equally_often_to_within_one(n: int, m: int, ratio: float) -> None:
    mixed = blend(domain_rows(n), general_rows(m), ratio, seed=0, repeat=True)
    taken = Counter(row.instruction for row in mixed if is_general(row))
    assert taken.total() == general_rows_needed(n, ratio)
    if taken.total() >= m:
        assert max(taken.values()) - min(taken.values()) <= 1
        assert len(taken) == m


@given(st.permutations(range(24)), st.integers(0, 5))
def test_the_order_of_the_input_does_not_matter(order: list[int], seed: int) -> None:
    domain, general = domain_rows(24), general_rows(24)
    shuffled = blend([domain[place] for place in order], [general[place] for place in order], 0.25, seed)
    assert shuffled == blend(domain, general, 0.25, seed)


def test_another_seed_changes_the_order_and_nothing_else() -> None:
    domain, general = domain_rows(40), general_rows(40)
    one, other = blend(domain, general, 0.2, seed=1), blend(domain, general, 0.2, seed=2)
    assert one != other
    assert Counter(one) == Counter(other)
    assert set(split(one, 0.2).val) == set(split(other, 0.2).val)


def test_too_few_general_rows_are_an_error_that_says_how_many_are_missing() -> None:
    with pytest.raises(BlendError, match=r"needs 10 general rows; there are 4 different ones, 6 are missing"):
        blend(domain_rows(90), general_rows(4) + general_rows(4), 0.1, seed=0)
    with pytest.raises(BlendError, match="--general-repeat"):
        blend(domain_rows(90), general_rows(4), 0.1, seed=0)


def test_nothing_can_be_repeated_when_there_is_no_general_row() -> None:
    with pytest.raises(BlendError, match="there are 0 different ones"):
        blend(domain_rows(9), [], 0.1, seed=0, repeat=True)


@pytest.mark.parametrize("ratio", [-0.1, 0.96, 1.0, float("nan")])
def test_a_ratio_out_of_range_is_an_error(ratio: float) -> None:
    with pytest.raises(BlendError, match=r"not between 0 and 0\.95"):
        general_rows_needed(10, ratio)


def test_general_rows_follow_the_languages_of_the_domain_where_they_can() -> None:
    domain = domain_rows(60) + domain_rows(30, language="zh")
    general = general_rows(100) + general_rows(100, language="zh") + general_rows(100, language="fr")
    taken = Counter(row.language for row in blend(domain, general, 0.1, seed=0) if is_general(row))
    assert taken == {"en": 7, "zh": 3}
    few = general_rows(2) + general_rows(100, language="zh")
    taken = Counter(row.language for row in blend(domain, few, 0.1, seed=0) if is_general(row))
    assert taken == {"en": 2, "zh": 8}


def test_general_rows_of_a_language_come_from_each_file_by_its_size() -> None:
    general = general_rows(300, source="large.json") + [
        Row(instruction=f"Other {place}", output="Done.", language="en", source="small.json") for place in range(100)
    ]
    taken = Counter(row.source for row in blend(domain_rows(180), general, 0.1, seed=0) if is_general(row))
    assert taken == {"large.json": 15, "small.json": 5}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6), st.data())
def test_apportioning_gives_out_everything_and_breaks_no_cap(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    weights, caps = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    total = data.draw(st.integers(0, sum(caps)))
    shares = apportion(total, weights, caps)
    assert sum(shares) == total
    assert all(0 <= share <= cap for share, cap in zip(shares, caps, strict=True))


def test_apportioning_is_by_largest_remainders() -> None:
    assert apportion(5, [6, 3, 1], [9, 9, 9]) == [3, 2, 0]
    assert apportion(4, [1, 0], [3, 3]) == [3, 1]


groups = st.lists(st.integers(1, 30), min_size=1, max_size=12)
shares = st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.5])


def grouped(sizes: list[int]) -> list[Row]:
    return [
        Row(instruction=f"{group}-{place}?", output="Yes.", group=f"document-{group}", item_id=f"{group}-{place}")
        for group, size in enumerate(sizes)
        for place in range(size)
    ]


@given(groups, shares, ratios)
def test_a_split_loses_nothing_and_keeps_documents_whole(sizes: list[int], share: float, ratio: float) -> None:
    rows = blend(grouped(sizes), general_rows(50), ratio, seed=0, repeat=True)
    both = split(rows, share)
    assert Counter(both.train) + Counter(both.val) == Counter(rows)
    assert not {row.group for row in both.train if row.group} & {row.group for row in both.val if row.group}
    assert not {row.instruction for row in both.train} & {row.instruction for row in both.val}
    assert any(row.group for row in both.train)


@given(groups, shares, ratios)
def test_both_sides_of_a_split_have_the_ratio(sizes: list[int], share: float, ratio: float) -> None:
    domain = grouped(sizes)
    both = split(blend(domain, general_rows(general_rows_needed(len(domain), ratio)), ratio, seed=0), share)
    for side in (both.train, both.val):
        general = sum(is_general(row) for row in side)
        assert abs(general - ratio * len(side)) <= 1.5


@given(st.lists(st.integers(1, 4), min_size=40, max_size=60))
def test_with_many_small_documents_val_is_as_large_as_asked(sizes: list[int]) -> None:
    both = split(grouped(sizes), 0.1)
    assert abs(len(both.val) - 0.1 * sum(sizes)) <= 2
    assert both.note == ""


def test_a_single_document_goes_to_train_and_the_note_says_so() -> None:
    both = split(domain_rows(20, documents=1) + general_rows(5), 0.1)
    assert both.val == ()
    assert "one document" in both.note


def test_with_two_documents_the_smaller_is_held_out() -> None:
    both = split(grouped([90, 10]), 0.02)
    assert {row.group for row in both.val} == {"document-1"}
    assert "10%" in both.note


def test_nothing_splits_into_nothing() -> None:
    assert split([], 0.1) == Split((), ())


def test_only_kept_items_become_rows_with_their_document_as_group() -> None:
    item = QAItem(
        id="a",
        chunk_ids=("c",),
        document_id="d",
        path="manual.pdf",
        question="What is it made of?",
        answer="Steel.",
        evidence=(),
        task_type="definition/term",
        language="en",
        difficulty="easy",
        origin=Origin(method="extractive", prompt="test"),
        score=0.9,
        kept=True,
    )
    dropped, undecided = item.model_copy(update={"kept": False}), item.model_copy(update={"kept": None})
    assert rows_from_items([item, dropped, undecided]) == [
        Row(
            instruction="What is it made of?",
            output="Steel.",
            language="en",
            group="d",
            item_id="a",
            chunk_ids=("c",),
            path="manual.pdf",
            task_type="definition/term",
        )
    ]
