"""Who goes next: bounds the calls under way, and orders those that wait.

Calls about a chunk that the model has just read go before those that begin another, so that few chunks are live at a
time and all fit the server's prefix cache. Making goes before checking, because it is what checking waits for: what is
left at the end are checks that don't wait for each other, and the server stays full to the last. But a share of the
places is kept for checks, so that the first item is done early, not when all are made.

Of the calls of one kind, the next is the one whose text follows the last one's in alphabetical order, and after the
last of them the first again, as an elevator goes. So calls that begin alike go together, at every length of what they
share, and none waits for longer than one round.

Where the size of the server's KV cache is known, the calls under way are bounded by that, too. A server whose cache is
full of running sequences gives every freed block to the next call in its queue, and forgets the chunk that was read a
moment ago (`python -m benchmarks.throughput` at 256 slots, best order: .875 with 320 calls under way whatever their
size, .927 with the bound).
"""

import asyncio
import math
from bisect import bisect_right, insort
from dataclasses import dataclass
from typing import NamedTuple

from docqa.models.chat import Turn

CHECKING = 0.25
"""The share of the places that checks get while there is something to make."""


KV_SHARE = 0.9
"""The share of the KV cache that calls under way may take up; the rest holds what the next ones begin with."""


_MAKES = (Turn.GO_ON, Turn.BEGIN)
_CHECKS = (Turn.SHORT, Turn.CHECK)


class _Waiting(NamedTuple):
    """A call that waits; the number makes the order of equal texts that of their coming."""

    text: str
    number: int
    tokens: int
    place: asyncio.Future[None]


@dataclass(slots=True)
class _Place:
    """A class of its own, since ``asynccontextmanager`` takes 4 % of a call's CPU."""

    gate: "Gate"
    turn: Turn
    text: str
    tokens: int

    async def __aenter__(self) -> None:
        await self.gate.enter(self.turn, self.text, self.tokens)

    async def __aexit__(self, *_: object) -> None:
        self.gate.leave(self.turn, self.tokens)


class Gate:
    """Lets calls through.

    Args:
        limit: calls at a time.
        kv_tokens: what the model's KV cache holds; 0 where that is not known.
    """

    def __init__(self, limit: int, kv_tokens: int = 0) -> None:
        self.limit = limit
        self._room = KV_SHARE * kv_tokens if kv_tokens else math.inf
        self._running = 0
        self._checking = 0
        self._tokens = 0
        self._number = 0
        self._waiting: dict[Turn, list[_Waiting]] = {turn: [] for turn in Turn}
        self._last: dict[Turn, tuple[str, int]] = dict.fromkeys(Turn, ("", 0))

    def place(self, turn: Turn, text: str = "", tokens: int = 0) -> "_Place":
        """A place for the call that begins with ``text``: ``async with`` waits for it and holds it.

        Args:
            tokens: about how many it takes up in the KV cache.
        """
        return _Place(self, turn, text, tokens)

    async def enter(self, turn: Turn, text: str, tokens: int) -> None:
        """Wait for a place."""
        self._number += 1
        mine = _Waiting(text, self._number, tokens, asyncio.get_running_loop().create_future())
        insort(self._waiting[turn], mine)
        self._admit()
        try:
            await mine.place
        except asyncio.CancelledError:
            if mine.place.done() and not mine.place.cancelled():
                self.leave(turn, tokens)
            raise

    def leave(self, turn: Turn, tokens: int) -> None:
        """Give a place back."""
        self._count(turn, tokens, -1)
        self._admit()

    def _admit(self) -> None:
        while self._running < self.limit and (turn := self._next()) is not None:
            waiting = self._waiting[turn]
            at = bisect_right(waiting, self._last[turn]) % len(waiting)
            if self._running and self._tokens + waiting[at].tokens > self._room:
                return
            call = waiting.pop(at)
            self._last[turn] = (call.text, call.number)
            if not call.place.done():
                self._count(turn, call.tokens, 1)
                call.place.set_result(None)

    def _count(self, turn: Turn, tokens: int, one: int) -> None:
        self._running += one
        self._checking += one * (turn in _CHECKS)
        self._tokens += one * tokens

    def _next(self) -> Turn | None:
        """The kind of call that goes next; None when nobody waits."""
        making, checking = (next((turn for turn in turns if self._waiting[turn]), None) for turns in (_MAKES, _CHECKS))
        if checking is not None and (making is None or self._checking < max(1, CHECKING * self.limit)):
            return checking
        return making
