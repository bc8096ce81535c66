"""Stopping in time, by the score of held-out data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from neurohm.backend import as_stream
from neurohm.checks import whole_number
from neurohm.likelihood import log_likelihood
from neurohm.storage import keyed, numbered
from neurohm.training.averaging import Averaging
from neurohm.training.callbacks import Callback, require_same
from neurohm.training.run import Run


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
    average : Averaging, optional
        Score, and keep, this average of the parameters; it has to be among the callbacks, too.

    Raises
    ------
    InputError, ArgumentTypeError
        If a number is none, or ``patience`` is below 1.
    """

    def __init__(
        self,
        held_out: Any,
        *,
        patience: int = 10,
        particles: int = 20,
        seed: int = 0,
        average: Averaging | None = None,
    ) -> None:
        self.held_out = held_out
        self.patience = whole_number("patience", patience)
        self.particles = whole_number("particles", particles)
        self.seed = as_stream(seed).seed
        self.average = average
        self.best = -math.inf
        self.best_epoch = -1
        self.parameters: dict[str, Any] = {}

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Begin anew, unless the run is resumed."""
        if not run.position.step:
            self.best, self.best_epoch, self.parameters = -math.inf, -1, {}
        yield

    def after_epoch(self, run: Run) -> None:
        """Score the held-out data; keep the parameters if they are the best so far."""
        machine = run.machine if self.average is None else self.average.machine(run)
        score = log_likelihood(
            machine, self.held_out, particles=self.particles, seed=self.seed, progress=False
        ).mean
        run.history.set_last("held_out", score)
        if score > self.best:
            self.best, self.best_epoch = score, run.position.epoch - 1
            host = run.machine.backend.to_host
            self.parameters = {
                key: np.array(host(array)) for key, array in machine.parameters().items()
            }
        run.stop = run.position.epoch - 1 - self.best_epoch >= self.patience

    def after_training(self, run: Run) -> None:
        """Give the machine its best parameters back."""
        if self.parameters:
            run.machine.set_parameters(self.parameters)

    def state(self) -> dict[str, Any]:
        """Return the best score, its epoch and its parameters, and the settings."""
        return {
            **self._settings,
            "best": np.float64(self.best),
            "best_epoch": self.best_epoch,
            "parameters": numbered(self.parameters),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up the best score, its epoch and its parameters.

        Raises
        ------
        InputError
            If the checkpoint was made with other settings.
        """
        require_same(state, **self._settings)
        self.best, self.best_epoch = float(state["best"]), int(state["best_epoch"])
        self.parameters = keyed(state["parameters"])

    @property
    def _settings(self) -> dict[str, int]:
        return {"patience": self.patience, "particles": self.particles, "seed": self.seed}
