"""The mix has exactly the rows that were promised, and a split keeps documents whole."""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.blend import Pool, Split, Unit, arrange, beside, draw, rows_from_items, split
from docqa.blend.shares import apportion, needed
from docqa.errors import BlendError, SettingsError
from docqa.records import Beside, Origin, QAItem, Row
from docqa.text import estimate_tokens

ratios = st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.25, 1 / 3, 0.5, 0.9, 0.95])
units: st.SearchStrategy[Unit] = st.sampled_from(["rows", "tokens"])
weights = st.sampled_from([None, Fraction(1), Fraction(2), Fraction("0.5")])


@dataclass(frozen=True)
class Held:
    """A source whose rows are at hand."""

    entries: Sequence[Row | str]
    weight: Fraction | None = None
    name: str = "general.json"

    def rows(self, wanted: Container[int] | None = None) -> Iterator[tuple[int, Row | str]]:
        return (pair for pair in enumerate(self.entries, 1) if wanted is None or pair[0] in wanted)


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


def general_rows(count: int, language: str = "en", source: str = "general.json", said: str = "Done.") -> list[Row]:
    return [
        Row(instruction=f"Task {place} of {source} in {language}", output=said, language=language, source=source)
        for place in range(count)
    ]


def pool(*lists: Sequence[Row], unit: Unit = "rows") -> Pool:
    """A pool of sources without weights, each named as its rows' source."""
    return Pool([Held(rows, name=rows[0].source) for rows in lists if rows], unit)


def drawn(domain: Sequence[Row], general: Sequence[Row], ratio: float, repeat: bool = False) -> list[Row]:
    return draw(pool(general), domain, ratio, repeat).rows


def is_general(row: Row) -> bool:
    return not row.group


@given(st.integers(0, 5_000), ratios)
def test_the_share_of_general_rows_is_within_half_a_row_of_the_ratio(domain: int, ratio: float) -> None:
    general = needed(domain, ratio)
    assert abs(general - ratio * (domain + general)) <= 0.5 + 1e-9


@given(st.integers(0, 60), st.integers(0, 60), ratios)
def test_as_many_general_rows_as_were_promised_are_drawn_and_none_twice(n: int, m: int, ratio: float) -> None:
    domain, general = domain_rows(n), general_rows(m)
    if needed(n, ratio) > m:
        with pytest.raises(BlendError, match=f"needs {needed(n, ratio)} general rows"):
            drawn(domain, general, ratio)
        return
    taken = drawn(domain, general, ratio)
    assert len(taken) == len(set(taken)) == needed(n, ratio)
    assert set(taken) <= set(general)


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 30), weights), min_size=1, max_size=4), ratios, units)
def test_whatever_the_sizes_and_weights_the_promise_is_kept_or_refused(
    sizes: list[tuple[int, int, Fraction | None]], ratio: float, unit: Unit
) -> None:
    domain = domain_rows(40) + domain_rows(20, language="zh")
    given_ = [
        Held(
            general_rows(en, source=f"{place}") + general_rows(zh, "zh", f"{place}", "做完了。" * place),
            weight,
            f"{place}",
        )
        for place, (en, zh, weight) in enumerate(sizes)
    ]
    known = Pool(given_, unit)
    promised = needed(sum(map(known.size, domain)), ratio)
    weighted = any(source.weight for source in given_)
    shares = dict(zip(range(len(sizes)), apportion(promised, [weight or 1 for *_, weight in sizes]), strict=True))
    held = {place: sum(map(known.size, source.entries)) for place, source in enumerate(given_)}
    if (sum(held.values()) < promised) if not weighted else any(held[place] < share for place, share in shares.items()):
        with pytest.raises(BlendError, match="are missing"):
            draw(known, domain, ratio)
        return
    taken = draw(known, domain, ratio).rows
    assert len(set(taken)) == len(taken)
    largest = max(map(known.size, (row for source in given_ for row in source.entries)))
    slack = 0 if unit == "rows" else largest / 2
    got = {place: sum(known.size(row) for row in taken if row.source == str(place)) for place in held}
    assert abs(sum(got.values()) - promised) <= slack * (len(sizes) if weighted else 1)
    if weighted:
        assert all(abs(got[place] - share) <= slack for place, share in shares.items())


