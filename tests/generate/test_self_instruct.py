"""Self-Instruct: seeds, new instructions in rounds, their instances, and what is dropped for which reason."""

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from handmade import make_chunk

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.generate import Borrowed, Failed
from docqa.generate.instruct_checks import ALIKE, named, unfit, wrong
from docqa.generate.items import item
from docqa.generate.kept import Kept
from docqa.generate.self_instruct import shown
from docqa.generate.self_instruct.instances import instance, place
from docqa.generate.self_instruct.seeds import drawn, like, seeds
from docqa.models.session import Session
from docqa.prompts import Prompts
from docqa.records import Origin, QAItem, Row
from docqa.rouge import rouge_tokens, similar_pairs
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load
from docqa.store import Store
from docqa.summary import Summary
from docqa.terminal import exit_code
from docqa.text import cjk_ratio
from docqa.workers import WorkerPool
from tests.scripted import Scripted

LANGUAGES = ("en", "zh")

# ------------------------------------------------------------------------------------------------------------- seeds


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_seeds_are_many_of_many_kinds_and_no_two_alike(language: str):
    known = seeds(language)
    assert len(known) >= 60
    assert sum(seed.classification for seed in known) >= 12
    assert sum(bool(seed.input) for seed in known) >= len(known) / 3
    assert len({seed.kind for seed in known}) >= 20
    assert not list(similar_pairs([rouge_tokens(seed.instruction) for seed in known], ALIKE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_seed_is_whole_in_its_language_and_would_pass_the_filters(language: str):
    unlike_all = make_chunk("Text.", language=language)
    for seed in seeds(language):
        assert (cjk_ratio(seed.instruction) > 0.5) == (language == "zh"), seed.instruction
        if seed.kind != "translation" and any(map(str.isalpha, seed.output)):
            assert (cjk_ratio(seed.output) > 0.3) == (language == "zh"), seed.output
        assert seed.output.strip()
        assert seed.output not in (seed.input, seed.instruction)
        assert not unfit(seed.instruction, unlike_all)
        assert like(seed.instruction, language, ALIKE) == seed.instruction
        if seed.classification:
            assert seed.input
            assert named(seed.output, seed.instruction), seed.instruction
            assert seed.output not in seed.input


def test_the_draw_depends_on_its_key_alone_and_reaches_every_seed():
    assert drawn("en", 6, "a") == drawn("en", 6, "a") != drawn("en", 6, "b")
    assert {seed for number in range(100) for seed in drawn("en", 6, str(number))} == set(seeds("en"))
    assert all(seed.classification for seed in drawn("zh", 3, "a", lambda seed: seed.classification))


# ----------------------------------------------------------------------------------------------------------- filters

PUMP = make_chunk("The log file of pump P-101 is kept for 3 years. Do not start the pump dry.", headings=["6 Oil"])
PUMP_ZH = make_chunk("水泵P-101的流程图挂在泵房。水泵不得干转，运行500小时后放油。", language="zh", title="水泵手册")


@pytest.mark.parametrize(
    ("instruction", "why"),
    [
        ("Explain to a new operator why the pump must not be started dry.", ""),
        ("How long must a log file of the pump be kept?", ""),
        ("“Do not start the pump dry.” Explain this rule to a visitor.", ""),
        ("Explain the pump.", "too short (3 words)"),
        ("Say it again. " * 60, "too long (180 words)"),
        ("- Explain why the pump must not be started dry.", "begins with '-'"),
        ("Describe the image of the pump in the hall.", "asks for more than text: 'image'"),
        ("Draw a conclusion about the pump from this log entry.", ""),
        ("Open the drain of the pump: which steps come first?", ""),
        ("Open the file of the pump and list its steps.", "asks for more than text: 'Open the file'"),
        ("Draw a diagram of the pump and its pipes.", "asks for more than text: 'Draw'"),
        ("解释水泵为什么不得干转。", "in another language"),
    ],
)
def test_an_instruction_that_cannot_be_used_is_dropped_with_its_reason(instruction: str, why: str):
    assert unfit(instruction, PUMP) == why


@pytest.mark.parametrize(
    ("instruction", "why"),
    [
        ("向新员工说明水泵为什么不得干转。", ""),
        ("说明流程图应当挂在什么地方。", ""),
        ("说明水泵", "too short (4 words)"),
        ("描述图片中水泵的外观。", "asks for more than text: '图片'"),
        ("打开水泵的阀门之前要检查什么？", ""),
        ("请打开这个网页查看水泵型号。", "asks for more than text: '请打开'"),
        ("绘制水泵的检修路线。", "asks for more than text: '绘制'"),
        ("Explain why the pump must not run dry.", "in another language"),
    ],
)
def test_a_chinese_instruction_is_held_to_the_same(instruction: str, why: str):
    assert unfit(instruction, PUMP_ZH) == why


@pytest.mark.parametrize(
    ("language", "instruction", "seed"),
    [
        (
            "en",
            "Describe how to descale an electric kettle with some citric acid.",
            "Describe how to descale an electric kettle with citric acid.",
        ),
        ("zh", "列一张出差之前的检查清单。", "列一张出差前的检查清单。"),
        ("en", "Describe how to keep bees.", ""),
    ],
)
def test_an_instruction_like_a_seed_is_found_with_its_seed(language: str, instruction: str, seed: str):
    assert like(instruction, language, ALIKE) == seed


def test_labels_are_words_of_their_own():
    assert named("high", "Is the risk high, medium or low?")
    assert not named("hi", "Is the risk high, medium or low?")
    assert not named("day", "Sort by urgency: same-day or weekly.")
    assert named("当天处理", "判断紧急程度：立即处理、当天处理。")


@pytest.mark.parametrize(
    ("given", "said", "kind", "why"),
    [
        ("May I start it dry?", "No, do not start the pump dry.", "with-input", ""),
        ("May I start it dry?", "You may start the pump dry.", "with-input", "a negation differs"),
        ("Old log of 2019", "1. Keep the log for 3 years.\n2. Then ask.", "with-input", ""),
        ("Old log of 2019", "Keep the log of 2019 for 3 years.", "with-input", ""),
        ("Old log of 2019", "Keep the log for 5 years.", "with-input", "number 5 is not in the text"),
        ("Old log of 2019", "Keep the log for 3 months.", "with-input", "another unit"),
        ("Old log of 2019", "Keep the log of P-102.", "with-input", "p-102 is not in the text"),
        ("Where to park?", "Behind the gate.", "with-input", "it has nothing to do with the passage"),
        ("Old log", "日志保存3年。", "with-input", "in another language"),
        ("", "日志保存3年。", "open", "in another language"),
        ("", "", "open", "no output"),
        ("The log is lost.", "rule", "classification", ""),
        ("The log is lost.", "poem", "classification", "label 'poem' is none of those offered"),
        ("Where to park?", "rule", "classification", "it has nothing to do with the passage"),
    ],
)
def test_what_can_be_told_without_a_model_is_checked(given: str, said: str, kind: str, why: str):
    task = "Is it a rule or a fact about the pump?" if kind == "classification" else "Reply to the operator."
    origin = Origin(method="self-instruct", prompt="")
    made = item(PUMP, task, said, [PUMP.text], f"instruct/{kind}", origin, input=given)
    assert wrong(made, PUMP) == why
    translated = made.model_copy(update={"question": "Reply to the operator, in Chinese."})
    assert "language" not in wrong(translated, PUMP)


# ------------------------------------------------------------------------------------------------------- a whole run


class Case(NamedTuple):
    """An instruction as the model writes it, the instance that it replies with, and what is to become of them."""

    instruction: str
    instance: dict[str, Any] | str
    reason: str

    @property
    def classification(self) -> bool:
        return isinstance(self.instance, dict) and "labels" in self.instance


OIL = "Drain the oil of the pump after 500 hours, and do not start it again before the new oil is at 20 °C."
SEAL = "The operator must inspect the seal of the pump before it is started, because a dry seal overheats."
OIL_ZH, SEAL_ZH = (
    "水泵运行500小时后应放油，新油温度达到20℃前不得启动。",
    "启动前，操作人员必须检查机械密封，因为密封干磨会过热。",
)


def plain(given: str, quote: str, output: str) -> dict[str, Any]:
    return {"input": given, "quotes": [quote] if quote else [], "output": output}


def sorted_as(labels: list[str], label: str, given: str, quote: str) -> dict[str, Any]:
    return {"labels": labels, "label": label, "quotes": [quote], "input": given}


RIGHT, FOUND = "checked", "found"
CASES: dict[tuple[str, str], list[Case]] = {
    ("en", "P-101"): [
        Case(
            "Explain to a new operator why the seal of pump P-101 is inspected before every start.",
            plain("", SEAL, "Because a dry seal overheats, the operator must inspect the seal before it is started."),
            FOUND,
        ),
        Case(
            "Reply to the technician's message about pump P-101 in one sentence.",
            plain("The new oil has 15 °C, may I start?", OIL, "Do not start it again before the new oil is at 20 °C."),
            RIGHT,
        ),
        Case(
            "Tell from the log entry of pump P-101 what has to be done first.",
            sorted_as(["drain the oil", "inspect the seal"], "drain the oil", "It ran 520 hours since May.", OIL),
            RIGHT,
        ),
    ],
    ("en", "P-202"): [
        Case("Draw a diagram of pump P-202 for us.", "", "unfit-instruction: asks for more than text: 'Draw'"),
        Case("Explain pump P-202.", "", "unfit-instruction: too short (3 words)"),
        Case(seeds("en")[0].instruction, "", f"like-a-seed: {seeds('en')[0].instruction[:60]}"),
        Case("说明水泵P-202为什么要放油。", "", "unfit-instruction: in another language"),
    ],
    ("en", "P-303"): [
        Case(
            "Correct the shift lead's note about the oil of pump P-303.",
            plain("Oil is drained every year.", OIL, "Drain the oil of the pump after 600 hours."),
            "failed_check: number 600 is not in the text",
        ),
        Case(
            "Sort the remark on pump P-303 into oil or seal.",
            sorted_as(["oil", "seal"], "gearbox", "It is hot at the shaft of the pump.", SEAL),
            "unfit-labels: 'gearbox' is not among them",
        ),
        Case(
            "Rewrite the reminder for pump P-303 so that it sounds friendlier.",
            plain("Inspect the seal!", SEAL, "Inspect the seal! "),
            "failed_check: the output is the input again",
        ),
        Case("List what an operator of pump P-303 has to wait for.", "I cannot do that.", ""),
    ],
    ("en", "P-404"): [
        Case(
            "Answer the apprentice who asks about pump P-404.",
            plain("When may I start?", OIL, "You may start it again before the new oil is at 20 °C."),
            "failed_check: a negation differs",
        ),
        Case(
            "What does the operator of pump P-404 look at before it is started?",
            plain("", "Look at the gauge.", "The operator must inspect the seal of the pump."),
            "unevidenced: quote is not in its chunk",
        ),
        Case(
            "Name the supplier of the oil for pump P-404.",
            plain("", "", ""),
            "no-instance: the passage does not support it",
        ),
        Case(
            "Give the temperature of the oil at which pump P-404 may be started.",
            plain("", OIL, "新油温度达到20℃。"),
            "failed_check: in another language",
        ),
    ],
    ("zh", "P-101"): [
        Case(
            "向新来的操作员解释，为什么每次启动水泵P-101之前都要检查机械密封。",
            plain("", SEAL_ZH, "因为密封干磨会过热，所以操作人员启动前必须检查机械密封。"),
            FOUND,
        ),
        Case(
            "用一句话回复维修工关于水泵P-101的消息。",
            plain("新油现在15℃，可以启动了吗？", OIL_ZH, "新油温度达到20℃前不得启动。"),
            RIGHT,
        ),
        Case(
            "看看水泵P-101的运行记录，先该做哪件事？",
            sorted_as(["放油", "检查密封"], "放油", "水泵上次放油以来已运行520小时。", OIL_ZH),
            RIGHT,
        ),
    ],
    ("zh", "P-202"): [
        Case("画出水泵P-202的结构示意。", "", "unfit-instruction: asks for more than text: '画'"),
        Case("说说水泵", "", "unfit-instruction: too short (4 words)"),
        Case(seeds("zh")[0].instruction, "", f"like-a-seed: {seeds('zh')[0].instruction[:60]}"),
        Case("Explain why the oil of pump P-202 is drained.", "", "unfit-instruction: in another language"),
    ],
    ("zh", "P-303"): [
        Case(
            "改正班长关于水泵P-303换油的留言。",
            plain("油一年放一次就行。", OIL_ZH, "水泵运行600小时后应放油。"),
            "failed_check: number 600 is not in the text",
        ),
        Case(
            "把水泵P-303的这条备注归为油或密封。",
            sorted_as(["油", "密封"], "齿轮", "水泵轴封处很烫。", SEAL_ZH),
            "unfit-labels: '齿轮' is not among them",
        ),
        Case(
            "将水泵P-303的提醒改写得客气些。",
            plain("检查机械密封！", SEAL_ZH, "检查机械密封！"),
            "failed_check: the output is the input again",
        ),
        Case("列出水泵P-303操作员需要等待的条件。", "我做不到。", ""),
    ],
    ("zh", "P-404"): [
        Case(
            "答复徒弟关于水泵P-404的提问。",
            plain("什么时候能开？", OIL_ZH, "新油温度达到20℃前可以启动。"),
            "failed_check: a negation differs",
        ),
        Case(
            "操作员在启动水泵P-404之前要看什么？",
            plain("", "看压力表。", "操作人员必须检查机械密封。"),
            "unevidenced: quote is not in its chunk",
        ),
        Case("说出水泵P-404润滑油的供应商。", plain("", "", ""), "no-instance: the passage does not support it"),
        Case(
            "给出水泵P-404可以启动时的油温。",
            plain("", OIL_ZH, "The new oil is at 20 °C."),
            "failed_check: in another language",
        ),
    ],
}  # fmt: skip
LATER = {
    "en": [
        Case(
            "Explain to a new operator why the seal of pump P-101 is inspected before each start.",
            plain("", SEAL, "A dry seal overheats."),
            "like-the-pool",
        ),
        Case(
            "After how many hours of operation does pump P-101 get new oil?",
            plain("(none)", OIL, "Drain the oil of the pump after 500 hours."),
            FOUND,
        ),
    ],
    "zh": [
        Case(
            "向新来的操作员说明，为什么每次启动水泵P-101之前都要检查机械密封。",
            plain("", SEAL_ZH, "密封干磨会过热。"),
            "like-the-pool",
        ),
        Case("水泵P-101运行多少小时后放油？", plain("（无）", OIL_ZH, "水泵运行500小时后应放油。"), FOUND),
    ],
}
ALL = {case.instruction: case for cases in (*CASES.values(), *LATER.values()) for case in cases}


def reply(body: dict[str, Any]) -> str:
    user = body["messages"][-1]["content"]
    language = "zh" if "只回复 JSON" in user else "en"
    pump = found.group() if (found := re.search(r"P-\d+", user)) else ""
    if '{"instructions"' in user:
        if pump == "P-505":
            return "There is nothing to ask."
        later = any(case.instruction in user for case in CASES[language, "P-101"])
        cases = (LATER[language] if pump == "P-101" else []) if later else CASES[language, pump]
        said = [{"instruction": case.instruction, "classification": case.classification} for case in cases]
        return json.dumps({"instructions": said}, ensure_ascii=False)
    asked = user.rsplit("任务：" if language == "zh" else "Task: ", 1)[-1]
    if '{"labels"' in user or '{"input"' in user:
        instance = ALL[asked].instance
        return instance if isinstance(instance, str) else json.dumps(instance, ensure_ascii=False)
    if '{"answerable"' in user:
        case = next(case for case in ALL.values() if case.instruction in user)
        assert isinstance(case.instance, dict)
        return json.dumps({"answerable": True, "answer": case.instance["output"]}, ensure_ascii=False)
    return answer(body)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary, Scripted]:
    folder = tmp_path_factory.mktemp("self-instruct")
    (folder / "docs").mkdir()
    for name in ("P-101", "P-202", "P-303", "P-404", "P-505"):
        (folder / "docs" / f"{name}.md").write_text(f"# Pump {name}\n\n{OIL} {SEAL}\n", encoding="utf-8")
        (folder / "docs" / f"{name}_zh.md").write_text(f"# 水泵{name}\n\n{OIL_ZH}{SEAL_ZH}\n", encoding="utf-8")
    model = Scripted(reply)
    settings = load({"generate": {"methods": ["self-instruct"], "rounds": 2}, "curate": {"min_accuracy": 1}})
    return folder / "out", pipeline.run(folder / "docs", folder / "out", settings, model=model), model


@pytest.mark.methods
def test_each_instruction_ends_with_its_reason_in_both_languages(finished: tuple[Path, Summary, Scripted]):
    out, summary, _ = finished
    items = {each.question.partition("\n")[0]: each for each in read_records(out / "items.jsonl", QAItem)}
    for instruction, case in ALL.items():
        if not case.reason:
            assert instruction not in items
            continue
        made = items.pop(instruction)
        if case.reason == FOUND:
            assert made.reason in ("novel", "known"), made
        else:
            assert made.reason.startswith(case.reason), made
        assert made.kept == (case.reason in (FOUND, RIGHT)), made
    assert not items
    assert summary.items.made == summary.items.kept_total + sum(summary.items.dropped.values())
    failures = list(read_records(out / "errors.jsonl", Failure))
    assert {failure.question for failure in failures} == {"", *(name for name, case in ALL.items() if not case.reason)}
    assert {failure.method for failure in failures} == {"self-instruct"}
    assert exit_code(summary) == 2


@pytest.mark.methods
def test_what_is_kept_is_an_instruction_its_input_and_an_output_that_was_checked(
    finished: tuple[Path, Summary, Scripted],
):
    out, _, _ = finished
    kept = [each for each in read_records(out / "items.jsonl", QAItem) if each.kept]
    kinds = sorted((each.language, each.task_type.partition("/")[2]) for each in kept)
    assert kinds == [
        (language, kind) for language in LANGUAGES for kind in ("classification", "open", "open", "with-input")
    ]
    for each in kept:
        assert bool(each.input) == (each.task_type != "instruct/open")
        assert all(evidence.end > evidence.start for evidence in each.evidence)
    labelled = {each.language: each for each in kept if each.task_type == "instruct/classification"}
    assert labelled["en"].question.endswith("\nLabels: drain the oil, inspect the seal.")
    assert labelled["zh"].question.endswith("\n可选类别：放油、检查密封。")
    rows = [row for side in ("train", "val") for row in read_records(out / "rows" / f"{side}.jsonl", Row)]
    assert {(row.instruction, row.input, row.output) for row in rows} == {
        (each.question, each.input, each.answer) for each in kept
    }


@pytest.mark.methods
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_shows_eight_seeds_and_later_six_with_two_kept_items(
    finished: tuple[Path, Summary, Scripted], language: str
):
    _, _, model = finished
    mark = "任务" if language == "zh" else "Task "
    known = {seed.instruction for seed in seeds(language)}
    mine = {case.instruction for (code, _), cases in CASES.items() for case in cases if code == language} - known
    shares = set()
    for prompt in model.prompts:
        if '{"instructions"' in prompt.user and ("只回复 JSON" in prompt.user) == (language == "zh"):
            shown = [line for line in prompt.user.splitlines() if line.startswith(mark) and line[len(mark)].isdigit()]
            assert len(shown) == 8
            shares.add((sum(any(seed in line for seed in known) for line in shown),
                        sum(any(own in line for own in mine) for line in shown)))  # fmt: skip
    assert shares == {(8, 0), (6, 2)}


def test_each_round_and_each_chunk_is_shown_other_seeds():
    first = shown(PUMP, Kept([], 1))
    assert len(set(first)) == 8
    assert first == shown(PUMP, Kept([], 1))
    assert set(first) != set(shown(PUMP, Kept([], 2)))
    assert set(first) != set(shown(make_chunk("Another text."), Kept([], 1)))


@pytest.mark.methods
def test_a_classification_is_asked_for_its_label_first_and_all_else_for_its_input(
    finished: tuple[Path, Summary, Scripted],
):
    _, _, model = finished
    shapes = {}
    for prompt in model.prompts:
        asked = re.search(r"^(?:Task: |任务：)(.*)\Z", prompt.user, re.M)
        if asked:
            shapes[asked[1]] = tuple(prompt.reply.model_fields)
    expected = {
        instruction: ("labels", "label", "quotes", "input") if case.classification else ("input", "quotes", "output")
        for instruction, case in ALL.items()
        if not case.reason.startswith(("unfit-instruction", "like-"))
    }
    assert shapes == expected, "and nothing is asked about what a filter drops"


@pytest.mark.parametrize(
    ("language", "labels", "label", "why"),
    [
        ("zh", ["油", "密封"], "油", ""),
        ("zh", ["oil", "seal"], "oil", "unfit-labels: 'oil' is in another language"),
        ("en", ["油", "密封"], "油", "unfit-labels: '油' is in another language"),
        ("en", ["Oil", "Seal", "oil"], "oil ", ""),
        ("en", ["P1", "P2"], "P1", ""),
        ("en", ["oil", " "], "oil", "unfit-labels: fewer than two"),
        ("en", [], " ", "no-instance: the passage has no example of a label"),
    ],
)
def test_labels_are_the_list_s_own_and_in_the_language_of_the_task(
    language: str, labels: list[str], label: str, why: str, tmp_path: Path
):
    chunk = PUMP_ZH if language == "zh" else PUMP
    said = sorted_as(labels, label, "水泵很烫。" if language == "zh" else "The pump is hot.", chunk.text)
    model = Scripted(lambda body: json.dumps(said, ensure_ascii=False))

    async def go() -> QAItem | Failed:
        with Store(tmp_path / "run.db") as store:
            prompts = Prompts(domain="", persona="")
            borrowed = Borrowed(Session(model, store), prompts, WorkerPool(1), load().generate)
            asks = "把这条备注归类。" if language == "zh" else "Sort this remark on the pump."
            return await instance(chunk, asks, True, borrowed)

    made = asyncio.run(go())
    assert isinstance(made, QAItem)
    assert (made.reason, made.kept) == (why, False if why else None)
    if not why:
        assert made.answer in made.question, "as the list has it"


def test_labels_are_offered_in_the_script_of_the_text(tmp_path: Path):
    chunk = make_chunk("水泵不得乾轉，運行500小時後應換油。", language="zh")
    said = sorted_as(["換油", "密封"], "換油", "水泵該換油了。", chunk.text)

    async def go() -> QAItem | Failed:
        with Store(tmp_path / "run.db") as store:
            session = Session(Scripted(lambda body: json.dumps(said, ensure_ascii=False)), store)
            borrowed = Borrowed(session, Prompts(domain="", persona=""), WorkerPool(1), load().generate)
            return await instance(chunk, "請把這條備註歸類。", True, borrowed)

    made = asyncio.run(go())
    assert isinstance(made, QAItem)
    assert made.question.endswith("\n可選類別：換油、密封。")


def test_the_label_to_choose_is_drawn_so_that_not_all_are_the_first():
    places = [place(PUMP, f"Is remark {number} a rule or a fact?") for number in range(60)]
    assert all(places.count(which) > 10 for which in ("first", "second", "last"))


@pytest.mark.methods
def test_the_same_run_again_asks_only_what_failed_and_writes_the_same(finished: tuple[Path, Summary, Scripted]):
    out, _, _ = finished
    before = (out / "items.jsonl").read_bytes()
    settings = load({"generate": {"methods": ["self-instruct"], "rounds": 2}, "curate": {"min_accuracy": 1}})
    again = Scripted(reply)
    pipeline.run(out.parent / "docs", out, settings, model=again)
    failed = [re.search(r"P-\d+", prompt.user) for prompt in again.prompts]
    assert {found and found.group() for found in failed} == {"P-303", "P-505"}, "only what could not be read"
    assert (out / "items.jsonl").read_bytes() == before


@pytest.mark.methods
def test_a_simulated_model_s_instructions_are_kept_in_both_languages(documents: Path, tmp_path: Path):
    (tmp_path / "docs").mkdir()
    for name in ("bank/fee_schedule_zh.pdf", "bank/account_services_guide_en.pdf"):
        shutil.copy(documents / name, tmp_path / "docs")
    settings = load({"generate": {"methods": ["self-qa:0.5", "self-instruct"]}})
    pipeline.run(tmp_path / "docs", tmp_path / "out", settings, model=Scripted())
    kept = [each for each in read_records(tmp_path / "out" / "items.jsonl", QAItem) if each.kept]
    assert {(each.language, each.task_type) for each in kept if each.origin.method == "self-instruct"} == {
        (language, f"instruct/{kind}") for language in LANGUAGES for kind in ("classification", "open")
    }
