"""Visible units whose states are given to a simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.populations import Categorical, Population


@dataclass(frozen=True, eq=False)
class Evidence:
    """Visible units whose states are given.

    Parameters
    ----------
    values : ndarray, (rows, visible units)
        What is not observed does not matter.
    observed : ndarray of bool, (rows, visible units)
    """

    values: Array
    observed: npt.NDArray[np.bool_]

    def clamp(self, x: Array) -> Array:
        """Return visible activity with the given units as they are."""
        return np.where(self.observed, self.values, x).astype(x.dtype)


def evidence_on(
    visible: Population,
    evidence: npt.ArrayLike | None,
    observed: npt.ArrayLike | None,
    rows: int,
    candidates: int = 1,
) -> Evidence | None:
    """Return evidence, checked, with a row for each candidate; None where nothing is given.

    Parameters
    ----------
    visible : Population
    evidence, observed : array_like, (rows, visible units) or (visible units,), or None
        States, and booleans.
    rows, candidates : int

    Raises
    ------
    InputError, ArgumentTypeError
        If one is given without the other, shapes do not fit, or no visible activity agrees.

    Examples
    --------
    >>> import neurohm as nh
    >>> given = evidence_on(nh.Bernoulli(3), [1, 0, 0], [True, False, False], rows=2)
    >>> given.clamp(np.zeros((2, 3))).tolist()
    [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    if evidence is None and observed is None:
        return None
    if evidence is None or observed is None:
        raise InputError("evidence or observed alone", "both")
    units = visible.size
    values, mask = np.asarray(evidence, np.float32), np.asarray(observed)
    if mask.dtype != bool:
        raise ArgumentTypeError(f"observed of type {mask.dtype}", "booleans")
    for name, part in (("evidence", values), ("observed", mask)):
        if part.shape not in ((units,), (rows, units)):
            raise InputError(f"{name} of shape {part.shape}", f"({units},) or ({rows}, {units})")
    values, mask = (np.broadcast_to(part, (rows, units)) for part in (values, mask))
    _require_possible(visible, values, mask)
    return Evidence(
        np.repeat(np.where(mask, values, 0), candidates, axis=0),
        np.repeat(mask, candidates, axis=0),
    )


def _require_possible(visible: Population, values: Array, mask: npt.NDArray[np.bool_]) -> None:
    """Refuse evidence that no visible activity agrees with."""
    if not np.isfinite(values[mask]).all():
        raise InputError(
            "evidence that is not finite", "numbers, observed=False where there is none"
        )
    if isinstance(visible, Categorical):
        _require_whole_groups(visible, mask)
        groups = mask.reshape(len(mask), -1, visible.categories).all(axis=2)
        active = (values != 0).reshape(len(mask), -1, visible.categories).sum(axis=2)
        wrong = active[groups & (active != 1)]
        if wrong.size:
            raise InputError(
                f"evidence of {wrong[0]} active units in a group, which contradicts the world",
                "exactly one active unit of each group that is observed",
            )
    if visible.domain in ("binary", "one-hot") and not np.isin(values[mask], (0, 1)).all():
        raise InputError("evidence that is neither 0 nor 1", "states of binary units")


def _require_whole_groups(population: Categorical, observed: npt.NDArray[np.bool_]) -> None:
    """Refuse evidence on a part of a group of which one unit is active."""
    groups = observed.reshape(len(observed), -1, population.categories)
    if (groups.any(axis=2) != groups.all(axis=2)).any():
        raise InputError(
            f"evidence on some of {population.categories} units of which one is active",
            "evidence on all units of a group, or on none",
        )
