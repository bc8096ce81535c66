"""The recognition of one hidden unit of a cascade."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from neurohm.learning.cascade.expectation import Learner
from neurohm.learning.cascade.network import CascadeNetwork, Matrix, mean_of

_CERTAIN = 1e-3  # weight of a row whose state is certain


def recognise_as(network: CascadeNetwork, learner: Learner, log_odds: Matrix) -> CascadeNetwork:
    """Return the network whose recognition of a unit is its posterior, as far as that is linear.

    The log-odds are linear in the counts, with the generative weights: r_i = g_i. The rest depends
    on the states of the other units. It is linear in that of a single one; of several it is fitted
    by least squares, best where the posterior is uncertain.

    Parameters
    ----------
    network : CascadeNetwork
    learner : Learner
        Of the unit.
    log_odds : ndarray, (n_rows,)
        Of the unit's being on, the states of the others given.
    """
    unit = learner.unit
    rest = log_odds - learner.x @ network.weights[unit]
    q = mean_of("bernoulli", log_odds)
    weight = np.sqrt(q * (1 - q) + _CERTAIN)
    earlier = np.column_stack([learner.states[:, :unit], np.ones(len(q))])
    solution = np.linalg.lstsq(earlier * weight[:, None], rest * weight, rcond=None)[0]
    recognition, lateral, bias = (
        array.copy()
        for array in (network.recognition, network.hidden_recognition, network.recognition_bias)
    )
    recognition[:, unit] = network.weights[unit]
    lateral[:unit, unit], bias[unit] = solution[:-1], solution[-1]
    return replace(
        network, recognition=recognition, hidden_recognition=lateral, recognition_bias=bias
    )
