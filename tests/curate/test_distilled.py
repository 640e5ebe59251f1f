"""The rules for answers to prompts without a passage: a prompt need be no question, and an answer may be code."""

import pytest

from docqa.curate.rules import first_objection
from docqa.curate.score import heuristics, too_low
from docqa.records import Decision, Origin, QAItem, Verdict


def item(question: str, answer: str, language: str = "en", given: str = "") -> QAItem:
    return QAItem(
        id="i",
        chunk_ids=(),
        document_id="",
        path="prompts.txt",
        question=question,
        input=given,
        answer=answer,
        evidence=(),
        task_type="distilled/open",
        language=language,
        difficulty="medium",
        origin=Origin(method="distill", prompt=""),
        score=None,
        verdict=Verdict(decision=Decision.DISTILLED),
    )


@pytest.mark.parametrize(
    ("question", "answer", "language"),
    [
        (
            "Write a haiku about pumps.",
            "Steel heart, turning slow\nwater lifted from the deep\na field drinks again",
            "en",
        ),
        ("Name 3 kinds of pump.", "1. Centrifugal pumps\n2. Piston pumps\n3. Gear pumps", "en"),
        ("Write a shell loop.", "```sh\nfor i in 1 2 3; do echo answer: $i; done\n```", "en"),
        ("Give me an HTML list of two pumps.", "<ul><li>P-1</li><li>P-2</li></ul>", "en"),
        ("Translate into Chinese: closed", "已关闭", "en"),
        ("写一首关于水泵的短诗", "钢心缓缓转，\n清水上高原。", "zh"),
        ("把下面的话译成英文：阀门已关闭。", "The valve is closed.", "zh"),
    ],
)
def test_what_a_prompt_asked_for_is_let_pass(question: str, answer: str, language: str):
    assert first_objection(item(question, answer, language)) == ""


@pytest.mark.parametrize(
    ("question", "answer", "language", "reason"),
    [
        ("Name 3 kinds of pump.", "As a language model I cannot do this.", "en", "broken:refusal"),
        ("Name 3 kinds of pump.", "Sure! Here are the answers: gear pumps.", "en", "broken:prompt text"),
        ("Name 3 kinds of pump.", "Gear pumps,", "en", "broken:answer cut off"),
        ("Name 3 kinds of pump.", "Name 3 kinds of pump.", "en", "broken:answer repeats the question"),
        ("Name 3 kinds of pump.", "N/A", "en", "broken:empty answer"),
        ("Describe a gear pump.", "A <br>gear pump</br> has two gears.", "en", "broken:markup"),
        ("Describe a gear pump.", "It turns. " * 30, "en", "broken:repetition"),
        ("Describe a gear pump.", "Gear \ufffd pumps turn.", "en", "broken:garbled characters"),
        ("What does this section say about gear pumps?", "That they turn.", "en", "vague-reference"),
        ("Who leads the sales of gear pumps?", "Currently Ada leads them.", "en", "time-bound"),
        ("说出三种泵。", "抱歉，我无法回答。", "zh", "broken:refusal"),
        ("本节对齿轮泵有什么规定？", "齿轮泵应当润滑。", "zh", "vague-reference"),
    ],
)
def test_what_is_broken_or_points_nowhere_is_dropped(question: str, answer: str, language: str, reason: str):
    assert first_objection(item(question, answer, language)).startswith(reason)


def test_a_prompt_may_point_at_the_text_that_it_brings():
    given = item("What does this section say about gear pumps?", "That they turn.", given="Gear pumps turn.")
    assert first_objection(given) == ""


def test_what_rests_on_no_evidence_is_not_held_to_how_much_of_it_its_evidence_covers():
    measured = item("Name 3 kinds of pump.", "Centrifugal, piston and gear pumps.")
    measured = measured.model_copy(update={"heuristics": heuristics(measured)})
    assert too_low(measured, {"coverage": 0.9}) == ""
