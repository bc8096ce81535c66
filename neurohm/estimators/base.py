"""What both estimators do alike."""

from __future__ import annotations

import os
from typing import Any

from sklearn.base import BaseEstimator

from neurohm.estimators import saved
from neurohm.estimators.settings import require_fitted
from neurohm.training import Averaging, Callback, EarlyStopping


class HelmholtzEstimator(BaseEstimator):
    """An estimator that keeps what it learned in model files."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to an HDF5 file; all or nothing.

        Parameters
        ----------
        path : path

        Raises
        ------
        MissingFileError
            If the folder is missing or read-only.
        NotFittedError
            If there is nothing to write yet.
        """
        require_fitted(self)
        saved.save(path, self)


def keepers(held_out: Any, patience: int) -> list[Callback]:
    """Return what averages the parameters over the last fifth, and keeps the best average.

    Parameters
    ----------
    held_out : array_like, sparse matrix or WindowMatrix, (samples, visible units), or None
        What the best is judged by; without it the last average is kept.
    patience : int
        Epochs without improvement before the fit stops.

    Returns
    -------
    list of Callback
    """
    average = Averaging(part=0.2)
    if held_out is None:
        return [average]
    return [average, EarlyStopping(held_out, patience=patience, average=average)]
