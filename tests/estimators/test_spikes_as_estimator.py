"""The estimator over recordings, as scikit-learn's tools use it."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline

import neurohm as nh
from neurohm.exceptions import InputError

QUICK = {"hidden": (4, 2), "lags": 2, "epochs": 3, "batch_size": 50}


@pytest.fixture(scope="module")
def counts(strong) -> np.ndarray:
    """Half a minute of it, in bins."""
    from neurohm.recordings import bin_spikes

    return bin_spikes(strong.between(0, 30), 0.02).toarray()


def same(one, other) -> bool:
    pairs = zip(
        one.machine_.parameters().values(), other.machine_.parameters().values(), strict=True
    )
    return all(np.array_equal(a, b) for a, b in pairs)


def test_names_of_columns(counts):
    model = nh.SpikeHelmholtz(**QUICK).fit(counts)
    assert model.n_features_in_ == 24
    names = [*(f"hidden1_{i}" for i in range(4)), "hidden2_0", "hidden2_1"]
    assert model.get_feature_names_out().tolist() == names
    frame = clone(model).set_output(transform="pandas").fit(counts).transform(counts)
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == names
    np.testing.assert_array_equal(frame, model.transform(counts))


def test_in_a_pipeline(counts):
    pipeline = make_pipeline(nh.SpikeHelmholtz(**QUICK), KMeans(2, n_init=1, random_state=0)).fit(
        counts
    )
    assert pipeline.predict(counts).shape == (len(counts) - 1,)


def test_grid_search_over_blocks_of_time(counts):
    search = GridSearchCV(nh.SpikeHelmholtz(**QUICK), {"lags": [1, 2]}, cv=KFold(2))
    search.fit(counts)
    assert search.best_estimator_.machine_.visible.size in (24, 48)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_sparse_counts_are_counts(counts):
    model = nh.SpikeHelmholtz(**QUICK)
    assert same(clone(model).fit(counts), clone(model).fit(csr_matrix(counts)))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies(counts, copied):
    model = nh.SpikeHelmholtz(**QUICK).fit(counts)
    twin = copied(model)
    assert same(model, twin)
    assert model.score(counts, particles=5) == twin.score(counts, particles=5)
    twin.partial_fit(counts)
    assert not same(model, twin)


def test_portions_learn(strong):
    parts = [strong.between(60 * k, 60 * (k + 1)) for k in range(4)]
    held_out = strong.between(240, 300)
    model = nh.SpikeHelmholtz((16, 4), lags=4, batch_size=50, plasticity="adam")
    first = model.partial_fit(parts[0]).score(held_out, particles=20)
    for _ in range(3):
        for part in parts:
            model.partial_fit(part)
    assert model.score(held_out, particles=20) > first
    assert model._increments.portions == 13


def test_portions_give_one_result(counts):
    one, two = (nh.SpikeHelmholtz(**QUICK).partial_fit(counts).partial_fit(counts) for _ in "ab")
    assert same(one, two)
    fitted = nh.SpikeHelmholtz(**QUICK).fit(counts)
    before = copy.deepcopy(fitted)
    assert not same(fitted.partial_fit(counts), before)


def test_portions_are_of_the_same_units(counts):
    model = nh.SpikeHelmholtz(**QUICK).partial_fit(counts)
    with pytest.raises(InputError, match="24"):
        model.partial_fit(counts[:, :5])
