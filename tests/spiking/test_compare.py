"""Spiking dreams of a fitted machine within the sampling error of abstract ones."""

from __future__ import annotations

import numpy as np
from brian2 import ms
from scipy.stats import kstest, norm

import neurohm as nh
from neurohm.recordings import Windows, bin_spikes
from neurohm.spiking import compare_spiking
from neurohm.spiking.exchange import exchanged


def fitted(recording, lags=1):
    return nh.SpikeHelmholtz(
        hidden=(6, 2), bin_size=0.02, lags=lags, observation="bernoulli", epochs=3, random_state=0
    ).fit(recording)


def test_dreams_of_a_fitted_machine_have_its_rates_and_correlations():
    """Bonferroni over rates and pairs, and both mean squares: false alarms in 1 of 450 machines."""
    recording = nh.simulate_assemblies(8, 1.0, 1, members=(4, 5), rate=4.0, lag=0.0, seed=0)
    model = fitted(recording)
    windows = Windows(bin_spikes(recording, 0.02), 1)
    comparison = compare_spiking(model.machine_, windows, dreams=20_000, window=2 * ms, seed=1)
    deviations = np.concatenate([comparison.rate_deviations, comparison.correlation_deviations])
    assert len(deviations) == 8 + 28
    assert np.nanmax(np.abs(deviations)) < norm.isf(0.5e-4 / len(deviations))
    assert min(comparison.rate_chance, comparison.correlation_chance) > 1.5e-3
    drawn = nh.plots.spiking_comparison(comparison)
    assert drawn.shape == (2, 3)
    assert len(comparison.to_dict()["rate_deviations"]) == 8


def test_another_machine_is_found_out():
    """The test above has power: a fifth of weight noise is many standard errors."""
    machine = nh.HelmholtzMachine([6, 3], seed=0, dtype="float64")
    for array in machine.parameters().values():
        array[...] = np.random.default_rng(0).standard_normal(array.shape)
    flaws = nh.spiking.Imperfections(weights=0.3, thresholds=0.3)
    comparison = compare_spiking(machine, dreams=10_000, imperfections=flaws, window=2 * ms)
    assert np.nanmax(np.abs(comparison.rate_deviations)) > 5
    assert comparison.rate_chance < 2e-3


def test_chance_is_uniform_where_laws_are_the_same():
    """Units in pairs that fire together, so that deviations are not independent."""
    rng = np.random.default_rng(0)
    halves = rng.random((2, 60, 300, 3)) < rng.random(3)
    dreams = np.concatenate([halves, halves], axis=3)
    dreams[..., 0] ^= rng.random(dreams.shape[:3]) < 0.1
    chances = np.array(
        [exchanged(one, other, k) for k, (one, other) in enumerate(zip(*dreams, strict=True))]
    )
    for column in chances.T:
        assert kstest(column, "uniform").pvalue > 1e-4  # false alarms
