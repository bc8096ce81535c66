"""An agent that acts: it learns from data that it changes with its own dreams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.agents.grasp import Grasp, grasp, require_same_size
from neurohm.agents.pool import AppendedPool, HalvedPool, Pool, ResampledPool, SaliencePool
from neurohm.agents.worlds import BitWorld
from neurohm.backend import RandomStream, Site
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.learning import ActiveSampling, Reweighted
from neurohm.machine import HelmholtzMachine, log_joint, recognise
from neurohm.machine.passes import add_log_probability, zero_total
from neurohm.machine.workspace import Workspace
from neurohm.plasticity import Delta, Plasticity, Signed
from neurohm.training import Callback, History, Progress, train
from neurohm.training.run import Run
from neurohm.training.schedule import Schedule

MODES = ("fixed", "append", "halve", "resample", "salience")


@dataclass(frozen=True, eq=False)
class Acted:
    """What acting in a world gives.

    Parameters
    ----------
    machine : HelmholtzMachine
        The one that was given, changed in place.
    pool : Pool
        The data as they are now.
    history : History
        One entry an epoch, with those of `FreeEnergy`.
    grasp : Grasp
        What the machine dreams in the end.
    """

    machine: HelmholtzMachine
    pool: Pool
    history: History
    grasp: Grasp

    def to_dict(self) -> dict[str, Any]:
        """Return history and measures as plain data."""
        return {"history": self.history.to_dict(), "grasp": self.grasp.to_dict()}


class FreeEnergy(Callback):
    """Watch the free energy of the data and its parts, and what the world says of dreams.

    After every so many epochs the history has, in nats, over the pool as it is then:
    ``free_energy`` = ``complexity`` (KL of recognition from the prior over hidden activity) +
    ``inaccuracy`` (minus the expected log-probability of the data given it); ``surprise``, minus
    log p of the data, where all states can be listed, and ``recognition_gap``, their difference.
    Also ``accepted``, the share of dreams that are well formed, and, where it is exact,
    ``effective_support``.

    Parameters
    ----------
    world : BitWorld
    pool : Pool
    every : int
    rows : int
        Samples of the pool to look at.
    exact : bool
        Whether to list all states.
    """

    def __init__(
        self, world: BitWorld, pool: Pool, *, every: int = 1, rows: int = 2048, exact: bool = True
    ) -> None:
        self.world, self.pool, self.rows = world, pool, whole_number("rows", rows)
        self.every, self.exact = whole_number("every", every), exact

    def after_epoch(self, run: Run) -> None:
        """Add the entries."""
        if run.position.epoch % self.every and run.position.epoch < run.epochs:
            return
        machine = run.machine
        stream = RandomStream(run.seed, run.position.step)
        x = np.empty((self.rows, machine.visible.size), np.float32)
        numbers = stream.generator(Site.ACCEPT.of()).integers(0, 1 << 62, self.rows)
        self.pool.take(numbers, x)
        parts = free_energy_parts(machine, x, stream)
        for name, value in parts.items():
            run.history.set_last(name, value)
        if not self.exact:
            drawn = np.asarray(machine.dream(self.rows, seed=stream))
            run.history.set_last("accepted", float(self.world.accepts(drawn).mean()))
            return
        measured = grasp(machine, self.world, x)
        surprise = measured.divergence_from_data + _entropy_of(x)
        run.history.set_last("surprise", surprise)
        run.history.set_last("recognition_gap", parts["free_energy"] - surprise)
        run.history.set_last("accepted", measured.accuracy)
        run.history.set_last("thresholded_accuracy", measured.thresholded_accuracy)
        run.history.set_last("effective_support", measured.effective_support)


def free_energy_parts(
    machine: HelmholtzMachine, x: npt.ArrayLike, stream: RandomStream
) -> dict[str, float]:
    """Return the mean free energy of rows with one draw of recognition each, and its two parts.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : array_like, (rows, visible units)
    stream : RandomStream

    Returns
    -------
    dict of str to float
        ``free_energy``, ``complexity`` and ``inaccuracy``, nats.

    Examples
    --------
    >>> machine = HelmholtzMachine([4, 2], seed=0)
    >>> parts = free_energy_parts(machine, np.eye(4), RandomStream(0))
    >>> bool(np.isclose(parts["free_energy"], parts["complexity"] + parts["inaccuracy"]))
    True
    """
    data = machine.as_activity(x)
    drawn = recognise(machine, data, stream, Site.ACCEPT, scored=True)
    assert drawn.log_probability is not None
    total = drawn.log_probability - log_joint(machine, drawn.states)
    work = Workspace(machine.backend)
    given = zero_total(machine, work, "log p(x | h)", data.shape[0])
    add_log_probability(machine, machine.generative, 0, drawn.states, given, work)
    energy, inaccuracy = float(total.mean()), -float(given.mean())
    return {
        "free_energy": energy,
        "complexity": energy - inaccuracy,
        "inaccuracy": inaccuracy,
    }


def act(
    machine: HelmholtzMachine,
    world: BitWorld,
    data: npt.ArrayLike | None = None,
    *,
    mode: str = "fixed",
    rule: ActiveSampling | None = None,
    plasticity: str | Plasticity | None = None,
    epochs: int = 100,
    draws: int | None = None,
    batch_size: int = 16,
    keep: float = 0.0,
    schedule: Schedule | float | None = None,
    every: int = 10,
    callbacks: Sequence[Callback] = (),
    seed: int = 0,
    threads: int | None = None,
) -> Acted:
    """Let a machine learn in a world that judges its dreams.

    Parameters
    ----------
    machine : HelmholtzMachine
        Changed in place.
    world : BitWorld
    data : array_like, (rows, units), optional
        What it begins with; by default every well-formed pattern once.
    mode : {"fixed", "append", "halve", "resample", "salience"}
        How accepted dreams become data, see `neurohm.agents.pool`.
    rule : ActiveSampling, optional
        By default, in mode ``"fixed"``, reweighted wake-sleep with five particles and unlearning of
        rejected dreams at 5 times the rate; in the other modes wake-sleep, asleep from accepted
        dreams alone in mode ``"append"``.
    plasticity : str or Plasticity, optional
        By default the delta rule for signed units, with a rate of 0.05 a sample.
    epochs, draws, batch_size, seed : int
        An epoch is ``draws`` samples.
    keep : float
        Share of the samples that are drawn from the original data.
    schedule : Schedule or float, optional
        Of the learning rate, see `neurohm.train`.
    every : int
        Epochs between entries of the free energy.
    callbacks : sequence of Callback
    threads : int, optional
        See `neurohm.train`; small machines are learned fastest by one.

    Returns
    -------
    Acted

    Raises
    ------
    InputError, ArgumentTypeError
        If the arguments do not fit each other.
    NumericalError
        If the world accepts too few dreams where accepted ones are needed.

    Examples
    --------
    >>> import neurohm as nh
    >>> world = nh.agents.RhythmWorld(6)
    >>> machine = nh.HelmholtzMachine([6, 4, 2], initial=nh.machine.Zeros())
    >>> acted = act(machine, world, epochs=10, draws=400)
    >>> acted.grasp.accuracy > 0.4
    True
    """
    if mode not in MODES:
        raise InputError(f"mode {mode!r}", " or ".join(map(repr, MODES)))
    require_same_size(machine, world)
    given = world.patterns() if data is None else data
    pool = _pool(mode, given, world, {"draws": draws, "keep": keep})
    if rule is None:
        plain = Reweighted(particles=5, wake_mix=0.5, sleep_mix=1.0)
        rule = {
            "fixed": ActiveSampling(world=world, plain=plain, unlearning=5.0),
            "append": ActiveSampling(world=world, sleep_on="accepted"),
        }.get(mode) or ActiveSampling(world=world)
    if plasticity is None:
        plasticity = Signed(Delta(0.05 * batch_size))
    exact = world.n_units <= 14
    watched = FreeEnergy(world, pool, every=every, exact=exact)
    result = train(
        machine,
        pool,
        rule=rule,
        plasticity=plasticity,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        schedule=schedule,
        order="alternating",
        callbacks=[pool, watched, Progress("acting"), *callbacks],
        threads=threads,
    )
    return Acted(machine, pool, result.history, grasp(machine, world))


def _pool(mode: str, data: Any, world: BitWorld, settings: dict[str, Any]) -> Pool:
    if mode == "resample":
        return ResampledPool(data, world, **settings)
    if mode == "salience":
        return SaliencePool(data, world, **settings)
    return {"fixed": Pool, "append": AppendedPool, "halve": HalvedPool}[mode](data, **settings)


def _entropy_of(x: npt.NDArray[np.float32]) -> float:
    """Return the entropy of the distribution of rows, nats."""
    _, counts = np.unique(x, axis=0, return_counts=True)
    share = counts / counts.sum()
    return float(-(share @ np.log(share)))
