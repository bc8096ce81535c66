"""Exact likelihoods of small machines, by listing the states of their hidden units.

A chain of layers is summed layer by layer, at a cost of sum_l S_l S_(l+1) for S_l states of layer l
(2^n of n binary units); any other graph by listing all joint hidden states.
"""

from __future__ import annotations

from math import log2, prod

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp, softmax

from neurohm.backend import Array
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, Workspace, as_machine, chain
from neurohm.machine.passes import add_log_probability, log_joint, log_recognition
from neurohm.populations import all_states as all_states

LARGEST = 22
_ROWS = 1 << 14


def exact_log_likelihood(machine: HelmholtzMachine, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return log p(x) of each row, summed over all hidden states in double precision.

    Parameters
    ----------
    machine : HelmholtzMachine
        Hidden populations binary or categorical; in a chain, at most 2**22 states of two
        neighbouring hidden layers (22 binary units), else at most as many of all of them.
    x : array_like, (rows, visible units)

    Returns
    -------
    ndarray of float64, (rows,)
        Nats.

    Raises
    ------
    InputError, ArgumentTypeError
        If there are too many states, or infinitely many; if it is no machine.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([3, 2], seed=0)
    >>> log_p = nh.exact_log_likelihood(machine, all_states(3))
    >>> bool(np.isclose(np.exp(log_p).sum(), 1))
    True
    """
    double = _listable(machine)
    data = double.as_activity(x)
    if double.edges == chain(len(double.populations)):
        return _chain_log_likelihood(double, data)
    states = _hidden_states(double)
    return np.array([logsumexp(log_joint(double, [row[None], *states])) for row in data])


def exact_posterior(
    machine: HelmholtzMachine, x: npt.ArrayLike
) -> tuple[list[Array], npt.NDArray[np.float64]]:
    """Return all joint hidden states and their log-posterior given each row.

    Parameters
    ----------
    machine : HelmholtzMachine
        At most 2**22 joint hidden states, those of 22 binary units.
    x : array_like, (rows, visible units)

    Returns
    -------
    states : list of ndarray, (n_states, units)
        One array a hidden population.
    log_posterior : ndarray of float64, (rows, n_states)
    """
    double = _listable(machine)
    states = _hidden_states(double)
    joint = np.stack([log_joint(double, [row[None], *states]) for row in double.as_activity(x)])
    return states, joint - logsumexp(joint, axis=1, keepdims=True)


def exact_posterior_means(machine: HelmholtzMachine, x: npt.ArrayLike) -> list[Array]:
    """Return how probable it is that each hidden unit is active, given each row.

    Parameters
    ----------
    machine : HelmholtzMachine
        At most 2**22 joint hidden states, those of 22 binary units.
    x : array_like, (rows, visible units)

    Returns
    -------
    list of ndarray of float64, (rows, units)
        p(h_k = 1 | x), one array a hidden population.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([3, 2, 1], seed=0)
    >>> [mean.shape for mean in exact_posterior_means(machine, all_states(3))]
    [(8, 2), (8, 1)]
    """
    double = _listable(machine)
    states = _hidden_states(double)
    data = double.as_activity(x)
    means = [np.empty((len(data), part.shape[1])) for part in states]
    for i, row in enumerate(data):
        posterior = softmax(log_joint(double, [row[None], *states]))
        for mean, part in zip(means, states, strict=True):
            mean[i] = posterior @ part
    return means


def exact_recognition_gap(machine: HelmholtzMachine, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return how far recognition is from the exact posterior, KL(q(h|x) || p(h|x)) of each row.

    It is what the free energy exceeds -log p(x) by: zero where recognition is exact.

    Parameters
    ----------
    machine : HelmholtzMachine
        At most 2**22 joint hidden states, those of 22 binary units.
    x : array_like, (rows, visible units)

    Returns
    -------
    ndarray of float64, (rows,)
        Nats.

    References
    ----------
    Dayan, Hinton, Neal, Zemel (1995). The Helmholtz machine. Neural Computation 7:889.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine, x = nh.HelmholtzMachine([3, 2], seed=0), all_states(3)
    >>> excess = exact_free_energy(machine, x) + exact_log_likelihood(machine, x)
    >>> bool(np.allclose(exact_recognition_gap(machine, x), excess))
    True
    """
    double = _listable(machine)
    states = _hidden_states(double)
    gap = []
    for row in double.as_activity(x):
        log_q = log_recognition(double, [row[None], *states])
        joint = log_joint(double, [row[None], *states])
        gap.append(np.exp(log_q) @ (log_q - joint) + logsumexp(joint))
    return np.array(gap)


def exact_free_energy(machine: HelmholtzMachine, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the Helmholtz free energy of each row, E_q[log q(h|x) - log p(x, h)].

    It exceeds -log p(x) by the divergence of the recognition model from the posterior.

    Parameters
    ----------
    machine : HelmholtzMachine
        At most 2**22 joint hidden states, those of 22 binary units.
    x : array_like, (rows, visible units)

    Returns
    -------
    ndarray of float64, (rows,)
        Nats.

    References
    ----------
    Dayan, Hinton, Neal, Zemel (1995). The Helmholtz machine. Neural Computation 7:889, eq. 3.
    """
    double = _listable(machine)
    states = _hidden_states(double)
    energy = []
    for row in double.as_activity(x):
        log_q = log_recognition(double, [row[None], *states])
        energy.append(np.exp(log_q) @ (log_q - log_joint(double, [row[None], *states])))
    return np.array(energy)


def exact_divergence(
    machine: HelmholtzMachine, patterns: npt.ArrayLike, probabilities: npt.ArrayLike
) -> float:
    """Return the divergence of the model from a known distribution of data, in bits.

    Parameters
    ----------
    machine : HelmholtzMachine
    patterns : array_like, (n_patterns, visible units)
        Distinct.
    probabilities : array_like, (n_patterns,)
        Positive, with sum 1.

    Returns
    -------
    float
        KL(data || model), bits.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    return float(p @ (np.log(p) - exact_log_likelihood(machine, patterns)) / np.log(2))


def _listable(machine: HelmholtzMachine) -> HelmholtzMachine:
    """Return the machine in double precision, if its states can be listed."""
    hidden = as_machine(machine).populations[1:]
    counts = [p.n_states for p in hidden if p.n_states is not None]
    if len(counts) < len(hidden):
        kinds = {p.kind for p in hidden if p.n_states is None}
        raise InputError(
            f"hidden populations of kind {sorted(kinds)}",
            "binary or categorical ones, whose states can be listed",
            "estimate with log_likelihood instead",
        )
    is_chain = machine.edges == chain(len(machine.populations))
    pairs = [prod(counts[i : i + 2]) for i in range(max(1, len(counts) - 1))]
    most = max(pairs) if is_chain else prod(counts)
    if most > 1 << LARGEST:
        raise InputError(
            f"2**{log2(most):.3g} hidden states to list",
            f"at most 2**{LARGEST}",
            "estimate with log_likelihood instead",
        )
    return machine.on("cpu").copy("float64")


def _hidden_states(machine: HelmholtzMachine) -> list[Array]:
    """Return all joint states of the hidden populations, one array each."""
    hidden = machine.populations[1:]
    if prod(p.n_states or 0 for p in hidden) > 1 << LARGEST:
        raise InputError(
            f"{sum(machine.sizes[1:])} hidden units",
            f"at most 2**{LARGEST} joint states ({LARGEST} binary units), to list all",
        )
    if not hidden:
        return []
    tables = [p.states() for p in hidden]
    places = np.indices([len(table) for table in tables]).reshape(len(tables), -1)
    return [table[place] for table, place in zip(tables, places, strict=True)]


def _chain_log_likelihood(machine: HelmholtzMachine, x: Array) -> npt.NDArray[np.float64]:
    """Return log p(x) of each row, summed from the top."""
    log_p, above = np.zeros(1), np.zeros((1, 0))
    for layer in range(len(machine.populations) - 1, -1, -1):
        below = machine.populations[layer].states() if layer else x
        log_p, above = log_mixture(machine, layer, below, above, log_p), below
    return log_p


def log_mixture(
    machine: HelmholtzMachine,
    layer: int,
    below: Array,
    above: Array,
    log_above: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return log sum_h' exp(A(h') + log p(h | h')) of states h of a layer of a chain.

    Parameters
    ----------
    machine : HelmholtzMachine
    layer : int
    below : ndarray, (rows, units of the layer)
    above : ndarray, (n_states, units of the layer above)
    log_above : ndarray of float64, (n_states,)
        A(h'), nats.

    Returns
    -------
    ndarray of float64, (rows,)
        Nats.

    Examples
    --------
    >>> machine, nothing = HelmholtzMachine([3], dtype="float64"), np.zeros((1, 0))
    >>> log_mixture(machine, 0, all_states(3), nothing, np.zeros(1)).round(4).tolist()[:2]
    [-2.0794, -2.0794]
    """
    result = np.empty(below.shape[0])
    states = [below] * len(machine.populations)
    work = Workspace(machine.backend)
    share = max(1, _ROWS // above.shape[0])
    for first in range(0, below.shape[0], share):
        part = below[first : first + share]
        states[layer] = part
        if layer + 1 < len(states):
            states[layer + 1] = np.tile(above, (part.shape[0], 1))
        total = work.zeros("total", (part.shape[0] * above.shape[0],), "float64")
        add_log_probability(machine, machine.generative, layer, states, total, work)
        table = total.reshape(part.shape[0], -1)
        result[first : first + share] = logsumexp(table + log_above, axis=1)
    return result
