"""Pairs of answers that say the same, or don't, in English and Chinese: both judges that need no model."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from docqa.text import cjk_ratio
from docqa.verify import AGREES
from docqa.verify.agreement import agreement, settled


class Pair(NamedTuple):
    same: str
    kind: str
    question: str
    expected: str
    given: str


LINES = (Path(__file__).parent / "pairs.tsv").read_text(encoding="utf-8").splitlines()
PAIRS = [Pair(*line.split("\t")) for line in LINES if not line.startswith("#")]


def test_there_are_enough_of_each_sort() -> None:
    chinese = [pair for pair in PAIRS if cjk_ratio(pair.question) > 0.5]
    assert len(PAIRS) >= 120
    assert 2 * len(chinese) >= len(PAIRS)
    kinds = {pair.kind for pair in PAIRS}
    assert kinds == {pair.kind for pair in chinese}
    for kind in kinds:
        assert {pair.same for pair in PAIRS if pair.kind == kind} == {"same", "different"}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.kind}: {pair.expected} / {pair.given}")
def test_the_embedded_judge_tells_whether_they_say_the_same(pair: Pair) -> None:
    agrees = agreement(pair.question, pair.expected, pair.given) >= AGREES
    assert agrees == (pair.same == "same")


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.kind}: {pair.expected} / {pair.given}")
def test_what_words_settle_is_right_and_the_rest_is_left_to_the_model(pair: Pair) -> None:
    assert settled(pair.question, pair.expected, pair.given) in (None, 1.0 if pair.same == "same" else 0.0)


def test_words_settle_most_of_what_differs_in_a_number_a_unit_or_a_negation() -> None:
    hard = [pair for pair in PAIRS if pair.same == "different" and pair.kind not in ("words", "short", "list")]
    found = Counter(settled(pair.question, pair.expected, pair.given) for pair in hard)
    assert found[0.0] >= 0.85 * len(hard), found
