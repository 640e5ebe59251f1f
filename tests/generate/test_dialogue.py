"""Conversations: what is said leans on what was said before, what is asked stands alone, each answer is verified."""

import asyncio
import json
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.generate import extractive
from docqa.generate.dialogue import by_model
from docqa.generate.dialogue.by_rule import conversations
from docqa.generate.dialogue.forms import check, chosen, systems
from docqa.generate.dialogue.said import asked, said
from docqa.index import Index
from docqa.records import Chunk, DialogueTurn, QAItem, Row
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load
from docqa.verify import ExtractiveReader, LexicalJudge, verify
from docqa.verify.evidence import flaw
from tests.scripted import Scripted

TORQUES = make_chunk(
    [
        ["Part", "Torque, N·m", "Thread"],
        ["Casing bolt", "45", "M12"],
        ["Vent plug", "20", "G 1/4"],
        ["Drain plug", "30", "G 1/2"],
        ["Bearing cover", "25", "M10"],
    ],
    "The seal of the pump must be inspected by the fitter every 3000 hours.",
    "The new seal is lubricated because dry faces would overheat.",
    headings=["4 Torques"],
    title="Assembly instructions",
)
FEES = make_chunk(
    [
        ["项目", "收费标准", "办理时限"],
        ["挂失手续费", "每份10 元", "1 日"],
        ["存款证明", "每份20 元", "2 日"],
        ["安全密钥", "每个25 元", "3 日"],
        ["借记卡年费", "每年12 元", "5 日"],
    ],
    "日均存款是指客户全部存款在一个月内每日余额之和除以当月天数。",
    headings=["2 收费"],
    title="个人账户服务收费价目表",
    language="zh",
    document="d2",
)


def spoken(turns: list[QAItem]) -> list[str]:
    return [turn.turn.said for turn in turns if turn.turn]


# ------------------------------------------------------------------------------------------------------ by rule


@pytest.mark.parametrize("chunk", [TORQUES, FEES], ids=["en", "zh"])
def test_a_turn_asks_alone_what_the_user_says_in_short(chunk: Chunk):
    turns = conversations(chunk)
    assert 2 <= len(turns) <= 6
    assert [turn.turn and turn.turn.number for turn in turns] == list(range(1, len(turns) + 1))
    assert turns[0].turn
    assert turns[0].turn.said == turns[0].question
    assert turns[0].task_type == "dialogue/opening"
    short = [turn for turn in turns if turn.task_type == "dialogue/follow-up"]
    assert short
    for turn in short:
        assert turn.turn
        assert len(turn.turn.said) < len(turn.question)
        assert chunk.title not in turn.turn.said
        assert chunk.title in turn.question, "the question names what the user need not"
    assert all(not flaw(turn, lambda _: chunk) and not check(turn, chunk) for turn in turns)
    assert {turn.origin.method for turn in turns} == {"dialogue"}
    assert all(turn.score for turn in turns)
    assert turns == conversations(chunk)


def test_a_turn_is_another_item_than_the_same_question_alone():
    alone = {item.question: item.id for item in extractive.generate(TORQUES)}
    turns = conversations(TORQUES)
    assert any(turn.question in alone for turn in turns)
    assert not {turn.id for turn in turns} & set(alone.values())
    assert len({turn.id for turn in turns}) == len(turns)


def of_a_cell(chunk: Chunk, row: str, column: str) -> Any:
    (found,) = (
        asked(extractive.item_of(chunk, "structure", draft), fact, 0)
        for fact, draft in extractive.tables.cells(chunk, 0)
        if (fact.subject, fact.attribute) == (row, column)
    )
    return found


@pytest.mark.parametrize(
    ("chunk", "first", "then", "words"),
    [
        (TORQUES, ("Casing bolt", "Torque"), ("Vent plug", "Torque"), "the vent plug?"),
        (TORQUES, ("Casing bolt", "Torque"), ("Casing bolt", "Thread"), "under “Thread”?"),
        (TORQUES, ("Casing bolt", "Torque"), ("Vent plug", "Thread"), "hat is given under “Thread”"),
        (FEES, ("挂失手续费", "收费标准"), ("存款证明", "收费标准"), "存款证明呢？"),
        (FEES, ("挂失手续费", "收费标准"), ("挂失手续费", "办理时限"), "办理时限呢？"),
    ],
)
def test_a_cell_is_asked_for_by_what_is_new_in_it(
    chunk: Chunk, first: tuple[str, str], then: tuple[str, str], words: str
):
    line = of_a_cell(chunk, *first), of_a_cell(chunk, *then)
    done = said(line[1], line[:1], chunk, "key")
    assert (done.kind, words in done.text) == ("follow-up", True), done
    assert chunk.title not in done.text


