"""Data in several parts, each of which brings its rows of every batch: exact data parallelism.

The gradient of a batch is a sum over its rows, and so are the local updates of which it is made.
A shard draws the very random numbers that its rows would get in one place, so that the sum of
what all shards return is that of one machine, to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Array, MovingStream, RandomStream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.kernels import Workers
from neurohm.learning import LearningRule
from neurohm.machine import HelmholtzMachine, Workspace
from neurohm.machine.updates import SYNAPSE_LOCAL, DeclaredUpdate, Updates
from neurohm.plasticity import Plasticity
from neurohm.training.batches import Batches
from neurohm.training.run import Run
from neurohm.training.step import Step

_BITS = 40  # of a global index, for the index within a shard


@dataclass(frozen=True)
class Rows:
    """Which rows of a batch a shard brings.

    Parameters
    ----------
    indices : ndarray of int64, (rows,)
        Of its samples.
    first : int
        Place of the first of them in the batch.
    total : int
        Rows of the whole batch.
    step : int
        Of the random stream.
    """

    indices: npt.NDArray[np.int64]
    first: int
    total: int
    step: int


@dataclass
class Gradients:
    """Sums over rows of a batch.

    Parameters
    ----------
    of : dict of str to ndarray
        The gradient of each parameter, a share of the mean over the batch.
    monitored : dict of str to float
        Sums over samples of what the rule watches.
    """

    of: dict[str, Array] = field(default_factory=dict)
    monitored: dict[str, float] = field(default_factory=dict)

    def __iadd__(self, other: Gradients) -> Gradients:
        for key, value in other.of.items():
            self.of[key] = self.of[key] + value if key in self.of else value
        for name, total in other.monitored.items():
            self.monitored[name] = self.monitored.get(name, 0.0) + total
        return self


class Shard:
    """A part of the data with a machine of its own, which takes the parameters of the step.

    Parameters
    ----------
    machine : HelmholtzMachine
        Its parameters are those of the step; it is not changed otherwise.
    batches : Batches
    seed : int
        Of the run.
    compressed : bool
        Whether activity is compressed.
    """

    def __init__(
        self, machine: HelmholtzMachine, batches: Batches, seed: int, *, compressed: bool = False
    ) -> None:
        self.machine, self.batches, self.seed = machine, batches, seed
        self.compressed = compressed
        self.work = Workspace(machine.backend)

    def gradients(self, rule: LearningRule, plasticity: Plasticity, rows: Rows) -> Gradients:
        """Return what its rows of a batch ask for.

        Parameters
        ----------
        rule : LearningRule
            Of the epoch.
        plasticity : Plasticity
            Forms the products of presynaptic activity and error.
        rows : Rows

        Returns
        -------
        Gradients
        """
        machine, work, samples = self.machine, self.work, len(rows.indices)
        room = work.sparse if self.compressed else work.array
        x = room("data", (samples, machine.visible.size), machine.dtype)
        self.batches.take(rows.indices, x)
        form = {"compressed": True} if self.compressed else {}
        awake = rule.wake(machine, x, self._stream(rows, rule.count_for(machine)), work)
        updates = rule.wake_updates(machine, awake, work)
        stream = self._stream(rows, rule.dreams_per_sample)
        dreams = rule.sleep(machine, samples, stream, work, **form)
        updates += rule.sleep_updates(machine, dreams, work)
        share = machine.dtype.type(samples / rows.total)
        gradients = plasticity.gradients(machine, updates, work)
        return Gradients(
            {key: gradient * share for key, (_, gradient) in gradients.items()},
            {name: float(values.sum()) for name, values in updates.monitored.items()},
        )

    def _stream(self, rows: Rows, per_sample: int) -> MovingStream:
        """Return the random numbers that the rows have in the whole batch."""
        clock = np.array([rows.step, rows.first * per_sample], dtype=np.uint32)
        return MovingStream(RandomStream(self.seed).keys(), clock)


class ShardedBatches:
    """Several parts of the data as one: each batch has rows of each, in proportion.

    Trained on in one place, it is what many workers together must reproduce.

    Parameters
    ----------
    parts : sequence of Batches
    batch_size : int
        As training is told.

    Examples
    --------
    >>> from neurohm.training.batches import ArrayBatches
    >>> whole = ShardedBatches([ArrayBatches(np.eye(4)), ArrayBatches(np.eye(4)[:2])], 3)
    >>> whole.size(), [len(rows.indices) for rows in whole.rows(whole.order(0, 0)[:3], step=0)]
    (6, [2, 1])
    """

    def __init__(self, parts: Sequence[Batches], batch_size: int) -> None:
        self.parts = list(parts)
        self.batch_size = whole_number("batch_size", batch_size)
        if not self.parts:
            raise InputError("no part of the data", "at least one")

    @property
    def density(self) -> float:
        """Share of the entries that are not zero."""
        sizes = [part.size() for part in self.parts]
        densities = [getattr(part, "density", 1.0) for part in self.parts]
        return float(np.average(densities, weights=sizes))

    def size(self) -> int:
        """Return the largest number of samples in an epoch."""
        return sum(part.size() for part in self.parts)

    def order(self, epoch: int, seed: int) -> npt.NDArray[np.int64]:
        """Return the samples of an epoch, those of a batch part by part."""
        orders = [np.asarray(part.order(epoch, seed)[:]) for part in self.parts]
        part = np.repeat(np.arange(len(orders)), [len(order) for order in orders])
        progress = np.concatenate([(np.arange(len(order)) + 0.5) / len(order) for order in orders])
        mixed = np.lexsort((part, progress))
        batch = np.arange(len(mixed)) // self.batch_size
        indices = (part << _BITS | np.concatenate(orders))[mixed]
        result: npt.NDArray[np.int64] = indices[np.lexsort((part[mixed], batch))]
        return result

    def take(self, indices: npt.NDArray[np.int64], out: Activations) -> None:
        """Write samples into ``out``, dense; those of a part lie together in a batch alone."""
        room: Any = out
        if not isinstance(room, np.ndarray):
            self._take_compressed(indices, room)
            return
        order = np.argsort(indices >> _BITS, kind="stable")
        is_batch = bool((order[1:] > order[:-1]).all())
        sorted_room = room if is_batch else np.empty_like(room)
        for part, rows in zip(self.parts, self.rows(indices[order], step=0), strict=True):
            part.take(rows.indices, sorted_room[rows.first : rows.first + len(rows.indices)])
        if not is_batch:
            room[order] = sorted_room

    def rows(self, indices: npt.NDArray[np.int64], step: int) -> list[Rows]:
        """Return which rows of a batch each part brings."""
        part = indices >> _BITS
        edges = np.searchsorted(part, np.arange(len(self.parts) + 1))
        local = indices & (1 << _BITS) - 1
        return [
            Rows(local[first:stop], int(first), len(indices), step)
            for first, stop in pairwise(edges)
        ]

    def _take_compressed(self, indices: npt.NDArray[np.int64], out: Any) -> None:
        dense = np.empty(out.shape, out.values.dtype)
        self.take(indices, dense)
        row, column = np.nonzero(dense)
        out.indptr[:] = np.searchsorted(row, np.arange(len(indices) + 1))
        out.columns[: len(column)] = column
        out.values[: len(column)] = dense[row, column]


class SummedBatches(ShardedBatches):
    """Parts of the data that learn where they are, and of which only sums are brought together.

    This one keeps them here; `neurohm.cluster` has them on other machines.
    """

    def begin(self, run: Run) -> None:
        """Make a shard of each part."""
        self._shards = [
            Shard(run.machine.copy(), part, run.seed, compressed=run.compressed)
            for part in self.parts
        ]

    def summed(self, run: Run, rule: LearningRule, rows: Sequence[Rows]) -> Gradients:
        """Return the sums over all parts, in their order.

        Parameters
        ----------
        run : Run
        rule : LearningRule
            Of the epoch.
        rows : sequence of Rows
            Of each part; one may have none.

        Returns
        -------
        Gradients
        """
        total = Gradients()
        for shard, own in zip(self._shards, rows, strict=True):
            if len(own.indices):
                shard.machine.set_parameters(run.machine.parameters())
                total += shard.gradients(rule, run.plasticity, own)
        return total

    def step(self, run: Run, workers: Workers) -> Step:
        """Return the step of a run that learns by sums."""
        return SummedStep(run, self, workers)


class SummedStep(Step):
    """A step that applies what all parts of the data ask for together.

    Raises
    ------
    InputError
        If the run wants more than a sum: a metric, or dreams after the wake phase.
    """

    def __init__(self, run: Run, batches: SummedBatches, workers: Workers) -> None:
        super().__init__(run, batches, workers)
        if run.plasticity.wants_metric:
            raise InputError(
                f"{run.plasticity!r} over several workers, whose metric is of the whole batch",
                "plasticity of gradients alone",
                "take 'adam' or 'delta'",
            )
        if run.order != "simultaneous":
            raise InputError(f"order {run.order!r} over several workers", "'simultaneous'")
        if batches.batch_size != run.batch_size:
            raise InputError(f"batch_size {run.batch_size}", f"{batches.batch_size}, of the parts")
        self._parts = batches
        batches.begin(run)

    def carry_out(self, indices: npt.NDArray[np.int64], factor: float) -> None:
        """Learn a batch."""
        run = self.run
        rows = self._parts.rows(indices, run.position.step)
        total = self._parts.summed(run, self.rule, rows)
        for name, value in total.monitored.items():
            start = run.position.sums.get(name, 0.0)
            self.sums.setdefault(name, np.array([start]))[0] += value
        asked = tuple(
            DeclaredUpdate(key, value, SYNAPSE_LOCAL, "summed over parts of the batch")
            for key, value in total.of.items()
        )
        run.plasticity.apply(run.machine, Updates(declared=asked), factor=factor, work=self.work)
