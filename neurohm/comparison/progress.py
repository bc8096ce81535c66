"""Showing how far a comparison has come, on a terminal only."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 2.0
"""Seconds before a bar appears."""


@contextmanager
def stepping(total: int, *, shown: bool = True) -> Iterator[Callable[[str], None]]:
    """Give a function that is told what begins, and shows it in a bar with the time left.

    The bar appears after two seconds, in the midst of a long step, too, and only where stderr is
    a terminal.

    Parameters
    ----------
    total : int
        Steps.
    shown : bool

    Yields
    ------
    callable
        To be called at the start of each step with what it does.

    Examples
    --------
    >>> with stepping(2, shown=False) as begin:
    ...     begin("fold 1")
    """
    if not shown or not sys.stderr.isatty():
        yield lambda text: None
        return
    bar = _Bar(total)
    try:
        yield bar.begin
    finally:
        bar.stop()


class _Bar:
    """A bar of rich's that a clock starts when the wait has become long."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bar: Any = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("", total=total)
        self._begun = 0
        self._clock = threading.Timer(PATIENCE, self._bar.start)
        self._clock.daemon = True
        self._clock.start()

    def begin(self, text: str) -> None:
        """Count the step before, and show what this one does."""
        self._bar.update(self._task, completed=self._begun, description=text)
        self._begun += 1

    def stop(self) -> None:
        """Take the bar away."""
        self._clock.cancel()
        self._clock.join()
        self._bar.stop()
