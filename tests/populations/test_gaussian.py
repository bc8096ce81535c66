"""Real-valued units against closed forms: factor analysis, mixtures, maximum likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, norm

import neurohm as nh
from neurohm.backend import get_backend
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.kernels import get_kernels
from neurohm.kernels.reference.gaussian import LEAST_DEVIATION
from neurohm.likelihood import all_states
from neurohm.machine.initial import Normal
from neurohm.populations import Gaussian, Input
from neurohm.populations.gaussian import LOG_DEVIATION
from neurohm.training import Decay

FACTOR = np.array([2.0, -1.5, 1.0, 0.0, 0.5, 1.5, -1.0, 0.0])


def factor_analysis(machine: nh.HelmholtzMachine):
    """The law of the visible units of two Gaussian layers: N(b + c W, W^T H W + S)."""
    p = {key: value.astype(float) for key, value in machine.parameters().items()}
    weights = p["generative/hidden1->visible"]
    hidden = np.diag(np.exp(2 * p["generative/hidden1 log deviation"]))
    visible = np.diag(np.exp(2 * p["generative/visible log deviation"]))
    mean = p["generative/visible"] + p["generative/hidden1"] @ weights
    return multivariate_normal(mean, weights.T @ hidden @ weights + visible)


def invert(machine: nh.HelmholtzMachine, widen: float = 1.0) -> None:
    """Make recognition the posterior, but for the correlations of hidden units, or wider."""
    p = machine.parameters()
    weights = p["generative/hidden1->visible"].astype(float)
    prior, noise = (
        np.exp(-2.0 * p[f"generative/{name} log deviation"]) for name in ("hidden1", "visible")
    )
    covariance = np.linalg.inv(np.diag(prior) + weights * noise @ weights.T)
    upward = noise[:, None] * weights.T @ covariance
    p["recognition/visible->hidden1"][...] = upward
    p["recognition/hidden1"][...] = prior * p["generative/hidden1"] @ covariance
    p["recognition/hidden1"][...] -= p["generative/visible"] @ upward
    p["recognition/hidden1 log deviation"][...] = np.log(widen * np.diag(covariance) ** 0.5)


def test_with_the_exact_posterior_every_particle_weighs_alike(normal_machine) -> None:
    machine = normal_machine([Gaussian(6), Gaussian(1)], seed=3)
    invert(machine)
    x = machine.dream(20, seed=5)
    estimate = nh.log_likelihood(machine, x, particles=3)
    np.testing.assert_allclose(estimate.value, factor_analysis(machine).logpdf(x), rtol=1e-10)
    np.testing.assert_allclose(estimate.effective_sample_size, 3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_importance_sampling_meets_factor_analysis(dtype, normal_machine) -> None:
    machine = normal_machine([Gaussian(6), Gaussian(2)], dtype=dtype, seed=3)
    for array in machine.parameters().values():
        array *= 0.6
    invert(machine, widen=1.4)
    x = machine.dream(20, seed=5)
    estimate = nh.log_likelihood(machine, x, particles=10_000)
    error = np.abs(estimate.value - factor_analysis(machine).logpdf(x))
    # five standard errors: for 20 rows, a false alarm in about 1e5 seeds
    assert (error < 5 * estimate.standard_error).all()
    assert estimate.standard_error.max() < 0.05


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
def test_a_planted_factor_is_recovered(rule: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4000, 1)) * FACTOR + 0.5 * rng.standard_normal((4000, 8)) - 1
    machine = nh.HelmholtzMachine(
        [Gaussian(8, learned=True), Gaussian(1)],
        recognition=[Gaussian(1, learned=True)],
        initial=Normal(0.2),
    )
    held = nh.Adam(0.02, rates={"generative/hidden1": 0.0})  # of mean zero, as factors are
    schedule = Decay(final=0.05, hold=0.5)
    nh.train(machine, x, rule=rule, plasticity=held, epochs=25, batch_size=50, schedule=schedule)
    p = machine.parameters()
    found = p["generative/hidden1->visible"][0]
    # the standard error of a loading of 4000 samples is about 0.02
    np.testing.assert_allclose(found * np.sign(found[0]), FACTOR, atol=0.08)
    np.testing.assert_allclose(np.exp(p["generative/visible log deviation"]), 0.5, atol=0.04)
    of_samples = multivariate_normal(x.mean(axis=0), np.cov(x.T)).logpdf(x).mean()
    assert factor_analysis(machine).logpdf(x).mean() > of_samples - 0.01
    # the posterior of a factor is normal and linear, so that recognition can be exact
    precision = 1 + (FACTOR**2).sum() / 0.25
    deviation = np.exp(p["recognition/hidden1 log deviation"][0])
    assert deviation == pytest.approx(precision**-0.5, rel=0.1)


def test_binary_causes_make_a_mixture(normal_machine) -> None:
    machine = normal_machine([Gaussian(3), 2], seed=4)
    p = machine.parameters()
    states = all_states(2)
    log_prior = states @ p["generative/hidden1"]
    log_prior -= np.logaddexp(0, p["generative/hidden1"]).sum()
    means = states @ p["generative/hidden1->visible"] + p["generative/visible"]
    deviation = np.exp(p["generative/visible log deviation"])
    x = machine.dream(30, seed=1)
    log_p = norm(means[:, None], deviation).logpdf(x).sum(axis=2)
    expected = logsumexp(log_prior[:, None] + log_p, axis=0)
    np.testing.assert_allclose(nh.exact_log_likelihood(machine, x), expected, rtol=1e-11)


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
def test_units_alone_learn_their_mean_and_deviation(rule: str) -> None:
    deviation = np.array([0.3, 1.0, 3.0])
    x = deviation * np.random.default_rng(1).standard_normal((3000, 3)) + [0, 1, 2]
    machine = nh.HelmholtzMachine([Gaussian(3, learned=True)])
    if rule == "reweighted":
        rule = nh.Reweighted(particles=1, wake_mix=0)
    nh.train(machine, x, rule=rule, plasticity=nh.Adam(0.03), epochs=40, schedule=Decay(0.02))
    p = machine.parameters()
    np.testing.assert_allclose(np.exp(p["generative/visible log deviation"]), x.std(0), rtol=0.02)
    np.testing.assert_allclose(p["generative/visible"], x.mean(0), atol=0.05)


def test_deviations_that_are_not_learned_stay() -> None:
    machine = nh.HelmholtzMachine([Gaussian(3, deviation=0.5), Gaussian(2)])
    nh.train(machine, machine.dream(100, seed=0), rule="reweighted", epochs=2)
    p = machine.parameters()
    np.testing.assert_allclose(p["generative/visible log deviation"], np.log(0.5), rtol=1e-6)
    np.testing.assert_array_equal(p["recognition/hidden1 log deviation"], 0)


def test_a_direction_without_variance_does_not_run_away() -> None:
    x = np.stack([np.full(400, 2.0), np.random.default_rng(0).standard_normal(400)], axis=1)
    machine = nh.HelmholtzMachine([Gaussian(2, learned=True)])
    machine.parameters()["generative/visible"][0] = 2.0
    nh.train(machine, x, rule="wake-sleep", plasticity=nh.Adam(0.1), epochs=60, batch_size=20)
    log_p = nh.exact_log_likelihood(machine, x)
    highest = -np.log(LEAST_DEVIATION) - np.log(2 * np.pi) / 2
    assert highest - 1.2 < (log_p - norm.logpdf(x[:, 1])).mean() < highest + 0.1
    lowest = machine.parameters()["generative/visible log deviation"][0]
    assert lowest > np.log(LEAST_DEVIATION) - 1.5  # momentum carries it a little below, not on
    nh.train(machine, x * 2, rule="wake-sleep", plasticity=nh.Adam(0.1), epochs=60, batch_size=20)
    assert machine.parameters()["generative/visible log deviation"][0] != lowest
    assert np.isfinite(nh.exact_log_likelihood(machine, x * 2)).all()


@pytest.mark.parametrize("deviation", [0, -1.0, np.nan, np.inf, 1e-4])
def test_deviations_that_make_no_sense_are_refused(deviation: float) -> None:
    with pytest.raises(InputError, match="deviation"):
        Gaussian(2, deviation=deviation)


def test_a_deviation_that_is_no_number_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="deviation"):
        Gaussian(2, deviation="wide")  # type: ignore[arg-type]


def test_the_locality_report_tells_what_deviations_learn_from() -> None:
    machine = nh.HelmholtzMachine([Gaussian(3, learned=True), 2])
    (line,) = (
        signal
        for signal in nh.locality_report(machine, "wake-sleep").signals
        if LOG_DEVIATION in signal.parameter
    )
    assert (line.phase, line.locality, line.third_factor) == ("wake", "neuron-local", "")
    assert "squared error" in line.postsynaptic
    weighed = nh.locality_report(machine, "reweighted").to_frame()
    weighed = weighed.loc["generative/visible log deviation"]
    assert weighed["third_factor"] == "importance weight (global scalar)"
    assert weighed["locality"] == "global scalar, neuron-local"
    fixed = nh.locality_report(nh.HelmholtzMachine([Gaussian(3), 2]), "wake-sleep").to_frame()
    assert not fixed.index.str.contains(LOG_DEVIATION).any()


def test_the_information_is_one_over_the_variance() -> None:
    weight, kernels = np.empty((2, 3)), get_kernels(get_backend("cpu"))
    own = {LOG_DEVIATION: np.log([1.0, 2.0, 1e-9])}
    Gaussian(3).information(kernels, Input(np.zeros((2, 3)), np.zeros(3), own), weight)
    np.testing.assert_allclose(weight[1], [1, 0.25, LEAST_DEVIATION**-2])


def test_the_bias_of_a_mean_is_the_mean() -> None:
    mean = np.array([-3.0, 0.5])
    np.testing.assert_array_equal(Gaussian(2).bias_of(mean), mean)


def test_hidden_units_with_real_values_start_at_zero() -> None:
    machine = nh.HelmholtzMachine([4, Gaussian(3), 2])
    p = machine.parameters()
    assert not p["generative/hidden1"].any()
    assert not p["recognition/hidden1"].any()
    assert (p["generative/hidden2"] == -1).all()
