"""Receptive fields with what is needed to read them: units of measure, and what is beyond chance.

A generative field says what a hidden unit adds to the visible ones when it is active; a recognition
field says to what the unit responds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.receptive_fields import dreamt_differences
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, as_machine, recognise_mean

Array = npt.NDArray[np.float64]
_AT_ONCE = 1024


@dataclass(frozen=True, eq=False)
class Fields:
    """Fields of the units of a hidden layer.

    Parameters
    ----------
    values : ndarray of float64, (n_hidden, n_visible)
    significant : ndarray of bool, (n_hidden, n_visible)
        What is not zero by chance, at 5 % for a field as a whole (Bonferroni).
    measure : str
        What the values are, with their unit.
    layer : int

    Examples
    --------
    >>> fields = Fields(np.eye(2), np.eye(2) > 0, "Change of probability", 1)
    >>> fields
    Fields(2 units of layer 1, 2 visible, change of probability)
    >>> fields.strongest(1).tolist()
    [0]
    """

    values: Array
    significant: npt.NDArray[np.bool_]
    measure: str
    layer: int

    def strongest(self, most: int | None = None) -> npt.NDArray[np.int64]:
        """Return the units by the norm of their fields, the largest first."""
        order: npt.NDArray[np.int64] = np.argsort(
            -np.linalg.norm(self.values, axis=1), kind="stable"
        )
        return order[:most]

    def of(self, units: npt.ArrayLike) -> Fields:
        """Return the fields of some units."""
        chosen = np.asarray(units)
        return replace(self, values=self.values[chosen], significant=self.significant[chosen])

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return {
            "layer": self.layer,
            "measure": self.measure,
            "values": self.values.tolist(),
            "significant": self.significant.tolist(),
        }

    def __repr__(self) -> str:
        hidden, visible = self.values.shape
        measure = self.measure[:1].lower() + self.measure[1:]
        return f"Fields({hidden} units of layer {self.layer}, {visible} visible, {measure})"


def dreamt_fields(
    machine: HelmholtzMachine, layer: int = 1, *, dreams: int = 512, seed: int = 0
) -> Fields:
    """Return the generative fields of a layer, by conditional dreams.

    In dreams the unit is switched on and off, as in `generative_fields`; a difference is
    significant if it is so beside how it differs from dream to dream.

    Parameters
    ----------
    machine : HelmholtzMachine
    layer : int
    dreams : int
        At least 2.
    seed : int

    Returns
    -------
    Fields

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such layer, or an argument cannot be used.

    Examples
    --------
    >>> import neurohm as nh
    >>> dreamt_fields(nh.HelmholtzMachine([6, 3, 2]), layer=2)
    Fields(2 units of layer 2, 6 visible, change of the mean when the unit is active)
    """
    number = whole_number("dreams", dreams, 2)
    values, errors = [], []
    for difference in dreamt_differences(machine, layer, number, seed):
        values.append(difference.mean(axis=0))
        errors.append(difference.std(axis=0, ddof=1) / np.sqrt(number))
    mean, error = np.array(values), np.array(errors)
    beyond = np.abs(mean) > _critical(mean.shape[1], number - 1) * error
    return Fields(mean, beyond, "Change of the mean when the unit is active", layer)


def linear_fields(
    machine: HelmholtzMachine, layer: int = 1, *, dreams: int = 512, seed: int = 0
) -> Array:
    """Return the linear response of the visible means to each unit of a layer, along the chain.

    The product of the weights of all layers from the unit down, each with the mean slope of the
    units that it ends at in dreams. Next to Gaussian visible units these are the weights.

    Parameters
    ----------
    machine : HelmholtzMachine
        Whose layers drive their neighbours alone.
    layer, dreams, seed
        As of `dreamt_fields`.

    Returns
    -------
    ndarray of float64, (n_hidden, n_visible)

    Raises
    ------
    InputError
        If there is no such layer, projections skip one, or units have no slope of their own.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([nh.Gaussian(6), 3])
    >>> weights = machine.parameters()["generative/hidden1->visible"]
    >>> bool(np.allclose(linear_fields(machine), weights))
    True
    """
    depth = len(as_machine(machine).populations) - 1
    if not 1 <= whole_number("layer", layer) <= depth:
        raise InputError(f"layer {layer}", f"a hidden layer, 1 to {depth}")
    projections = {p.target: p for p in machine.generative.projections}
    if any(p.source != p.target + 1 for p in machine.generative.projections):
        raise InputError("generative projections that skip a layer", "a chain of layers")
    slopes = _slopes(machine, dreams, seed)
    field = np.eye(machine.sizes[layer])
    for target in range(layer - 1, -1, -1):
        field = field @ projections[target].weights.astype(np.float64) * slopes[target]
    return np.asarray(field)


def _slopes(machine: HelmholtzMachine, dreams: int, seed: int) -> list[Array]:
    """Return the mean slope of each population's mean with its drive, in dreams."""
    from neurohm.backend import Site, as_stream
    from neurohm.machine import dream

    activity = dream(machine, whole_number("dreams", dreams), as_stream(seed), Site.FIELDS)
    slopes = []
    for target, population in enumerate(machine.populations):
        bias = machine.generative.biases[target].weights
        drive = activity.drives[target].soma.astype(np.float64) + bias
        if population.kind == "bernoulli":
            p = 1 / (1 + np.exp(-drive))
            slopes.append((p * (1 - p)).mean(axis=0))
        elif population.kind == "poisson":
            slopes.append(np.exp(drive).mean(axis=0))
        elif population.kind == "gaussian":
            slopes.append(np.ones(population.size))
        else:
            raise InputError(
                f"a linear response of {population.kind} units", "Bernoulli, Poisson or Gaussian",
                "take dreamt_fields",
            )  # fmt: skip
    return slopes


