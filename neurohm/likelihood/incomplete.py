"""Rows with missing units: checked, taken part by part, and weighed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.likelihood.filling import Filling, require_fillable
from neurohm.likelihood.rows import FEWEST, by_parts, cores, padded
from neurohm.likelihood.weights import Weights
from neurohm.machine import HelmholtzMachine, as_machine
from neurohm.progress import progress_of

CHUNK = 1024  # particles of a row held at a time
TOGETHER = 4096  # particles of all rows held at a time


class Incomplete:
    """Rows of which some units are observed, and what is made of them.

    Parameters
    ----------
    machine : HelmholtzMachine
        Its visible population Bernoulli or Poisson.
    x : ndarray or sparse matrix, (rows, visible units)
    observed : ndarray of bool, (rows, visible units)
    sweeps, seed : int

    Raises
    ------
    InputError, ArgumentTypeError
        If data or machine do not fit.
    """

    def __init__(
        self,
        machine: HelmholtzMachine,
        x: Any,
        observed: npt.NDArray[np.bool_],
        sweeps: int,
        seed: int,
    ) -> None:
        self.machine, self.x = require_fillable(as_machine(machine)), x
        self.sweeps, self.seed = whole_number("sweeps", sweeps, 0), as_stream(seed).seed
        if self.x.shape[1:] != (machine.visible.size,):
            machine.as_activity(self.x)  # says what is wrong
        self.observed = observed

    def weighed(self, particles: int, progress: bool) -> Array:
        """Return log p(observed) and the effective sample size of each row, (2, rows)."""

        def weigh(filling: Filling) -> Array:
            sums = Weights(len(filling.x))
            for first, count in chunks_of(particles):
                sums.add(filling.particles(first, count)[1])
            return np.stack(sums.result(particles))

        return self.parts(weigh, particles, progress)

    def known(self, part: slice = slice(None)) -> Array:
        """Return rows with their missing units, whatever they hold, set to zero."""
        x = self.x[part]
        x = x.toarray() if hasattr(x, "toarray") else np.asarray(x)
        return self.machine.as_activity(np.where(self.observed[part], x, 0))

    def parts(self, work: Callable[[Filling], Array], particles: int, progress: bool) -> Array:
        """Return what is made of the rows, part by part; the last axis is that of the rows."""
        machine, rows, threads = self.machine, self.x.shape[0], cores()
        count = min(particles, CHUNK)
        share = max(1, min(TOGETHER // count, -(-rows // threads)))
        fewest = -(-FEWEST // count)

        def result(part: slice) -> Array:
            x = self.known(part)
            padding = (padded(x, fewest), padded(self.observed[part], fewest))
            done = work(Filling(machine, *padding, self.sweeps, self.seed))[..., : len(x)]
            progressing.advance(len(x))
            return done

        with progress_of(rows, "scoring", "rows", shown=progress) as progressing:
            return by_parts(result, rows, share, threads)


def observed_of(observed: Any, x: Any) -> npt.NDArray[np.bool_]:
    """Return a mask of observed units with a row for each row of data.

    Parameters
    ----------
    observed : array_like of bool, (visible units,) or (rows, visible units), or None
        None: what is not nan.
    x : ndarray or sparse matrix, (rows, visible units)

    Returns
    -------
    ndarray of bool, (rows, visible units)

    Raises
    ------
    InputError
        If it is no mask of that shape.

    Examples
    --------
    >>> observed_of(None, np.array([[0.0, np.nan]])).tolist()
    [[True, False]]
    >>> observed_of([True, False], np.zeros((2, 2))).tolist()
    [[True, False], [True, False]]
    """
    if observed is None:
        dense = isinstance(x, np.ndarray) and x.dtype.kind == "f"
        return ~np.isnan(x) if dense else np.broadcast_to(True, x.shape)
    mask, (rows, units) = np.asarray(observed), x.shape
    if mask.dtype != bool:
        raise InputError(
            f"observed of type {mask.dtype}", "booleans, True where a unit is observed"
        )
    if mask.shape not in ((units,), (rows, units)):
        raise InputError(f"observed of shape {mask.shape}", f"({units},) or ({rows}, {units})")
    return np.broadcast_to(mask, (rows, units))


def require_both(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the mask, if some units of each row are observed, and some are not.

    Raises
    ------
    InputError
        If nothing or everything is missing in a row.
    """
    for some, found, mend in (
        (~mask, "no missing unit", "score with log_likelihood instead"),
        (mask, "no observed unit", "draw from machine.dream, or score with log_likelihood"),
    ):
        if not (enough := some.any(axis=1)).all():
            row = int(np.argmin(enough))
            raise InputError(f"{found} in row {row}", "at least one of each row", mend)
    return mask


def chunks_of(particles: int) -> list[tuple[int, int]]:
    """Return the first particle of each chunk, and how many it has.

    Examples
    --------
    >>> chunks_of(1500)
    [(0, 1024), (1024, 476)]
    """
    return [(first, min(CHUNK, particles - first)) for first in range(0, particles, CHUNK)]
