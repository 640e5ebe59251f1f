"""Continuous batching with a prefix cache, as vLLM V1 does it, simulated in virtual time.

    ideal = ideal_time(best_order(requests), Cost(slots=64))

The engine computes nothing; it says how long a GPU would have taken. So the same work can be timed twice: as it came in
through a client (benchmarks/throughput/server.py steps this engine in real time), and off line with everything waiting
from the start, in the order that suits the prefix cache best. The ratio is what a client made of the server.

What is kept of vLLM: first come, first served; running sequences before waiting ones; prompts computed in chunks under
a budget of tokens per step, with the first output token in the step that ends the prompt; blocks that can be shared as
soon as they are scheduled, so siblings of one step hit; the last token of a prompt computed even if all of it is
cached; the least recently used block evicted first, and a prompt's last blocks before its first.

What is left out: room for the whole reply is taken at admission, so nothing is ever preempted; a step's cost does not
depend on how long the sequences are; the blocks of replies are not shared.
"""

import heapq
import itertools
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

CHARS_PER_TOKEN = 4
"""Of any text. English has about 4 characters a token; Chinese has 1 to 2, which is ignored."""

BLOCK_TOKENS = 16
"""Tokens a block of the KV cache, vLLM's default."""

_BITS = (1 << 48) - 1
_MULTIPLIER = 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class Cost:
    """What a server is and what it takes: by default an 8B model in 16 bits on one H100-class GPU.

    A step reads 16 GB of weights at 3.35 TB/s and launches its kernels: about 8 ms. Prompts are computed at about
    25,000 tokens/s. 80 GB, less 10% and the weights, hold some 400,000 tokens of KV cache (36 layers of 8 KV heads).

    Attributes:
        slots: sequences that run at a time (``--max-num-seqs``).
        step_s: the fixed cost of a step.
        per_sequence_s: added for each running sequence.
        per_prefill_token_s: added for each token of a prompt that is computed in the step.
        prefill_tokens_per_step: how many of those a step may compute.
        kv_tokens: what the KV cache holds.
    """

    slots: int = 256
    step_s: float = 0.008
    per_sequence_s: float = 0.00005
    per_prefill_token_s: float = 1 / 25_000
    prefill_tokens_per_step: int = 8192
    kv_tokens: int = 400_000
    block_tokens: int = BLOCK_TOKENS


@dataclass(frozen=True, eq=False, slots=True)
class Request:
    """One call.

    Attributes:
        blocks: hashes of the prompt's full blocks, each over all that stands before it too: prompts that begin alike
            have the same leading hashes.
    """

    blocks: tuple[int, ...]
    prompt_tokens: int
    output_tokens: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """A request that has its reply."""

    request: Request
    cached_tokens: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one call of ``Engine.step`` did, in ``steps`` steps of the GPU that took ``seconds`` together."""

    seconds: float
    steps: int
    running: int
    prefill_tokens: int
    finished: Sequence[Finished]


def tokens_of(text: str) -> int:
    """How many tokens a text has; never 0, since a reply has at least its end."""
    return max(1, -(-len(text) // CHARS_PER_TOKEN))


def blocks_of(text: str, block_tokens: int = BLOCK_TOKENS) -> tuple[int, ...]:
    """Hashes of the full blocks of ``text``, each chained to the one before; the same in every process.

    A CRC of each slice, chained by a multiplication: 0.1 ms for 24,000 characters, where a cryptographic hash of each
    slice takes 0.4. Two prompts are confused only if they agree up to a slice and the CRCs of that slice collide.
    """
    data = memoryview(text.encode("utf-32-le", "surrogatepass"))
    size = 4 * CHARS_PER_TOKEN * block_tokens
    hashes, chained = [], 1
    for at in range(0, len(data) - size + 1, size):
        chained = (chained * _MULTIPLIER + crc32(data[at : at + size])) & _BITS
        hashes.append(chained)
    return tuple(hashes)


class PrefixCache:
    """The blocks of the KV cache: in use by running sequences, or idle and there for the next prompt that begins alike.

    Since a running sequence holds its whole prompt, and lets go of the last block first, no block is ever evicted
    before those that follow it in a prompt.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.evicted = 0
        self._held: dict[int, int] = {}  # block -> how many sequences hold it
        self._idle: OrderedDict[int, None] = OrderedDict()  # least recently used first
        self._unshared = 0  # blocks of replies and of prompts' ends

    @property
    def used(self) -> int:
        """Blocks that cannot be evicted."""
        return len(self._held) + self._unshared

    def hits(self, blocks: Sequence[int]) -> int:
        """How many leading ``blocks`` are here."""
        return next((at for at, block in enumerate(blocks) if not self._has(block)), len(blocks))

    def _has(self, block: int) -> bool:
        return block in self._held or block in self._idle

    def take(self, blocks: Sequence[int], unshared: int) -> bool:
        """Hold ``blocks`` and as many ``unshared`` ones, evicting what must go; False, if they don't fit."""
        held, idle = self._held, self._idle
        if self.used + unshared + sum(block not in held for block in blocks) > self.capacity:
            return False
        for block in blocks:
            if block in held:
                held[block] += 1
            else:
                idle.pop(block, None)
                held[block] = 1
        self._unshared += unshared
        while self.used + len(idle) > self.capacity:
            idle.popitem(last=False)
            self.evicted += 1
        return True

    def release(self, blocks: Sequence[int], unshared: int) -> None:
        """Let go of what ``take`` took; the blocks stay until their room is needed."""
        for block in reversed(blocks):
            self._held[block] -= 1
            if not self._held[block]:
                del self._held[block]
                self._idle[block] = None
        self._unshared -= unshared