def recognition_fields(
    machine: HelmholtzMachine,
    x: Any,
    layer: int = 1,
    *,
    whitened: bool = False,
    ridge: float = 0.01,
) -> Fields:
    """Return to what each unit of a layer responds, by reverse correlation with data.

    The mean of the data weighted by how probably the unit is active, less the mean of all: its
    spike-triggered average. Whitened, the inverse covariance of the data is applied to it, which
    takes out what data have in common; for responses that are linear but for a threshold, and data
    with elliptic symmetry, that is the direction of the unit's weights.

    A value is significant if the correlation of the unit and the pixel is.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : array_like or WindowMatrix, (rows, visible units)
    layer : int
    whitened : bool
    ridge : float
        Added to the covariance before it is inverted, times its mean variance.

    Returns
    -------
    Fields
        In units of the data; whitened in those over their variance.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such layer, there are fewer than 4 rows, or a number is out of range.

    References
    ----------
    Chichilnisky (2001). A simple white noise analysis of neuronal light responses. Network 12:199.

    Examples
    --------
    >>> import neurohm as nh
    >>> x = np.repeat(np.eye(6), 5, axis=0)
    >>> recognition_fields(nh.HelmholtzMachine([6, 3], seed=0), x)
    Fields(3 units of layer 1, 6 visible, mean input when active, less the mean of all)
    """
    ridge = real_number("ridge", ridge, above=0)
    data, active = _responses(machine, x, layer, fewest=4)
    n, centred = len(data), data - data.mean(axis=0)
    weight = active - active.mean(axis=0)
    covariance = weight.T @ centred / n
    total = np.maximum(active.mean(axis=0), 1e-12)[:, None]
    values = covariance / total
    scale = np.sqrt((weight**2).mean(axis=0))[:, None] * np.sqrt((centred**2).mean(axis=0))
    r = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 1e-12)
    t = np.abs(r) * np.sqrt((n - 2) / np.maximum(1 - r**2, 1e-12))
    significant = t > _critical(data.shape[1], n - 2)
    if not whitened:
        return Fields(values, significant, "Mean input when active, less the mean of all", layer)
    spread = centred.T @ centred / n
    spread += ridge * np.trace(spread) / len(spread) * np.eye(len(spread))
    return Fields(
        np.linalg.solve(spread, values.T).T, significant,
        "Mean input when active, over the covariance of all", layer,
    )  # fmt: skip


def most_exciting(
    machine: HelmholtzMachine, x: Any, layer: int = 1, *, number: int = 9
) -> npt.NDArray[np.int64]:
    """Return which rows of data most probably activate each unit of a layer.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : array_like, (rows, visible units)
    layer : int
    number : int
        Rows for each unit.

    Returns
    -------
    ndarray of int64, (n_hidden, number)
        Indices of rows, the most exciting first.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such layer, or there are fewer rows.

    Examples
    --------
    >>> import neurohm as nh
    >>> most_exciting(nh.HelmholtzMachine([4, 2], seed=0), np.eye(4), number=2).shape
    (2, 2)
    """
    data, active = _responses(machine, x, layer, fewest=1)
    if whole_number("number", number) > len(data):
        raise InputError(f"{number} rows of {len(data)} for each unit", "no more than there are")
    return np.argsort(-active, axis=0, kind="stable")[:number].T


def _responses(machine: HelmholtzMachine, x: Any, layer: int, fewest: int) -> tuple[Array, Array]:
    """Return data of so many rows at least, and how probably each unit of a layer is active."""
    depth = len(as_machine(machine).populations) - 1
    if not 1 <= whole_number("layer", layer) <= depth:
        raise InputError(f"layer {layer}", f"a hidden layer, 1 to {depth}")
    rows = x.shape[0] if hasattr(x, "shape") else len(x)
    if rows < fewest:
        raise InputError(f"{rows} rows of data", f"at least {fewest}")
    data, active = zip(*_blocks(machine, x, rows, layer), strict=True)
    return np.vstack(data), np.vstack(active)


def _blocks(
    machine: HelmholtzMachine, x: Any, rows: int, layer: int
) -> Iterator[tuple[Array, Array]]:
    for first in range(0, rows, _AT_ONCE):
        part = machine.as_activity(x[first : first + _AT_ONCE])
        mean = recognise_mean(machine, part)[layer]
        yield np.asarray(part, np.float64), np.asarray(mean, np.float64)


def _critical(tests: int, freedom: int) -> float:
    """Return the size of Student's t beyond which any of so many tests is by chance in 5 %."""
    from scipy.stats import t

    return float(t.isf(0.025 / tests, freedom))
