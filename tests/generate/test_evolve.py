"""Kept items made harder or broader: what is chosen, how, what is eliminated and why, and that the rest is verified."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.generate.evolve import MOST, WAYS, chosen, copied, empty, refused, way
from docqa.generate.items import item
from docqa.generate.kept import Kept
from docqa.records import DialogueTurn, Hop, Origin, Pair, QAItem
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load
from docqa.terminal import exit_code
from tests.scripted import Scripted

CHUNK = make_chunk("The seal of pump P-101 is replaced after 8000 hours, because its faces wear.")


def parent(number: int, **changes: Any) -> QAItem:
    made = item(CHUNK, f"Question {number}?", "After 8000 hours.", [], "qa/fact", Origin(method="self-qa", prompt=""))
    return made.model_copy(update=changes)


def test_a_round_takes_a_few_and_another_round_others():
    many = [parent(number) for number in range(20)]
    rounds = [[each.id for each in chosen(CHUNK, Kept(many, number))] for number in (1, 1, 2)]
    assert rounds[0] == rounds[1] != rounds[2]
    assert len(rounds[0]) == MOST
    assert (
        len({found for number in range(1, 8) for found in (each.id for each in chosen(CHUNK, Kept(many, number)))})
        == 20
    )
    assert chosen(CHUNK, Kept(reversed(many), 1)) == chosen(CHUNK, Kept(many, 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"turn": DialogueTurn(dialogue="d", number=1, said="Hi.")},
        {"pair": Pair(rejected="No.", source="number")},
        {"hops": (Hop(question="Q?", answer="A.", chunk_id="c"),)},
        {"input": "A text."},
        {"answerable": False},
        {"chunk_ids": (CHUNK.id, "other")},
    ],
)
def test_what_is_part_of_something_larger_or_not_asked_of_its_chunk_alone_is_left_alone(changes: dict[str, Any]):
    assert not chosen(CHUNK, Kept([parent(1, **changes)], 1))


def test_what_has_a_kept_child_is_not_evolved_again_but_the_child_is():
    old = parent(1)
    child = parent(2, origin=Origin(method="evolve", prompt=""), made_from=old.id)
    assert chosen(CHUNK, Kept([old, child], 2)) == [child]
    assert chosen(CHUNK, Kept([old, child.model_copy(update={"origin": old.origin})], 2))[0].id in (old.id, child.id)


def test_an_item_is_evolved_in_every_way_by_turns_and_items_of_a_round_in_different_ones():
    assert {way(parent(1), number) for number in range(1, 6)} == set(WAYS)
    assert len({way(parent(number), 1) for number in range(40)}) == len(WAYS)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("Sorry, the passage does not say so.", "a refusal"),
        ("I cannot answer that.", "a refusal"),
        ("抱歉，原文没有说明。", "a refusal"),
        ("作为一个人工智能，我无法回答。", "a refusal"),
        ("The seal is replaced after 8000 hours.", ""),
        ("The seal is replaced. " * 30 + "Sorry for the length.", ""),
    ],
)
def test_a_short_sorry_is_a_refusal(said: str, why: str):
    assert refused(said, CHUNK) == why


def test_the_passage_s_own_sorry_is_none():
    assert refused("The clerk says sorry.", make_chunk("The clerk says sorry to the customer.")) == ""


@pytest.mark.parametrize(
    ("said", "why"),
    [("It is as it was.", "only stop words"), ("…。", "only stop words"), ("是的。", "only stop words"), ("", ""),
     ("After 8000 hours.", ""), ("换密封。", "")],
)  # fmt: skip
def test_an_answer_of_stop_words_and_marks_says_nothing(said: str, why: str):
    assert empty(said) == why


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("What is the rewritten prompt about the seal?", "words of the prompt, 'rewritten prompt'"),
        ("#Rewritten Prompt#: when is it due?", "words of the prompt, '#Rewritten'"),
        ("改写后的问题：密封多久更换？", "words of the prompt, '改写后的问题'"),
        ("When is the seal of pump P-101 due for a change?", ""),
        ("Which C# driver reads the pump of line #4?", ""),
    ],
)
def test_words_of_the_prompt_give_a_question_away(question: str, why: str):
    assert copied(question, parent(1), CHUNK) == why
    assert copied(question, parent(1), make_chunk(f"The {question} of pump P-101.")) == ""


# ------------------------------------------------------------------------------------------------------- a whole run

PARTS = ("seal", "bearing", "coupling", "impeller", "filter", "gasket")
WHO = ("fitter", "operator", "planner", "foreman", "inspector", "storekeeper")
PARTS_ZH = ("机械密封", "滚动轴承", "弹性联轴器", "叶轮", "滤网", "垫片")
WHO_ZH = ("钳工", "操作员", "计划员", "班长", "检查员", "库管员")


NUMBERS = range(3, 9)
SAYS = {
    part: (
        f"After {n}00 hours of operation.",
        f"The {part} of the pump must be inspected by the {who} after {n}00 hours of operation.",
        f"A worn {part} is exchanged by the workshop within {n} days and the old one is scrapped.",
    )
    for n, part, who in zip(NUMBERS, PARTS, WHO, strict=True)
} | {
    part: (
        f"运行{n}00小时后。",
        f"{who}应当在运行{n}00小时后检查水泵的{part}，并把结果记入台账。",
        f"磨损的{part}由维修车间在{n}日内换新，旧件报废。",
    )
    for n, part, who in zip(NUMBERS, PARTS_ZH, WHO_ZH, strict=True)
}
"""What is right about a part: how long, who and how long, and what becomes of a worn one."""

ASKED = {
    part: (
        f"After how many hours is the {part} inspected?",
        f"Who inspects the {part} of the pump, and after what time in operation?",
        f"What is done with a worn {part}, by whom and how soon?",
    )
    for part in PARTS
} | {
    part: (
        f"多少小时后检查水泵的{part}？",
        f"水泵的{part}由谁检查，何时检查，结果记在哪里？",
        f"{part}磨损后由谁在几天内换新，旧件怎么办？",
    )
    for part in PARTS_ZH
}


def named(text: str) -> str:
    """The part that a question is about."""
    return next(part for part in SAYS if part in text)


FAULTS = {
    "bearing": "no json", "coupling": "equal", "impeller": "leak", "filter": "sorry", "gasket": "another number",
    "滚动轴承": "no json", "弹性联轴器": "equal", "叶轮": "leak", "滤网": "sorry", "垫片": "another number",
}  # fmt: skip
REASONS = {
    "equal": "eliminated: same information",
    "leak": "eliminated: words of the prompt, ",
    "sorry": "eliminated: a refusal",
    "another number": "unevidenced: number 999 is in no quote",
    "": "novel",
}


def says(body: dict[str, Any]) -> str:
    user = body["messages"][-1]["content"]
    chinese = "只回复 JSON" in user
    last = user.replace("：", ": ").rsplit("\n\n", 1)[-1].partition(": ")[2]
    said: dict[str, Any]
    if '{"questions"' in user:
        asked = [ASKED[part][0] for part in (PARTS_ZH if chinese else PARTS)]
        said = {"questions": [{"kind": "quantity", "question": question} for question in asked]}
    elif '{"question"' in user:
        part = named(last)
        if FAULTS.get(part) == "no json":
            return "It is hard to make this harder."
        later = (*ASKED[part], "")
        leak = ("改写后的问题：" if chinese else "Rewritten question: ") if FAULTS.get(part) == "leak" else ""
        said = {"question": leak + later[later.index(last) + 1]}
    elif '{"equal"' in user:
        said = {"equal": FAULTS.get(named(last)) == "equal"}
    elif '{"quotes"' in user:
        part = named(last)
        stage = ASKED[part].index(last)
        right, fault = SAYS[part][stage], FAULTS.get(part) if stage else ""
        wrong = {"sorry": "抱歉，原文没有给出。" if chinese else "Sorry, the passage does not say so."}
        wrong["another number"] = right.replace("800", "999")
        said = {"quotes": [SAYS[part][max(1, stage)]], "answer": wrong.get(fault or "", right)}
    elif '"answerable"' in user:
        part = named(last)
        said = {"answerable": True, "answer": SAYS[part][ASKED[part].index(last)]}
    else:
        return answer(body) if '"known"' not in user else json.dumps({"known": False, "answer": ""})
    return json.dumps(said, ensure_ascii=False)


def run(folder: Path, rounds: int) -> tuple[list[QAItem], list[Failure], int, Scripted]:
    (folder / "docs").mkdir()
    english = " ".join(sentence for part in PARTS for sentence in SAYS[part][1:])
    chinese = "".join(sentence for part in PARTS_ZH for sentence in SAYS[part][1:])
    (folder / "docs" / "pump.md").write_text(f"# Pump manual\n\n{english}\n", encoding="utf-8")
    (folder / "docs" / "pump_zh.md").write_text(f"# 水泵维护手册\n\n{chinese}\n", encoding="utf-8")
    settings = load(
        {
            "generate": {"methods": ["self-qa", "evolve"], "rounds": rounds, "questions": 6},
            "curate": {"min_accuracy": 1},
        }
    )
    model = Scripted(says)
    summary = pipeline.run(folder / "docs", folder / "out", settings, model=model)
    items = list(read_records(folder / "out" / "items.jsonl", QAItem))
    assert summary.items.made == len(items) == summary.items.kept_total + sum(summary.items.dropped.values())
    return items, list(read_records(folder / "out" / "errors.jsonl", Failure)), exit_code(summary), model


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[QAItem], list[Failure], int, Scripted]:
    return run(tmp_path_factory.mktemp("evolve"), rounds=6)


@pytest.mark.methods
def test_what_is_left_is_verified_kept_harder_and_says_what_it_was_made_from(
    finished: tuple[list[QAItem], list[Failure], int, Scripted],
):
    items = {each.id: each for each in finished[0]}
    kept = [each for each in items.values() if each.origin.method == "evolve" and each.kept]
    assert {each.language for each in kept} == {"en", "zh"}
    for each in kept:
        above = items[each.made_from]
        assert above.kept
        assert each.verdict
        assert each.verdict.retrieval
        assert each.task_type.partition("/")[2] in WAYS
        assert each.difficulty == (above.difficulty if each.task_type == "evolved/breadth" else "hard")
        assert named(each.answer) == named(above.question) in ("seal", "机械密封")
        assert each.question != above.question


@pytest.mark.methods
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_fault_is_dropped_for_its_own_reason(
    finished: tuple[list[QAItem], list[Failure], int, Scripted], language: str
):
    evolved = [each for each in finished[0] if each.origin.method == "evolve" and each.language == language]
    reasons = Counter(FAULTS.get(named(each.question), "") for each in evolved)
    assert set(reasons) == set(REASONS), "six rounds of three reach all six of a chunk"
    for each in evolved:
        assert each.reason.startswith(REASONS[FAULTS.get(named(each.question), "")])
        assert each.kept is (not FAULTS.get(named(each.question)))
        assert bool(each.verdict) is not each.reason.startswith("eliminated"), "what is eliminated is not verified"


@pytest.mark.methods
def test_a_reply_that_is_no_json_costs_its_item_and_no_other(
    finished: tuple[list[QAItem], list[Failure], int, Scripted],
):
    _, failures, code, _ = finished
    assert {(failure.method, failure.what, failure.question) for failure in failures} == {
        ("evolve", "question", ASKED["bearing"][0]), ("evolve", "question", ASKED["滚动轴承"][0])
    }  # fmt: skip
    assert code == 2


@pytest.mark.methods
def test_what_was_evolved_is_evolved_again_in_a_later_round(
    finished: tuple[list[QAItem], list[Failure], int, Scripted],
):
    by_id = {each.id: each for each in finished[0]}
    twice = [each for each in by_id.values() if each.made_from and by_id[each.made_from].made_from]
    assert {each.language for each in twice} == {"en", "zh"}


@pytest.mark.methods
def test_each_way_asks_for_something_else_in_both_languages(
    finished: tuple[list[QAItem], list[Failure], int, Scripted],
):
    asked = [prompt for prompt in finished[3].prompts if '{"question"' in prompt.user]
    tasks = {prompt.user.split("</passage>")[1].rsplit("\n\n", 1)[0] for prompt in asked}
    assert Counter("只回复 JSON" in task for task in tasks) == {False: 5, True: 5}
    assert all(prompt.user.startswith(("Document: ", "文档：")) for prompt in asked), "what a server reads once"
