"""ROUGE-L is exact, and duplicates are dropped only where nothing that carries meaning differs."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.curate import curate
from docqa.curate.dedup import THRESHOLDS, Meaning, answers_agree, duplicates, same_meaning
from docqa.curate.minhash import probable_pairs
from docqa.embed.lsa import Lsa
from docqa.records import Decision, Evidence, Origin, QAItem, Verdict, content_id
from docqa.rouge import like_any, rouge_l, rouge_tokens, similar_pairs
from docqa.settings import CurateSettings


def item(question: str, answer: str, *, score: float = 0.9, quote: str = "", document: str = "d") -> QAItem:
    quote = quote or answer
    return QAItem(
        id=content_id(document, question, answer, quote, str(score)),
        chunk_ids=("chunk",),
        document_id=document,
        path=f"{document}.pdf",
        question=question,
        answer=answer,
        evidence=(Evidence(chunk_id="chunk", start=0, end=len(quote), quote=quote),),
        task_type="definition/term",
        language="zh" if any("\u4e00" <= char <= "\u9fff" for char in question) else "en",
        difficulty="easy",
        origin=Origin(method="extractive", prompt="test"),
        score=score,
    )


def lcs(a: list[str], b: list[str]) -> int:
    row = [0] * (len(b) + 1)
    for token in a:
        before = row
        row = [0]
        for place, other in enumerate(b):
            row.append(before[place] + 1 if token == other else max(row[-1], before[place + 1]))
    return row[-1]


def f1(a: list[str], b: list[str]) -> float:
    return 2 * lcs(a, b) / (len(a) + len(b)) if a and b else 0.0


texts = st.lists(st.lists(st.sampled_from(list("abcdefg")), max_size=14), max_size=14)


@given(texts, st.sampled_from([0.3, 0.5, 0.7, 0.75, 0.8, 1.0]))
def test_no_pair_is_missed_or_added_against_brute_force(lists: list[list[str]], threshold: float) -> None:
    expected = {
        (i, j): f1(lists[i], lists[j])
        for i, j in itertools.combinations(range(len(lists)), 2)
        if f1(lists[i], lists[j]) >= threshold - 1e-9
    }
    found = {(i, j): score for i, j, score in similar_pairs(lists, threshold)}
    assert found == pytest.approx(expected)


@given(texts, texts, st.sampled_from([0.3, 0.7, 0.75, 1.0]))
def test_what_is_like_any_of_others_is_found_against_brute_force(
    lists: list[list[str]], others: list[list[str]], threshold: float
) -> None:
    expected = {
        place for place, text in enumerate(lists) if any(f1(text, other) >= threshold - 1e-9 for other in others)
    }
    assert like_any(lists, others, threshold) == expected


@settings(deadline=None)  # the reference library is imported in the first example
@given(*[st.lists(st.sampled_from("the pump valve P-101 opens, at 20 bar; don't".split()), max_size=12)] * 2)
def test_rouge_l_is_that_of_the_reference_library(first: list[str], second: list[str]) -> None:
    from rouge_score.rouge_scorer import RougeScorer

    a, b = " ".join(first), " ".join(second)
    expected = RougeScorer(["rougeL"], use_stemmer=False).score(a, b)["rougeL"].fmeasure
    assert rouge_l(a, b) == pytest.approx(expected)


def test_pairs_are_found_across_the_blocks_they_are_compared_in() -> None:
    lists = [[f"w{place}", "x", "y", "z"] for place in range(600)]
    assert len(list(similar_pairs(lists, 0.75))) == 600 * 599 // 2
    assert list(similar_pairs(lists, 0.76)) == []


def test_the_pairs_that_minhash_meets_are_scored_exactly() -> None:
    chance = random.Random(7)
    lists = [chance.choices("abcdefghijklmnop", k=chance.randrange(0, 14)) for _ in range(400)]
    lists += [[*text[1:], "z"] for text in lists[:100]] + lists[:100]
    exact, met = ({(i, j): score for i, j, score in pairs(lists, 0.8)} for pairs in (similar_pairs, probable_pairs))
    assert {pair: exact[pair] for pair in met} == pytest.approx(met)
    assert len(met) >= 0.99 * len(exact)
    assert list(probable_pairs(lists, 0.8)) == list(probable_pairs(lists, 0.8))


def test_an_ideograph_is_a_token_of_its_own() -> None:
    assert rouge_tokens("P-101泵的 流量?") == ["p", "101", "泵", "的", "流", "量"]
    assert rouge_l("离心泵的流量", "离心泵的扬程") == pytest.approx(4 / 6)


def test_a_run_compares_at_the_thresholds_that_were_measured() -> None:
    assert CurateSettings().thresholds == THRESHOLDS


def test_of_two_duplicates_the_better_stays() -> None:
    worse = item("What does the relief valve of the pump do?", "It limits the pressure in the casing.", score=0.8)
    better = item("What does the relief valve of a pump do?", "It limits the pressure in the casing.", score=0.9)
    assert duplicates([worse, better]) == {0: f"near-duplicate:{better.id}"}


def test_of_equal_duplicates_the_longer_evidence_stays_then_the_first() -> None:
    question, answer = "What does the relief valve of the pump do?", "It limits the pressure."
    short, long = item(question, answer), item(question, answer, quote="The relief valve: it limits the pressure.")
    assert duplicates([short, long]) == {0: f"near-duplicate:{long.id}"}
    assert duplicates([short, short]) == {1: f"near-duplicate:{short.id}"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("What is the limit of pump P-101?", "20 degrees"), ("What is the limit of pump P-102?", "40 degrees")),
        (
            ("What is the torque of the bolts of the inlet flange?", "45 N·m for each bolt"),
            ("What is the torque of the bolts of the outlet flange?", "45 N·m for each bolt"),
        ),
        (
            ("May the drain plug of the casing be opened when hot?", "The plug must be opened by a fitter."),
            ("May the drain plug of the casing be opened when hot?", "The plug must not be opened by a fitter."),
        ),
        (
            ("Where was the engineer Friedrich Ratzel born?", "in the town of Karlsruhe"),
            ("Where was the engineer Halford Mackinder born?", "in the town of Karlsruhe"),
        ),
        (
            ("药品储存规程的温湿度控制表中，冷库的报警值是什么？", "冷库的报警值是低于 2.5℃或高于 7.5℃。"),
            ("药品储存规程的温湿度控制表中，病区冰箱的报警值是什么？", "病区冰箱的报警值是低于 2.5℃或高于 7.5℃。"),
        ),
        (
            ("What is the class of the casing nut according to the parts list?", "The class of the casing nut is 1."),
            ("What is the class of the drain plug according to the parts list?", "The class of the drain plug is 1."),
        ),
        (
            ("How often must the oil of the pump be changed?", "every 500 hours"),
            ("How often must the casing of the pump be drained?", "every 500 hours"),
        ),
        (("泵的最高工作温度是多少?", "不超过八十摄氏度"), ("泵的最低工作温度是多少?", "不超过八十摄氏度")),
        (("一级护理每几小时巡视一次?", "每1小时巡视患者"), ("二级护理每几小时巡视一次?", "每2小时巡视患者")),
    ],
)
def test_items_that_differ_in_what_carries_meaning_are_no_duplicates(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    assert duplicates([item(*first, document="a"), item(*second, document="b")]) == {}


def test_a_question_answered_in_two_ways_in_one_document_is_dropped_both_times() -> None:
    one = item("How often is the oil changed?", "every 4,000 hours of operation")
    other = item("How often is the oil changed?", "every 2,000 hours of operation")
    assert duplicates([one, other]) == {0: f"contradiction:{other.id}", 1: f"contradiction:{one.id}"}


def test_one_answer_within_the_other_is_a_duplicate_and_no_contradiction() -> None:
    one = item("How often is the oil changed?", "every year")
    other = item("How often is the oil changed?", "The oil is changed every year by a fitter of the works.")
    assert list(duplicates([one, other]).values()) == [f"near-duplicate:{other.id}"]


def test_copies_of_one_item_all_go_for_the_best_of_them() -> None:
    asked = ("What does the relief valve do?", "what does the relief valve do", "What  does the relief valve do？")
    copies = [item(question, "It limits the pressure.", score=score) for score in (0.8, 0.9) for question in asked]
    assert duplicates(copies) == {at: f"near-duplicate:{copies[3].id}" for at in range(6) if at != 3}


@pytest.mark.parametrize("most_exact", [0, 100])
def test_near_duplicates_are_found_in_a_set_of_any_size(most_exact: int) -> None:
    answer = "It limits the pressure in the casing of the pump."
    items = [item(f"What does the relief valve of {a} pump do?", answer) for a in ("the", "a")]
    other = item("What does the inlet filter of the pump do?", "It holds back sand and other solids.")
    assert duplicates([*items, other], most_exact=most_exact) == {1: f"near-duplicate:{items[0].id}"}


def test_the_same_question_in_other_words_is_a_duplicate_within_a_document() -> None:
    texts = ["The oil of the pump is changed every 500 hours.", "The bearing is greased.", "The casing is drained."]
    meaning = Meaning(Lsa.fit(texts).embed)
    one = item("How often must the oil of the pump be changed?", "every 500 hours")
    other = item("What is the oil change interval for a pump?", "Every 500 hours")
    elsewhere = other.model_copy(update={"document_id": "e"})
    drained = item("How often must the casing of the pump be drained?", "every 500 hours")
    assert duplicates([one, other], meaning=meaning) == {1: f"same-meaning:{one.id}"}
    assert duplicates([one, other]) == {}
    assert duplicates([one, elsewhere], meaning=meaning) == {}
    assert duplicates([one, drained], meaning=meaning) == {}


def test_a_minus_sign_is_a_difference() -> None:
    assert not answers_agree("-5 °C", "5 °C")
    assert answers_agree("re-start", "restart")


def test_every_item_comes_out_once_in_order_with_a_reason() -> None:
    grounded = Verdict(decision=Decision.GROUNDED)
    sound = item("What does the relief valve do?", "It limits the pressure.").model_copy(update={"verdict": grounded})
    copy = item("What does the relief valve do?", "It limits the pressure.", score=0.8)
    vague = item("What does it do?", "It limits the pressure.")
    refused = item("What does the pump do?", "It flies.").model_copy(update={"kept": False, "reason": "hallucinated"})
    result = curate([copy, vague, refused, sound])
    assert [one.id for one in result] == [copy.id, vague.id, refused.id, sound.id]
    assert [(one.kept, one.reason) for one in result] == [
        (False, f"near-duplicate:{sound.id}"),
        (False, "vague-reference:it"),
        (False, "hallucinated"),
        (True, "grounded"),
    ]
    assert result[2] == refused


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from([0.8, 0.9])), max_size=12))
def test_curating_twice_changes_nothing_more(triples: list[tuple[str, str, float]]) -> None:
    items = [item(f"What is the part {a} made of?", f"of material {b} only", score=score) for a, b, score in triples]
    once = curate(items)
    assert len(once) == len(items)
    assert curate(once) == once


def test_sections_called_by_different_names_are_not_duplicates():
    answer = "You can update to the new upstream source with the {} command from the devscripts package."
    first = item("What does “Tips” say about “uupdate”?", answer.format("uupdate"))
    second = item("What does “Tips” say about “uscan”?", answer.format("uscan"))
    assert not same_meaning(first, second)


def test_a_question_of_two_passages_is_no_duplicate_of_one_of_its_hops_but_of_its_like() -> None:
    hop = item(
        "What requirement applies to the NPSHA of the pump?", "The NPSHA of the pump exceeds its NPSHR by 0.8 m."
    )
    joined = item(
        "What does NPSHA mean, and what requirement applies to the NPSHA of the pump?",
        "NPSHA means head. The NPSHA of the pump exceeds its NPSHR by 0.8 m.",
    )
    assert 1 in duplicates([hop, joined], THRESHOLDS) or 0 in duplicates([hop, joined], THRESHOLDS)
    both = joined.model_copy(update={"chunk_ids": ("chunk", "other")})
    assert not duplicates([hop, both], THRESHOLDS)
    again = both.model_copy(update={"id": "again", "question": both.question.replace("What does", "So what does")})
    assert len(duplicates([hop, both, again], THRESHOLDS)) == 1
