"""Questions that the corpus does not answer: asked near its topic, kept only where nothing answers them, and capped."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.blend import rows_from_items
from docqa.curate import curate
from docqa.export.rejected import rejected
from docqa.generate.unanswerable import attributes, by_rule, check
from docqa.index import Index
from docqa.records import Chunk, Decision, QAItem, Verdict
from docqa.runfolder import read_records
from docqa.settings import load
from docqa.verify import ExtractiveReader
from docqa.verify.unanswered import verify_unanswered
from tests.scripted import Scripted

SEALS = make_chunk(
    "The seal of the pump is replaced after 8000 hours, because its faces wear.", headings=["4 Changing the seal"]
)
PRICED = make_chunk("A new seal costs 120 euros.", headings=["9 Spare parts"], document="d2")
ZH = make_chunk(
    "密封每八千小时更换一次。", headings=["4 更换机械密封"], title="水泵维护手册", language="zh", document="d3"
)
TRADITIONAL = make_chunk(
    "機械密封每八千小時更換一次，費用由廠內預算支應。", headings=["4 更換機械密封"], title="水泵維護手冊", language="zh"
)
CHUNKS = [SEALS, PRICED, ZH]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    made = Index.open_or_build(tmp_path_factory.mktemp("index"), CHUNKS)
    yield made
    made.close()


class Reads:
    """A reader that answers whatever it is asked about more than ``chunks``."""

    def __init__(self, said: dict[int, str]) -> None:
        self.said = said

    async def read(self, question: str, passages: Any, language: str) -> str:
        return self.said.get(len(passages), "")


def asked_of(chunk: Chunk, name: str) -> QAItem:
    """What the rules would ask of an English chunk had they chosen this attribute."""
    (item,) = by_rule(chunk)
    place = f"the section “Changing the seal” of “{chunk.title}”"
    question, origin = attributes()[name].en.format(place=place), item.origin.model_copy(update={"prompt": name})
    return item.model_copy(update={"question": question, "origin": origin})


def test_a_rule_asks_a_named_section_for_what_it_may_not_hold():
    (item,) = by_rule(SEALS)
    assert "the section “Changing the seal” of “Pump manual”" in item.question
    assert item.question.endswith("?")
    assert "The documents at hand" in item.answer
    assert not item.answerable
    (chinese,) = by_rule(ZH)
    assert "《水泵维护手册》“更换机械密封”一节" in chinese.question
    assert "现有文件没有" in chinese.answer
    assert not by_rule(TRADITIONAL), "its hints would not be recognised"
    assert not by_rule(make_chunk("Text.")), "no section"
    assert not by_rule(make_chunk("Text.", headings=["1 Purpose and scope"]))
    assert not by_rule(SEALS.model_copy(update={"title": "scan_0042.pdf"}))


def test_every_attribute_has_both_languages_and_its_own_refusal_does_not_read_as_a_hint():
    for name, known in attributes().items():
        assert all("{place}" in text for text in (known.en, known.no_en, known.zh, known.no_zh)), name
        assert not check(asked_of(SEALS, name), SEALS)


@pytest.mark.parametrize(
    ("name", "said", "reason"),
    [
        ("software", {}, "unanswered"),
        ("budget", {}, "answered: a passage has 'costs'"),
        ("software", {3: "Pumpsoft 3."}, "answered: a passage answers it"),
        ("software", {1: "Pumpsoft 3."}, "answered: its own page answers it"),
    ],
)
def test_it_is_kept_where_nothing_answers_it(index: Index, name: str, said: dict[int, str], reason: str):
    made = asked_of(SEALS, name)
    found = index.search(made.question, 3)
    done = asyncio.run(verify_unanswered(made, found, index, Reads(said), check))
    assert done.reason == reason


def test_what_the_corpus_answers_is_found_by_the_embedded_reader(index: Index):
    made = by_rule(SEALS)[0].model_copy(update={"question": "After how many hours is the seal of the pump replaced?"})
    found = index.search(made.question, 3)
    done = asyncio.run(verify_unanswered(made, found, index, ExtractiveReader(), None))
    assert done.reason == "answered: a passage answers it"


def test_they_are_capped_and_have_no_rejected_answer():
    kept = [
        by_rule(make_chunk(f"Text {n}.", headings=[f"Changing part P-{n}"], document=f"d{n}"))[0].model_copy(
            update={"verdict": Verdict(decision=Decision.UNANSWERED), "kept": True, "reason": "unanswered"}
        )
        for n in range(40)
    ]
    hard = {"answerable": True, "verdict": Verdict(decision=Decision.HARD), "reason": "hard"}
    others = [
        item.model_copy(update={**hard, "id": f"o{n}", "question": f"What is P-{n}?", "answer": f"It is P-{n}."})
        for n, item in enumerate(kept)
    ]
    assert [item.reason for item in curate(kept)] == ["unanswered"] * 40
    counts = Counter(item.reason for item in curate([*kept, *others], unanswerable_share=0.05) if not item.answerable)
    assert counts["unanswered"] == 2
    assert counts["unanswerable-share"] == 38
    assert rejected(rows_from_items(kept)[0]) == ("", "")


ENGLISH = "# Pump manual\n\n## Changing the seal\n\n" + " ".join(
    f"The {part} of the pump must be inspected by the {who} after {n}00 hours of operation."
    for n, (part, who) in enumerate((("seal", "fitter"), ("bearing", "operator"), ("coupling", "planner")), 3)
)
CHINESE = "# 水泵维护手册\n\n## 更换机械密封\n\n" + "".join(
    f"{who}应当在运行{n}00小时后检查水泵的{part}，并把结果记入设备台账。"
    for n, (part, who) in enumerate((("机械密封", "钳工"), ("滚动轴承", "操作员"), ("弹性联轴器", "计划员")), 3)
)


def replies(body: dict[str, Any]) -> str:
    user = body["messages"][-1]["content"]
    chinese = "只回复 JSON" in user
    if '{"questions": [{"question"' in user:
        missing = "水泵机械密封的供应商是谁？" if chinese else "Who is the supplier of the pump's seal?"
        refusal = (
            "现有文件没有说明水泵机械密封的供应商。" if chinese else "The documents do not name the seal's supplier."
        )
        known = (
            "钳工在运行多少小时后检查机械密封？" if chinese else "After how many hours is the pump's seal inspected?"
        )
        said = [{"question": missing, "answer": refusal}, {"question": known, "answer": refusal}]
        return json.dumps({"questions": said}, ensure_ascii=False)
    if '"answerable"' in user and ("supplier" in user or "供应商" in user):
        return json.dumps({"answerable": False, "answer": ""})
    if '"answerable"' in user and ("After how many" in user or "多少小时" in user):
        return json.dumps({"answerable": True, "answer": "300"})
    return answer(body)


@pytest.mark.parametrize("share", [0.05, 1.0])
def test_a_model_s_are_asked_back_and_those_with_an_answer_dropped(tmp_path: Path, share: float):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "pump.md").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "docs" / "pump_zh.md").write_text(CHINESE, encoding="utf-8")
    settings = load(
        {
            "generate": {"methods": ["self-qa", "unanswerable"]},
            "curate": {"unanswerable_share": share, "min_accuracy": 1},
        }
    )
    model = Scripted(replies)
    summary = pipeline.run(tmp_path / "docs", tmp_path / "out", settings, model=model)
    items = [item for item in read_records(tmp_path / "out" / "items.jsonl", QAItem) if not item.answerable]
    wanted = "unanswerable-share" if share == 0.05 else "unanswered"
    assert Counter((item.language, item.reason) for item in items) == Counter(
        (language, reason) for language in ("en", "zh") for reason in (wanted, "answered: a passage answers it")
    )
    assert not any(item.scores for item in items)
    assert not any("from memory" in prompt.system and "supplier" in prompt.user for prompt in model.prompts)
    assert summary.items.made == summary.items.kept_total + sum(summary.items.dropped.values())
    assert not summary.failures
