"""The index: found by words and by meaning, the same every time, and built again when its folder is damaged."""

from pathlib import Path

import pytest
from handmade import make_chunk

from docqa.embed.lsa import Lsa
from docqa.index import Index, fit_index, index_name
from docqa.records import Chunk
from docqa.runfolder import write_records

CHUNKS = [
    make_chunk("The casing bolts are tightened to 45 N·m in two passes.", headings=["Torques"]),
    make_chunk("Grease the bearings every 2,000 hours of operation.", headings=["Lubrication"]),
    make_chunk("The pump must never be run dry.", headings=["Safety"]),
    make_chunk("冷库温度应保持在2℃至8℃。", title="储存规程", language="zh", document="d2"),
    make_chunk("高警示药品应双人核对。", title="储存规程", language="zh", document="d2"),
]
QUESTIONS = {
    "To what torque is a casing bolt tightened?": 0,
    "How often must a bearing be greased?": 1,
    "Can the pump run without liquid?": 2,
    "冷库的温度是多少？": 3,
    "哪些药品需要双人核对？": 4,
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.open_or_build(tmp_path_factory.mktemp("index"), CHUNKS)


@pytest.mark.parametrize(("question", "at"), QUESTIONS.items())
def test_a_question_finds_its_chunk_in_either_language(index: Index, question: str, at: int) -> None:
    found = index.search(question, k=3)
    assert found[0].chunk_id == CHUNKS[at].id
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)


def test_a_heading_is_searched_as_its_text_is(index: Index) -> None:
    assert index.search("lubrication", k=1)[0].chunk_id == CHUNKS[1].id


def test_no_more_passages_than_asked_for_or_than_there_are(index: Index) -> None:
    assert len(index.search("pump", k=2)) == 2
    assert len(index.search("pump", k=50)) <= len(CHUNKS)


def test_a_question_without_a_known_word_finds_nothing(index: Index) -> None:
    assert index.search("???") == []
    assert index.search("") == []


def test_neighbours_stay_in_the_document(index: Index) -> None:
    assert index.neighbours(CHUNKS[1].id) == [CHUNKS[0], CHUNKS[2]]
    assert index.neighbours(CHUNKS[2].id) == [CHUNKS[1]]
    assert index.neighbours(CHUNKS[4].id) == [CHUNKS[3]]


def test_a_chunk_is_found_by_its_id_and_an_unknown_id_is_an_error(index: Index) -> None:
    assert index.chunk(CHUNKS[3].id) == CHUNKS[3]
    with pytest.raises(KeyError):
        index.chunk("nowhere")


def test_two_builds_and_a_reopened_one_answer_alike(tmp_path: Path) -> None:
    answers = []
    for folder in ("a", "b", "b"):
        index = Index.open_or_build(tmp_path / folder, CHUNKS)
        answers.append([index.search(question) for question in QUESTIONS])
        index.close()
    assert answers[0] == answers[1] == answers[2]


def test_an_index_of_the_same_chunks_is_opened_and_not_built_again(tmp_path: Path) -> None:
    Index.open_or_build(tmp_path, CHUNKS).close()
    stored = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    Index.open_or_build(tmp_path, CHUNKS).close()
    assert stored == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}


def test_other_chunks_make_another_index_and_the_old_one_goes(tmp_path: Path) -> None:
    Index.open_or_build(tmp_path, CHUNKS).close()
    Index.open_or_build(tmp_path, CHUNKS[:3]).close()
    assert [path.name for path in tmp_path.iterdir()] == [index_name(CHUNKS[:3])]


@pytest.mark.parametrize("pattern", ["chroma.sqlite3", "embedder.npz", "vectors.npz"])
@pytest.mark.parametrize("damage", [b"", b"not what it was", None])
def test_a_damaged_index_is_built_again(tmp_path: Path, pattern: str, damage: bytes | None) -> None:
    index = Index.open_or_build(tmp_path, CHUNKS)
    expected = [index.search(question) for question in QUESTIONS]
    index.close()
    (file,) = tmp_path.rglob(pattern)
    if damage is None:
        file.unlink()
    else:
        file.write_bytes(damage)
    index = Index.open_or_build(tmp_path, CHUNKS)
    assert [index.search(question) for question in QUESTIONS] == expected
    index.close()


def test_what_a_killed_build_left_behind_is_no_index_and_goes(tmp_path: Path) -> None:
    (tmp_path / ".building-x").mkdir()
    (tmp_path / ".building-x" / "chroma.sqlite3").write_bytes(b"half")
    index = Index.open_or_build(tmp_path, CHUNKS)
    assert index.search("casing bolt")[0].chunk_id == CHUNKS[0].id
    index.close()
    assert [path.name for path in tmp_path.iterdir()] == [index_name(CHUNKS)]


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_a_corpus_may_be_tiny(tmp_path: Path, size: int) -> None:
    index = Index.open_or_build(tmp_path, CHUNKS[:size])
    found = index.search("casing bolts")
    assert [passage.chunk_id for passage in found[:1]] == [chunk.id for chunk in CHUNKS[: min(size, 1)]]
    index.close()


def test_a_chunk_without_a_word_is_kept_and_never_found(tmp_path: Path) -> None:
    empty = make_chunk("***", title="—", document="d3")
    index = Index.open_or_build(tmp_path, [*CHUNKS, empty])
    assert index.chunk(empty.id) == empty
    assert empty.id not in [passage.chunk_id for passage in index.search("casing bolt", k=1)]
    index.close()


def test_the_same_chunk_twice_counts_once(tmp_path: Path) -> None:
    index = Index.open_or_build(tmp_path, [CHUNKS[0], CHUNKS[0], CHUNKS[1]])
    assert len(index) == 2
    index.close()


def test_an_embedder_reads_back_what_it_saved(tmp_path: Path) -> None:
    texts = [chunk.text for chunk in CHUNKS]
    embedder = Lsa.fit(texts)
    embedder.save(tmp_path / "embedder.npz")
    assert (Lsa.load(tmp_path / "embedder.npz").embed(texts) == embedder.embed(texts)).all()


def test_what_a_worker_fitted_is_used_and_what_a_killed_one_left_is_not(tmp_path: Path) -> None:
    write_records(tmp_path / "chunks.jsonl", CHUNKS)
    left = tmp_path / "index" / f"{index_name(CHUNKS)}.fitted"
    left.mkdir(parents=True)
    (left / "vectors.npz").write_bytes(b"half of it")
    fit_index(tmp_path / "index", tmp_path / "chunks.jsonl")
    assert sorted(file.name for file in left.iterdir()) == ["embedder.npz", "vectors.npz"]
    index = Index.open_or_build(tmp_path / "index", CHUNKS)
    assert index.search("casing bolt")[0].chunk_id == CHUNKS[0].id
    index.close()
    assert [path.name for path in (tmp_path / "index").iterdir()] == [index_name(CHUNKS)]


def test_inflections_are_near_in_meaning_and_strangers_are_not() -> None:
    texts = [chunk.text for chunk in CHUNKS]
    embedder = Lsa.fit(texts)
    question, same, other = embedder.embed(["lubricated bearing", "bearings lubricating", "冷库"])
    assert question @ same > question @ other


def test_the_name_of_an_index_depends_on_text_and_order() -> None:
    def changed(chunk: Chunk) -> Chunk:
        return chunk.model_copy(update={"text": chunk.text + "!"})

    names = [CHUNKS, list(reversed(CHUNKS)), [changed(CHUNKS[0]), *CHUNKS[1:]]]
    assert len({index_name(chunks) for chunks in names}) == 3
