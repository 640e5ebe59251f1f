"""What docqa reads of the documents typeset for it, held to what it read before (``scores.json``).

A better reading is kept by ``docqa bench extraction tests/bench/guard --save tests/bench/guard/scores.json``.
"""

from pathlib import Path

import pytest

from docqa.bench import extraction, scores
from docqa.bench.scores import Scores
from docqa.settings import ParseSettings

GUARD = Path(__file__).parent / "guard"
TOLERANCE = 0.005


@pytest.fixture(scope="module")
def before() -> dict[str, Scores]:
    return scores.load(GUARD / "scores.json", "docqa")


def test_nothing_is_read_worse_than_before(before: dict[str, Scores]):
    measured, faults = extraction.measure(GUARD, ParseSettings())
    assert not faults
    assert measured.keys() == before.keys()
    said, good = scores.verdict(before, measured, TOLERANCE)
    assert good, "\n".join(said)


def test_a_document_that_is_read_worse_is_named_with_its_metric(before: dict[str, Scores]):
    worse = {**before, "valve_data_sheet": {**before["valve_data_sheet"], "nid": 0.9}}
    said, good = scores.verdict(before, worse, TOLERANCE)
    assert not good
    assert said[0].startswith("valve_data_sheet: nid was 0.9")


def test_each_document_has_its_source_and_its_truth():
    names = {path.stem for path in GUARD.glob("*.pdf")}
    assert len(names) >= 5
    assert names == {path.stem for path in GUARD.glob("*.typ")} == {path.stem for path in GUARD.glob("*.md")}
