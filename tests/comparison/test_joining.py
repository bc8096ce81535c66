"""Two comparisons of the same bins as one."""

import dataclasses

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError


@pytest.fixture(scope="module")
def words():
    generator = np.random.default_rng(0)
    common = generator.choice([0.1, 0.6], (300, 1))
    return (generator.random((300, 5)) < common).astype(int)


def without_times(result):
    facts = result.to_dict()
    for score in facts["scores"]:
        score["seconds_to_fit"] = score["seconds_to_score"] = 0.0
    return facts


def test_models_compared_one_by_one_are_as_if_compared_together(words, spy):
    models = {"mixture": "mixture", "ising": "ising", "spy": spy(-2.5, error=0.02)}
    together = nh.compare(words, models, folds=2)
    one, *others = (nh.compare(words, {name: model}, folds=2) for name, model in models.items())
    for other in others:
        one = one.joined(other)
    found, expected = without_times(one), without_times(together)
    assert [s["name"] for s in found["scores"]] == [s["name"] for s in expected["scores"]]
    for got, wanted in zip(found.pop("scores"), expected.pop("scores"), strict=True):
        assert got.keys() == wanted.keys()
        for name in got.keys() - {"name"}:
            np.testing.assert_allclose(got[name], wanted[name], rtol=1e-12, err_msg=name)
    assert found == expected
    assert one["spy"].log_partition_error == pytest.approx(np.sqrt(2) * 150 * 0.02)


def test_a_comparison_comes_back_from_a_file_and_is_joined(words):
    one = nh.compare(words, ["mixture"], folds=2)
    again = nh.comparison.Comparison.from_dict(one.to_dict())
    assert again.joined(nh.compare(words, ["ising"], folds=2))["ising"].n_parameters == 15


def test_comparisons_of_other_bins_are_not_joined(words, spy):
    one = nh.compare(words, {"spy": spy()}, folds=2)
    for other, text in (
        (nh.compare(words, {"other": spy()}, folds=3), "differ in folds"),
        (nh.compare(words[:200], {"other": spy()}, folds=2), "differ in bins of blocks"),
        (nh.compare(words[::-1], {"other": spy()}, folds=2), "differ"),
        (one, "'spy' in both"),
    ):
        with pytest.raises(InputError, match=text):
            one.joined(other)
    backwards = nh.compare(words[::-1], {"other": spy()}, folds=2).scores
    shuffled = dataclasses.replace(one, scores=backwards)
    with pytest.raises(InputError, match="independent units that differ"):
        one.joined(shuffled)
