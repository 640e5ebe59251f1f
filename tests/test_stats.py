"""What ``docqa stats`` shows adds up, and says what to do where there is nothing to show."""

from pathlib import Path

from click.testing import CliRunner, Result

from docqa.cli import cli
from docqa.records import Answer, Decision, Evidence, Origin, QAItem, Verdict, item_id
from docqa.runfolder import write_records


def made(number: int, question: str, answer: str, task: str, decision: Decision, reason: str = "") -> QAItem:
    chinese = any("一" <= char <= "龥" for char in question)
    return QAItem(
        id=item_id([f"c{number}"], question, answer),
        chunk_ids=(f"c{number}",),
        document_id="d",
        path="手册.pdf" if chinese else "manual.pdf",
        question=question,
        answer=answer,
        evidence=(Evidence(chunk_id=f"c{number}", start=0, end=1, quote=answer[:1]),),
        task_type=task,
        language="zh" if chinese else "en",
        difficulty="easy",
        origin=Origin(method="self-qa", prompt="p", model="m"),
        score=None,
        verdict=Verdict(retrieval=Answer(text=answer, agreement=1.0), decision=decision),
        kept=not reason,
        reason=reason or str(decision),
    )


ITEMS = [
    made(1, "What drives the pump?", "A motor.", "fact/what", Decision.NOVEL),
    made(2, "What drives the fan?", "A belt.", "fact/what", Decision.KNOWN),
    made(3, "Who checks the seal?", "The operator checks it every day of the year.", "fact/who", Decision.NOVEL),
    made(4, "水泵由什么驱动？", "由电机驱动。", "definition/term", Decision.NOVEL),
    made(5, "What is it?", "It.", "fact/what", Decision.NOVEL, reason="vague-reference:it"),
    made(6, "Which one?", "One.", "fact/what", Decision.NOVEL, reason="vague-reference:one"),
]


def shown(run: Path) -> Result:
    return CliRunner().invoke(cli, ["stats", str(run)])


def rows(text: str, title: str) -> dict[str, int]:
    """The rows of one section: name to count."""
    section = next(part for part in text.split("\n\n") if part.startswith(title))
    return {line.split("  ")[1].strip() or line.strip().split()[0]: _count(line) for line in section.splitlines()[1:]}


def _count(line: str) -> int:
    return int(next(word for word in line.split() if word.replace(",", "").isdigit()).replace(",", ""))


def test_counts_are_those_of_the_items(tmp_path: Path):
    write_records(tmp_path / "items.jsonl", ITEMS)
    text = shown(tmp_path).output
    assert text.startswith("6 items made, 4 kept (66.7%): en 3, zh 1\n")
    assert rows(text, "Dropped") == {"vague-reference": 2}
    assert rows(text, "Decisions") == {"novel": 3, "known": 1}
    assert "75.0%" in next(line for line in text.splitlines() if "novel" in line)
    lines = [line.split()[:2] for line in text.splitlines()]
    assert lines.index(["fact", "3"]) < lines.index(["what", "2"]) < lines.index(["who", "1"])
    assert ["definition", "1"] in lines
    assert rows(text, "Documents") == {"manual.pdf": 3, "手册.pdf": 1}


def test_bars_stand_under_each_other_in_chinese_too(tmp_path: Path):
    from rich.cells import cell_len

    write_records(tmp_path / "items.jsonl", ITEMS)
    bars = [line for line in shown(tmp_path).output.split("Documents\n")[1].splitlines() if "█" in line]
    assert len({cell_len(line[: line.index("█")]) for line in bars}) == 1


def test_a_run_that_kept_nothing_is_shown(tmp_path: Path):
    write_records(tmp_path / "items.jsonl", ITEMS[4:])
    result = shown(tmp_path)
    assert result.exit_code == 0
    assert "2 items made, 0 kept" in result.output
    write_records(tmp_path / "items.jsonl", [])
    assert "0 items made" in shown(tmp_path).output


def test_a_folder_that_is_no_run_is_an_error_that_says_so(tmp_path: Path):
    assert "items.jsonl" in str(shown(tmp_path).exception)
    (tmp_path / "items.jsonl").write_text('{"question": 1}\n')
    assert "do the run again" in str(shown(tmp_path).exception)
