"""Active sampling: the world says which dreams are well formed, and the machine learns from that.

The idea, a Helmholtz machine that lowers its free energy by changing its data as well as its model,
is that of Liu (2023), of whose paper the abstract and whose public notebooks could be read. The
unlearning of rejected dreams and acceptance by free energy are this package's own formulation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Array, MovingStream, RandomStream, Site, uniform
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import ArgumentTypeError, InputError, NumericalError
from neurohm.learning.base import LearningRule
from neurohm.learning.wrapped import WrappedRule
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Stream,
    ThirdFactor,
    Updates,
    Workspace,
    dream,
    log_joint,
    predict,
    recognise,
    teach,
)

SIGNAL = "rejection by the world"
SLEEPS = ("every", "accepted")


@runtime_checkable
class World(Protocol):
    """What is well formed."""

    def accepts(self, x: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Return which rows are accepted, ``(rows,)``."""


@dataclass(frozen=True, eq=False)
class JudgedDreams(Activity):
    """Dreams, and which of them the world accepted.

    Parameters
    ----------
    states, log_probability, drives
        See `Activity`.
    verdict : ndarray, (rows,)
        1 where the world accepted a dream, else 0.
    """

    verdict: Array

    @property
    def accepted(self) -> npt.NDArray[np.bool_]:
        """Which dreams the world accepted, ``(rows,)``."""
        return np.asarray(self.verdict != 0, dtype=bool)


