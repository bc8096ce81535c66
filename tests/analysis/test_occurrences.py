"""When patterns occur: the exact posterior of one cause, and moments and lags."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit

from neurohm.analysis.occurrences import Detector, aligned, first_spikes, occurrence_bins
from neurohm.analysis.spike_bins import SpikeBins

N_UNITS, LAGS, N_BINS = 4, 3, 400
ALL = np.ones(N_BINS, dtype=bool)
DISTRIBUTION = {"poisson": stats.poisson, "bernoulli": stats.bernoulli}
kinds = pytest.mark.parametrize("kind", ["poisson", "bernoulli"])


def spikes_of(counts):
    indptr = np.concatenate([[0], np.cumsum(counts.sum(axis=1))])
    bins = np.concatenate([np.repeat(np.arange(len(row)), row) for row in counts])
    return SpikeBins(indptr, bins, counts.shape[1])


def case(kind, seed, rate=0.05):
    """A pattern, a baseline, and counts in which the pattern occurs at some bins."""
    rng = np.random.default_rng(seed)
    baseline = rng.uniform(0.01, 0.1, N_UNITS)
    field = rng.uniform(0, 0.6, (N_UNITS, LAGS)) * (rng.random((N_UNITS, LAGS)) < 0.5)
    mean = np.repeat(baseline[:, None], N_BINS, axis=1)
    for begin in np.flatnonzero(rng.random(N_BINS - LAGS) < rate):
        mean[:, begin : begin + LAGS] += field
    counts = DISTRIBUTION[kind].rvs(np.minimum(mean, 0.95), random_state=rng)
    return field, baseline, counts


def enumerated_log_odds(kind, field, baseline, counts, prior):
    """Log-odds of two listed hypotheses on the bins in which a pattern would lie."""
    log_p = DISTRIBUTION[kind].logpmf
    base = np.broadcast_to(baseline[:, None], field.shape)
    windows = np.array([counts[:, t : t + LAGS] for t in range(N_BINS - LAGS + 1)])
    joint_on = np.log(prior) + log_p(windows, base + field).sum(axis=(1, 2))
    joint_off = np.log1p(-prior) + log_p(windows, base).sum(axis=(1, 2))
    return joint_on - joint_off


# ---- the detector


@kinds
@given(st.integers(0, 1000))
def test_log_odds_are_those_of_the_mixture(kind, seed):
    field, baseline, counts = case(kind, seed)
    detector = Detector.of(field, baseline, kind)
    log_odds = detector.log_odds(spikes_of(counts), ALL)
    known = log_odds[: N_BINS - LAGS + 1]
    assert np.isnan(log_odds[len(known) :]).all()  # the pattern reaches beyond the recording
    silence_only = enumerated_log_odds(kind, field, baseline, 0 * counts, 0.5)[0]
    assert detector.constant == pytest.approx(silence_only, abs=1e-12)
    silent = np.flatnonzero([not counts[:, t : t + LAGS].any() for t in range(len(known))])
    prior = expit(known[silent[0]] - silence_only)
    expected = enumerated_log_odds(kind, field, baseline, counts, prior)
    np.testing.assert_allclose(known, expected, rtol=0, atol=1e-12)


@kinds
@pytest.mark.parametrize("seed", range(5))
def test_the_prior_is_the_mean_of_the_posterior(kind, seed):
    rng = np.random.default_rng(seed)
    occurs = rng.random(2000) < 0.03
    baseline, field = np.full(8, 0.03), np.full((8, 1), 0.4)
    mean = baseline[:, None] + field * occurs
    counts = DISTRIBUTION[kind].rvs(mean, random_state=rng)
    detector = Detector.of(field, baseline, kind)
    log_odds = detector.log_odds(spikes_of(counts), np.ones(2000, dtype=bool))
    evidence = (detector.weight * counts).sum(axis=0) + detector.constant
    added = log_odds - evidence
    np.testing.assert_allclose(added, added[0], atol=1e-12)
    # A fixed point of expectation maximisation, at the share of the bins in which it occurs
    assert expit(log_odds).mean() == pytest.approx(expit(added[0]), rel=1e-6)
    assert expit(added[0]) == pytest.approx(occurs.mean(), rel=0.2)


def test_where_nothing_speaks_for_it_the_pattern_is_rare():
    detector = Detector.of(np.full((5, 1), 0.5), np.full(5, 0.1), "poisson")
    silence = SpikeBins(np.zeros(6, dtype=np.int64), np.empty(0, dtype=np.int64), 200)
    assert (detector.log_odds(silence, np.ones(200, dtype=bool)) < -10).all()


@kinds
@given(st.integers(0, 1000))
def test_nothing_is_known_where_the_pattern_is_not_observed_from_start_to_end(kind, seed):
    field, baseline, counts = case(kind, seed)
    observed = np.repeat(np.random.default_rng(seed).random(N_BINS // 5) < 0.8, 5)
    spikes = spikes_of(np.where(observed, counts, 0))
    log_odds = Detector.of(field, baseline, kind).log_odds(spikes, observed)
    begins = range(N_BINS - LAGS + 1)
    known = [t for t in begins if observed[t : t + LAGS].all()]
    assert np.flatnonzero(~np.isnan(log_odds)).tolist() == known


def test_time_that_is_not_observed_changes_nothing():
    field, baseline, counts = case("poisson", 0)
    detector = Detector.of(field, baseline, "poisson")
    wide = np.pad(counts, ((0, 0), (70, 5 * N_BINS)))
    log_odds = detector.log_odds(spikes_of(wide), np.pad(ALL, (70, 5 * N_BINS)))
    alone = detector.log_odds(spikes_of(counts), ALL)
    np.testing.assert_allclose(log_odds[70 : 70 + N_BINS], alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("observed", [np.zeros(6, dtype=bool), np.arange(6) % 3 < 2])
def test_no_observed_stretch_holds_the_pattern(observed):
    detector = Detector.of(np.full((2, LAGS), 0.3), np.full(2, 0.1), "poisson")
    log_odds = detector.log_odds(spikes_of(np.ones((2, 6), dtype=int)), observed)
    assert log_odds.shape == (6,)
    assert np.isnan(log_odds).all()
    assert occurrence_bins(log_odds, LAGS).tolist() == []


def test_a_pattern_longer_than_the_recording_is_nowhere_known():
    detector = Detector.of(np.full((2, 9), 0.3), np.full(2, 0.1), "poisson")
    log_odds = detector.log_odds(spikes_of(np.ones((2, 6), dtype=int)), np.ones(6, dtype=bool))
    assert np.isnan(log_odds).tolist() == [True] * 6


def test_units_without_field_say_nothing():
    for kind in DISTRIBUTION:
        detector = Detector.of(np.array([[0.3], [0.0]]), np.array([0.1, 0.2]), kind)
        assert detector.weight[0] > 0
        assert detector.weight[1] == 0


def test_a_certain_spike_of_bernoulli_units_is_not_infinite():
    detector = Detector.of(np.array([[5.0], [0.3]]), np.array([0.2, 0.99]), "bernoulli")
    assert np.isfinite(detector.weight).all()
    assert np.isfinite(detector.constant)
    assert (detector.weight >= 0).all()


# ---- occurrences


@pytest.mark.parametrize(
    ("probable", "lags", "expected"),
    [
        ({}, 3, []),
        ({0: 1.0}, 3, [0]),
        ({4: 1.0, 6: 2.0}, 3, [6]),  # two bins apart: one occurrence, the more probable
        ({4: 1.0, 7: 2.0}, 3, [4, 7]),  # three bins apart: two
        ({4: 2.0, 5: 2.0}, 3, [4]),  # equally probable: the first
        ({0: 1.0, 9: 1.0}, 1, [0, 9]),
        ({2: 1.0, 3: 1.0}, 1, [2, 3]),
        ({3: 1.0, 5: 3.0, 7: 2.0}, 3, [5]),  # a chain of them is one
    ],
)
def test_occurrences(probable, lags, expected):
    log_odds = np.full(10, -1.0)
    log_odds[list(probable)] = list(probable.values())
    found = occurrence_bins(log_odds, lags)
    assert found.tolist() == expected
    assert found.dtype == np.int64


def test_what_is_not_known_is_no_occurrence():
    log_odds = np.array([np.nan, 1.0, np.nan, 2.0, np.nan, np.nan])
    assert occurrence_bins(log_odds, 1).tolist() == [1, 3]
    assert occurrence_bins(log_odds, 3).tolist() == [3]


def test_even_odds_are_no_occurrence():
    assert occurrence_bins(np.zeros(5), 2).tolist() == []


# ---- moments and lags


def test_first_spikes_in_their_spans():
    trains = [np.array([0.9, 1.0, 1.05, 5.0]), np.array([1.25, 1.3]), np.array([])]
    starts, spans = np.array([1.0, 4.0]), np.array([[0.0, 0.1], [0.2, 0.3], [0.0, 9.0]])
    after = first_spikes(trains, starts, spans)
    np.testing.assert_allclose(after, [[0.0, 0.25, np.nan], [np.nan] * 3])


def test_the_end_of_a_span_is_not_in_it():
    after = first_spikes([np.array([1.5])], np.array([1.0]), np.array([[0.0, 0.5]]))
    assert np.isnan(after).all()


def test_no_occurrences():
    after = first_spikes([np.array([1.0])], np.empty(0), np.array([[0.0, 1.0]]))
    assert after.shape == (0, 1)
    shift, lags = aligned(after, np.array([0.3]))
    assert shift.shape == (0,)
    assert lags.tolist() == [0.0]


def test_planted_lags_and_moments_are_recovered():
    rng = np.random.default_rng(0)
    lags, moments = np.array([0.013, 0.0, 0.041, 0.022, 0.037]), rng.uniform(0, 0.02, 200)
    after = moments[:, None] + lags + rng.normal(0, 0.002, (200, 5))
    after[rng.random(after.shape) < 0.3] = np.nan
    # A background spike instead of the member's own, now and then
    stray = rng.random(after.shape) < 0.03
    after[stray] = rng.uniform(0, 0.06, stray.sum())
    shift, found = aligned(after, np.full(5, 0.02))
    # The median of 140 errs by 0.2 ms, and stray spikes draw it towards the middle by 0.2 ms.
    np.testing.assert_allclose(found, lags, atol=0.002)
    known = (~np.isnan(after)).sum(axis=1) >= 3
    assert np.median(np.abs(shift - moments)[known]) < 0.002


def test_without_noise_alignment_is_exact():
    lags, moments = np.array([0.0, 0.25, 0.5]), np.array([0.125, 0.0, 0.375])
    shift, found = aligned(moments[:, None] + lags, np.zeros(3))
    np.testing.assert_allclose(shift, moments, atol=1e-12)
    np.testing.assert_allclose(found, lags, atol=1e-12)


def test_a_member_that_never_fires_keeps_the_lag_it_was_given():
    after = np.array([[0.1, np.nan, 0.2], [0.3, np.nan, 0.4]])
    _, lags = aligned(after, np.array([0.0, 0.05, 0.1]))
    np.testing.assert_allclose(lags, [0.0, 0.05, 0.1], atol=1e-12)
