"""An agent that acts: it learns from data that it changes with its own dreams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.agents.grasp import LARGEST_EXACT, Grasp, grasp, require_same_size
from neurohm.agents.pool import AppendedPool, HalvedPool, Pool, ResampledPool, SaliencePool
from neurohm.agents.settings import Acting, changed
from neurohm.agents.worlds import BitWorld, binary_rows, require_world
from neurohm.backend import RandomStream, Site
from neurohm.checks import whole_number
from neurohm.learning import ActiveSampling, Reweighted
from neurohm.machine import HelmholtzMachine, log_joint, recognise
from neurohm.machine.passes import add_log_probability, zero_total
from neurohm.machine.workspace import Workspace
from neurohm.plasticity import Delta, Signed, as_plasticity
from neurohm.training import Callback, History, Progress, train
from neurohm.training.run import Run


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
    ``thresholded_accuracy`` and ``effective_support``, see `Grasp`.

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
    rule: ActiveSampling | None = None,
    callbacks: Sequence[Callback] = (),
    how: Acting | None = None,
    **changes: Any,
) -> Acted:
    """Let a machine learn in a world that judges its dreams.

    Parameters
    ----------
    machine : HelmholtzMachine
        Changed in place.
    world : BitWorld
    data : array_like, (rows, units), optional
        What it begins with; by default every well-formed pattern once.
    rule : ActiveSampling, optional
        By default, in mode ``"fixed"``, reweighted wake-sleep with five particles and unlearning of
        rejected dreams at 5 times the rate; in the other modes wake-sleep, asleep from accepted
        dreams alone in mode ``"append"``.
    callbacks : sequence of Callback
    how : Acting, optional
        Mode, epochs, rate and all else, see `Acting`.
    **changes
        Settings of `Acting` by name, such as ``epochs=40``, in place of those of ``how``.

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
    how = changed(Acting() if how is None else how, changes)
    require_world(world)
    require_same_size(machine, world)
    rows = world.patterns() if data is None else binary_rows(data, world.n_units)
    pool = _pool(how, rows, world)
    given = Signed(Delta(0.05 * how.batch_size)) if how.plasticity is None else how.plasticity
    plasticity = as_plasticity(given)
    exact = world.n_units <= LARGEST_EXACT
    watched = FreeEnergy(world, pool, every=how.every, exact=exact)
    result = train(
        machine,
        pool,
        rule=_rule(how, world) if rule is None else rule,
        plasticity=plasticity,
        epochs=how.epochs,
        batch_size=how.batch_size,
        seed=how.seed,
        schedule=how.schedule,
        order="simultaneous" if plasticity.needs_metric else "alternating",
        callbacks=[pool, watched, Progress("acting"), *callbacks],
        threads=how.threads,
    )
    return Acted(machine, pool, result.history, grasp(machine, world))


def _rule(how: Acting, world: BitWorld) -> ActiveSampling:
    """Return the rule of a mode."""
    if how.mode == "fixed":
        plain = Reweighted(particles=5, wake_mix=0.5, sleep_mix=1.0)
        return ActiveSampling(world=world, plain=plain, unlearning=5.0)
    return ActiveSampling(world=world, sleep_on="accepted" if how.mode == "append" else "every")


def _pool(how: Acting, data: Any, world: BitWorld) -> Pool:
    settings: dict[str, Any] = {"draws": how.draws, "keep": how.keep}
    if how.mode == "resample":
        return ResampledPool(data, world, **settings)
    if how.mode == "salience":
        return SaliencePool(data, world, **settings)
    return {"fixed": Pool, "append": AppendedPool, "halve": HalvedPool}[how.mode](data, **settings)


def _entropy_of(x: npt.NDArray[np.float32]) -> float:
    """Return the entropy of the distribution of rows, nats."""
    _, counts = np.unique(x, axis=0, return_counts=True)
    share = counts / counts.sum()
    return float(-(share @ np.log(share)))
