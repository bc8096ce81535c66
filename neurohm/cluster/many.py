"""Many fits at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sklearn.base import clone

from neurohm.cluster.engine import engine
from neurohm.exceptions import InputError
from neurohm.recordings import Recording

Estimator = TypeVar("Estimator")


def fit_many(
    models: Estimator | Sequence[Estimator],
    data: Any,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    threads: int = 1,
) -> list[Estimator]:
    """Fit many models at a time, by processes of this machine or on a cluster.

    Each result is that of ``fit``, to the bit on machines alike; a fit whose worker is lost is
    done again by another.

    Parameters
    ----------
    models : estimator or sequence of estimators
        Such as `SpikeHelmholtz`; copies are fitted.
    data : Recording, array or list of these
        One for each model. One alone serves all models, one model alone all data. A list is
        several; a matrix is one.
    scheduler : str, optional
        Address of a scheduler of Dask's; by default processes of this machine.
    workers : int, optional
        Processes of this machine.
    threads : int
        Cores that each process may use.

    Returns
    -------
    list of estimators
        Fitted, in the order given.

    Raises
    ------
    MissingExtraError
        If Dask is not installed (extra ``cluster``).
    InputError
        If the numbers of models and data differ.

    Notes
    -----
    In a script, processes of this machine want ``if __name__ == "__main__":`` around the call.
    """
    pairs = _pairs(models, data)
    with engine(scheduler, workers=workers, threads=threads) as client:
        distinct = {id(each): each for _, each in pairs}
        kept = {place: client.scatter(each, hash=False) for place, each in distinct.items()}
        futures = [client.submit(_fitted, m, kept[id(each)], pure=False) for m, each in pairs]
        try:
            fitted: list[Estimator] = client.gather(futures)
        except Exception as error:
            if not _is_lost(error):
                raise
            fitted = client.gather([client.submit(_fitted, *pair, pure=False) for pair in pairs])
        return fitted


def _pairs(models: Any, data: Any) -> list[tuple[Any, Any]]:
    """Return each model with its data."""
    several = isinstance(models, Sequence)
    lots = isinstance(data, list | tuple) and not isinstance(data, Recording)
    given, those = list(models) if several else [models], list(data) if lots else [data]
    if len(given) == 1:
        given = given * len(those)
    if len(those) == 1:
        those = those * len(given)
    if not given or len(given) != len(those):
        raise InputError(
            f"{len(given)} models and {len(those)} sets of data", "as many, or one of either"
        )
    return list(zip(given, those, strict=True))


def _fitted(model: Any, data: Any) -> Any:
    return clone(model).fit(data, label=None)


def _is_lost(error: Exception) -> bool:
    """Return whether data were lost with the worker that held them."""
    return type(error).__name__ in ("CancelledError", "FutureCancelledError", "KilledWorker")