@given(st.integers(1, 60), st.integers(1, 10), ratios)
def test_repeating_takes_every_general_row_equally_often_to_within_one(n: int, m: int, ratio: float) -> None:
    taken = Counter(drawn(domain_rows(n), general_rows(m), ratio, repeat=True))
    assert taken.total() == needed(n, ratio)
    if taken.total() >= m:
        assert max(taken.values()) - min(taken.values()) <= 1
        assert len(taken) == m


@given(
    st.permutations(range(24)), st.booleans(), st.integers(0, 5), st.sampled_from(["shuffle", "interleave", "blocks"])
)
def test_the_order_of_rows_and_sources_does_not_matter(order: list[int], turned: bool, seed: int, mix: str) -> None:
    def blended(order: Sequence[int], turn: int) -> list[list[Row]]:
        domain, one, other = domain_rows(24), general_rows(24, source="a"), general_rows(24, source="b")
        held = [Held([rows[place] for place in order], name=rows[0].source) for rows in (one, other)][::turn]
        domain = [domain[place] for place in order]
        both = split([*domain, *draw(Pool(held), domain, 0.25).rows], 0.2)
        return [arrange(side, mix, seed) for side in (both.train, both.val)]

    assert blended(order, -1 if turned else 1) == blended(range(24), 1)


def test_another_seed_changes_the_order_and_nothing_else() -> None:
    rows = [*domain_rows(40), *general_rows(10)]
    assert arrange(rows, "shuffle", 1) != arrange(rows, "shuffle", 2)
    assert Counter(arrange(rows, "shuffle", 1)) == Counter(arrange(rows, "shuffle", 2)) == Counter(rows)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 3))
def test_interleaving_spreads_the_general_rows_evenly(n: int, m: int, seed: int) -> None:
    mixed = arrange([*domain_rows(n), *general_rows(m)], "interleave", seed)
    assert Counter(mixed) == Counter([*domain_rows(n), *general_rows(m)])
    for end in range(len(mixed) + 1):
        assert abs(sum(map(is_general, mixed[:end])) - m * end / max(1, n + m)) <= 1


def test_blocks_are_the_domain_and_then_the_general_rows() -> None:
    mixed = arrange([*general_rows(5), *domain_rows(9)], "blocks", seed=0)
    assert [is_general(row) for row in mixed] == [False] * 9 + [True] * 5
    assert mixed[:9] != domain_rows(9)


def test_too_few_general_rows_are_an_error_that_says_how_many_are_missing() -> None:
    with pytest.raises(
        BlendError, match=r"needs 10 general rows of general\.json; there are 4 different ones, 6 are missing"
    ):
        drawn(domain_rows(90), general_rows(4) + general_rows(4), 0.1)
    with pytest.raises(BlendError, match="--general-repeat"):
        drawn(domain_rows(90), general_rows(4), 0.1)


def test_a_source_that_cannot_give_its_share_is_named() -> None:
    few = [Held(general_rows(4, source="a"), Fraction(2), "a"), Held(general_rows(90, source="b"), None, "b")]
    with pytest.raises(BlendError, match="needs 7 general rows of a; there are 4"):
        draw(Pool(few), domain_rows(90), 0.1)
    taken = Counter(row.source for row in draw(Pool(few), domain_rows(90), 0.1, repeat=True).rows)
    assert taken == {"a": 7, "b": 3}


def test_nothing_can_be_repeated_when_there_is_no_general_row() -> None:
    with pytest.raises(BlendError, match="there are 0 different ones"):
        drawn(domain_rows(9), [], 0.1, repeat=True)


@pytest.mark.parametrize("ratio", [-0.1, 0.96, 1.0, float("nan")])
def test_a_ratio_out_of_range_is_an_error(ratio: float) -> None:
    with pytest.raises(BlendError, match=r"not between 0 and 0\.95"):
        needed(10, ratio)


def test_general_rows_follow_the_languages_of_the_domain_where_they_can() -> None:
    domain = domain_rows(60) + domain_rows(30, language="zh")
    general = general_rows(100) + general_rows(100, language="zh") + general_rows(100, language="fr")
    done = draw(pool(general), domain, 0.1)
    assert Counter(row.language for row in done.rows) == {"en": 7, "zh": 3}
    assert done.left_out == {"language fr": 100}
    few = general_rows(2) + general_rows(100, language="zh")
    assert Counter(row.language for row in drawn(domain, few, 0.1)) == {"en": 2, "zh": 8}


