"""How well a machine explains a recording that it was not fitted to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.independent import IndependentModel
from neurohm.checks import whole_number
from neurohm.likelihood import (
    LogLikelihood,
    block_standard_error,
    log_likelihood,
    marginal_log_likelihood,
    nats_to_bits,
)
from neurohm.machine import HelmholtzMachine, as_machine
from neurohm.recordings import Windows
from neurohm.recordings.unit_masks import UnitMasks

SHORTEST_BLOCK = {"s": 10.0, "bin": 500.0}


@dataclass(frozen=True)
class ScoreReport:
    """The score of a machine on a recording, beside that of independent units on the same bins.

    Parameters
    ----------
    nats_per_bin : float
        Log-likelihood of all units together, per bin.
    independent_nats_per_bin : float
        The same of independent units with the rates of the training data.
    gain_bits_per_bin, gain_bits_per_spike : float
        The machine's gain over independent units.
    standard_error : float
        Of the gain per spike, from blocks of at least 10 s; ``nan`` with fewer than two blocks.
    particles : int
        Of the importance-sampled likelihood.
    effective_sample_size : float
        Mean over windows: how many particles carry the estimate.
    kind : str
        ``"importance"`` or ``"bound"``, both on average below the true likelihood, or ``"exact"``.
    n_bins, n_spikes, n_blocks : int
        What was scored: observed bins that lie in whole windows, their spikes, blocks of time.
        Of Bernoulli units a bin with several spikes counts as one spike.
    observation : str
        Distribution of the counts, ``"poisson"`` or ``"bernoulli"``.
    observed_share : float
        Of the entries, bins times units: below 1 where units were missing, which are summed out.
    """

    nats_per_bin: float
    independent_nats_per_bin: float
    gain_bits_per_bin: float
    gain_bits_per_spike: float
    standard_error: float
    particles: int
    effective_sample_size: float
    kind: str
    n_bins: int
    n_spikes: int
    n_blocks: int
    observation: str
    observed_share: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)

    def __repr__(self) -> str:
        return (
            f"ScoreReport({self.nats_per_bin:.4f} nats/bin, independent "
            f"{self.independent_nats_per_bin:.4f}; gain {self.gain_bits_per_spike:.4f} "
            f"± {self.standard_error:.4f} bits/spike over {self.n_bins} bins; "
            f"{self.kind}, {self.particles} particles)"
        )


class WindowMatrix:
    """Windows as a matrix whose rows are built when they are sliced.

    Parameters
    ----------
    windows : Windows
    indices : ndarray of int, optional
        Which windows; all by default.
    """

    def __init__(
        self,
        windows: Windows,
        indices: npt.NDArray[np.int64] | None = None,
    ) -> None:
        self.windows = windows
        self.indices = np.arange(len(windows)) if indices is None else indices

    @property
    def shape(self) -> tuple[int, int]:
        """Number of windows and of columns."""
        return len(self.indices), self.windows.n_columns

    def __getitem__(self, rows: Any) -> npt.NDArray[np.float32]:
        return self.windows.dense(self.indices[rows])


def score_windows(
    machine: HelmholtzMachine,
    windows: Windows,
    independent: IndependentModel,
    *,
    particles: int = 1000,
    seed: int = 0,
    masks: UnitMasks | None = None,
) -> ScoreReport:
    """Score a machine on windows that do not overlap.

    Parameters
    ----------
    machine : HelmholtzMachine
    windows : Windows
        With a stride of at least their lags, so that each bin counts once; of counts that the
        machine's visible units can take.
    independent : IndependentModel
        The baseline, of the training data.
    particles : int
    seed : int
    masks : UnitMasks, optional
        Which units were observed in which bins; all in all by default. What was not observed is
        summed out, and of the baseline left out.

    Returns
    -------
    ScoreReport

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used.
    """
    machine, particles = as_machine(machine), whole_number("particles", particles)
    if masks is None:
        matrix = WindowMatrix(windows)
        estimate = log_likelihood(machine, matrix, particles=particles, seed=seed)
    else:
        estimate = log_likelihood_of_observed(machine, windows, masks, particles, seed)
    lags, count = windows.lags, len(windows)
    baseline, spikes, share = _independent_of(windows, independent, masks)
    gain = estimate.value - baseline
    bins = count * lags
    blocks = _blocks(windows)
    return ScoreReport(
        nats_per_bin=float(estimate.value.sum() / bins),
        independent_nats_per_bin=float(baseline.sum() / bins),
        gain_bits_per_bin=nats_to_bits(gain.sum() / bins),
        gain_bits_per_spike=nats_to_bits(gain.sum() / spikes.sum() if spikes.any() else np.nan),
        standard_error=nats_to_bits(block_standard_error(gain, spikes, blocks)),
        particles=particles,
        effective_sample_size=float(estimate.effective_sample_size.mean()),
        kind=estimate.kind,
        n_bins=bins,
        n_spikes=int(spikes.sum()),
        n_blocks=len(np.unique(blocks)),
        observation=independent.kind,
        observed_share=share,
    )


def log_likelihood_of_observed(
    machine: HelmholtzMachine, windows: Windows, masks: UnitMasks, particles: int, seed: int
) -> LogLikelihood:
    """Estimate the log-likelihood of what was observed of each window.

    Parameters
    ----------
    machine : HelmholtzMachine
    windows : Windows
    masks : UnitMasks
    particles, seed : int

    Returns
    -------
    LogLikelihood
    """
    parts = []
    for starts, x in _portions(windows):
        observed = masks.of_windows(starts, windows.lags)
        parts.append(
            marginal_log_likelihood(
                machine, x, observed, particles=particles, seed=seed, progress=False
            )
        )
    value, error, effective = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("value", "standard_error", "effective_sample_size")
    )
    return LogLikelihood(value, error, effective, particles, parts[0].kind)


def _portions(windows: Windows) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]:
    """First bins and counts of the windows, not too many at a time."""
    for first in range(0, len(windows), 1024):
        part = slice(first, first + 1024)
        yield windows.starts_of(part), windows.dense(part)


def _independent_of(
    windows: Windows, independent: IndependentModel, masks: UnitMasks | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """The baseline and the spikes of each window, and the share of its entries that was seen."""
    baseline, spikes, seen = [], [], 0.0
    for starts, x in _portions(windows):
        observed = None if masks is None else masks.of_windows(starts, windows.lags)
        baseline.append(independent.log_likelihood(x, windows.lags, observed))
        spikes.append((x if observed is None else x * observed).sum(axis=1))
        seen += x.size if observed is None else int(np.count_nonzero(observed))
    share = seen / (len(windows) * windows.n_columns)
    return np.concatenate(baseline), np.concatenate(spikes).astype(np.float64), share


def _blocks(windows: Windows) -> npt.NDArray[np.int64]:
    """Return the block of time that each window begins in."""
    binned = windows.binned
    length = max(SHORTEST_BLOCK[binned.time_unit], 4 * windows.lags * binned.bin_size)
    return (windows.starts * binned.bin_size // length).astype(np.int64)
