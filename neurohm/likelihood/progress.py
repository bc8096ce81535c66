"""Showing how far a score has come, on a terminal only."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 2.0  # seconds before a bar appears


@contextmanager
def scoring(
    rows: int, *, shown: bool = True, doing: str = "scoring", unit: str = "rows"
) -> Iterator[Callable[[int], None]]:
    """Give a function that is told of rows done, from any thread, and shows them in a bar.

    The bar has throughput and time left. It appears after two seconds, and only where stderr is a
    terminal.

    Parameters
    ----------
    rows : int
        How many there are to score.
    shown : bool
    doing, unit : str
        What the bar says is done, and what is counted.

    Yields
    ------
    callable
        To be called with a number of rows more.

    Examples
    --------
    >>> with scoring(100, shown=False) as advance:
    ...     advance(100)
    """
    if not shown or not sys.stderr.isatty():
        yield lambda more: None
        return
    bar = _Bar(rows, doing, unit)
    try:
        yield bar.advance
    finally:
        bar.stop()


class _Bar:
    """A bar of rich's that begins when the wait has become long."""

    def __init__(self, rows: int, doing: str, unit: str) -> None:
        self._rows, self._done = rows, 0
        self._doing, self._unit = doing, unit
        self._begun = time.monotonic()
        self._lock = threading.Lock()
        self._bar: Any = None
        self._task: Any = None

    def advance(self, more: int) -> None:
        """Count rows, and show them once they have taken two seconds."""
        with self._lock:
            self._done += more
            elapsed = time.monotonic() - self._begun
            if self._bar is None and elapsed > PATIENCE and self._done < self._rows:
                self._start()
            if self._bar is not None:
                speed = f"{self._done / elapsed:,.4g} {self._unit}/s"
                self._bar.update(self._task, completed=self._done, speed=speed)

    def stop(self) -> None:
        """Take the bar away from the terminal's care."""
        if self._bar is not None:
            self._bar.stop()

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task(self._doing, total=self._rows, speed="")
