"""Abstract, simulated and recorded activity side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.moments import Moments, moments
from neurohm.backend import RandomStream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, as_machine
from neurohm.recordings import Windows
from neurohm.spiking.exchange import exchanged
from neurohm.spiking.network import to_brian2
from neurohm.spiking.readout import states_of
from neurohm.spiking.targets import run

Array = npt.NDArray[Any]

_COPIES, _SHOWN = 1000, 60


@dataclass(frozen=True, eq=False)
class SpikingComparison:
    """The moments of dreams of a machine, of its spiking network's, and of data.

    Parameters
    ----------
    abstract, spiking : Moments
    recorded : Moments or None
    abstract_dreams, spiking_dreams : ndarray, (60, visible units)
        Some of each.
    n_dreams : int
        Of each.
    lags : int
        Bins in a window.
    bin_size : float
        Seconds, or 1 where bins have none.
    rate_deviations, correlation_deviations : ndarray of float64
        Difference between spiking and abstract dreams of each rate (of each visible unit) and
        correlation (of pairs of them), in standard errors; nan for what does not vary.
    rate_chance, correlation_chance : float
        How often the root mean square of these is at least as large where both have the same law:
        by exchanging dreams at random, since units that fire together deviate together.
    """

    abstract: Moments
    spiking: Moments
    recorded: Moments | None
    abstract_dreams: Array
    spiking_dreams: Array
    n_dreams: int
    lags: int
    bin_size: float
    rate_deviations: Array
    correlation_deviations: Array
    rate_chance: float
    correlation_chance: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "abstract": self.abstract.to_dict(),
            "spiking": self.spiking.to_dict(),
            "recorded": None if self.recorded is None else self.recorded.to_dict(),
            "n_dreams": self.n_dreams,
            "rate_deviations": self.rate_deviations.tolist(),
            "correlation_deviations": self.correlation_deviations.tolist(),
            "rate_chance": self.rate_chance,
            "correlation_chance": self.correlation_chance,
        }

    def __repr__(self) -> str:
        rates, pairs = (
            float(np.sqrt(np.nanmean(d**2)))
            for d in (self.rate_deviations, self.correlation_deviations)
        )
        return (
            f"SpikingComparison({self.n_dreams} dreams; spiking and abstract ones differ by "
            f"{rates:.2f} standard errors in rates and {pairs:.2f} in correlations, root mean "
            f"square; chance {self.rate_chance:.2g} and {self.correlation_chance:.2g})"
        )


def compare_spiking(
    machine: HelmholtzMachine,
    windows: Windows | None = None,
    *,
    dreams: int = 20_000,
    seed: int = 0,
    **network: Any,
) -> SpikingComparison:
    """Compare dreams of a machine with those of its spiking network, and with data.

    Parameters
    ----------
    machine : HelmholtzMachine
    windows : Windows, optional
        Of data, best with a stride of their lags.
    dreams : int
        Of each; whole thousands where there are more than a thousand.
    seed : int
    **network
        Of `to_brian2`, such as ``imperfections``.

    Returns
    -------
    SpikingComparison
        `neurohm.plots.spiking_comparison` draws it.

    Raises
    ------
    InputError, ArgumentTypeError
        If data and machine do not fit, or there are no spiking neurons for a population.

    Examples
    --------
    >>> import neurohm as nh
    >>> comparison = compare_spiking(nh.HelmholtzMachine([4, 2], seed=0), dreams=100)
    >>> comparison.spiking.rates.shape
    (4,)
    """
    machine, dreams = as_machine(machine), whole_number("dreams", dreams, 2)
    lags = 1 if windows is None else windows.lags
    bin_size = 1.0 if windows is None else windows.binned.bin_size
    if windows is not None and windows.n_columns != machine.visible.size:
        raise InputError(
            f"windows of {windows.n_columns} columns", f"{machine.visible.size}, as the machine has"
        )
    copies = min(dreams, _COPIES)
    made = to_brian2(machine, "dream", copies=copies, **network)
    simulated = states_of(run(made, -(-dreams // copies), seed=seed))[0]
    abstract = machine.dream(len(simulated), seed=RandomStream(seed)).astype(np.float64)
    recorded = None
    if windows is not None:
        chunks = (windows.dense(range(*part)) for part in _parts(len(windows)))
        recorded = moments(chunks, lags, bin_size)
    rates, correlations = _deviations(simulated, abstract)
    rate_chance, correlation_chance = exchanged(simulated, abstract, seed)
    return SpikingComparison(
        abstract=moments([abstract], lags, bin_size),
        spiking=moments([simulated], lags, bin_size),
        recorded=recorded,
        abstract_dreams=abstract[:_SHOWN],
        spiking_dreams=simulated[:_SHOWN],
        n_dreams=len(simulated),
        lags=lags,
        bin_size=bin_size,
        rate_deviations=rates,
        correlation_deviations=correlations,
        rate_chance=rate_chance,
        correlation_chance=correlation_chance,
    )


def _parts(rows: int) -> list[tuple[int, int]]:
    return [(first, min(rows, first + 4096)) for first in range(0, rows, 4096)]


def _deviations(one: Array, other: Array) -> tuple[Array, Array]:
    """Return differences of means, and of correlations, in standard errors."""
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt((one.var(axis=0) + other.var(axis=0)) / len(one))
        means = (one.mean(axis=0) - other.mean(axis=0)) / spread
        pairs = [_correlations(x) for x in (one, other)]
        errors = np.hypot(pairs[0][1], pairs[1][1])
        return means, (pairs[0][0] - pairs[1][0]) / errors


def _correlations(x: Array) -> tuple[Array, Array]:
    """Return correlations of pairs and their standard errors, from fourth moments (delta rule)."""
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    r = z.T @ z / len(x)
    square = (z**2).T @ (z**2) / len(x)
    cube = (z**3).T @ z / len(x)
    fourth = (z**4).mean(axis=0)
    spread = square * (1 + r**2 / 2) + r**2 * (fourth[:, None] + fourth[None]) / 4
    spread -= r * (cube + cube.T)
    upper = np.triu_indices(x.shape[1], 1)
    return r[upper], np.sqrt(np.maximum(spread[upper], 0) / len(x))
