"""Answers that a model does not come back to, or does not find likely, are dropped; nothing else is."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmarks.throughput.replies import answer
from docqa import pipeline
from docqa.audit import audit
from docqa.backend import NO_LOGPROBS, NO_SAMPLES
from docqa.errors import SettingsError
from docqa.models.chat import Completion
from docqa.records import Confidence, QAItem
from docqa.runfolder import read_records
from docqa.seen import Failure
from docqa.settings import load
from docqa.summary import Summary
from docqa.verify.confidence import is_consistent
from tests.scripted import Scripted

PARTS = ("mechanical", "bearing", "coupling", "impeller", "strainer")
ZH_PARTS = ("机械密封", "滚动轴承", "弹性联轴器", "铸铁叶轮", "进口滤网")
ENGLISH = [
    f"The {part} assembly must be inspected and cleaned by the foreman after {n}00 hours of operation."
    for n, part in enumerate(PARTS, 3)
]
CHINESE = [f"{part}应当由班长在运行{n}00小时后检查并清洗一次。" for n, part in enumerate(ZH_PARTS, 3)]
AGREE = {"mechanical": 5, "bearing": 3, "coupling": 1, "impeller": 0, "strainer": 5}
"""How many of five samples say what the item says; of the strainer one cannot be read."""

LIKELY = {"mechanical": -0.2, "bearing": -0.2, "coupling": -0.2, "impeller": -0.9, "strainer": -0.2}


def part_of(question: str) -> str:
    return next(
        (part for part, chinese in zip(PARTS, ZH_PARTS, strict=True) if part in question or chinese in question), ""
    )


def sentence(part: str, language: str) -> str:
    return (ENGLISH if language == "en" else CHINESE)[PARTS.index(part)]


def wrong(language: str) -> str:
    return "After 1000 hours of operation." if language == "en" else "运行1000小时后检查。"


def replies(body: dict[str, Any]) -> str | Completion:
    user = body["messages"][-1]["content"]
    language = "zh" if "问题：" in user else "en"
    asked = user.rstrip().splitlines()[-1]
    part = part_of(asked)
    if "response_format" not in body:
        said = {"bearing": wrong(language), "strainer": "没有答案。" if language == "zh" else "No answer"}
        return Completion(text=said.get(part) or sentence(part, language), logprob=LIKELY[part])
    if '"answerable"' in user:
        if body["temperature"] == 0.7 and part == "strainer" and body["sample"] == 2:
            return "It is hard to say."
        agrees = body["temperature"] != 0.7 or body["sample"] < AGREE[part]
        said = sentence(part, language) if agrees else wrong(language)
        return json.dumps({"answerable": True, "answer": said}, ensure_ascii=False)
    return answer(body)


def settings(methods: tuple[str, ...] = ("self-qa",), **verify: float) -> Any:
    """Curation lets everything pass, so that what is left is the filter's doing."""
    caps = dict.fromkeys(("type_share", "opening_share", "answer_share", "length_share", "rouge_l", "rouge_l_zh"), 1.0)
    curated = {**caps, "meaning": 1.0, "min_accuracy": 1.0}
    return load({"verify": verify, "curate": curated, "generate": {"methods": methods, "questions": 5}})


def run(folder: Path, out: Path, model: Scripted | None, **verify: float) -> tuple[dict[tuple[str, str], str], Summary]:
    """What became of each item, by language and part."""
    summary = pipeline.run(folder, out, settings(**verify), model=model)
    items = list(read_records(out / "items.jsonl", QAItem))
    assert summary.items.made == len(items) == summary.items.kept_total + sum(summary.items.dropped.values())
    reasons = {(each.language, part_of(each.question)): "" if each.kept else each.reason for each in items}
    assert len(reasons) == len(items)
    return reasons, summary


