"""Assemblies as independent components of standardised counts."""

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
from neurohm.exceptions import InputError
from neurohm.recordings import BinnedSpikes

_PERCENTILE = 95.0


class ICAAssemblies(AssemblyDetector):
    """Independent components, as many as eigenvalues that independent units do not explain.

    Counts are standardised, unit by unit. The eigenvalues of their correlation matrix that are
    larger than independent units have say how many assemblies there are; independent components
    of the projection on their eigenvectors say who belongs to them.

    Parameters
    ----------
    count : str
        What is larger than independent units have: ``"marchenko-pastur"``, the bound of an
        infinite matrix, or ``"shifted"``, the 95th percentile of the largest eigenvalue of copies
        in which the counts of each unit are shifted in a circle.
    threshold : str
        Who is a member: ``"uniform"`` or ``"deviations"``, see `standing_out`.
    copies : int
        Shifted ones.
    iterations : int
        At most, of FastICA.
    random_state : int

    Notes
    -----
    The Marchenko-Pastur bound is where the largest eigenvalue lies for infinitely many
    independent units. Of finitely many it lies above in about one of six recordings (the
    Tracy-Widom law above zero), so that one assembly is found where there is none.

    References
    ----------
    Lopes-dos-Santos, Ribeiro, Tort (2013). Detecting cell assemblies in large neuronal
    populations. Journal of Neuroscience Methods 220:149. doi:10.1016/j.jneumeth.2013.04.010
    Marchenko, Pastur (1967). Distribution of eigenvalues for some sets of random matrices.
    Mathematics of the USSR-Sbornik 1:457. doi:10.1070/SM1967v001n04ABEH001994

    Examples
    --------
    >>> counts = np.random.default_rng(0).poisson(0.1, (2000, 12))
    >>> counts[::20, :4] += 1
    >>> ICAAssemblies().fit(counts).members_
    (array([0, 1, 2, 3]),)
    """

    name: ClassVar[str] = "ICA"

    def __init__(
        self,
        count: str = "marchenko-pastur",
        threshold: str = "uniform",
        copies: int = 100,
        iterations: int = 500,
        random_state: int = 0,
    ) -> None:
        if count not in ("marchenko-pastur", "shifted"):
            raise InputError(f"count {count!r}", "'marchenko-pastur' or 'shifted'")
        self.count = count
        self.threshold = threshold
        self.copies = whole_number("copies", copies)
        self.iterations = whole_number("iterations", iterations)
        self.random_state = whole_number("random_state", random_state, 0)

    def fit(self, binned: BinnedSpikes | npt.ArrayLike) -> Self:
        """Find the assemblies; see `AssemblyDetector.fit`."""
        counts, observed = counts_of(binned)
        seen = counts[observed]
        self.mean_, self.spread_ = seen.mean(axis=0), seen.std(axis=0)
        z = self._standardised(seen)
        varied = np.flatnonzero(self.spread_ > 0)
        self.weights_ = np.zeros((0, z.shape[1]))
        if len(varied):
            z = z[:, varied]
            number, directions = number_of_assemblies(z, self.count, self.copies, self.random_state)
            self.weights_ = np.zeros((number, counts.shape[1]))
            if number:
                self.weights_[:, varied] = self._components(z @ directions) @ directions.T
        self.weights_ = _of_norm_one(self.weights_)
        self.members_ = standing_out(self.weights_, self.threshold)
        return self

    def activation(self, binned: BinnedSpikes | npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return how active each assembly is in each bin, so that no unit drives it alone.

        R(t) = z(t)' (w w' - diag(w w')) z(t), with the standardised counts z.

        Parameters
        ----------
        binned : BinnedSpikes or array_like, (n_bins, n_units)

        Returns
        -------
        ndarray of float64, (n_bins, n_assemblies)
        """
        counts, observed = self._counts(binned)
        activity = zero_diagonal_activation(self._standardised(counts), self.weights_)
        activity[~observed] = np.nan
        return activity

    def _standardised(self, counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        centred = counts - self.mean_
        z = np.divide(centred, self.spread_, out=np.zeros_like(centred), where=self.spread_ > 0)
        return np.asarray(z)

    def _components(self, projected: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the directions of independent components, (n_assemblies, n_assemblies)."""
        from sklearn.decomposition import FastICA

        # With the usual tolerance the iteration may stop at a saddle, halfway between components.
        ica = FastICA(
            whiten="unit-variance",
            fun="cube",
            tol=1e-6,
            max_iter=self.iterations,
            random_state=self.random_state,
        )
        with settling(f"independent components not settled after {self.iterations} iterations"):
            ica.fit(projected)
        components: npt.NDArray[np.float64] = ica.components_
        return components


def marchenko_pastur_bound(n_units: int, n_bins: int) -> float:
    """Return the largest eigenvalue of the correlations of independent units.

    Parameters
    ----------
    n_units, n_bins : int

    Returns
    -------
    float
        (1 + sqrt(n_units / n_bins))^2, its limit as both grow in proportion.

    Raises
    ------
    InputError
        If there are no more bins than units.

    Examples
    --------
    >>> round(marchenko_pastur_bound(50, 5000), 12)
    1.21
    """
    if n_bins <= n_units:
        raise InputError(
            f"{n_bins} bins of {n_units} units", "more bins than units", "give a longer recording"
        )
    return float((1 + np.sqrt(n_units / n_bins)) ** 2)


def number_of_assemblies(
    z: npt.NDArray[np.float64], count: str, copies: int, seed: int
) -> tuple[int, npt.NDArray[np.float64]]:
    """Return how many directions vary more than those of independent units, and these.

    Parameters
    ----------
    z : ndarray of float64, (n_bins, n_units)
        Standardised counts.
    count : str
        ``"marchenko-pastur"`` or ``"shifted"``.
    copies : int
        Shifted ones.
    seed : int

    Returns
    -------
    number : int
    directions : ndarray of float64, (n_units, number)
        Orthonormal, the one of most variance first.
    """
    bound = marchenko_pastur_bound(z.shape[1], z.shape[0])
    if count == "shifted":
        rng = np.random.default_rng(seed)
        largest = [np.linalg.eigvalsh(_correlations(_shifted(z, rng)))[-1] for _ in range(copies)]
        bound = float(np.percentile(largest, _PERCENTILE))
    values, vectors = np.linalg.eigh(_correlations(z))
    number = int((values > bound).sum())
    return number, vectors[:, ::-1][:, :number]


def zero_diagonal_activation(
    z: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return z' (w w' - diag(w w')) z of each row of z and each row of weights.

    Parameters
    ----------
    z : ndarray of float64, (n_bins, n_units)
    weights : ndarray of float64, (n_assemblies, n_units)

    Returns
    -------
    ndarray of float64, (n_bins, n_assemblies)

    Examples
    --------
    >>> zero_diagonal_activation(np.array([[1.0, 2.0]]), np.array([[1.0, 1.0], [1.0, 0.0]]))
    array([[4., 0.]])
    """
    return np.asarray(np.square(z @ weights.T) - np.square(z) @ np.square(weights).T)


def _correlations(z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(z.T @ z / len(z))


def _shifted(z: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[Any]:
    """Return counts with those of each unit shifted in a circle by a random number of bins."""
    places = np.arange(len(z))[:, None] + rng.integers(len(z), size=z.shape[1])
    return np.take_along_axis(z, places % len(z), axis=0)


def _of_norm_one(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return weights scaled to norm 1, the largest one of each assembly positive."""
    if not len(weights):
        return weights
    largest = np.take_along_axis(weights, np.abs(weights).argmax(axis=1)[:, None], axis=1)
    return np.asarray(weights * np.sign(largest) / np.linalg.norm(weights, axis=1, keepdims=True))
