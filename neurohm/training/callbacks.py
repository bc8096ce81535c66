"""What can be done between steps: showing progress, stopping early."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from neurohm.exceptions import InputError
from neurohm.likelihood import log_likelihood
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


class EarlyStopping(Callback):
    """Keep the parameters that explain held-out data best; stop when they no longer improve.

    Parameters
    ----------
    held_out : array_like or sparse matrix, (samples, visible units)
    patience : int
        Epochs without improvement before the run stops.
    particles : int
        Of the importance-sampled score, always with the same noise.
    seed : int

    Raises
    ------
    InputError
        If ``patience`` is below 1.
    """

    def __init__(
        self, held_out: Any, *, patience: int = 10, particles: int = 20, seed: int = 0
    ) -> None:
        if patience < 1:
            raise InputError(f"patience {patience}", "at least 1 epoch")
        self.held_out = held_out
        self.patience = patience
        self.particles = particles
        self.seed = seed
        self.best = -math.inf
        self.best_epoch = -1
        self.parameters: dict[str, Any] = {}

    def after_epoch(self, run: Run) -> None:
        """Score the held-out data; keep the parameters if they are the best so far."""
        score = log_likelihood(
            run.machine, self.held_out, particles=self.particles, seed=self.seed
        ).mean
        run.history.set_last("held_out", score)
        if score > self.best:
            self.best, self.best_epoch = score, run.position.epoch - 1
            host = run.machine.backend.to_host
            self.parameters = {
                key: np.array(host(array)) for key, array in run.machine.parameters().items()
            }
        run.stop = run.position.epoch - 1 - self.best_epoch >= self.patience

    def after_training(self, run: Run) -> None:
        """Give the machine its best parameters back."""
        if self.parameters:
            run.machine.set_parameters(self.parameters)

    def state(self) -> dict[str, Any]:
        """Return the best score, its epoch and its parameters."""
        return {
            "best": np.float64(self.best),
            "best_epoch": self.best_epoch,
            "parameters": {str(i): array for i, array in enumerate(self.parameters.values())},
            "keys": list(self.parameters),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up the best score, its epoch and its parameters."""
        self.best, self.best_epoch = float(state["best"]), int(state["best_epoch"])
        self.parameters = {key: state["parameters"][str(i)] for i, key in enumerate(state["keys"])}


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
            self._task = self._bar.add_task(self.label, total=total, speed="", score="")
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
