"""Preference pairs go where their items go, and cost and count nothing there."""

from collections.abc import Sequence

from docqa.curate import Caps, curate, diversify
from docqa.curate.pairs import followed
from docqa.records import Decision, Evidence, Origin, Pair, QAItem, Verdict, item_id, pair_id


def kept(question: str, answer: str = "It is steel.", decision: Decision = Decision.NOVEL) -> QAItem:
    return QAItem(
        id=item_id(["c"], question, answer), chunk_ids=("c",), document_id="d", path="d.pdf", question=question,
        answer=answer, evidence=(Evidence(chunk_id="c", start=0, end=len(answer), quote=answer),),
        task_type="definition/term", language="en", difficulty="easy", origin=Origin(method="t", prompt=""),
        score=None, verdict=Verdict(decision=decision), kept=True, reason=str(decision),
    )  # fmt: skip


def paired(item: QAItem, rejected: str = "It is wood.") -> QAItem:
    changes = {
        "id": pair_id(item.id, rejected),
        "made_from": item.id,
        "pair": Pair(rejected=rejected, source="sampled"),
    }
    return item.model_copy(update={**changes, "task_type": "preference/sampled"})


def test_a_pair_is_no_duplicate_of_its_item_nor_its_item_of_it():
    item = kept("What is the casing made of?")
    done = curate([item, paired(item), paired(item, "It is glass.")])
    assert [each.reason for each in done] == ["novel"] * 3
    assert all(each.kept for each in done)


def test_a_pair_goes_with_its_item_and_says_why():
    dry, again = kept("What is the casing made of?"), kept("What is the casing made of ?")
    vague = kept("What is this section about?")
    done = curate([dry, again, vague, *map(paired, (dry, again, vague))])
    dropped = [each for each in done[:3] if not each.kept]
    assert len(dropped) == 2
    assert [each.reason for each in done[3:]] == [
        "novel" if each.kept else f"parent-dropped: {each.reason}" for each in done[:3]
    ]
    assert [each.kept for each in done[3:]] == [each.kept for each in done[:3]]


def test_a_pair_that_verification_dropped_keeps_its_reason():
    item = kept("What is the casing made of?")
    wrong = paired(item).model_copy(update={"kept": False, "reason": "pair_not_worse: 4 against 5"})
    assert curate([item, wrong])[1] == wrong


def known(number: int) -> QAItem:
    return kept(f"What is part P-{number} made of?", f"P-{number} is steel.", Decision.KNOWN)


def test_pairs_do_not_count_where_a_share_is_capped():
    novel = [kept(f"What is part N-{number} made of?", f"N-{number} is brass.") for number in range(10)]
    items = [*novel, *(known(number) for number in range(10))]
    without = [each.id for each in curate(items, known_share=0.3) if each.kept]
    both = [*items, *map(paired, novel), *map(paired, items[10:])]
    done = curate(both, known_share=0.3)
    assert [each.id for each in done if each.kept and not each.pair] == without
    assert sum(bool(each.kept and each.pair) for each in done) == len(without)
    assert {each.reason for each in done if each.pair and not each.kept} == {"parent-dropped: known-share"}


def test_caps_take_pairs_with_their_items():
    items = [kept(f"What is part P-{number} made of?", f"P-{number} is steel.") for number in range(40)]
    other = kept("Why does it rust?", "Because of the water.").model_copy(update={"task_type": "cause/reason"})
    done = diversify([*items, other, *map(paired, items)], Caps(type=0.5), vary_openings=False)
    assert sum(bool(each.kept) for each in done[:41]) < 41
    assert [each.kept for each in done[41:]] == [each.kept for each in done[:40]]
    assert all(each.reason.startswith("parent-dropped: type-share") for each in done if each.pair and not each.kept)


def asked_alike(done: Sequence[QAItem]) -> bool:
    items = {each.id: each for each in done if not each.pair}
    return all(
        (each.question, each.asked_first) == (items[each.made_from].question, items[each.made_from].asked_first)
        for each in done
        if each.pair
    )


def test_a_pair_is_asked_in_the_words_that_its_item_is_asked_in():
    items = [kept(f"According to “Manual {number}”, what is the casing made of?") for number in range(8)]
    done = diversify([*items, *map(paired, items)], Caps(), vary_openings=True)
    assert any(each.asked_first for each in done)
    assert asked_alike(done)
    assert all(each.id == pair_id(each.made_from, each.pair.rejected) for each in done if each.pair)


def test_the_reason_of_a_dropped_pair_names_items_as_they_are_called_in_the_end():
    first = kept("According to “Manual 1”, what is the casing made of?")
    second = kept("According to “Manual 1”, what is the casing made of ?")
    done = diversify(curate([first, second, paired(second)]), Caps(), vary_openings=True)
    assert done[0].id != first.id
    assert done[2].reason == f"parent-dropped: near-duplicate:{done[0].id}"


def test_of_items_with_one_id_the_kept_one_counts_and_a_pair_without_its_item_goes():
    item = kept("What is the casing made of?")
    dropped = item.model_copy(update={"kept": False, "reason": "near-duplicate:x"})
    lost = paired(kept("Who knows?"))
    before = [item, item, paired(item), lost]
    for after in ([dropped, item, paired(item), lost], [item, dropped, paired(item), lost]):
        assert [each.reason for each in followed(before, after)[2:]] == ["novel", "parent-dropped: it is not there"]
