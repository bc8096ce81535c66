"""The rule as a whole: learning, checkpoints, what it says of itself, and what it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.learning.ddc.delta import DeltaReadouts
from neurohm.learning.ddc.encoding import standard_of
from neurohm.learning.ddc.memory import encodings_of
from neurohm.learning.ddc.monitors import readout_r_squared
from neurohm.learning.ddc.window import window_bytes
from neurohm.likelihood import all_states, exact_log_likelihood
from neurohm.machine import Normal
from neurohm.populations import as_population
from neurohm.training import Checkpoint

SMALL = {"functions": 8, "data_functions": 8, "sleep_samples": 60, "window": 3}
VARIANTS = [
    {},
    {"window": 1},
    {"learner": "delta", "delta_passes": 2},
    {"variant": "log-probability"},
    {"variant": "direct"},
    {"variant": "kernel", "window": 1},
    {"encoding": "radial", "data_encoding": "radial"},
    {"recogniser": False},
]


@pytest.fixture
def x() -> np.ndarray:
    return (np.random.default_rng(0).random((60, 5)) < 0.3).astype(float)


def small(sizes=(5, 3, 2), seed: int = 0) -> nh.HelmholtzMachine:
    return nh.HelmholtzMachine(list(sizes), seed=seed, dtype="float64")


class EveryState(Checkpoint):
    """Keeps a copy of the checkpoint after each step and each epoch."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, every=-1.0)
        self.copies: list[Path] = []

    def write(self, run) -> None:
        super().write(run)
        self.copies.append(self.path.with_name(f"{len(self.copies)}.h5"))
        shutil.copy(self.path, self.copies[-1])


@pytest.mark.parametrize("settings", VARIANTS, ids=str)
def test_a_run_resumed_after_any_step_ends_as_the_unbroken_one(settings, x, tmp_path) -> None:
    rule = nh.DDC(**{**SMALL, **settings})
    given = {"rule": rule, "plasticity": nh.Adam(0.01), "batch_size": 25, "epochs": 2, "seed": 3}
    whole, states = small(), EveryState(tmp_path / "run.h5")
    result = nh.train(whole, x, callbacks=[states], **given)
    for copy in states.copies[1::4]:
        resumed = small(seed=5)
        again = nh.train(resumed, x, resume=copy, **given)
        assert again.history.to_dict() == result.history.to_dict()
        for key, array in whole.parameters().items():
            np.testing.assert_array_equal(resumed.parameters()[key], array, err_msg=key)


@pytest.mark.parametrize("settings", VARIANTS, ids=str)
def test_it_learns(settings, x) -> None:
    machine = small((5, 3))
    before = exact_log_likelihood(machine, x).mean()
    rule = nh.DDC(**{**SMALL, **settings})
    result = nh.train(machine, x, rule=rule, plasticity=nh.Adam(0.02), epochs=15, batch_size=20)
    assert exact_log_likelihood(machine, x).mean() > before + 0.2
    assert ("bound" in result.history) == rule.recogniser
    if rule.learner == "ridge":
        assert {
            "r_squared of hidden1",
            "r_squared of visible predicted",
        } < result.history.columns.keys()


def test_nothing_is_remembered_from_one_run_to_the_next(x) -> None:
    rule = nh.DDC(**SMALL)
    first, second = small(), small()
    for machine in (first, second):
        nh.train(machine, x, rule=rule, epochs=2, batch_size=20)
    for key, array in first.parameters().items():
        np.testing.assert_array_equal(second.parameters()[key], array)
    assert rule.memory() == {}


@pytest.mark.parametrize("learner", ["ridge", "delta"])
def test_what_was_remembered_is_not_changed_by_going_on(learner: str, x) -> None:
    machine, rule = small(), nh.DDC(**SMALL, learner=learner)
    rule.phases(machine, x, seed=0)
    kept, codes = rule.memory(), []
    for _ in range(2):
        again = rule.fresh()
        again.remember(kept)
        codes.append(again.phases(machine, x, seed=1).wake.code.means)
    for first, second in zip(*codes, strict=True):
        np.testing.assert_array_equal(first, second)


def test_the_delta_rule_in_its_limit_and_the_ridge_give_one_gradient(x) -> None:
    settings = {**SMALL, "functions": 2, "data_functions": 2, "window": 1, "sleep_samples": 80}
    machine, found = small((5, 2, 2)), []
    for own in (
        {"ridge": 1e-12, "data_ridge": 1e-12},
        {"learner": "delta", "delta_passes": 20_000},
    ):
        rule = nh.DDC(**{**settings, "guard": None, "recogniser": False, **own})
        updates = rule.updates(machine, rule.phases(machine, x, seed=1))
        found.append({d.parameter: d.change for d in updates.declared})
    assert found[0].keys() == found[1].keys()
    for key, change in found[0].items():
        np.testing.assert_allclose(found[1][key], change, atol=1e-3, err_msg=key)


