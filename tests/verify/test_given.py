"""Items made elsewhere are judged by how far their passage supports them."""

import asyncio
from collections.abc import Iterator

import pytest
from handmade import make_chunk
from test_verify import OTHERS

from docqa.index import Index
from docqa.records import Evidence, Origin, QAItem, item_id
from docqa.verify import LexicalJudge
from docqa.verify.decide import AGREES
from docqa.verify.given import LEAST_SUPPORT, agreement, verify_given

BRIDGE = make_chunk(
    "The old bridge over the Lenne was designed by Anna Brandt in 1891. It was repaired by the engineer Otto Weiss in "
    "1926, after a flood had carried away two of its five arches.",
    title="The old bridge",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    made = Index.open_or_build(tmp_path_factory.mktemp("index"), [BRIDGE, *OTHERS])
    yield made
    made.close()


def verdict(index: Index, question: str, answer: str, passages: int = 5, quoted: bool = True) -> str:
    quote = BRIDGE.text.split(". ")[0]
    item = QAItem(
        id=item_id([BRIDGE.id], question, answer),
        chunk_ids=(BRIDGE.id,),
        document_id=BRIDGE.document_id,
        path=BRIDGE.path,
        question=question,
        answer=answer,
        evidence=(Evidence(chunk_id=BRIDGE.id, start=0, end=len(quote), quote=quote),) if quoted else (),
        task_type="given/item",
        language="en",
        difficulty="medium",
        origin=Origin(method="given", prompt=""),
        score=0.5,
    )
    found = index.search(question, passages) if passages else []
    return asyncio.run(verify_given(item, found, index, LexicalJudge(), None, AGREES)).reason


def test_what_the_passage_says_is_grounded_in_other_words_too(index: Index):
    assert (
        verdict(index, "Who drew up the plans of the old bridge over the Lenne in 1891?", "Anna Brandt") == "grounded"
    )


@pytest.mark.parametrize("answer", ["Carl Maria", "1950", "by nobody at all in the whole wide world"])
def test_what_it_does_not_say_is_hallucinated(index: Index, answer: str):
    assert verdict(index, "Who designed the old bridge over the Lenne?", answer) == "hallucinated"


def test_a_question_that_does_not_find_its_page_is_not_self_contained(index: Index):
    assert (
        verdict(index, "Who designed the old bridge over the Lenne?", "Anna Brandt", passages=0) == "not_self_contained"
    )


def test_without_a_sentence_there_is_no_evidence(index: Index):
    assert verdict(index, "Who designed the old bridge?", "Anna Brandt", quoted=False).startswith("unevidenced")


@pytest.mark.parametrize("language", ["en", "zh", "de"])
def test_the_scale_of_support_is_that_of_agreement(language: str):
    least = LEAST_SUPPORT.get(language, LEAST_SUPPORT["en"])
    assert [agreement(given, language) for given in (0.0, least, 1.0)] == [0.0, AGREES, 1.0]
