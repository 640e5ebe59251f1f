"""Every method that a model can do, in one mix, over HTTP against the simulated server."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.throughput.server import serving
from docqa import pipeline
from docqa.generate.methods import METHODS
from docqa.records import QAItem
from docqa.runfolder import read_records
from docqa.settings import load

pytestmark = pytest.mark.methods

MIX = [name for name, method in METHODS.items() if method.needs != "nothing"]
FILES = ("train.jsonl", "val.jsonl", "items.jsonl", "errors.jsonl")


def test_all_methods_make_one_set_and_the_next_run_asks_nothing(documents: Path, tmp_path: Path):
    (tmp_path / "docs").mkdir()
    shutil.copy(documents / "bank/fee_schedule_zh.pdf", tmp_path / "docs")
    shutil.copy(documents / "bank/account_services_guide_en.pdf", tmp_path / "docs")
    out = tmp_path / "out"
    with serving(slots=64, step_s=0.0001, per_prefill_token_s=0.0) as server:
        given = {"generate": {"methods": MIX, "rounds": 2}, "model": {"base_urls": [server.url]}}
        summary = pipeline.run(tmp_path / "docs", out, load(given))
        asked, before = server.stats()["calls"], {name: (out / name).read_bytes() for name in FILES}
        pipeline.run(tmp_path / "docs", out, load(given))
        assert server.stats()["calls"] - asked <= 1, "the server is asked what it enforces, and nothing else"
    assert {name: (out / name).read_bytes() for name in FILES} == before
    assert summary.failures == ()
    items = list(read_records(out / "items.jsonl", QAItem))
    made, kept = (Counter(item.origin.method for item in some) for some in (items, filter(lambda i: i.kept, items)))
    assert made.keys() == set(MIX)
    assert kept.keys() >= set(MIX) - {"unanswerable"}, "what it says of unanswerable questions may be answered"
    assert {item.language for item in items if item.kept} == {"en", "zh"}
    assert all(item.reason for item in items)
    ids = [item.id for item in items if item.kept]
    assert len(set(ids)) == len(ids)
