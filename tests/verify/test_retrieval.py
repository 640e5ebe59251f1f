"""The embedded reader answers from the passages alone, with as much as was asked for, or not at all."""

import pytest
from handmade import make_chunk

from docqa.verify.retrieval import ExtractiveReader

TORQUES = make_chunk(
    "The torques apply to clean threads.",
    [
        ["Joint", "Torque", "Class"],
        ["Casing bolt", "45 N·m", "1"],
        ["Seal cover bolt", "22 N·m", "2"],
        ["Vent plug", "25 N·m", "2"],
    ],
    headings=["5 Torques"],
)
START = make_chunk(
    "Before the first start, the pump is made ready as follows:",
    "1. Open the suction valve.",
    "2. Vent the casing.",
    "3. Close the discharge valve.",
    headings=["6 Start-up"],
)
SAFETY = make_chunk(
    "The pump must never be run dry, because the seal would overheat. The coupling guard is painted yellow.",
    headings=["1 Safety"],
)
ZH = make_chunk("冷库温度应保持在2℃至8℃。阴凉库温度不超过20℃。", title="储存规程", language="zh")
PASSAGES = [SAFETY, TORQUES, START, ZH]


@pytest.fixture(scope="module")
def reader() -> ExtractiveReader:
    return ExtractiveReader()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the torque of the seal cover bolt?", "22 N·m"),
        ("What is the torque of the casing bolt?", "45 N·m"),
        ("Why must the pump never be run dry?", "seal would overheat"),
        ("What colour is the coupling guard painted?", "yellow"),
        ("阴凉库的温度不超过多少？", "20℃"),
        ("冷库温度应保持在多少？", "2℃至8℃"),
    ],
)
def test_it_picks_the_sentence_or_cell_that_answers(reader: ExtractiveReader, question: str, expected: str) -> None:
    answer = reader.answer(question, PASSAGES)
    assert expected in answer
    assert len(answer) < 90


def test_it_returns_a_whole_procedure(reader: ExtractiveReader) -> None:
    answer = reader.answer("What are the steps before the first start of the pump?", PASSAGES)
    assert all(step in answer for step in ("suction valve", "Vent the casing", "discharge valve"))


def test_it_returns_the_values_to_compare(reader: ExtractiveReader) -> None:
    answer = reader.answer("Which has the higher torque, the casing bolt or the vent plug?", PASSAGES)
    assert "45 N·m" in answer
    assert "25 N·m" in answer


@pytest.mark.parametrize("question", ["Who invented the steam engine?", "谁发明了蒸汽机？", "What?", ""])
def test_it_abstains_where_the_passages_say_nothing(reader: ExtractiveReader, question: str) -> None:
    assert reader.answer(question, PASSAGES) == ""


def test_it_abstains_without_passages(reader: ExtractiveReader) -> None:
    assert reader.answer("What is the torque of the casing bolt?", []) == ""


def test_it_does_not_answer_with_the_question(reader: ExtractiveReader) -> None:
    heading = make_chunk("Torque of the casing bolt", "The torque of the casing bolt is 45 N·m.")
    assert "45" in reader.answer("What is the torque of the casing bolt?", [heading])


def test_a_chunk_without_pieces_is_read_line_by_line(reader: ExtractiveReader) -> None:
    plain = SAFETY.model_copy(update={"id": "plain", "pieces": ()})
    assert "yellow" in reader.answer("What colour is the coupling guard painted?", [plain])
