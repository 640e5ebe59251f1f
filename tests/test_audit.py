"""``docqa verify``: items made anywhere get the verdicts a run's own get, and come out in the form they came in."""

import json
from pathlib import Path
from typing import Any

import pytest

from docqa.audit import audit
from docqa.errors import SettingsError
from docqa.records import QAItem
from docqa.runfolder import read_records
from docqa.settings import load
from docqa.terminal import audit_code, audit_text
from tests.scripted import Scripted

TEXTS = {
    "pump.txt": "The oil of the pump must be changed after 500 hours of operation.\n\n"
    "The casing bolts are tightened to 45 N·m.\n\nThe pump must not be run dry, because the seal would overheat.",
    "bank.txt": "小额账户管理费的收费标准是每季度3元。\n\n冰排与药品之间应当放置不少于2厘米厚的隔热板，不得直接接触。",
}
PAIRS = [
    ("After how many hours of operation must the oil of the pump be changed?", "After 500 hours of operation.", True),
    ("After how many hours of operation must the oil of the pump be changed?", "After 900 hours of operation.", False),
    ("To what torque are the casing bolts tightened?", "45 N·m", True),
    ("To what torque are the casing bolts tightened?", "500 hours", False),
    ("Why must the pump not be run dry?", "Because the seal would overheat.", True),
    ("Who painted the ceiling of the chapel?", "Nobody knows that painter's name.", False),
    ("小额账户管理费的收费标准是什么？", "每季度3元", True),
    ("小额账户管理费的收费标准是什么？", "每季度8元", False),
]
FORMS = {
    "qa": lambda q, a: {"question": q, "answer": a, "source": "mine"},
    "alpaca": lambda q, a: {"instruction": q, "input": "", "output": a},
    "sharegpt": lambda q, a: {"conversations": [{"from": "human", "value": q}, {"from": "gpt", "value": a}]},
    "messages": lambda q, a: {"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]},
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rows(form: str) -> list[dict[str, Any]]:
    return [FORMS[form](question, answer) for question, answer, _ in PAIRS]


def write(path: Path, data: list[dict[str, Any]]) -> Path:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in data)
    path.write_text(json.dumps(data) if path.suffix == ".json" else lines, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gets_the_same_verdicts_and_comes_out_as_it_came_in(
    corpus: Path, tmp_path: Path, form: str, suffix: str
):
    given, out = write(tmp_path / f"given{suffix}", rows(form)), tmp_path / "out"
    done = audit(given, corpus, out, load())
    wanted = {True: [], False: []}
    for row, (_, _, right) in zip(rows(form), PAIRS, strict=True):
        wanted[right].append(row)
    for name, right in (("kept", True), ("dropped", False)):
        text = (out / f"{name}{suffix}").read_text(encoding="utf-8")
        read = json.loads(text) if suffix == ".json" else [json.loads(line) for line in text.splitlines()]
        assert read == wanted[right], name
    assert (done.total, sum(done.kept.values())) == (8, 4)
    assert audit_code(done) == 0
    assert f"kept{suffix}" in audit_text(done, out, suffix)


def test_the_sentence_that_bears_an_item_out_is_looked_up(corpus: Path, tmp_path: Path):
    out = tmp_path / "out"
    audit(write(tmp_path / "given.jsonl", rows("qa")), corpus, out, load())
    first = next(iter(read_records(out / "items.jsonl", QAItem)))
    assert [evidence.quote for evidence in first.evidence] == [TEXTS["pump.txt"].split("\n")[0]]
    assert first.path == "pump.txt"
    assert first.score is not None
    assert 0.5 < first.score <= 1


def test_a_run_over_the_documents_serves_as_the_corpus(corpus: Path, tmp_path: Path):
    given = write(tmp_path / "given.jsonl", rows("qa"))
    audit(given, corpus, tmp_path / "one", load())
    audit(given, tmp_path / "one", tmp_path / "two", load())
    assert (tmp_path / "one" / "items.jsonl").read_bytes() == (tmp_path / "two" / "items.jsonl").read_bytes()


def test_with_a_model_it_is_asked_and_the_closed_book_too(corpus: Path, tmp_path: Path):
    model = Scripted()
    done = audit(write(tmp_path / "given.jsonl", rows("qa")), corpus, tmp_path / "out", load(), model=model)
    assert any("from memory" in prompt.system for prompt in model.prompts)
    assert done.means.usage is not None
    assert not done.means.not_done


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no rows"),
        ('{"question": "Why?"}', "row 1"),
        ('{"question": "Why?", "answer": ""}', "empty answer"),
        ("{", "JSON"),
    ],
)
def test_a_file_that_holds_no_items_is_named(corpus: Path, tmp_path: Path, text: str, said: str):
    (tmp_path / "given.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as error:
        audit(tmp_path / "given.jsonl", corpus, tmp_path / "out", load())
    assert "given.jsonl" in str(error.value)


def test_what_is_verified_never_takes_the_place_of_a_runs_items(corpus: Path, tmp_path: Path):
    (tmp_path / "coverage.jsonl").write_text("")
    with pytest.raises(SettingsError, match="folder of a run"):
        audit(write(tmp_path / "given.json", rows("alpaca")), corpus, tmp_path, load())