KINDS = {
    "gaussian": [nh.Gaussian(4), nh.Gaussian(2)],
    "learned deviation": [nh.Gaussian(4, learned=True), nh.Gaussian(2)],
    "laplace": [nh.Gaussian(4), nh.Laplace(3), nh.Gaussian(1)],
    "seen laplace": [nh.Laplace(4), nh.Gaussian(2)],
    "poisson": [nh.Poisson(4), 3],
    "categorical": [nh.Categorical(4, categories=2), nh.Categorical(3, categories=3), 2],
    "counts above": [4, nh.Poisson(2)],
}


@pytest.mark.parametrize("learner", ["ridge", "delta"])
@pytest.mark.parametrize("kinds", KINDS.values(), ids=KINDS)
def test_every_kind_of_the_family_learns_from_what_it_dreamt(kinds, learner) -> None:
    upward = [nh.Gaussian(p.size) if p.kind == "laplace" else p for p in map(as_population, kinds)]
    make = {"recognition": upward[1:], "dtype": "float64", "initial": Normal(0.5)}
    machine, true = (nh.HelmholtzMachine(kinds, seed=seed, **make) for seed in (0, 1))
    x, rule = true.dream(200, seed=2), nh.DDC(**{**SMALL, "sleep_samples": 200}, learner=learner)
    if learner == "delta" and kinds[0].__class__ is nh.Laplace:
        with pytest.raises(InputError, match="kind 'laplace' and the delta rule"):
            nh.train(machine, x, rule=rule, epochs=1)
        return
    scores = [nh.log_likelihood(machine, x, particles=50).value.mean()]
    nh.train(machine, x, rule=rule, plasticity=nh.Adam(0.02), epochs=8, batch_size=50)
    scores.append(nh.log_likelihood(machine, x, particles=50).value.mean())
    assert scores[1] > scores[0]


def test_the_prior_may_stay_as_it_is(x) -> None:
    machine = small()
    before = machine.copy().parameters()
    nh.train(machine, x, rule=nh.DDC(**SMALL, learn_prior=False), epochs=1)
    after = machine.parameters()
    np.testing.assert_array_equal(after["generative/hidden2"], before["generative/hidden2"])
    assert (after["generative/hidden1"] != before["generative/hidden1"]).any()


def test_the_recogniser_changes_nothing_of_what_is_generated(x) -> None:
    machines = small(), small()
    for machine, recogniser in zip(machines, (True, False), strict=True):
        nh.train(machine, x, rule=nh.DDC(**SMALL, recogniser=recogniser), epochs=2)
    for key, array in machines[0].parameters().items():
        same = np.array_equal(machines[1].parameters()[key], array)
        assert same == key.startswith("generative"), key


@pytest.mark.parametrize("plasticity", [nh.Delta(0.1), nh.Adam(0.01), nh.Natural(nh.Delta(0.1))])
def test_any_plasticity_takes_the_gradient(plasticity, x) -> None:
    machine = small((5, 3))
    before = exact_log_likelihood(machine, x).mean()
    nh.train(machine, x, rule=nh.DDC(**SMALL), plasticity=plasticity, epochs=10, batch_size=20)
    assert exact_log_likelihood(machine, x).mean() > before


def test_what_is_local_says_so_and_what_is_not() -> None:
    report = nh.locality_report(small(), nh.DDC(**SMALL)).to_frame()
    assert set(report.loc["generative/hidden1->visible", ["locality"]]) == {"non-local"}
    assert set(report.loc["recognition/visible->hidden1", ["locality"]]) == {"synapse-local"}
    report = nh.locality_report(small(), nh.DDC(**SMALL, learner="delta")).to_frame()
    assert set(report["locality"]) == {"synapse-local"}


def test_data_out_of_reach_are_moved_towards_the_dreams() -> None:
    machine = small((5, 3))
    machine.parameters()["generative/visible"][:] = -6
    rule = nh.DDC(**SMALL)
    activity = rule.phases(machine, np.ones((3, 5)), seed=0)
    assert rule.updates(machine, activity).monitor["out_of_reach"] == 1
    free = nh.DDC(**SMALL, guard=None).phases(machine, np.ones((3, 5)), seed=0)
    assert (activity.wake.code.shrink < 1).all()
    assert (free.wake.code.shrink == 1).all()


