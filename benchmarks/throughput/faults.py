"""What goes wrong at a server, chosen so that the same calls meet the same faults in every run."""

from collections import Counter
from enum import StrEnum
from hashlib import blake2b

MOST_IN_A_ROW = 2
"""Faults that one body meets before it is answered, so that a client which asks three times always gets there."""


class Fault(StrEnum):
    """How a call fails."""

    ERROR = "error"
    """HTTP 500."""
    BUSY = "busy"
    """HTTP 429 with ``Retry-After: 1``."""
    CUT = "cut"
    """The connection is closed without a reply."""
    BROKEN = "broken"
    """The reply's text stops in the middle, though the server says that it is complete."""
    STALL = "stall"
    """The reply takes much longer than it should."""


class Faults:
    """Which calls fail: a share ``rate`` of them, by what they say and how often they were sent before."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.met: Counter[Fault] = Counter()
        self._sent: Counter[str] = Counter()
        self._in_a_row: Counter[str] = Counter()

    def next(self, body: str) -> Fault | None:
        """What happens to the call whose body has the hash ``body``, sent once more; None if it is answered."""
        fault = drawn(body, self._sent[body], self.rate) if self._in_a_row[body] < MOST_IN_A_ROW else None
        self._sent[body] += 1
        if fault is None:
            self._in_a_row[body] = 0
        else:
            self._in_a_row[body] += 1
            self.met[fault] += 1
        return fault


def drawn(body: str, sent: int, rate: float) -> Fault | None:
    """The fault of the call that was sent ``sent`` times before, if any: a draw that depends on nothing else."""
    draw = int.from_bytes(blake2b(f"{body} {sent}".encode(), digest_size=8).digest(), "big")
    faults = list(Fault)
    return faults[draw % len(faults)] if draw / 2**64 < rate else None
