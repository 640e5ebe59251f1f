"""Evidence stands where it says, and bears out the answer."""

import pytest
from handmade import make_chunk

from docqa.records import Chunk, Evidence, Origin, QAItem
from docqa.verify.evidence import flaw, stands

CHUNK = make_chunk(
    "The casing bolts must not be tightened to more than 45 N·m. Bolts of pump P-101 are checked every 12 months.",
    headings=["Torques"],
)
CELLS = make_chunk([["Liquid", "FKM"], ["Acetone", "not suitable"], ["Water", "suitable"]], title="Seals")
ZH = make_chunk("高警示药品不得外借，保存期限为三十天。", title="规程", language="zh")


def item(answer: str, *quotes: str, chunk: Chunk = CHUNK, method: str = "extractive") -> QAItem:
    evidence = tuple(
        Evidence(
            chunk_id=chunk.id, start=chunk.text.index(quote), end=chunk.text.index(quote) + len(quote), quote=quote
        )
        for quote in quotes
    )
    return QAItem(
        id="item",
        chunk_ids=(chunk.id,),
        document_id=chunk.document_id,
        path=chunk.path,
        question="What is said?",
        answer=answer,
        evidence=evidence,
        task_type="test/test",
        language=chunk.language,
        difficulty="easy",
        origin=Origin(method=method, prompt="test"),
        score=0.9,
    )


def found(made: QAItem, chunk: Chunk = CHUNK) -> str:
    return flaw(made, {chunk.id: chunk}.__getitem__)


FIRST, SECOND = CHUNK.text.split(". ")[0] + ".", CHUNK.text.split(". ")[1]


@pytest.mark.parametrize(
    "answer",
    [
        FIRST,
        "They must not be tightened to more than 45 N·m.",
        "not more than 45 N·m",
        "No, the casing bolts must not be tightened to more than 45 N·m.",
    ],
)
def test_an_answer_made_of_its_quote_is_borne_out(answer: str) -> None:
    assert found(item(answer, FIRST)) == ""


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("The casing bolts must not be tightened to more than 54 N·m.", "number"),
        ("The casing bolts must not be tightened to more than 45 mm.", "not in a quote"),
        ("The casing bolts must be tightened to more than 45 N·m.", "negation"),
        ("Bolts of pump P-102 are checked every 12 months.", "number"),
        ("The foundation bolts must not be tightened to more than 45 N·m.", "foundation"),
        ("Grease the bearings before each start.", "not in a quote"),
    ],
)
def test_a_corrupted_answer_is_not(answer: str, why: str) -> None:
    assert why in found(item(answer, FIRST, SECOND))


def test_a_negation_that_no_quote_has_is_found() -> None:
    assert "negation" in found(item("Bolts of pump P-101 are not checked every 12 months.", SECOND))


def test_a_cell_that_denies_is_not_affirmed() -> None:
    assert found(item("For Acetone, FKM is not suitable.", "FKM", "Acetone", "not suitable", chunk=CELLS), CELLS) == ""
    assert "negation" in found(
        item("For Acetone, FKM is suitable.", "FKM", "Acetone", "not suitable", chunk=CELLS), CELLS
    )


@pytest.mark.parametrize(
    ("answer", "sound"),
    [
        ("高警示药品不得外借。", True),
        ("保存期限为30天", True),
        ("高警示药品的保存期限为三十天。", True),
        ("高警示药品可以外借。", False),
        ("保存期限为六十天", False),
        ("麻醉药品不得外借。", False),
    ],
)
def test_chinese_answers_are_held_to_the_same(answer: str, sound: bool) -> None:
    assert (found(item(answer, ZH.text, chunk=ZH), ZH) == "") is sound


def test_a_quote_must_stand_at_its_offsets_but_may_differ_in_width_and_space() -> None:
    evidence = item(FIRST, FIRST).evidence[0]
    assert stands(evidence, CHUNK)
    assert stands(evidence.model_copy(update={"quote": FIRST.replace(" ", "\n")}), CHUNK)
    assert not stands(evidence.model_copy(update={"start": evidence.start + 1}), CHUNK)
    assert not stands(evidence.model_copy(update={"quote": "", "end": evidence.start}), CHUNK)


def test_without_a_quote_or_a_chunk_nothing_is_borne_out() -> None:
    assert found(item(FIRST)) == "no quote"
    made = item(FIRST, FIRST)
    assert flaw(made, {}.__getitem__) == "no such chunk"


def test_a_model_may_rephrase_but_not_change_a_number() -> None:
    rephrased = "At most 45 N·m may be applied to the casing bolts when they are tightened."
    assert found(item(rephrased, FIRST, method="self-qa")) == ""
    assert "number" in found(item(rephrased.replace("45", "50"), FIRST, method="self-qa"))
    assert found(item("Grease all bearings before every start of the unit.", FIRST, method="self-qa"))


def test_numbers_of_two_cells_do_not_read_on_as_one():
    sizes = make_chunk([["Size", "Length"], ["MC 50-200", "520 mm"], ["MC 65-250", "610 mm"]])
    made = item("The length of MC 50-200 is 520 mm.", "Length", "MC 50-200", "520 mm", chunk=sizes)
    assert found(made, sizes) == ""
