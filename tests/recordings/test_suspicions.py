"""What can be read but is probably not as intended: one warning that asks the right question."""

from __future__ import annotations

import warnings

import h5py
import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError, NeurohmWarning

RNG = np.random.default_rng(0)


def matrix_file(folder, values, **attributes):
    path = folder / "matrix.h5"
    with h5py.File(path, "w") as file:
        file["x"] = values
        file.attrs.update(attributes)
    return path


@pytest.mark.parametrize("attributes", [{}, {"bin_width": 0.02}, {"bin_width": 10.0}])
@pytest.mark.parametrize(
    "image",
    [
        RNG.integers(0, 256, (40, 100), dtype=np.uint8),
        np.where(RNG.random((40, 100)) < 0.05, 60, 1).astype(np.uint8),  # dark, but nowhere black
    ],
)
def test_images_are_told_from_counts(tmp_path, image, attributes):
    with pytest.warns(NeurohmWarning, match="is it a matrix of spike counts") as said:
        nh.load_recording(matrix_file(tmp_path, image, **attributes))
    assert len(said) == 1


@pytest.mark.parametrize(
    "counts",
    [
        RNG.poisson(0.2, (400, 6)),
        RNG.poisson(8.0, (400, 6)),
        np.where(RNG.random((400, 6)) < 0.01, 60, RNG.poisson(0.2, (400, 6))),  # some bursts
    ],
)
def test_counts_are_read_without_a_word(tmp_path, counts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert nh.load_recording(matrix_file(tmp_path, counts)).n_spikes == counts.sum()


def test_a_model_is_no_recording(tmp_path):
    model = nh.SpikeHelmholtz(hidden=2, lags=1, epochs=1).fit(RNG.poisson(0.2, (400, 6)))
    model.save(tmp_path / "fit.h5")
    with pytest.raises(InputError, match=r"fit.h5' holds a model; expected a recording; .*load"):
        nh.load_recording(tmp_path / "fit.h5")


@pytest.mark.parametrize("stated", [np.array([1, 2]), np.array(["a", "b"], dtype="S1"), 3])
def test_a_format_that_is_no_text_is_not_damage(tmp_path, stated):
    path = matrix_file(tmp_path, RNG.poisson(0.2, (400, 6)), format=stated)
    assert nh.load_recording(path).n_units == 6
