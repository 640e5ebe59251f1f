"""Preference pairs: what is rejected is wrong, what is chosen is an item's, and neither is a row of the set."""

import asyncio
import json
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from handmade import make_chunk

from benchmarks.throughput.replies import answer
from docqa import pipeline, veto
from docqa.generate import Borrowed, Made
from docqa.generate.items import item
from docqa.generate.kept import Kept
from docqa.generate.preference import MOST, make, without_evidence
from docqa.index import Index
from docqa.models.chat import Completion
from docqa.models.session import Session
from docqa.prompts import Prompts
from docqa.records import Answer, Decision, DialogueTurn, Origin, Pair, QAItem, Verdict
from docqa.reexport import export_run
from docqa.remix import remix
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import ExportSettings, load
from docqa.stats import stats_text
from docqa.store import Store
from docqa.summary import Summary
from docqa.terminal import summary_text
from docqa.workers import WorkerPool
from tests.scripted import Scripted

# ------------------------------------------------------------------------------------------------ with a model


class Case(NamedTuple):
    """A document of one sentence, and what the model makes of it.

    ``word`` is what its question has and no other one.
    """

    word: str
    text: str
    guess: str
    reason: str
    source: str = "sampled"


EN = (
    Case(
        "workshop",
        "The fitter keeps the spare seals of the pump in the locked cabinet near the workshop.",
        "The cook keeps them in the kitchen.",
        "novel",
    ),
    Case(
        "supplier",
        "The planner orders the bearings of the pump from the supplier named in the contract.",
        "SAME: the supplier that the contract names gets the order.",
        "rejected_may_be_right: it agrees with the chosen one (1)",
    ),
    Case(
        "storekeeper",
        "The storekeeper hands out the gaskets of the pump against a signed receipt.",
        "Anybody takes them from an open box.",
        "pair_not_worse: 2 against 4",
    ),
    Case(
        "filters",
        "The operator washes the filters of the cooling circuit with clean lukewarm water.",
        "The director blows them out with steam.",
        "novel",
    ),
    Case("coupling", "The operator cleans the coupling guard of the pump with a dry cotton cloth.", "no JSON", ""),
    Case(
        "grinds",
        "The machinist grinds the worn shaft of the pump after 8000 starts of the electric motor.",
        "The machinist grinds the worn shaft of the pump after 8000 starts of the electric motor.",
        "novel",
        "number",
    ),
    Case(
        "paints",
        "The contractor paints the outer casing of the pump with blue enamel against corrosion.",
        "",
        "novel",
        "closed_book",
    ),
)
ZH = (
    Case("备用密封", "钳工把备用密封放在车间旁边带锁的柜子里，并在台账上登记。", "厨师把它们放在厨房里。", "novel"),
    Case(
        "滚动轴承",
        "计划员把滚动轴承的订单交给合同写明的供货厂家，并抄送仓库。",
        "SAME：由合同写明的厂家得到订单。",
        "rejected_may_be_right: it agrees with the chosen one (1)",
    ),
    Case(
        "密封垫片",
        "保管员凭密封垫片的领料单发货，并请领料人当面签字。",
        "谁都能从敞开的箱子里拿。",
        "pair_not_worse: 2 against 4",
    ),
    Case("冷却滤网", "操作员用温水清洗冷却滤网，并把滤网晾干后装回原处。", "厂长用蒸汽吹扫。", "novel"),
    Case("联轴器罩", "操作员用干棉布擦拭联轴器罩，并把棉布放回工具柜。", "no JSON", ""),
    Case(
        "磨削主轴",
        "车工磨削主轴的时间是水泵完成8000次起停之后，并由检验员复查。",
        "车工磨削主轴的时间是水泵完成8000次起停之后，并由检验员复查。",
        "novel",
        "number",
    ),
    Case("油漆外壳", "承包商油漆外壳用蓝色的瓷漆，并在完工后清理现场。", "", "novel", "closed_book"),
)
CASES = (*EN, *ZH)

OFF_SCALE = ("filters", "冷却滤网")
"""Words of the pairs that the model marks with a nine."""

