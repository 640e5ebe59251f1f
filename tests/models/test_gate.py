"""Who goes next, when more wait than may go."""

import asyncio

from docqa.models.chat import Turn
from docqa.models.gate import Gate


async def order(limit: int, waiting: list[Turn]) -> tuple[list[Turn], int]:
    """The turns in the order they went, all having waited from the start; and the most that ran at a time."""
    gate = Gate(limit)
    went: list[Turn] = []
    running = most = 0

    async def call(turn: Turn) -> None:
        nonlocal running, most
        async with gate.place(turn):
            went.append(turn)
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    async with gate.place(Turn.CHECK), asyncio.TaskGroup() as tasks:
        holders = [gate.place(Turn.BEGIN) for _ in range(limit - 1)]
        for holder in holders:
            await holder.__aenter__()
        for turn in waiting:
            tasks.create_task(call(turn))
        await asyncio.sleep(0)
        for holder in holders:
            await holder.__aexit__(None, None, None)
    return went, most


def test_a_chunk_that_was_begun_goes_on_before_another_begins():
    went, _ = asyncio.run(order(2, [Turn.BEGIN, Turn.GO_ON, Turn.BEGIN, Turn.GO_ON]))
    assert went == [Turn.GO_ON, Turn.GO_ON, Turn.BEGIN, Turn.BEGIN]


def test_making_goes_before_checking_but_checks_keep_a_share():
    went, _ = asyncio.run(order(8, [Turn.CHECK] * 20 + [Turn.BEGIN] * 60))
    assert Turn.CHECK in went[:10]
    assert went.index(Turn.CHECK) >= 0
    assert [turn for turn in went[:40] if turn is Turn.BEGIN].__len__() > 20


def test_never_more_than_the_limit_and_everybody_gets_through():
    waiting = [Turn(n % 3) for n in range(100)]
    went, most = asyncio.run(order(5, waiting))
    assert sorted(went) == sorted(waiting)
    assert most <= 5


def test_one_that_gives_up_waiting_leaves_no_hole():
    async def go() -> None:
        gate = Gate(1)
        async with gate.place(Turn.BEGIN):
            gone = asyncio.create_task(gate.place(Turn.BEGIN).__aenter__())
            await asyncio.sleep(0)
            gone.cancel()
        for _ in range(3):
            async with asyncio.timeout(1), gate.place(Turn.CHECK):
                pass

    asyncio.run(go())


def test_calls_under_way_fit_the_kv_cache_and_one_that_never_would_goes_alone():
    async def go() -> list[int]:
        gate = Gate(100, kv_tokens=1000)
        running: list[int] = []
        sums: list[int] = []

        async def call(tokens: int) -> None:
            async with gate.place(Turn.CHECK, tokens=tokens):
                running.append(tokens)
                sums.append(sum(running))
                await asyncio.sleep(0)
                running.remove(tokens)

        async with asyncio.TaskGroup() as tasks:
            for tokens in [300] * 10 + [5000] + [100] * 10:
                tasks.create_task(call(tokens))
        return sums

    sums = asyncio.run(go())
    assert len(sums) == 21
    assert sorted(sums)[-1] == 5000
    assert all(total <= 900 for total in sums if total != 5000)


def test_of_one_kind_those_that_begin_alike_go_together_and_all_within_a_round():
    async def go() -> list[str]:
        gate = Gate(1)
        went: list[str] = []

        async def call(text: str) -> None:
            async with gate.place(Turn.CHECK, text):
                went.append(text)
                if text == "m2":
                    tasks.create_task(call("a0"))
                    tasks.create_task(call("z9"))
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as tasks, gate.place(Turn.CHECK, "m0"):
            for text in ("z1", "m1", "a1", "m2", "a2", "z2"):
                tasks.create_task(call(text))
            await asyncio.sleep(0)
        return went

    assert asyncio.run(go()) == ["m1", "m2", "z1", "z2", "z9", "a0", "a1", "a2"]
