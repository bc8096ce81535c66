"""The cascade rule: one candidate unit learns by local gradients, all earlier ones being frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from neurohm.backend import Activations, Array, Site
from neurohm.exceptions import InputError
from neurohm.learning.base import LearningRule
from neurohm.machine import (
    Activity,
    Afferent,
    HelmholtzMachine,
    LocalUpdate,
    Stream,
    ThirdFactor,
    Updates,
    Workspace,
    predict,
    zero_total,
)
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.projection import Projection
from neurohm.machine.updates import NEURON_LOCAL
from neurohm.populations import Bernoulli

SIGNAL = "evidence of the unit's targets less its own"


@dataclass(frozen=True)
class Cascade(LearningRule):
    """The rule by which the last unit of a cascade learns, while all earlier ones stay.

    Earlier units are on where what they receive is positive. The last one, the candidate, is on
    with probability q = sigmoid(y), y being what its recognition synapses bring. With Delta the
    log-odds that its targets and its prior give, log p(x, s, on) - log p(x, s, off), it climbs
    L = E_q[log p(x, s)] + H(q):

    - generative: dg_i = q (s_i - mean_i when it is on);
      biases: db_i = s_i - E_q[mean_i], and q - sigmoid(b) of its own;
    - recognition: dr_i = q (1 - q) (Delta - y) s_i.

    Nothing is dreamt. What is watched as the ``bound`` is L. `neurohm.SpikeCascade` grows whole
    cascades, by expectation maximisation of the same L.

    Parameters
    ----------
    dreams_per_sample : int
        1; nothing is dreamt.
    entropy : bool
        Whether H(q) belongs to L. Without it L is the cost of one state, and Delta - y becomes
        Delta.

    References
    ----------
    de Sa, deCharms, Merzenich (1998). Using Helmholtz machines to analyze multi-channel neuronal
    recordings. NIPS 10:131.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> edges = nh.machine.cascade(3)
    >>> machine = nh.HelmholtzMachine([nh.Poisson(4), 1, 1], edges=edges, seed=0)
    >>> nh.train(machine, np.eye(4), rule="cascade", epochs=2).history
    History(2 epochs of bound, epoch)
    """

    entropy: bool = True

    recordable: ClassVar[bool] = False
    name: ClassVar[str] = "cascade"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.dreams_per_sample != 1:
            raise InputError(
                f"dreams_per_sample {self.dreams_per_sample} of the cascade rule",
                "1, since it does not dream",
            )

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Activity:
        """Return the states of earlier units, and the probability of the candidate's being on."""
        candidate = _candidate(machine)
        states: list[Activations] = [x] * len(machine.populations)
        for target in machine.recognition.order:
            probability = _mean(machine, target, states)
            on = (probability > 0.5).astype(machine.dtype)
            states[target] = probability if target == candidate else on
        return Activity(states, None, {})

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return the updates of the candidate's synapses and of the generative biases, and L."""
        candidate, q = _candidate(machine), wake.dense(-1)
        errors, totals = [], []
        for state in (1.0, 0.0):
            activity = _with_candidate(wake, state)
            total = zero_total(machine, Workspace(machine.backend), "log p(x, s)", wake.rows)
            errors.append(
                {
                    target: predict(
                        machine, machine.generative, target, activity, total=total
                    ).error
                    for target in machine.generative.order
                }
            )
            totals.append(total)
        delta = totals[0] - totals[1]
        updates = _generative(machine, candidate, q, *errors)
        updates += self._recognition(machine, candidate, wake, delta)
        bound = totals[1] + q[:, 0] * delta
        if self.entropy:
            bound = bound + _entropy(machine, wake, candidate)
        return updates + Updates(monitored={"bound": bound.astype("float64")})

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
    ) -> Activity | None:
        """Return none: the candidate does not dream to learn."""
        return None

    def _recognition(
        self, machine: HelmholtzMachine, candidate: int, wake: Activity, delta: Array
    ) -> Updates:
        """Return what the candidate's own input synapses learn."""
        q, afferents = wake.dense(-1), machine.recognition.afferents(candidate)
        if self.entropy:
            delta = delta - _received(machine, candidate, wake)
        gain = ThirdFactor(delta.astype(machine.dtype), SIGNAL, NEURON_LOCAL)
        sources = [Afferent(p, wake.states[p.source]) for p in afferents]
        bias = Afferent(machine.recognition.biases[candidate], None)
        error = q * (1 - q)
        update = LocalUpdate(
            candidate, machine.recognition.name, error, 1 / wake.rows, gain, (*sources, bias)
        )
        return Updates((update,))


