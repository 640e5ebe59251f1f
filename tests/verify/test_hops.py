"""An item of two chunks is right as a whole, and neither chunk alone gives it away."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from handmade import make_chunk
from test_verify import OTHERS

from docqa.generate.items import evidence, joined
from docqa.index import Index
from docqa.records import Answer, Chunk, Decision, Hop, Origin, QAItem
from docqa.verify import ExtractiveReader, LexicalJudge, Policy, Reader
from docqa.verify.decide import after_each_alone
from docqa.verify.hops import verify_hops

PLACE = make_chunk("The gearbox of the crusher is filled with oil of class G4.", headings=["2 Gearbox"], document="a")
CLASS = make_chunk("Oil of class G4 is changed after 900 hours.", headings=["5 Oils"], title="Oil list", document="b")
HOPS = (
    Hop(
        question="What is the gearbox of the crusher filled with?",
        answer="The gearbox of the crusher is filled with oil of class G4.",
        chunk_id=PLACE.id,
    ),
    Hop(
        question="After how many hours is oil of class G4 changed?",
        answer="Oil of class G4 is changed after 900 hours.",
        chunk_id=CLASS.id,
    ),
)
QUESTION = "What is the gearbox of the crusher filled with, and after how many hours is oil of class G4 changed?"
BOTH = joined(
    (PLACE, CLASS),
    QUESTION,
    f"{HOPS[0].answer} {HOPS[1].answer}",
    [*evidence(PLACE, [PLACE.text]), *evidence(CLASS, [CLASS.text])],
    "multi-hop/shared-term",
    Origin(method="multi-hop", prompt="test"),
).model_copy(update={"hops": HOPS})
WHOLE = BOTH.model_copy(update={"hops": (), "origin": Origin(method="multi-hop", prompt="p", model="m")})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    made = Index.open_or_build(tmp_path_factory.mktemp("index"), [PLACE, CLASS, *OTHERS])
    yield made
    made.close()


class Reads:
    """A reader that knows what follows from which chunks; ``asked`` holds what it was shown, by ids."""

    def __init__(self, said: dict[frozenset[str], str]) -> None:
        self.said = said
        self.asked: list[frozenset[str]] = []

    async def read(self, question: str, passages: Sequence[Chunk], language: str) -> str:
        shown = frozenset(chunk.id for chunk in passages) & {PLACE.id, CLASS.id}
        self.asked.append(frozenset(chunk.id for chunk in passages))
        return self.said.get(shown, "")


class Remembers:
    """A closed book that always says the same."""

    def __init__(self, said: str) -> None:
        self.said = said

    async def answer(self, question: str, language: str) -> str:
        return self.said if question == QUESTION else ""


def verified(
    item: QAItem, index: Index, reader: Reader | None = None, memory: str | None = None, policy: Policy = "default"
) -> QAItem:
    closed = None if memory is None else Remembers(memory)
    found = index.search(item.question, 6)
    return asyncio.run(
        verify_hops(item, found, index, reader or ExtractiveReader(), LexicalJudge(), closed, policy=policy)
    )


def changed(item: QAItem, hop: int, **update: str) -> QAItem:
    hops = [one.model_copy(update=update) if place == hop else one for place, one in enumerate(item.hops)]
    return item.model_copy(update={"hops": tuple(hops)})


# ------------------------------------------------------------------------------------------- by its hops, no model


def test_it_is_grounded_where_each_hop_is_and_neither_chunk_has_the_other_s(index: Index):
    done = verified(BOTH, index)
    assert (done.kept, done.reason) == (True, "grounded")
    assert done.verdict is not None
    assert {passage.chunk_id for passage in done.verdict.passages} >= {PLACE.id, CLASS.id}
    assert done.verdict.source_rank == 1
    assert len(done.verdict.alone) == 2
    assert done.verdict.retrieval is not None
    assert "900" in done.verdict.retrieval.text
    assert "G4" in done.verdict.retrieval.text
    assert (done.question, done.id, done.hops) == (BOTH.question, BOTH.id, HOPS)


@pytest.mark.parametrize(("memory", "reason"), [("", "novel"), (BOTH.answer, "known")])
def test_the_closed_book_is_asked_the_whole(index: Index, memory: str, reason: str):
    assert verified(BOTH, index, memory=memory).reason == reason


def test_a_changed_number_is_in_no_quote(index: Index):
    wrong = BOTH.model_copy(update={"answer": BOTH.answer.replace("900", "600")})
    assert verified(wrong, index).reason == "unevidenced: number 600 is in no quote"
    word = BOTH.model_copy(update={"answer": BOTH.answer.replace("gearbox", "bearing")})
    assert verified(word, index).reason == "unevidenced: not in a quote: bearing"


def test_a_hop_that_its_chunk_does_not_bear_out_drops_the_whole(index: Index):
    wrong = changed(BOTH, 1, answer="Oil of class G4 is changed after 600 hours.")
    assert verified(wrong, index).reason == "unevidenced: the second hop"
    lost = changed(BOTH, 0, question="Who designed the old bridge over the Lenne?")
    done = verified(lost, index)
    assert not done.kept
    assert done.reason.endswith(": the first hop")


def test_a_chunk_that_answers_both_hops_makes_it_a_question_of_one(tmp_path: Path):
    told = make_chunk(f"{PLACE.text} {CLASS.text}", headings=["2 Gearbox"], document="a")
    hops = (HOPS[0].model_copy(update={"chunk_id": told.id}), HOPS[1])
    item = joined(
        (told, CLASS),
        QUESTION,
        BOTH.answer,
        [*evidence(told, [PLACE.text]), *evidence(CLASS, [CLASS.text])],
        "multi-hop/shared-term",
        BOTH.origin,
    ).model_copy(update={"hops": hops})
    both = Index.open_or_build(tmp_path, [told, CLASS, *OTHERS])
    try:
        done = verified(item, both)
    finally:
        both.close()
    assert done.reason == "single_hop: the first passage alone answers both"
    assert not done.kept
    assert done.verdict is not None
    assert done.verdict.decision is Decision.SINGLE_HOP


# -------------------------------------------------------------------------------------------- as a whole, by a model

TOGETHER = {frozenset({PLACE.id, CLASS.id}): WHOLE.answer}


def test_a_reader_that_needs_both_passages_keeps_it(index: Index):
    reader = Reads(TOGETHER)
    done = verified(WHOLE, index, reader)
    assert (done.kept, done.reason) == (True, "grounded")
    assert done.verdict is not None
    assert done.verdict.alone == (Answer(text=""), Answer(text=""))
    assert reader.asked[1:] == [frozenset({PLACE.id}), frozenset({CLASS.id})]


@pytest.mark.parametrize(("alone", "place"), [(PLACE, "first"), (CLASS, "second")])
@pytest.mark.parametrize("policy", ["default", "strict", "lenient", "retrieval-only"])
def test_one_passage_that_is_enough_drops_it_under_every_policy(index: Index, alone: Chunk, place: str, policy: Policy):
    done = verified(WHOLE, index, Reads({**TOGETHER, frozenset({alone.id}): WHOLE.answer}), policy=policy)
    assert done.reason == f"single_hop: the {place} passage alone answers it"
    assert not done.kept


@pytest.mark.parametrize("item", [BOTH, WHOLE], ids=["by hops", "as a whole"])
def test_another_passage_that_holds_all_of_it_drops_it_if_it_answers(tmp_path: Path, item: QAItem):
    edition = make_chunk(f"{PLACE.text} {CLASS.text}", headings=["2 Gearbox"], title="Short manual", document="c")
    with_it = Index.open_or_build(tmp_path, [PLACE, CLASS, edition, *OTHERS])
    try:
        reader = None if item.hops else Reads({**TOGETHER, frozenset(): WHOLE.answer})
        done = verified(item, with_it, reader)
        kept = verified(WHOLE, with_it, Reads(TOGETHER))
    finally:
        with_it.close()
    assert done.reason == f"single_hop: another passage alone answers {'both' if item.hops else 'it'}"
    assert done.verdict is not None
    assert len(done.verdict.alone) == 3
    assert kept.reason == "grounded", "quotes in one passage alone are no answer yet"


def test_another_answer_of_one_passage_is_no_shortcut(index: Index):
    done = verified(WHOLE, index, Reads({**TOGETHER, frozenset({CLASS.id}): "After 100 hours."}))
    assert done.reason == "grounded"
    assert done.verdict is not None
    assert done.verdict.alone[1].agreement == 0.0


def test_nobody_is_asked_about_one_that_is_dropped_already(index: Index):
    reader = Reads({})
    assert verified(WHOLE, index, reader).reason == "hallucinated"
    assert len(reader.asked) == 2, "retrieval and source, and no passage alone"


@pytest.mark.parametrize(("chunk", "place"), [(PLACE, "first"), (CLASS, "second")])
def test_a_chunk_without_a_quote_is_no_hop(index: Index, chunk: Chunk, place: str):
    for item in (BOTH, WHOLE):
        left = tuple(one for one in item.evidence if one.chunk_id != chunk.id)
        done = verified(item.model_copy(update={"evidence": left}), index)
        assert done.reason == f"unevidenced: no quote of the {place} passage"


def test_its_rank_is_that_of_the_passage_found_last_and_none_unless_both_are(index: Index):
    reader = Reads(TOGETHER)
    ranks = {}
    for most in (1, 6):
        found = index.search(WHOLE.question, most)
        done = asyncio.run(verify_hops(WHOLE, found, index, reader, LexicalJudge()))
        assert done.verdict is not None
        ranks[most] = done.verdict.source_rank
    places = [passage.chunk_id for passage in index.search(WHOLE.question, 6)]
    assert ranks == {1: None, 6: 1 + max(places.index(PLACE.id), places.index(CLASS.id))}


def test_only_what_would_be_kept_is_called_a_question_of_one_hop():
    agrees = [Answer(text="x", agreement=1.0)]
    for decision in (Decision.KNOWN, Decision.NOVEL, Decision.GROUNDED, Decision.HARD):
        assert after_each_alone(decision, agrees) is Decision.SINGLE_HOP
        assert after_each_alone(decision, [Answer(text="")]) is decision
    assert after_each_alone(Decision.CONFLICT, agrees) is Decision.CONFLICT
