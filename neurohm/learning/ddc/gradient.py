"""The gradient of the generative model from expectations that are weighted means over dreams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, chain
from neurohm.machine.inputs import input_of
from neurohm.populations import DRIVE, Drive, GradientTerms

Matrix = npt.NDArray[np.float64]
Statistic = Callable[[Matrix], Matrix]


@dataclass(frozen=True, eq=False)
class Expectations:
    """How much each dream counts in expectations given the data of a batch, averaged over it.

    Parameters
    ----------
    observed : sequence of ndarray, (dreams,)
        For each population, where its own statistics are expected, beside what drives them.
    predicted : sequence of ndarray, (dreams,)
        For each population, where what its drive predicts is expected.
    clamped : callable, optional
        From a statistic S of visible activity to weights ``(dreams, visible units)``, with which a
        mean over dreams of f_i is the mean over the batch of S_i(x) E[f_i | x]. Without it visible
        statistics are those of dreams.
    """

    observed: Sequence[Matrix]
    predicted: Sequence[Matrix]
    clamped: Callable[[Statistic], Matrix] | None = None


def expected_gradient(
    machine: HelmholtzMachine, states: Sequence[npt.NDArray[np.floating]], given: Expectations
) -> dict[str, Matrix]:
    """Return the gradient of the mean log-likelihood of a batch, by the key of each parameter.

    For population l, driven by d = W z_(l+1) + b, with the parts of `GradientTerms`,

        dW = E[z_(l+1) (S(z_l) dg(d) - dPhi(d))],

    where the first term of the visible population has the data's own S(x).

    Parameters
    ----------
    machine : HelmholtzMachine
        A chain of layers.
    states : sequence of ndarray, (dreams, units)
        Of each population, visible first.
    given : Expectations

    Returns
    -------
    dict of str to ndarray of float64
    """
    pathway, gradient = machine.generative, {}
    for layer in range(len(machine.populations)):
        terms = terms_of(machine, layer, states)
        for role, term in terms.items():
            error = _observed(layer, states, term, given)
            error -= given.predicted[layer][:, None] * term.expected
            if role != DRIVE:
                gradient[pathway.internals_of(layer)[role].key] = error.sum(axis=0)
                continue
            gradient[pathway.biases[layer].key] = error.sum(axis=0)
            for projection in pathway.afferents(layer):
                gradient[projection.key] = states[projection.source].T @ error
    return gradient


def terms_of(
    machine: HelmholtzMachine, layer: int, states: Sequence[npt.NDArray[np.floating]]
) -> dict[str, GradientTerms]:
    """Return how the log-probability of a population depends on its parameters, in each dream."""
    pathway = machine.generative
    bias = np.asarray(pathway.biases[layer].weights, dtype=np.float64)
    drive = np.zeros((len(states[layer]), machine.sizes[layer])) + bias
    for projection in pathway.afferents(layer):
        drive += states[projection.source] @ projection.weights
    own = input_of(pathway, layer, Drive(drive)).own
    doubled = {role: np.asarray(value, dtype=np.float64) for role, value in own.items()}
    return pathway.populations[layer].gradient_terms(drive, doubled)


def require_family(machine: HelmholtzMachine) -> None:
    """Raise unless a machine is a chain of populations that have sufficient statistics.

    Raises
    ------
    InputError
    """
    if machine.edges[0] != chain(len(machine.populations))[0]:
        raise InputError(
            f"{machine!r}, whose generative pathway is no chain",
            "layers each of which the next one drives",
            "leave out edges=",
        )
    if len(machine.populations) < 2:
        raise InputError(f"{machine!r} for the DDC", "at least one hidden population")
    states = [np.zeros((1, size)) for size in machine.sizes]
    for layer in range(len(states)):
        terms_of(machine, layer, states)


def _observed(
    layer: int,
    states: Sequence[npt.NDArray[np.floating]],
    term: GradientTerms,
    given: Expectations,
) -> Matrix:
    """Return the statistics of a population times their slopes, weighted, ``(dreams, units)``."""
    if layer or given.clamped is None:
        values = np.asarray(states[layer], dtype=np.float64)
        return np.asarray(given.observed[layer][:, None] * term.observed(values))
    total: Matrix = np.zeros_like(term.expected)
    for statistic, slope in zip(term.statistics, term.slopes, strict=True):
        total = total + given.clamped(statistic) * slope
    return total
