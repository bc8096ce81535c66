"""What a `HelmholtzDensity` is fitted to: rows to learn from, and rows that stop the fit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis import IndependentModel
from neurohm.estimators.matrices import as_matrix
from neurohm.images import Images, binarise
from neurohm.populations import Population
from neurohm.training import BinarisedBatches

MOST_HELD_OUT = 2000
_INDEPENDENT = {"binary": "bernoulli", "counts": "poisson"}


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows to learn from, and what is known of them.

    Parameters
    ----------
    matrix : ndarray or sparse matrix, (n_samples, n_features)
        Of binary rows, of counts, or of grey levels that are drawn in each epoch.
    held_out : ndarray or sparse matrix, (n_held_out, n_features), or None
        What stops the fit.
    shape : (int, int) or None
        Height and width of rows that are images.
    source : str
    binarise : str or None
        How grey levels became binary; ``"stochastic"``: they do so in each epoch.
    """

    matrix: Any
    held_out: Any = None
    shape: tuple[int, int] | None = None
    source: str = ""
    binarise: str | None = None

    @classmethod
    def of(cls, X: Any, validation: float) -> Rows:
        """Return the rows of what a user gives.

        Parameters
        ----------
        X : Images, BinarisedBatches, array_like or sparse matrix
            Of images the validation part stops the fit, where there is one.
        validation : float
            Share of the rows that stops it else.
        """
        if isinstance(X, Images):
            parts = X if X.valid is not None else X.split(valid=validation)
            held_out = None if parts.valid is None else _some(parts.valid)
            return cls(parts.train, held_out, X.shape, X.source, X.binarise)
        drawn = isinstance(X, BinarisedBatches)
        matrix = X.grey if drawn else as_matrix(X)
        number = int(validation * matrix.shape[0])
        held_out = matrix[matrix.shape[0] - number :] if number else None
        if drawn and held_out is not None:
            held_out = binarise(held_out, part=1)
        learned = matrix[: matrix.shape[0] - number]
        return cls(learned, held_out, binarise="stochastic" if drawn else None)

    def drawn(self) -> Rows:
        """Return rows of probabilities, from which binary ones are drawn anew in each epoch."""
        held_out = None if self.held_out is None else binarise(_dense(self.held_out), part=1)
        return replace(self, matrix=_dense(self.matrix), held_out=held_out, binarise="stochastic")

    @property
    def batches(self) -> Any:
        """What is learned from, as `train` takes it."""
        return BinarisedBatches(self.matrix) if self.binarise == "stochastic" else self.matrix

    def baseline(self, visible: Population) -> IndependentModel | None:
        """Return independent units of the same means, or None where values have no such model."""
        if visible.domain not in _INDEPENDENT:
            return None
        sums = np.asarray(self.matrix.sum(axis=0), dtype=np.float64).ravel()
        mean = (sums + 0.5) / (self.matrix.shape[0] + 1)
        return IndependentModel(_INDEPENDENT[visible.domain], mean)

    def facts(self) -> dict[str, Any]:
        """Return what a model keeps of its rows."""
        return {
            "fingerprint": self.fingerprint(),
            "source": self.source,
            "shape": None if self.shape is None else list(self.shape),
            "binarise": self.binarise,
        }

    def fingerprint(self) -> str:
        """Return a hash of the rows, the same for the same ones."""
        digest = hashlib.blake2b(f"{self.matrix.shape}{self.binarise}".encode(), digest_size=32)
        for rows in (self.matrix, self.held_out):
            for part in _arrays(rows):
                digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()


def _arrays(rows: Any) -> tuple[npt.NDArray[Any], ...]:
    """Return the arrays that a matrix, dense or sparse, consists of."""
    if hasattr(rows, "tocsr"):
        return rows.indptr, rows.indices, rows.data
    return () if rows is None else (rows,)


def _dense(rows: Any) -> npt.NDArray[np.float32]:
    """Return a matrix that may be sparse as a dense one of small numbers."""
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, dtype=np.float32)


def _some(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the rows, or as many of them as a score in each epoch has time for."""
    if len(rows) <= MOST_HELD_OUT:
        return rows
    return rows[np.linspace(0, len(rows) - 1, MOST_HELD_OUT).astype(np.int64)]
