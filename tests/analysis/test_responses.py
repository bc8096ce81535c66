"""Responses: which spikes, and which hidden activity, belong to which bin of which trial."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import psth, responses_of
from neurohm.analysis.psth import standard_error
from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.recordings import Recording, bin_spikes, trials_of

TRIALS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def recording_of(trains, **fields):
    options = {"t_stop": 8.0, "intervals": {"trials": TRIALS}}
    return Recording.from_trains(trains, **{**options, **fields})


@dataclass
class Rows:
    values: np.ndarray
    times: np.ndarray


def test_spikes_counted_by_hand():
    # spikes on edges belong to the bin that begins there
    recording = recording_of([[0.9, 1.0, 1.25, 1.5, 3.1, 3.3, 5.75, 6.0], [1.9999]])
    responses = responses_of(recording, trials_of(recording), start=-0.25, stop=1.0, bin_size=0.25)
    assert responses.edges.tolist() == [-0.25, 0.0, 0.25, 0.5, 0.75, 1.0]
    assert responses.values[..., 0].tolist() == [
        [1, 1, 1, 1, 0],
        [0, 1, 1, 0, 0],
        [0, 0, 0, 0, 1],
    ]
    assert responses.values[..., 1].sum() == responses.values[0, 4, 1] == 1
    assert responses.per_trial[:, 0].tolist() == [4, 2, 1]
    assert repr(responses) == ("Responses(3 trials x 5 bins x 2 units, counts, -0.25 to 1 s)")


def test_psth_of_hand_counted_spikes():
    recording = recording_of([[1.1, 1.2, 3.1, 5.7]])
    trials = trials_of(recording, ["a", "a", "b"])
    found = psth(responses_of(recording, trials, bin_size=0.5))
    np.testing.assert_allclose(found.mean[..., 0], [[3.0, 0.0], [0.0, 2.0]])  # Hz
    # of 2 and 1 spikes in half a second: 4 and 2 Hz, deviation sqrt(2), over sqrt(2)
    np.testing.assert_allclose(found.standard_error[0, :, 0], [1.0, 0.0])
    assert np.isnan(found.standard_error[1]).all()
    assert found.counts.tolist() == [2, 1]
    assert found.unit == "Hz"
    assert found.centres.tolist() == [0.25, 0.75]
    assert found.to_dict()["levels"] == ["a", "b"]


def test_bins_of_the_recording_are_those_in_which_the_moment_lies():
    recording = recording_of([[1.05, 1.35, 3.31]], intervals={"trials": [[1.13, 2.0], [3.3, 4.0]]})
    trials = trials_of(recording)
    responses = responses_of(bin_spikes(recording, 0.1), trials, start=-0.1, stop=0.3)
    # 1.13 lies in the bin from 1.1; the bins are those from 1.0, 1.1, 1.2, 1.3
    assert responses.values[..., 0].tolist() == [[1, 0, 0, 1], [0, 1, 0, 0]]


def test_counts_in_bins_are_those_of_the_spikes_where_trials_begin_with_bins():
    recording = nh.simulate_trials(5, 20, seed=1)
    trials = trials_of(recording, "orientation")
    options = {"start": -0.2, "stop": 1.2}
    exact = responses_of(recording, trials, bin_size=0.02, **options)
    binned = responses_of(bin_spikes(recording, 0.02), trials, **options)
    np.testing.assert_array_equal(exact.values, binned.values)
    np.testing.assert_allclose(exact.edges, binned.edges)


def test_activity_is_of_the_window_that_ends_with_the_bin():
    times = 0.1 * np.arange(1, 81)
    rows = Rows(np.arange(80.0)[:, None], times)
    trials = trials_of(recording_of([[1.0]]))
    responses = responses_of(rows, trials, start=0.2, stop=0.5)
    # the bin from 1.2 to 1.3 ends at the 13th row
    assert responses.values[..., 0].tolist() == [[12, 13, 14], [32, 33, 34], [52, 53, 54]]
    assert responses.kind == "probability"


def test_no_trial_reaches_over_a_gap():
    times = np.concatenate([0.1 * np.arange(1, 36), 0.1 * np.arange(38, 81)])
    rows = Rows(np.arange(len(times), dtype=float)[:, None], times)
    trials = trials_of(recording_of([[1.0]]))
    with pytest.warns(NeurohmWarning, match="1 of 3 trials not wholly in observed time"):
        responses = responses_of(rows, trials)
    assert responses.trials.moments.tolist() == [1.0, 5.0]
    observed = {"trials": TRIALS, "observed": [[0.0, 3.5], [4.5, 8.0]]}
    recording = recording_of([[1.0]], intervals=observed)
    for source, size in ((recording, 0.5), (bin_spikes(recording, 0.5), None)):
        with pytest.warns(NeurohmWarning, match="1 of 3 trials"):
            responses = responses_of(source, trials, bin_size=size)
        assert responses.trials.moments.tolist() == [1.0, 5.0]


def test_events_outside_of_the_recording():
    recording = recording_of([[1.0]], intervals={"trials": [[100.0, 101.0], [200.0, 201.0]]})
    trials = trials_of(recording)
    for source, size in ((recording, 0.1), (bin_spikes(recording, 0.1), None)):
        with pytest.raises(InputError, match="none of 2 trials, 100 to 200 s"):
            responses_of(source, trials, bin_size=size)


def test_hidden_activity_of_a_model():
    recording = nh.simulate_trials(6, 30, seed=2)
    model = nh.SpikeHelmholtz(hidden=(3, 2), lags=4, epochs=2).fit(recording, label=None)
    trials = trials_of(recording, "orientation")
    activity = model.transform(recording)
    found = nh.hidden_responses(model, recording, trials)
    assert found.unit_names == ("1.0", "1.1", "1.2", "2.0", "2.1")
    assert found.edges[0] == pytest.approx(0.06)
    row = np.flatnonzero(np.isclose(activity.times, trials.moments[4] + 0.08)).item()
    np.testing.assert_allclose(found.values[4, 0], activity.values[row])
    counts = nh.count_responses(model, recording, trials)
    exact = responses_of(recording, trials, bin_size=0.02)
    np.testing.assert_array_equal(counts.values, exact.values)
    assert counts.unit_names == tuple(map(str, range(6)))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "bin_size, seconds"),
        ({"bin_size": 2.0}, "less than a bin of 2"),
        ({"bin_size": 0.1, "start": 2.0}, "stop 1"),
        ({"bin_size": 0.0}, "bin_size 0"),
    ],
)
def test_bad_input(options, text):
    recording = recording_of([[1.0]])
    with pytest.raises(InputError, match=text):
        responses_of(recording, trials_of(recording), **options)


def test_bin_size_of_what_comes_in_bins():
    recording = recording_of([[1.0]])
    with pytest.raises(InputError, match="comes in bins"):
        responses_of(bin_spikes(recording, 0.1), trials_of(recording), bin_size=0.1)


def test_standard_error_of_one_value_is_not_known():
    assert np.isnan(standard_error(np.ones((1, 3)))).all()