REMEMBERED = "WRONG: with the green paint of the railway."


def case_of(text: str) -> Case:
    (found,) = (case for case in CASES if case.word in text)
    return found


def marks(accuracy: int) -> dict[str, int]:
    return {"accuracy": accuracy, "safety": 4, "helpfulness": accuracy}


def replies(body: dict[str, Any]) -> str:
    user = body["messages"][-1]["content"]
    shape = re.search(r'(?:JSON only: |只回复 JSON：)\{"(\w+)', user)
    assert shape
    asked = re.findall(r"^(?:Question: |问题：)(.*)$", user, re.MULTILINE)
    if shape[1] == "guess":
        guess = case_of(asked[-1]).guess
        return guess if guess == "no JSON" else json.dumps({"guess": guess}, ensure_ascii=False)
    if shape[1] == "known":
        known = case_of(asked[-1]).source == "closed_book"
        return json.dumps({"known": known, "answer": REMEMBERED if known else ""})
    if shape[1] == "verdict":
        return json.dumps({"verdict": "same" if "SAME" in user else "different"})
    if shape[1] == "first":
        case = case_of(asked[-1])
        said = re.search(r"(?:First answer: |第一个回答：)(.*)\n\n(?:Second answer: |第二个回答：)(.*)$", user, re.S)
        assert said
        right, wrong = (2, 4) if case.reason.startswith("pair_not_worse") else (9 if case.word in OFF_SCALE else 5, 1)
        rated = [marks(right if text in user.split("</passage>")[0] else wrong) for text in said.groups()]
        return json.dumps({"first": rated[0], "second": rated[1]})
    if shape[1] == "answerable":
        return json.dumps({"answerable": True, "answer": case_of(asked[-1]).text}, ensure_ascii=False)
    return answer(body)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary, Scripted]:
    folder = tmp_path_factory.mktemp("run")
    (folder / "docs").mkdir()
    for number, case in enumerate(CASES):
        (folder / "docs" / f"{number}.md").write_text(case.text + "\n", encoding="utf-8")
    settings = load(
        {
            "generate": {"methods": ["self-qa", "preference"]},
            "curate": {"min_accuracy": 1, "rouge_l": 1, "rouge_l_zh": 1},
            "export": {"formats": ["alpaca", "preference", "kto"]},
        }
    )
    model = Scripted(replies)
    return folder / "out", pipeline.run(folder / "docs", folder / "out", settings, model=model), model


def items_of(out: Path) -> list[QAItem]:
    return list(read_records(out / "items.jsonl", QAItem))


def pairs_of(out: Path) -> list[QAItem]:
    return [each for each in items_of(out) if each.pair]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.methods
def test_each_is_kept_or_dropped_for_its_reason_and_the_next_way_is_tried(ran: tuple[Path, Summary, Scripted]):
    out, _, _ = ran
    found = {case_of(each.question).word: (each.reason, each.pair.source) for each in pairs_of(out) if each.pair}
    assert found == {case.word: (case.reason, case.source) for case in CASES if case.reason}
    assert len(pairs_of(out)) == len(found)


@pytest.mark.methods
def test_what_cannot_be_guessed_or_marked_is_a_line_in_the_errors(ran: tuple[Path, Summary, Scripted]):
    out, _, _ = ran
    failures = Counter(
        (case_of(failure.question).word, failure.message.partition(":")[0])
        for failure in read_records(out / "errors.jsonl", Failure)
    )
    guesses = {case.word: "no guess (preference-weak)" for case in CASES if case.guess == "no JSON"}
    unrated = dict.fromkeys(OFF_SCALE, "not rated (rate-preference)")
    assert failures == Counter((guesses | unrated).items())


