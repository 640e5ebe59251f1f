"""Classic tasks: by rule and by a model, each held to its check, in English and Chinese."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.generate import extractive
from docqa.generate.items import item
from docqa.generate.tasks import by_rule
from docqa.generate.tasks.checks import check
from docqa.generate.tasks.wordings import LABELS, instruction
from docqa.records import Chunk, Origin, QAItem, Row
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load
from docqa.summary import Summary
from docqa.terminal import exit_code
from docqa.text import estimate_tokens
from tests.scripted import Scripted

TABLE = [["Joint", "Torque"], ["Casing bolt", "45 N·m"], ["Vent plug", "25 N·m"]]
ZH_TABLE = [["项目", "标准"], ["小额账户管理费", "每季度3元"], ["挂失手续费", "每次10元"]]
EN = make_chunk(
    "The Standard Operating Procedure (SOP) covers Personal Protective Equipment (PPE) as well.",
    "Dead leg means a part of the pipe without flow. Hold point means a step that needs a release.",
)
ZH = make_chunk(
    "近效期药品，是指距有效期不足六个月的药品。冷链，系指药品始终处于规定温度的运输和储存过程。",
    language="zh",
)
PUMP = "Drain the oil of pump P-101 after 500 hours, and do not start it again before the new oil is at 20 °C."
PUMP_ZH = "水泵P-101运行500小时后应放油，新油温度达到20℃前不得启动。"


def made(chunk: Chunk, kind: str) -> list[QAItem]:
    return [each for each in by_rule.generate(chunk) if each.task_type == f"task/{kind}"]


@pytest.mark.parametrize(("rows", "language"), [(TABLE, "en"), (ZH_TABLE, "zh")])
def test_a_table_becomes_json(rows: list[list[str]], language: str):
    chunk = make_chunk("Text before.", rows, language=language)
    (one,) = made(chunk, "table-to-json")
    assert json.loads(one.answer) == [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert one.input == one.evidence[0].quote == "\n".join(" | ".join(row) for row in rows)
    assert check(one, chunk) == ""
    changed = one.model_copy(update={"answer": one.answer.replace("5 N", "6 N").replace("10元", "11元")})
    assert check(changed, chunk) == "not the table's rows"
    assert check(one.model_copy(update={"answer": one.answer[:-1]}), chunk) == "not JSON"


@pytest.mark.parametrize(
    "rows",
    [
        [["Joint", "Torque"], ["Casing bolt", "45 N·m"]],
        [["Joint", "Joint"], ["a", "b"], ["c", "d"]],
        [["Joint", ""], ["a", "b"], ["c", "d"]],
        [["Joint", "Torque"], ["All of them", "All of them"], ["c", "d"]],
        [["Joint", "Torque"], ["a | b", "c"], ["d", "e"]],
    ],
)
def test_a_table_that_is_not_plain_is_left_alone(rows: list[list[str]]):
    assert not made(make_chunk(rows), "table-to-json")


def test_acronyms_and_terms_that_a_text_explains_are_listed():
    (acronyms,) = made(EN, "acronyms")
    assert acronyms.answer == "SOP: Standard Operating Procedure\nPPE: Personal Protective Equipment"
    (terms,) = made(EN, "terms")
    assert terms.answer == "Dead leg: a part of the pipe without flow\nHold point: a step that needs a release"
    (chinese,) = made(ZH, "terms")
    assert chinese.answer.splitlines()[0] == "近效期药品：距有效期不足六个月的药品"
    for one, chunk in ((acronyms, EN), (terms, EN), (chinese, ZH)):
        assert check(one, chunk) == ""
        wrong = one.model_copy(update={"answer": f"{one.answer}\nABC: a better company"})
        assert "is not in the text" in check(wrong, chunk)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (f"{EN.text} A blind flange is a disc that closes a pipe.", "en"),
        (f"{EN.text} Spectacle blind (a plate) means a pair of discs.", "en"),
        (f"{ZH.text}平均动力学温度（MKT）是指等效的恒定温度。", "zh"),
    ],
)
def test_a_list_that_would_leave_out_a_term_is_not_made(text: str, language: str):
    assert not made(make_chunk(text, language=language), "terms")


def test_a_list_that_would_leave_out_an_acronym_is_not_made():
    assert not made(make_chunk(f"{EN.text} Use the key (XYZ)."), "acronyms")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("个人信息保护影响评估（以下简称“影响评估”）应当留存三年。", "影响评估：个人信息保护影响评估"),
        ("质量管理体系（QMS）覆盖全厂。", "QMS：质量管理体系"),
        ("企业应当建立质量管理体系（QMS），并定期评审。", "QMS：质量管理体系"),
        ("第五条 医院药事管理与药物治疗学委员会（以下简称药事会）审定目录。", "药事会：医院药事管理与药物治疗学委员会"),
        ("根据《中华人民共和国药品管理法》（以下简称《药品管理法》）办理。", "药品管理法：中华人民共和国药品管理法"),
        ("药品生产质量管理规范（Good Manufacturing Practice，GMP）是底线。", "GMP：药品生产质量管理规范"),
        ("國際標準化組織（ISO）發佈。", "ISO：國際標準化組織"),
        ("质量管理体系（QMS）由药品不良反应（ADR）监测组维护。", "QMS：质量管理体系\nADR：药品不良反应"),
    ],
)
def test_chinese_acronyms_are_listed_with_their_whole_names(text: str, answer: str):
    chunk = make_chunk(text, language="zh")
    (one,) = made(chunk, "acronyms")
    assert one.answer == answer
    assert check(one, chunk) == ""
    assert "is not in the text" in check(one.model_copy(update={"answer": answer.replace("：", "：全")}), chunk)
    assert "is not in the text" in check(one.model_copy(update={"answer": f"{answer}\nQ：质量"}), chunk)


@pytest.mark.parametrize(
    "text",
    [
        "本条款规定澜川银行（以下简称本行）的计息规则。",
        "普通肝素开始后六小时测活化部分凝血活酶时间（APTT）。",
        "本行按照共同申报准则（CRS）报送信息。",
        "客户可以使用手机银行（APP）。",
        "质量管理体系（QMS）覆盖全厂，澜川银行简称澜行。",
        "质量管理体系（QMS）符合要求（见 ISO 标准）。",
        "供应商和质量管理体系（QMS）应当评审。",
        "质量管理体系（QMS）与用药安全管理制度（QMS）不同。",
    ],
)
def test_a_chinese_name_whose_beginning_cannot_be_told_is_not_guessed(text: str):
    assert not made(make_chunk(text, language="zh"), "acronyms")


READ = make_chunk(
    "When a trip value is reached, the pump shall be stopped at once. A dry seal overheats. "
    "Drain the oil of pump P-101 after 500 hours, and do not start it again before the new oil is at 20 °C. "
    "Open the suction valve slowly, so that filling takes at least 3 minutes. Spare parts come from the north. "
    "What was found is signed by the foreman and kept with the papers of the unit, where the next shift looks for it.",
    headings=["4 Seals"],
)
READ_ZH = make_chunk(
    "偏离记录应当写明原因、涉及批号、评估结论和预防措施，保存五年。启动前必须检查机械密封，因为密封干磨会过热。"
    "检修记录保存五年，由设备管理部门负责归档，任何人不得涂改。新油温度达到20℃前不得启动水泵P-101。",
    title="水泵维护手册",
    headings=["4 密封"],
    language="zh",
)


@pytest.mark.parametrize("chunk", [READ, READ_ZH])
def test_without_a_model_an_extractive_question_is_asked_of_the_text_it_is_answered_in(chunk: Chunk):
    (one,) = made(chunk, "reading-comprehension")
    assert one.input == chunk.text
    assert one.answer in chunk.text
    assert len(one.answer) < 0.4 * len(chunk.text)
    assert any(
        each.question.partition("，" if chunk is READ_ZH else ", ")[2][1:] in one.question
        for each in extractive.generate(chunk)
    )
    assert chunk.title not in one.question, "the text is given"
    assert check(one, chunk) == ""
    assert check(one.model_copy(update={"answer": f"{one.answer[:-2]}x."}), chunk) == "the answer is not in the text"
    assert not [each for each in by_rule.generate(chunk, alone=False) if "reading" in each.task_type]


def test_a_short_text_is_not_worth_reading():
    short = make_chunk("When a trip value is reached, the pump shall be stopped at once.", headings=["4 Seals"])
    assert extractive.generate(short)
    assert not made(short, "reading-comprehension")


def test_an_answer_that_is_much_of_the_text_is_not_asked_for():
    rule, rest = (
        "自备药品专柜应当加锁，每名患者的药品单独装袋，袋上注明姓名、住院号和床号。",
        "以上各项每月查看一次，并把情况写在小本子上。",
    )
    for times, expected in ((2, False), (5, True)):
        chunk = make_chunk(rule + rest * times, language="zh")
        assert [each.answer for each in extractive.generate(chunk)] == [rule]
        assert estimate_tokens(chunk.text) >= by_rule.LEAST_READ
        assert bool(made(chunk, "reading-comprehension")) is expected


@pytest.mark.parametrize(
    ("chunk", "said", "quote", "wrong"),
    [
        (READ, "It is drained after 500 hours.", "Drain the oil of pump P-101 after 500 hours", ""),
        (READ, "It is drained after 600 hours.", "Drain the oil of pump P-101 after 500 hours",
         "number 600 is not in the text"),
        (READ, "It starts at 20 °C.", "Drain the oil of pump P-101 after 500 hours", "number 20 is not in a quote"),
        (READ, "Drain the oil of P-102.", "Drain the oil of pump P-101", "p-102 is not in the text"),
        (READ, "Spare parts come from the north.", "a dry seal overheats", "the answer is not in a quote"),
        (READ, "Do start it again before the new oil is at 20 °C.", "do not start it again before the new oil is at 20",
         "a negation differs"),
        (READ, "机械密封。", "a dry seal overheats", "in another language"),
        (READ, READ.text, READ.text, "the answer is most of the text"),
        (READ_ZH, "因为密封干磨会过热。", "因为密封干磨会过热。", ""),
        (READ_ZH, "检修记录保存六年。", "检修记录保存五年", "number 6 is not in the text"),
        (READ_ZH, "任何人可涂改。", "任何人不得涂改。", "a negation differs"),
        (READ_ZH, "The seal overheats.", "因为密封干磨会过热。", "in another language"),
    ],
)  # fmt: skip
def test_an_answer_read_by_a_model_rests_on_its_quotes(chunk: Chunk, said: str, quote: str, wrong: str):
    asks, origin = "What about it?", Origin(method="tasks", prompt="", model="scripted")
    if chunk is READ_ZH:
        asks = "情况如何？"
    one = item(chunk, asks, said, [quote], "task/reading-comprehension", origin, input=chunk.text)
    assert check(one, chunk) == wrong


def test_a_quote_from_outside_the_given_part_is_told():
    origin = Origin(method="tasks", prompt="", model="scripted")
    one = item(READ, "Why?", "It overheats.", ["dry seal overheats"], "task/reading-comprehension", origin, input=PUMP)
    assert check(one, READ) == "a quote is not in the text"


LEADS = ["The pump must be stopped once a year.", "The oil is kept in a closed can."]
MORE = ["Its seal is then renewed. The bearing is cleaned, too.", "Light spoils it. A can holds 5 L."]
ZH_LEADS = ["客户可以提前支取定期存款。", "存单遗失的，客户应当立即挂失。"]


@pytest.mark.parametrize(
    ("leads", "more", "language"),
    [(LEADS, MORE, "en"), (ZH_LEADS, ["每年一次。利息按活期计。", "口头挂失五日内有效。"], "zh")],
)
def test_key_sentences_are_the_first_of_the_paragraphs_as_they_stand(leads: list[str], more: list[str], language: str):
    space = " " if language == "en" else ""
    chunk = make_chunk(*(f"{lead}{space}{rest}" for lead, rest in zip(leads, more, strict=True)), language=language)
    (one,) = made(chunk, "key-sentences")
    assert one.answer.splitlines() == leads
    assert check(one, chunk) == ""
    assert check(one.model_copy(update={"answer": "The pump is green."}), chunk) == "a sentence is not in the text"
    assert not [each for each in by_rule.generate(chunk, alone=False) if "key" in each.task_type]


@pytest.mark.parametrize("lead", ["It is green.", "500 coins or part of them.", "Proceed in the following way."])
def test_a_paragraph_that_leans_on_what_stands_around_it_has_no_key_sentence(lead: str):
    assert not made(make_chunk(f"{LEADS[0]} {MORE[0]}", f"{lead} {MORE[1]}"), "key-sentences")


@pytest.mark.parametrize(
    ("kind", "given", "said", "wrong"),
    [
        ("translation", PUMP, PUMP_ZH, ""),
        ("translation", PUMP, PUMP_ZH.replace("500", "50"), "number 500 is lost"),
        ("translation", PUMP, PUMP_ZH + "每3个月一次。", "number 3 is not in the text"),
        ("translation", PUMP, PUMP_ZH.replace("小时", "分钟"), "another unit"),
        ("translation", PUMP, PUMP_ZH.replace("P-101", "101"), "p-101 is lost"),
        ("translation", PUMP, PUMP, "in another language"),
        ("translation", PUMP_ZH, PUMP, ""),
        ("translation", PUMP_ZH, PUMP.replace("20", "25"), "number 20 is lost"),
        ("term-translation", "dead leg\npump P-101", "dead leg: 盲管\npump P-101: P-101泵", ""),
        ("term-translation", "dead leg\nseal", "dead leg: 盲管", "'seal' has no translation of its own"),
        ("term-translation", "dead leg\nseal", "dead leg: 盲管\nseal: gasket", "'gasket' is in another language"),
        ("term-translation", "dead leg\npump P-101", "dead leg: 盲管\npump P-101: 泵", "p-101 is lost"),
        ("rewriting", PUMP, "Let the oil out of pump P-101 when it has run 500 hours. Wait for 20 °C oil.", ""),
        ("rewriting", PUMP, "Let the oil out of pump P-101 when it has run 500 hours.", "number 20 is lost"),
        ("rewriting", PUMP, PUMP, "the same text again"),
        ("summary", PUMP, "The oil of P-101 is drained after 500 hours.", ""),
        ("summary", PUMP, "The oil of P-101 is drained after 600 hours.", "number 600 is not in the text"),
        ("summary", PUMP, "The oil of P-102 is drained after 500 hours.", "p-102 is not in the text"),
        ("summary", PUMP, PUMP, "hardly shorter than the text"),
        ("summary", PUMP_ZH, "The oil is drained.", "in another language"),
        ("classification", PUMP, "procedure", ""),
        ("classification", PUMP, "poem", "label 'poem' is not in the list"),
        ("classification", PUMP_ZH, "操作步骤", ""),
        ("classification", PUMP_ZH, "procedure", "label 'procedure' is not in the list"),
        ("entities", PUMP, '[{"text": "P-101", "type": "product"}, {"text": "500 hours", "type": "quantity"}]', ""),
        ("entities", PUMP, '[{"text": "P-102", "type": "product"}]', "entity 'P-102' is not in the text"),
        ("entities", PUMP, '[{"text": "P-101", "type": "planet"}]', "type 'planet' is not in the list"),
        ("entities", PUMP, '{"text": "P-101"}', "not an array of objects with text and type"),
        ("entities", PUMP, "[{", "not JSON"),
        ("entities", PUMP_ZH, '[{"text": "500小时", "type": "数量"}]', ""),
        ("intent", "My pump has run for weeks, when is its oil due?", "ask for a value", ""),
        ("intent", "My pump has run for weeks, when is its oil due?", "chat", "label 'chat' is not in the list"),
        ("intent", "Where can I park?", "ask for a value", "the message has nothing to do with the passage"),
    ],
)  # fmt: skip
def test_each_kind_has_its_own_check(kind: str, given: str, said: str, wrong: str):
    chinese = given == PUMP_ZH
    chunk = make_chunk(PUMP_ZH if chinese else PUMP, language="zh" if chinese else "en")
    one = item(chunk, "Do it.", said, [chunk.text], f"task/{kind}", Origin(method="tasks", prompt=""), input=given)
    assert check(one, chunk) == wrong


def test_the_wordings_have_every_label_and_differ_from_chunk_to_chunk():
    for language in ("en", "zh"):
        chunks = [make_chunk(f"{language} {number}", language=language) for number in range(30)]
        for kind in LABELS:
            said = {instruction(kind, chunk) for chunk in chunks}
            assert len(said) > 1
            assert all(label in text for text in said for label in LABELS[kind][language])
    assert '{"text": ...' in "".join(instruction("entities", chunk) for chunk in chunks)


# ------------------------------------------------------------------------------------------------------- a whole run

ENGLISH = f"""# Pump P-101

