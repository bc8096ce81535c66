"""Averages of the parameters over the last part of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array
from neurohm.checks import real_number, whole_number
from neurohm.machine import HelmholtzMachine
from neurohm.storage import keyed, numbered
from neurohm.training.callbacks import Callback, require_same
from neurohm.training.run import Run


class Averaging(Callback):
    """Average the parameters over the recent past; the machine has the average at the end.

    Learning at a high rate wanders around an optimum; the average of its path lies closer to the
    optimum, and explains held-out data better, than where the path ends.

    Parameters
    ----------
    part : float
        Share of the run that the running average looks back on, in (0, 1].
    every : int
        Steps from one contribution to the next.

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument is out of range.

    References
    ----------
    Polyak, Juditsky (1992). Acceleration of stochastic approximation by averaging. SIAM Journal
    on Control and Optimization 30:838.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 2])
    >>> average = Averaging(part=0.5, every=1)
    >>> _ = nh.train(machine, np.eye(4), epochs=4, callbacks=[average])
    >>> average.count
    4
    """

    def __init__(self, part: float = 0.25, *, every: int = 10) -> None:
        self.part = real_number("part of the average", part, above=0, most=1)
        self.every = whole_number("every", every)
        self.count = 0
        self._to_host: Callable[[Array], npt.NDArray[Any]] = np.asarray
        self.mean: dict[str, Array] = {}

    def machine(self, run: Run) -> HelmholtzMachine:
        """Return a copy of the machine with the average, or as it is where there is none yet."""
        twin = run.machine.copy()
        if self.mean:
            twin.set_parameters(self.mean)
        return twin

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Begin anew, unless the run is resumed."""
        if not run.position.step:
            self.count, self.mean = 0, {}
        yield

    def after_step(self, run: Run) -> None:
        """Let the present parameters contribute."""
        if run.position.step % self.every:
            return
        self._to_host = run.machine.backend.to_host
        steps = run.epochs * -(-run.samples_per_epoch // run.batch_size)
        self.count += 1
        share = 1 / min(self.count, max(1, round(self.part * steps / self.every)))
        for key, array in run.machine.parameters().items():
            # where the parameters lie, so that nothing waits for a device
            present = array.astype(np.float64)
            if key not in self.mean:
                self.mean[key] = present
            else:
                mean = run.machine.backend.asarray(self.mean[key], np.float64)
                mean += share * (present - mean)
                self.mean[key] = mean

    def after_training(self, run: Run) -> None:
        """Give the machine the average."""
        if self.mean:
            run.machine.set_parameters(self.mean)

    def state(self) -> dict[str, Any]:
        """Return the average, how much contributed to it, and the settings."""
        means = {key: self._to_host(mean) for key, mean in self.mean.items()}
        return {**self._settings, "count": self.count, "mean": numbered(means)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up the average.

        Raises
        ------
        InputError
            If the checkpoint was made with other settings.
        """
        require_same(state, **self._settings)
        self.count = int(state["count"])
        self.mean = keyed(state["mean"])

    @property
    def _settings(self) -> dict[str, Any]:
        return {"part": self.part, "every": self.every}
