"""How busy does docqa keep a server? The whole line against a simulated one, and what the same calls need at least.

    python -m benchmarks.throughput                          # 600 chunks at 64 and at 256 slots, some minutes each
    python -m benchmarks.throughput --slots 64 --chunks 120  # a quick look
    python -m benchmarks.throughput --fault-rate 0.05        # with one call in twenty failing
    python -m benchmarks.throughput --peer PATH              # beside it Meta's synthetic-data-kit (its command's path)

The server replies when a GPU would have (``engine``), and what it says is made up (``replies``), so what is measured is
the client alone. Its columns:

    efficiency     the least time its own calls need on this engine, all waiting from the start, in the order they came,
                   over the time from the first call to the end of the last
    best order     the same with the calls in the order that suits the prefix cache best: what its prompts' order costs
    batch          sequences running, on average, while there were any
    cached         share of the prompts' tokens that came from the prefix cache
    first item     when the first verified item was on disk, as a share of that time
    CPU/call       of the client and the processes it waited for, parsing included
    items/1k       kept items for a thousand calls
    faults         calls that the server let fail on purpose
    late           how late the server was at worst; above 0.1 s the machine was too busy for the row to count
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.throughput import corpus, peer
from benchmarks.throughput.engine import Cost, best_order, ideal_time
from benchmarks.throughput.server import Serving, serving

HEADER = (
    f"{'client':<20}{'slots':>6}{'calls':>8}{'seconds':>9}{'efficiency':>12}{'best order':>12}{'batch':>8}{'cached':>8}"
    f"{'first item':>12}{'CPU/call':>10}{'memory':>9}{'items/1k':>10}{'faults':>8}{'late':>8}"
)


@dataclass(frozen=True)
class Client:
    """What is known of a client's process when it has ended.

    Attributes:
        cpu_s: of it and all processes it waited for.
        memory_mb: resident at its peak, of the largest of these processes.
        first_item: ``time.monotonic`` when its first item was on disk; None if that was not seen.
    """

    cpu_s: float
    memory_mb: float
    first_item: float | None


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--slots", type=int, action="append", help="sequences the server runs (repeatable)")
    parser.add_argument("--chunks", type=int, default=600)
    parser.add_argument("--fault-rate", type=float, default=0.0)
    parser.add_argument("--peer", type=Path, help="path of the command synthetic-data-kit, to drive it, too")
    parser.add_argument("--floor", type=float, default=0.0, help="exit with 1 if an efficiency is below this")
    given = parser.parse_args()
    print(HEADER)
    lowest = 1.0
    for slots in given.slots or [64, 256]:
        for client in ("docqa", *(["synthetic-data-kit"] if given.peer else [])):
            line, efficiency = _measured(client, given, Cost(slots=slots))
            print(line, flush=True)
            lowest = min(lowest, efficiency) if client == "docqa" else lowest
    sys.exit(lowest < given.floor)


def _measured(name: str, given: argparse.Namespace, cost: Cost) -> tuple[str, float]:
    """One row of the table, and the lower of its two efficiencies."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(slots=cost.slots, fault_rate=given.fault_rate) as server,
    ):
        documents, out = Path(folder) / "documents", Path(folder) / "out"
        corpus.write(documents, given.chunks)
        if name == "docqa":
            client = _docqa(documents, out, server)
        else:
            client = _watched(peer.command(given.peer, documents, out, server.url), peer.first_item(out))
        stats, calls = server.stats(), server.calls()
        began = time.monotonic() - stats["now_s"] + stats["first_s"]
        kept = _lines(out / "items.jsonl", '"kept":true') if name == "docqa" else peer.kept(out)
    seconds = stats["last_s"] - stats["first_s"]
    requests = [call.request for call in sorted(calls, key=lambda call: call.received)]
    own, best = ideal_time(requests, cost) / seconds, ideal_time(best_order(requests), cost) / seconds
    cells = [
        (f"{cost.slots}", 6),
        (f"{stats['calls']:,}", 8),
        (f"{seconds:.1f}", 9),
        (f"{own:.3f}", 12),
        (f"{best:.3f}", 12),
        (f"{stats['mean_running'] * stats['busy_s'] / seconds:.1f}", 8),
        (f"{stats['cached_tokens'] / stats['prompt_tokens']:.0%}", 8),
        ("" if client.first_item is None else f"{(client.first_item - began) / seconds:.0%}", 12),
        (f"{1000 * client.cpu_s / stats['calls']:.2f} ms", 10),
        (f"{client.memory_mb:.0f} MB", 9),
        (f"{1000 * kept / stats['calls']:.1f}", 10),
        (f"{sum(stats['faults'].values()):,}", 8),
        (f"{stats['late_s']:.2f} s", 8),
    ]
    return f"{name:<20}" + "".join(text.rjust(width) for text, width in cells), min(own, best)


def _docqa(documents: Path, out: Path, server: Serving) -> Client:
    command = [sys.executable, "-m", "docqa.cli", "run", str(documents), "-o", str(out), "-q", "--base-url", server.url]
    return _watched(command, out / "work" / "verified.jsonl")


def _watched(command: Sequence[str], first_item: Path) -> Client:
    """Run a client to its end.

    Args:
        first_item: a file that has something in it when there is an item.

    Raises:
        SystemExit: the client failed.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    seen = None
    while True:
        if seen is None and first_item.exists() and first_item.stat().st_size:
            seen = time.monotonic()
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 2):
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return Client(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, seen)


def _lines(path: Path, word: str) -> int:
    """How many lines of a file have ``word`` in them."""
    with path.open(encoding="utf-8") as file:
        return sum(word in line for line in file)


if __name__ == "__main__":
    main()
