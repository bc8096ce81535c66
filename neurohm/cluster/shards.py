"""Parts of the data on workers, each of which returns the sums over its rows of a batch."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.learning import LearningRule
from neurohm.machine import HelmholtzMachine
from neurohm.plasticity import Plasticity
from neurohm.training.batches import Batches
from neurohm.training.run import Run
from neurohm.training.sharded import Gradients, Rows, Shard, SummedBatches


class RemoteShard(Shard):
    """A shard on a worker; the scheduler is told that it is as large as its data."""

    def __sizeof__(self) -> int:
        return sys.getsizeof(self.__dict__) + 10**8  # so that it is not sent about

    def take_parameters(self, flat: npt.NDArray[Any]) -> None:
        """Take the parameters of a step, side by side in one array."""
        first = 0
        for own in self.machine.parameters().values():
            own[...] = flat[first : first + own.size].reshape(own.shape)
            first += own.size


class DaskShards(SummedBatches):
    """Parts of the data, each held by a worker of Dask's.

    A worker that is lost takes nothing with it: a step depends on the parameters, the place of
    its rows and the seed alone, so another worker gets the part and does the step again.

    Parameters
    ----------
    client : distributed.Client
    parts : sequence of Batches
        One for each worker; they travel to the workers once.
    batch_size : int
    """

    def __init__(self, client: Any, parts: Sequence[Batches], batch_size: int) -> None:
        super().__init__(parts, batch_size)
        self._client = client
        self._remote: list[Any] = []

    def begin(self, run: Run) -> None:
        """Send each part to a worker."""
        machine = run.machine.on("cpu")
        addresses = sorted(self._client.scheduler_info(n_workers=-1)["workers"])
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")  # it is sent once
            self._remote = [
                self._client.submit(
                    RemoteShard,
                    machine,
                    part,
                    run.seed,
                    compressed=run.compressed,
                    workers=[addresses[number % len(addresses)]],
                    allow_other_workers=True,  # if that one is lost
                    pure=False,
                )
                for number, part in enumerate(self.parts)
            ]

    def summed(self, run: Run, rule: LearningRule, rows: Sequence[Rows]) -> Gradients:
        """Return the sums over all parts, in their order."""
        flat = _side_by_side(run.machine)
        plasticity = run.plasticity.fresh()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")
            futures = [
                self._client.submit(
                    _gradients, shard, flat, rule, plasticity, own, pure=False, retries=3
                )
                for shard, own in zip(self._remote, rows, strict=True)
                if len(own.indices)
            ]
            total = Gradients()
            for part in self._client.gather(futures):
                total += part
        return total


def _gradients(
    shard: RemoteShard,
    flat: npt.NDArray[Any],
    rule: LearningRule,
    plasticity: Plasticity,
    rows: Rows,
) -> Gradients:
    """Return what a shard asks for, given the parameters of the step."""
    shard.take_parameters(flat)
    return shard.gradients(rule, plasticity, rows)


def _side_by_side(machine: HelmholtzMachine) -> npt.NDArray[Any]:
    """Return all parameters in one array."""
    host = machine.backend.to_host
    return np.concatenate([host(value).ravel() for value in machine.parameters().values()])
