"""``docqa feedback``: what came back from use is verified like all else, and stays with its run."""

import csv
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.throughput.replies import answer
from docqa import feedback, pipeline
from docqa.errors import ModelError, SettingsError
from docqa.feedback import Fed, read
from docqa.flywheel import feed_back
from docqa.records import QAItem
from docqa.runfolder import read_records
from docqa.settings import load
from docqa.terminal import exit_code, feedback_text
from tests.scripted import Scripted

pytestmark = pytest.mark.methods

TEXTS = {
    "pump.txt": "The oil of the pump must be changed after 500 hours of operation.\n\n"
    "The casing bolts are tightened to 45 N·m.\n\nThe pump must not be run dry, because the seal would overheat.",
    "bank.txt": "小额账户管理费的收费标准是每季度3元。\n\n冰排与药品之间应当放置不少于2厘米厚的隔热板，不得直接接触。",
}
OIL = "After how many hours of operation must the oil of the pump be changed?"
TORQUE = "To what torque are the casing bolts tightened?"
FEE = "小额账户管理费的收费标准是什么？"
NOBODY = "Who painted the ceiling of the chapel?"
ROWS: list[tuple[dict[str, Any], str, str]] = [
    (
        {
            "question": OIL,
            "answer": "After 900 hours.",
            "thumbs": "down",
            "correction": "After 500 hours of operation.",
        },
        "corrected",
        "",
    ),
    ({"question": TORQUE, "answer": "45 N·m", "thumbs": "up"}, "confirmed", ""),
    (
        {"question": "Why must the pump not be run dry?", "answer": "It is blue.", "thumbs": "down"},
        "rejected",
        "thumbs-down",
    ),
    ({"question": OIL, "answer": "After 700 hours of operation.", "thumbs": "up"}, "confirmed", "hallucinated"),
    ({"question": NOBODY, "answer": "Nobody knows that painter's name.", "thumbs": "up"}, "confirmed", "unevidenced"),
    ({"question": FEE, "answer": "每季度8元", "thumbs": -1, "correction": "每季度3元"}, "corrected", ""),
    ({"question": FEE, "answer": "每年3元", "thumbs": False, "correction": "每季度9元"}, "corrected", "hallucinated"),
    (
        {"question": "冰排与药品之间应当放置什么？", "answer": "应当放置隔热板。", "thumbs": False},
        "rejected",
        "thumbs-down",
    ),
]
FILES = ("train.jsonl", "val.jsonl", "items.jsonl", "coverage.jsonl", "errors.jsonl", "README.md", "summary.json")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "notes.xyz").write_text("?")
    (folder / "copy.txt").write_text(TEXTS["pump.txt"], encoding="utf-8")
    return folder