@pytest.mark.methods
def test_the_marks_are_those_of_the_right_answer_whichever_stood_first(ran: tuple[Path, Summary, Scripted]):
    out, _, model = ran
    for each in pairs_of(out):
        assert each.pair
        chosen, rejected = each.pair.chosen_marks, each.pair.marks
        assert chosen
        if case_of(each.question).word in OFF_SCALE:
            assert (chosen.accuracy, chosen.by, rejected) == (5, "rules", None)
        elif each.kept:
            assert rejected
            assert (chosen.accuracy, rejected.accuracy, chosen.safety, chosen.by) == (5, 1, 4, "scripted")
    asked = [prompt.user for prompt in model.prompts if '{"first"' in prompt.user]
    first = [user.split("</passage>")[0].find(re.split("First answer: |第一个回答：", user)[1][:30]) for user in asked]
    assert {place >= 0 for place in first} == {True, False}, "the order is a draw"


@pytest.mark.methods
def test_a_guess_is_made_without_what_the_answer_rests_on(ran: tuple[Path, Summary, Scripted]):
    _, _, model = ran
    guesses = [prompt for prompt in model.prompts if '{"guess"' in prompt.user]
    assert guesses
    assert all(case_of(prompt.user).text not in prompt.user for prompt in guesses)
    assert {prompt.temperature for prompt in guesses} >= {1.2}


@pytest.mark.methods
def test_a_pair_is_its_item_with_its_verdict_and_its_words(ran: tuple[Path, Summary, Scripted]):
    out, _, _ = ran
    items = {each.id: each for each in items_of(out)}
    for each in pairs_of(out):
        parent = items[each.made_from]
        assert parent.pair is None
        assert (each.question, each.answer, each.evidence) == (parent.question, parent.answer, parent.evidence)
        assert each.verdict == parent.verdict
        assert each.origin.method == "preference"
        assert each.pair
        assert each.task_type == f"preference/{each.pair.source.replace('_', '-')}"


@pytest.mark.methods
def test_pairs_are_no_rows_of_the_set_and_all_rows_of_the_comparing_formats(ran: tuple[Path, Summary, Scripted]):
    out, summary, _ = ran
    sft = [each for each in items_of(out) if each.kept and not each.pair]
    kept = {each.id: each for each in pairs_of(out) if each.kept}
    files = {
        name: rows(out / f"train{name}.jsonl") + rows(out / f"val{name}.jsonl") for name in ("", ".preference", ".kto")
    }
    assert {row["id"] for row in files[""]} == {each.id for each in sft}
    assert {row["id"] for row in files[".preference"]} == kept.keys()
    for row in files[".preference"]:
        pair = kept[row["id"]].pair
        assert pair
        assert (row["chosen"], row["rejected"], row["rejected_by"]) == (
            kept[row["id"]].answer,
            pair.rejected,
            pair.source,
        )
        assert row["chosen_accuracy"] == "5"
        assert row["rejected_accuracy"] == ("" if pair.marks is None else "1")
    assert Counter((row["id"], row["label"]) for row in files[".kto"]) == Counter(
        (each, label) for each in kept for label in (True, False)
    )
    assert {(row["label"], row["accuracy"]) for row in files[".kto"]} == {(True, "5"), (False, "1"), (False, "")}
    assert (summary.rows.domain, summary.items.pairs) == (len(sft), len(kept))
    assert summary.pairs == {"closed_book": 2, "number": 2, "sampled": 4}
    assert summary.items.dropped == {"pair_not_worse": 2, "rejected_may_be_right": 2}
    sides = {row["document"]: "val" for row in rows(out / "val.jsonl")}
    assert {row["document"] for row in rows(out / "val.preference.jsonl")} <= sides.keys()
    assert not {row["document"] for row in rows(out / "train.preference.jsonl")} & sides.keys()


@pytest.mark.methods
def test_the_summary_the_card_and_the_counts_tell_of_them(ran: tuple[Path, Summary, Scripted]):
    out, summary, _ = ran
    assert "pairs           8  preference pairs by rejected answer: sampled 4, closed" in summary_text(summary, out)
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "| preference pairs, beside the rows | 8 | sampled 4, closed_book 2, number 2 |" in card
    assert "Preference and KTO rows are the preference pairs and nothing else" in card
    assert "14 kept, 8 preference pairs, 4 dropped" in card
    told = stats_text(out)
    assert "26 items made, 14 kept" in told
    assert "Preference pairs, by rejected answer\n  sampled" in told


