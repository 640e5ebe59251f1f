"""Terms: what a text is searched by, in both scripts."""

import pytest

from docqa.terms import stem, terms


@pytest.mark.parametrize(
    "forms",
    [
        ("valve", "valves"),
        ("tighten", "tightens", "tightened", "tightening"),
        ("bearing", "bearings"),
        ("fit", "fitted", "fitting", "fits"),
        ("battery", "batteries"),
        ("release", "releases", "released", "releasing"),
        ("class", "classes"),
    ],
)
def test_inflections_of_a_word_are_one_term(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(("a", "b"), [("bus", "bu"), ("gas", "ga"), ("generate", "generator"), ("ring", "r")])
def test_different_words_stay_apart(a: str, b: str) -> None:
    assert stem(a) != stem(b)


def test_part_numbers_are_never_stemmed() -> None:
    assert terms("P-101s and DN50") == ["p-101s", "dn50"]


def test_chinese_gives_characters_and_their_pairs() -> None:
    assert terms("轴承盖") == ["轴", "承", "轴承", "盖", "承盖"]


def test_a_pair_never_joins_ideographs_across_a_latin_word_or_a_mark() -> None:
    assert "令启" not in terms("命令systemctl启动")
    assert "油换" not in terms("油，换")
    assert "systemctl" in terms("命令systemctl启动")


def test_function_words_are_no_terms() -> None:
    assert terms("What is the of and") == []
