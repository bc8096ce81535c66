"""The read-out learns what a layer knows, and the machine knows nothing of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.machine import Normal
from neurohm.training import GistReadout

GRIDS: list[tuple[int, int] | None] = [(2, 2), None, (1, 2)]


def images() -> np.ndarray:
    blocks = np.random.default_rng(0).random((250, 2, 2)) < 0.5
    return blocks.repeat(2, axis=1).repeat(2, axis=2).reshape(-1, 16).astype(float)


def machine() -> nh.HelmholtzMachine:
    return nh.HelmholtzMachine([16, 8, 5, 3], initial=Normal(0.5), seed=0, dtype="float64")


def learn(epochs: int, callbacks: list[Any], **options: Any) -> Any:
    own = machine()
    options = {"rule": "wake-sleep", "plasticity": nh.Delta(0.2), "seed": 1} | options
    result = nh.train(own, images(), epochs=epochs, batch_size=50, callbacks=callbacks, **options)
    return own, result.history


def test_the_machine_learns_as_without_it() -> None:
    plain, _ = learn(3, [])
    read, history = learn(3, [GistReadout(images(), (4, 4), GRIDS)])
    for key, expected in plain.parameters().items():
        np.testing.assert_array_equal(read.parameters()[key], expected)
    assert {"gist of hidden1", "gist of hidden3"} <= set(history.columns)


def test_it_learns_what_a_layer_knows() -> None:
    """A layer that copies four pixels, one of each block, knows all of the coarse image."""
    own = machine()
    weights = own.parameters()["recognition/visible->hidden1"]
    weights[...] = 0
    for unit, pixel in enumerate((0, 2, 8, 10)):
        weights[pixel, unit] = 20.0
    own.parameters()["recognition/hidden1"][...] = -10.0
    gist = GistReadout(images(), (4, 4), [(2, 2)], rate=3.0)
    history = nh.train(
        own, images(), rule="wake-sleep", plasticity=nh.Delta(1e-9), epochs=60, callbacks=[gist]
    ).history
    assert history["gist of hidden1"][-1] > 0.95
    (seen,) = gist.read(own, images()[:20])
    np.testing.assert_array_equal(seen > 0.5, images()[:20][:, [0, 2, 8, 10]] > 0.5)
    assert {signal.locality for signal in gist.locality(own).signals} == {"synapse-local"}


def test_it_goes_on_from_a_checkpoint(tmp_path) -> None:
    class StopAfter(nh.training.Callback):
        def after_epoch(self, run: Any) -> None:
            if run.position.epoch == 2:
                raise KeyboardInterrupt

    path = tmp_path / "run.h5"
    with pytest.raises(BaseException):  # noqa: B017, PT011
        learn(4, [GistReadout(images(), (4, 4), GRIDS), nh.Checkpoint(path), StopAfter()])
    again, whole = (GistReadout(images(), (4, 4), GRIDS) for _ in range(2))
    learn(4, [again, nh.Checkpoint(path)], resume=path)
    learn(4, [whole])
    for target, expected in whole.weights.items():
        np.testing.assert_array_equal(again.weights[target], expected)
    with pytest.raises(InputError, match="rate"):
        learn(4, [GistReadout(images(), (4, 4), GRIDS, rate=0.1), nh.Checkpoint(path)], resume=path)


def test_what_does_not_fit() -> None:
    with pytest.raises(InputError, match="without a level"):
        GistReadout(images(), (4, 4), [None])
    with pytest.raises(InputError, match="hidden layer 4"):
        learn(1, [GistReadout(images(), (4, 4), [None, None, None, (1, 1)])])