def test_a_row_too_short_to_tell_its_language_is_taken_to_be_in_that_of_its_source() -> None:
    short = general_rows(20, language="und")
    assert len(drawn(domain_rows(90), general_rows(30, source="other") + short, 0.3)) == 39
    with pytest.raises(BlendError, match="left out: 20 language und"):
        drawn(domain_rows(90), short, 0.1)


def test_general_rows_of_a_language_come_from_each_source_by_its_size_or_by_weight() -> None:
    large, small = general_rows(300, source="large"), general_rows(100, source="small")
    taken = Counter(row.source for row in draw(pool(large, small), domain_rows(180), 0.1).rows)
    assert taken == {"large": 15, "small": 5}
    weighted = Pool([Held(large, Fraction(1), "large"), Held(small, Fraction(3), "small")])
    assert Counter(row.source for row in draw(weighted, domain_rows(180), 0.1).rows) == {"large": 5, "small": 15}


def test_by_tokens_the_ratio_is_one_of_tokens() -> None:
    long = [row.model_copy(update={"output": f"Done. {row.instruction} " * 20}) for row in general_rows(100)]
    known = pool(long, unit="tokens")
    domain = domain_rows(300)
    tokens = sum(map(known.size, draw(known, domain, 0.5).rows))
    assert abs(tokens - sum(map(known.size, domain))) <= max(map(known.size, long)) / 2
    assert known.size(long[0]) == estimate_tokens(f"{long[0].instruction} {long[0].output}")


def test_rows_that_ask_what_the_domain_asks_or_say_the_same_are_left_out_and_counted() -> None:
    said = "The bearing of the pump is greased every five hundred hours of operation, or once a month."
    domain = [row.model_copy(update={"output": f"{said} {row.output}"}) for row in domain_rows(20)]
    copies = [
        Row(instruction="question 3", output="Something else.", language="en"),
        Row(instruction="Question, number 4?", output=f"{said} Answer 4.", language="en"),
    ]
    done = draw(pool(general_rows(20) + copies), domain, 0.5)
    assert done.left_out == {"like a domain row": 2}
    assert sorted(row.instruction for row in done.rows) == sorted(row.instruction for row in general_rows(20))


def test_what_cannot_be_used_and_what_comes_twice_is_left_out_and_counted() -> None:
    first, second = Held([*general_rows(5), "has an empty answer"], name="a"), Held(general_rows(5), name="b")
    assert Pool([first, second]).left_out == {
        "not usable in a, where row 6: has an empty answer": 1,
        "twice in the general data": 5,
    }
    with pytest.raises(SettingsError, match="none of its 1 rows can be used, row 1: has an empty answer"):
        Pool([Held(["has an empty answer"])])
    with pytest.raises(SettingsError, match="there are no rows in it"):
        Pool([Held([])])


def test_a_source_that_changes_between_its_two_readings_is_an_error() -> None:
    entries: list[Row | str] = [*general_rows(10)]
    known = Pool([Held(entries)])
    entries[:] = general_rows(10, language="zh")
    with pytest.raises(SettingsError, match="has changed meanwhile"):
        draw(known, domain_rows(90), 0.1)
    entries.clear()
    with pytest.raises(SettingsError, match="has lost rows"):
        draw(known, domain_rows(90), 0.1)


@given(st.integers(0, 50), st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_apportioning_gives_out_everything_and_no_share_is_off_by_a_whole(total: int, weights: list[int]) -> None:
    shares = apportion(total, weights)
    assert sum(shares) == total
    assert all(abs(share - total * w / sum(weights)) < 1 for share, w in zip(shares, weights, strict=True))


groups = st.lists(st.integers(1, 30), min_size=1, max_size=12)
shares = st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.5])


def grouped(sizes: list[int]) -> list[Row]:
    return [
        Row(
            instruction=f"{group}-{place}?",
            output="Yes.",
            language="en",
            group=f"document-{group}",
            item_id=f"{group}-{place}",
        )
        for group, size in enumerate(sizes)
        for place in range(size)
    ]


