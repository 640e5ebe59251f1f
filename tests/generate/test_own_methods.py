"""Methods that docqa does not ship: the README's file in a run, a package's entry point, and faults in others."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.errors import SettingsError
from docqa.generate.methods import listing, mix, named
from docqa.records import QAItem
from docqa.runfolder import read_records
from docqa.settings import load
from tests.scripted import Scripted

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TEXT = "# Valves\n\nA check valve is a valve that lets the medium pass in one direction only. It needs no actuator.\n"
QUOTE = "A check valve is a valve that lets the medium pass in one direction only."


def shown(first: str) -> str:
    """The README's indented block that begins with the line ``first``."""
    lines = README[README.index(f"    {first}") :].splitlines()
    end = next(place for place, line in enumerate(lines) if line and not line.startswith("    "))
    return "\n".join(line[4:] for line in lines[:end]) + "\n"


def replies(body: dict[str, Any]) -> str:
    user = body["messages"][-1]["content"]
    if "You write glossaries" in body["messages"][0]["content"]:
        assert QUOTE in user
        return json.dumps({"quote": QUOTE, "term": "check valve", "meaning": QUOTE})
    if '"answerable"' in user:
        return json.dumps({"answerable": True, "answer": QUOTE})
    return answer(body)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "valves.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "glossary.py").write_text(shown("# glossary.py"), encoding="utf-8")
    (tmp_path / "prompts").mkdir()
    prompt = shown("{# my-prompts/glossary.en.j2").partition("\n\ndocqa run")[0]
    (tmp_path / "prompts" / "glossary.en.j2").write_text(prompt, encoding="utf-8")
    return tmp_path


def test_the_readme_s_method_makes_verified_items_beside_ours(own: Path):
    settings = load({"generate": {"methods": ["extractive", "glossary.py"], "prompts": "prompts"}})
    summary = pipeline.run(own / "docs", own / "out", settings, model=Scripted(replies))
    items = [item for item in read_records(own / "out" / "items.jsonl", QAItem) if item.origin.method == "glossary"]
    assert [(item.question, item.task_type, item.evidence[0].quote) for item in items] == [
        ("What does “check valve” mean?", "glossary/term", QUOTE)
    ]
    assert items[0].verdict
    assert summary.task_types["glossary/term"] == 1, [item.reason for item in items]
    assert "glossary.en.j2" in summary.prompts
    assert summary.models["generator"] == "docqa extractive rules (no model); scripted (glossary)"
    assert not summary.failures


def test_the_readme_s_method_is_about_twenty_lines():
    assert len([line for line in shown("# glossary.py").splitlines() if line]) <= 20


def test_a_fault_in_it_costs_the_chunk_and_says_where(own: Path):
    text = (own / "glossary.py").read_text(encoding="utf-8")
    (own / "glossary.py").write_text(text.replace("said.meaning", "said.sense"), encoding="utf-8")
    settings = load({"generate": {"methods": ["extractive", "glossary.py"], "prompts": "prompts"}})
    summary = pipeline.run(own / "docs", own / "out", settings, model=Scripted(replies))
    (failure,) = summary.failures
    assert "AttributeError: 'Entry' object has no attribute 'sense'" in failure
    assert summary.items.made > 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("method = 1", "no docqa.generate.Method"),
        ("import no_such_module", "cannot be loaded \\(ModuleNotFoundError"),
        ("def", "cannot be loaded \\(SyntaxError"),
        ("from docqa.generate import Method\nmethod = Method('A B', '', 'nothing', (), None)", "small letters"),
        ("from docqa.generate import Method\nmethod = Method('a', '', 'nothing', ('x',), None)", "family/kind"),
        ("from docqa.generate.extractive import METHOD as method", "docqa's own"),
    ],
)
def test_a_file_that_is_no_method_says_so(tmp_path: Path, text: str, said: str):
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as error:
        mix((f"{tmp_path / 'mine.py'}:0.5",), with_model=True)
    assert "mine.py" in str(error.value)


def test_a_file_that_is_not_there_says_so():
    with pytest.raises(SettingsError, match=r"gone\.py: there is no such file"):
        named("gone.py")


def test_an_installed_package_s_method_is_known_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "packaged.py").write_text(
        "from docqa.generate import Method\n"
        "method = Method('packaged', 'made elsewhere', 'nothing', ('own/kind',), None)\n"
    )
    info = tmp_path / "packaged-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: packaged\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[docqa.methods]\npackaged = packaged:method\nlost = no_such_place:method\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert named("packaged").line == "made elsewhere"
        assert "packaged        no model                    made elsewhere" in listing()
        assert "lost            ?                           method lost (no_such_place:method): cannot be" in listing()
    finally:
        sys.modules.pop("packaged", None)
