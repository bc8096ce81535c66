"""How well a machine explains rows that it was not fitted to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from neurohm.analysis.independent import IndependentModel
from neurohm.checks import whole_number
from neurohm.likelihood import marginal_log_likelihood
from neurohm.machine import HelmholtzMachine, as_machine

_ROWS = 1024  # made dense at a time


@dataclass(frozen=True)
class DensityReport:
    """The score of a machine on rows, such as images, beside that of independent units.

    Parameters
    ----------
    nats : float
        Mean log-likelihood of a row.
    standard_error : float
        Of that mean, by how much rows differ; ``nan`` of a single row.
    sampling_error : float
        The part of it that more particles would remove, where equal rows have equal noise; ``nan``
        with one particle.
    independent_nats : float
        The mean log-likelihood of independent units with the means of the training data; ``nan``
        where these are not known.
    particles : int
        Of the importance-sampled likelihood.
    effective_sample_size : float
        Mean over rows: how many particles carry the estimate.
    kind : str
        ``"importance"`` or ``"bound"``; both are on average below the true likelihood.
    n_rows, n_units : int
    """

    nats: float
    standard_error: float
    sampling_error: float
    independent_nats: float
    particles: int
    effective_sample_size: float
    kind: str
    n_rows: int
    n_units: int

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)

    def __repr__(self) -> str:
        return (
            f"DensityReport({self.nats:.4f} ± {self.standard_error:.4f} nats/row, independent "
            f"{self.independent_nats:.4f}, over {self.n_rows:,} rows; {self.kind}, "
            f"{self.particles:,} particles, {self.effective_sample_size:.1f} effective)"
        )


def score_rows(
    machine: HelmholtzMachine,
    x: Any,
    independent: IndependentModel | None,
    *,
    particles: int = 1000,
    seed: int = 0,
) -> DensityReport:
    """Score a machine on rows.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : ndarray or sparse matrix, (n_rows, visible units)
        Entries that are nan are missing: the rest of their rows is scored.
    independent : IndependentModel or None
        The baseline, of the training data, if it is known.
    particles : int
    seed : int

    Returns
    -------
    DensityReport

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used.

    Examples
    --------
    >>> import neurohm as nh
    >>> baseline = IndependentModel("bernoulli", np.full(4, 0.25))
    >>> score_rows(nh.HelmholtzMachine([4, 2]), np.eye(4), baseline, particles=10).n_rows
    4
    """
    particles, n_rows = whole_number("particles", particles), x.shape[0]
    estimate = marginal_log_likelihood(as_machine(machine), x, particles=particles, seed=seed)
    value = estimate.value
    _, first, often = np.unique(value, return_index=True, return_counts=True)  # equal rows' noise
    return DensityReport(
        nats=float(value.mean()),
        standard_error=float(value.std(ddof=1) / np.sqrt(n_rows)) if n_rows > 1 else np.nan,
        sampling_error=float(np.linalg.norm(often * estimate.standard_error[first]) / n_rows),
        independent_nats=np.nan if independent is None else _mean_of(independent, x),
        particles=particles,
        effective_sample_size=float(estimate.effective_sample_size.mean()),
        kind=estimate.kind,
        n_rows=n_rows,
        n_units=int(x.shape[1]),
    )


def _mean_of(independent: IndependentModel, x: Any) -> float:
    """Return the mean log-likelihood of rows under independent units (nats)."""
    total = 0.0
    for first in range(0, x.shape[0], _ROWS):
        part = x[first : first + _ROWS]
        dense = part.toarray() if hasattr(part, "tocsr") else np.asarray(part)
        missing = np.isnan(dense)
        observed = ~missing if missing.any() else None
        total += float(independent.log_likelihood(dense, 1, observed).sum())
    return total / int(x.shape[0])
