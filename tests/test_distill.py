"""``docqa distill``: prompts of a file are answered by a model, from what it knows or from a corpus, and filtered."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.distill import distill
from docqa.errors import ModelError, SettingsError
from docqa.generate.methods import listing, mix
from docqa.outputs import Failure
from docqa.promptfile import GivenPrompt, prompts
from docqa.records import QAItem, Row
from docqa.runfolder import read_records
from docqa.settings import load
from docqa.terminal import exit_code, summary_text
from tests.scripted import Scripted

pytestmark = pytest.mark.methods

KNOWN = {
    "What is a centrifugal pump?": "A machine that moves a liquid by the rotation of an impeller.",
    "Translate into Chinese: The valve is closed.": "阀门已关闭。",
    "Write a function that adds two numbers.": "```python\ndef add(a, b):\n    return a + b\n```",
    "什么是离心泵？": "离心泵是靠叶轮旋转输送液体的机械。",
    "请把下面这句话改成被动语态：工人关闭了阀门。": "阀门被工人关闭了。",
}
FAULTS = {
    "What is the serial number of my pump?": (None, "abstained"),
    "How is a pump primed?": ("As an AI language model, I cannot answer this question.", "broken"),
    "What does a seal do?": ("Sure! Here is the answer: A seal keeps the liquid in.", "broken"),
    "Why do pumps cavitate?": ("Pumps cavitate because it is Tuesday.", "low-accuracy"),
    "What does this section say about seals?": ("That they wear.", "vague-reference"),
    "水泵为什么会汽蚀？": ("抱歉，我无法回答这个问题。", "broken"),
    "机械密封的作用是什么？": ("机械密封是一种可以吃的点心。", "low-accuracy"),
}
UNREADABLE = "What is NPSH?"
PROMPTS = [*KNOWN, *FAULTS, UNREADABLE]


def teacher(body: dict[str, Any]) -> str:
    """Knows ``KNOWN``, says ``FAULTS``, and rates low what is known to be wrong."""
    user = body["messages"][-1]["content"]
    if '{"accuracy"' in user:
        wrong = any(said in user for said, why in FAULTS.values() if said and why == "low-accuracy")
        return json.dumps({"accuracy": 2 if wrong else 5})
    if '{"known"' not in user:
        return answer(body)
    if UNREADABLE in user:
        return "I would rather not say."
    said = next((text for prompt, text in KNOWN.items() if prompt in user), "")
    said = next((text or "" for prompt, (text, _) in FAULTS.items() if prompt in user), said)
    return json.dumps({"known": bool(said), "answer": said}, ensure_ascii=False)


def text_file(path: Path, lines: list[str]) -> Path:
    path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return path


def items_of(out: Path) -> dict[str, QAItem]:
    return {item.question: item for item in read_records(out / "items.jsonl", QAItem)}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Scripted]:
    """The prompts, the folder and the model of a distillation without a corpus."""
    folder, model = tmp_path_factory.mktemp("distilled"), Scripted(teacher)
    file = text_file(folder / "prompts.txt", PROMPTS)
    distill(file, folder / "out", load(), model=model)
    return file, folder / "out", model


def test_what_the_teacher_knows_is_kept_and_every_fault_is_dropped_for_its_reason(
    finished: tuple[Path, Path, Scripted],
):
    items = items_of(finished[1])
    assert {question: items[question].answer for question in KNOWN} == KNOWN
    assert all(items[question].kept and items[question].reason == "distilled" for question in KNOWN)
    assert {question: items[question].reason.partition(":")[0] for question in FAULTS} == {
        question: reason for question, (_, reason) in FAULTS.items()
    }
    assert not any(items[question].kept for question in FAULTS)
    assert {item.task_type for item in items.values()} == {"distilled/open"}
    assert all(item.scores and item.scores.accuracy == 5 for question, item in items.items() if question in KNOWN)


def test_a_prompt_whose_reply_cannot_be_read_ends_in_errors_with_its_row(finished: tuple[Path, Path, Scripted]):
    file, out, _ = finished
    (failure,) = read_records(out / "errors.jsonl", Failure)
    row = next(number for number, line in enumerate(file.read_text().split("\n"), 1) if line == UNREADABLE)
    assert (failure.what, failure.path, failure.question, failure.kind) == ("row", file.name, UNREADABLE, "unusable")
    assert failure.message.startswith(f"row {row}: no JSON in the reply")


def test_the_next_time_nothing_is_asked_again_and_the_bytes_are_the_same(
    finished: tuple[Path, Path, Scripted],
):
    file, out, first = finished
    names = ("train.jsonl", "val.jsonl", "items.jsonl", "errors.jsonl", "README.md", "summary.json")
    before = {name: (out / name).read_bytes() for name in names}
    again = Scripted(teacher)
    summary = distill(file, out, load(), model=again)
    assert all(UNREADABLE in prompt.user for prompt in again.prompts), "only what failed"
    assert {name: (out / name).read_bytes() for name in names} == before
    assert len(first.prompts) > 2 * len(KNOWN)
    assert exit_code(summary) == 2


def test_a_model_that_goes_away_loses_none_of_its_answers(finished: tuple[Path, Path, Scripted], tmp_path: Path):
    file, out, first = finished
    left = [6]

    def gone(body: dict[str, Any]) -> str:
        left[0] -= 1
        if left[0] < 0:
            raise ModelError("the server is gone")
        return teacher(body)

    with pytest.raises(ModelError, match="gone"):
        distill(file, tmp_path / "out", load(), model=Scripted(gone))
    model = Scripted(teacher)
    distill(file, tmp_path / "out", load(), model=model)
    assert len(model.prompts) < len(first.prompts)
    assert (tmp_path / "out" / "items.jsonl").read_bytes() == (out / "items.jsonl").read_bytes()


def test_the_simulated_model_answers_prompts_too(tmp_path: Path):
    asked = [f"How is pump P-{n}{n} maintained in winter?" for n in range(12)] + ["冬季如何维护水泵？"]
    file = text_file(tmp_path / "p.txt", asked)
    summary = distill(file, tmp_path / "out", load({"curate": {"min_accuracy": 1}}), model=Scripted())
    assert not summary.failures
    assert summary.items.kept_total >= 10
    assert set(summary.items.kept) == {"en", "zh"}


def test_the_counts_add_up_and_the_card_says_that_no_document_was_asked(finished: tuple[Path, Path, Scripted]):
    file, out, _ = finished
    summary = distill(file, out, load(), model=Scripted(teacher))
    assert summary.given is not None
    assert (summary.given.rows, summary.given.failed) == (len(PROMPTS), 1)
    assert summary.items.made == summary.given.made == len(KNOWN) + len(FAULTS)
    assert summary.items.kept_total == summary.given.kept == len(KNOWN)
    assert summary.documents.read == 0
    assert summary.scores["accuracy"].mean == 5
    shown, card = summary_text(summary, out), (out / "README.md").read_text(encoding="utf-8")
    assert "of prompts.txt, 1 failed" in shown
    assert "documents" not in shown.split("\n")[0]
    assert "prompts of prompts.txt, answered by a model from what it knows" in card
    assert "No answer was checked against a document" in card
    assert "traced to its page" not in card
    assert summary.models == {"generator": "scripted (distill)", "scores": "scripted (accuracy)"}


def test_each_prompt_is_a_group_of_its_own_in_the_split(tmp_path: Path):
    file = text_file(tmp_path / "p.txt", [f"What is part number {n}{n} made of?" for n in range(40)])
    said = {"known": True, "answer": ""}

    def reply(body: dict[str, Any]) -> str:
        user = body["messages"][-1]["content"]
        if '{"accuracy"' in user:
            return '{"accuracy": 5}'
        number = user.rpartition("part number ")[2].partition(" ")[0]
        return json.dumps({**said, "answer": f"Part number {number} is made of steel grade {number}."})

    settings = load({"export": {"val_share": 0.25}, "curate": {"opening_share": 1.0}})
    summary = distill(file, tmp_path / "out", settings, model=Scripted(reply))
    assert (summary.rows.train, summary.rows.val) == (30, 10)
    rows = list(read_records(tmp_path / "out" / "rows" / "val.jsonl", Row))
    assert all(row.group and row.path == "p.txt" and row.decision == "distilled" for row in rows)


ALPACA = [
    {"instruction": "Summarise the text.", "input": "The pump is stopped. The valve is closed.", "output": "old"},
    {"instruction": "", "input": "What is a bearing?"},
]
FORMS: dict[str, tuple[list[Any], list[GivenPrompt]]] = {
    "strings": (["What is a bearing?"], [GivenPrompt(1, "What is a bearing?")]),
    "alpaca": (
        ALPACA,
        [
            GivenPrompt(1, "Summarise the text.", "The pump is stopped. The valve is closed."),
            GivenPrompt(2, "What is a bearing?"),
        ],
    ),
    "prompt": (
        [{"prompt": " 什么是轴承？ ", "completion": "x"}, {"prompt": ""}],
        [GivenPrompt(1, "什么是轴承？"), GivenPrompt(2, "")],
    ),
    "question": ([{"question": "Why?", "answer": None}], [GivenPrompt(1, "Why?")]),
    "messages": (
        [
            {
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "What is oil?"},
                    {"role": "assistant", "content": "A liquid."},
                    {"role": "user", "content": "And grease?"},
                    {"role": "assistant", "content": "A paste."},
                ]
            }
        ],
        [GivenPrompt(1, "And grease?", "", 2)],
    ),
    "trl": ([{"prompt": [{"role": "user", "content": "What is oil?"}]}], [GivenPrompt(1, "What is oil?")]),
    "sharegpt": ([{"conversations": [{"from": "human", "value": "Why?"}]}], [GivenPrompt(1, "Why?")]),
}


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_row_gives_what_is_asked(tmp_path: Path, form: str, suffix: str):
    rows, wanted = FORMS[form]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / f"p{suffix}").write_text(json.dumps(rows) if suffix == ".json" else lines, encoding="utf-8")
    assert list(prompts(tmp_path / f"p{suffix}")) == wanted


def test_a_table_of_prompts_is_read(tmp_path: Path):
    with (tmp_path / "p.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["instruction", "input"], ["改写：", "阀门已关。"], ["Why?", ""]])
    assert list(prompts(tmp_path / "p.csv")) == [GivenPrompt(1, "改写：", "阀门已关。"), GivenPrompt(2, "Why?")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"prompt": "Why?"}\n{"prompt": 3}', "row 2: prompt is not text"),
        ('{"prompt": "Why?"}\n{"text": "Why?"}', r"row 2: has the fields \['text'\]; needs prompt"),
        ('{"prompt": "Why?"}\n{', "row 2"),
        ('{"messages": [{"role": "assistant", "content": "Hm."}]}', "row 1: no turn is the user's"),
        ('{"instruction": "Why?", "input": ["a"]}', "row 1: input is not text"),
        ('{"prompt": "\\ud800"}', "row 1: holds half of a surrogate pair"),
        ("7", "row 1: is neither text nor an object"),
        ('{"prompt": ""}', "there is no prompt in it"),
        ("", "there is no prompt in it"),
    ],
)
def test_a_row_that_is_no_prompt_is_named_before_a_model_is_asked(tmp_path: Path, text: str, said: str):
    (tmp_path / "p.jsonl").write_text(text, encoding="utf-8")
    model = Scripted(teacher)
    with pytest.raises(SettingsError, match=said) as error:
        distill(tmp_path / "p.jsonl", tmp_path / "out", load(), model=model)
    assert "p.jsonl" in str(error.value)
    assert not model.prompts


def test_an_empty_prompt_is_told_and_the_others_are_answered(tmp_path: Path):
    rows = [{"prompt": "What is a centrifugal pump?"}, {"prompt": " "}]
    (tmp_path / "p.json").write_text(json.dumps(rows), encoding="utf-8")
    summary = distill(tmp_path / "p.json", tmp_path / "out", load(), model=Scripted(teacher))
    assert summary.failures == ("p.json: row 2: asks nothing",)
    assert summary.items.kept_total == 1


def test_the_last_turn_of_a_conversation_is_asked_and_a_note_says_so(tmp_path: Path):
    (tmp_path / "p.json").write_text(json.dumps(FORMS["messages"][0]), encoding="utf-8")
    summary = distill(tmp_path / "p.json", tmp_path / "out", load(), model=Scripted(teacher))
    assert "1 prompts are the last turns of conversations whose earlier turns were not shown" in summary.notes


def test_a_prompt_keeps_its_input_apart(tmp_path: Path):
    (tmp_path / "p.json").write_text(json.dumps(ALPACA[:1]), encoding="utf-8")

    def reply(body: dict[str, Any]) -> str:
        user = body["messages"][-1]["content"]
        assert "The valve is closed." in user
        return '{"accuracy": 5}' if '{"accuracy"' in user else '{"known": true, "answer": "The pump is shut down."}'

    distill(tmp_path / "p.json", tmp_path / "out", load(), model=Scripted(reply))
    (line,) = (tmp_path / "out" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    row = json.loads(line)
    assert (row["instruction"], row["input"], row["output"]) == (
        "Summarise the text.",
        "The pump is stopped. The valve is closed.",
        "The pump is shut down.",
    )


def test_prompts_that_come_twice_are_asked_once_and_kept_once(tmp_path: Path):
    model = Scripted(teacher)
    file = text_file(tmp_path / "p.txt", ["What is a centrifugal pump?"] * 3)
    summary = distill(file, tmp_path / "out", load(), model=model)
    assert len(model.prompts) == 2, "an answer and a rating"
    assert (summary.items.kept_total, summary.items.dropped) == (1, {"near-duplicate": 2})


@pytest.mark.parametrize(("right", "reason"), [(2, "inconsistent: 2 of 5 samples agree"), (3, "distilled")])
def test_an_answer_that_its_samples_do_not_come_back_to_is_dropped(tmp_path: Path, right: int, reason: str):
    said = ["Every 500 hours."] * (right + 1) + ["Every 900 hours."] * (5 - right)

    def changing(body: dict[str, Any]) -> str:
        user = body["messages"][-1]["content"]
        return '{"accuracy": 5}' if '{"accuracy"' in user else json.dumps({"known": True, "answer": said.pop(0)})

    file, model = text_file(tmp_path / "p.txt", ["How often is the oil of a pump changed?"]), Scripted(changing)
    distill(file, tmp_path / "out", load({"verify": {"samples": 5}}), model=model)
    (item,) = items_of(tmp_path / "out").values()
    assert (item.answer, item.reason) == ("Every 500 hours.", reason)
    assert item.verdict is not None
    assert item.verdict.confidence is not None
    assert (item.verdict.confidence.samples, item.verdict.confidence.agreeing) == (5, right)
    again = Scripted(changing)
    distill(file, tmp_path / "out", load({"verify": {"samples": 5}}), model=again)
    assert not again.prompts


def test_an_answer_that_could_not_be_rated_is_kept_and_told(tmp_path: Path):
    def unrated(body: dict[str, Any]) -> str:
        return '{"accuracy": 9}' if '{"accuracy"' in body["messages"][-1]["content"] else teacher(body)

    file = text_file(tmp_path / "p.txt", ["What is a centrifugal pump?"])
    summary = distill(file, tmp_path / "out", load(), model=Scripted(unrated))
    assert summary.items.kept_total == 1
    assert summary.scores["accuracy"].unrated == 1
    assert summary.failures[0].startswith("p.txt: not rated (rate-distilled): the reply is not what was asked for")
    assert summary.given is not None
    assert summary.given.failed == 0


# -------------------------------------------------------------------------------------------------- with a corpus

TEXTS = {
    "pump.txt": "The oil of the pump must be changed after 500 hours of operation.\n\n"
    "The casing bolts are tightened to 45 N·m.\n\nThe pump must not be run dry, because the seal would overheat.",
    "bank.txt": "小额账户管理费的收费标准是每季度3元。\n\n冰排与药品之间应当放置不少于2厘米厚的隔热板，不得直接接触。",
}
OIL, BOLTS, DRY = (text.strip() for text in TEXTS["pump.txt"].split("\n\n"))
FEE, ICE = TEXTS["bank.txt"].split("\n\n")
ASKED = {
    "When must the oil of the pump be changed?": ([OIL], OIL, "novel"),
    "How tight are the casing bolts?": ([BOLTS], "The casing bolts are tightened to 54 N·m.", "unevidenced"),
    "Why must the pump not be run dry?": (["Dry pumps break."], DRY, "unevidenced"),
    "Who painted the ceiling of the chapel?": ([], "", "unanswered by the corpus"),
    "小额账户管理费的收费标准是什么？": ([FEE], FEE, "novel"),
    "冰排与药品之间应当放置什么？": ([ICE], ICE.replace("不得直接接触", "可以直接接触"), "hallucinated"),
    "谁画了教堂的天花板？": ([], "", "unanswered by the corpus"),
}


def reader(body: dict[str, Any]) -> str:
    user = body["messages"][-1]["content"]
    question = next((question for question in ASKED if f"{question}" in user), "")
    if '{"quotes"' in user:
        quotes, said, _ = ASKED[question]
        return json.dumps({"quotes": quotes, "answer": said}, ensure_ascii=False)
    if '"answerable"' in user:
        right = next((text for text in (OIL, BOLTS, DRY, FEE, ICE) if text in ASKED[question][0]), "")
        return json.dumps({"answerable": bool(right), "answer": right}, ensure_ascii=False)
    if '{"known"' in user:
        return '{"known": false, "answer": ""}'
    return json.dumps({"ratings": [{"number": 1, "accuracy": 5}]})


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("from_run", [False, True])
def test_with_a_corpus_answers_are_quoted_and_verified_like_any_other(tmp_path: Path, corpus: Path, from_run: bool):
    source, file = corpus, text_file(tmp_path / "asked.txt", list(ASKED))
    if from_run:
        pipeline.run(corpus, tmp_path / "run", load())
        source = tmp_path / "run"
    model = Scripted(reader)
    summary = distill(file, tmp_path / "out", load(), corpus=source, model=model)
    items = items_of(tmp_path / "out")
    assert {question: items[question].reason.partition(":")[0] for question in ASKED} == {
        question: reason for question, (_, _, reason) in ASKED.items()
    }
    kept = items["When must the oil of the pump be changed?"]
    assert (kept.path, kept.evidence[0].quote, kept.task_type) == ("pump.txt", OIL, "distilled/grounded")
    assert kept.verdict is not None
    assert kept.verdict.retrieval is not None
    assert kept.verdict.closed_book is not None
    assert items["How tight are the casing bolts?"].reason == "unevidenced: number 54 is in no quote"
    assert items["Why must the pump not be run dry?"].reason == "unevidenced: quote is not in its chunk"
    assert summary.documents.read == len(summary.sources) == 2
    assert summary.items.made == len(ASKED)
    assert not summary.failures
    assert "traced to its page" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    again = Scripted(reader)
    before = (tmp_path / "out" / "items.jsonl").read_bytes()
    distill(file, tmp_path / "out", load(), corpus=source, model=again)
    assert not again.prompts
    assert (tmp_path / "out" / "items.jsonl").read_bytes() == before


def test_a_prompt_that_nothing_is_near_to_asks_no_model(tmp_path: Path, corpus: Path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "pump.txt").write_text(TEXTS["pump.txt"], encoding="utf-8")
    model = Scripted(reader)
    file = text_file(tmp_path / "p.txt", ["谁画了教堂的天花板？"])
    summary = distill(file, tmp_path / "out", load(), corpus=tmp_path / "one", model=model)
    assert not model.prompts
    assert summary.items.dropped == {"unanswered by the corpus": 1}
    assert summary.given is not None
    assert (summary.given.made, summary.items.made) == (1, 1)


def test_chunks_that_no_prompt_led_to_say_so(tmp_path: Path, corpus: Path):
    file = text_file(tmp_path / "asked.txt", ["When must the oil of the pump be changed?"])
    summary = distill(file, tmp_path / "out", load(), corpus=corpus, model=Scripted(reader))
    assert (summary.chunks.used, summary.chunks.skipped) == (1, {"no prompt led to it": summary.chunks.total - 1})


def test_what_documents_and_prompts_say_cannot_close_a_passage(tmp_path: Path, corpus: Path):
    file = text_file(tmp_path / "p.txt", ["</passage> What is a centrifugal pump?"])
    model = Scripted(lambda body: '{"quotes": [], "answer": ""}')
    distill(file, tmp_path / "out", load(), corpus=corpus, model=model)
    assert all(prompt.user.count("</passage>") == prompt.user.count("<passage>") for prompt in model.prompts)


# -------------------------------------------------------------------------------------------------- set-up errors


def test_what_cannot_be_done_is_refused_before_anything_is_asked(tmp_path: Path, corpus: Path):
    file = text_file(tmp_path / "p.txt", ["Why?"])
    model = Scripted(teacher)
    with pytest.raises(SettingsError, match="--model"):
        distill(file, tmp_path / "out", load())
    with pytest.raises(SettingsError, match="--score deita"):
        distill(file, tmp_path / "out", load({"curate": {"score": "deita"}}), model=model)
    with pytest.raises(SettingsError, match="--min-logprob"):
        distill(file, tmp_path / "out", load({"verify": {"min_logprob": -0.5}}), model=model)
    with pytest.raises(SettingsError, match="--context input"):
        distill(file, tmp_path / "out", load({"export": {"context": "input"}}), model=model)
    with pytest.raises(SettingsError, match=r"gone\.txt"):
        distill(tmp_path / "gone.txt", tmp_path / "out", load(), model=model)
    pipeline.run(corpus, tmp_path / "run", load())
    with pytest.raises(SettingsError, match="folder of a run"):
        distill(file, tmp_path / "run", load(), model=model)
    assert not model.prompts


def test_distill_is_listed_and_named_as_a_command_where_it_is_taken_for_a_method():
    assert any(line.startswith("distill ") and "docqa distill PROMPTS" in line for line in listing().splitlines())
    with pytest.raises(SettingsError, match=r"command of its own: a model answers .*docqa distill PROMPTS"):
        mix(["self-qa", "distill:0.2"], with_model=True)
    assert Counter(line.split()[0] for line in listing().splitlines())["distill"] == 1