def one(question: str, answer: str = "It is so.", language: str = "en", task: str = "fact/how") -> Any:
    (item, *_) = extractive.generate(TORQUES)
    changed = {"question": question, "answer": answer, "language": language, "task_type": task}
    return asked(item.model_copy(update=changed))


def test_a_place_is_left_out_only_after_it_was_named():
    section = "According to the section “Torques” of “Assembly instructions”, "
    named, other = one(section + "who inspects the seal?"), one(section + "why is it lubricated?")
    nowhere = one("When must the desiccant bags be removed?")
    elsewhere = one("According to the section “Seals” of “Assembly instructions”, why is it lubricated?")
    document = one("According to “Assembly instructions”, why is it lubricated?")
    for earlier, later, kind in (
        (named, other, "follow-up"),
        (named, document, "follow-up"),
        (document, other, "topic-switch"),
        (named, elsewhere, "topic-switch"),
        (nowhere, other, "topic-switch"),
    ):
        done = said(later, [earlier], TORQUES, "key")
        assert done.kind == kind
        assert ("According to" in done.text) == (kind == "topic-switch")
        assert done.text.endswith("hy is it lubricated?")


def test_it_stands_for_a_name_and_for_nothing_else():
    acronym = one("What does the abbreviation AER stand for?", "AER stands for Annual Equivalent Rate.")
    meaning, other = one("What does Annual Equivalent Rate mean?"), one("What does the CRS allow?")
    assert said(meaning, [acronym], TORQUES, "key").text.endswith("does it mean?")
    assert " it " not in said(other, [acronym], TORQUES, "key").text
    short = one("What does the abbreviation CRS stand for?", "CRS stands for Common Reporting Standard.")
    assert said(short, [acronym], TORQUES, "key").text == "And CRS?"


def test_what_an_abbreviation_means_is_no_other_subject():
    manual = make_chunk(
        "Lock-out and tag-out (LOTO) is the method by which every source of energy is cut off before work begins. "
        "The lock must be hung on the isolator by the fitter before the casing is opened.",
        headings=["4 Lock-out and tag-out"],
        title="Safety procedure",
    )
    first, second, *_ = conversations(manual)
    assert [first.task_type, second.task_type] == ["dialogue/opening", "dialogue/follow-up"]
    assert first.question == "What does the abbreviation LOTO stand for?"
    assert second.turn
    assert second.turn.said.casefold().endswith("what is lock-out and tag-out?")
    assert "Safety procedure" not in second.turn.said


def test_a_traditional_document_is_asked_in_its_script():
    rows = [["項目", "收費標準"], ["掛失手續費", "每份10 元"], ["存款證明", "每份20 元"], ["安全密鑰", "每個25 元"]]
    chunk = make_chunk(rows, headings=["2 收費標準說明"], title="個人帳戶服務收費價目表", language="zh")
    turns = [conversations(chunk.model_copy(update={"id": f"{number}"})) for number in range(20)]
    assert any(line for line in turns)
    words = "".join(said for line in turns for said in spoken(line))
    assert not set("么对应条规换问题个还栏") & set(words)
    assert {turn.turn.system for line in turns for turn in line if turn.turn} == {""}


def test_a_chunk_with_a_single_question_makes_no_conversation():
    assert not conversations(make_chunk("The seal of the pump must be inspected by the fitter every 3000 hours."))
    assert not conversations(make_chunk("Le joint de la pompe est remplacé.", language="fr"))


def in_form(form: str, language: str) -> list[QAItem]:
    """A conversation whose system prompt asks for ``form``: of the first chunk that its hash gives one."""
    for number in range(60):
        base = FEES if language == "zh" else TORQUES
        turns = conversations(base.model_copy(update={"id": f"{number}"}))
        if turns[0].turn and turns[0].turn.system in systems()[form][language]:
            return turns
    raise AssertionError(f"no conversation has {form}")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["value-only", "source-first"])
