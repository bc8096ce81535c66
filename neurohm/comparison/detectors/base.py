"""What every detector of assemblies does: fit to binned spikes, say who, and when."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from neurohm.comparison.baselines.base import as_samples
from neurohm.exceptions import ArgumentTypeError, InputError, NeurohmWarning, NotFittedError
from neurohm.recordings import BinnedSpikes, Recording

_FEWEST_BINS = 2


class AssemblyDetector(ABC):
    """A method that finds groups of units that fire together.

    Settings are arguments of the constructor. The matrix given to `fit` has a row a bin; of a
    `BinnedSpikes` the bins outside observed time are left out.

    Attributes
    ----------
    name : str
        As tables call it.
    weights_ : ndarray of float64, (n_assemblies, n_units)
        How much each unit belongs to each assembly.
    members_ : tuple of ndarray of int64, (n_members,)
        Positions of the units of each assembly, ascending.
    """

    name: ClassVar[str]
    weights_: npt.NDArray[np.float64]
    members_: tuple[npt.NDArray[np.int64], ...]

    @abstractmethod
    def fit(self, binned: BinnedSpikes | npt.ArrayLike) -> Self:
        """Find the assemblies.

        Parameters
        ----------
        binned : BinnedSpikes or array_like, (n_bins, n_units)
            Counts.

        Returns
        -------
        AssemblyDetector
            Itself.

        Raises
        ------
        InputError, ArgumentTypeError
            If these are no counts, or too few.
        """

    @abstractmethod
    def activation(self, binned: BinnedSpikes | npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return how active each assembly is in each bin.

        Parameters
        ----------
        binned : BinnedSpikes or array_like, (n_bins, n_units)

        Returns
        -------
        ndarray of float64, (n_bins, n_assemblies)
            The larger, the more active; ``nan`` outside observed time.
        """

    @property
    def n_assemblies(self) -> int:
        """How many were found."""
        return len(self._fitted().members_)

    def _fitted(self) -> Self:
        if not hasattr(self, "members_"):
            raise NotFittedError(f"{type(self).__name__} before fit", "fit(binned) first")
        return self

    def _counts(self, binned: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Return all counts that a fitted detector can use, and which bins are observed."""
        return counts_of(binned, self._fitted().weights_.shape[1])


class PatternDetector(AssemblyDetector):
    """A method that lists patterns: units, each at its lag.

    Attributes
    ----------
    lags_ : tuple of ndarray of int64, (n_members,)
        Bins behind the first member, for each of `members_`.
    """

    lags_: tuple[npt.NDArray[np.int64], ...]

    def activation(self, binned: BinnedSpikes | npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return how many members of each pattern fire, each at its lag, if it begins at a bin.

        Parameters
        ----------
        binned : BinnedSpikes or array_like, (n_bins, n_units)

        Returns
        -------
        ndarray of float64, (n_bins, n_assemblies)
        """
        counts, observed = self._counts(binned)
        fires = np.minimum(counts, 1.0)
        course = np.zeros((len(counts), len(self.members_)))
        for column, members, lags in zip(course.T, self.members_, self.lags_, strict=True):
            for unit, lag in zip(members, lags, strict=True):
                later = fires[lag:, unit]
                column[: len(later)] += later
        course[~observed] = np.nan
        return course

    def _keep(self, patterns: list[tuple[Any, Any]], n_units: int) -> Self:
        """Keep patterns given as units and lags, each unit once, in any order."""
        members, all_lags = [], []
        for units, lags in patterns:
            chosen, first = np.unique(np.asarray(units, dtype=np.int64), return_index=True)
            own = np.asarray(lags, dtype=np.int64)[first]
            members.append(chosen)
            all_lags.append(own - own.min())
        self.members_, self.lags_ = tuple(members), tuple(all_lags)
        self.weights_ = np.zeros((len(members), n_units))
        for weight, chosen in zip(self.weights_, members, strict=True):
            weight[chosen] = 1 / np.sqrt(len(chosen))
        return self


def counts_of(
    binned: Any, n_units: int | None = None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return counts as a matrix, and which of its bins are observed.

    Parameters
    ----------
    binned : BinnedSpikes or array_like, (n_bins, n_units)
    n_units : int, optional
        How many units there have to be.

    Returns
    -------
    counts : ndarray of float64, (n_bins, n_units)
    observed : ndarray of bool, (n_bins,)

    Raises
    ------
    InputError, ArgumentTypeError
        If these are no counts, a recording that is not binned yet, or fewer than two bins.

    Examples
    --------
    >>> counts_of([[0, 1], [2, 0]])[1]
    array([ True,  True])
    """
    if isinstance(binned, Recording):
        raise ArgumentTypeError(
            "a recording", "binned spikes", "use nh.recordings.bin_spikes(recording, 0.025)"
        )
    known = isinstance(binned, BinnedSpikes)
    counts = as_samples(binned.toarray() if known else binned, "counts", n_units)
    observed = binned.observed if known else np.ones(len(counts), dtype=bool)
    if observed.sum() < _FEWEST_BINS:
        raise InputError(f"{observed.sum()} observed bins", f"at least {_FEWEST_BINS}")
    return counts, observed


def standing_out(
    weights: npt.NDArray[np.float64], threshold: str
) -> tuple[npt.NDArray[np.int64], ...]:
    """Return the units whose weight in each assembly stands out.

    Parameters
    ----------
    weights : ndarray of float64, (n_assemblies, n_units)
        Of norm 1 each.
    threshold : str
        ``"uniform"``: above what it would be if all units had the same, 1 / sqrt(n_units);
        ``"deviations"``: more than two standard deviations above the mean of the assembly.

    Returns
    -------
    tuple of ndarray of int64

    Raises
    ------
    InputError
        If the threshold is another.

    Examples
    --------
    >>> standing_out(np.array([[0.7, 0.7, 0.1, -0.1]]), "uniform")
    (array([0, 1]),)
    """
    if threshold == "uniform":
        least = np.full(len(weights), 1 / np.sqrt(weights.shape[1]))
    elif threshold == "deviations":
        least = weights.mean(axis=1) + 2 * weights.std(axis=1)
    else:
        raise InputError(f"threshold {threshold!r}", "'uniform' or 'deviations'")
    return tuple(np.flatnonzero(w > own) for w, own in zip(weights, least, strict=True))


@contextmanager
def settling(otherwise: str) -> Iterator[None]:
    """Say in neurohm's words that an iteration of scikit-learn's did not settle.

    Other warnings stay what they are.

    Parameters
    ----------
    otherwise : str
        The warning.
    """
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always", ConvergenceWarning)
        yield
    is_settled = True
    for one in raised:
        if issubclass(one.category, ConvergenceWarning):
            is_settled = False
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    if not is_settled:
        warnings.warn(f"{otherwise}; give more", NeurohmWarning, stacklevel=4)
