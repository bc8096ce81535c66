"""A local, error-driven start: a free unit claims an unexplained residual that recurs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.machine.initial import draw_internals
from neurohm.machine.projection import Projection

if TYPE_CHECKING:
    from neurohm.machine.machine import HelmholtzMachine


@dataclass(frozen=True, eq=False)
class Recruitment:
    """Recruit a unit of the first hidden layer for each part that data are made of.

    Samples come one by one. Claimed units explain away the pixels of their part where the whole
    part is on; a residual of at least two pixels that has come ``repeats`` times is claimed by
    the next free unit, whose synapses onto it are imprinted in both directions. This is Hebbian,
    but for "a free unit takes it", which is a competition within the layer. It suits data whose
    parts recur more often than their combinations, and starts worse than at random elsewhere.

    Parameters
    ----------
    data : array_like or sparse matrix, (samples, visible units)
        Binary.
    repeats : int
        How often a residual comes before it is claimed.

    Examples
    --------
    >>> from neurohm.machine import HelmholtzMachine
    >>> data = np.tile([[1, 1, 0, 0], [0, 0, 1, 1]], (10, 1))
    >>> machine = HelmholtzMachine([4, 2], initial=Recruitment(data))
    >>> sorted(machine.generative.projections[0].weights.tolist())
    [[0.0, 0.0, 10.0, 10.0], [10.0, 10.0, 0.0, 0.0]]
    """

    data: npt.ArrayLike
    repeats: int = 5

    def __post_init__(self) -> None:
        object.__setattr__(self, "repeats", whole_number("repeats", self.repeats))

    def start(self, machine: HelmholtzMachine, rng: np.random.Generator) -> None:
        """Imprint the parts found; other weights start small, image biases at -3, hidden at -2.

        Raises
        ------
        InputError
            If the data do not fit the machine, or its two lowest populations are not binary and
            joined in both directions.
        """
        given: Any = self.data
        x = np.asarray(given.toarray() if hasattr(given, "toarray") else given) > 0
        if x.ndim != 2 or x.shape[1] != machine.visible.size:
            raise InputError(
                f"data of shape {x.shape} to recruit from", f"(samples, {machine.visible.size})"
            )
        upward, downward = _imprintable(machine)
        for pathway in (machine.generative, machine.recognition):
            for projection in pathway.projections:
                if 0 not in (projection.source, projection.target):
                    projection.weights[...] = 0.1 * rng.standard_normal(projection.weights.shape)
        draw_internals(machine, lambda shape: 0.1 * rng.standard_normal(shape))
        machine.generative.biases[0].weights[...] = -3
        machine.generative.biases[1].weights[...] = -2
        for unit, part in enumerate(find_parts(x, machine.sizes[1], self.repeats)):
            downward.weights[unit] = 10.0 * part
            upward.weights[:, unit] = 5.0 * part
            machine.recognition.biases[1].weights[unit] = -5.0 * (part.sum() - 0.5)


def _imprintable(machine: HelmholtzMachine) -> tuple[Projection, Projection]:
    """Return the projections between the visible and the first hidden population, up and down."""
    generative, recognition = machine.edges
    binary = all(p.domain == "binary" for p in machine.populations[:2])
    if not binary or (0, 1) not in recognition or (1, 0) not in generative:
        raise InputError(
            f"recruitment in {machine!r}",
            "binary visible and first hidden units, which drive each other",
            "take Sparse() or Normal() as initial",
        )
    upward = next(p for p in machine.recognition.projections if (p.source, p.target) == (0, 1))
    downward = next(p for p in machine.generative.projections if (p.source, p.target) == (1, 0))
    return upward, downward


def find_parts(x: npt.NDArray[np.bool_], most: int, repeats: int) -> list[npt.NDArray[np.bool_]]:
    """Return the residuals that recurred, in the order in which they were claimed.

    Parameters
    ----------
    x : ndarray of bool, (samples, visible units)
    most : int
        Number of free units.
    repeats : int

    Returns
    -------
    list of ndarray of bool, (visible units,)
    """
    parts: list[npt.NDArray[np.bool_]] = []
    seen: dict[bytes, int] = {}
    for sample in x:
        if len(parts) == most:
            break
        residual = sample.copy()
        for part in parts:
            if sample[part].all():
                residual &= ~part
        if residual.sum() < 2:
            continue
        key = residual.tobytes()
        seen[key] = seen.get(key, 0) + 1
        if seen[key] == repeats:
            parts.append(residual)
            seen.clear()
    return parts
