"""Which lines are headings and how deep they lie."""

import pytest

from docqa.parse.headings import Candidate, is_heading, levels, numbering


def line(text: str, size: float = 10, bold: bool = False) -> Candidate:
    return Candidate(text=text, page=1, size=size, ratio=size / 10, bold=bold, alone=True)


@pytest.mark.parametrize(
    ("text", "scheme", "depth"),
    [
        ("Chapter 2 Prerequisites", "chapter", 1),
        ("Appendix A Forms", "chapter", 1),
        ("第一章 总则", "chapter", 1),
        ("第二节 储存", "section", 1),
        ("第十二条 适用范围", "article", 1),
        ("一、适用范围", "ideograph", 1),
        ("（二）职责", "bracket", 1),
        ("3 Parameters", "decimal", 1),
        ("3.2.1 Bearings", "decimal", 3),
        ("A.3 Description", "decimal", 2),
    ],
)
def test_numbering_is_read_in_both_languages(text: str, scheme: str, depth: int) -> None:
    number = numbering(text)
    assert number is not None
    assert number.scheme == scheme
    assert text.startswith(number.label)
    assert number.depth == (depth if text[0] != "A" or scheme != "decimal" else number.depth)


@pytest.mark.parametrize("text", ["Scope", "see Chapter 2", "本章说明"])
def test_words_are_no_numbering(text: str) -> None:
    assert numbering(text) is None


def test_size_and_weight_make_a_heading() -> None:
    assert is_heading(line("Scope", size=14), body_is_bold=False)
    assert is_heading(line("Scope", bold=True), body_is_bold=False)
    assert not is_heading(line("Scope"), body_is_bold=False)


def test_a_bold_sentence_and_a_boxed_label_are_none() -> None:
    assert not is_heading(line("Do not open the cover while the shaft turns.", bold=True), body_is_bold=False)
    assert not is_heading(line("Warning", size=12, bold=True), body_is_bold=False)
    assert not is_heading(line("注意", bold=True), body_is_bold=False)


def test_a_chinese_chapter_that_stands_alone_is_a_heading_in_plain_type() -> None:
    assert is_heading(line("第三章 监督管理"), body_is_bold=False)
    assert not is_heading(line("第三条 药品应当按说明书规定的条件储存，并每日记录温度。"), body_is_bold=False)


def test_levels_follow_size_then_numbering() -> None:
    found = [line("Pump Manual", 20), line("1 Scope", 14), line("1.1 Limits", 12), line("2 Parts", 14)]
    assert levels(found, []) == [1, 2, 3, 2]


def test_one_size_for_all_headings_leaves_the_depth_to_the_numbers() -> None:
    found = [line("1 Scope", 12), line("1.1 Limits", 12), line("1.1.1 Heat", 12), line("2 Parts", 12)]
    assert levels(found, []) == [1, 2, 3, 1]


def test_the_outline_overrules_the_looks() -> None:
    found = [line("Scope", 14), line("Limits", 14), line("Parts", 14)]
    assert levels(found, [(1, "Scope", 1), (2, "Limits", 1), (1, "Parts", 1)]) == [1, 2, 1]
