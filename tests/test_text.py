"""Text in its normal form; what is quick for ASCII is the same as what is right for everything."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from docqa.text import cjk_ratio, estimate_tokens, normalize, squash

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