def test_a_system_prompt_matters(form: str, language: str, tmp_path: Path):
    turns = in_form(form, language)
    chunk = (FEES if language == "zh" else TORQUES).model_copy(update={"id": turns[0].chunk_ids[0]})
    alone = {draft.question: draft.answer for _, draft in extractive.tables.cells(chunk, 0)}
    for turn in turns:
        assert not check(turn, chunk)
        assert not flaw(turn, lambda _: chunk)
        usual = turn.model_copy(update={"answer": alone.get(turn.question, "The usual sentence.")})
        assert check(usual, chunk).startswith("not in the form asked for: ")
    index = Index.open_or_build(tmp_path / "index", [chunk, TORQUES.model_copy(update={"id": "x", "document_id": "x"})])
    for turn in turns:
        found = index.search(turn.question, 2)
        done = asyncio.run(verify(turn, found, index, ExtractiveReader(), LexicalJudge()))
        assert done.kept, (done.reason, turn.answer)
    index.close()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("3000", "4000", "number 4000"),
        ("must be", "must not be", "a negation"),
        ("the fitter", "the planner", "not in a quote: planner"),
    ],
)
def test_a_rule_s_turn_that_contradicts_its_evidence_is_dropped(old: str, new: str, why: str):
    (item,) = (item for item in extractive.generate(TORQUES) if "inspected" in item.answer)
    turn = item.model_copy(update={"origin": item.origin.model_copy(update={"method": "dialogue"})})
    assert not flaw(turn, lambda _: TORQUES)
    assert flaw(turn.model_copy(update={"answer": item.answer.replace(old, new)}), lambda _: TORQUES).startswith(why)


# -------------------------------------------------------------------------------------------------------- forms


def as_turn(answer: str, form: str, language: str = "en", said: str = "And?") -> QAItem:
    (item, *_) = extractive.generate(FEES if language == "zh" else TORQUES)
    turn = DialogueTurn(dialogue="d", number=1, said=said, system=systems()[form][language][0] if form else "")
    return item.model_copy(update={"answer": answer, "turn": turn, "language": language})


@pytest.mark.parametrize(
    ("form", "language", "good", "bad", "why"),
    [
        ("value-only", "en", "up to 45 N·m", "The torque is 45 N·m.", "a sentence"),
        ("value-only", "zh", "每份10 元", "挂失手续费的收费标准是每份10 元。", "a sentence"),
        ("value-only", "en", "45 N·m", "45 N·m\nM12", "more than a value"),
        ("source-first", "en", "“Assembly instructions”: 45 N·m.", "It is 45 N·m.", "no source first"),
        ("source-first", "zh", "《个人账户服务收费价目表》：10 元。", "每份10 元。", "no source first"),
        ("one-sentence", "en", "Tighten it to 45 N·m.", "Tighten it. Use 45 N·m.", "2 sentences"),
        ("one-sentence", "zh", "按45牛米拧紧。", "先清洁螺纹。再按45牛米拧紧。", "2 sentences"),
        (
            "value-first",
            "en",
            "45 N·m is the torque.",
            "The casing bolts of the pump are tightened to 45 N·m.",
            "a value",
        ),
        ("value-first", "zh", "10 元，每份收取。", "客户挂失存单时，每份应当交纳的手续费为10 元。", "a value"),
        ("value-first", "en", "The fitter does it.", "", ""),
        ("list", "en", "- Clean it\n- Oil it", "Clean it.\n- Oil it", "no list"),
        ("list", "zh", "- 清洁\n- 上油", "清洁；上油", "no list"),
    ],
)
def test_an_answer_is_held_to_the_form_that_is_asked_for(form: str, language: str, good: str, bad: str, why: str):
    chunk = FEES if language == "zh" else TORQUES
    assert check(as_turn(good, form, language), chunk) == ""
    assert why in check(as_turn(bad, form, language), chunk)
    assert check(as_turn(bad or "x", "", language), chunk) == "", "without a system prompt any form will do"


def test_a_turn_at_which_nothing_is_said_is_none():
    assert check(as_turn("45 N·m", "", said="  "), TORQUES) == "the user says nothing"
    blank = as_turn("45 N·m", "").model_copy(update={"question": ""})
    assert check(blank, TORQUES) == "nothing is asked in full"


