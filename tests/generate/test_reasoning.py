"""Answers with their steps: every step cites or calculates, and what it calculates is worked out again."""

import json
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.generate.items import item
from docqa.generate.reasoning import check, written
from docqa.records import Chunk, Origin, QAItem, Step
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load
from docqa.summary import Summary
from docqa.terminal import exit_code
from docqa.verify.evidence import flaw
from tests.scripted import Scripted

FEE = "Each transfer abroad costs 3 euros."
LIMIT = "A customer pays at most 30 euros in fees a month."
REFUND = "A deposit is paid back when the account is closed within 14 days."
ZH_FEE = "境外汇款每笔收取3元手续费。"
ZH_LIMIT = "每位客户每月最多支付30元手续费。"
ZH_REFUND = "账户在14天内销户的，退还押金。"
EN = make_chunk(f"{FEE} {LIMIT} {REFUND}", title="Fees")
ZH = make_chunk(f"{ZH_FEE}{ZH_LIMIT}{ZH_REFUND}", title="费用", language="zh")
ASKED = {
    "en": "What does a customer pay who makes 12 transfers abroad in a month?",
    "zh": "一个客户一个月办理12笔境外汇款要付多少手续费？",
}
RIGHT = {
    "en": (
        [
            Step(text="Each transfer abroad costs 3 euros.", quote=FEE),
            Step(text="12 transfers abroad would cost 36 euros.", calculation="12 * 3 = 36"),
            Step(text="A customer pays at most 30 euros in fees a month.", quote=LIMIT),
            Step(text="36 euros are more than 30 euros.", calculation="36 > 30"),
        ],
        "The customer pays 30 euros.",
    ),
    "zh": (
        [
            Step(text="境外汇款每笔收取3元手续费。", quote=ZH_FEE),
            Step(text="12笔境外汇款的手续费是36元。", calculation="12笔 × 3元 = 36元"),
            Step(text="每位客户每月最多支付30元手续费。", quote=ZH_LIMIT),
            Step(text="36元多于30元。", calculation="36 > 30"),
        ],
        "客户支付30元手续费。",
    ),
}


def reasoned(chunk: Chunk, steps: list[Step], conclusion: str, question: str = "") -> QAItem:
    said = written(tuple(steps), conclusion, chunk.language)
    quotes = [step.quote for step in steps]
    made = item(
        chunk, question or ASKED[chunk.language], said, quotes, "reasoning/calculation", Origin(method="", prompt="")
    )
    return made.model_copy(update={"steps": tuple(steps), "conclusion": conclusion})


def changed(language: str, step: int, **update: str) -> QAItem:
    """The right answer with one step changed."""
    steps, conclusion = RIGHT[language]
    new = [*steps[:step], steps[step].model_copy(update=update), *steps[step + 1 :]]
    return reasoned(EN if language == "en" else ZH, new, conclusion)


@pytest.mark.parametrize("chunk", [EN, ZH])
def test_right_reasoning_passes_its_check_and_the_check_of_its_evidence(chunk: Chunk):
    made = reasoned(chunk, *RIGHT[chunk.language])
    assert check(made, chunk) == ""
    assert flaw(made, lambda _: chunk) == ""


