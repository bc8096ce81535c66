"""Watching what each layer does while a machine learns."""

from __future__ import annotations

from typing import Any

from neurohm.checks import real_number, whole_number
from neurohm.likelihood import layer_measures
from neurohm.likelihood.layers import ACTIVE
from neurohm.training.callbacks import Callback
from neurohm.training.run import Run

MEASURES = (
    "divergence",
    "recognition_entropy",
    "generative_entropy",
    "active_units",
    "mean_activity",
)
SAMPLE_SIZE = "held_out_effective_sample_size"


class LayerMonitor(Callback):
    """Put into the history what each hidden population does on a fixed sample of data.

    After an epoch, `neurohm.likelihood.layer_measures` of the sample, always with the same noise,
    become columns such as ``"divergence of hidden1"`` (nats a sample), for each of the measures
    divergence, recognition_entropy, generative_entropy, active_units and mean_activity, and
    ``"held_out_effective_sample_size"``. Epochs that are not measured hold ``nan``. No result of
    learning depends on it.

    Parameters
    ----------
    x : array_like, (rows, visible units)
        The sample, best of data that are not learned from; a thousand rows take about as long as
        an epoch of as many samples.
    every : int
        Epochs from one measurement to the next.
    particles : int
        Draws for each row, at least 2.
    threshold : float
        Variance over the data of the mean activity of a unit that counts as active.
    seed : int

    Raises
    ------
    InputError, ArgumentTypeError
        If a number is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine, x = nh.HelmholtzMachine([4, 3, 2]), np.eye(4)
    >>> result = nh.train(machine, x, epochs=3, callbacks=[LayerMonitor(x, every=2)])
    >>> result.history["active_units of hidden1"].tolist()
    [nan, 0.0, nan]
    """

    def __init__(
        self,
        x: Any,
        *,
        every: int = 1,
        particles: int = 10,
        threshold: float = ACTIVE,
        seed: int = 0,
    ) -> None:
        self.x = x
        self.every = whole_number("every", every)
        self.particles = whole_number("particles", particles, 2)
        self.threshold = real_number("threshold", threshold, least=0)
        self.seed = seed

    def after_epoch(self, run: Run) -> None:
        """Measure, if it is time to."""
        if run.position.epoch % self.every:
            return
        measured = layer_measures(
            run.machine,
            self.x,
            particles=self.particles,
            threshold=self.threshold,
            seed=self.seed,
        )
        for measure in MEASURES:
            values = getattr(measured, measure)
            for population, value in zip(measured.populations, values, strict=True):
                run.history.set_last(column_of(measure, population), value)
        run.history.set_last(SAMPLE_SIZE, measured.effective_sample_size)


def column_of(measure: str, population: str) -> str:
    """Return the column of the history that a measure of a population is in.

    Examples
    --------
    >>> column_of("divergence", "hidden1")
    'divergence of hidden1'
    """
    return f"{measure} of {population}"