@given(groups, shares, ratios)
def test_a_split_loses_nothing_and_keeps_documents_whole(sizes: list[int], share: float, ratio: float) -> None:
    domain = grouped(sizes)
    rows = domain + drawn(domain, general_rows(50), ratio, repeat=True)
    both = split(rows, share)
    assert Counter(both.train) + Counter(both.val) == Counter(rows)
    assert not {row.group for row in both.train if row.group} & {row.group for row in both.val if row.group}
    assert not {row.instruction for row in both.train} & {row.instruction for row in both.val}
    assert any(row.group for row in both.train)


@given(groups, shares, ratios)
def test_both_sides_of_a_split_have_the_ratio(sizes: list[int], share: float, ratio: float) -> None:
    domain = grouped(sizes)
    both = split(domain + drawn(domain, general_rows(needed(len(domain), ratio)), ratio), share)
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


def of_two(first: int, second: int, name: str) -> Row:
    beside = Beside(chunk_id="c", document_id=f"document-{second}", path="b.pdf", pages=(2,))
    return Row(instruction=name, output="Yes.", group=f"document-{first}", item_id=name, beside=(beside,))


@given(groups, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12), shares)
def test_a_row_of_two_documents_stands_where_both_are_and_else_nowhere(
    sizes: list[int], pairs: list[tuple[int, int]], share: float
) -> None:
    single = grouped(sizes)
    joined = [of_two(a % len(sizes), b % len(sizes), f"joined {place}?") for place, (a, b) in enumerate(pairs)]
    plain, both = split(single, share), split([*single, *joined], share)
    assert set(plain.val) <= set(both.val), "which documents are held out is not theirs to say"
    assert set(plain.train) <= set(both.train)
    assert Counter((*both.train, *both.val, *both.between)) == Counter([*single, *joined])
    held = {row.group for row in plain.val}
    for side, inside in ((both.train, set[str]()), (both.val, held)):
        for row in side:
            documents = {row.group, *(other.document_id for other in row.beside)}
            assert documents & held == documents & inside
            assert side is both.train or documents <= held
    assert all(0 < len({row.group, row.beside[0].document_id} & held) < 2 for row in both.between)


@given(groups, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12), shares)
def test_a_preference_pair_of_two_documents_stands_where_its_item_does(
    sizes: list[int], pairs: list[tuple[int, int]], share: float
) -> None:
    joined = [of_two(a % len(sizes), b % len(sizes), f"joined {place}?") for place, (a, b) in enumerate(pairs)]
    both = split([*grouped(sizes), *joined], share)
    sides = beside([row.model_copy(update={"rejected": "No."}) for row in joined], both.val, "shuffle", 0)
    for rows, compared in ((both.train, sides["train"]), (both.val, sides["val"])):
        assert {row.item_id for row in compared} == {row.item_id for row in rows if row.beside}


def test_a_set_of_nothing_but_rows_of_two_documents_has_no_val_and_says_why() -> None:
    both = split([of_two(place, place + 1, f"joined {place}?") for place in range(20)], 0.1)
    assert both.val == both.between == ()
    assert "rests on two documents" in both.note


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


def in_documents(*documents: tuple[str, str, int]) -> list[Row]:
    """Documents of (language, task type, rows)."""
    return [
        Row(
            instruction=f"Question {number}.{place}?",
            output="Answer.",
            language=language,
            task_type=task,
            group=f"document-{number}",
        )
        for number, (language, task, count) in enumerate(documents)
        for place in range(count)
    ]


@given(st.permutations([("en", "fact/who", 20)] * 4 + [("zh", "fact/who", 20)] * 4))
def test_val_has_both_languages_in_their_shares(documents: list[tuple[str, str, int]]) -> None:
    held = Counter(row.language for row in split(in_documents(*documents), 0.25).val)
    assert held == {"en": 20, "zh": 20}


@given(st.permutations([("en", "fact/who", 12)] * 5 + [("en", "table/cell", 12)] * 5))
def test_val_has_every_family_of_tasks_in_its_share(documents: list[tuple[str, str, int]]) -> None:
    held = Counter(row.task_type for row in split(in_documents(*documents), 0.2).val)
    assert held == {"fact/who": 12, "table/cell": 12}


def test_val_of_very_many_documents_is_a_draw() -> None:
    both = split(in_documents(*[("en", "fact/who", 2)] * 1_500, *[("zh", "fact/who", 2)] * 1_500), 0.1)
    assert len(both.val) == 600
    assert Counter(row.language for row in both.val)["en"] == pytest.approx(300, abs=60)
