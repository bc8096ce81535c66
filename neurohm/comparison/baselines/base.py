"""What every baseline does: fit, score, draw."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import InputError


class Baseline(ABC):
    """A model of samples, with a likelihood that is exact or has a known standard error.

    Settings are arguments of the constructor; fitted numbers end in an underscore.

    Attributes
    ----------
    name : str
        As `neurohm compare` calls it.
    domain : {"binary", "counts"}
        What the entries of samples may be. Models are compared on samples of one domain alone.
    """

    name: ClassVar[str]
    domain: str

    @abstractmethod
    def fit(self, x: npt.ArrayLike, validation: npt.ArrayLike | None = None) -> Self:
        """Learn from samples.

        Parameters
        ----------
        x : array_like, (n_samples, n_units)
        validation : array_like, (n_samples, n_units), optional
            Samples by which numbers of components and the like are chosen; never learned from.

        Returns
        -------
        Baseline
            Itself.

        Raises
        ------
        InputError
            If an entry is none of the domain.
        """

    @abstractmethod
    def score_samples(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each sample, nats, ``(n_samples,)``."""

    @abstractmethod
    def sample(self, n_samples: int, *, seed: int = 0) -> npt.NDArray[np.float32]:
        """Draw samples, ``(n_samples, n_units)``."""

    @property
    @abstractmethod
    def n_parameters(self) -> int:
        """How many numbers were fitted."""

    @property
    def standard_error(self) -> float:
        """Standard error of every score alike, nats: that of log Z where it is estimated."""
        return 0.0


def as_samples(x: Any, domain: str, n_units: int | None = None) -> npt.NDArray[np.float64]:
    """Return samples as a matrix, checked.

    Parameters
    ----------
    x : array_like or sparse matrix, (n_samples, n_units)
    domain : {"binary", "counts"}
    n_units : int, optional
        How many columns there have to be.

    Returns
    -------
    ndarray of float64, (n_samples, n_units)

    Raises
    ------
    InputError
        If it is no such matrix.

    Examples
    --------
    >>> as_samples([[0, 1], [1, 1]], "binary").shape
    (2, 2)
    """
    matrix = np.asarray(x.toarray() if hasattr(x, "toarray") else x, dtype=np.float64)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise InputError(f"samples of shape {matrix.shape}", "(n_samples, n_units), none of them 0")
    if n_units is not None and matrix.shape[1] != n_units:
        raise InputError(
            f"samples of {matrix.shape[1]} units", f"{n_units}, as the model was fitted to"
        )
    if not (np.isfinite(matrix).all() and (matrix >= 0).all() and (matrix % 1 == 0).all()):
        raise InputError("an entry that is negative, broken or no number", "counts")
    if domain == "binary" and matrix.max() > 1:
        raise InputError(
            f"a count of {matrix.max():g}", "0 or 1", "clip the counts, or compare models of counts"
        )
    return matrix
