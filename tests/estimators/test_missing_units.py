"""Scores of recordings whose units were observed at different times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logsumexp

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.likelihood import all_states, exact_log_likelihood
from neurohm.recordings import Recording

SPANS = [[[0.0, 20.0]], [[5.0, 20.0]], [[0.0, 12.0], [16.0, 20.0]]]


@pytest.fixture(scope="module")
def recording() -> Recording:
    counts = np.random.default_rng(0).random((1000, 3)) < [0.1, 0.3, 0.2]
    return Recording.from_counts(counts.astype(int), 0.02, observed_by_unit=SPANS)


@pytest.fixture(scope="module")
def model(recording: Recording) -> nh.SpikeHelmholtz:
    whole = replace(recording, observed_by_unit=None)
    return nh.SpikeHelmholtz(hidden=2, lags=2, epochs=2).fit(whole, label=None)


def by_hand(model: nh.SpikeHelmholtz, recording: Recording) -> tuple[float, float, int]:
    """The summed log-likelihoods of machine and baseline, of what was observed; its spikes."""
    states = all_states(6)
    log_p = exact_log_likelihood(model.machine_, states)
    rows = np.zeros((1000, 3), int)
    for unit in range(3):
        rows[(recording.times(unit) / 0.02).astype(int), unit] = 1
    bins = np.arange(1000) * 0.02 + 0.01
    seen = np.array([np.any([(bins > a) & (bins < b) for a, b in s], axis=0) for s in SPANS]).T
    x, observed = (a.reshape(500, 2, 3).transpose(0, 2, 1).reshape(500, 6) for a in (rows, seen))
    agree = ((states == x[:, None]) | ~observed[:, None]).all(axis=2)
    machine = logsumexp(np.where(agree, log_p, -np.inf), axis=1).sum()
    mean = np.repeat(model.independent_.mean, 2)
    baseline = np.where(observed, np.where(x == 1, np.log(mean), np.log1p(-mean)), 0).sum()
    return float(machine), float(baseline), int((x * observed).sum())


def test_summed_out_units_score_as_their_enumerated_marginal(recording, model) -> None:
    report = model.score_report(recording, particles=400, missing="sum-out")
    machine, baseline, spikes = by_hand(model, recording)
    assert report.n_bins == 1000
    assert report.n_spikes == spikes
    assert report.observed_share == pytest.approx((20 + 15 + 16) / 60)
    assert report.independent_nats_per_bin == pytest.approx(baseline / 1000)
    # 500 rows, each estimated to about 0.01 nats: the mean to 0.0005
    assert report.nats_per_bin == pytest.approx(machine / 1000, abs=0.002)


def test_bins_are_left_out_by_default(recording, model) -> None:
    report = model.score_report(recording, particles=20)
    assert (report.n_bins, report.observed_share) == (550, 1.0)
    parts = [recording.between(5, 12), recording.between(16, 20)]
    scores = [model.score_report(part, particles=20) for part in parts]
    total = sum(score.nats_per_bin * score.n_bins for score in scores)
    assert report.nats_per_bin == pytest.approx(total / 550)


def test_where_nothing_is_missing_both_are_the_same(recording, model) -> None:
    whole = replace(recording, observed_by_unit=[[[0.0, 20.0]]] * 3)
    plain = model.score_report(replace(recording, observed_by_unit=None), particles=20)
    summed = model.score_report(whole, particles=20, missing="sum-out")
    assert summed.nats_per_bin == pytest.approx(plain.nats_per_bin, rel=1e-12)
    assert summed.n_bins == plain.n_bins


def test_units_that_share_no_time_can_be_summed_out(recording, model) -> None:
    apart = replace(recording, observed_by_unit=[[[0, 6]], [[7, 12]], [[13, 20]]])
    report = model.score_report(apart, particles=20, missing="sum-out")
    assert report.n_bins == 900
    with pytest.raises(InputError, match="no time in which all 3 units"):
        model.score_report(apart, particles=20)
    with pytest.raises(InputError, match="'leave-out', 'sum-out'"):
        model.score_report(apart, missing="guess")
