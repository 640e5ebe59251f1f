"""Worker processes that may hang, crash or eat memory without taking the run with them.

A 2.5 KB PDF can keep its parser busy for ever and a regular expression can do the same to a chunk, and no thread can
be stopped from outside. So such work runs in a process of its own, which is killed when its time is over and replaced
by a fresh one. Workers are kept between calls: importing the parser costs more than most files.

Each has one thread for linear algebra: more of them add in another order, so that a run's bytes would depend on the
number of cores, and they spin. The cores are shared out for what reads OMP_NUM_THREADS. Memory of large arrays is kept
for the next one: the layout models ask for the same megabytes again and again, and are a third slower when Linux fills
each page of them with zeros. With one arena, a worker reserves 350 MB of address space and not 580.

They are plain subprocesses that speak length-prefixed pickles over their standard streams. ``multiprocessing`` was the
other choice; it imports the caller's ``__main__`` again in every worker, and its pipes can't be awaited.
"""

import asyncio
import contextlib
import os
import pickle
import re
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any, Self, TypeVar

from docqa.errors import DocqaError, WorkerError

A = TypeVar("A")
B = TypeVar("B")

_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(64 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}

_LENGTH = struct.Struct(">Q")
_PR_SET_PDEATHSIG = 1
_NO_MEMORY = re.compile(r"bad_alloc|[mc]alloc\b|cannot allocate|out of memory", re.IGNORECASE)
"""How libraries in C and C++ say that they got no memory."""


class WorkerPool:
    """A fixed number of worker processes, each started when it is first needed. An asynchronous context manager.

    Args:
        workers: calls that run at a time.
        memory_mb: address space a worker may take, in MiB; kept by the operating system where it can (Linux).
    """

    def __init__(self, workers: int, memory_mb: int = 4096) -> None:
        self.workers = workers
        self._memory_mb = memory_mb
        self._idle: list[asyncio.subprocess.Process] = []
        self._busy: set[asyncio.subprocess.Process] = set()
        self._slots = asyncio.Semaphore(workers)

    async def call(self, function: Callable[[A], B], argument: A, timeout_s: float) -> B:
        """``function(argument)`` in a worker; both, and the result, must be picklable.

        Raises:
            DocqaError: whatever of its kind ``function`` raised.
            WorkerError: the worker hung (``timeout``), ended (``crash``) or ran out of memory (``memory``), or
                ``function`` raised something it should not have (``crash``, with the error's name).
        """
        async with self._slots:
            worker = self._idle.pop() if self._idle else await self._start()
            self._busy.add(worker)
            try:
                reply = await asyncio.wait_for(_ask(worker, (function, argument)), timeout_s)
            except TimeoutError:
                await self._kill(worker)
                raise WorkerError(f"took longer than {timeout_s:g} s and was stopped", "timeout") from None
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                raise await self._ended(worker) from error
            except BaseException:
                await self._kill(worker)
                raise
            self._busy.discard(worker)
            self._idle.append(worker)
        ok, value = reply
        if ok:
            return value  # type: ignore[no-any-return]
        raise value

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "docqa.workers", str(self._memory_mb), str(os.getpid())),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, **environment(self.workers)},
        )

    async def _kill(self, worker: asyncio.subprocess.Process) -> int:
        self._busy.discard(worker)
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        return await worker.wait()

    async def _ended(self, worker: asyncio.subprocess.Process) -> WorkerError:
        """Why a worker that closed its pipe is gone."""
        try:
            code = await asyncio.wait_for(worker.wait(), 5)
        except TimeoutError:
            code = await self._kill(worker)
        self._busy.discard(worker)
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return WorkerError(f"crashed its worker process ({how})", "crash")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for worker in [*self._idle, *self._busy]:
            await self._kill(worker)
        self._idle.clear()


def environment(workers: int) -> dict[str, str]:
    """What the operating system and the libraries are told in each of so many workers."""
    return {**_ENVIRONMENT, "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // workers))}


async def _ask(worker: asyncio.subprocess.Process, request: object) -> tuple[bool, Any]:
    assert worker.stdin is not None
    assert worker.stdout is not None
    data = pickle.dumps(request)
    worker.stdin.write(_LENGTH.pack(len(data)) + data)
    await worker.stdin.drain()
    (length,) = _LENGTH.unpack(await worker.stdout.readexactly(_LENGTH.size))
    reply: tuple[bool, Any] = pickle.loads(await worker.stdout.readexactly(length))
    return reply


# ------------------------------------------------------------------------------------------------ inside the worker


def serve(memory_mb: int, parent: int) -> None:
    """Answer requests on standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when we stop
    _be_killed_with_parent()
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not land among the replies
    _limit_memory(memory_mb)
    while header := requests.read(_LENGTH.size):
        _reply(replies, _answer(requests.read(_LENGTH.unpack(header)[0])))


def _answer(request: bytes) -> tuple[bool, Any]:
    try:
        function, argument = pickle.loads(request)
        return True, function(argument)
    except DocqaError as error:
        return False, error
    except Exception as error:
        # The boundary of the process: an error nobody foresaw on one file must cost that file, and be told.
        if isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)):
            return False, WorkerError("needs more memory than a worker may take; raise parse.memory_mb", "memory")
        return False, WorkerError(f"{type(error).__name__}: {error}", "crash")


def _reply(replies: IO[bytes], answer: tuple[bool, Any]) -> None:
    data = pickle.dumps(answer)
    replies.write(_LENGTH.pack(len(data)) + data)
    replies.flush()


def _limit_memory(memory_mb: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(ValueError, OSError):  # systems that know the limit but do not keep it
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))


def _be_killed_with_parent() -> None:
    """Have Linux kill this process when its parent ends, even when a library hangs with the interpreter's lock held."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _die_with(parent: int) -> None:
    """End this process soon after its parent, where the system doesn't; a hanging PDF parser stops this thread, too."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
