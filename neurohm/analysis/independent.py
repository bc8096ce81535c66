"""The baseline that knows the rate of each unit and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from neurohm.recordings import BinnedSpikes


@dataclass(frozen=True, eq=False)
class IndependentModel:
    """Independent units, each with its own rate and the same one at all times.

    Parameters
    ----------
    kind : str
        ``"poisson"`` for counts, ``"bernoulli"`` for a spike or none.
    mean : ndarray of float64, (n_units,)
        Expected count, or probability of a spike, of each unit in a bin; strictly positive.

    Examples
    --------
    >>> model = IndependentModel("poisson", np.array([0.5, 1.0]))
    >>> model.log_likelihood(np.array([[0.0, 0.0]]), lags=1)
    array([-1.5])
    """

    kind: str
    mean: npt.NDArray[np.float64]

    @classmethod
    def fit(cls, kind: str, binned: BinnedSpikes) -> IndependentModel:
        """Return the model of the mean counts in observed bins.

        Half a spike is added to each unit, and half a bin, so that a unit without a spike in
        training does not make one in the test impossible.
        """
        observed = int(np.count_nonzero(binned.observed))
        return cls(kind, (binned.spikes_of_units() + 0.5) / (observed + 1))

    def log_likelihood(
        self, x: npt.NDArray[Any], lags: int, observed: npt.NDArray[np.bool_] | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the log-probability of each window, or of what was observed of it (nats).

        Parameters
        ----------
        x : ndarray, (n_windows, n_units * lags)
            Counts; column ``unit * lags + lag``.
        lags : int
        observed : ndarray of bool, (n_windows, n_units * lags), optional
            Which counts were observed; all by default.

        Returns
        -------
        ndarray of float64, (n_windows,)
        """
        mean = np.repeat(self.mean, lags)
        counts = x.astype(np.float64)
        if observed is not None:
            return self._of_observed(np.where(observed, counts, 0), mean, observed)
        if self.kind == "bernoulli":
            result = counts @ (np.log(mean) - np.log1p(-mean)) + np.log1p(-mean).sum()
        else:
            result = counts @ np.log(mean) - mean.sum() - gammaln(counts + 1).sum(axis=1)
        return np.asarray(result, dtype=np.float64)

    def _of_observed(
        self,
        counts: npt.NDArray[np.float64],
        mean: npt.NDArray[np.float64],
        observed: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.float64]:
        """Return the log-probability of what was observed; other counts are zero."""
        if self.kind == "bernoulli":
            result = counts @ (np.log(mean) - np.log1p(-mean)) + observed @ np.log1p(-mean)
        else:
            result = counts @ np.log(mean) - observed @ mean - gammaln(counts + 1).sum(axis=1)
        return np.asarray(result, dtype=np.float64)
