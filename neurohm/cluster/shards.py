"""Parts of the data on workers, each of which returns the sums over its rows of a batch."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import NeurohmError
from neurohm.learning import LearningRule
from neurohm.logs import LOG
from neurohm.machine import HelmholtzMachine
from neurohm.plasticity import Plasticity
from neurohm.training.batches import Batches
from neurohm.training.run import Run
from neurohm.training.sharded import Gradients, Rows, Shard, SummedBatches

LOSSES = 5  # in one step, after which what fails is not the loss of workers


class RemoteShard(Shard):
    """A shard on a worker."""

    def gradients_at(
        self,
        flat: npt.NDArray[Any],
        rule: LearningRule,
        plasticity: Plasticity,
        rows: Rows,
    ) -> Gradients:
        """Return what its rows of a batch ask for, given all parameters side by side."""
        first = 0
        for own in self.machine.parameters().values():
            own[...] = flat[first : first + own.size].reshape(own.shape)
            first += own.size
        return self.gradients(rule, plasticity, rows)


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
        futures = [self._sent(run, number) for number in range(len(self.parts))]
        self._remote = [future.result() for future in futures]

    def summed(self, run: Run, rule: LearningRule, rows: Sequence[Rows]) -> Gradients:
        """Return the sums over all parts, in their order."""
        given = _side_by_side(run.machine), rule, run.plasticity.fresh()
        asked = {
            number: self._remote[number].gradients_at(*given, own)
            for number, own in enumerate(rows)
            if len(own.indices)
        }
        total = Gradients()
        for number, future in asked.items():
            total += self._result(run, number, future, (*given, rows[number]))
        return total

    def _sent(self, run: Run, number: int) -> Any:
        """Send a part to the worker whose turn it is, or to another if that one is lost."""
        addresses = sorted(self._client.scheduler_info(n_workers=-1)["workers"])
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")  # it is sent once
            return self._client.submit(
                RemoteShard,
                run.machine.on("cpu"),
                self.parts[number],
                run.seed,
                compressed=run.compressed,
                workers=[addresses[number % len(addresses)]] if addresses else None,
                allow_other_workers=bool(addresses),
                actor=True,
                pure=False,
            )

    def _result(self, run: Run, number: int, future: Any, given: tuple[Any, ...]) -> Gradients:
        """Return what a part asks for; if its worker was lost, of another one."""
        for _ in range(LOSSES):
            try:
                gradients: Gradients = future.result()
                return gradients
            except NeurohmError:
                raise
            except Exception as error:
                LOG.warning("part %d was lost with its worker (%s)", number, error)
                self._remote[number] = self._sent(run, number).result()
                future = self._remote[number].gradients_at(*given)
        result: Gradients = future.result()
        return result


def _side_by_side(machine: HelmholtzMachine) -> npt.NDArray[Any]:
    """Return all parameters in one array."""
    host = machine.backend.to_host
    return np.concatenate([host(value).ravel() for value in machine.parameters().values()])