@dataclass(slots=True)
class _Sequence:
    """An admitted request. ``ends_at`` is the count of steps at which it has its last token; set with its first."""

    request: Request
    cached_tokens: int
    prefill_left: int
    unshared: int
    ends_at: int = 0


@dataclass
class Engine:
    """The scheduler and its clock.

    Attributes:
        now: virtual time in seconds.
        busy_s, idle_s: time in steps, and time without work since the first step.
        running_s: sequences running, times the seconds they ran; over ``busy_s`` the mean batch.
        prompt_tokens, cached_tokens: of what was admitted.
    """

    cost: Cost = field(default_factory=Cost)
    now: float = 0.0
    steps: int = 0
    busy_s: float = 0.0
    idle_s: float = 0.0
    running_s: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0

    def __post_init__(self) -> None:
        self.cache = PrefixCache(self.cost.kv_tokens // self.cost.block_tokens)
        self.waiting: deque[Request] = deque()
        self._partial: _Sequence | None = None  # whose prompt did not fit into one step; there is at most one
        self._decoding: list[tuple[int, int, _Sequence]] = []  # a heap, the next to finish first
        self._admitted = itertools.count()

    @property
    def running(self) -> int:
        """Sequences in the batch."""
        return len(self._decoding) + (self._partial is not None)

    @property
    def is_full(self) -> bool:
        """Whether nothing can be admitted before a sequence finishes."""
        return self.running >= self.cost.slots

    @property
    def has_work(self) -> bool:
        """Whether there is anything to step for."""
        return bool(self.waiting) or self.running > 0

    @property
    def mean_running(self) -> float:
        """Sequences in the batch, over the time that there were any."""
        return self.running_s / self.busy_s if self.busy_s else 0.0

    def add(self, request: Request) -> None:
        """Queue a request.

        Raises:
            ValueError: it would not fit into the empty KV cache.
        """
        if self._blocks_of(request) > self.cache.capacity:
            wanted = request.prompt_tokens + request.output_tokens
            raise ValueError(f"{wanted} tokens do not fit into a KV cache of {self.cost.kv_tokens}")
        self.waiting.append(request)

    def abort(self, request: Request) -> None:
        """Forget a request whose client is gone; nothing happens if it has finished."""
        if request in self.waiting:
            self.waiting.remove(request)
        elif self._partial is not None and self._partial.request is request:
            self._release(self._partial)
            self._partial = None
        else:
            for sequence in [sequence for _, _, sequence in self._decoding if sequence.request is request]:
                self._release(sequence)
            self._decoding = [entry for entry in self._decoding if entry[2].request is not request]
            heapq.heapify(self._decoding)

    def idle_until(self, now: float) -> None:
        """Let the clock run to ``now`` without work; before the first step that is not counted as idle."""
        if self.busy_s:
            self.idle_s += max(0.0, now - self.now)
        self.now = max(self.now, now)

    def step(self, max_steps: int | None = None) -> Step:
        """Run until something changes: one step if part of a prompt is computed, else up to the next sequence's end.

        Args:
            max_steps: 1 where a request may arrive in the meantime and could be admitted (not ``is_full``).
        """
        prefill = self._prefill()
        running = self.running
        if not running:
            return Step(0.0, 0, 0, 0, ())
        steps = 1 if prefill else self._decoding[0][0] - self.steps
        steps = min(steps, max_steps or steps)
        seconds = self._seconds(steps, running, prefill)
        self.steps += steps
        self.now += seconds
        self.busy_s += seconds
        self.running_s += running * seconds
        return Step(seconds, steps, running, prefill, self._finish())

    def _seconds(self, steps: int, running: int, prefill: int) -> float:
        cost = self.cost
        return steps * (cost.step_s + running * cost.per_sequence_s) + prefill * cost.per_prefill_token_s

    def _prefill(self) -> int:
        """Go on with the prompt that is under way, then admit; how many tokens of prompts this step computes."""
        budget = self.cost.prefill_tokens_per_step
        if self._partial is not None:
            sequence, self._partial = self._partial, None
            budget = self._compute(sequence, budget)
        while budget and self.waiting and not self.is_full:
            admitted = self._admit(self.waiting[0])
            if admitted is None:
                break
            self.waiting.popleft()
            budget = self._compute(admitted, budget)
        return self.cost.prefill_tokens_per_step - budget

    def _admit(self, request: Request) -> _Sequence | None:
        """The sequence with its blocks held, or None if they don't fit yet."""
        sharable = (request.prompt_tokens - 1) // self.cost.block_tokens
        cached = self.cache.hits(request.blocks[:sharable]) * self.cost.block_tokens
        unshared = self._blocks_of(request) - len(request.blocks)
        if not self.cache.take(request.blocks, unshared):
            return None
        self.prompt_tokens += request.prompt_tokens
        self.cached_tokens += cached
        return _Sequence(request, cached, request.prompt_tokens - cached, unshared)

    def _compute(self, sequence: _Sequence, budget: int) -> int:
        """Compute what ``budget`` allows of a prompt; what is left of the budget."""
        tokens = min(budget, sequence.prefill_left)
        sequence.prefill_left -= tokens
        if sequence.prefill_left:
            self._partial = sequence
        else:
            sequence.ends_at = self.steps + sequence.request.output_tokens
            heapq.heappush(self._decoding, (sequence.ends_at, next(self._admitted), sequence))
        return budget - tokens

    def _finish(self) -> list[Finished]:
        finished = []
        while self._decoding and self._decoding[0][0] <= self.steps:
            sequence = heapq.heappop(self._decoding)[2]
            self._release(sequence)
            finished.append(Finished(sequence.request, sequence.cached_tokens))
        return finished

    def _release(self, sequence: _Sequence) -> None:
        self.cache.release(sequence.request.blocks, sequence.unshared)

    def _blocks_of(self, request: Request) -> int:
        return -(-(request.prompt_tokens + request.output_tokens) // self.cost.block_tokens)


def ideal_time(requests: Iterable[Request], cost: Cost) -> float:
    """Seconds for ``requests`` if all of them wait from the start, in the order given."""
    engine = Engine(cost)
    for request in requests:
        engine.add(request)
    while engine.has_work:
        engine.step()
    return engine.now


def best_order(requests: Iterable[Request]) -> list[Request]:
    """Sorted so that prompts which begin alike stand together, at every length of what they share."""
    return sorted(requests, key=lambda request: request.blocks)
