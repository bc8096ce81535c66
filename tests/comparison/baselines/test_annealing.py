"""Log Z by annealing: as good as it says, for all models with an energy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp, softmax

from neurohm.comparison.baselines import annealing as annealing_module
from neurohm.comparison.baselines.annealing import LogPartition, annealed_log_partition
from neurohm.comparison.baselines.chains import annealed_words, annealing
from neurohm.comparison.baselines.interactions import Interactions
from neurohm.comparison.baselines.restricted import Restricted
from neurohm.comparison.baselines.states import AllStates, bits
from neurohm.exceptions import NumericalError


def pairwise_of(n: int, seed: int, counted: bool) -> Interactions:
    rng = np.random.default_rng(seed)
    couplings = np.triu(rng.normal(0, 0.7, (n, n)), 1)
    potential = rng.normal(0, 0.5, n + 1) * counted
    return Interactions(rng.normal(-1.5, 0.5, n), couplings + couplings.T, potential)


def machine_of(n_units: int, n_hidden: int, seed: int) -> Restricted:
    rng = np.random.default_rng(seed)
    weights = rng.normal(0, 1, (n_units, n_hidden))
    return Restricted(weights, rng.normal(-1, 0.5, n_units), rng.normal(-1, 0.5, n_hidden))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few steps and chains, so that error bars are as large as they may be."""
    monkeypatch.setattr(annealing_module, "FEWEST", 32)
    monkeypatch.setattr(annealing_module, "SPREAD", 0.3)
    monkeypatch.setattr(annealing_module, "PILOT", 128)
    monkeypatch.setattr(annealing_module, "PART", 256)


# Of right error bars of 95 %, 91 of 100 or more cover the truth in 97.2 % of all tests.
@pytest.mark.parametrize("counted", [False, True])
def test_error_bars_cover_the_truth_of_pairs(counted: bool, quick: None) -> None:
    covered = 0
    for seed in range(100):
        model = pairwise_of(8, seed, counted)
        exact = logsumexp(AllStates(8).log_weights(model))
        found = annealed_log_partition(annealing(model, np.full(8, -1.0), seed), 0.02)
        assert 0 < found.standard_error <= 0.02
        covered += abs(found.value - exact) < 1.96 * found.standard_error
    assert covered >= 91


def test_error_bars_cover_the_truth_of_restricted_machines(quick: None) -> None:
    covered = 0
    for seed in range(100):
        model = machine_of(7, 5, seed)
        exact = logsumexp(model.log_weights(bits(7)))
        found = annealed_log_partition(annealing(model, np.full(7, -1.0), seed), 0.02)
        covered += abs(found.value - exact) < 1.96 * found.standard_error
    assert covered >= 91


def test_independent_units_are_exact() -> None:
    log_odds = np.random.default_rng(0).normal(size=30)
    model = Interactions.independent(log_odds)
    found = annealed_log_partition(annealing(model, log_odds, seed=0), 0.01)
    assert found.value == pytest.approx(np.logaddexp(0, log_odds).sum(), abs=1e-12)
    assert found.standard_error < 1e-12


def test_a_smaller_tolerance_takes_more_chains() -> None:
    anneal = annealing(pairwise_of(10, 0, True), np.full(10, -1.0), seed=0)
    rough, fine = annealed_log_partition(anneal, 0.02), annealed_log_partition(anneal, 0.003)
    assert fine.standard_error <= 0.003
    assert fine.chains > rough.chains
    assert abs(rough.value - fine.value) < 4 * rough.standard_error  # false alarm: 1 in 10,000
    assert annealed_log_partition(anneal, 0.02) == rough


def test_annealed_words_are_of_the_model() -> None:
    model = pairwise_of(6, 3, True)
    weights = softmax(AllStates(6).log_weights(model))
    words = annealed_words(model, np.full(6, -1.0), 20_000, steps=50, seed=1)
    found = np.bincount(words @ 2 ** np.arange(6), minlength=64)
    excess = ((found - 20_000 * weights) ** 2 / (20_000 * weights)).sum()
    assert excess < 63 + 4 * np.sqrt(2 * 63)  # chi-square: false alarm below 1 in 1000


def test_weights_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(NumericalError, match="no numbers"):
        annealed_log_partition(lambda betas, first, chains: np.full(chains, np.nan), 0.1)


def test_rare_large_weights_double_the_steps() -> None:
    def anneal(betas: np.ndarray, first: int, chains: int) -> np.ndarray:
        numbers = np.arange(first, first + chains)  # the first chains meet none of the large ones
        large = (numbers % 100 == 99) & (numbers >= 256) & (len(betas) < 1000)
        return np.where(large, 3.0, 0.0)

    found = annealed_log_partition(anneal, 1e-3)
    assert (found.value, found.steps) == (0.0, 1024)


def test_a_model_that_chains_do_not_reach_is_refused() -> None:
    def anneal(betas: np.ndarray, first: int, chains: int) -> np.ndarray:
        return np.where(np.arange(chains) % 50 == 0, 10.0, 0.0)

    with pytest.raises(NumericalError, match="annealing steps"):
        annealed_log_partition(anneal, 0.1)


def test_a_partition_says_how_it_was_found() -> None:
    partition = LogPartition(1.0, 0.25, "annealed", 100, 10)
    assert "± 0.2500" in repr(partition)
    assert partition.to_dict()["chains"] == 100