def test_some_conversations_have_a_system_prompt_and_the_chunk_decides():
    drawn = [chosen(TORQUES.model_copy(update={"id": f"{n}"}), 0.3, "list", "value-only") for n in range(400)]
    assert 80 < sum(bool(system) for _, system in drawn) < 160
    assert {form for form, _ in drawn} == {"", "list", "value-only"}
    assert chosen(TORQUES, 1.0) == ("", "")
    assert all(len(set(known["en"])) == len(known["en"]) >= 2 for known in systems().values())


# ----------------------------------------------------------------------------------------------------- by model


MACHINES = {
    "sound": ("homogeniser", "均质机"),
    "number": ("circulator", "循环泵"),
    "negation": ("compressor", "压缩机"),
    "repeats": ("separator", "分离机"),
    "no-quote": ("evaporator", "蒸发器"),
    "bad-turn": ("centrifuge", "离心机"),
    "bad-outline": ("agitator", "搅拌器"),
}
"""A machine a fault, by language."""

PARTS = (
    ("seal", "fitter", "机械密封", "钳工"),
    ("bearing", "operator", "滚动轴承", "操作员"),
    ("coupling", "planner", "弹性联轴器", "计划员"),
    ("strainer", "apprentice", "进口滤网", "学徒"),
)


def manual(machine: str, language: str) -> str:
    if language == "zh":
        lines = [
            f"{machine}的{part}应当由{who}在运行{n}00小时后检查，并把结果记入设备台账。"
            for n, (_, _, part, who) in enumerate(PARTS, 3)
        ]
        return f"# {machine}维护手册\n\n## 检查\n\n" + "".join(lines)
    lines = [
        f"The {part} of the {machine} must be inspected by the {who} after {n}00 hours of operation."
        for n, (part, who, _, _) in enumerate(PARTS, 3)
    ]
    return f"# The {machine}\n\n## Inspection\n\n" + " ".join(lines)


def replies(body: dict[str, Any]) -> str:
    user = body["messages"][-1]["content"]
    if '"verdict"' in user:
        return '{"verdict": "same"}'
    fault = next((fault for fault, names in MACHINES.items() if any(name in user for name in names)), "")
    if '"about"' in user and fault == "bad-outline":
        return "I would rather not."
    if '{"said"' not in user:
        return answer(body)
    number = user.count("\nUser: ") + user.count("\n用户：") + 1
    turn = json.loads(answer(body))
    if (fault, number) == ("bad-turn", 2):
        return '{"said": '
    if (fault, number) == ("number", 3):
        turn["answer"] = turn["answer"].replace("500", "550")
    if (fault, number) == ("negation", 2):
        turn["answer"] = turn["answer"].replace("must be", "must not be").replace("应当", "不得")
    if (fault, number) == ("repeats", 3):
        first = user.partition("\nUser: ")[2] or user.partition("\n用户：")[2]
        turn["said"] = first.partition("\n")[0]
    if (fault, number) == ("no-quote", 3):
        turn["quotes"] = ["Nobody ever wrote this."]
    if "one sentence" in user or "只用一句话" in user:
        turn["answer"] += " It is so." if number == 2 else ""
    return json.dumps(turn, ensure_ascii=False)


def run(folder: Path, language: str, **settings: Any) -> tuple[list[QAItem], list[Row], Path]:
    (folder / "docs").mkdir()
    for fault, names in MACHINES.items():
        text = manual(names[language == "zh"], language)
        (folder / "docs" / f"{fault}.md").write_text(text, encoding="utf-8")
    asked = {
        "generate": {"methods": ["dialogue"]},
        "curate": {"min_accuracy": 1},
        "export": {"formats": ["messages", "alpaca"]},
    }
    out = folder / "out"
    summary = pipeline.run(folder / "docs", out, load({**asked, **settings}), model=Scripted(replies))
    assert summary.items.kept_total == summary.rows.domain + summary.rows.joined
    rows = [row for side in ("train", "val") for row in read_records(out / "rows" / f"{side}.jsonl", Row)]
    return list(read_records(out / "items.jsonl", QAItem)), rows, out


