"""An item that shares text with a test set is dropped, and the reason says which row of which file."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rules import item

from docqa.curate import TestSets, curate
from docqa.errors import SettingsError

LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROW = "A relief valve of the cargo pump opens as soon as the pressure rises above twelve bar, as it must by law."
ZH_ROW = "货油泵的安全阀应当在压力升高到规定值以上时立即自动开启，并向值班室发出声光报警信号。"


def lines(folder: Path, *rows: object) -> Path:
    path = folder / "test.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def holds(folder: Path, row: object, question: str, answer: str) -> bool:
    return bool(TestSets([lines(folder, row)]).holding(item(question, answer)))


def test_thirteen_words_in_a_row_are_too_many_and_twelve_are_not(tmp_path: Path):
    words = ROW.split()
    for count, found in ((12, False), (13, True)):
        answer = f"Nobody knew that {' '.join(words[3 : 3 + count]).upper()}!"
        assert holds(tmp_path, {"text": ROW}, "What did nobody know about it?", answer) is found


def test_twenty_ideographs_in_a_row_are_too_many_and_nineteen_are_not(tmp_path: Path):
    for count, found in ((19, False), (20, True)):
        assert holds(tmp_path, {"text": ZH_ROW}, "手册里怎么写的？", f"写的是：{ZH_ROW[4 : 4 + count]}") is found


def test_words_and_ideographs_count_together(tmp_path: Path):
    row = "用 systemctl restart nginx 重启服务以后，再用 journalctl -u nginx 查看日志有没有错误"
    assert holds(tmp_path, {"a": row}, "怎么办？", row[3:])
    assert not holds(tmp_path, {"a": row}, "怎么办？", row[3:30])


def test_a_short_question_is_contaminated_when_a_test_asks_just_that(tmp_path: Path):
    row = {"question": "What is the capital of France?", "choices": ["Paris", "Rome"]}
    assert holds(tmp_path, row, "What is the capital of France", "Paris")
    assert not holds(tmp_path, row, "What is the capital of France called in Latin?", "Lutetia")
    assert not holds(tmp_path, row, "Who ran from Troy?", "Paris")
    assert holds(tmp_path, {"题": "法国的首都是哪里？"}, "法国的首都是哪里", "巴黎")


def test_the_reason_names_the_file_and_the_row_and_other_items_stay(tmp_path: Path):
    path = lines(tmp_path, {"text": "Nothing in common."}, {"nested": [{"deep": ROW}]})
    held = item("When does the relief valve open?", ROW)
    free = item("What does the inlet filter of the pump hold back?", "It holds back sand.")
    done = curate([held, free], tests=TestSets([path]))
    assert [(one.kept, one.reason) for one in done] == [
        (False, f"contaminated:{path.as_posix()}:2"),
        (True, "unverified"),
    ]


def test_every_kind_of_file_is_read(tmp_path: Path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    (tmp_path / "a.json").write_text(json.dumps({"version": 1, "data": [{"x": "none"}, {"x": ROW}]}))
    (tmp_path / "columns.json").write_text(json.dumps({"question": ["none", ROW], "answer": ["a", "b"]}))
    (tmp_path / "a.txt").write_text(f"none\n{ROW}\n")
    for name, mark in (("a.csv", ","), ("a.tsv", "\t")):
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file, delimiter=mark).writerows([["text", "label"], ["none", "0"], [ROW, "1"]])
    parquet.write_table(pa.table({"label": [0, 1], "text": ["none", ROW]}), tmp_path / "a.parquet")
    for path in sorted(tmp_path.iterdir()):
        assert TestSets([path]).holding(item("When does it open?", ROW)) == f"{path.as_posix()}:2"


def test_of_two_files_the_first_is_named(tmp_path: Path):
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(ROW)
    found = TestSets([tmp_path / "b.txt", tmp_path / "a.txt"]).holding(item("When does it open?", ROW))
    assert found == f"{(tmp_path / 'b.txt').as_posix()}:1"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"{", "not valid JSON"),
        ("a.json", b"[", "not valid JSON"),
        ("a.parquet", b"PAR", "cannot be read"),
        ("a.txt", b"\xff\xfe\xfa", "not UTF-8"),
        ("a.txt", b" \n", "no text in it"),
        ("a.docx", b"PK", "convert the file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_before_anything_is_done(
    tmp_path: Path, name: str, content: bytes, message: str
):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SettingsError, match=message) as raised:
        TestSets([tmp_path / name])
    assert name in str(raised.value)


def test_a_file_that_is_missing_is_named(tmp_path: Path):
    with pytest.raises(SettingsError, match="No such file"):
        TestSets([tmp_path / "none.jsonl"])


@given(st.lists(st.sampled_from(LETTERS), max_size=40), st.lists(st.sampled_from(LETTERS), max_size=40))
def test_what_is_found_is_what_comparing_every_run_finds(tmp_path_factory, first: list[str], second: list[str]):
    """The law: a run of 13 in both, or for a short question the same words."""
    if not first or not second:
        return
    path = tmp_path_factory.getbasetemp() / "law.txt"
    path.write_text(" ".join(first))
    runs = [{tuple(words[at : at + 13]) for at in range(len(words) - 12)} for words in (first, second)]
    expected = bool(runs[0] & runs[1]) or (len(second) < 13 and first == second)
    assert bool(TestSets([path]).holding(item(" ".join(second), ""))) is expected
