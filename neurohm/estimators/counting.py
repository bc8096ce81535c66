"""A progress bar for what is done a known number of times."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def counting(label: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how many of so many are done, how fast and how long it takes; on a terminal only.

    Parameters
    ----------
    label : str
    total : int

    Yields
    ------
    callable
        To be called after each.

    Examples
    --------
    >>> with counting("surrogates", 2) as advance:
    ...     advance()
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeRemaining

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    speed = TextColumn("{task.fields[speed]}")
    with Progress(*columns, speed, TimeRemaining(), console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=total, speed="")

        def advance() -> None:
            done = bar.tasks[0]
            bar.update(task, advance=1, speed=f"{done.speed:.1f}/s" if done.speed else "")

        yield advance
