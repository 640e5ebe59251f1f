"""General data is read from whatever file or dataset it is in, a row at a time, and what is wrong is said."""

import csv
import gzip
import json
import tracemalloc
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa import rowfiles
from docqa.errors import SettingsError
from docqa.general import sources
from docqa.records import Row
from docqa.rowfiles import entries

ROWS = [
    {
        "instruction": f"What is {place} plus one?",
        "input": "",
        "output": f"It is {place + 1}, “exactly”,\nor 第{place + 1}号.",
    }
    for place in range(50)
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write ``rows`` as the name says."""
    name = path.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        import pyarrow
        from pyarrow import parquet

        parquet.write_table(pyarrow.Table.from_pylist(rows), path)
        return path
    with (gzip.open if path.suffix == ".gz" else open)(path, "wt", encoding="utf-8", newline="") as file:
        if name.endswith(".csv"):
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        elif name.endswith(".json"):
            json.dump(rows, file, ensure_ascii=False, indent=1)
        else:
            file.write("\ufeff" + "\n\n".join(json.dumps(row) for row in rows) + "\n\n")
    return path


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.csv", "a.parquet", "a.json.gz", "a.jsonl.gz", "a.csv.gz"])
def test_each_kind_of_file_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    (source,) = sources([write(tmp_path / name, ROWS)])
    read = [row for _, row in source.rows()]
    assert read == [
        Row(instruction=row["instruction"], output=row["output"], language=row_.language, source=name)
        for row, row_ in zip(ROWS, read, strict=True)
        if isinstance(row_, Row)
    ]
    numbers = [number for number, _ in source.rows()]
    assert [row for _, row in source.rows({numbers[3], numbers[40]})] == [read[3], read[40]]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(values, max_size=8), st.integers(1, 20), st.sampled_from([None, 2]), st.booleans())
def test_an_array_read_in_parts_is_the_array(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], block: int, indent: int | None, plain: bool
) -> None:
    path = tmp_path_factory.mktemp("array") / "a.json"
    path.write_text(json.dumps(rows, indent=indent, ensure_ascii=not plain), encoding="utf-8", errors="surrogatepass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rowfiles, "_BLOCK", block)
        assert [row for _, row in entries(path)] == rows


@pytest.mark.parametrize(
    "text", ["[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", '[{"a": 1}', '["a]', "[1}", "[nul]", f"[{'[' * 100_000}"]
)
@pytest.mark.parametrize("block", [1, 1 << 20])
def test_a_broken_array_is_an_error_that_names_the_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, block: int
) -> None:
    monkeypatch.setattr(rowfiles, "_BLOCK", block)
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(SettingsError, match=r"a\.json: row [12]: "):
        list(entries(tmp_path / "a.json"))


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.csv", "a.parquet"])
def test_a_file_is_never_held_whole(tmp_path: Path, name: str) -> None:
    path = write(
        tmp_path / name, [{"instruction": f"Say {place}.", "output": "word " * 400} for place in range(10_000)]
    )
    list(zip(entries(path), range(1), strict=False))  # what is imported once is not counted
    tracemalloc.start()
    assert sum(1 for _ in entries(path)) == 10_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10e6 < path.stat().st_size or name == "a.parquet"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.jsonl", b'{"a": 1}\n\n{half\n', "row 3: is not valid JSON"),
        ("a.json", '[{"instruction": "é"}]'.encode("latin-1"), "is not UTF-8"),
        ("a.json", b'[{"a": 1}]\n[{"a": 2}]', "there is more behind the end of its array"),
        ("a.csv", b"instruction,output\nOne,two,three\n", "line 2: has not as many cells"),
        ("a.csv", b'instruction,output\nOne,"two\n', "is not valid CSV after line 1"),
        ("a.parquet", b"PAR0", "cannot be read"),
        ("a.jsonl.gz", b"plain text", "cannot be read"),
        ("a.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 9)[:20], "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SettingsError, match=said):
        list(entries(tmp_path / name))


def test_what_is_wrong_with_a_row_stands_in_its_place(tmp_path: Path) -> None:
    (source,) = sources([write(tmp_path / "a.jsonl", [*ROWS[:1], {"instruction": "Say nothing.", "output": ""}])])
    assert list(source.rows())[1] == (3, "has an empty answer")


def test_a_weight_stands_behind_the_last_colon_unless_a_file_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.json", "b:3", "c:2.json"):
        write(tmp_path / name, ROWS)
    assert [(source.place, source.weight) for source in sources(["a.json:2", "b:3", "c:2.json:0.5"])] == [
        ("a.json", Fraction(2)),
        ("b:3", None),
        ("c:2.json", Fraction(1, 2)),
    ]
    assert sources(["b:3:1"])[0].place == "b:3"


def test_a_dataset_is_named_by_hf_or_by_a_slash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given_ = ["hf:squad", "tatsu-lab/alpaca", "hf:tatsu-lab/alpaca#test:2"]
    assert [(source.name, source.place, source.split, source.weight) for source in sources(given_)] == [
        ("squad", "squad", "train", None),
        ("tatsu-lab/alpaca", "tatsu-lab/alpaca", "train", None),
        ("tatsu-lab/alpaca#test", "tatsu-lab/alpaca", "test", Fraction(2)),
    ]


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        (["gone.json"], "gone.json: there is no such file"),
        (["data/gone.json"], "data/gone.json: there is no such file"),
        (["C:\\data\\gone.jsonl:2"], "there is no such file"),
        (["here"], "is a folder"),
        (["here/a.json:0"], "the weight of here/a.json is 0"),
        (["here/a.json", "here/a.json:2"], "given 2 times"),
    ],
)
def test_what_cannot_be_a_source_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given_: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    write(tmp_path / "here" / "a.json", ROWS)
    with pytest.raises(SettingsError) as error:
        sources(given_)
    assert said in str(error.value)


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "train.json", ROWS)
    paths = [tmp_path / folder / "train.json" for folder in ("a", "b")]
    assert [source.name for source in sources(paths)] == [str(path) for path in paths]


def test_a_dataset_is_loaded_by_the_datasets_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = pytest.importorskip("datasets").config
    monkeypatch.setattr(config, "HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "owner"
    folder.mkdir()
    write(folder / "train.jsonl", ROWS)
    write(folder / "test.jsonl", ROWS[:3])
    all_, few = sources([f"hf:{folder}", f"hf:{folder}#test:2"])
    assert [row.instruction for _, row in all_.rows() if isinstance(row, Row)] == [row["instruction"] for row in ROWS]
    assert len(list(few.rows())) == 3
    with pytest.raises(SettingsError, match="its split 'nowhere' cannot be loaded"):
        list(sources([f"hf:{folder}#nowhere"])[0].rows())


@pytest.mark.parametrize(
    ("module", "given_", "said"),
    [
        ("datasets", "hf:owner/name", r"pip install 'docqa\[hub\]'"),
        ("pyarrow", "a.parquet", r"pip install 'docqa\[parquet\]'"),
    ],
)
def test_without_the_library_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, given_: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.parquet", ROWS)
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(SettingsError, match=said):
        list(sources([given_])[0].rows())
