"""From names, files and estimators to models."""

from pathlib import Path

import numpy as np
import pytest

import neurohm as nh
from neurohm.comparison.baselines.mixture import BernoulliMixture
from neurohm.comparison.baselines.registry import BASELINES, baseline
from neurohm.comparison.models import known_models, read_models, window_of
from neurohm.exceptions import ArgumentTypeError, InputError, MissingFileError


@pytest.mark.parametrize("name", BASELINES)
def test_every_name_has_a_baseline_of_that_name_and_domain(name):
    for domain in BASELINES[name]:
        made = baseline(name, domain, seed=3)
        assert (made.name, made.domain) == (name, domain)


def test_names_in_the_table():
    given = ["mixture", BernoulliMixture(2), nh.SpikeHelmholtz(), nh.HelmholtzDensity()]
    assert list(read_models(given)) == ["mixture", "mixture 2", "helmholtz", "helmholtz 2"]
    assert list(read_models({"few": BernoulliMixture(2)})) == ["few"]
    assert list(read_models("mixture")) == ["mixture"]
    assert read_models(None) == {}


def test_a_model_file_gives_its_settings(tmp_path):
    words = np.tile(np.eye(4, dtype=int), (30, 1))
    nh.SpikeHelmholtz(hidden=3, lags=2, epochs=1).fit(words).save(tmp_path / "small.h5")
    asked = read_models([tmp_path / "small.h5", str(tmp_path / "small.h5")])
    assert list(asked) == ["small", "small 2"]
    assert window_of(asked, "lags") == 2
    assert window_of(asked, "bin_size") == 1.0


def test_gains_are_over_independent_units_and_no_other_model_of_that_name(tmp_path):
    words = np.tile(np.eye(4, dtype=int), (30, 1))
    nh.SpikeHelmholtz(hidden=3, lags=1, epochs=1).fit(words).save(tmp_path / "independent.h5")
    for given in ({"independent": BernoulliMixture(2)}, [tmp_path / "independent.h5"]):
        with pytest.raises(InputError, match="another model called 'independent'"):
            read_models(given)
    for given in (["independent"], {"independent": baseline("independent", "counts")}):
        assert list(read_models(given)) == ["independent"]


def test_estimators_have_to_agree_on_bins():
    asked = read_models([nh.SpikeHelmholtz(lags=2), nh.SpikeHelmholtz(lags=3)])
    with pytest.raises(InputError, match="models with lags 2 and 3; expected the same bins"):
        window_of(asked, "lags")
    assert window_of(asked, "bin_size") is None


@pytest.mark.parametrize(
    ("models", "error", "text"),
    [
        (["mixtrue"], InputError, "model 'mixtrue'; expected one of independent,"),
        ([], InputError, "no models; expected one at least"),
        ([Path("none.h5")], MissingFileError, "none.h5 does not exist"),
        ([3], ArgumentTypeError, "a int as model"),
    ],
)
def test_what_is_no_model(models, error, text):
    with pytest.raises(error, match=text):
        read_models(models)


def test_counts_for_a_binary_model_are_refused(monkeypatch):
    monkeypatch.setattr(
        "neurohm.comparison.baselines.registry.BASELINES",
        {"words": {"binary": "mixture.BernoulliMixture"}},
    )
    with pytest.raises(InputError, match="counts for the model 'words'; expected binary samples"):
        baseline("words", "counts")
    assert known_models()[-2:] == ("helmholtz", "stacked")
