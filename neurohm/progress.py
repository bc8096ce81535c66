"""How far something long has come: a bar on a terminal, once it has taken two seconds."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 2.0
"""Seconds before a bar appears."""


class Progress:
    """What is told of work done; it shows nothing."""

    def advance(self, more: int = 1) -> None:
        """Count so much more as done; from any thread."""

    def begin(self, text: str) -> None:
        """Say what is done from now on; what was begun before is done."""


@contextmanager
def progress_of(
    total: int, doing: str = "", unit: str = "", *, shown: bool = True
) -> Iterator[Progress]:
    """Give what is to be told of work done, and show it in a bar with the time left.

    The bar appears after two seconds, in the midst of a long step, too, and only where stderr is
    a terminal.

    Parameters
    ----------
    total : int
        How much there is to do.
    doing : str
        What the bar says is done.
    unit : str
        What is counted; where it is given, the bar shows how many are done in a second.
    shown : bool

    Yields
    ------
    Progress

    Examples
    --------
    >>> with progress_of(100, "scoring", "rows", shown=False) as progress:
    ...     progress.advance(100)
    """
    if not shown or not sys.stderr.isatty():
        yield Progress()
        return
    bar = _Bar(total, doing, unit)
    try:
        yield bar
    finally:
        bar.stop()


class _Bar(Progress):
    """A bar of rich's that a clock starts when the wait has become long."""

    def __init__(self, total: int, doing: str, unit: str) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar: Any = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(doing, total=total, speed="")
        self._unit, self._done, self._steps = unit, 0, 0
        self._lock, self._begun = threading.Lock(), time.monotonic()
        self._clock = threading.Timer(PATIENCE, self._bar.start)
        self._clock.daemon = True
        self._clock.start()

    def advance(self, more: int = 1) -> None:
        with self._lock:
            self._done += more
            speed = self._done / max(time.monotonic() - self._begun, 1e-9)
            said = f"{speed:,.4g} {self._unit}/s" if self._unit else ""
            self._bar.update(self._task, completed=self._done, speed=said)

    def begin(self, text: str) -> None:
        self._bar.update(self._task, completed=self._steps, description=text)
        self._steps += 1

    def stop(self) -> None:
        """Take the bar away."""
        self._clock.cancel()
        self._clock.join()
        self._bar.stop()
