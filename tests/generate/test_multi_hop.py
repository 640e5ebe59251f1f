"""Questions of two passages: found by the index, asked by a model or joined by rule, never of one passage alone."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.generate.items import part
from docqa.generate.multi_hop import by_rule, tables
from docqa.generate.multi_hop.related import found, is_twin, partner
from docqa.index import Index
from docqa.models.chat import Completion
from docqa.records import Chunk, QAItem, Row
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load
from docqa.terminal import summary_text
from tests.scripted import Scripted

# ------------------------------------------------------------------------------------------------------- by a model

TOPICS = {
    "good": ("crusher", "破碎机", "K7", 8000, "Sirius", "天狼大犬"),
    "single": ("blower", "鼓风机", "M3", 7000, "Aldebaran", "毕宿金牛"),
    "unquoted": ("winder", "卷扬机", "P9", 6000, "Vega", "织女天琴"),
    "changed": ("stirrer", "搅拌机", "R5", 5000, "Altair", "牵牛河鼓"),
    "false": ("chiller", "冷水机", "T2", 4000, "Rigel", "参宿猎户"),
    "unreadable": ("conveyor", "输送机", "V8", 3000, "Spica", "角宿室女"),
    "nothing": ("elevator", "提升机", "W4", 2000, "Antares", "心宿蝎尾"),
}
"""What goes wrong with a pair of documents: a machine with a seal of a type, the hours of that type, and the hall."""


def facts(fault: str, chinese: bool) -> tuple[str, str]:
    machine, name, code, hours, hall, place = TOPICS[fault]
    if chinese:
        return (
            f"{place}厂房{place}线的{name}装有{code}型密封。",
            f"{place}厂房{place}线的{code}型密封运行{hours}小时后更换。",
        )
    return (
        f"The {machine} of hall {hall}, {hall} line, has a seal of type {code}.",
        f"In hall {hall}, {hall} line, a seal of type {code} is renewed after {hours} hours.",
    )


def question(fault: str, chinese: bool) -> str:
    machine, name, *_ = TOPICS[fault]
    return (
        f"{name}的密封运行多少小时后更换？"
        if chinese
        else f"After how many hours is the seal of the {machine} renewed?"
    )


def said(fault: str, chinese: bool) -> str:
    machine, name, code, hours, *_ = TOPICS[fault]
    hours += fault == "changed"
    if chinese:
        return f"{name}的密封是{code}型，运行{hours}小时后更换。"
    return f"The seal of the {machine} is of type {code} and is renewed after {hours} hours."


def replies(body: dict[str, Any]) -> str | Completion:
    user = body["messages"][-1]["content"]
    chinese = "只回复 JSON" in user
    if '{"joined"' in user:
        passages = re.findall(r"<passage>\n(.*?)\n</passage>", user, re.S)
        fault = next(fault for fault in TOPICS if facts(fault, chinese)[0] in user)
        if fault == "unreadable":
            return "I cannot join these."
        if fault == "nothing":
            return json.dumps({"joined": []})
        quotes = [[fact for fact in facts(fault, chinese) if fact in passage] for passage in passages]
        if fault == "unquoted":
            quotes[1] = []
        made = {"kind": "bridge", "question": question(fault, chinese), "first": quotes[0], "second": quotes[1]}
        return json.dumps({"joined": [{**made, "answer": said(fault, chinese)}]}, ensure_ascii=False)
    if '"answerable"' in user:
        fault = next(fault for fault in TOPICS if question(fault, chinese) in user)
        leads, tells = (fact in user for fact in facts(fault, chinese))
        knows = tells and (leads or fault == "single") and fault != "false"
        return json.dumps({"answerable": knows, "answer": said(fault, chinese) if knows else ""}, ensure_ascii=False)
    if '"known"' in user:
        return json.dumps({"known": False, "answer": ""})
    return answer(body)


@pytest.fixture(scope="module", params=["en", "zh"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Scripted]:
    """The language, the run folder and the model of a run over pairs of documents, one for each fault."""
    chinese, folder = request.param == "zh", tmp_path_factory.mktemp("made")
    (folder / "docs").mkdir()
    for fault, (machine, name, code, *_) in TOPICS.items():
        titles = (f"{name}手册", f"{code}型密封规程") if chinese else (f"Manual of the {machine}", f"Seals {code}")
        for title, fact, side in zip(titles, facts(fault, chinese), "ab", strict=True):
            (folder / "docs" / f"{fault}-{side}.md").write_text(f"# {title}\n\n{fact}\n", encoding="utf-8")
    model = Scripted(replies)
    settings = load({"generate": {"methods": ["multi-hop"]}, "curate": {"min_accuracy": 1}})
    pipeline.run(folder / "docs", folder / "out", settings, model=model)
    return request.param, folder / "out", model


@pytest.mark.methods
def test_a_model_s_question_is_kept_where_only_both_passages_answer_it(made: tuple[str, Path, Scripted]):
    language, out, _ = made
    reasons = {
        next(fault for fault in TOPICS if item.question == question(fault, language == "zh")): item.reason
        for item in read_records(out / "items.jsonl", QAItem)
    }
    alone = reasons.pop("single")
    assert re.fullmatch("single_hop: the (first|second) passage alone answers it", alone)
    assert reasons == {
        "good": "novel",
        "unquoted": "unevidenced: no quote of the second passage",
        "changed": "unevidenced: number 5001 is in no quote",
        "false": "hallucinated",
    }
    (failure,) = read_records(out / "errors.jsonl", Failure)
    assert failure.method == "multi-hop"
    assert "unreadable" in failure.path


@pytest.mark.methods
def test_each_pair_is_shown_once_and_each_passage_is_asked_alone_where_both_answer(
    made: tuple[str, Path, Scripted],
):
    _, _, model = made
    joined = [prompt for prompt in model.prompts if '{"joined"' in prompt.user]
    shown = Counter(next(fault for fault in TOPICS if TOPICS[fault][2] in prompt.user) for prompt in joined)
    assert shown == Counter({fault: 3 if fault == "unreadable" else 1 for fault in TOPICS})
    alone = [
        prompt for prompt in model.prompts if '"answerable"' in prompt.user and prompt.user.count("<passage>") == 1
    ]
    assert len(alone) == 4, "two passages of the two questions that retrieval answers"


@pytest.mark.methods
def test_the_item_and_its_row_name_both_documents(made: tuple[str, Path, Scripted]):
    _, out, _ = made
    (item,) = (item for item in read_records(out / "items.jsonl", QAItem) if item.kept)
    assert item.task_type == "multi-hop/bridge"
    assert len(item.chunk_ids) == len({evidence.chunk_id for evidence in item.evidence}) == 2
    assert item.verdict is not None
    assert [answer.text for answer in item.verdict.alone] == ["", ""]
    assert item.verdict.source_rank is not None
    assert item.verdict.source_rank > 1, "the rank of the one that is found last"
    (row,) = read_records(out / "rows" / "train.jsonl", Row)
    assert {row.path, row.beside[0].path} == {"good-a.md", "good-b.md"}
    written = json.loads((out / "train.jsonl").read_text(encoding="utf-8"))
    assert written["document"] == f"{row.path}; {row.beside[0].path}"
    assert written["pages"] == "1; 1"
    assert "val is empty: every item rests on two documents" in (out / "README.md").read_text(encoding="utf-8")


@pytest.mark.methods
def test_both_passages_are_shown_to_whoever_rates_the_item(made: tuple[str, Path, Scripted]):
    language, _, model = made
    (rating,) = (prompt.user for prompt in model.prompts if '{"ratings"' in prompt.user)
    assert all(fact in rating for fact in facts("good", language == "zh"))


# ---------------------------------------------------------------------------------------------------------- related

SEAL = make_chunk("The mechanical seal of the slurry pump is renewed after 8000 hours.", document="d1")
SEAL_PARTS = make_chunk("A mechanical seal for a slurry pump is held in stock in two sizes.", document="d2")
SEAL_SAME = make_chunk("The mechanical seal of the slurry pump is bought as a cartridge.", document="d1")
TWIN = make_chunk("The mechanical seal of the slurry pump is renewed after  8000 hours.", document="d3")
GERMAN = make_chunk("Mechanical seal, slurry pump: alle 8000 Stunden.", document="d4", language="de")
SKIPPED = make_chunk("mechanical seal slurry pump renewed 8000", document="d5").model_copy(update={"skipped": "code"})
GATE = make_chunk("Deliveries are accepted at the gate until noon.", document="d1")
FAR = make_chunk("The canteen opens at seven.", document="d6")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    chunks = [SEAL, GATE, SEAL_SAME, SEAL_PARTS, TWIN, GERMAN, SKIPPED, FAR]
    opened = Index.open_or_build(tmp_path_factory.mktemp("index"), chunks)
    yield opened
    opened.close()


def test_a_chunk_is_joined_with_none_of_its_twins_nor_with_another_language_or_what_is_skipped(index: Index):
    (near,) = asyncio.run(found([SEAL.text], SEAL, index, 8))
    assert {SEAL_PARTS.id, SEAL_SAME.id} <= {chunk.id for chunk in near}
    assert not {SEAL.id, TWIN.id, GERMAN.id, SKIPPED.id} & {chunk.id for chunk in near}
    assert is_twin(SEAL, TWIN)
    assert not is_twin(SEAL, SEAL_PARTS)


def test_of_two_chunks_that_choose_each_other_only_one_leads_and_another_document_is_preferred(index: Index):
    chosen = {chunk.id: asyncio.run(partner(chunk, index)) for chunk in (SEAL, SEAL_PARTS)}
    leads = [chunk for chunk in chosen.values() if chunk is not None]
    assert [chunk.id for chunk in leads] == [max(SEAL.id, SEAL_PARTS.id)]
    (near,) = asyncio.run(found([SEAL.text], SEAL, index, 8))
    assert near[0] is SEAL_SAME, "which is nearer, and of the same document"


# ---------------------------------------------------------------------------------------------------------- by rule

MANUAL = make_chunk(
    [["Size", "Flow", "Head"], ["MC 40-160", "25 m³/h", "32 m"], ["MC 50-200", "50 m³/h", "50 m"]],
    headings=["3 Rated performance"],
    title="Operation Manual",
    document="manual",
)
SHEET = make_chunk(
    [["Size", "Length", "Flow"], ["MC 40-160", "410 mm", "25 m³/h"], ["MC 65-250", "520 mm", "90 m³/h"]],
    headings=["4 Dimensions"],
    title="Data Sheet",
    document="sheet",
)
DRUGS = make_chunk(
    [["品种", "级别"], ["氯化钾注射液", "A"], ["华法林片", "B"]],
    headings=["三、目录"], title="高警示药品管理制度", language="zh", document="drugs",
)  # fmt: skip
GRADES = make_chunk(
    [["级别", "标识颜色", "上报时限"], ["A 级", "红色", "六小时"], ["B 级", "橙色", "十二小时"]],
    headings=["四、分级管理"], title="高警示药品管理制度", language="zh", document="drugs",
)  # fmt: skip
MEANING = make_chunk(
    "危害药品是指具有致癌、致畸或者生殖毒性的药品。",
    headings=["一、术语"],
    title="调配规程",
    language="zh",
    document="rules",
)
DUTY = make_chunk(
    "调配危害药品应当使用生物安全柜，并戴双层手套。",
    headings=["五、操作"],
    title="调配规程",
    language="zh",
    document="rules",
)


def led(*chunks: Chunk) -> list[QAItem]:
    """What the chunks make of each other, whichever leads."""
    first, second = chunks
    return [*by_rule.items(first, [second], 0.8), *by_rule.items(second, [first], 0.8)]


def test_a_row_that_two_tables_share_is_asked_for_what_each_of_them_alone_gives():
    items = led(MANUAL, SHEET)
    asked = [item.question for item in items if item.task_type == "multi-hop/shared-term"]
    assert asked, "MC 40-160 stands in both"
    for item in items:
        if item.task_type == "multi-hop/shared-term":
            assert "MC 40-160" in item.question
            assert "flow" not in item.question.lower(), "both tables give the flow, so one alone would do"
            assert all(name in item.question for name in ("Operation Manual", "Data Sheet"))
            assert "410 mm" in item.answer
            assert "32 m" in item.answer


def test_the_same_attribute_of_two_things_is_compared_by_its_numbers():
    (item,) = (item for item in led(MANUAL, SHEET) if item.task_type == "multi-hop/comparison")
    assert "MC 65-250" in item.question
    greater, _, less = item.answer.partition(" against ")
    assert greater.startswith("MC 65-250 has the ")
    assert "90 m³/h" in greater
    assert "m³/h for MC" in less


def test_a_cell_that_names_a_row_of_another_table_is_a_bridge_to_what_that_row_holds():
    items = led(DRUGS, GRADES)
    assert {item.task_type for item in items} == {"multi-hop/bridge"}
    for item in items:
        drug, colour, limit = (("氯化钾注射液", "红色", "六小时"), ("华法林片", "橙色", "十二小时"))[
            "华法林片" in item.question
        ]
        assert drug in item.question
        assert item.question.count("《高警示药品管理制度》") == 1
        assert colour in item.answer or limit in item.answer


def test_a_grade_is_no_bridge_to_another_document_s_grades():
    other = GRADES.model_copy(update={"id": "0" * 16, "document_id": "clean-room", "title": "洁净区管理规程"})
    assert not led(DRUGS, other)


def test_a_term_is_joined_with_what_another_chunk_says_of_it():
    (item,) = led(MEANING, DUTY)
    assert item.task_type == "multi-hop/shared-term"
    assert "什么是危害药品？" in item.question
    assert item.question.endswith("？")
    assert "致癌" in item.answer
    assert "生物安全柜" in item.answer
    assert item.chunk_ids == (MEANING.id, DUTY.id)


@pytest.mark.parametrize("pair", [(MANUAL, SHEET), (DRUGS, GRADES), (MEANING, DUTY)])
def test_every_hop_has_its_own_chunk_and_evidence_and_no_half_is_asked_twice(pair: tuple[Chunk, Chunk]):
    items = led(*pair)
    hops = [hop.question for item in items for hop in item.hops]
    assert len(hops) == len(set(hops))
    for item in items:
        assert tuple(hop.chunk_id for hop in item.hops) == item.chunk_ids
        chunks = {chunk.id: chunk for chunk in pair}
        for evidence in item.evidence:
            assert evidence == part(chunks[evidence.chunk_id], evidence.start, evidence.end)
        assert {evidence.chunk_id for evidence in item.evidence} == set(item.chunk_ids)
        assert item.score is not None
        assert 0.5 < item.score < 1


def test_two_tables_are_joined_by_the_chunk_with_the_smaller_id_alone():
    first, second = sorted((MANUAL, SHEET), key=lambda chunk: chunk.id)
    assert by_rule.items(first, [second], 0.8)
    assert not by_rule.items(second, [first], 0.8)


@pytest.mark.parametrize(
    ("label", "language", "is_name"),
    [
        ("MC 40-160", "en", True), ("Bearing housing", "en", True), ("A", "en", False), ("Weekly", "en", False),
        ("3 months", "en", False), ("Each shift", "en", False), ("氯化钾注射液", "zh", True), ("A 级", "zh", False),
        ("其他药品", "zh", False), ("三年", "zh", False),
    ],
)  # fmt: skip
def test_only_a_label_that_says_something_by_itself_joins_tables(label: str, language: str, is_name: bool):
    assert tables.is_name(label, language) == is_name


def test_a_rule_that_is_not_precise_enough_joins_nothing():
    assert not by_rule.items(*sorted_pair(MANUAL, SHEET), 0.999)


def sorted_pair(*chunks: Chunk) -> tuple[Chunk, list[Chunk]]:
    first, *others = sorted(chunks, key=lambda chunk: chunk.id)
    return first, others


ENGLISH_MANUAL = """# Operation Manual