@pytest.mark.methods
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_model_s_conversation_is_a_row_up_to_the_turn_that_is_wrong(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(by_model, "turns", lambda chunk: 4)
    monkeypatch.setattr(by_model, "chosen", lambda *_: ("", ""))
    items, rows, out = run(tmp_path, language)
    became = {
        path.removesuffix(".md"): [item.reason for item in sorted(turns, key=lambda item: item.turn.number)]  # type: ignore[union-attr]
        for path, turns in groupby(sorted(items, key=lambda item: item.path), lambda item: item.path)
    }
    fine = {"novel", "known"}
    assert len(became["sound"]) == 4
    assert set(became["sound"]) <= fine
    assert became["number"][2] == "unevidenced: number 550 is in no quote"
    assert {*became["number"][:2], became["number"][3]} <= fine
    assert became["negation"][1] == "hallucinated", "what its page says is compared"
    assert became["repeats"][2:] == ["repeated-turn: asks what turn 1 asks"], "it ends there"
    assert became["no-quote"][2:] == ["unevidenced: quote is not in its chunk"], "it ends there"
    assert len(became["bad-turn"]) == 1
    assert "bad-outline" not in became
    failures = {failure.path: failure for failure in read_records(out / "errors.jsonl", Failure)}
    assert failures.keys() == {"bad-turn.md", "bad-outline.md"}
    assert failures["bad-turn.md"].question
    assert not failures["bad-outline.md"].question

    lengths = Counter((row.path.removesuffix(".md"), len(row.history) + 1) for row in rows)
    assert lengths == {
        ("sound", 4): 1,
        ("number", 2): 1,
        ("number", 1): 1,
        ("negation", 1): 3,
        ("repeats", 2): 1,
        ("no-quote", 2): 1,
        ("bad-turn", 1): 1,
    }
    (whole,) = (row for row in rows if row.path == "sound.md")
    turns = sorted((item for item in items if item.path == "sound.md"), key=lambda item: item.turn.number)  # type: ignore[union-attr]
    assert [*whole.history, (whole.instruction, whole.output)] == [
        (item.turn.said, item.answer) for item in turns if item.turn
    ]
    assert whole.item_id == ", ".join(item.id for item in turns)
    asked_alone = {item.question for item in items if item.kept}
    assert {row.instruction for row in rows if not row.history} <= asked_alone


@pytest.mark.methods
def test_an_answer_out_of_the_form_asked_for_is_dropped_and_ends_the_conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(by_model, "turns", lambda chunk: 3)
    monkeypatch.setattr(by_model, "chosen", lambda chunk, *_: ("one-sentence", systems()["one-sentence"]["en"][0]))
    items, rows, _ = run(tmp_path, "en")
    sound = sorted((item for item in items if item.path == "sound.md"), key=lambda item: item.turn.number)  # type: ignore[union-attr]
    assert sound[1].reason == "failed_check: not in the form asked for: 2 sentences"
    assert [bool(item.kept) for item in sound] == [True, False, True]
    system = systems()["one-sentence"]["en"][0]
    assert {row.system for row in rows} == {system}, "what is left of it is asked under the same system prompt"
    assert not any(row.history for row in rows if row.path == "sound.md")


@pytest.mark.methods
def test_the_calls_begin_alike_and_each_is_shown_what_was_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(by_model, "turns", lambda chunk: 3)
    monkeypatch.setattr(by_model, "chosen", lambda *_: ("", ""))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(manual("homogeniser", "en"), encoding="utf-8")
    model = Scripted(replies)
    pipeline.run(tmp_path / "docs", tmp_path / "out", load({"generate": {"methods": ["dialogue"]}}), model=model)
    outline, *turns = (prompt for prompt in model.prompts if '"about"' in prompt.user or '{"said"' in prompt.user)
    shared = outline.user[: outline.user.index("</passage>")]
    assert all((prompt.system, prompt.user.startswith(shared)) == (outline.system, True) for prompt in turns)
    assert [prompt.user.count("\nAssistant: ") for prompt in turns] == [0, 1, 2]
    assert "{{" not in turns[-1].user


def test_a_longer_chunk_has_longer_conversations_and_none_too_long():
    lengths = {
        tokens: {by_model.turns(TORQUES.model_copy(update={"id": f"{n}", "tokens": tokens})) for n in range(60)}
        for tokens in (10, 240, 900)
    }
    assert lengths == {10: {2}, 240: {2, 3, 4}, 900: {2, 3, 4, 5, 6}}
