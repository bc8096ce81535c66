"""The training loop. It only repeats: batch, phases, updates, plasticity."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from neurohm.backend import as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.learning import LearningRule, as_rule
from neurohm.logs import LOG
from neurohm.machine import HelmholtzMachine, as_machine
from neurohm.plasticity import Plasticity, as_plasticity
from neurohm.training.batches import (
    ArrayBatches,
    Batches,
    as_batches,
    fingerprint,
    is_worth_compressing,
)
from neurohm.training.callbacks import Callback
from neurohm.training.checkpoint import linked, restore
from neurohm.training.not_finite import require_finite
from neurohm.training.run import History, Run
from neurohm.training.schedule import Schedule, as_schedule
from neurohm.training.step import Step, is_recordable, step_of
from neurohm.training.stretches import Stretches
from neurohm.training.watch import Watch

ORDERS = ("simultaneous", "alternating")


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What a training run gives.

    Parameters
    ----------
    machine : HelmholtzMachine
        The one that was given, changed in place.
    history : History
        One entry an epoch.
    plasticity : Plasticity
        With its running averages.
    settings : dict
        Rule, plasticity and all else that the result depends on, with the steps done: the state
        of the random stream is its seed and that number.
    """

    machine: HelmholtzMachine
    history: History
    plasticity: Plasticity
    settings: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the history as plain data."""
        return {"machine": repr(self.machine), "history": self.history.to_dict()}


def train(
    machine: HelmholtzMachine,
    data: Any,
    *,
    rule: str | LearningRule = "wake-sleep",
    plasticity: str | Plasticity | None = None,
    epochs: int = 10,
    batch_size: int = 100,
    seed: int = 0,
    schedule: Schedule | float | None = None,
    order: str = "simultaneous",
    callbacks: Sequence[Callback] = (),
    resume: str | os.PathLike[str] | None = None,
    threads: int | None = None,
) -> TrainingResult:
    """Train a machine in place.

    One seed gives one result, to the bit; so does a run that was stopped and resumed.

    Parameters
    ----------
    machine : HelmholtzMachine
    data : array_like, sparse matrix or Batches, (samples, visible units)
    rule : str or LearningRule
    plasticity : str or Plasticity, optional
        The rule's default if not given. It starts without running averages.
    epochs, batch_size, seed : int
        A batch is so many samples, or stretches of consecutive ones, if the rule follows time.
    schedule : Schedule or float, optional
        Of the learning rate: `Decay`, `Cosine`, `Steps` or `WarmUp`, of `neurohm.training`; a
        number is the final factor of a `Decay`.
    order : str
        ``"simultaneous"``: both phases read the old parameters. ``"alternating"``: dreams come
        from the parameters that the wake phase has just changed.
    callbacks : sequence of Callback
    resume : path, optional
        A checkpoint to go on from; settings and data must be the same.
    threads : int, optional
        1 or 2, on the CPU; by default whichever a short timing finds to be faster. It changes no
        result.

    Returns
    -------
    TrainingResult

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument or the data do not fit.
    NumericalError
        If learning leaves the finite numbers; says in which layer, and why.

    Warns
    -----
    NeurohmWarning
        If most units of a layer are always on or off, or one particle has all the weight.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3, 2], seed=0)
    >>> result = nh.train(machine, np.eye(4), rule="reweighted", epochs=2, batch_size=2)
    >>> result.history
    History(2 epochs of bound, effective_sample_size, epoch)
    """
    epochs, batch_size = whole_number("epochs", epochs), whole_number("batch_size", batch_size)
    if threads not in (None, 1, 2):
        raise InputError(f"threads {threads!r}", "1, 2, or None for whichever is faster")
    if order not in ORDERS:
        raise InputError(f"order {order!r}", " or ".join(map(repr, ORDERS)))
    rule = as_rule(rule).fresh()
    batches = as_batches(as_machine(machine), data)
    if rule.consecutive > 1 and type(batches) is ArrayBatches:
        batches = Stretches(batches.x, rule.consecutive)
    plasticity = as_plasticity(rule.default_plasticity if plasticity is None else plasticity)
    if plasticity.needs_metric and order == "alternating":
        raise InputError(
            "natural plasticity, whose metric is of both phases, in alternating order",
            "order='simultaneous'",
        )
    run = Run(
        machine,
        rule,
        plasticity,
        as_schedule(schedule),
        epochs,
        batch_size * rule.consecutive,
        as_stream(seed).seed,
        order,
        batches.size(),
        _compresses(machine, rule, batches),
        fingerprint(batches, machine.backend),
    )
    if resume is not None:
        restore(run, callbacks, resume)
    _repeat(run, batches, linked([*callbacks, Watch(batches)]), threads)
    settings = {**run.settings(), "steps": run.position.step}
    return TrainingResult(machine, run.history, run.plasticity, settings)


def _compresses(machine: HelmholtzMachine, rule: LearningRule, batches: Batches) -> bool:
    """Return whether activity is compressed; a rule of one's own may not know that form."""
    density = getattr(batches, "density", 1.0)
    able = machine.backend.name == "cpu" and machine.visible.compressible and is_recordable(rule)
    return able and is_worth_compressing(density)


def _repeat(run: Run, batches: Batches, callbacks: Sequence[Callback], threads: int | None) -> None:
    # an overflow shows as a NumericalError, so NumPy need not warn of it as well
    quiet = np.errstate(over="ignore", invalid="ignore")
    with threadpool_limits(1, "blas"), quiet, ExitStack() as stack:
        stack.enter_context(run.machine.backend.activate())
        step = step_of(run, batches, stack.enter_context(run.machine.kernels.workers(threads)))
        run.settle = step.settle
        LOG.debug("%s learns by %s, %s", run.machine, run.rule, type(step).__name__)
        for callback in callbacks:
            stack.enter_context(callback.during(run))
        while run.position.epoch < run.epochs and not run.stop:
            _epoch(run, batches, callbacks, step)
        for callback in callbacks:
            callback.after_training(run)


def _in_words(means: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.5g}" for name, value in means.items())


def _epoch(run: Run, batches: Batches, callbacks: Sequence[Callback], step: Step) -> None:
    position = run.position
    order = batches.order(position.epoch, run.seed)
    total = -(-len(order) // run.batch_size)
    while position.batch < total:
        first = position.batch * run.batch_size
        indices = order[first : first + run.batch_size]
        step.learn(indices, run.schedule((position.epoch + position.batch / total) / run.epochs))
        position.samples += len(indices)
        position.step += 1
        position.batch += 1
        for callback in callbacks:
            callback.after_step(run)
    step.settle()
    require_finite(run)
    means = {name: value / max(1, position.samples) for name, value in position.sums.items()}
    run.history.add({"epoch": position.epoch, **means, **run.rule.scheduled(position.epoch)})
    LOG.info("epoch %d of %d: %s", position.epoch + 1, run.epochs, _in_words(means))
    position.epoch, position.batch, position.samples, position.sums = position.epoch + 1, 0, 0, {}
    step.begin_epoch()
    for callback in callbacks:
        callback.after_epoch(run)
