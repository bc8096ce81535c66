"""One fit by many workers: exact data parallelism."""

from __future__ import annotations

from typing import Any

from sklearn.base import clone

from neurohm.cluster.engine import engine
from neurohm.cluster.shards import DaskShards
from neurohm.estimators import SpikeHelmholtz
from neurohm.estimators.window_batches import WindowBatches
from neurohm.exceptions import ArgumentTypeError
from neurohm.recordings import BinnedSpikes, Recording


def fit_together(
    model: SpikeHelmholtz,
    recording: Recording,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    threads: int = 1,
    **options: Any,
) -> SpikeHelmholtz:
    """Fit one model to one recording by many workers, each with a stretch of it.

    Every batch has windows of all stretches. Each worker turns its own into the sums of their
    local updates; these are added, and the change is what one machine makes of the same batch, to
    rounding. Windows across the seams between stretches are left out.

    Parameters
    ----------
    model : SpikeHelmholtz
        A copy is fitted. Large batches make the most of many workers.
    recording : Recording
    scheduler : str, optional
        Address of a scheduler of Dask's; by default processes of this machine.
    workers : int, optional
        Processes of this machine.
    threads : int
        Cores that each process may use.
    **options
        As of `SpikeHelmholtz.fit`: ``checkpoint``, ``resume``, ``callbacks``, ``label``.

    Returns
    -------
    SpikeHelmholtz
        Fitted.

    Raises
    ------
    MissingExtraError
        If Dask is not installed (extra ``cluster``).
    InputError, ArgumentTypeError
        If an argument cannot be used, or plasticity wants a metric of the whole batch.

    Notes
    -----
    In a script, processes of this machine want ``if __name__ == "__main__":`` around the call.
    """
    if not isinstance(model, SpikeHelmholtz):
        raise ArgumentTypeError(f"a {type(model).__name__}", "a SpikeHelmholtz")
    with engine(scheduler, workers=workers, threads=threads) as client:
        number = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        copy: SpikeHelmholtz = clone(model)

        def batches(learned: BinnedSpikes, lags: int) -> DaskShards:
            parts = [WindowBatches(part, lags) for part in learned.cut(number)]
            return DaskShards(client, parts, int(model.batch_size))

        return copy.fit(recording, batches=batches, **options)
