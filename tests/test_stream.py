"""Streams keep their order, are bounded, and give up as one."""

import asyncio

import pytest

from docqa.stream import each, ordered_map, runs


async def gather(stream):
    return [item async for item in stream]


def test_results_come_in_the_items_order_whoever_finishes_first():
    async def slow_first(n: int) -> int:
        await asyncio.sleep(0.02 if n == 0 else 0)
        return n * n

    assert asyncio.run(gather(ordered_map(slow_first, each(range(20)), 4))) == [n * n for n in range(20)]


def test_no_more_calls_are_under_way_than_the_limit_and_stages_overlap():
    under_way = most = 0

    async def work(n: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return n

    asyncio.run(gather(ordered_map(work, each(range(50)), 7)))
    assert most == 7


def test_the_first_result_leaves_before_the_last_item_arrives():
    seen: list[str] = []

    async def source():
        for n in range(30):
            seen.append(f"in {n}")
            yield n
            await asyncio.sleep(0)

    async def work(n: int) -> int:
        return n

    async def main() -> None:
        async for n in ordered_map(work, source(), 2):
            seen.append(f"out {n}")

    asyncio.run(main())
    assert seen.index("out 0") < seen.index("in 10")


def test_an_error_in_a_call_or_in_the_source_is_raised_and_nothing_is_left_running():
    async def fails(n: int) -> int:
        if n == 3:
            raise ValueError("three")
        await asyncio.sleep(0.001)
        return n

    async def broken():
        yield 1
        raise ValueError("source")

    async def check(stream) -> int:
        with pytest.raises(ValueError, match=r"three|source"):
            await gather(stream)
        return len(asyncio.all_tasks())

    assert asyncio.run(check(ordered_map(fails, each(range(10)), 4))) == 1
    assert asyncio.run(check(ordered_map(fails, broken(), 4))) == 1


def test_a_run_is_what_stands_together_under_one_key():
    assert asyncio.run(gather(runs(each("aabbba"), str))) == [["a", "a"], ["b", "b", "b"], ["a"]]
    assert asyncio.run(gather(runs(each(""), str))) == []
