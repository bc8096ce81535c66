"""Gains against surrogates: right where there is nothing, and found where there is something."""

import itertools
import json

import numpy as np
import pytest

import neurohm as nh
from neurohm.cli.printing import strict
from neurohm.comparison import Comparison
from neurohm.comparison.baselines.independent import IndependentBernoulli
from neurohm.comparison.baselines.mixture import BernoulliMixture
from neurohm.exceptions import InputError

MIXTURE = {"mixture": BernoulliMixture(2, strength=5.0, starts=1, steps=20)}


def independent_units(seed, n=400, units=4):
    generator = np.random.default_rng(seed)
    return nh.Recording.from_counts((generator.random((n, units)) < 0.3).astype(int))


@pytest.mark.parametrize("refit", [True, False])
def test_what_units_have_in_common_is_more_than_in_surrogates(assemblies, refit):
    result = nh.compare(
        assemblies,
        MIXTURE,
        observation="bernoulli",
        folds=2,
        surrogates=19,
        surrogate="shift",
        refit=refit,
    )
    tested = result.surrogates
    (test,) = tested.tests
    assert (tested.kind, tested.number, tested.refit) == ("shift", 19, refit)
    assert test.gain_bits_per_bin == pytest.approx(result["mixture"].gain_bits_per_bin)
    assert test.p_value == pytest.approx(1 / 20)
    assert max(test.surrogate_gains) < 0.2 * test.gain_bits_per_bin
    assert "p = 0.05" in repr(result)
    assert result.to_frame().loc["mixture", "surrogate_p_value"] == pytest.approx(0.05)


def test_a_gain_of_a_surrogate_is_that_of_a_comparison_of_it(assemblies):
    arguments = {"observation": "bernoulli", "folds": 2, "seed": 6}
    result = nh.compare(assemblies, MIXTURE, surrogates=2, **arguments)
    for i, gain in enumerate(result.surrogates.tests[0].surrogate_gains):
        made = nh.surrogate(assemblies, "jitter", seed=7 + i)
        alone = nh.compare(made, MIXTURE, bin_size=0.02, **arguments)
        assert gain == pytest.approx(alone["mixture"].gain_bits_per_bin, rel=1e-9)


def test_models_scored_without_a_new_fit_are_those_of_the_recording(assemblies):
    arguments = {"observation": "bernoulli", "test": 0.25, "validation": 0}
    result = nh.compare(
        assemblies, MIXTURE, surrogates=1, surrogate="rate", refit=False, **arguments
    )
    binned = nh.recordings.bin_spikes(assemblies, 0.02)
    made = nh.surrogate(assemblies, "rate", seed=1)
    test = np.minimum(nh.recordings.bin_spikes(made, 0.02).toarray(), 1)[9000:]
    learned = np.minimum(binned.toarray(), 1)[:9000]
    models = (MIXTURE["mixture"].fit(learned), IndependentBernoulli().fit(learned))
    nats = [model.score_samples(test).mean() for model in models]
    (gain,) = result.surrogates.tests[0].surrogate_gains
    assert gain == pytest.approx((nats[0] - nats[1]) / np.log(2), rel=1e-9)


@pytest.mark.parametrize("refit", [True, False])
def test_p_values_are_right_where_there_is_nothing(refit):
    # Of 60 recordings, each with a probability of at most 0.2 to have a p-value of 0.2 or less,
    # more than 25 have one with a probability of 5e-5.
    p_values = [
        nh.compare(
            independent_units(seed), MIXTURE, folds=2, surrogates=4, surrogate="shift", refit=refit
        )
        .surrogates.tests[0]
        .p_value
        for seed in range(60)
    ]
    assert sum(p <= 0.2 for p in p_values) <= 25
    assert set(p_values) <= {k / 5 for k in range(1, 6)}


