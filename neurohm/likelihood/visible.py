"""The distribution of visible activity, by listing all states."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.backend import Site
from neurohm.exceptions import InputError
from neurohm.likelihood.exact import _listable, exact_log_likelihood, log_mixture
from neurohm.machine import HelmholtzMachine, Workspace, as_machine, chain
from neurohm.machine.inputs import drive, input_of
from neurohm.populations import all_states

LARGEST_VISIBLE = 20


def exact_distribution(
    machine: HelmholtzMachine, *, thresholded: bool = False
) -> npt.NDArray[np.float64]:
    """Return how probable each visible state is, in the order of `neurohm.populations.all_states`.

    Parameters
    ----------
    machine : HelmholtzMachine
        A chain of at least one hidden layer, with at most 20 binary visible units.
    thresholded : bool
        Whether a visible unit is on exactly if it is on with probability above one half, given a
        drawn layer above; by default it is drawn as well.

    Returns
    -------
    ndarray of float64, (2**units,)

    Raises
    ------
    InputError, ArgumentTypeError
        If the states cannot be listed, or it is no machine.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([3, 2], seed=0)
    >>> bool(np.isclose(exact_distribution(machine).sum(), 1))
    True
    """
    if as_machine(machine).visible.domain != "binary" or machine.visible.size > LARGEST_VISIBLE:
        raise InputError(
            f"{machine.visible.size} {machine.visible.kind} visible units",
            f"at most {LARGEST_VISIBLE} binary ones, whose states can be listed",
        )
    if not thresholded:
        every = all_states(machine.visible.size)
        return np.exp(exact_log_likelihood(machine, every))
    states, probability = first_hidden(machine)
    double = machine.on("cpu").copy("float64")
    brought = drive(
        double, double.generative, 0, [states] * 2, Workspace(double.backend), Site.DREAM
    )
    mean = np.empty((len(states), machine.visible.size))
    double.visible.mean(double.kernels, input_of(double.generative, 0, brought), mean)
    codes = (mean > 0.5) @ (1 << np.arange(machine.visible.size)[::-1])
    return np.bincount(codes, probability, 1 << machine.visible.size).astype(np.float64)


def first_hidden(
    machine: HelmholtzMachine,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return all states of the first hidden layer of a chain, and how probable they are."""
    double = _listable(machine)
    if double.edges != chain(len(double.populations)) or len(double.populations) < 2:
        raise InputError(f"{machine!r}", "a chain of layers with a hidden one at least")
    above, log_p = np.zeros((1, 0)), np.zeros(1)
    for layer in range(len(double.populations) - 1, 0, -1):
        below = double.populations[layer].states()
        log_p, above = log_mixture(double, layer, below, above, log_p), below
    return above, np.exp(log_p)
