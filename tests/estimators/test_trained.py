"""Machines trained by hand, as estimators."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError


@pytest.fixture(scope="module")
def images() -> nh.Images:
    return nh.load_images("digits", binarise="fixed")


def test_a_trained_machine_is_scored_saved_and_loaded(images, tmp_path) -> None:
    machine = nh.HelmholtzMachine([64, nh.NADE(6), 3], recognition=["autoregressive:6", 3])
    result = nh.train(machine, images.train, rule="reweighted", epochs=2, seed=3)
    model = nh.as_density(result, images)
    assert model.machine_ is machine
    assert model.learning_["steps"] == result.settings["steps"]
    model.save(tmp_path / "model.h5")
    loaded = nh.load(tmp_path / "model.h5")
    assert repr(loaded.machine_) == repr(machine)
    assert loaded.data_["shape"] == [8, 8]
    assert len(loaded.history_) == 2
    expected = nh.log_likelihood(machine, images.train[:5], particles=50, seed=3).value
    loaded.score_particles = 50
    np.testing.assert_array_equal(loaded.score_samples(images.train[:5]), expected)
    again = nh.HelmholtzDensity(**{**loaded.get_params(), "epochs": 1}).fit(images.train[:50])
    assert repr(again.machine_) == repr(machine)


def test_rows_of_another_width_or_kind_are_refused(images) -> None:
    with pytest.raises(InputError, match="64 columns; expected 8"):
        nh.as_density(nh.HelmholtzMachine([8, 2]), images)
    with pytest.raises(InputError, match=r"value 0\.5"):
        nh.as_density(nh.HelmholtzMachine([4, 2]), np.full((3, 4), 0.5))
    with pytest.raises(ArgumentTypeError):
        nh.as_density("machine", images)


def test_visible_units_may_be_alone() -> None:
    rows = np.tile(np.eye(4), (30, 1))
    options = {"learning_rate": 0.05, "epochs": 100}
    model = nh.HelmholtzDensity(hidden=(), observation="autoregressive", **options).fit(rows)
    assert model.score(rows) == pytest.approx(np.log(1 / 4), abs=0.1)
    assert model.transform(rows).shape == (120, 0)
    machine = nh.HelmholtzMachine([nh.NADE(4)])
    result = nh.train(machine, rows, epochs=2)
    assert nh.as_density(result, rows).hidden == ()
