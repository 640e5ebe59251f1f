"""What later methods see of the items that were kept."""

from collections import Counter

from handmade import make_chunk

from docqa.generate.items import item
from docqa.generate.kept import Kept
from docqa.records import Origin, Pair, QAItem

CHUNK, ZH = make_chunk("Text."), make_chunk("文字。", language="zh")


def asked(question: str, chinese: bool = False) -> QAItem:
    return item(ZH if chinese else CHUNK, question, "So.", (), "qa/fact", Origin(method="m", prompt=""))


ITEMS = [asked(f"Question {number}?") for number in range(300)]


def test_a_draw_depends_on_its_key_and_takes_no_item_twice():
    kept = Kept(ITEMS, 1)
    first = kept.some("en", 5, "a")
    assert first == Kept(ITEMS, 1).some("en", 5, "a") != kept.some("en", 5, "b")
    assert len({each.id for each in first}) == 5
    assert {each.id for each in kept.some("en", 1000, "a")} == {each.id for each in ITEMS}
    assert kept.some("en", 2, "a") == first[:2]


def test_every_item_is_drawn_now_and_then():
    kept = Kept(ITEMS, 1)
    drawn = Counter(each.id for key in range(6000) for each in kept.some("en", 2, str(key)))
    assert len(drawn) == len(ITEMS)
    assert max(drawn.values()) < 4 * 6000 * 2 / len(ITEMS)


def test_an_item_more_changes_few_draws():
    before, after = Kept(ITEMS[1:], 1), Kept(ITEMS, 1)
    same = sum(before.some("en", 2, str(key)) == after.some("en", 2, str(key)) for key in range(1000))
    assert 970 < same < 1000


def test_a_draw_is_of_one_language_and_of_questions_with_an_answer():
    missing = asked("Who sells it?").model_copy(update={"answerable": False})
    pair = asked("How much?").model_copy(update={"pair": Pair(rejected="Less.", source="number")})
    kept = Kept([missing, pair, asked("Why?"), asked("为什么？", chinese=True)], 1)
    assert [each.question for each in kept.some("en", 9, "a")] == ["Why?"]
    assert [each.question for each in kept.some("zh", 9, "a")] == ["为什么？"]
    assert kept.some("de", 9, "a") == []


def test_the_kept_item_most_like_a_question_is_found():
    kept = Kept([asked("When is the oil of the pump drained?"), asked("When is the seal of the pump changed?")], 1)
    found = kept.like("When is the seal of a pump changed?", 0.7)
    assert found is kept.items[1]
    assert kept.like("Who signs the log of the shift?", 0.7) is None
