"""A cascade as a machine, and back."""

from __future__ import annotations

import numpy as np

from neurohm.exceptions import InputError
from neurohm.learning.cascade.network import CascadeNetwork
from neurohm.machine import HelmholtzMachine, Zeros, cascade
from neurohm.populations import POPULATIONS


def cascade_machine(network: CascadeNetwork) -> HelmholtzMachine:
    """Return the machine that a cascade is: each hidden unit a population of its own.

    Parameters
    ----------
    network : CascadeNetwork

    Returns
    -------
    HelmholtzMachine
        In double precision. Its recognition draws states, where that of the cascade is on or off.

    Examples
    --------
    >>> cascade_machine(CascadeNetwork.of_rates("poisson", np.zeros(3)).with_unit())
    HelmholtzMachine(3 poisson - 1)
    """
    visible = POPULATIONS[network.observation](len(network.bias))
    machine = HelmholtzMachine(
        [visible, *[1] * network.n_hidden],
        edges=cascade(1 + network.n_hidden),
        initial=Zeros(),
        dtype="float64",
    )
    generative, recognition = machine.generative, machine.recognition
    generative.biases[0].weights[:] = network.bias
    for unit, bias in enumerate(network.hidden_bias, 1):
        generative.biases[unit].weights[:] = bias
        recognition.biases[unit].weights[:] = network.recognition_bias[unit - 1]
    for p in generative.projections:
        onto = network.hidden_weights[:, [p.target - 1]] if p.target else network.weights
        p.weights[:] = onto[p.source - 1]
    for p in recognition.projections:
        lateral = network.hidden_recognition[[p.source - 1]]
        p.weights[:] = (lateral if p.source else network.recognition)[:, [p.target - 1]]
    return machine


def cascade_network(machine: HelmholtzMachine) -> CascadeNetwork:
    """Return the cascade that a machine is.

    Parameters
    ----------
    machine : HelmholtzMachine

    Returns
    -------
    CascadeNetwork

    Raises
    ------
    InputError
        If the machine is none.

    Examples
    --------
    >>> network = CascadeNetwork.of_rates("poisson", np.zeros(3)).with_unit()
    >>> cascade_network(cascade_machine(network)).n_hidden
    1
    """
    n_hidden = len(machine.populations) - 1
    kind = machine.visible.kind
    if any(size != 1 for size in machine.sizes[1:]) or machine.edges != cascade(1 + n_hidden):
        raise InputError(f"{machine!r}", "a cascade, whose hidden populations are single units")
    host = machine.backend.to_host
    values = {key: np.asarray(host(a), np.float64) for key, a in machine.parameters().items()}
    generative, recognition = machine.generative, machine.recognition
    weights, laterals = np.zeros((n_hidden, machine.sizes[0])), np.zeros((2, n_hidden, n_hidden))
    upward = np.zeros((machine.sizes[0], n_hidden))
    for p in generative.projections:
        if p.target:
            laterals[0, p.source - 1, p.target - 1] = values[p.key][0, 0]
        else:
            weights[p.source - 1] = values[p.key][0]
    for p in recognition.projections:
        if p.source:
            laterals[1, p.source - 1, p.target - 1] = values[p.key][0, 0]
        else:
            upward[:, p.target - 1] = values[p.key][:, 0]
    hidden = range(1, n_hidden + 1)
    prior, recognised = (
        np.array([values[pathway.biases[unit].key][0] for unit in hidden])
        for pathway in (generative, recognition)
    )
    return CascadeNetwork(
        kind, values[generative.biases[0].key], weights, prior, laterals[0], upward, laterals[1],
        recognised,
    )  # fmt: skip