def test_the_answer_is_its_steps_by_number_and_what_follows():
    assert reasoned(EN, *RIGHT["en"]).answer.splitlines() == [
        "1. Each transfer abroad costs 3 euros.",
        "2. 12 transfers abroad would cost 36 euros. (12 × 3 = 36)",
        "3. A customer pays at most 30 euros in fees a month.",
        "4. 36 euros are more than 30 euros. (36 > 30)",
        "Therefore: The customer pays 30 euros.",
    ]
    lines = reasoned(ZH, *RIGHT["zh"]).answer.splitlines()
    assert lines[1] == "2. 12笔境外汇款的手续费是36元。（12笔 × 3元 = 36元）"
    assert lines[-1] == "因此：客户支付30元手续费。"
    (told,) = written((Step(text="So 2 * 3 = 6.", calculation="2 * 3 = 6"),), "6", "en").splitlines()[:1]
    assert told == "1. So 2 * 3 = 6.", "a calculation is not written twice"


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (changed("en", 1, calculation="12 * 3 = 38"), "step 2: 12 * 3 is 36, not 38"),
        (changed("zh", 1, calculation="１２×３＝３８"), "step 2: 12×3 is 36, not 38"),
        (changed("en", 1, text="That is 12 × 3 = 38 euros.", calculation=""), "step 2: 12 × 3 is 36, not 38 euros"),
        (changed("en", 1, calculation="12 * 4 = 48"), "step 2: 4 stands nowhere before"),
        (changed("en", 1, calculation=""), "step 2: cites nothing"),
        (changed("zh", 1, calculation=""), "step 2: cites nothing"),
        (changed("en", 3, calculation="36 < 30"), "step 4: 36 < 30 is not so"),
        (changed("en", 1, calculation="twelve times that"), "step 2: cannot read '12' in its calculation"),
        (changed("en", 1, calculation="12 * 3"), "step 2: cannot read '12' in its calculation"),
        (reasoned(EN, RIGHT["en"][0], "The customer pays 42 euros."), "42 in the conclusion is no result"),
        (reasoned(ZH, RIGHT["zh"][0], "客户支付四十二元。"), "42 in the conclusion is no result"),
        (reasoned(EN, RIGHT["en"][0][:1], "3 euros."), "a single step"),
        (reasoned(EN, [], "30 euros."), "the passage does not answer it"),
        (reasoned(EN, RIGHT["en"][0], ""), "the passage does not answer it"),
        (reasoned(EN, *RIGHT["en"]).model_copy(update={"answer": "1. It is so."}), "the answer is not its steps"),
    ],
)
def test_faults_are_told_in_a_few_words(made: QAItem, why: str):
    assert check(made, EN if made.language == "en" else ZH) == why


def test_a_result_is_known_to_later_steps_and_to_no_earlier_one():
    first, second, third, _ = RIGHT["en"][0]
    late = [first, Step(text="It is more.", calculation="36 > 30"), second, third]
    assert check(reasoned(EN, late, "30 euros."), EN) == "step 2: 36 stands nowhere before"


@pytest.mark.parametrize(
    ("calculation", "why"),
    [
        ("2 h * 60 = 120 min", ""),
        ("2 * 60 = 120", "step 2: 60 stands nowhere before"),
        ("2 h * 50 = 100 min", "step 2: 50 stands nowhere before"),
        ("2小时 × 60 = 120分钟", ""),
        ("8 * (1 + 5%) = 8.4", ""),
        ("8 * (1 + 5) = 48", "step 2: 1 stands nowhere before"),
        ("8 * 0.05 = 0.4", ""),
    ],
)
def test_factors_of_units_need_not_stand_anywhere(calculation: str, why: str):
    quote = "The pump runs 2 h, 8 h with an increase of 5%."
    chunk = make_chunk(quote)
    steps = [Step(text=quote, quote=quote), Step(text="That is it.", calculation=calculation)]
    assert check(reasoned(chunk, steps, "It is.", "How long?"), chunk) == why


@pytest.mark.parametrize(
    ("step", "update", "why"),
    [
        (0, {"quote": "Each transfer abroad costs 3 dollars."}, "quote is not in its chunk"),
        (0, {"text": "Each transfer abroad costs 3 euros and 7 cents."}, "number 7 is in no quote"),
        (0, {"text": "Pandas sleep under tall bamboo, far from rivers, dreaming of snow and silence."}, "answer is"),
    ],
)
def test_what_a_step_says_must_stand_in_quotes_question_or_calculations(step: int, update: dict[str, str], why: str):
    made = changed("en", step, **update)
    if "Pandas" in update.get("text", ""):
        pandas = [Step(text=update["text"] * 4, quote=FEE), RIGHT["en"][0][2]]
        made = reasoned(EN, pandas, "30 euros.")
    assert flaw(made, lambda _: EN).startswith(why)


def test_a_wrong_calculation_bears_out_no_number():
    made = changed("en", 1, text="12 transfers abroad would cost 38 euros.", calculation="12 * 3 = 38")
    assert flaw(made, lambda _: EN) == "number 38 is in no quote"


