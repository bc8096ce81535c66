"""Images that are drawn anew in each epoch."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.training import BinarisedBatches, Callback, Checkpoint

GREY = np.random.default_rng(0).random((60, 8)).astype(np.float32)
PALE = (0.2 * GREY).astype(np.float32)  # few enough ones to be compressed


def epoch_of(batches, epoch, seed=0):
    """The samples of an epoch, in the order of the rows."""
    batches.order(epoch, seed)
    out = np.empty(batches.grey.shape, np.float32)
    batches.take(np.arange(len(out)), out)
    return out


def test_each_epoch_is_another_draw_and_always_the_same_one():
    batches, others = BinarisedBatches(GREY), BinarisedBatches(GREY)
    first, second = epoch_of(batches, 0), epoch_of(batches, 1)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(epoch_of(others, 1), second)
    np.testing.assert_array_equal(epoch_of(batches, 0), first)
    np.testing.assert_array_equal(epoch_of(BinarisedBatches(csr_array(GREY)), 0), first)
    assert not np.array_equal(epoch_of(batches, 0, seed=1), first)


def test_levels_are_probabilities():
    # means of 2000 draws: five standard errors of 480 pixels, one false alarm in 3000
    batches = BinarisedBatches(GREY)
    mean = np.mean([epoch_of(batches, epoch) for epoch in range(2000)], axis=0)
    error = np.sqrt(GREY * (1 - GREY) / 2000)
    assert (np.abs(mean - GREY) <= 5 * error).all()


class Stop(Callback):
    def __init__(self, step):
        self.step = step

    def after_step(self, run):
        if run.position.step == self.step:
            raise KeyboardInterrupt


@pytest.mark.parametrize("grey", [GREY, PALE], ids=["dense", "compressed"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_resumed_run_sees_what_the_unbroken_one_does(tmp_path, grey, dtype):
    def run(**options):
        machine = nh.HelmholtzMachine([8, 4, 2], seed=0, dtype=dtype)
        settings = {"rule": "reweighted", "epochs": 4, "batch_size": 16, "seed": 3}
        nh.train(machine, BinarisedBatches(grey), **settings, **options)
        return machine.parameters()

    unbroken = run()
    path = tmp_path / "a.checkpoint"
    with pytest.raises(KeyboardInterrupt):
        run(callbacks=[Checkpoint(path, every=0), Stop(7)])
    resumed = run(resume=path)
    assert all(np.array_equal(unbroken[key], resumed[key]) for key in unbroken)


def test_threads_and_the_kind_of_step_change_nothing():
    def run(batches, **options):
        machine = nh.HelmholtzMachine([8, 4], seed=0)
        nh.train(machine, batches, rule="wake-sleep", epochs=3, batch_size=16, **options)
        return machine.parameters()

    class ByHand(BinarisedBatches):
        def can_issue(self, out):
            return False

    one = run(BinarisedBatches(GREY), threads=1)
    for other in (run(BinarisedBatches(GREY), threads=2), run(ByHand(GREY))):
        assert all(np.array_equal(one[key], other[key]) for key in one)


def test_data_that_are_no_levels():
    for grey in (np.full((2, 2), 1.5), np.array([[np.nan]]), np.full((2, 2), -0.1)):
        with pytest.raises(InputError, match="grey level outside 0 to 1"):
            BinarisedBatches(grey)
    with pytest.raises(InputError, match="of shape"):
        BinarisedBatches(np.zeros(3))


def test_the_wrong_number_of_units():
    machine = nh.HelmholtzMachine([9, 4], seed=0)
    with pytest.raises(InputError, match="samples of 8 units; expected 9"):
        nh.train(machine, BinarisedBatches(GREY), epochs=1)


class Device:
    """Memory that takes what lies on the host by ``set``, as that of a device does."""

    def __init__(self, shape, dtype):
        self.shape, self.dtype, self.content = shape, np.dtype(dtype), None

    def set(self, values):
        self.content = values


def test_memory_of_a_device_is_written_from_the_host():
    batches = BinarisedBatches(GREY)
    room = Device((3, 8), np.float64)
    assert not batches.can_issue(room)
    batches.take(np.array([5, 0, 2]), room)
    np.testing.assert_array_equal(room.content, epoch_of(batches, 0)[[5, 0, 2]])
    assert room.content.dtype == np.float64