def test_the_largest_gain_of_all_models_tested_controls_the_family(assemblies):
    models = {f"mixture of {n}": BernoulliMixture(n, strength=1.0, steps=20) for n in (2, 3)}
    result = nh.compare(
        assemblies, models, observation="bernoulli", folds=2, surrogates=9, surrogate="rate"
    )
    tests = result.surrogates.tests
    among = np.array([test.surrogate_gains for test in tests]).max(axis=0)
    for test in tests:
        reached = (among >= test.gain_bits_per_bin).sum()
        assert test.family_p_value == pytest.approx((1 + reached) / 10)
        assert test.family_p_value >= test.p_value


@pytest.mark.parametrize("refit", [True, False])
def test_processes_change_nothing(refit):
    arguments = {"folds": 2, "surrogates": 3, "surrogate": "rate", "refit": refit}
    one, two = (
        nh.compare(independent_units(0), MIXTURE, n_jobs=n, **arguments).surrogates for n in (1, 2)
    )
    assert one == two


def test_a_result_comes_back_from_json():
    arguments = {"folds": 2, "surrogates": 2, "surrogate": "rate", "refit": False}
    result = nh.compare(independent_units(0), MIXTURE, **arguments)
    facts = json.loads(json.dumps(strict(result.to_dict())))
    with pytest.raises(InputError, match="no comparison"):
        Comparison.from_dict({**facts, "scores": [1]})
    again = Comparison.from_dict(facts)
    assert repr(again) == repr(result)
    assert again.to_dict().keys() == result.to_dict().keys()
    assert again.surrogates == result.surrogates


def test_some_models_alone_are_tested(assemblies):
    models = {name: BernoulliMixture(2, strength=1.0, steps=5) for name in "abc"}
    result = nh.compare(
        assemblies,
        models,
        observation="bernoulli",
        folds=2,
        surrogates=1,
        tested=["b", "c"],
        surrogate_settings={"window": 0.5},
    )
    assert [test.name for test in result.surrogates.tests] == ["b", "c"]


def test_trials_are_shuffled_by_name(assemblies):
    starts = np.arange(0.0, 240.0, 2.0)
    fields = {"intervals": {"trials": np.stack([starts, starts + 2.0], axis=1)}}
    trains = [assemblies.times(i) for i in range(4)]
    recording = nh.Recording.from_trains(trains, t_stop=240.0, **fields)
    result = nh.compare(
        recording,
        MIXTURE,
        observation="bernoulli",
        folds=2,
        surrogates=1,
        surrogate="trial-shuffle",
    )
    assert result.surrogates.keeps.startswith("PSTH")
    arguments = {"observation": "bernoulli", "surrogates": 1, "surrogate": "trial-shuffle"}
    with pytest.raises(InputError, match="no intervals 'trials'"):
        nh.compare(assemblies, MIXTURE, **arguments)
    given = nh.compare(assemblies, MIXTURE, trials=fields["intervals"]["trials"], **arguments)
    assert given.surrogates.number == 1


def test_nothing_is_fitted_before_a_surrogate_is_known_to_work(assemblies, spy):
    model = spy()
    for settings in ({"window": 1000.0}, {"dither": 0.01}):
        with pytest.raises(InputError):
            nh.compare(
                assemblies,
                {"spy": model},
                observation="bernoulli",
                surrogates=9,
                surrogate_settings=settings,
            )
    assert not model.log


def test_kinds_that_keep_more_leave_more_of_the_gain(assemblies):
    """Slow changes of rate that units share are kept by jitter, and not by shifts."""
    generator = np.random.default_rng(0)
    slow = np.repeat(generator.choice([0.05, 0.5], 60), 50)
    counts = (generator.random((3000, 6)) < slow[:, None]).astype(int)
    recording = nh.Recording.from_counts(counts, 0.02)
    gains = {}
    for kind, settings in (("jitter", {"window": 0.1}), ("shift", {})):
        result = nh.compare(
            recording,
            MIXTURE,
            folds=2,
            observation="bernoulli",
            surrogates=3,
            surrogate=kind,
            surrogate_settings=settings,
        )
        gains[kind] = np.mean(result.surrogates.tests[0].surrogate_gains)
    assert gains["jitter"] > 5 * max(gains["shift"], 0.001)
    assert all(a > b for a, b in itertools.pairwise(gains.values()))
