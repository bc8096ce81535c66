"""The same bins for every model."""

import numpy as np
import pytest

import neurohm as nh
from neurohm.comparison.dataset import Dataset, as_recording
from neurohm.exceptions import InputError
from neurohm.recordings import bin_spikes, trials_of


@pytest.fixture
def recording():
    generator = np.random.default_rng(0)
    trains = [np.sort(generator.uniform(0, 20, 60)) for _ in range(3)]
    intervals = {
        "observed": np.array([[0.0, 8.0], [9.0, 20.0]]),
        "trials": np.array([[1.0, 3.0], [10.5, 12.5]]),
    }
    return nh.Recording.from_trains(trains, t_stop=20.0, intervals=intervals)


def test_binary_samples_are_clipped_and_counts_are_not(recording):
    counts = Dataset.of(recording, 0.5, 1, "poisson")
    words = Dataset.of(recording, 0.5, 1, "bernoulli")
    assert Dataset.of(recording, 0.5, 1, "auto").domain == "counts"
    observed = counts.binned.observed
    x, y = (d.samples(d.scored(observed)).matrix for d in (counts, words))
    assert x.max() > 1
    np.testing.assert_array_equal(y, np.minimum(x, 1))


def test_scored_windows_cover_each_bin_once_and_learned_ones_overlap(recording):
    data = Dataset.of(recording, 0.5, 2, "poisson")
    observed = data.binned.observed
    scored, learned = data.samples(data.scored(observed)), data.samples(data.learned(observed))
    assert scored.matrix.sum() == data.binned.spikes_of_units().sum()
    assert len(scored) == 19
    assert len(learned) == 15 + 21
    part = np.arange(40) < 10
    assert data.samples(data.learned(part), observed).binned.observed.sum() == 38


def test_places_count_from_the_start_of_trials_and_conditions_have_their_own(recording):
    for labels, second in (([0, 0], 0), ([0, 90], 4)):
        trials = trials_of(recording, labels)
        data = Dataset.of(recording, 0.5, 2, "poisson", trials)
        samples = data.samples(data.scored(data.binned.observed))
        assert samples.places[:3].tolist() == [[-1, -1], [0, 1], [2, 3]]
        assert samples.places_of_condition == 4
        expected = sorted({-1, 0, 1, 2, 3, *range(second, second + 4)})
        assert sorted(set(samples.places.ravel().tolist())) == expected


def test_a_recording_of_bins_has_the_same_bins(recording):
    binned = Dataset.of(recording, 0.5, 1, "bernoulli").binned
    again = bin_spikes(as_recording(binned), 0.5)
    np.testing.assert_array_equal(again.toarray(), binned.toarray())
    np.testing.assert_array_equal(again.observed, binned.observed)


def test_bins_of_a_file_stay_bins():
    counts = np.random.default_rng(0).integers(0, 2, (30, 4))
    data = Dataset.of(nh.Recording.from_counts(counts), 2.0, 1, "auto")
    again = bin_spikes(as_recording(data.binned), 1.0)
    assert again.time_unit == "bin"
    np.testing.assert_array_equal(again.toarray(), data.binned.toarray())


def test_constant_units_are_found():
    counts = np.random.default_rng(0).integers(0, 2, (30, 4))
    counts[:, 1], counts[:, 3] = 0, 1
    data = Dataset.of(nh.Recording.from_counts(counts), 1.0, 1, "bernoulli")
    assert data.constant_units.tolist() == [1, 3]


def test_an_unknown_observation_is_refused(recording):
    with pytest.raises(InputError, match="observation 'gaussian'; expected one of 'auto'"):
        Dataset.of(recording, 0.5, 1, "gaussian")
