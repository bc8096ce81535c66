"""What can be done between steps, and showing progress."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from neurohm.exceptions import InputError
from neurohm.training.run import Run


class Callback:
    """Does nothing; derive from it and override.

    A callback that the further course of a run depends on returns its state, so that a
    checkpoint can hold it.
    """

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Surround the whole run."""
        yield

    def after_step(self, run: Run) -> None:
        """Act after a batch was learned."""

    def after_epoch(self, run: Run) -> None:
        """Act after an epoch; the history holds its entry."""

    def after_training(self, run: Run) -> None:
        """Act at the end of a run that was not broken off."""

    def state(self) -> dict[str, Any]:
        """Return what a resumed run needs, as a tree of arrays and plain values."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state."""


def require_same(state: dict[str, Any], **settings: Any) -> None:
    """Refuse to resume with other settings of a callback than a checkpoint has, if it has them.

    Raises
    ------
    InputError
        Names the first that differs.

    Examples
    --------
    >>> require_same({"patience": 5}, patience=5, seed=0)
    """
    for name, value in settings.items():
        if state.get(name, value) != value:
            raise InputError(
                f"{name} {value} where the checkpoint has {state[name]}",
                "the same settings to resume with",
                "give the same options, or start again without resuming",
            )


class Progress(Callback):
    """Show a progress bar with throughput and time left, on a terminal only.

    Parameters
    ----------
    label : str
    """

    def __init__(self, label: str = "learning") -> None:
        self.label = label
        self._bar: Any = None
        self._task: Any = None

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Show the bar while the run lasts."""
        if not sys.stderr.isatty():
            yield
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[score]}"),
            console=Console(stderr=True),
        ) as self._bar:
            total = run.epochs * run.samples_per_epoch
            # kernels are compiled when they are first needed, which takes some seconds once
            self._task = self._bar.add_task(
                self.label, total=total, speed="preparing kernels", score=""
            )
            yield
        self._bar = None

    def after_step(self, run: Run) -> None:
        """Move the bar on."""
        if self._bar is None:
            return
        position = run.position
        done = position.epoch * run.samples_per_epoch + position.samples
        task = self._bar.tasks[0]
        speed = f"{task.speed:,.0f} samples/s" if task.speed else ""
        self._bar.update(self._task, completed=done, speed=speed)

    def after_epoch(self, run: Run) -> None:
        """Show the score of the epoch."""
        if self._bar is not None:
            column = "held_out" if "held_out" in run.history else "bound"
            score = run.history[column][-1]
            self._bar.update(
                self._task, score=f"epoch {run.position.epoch}: {column} {score:.4g} nats"
            )
