"""What the rows of a matrix are to the visible units: their kind, and where they start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.estimators.matrices import require_binary
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood.keyed import content_keys
from neurohm.machine import HelmholtzMachine
from neurohm.machine.initial import fit_visible_bias, fit_visible_deviation
from neurohm.populations import (
    POPULATIONS,
    Bernoulli,
    Categorical,
    Gaussian,
    Poisson,
    Population,
)

AUTO = "auto"


def kind_of(X: Any) -> str:
    """Return the kind of visible units that suits values: what ``observation="auto"`` takes.

    Parameters
    ----------
    X : ndarray or sparse matrix, (n_samples, n_features)

    Returns
    -------
    str
        ``"bernoulli"`` for values from 0 to 1, which are probabilities unless they are 0 or 1;
        ``"poisson"`` for whole numbers from 0 on; ``"gaussian"`` for all others.

    Examples
    --------
    >>> kind_of(np.eye(2)), kind_of(np.array([[0.0, 0.3]]))
    ('bernoulli', 'bernoulli')
    >>> kind_of(np.array([[0, 7]])), kind_of(np.array([[-0.5, 7.0]]))
    ('poisson', 'gaussian')
    """
    values = X.data if hasattr(X, "tocsr") else X
    if values.size and values.min() < 0:
        return Gaussian.kind
    if not values.size or values.max() <= 1:
        return Bernoulli.kind
    return Poisson.kind if (values == np.floor(values)).all() else Gaussian.kind


def are_probabilities(X: Any) -> bool:
    """Return whether values are from 0 to 1, and some of them between.

    Examples
    --------
    >>> are_probabilities(np.eye(2)), are_probabilities(np.full((2, 2), 0.5))
    (False, True)
    """
    values = X.data if hasattr(X, "tocsr") else X
    within = bool(((values >= 0) & (values <= 1)).all())
    return within and bool(((values > 0) & (values < 1)).any())


def drawn_by_content(X: Any, seed: int) -> npt.NDArray[np.float32]:
    """Return binary rows drawn with the values of rows as probabilities.

    What is drawn of a row depends on its content and the seed alone, not on its place.

    Parameters
    ----------
    X : ndarray or sparse matrix, (n_samples, n_features)
        From 0 to 1.
    seed : int

    Returns
    -------
    ndarray of float32, (n_samples, n_features)

    Examples
    --------
    >>> grey = np.full((3, 4), 0.5)
    >>> drawn = drawn_by_content(grey, seed=0)
    >>> bool((drawn == drawn[0]).all()), bool((drawn == drawn_by_content(grey[:1], seed=0)).all())
    (True, True)
    """
    levels = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float32)
    drawn = np.empty_like(levels)
    for row, key, out in zip(levels, content_keys(levels, seed), drawn, strict=True):
        generator = np.random.Generator(np.random.Philox(key=key.astype(np.uint64)))
        out[:] = generator.random(row.size, dtype=np.float32) < row
    return drawn


def visible_of(observation: str | Population, size: int) -> Population:
    """Return visible units for rows of that many columns.

    Parameters
    ----------
    observation : str or Population
        The name of a kind, ``"gaussian"`` with learned deviations, or a population.
    size : int

    Returns
    -------
    Population

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such kind, or the size does not fit.

    Examples
    --------
    >>> visible_of("gaussian", 3)
    Gaussian(size=3, name='', deviation=1.0, learned=True)
    """
    if isinstance(observation, Population):
        if observation.size != size:
            raise InputError(
                f"observation of {observation.size} units",
                f"{size}, as many as the data have columns",
            )
        return replace(observation, name="")
    if not isinstance(observation, str):
        raise ArgumentTypeError(f"observation {observation!r}", "a name or a Population")
    if observation == Categorical.kind:
        mend = f"give e.g. observation=nh.Categorical({size}, categories=2)"
        raise InputError(f"observation {observation!r}", "how many categories there are, too", mend)
    if observation not in POPULATIONS:
        names = (name for name in POPULATIONS if name != Categorical.kind)
        raise InputError(
            f"observation {observation!r}",
            "one of " + ", ".join((AUTO, *names)),
            "or give a Population",
        )
    if observation == Gaussian.kind:
        return Gaussian(size, learned=True)
    return POPULATIONS[observation](size)


def check_rows(visible: Population, X: Any) -> None:
    """Refuse rows whose values are not of the kind, and say how to make them so.

    Parameters
    ----------
    visible : Population
    X : ndarray or sparse matrix, (n_samples, n_features)

    Raises
    ------
    InputError
    """
    if visible.domain == Bernoulli.domain:
        require_binary(X)
    elif hasattr(X, "tocsr"):
        visible.check_sparse(X)
    else:
        visible.check(X)


def fit_visible(machine: HelmholtzMachine, X: Any) -> None:
    """Start the visible units at the means of the data, and learned deviations at theirs.

    Parameters
    ----------
    machine : HelmholtzMachine
        Changed in place.
    X : ndarray or sparse matrix, (n_samples, n_features)
    """
    fit_visible_bias(machine, np.asarray(X.mean(axis=0)).ravel())
    if isinstance(machine.visible, Gaussian) and machine.visible.learned:
        fit_visible_deviation(machine, _deviations(X))


def _deviations(X: Any) -> npt.NDArray[np.float64]:
    """Return the standard deviation of each column."""
    if not hasattr(X, "tocsr"):
        return np.asarray(np.std(X, axis=0, dtype=np.float64))
    from sklearn.utils.sparsefuncs import mean_variance_axis

    _, variance = mean_variance_axis(X.astype(np.float64), axis=0)
    return np.asarray(np.sqrt(variance))
