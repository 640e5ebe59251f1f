"""Every row of the decision table, with a model behind the reader, the judge and the closed book."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from handmade import make_chunk
from test_verify import COMPRESSOR, ENGINE, FILTER, OTHERS

from docqa.index import Index
from docqa.models.session import Session
from docqa.prompts import Prompts
from docqa.records import QAItem
from docqa.store import Store
from docqa.verify import verify
from docqa.verify.model import ModelClosedBook, ModelJudge, ModelReader
from tests.scripted import Scripted

RIGHT, OTHER, VAGUE, NONE = "Every 500 hours.", "The oil filter is replaced every 250 hours.", "At intervals.", ""
WRONG_QUOTE = FILTER.model_copy(update={"answer": "The oil filter is replaced every 900 hours."})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    unrelated = make_chunk("Deliveries are accepted at the gate until noon.", document="gate")
    made = Index.open_or_build(tmp_path_factory.mktemp("index"), [ENGINE, COMPRESSOR, unrelated, *OTHERS])
    yield made
    made.close()


def scripted(closed: str, reads: list[str]) -> Scripted:
    """A model that remembers ``closed``, reads ``reads`` one after the other, and compares numbers."""
    left = list(reads)

    def reply(body: dict[str, Any]) -> str:
        user = body["messages"][-1]["content"]
        if '"verdict"' in user:
            given = user.rsplit("Answer B: ", 1)[1]
            return json.dumps({"verdict": "same" if "500" in given else "unsure" if given == VAGUE else "different"})
        if '"known"' in user:
            return json.dumps({"known": bool(closed), "answer": closed})
        answer = left.pop(0)
        return json.dumps({"answerable": bool(answer), "answer": answer})

    return Scripted(reply)


def decided(item: QAItem, index: Index, folder: Path, model: Scripted, passages: int, **options: Any) -> QAItem:
    async def go() -> QAItem:
        with Store(folder / "run.db") as store:
            session, prompts = Session(model, store), Prompts(domain="", persona="")
            closed = ModelClosedBook(session, prompts) if options.pop("closed_book", True) else None
            found = index.search(item.question, passages)
            return await verify(
                item, found, index, ModelReader(session, prompts), ModelJudge(session, prompts), closed, **options
            )

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("reason", "kept", "closed", "reads", "passages", "options"),
    [
        ("known", True, RIGHT, [RIGHT], 8, {}),
        ("novel", True, NONE, [RIGHT], 8, {}),
        ("novel", True, OTHER, [RIGHT], 8, {}),
        ("grounded", True, NONE, [RIGHT], 8, {"closed_book": False}),
        ("hallucinated", False, NONE, [NONE, NONE], 8, {}),
        ("hallucinated", False, OTHER, [OTHER, OTHER], 8, {}),
        ("parametric", False, RIGHT, [NONE, NONE], 8, {}),
        ("hard", True, NONE, [NONE, RIGHT], 8, {}),
        ("hard", False, NONE, [NONE, RIGHT], 8, {"policy": "strict"}),
        ("conflict", False, NONE, [OTHER, RIGHT], 8, {}),
        ("not_self_contained", False, NONE, [NONE, RIGHT, NONE], 1, {}),
        ("not_self_contained", True, NONE, [NONE, RIGHT, NONE], 1, {"policy": "lenient"}),
        ("novel", True, NONE, [NONE, RIGHT, RIGHT], 1, {}),  # its subject was named
        ("unsupported", False, NONE, [NONE], 8, {"policy": "retrieval-only"}),
        ("unknown", False, NONE, [VAGUE, VAGUE], 8, {}),
    ],
)
def test_each_row(
    index: Index, tmp_path: Path, reason: str, kept: bool, closed: str, reads: list[str], passages: int, options: Any
):
    model = scripted(closed, reads)
    done = decided(FILTER, index, tmp_path, model, passages, **options)
    assert (done.reason, done.kept) == (reason, kept)
    asked = sum('"answerable"' in prompt.user for prompt in model.prompts)
    assert asked == len(reads), "it reads as often as it has to, and no oftener"


def test_nothing_is_asked_about_an_answer_without_evidence(index: Index, tmp_path: Path):
    model = scripted(RIGHT, [RIGHT])
    done = decided(WRONG_QUOTE, index, tmp_path, model, 8)
    assert done.reason.startswith("unevidenced")
    assert not model.prompts