def test_a_case_that_does_not_meet_its_condition_is_denied():
    steps = [Step(text=REFUND, quote=REFUND), Step(text="20 days are more than 14 days.", calculation="20 > 14")]
    made = reasoned(EN, steps, "The deposit is not paid back.", "Is a deposit paid back after 20 days?")
    assert (check(made, EN), flaw(made, lambda _: EN)) == ("", "")


# ------------------------------------------------------------------------------------------------------- a whole run

QUESTIONS = {
    "en": {
        "right": ASKED["en"],
        "no JSON": "What do 2 transfers abroad and a deposit of 50 euros cost in all?",
        "wrong sum": "What does a customer pay who makes 5 transfers abroad in a month?",
        "no source": "What does a customer pay who makes 4 transfers abroad in a month?",
        "other reading": "Is the deposit of an account paid back that is closed on day 20?",
        "made up quote": "After how many transfers abroad in a month is the limit reached?",
    },
    "zh": {
        "right": ASKED["zh"],
        "no JSON": "办理2笔境外汇款并交50元押金一共要付多少？",
        "wrong sum": "一个客户一个月办理5笔境外汇款要付多少手续费？",
        "no source": "一个客户一个月办理4笔境外汇款要付多少手续费？",
        "other reading": "第20天销户的账户退还押金吗？",
        "made up quote": "一个月办理多少笔境外汇款就达到手续费上限？",
    },
}
CONCLUSIONS = {
    "right": ("The customer pays 30 euros.", "客户支付30元手续费。"),
    "wrong sum": ("The customer pays 16 euros.", "客户支付16元手续费。"),
    "no source": ("The customer pays 12 euros.", "客户支付12元手续费。"),
    "other reading": ("The deposit is not paid back.", "不退还押金。"),
    "made up quote": ("The limit is 30 euros.", "上限是30元。"),
}
REASONS = {
    "right": "novel",
    "wrong sum": "failed_check: step 2: 5 × 3 is 15, not 16",
    "no source": "failed_check: step 2: cites nothing",
    "other reading": "hallucinated",
    "made up quote": "unevidenced: quote is not in its chunk",
}


def steps_of(case: str, language: str) -> list[Step]:
    fee, limit, refund = (FEE, LIMIT, REFUND) if language == "en" else (ZH_FEE, ZH_LIMIT, ZH_REFUND)
    first = Step(text=fee, quote=fee)
    return {
        "right": RIGHT[language][0],
        "wrong sum": [first, Step(text="5 × 3 = 16", calculation="5 * 3 = 16")],
        "no source": [first, Step(text="So 4 of them cost 12." if language == "en" else "4笔共12元。")],
        "other reading": [Step(text=refund, quote=refund), Step(text="20 > 14", calculation="20 > 14")],
        "made up quote": [first, Step(text=limit, quote=limit.replace("30", "40")), Step(text=limit, quote=limit)],
    }[case]


def replies(body: dict[str, Any]) -> str:
    user = body["messages"][-1]["content"]
    language = "zh" if "只回复 JSON" in user else "en"
    asked = {question: case for case, question in QUESTIONS[language].items()}
    case = next((case for question, case in asked.items() if user.rstrip().endswith(question)), "")
    if '{"questions": [{"kind"' in user:
        said = [{"kind": "calculation", "question": question} for question in asked]
        return json.dumps(
            {"questions": [*said, said[0], *said[:2], {"kind": "riddle", "question": " "}]}, ensure_ascii=False
        )
    if '{"steps"' in user:
        if case == "no JSON":
            return "Let me think about that."
        steps = [step.model_dump() for step in steps_of(case, language)]
        return json.dumps({"steps": steps, "conclusion": CONCLUSIONS[case][language == "zh"]}, ensure_ascii=False)
    if '"answerable"' in user:
        right = CONCLUSIONS.get(case, ("", ""))[language == "zh"]
        other = "The deposit is paid back." if language == "en" else "退还押金。"
        return json.dumps({"answerable": True, "answer": other if case == "other reading" else right})
    return answer(body)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary, Scripted]:
    folder = tmp_path_factory.mktemp("run")
    (folder / "docs").mkdir()
    (folder / "docs" / "fees.md").write_text(f"# Fees\n\n{EN.text}\n", encoding="utf-8")
    (folder / "docs" / "fees_zh.md").write_text(f"# 费用\n\n{ZH.text}\n", encoding="utf-8")
    settings = load({"generate": {"methods": ["reasoning"], "questions": 6}, "curate": {"min_accuracy": 1}})
    model = Scripted(replies)
    return folder / "out", pipeline.run(folder / "docs", folder / "out", settings, model=model), model


