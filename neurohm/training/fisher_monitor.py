"""Watching how well conditioned learning is: the spectra of the neurons' Fisher matrices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.plasticity.neuron_metric import NeuronMetric
from neurohm.training.callbacks import Callback
from neurohm.training.run import Run

_UNITS = 20  # of a population, at most


class FisherMonitor(Callback):
    """Keep the eigenvalues of the Fisher matrices of each population while a machine learns.

    A gradient step moves along an eigenvector as fast as its eigenvalue: where the largest and the
    smallest are far apart, one learning rate cannot suit both, and natural plasticity pays. No
    result of learning depends on the monitor.

    Parameters
    ----------
    x : array_like, (rows, visible units)
        Data that wake the machine; with as many dreams. A hundred or more.
    every : int
        Epochs from one measurement to the next; the first epoch is measured, too.
    seed : int

    Attributes
    ----------
    epochs : list of int
        After which spectra were taken.
    spectra : dict of str to list of ndarray, (inputs,)
        By pathway and population, such as ``"generative/visible"``: eigenvalues, largest first,
        geometric means over units (up to 20 of them, evenly spaced), one array an epoch measured.

    Examples
    --------
    >>> import neurohm as nh
    >>> x, machine = np.eye(4), nh.HelmholtzMachine([4, 3, 2])
    >>> monitor = FisherMonitor(x, every=2)
    >>> _ = nh.train(machine, x, epochs=4, callbacks=[monitor])
    >>> monitor.epochs, len(monitor.spectra["generative/visible"][0])
    ([1, 2, 4], 4)
    """

    def __init__(self, x: Any, *, every: int = 1, seed: int = 0) -> None:
        self.x = x
        self.every = whole_number("every", every)
        self.seed = whole_number("seed", seed, 0)
        self.epochs: list[int] = []
        self.spectra: dict[str, list[npt.NDArray[np.float64]]] = {}

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Begin anew, unless the run is resumed."""
        if not run.position.step:
            self.epochs, self.spectra = [], {}
        yield

    def after_epoch(self, run: Run) -> None:
        """Measure, if it is time to.

        Raises
        ------
        InputError
            If the machine computes on a GPU, or units have no Fisher matrix of their own.
        """
        epoch = run.position.epoch
        if epoch % self.every and epoch != 1:
            return
        machine, rule, stream = run.machine, run.rule.at(epoch - 1), RandomStream(self.seed)
        if machine.backend.name != "cpu":
            raise InputError(f"a FisherMonitor on {machine.backend.name!r}", "device='cpu'")
        phases = rule.phases(machine, self.x, seed=stream)
        self.epochs.append(epoch)
        for sample in rule.metric(machine, phases, stream).metric:
            name = f"{sample.pathway}/{machine.populations[sample.population].name}"
            self.spectra.setdefault(name, []).append(_mean_spectrum(NeuronMetric.of(sample)))


def _mean_spectrum(metric: NeuronMetric) -> npt.NDArray[np.float64]:
    """Return the geometric mean of the units' spectra, of those with the most inputs."""
    sizes = [len(metric.inputs_of(unit)) for unit in range(metric.shape[2])]
    able = np.flatnonzero(np.equal(sizes, max(sizes)))
    chosen = able[np.linspace(0, len(able) - 1, min(_UNITS, len(able))).astype(int)]
    spectra = np.stack([metric.spectrum(int(unit)) for unit in chosen])
    least = np.finfo(np.float64).tiny
    return np.asarray(np.exp(np.log(np.maximum(spectra, least)).mean(axis=0)))
