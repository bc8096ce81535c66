"""What can be read but is probably not as intended: one warning that asks the right question."""

from __future__ import annotations

import re
import warnings

import h5py
import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.recordings import Recording
from neurohm.recordings.suspicions import suspicions

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


@pytest.mark.parametrize(
    ("stated", "text"),
    [
        ("neurohm-assemblies", r"holds assemblies; expected a recording; .*load_assemblies"),
        ("neurohm-brains", r"holds 'neurohm-brains', which .*; expected a recording"),
    ],
)
def test_other_files_of_neurohm_are_no_recordings(tmp_path, stated, text):
    path = matrix_file(tmp_path, RNG.poisson(0.2, (400, 6)), format=stated)
    with pytest.raises(InputError, match=text):
        nh.load_recording(path)


@pytest.mark.parametrize("stated", [np.array([1, 2]), np.array(["a", "b"], dtype="S1"), 3])
def test_a_format_that_is_no_text_is_not_damage(tmp_path, stated):
    path = matrix_file(tmp_path, RNG.poisson(0.2, (400, 6)), format=stated)
    assert nh.load_recording(path).n_units == 6


def poisson(n_units, rate, duration, rng):
    """Ascending spike times of each unit, seconds."""
    return [np.sort(rng.uniform(0, duration, rng.poisson(rate * duration))) for _ in range(n_units)]


@pytest.mark.parametrize("places", [4, 15])  # as in text files, and in full
@pytest.mark.parametrize("grid", [0.005, 0.01, 1 / 30, 0.1, 1.0])
def test_times_on_a_grid_are_suspicious(grid, places):
    trains = poisson(60, 1.0, 600.0, np.random.default_rng(1))
    trains = [np.round(np.round(train / grid) * grid, places) for train in trains]
    (said,) = suspicions(Recording.from_trains(trains))
    assert said.startswith(f"at least 100% of the spike times lie on a grid of {grid:.3g} s: ")
    assert said.endswith(f"pass bin_size= / --bin of at least {grid:.3g} s")


def test_times_of_few_digits_lie_on_a_coarse_grid_late_in_the_recording():
    trains = poisson(30, 1.0, 1500.0, np.random.default_rng(2))
    trains = [np.array([float(f"{t:.5g}") for t in train]) for train in trains]
    (said,) = suspicions(Recording.from_trains(trains))
    share, grid = re.match(r"at least (\d+)% of .* grid of ([\d.]+) s: ", said).groups()
    assert float(grid) == 0.1  # from 1000 s on: a third
    assert 28 <= float(share) <= 34


def test_a_tenth_of_the_times_must_lie_on_the_grid():
    trains = poisson(30, 1.0, 1000.0, np.random.default_rng(3))
    some, few = (
        [np.where(train < end, np.round(train, 2), train) for train in trains] for end in (150, 50)
    )
    assert "at least 1" in suspicions(Recording.from_trains(some))[0]
    assert suspicions(Recording.from_trains(few)) == []


def test_a_few_times_beside_the_grid_do_not_hide_it():
    rng = np.random.default_rng(4)
    trains = [
        np.sort(np.where(rng.random(len(train)) < 0.01, train, np.round(train, 2)))
        for train in poisson(60, 1.0, 600.0, rng)
    ]
    assert "grid of 0.01 s" in suspicions(Recording.from_trains(trains))[0]


@pytest.mark.parametrize("resolution", [None, 1 / 30000, 0.001, 0.004])
@pytest.mark.parametrize("rate", [0.05, 0.5, 5.0])
@pytest.mark.parametrize("n_units", [2, 10, 60])
def test_times_on_no_coarse_grid_are_not(n_units, rate, resolution):
    # By chance 45 of 50 intervals lie where 4 % are expected: below 1e-50 a stretch of 100 spikes.
    for seed in range(5):
        trains = poisson(n_units, rate, 300.0, np.random.default_rng(seed))
        if resolution is not None:
            trains = [np.round(train / resolution) * resolution for train in trains]
        assert suspicions(Recording.from_trains([*trains, [1.0]], t_stop=300.0)) == []


@pytest.mark.parametrize("n_units", [2, 10])
def test_regular_firing_is_no_grid(n_units):
    rng = np.random.default_rng(5)
    trains = [np.cumsum(0.005 + rng.gamma(100.0, 0.0002, 1000)) for _ in range(n_units)]
    assert suspicions(Recording.from_trains(trains)) == []


def test_a_grid_that_is_known_is_not_suspicious():
    counts = RNG.poisson(0.2, (400, 6))
    assert suspicions(Recording.from_counts(counts, bin_width=0.1)) == []
    assert suspicions(Recording.from_counts(counts)) == []


def test_samples_are_asked_for_their_rate():
    trains = [np.round(30_000 * train) for train in poisson(3, 2.0, 60.0, np.random.default_rng(6))]
    (said,) = suspicions(Recording.from_trains(trains))
    assert "(samples: pass sampling_rate= / --sampling-rate)" in said


def test_real_recordings(shared_data):
    folder = shared_data / "retina-waves"
    if not folder.exists():
        pytest.skip(f"{folder} is not there")
    for path in sorted(folder.glob("*.h5")):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            nh.load_recording(path)
        on_grid = path.name.startswith("Kirkby2013")  # times written with five digits
        assert [("grid of 0.1 s" in str(one.message)) for one in said] == [True] * on_grid, path


def test_of_a_very_large_recording_some_units_are_looked_at(monkeypatch):
    rng = np.random.default_rng(0)
    trains = [np.sort(rng.uniform(0, 100.0, 500)) for _ in range(12)]
    monkeypatch.setattr("neurohm.recordings.suspicions._MOST_LOOKED_AT", 2000)
    on_grid = [np.round(train, 2) for train in trains]
    assert "100% of the spike times lie on a grid of 0.01 s" in grid_of(on_grid)
    # units 0, 3, 6 and 9 are those that are looked at
    others = [train if place % 3 else on_grid[place] for place, train in enumerate(trains)]
    assert "on a grid of 0.01 s" in grid_of(others)
    assert grid_of(trains) == ""


def grid_of(trains):
    return "".join(suspicions(Recording.from_trains(trains, t_stop=100.0)))
