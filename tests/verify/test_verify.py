"""An item goes through verification: measured, decided, and never dropped."""

import asyncio
from collections.abc import Iterator

import pytest
from handmade import make_chunk

from docqa.index import Index
from docqa.records import Chunk, Decision, Evidence, Origin, QAItem, item_id
from docqa.verify import ExtractiveReader, LexicalJudge, verify
from docqa.verify.rewrite import name_subject

TORQUES = make_chunk(
    [["Joint", "Torque"], ["Casing bolt", "45 N·m"], ["Vent plug", "25 N·m"]],
    headings=["5 Torques"],
    title="Data sheet",
    document="d1",
)
SAFETY = make_chunk("The pump must never be run dry, because the seal would overheat.", headings=["1 Safety"])
ZH = make_chunk("冷库温度应保持在2℃至8℃。", title="储存规程", language="zh", document="d3")
OTHERS = [
    make_chunk(f"The {part} of unit {number} is inspected by the {who} once a {when}.", document=f"x{number}")
    for number, (part, who, when) in enumerate(
        (part, who, when)
        for part in ("gearbox", "fan", "filter", "hose")
        for who, when in (("fitter", "week"), ("operator", "shift"), ("planner", "year"))
    )
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    made = Index.open_or_build(tmp_path_factory.mktemp("index"), [TORQUES, SAFETY, ZH, *OTHERS])
    yield made
    made.close()


def item(chunk: Chunk, question: str, answer: str, *quotes: str) -> QAItem:
    return QAItem(
        id=item_id([chunk.id], question, answer),
        chunk_ids=(chunk.id,),
        document_id=chunk.document_id,
        path=chunk.path,
        question=question,
        answer=answer,
        evidence=tuple(
            Evidence(chunk_id=chunk.id, start=(at := chunk.text.index(quote)), end=at + len(quote), quote=quote)
            for quote in quotes
        ),
        task_type="test/test",
        language=chunk.language,
        difficulty="easy",
        origin=Origin(method="extractive", prompt="test"),
        score=0.9,
    )


def verified(made: QAItem, index: Index, passages: int = 8) -> QAItem:
    return asyncio.run(verify(made, index.search(made.question, passages), index, ExtractiveReader(), LexicalJudge()))


BOLT = item(
    TORQUES,
    "What is the torque of the casing bolt?",
    "The torque of the casing bolt is 45 N·m.",
    "Torque",
    "Casing bolt",
    "45 N·m",
)


def test_a_true_item_is_grounded_and_kept_with_what_was_measured(index: Index) -> None:
    done = verified(BOLT, index)
    assert (done.kept, done.reason) == (True, "grounded")
    assert done.verdict is not None
    assert done.verdict.source_rank == 1
    assert done.verdict.passages[0].chunk_id == TORQUES.id
    assert done.verdict.retrieval is not None
    assert done.verdict.retrieval.agreement is not None
    assert done.verdict.closed_book is None
    assert done.model_copy(update={"verdict": None, "kept": None, "reason": ""}) == BOLT


def test_a_chinese_item_is_grounded(index: Index) -> None:
    assert verified(item(ZH, "冷库温度应保持在多少？", ZH.text, ZH.text), index).reason == "grounded"


def test_an_answer_its_quotes_do_not_bear_out_is_unevidenced_with_the_reason(index: Index) -> None:
    done = verified(BOLT.model_copy(update={"answer": "The torque of the casing bolt is 54 N·m."}), index)
    assert done.kept is False
    assert done.reason == "unevidenced: number 54 is in no quote"


def test_the_answer_of_another_subject_is_hallucinated(index: Index) -> None:
    done = verified(BOLT.model_copy(update={"question": "What is the torque of the vent plug?"}), index)
    assert (done.kept, done.reason) == (False, "hallucinated")
    assert done.verdict is not None
    assert done.verdict.source is not None


@pytest.fixture(scope="module")
def two_manuals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Two documents that say different things of an oil filter; a question that names neither finds the engine's."""
    made = Index.open_or_build(tmp_path_factory.mktemp("index"), [ENGINE, COMPRESSOR, *OTHERS])
    yield made
    made.close()


ENGINE = make_chunk("The oil filter is replaced every 250 hours.", title="Oil filter of the engine", document="e")
COMPRESSOR = make_chunk(
    "The oil filter is replaced every 500 hours. Its housing is cleaned with a dry cloth, and the gasket is renewed.",
    title="Compressor manual",
    document="c",
)
FILTER = item(
    COMPRESSOR,
    "How often is the oil filter replaced?",
    "The oil filter is replaced every 500 hours.",
    "The oil filter is replaced every 500 hours.",
)


def test_a_question_that_cannot_find_its_page_is_asked_again_with_its_subject_named(two_manuals: Index) -> None:
    done = verified(FILTER, two_manuals, passages=1)
    assert (done.kept, done.reason) == (True, "grounded")
    assert done.question == "In “Compressor manual”, how often is the oil filter replaced?"
    assert done.id == item_id(done.chunk_ids, done.question, done.answer)
    assert done.verdict is not None
    assert done.verdict.rewritten_from == FILTER.question


def test_another_passage_with_another_answer_is_a_conflict_set_aside(two_manuals: Index) -> None:
    done = verified(FILTER, two_manuals)
    assert (done.kept, done.reason) == (False, "conflict")
    assert done.question == FILTER.question
    assert done.verdict is not None
    assert done.verdict.retrieval is not None
    assert "250" in done.verdict.retrieval.text
    assert done.verdict.source is not None
    assert "500" in done.verdict.source.text


def test_the_same_item_gets_the_same_verdict(index: Index) -> None:
    assert verified(BOLT, index) == verified(BOLT, index)


class Student:
    """A closed book that knows one thing."""

    def __init__(self, known: str) -> None:
        self._known = known

    async def answer(self, question: str, language: str) -> str:
        return self._known


@pytest.mark.parametrize(
    ("memory", "decision"),
    [("It is 45 N·m.", Decision.KNOWN), ("It is 60 N·m.", Decision.NOVEL), ("", Decision.NOVEL)],
)
def test_closed_book_labels_and_does_not_drop(index: Index, memory: str, decision: Decision) -> None:
    done = asyncio.run(
        verify(BOLT, index.search(BOLT.question), index, ExtractiveReader(), LexicalJudge(), Student(memory))
    )
    assert done.kept
    assert done.verdict is not None
    assert done.verdict.decision is decision
    assert done.verdict.closed_book is not None
    assert done.verdict.closed_book.text == memory


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the torque?", "In the section “Torques” of “Data sheet”, what is the torque?"),
        ("Merlin pumps need what torque?", "In the section “Torques” of “Data sheet”, Merlin pumps need what torque?"),
        ("What does the data sheet require?", "In the section “Torques”, what does the data sheet require?"),
        ("What torques does the data sheet give?", None),
    ],
)
def test_a_question_is_rewritten_to_name_what_it_does_not_say(question: str, expected: str | None) -> None:
    assert name_subject(question, TORQUES, "en") == expected


def test_a_chinese_question_is_rewritten_with_its_title() -> None:
    assert name_subject("温度是多少？", ZH, "zh") == "根据《储存规程》，温度是多少？"
    assert name_subject("《储存规程》中温度是多少？", ZH, "zh") is None
    of_a_section = ZH.model_copy(update={"heading_path": ("第三章 冷库",)})
    assert (
        name_subject("《储存规程》中温度是多少？", of_a_section, "zh") == "根据“冷库”一节，《储存规程》中温度是多少？"
    )
