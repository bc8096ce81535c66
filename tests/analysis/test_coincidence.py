"""Coincidence against its definition, and what it must not depend on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurohm.analysis.coincidence import coincidence, pattern_evidence
from neurohm.analysis.spike_bins import SpikeBins

N_BINS = 30
seeds = st.integers(0, 10_000)


def spikes_of(counts):
    indptr = np.concatenate([[0], np.cumsum(counts.sum(axis=1))])
    bins = np.concatenate([np.repeat(np.arange(len(row)), row) for row in counts])
    return SpikeBins(indptr, bins, counts.shape[1])


def drawn(seed, n_units=4, rate=0.4):
    return np.random.default_rng(seed).poisson(rate, (n_units, N_BINS))


def weights_like(seed, n_units=4, lags=3):
    return np.random.default_rng([seed, 1]).random((n_units, lags))


def own_evidence(counts, weight):
    """e_u(t), from the first t at which a pattern reaches into the recording."""
    lags = weight.shape[1]
    wide = np.pad(counts, ((0, 0), (lags - 1, lags - 1)))
    steps = range(N_BINS + lags - 1)
    return np.array([[row @ wide[u, t : t + lags] for t in steps] for u, row in enumerate(weight)])


@given(seeds, st.integers(1, 4))
def test_coincidence_is_the_sum_over_moments_and_pairs_of_different_units(seed, lags):
    counts, weight = drawn(seed), weights_like(seed, lags=lags)
    own = own_evidence(counts, weight)
    pairs = own @ own.T
    expected = pairs.sum(axis=1) - np.diag(pairs)
    [share] = coincidence(spikes_of(counts), [weight])
    np.testing.assert_allclose(share, expected, rtol=1e-12, atol=1e-12)
    # Summed over units: the energy of the evidence with a zero diagonal.
    energy = (own.sum(axis=0) ** 2).sum() - (own**2).sum()
    assert share.sum() == pytest.approx(energy, abs=1e-9)


@given(seeds, st.integers(1, 4))
def test_evidence_is_that_of_patterns_that_begin_in_the_recording(seed, lags):
    counts, weight = drawn(seed), weights_like(seed, lags=lags)
    evidence = pattern_evidence(spikes_of(counts), weight)
    assert evidence.shape == (N_BINS,)
    expected = own_evidence(counts, weight).sum(axis=0)[lags - 1 :]
    np.testing.assert_allclose(evidence, expected, atol=1e-12)


@given(seeds)
def test_no_unit_drives_it_alone(seed):
    counts, weight = drawn(seed, rate=2.0), weights_like(seed)
    silent, unweighted = counts.copy(), weight.copy()
    silent[1:], unweighted[1:] = 0, 0
    np.testing.assert_allclose(coincidence(spikes_of(silent), [weight]), 0, atol=1e-9)
    np.testing.assert_allclose(coincidence(spikes_of(counts), [unweighted]), 0, atol=1e-9)
    np.testing.assert_allclose(coincidence(spikes_of(counts[:1]), [weight[:1]]), 0, atol=1e-9)


@given(seeds, st.permutations(range(4)))
def test_the_order_of_units_does_not_matter(seed, order):
    counts, weight = drawn(seed), weights_like(seed)
    [share] = coincidence(spikes_of(counts), [weight])
    [permuted] = coincidence(spikes_of(counts[list(order)]), [weight[list(order)]])
    np.testing.assert_allclose(permuted, share[list(order)], rtol=1e-12, atol=1e-12)


@given(seeds, st.integers(0, 5), st.integers(0, 2))
def test_neither_the_place_of_spikes_nor_that_of_the_pattern_matters(seed, later, padding):
    counts, weight = drawn(seed), weights_like(seed)
    moved = np.pad(counts, ((0, 0), (later, 0)))
    padded = np.pad(weight, ((0, 0), (padding, 1)))
    [share] = coincidence(spikes_of(counts), [weight])
    [other] = coincidence(spikes_of(moved), [padded])
    np.testing.assert_allclose(other, share, rtol=1e-12, atol=1e-12)


def test_it_is_quadratic_in_the_weights_and_each_template_has_its_own():
    spikes = spikes_of(drawn(0))
    one, other = weights_like(0), weights_like(1, lags=5)
    shares = coincidence(spikes, [one, other, 3 * one])
    np.testing.assert_array_equal(shares[1], coincidence(spikes, [other])[0])
    np.testing.assert_allclose(shares[2], 9 * shares[0], rtol=1e-12)
    assert coincidence(spikes, []).shape == (0, 4)