{PUMP} The seal of the pump must be inspected by the operator before it is started, because a dry seal overheats.
What was found is signed by the foreman and kept with the papers of the unit, where the next shift looks for it.
When a trip value is reached, the pump shall be stopped at once.

| Joint | Torque |
|---|---|
| Casing bolt | 45 N·m |
| Vent plug | 25 N·m |
"""
CHINESE = f"""# 水泵P-101

{PUMP_ZH}启动前，操作人员必须检查机械密封，因为密封干磨会过热。每次检查的结果都要由班长签字，并记入设备台账。
"""


def right(user: str) -> dict[str, Any]:
    """What a good model says, by the shape that is asked for."""
    chinese = "只回复 JSON" in user
    paragraph = user.rsplit("<passage>\n", 1)[1].split("\n</passage>")[0]
    shapes: dict[str, Any] = {
        '{"summary"': {"summary": "水泵运行500小时后放油。" if chinese else "The oil is drained after 500 hours."},
        '{"entities"': {"entities": [{"text": "P-101", "type": "产品" if chinese else "product"}]},
        '{"label"': {"label": "要求" if chinese else "requirement"},
        '{"rewritten"': {"rewritten": ("请注意：" if chinese else "Mind this: ") + paragraph},
        '{"translation"': {"translation": PUMP if chinese else PUMP_ZH},
        '{"translations"': {"translations": [
            {"term": "机械密封", "translation": "mechanical seal"}, {"term": "操作人员", "translation": "operator"},
        ] if chinese else [
            {"term": "seal", "translation": "密封"}, {"term": "trip value", "translation": "跳闸值"},
            {"term": "seal", "translation": "密封件"},
        ]},
        '{"question"': {
            "question": "启动前为什么要检查机械密封？" if chinese else "Why is the seal inspected before each start?",
            "quotes": ["因为密封干磨会过热" if chinese else "because a dry seal overheats"],
            "answer": "因为密封干磨会过热。" if chinese else "Because a dry seal overheats.",
        },
        '{"messages"': {"messages": [{
            "quote": PUMP_ZH if chinese else PUMP,
            "message": "我的水泵用了很久，什么时候放油？" if chinese else "My pump has run long, is its oil due?",
            "intent": "查询数值" if chinese else "ask for a value",
        }]},
    }  # fmt: skip
    return next(said for shape, said in shapes.items() if shape in user)


def run(tmp_path: Path, reply: Callable[[dict[str, Any], str], str] | None = None) -> tuple[list[QAItem], Summary]:
    """A run of ``tasks`` alone; ``reply`` gets what a good model would say, and the prompt."""

    def said(body: dict[str, Any]) -> str:
        user = body["messages"][-1]["content"]
        return answer(body) if '"ratings"' in user else reply(right(user), user)  # type: ignore[misc]

    (tmp_path / "docs").mkdir(exist_ok=True)
    (tmp_path / "docs" / "pump.md").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "docs" / "pump_zh.md").write_text(CHINESE, encoding="utf-8")
    settings = load({"generate": {"methods": ["tasks"]}, "curate": {"min_accuracy": 1}})
    summary = pipeline.run(tmp_path / "docs", tmp_path / "out", settings, model=Scripted(said) if reply else None)
    return list(read_records(tmp_path / "out" / "items.jsonl", QAItem)), summary


def test_with_a_model_every_task_is_done_checked_and_rated_in_both_languages(tmp_path: Path):
    items, summary = run(tmp_path, lambda said, user: json.dumps(said, ensure_ascii=False))
    reasons = {(each.language, each.task_type.partition("/")[2]): each.reason for each in items}
    asked = (
        *("summary", "entities", "classification", "rewriting", "translation", "term-translation"),
        *("reading-comprehension", "intent"),
    )
    assert reasons == {(language, kind): "checked" for language in ("en", "zh") for kind in asked} | {
        ("en", "table-to-json"): "checked"
    }
    assert all(each.scores and each.input and each.evidence for each in items)
    assert summary.decisions == {"checked": len(items)}
    assert exit_code(summary) == 0
    rows = [row for side in ("train", "val") for row in read_records(tmp_path / "out" / "rows" / f"{side}.jsonl", Row)]
    assert all(row.input for row in rows)
    assert len(rows) == len(items)


def test_more_messages_than_were_asked_for_are_left_out_and_none_stands_twice(tmp_path: Path):
    def many(said: dict[str, Any], user: str) -> str:
        if "messages" in said:
            first = said["messages"][0]
            said = {"messages": [first, first, *({**first, "message": f"{first['message']} {n}"} for n in range(50))]}
        return json.dumps(said, ensure_ascii=False)

    items, _ = run(tmp_path, many)
    for language in ("en", "zh"):
        given = [each.input for each in items if (each.language, each.task_type) == (language, "task/intent")]
        assert len(given) == len(set(given)) == 3


def test_faults_are_dropped_with_what_is_wrong_and_the_counts_add_up(tmp_path: Path):
    def faulty(said: dict[str, Any], user: str) -> str:
        if "entities" in said:
            return "I think there is a pump."
        if "label" in said:
            return json.dumps({"label": "poem"})
        if "translations" in said:
            said["translations"][0]["translation"] = said["translations"][0]["term"]
        if "quotes" in said:
            said["answer"] = {"因": "密封干磨不会过热。", "B": "Because a wet seal freezes and 7 bolts break."}[
                said["answer"][0]
            ]
        text = json.dumps(said, ensure_ascii=False)
        return text.replace("500", "50") if "translation" in said or "summary" in said else text

    items, summary = run(tmp_path, faulty)
    dropped = sorted((each.language, each.task_type, each.reason) for each in items if not each.kept)
    assert dropped == [
        (language, f"task/{kind}", f"failed_check: {why}")
        for language in ("en", "zh")
        for kind, why in (
            ("classification", "label 'poem' is not in the list"),
            ("reading-comprehension", "number 7 is not in the text" if language == "en" else "a negation differs"),
            ("summary", "number 50 is not in the text"),
            ("term-translation", f"{'seal' if language == 'en' else '机械密封'!r} is in another language"),
            ("translation", "number 500 is lost"),
        )
    ]
    failures = list(read_records(tmp_path / "out" / "errors.jsonl", Failure))
    assert [(failure.method, failure.message.partition(":")[0]) for failure in failures] == [("tasks", "entities")] * 2
    assert summary.items.made == len(items) == summary.items.kept_total + summary.items.dropped["failed_check"]
    assert summary.chunks.failed == 0
    assert exit_code(summary) == 2


def test_without_a_model_there_are_the_tasks_that_rules_can_do(tmp_path: Path):
    items, summary = run(tmp_path)
    assert {(each.language, each.task_type, each.reason) for each in items} == {
        ("en", "task/table-to-json", "checked"),
        ("en", "task/reading-comprehension", "checked"),
    }
    assert summary.models["generator"] == "no model (tasks)"
