"""Workers: processes of this machine, or those of a scheduler that is there already."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.recordings.formats.extras import library

EXTRA = "cluster"
PATIENCE = 20  # seconds that a scheduler has to answer
_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def engine(
    scheduler: str | None = None, *, workers: int | None = None, threads: int = 1
) -> Iterator[Any]:
    """Give a client of Dask's to send work to.

    Parameters
    ----------
    scheduler : str, optional
        Address of a scheduler, such as ``"tcp://head:8786"``. By default workers are processes
        of this machine, which end with this context.
    workers : int, optional
        Processes of this machine; by default as many as its cores allow.
    threads : int
        Cores that each of them may use. Those of a scheduler are limited where they are started.

    Yields
    ------
    distributed.Client

    Raises
    ------
    MissingExtraError
        If Dask is not installed; the message names the extra.
    InputError, ArgumentTypeError
        If the scheduler does not answer, or a number cannot be used.
    """
    distributed = library("distributed", EXTRA, "work on several workers")
    threads = whole_number("threads", threads)
    if scheduler is not None:
        if workers is not None:
            raise InputError(f"{workers} workers beside the scheduler {scheduler}", "one of them")
        with _connected(distributed, scheduler) as client:
            yield client
        return
    cores = _usable_cores()
    number = max(1, len(cores) // threads) if workers is None else whole_number("workers", workers)
    with (
        distributed.LocalCluster(
            n_workers=number,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            env=dict.fromkeys(_POOLS, str(threads)),
            silence_logs=40,  # errors alone
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.register_plugin(_limit(distributed, cores, threads))
        yield client


@contextmanager
def _connected(distributed: Any, scheduler: str) -> Iterator[Any]:
    try:
        client = distributed.Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise InputError(
            f"scheduler {scheduler}, which does not answer ({type(error).__name__})",
            "the address of a scheduler, such as tcp://head:8786",
            "start one with 'dask scheduler', or leave it out for processes of this machine",
        ) from error
    with client:
        yield client


def _limit(distributed: Any, cores: list[int], threads: int) -> Any:
    """Return a plugin that keeps each worker on cores of its own, by the number that it has."""

    class Limit(distributed.WorkerPlugin):  # type: ignore[misc]
        name = "neurohm-cores"

        def setup(self, worker: Any) -> None:
            if hasattr(os, "sched_setaffinity"):
                first = int(worker.name) * threads
                own = {cores[(first + i) % len(cores)] for i in range(threads)}
                os.sched_setaffinity(0, own)

    return Limit()


def _usable_cores() -> list[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))
