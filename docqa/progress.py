"""Live progress at a terminal; silence everywhere else.

A stage that streams does not know its total from the start: totals grow while the stage before still works, so an ETA
is shown only once a stage's total is final.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

STAGES = ("parse", "generate", "verify")


class Progress(Protocol):
    """What the pipeline tells while it works."""

    def total(self, stage: str, count: int, final: bool = False) -> None:
        """``stage`` will have at least ``count`` steps; no more than that when ``final``."""

    def advance(self, stage: str, note: str = "") -> None:
        """One step of ``stage`` is done; ``note`` says what to show beside it."""

    def watch(self, status: Callable[[], str]) -> None:
        """Show what ``status`` says, a line (what the model has done so far), for as long as the work goes on."""


class Silent:
    """Says nothing: for logs, pipes and tests."""

    def total(self, stage: str, count: int, final: bool = False) -> None:
        pass

    def advance(self, stage: str, note: str = "") -> None:
        pass

    def watch(self, status: Callable[[], str]) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        pass


class Live:
    """A bar a stage, with counts, a note and, once the total is final, the time left."""

    def __init__(self) -> None:
        from rich.console import Console, Group
        from rich.live import Live as Screen
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            ProgressColumn,
            SpinnerColumn,
            Task,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bars
        from rich.text import Text

        class TimeLeft(ProgressColumn):
            def render(self, task: Task) -> Text:
                return remaining.render(task) if task.fields["final"] else Text("-:--:--")

        remaining = TimeRemainingColumn()
        console = Console(stderr=True)
        self._bars = Bars(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:<9}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeLeft(),
            TextColumn("{task.fields[note]}", markup=False),
            console=console,
        )
        self._status: Callable[[], str] = str

        live = self

        class Line:
            def __rich__(self) -> Text:
                return Text(live._status())

        self._screen = Screen(Group(self._bars, Line()), console=console, refresh_per_second=5)
        self._tasks = {
            stage: self._bars.add_task(stage, total=None, note="", final=False, start=False) for stage in STAGES
        }

    def total(self, stage: str, count: int, final: bool = False) -> None:
        self._bars.update(self._tasks[stage], total=count, final=final)

    def advance(self, stage: str, note: str = "") -> None:
        task = self._tasks[stage]
        self._bars.start_task(task)
        self._bars.update(task, advance=1, note=note)

    def watch(self, status: Callable[[], str]) -> None:
        self._status = status

    def __enter__(self) -> Self:
        self._screen.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._screen.stop()


def progress(terminal: bool) -> Live | Silent:
    """Live bars on stderr when ``terminal``, else nothing."""
    return Live() if terminal else Silent()
