"""Digits told apart by description length, as examples/description_lengths.py does."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest

import neurohm as nh

QUICK = nh.HelmholtzDensity(8, epochs=15, batch_size=20, score_particles=20)


@pytest.fixture(scope="module")
def example(root):
    name = "description_lengths"
    spec = importlib.util.spec_from_file_location(name, root / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[name]


def test_digits_are_told_apart(example):
    X, y, X_test, y_test = example.parts("digits", 800)
    few, few_test = np.isin(y, (0, 1, 4)), np.isin(y_test, (0, 1, 4))
    model = example.DescriptionLengthClassifier(QUICK).fit(X[few], y[few])
    assert model.score(X_test[few_test], y_test[few_test]) > 0.9


def test_bits_are_those_of_the_densities_and_of_the_class(example):
    rng = np.random.default_rng(0)
    X, y = rng.integers(2, size=(40, 4)).astype(float), np.array(["a", "b", "b", "b"] * 10)
    model = example.DescriptionLengthClassifier(QUICK).fit(X, y)
    bits = model.description_lengths(X)
    assert bits.shape == (40, 2)
    expected = -model.densities_[0].score_samples(X) / np.log(2) + 2  # a quarter is "a": 2 bits
    np.testing.assert_allclose(bits[:, 0], expected)
    assert set(model.predict(X)) <= {"a", "b"}
