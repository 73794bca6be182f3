"""What long work shows while it runs: a bar on a terminal, plain lines elsewhere. Always on stderr."""

from __future__ import annotations

import sys
import threading
import time
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """Shows nothing. Base of what shows something, and the default of every Python function."""

    def __call__(self, text: str) -> None:
        """Say one sentence."""

    def start(self, what: str, total: int | None = None) -> None:
        """Begin a piece of work of ``total`` steps."""

    def advance(self, name: str, total: int | None = None) -> None:
        """One step is done; may be called from any thread."""

    def finish(self, *, failed: bool = False) -> None:
        """End the piece of work that was begun last."""


class PlainProgress(Progress):
    """One line when a piece of work begins and ends, and one every few seconds in between."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.guard = threading.Lock()
        self.what = ""
        self.total: int | None = None
        self.done = 0
        self.started = self.spoken = 0.0

    def __call__(self, text: str) -> None:
        """Say one sentence."""
        print(text, file=self.stream, flush=True)

    def start(self, what: str, total: int | None = None) -> None:
        """Begin a piece of work of ``total`` steps."""
        self.what, self.total, self.done = what, total, 0
        self.started = self.spoken = time.monotonic()
        self(f"{what} …")

    def advance(self, name: str, total: int | None = None) -> None:
        """One step is done; may be called from any thread."""
        with self.guard:
            self.done += 1
            self.total = total or self.total
            moment = time.monotonic()
            if moment - self.spoken >= SECONDS_BETWEEN_LINES:
                self.spoken = moment
                self(f"{self.what}: {self.done}{f' of {self.total}' if self.total else ''}, {name}")

    def finish(self, *, failed: bool = False) -> None:
        """End the piece of work that was begun last."""
        if self.what:
            counted = f" {self.done}," if self.done else ""
            ending = "failed" if failed else "done"
            self(f"{self.what}: {ending},{counted} {time.monotonic() - self.started:.1f} s")
        self.what = ""


class BarProgress(Progress):
    """A bar that leaves one line behind for each piece of work."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self.bar: Bar | None = None
        self.task: TaskID | None = None

    def __call__(self, text: str) -> None:
        """Say one sentence, above the bar."""
        self.console.print(text, markup=False)

    def start(self, what: str, total: int | None = None) -> None:
        """Begin a piece of work of ``total`` steps."""
        self.finish()
        columns = (
            TextColumn("{task.description:<22}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[name]}", style="dim"),
        )
        self.bar = Bar(*columns, console=self.console)
        self.bar.start()
        self.task = self.bar.add_task(what, total=total, name="")

    def advance(self, name: str, total: int | None = None) -> None:
        """One step is done; may be called from any thread."""
        if self.bar is not None and self.task is not None:
            if total:
                self.bar.update(self.task, total=total)
            self.bar.update(self.task, advance=1, name=name)

    def finish(self, *, failed: bool = False) -> None:
        """End the piece of work that was begun last."""
        if self.bar is not None and self.task is not None:
            task = self.bar.tasks[0]
            if failed:
                self.bar.update(self.task, name="failed")
            else:
                steps = task.completed or 1
                self.bar.update(self.task, total=steps, completed=steps, name="")
            self.bar.stop()
        self.bar = None


def progress_for(stream: TextIO | None = None) -> Progress:
    """A bar when stderr is a terminal, plain lines otherwise."""
    stream = stream or sys.stderr
    return BarProgress() if stream.isatty() else PlainProgress(stream)