@dataclass(frozen=True)
class ActiveSampling(WrappedRule):
    """Any rule, in a world that says of each dream whether it is well formed: W(d) = 1 or 0.

    What the plain rule learns, awake and asleep, stays. Beside it, each generative synapse undoes
    what produced a rejected dream, by ``unlearning``, u, times the wake update with the dream's own
    activity:

    - dW = -u (1 - W(d)) d_above^T (d_below - prediction).

    Since the dreams d are the machine's own, this is an unbiased estimate of the gradient of u
    times the probability that a dream is accepted: sum_d (1 - W) p grad log p = -grad sum_d W p.
    One bit is broadcast to all synapses. Without unlearning it is the plain rule, to the bit.

    With ``sleep_on="accepted"`` recognition learns only from dreams that were accepted, as in the
    source, for which it is dreamt on until there are as many as there are samples.

    Parameters
    ----------
    dreams_per_sample : int
        That of the plain rule.
    world : World
        Its ``accepts(x)`` says of each row whether it is accepted.
    plain : LearningRule or str
    unlearning : float
        u, at least 0. The higher, the fewer dreams are rejected and the less varied they are.
    sleep_on : {"every", "accepted"}
        Dreams that recognition learns from. With ``"accepted"`` there is no unlearning.
    beta : float
        A dream of free energy F that is well formed is accepted with probability
        min(1, exp(-beta (F - ``free_energy``))) only: with beta above 0 the machine prefers what
        does not surprise it. F is estimated with one draw of recognition.
    free_energy : float, optional
        In nats; by default that of a guess at random, ln 2 for each visible unit.
    tries : int
        Dreams for each sample after which a world that accepts none is given up.

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting makes no sense.
    NumericalError
        In learning, with ``sleep_on="accepted"``, if the world accepts too few dreams.

    References
    ----------
    Liu (2023). A neural network implementation for free energy principle. arXiv:2306.06792 (the
    idea; abstract and notebooks).

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> world = nh.agents.RhythmWorld(10)
    >>> rule = nh.ActiveSampling(world=world, unlearning=3.0)
    >>> machine = nh.HelmholtzMachine([10, 4], seed=0)
    >>> nh.train(machine, world.patterns(), rule=rule, epochs=2, batch_size=16).history
    History(2 epochs of bound, epoch)
    """

    world: World | None = None
    unlearning: float = 0.0
    sleep_on: str = "every"
    beta: float = 0.0
    free_energy: float | None = None
    tries: int = 10_000

    name: ClassVar[str] = "active-sampling"
    default_plasticity: ClassVar[str] = "delta"
    recordable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not callable(getattr(self.world, "accepts", None)):
            raise ArgumentTypeError(
                f"world {self.world!r}",
                "an object whose accepts(x) says which rows are well formed",
                "e.g. world=nh.agents.RhythmWorld(10), or nh.agents.Support(data)",
            )
        plain = _as_plain(self.plain)
        fixed = {
            "plain": plain,
            "dreams_per_sample": plain.dreams_per_sample,
            "unlearning": real_number("unlearning", self.unlearning, least=0),
            "beta": real_number("beta", self.beta),
            "free_energy": None
            if self.free_energy is None
            else real_number("free_energy", self.free_energy),
            "tries": whole_number("tries", self.tries),
        }
        for name, value in fixed.items():
            object.__setattr__(self, name, value)
        if self.sleep_on not in SLEEPS:
            raise InputError(f"sleep_on {self.sleep_on!r}", " or ".join(map(repr, SLEEPS)))
        if self.unlearning and self.sleep_on == "accepted":
            raise InputError(
                "unlearning of rejected dreams, with sleep on accepted ones alone",
                "sleep_on='every', or unlearning=0",
            )

    @property
    def can_be_recorded(self) -> bool:
        """Whether the world's answers are a table, and the plain rule does no more than kernels."""
        plain = bool(vars(type(self.plain)).get("recordable", False))
        return plain and self.sleep_on == "every" and not self.beta and self._table() is not None

    def at(self, epoch: int) -> LearningRule:
        """Return the rule of an epoch."""
        plain = self.plain.at(epoch)
        return self if plain is self.plain else replace(self, plain=plain)

    def scheduled(self, epoch: int) -> dict[str, float]:
        """Return what the plain rule schedules."""
        return self.plain.scheduled(epoch)

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        own = ("dreams_per_sample", "unlearning", "sleep_on", "beta", "free_energy", "tries")
        described = getattr(self.world, "settings", None)
        world = described() if callable(described) else repr(self.world)
        plain = {"rule": self.plain.name, **self.plain.settings()}
        return {"world": world, "plain": plain, **{name: getattr(self, name) for name in own}}

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
    ) -> Activity | None:
        """Return dreams that the world has judged."""
        if self.sleep_on == "accepted":
            return self._accepted(machine, samples * self.dreams_per_sample, stream)
        dreams = super().sleep(machine, samples, stream, work)
        if dreams is None:
            dreams = dream(machine, samples, stream, Site.SLEEP, work=work)
        if not self.can_be_recorded:
            verdict = machine.backend.asarray(self.judge(machine, dreams, stream), machine.dtype)
            return JudgedDreams(dreams.states, None, {}, verdict)
        work = work or Workspace(machine.backend)
        verdict = work.array("verdict", (dreams.rows,), machine.dtype)
        table = machine.backend.asarray(self._table(), machine.dtype)
        machine.kernels.weights.look_up(dreams.dense(), table, verdict)
        return JudgedDreams(dreams.states, None, {}, verdict)

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return what the plain rule learns asleep, and what rejected dreams unteach."""
        updates = super().sleep_updates(machine, sleep, work)
        if not self.unlearning or not isinstance(sleep, JudgedDreams):
            return updates
        work = work or Workspace(machine.backend)
        gain = work.array("rejection", (sleep.rows,), machine.dtype)
        machine.kernels.weights.advantage(sleep.verdict, 1.0, gain)
        rejection, scale = ThirdFactor(gain, SIGNAL), self.unlearning / sleep.rows
        dreamt = Activity(sleep.states, None, {})
        for target in machine.generative.order:
            prediction = predict(
                machine, machine.generative, target, dreamt, work=work, label=Site.SLEEP
            )
            updates += teach(machine, prediction, scale, rejection, phase="sleep", work=work)
        return updates

    def _table(self) -> npt.NDArray[np.float32] | None:
        """Return what the world says of all states of its bits, where it can list them."""
        table = getattr(self.world, "table", None)
        found: npt.NDArray[np.float32] | None = table() if callable(table) else None
        return found

    def judge(
        self, machine: HelmholtzMachine, dreams: Activity, stream: Stream
    ) -> npt.NDArray[np.bool_]:
        """Return which dreams are accepted, ``(rows,)``."""
        assert self.world is not None
        x = dreams.dense()
        accepted = np.asarray(self.world.accepts(machine.backend.to_host(x)), dtype=bool)
        if accepted.shape != (x.shape[0],):
            raise InputError(
                f"a world that answers with shape {accepted.shape} to {x.shape[0]} rows",
                "one answer, True or False, for each row",
            )
        if self.beta:
            accepted &= self._dares(machine, x, stream)
        return accepted

    def _dares(self, machine: HelmholtzMachine, x: Array, stream: Stream) -> npt.NDArray[np.bool_]:
        """Return which dreams the machine takes for their free energy, by the toss of a coin."""
        usual = math.log(2) * machine.visible.size
        reference = usual if self.free_energy is None else self.free_energy
        excess = free_energy(machine, x, stream) - reference
        coins = uniform(stream.at(Site.ACCEPT.of()), len(excess), 1)[:, 0]
        return np.asarray(np.log(np.maximum(coins, 1e-30)) < -self.beta * excess)

    def _accepted(self, machine: HelmholtzMachine, wanted: int, stream: Stream) -> JudgedDreams:
        """Dream until so many dreams were accepted; the first ones are taken."""
        clock = np.array(stream.at(Site.SLEEP.of()).clock)
        keys = stream.at(Site.SLEEP.of()).keys
        share = max(10, wanted)
        found: list[list[Array]] = []
        while _rows(found) < wanted:
            if clock[1] >= self.tries * wanted:
                raise NumericalError(
                    f"a world that accepted {_rows(found)} of {clock[1]} "
                    f"dreams where {wanted} are to be accepted",
                    f"at least one in {self.tries}",
                    "let the machine learn more examples first, or raise tries",
                )
            part = MovingStream(keys, clock)
            dreams = dream(machine, share, part)
            chosen = np.flatnonzero(self.judge(machine, dreams, part))
            found.append([dreams.dense(i)[chosen] for i in range(len(dreams.states))])
            clock = clock + np.array([0, share], np.uint32)
        states: list[Activations] = [
            machine.backend.asarray(np.concatenate(parts)[:wanted], machine.dtype)
            for parts in zip(*found, strict=True)
        ]
        verdict = machine.backend.asarray(np.ones(wanted), machine.dtype)
        return JudgedDreams(states, None, {}, verdict)


def free_energy(
    machine: HelmholtzMachine, x: Array, stream: Stream | None = None
) -> npt.NDArray[np.float64]:
    """Estimate the free energy of each row with one draw of recognition.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : ndarray, (rows, visible units)
    stream : RandomStream, optional

    Returns
    -------
    ndarray of float64, (rows,)
        log q(h | x) - log p(x, h), nats.
    """
    stream = RandomStream(0) if stream is None else stream
    drawn = recognise(machine, x, stream, Site.ACCEPT, scored=True)
    assert drawn.log_probability is not None
    result = drawn.log_probability - log_joint(machine, drawn.states)
    return np.asarray(machine.backend.to_host(result), dtype=np.float64)


def _rows(parts: list[list[Array]]) -> int:
    """Return how many dreams there are in all parts."""
    return int(sum(part[0].shape[0] for part in parts))


def _as_plain(given: Any) -> LearningRule:
    """Return the rule that active sampling is built round."""
    from neurohm.learning.registry import as_rule

    rule = as_rule(**given) if isinstance(given, Mapping) else as_rule(given)
    if isinstance(rule, ActiveSampling):
        raise ArgumentTypeError(f"plain rule {rule!r}", "a rule that does not sample actively")
    return rule
