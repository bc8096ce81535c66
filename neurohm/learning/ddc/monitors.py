"""How well regressions predict dreams that they were not fitted to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.learning.ddc.gradient import terms_of
from neurohm.learning.ddc.recognition import Recognition
from neurohm.learning.ddc.window import DreamWindow
from neurohm.machine import HelmholtzMachine
from neurohm.populations import DRIVE

Matrix = npt.NDArray[np.float64]

# Read-outs of a layer that are looked at, of all pairs of units.
SYNAPSES = 16


def readout_r_squared(
    machine: HelmholtzMachine, recognition: Recognition, window: DreamWindow
) -> dict[str, float]:
    """Return the held-out R^2 of each map in sleep, by a name for the history.

    Parameters
    ----------
    machine : HelmholtzMachine
    recognition : Recognition
    window : DreamWindow
        The dreams that it was fitted to, each left out in turn.

    Returns
    -------
    dict of str to float
        ``"r_squared of hidden1"``: from the code below to its code; ``"... of visible predicted"``
        and ``"... of hidden1 observed"``: read-outs for the synapses onto a population.
    """
    names, codes = [p.name for p in machine.populations], window.codes
    found = {}
    for layer in range(len(codes) - 1):
        value = recognition.r_squared(layer, codes[layer + 1], recognition.maps[layer])
        found[f"r_squared of {names[layer + 1]}"] = value
    for layer in range(len(codes) - 1):
        term = terms_of(machine, layer, window.states)[DRIVE]
        above = window.states[layer + 1]
        predicted = _some(above, term.expected)
        found[f"r_squared of {names[layer]} predicted"] = recognition.r_squared(
            layer + 1, predicted
        )
        if layer:
            observed = _some(above, term.observed(window.states[layer].astype(np.float64)))
            found[f"r_squared of {names[layer]} observed"] = recognition.r_squared(layer, observed)
    return found


def _some(above: npt.NDArray[np.floating], below: Matrix) -> Matrix:
    """Return products of some pairs of units, spread evenly over all."""
    pairs = above.shape[1] * below.shape[1]
    chosen = np.unique(np.linspace(0, pairs - 1, min(pairs, SYNAPSES)).astype(np.int64))
    sources, targets = np.divmod(chosen, below.shape[1])
    return np.asarray(above[:, sources] * below[:, targets])
