"""Many tasks in one call: kept where their quotes and what they were given bear them out, dropped with the reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.generate.instruct_checks import wrong
from docqa.generate.items import item
from docqa.records import Origin, QAItem, Row
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load
from docqa.terminal import exit_code
from tests.scripted import Scripted

OIL = "Drain the oil of pump P-101 after 500 hours, and do not start it again before the new oil is at 20 °C."
SEAL = "The seal of the pump must be inspected by the operator before it is started, because a dry seal overheats."
OIL_ZH = "水泵P-101运行500小时后应放油，新油温度达到20℃前不得启动。"
SEAL_ZH = "启动前，操作人员必须检查机械密封，因为密封干磨会过热。"


def task(
    instruction: str, given: str, quote: str, output: str, classification: bool = False
) -> dict[str, str | bool | list[str]]:
    return {
        "instruction": instruction,
        "input": given,
        "classification": classification,
        "quotes": [quote],
        "output": output,
    }


WHY, WHY_ZH = (
    "Write one sentence for operators on the reason to look at the seal before pump P-101 runs.",
    "给操作人员写一句提示，讲清水泵P-101启动前要检查机械密封的道理。",
)
NOTE, NOTE_ZH = "I filled pump P-101 with cold oil and started it at once.", "我给水泵P-101换了冷油，随后马上启动。"
GOOD = {
    "en": (
        task(WHY, "<noinput>", SEAL, "The seal is inspected before the pump is started because a dry seal overheats."),
        task(
            "Correct the mistake in this shift note.",
            NOTE,
            OIL,
            "Do not start pump P-101 again before the new oil is at 20 °C.",
        ),
        task(
            "Is an oil change due or not due according to the running hours in this report?",
            "Pump P-101 has run for 500 hours with the same oil.",
            OIL,
            "due",
            True,
        ),
    ),
    "zh": (
        task(WHY_ZH, "<noinput>", SEAL_ZH, "因为密封干磨会过热。"),
        task("请改正下面这条交班记录中的错误。", NOTE_ZH, OIL_ZH, "水泵P-101的新油温度达到20℃前不得启动。"),
        task("下面的设备现在该不该换油？选项：应放油、不应放油。", "水泵P-101已运行500小时。", OIL_ZH, "应放油", True),
    ),
}
FAULTY = {
    "en": (
        (
            task(
                "Answer the question of this new fitter about draining.",
                "When is the oil of P-101 due?",
                OIL,
                "After 50 hours.",
            ),
            "failed_check: number 50 is not in the text",
        ),
        (
            task("Sort the following remark on oil into question or order.", "Drain the oil now!", OIL, "a poem", True),
            "failed_check: label 'a poem' is none of those offered",
        ),
        (
            task(
                "Turn what this trainee wrote about starting into a rule.",
                "May I start pump P-101 with cold oil?",
                OIL,
                "Do start pump P-101 again before the new oil is at 20 °C.",
            ),
            "failed_check: a negation differs",
        ),
        (
            task(
                "Reply to the customer who sent this message.",
                "The pump is hot.",
                "The pump is hot by design.",
                "It is so.",
            ),
            "unevidenced: quote is not in its chunk",
        ),
        (
            task("Draw the parts of pump P-101 that hold oil.", "<noinput>", OIL, "The oil is in the pump."),
            "failed_check: instruction asks for more than text: 'Draw'",
        ),
        (
            task(
                "Rewrite the sentence so that a child can read it.",
                "The pump has a seal.",
                SEAL,
                "The pump has a seal.",
            ),
            "failed_check: the output is the input again",
        ),
        (
            task(
                "Tell an operator what to do with a seal that leaks.",
                "",
                SEAL,
                "The seal is inspected by the operator.",
            ),
            "hallucinated",
        ),
        (
            task(f"{WHY[:-1]} today.", "<noinput>", SEAL, "A dry seal overheats."),
            "like-the-pool",
        ),
    ),
    "zh": (
        (
            task("请回答这位新员工的提问。", "水泵P-101的油什么时候放？", OIL_ZH, "运行50小时后放油。"),
            "failed_check: number 50 is not in the text",
        ),
        (
            task("判断这句话属于提问还是命令。", "马上放掉水泵的油！", OIL_ZH, "诗歌", True),
            "failed_check: label '诗歌' is none of those offered",
        ),
        (
            task(
                "把学员的说法改写成一条规定。", "水泵P-101能不能用冷油启动？", OIL_ZH, "The pump must not be started."
            ),
            "failed_check: in another language",
        ),
        (
            task("请绘制水泵P-101的润滑示意图。", "<noinput>", OIL_ZH, "油在泵里。"),
            "failed_check: instruction asks for more than text: '请绘制'",
        ),
    ),
}
KNOWN = {WHY: SEAL, WHY_ZH: SEAL_ZH}


def says(body: dict[str, Any]) -> str:
    user = body["messages"][-1]["content"]
    if '{"tasks"' not in user:
        question = user.replace("问题：", "Question: ").rsplit("Question: ", 1)[-1]
        if '"answerable"' in user and question in KNOWN:
            return json.dumps({"answerable": True, "answer": KNOWN[question]}, ensure_ascii=False)
        if '"answerable"' in user and "leaks" in question:
            return json.dumps({"answerable": True, "answer": "A leaking coupling is replaced by two planners."})
        return json.dumps({"verdict": "different"}) if '"verdict"' in user and "leaks" in user else answer(body)
    if "Broken manual" in user:
        return "Here are some tasks for you."
    language = "zh" if "只回复 JSON" in user else "en"
    return json.dumps({"tasks": [*GOOD[language], *(each for each, _ in FAULTY[language])]}, ensure_ascii=False)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Scripted, int]:
    folder = tmp_path_factory.mktemp("alpaca")
    (folder / "docs").mkdir()
    (folder / "docs" / "pump.md").write_text(f"# Pump P-101\n\n{OIL} {SEAL}\n", encoding="utf-8")
    (folder / "docs" / "pump_zh.md").write_text(
        f"# 水泵P-101\n\n{OIL_ZH}{SEAL_ZH}每次检查都要记录。\n", encoding="utf-8"
    )
    (folder / "docs" / "broken.md").write_text(f"# Broken manual\n\n{OIL.replace('P-101', 'P-7')}\n", encoding="utf-8")
    model = Scripted(says)
    settings = load({"generate": {"methods": ["alpaca"], "questions": 12}, "curate": {"min_accuracy": 1}})
    summary = pipeline.run(folder / "docs", folder / "out", settings, model=model)
    assert summary.items.made == summary.items.kept_total + sum(summary.items.dropped.values())
    return folder / "out", model, exit_code(summary)


def of(out: Path, language: str) -> list[QAItem]:
    return [each for each in read_records(out / "items.jsonl", QAItem) if each.language == language]


@pytest.mark.methods
@pytest.mark.parametrize("language", ["en", "zh"])
def test_tasks_with_and_without_an_input_are_kept_by_their_kind(finished: tuple[Path, Scripted, int], language: str):
    kept = {each.task_type: each for each in of(finished[0], language) if each.kept}
    expected = dict(zip(("open", "with-input", "classification"), GOOD[language], strict=True))
    for kind, good in expected.items():
        one = kept[f"instruct/{kind}"]
        assert (one.asked_first or one.question, one.answer) == (good["instruction"], good["output"])
        assert one.input == ("" if kind == "open" else good["input"])
        assert one.reason == ("checked" if one.input else "novel" if one.reason == "novel" else "known")
    assert len(kept) == 3
    rows = [row for side in ("train", "val") for row in read_records(finished[0] / "rows" / f"{side}.jsonl", Row)]
    assert {row.input for row in rows if row.language == language} >= {each.input for each in kept.values()}


@pytest.mark.methods
@pytest.mark.parametrize("language", ["en", "zh"])
def test_faults_are_dropped_with_what_is_wrong(finished: tuple[Path, Scripted, int], language: str):
    dropped = {each.question: each.reason for each in of(finished[0], language) if not each.kept}
    for faulty, reason in FAULTY[language]:
        said = dropped.pop(str(faulty["instruction"]))
        assert said.partition(":")[0] == reason if ":" not in reason else said == reason
    assert not dropped


@pytest.mark.methods
def test_a_reply_that_is_no_json_costs_its_chunk_and_says_so(finished: tuple[Path, Scripted, int]):
    (failure,) = read_records(finished[0] / "errors.jsonl", Failure)
    assert (failure.method, failure.path, failure.kind) == ("alpaca", "broken.md", "unusable")
    assert finished[2] == 2


@pytest.mark.methods
def test_a_chunk_is_one_call_and_only_the_english_prompt_shows_examples(finished: tuple[Path, Scripted, int]):
    asked = [prompt.user for prompt in finished[1].prompts if '{"tasks"' in prompt.user and "Broken" not in prompt.user]
    assert len(asked) == 2
    english, chinese = sorted(asked, key=lambda user: "只回复 JSON" in user)
    assert english.count('{"instruction":') == 1 + 3, "what the reply looks like, and the examples"
    assert chinese.count('{"instruction":') == 1


CHUNK = make_chunk(f"{OIL} {SEAL}")
CHUNK_ZH = make_chunk(f"{OIL_ZH}{SEAL_ZH}", language="zh")


@pytest.mark.parametrize(
    ("kind", "asks", "given", "said", "expected"),
    [
        ("open", "Explain the oil change of the pump.", "", "Drain the oil after 500 hours.", ""),
        ("open", "Explain it.", "", "Drain the oil.", "instruction too short (2 words)"),
        ("open", "Explain it all " * 60, "", "Drain the oil.", "instruction too long (180 words)"),
        ("open", "请解释水泵为什么要换油。", "", "Drain the oil.", "instruction in another language"),
        ("open", "Explain the oil change of the pump.", "", "", "no output"),
        ("open", "Draw up a checklist for the oil change.", "", "Drain the oil.", ""),
        ("open", "Record the oil change in one line of a log.", "", "Drain the oil.", ""),
        (
            "open",
            "Please record a video of the oil change.",
            "",
            "Drain it.",
            "instruction asks for more than text: 'record a video'",
        ),
        ("open", "State in Chinese when the oil is due.", "", "500小时后放油。", ""),
        ("open", "State when the oil of the pump is due.", "", "500小时后放油。", "in another language"),
        (
            "classification",
            "Is this allowed, yes or no?",
            "Start the pump with a dry seal.",
            "否",
            "label '否' is none of those offered",
        ),
        (
            "with-input",
            "List what this note asks for.",
            "Drain the oil, and check the seal.",
            "1. Drain the oil.\n2. Inspect the seal.",
            "",
        ),
        ("open", "Write to [customer name] about the oil.", "", "Drain it.", "a placeholder: '[customer name]'"),
        (
            "with-input",
            "Say whether this is right.",
            "Where can I park?",
            "No.",
            "it has nothing to do with the passage",
        ),
        ("with-input", "Answer this question about oil.", "When is the oil due?", "After 500 minutes.", "another unit"),
        (
            "with-input",
            "Answer this question about oil.",
            "Which pump has oil?",
            "Pump P-102.",
            "p-102 is not in the text",
        ),
        (
            "with-input",
            "Answer this question about oil.",
            "When is the oil due?",
            "Bring several biscuits along tomorrow.",
            "the answer is not in the quotes or the input",
        ),
        (
            "with-input",
            "Translate this note into Chinese.",
            "Drain the oil after 500 hours.",
            "运行500小时后放油。",
            "",
        ),
        (
            "with-input",
            "Translate this note into Chinese.",
            "Drain the oil after 500 hours.",
            "运行50小时后放油。",
            "number 50 is not in the text",
        ),
        ("classification", "Is this allowed, yes or no?", "Start the pump with a dry seal.", "No", ""),
        (
            "classification",
            "Rate the risk to the seal as high or slow.",
            "The seal is dry.",
            "low",
            "label 'low' is none of those offered",
        ),
        (
            "classification",
            "Choose the option that fits the case.",
            "The seal is dry.\nOptions: stop, start",
            "stop",
            "",
        ),
        (
            "classification",
            "Choose what fits the case best.",
            "The seal is dry.",
            "dry",
            "label 'dry' is none of those offered",
        ),
    ],
)
def test_the_check_of_the_family_says_what_is_wrong(kind: str, asks: str, given: str, said: str, expected: str):
    made = item(CHUNK, asks, said, [OIL], f"instruct/{kind}", Origin(method="alpaca", prompt=""), input=given)
    assert wrong(made, CHUNK) == expected


@pytest.mark.parametrize(
    ("asks", "given", "said", "expected"),
    [
        ("请改正下面的说法。", "水泵运行600小时后放油。", "水泵运行500小时后应放油。", ""),
        ("请改正下面的说法。", "水泵运行600小时后放油。", "水泵运行400小时后应放油。", "number 400 is not in the text"),
        ("请改正下面的说法。", "新油20℃前可以启动。", "新油温度达到20℃前应启动。", "a negation differs"),
        ("请改正下面的說法。", "新油20℃前可以启动。", "新油温度达到20℃前可以启动。", "a negation differs"),
        ("把這句話譯成英語。", "水泵运行500小时后应放油。", "Drain the oil of the pump after 500 hours.", ""),
        ("回答这位同事的问题。", "水泵运行多少小时后放油？", "500", ""),
        ("下载对账单前要做什么？", "水泵放油了吗？", "应放油。", "instruction asks for more than text: '下载'"),
        (
            "请给【请填写姓名】写一份水泵放油的通知。",
            "水泵运行500小时。",
            "应放油。",
            "a placeholder: '【请填写姓名】'",
        ),
        ("把这句话译成英文。", "水泵运行500小时后应放油。", "Drain the oil of the pump after 500 hours.", ""),
    ],
)
def test_the_check_reads_chinese(asks: str, given: str, said: str, expected: str):
    made = item(CHUNK_ZH, asks, said, [OIL_ZH], "instruct/with-input", Origin(method="alpaca", prompt=""), input=given)
    assert wrong(made, CHUNK_ZH) == expected
