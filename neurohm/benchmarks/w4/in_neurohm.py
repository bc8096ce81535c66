"""W4 in neurohm."""

from __future__ import annotations

from contextlib import suppress

import neurohm as nh
from neurohm.benchmarks.clock import CountingClock, Over
from neurohm.benchmarks.w4.recording import BATCH, BIN, HIDDEN, LAGS, Spikes
from neurohm.benchmarks.workload import Steps, accepted, repeated


def fit(problem: Spikes, threads: int) -> Steps:
    """From the file to a fitted model: an epoch takes every fifth window, so there are five."""
    path = problem.file()

    def step() -> None:
        model = nh.SpikeHelmholtz(
            hidden=HIDDEN,
            bin_size=BIN,
            lags=LAGS,
            rule="wake-sleep",
            plasticity=nh.Delta(problem.learning_rate),
            epochs=LAGS,
            batch_size=BATCH,
            observation="bernoulli",
            validation=0.0,
            **accepted(nh.SpikeHelmholtz, threads=threads),
        )
        model.fit(nh.load_recording(path), label=None, **accepted(model.fit, threads=threads))

    return Steps(repeated(step), problem.bins)


def fit_warm(problem: Spikes, threads: int) -> Steps:
    """The same; what is compiled at a first fit was compiled at a smaller one."""
    with suppress(Over):
        fit(Spikes(20 * BATCH), threads).run(CountingClock(1))
    return fit(problem, threads)