@pytest.mark.methods
def test_export_and_blend_of_the_run_have_the_same_pairs(ran: tuple[Path, Summary, Scripted], tmp_path: Path):
    out, _, _ = ran
    export_run(out, tmp_path / "again", ExportSettings(formats=("preference",)))
    for side in ("train", "val"):
        assert (tmp_path / "again" / f"{side}.jsonl").read_bytes() == (out / f"{side}.preference.jsonl").read_bytes()
    blended = remix(out, tmp_path / "blended", load({"export": {"formats": ["alpaca", "preference"]}}))
    assert (blended.rows.domain, blended.pairs) == (14, {"closed_book": 2, "number": 2, "sampled": 4})
    both = rows(tmp_path / "blended/train.preference.jsonl") + rows(tmp_path / "blended/val.preference.jsonl")
    assert {row["id"] for row in both} == {each.id for each in pairs_of(out) if each.kept}


@pytest.mark.methods
def test_the_same_command_again_asks_nothing_but_what_failed_and_writes_the_same(
    ran: tuple[Path, Summary, Scripted], tmp_path: Path
):
    out, _, _ = ran
    shutil.copytree(out, tmp_path / "out")
    model = Scripted(replies)
    settings = load(tomllib.loads((out / "settings.toml").read_text(encoding="utf-8")))
    pipeline.run(out.parent / "docs", tmp_path / "out", settings, model=model)
    assert {case_of(prompt.user).word for prompt in model.prompts} == {"coupling", "联轴器罩", *OFF_SCALE}
    for name in ("items.jsonl", "train.jsonl", "train.preference.jsonl", "errors.jsonl"):
        assert (tmp_path / "out" / name).read_bytes() == (out / name).read_bytes()


# ------------------------------------------------------------------------------------------------------- by rule


@pytest.fixture(scope="module")
def by_rule(tmp_path_factory: pytest.TempPathFactory, documents: Path) -> tuple[Path, Summary]:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "docs").mkdir()
    for path in ("bank/fee_schedule_zh.pdf", "bank/account_services_guide_en.pdf"):
        shutil.copy(documents / path, folder / "docs")
    settings = load({"generate": {"methods": ["extractive", "tasks:0.5", "unanswerable", "preference"], "rounds": 2}})
    return folder / "out", pipeline.run(folder / "docs", folder / "out", settings)


@pytest.mark.methods
def test_without_a_model_an_answer_is_changed_in_one_thing_and_marked_by_what_is_known(by_rule: tuple[Path, Summary]):
    out, summary = by_rule
    pairs = pairs_of(out)
    assert len(pairs) > 30
    assert {each.language for each in pairs} == {"en", "zh"}
    assert summary.pairs.keys() <= {"number", "unit", "name", "negation"}
    assert summary.pairs["number"] > summary.pairs["negation"]
    for each in pairs:
        assert each.kept, each.reason
        assert each.pair
        assert each.pair.marks
        assert each.pair.chosen_marks
        assert veto.difference(each.answer, each.pair.rejected)
        assert (each.pair.chosen_marks.accuracy, each.pair.marks.accuracy) == (5, 1)
        assert (each.pair.marks.safety, each.pair.marks.by) == (None, "rules")


@pytest.mark.methods
def test_a_chunk_has_a_few_pairs_however_many_rounds(by_rule: tuple[Path, Summary]):
    out, _ = by_rule
    items = {each.id: each for each in items_of(out)}
    assert max(Counter(each.chunk_ids for each in pairs_of(out)).values()) == MOST
    assert max(Counter(each.made_from for each in pairs_of(out)).values()) == 1
    assert all(items[each.made_from].answerable for each in pairs_of(out))


# -------------------------------------------------------------------------------------------------------- a chunk

CHUNK = make_chunk("The seal is replaced after 8000 hours. The fitter signs the log.")


def kept(question: str = "When is the seal replaced?", reply: str = "The seal is replaced after 8000 hours.") -> QAItem:
    made = item(CHUNK, question, reply, [reply], "qa/fact", Origin(method="self-qa", prompt=""))
    return made.model_copy(update={"kept": True, "verdict": Verdict(decision=Decision.NOVEL), "reason": "novel"})


