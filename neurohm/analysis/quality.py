"""How well a machine explains a recording that it was not fitted to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.independent import IndependentModel
from neurohm.checks import whole_number
from neurohm.likelihood import block_standard_error, log_likelihood, nats_to_bits
from neurohm.machine import HelmholtzMachine, as_machine
from neurohm.recordings import Windows

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

    Returns
    -------
    ScoreReport

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used.
    """
    matrix, particles = WindowMatrix(windows), whole_number("particles", particles)
    estimate = log_likelihood(as_machine(machine), matrix, particles=particles, seed=seed)
    lags, count = windows.lags, len(windows)
    baseline, spikes = np.empty(count), np.empty(count)
    for first in range(0, count, 1024):
        x = matrix[first : first + 1024]
        baseline[first : first + 1024] = independent.log_likelihood(x, lags)
        spikes[first : first + 1024] = x.sum(axis=1)
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
    )


def _blocks(windows: Windows) -> npt.NDArray[np.int64]:
    """Return the block of time that each window begins in."""
    binned = windows.binned
    length = max(SHORTEST_BLOCK[binned.time_unit], 4 * windows.lags * binned.bin_size)
    return (windows.starts * binned.bin_size // length).astype(np.int64)