def test_too_few_dreams_are_refused_with_the_number_needed() -> None:
    rule = nh.DDC(sleep_samples=20, window=2)
    with pytest.raises(InputError, match=r"40 dreams for 106 regressors; .*sleep_samples=159"):
        nh.train(small((5, 3)), np.eye(5), rule=rule)
    with pytest.raises(InputError, match="50 dreams for 106 regressors"):
        nh.DDC().posterior(small((5, 3)), samples=50)


def test_memory_is_estimated_before_it_is_taken() -> None:
    machine = nh.HelmholtzMachine([784, 200])
    with pytest.raises(InputError, match=r"GB of memory for read-outs, .*learner='ridge'"):
        nh.DDC(functions=3000, learner="delta").phases(machine, np.zeros((1, 784)))
    with pytest.raises(InputError, match=r"GB of memory for 1000000 dreams"):
        nh.DDC().posterior(machine, samples=1_000_000)


def test_a_layer_of_784_and_200_fits_into_two_gigabytes() -> None:
    machine = nh.HelmholtzMachine([784, 200])
    rule = nh.DDC(functions=200, data_functions=300, sleep_samples=400, window=10)
    units = zip(machine.populations, ([], []), strict=True)
    encodings = encodings_of(rule, machine, [standard_of(*pair) for pair in units])
    assert window_bytes(machine, encodings, 400, 10) < 1e9
    shapes = DeltaReadouts(machine, encodings, nh.DDC(learner="delta", functions=200)).weights
    assert sum(weights.nbytes for weights in shapes.values()) < 2e9


def test_functions_that_are_saturated_are_told(x) -> None:
    with pytest.warns(NeurohmWarning, match="are saturated in"):
        nh.DDC(**{**SMALL, "spread": 500.0}).phases(small(), x)


def test_complete_codes_of_many_units_are_refused(x) -> None:
    with pytest.raises(InputError, match="a complete code of 'hidden1', whose units have 1048576"):
        nh.DDC(**SMALL, encoding="complete").phases(small((5, 20)), x)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"learner": "lasso"}, "learner 'lasso'; expected 'ridge' or 'delta'"),
        ({"variant": "joint"}, "variant 'joint'"),
        ({"encoding": "relu"}, "encoding 'relu'"),
        ({"ridge": -1.0}, "ridge -1"),
        ({"spread": 0.0}, "spread 0"),
        ({"guard": 0.0}, "guard 0"),
        ({"delta_rate": 2.0}, "delta_rate 2"),
        ({"window": 0}, "window 0"),
        ({"learner": "delta", "variant": "direct"}, "variant 'direct' by the delta rule"),
    ],
)
def test_settings_without_sense_are_refused(settings, message) -> None:
    with pytest.raises(InputError, match=message):
        nh.DDC(**settings)


def test_scores_by_the_recogniser_are_those_of_annealing_and_of_all_states(x) -> None:
    machine = small((5, 3))
    nh.train(machine, x, rule=nh.DDC(**SMALL), plasticity=nh.Adam(0.02), epochs=20, batch_size=20)
    rows = all_states(5)
    exact = exact_log_likelihood(machine, rows)
    annealed = nh.annealed_log_likelihood(machine, rows, steps=20, chains=200)
    # 64 deviates, held to five standard errors: 4e-5
    for found in (nh.log_likelihood(machine, rows, particles=2000), annealed):
        assert (np.abs(found.value - exact) < 5 * found.standard_error).all(), found.kind


def test_maps_are_looked_at_once_in_a_window(x, monkeypatch) -> None:
    looked = []

    def look(*given):
        looked.append(readout_r_squared(*given))
        return looked[-1]

    monkeypatch.setattr("neurohm.learning.ddc.rule.readout_r_squared", look)
    rule = nh.DDC(**SMALL)  # a window of three steps
    result = nh.train(small(), x, rule=rule, epochs=6, batch_size=30)
    assert len(looked) == 4
    last = looked[-1]["r_squared of hidden1"]
    assert result.history["r_squared of hidden1"][-1] == pytest.approx(last)


def test_estimators_learn_by_it_and_are_saved(x, tmp_path: Path) -> None:
    model = nh.HelmholtzDensity(hidden=3, rule=nh.DDC(**SMALL), epochs=3, random_state=0).fit(x)
    model.save(tmp_path / "model.h5")
    loaded = nh.load(tmp_path / "model.h5")
    assert loaded.rule == model.rule
    rule, rows = nh.DDC(**SMALL), all_states(5).astype("float32")
    first, second = (rule.posterior(m.machine_, samples=500).mean(rows) for m in (model, loaded))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(model.score_samples(rows), loaded.score_samples(rows))
