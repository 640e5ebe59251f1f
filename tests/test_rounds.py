"""Methods that wait: for the index over all chunks, and round by round for what was kept."""

import shutil
from pathlib import Path

import pytest
from handmade import make_chunk

from benchmarks.throughput.server import serving
from docqa import pipeline
from docqa.errors import SettingsError
from docqa.making import round_of
from docqa.records import Decision, QAItem
from docqa.runfolder import read_records
from docqa.settings import load
from docqa.summary import Summary
from tests.scripted import Scripted

pytestmark = pytest.mark.methods

SIMILAR = """
from docqa.generate import Made, Method

async def make(chunk, borrowed):
    found = borrowed.index.search(chunk.text[:200], 2)
    assert len(borrowed.index) > 3 and borrowed.kept is None
    assert chunk.id in {passage.chunk_id for passage in found}
    return Made()

method = Method("similar", "for a test", "nothing", (), make, after="index")
"""

AGAIN = """
from docqa.generate import Made, Method
from docqa.records import item_id

SAYS = {ROUND_SAYS}

async def make(chunk, borrowed):
    made = []
    for item in borrowed.kept.of(chunk)[:2]:
        assert item.kept and item.verdict
        question = SAYS[borrowed.kept.round % len(SAYS)] + item.question
        origin = item.origin.model_copy(update={"method": "again"})
        new = {"id": item_id(item.chunk_ids, question, item.answer), "question": question, "origin": origin,
               "task_type": "own/again", "made_from": item.id, "verdict": None, "kept": None, "reason": ""}
        made.append(item.model_copy(update=new))
    return Made(tuple(made))

method = Method("again", "for a test", "nothing", ("own/again",), make, after="items", alike={ALIKE})
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, documents: Path) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    shutil.copy(documents / "bank/fee_schedule_zh.pdf", folder)
    shutil.copy(documents / "medication/storage_cold_chain.pdf", folder)
    return folder


def ran(folder: Path, out: Path, says: tuple[str, ...], alike: float = 1.0, **generate: object) -> Summary:
    own = out.with_suffix(".py")
    own.write_text(AGAIN.replace("{ROUND_SAYS}", repr(says)).replace("{ALIKE}", str(alike)))
    settings = load({"generate": {"methods": ["extractive", str(own)], **generate}})
    return pipeline.run(folder, out, settings)


def made_again(out: Path) -> list[QAItem]:
    return [item for item in read_records(out / "items.jsonl", QAItem) if item.origin.method == "again"]


def test_a_method_may_wait_for_the_index(folder: Path, tmp_path: Path):
    (tmp_path / "similar.py").write_text(SIMILAR)
    settings = load({"generate": {"methods": ["extractive", str(tmp_path / "similar.py")]}})
    summary = pipeline.run(folder, tmp_path / "out", settings)
    assert summary.items.made > 20
    assert (tmp_path / "out" / "errors.jsonl").read_text() == ""


def test_each_round_works_from_what_was_kept_before_it_and_is_verified_like_all_else(folder: Path, tmp_path: Path):
    ran(folder, tmp_path / "out", ("By the way: ", "Tell me: "), rounds=2)
    items = {item.id: item for item in read_records(tmp_path / "out" / "items.jsonl", QAItem)}
    again = made_again(tmp_path / "out")
    assert all(item.verdict for item in again)
    starts = [item.question.partition(": ")[0] for item in again if not item.asked_first]
    assert starts.index("By the way") > starts.index("Tell me"), "the second round comes after the first"
    parents = [items[item.made_from] for item in again]
    assert {parent.origin.method for parent in parents} <= {"extractive", "again"}
    assert all(parent.verdict and parent.verdict.decision is Decision.GROUNDED for parent in parents)


def test_what_an_earlier_round_has_made_is_not_made_twice(folder: Path, tmp_path: Path):
    ran(folder, tmp_path / "once", ("Tell me: ",), rounds=1)
    ran(folder, tmp_path / "thrice", ("Tell me: ",), rounds=3)
    thrice = [item.id for item in made_again(tmp_path / "thrice")]
    assert len(thrice) == len(set(thrice))
    assert {item.id for item in made_again(tmp_path / "once")} <= set(thrice)


def test_a_question_too_much_like_one_of_the_pool_is_dropped_and_says_of_which(folder: Path, tmp_path: Path):
    ran(folder, tmp_path / "out", ("So: ",), alike=0.7)
    items = {item.id: item for item in read_records(tmp_path / "out" / "items.jsonl", QAItem)}
    again = made_again(tmp_path / "out")
    assert len(again) > 5
    alike = [item for item in again if item.reason.startswith("like-the-pool:")]
    assert len(alike) >= 0.9 * len(again)
    for item in alike:
        assert item.kept is False
        assert item.verdict is None, "nothing is asked about it"
        assert items[item.reason.removeprefix("like-the-pool:")].kept is not False


def test_the_rounds_end_when_the_target_is_reached_or_nothing_more_comes(folder: Path, tmp_path: Path):
    without = pipeline.run(folder, tmp_path / "without", load()).items.kept.values()
    reached = ran(folder, tmp_path / "reached", ("Tell me: ",), target=sum(without))
    assert not made_again(tmp_path / "reached"), "the target was reached before the first round"
    assert sum(reached.items.kept.values()) == sum(without)
    ran(folder, tmp_path / "beyond", ("So: ",), target=10_000, alike=0.7)
    assert made_again(tmp_path / "beyond"), "a round that keeps nothing more is the last"


def test_on_the_way_to_a_target_a_round_takes_as_many_chunks_as_items_are_missing():
    chunks = [make_chunk(f"Text {number}.", document=f"d{number}") for number in range(20)]
    skipped = chunks[3].model_copy(update={"skipped": "only code"})
    usable = [chunk for chunk in chunks if chunk is not chunks[3]]
    assert round_of([*chunks[:3], skipped, *chunks[4:]], 1, 0) == usable
    first, second = round_of(chunks, 1, 5), round_of(chunks, 2, 5)
    assert len(first) == len(second) == 5
    assert first != second
    assert first == [chunk for chunk in chunks if chunk in first], "in the corpus's order"


@pytest.mark.parametrize("flag", ["rounds", "target"])
def test_rounds_without_a_method_that_works_in_them_are_refused(folder: Path, tmp_path: Path, flag: str):
    with pytest.raises(SettingsError, match=f"--{flag} needs a method that works from kept items"):
        pipeline.run(folder, tmp_path / "out", load({"generate": {flag: 5}}))


def test_a_method_that_works_from_items_needs_another_that_makes_them(folder: Path, tmp_path: Path):
    own = tmp_path / "again.py"
    own.write_text(AGAIN.replace("{ROUND_SAYS}", "('So: ',)").replace("{ALIKE}", "1"))
    with pytest.raises(SettingsError, match="add --method extractive"):
        pipeline.run(folder, tmp_path / "out", load({"generate": {"methods": [str(own)]}}))


def test_an_item_that_its_method_drops_is_written_down_and_not_verified(folder: Path, tmp_path: Path):
    own = tmp_path / "again.py"
    text = AGAIN.replace("{ROUND_SAYS}", "('So: ',)").replace("{ALIKE}", "1")
    own.write_text(text.replace('"kept": None, "reason": ""', '"kept": False, "reason": "eliminated: too plain"'))
    summary = pipeline.run(folder, tmp_path / "out", load({"generate": {"methods": ["extractive", str(own)]}}))
    again = made_again(tmp_path / "out")
    assert again
    assert {(item.kept, item.reason, item.verdict) for item in again} == {(False, "eliminated: too plain", None)}
    assert summary.items.dropped["eliminated"] == len(again)


@pytest.mark.parametrize(
    ("check", "why"),
    [("'too plain'", "too plain"), ("chunk.no_such_thing", "the check itself failed (AttributeError: ")],
)
def test_what_a_method_s_check_objects_to_is_dropped_before_anybody_is_asked(
    folder: Path, tmp_path: Path, check: str, why: str
):
    own = tmp_path / "again.py"
    text = AGAIN.replace("{ROUND_SAYS}", "('So: ',)").replace("{ALIKE}", "1")
    own.write_text(text.rstrip().removesuffix(")") + f", check=lambda item, chunk: {check})\n")
    pipeline.run(folder, tmp_path / "out", load({"generate": {"methods": ["extractive", str(own)]}}))
    again = made_again(tmp_path / "out")
    assert again
    assert all(item.reason.startswith(f"failed_check: {why}") for item in again)
    assert all(item.verdict and item.verdict.decision is Decision.FAILED_CHECK for item in again)


def test_the_judge_may_be_another_model_than_the_generator(folder: Path, tmp_path: Path):
    model = Scripted()
    with serving(slots=64, step_s=0.0001, per_prefill_token_s=0.0) as server:
        settings = load({"judge": {"base_urls": [server.url]}})
        summary = pipeline.run(folder, tmp_path / "out", settings, model=model)
    systems = {prompt.system.split(".")[0] for prompt in model.prompts}
    assert len(systems) == 2, "the generator is asked for questions and answers, and, as the student, from memory"
    assert summary.models["reader"] == "simulated"
    assert "simulated" in summary.models["judge"]
    assert summary.models["scores"].startswith("simulated")
    assert summary.models["closed book"] == summary.models["generator"].partition(" ")[0] == "scripted"


def test_rules_may_make_what_a_model_judges(folder: Path, tmp_path: Path):
    with serving(slots=64, step_s=0.0001, per_prefill_token_s=0.0) as server:
        settings = load({"judge": {"base_urls": [server.url]}})
        summary = pipeline.run(folder, tmp_path / "out", settings)
        assert server.stats()["calls"] > 20
    assert summary.models["generator"].startswith("docqa extractive")
    assert summary.models["reader"] == "simulated"
    assert [step.partition(":")[0] for step in summary.not_done] == ["closed book"]
    lines = "\n".join(pipeline.plan(folder, tmp_path / "plan", settings))
    assert "judge        the model at http" in lines
    assert "1 call a question (retrieval; no closed book)" in lines


def test_samples_of_one_prompt_have_keys_of_their_own(folder: Path, tmp_path: Path):
    model = Scripted()
    pipeline.run(folder, tmp_path / "out", load(), model=model)
    prompt = model.prompts[0]
    other = prompt.__class__(**{**vars(prompt), "sample": 1})
    assert prompt.key("m", 0) != other.key("m", 0)
