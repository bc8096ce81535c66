"""The log-likelihood by annealed importance sampling, from recognition to the exact posterior.

Plain importance sampling draws hidden activity from the recognition model and leaves it there.
Here it is moved, unit by unit, towards the posterior, so that a poor recognition model costs steps
instead of accuracy. It is a check of that model, not a score for large data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, Site, as_stream, random_bits
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.likelihood.estimate import LogLikelihood
from neurohm.likelihood.importance import has_hidden
from neurohm.likelihood.keyed import KeyedStream, content_keys
from neurohm.likelihood.rows import FEWEST, as_rows, by_parts, cores, padded
from neurohm.likelihood.units import require_kind
from neurohm.likelihood.weights import Weights, spread_of
from neurohm.machine import HelmholtzMachine, Pathway, Workspace, as_machine
from neurohm.machine.inputs import drive, input_given
from neurohm.machine.passes import recognise
from neurohm.populations import Drive
from neurohm.progress import progress_of

CHAINS = 1024  # moved together, so that what a unit changes stays in the cache


@dataclass(frozen=True, eq=False, repr=False)
class AnnealedLogLikelihood(LogLikelihood):
    """An estimate of log p(x) by annealing; its particles are the chains.

    Parameters
    ----------
    steps : int
        Of each chain, from the recognition model to the posterior.
    """

    steps: int

    def __repr__(self) -> str:
        return f"Annealed{super().__repr__()[:-1]}, steps={self.steps})"


def annealed_log_likelihood(
    machine: HelmholtzMachine,
    x: Any,
    *,
    steps: int = 100,
    chains: int = 16,
    seed: int = 0,
    progress: bool = True,
) -> AnnealedLogLikelihood:
    """Estimate log p(x) of each row by annealed importance sampling.

    Parameters
    ----------
    machine : HelmholtzMachine
        Its hidden populations Bernoulli; any visible one.
    x : array_like or sparse matrix, (rows, visible units)
    steps : int
        Temperatures between the recognition model and the posterior. A step visits every hidden
        unit once.
    chains : int
        For each row.
    seed : int
    progress : bool
        Whether a score of more than two seconds shows a bar, where stderr is a terminal.

    Returns
    -------
    AnnealedLogLikelihood
        exp(value) is an unbiased estimate of p(x) for any number of steps, so that the value is on
        average below log p(x). Its standard error is that of the spread over the chains: small
        only once the steps are enough. The noise of a row is keyed by its content and the seed.

    Raises
    ------
    InputError
        If the data do not fit, a hidden population is not Bernoulli, or a number is below 1.

    Notes
    -----
    With f_b(h) = q(h | x)^(1 - b) p(x, h)^b and 0 = b_0 < ... < b_T = 1, evenly spaced, a chain
    begins at h_0 ~ q(h | x). Step t adds (b_t - b_(t-1)) (log p(x, h) - log q(h | x)) to its
    log-weight, then moves h by transitions that leave f_(b_t) invariant: units are visited in
    turn, and each changes its state with probability min(1, f_b(changed) / f_b(now)). In a directed
    net the units of a layer are dependent given their neighbours, so none is moved with another.
    With one step it is importance sampling from the recognition model.

    References
    ----------
    Neal (2001). Annealed importance sampling. Statistics and Computing 11:125.
    https://doi.org/10.1023/A:1008923215028

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3, 2], seed=0)
    >>> machine.recognition.biases[1].weights[...] = -5  # a poor recognition model
    >>> estimate = nh.annealed_log_likelihood(machine, np.eye(4), steps=50, chains=50)
    >>> exact = nh.exact_log_likelihood(machine, np.eye(4))
    >>> bool(np.all(np.abs(estimate.value - exact) < 5 * estimate.standard_error))
    True
    """
    steps, chains = whole_number("steps", steps), whole_number("chains", chains)
    machine = _movable(as_machine(machine))
    seed, x = as_stream(seed).seed, as_rows(x)
    rows, threads = x.shape[0], cores()
    share = max(1, min(CHAINS // chains, -(-rows // threads)))

    def estimate(part: slice) -> Array:
        data = machine.as_activity(x[part])
        kept = data.shape[0]
        data = padded(data, -(-FEWEST // chains))
        sums = Weights(data.shape[0])
        sums.add(_anneal(machine, data, content_keys(data, seed), steps, chains))
        done.advance(kept)
        return np.stack(sums.result(chains))[:, :kept]

    with progress_of(rows, "scoring", "rows", shown=progress) as done:
        value, effective = by_parts(estimate, rows, share, threads)
    kind = "annealed" if has_hidden(machine) else "exact"
    error = spread_of(effective, chains) if has_hidden(machine) else np.zeros(rows)
    return AnnealedLogLikelihood(value, error, effective, chains, kind, steps)


def _movable(machine: HelmholtzMachine) -> HelmholtzMachine:
    """Return the machine on the CPU, if its units can be moved one by one."""
    visible, instead = machine.visible, "estimate with log_likelihood instead"
    if visible.inner_size:
        raise InputError(
            f"annealing under visible units of kind {visible.kind!r}",
            "units without a second compartment",
            instead,
        )
    for pathway in (machine.generative, machine.recognition):
        for target in machine.recognition.order:
            require_kind(pathway, target, ("bernoulli",), "annealing", instead)
    return machine.on("cpu")


def _anneal(
    machine: HelmholtzMachine, x: Array, keys: Array, steps: int, chains: int
) -> npt.NDArray[np.float64]:
    """Return the log-weight of each chain, (rows, chains)."""
    stream = KeyedStream(keys, np.zeros(2, np.uint32), chains)
    begun = recognise(machine, x, stream, Site.SCORE, chains)
    states = [begun.dense(i) for i in range(len(begun.states))]
    hidden = _Hidden(machine, states, x.shape[0] * chains)
    log_weights = np.zeros(x.shape[0] * chains)
    for step in range(1, steps + 1):
        hidden.look()
        log_weights += hidden.log_ratio() / steps
        if step == steps:
            break
        stream.clock[0] = step
        for layer in machine.recognition.order:
            draws = stream.at(Site.SCORE.of(layer))
            bits = random_bits(draws, hidden.rows, machine.sizes[layer])
            hidden.visit(layer, step / steps, np.log((bits + 0.5) * 2.0**-32))
    return log_weights.reshape(-1, chains)


class _Driven:
    """A population as one pathway drives it: its drive, and how probable its activity is."""

    def __init__(self, machine: HelmholtzMachine, pathway: Pathway, target: int, rows: int) -> None:
        self.machine, self.pathway, self.target = machine, pathway, target
        self.total = np.zeros(rows)
        self.drive = np.zeros((1, machine.sizes[target]), machine.dtype)
        self._work = Workspace(machine.backend)

    def look(self, states: list[Array]) -> None:
        """Compute the drive and the log-probability anew."""
        brought = drive(self.machine, self.pathway, self.target, states, self._work, Site.SCORE)
        self.drive = brought.soma
        self.settle(states)

    def settle(self, states: list[Array]) -> None:
        """Compute the log-probability anew, after the population itself has changed."""
        self.total = self.log_probability(self.drive, states)

    def log_probability(self, a: Array, states: list[Array]) -> npt.NDArray[np.float64]:
        """Return the log-probability of the activity if it were driven so, (rows,)."""
        total, values = np.zeros(self.total.shape), states[self.target]
        given = input_given(
            self.machine, self.pathway, self.target, Drive(a), values, self._work, Site.SCORE
        )
        population = self.pathway.populations[self.target]
        population.log_probability(self.machine.kernels, given, values, total)
        return total

    def logit(self, rows: int) -> Array:
        """Return how the odds of Bernoulli units lie, (rows, units)."""
        logit = self.drive + self.pathway.biases[self.target].weights
        return logit.repeat(rows // logit.shape[0], axis=0)


class _Hidden:
    """Hidden activity of many chains, and what both pathways make of it."""

    def __init__(self, machine: HelmholtzMachine, states: list[Array], rows: int) -> None:
        self.machine, self.states, self.rows = machine, states, rows
        self.generative, self.recognition = (
            {target: _Driven(machine, pathway, target, rows) for target in pathway.order}
            for pathway in (machine.generative, machine.recognition)
        )

    def look(self) -> None:
        """Compute all drives and log-probabilities anew."""
        for driven in (*self.generative.values(), *self.recognition.values()):
            driven.look(self.states)

    def log_ratio(self) -> npt.NDArray[np.float64]:
        """Return log p(x, h) - log q(h | x) of each chain (nats)."""
        log_joint = sum((d.total for d in self.generative.values()), np.zeros(self.rows))
        return sum((-d.total for d in self.recognition.values()), log_joint)

    def visit(self, layer: int, beta: float, log_uniform: npt.NDArray[np.float64]) -> None:
        """Let each unit of a layer in turn change its state, or keep it, at a temperature."""
        state = self.states[layer]
        pathways = ((beta, self.generative), (1 - beta, self.recognition))
        prior, recognised = (part * own[layer].logit(self.rows) for part, own in pathways)
        logit = prior + recognised
        outputs = [
            (part, driven[p.target], p.weights)
            for part, driven in pathways
            for d in driven.values()
            for p in d.pathway.afferents(d.target)
            if p.source == layer
        ]
        for unit in range(state.shape[1]):
            turn = 1 - 2 * state[:, unit]  # +1 where it would begin to fire
            gain, changed = (turn * logit[:, unit]).astype(np.float64), []
            for part, driven, weights in outputs:
                a = driven.drive + turn[:, None] * weights[unit]
                total = driven.log_probability(a, self.states)
                gain += part * (total - driven.total)
                changed.append((driven, a, total))
            moved = log_uniform[:, unit] < gain
            state[moved, unit] += turn[moved]
            for driven, a, total in changed:
                np.copyto(driven.drive, a, where=moved[:, None])
                np.copyto(driven.total, total, where=moved)
        for _, own in pathways:
            own[layer].settle(self.states)
