"""What a package of someone else's brings is at hand by its name."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.learning import RULES, as_rule
from neurohm.plasticity import PLASTICITY, as_plasticity
from neurohm.populations import POPULATIONS, as_population

X = np.tile(np.eye(4), (10, 1))


@pytest.fixture
def example(monkeypatch, root):
    """As if the package in tests/plugin were installed."""
    monkeypatch.syspath_prepend(root / "tests" / "plugin")
    yield
    sys.modules.pop("neurohm_example", None)


@pytest.mark.usefixtures("example")
def test_names_of_other_packages_are_known():
    assert as_rule("drowsy", depth=3).depth == 3
    assert as_population("coins:5").size == 5
    assert as_plasticity("sign", learning_rate=0.5).learning_rate == 0.5
    assert {"drowsy", "wake-sleep"} <= set(RULES)
    assert "coins" in POPULATIONS
    assert "sign" in PLASTICITY


def test_they_are_not_where_the_package_is_not():
    assert "drowsy" not in RULES
    assert len(RULES) == len(list(RULES)) == 7
    with pytest.raises(InputError, match="unknown rule 'drowsy'; expected one of 'wake-sleep'"):
        as_rule("drowsy")


@pytest.mark.usefixtures("example")
def test_estimators_learn_with_them_and_files_keep_them(tmp_path):
    model = nh.HelmholtzDensity("coins:3", rule="drowsy", plasticity="sign", epochs=2).fit(X)
    assert model.learning_["rule"]["name"] == "drowsy"
    model.save(tmp_path / "fit.h5")
    loaded = nh.load(tmp_path / "fit.h5")
    assert [p.kind for p in loaded.machine_.populations] == ["bernoulli", "coins"]
    np.testing.assert_array_equal(loaded.transform(X), model.transform(X))


@pytest.mark.usefixtures("example")
def test_the_command_line_knows_them(tmp_path):
    from neurohm.cli import main

    nh.simulate_assemblies(5, 0.5, 1, members=(2, 3)).save(tmp_path / "r.h5")
    options = ("--lags", "1", "--hidden", "coins:3", "--rule", "drowsy", "--plasticity", "sign")
    command = ["fit", str(tmp_path / "r.h5"), "-o", str(tmp_path / "fit.h5")]
    with pytest.raises(SystemExit) as end:
        main([*command, *options, "--epochs", "1", "--score-particles", "5"])
    assert end.value.code == 0


@pytest.mark.usefixtures("example")
def test_neurohms_own_names_cannot_be_taken():
    assert RULES["reweighted"] is nh.Reweighted


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("impostor", "expected a class of LearningRule"),
        ("misnamed", "expected name = 'misnamed' in the class"),
        ("missing", "which cannot be imported"),
    ],
)
def test_what_does_not_fit_is_named(name, message):
    with pytest.raises(InputError, match=rf"entry point '{name}' of neurohm.rules.*{message}"):
        as_rule(name)
