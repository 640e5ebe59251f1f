"""What the README promises of ``make demo``, checked on its output."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from docqa.coverage import Covered
from docqa.parse import ocr
from docqa.records import CELL_SEPARATOR, Chunk, Evidence, QAItem
from docqa.runfolder import read_records
from docqa.summary import Summary
from docqa.text import squash

Demo = tuple[Path, Summary]


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_set_is_large_enough_bilingual_and_at_the_ratio_asked_for(demo: Demo):
    out, summary = demo
    train, val = rows(out / "train.jsonl"), rows(out / "val.jsonl")
    assert len(train) >= 300
    general = sum(not row["id"] for row in train + val)
    assert abs(general - 0.1 * len(train + val)) <= 0.5
    assert summary.rows.general == Counter(row["source"] for row in train + val if not row["id"])
    languages = Counter(item.language for item in read_records(out / "items.jsonl", QAItem) if item.kept)
    assert min(languages["en"], languages["zh"]) >= 50


def test_it_is_a_mix_of_methods_each_verified(demo: Demo):
    items = list(read_records(demo[0] / "items.jsonl", QAItem))
    kept = Counter(item.origin.method for item in items if item.kept)
    assert kept.keys() == {"extractive", "dialogue", "tasks", "multi-hop", "unanswerable", "preference"}
    assert min(kept.values()) >= 10
    assert all(item.verdict for item in items)


def test_conversations_and_pairs_have_their_files(demo: Demo):
    out, summary = demo
    talks = [row["conversations"] for row in rows(out / "train.sharegpt.jsonl")]
    assert sum(len(talk) > 2 for talk in talks) >= 30
    assert all([turn["from"] for turn in talk] == ["human", "gpt"] * (len(talk) // 2) for talk in talks)
    pairs = rows(out / "train.preference.jsonl") + rows(out / "val.preference.jsonl")
    assert len(pairs) == sum(summary.pairs.values()) >= 50
    assert all(row["chosen"] != row["rejected"] for row in pairs)


def test_the_rows_that_the_readme_shows_are_in_train(demo: Demo):
    text = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    shown = [line.strip("| ").split(" | ") for line in text.splitlines() if ", page " in line and line.startswith("| ")]
    made = {(row["instruction"], row["output"]) for row in rows(demo[0] / "train.jsonl")}
    assert len(shown) == 4
    assert {(question, answer) for question, answer, _ in shown} <= made


def test_every_row_is_traced_to_quotes_in_its_chunk_and_on_its_page(demo: Demo, documents: Path):
    out, _ = demo
    chunks = {chunk.id: chunk for chunk in read_records(out / "chunks.jsonl", Chunk)}
    items = {item.id: item for item in read_records(out / "items.jsonl", QAItem)}
    pages: dict[tuple[str, int], str] = {}
    for row in rows(out / "train.jsonl") + rows(out / "val.jsonl"):
        if not row["id"]:
            continue
        item = items[row["id"]]
        assert (item.kept, item.question, item.answer) == (True, row["instruction"], row["output"])
        assert item.evidence or not item.answerable
        for evidence in item.evidence:
            chunk = chunks[evidence.chunk_id]
            assert chunk.text[evidence.start : evidence.end] == evidence.quote
            for part, page in parts(chunk, evidence) if chunk.path.endswith(".pdf") else ():
                said = page_text(documents / chunk.path, page, pages)
                for cell in part.split(CELL_SEPARATOR):
                    assert squash(cell) in said or not said, (chunk.path, evidence)  # a page may be a picture


def parts(chunk: Chunk, evidence: Evidence) -> Iterator[tuple[str, int]]:
    """The quote, in as many parts as it stands on pages, each with its page."""
    for piece in chunk.pieces:
        for span in piece.spans:
            if span.start < evidence.end and evidence.start < span.end:
                yield chunk.text[max(span.start, evidence.start) : min(span.end, evidence.end)], span.box.page


def page_text(path: Path, number: int, known: dict[tuple[str, int], str]) -> str:
    """A page's own words in no order of ours but the file's, squashed."""
    key = (str(path), number)
    if key not in known:
        with pymupdf.open(path) as document:
            known[key] = squash(document[number - 1].get_text())
    return known[key]


def test_no_document_stands_on_both_sides(demo: Demo):
    out, _ = demo
    home = {item.id: item.document_id for item in read_records(out / "items.jsonl", QAItem)}
    sides = [{home[row["id"]] for row in rows(out / name) if row["id"]} for name in ("train.jsonl", "val.jsonl")]
    assert sides[1]
    assert not sides[0] & sides[1]


def test_every_page_and_chunk_has_one_state_and_the_card_says_the_same(demo: Demo, documents: Path):
    out, summary = demo
    states = list(read_records(out / "coverage.jsonl", Covered))
    pages = Counter((state.path, state.pages) for state in states if state.kind == "page")
    assert set(pages.values()) == {1}
    in_files = sum(len(pymupdf.open(path)) for path in documents.rglob("*.pdf"))
    assert sum(1 for path, _ in pages if path.endswith(".pdf")) == in_files
    for counts, kind in ((summary.pages, "page"), (summary.chunks, "chunk")):
        assert counts.total == sum(state.kind == kind for state in states)
    assert all(state.reason for state in states if state.state != "used")
    assert any(state.reason == "image without text" for state in states) != ocr.installed()
    card = (out / "README.md").read_text(encoding="utf-8")
    assert f"| items made | {summary.items.made:,} | {summary.items.kept_total:,} kept" in card


def test_the_card_the_registry_and_the_files_agree_in_every_count(demo: Demo):
    out, _ = demo
    card = (out / "README.md").read_text(encoding="utf-8")
    told = {cells[0]: cells[1:] for cells in tables(card)}
    items = list(read_records(out / "items.jsonl", QAItem))
    kept = [item for item in items if item.kept and not item.pair]
    train, val = rows(out / "train.jsonl"), rows(out / "val.jsonl")

    assert number(told["items made"][0]) == len(items)
    counted = demo[1].rows
    rest = counted.repeated + counted.joined + counted.between
    assert number(told["items kept"][0]) == number(told["domain rows"][0]) + rest == len(kept)
    assert counts(told["items kept"][1]) == Counter(item.language for item in kept)
    assert counts(told["their task types"][1]) == Counter(item.task_type for item in kept)
    assert counts(told["their decisions"][1]) == Counter(str(item.verdict.decision) for item in kept if item.verdict)
    dropped = Counter(item.reason.partition(":")[0] for item in items if not item.kept)
    assert {reason: number(told[reason][0]) for reason in dropped} == dropped
    made_of, kept_of = Counter(item.path for item in items), Counter(item.path for item in kept)
    for path in made_of:
        assert [number(cell) for cell in told[path][-2:]] == [made_of[path], kept_of[path]]

    assert number(told["rows written"][0]) == len(train) + len(val)
    assert counts(told["rows written"][1]) == {"train": len(train), "val": len(val)}
    assert number(told["general rows"][0]) == sum(not row["id"] for row in train + val)
    registry = json.loads((out / "dataset_info.json").read_text(encoding="utf-8"))
    names = {f"{side}{form}.jsonl" for side in ("train", "val") for form in ("", ".sharegpt", ".preference")}
    assert {entry["file_name"] for entry in registry.values()} == names
    for entry in registry.values():
        assert number(told[entry["file_name"]][-1]) == len(rows(out / entry["file_name"]))
    written = {row["id"] for row in train + val if row["id"]}
    assert written <= {item.id for item in kept}
    assert len(kept) - len(written) == rest


def tables(card: str) -> Iterator[list[str]]:
    """The cells of the rows of all tables."""
    for line in card.splitlines():
        if line.startswith("| "):
            yield [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]


def number(cell: str) -> int:
    return int(cell.replace(",", ""))


def counts(cell: str) -> dict[str, int]:
    """A cell like ``en 390, zh 307``."""
    return {part.rpartition(" ")[0]: number(part.rpartition(" ")[2]) for part in cell.split(", ")}


def test_llama_factory_finds_the_files_and_columns_it_is_told_of(demo: Demo):
    out, _ = demo
    for entry in json.loads((out / "dataset_info.json").read_text()).values():
        first = rows(out / entry["file_name"])[0]
        assert set(entry["columns"].values()) <= first.keys()


@pytest.mark.parametrize("name", ["run.db", "settings.toml", "errors.jsonl", "README.md", "index"])
def test_the_run_folder_holds(demo: Demo, name: str):
    assert (demo[0] / name).exists()
    assert not (demo[0] / "work").exists()