@pytest.mark.methods
def test_what_is_right_is_kept_and_each_fault_dropped_with_its_reason(finished: tuple[Path, Summary, Scripted]):
    out, summary, _ = finished
    items = list(read_records(out / "items.jsonl", QAItem))
    by_question = {question: case for asked in QUESTIONS.values() for case, question in asked.items()}
    found = {(each.language, by_question[each.question]): each.reason for each in items}
    expected = {(language, case): why.format(n=5, x="×") for language in ("en", "zh") for case, why in REASONS.items()}
    assert found == expected
    assert len(items) == len(expected), "a question that is asked twice is answered once"
    failures = list(read_records(out / "errors.jsonl", Failure))
    assert sorted(failure.question for failure in failures) == sorted(
        QUESTIONS[language]["no JSON"] for language in ("en", "zh")
    )
    assert all(failure.method == "reasoning" and failure.kind == "unusable" for failure in failures)
    assert summary.items.made == len(items) == summary.items.kept_total + sum(summary.items.dropped.values())
    assert exit_code(summary) == 2


@pytest.mark.methods
def test_a_kept_item_has_its_steps_their_quotes_and_a_conclusion_that_was_compared(
    finished: tuple[Path, Summary, Scripted],
):
    out, _, model = finished
    chunks = {chunk.id: chunk for chunk in read_records(out / "chunks.jsonl", Chunk)}
    kept = [each for each in read_records(out / "items.jsonl", QAItem) if each.kept]
    assert [each.language for each in kept] == ["en", "zh"]
    for each in kept:
        assert each.task_type == "reasoning/calculation"
        assert list(each.steps) == RIGHT[each.language][0]
        assert {step.quote for step in each.steps if step.quote} == {evidence.quote for evidence in each.evidence}
        for evidence in each.evidence:
            assert chunks[evidence.chunk_id].text[evidence.start : evidence.end] == evidence.quote
        assert each.conclusion in each.answer
        assert each.verdict is not None
        assert each.verdict.retrieval is not None
        assert each.verdict.retrieval.agreement == 1.0
    judged = [prompt.user for prompt in model.prompts if '"verdict"' in prompt.user]
    assert not any("Therefore" in user or "因此" in user for user in judged), "the conclusion alone is compared"
    rows = (out / "train.jsonl").read_text() + (out / "val.jsonl").read_text()
    assert "Therefore: The customer pays 30 euros." in rows


@pytest.mark.methods
def test_the_answers_go_on_from_what_the_questions_read(finished: tuple[Path, Summary, Scripted]):
    _, _, model = finished
    for language in ("en", "zh"):
        asked = [p for p in model.prompts if '"kind"' in p.user and ("只回复" in p.user) == (language == "zh")]
        answered = [p for p in model.prompts if '{"steps"' in p.user and ("只回复" in p.user) == (language == "zh")]
        passage = asked[0].user.split("</passage>")[0]
        assert answered
        assert all(prompt.user.startswith(passage) and prompt.system == asked[0].system for prompt in answered)


@pytest.mark.methods
def test_the_simulated_model_reasons_well_enough_to_be_kept(tmp_path: Path, documents: Path):
    settings = load({"generate": {"methods": ["reasoning"]}})
    source = documents / "bank" / "account_services_guide_en.pdf"
    summary = pipeline.run(source, tmp_path / "out", settings, model=Scripted())
    assert summary.items.kept_total > 5
    assert not summary.failures
