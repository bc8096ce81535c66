"""Parts of the data that learn apart are what one machine learns from them together."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.estimators.window_batches import WindowBatches
from neurohm.exceptions import InputError
from neurohm.recordings import bin_spikes
from neurohm.training.batches import ArrayBatches
from neurohm.training.sharded import ShardedBatches, SummedBatches

rng = np.random.default_rng(0)
X = (rng.random((250, 12)) < 0.3).astype(np.float64)
PARTS = (X[:100], X[100:170], X[170:])
OPTIONS = {"epochs": 3, "batch_size": 40, "seed": 5}


def trained(kind, parts, machine, **options):
    settings = {**OPTIONS, **options}
    batches = kind([ArrayBatches(part) for part in parts], settings["batch_size"])
    return nh.train(machine, batches, **settings)


def machine_of(dtype="float64", layers=(12, 6, 3)):
    return nh.HelmholtzMachine(layers, seed=1, dtype=dtype)


def largest_difference(one, other) -> float:
    pairs = zip(one.parameters().values(), other.parameters().values(), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


@pytest.mark.parametrize("plasticity", ["adam", "delta"])
@pytest.mark.parametrize(
    "rule",
    [
        nh.WakeSleep(),
        nh.WakeSleep(dreams_per_sample=2),
        nh.Reweighted(particles=3),
        nh.Reweighted(particles=nh.ParticleSchedule({0: 2, 1: 4})),
        nh.Bidirectional(particles=3),
        nh.MultiLevel(plain=nh.Reweighted(particles=3), shape=(3, 4), grids=[(2, 2)], clamp=3),
    ],
    ids=repr,
)
def test_sums_of_parts_are_one_machines_fit(rule, plasticity):
    together = trained(ShardedBatches, PARTS, machine_of(), rule=rule, plasticity=plasticity)
    apart = trained(SummedBatches, PARTS, machine_of(), rule=rule, plasticity=plasticity)
    assert largest_difference(machine_of(), together.machine) > 1e-3
    assert largest_difference(together.machine, apart.machine) < 1e-11
    np.testing.assert_allclose(apart.history["bound"], together.history["bound"], rtol=1e-12)


def test_in_single_precision_they_agree_to_its_rounding():
    together, apart = (
        trained(kind, PARTS, machine_of("float32"), rule="reweighted", plasticity="delta")
        for kind in (ShardedBatches, SummedBatches)
    )
    assert largest_difference(together.machine, apart.machine) < 1e-5


@pytest.mark.parametrize("kinds", [[nh.Gaussian(12, learned=True), 5], ["autoregressive:12", 5]])
def test_other_kinds_of_units(kinds):
    data = X if isinstance(kinds[0], str) else X + rng.normal(size=X.shape)
    parts = (data[:125], data[125:])
    together, apart = (
        trained(kind, parts, machine_of(layers=kinds), rule="reweighted")
        for kind in (ShardedBatches, SummedBatches)
    )
    assert largest_difference(together.machine, apart.machine) < 1e-10


def test_sparse_windows_of_a_recording():
    recording = nh.simulate_assemblies(20, 2.0, 2, members=(5, 6), rate=2.0)
    parts = [
        WindowBatches(bin_spikes(recording.between(a, b), 0.02), 3) for a, b in ((0, 70), (70, 120))
    ]
    result = [
        nh.train(
            nh.HelmholtzMachine([nh.Poisson(60), 4], seed=1, dtype="float64"),
            kind(parts, 50),
            batch_size=50,
            epochs=2,
        )
        for kind in (ShardedBatches, SummedBatches)
    ]
    assert result[0].settings["compressed"]
    assert largest_difference(result[0].machine, result[1].machine) < 1e-11


def test_each_batch_has_rows_of_each_part_in_proportion():
    batches = ShardedBatches([ArrayBatches(part) for part in PARTS], 25)
    order = batches.order(0, 0)
    assert len(np.unique(order)) == 250
    for first in range(0, 250, 25):
        counts = [len(rows.indices) for rows in batches.rows(order[first : first + 25], step=0)]
        np.testing.assert_allclose(counts, [10, 7, 8], atol=1)
    out = np.empty((25, 12))
    batches.take(order[:25], out)
    rows = batches.rows(order[:25], step=0)
    np.testing.assert_array_equal(out[: rows[1].first], PARTS[0][rows[0].indices])


class Stop(nh.training.Callback):
    """Breaks a run off in its second epoch."""

    def after_step(self, run):
        if run.position.step == 9:
            raise KeyboardInterrupt


def test_a_stopped_run_goes_on(tmp_path):
    unbroken = trained(SummedBatches, PARTS, machine_of(), rule="reweighted")
    options = {"rule": "reweighted", "callbacks": [nh.Checkpoint(tmp_path / "run.h5", every=0)]}
    stopped = {**options, "callbacks": [*options["callbacks"], Stop()]}
    with pytest.raises(KeyboardInterrupt):
        trained(SummedBatches, PARTS, machine_of(), **stopped)
    resumed = trained(SummedBatches, PARTS, machine_of(), **options, resume=tmp_path / "run.h5")
    assert largest_difference(unbroken.machine, resumed.machine) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"plasticity": "natural"}, "over several workers"),
        ({"order": "alternating"}, "over several workers"),
    ],
)
def test_what_is_no_sum_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        trained(SummedBatches, PARTS, machine_of(), **options)


def test_the_batch_size_is_that_of_the_parts():
    batches = SummedBatches([ArrayBatches(X)], 10)
    with pytest.raises(InputError, match="10, of the parts"):
        nh.train(machine_of(), batches, batch_size=20)


@pytest.mark.parametrize("compressed", [False, True])
def test_samples_of_several_batches_at_once(compressed):
    # as the watch over idle units asks for them
    rare = (rng.random((250, 12)) < 0.05).astype(np.float64)
    parts = (rare[:180], rare[180:]) if compressed else PARTS
    batches = ShardedBatches([ArrayBatches(part) for part in parts], 40)
    order = batches.order(epoch=0, seed=1)
    one_by_one, at_once = np.empty((2, 100, 12))
    for first in range(0, 100, 40):
        rows = order[first : min(first + 40, 100)]
        batches.take(rows, one_by_one[first : first + len(rows)])
    batches.take(order[:100], at_once)
    np.testing.assert_array_equal(at_once, one_by_one)