def _candidate(machine: HelmholtzMachine) -> int:
    """Return the index of the unit that learns: the last population."""
    last = len(machine.populations) - 1
    hidden = machine.populations[1:]
    alone = last > 0 and machine.sizes[last] == 1 and not machine.generative.afferents(last)
    if not alone or any(type(p) is not Bernoulli for p in hidden):
        raise InputError(
            f"{machine!r} for the cascade rule",
            "Bernoulli hidden units, the last population a single one that nothing drives",
            "build one with edges=nh.machine.cascade(n), or let nh.SpikeCascade grow it",
        )
    return last


def _with_candidate(wake: Activity, state: float) -> Activity:
    """Return the activity with the candidate on or off in every row."""
    return Activity([*wake.states[:-1], 0 * wake.dense(-1) + state], None, {})


def _generative(
    machine: HelmholtzMachine,
    candidate: int,
    q: Array,
    on: dict[int, Array],
    off: dict[int, Array],
) -> Updates:
    """Return what the candidate's output synapses and all generative biases learn."""
    pathway, scale = machine.generative, 1 / q.shape[0]
    updates = Updates()
    for target in pathway.order:
        bias = Afferent(pathway.biases[target], None)
        # of the candidate itself: q (1 - sigmoid(b)) - (1 - q) sigmoid(b) = q - sigmoid(b)
        expected = q * on[target] + (1 - q) * off[target]
        updates += Updates((LocalUpdate(target, pathway.name, expected, scale, None, (bias,)),))
        for projection in _from_candidate(pathway.afferents(target), candidate):
            synapses = (Afferent(projection, q),)
            updates += Updates(
                (LocalUpdate(target, pathway.name, on[target], scale, None, synapses),)
            )
    return updates


def _from_candidate(afferents: tuple[Projection, ...], candidate: int) -> list[Projection]:
    return [p for p in afferents if p.source == candidate]


def _mean(machine: HelmholtzMachine, target: int, states: list[Activations]) -> Array:
    """Return how probable it is that units are on, by what recognition brings them."""
    pathway, work = machine.recognition, Workspace(machine.backend)
    brought = drive(machine, pathway, target, states, work, Site.RECOGNISE)
    out = machine.backend.zeros((states[0].shape[0], machine.sizes[target]), machine.dtype)
    pathway.populations[target].mean(machine.kernels, input_of(pathway, target, brought), out)
    return out


def _received(machine: HelmholtzMachine, candidate: int, wake: Activity) -> Array:
    """Return y, what the recognition synapses bring the candidate, ``(rows,)``."""
    pathway, work = machine.recognition, Workspace(machine.backend)
    soma = drive(machine, pathway, candidate, wake.states, work, Site.RECOGNISE).soma
    received: Array = (soma + pathway.biases[candidate].weights)[:, 0]
    return received


def _entropy(machine: HelmholtzMachine, wake: Activity, candidate: int) -> Array:
    """Return H(q) = -q log q - (1 - q) log(1 - q) of each row, by the log-probabilities of both."""
    pathway, q = machine.recognition, wake.dense(-1)
    entropy: Array = 0 * q[:, 0]
    for state, share in ((1.0, q), (0.0, 1 - q)):
        activity = _with_candidate(wake, state)
        total = zero_total(machine, Workspace(machine.backend), "log q", wake.rows)
        predict(machine, pathway, candidate, activity, total=total)
        entropy = entropy - share[:, 0] * total
    return entropy
