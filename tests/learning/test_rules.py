"""What both rules share: registry, settings, batches, locality."""

from __future__ import annotations

import html
import re
from dataclasses import asdict, fields

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.learning import RULES, LocalityReport, Reweighted, WakeSleep, as_rule, locality_report
from neurohm.learning.locality import Signal
from neurohm.machine import Activity, HelmholtzMachine, Workspace
from neurohm.plasticity import Adam, Delta


@pytest.fixture(params=[WakeSleep(), Reweighted(particles=3)], ids=lambda rule: rule.name)
def rule(request: pytest.FixtureRequest) -> WakeSleep | Reweighted:
    return request.param


@pytest.fixture
def batch(machine, x) -> np.ndarray:
    return np.concatenate([x, 1 - np.minimum(x, 1), np.ones_like(x)])


def rows_of(activity: Activity, sample: int, samples: int) -> Activity:
    """Return the activity that belongs to one sample."""

    def part(array: np.ndarray) -> np.ndarray:
        share = len(array) // samples
        return array[sample * share : (sample + 1) * share]

    log_q = activity.log_probability
    return Activity([part(s) for s in activity.states], None if log_q is None else part(log_q), {})


def gradients(machine: HelmholtzMachine, updates) -> dict[str, np.ndarray]:
    made = Delta().gradients(machine, updates, Workspace(machine.backend))
    return {key: gradient for key, (_, gradient) in made.items()}


def test_a_batch_learns_the_mean_of_its_samples(rule, machine, batch, assert_same_changes) -> None:
    phases = rule.phases(machine, batch, seed=2)
    whole = gradients(machine, rule.updates(machine, phases))
    single = [
        gradients(
            machine,
            rule.wake_updates(machine, rows_of(phases.wake, i, 3))
            + rule.sleep_updates(machine, rows_of(phases.sleep, i, 3)),
        )
        for i in range(3)
    ]
    mean = {key: sum(s[key] for s in single) / 3 for key in whole}
    assert_same_changes(whole, mean, 1e-12)


def test_gradients_are_the_sums_of_the_local_changes(
    rule, machine, batch, expected_change, assert_same_changes
) -> None:
    updates = rule.updates(machine, rule.phases(machine, batch, seed=2))
    # 1/3 each: the updates of a sample, for both phases have as many samples
    expected = expected_change(updates, np.full(3, 1 / 3))
    assert_same_changes(gradients(machine, updates), expected, 1e-12)


def test_wake_and_sleep_teach_their_own_pathway(rule, machine, batch) -> None:
    updates = rule.updates(machine, rule.phases(machine, batch))
    where = {(u.phase, u.pathway) for u in updates.local}
    both = {("wake", "generative"), ("sleep", "recognition")}
    assert where == both | ({("wake", "recognition")} if rule.name == "reweighted" else set())
    keys = {a.synapses.key for u in updates.local for a in u.afferents}
    assert keys == machine.parameters().keys()


@pytest.mark.parametrize("corrupted", [0, 1, 2])
def test_a_projection_learns_from_its_two_populations_alone(
    normal_machine, batch, corrupted: int
) -> None:
    # activity of any other population changes no bit of the update
    machine, rule = normal_machine(seed=5), WakeSleep()
    phases = rule.phases(machine, np.minimum(batch, 1), seed=2)
    before = gradients(machine, rule.updates(machine, phases))
    for activity in (phases.wake, phases.sleep):
        activity.states[corrupted] = 1 - activity.states[corrupted]
    wake = Activity(phases.wake.states, phases.wake.log_probability, {})
    after = gradients(
        machine,
        rule.wake_updates(machine, wake) + rule.sleep_updates(machine, phases.sleep),
    )
    for way in (machine.generative, machine.recognition):
        for target in way.order:
            inputs = way.afferents(target)
            if corrupted in (target, *(p.source for p in inputs)):
                continue
            for key in (way.biases[target].key, *(p.key for p in inputs)):
                np.testing.assert_array_equal(after[key], before[key], err_msg=key)


def test_buffers_used_again_give_the_same_updates(rule, machine, batch) -> None:
    work = Workspace(machine.backend)
    for step in range(3):
        seen = []
        for buffers in (work, None):
            phases = rule.phases(machine, batch[: 3 - step], seed=step, work=buffers)
            updates = rule.updates(machine, phases, work=buffers)
            seen.append((gradients(machine, updates), updates.monitor))
        assert seen[0][1] == seen[1][1]
        for key, gradient in seen[0][0].items():
            np.testing.assert_array_equal(gradient, seen[1][0][key])


