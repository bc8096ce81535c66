"""Scores of recordings: what is counted, and what the gain is measured against."""

import json

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import IndependentModel, score_windows
from neurohm.analysis.quality import WindowMatrix
from neurohm.machine.initial import Zeros, fit_visible_bias
from neurohm.recordings import Windows, bin_spikes


@pytest.fixture(scope="module")
def binned():
    recording = nh.simulate_assemblies(n_units=6, minutes=2, n_assemblies=1, members=(3, 4))
    return bin_spikes(recording, 0.05)


def independent_machine(model, lags):
    """A machine whose hidden units have no effect is the independent model."""
    machine = nh.HelmholtzMachine(
        [nh.Poisson(len(model.mean) * lags), 2], initial=Zeros(), dtype="float64"
    )
    fit_visible_bias(machine, np.repeat(model.mean, lags))
    return machine


@pytest.mark.parametrize("lags", [1, 3])
def test_a_machine_of_independent_units_gains_nothing(binned, lags):
    model = IndependentModel.fit("poisson", binned)
    windows = Windows(binned, lags, stride=lags)
    report = score_windows(independent_machine(model, lags), windows, model, particles=3)
    assert report.gain_bits_per_bin == pytest.approx(0, abs=1e-9)
    assert report.nats_per_bin == pytest.approx(report.independent_nats_per_bin, abs=1e-9)
    assert report.standard_error == pytest.approx(0, abs=1e-9)


def test_each_bin_counts_once(binned):
    model = IndependentModel.fit("poisson", binned)
    windows = Windows(binned, 5, stride=5)
    report = score_windows(independent_machine(model, 5), windows, model, particles=2)
    counts = binned.toarray()[: len(windows) * 5]
    assert report.n_bins == len(windows) * 5
    assert report.n_spikes == counts.sum()
    assert report.n_blocks == 12  # two minutes in blocks of ten seconds
    per_bin = model.log_likelihood(counts, lags=1).sum() / report.n_bins
    assert report.independent_nats_per_bin == pytest.approx(per_bin, abs=1e-12)


def test_nats_per_bin_are_comparable_across_lags(binned):
    model = IndependentModel.fit("poisson", binned)
    scores = [
        score_windows(
            independent_machine(model, lags), Windows(binned, lags, stride=lags), model, particles=2
        ).nats_per_bin
        for lags in (1, 2, 4, 8)  # all divide the 2400 bins
    ]
    np.testing.assert_allclose(scores, scores[0], atol=1e-9)


def test_the_report_is_plain_data(binned):
    model = IndependentModel.fit("poisson", binned)
    windows = Windows(binned, 2, stride=2)
    report = score_windows(independent_machine(model, 2), windows, model, particles=2)
    assert json.loads(json.dumps(report.to_dict()))["kind"] == "importance"


def test_window_matrix_builds_rows_when_they_are_sliced(binned):
    windows = Windows(binned, 2)
    matrix = WindowMatrix(windows, np.array([4, 0, 7]))
    assert matrix.shape == (3, 12)
    np.testing.assert_array_equal(matrix[:2], windows.dense([4, 0]))