def both(**reasons: str) -> dict[tuple[str, str], str]:
    return {(language, part): reasons.get(part, "") for language in ("en", "zh") for part in PARTS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "pump.md").write_text("# Pump P-101\n\n" + " ".join(ENGLISH) + "\n", encoding="utf-8")
    (folder / "pump_zh.md").write_text("# 水泵P-101\n\n" + "".join(CHINESE) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> tuple[Path, Scripted]:
    out, model = tmp_path_factory.mktemp("sampled") / "out", Scripted(replies)
    reasons, summary = run(folder, out, model, samples=5)
    assert reasons == both(
        coupling="inconsistent: 1 of 5 samples agree",
        impeller="inconsistent: 0 of 5 samples agree",
        strainer="unsure: unusable",
    )
    assert summary.models["confidence"] == "scripted (5 samples, 60% agree)"
    return out, model


@pytest.mark.methods
def test_without_being_asked_for_it_drops_nothing_and_costs_nothing(folder: Path, tmp_path: Path):
    model = Scripted(replies)
    reasons, summary = run(folder, tmp_path / "out", model)
    assert reasons == both()
    assert not any(prompt.temperature == 0.7 and '"answerable"' in prompt.user for prompt in model.prompts)
    assert not any(prompt.free for prompt in model.prompts)
    assert "confidence" not in summary.models


@pytest.mark.methods
def test_each_sample_is_a_call_of_its_own_that_reads_the_source_alone(sampled: tuple[Path, Scripted]):
    out, model = sampled
    samples = [prompt for prompt in model.prompts if prompt.temperature == 0.7 and '"answerable"' in prompt.user]
    keys = {prompt.key("scripted", 0) for prompt in samples}
    assert len(keys) == 5 * 10
    assert all(prompt.user.count("<passage>") == 1 for prompt in samples)
    items = list(read_records(out / "items.jsonl", QAItem))
    for each in items:
        assert each.verdict is not None
        measured = each.verdict.confidence
        assert (measured is None) == (part_of(each.question) == "strainer")
        if measured is not None:
            assert (measured.samples, measured.agreeing) == (5, AGREE[part_of(each.question)])
            assert (measured.free, measured.logprob) == (None, None)


@pytest.mark.methods
def test_what_is_dropped_for_it_is_not_rated_and_a_failed_call_is_a_line(sampled: tuple[Path, Scripted]):
    out, _ = sampled
    items = list(read_records(out / "items.jsonl", QAItem))
    assert all((each.scores is not None) == bool(each.kept) for each in items)
    failures = list(read_records(out / "errors.jsonl", Failure))
    assert {failure.question for failure in failures} == {
        each.question for each in items if part_of(each.question) == "strainer"
    }


@pytest.mark.methods
def test_another_threshold_asks_nobody_again(sampled: tuple[Path, Scripted], folder: Path, tmp_path: Path):
    shutil.copytree(sampled[0], tmp_path / "out")
    model = Scripted(replies)
    reasons, _ = run(folder, tmp_path / "out", model, samples=5, consistent=0.8)
    assert reasons["en", "bearing"] == reasons["zh", "bearing"] == "inconsistent: 3 of 5 samples agree"
    read = [part_of(prompt.user.splitlines()[-1]) for prompt in model.prompts if '"ratings"' not in prompt.user]
    assert set(read) == {"strainer"}, "but for the calls that failed"


@pytest.mark.methods
def test_likely_words_keep_what_the_samples_do_not_agree_on(
    sampled: tuple[Path, Scripted], folder: Path, tmp_path: Path
):
    shutil.copytree(sampled[0], tmp_path / "out")
    model = Scripted(replies)
    reasons, summary = run(folder, tmp_path / "out", model, samples=5, min_logprob=-0.5)
    assert reasons == both(
        impeller="inconsistent: 0 of 5 samples agree, mean log-probability -0.90", strainer="unsure: unusable"
    )
    free = [part_of(prompt.user.splitlines()[-1]) for prompt in model.prompts if prompt.free]
    assert sorted(free) == ["coupling"] * 2 + ["impeller"] * 2, "only where the samples were not enough"
    assert all("<passage>" in prompt.user and prompt.temperature == 0 for prompt in model.prompts if prompt.free)
    assert summary.models["confidence"].endswith("(5 samples, 60% agree or mean log-probability at least -0.5)")


@pytest.mark.methods
def test_words_alone_must_be_likely_and_say_the_same(folder: Path, tmp_path: Path):
    reasons, _ = run(folder, tmp_path / "out", Scripted(replies), min_logprob=-0.5)
    assert reasons == both(
        bearing="unsure: its answer in free words says something else",
        impeller="unsure: mean log-probability -0.90",
        strainer="unsure: no free answer",
    )
    kept = next(each for each in read_records(tmp_path / "out" / "items.jsonl", QAItem) if each.kept)
    assert kept.verdict is not None
    assert kept.verdict.confidence is not None
    assert kept.verdict.confidence.logprob == -0.2
    assert kept.verdict.confidence.free is not None
    assert kept.verdict.confidence.free.agreement == 1.0


@pytest.mark.methods
def test_a_model_without_log_probabilities_drops_nothing_for_them_and_it_is_told(folder: Path, tmp_path: Path):
    def silent(body: dict[str, Any]) -> str | Completion:
        said = replies(body)
        return said.model_copy(update={"logprob": None}) if isinstance(said, Completion) else said

    reasons, summary = run(folder, tmp_path / "out", Scripted(silent), min_logprob=-0.5)
    assert reasons["en", "impeller"] == reasons["zh", "impeller"] == ""
    assert reasons["en", "bearing"] == "unsure: its answer in free words says something else"
    assert NO_LOGPROBS in summary.not_done


@pytest.mark.methods
def test_a_judge_that_cannot_tell_drops_nothing(folder: Path, tmp_path: Path):
    def unsure(body: dict[str, Any]) -> str | Completion:
        user = body["messages"][-1]["content"]
        if '"verdict"' in user:
            return '{"verdict": "unsure"}'
        if body["temperature"] == 0.7 and '"answerable"' in user:
            said = "按规定检查清洗。" if "问题：" in user else "The foreman has it cleaned in time."
            return json.dumps({"answerable": True, "answer": said}, ensure_ascii=False)
        return replies(body)

    reasons, _ = run(folder, tmp_path / "out", Scripted(unsure), samples=2)
    assert reasons == both()
    items = list(read_records(tmp_path / "out" / "items.jsonl", QAItem))
    assert all(each.verdict and each.verdict.confidence and each.verdict.confidence.samples == 0 for each in items)


@pytest.mark.methods
def test_a_sample_that_abstains_does_not_agree(folder: Path, tmp_path: Path):
    def abstains(body: dict[str, Any]) -> str | Completion:
        if body["temperature"] == 0.7 and '"answerable"' in body["messages"][-1]["content"]:
            return '{"answerable": false, "answer": ""}'
        return replies(body)

    reasons, _ = run(folder, tmp_path / "out", Scripted(abstains), samples=2)
    assert set(reasons.values()) == {"inconsistent: 0 of 2 samples agree"}


@pytest.mark.methods
def test_what_rules_made_is_left_alone_and_told(folder: Path, tmp_path: Path):
    model = Scripted(replies)
    made = pipeline.run(folder, tmp_path / "out", settings(("extractive",), samples=5, min_logprob=-0.5), model=model)
    items = list(read_records(tmp_path / "out" / "items.jsonl", QAItem))
    assert items
    assert not any(each.reason.startswith(("inconsistent", "unsure")) for each in items)
    assert NO_SAMPLES in made.not_done


@pytest.mark.methods
@pytest.mark.parametrize("asked", [{"samples": 5}, {"min_logprob": -0.5}])
def test_without_a_model_it_is_a_clear_error(folder: Path, tmp_path: Path, asked: dict[str, float]):
    for go in (
        lambda: pipeline.run(folder, tmp_path / "out", settings((), **asked)),
        lambda: list(pipeline.plan(folder, tmp_path / "out", settings((), **asked))),
    ):
        with pytest.raises(SettingsError, match="--samples and --min-logprob need a model"):
            go()


def test_items_made_elsewhere_are_filtered_too(folder: Path, tmp_path: Path):
    rows = [
        {"question": f"After how many hours is the {part} assembly inspected?", "answer": sentence(part, "en")}
        for part in ("mechanical", "impeller")
    ]
    (tmp_path / "given.json").write_text(json.dumps(rows), encoding="utf-8")
    done = audit(tmp_path / "given.json", folder, tmp_path / "out", settings(samples=5), model=Scripted(replies))
    assert sum(done.kept.values()) == 1
    assert done.dropped == {"inconsistent": 1}


@pytest.mark.parametrize(("agreeing", "samples", "least"), [(11, 20, 0.55), (7, 25, 0.28), (3, 5, 0.6), (0, 4, 0.0)])
def test_exactly_the_share_asked_for_is_enough(agreeing: int, samples: int, least: float):
    assert is_consistent(Confidence(samples=samples, agreeing=agreeing), least)
    assert is_consistent(Confidence(), least) is None
    if agreeing:
        assert is_consistent(Confidence(samples=samples, agreeing=agreeing - 1), least) is False