def made_of(
    items: list[QAItem],
    tmp_path: Path,
    reply: Callable[[dict[str, Any]], str | Completion] | None = None,
    index: Index | None = None,
) -> Made:
    with Store(tmp_path / "run.db") as store:
        session = Session(Scripted(reply), store) if reply else None
        prompts = Prompts(domain="", persona="")
        pool = WorkerPool(1)
        borrowed = Borrowed(session, prompts, pool, load().generate, index, Kept(items, 1), session, session)
        return asyncio.run(make(CHUNK, borrowed))


def test_turns_refusals_and_pairs_themselves_are_left_alone(tmp_path: Path):
    first = kept()
    others = [
        first.model_copy(update={"turn": DialogueTurn(dialogue="d", number=1, said="When?")}),
        first.model_copy(update={"answerable": False}),
    ]
    for other in others:
        assert not made_of([other], tmp_path).items
    (pair,) = made_of([first], tmp_path).items
    assert not made_of([first, pair], tmp_path).items, "it has one"
    assert Kept([first, pair], 1).items == (first,), "for other methods a pair is no item"


def test_an_answer_that_reasons_is_not_spoilt_since_its_conclusion_may_stay(tmp_path: Path):
    reasoned = kept(reply="3 shifts of 8 hours are 24 hours. So a day.").model_copy(update={"conclusion": "A day."})
    assert not made_of([reasoned], tmp_path).items


@pytest.mark.parametrize("with_model", [True, False])
def test_what_was_read_from_other_passages_is_rejected_only_if_a_model_read_it(tmp_path: Path, with_model: bool):
    read = Verdict(decision=Decision.HARD, retrieval=Answer(text="The log is signed by the fitter.", agreement=0.0))
    item = kept("Who signs?", "The fitter signs the log.").model_copy(update={"verdict": read})
    made = made_of([item], tmp_path, (lambda body: "no JSON") if with_model else None)
    assert [each.pair.source for each in made.items if each.pair] == (["retrieval"] if with_model else [])


def test_every_way_is_taken_by_some_items(tmp_path: Path):
    """So that a set is not all of one kind."""
    lost = Verdict(decision=Decision.NOVEL, closed_book=Answer(text="Whenever it leaks.", agreement=0.0))
    sources: Counter[str] = Counter()
    for number in range(30):
        item = kept(f"When is seal {chr(65 + number)} replaced?").model_copy(update={"verdict": lost})
        for each in made_of([item], tmp_path, answer).items:
            assert each.pair
            sources[each.pair.source] += 1
    assert sources.keys() == {"closed_book", "sampled", "number", "unit"}
    assert min(sources["closed_book"], sources["sampled"], sources["number"] + sources["unit"]) >= 5


def test_an_answer_of_two_passages_is_marked_beside_both(tmp_path: Path):
    other = make_chunk("The log is kept in the office.", document="d2")

    class Two:
        def chunk(self, chunk_id: str) -> Any:
            return {CHUNK.id: CHUNK, other.id: other}[chunk_id]

    asked: list[str] = []

    def reply(body: dict[str, Any]) -> str:
        asked.append(body["messages"][-1]["content"])
        return answer(body)

    joined = kept().model_copy(update={"chunk_ids": (CHUNK.id, other.id)})
    made_of([joined], tmp_path, reply, cast("Index", Two()))
    (rating,) = (each for each in asked if "Second answer: " in each)
    assert rating.index(CHUNK.text) < rating.index(other.text) < rating.index("First answer: ")


def test_what_is_shown_of_the_passage_has_not_the_quotes():
    assert without_evidence(kept(), CHUNK) == "The fitter signs the log."
    other = make_chunk("Another text.", document="d2")
    assert without_evidence(kept(), other) == "Another text."


def test_a_pair_has_an_id_of_its_own(tmp_path: Path):
    first = kept()
    (pair,) = made_of([first], tmp_path).items
    assert pair.id != first.id
    assert pair.made_from == first.id
    assert isinstance(pair.pair, Pair)
    assert (pair.kept, pair.reason, pair.verdict) == (None, "", first.verdict)
