"""Who goes next: bounds the calls under way, and orders those that wait.

Calls about a chunk that the model has just read go before those that begin another, so that few chunks are live at a
time and all fit the server's prefix cache. Making goes before checking, because it is what checking waits for: what is
left at the end are checks that don't wait for each other, and the server stays full to the last. But a share of the
places is kept for checks, so that the first item is done early, not when all are made.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from docqa.models.chat import Turn

CHECKING = 0.25
"""The share of the places that checks get while there is something to make."""


class Gate:
    """Lets ``limit`` calls through at a time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._running = 0
        self._checking = 0
        self._waiting: dict[Turn, deque[asyncio.Future[None]]] = {turn: deque() for turn in Turn}

    @asynccontextmanager
    async def place(self, turn: Turn) -> AsyncIterator[None]:
        """Wait for a place, and hold it for the block."""
        mine = asyncio.get_running_loop().create_future()
        self._waiting[turn].append(mine)
        self._admit()
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._leave(turn)
            raise
        try:
            yield
        finally:
            self._leave(turn)

    def _leave(self, turn: Turn) -> None:
        self._running -= 1
        self._checking -= turn is Turn.CHECK
        self._admit()

    def _admit(self) -> None:
        while self._running < self.limit and (turn := self._next()) is not None:
            waiting = self._waiting[turn].popleft()
            if not waiting.done():
                self._running += 1
                self._checking += turn is Turn.CHECK
                waiting.set_result(None)

    def _next(self) -> Turn | None:
        """The kind of call that goes next; None when nobody waits."""
        making = next((turn for turn in (Turn.GO_ON, Turn.BEGIN) if self._waiting[turn]), None)
        if self._waiting[Turn.CHECK] and (making is None or self._checking < max(1, CHECKING * self.limit)):
            return Turn.CHECK
        return making
