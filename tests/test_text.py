"""Text in its normal form; what is quick for ASCII is the same as what is right for everything."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.text import cjk_ratio, estimate_tokens, join_lines, normalize, squash, vocabulary

ASCII = st.text(st.characters(max_codepoint=127), max_size=80)


@given(ASCII)
def test_the_quick_way_gives_what_the_full_one_does(text: str):
    assert normalize(text) == re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    assert cjk_ratio(text) == 0.0
    dense = re.sub(r"\s+", "", text)
    letters = sum(char.isalpha() for char in dense)
    assert estimate_tokens(text) == -(-letters // 4) + -(-(len(dense) - letters) // 2)


@given(st.text(max_size=60))
def test_a_normal_form_stays_as_it_is(text: str):
    assert normalize(normalize(text)) == normalize(text)
    assert not re.search(r"\s", squash(text))


@pytest.mark.parametrize(
    ("first", "second", "known", "joined"),
    [
        ("the temper-", "ature rises", (), "the temperature rises"),
        ("a heavy-", "duty unit", ("heavy", "duty"), "a heavy-duty unit"),
        ("a heavy-", "duty/long-life unit", ("heavy", "duty"), "a heavy-duty/long-life unit"),
        ("an intra-", "interviewer check", ("intra-interviewer",), "an intra-interviewer check"),
        ("there-", "fore", ("there", "fore", "therefore"), "therefore"),
        ("soft\u00ad", "ware", ("soft", "ware"), "software"),
        ("the DN-", "80 flange", (), "the DN-80 flange"),
    ],
)
def test_a_hyphen_at_a_line_s_end_goes_unless_the_document_writes_the_word_with_it(
    first: str, second: str, known: tuple[str, ...], joined: str
):
    assert join_lines(first, second, known) == joined


def test_the_vocabulary_leaves_out_what_a_line_cuts():
    assert vocabulary(["A heavy-duty unit for temper-", "ature"]) == {"a", "heavy-duty", "unit", "for", "ature"}
