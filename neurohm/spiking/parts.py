"""What all networks of machines are put together from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import ArgumentTypeError
from neurohm.spiking.blueprint import Blueprint, tiled
from neurohm.spiking.brian import brian2, volt

Array = npt.NDArray[np.float64]
Kind = TypeVar("Kind")


def volts(slope: Any) -> float:
    """Return the voltage of one unit of drive as a number.

    Raises
    ------
    ArgumentTypeError
        If it is no voltage.

    Examples
    --------
    >>> from brian2 import mV
    >>> volts(2 * mV)
    0.002
    """
    if not isinstance(slope, brian2.Quantity) or not brian2.have_same_dimensions(slope, volt):
        raise ArgumentTypeError(f"slope {slope!r}", "a voltage with its unit", "e.g. 1 * brian2.mV")
    return float(slope / volt)


def of_kind(name: str, value: Kind | None, kind: type[Kind]) -> Kind | None:
    """Return an argument, if it is of its kind or none.

    Raises
    ------
    ArgumentTypeError
        If it is something else.
    """
    if value is None or isinstance(value, kind):
        return value
    raise ArgumentTypeError(f"{name} {value!r}", f"{kind.__name__}(...)")


def set_thresholds(
    group: Any, blueprint: Blueprint, population: int, flawed: Callable[[Array, int], Array]
) -> None:
    """Set the thresholds of both compartments of all copies of a population's neurons.

    Parameters
    ----------
    group : brian2.NeuronGroup
    blueprint : Blueprint
    population : int
    flawed : callable
        What becomes of the biases of a compartment, of which it also gets the number.
    """
    machine, unit = blueprint.machine, blueprint.slope * volt
    for number, (compartment, pathway) in enumerate(
        (("apical", machine.generative), ("basal", machine.recognition))
    ):
        bias = pathway.biases.get(population)
        if bias is not None:
            own = flawed(bias.weights, 2 * population + number)
            setattr(group, f"{compartment}_threshold", -tiled(own, blueprint.copies) * unit)


def connect(synapses: Any, blueprint: Blueprint, weights: Array) -> None:
    """Connect all neurons of one population with all of another, within each copy.

    Parameters
    ----------
    synapses : brian2.Synapses
    blueprint : Blueprint
    weights : ndarray, (units before, units after)
        In units of drive.
    """
    before, after = weights.shape
    copy, i, j = np.indices((blueprint.copies, before, after)).reshape(3, -1)
    synapses.connect(i=copy * before + i, j=copy * after + j)
    synapses.w = tiled(weights, blueprint.copies) * blueprint.slope * volt