def write(path: Path, rows: list[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def fed(out: Path) -> list[QAItem]:
    return [item for item in read_records(out / "items.jsonl", QAItem) if item.origin.method == "feedback"]


def contents(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in (*FILES, feedback.FILE)}


def test_each_row_is_kept_or_dropped_for_its_reason_and_the_documents_are_not_needed(tmp_path: Path, documents: Path):
    out, file = tmp_path / "out", write(tmp_path / "back.jsonl", [row for row, _, _ in ROWS])
    shutil.copytree(documents, tmp_path / "documents")
    before = pipeline.run(tmp_path / "documents", out, load())
    shutil.rmtree(tmp_path / "documents")
    done = feed_back(out, file, load())
    items = fed(out)
    pairs = [item for item in read_records(out / "items.jsonl", QAItem) if item.pair]
    assert [(pair.kept, pair.question, pair.answer, pair.made_from, pair.task_type) for pair in pairs] == [
        (True, item.question, item.answer, item.id, "preference/feedback")
        for item in items
        if item.kept and item.task_type == "feedback/corrected"
    ]
    assert [(pair.pair.rejected, pair.pair.source) for pair in pairs if pair.pair] == [
        ("After 900 hours.", "feedback"),
        ("每季度8元", "feedback"),
    ]
    assert done.run.pairs == {"feedback": 2}
    assert [item.task_type for item in items] == [f"feedback/{kind}" for _, kind, _ in ROWS]
    for item, (row, _, reason) in zip(items, ROWS, strict=True):
        assert bool(item.kept) is (reason == ""), (row, item.reason)
        assert not reason or item.reason.startswith(reason), (row, item.reason)
    assert items[0].answer == "After 500 hours of operation."
    assert items[0].evidence[0].quote == TEXTS["pump.txt"].split("\n")[0]
    assert items[2].reason == "thumbs-down: no correction"
    assert items[2].verdict is None, "nothing was asked about it"
    assert (done.rows, done.new) == (8, 8)
    assert done.kept == {"confirmed": 1, "corrected": 2}
    assert done.run.documents == before.documents, "the broken, the skipped and the copied file are told as before"
    assert done.run.failures == before.failures
    assert done.run.given is not None
    assert (done.run.given.file, done.run.given.rows) == ("feedback.jsonl", 8)
    assert done.run.items.made == before.items.made + len(ROWS) + len(pairs)
    assert exit_code(done.run) == 2, "the broken PDF"
    assert "8 rows, 8 of them new" in feedback_text(done, out).replace("   ", " ").replace("  ", " ")
    assert "| rows given | 8 | feedback.jsonl |" in (out / "README.md").read_text(encoding="utf-8")


def test_a_later_run_takes_it_in_again_and_feeding_it_twice_changes_nothing(tmp_path: Path, documents: Path):
    out, file = tmp_path / "out", write(tmp_path / "back.jsonl", [row for row, _, _ in ROWS])
    pipeline.run(documents, out, load())
    feed_back(out, file, load())
    first = contents(out)
    pipeline.run(documents, out, load())
    assert contents(out) == first
    done = feed_back(out, file, load())
    assert (done.rows, done.new) == (8, 0)
    assert contents(out) == first
    stored = [json.loads(line) for line in first[feedback.FILE].decode().splitlines()]
    assert stored == [row for row, _, _ in ROWS], "as they were given"
    more = write(
        tmp_path / "more.jsonl", [{"question": TORQUE, "answer": "12 N·m", "thumbs": "down", "user": 7}, ROWS[0][0]]
    )
    assert feed_back(out, more, load()).new == 1
    assert len(fed(out)) == len(ROWS) + 1


def test_a_rejected_answer_that_may_be_right_makes_no_pair(tmp_path: Path, documents: Path):
    out = tmp_path / "out"
    pipeline.run(documents, out, load())
    row = {"question": TORQUE, "answer": "45 N·m", "thumbs": "down", "correction": "They are tightened to 45 N·m."}
    done = feed_back(out, write(tmp_path / "back.jsonl", [row]), load())
    (correction,) = fed(out)
    assert correction.kept, correction.reason
    (pair,) = [item for item in read_records(out / "items.jsonl", QAItem) if item.pair]
    assert not pair.kept
    assert pair.reason.startswith("rejected_may_be_right")
    assert done.run.pairs == {}


def test_a_corrected_item_of_the_set_goes_and_its_correction_stays(tmp_path: Path, documents: Path):
    out = tmp_path / "out"
    pipeline.run(documents, out, load())
    wrong = next(item for item in read_records(out / "items.jsonl", QAItem) if item.kept)
    right = "冰排与药品之间应当放置厚度不少于2厘米的隔热板，且不得直接接触。"
    row = {"question": wrong.question, "answer": wrong.answer, "thumbs": "down", "correction": right}
    feed_back(out, write(tmp_path / "back.jsonl", [row]), load())
    items = list(read_records(out / "items.jsonl", QAItem))
    (correction,) = fed(out)
    assert correction.kept, correction.reason
    (old,) = [item for item in items if item.id == wrong.id and item.origin.method != "feedback"]
    assert (old.kept, old.reason) == (False, f"corrected:{correction.id}")


def test_a_correction_that_the_documents_do_not_bear_out_leaves_the_set_as_it_was(tmp_path: Path, documents: Path):
    out = tmp_path / "out"
    pipeline.run(documents, out, load())
    right = next(item for item in read_records(out / "items.jsonl", QAItem) if item.kept)
    row = {
        "question": right.question,
        "answer": right.answer,
        "thumbs": "down",
        "correction": "应当放置不少于9厘米厚的隔热板。",
    }
    feed_back(out, write(tmp_path / "back.jsonl", [row]), load())
    (correction,) = fed(out)
    assert not correction.kept
    assert any(item.id == right.id and item.kept for item in read_records(out / "items.jsonl", QAItem))


def test_an_answer_that_some_approve_and_others_do_not_is_not_kept(tmp_path: Path, documents: Path):
    out = tmp_path / "out"
    pipeline.run(documents, out, load())
    rows = [{"question": TORQUE, "answer": "45 N·m", "thumbs": thumbs} for thumbs in ("up", "down")]
    rows += [ROWS[5][0], {"question": FEE, "answer": "每季度8元", "thumbs": "up"}]
    feed_back(out, write(tmp_path / "back.jsonl", rows), load())
    assert [item.reason for item in fed(out)] == [
        "contested: thumbs up and down",
        "thumbs-down: no correction",
        "grounded",
        "contested: thumbs up and down",
    ]


# ---------------------------------------------------------------------------------------------------- with a model


def judging(body: dict[str, Any]) -> str:
    """Reads the right sentence whatever is asked, and says "different" where the numbers are."""
    user = body["messages"][-1]["content"]
    asked = user.rpartition("Question: ")[2] if "Question: " in user else user.rpartition("问题：")[2]
    if '"answerable"' in user:
        found = {"oil": "After 500 hours of operation.", "bolts": "45 N·m", "小额": "每季度3元"}
        said = next((text for word, text in found.items() if word in asked), "")
        return json.dumps({"answerable": bool(said), "answer": said}, ensure_ascii=False)
    if '{"ratings"' in user:
        count = user.count("] Question: ") + user.count("] 问题：")
        return json.dumps({"ratings": [{"number": n + 1, "accuracy": 5} for n in range(count)]})
    return answer(body)


def test_with_a_model_it_is_read_judged_and_rated_and_no_finished_call_is_made_twice(tmp_path: Path, documents: Path):
    out, file = tmp_path / "out", write(tmp_path / "back.jsonl", [ROWS[0][0], ROWS[5][0], ROWS[6][0]])
    pipeline.run(documents, out, load(), model=Scripted(judging))
    model = Scripted(judging)
    feed_back(out, file, load(), model=model)
    assert model.prompts
    assert not any('{"questions"' in prompt.user for prompt in model.prompts), "no question is made again"
    right, chinese, wrong = fed(out)
    assert right.kept, right.reason
    assert chinese.kept, chinese.reason
    assert right.verdict is not None
    assert right.verdict.retrieval is not None
    assert right.verdict.retrieval.text == "After 500 hours of operation."
    assert right.scores is not None
    assert wrong.reason == "unevidenced: number 9 is in no quote"
    first, again = contents(out), Scripted(judging)
    pipeline.run(documents, out, load(), model=again)
    assert not again.prompts
    assert contents(out) == first


def test_a_model_that_is_gone_loses_nothing_that_came_back(tmp_path: Path, documents: Path):
    out, file = tmp_path / "out", write(tmp_path / "back.jsonl", [ROWS[0][0]])
    pipeline.run(documents, out, load(), model=Scripted(judging))

    def gone(body: dict[str, Any]) -> str:
        raise ModelError("the server is gone")

    with pytest.raises(ModelError):
        feed_back(out, file, load(), model=Scripted(gone))
    pipeline.run(documents, out, load(), model=Scripted(judging))
    assert [item.kept for item in fed(out)] == [True]


# ------------------------------------------------------------------------------------------------------- the rows


def test_a_table_and_every_way_to_say_up_and_down_are_read(tmp_path: Path):
    with (tmp_path / "back.csv").open("w", encoding="utf-8", newline="") as file:
        lines = [["question", "answer", "thumbs", "correction"]]
        lines += [[f"Q{n}?", "A.", said, ""] for n, said in enumerate(("up", "1", "TRUE", "+1", "down", "-1", "False"))]
        csv.writer(file).writerows(
            [*lines, ["Q7?", "A.", "", "B."], ["Q8?", "", "", "B."], ["Q9?", "A.", "up", " A. "]]
        )
    rows = list(read(tmp_path / "back.csv"))
    assert [row.thumbs for row in rows] == ["up"] * 4 + ["down"] * 5 + ["up"]
    assert rows[7] == Fed(question="Q7?", answer="A.", thumbs="down", correction="B.")
    assert rows[9].correction == "", "it corrects nothing"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"question": "Why?", "answer": "So.", "thumbs": "sideways"}, "row 2: its thumbs are 'sideways'"),
        ({"question": "Why?", "answer": "So."}, "row 2: its thumbs are None"),
        ({"question": "Why?", "answer": "So.", "thumbs": 0}, "row 2: its thumbs are 0"),
        ({"question": "", "answer": "So.", "thumbs": "up"}, "row 2: has no question"),
        ({"question": "Why?", "answer": "", "thumbs": "up"}, "row 2: has neither an answer nor a correction"),
        ({"question": "Why?", "answer": ["So."], "thumbs": "up"}, "row 2: answer is not text"),
        ({"question": "Why?", "answer": "\ud800", "thumbs": "up"}, "row 2: holds half of a surrogate pair"),
        (["Why?", "So."], "row 2: is not an object"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_nothing_is_stored(tmp_path: Path, documents: Path, row: Any, said: str):
    lines = [json.dumps(each) for each in (ROWS[1][0], row)]
    (tmp_path / "back.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        read(tmp_path / "back.jsonl")


def test_a_folder_without_a_run_is_refused_before_anything_is_stored(tmp_path: Path):
    file = write(tmp_path / "back.jsonl", [ROWS[1][0]])
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingsError, match="there is no run in it"):
        feed_back(tmp_path / "empty", file, load())
    (tmp_path / "none.jsonl").write_text("")
    (tmp_path / "empty" / "run.db").write_bytes(b"")
    with pytest.raises(SettingsError, match="no rows in it"):
        feed_back(tmp_path / "empty", tmp_path / "none.jsonl", load())
    with pytest.raises(SettingsError, match="not the folder of a finished"):
        feed_back(tmp_path / "empty", file, load())
    assert not (tmp_path / "empty" / feedback.FILE).exists()