## Rated performance

The values hold for clean water at a temperature of 20 °C and for the rated speed of the motor.

| Size | Flow | Head |
|---|---|---|
| MC 40-160 | 25 m³/h | 32 m |
| MC 50-200 | 50 m³/h | 50 m |
"""
ENGLISH_SHEET = """# Data Sheet

## Dimensions for assembly

Each dimension is measured with the coupling guard removed and after the pump has cooled down.

| Size | Diameter | Length |
|---|---|---|
| MC 40-160 | 28 mm | 410 mm |
| MC 50-200 | 33 mm | 520 mm |
"""
CHINESE_DUTY = """# 静脉用药调配规程

## 操作

调配危害药品应当使用生物安全柜，并戴双层手套。
"""
CHINESE_MEANING = """# 药品术语规范

## 术语

危害药品是指具有致癌、致畸或者生殖毒性的药品。
"""


@pytest.mark.methods
def test_without_a_model_two_documents_are_joined_by_rule_and_each_hop_is_verified(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    texts = {"manual": ENGLISH_MANUAL, "sheet": ENGLISH_SHEET, "duty": CHINESE_DUTY, "meaning": CHINESE_MEANING}
    for name, text in texts.items():
        (tmp_path / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
    settings = load({"generate": {"methods": ["extractive", "multi-hop"]}})
    summary = pipeline.run(tmp_path / "docs", tmp_path / "out", settings)
    items = [item for item in read_records(tmp_path / "out" / "items.jsonl", QAItem) if len(item.chunk_ids) > 1]
    kept = [item for item in items if item.kept]
    assert {item.language for item in kept} == {"en", "zh"}
    assert {item.reason for item in items} == {"grounded"}
    assert all(len(item.hops) == len(item.beside) + 1 == 2 for item in items)
    rows = [row for side in ("train", "val") for row in read_records(tmp_path / "out" / "rows" / f"{side}.jsonl", Row)]
    held = {row.group for row in read_records(tmp_path / "out" / "rows" / "val.jsonl", Row)}
    assert held
    across = [
        item for item in kept if len(held & {item.document_id, *(other.document_id for other in item.beside)}) == 1
    ]
    assert across, "one document of a pair is held out, so what joins the two is on neither side"
    assert not {item.id for item in across} & {row.item_id for row in rows}
    assert summary.rows.between == len(across)
    assert summary.rows.domain == len(rows) == summary.items.kept_total - len(across)
    assert f"left out {len(across):>6}  domain" in summary_text(summary, tmp_path / "out")
    assert f"| domain rows left out | {len(across)} |" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


@pytest.mark.methods
def test_a_server_s_stand_in_is_asked_what_two_passages_answer_together(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    for name, chinese in (("en", False), ("zh", True)):
        for side, fact in zip("ab", facts("good", chinese), strict=True):
            (tmp_path / "docs" / f"{name}-{side}.md").write_text(f"# {side}\n\n{fact}\n", encoding="utf-8")
    pipeline.run(tmp_path / "docs", tmp_path / "out", load({"generate": {"methods": ["multi-hop"]}}), model=Scripted())
    items = list(read_records(tmp_path / "out" / "items.jsonl", QAItem))
    assert {(item.language, item.task_type) for item in items if item.verdict and item.verdict.alone} == {
        ("en", "multi-hop/comparison"),
        ("zh", "multi-hop/comparison"),
    }
