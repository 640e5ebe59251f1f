"""Asynchronous streams: how the stages are joined without lists between them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def each(items: Iterable[A]) -> AsyncIterator[A]:
    """The items as an asynchronous stream."""
    for item in items:
        yield item


async def runs(items: AsyncIterator[A], key: Callable[[A], object]) -> AsyncIterator[list[A]]:
    """Yield each run of items with the same key, as a list."""
    run: list[A] = []
    async for item in items:
        if run and key(item) != key(run[0]):
            yield run
            run = []
        run.append(item)
    if run:
        yield run


AHEAD = 4
"""Results that wait for an earlier one, for each call that may be under way."""


async def ordered_map(
    work: Callable[[A], Coroutine[Any, Any, B]], items: AsyncIterator[A], limit: int
) -> AsyncIterator[B]:
    """Yield ``await work(item)`` for each item, in the items' order, with ``limit`` calls under way at most.

    Order is kept because the outputs must not depend on which worker was faster; the price is that one slow call holds
    back results (not work) behind it, up to ``AHEAD * limit``. The first error cancels what is under way and is raised.
    """
    calls: asyncio.Queue[asyncio.Task[B] | None] = asyncio.Queue()
    slots, kept = asyncio.Semaphore(limit), asyncio.Semaphore(AHEAD * limit)

    async def feed() -> None:
        try:
            async for item in items:
                await kept.acquire()
                await slots.acquire()
                call = asyncio.create_task(work(item))
                call.add_done_callback(lambda _: slots.release())
                calls.put_nowait(call)
                await asyncio.sleep(0)  # each call's first steps run before the next call begins, not all at once
        finally:
            calls.put_nowait(None)

    feeder = asyncio.create_task(feed())
    try:
        while (call := await calls.get()) is not None:
            result = await call
            kept.release()
            yield result
        await feeder
    finally:
        feeder.cancel()
        left: list[asyncio.Task[Any]] = [feeder]
        while not calls.empty():
            if (call := calls.get_nowait()) is not None:
                call.cancel()
                left.append(call)
        await asyncio.gather(*left, return_exceptions=True)


async def together(*work: Awaitable[object]) -> None:
    """Run ``work`` side by side to its end. The first error cancels the rest and is raised as it is."""
    tasks = [asyncio.ensure_future(part) for part in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
