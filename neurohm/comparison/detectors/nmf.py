"""Assemblies as parts that add up to the counts: nonnegative matrix factors."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from neurohm.checks import whole_number
from neurohm.comparison.detectors.base import (
    AssemblyDetector,
    counts_of,
    settling,
    standing_out,
)
from neurohm.comparison.detectors.ica import number_of_assemblies
from neurohm.recordings import BinnedSpikes


class NMFAssemblies(AssemblyDetector):
    """Nonnegative factors of the counts, each unit in units of its deviation.

    Parameters
    ----------
    n_assemblies : int, optional
        By default as many as eigenvalues of the correlation matrix lie above the
        Marchenko-Pastur bound (as `ICAAssemblies` counts).
    threshold : str
        Who is a member: ``"uniform"`` or ``"deviations"``, see `standing_out`.
    iterations : int
        At most.
    random_state : int

    References
    ----------
    Lee, Seung (1999). Learning the parts of objects by non-negative matrix factorization. Nature
    401:788. doi:10.1038/44565

    Examples
    --------
    >>> counts = np.random.default_rng(0).poisson(0.1, (2000, 12))
    >>> counts[::20, :4] += 1
    >>> NMFAssemblies().fit(counts).members_
    (array([0, 1, 2, 3]),)
    """

    name: ClassVar[str] = "NMF"

    def __init__(
        self,
        n_assemblies: int | None = None,
        threshold: str = "uniform",
        iterations: int = 500,
        random_state: int = 0,
    ) -> None:
        self.number = None if n_assemblies is None else whole_number("n_assemblies", n_assemblies)
        self.threshold = threshold
        self.iterations = whole_number("iterations", iterations)
        self.random_state = whole_number("random_state", random_state, 0)

    def fit(self, binned: BinnedSpikes | npt.ArrayLike) -> Self:
        """Find the assemblies; see `AssemblyDetector.fit`."""
        counts, observed = counts_of(binned)
        seen = counts[observed]
        spread = seen.std(axis=0)
        self.scale_ = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
        number = self._number(seen)
        self.weights_ = np.zeros((number, counts.shape[1]))
        if number:
            self._model = self._learned(seen * self.scale_, number)
            parts = self._model.components_
            self.norm_ = np.maximum(np.linalg.norm(parts, axis=1), np.finfo(float).tiny)
            self.weights_ = parts / self.norm_[:, None]
        self.members_ = standing_out(self.weights_, self.threshold)
        return self

    def activation(self, binned: BinnedSpikes | npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return how much of each part explains the counts of each bin.

        Parameters
        ----------
        binned : BinnedSpikes or array_like, (n_bins, n_units)

        Returns
        -------
        ndarray of float64, (n_bins, n_assemblies)
        """
        counts, observed = self._counts(binned)
        if not len(self.weights_):
            return np.empty((len(counts), 0))
        activity = self._model.transform(counts * self.scale_) * self.norm_
        activity[~observed] = np.nan
        return np.asarray(activity, dtype=np.float64)

    def _number(self, seen: npt.NDArray[np.float64]) -> int:
        """Return how many factors there are to be."""
        varied = self.scale_ > 0
        if self.number is not None or not varied.any():
            return min(self.number or 0, int(varied.sum()))
        z = (seen - seen.mean(axis=0))[:, varied] * self.scale_[varied]
        return number_of_assemblies(z, "marchenko-pastur", 1, self.random_state)[0]

    def _learned(self, scaled: npt.NDArray[np.float64], number: int) -> Any:
        """Return scikit-learn's factors of the scaled counts."""
        from sklearn.decomposition import NMF

        model = NMF(
            number, init="nndsvda", max_iter=self.iterations, random_state=self.random_state
        )
        with settling(f"nonnegative factors not settled after {self.iterations} iterations"):
            model.fit(scaled)
        return model
