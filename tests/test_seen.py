"""What a run meets is told in one order, and a chunk is used wherever an item rests on it."""

from itertools import permutations

from handmade import make_chunk

from docqa.errors import CallError
from docqa.generate.items import evidence, joined
from docqa.records import Origin
from docqa.seen import Seen

CHUNKS = [
    make_chunk("The seal is changed once a year.", document="a"),
    make_chunk("The oil is changed after 500 hours.", document="a"),
    make_chunk("The bolts are tightened to 45 N·m.", document="b"),
]


def test_failures_stand_in_the_order_of_the_chunks_whichever_call_ended_first():
    calls = [(CHUNKS[1], "", "self-qa"), (CHUNKS[0], "What?", ""), (CHUNKS[0], "Who?", ""), (CHUNKS[2], "", "tasks")]
    told = []
    for order in permutations(calls):
        seen = Seen()
        seen.chunks_of_a_run(CHUNKS)
        for chunk, question, method in order:
            seen.call_failed(chunk, CallError("no reply", "timeout"), question, method)
        told.append([(failure.chunk_id, failure.question) for failure in seen.failed()])
    assert told[0] == [(CHUNKS[0].id, "What?"), (CHUNKS[0].id, "Who?"), (CHUNKS[1].id, ""), (CHUNKS[2].id, "")]
    assert all(each == told[0] for each in told)


def test_rows_of_a_file_that_failed_keep_their_order():
    seen = Seen(given=("prompts.txt", 12))
    for number in (2, 9, 10):
        seen.row_failed(number, CallError("no reply", "timeout"), "zyx"[number % 3])
    assert [failure.message.partition(":")[0] for failure in seen.failed()] == ["row 2", "row 9", "row 10"]


def test_every_chunk_that_an_item_rests_on_is_used():
    first, second, third = CHUNKS
    quotes = [*evidence(first, [first.text]), *evidence(third, [third.text])]
    origin = Origin(method="multi-hop", prompt="p")
    item = joined((first, third), "What is changed, what tightened?", "Both.", quotes, "multi-hop/bridge", origin)
    seen = Seen()
    seen.chunks_of_a_run(CHUNKS)
    seen.drawn |= {chunk.id for chunk in CHUNKS}
    seen.item_made(item)
    states = {state.chunk_id: state.state for state in seen.coverage() if state.kind == "chunk"}
    assert states == {first.id: "used", second.id: "skipped", third.id: "used"}
    assert seen.items == 1