def test_the_report_of_wake_sleep_is_local_throughout() -> None:
    report = locality_report(HelmholtzMachine([4, 3, 2]), "wake-sleep", Adam())
    lines = {
        (s.parameter, s.phase): (s.presynaptic, s.postsynaptic, s.third_factor, s.locality)
        for s in report.signals
    }
    assert len(lines) == len(report.signals) == 9
    assert lines["generative/hidden1->visible", "wake"] == (
        "hidden1 activity",
        "visible error",
        "",
        "synapse-local",
    )
    assert lines["recognition/hidden2", "sleep"] == (
        "always active",
        "hidden2 error",
        "",
        "synapse-local",
    )
    assert {line[3] for line in lines.values()} == {"synapse-local"}


def test_the_report_of_reweighted_names_the_importance_weight() -> None:
    report = locality_report(HelmholtzMachine([4, 3, 2]), Reweighted(particles=2))
    for signal in report.signals:
        weighted = signal.phase == "wake"
        assert signal.locality == ("global scalar" if weighted else "synapse-local")
        factor = "importance weight (global scalar)" if weighted else ""
        assert signal.third_factor == factor
    phases = {s.phase for s in report.signals if s.parameter == "recognition/hidden1"}
    assert phases == {"wake", "sleep"}
    text = str(report).splitlines()
    assert text[0].split("  ")[0] == "parameter"
    assert len(text) == 1 + len(report.signals)
    assert report.to_dict()["rule"] == "reweighted"


def test_the_report_is_a_table_in_notebooks(rule) -> None:
    report = locality_report(HelmholtzMachine([4, 3, 2]), rule)
    frame = report.to_frame()
    assert frame.index.name == "parameter"
    assert frame.reset_index().to_dict("records") == list(report.to_dict()["signals"])
    cells = re.findall(r"<t[hd]>(.*?)</t[hd]>", report._repr_html_())
    expected = [field.name.replace("_", " ") for field in fields(Signal)]
    for signal in report.signals:
        expected += asdict(signal).values()
    assert [html.unescape(cell) for cell in cells] == expected
    assert not any("->" in cell for cell in cells)  # escaped


def test_a_report_without_signals_is_an_empty_table() -> None:
    frame = LocalityReport("mine", ()).to_frame()
    assert (len(frame), len(frame.columns)) == (0, 5)


def test_the_report_changes_nothing(normal_machine) -> None:
    machine = normal_machine()
    before = machine.copy().parameters()
    locality_report(machine, "reweighted", Delta(0.1))
    for key, array in machine.parameters().items():
        np.testing.assert_array_equal(array, before[key])


def test_rules_are_found_by_name_with_their_settings(rule) -> None:
    assert as_rule(rule) is rule
    assert as_rule(rule.name, **rule.settings()) == rule
    assert RULES[rule.name] is type(rule)


@pytest.mark.parametrize(
    ("name", "settings", "error", "message"),
    [
        ("sleepwalk", {}, InputError, "'wake-sleep', 'reweighted'"),
        (3, {}, ArgumentTypeError, "a name or a learning rule"),
        ("wake-sleep", {"particles": 3}, ArgumentTypeError, "particles"),
        ("wake-sleep", {"dreams_per_sample": 0}, InputError, "dreams_per_sample 0"),
        ("reweighted", {"particles": 0}, InputError, "particles 0"),
        ("reweighted", {"particles": 1}, InputError, "pure noise"),
        ("reweighted", {"wake_mix": -1.0}, InputError, "wake_mix -1"),
        ("reweighted", {"wake_mix": 0, "sleep_mix": 0}, InputError, "sleep_mix 0"),
        ("reweighted", {"particles": "5"}, ArgumentTypeError, "particles '5'; expected a whole"),
        ("reweighted", {"particles": 2.5}, ArgumentTypeError, "particles 2.5"),
        ("reweighted", {"wake_mix": "a"}, ArgumentTypeError, "wake_mix 'a'"),
        ("reweighted", {"sleep_mix": float("nan")}, InputError, "sleep_mix nan"),
        ("wake-sleep", {"dreams_per_sample": True}, ArgumentTypeError, "dreams_per_sample True"),
        (Reweighted(), {"particles": 3}, InputError, "beside Reweighted"),
        (Reweighted, {}, ArgumentTypeError, "a name or a learning rule"),
    ],
)
def test_settings_that_make_no_rule_are_refused(name, settings, error, message: str) -> None:
    with pytest.raises(error, match=message):
        as_rule(name, **settings)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"machine": "machine"}, ArgumentTypeError, "a str; expected a HelmholtzMachine"),
        ({"rule": None}, ArgumentTypeError, "rule None"),
        ({"plasticity": "adam"}, ArgumentTypeError, "plasticity 'adam'"),
        ({"seed": "a"}, ArgumentTypeError, "seed 'a'"),
    ],
)
def test_a_locality_report_of_something_else_is_refused(given, error, message: str) -> None:
    arguments = {"machine": HelmholtzMachine([4, 2]), "rule": "wake-sleep", **given}
    with pytest.raises(error, match=message):
        locality_report(**arguments)
