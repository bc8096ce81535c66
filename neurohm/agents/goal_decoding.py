"""How goals are told from the deepest population."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Array, Site
from neurohm.machine import HelmholtzMachine, Workspace
from neurohm.machine.inputs import drive, input_of

FLOOR = 1e-9


def decode(decoder: HelmholtzMachine, deepest: Array) -> npt.NDArray[np.float64]:
    """Return how probable the goals of one factor are, ``(rows, goals)``.

    Parameters
    ----------
    decoder : HelmholtzMachine
        Whose visible units are the goals, and whose hidden units the deepest population.
    deepest : ndarray, (rows, units)

    Examples
    --------
    >>> from neurohm.populations import Categorical
    >>> decode(HelmholtzMachine([Categorical(2, categories=2), 1]), np.zeros((1, 1))).tolist()
    [[0.5, 0.5]]
    """
    states: list[Activations] = [deepest, deepest]
    work = Workspace(decoder.backend)
    brought = drive(decoder, decoder.generative, 0, states, work, Site.DECODE)
    mean = decoder.backend.zeros((len(deepest), decoder.visible.size), decoder.dtype)
    decoder.visible.mean(decoder.kernels, input_of(decoder.generative, 0, brought), mean)
    return np.asarray(mean, dtype=np.float64)


def log_probability(
    probabilities: Sequence[npt.NDArray[np.float64]], codes: Sequence[Array]
) -> npt.NDArray[np.float64]:
    """Return the log probability of goals, ``(rows,)``, nats.

    Parameters
    ----------
    probabilities : sequence of ndarray, (rows, goals)
        Of each factor, from `decode`.
    codes : sequence of ndarray, (rows, goals)
        Of each of these factors.

    Examples
    --------
    >>> log_probability([np.array([[0.5, 0.5]])], [np.array([[1.0, 0.0]])]).round(4).tolist()
    [-0.6931]
    """
    pairs = zip(probabilities, codes, strict=True)
    each = [(code * np.log(np.maximum(p, FLOOR))).sum(axis=1) for p, code in pairs]
    return np.asarray(np.sum(each, axis=0))
