"""A pool of texts finds the one most like another without comparing them all."""

from hypothesis import given
from hypothesis import strategies as st

from docqa.rouge import Pool, rouge_l

WORDS = st.lists(st.sampled_from("pump oil seal drain start stop 泵 油 500 the of before".split()), max_size=12)
TEXTS = WORDS.map(" ".join)


@given(st.lists(TEXTS, max_size=12), TEXTS, st.sampled_from([0.3, 0.5, 0.7, 0.9, 1.0]))
def test_a_pool_finds_what_comparing_with_each_text_finds(texts: list[str], asked: str, threshold: float):
    pool = Pool()
    for text in texts:
        pool.add(text)
    scores = [rouge_l(asked, text) for text in texts]
    best = max(scores, default=0.0)
    assert pool.like(asked, threshold) == (scores.index(best) if best >= threshold - 1e-9 and best > 0 else None)
    assert len(pool) == len(texts)


def test_a_pool_grows_past_its_first_size_and_tells_unknown_words_apart_from_all_it_has():
    pool = Pool()
    for number in range(200):
        pool.add(f"unit {number} is inspected by crew {number + 1000}")
    assert pool.like("unit 150 is inspected by crew 1150", 0.99) == 150
    assert pool.like("unit 500 is inspected by crew 9999", 0.7) == 0, "the first of those that are equally alike"
    assert pool.like("nothing like it anywhere", 0.1) is None
