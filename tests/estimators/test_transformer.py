"""Hidden activity as features, and what the values of rows say of their kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import neurohm as nh
from neurohm.exceptions import InputError

PATTERNS = np.repeat(np.eye(3), 4, axis=1)
LABELS = np.random.default_rng(0).integers(3, size=300)
X = PATTERNS[LABELS]
SMALL = {"hidden": (6, 3), "epochs": 10, "batch_size": 50}
rng = np.random.default_rng(1)


def test_a_layer_or_all_of_them():
    every = nh.HelmholtzTransformer(**SMALL).fit(X)
    for layer, columns in ((1, slice(0, 6)), (2, slice(6, 9))):
        one = nh.HelmholtzTransformer(**SMALL, layer=layer).fit(X)
        np.testing.assert_array_equal(one.transform(X), every.transform(X)[:, columns])
    np.testing.assert_array_equal(
        every.transform(X), nh.HelmholtzDensity(**SMALL).fit(X).transform(X)
    )
    with pytest.raises(InputError, match="a hidden layer, 1 to 2"):
        nh.HelmholtzTransformer(**SMALL, layer=3).fit(X).transform(X)


def test_features_tell_classes_apart_in_a_grid_search():
    features = nh.HelmholtzTransformer(6, layer=1, epochs=20, batch_size=20, init="recruit")
    pipeline = make_pipeline(features, LogisticRegression())
    grid = {"helmholtztransformer__hidden": [(2,), (6,)]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, LABELS)
    assert search.best_score_ > 0.95


def test_the_density_is_chosen_by_its_own_score():
    grid = {"hidden": [(1,), (6,)]}
    model = nh.HelmholtzDensity(epochs=40, batch_size=20, score_particles=50)
    search = GridSearchCV(model, grid, cv=2).fit(X)
    assert search.best_params_ == {"hidden": (6,)}


def test_names_of_columns():
    model = nh.HelmholtzTransformer((2, 1), epochs=1).fit(X)
    names = ["hidden1_0", "hidden1_1", "hidden2_0"]
    assert model.get_feature_names_out().tolist() == names
    frame = model.set_output(transform="pandas").transform(pd.DataFrame(X, index=range(300, 600)))
    assert frame.columns.tolist() == names
    assert frame.index[0] == 300


def test_other_names_of_columns_are_refused():
    frame = pd.DataFrame(X, columns=[f"unit{i}" for i in range(12)])
    model = nh.HelmholtzTransformer(2, epochs=1).fit(frame)
    assert model.feature_names_in_[0] == "unit0"
    with pytest.raises(InputError, match="feature names"):
        model.transform(frame.rename(columns={"unit0": "other"}))


@pytest.mark.parametrize("layer", [1, 2, "all"])
def test_a_layer_is_enough_to_go_back_down(layer):
    model = nh.HelmholtzTransformer(**SMALL, layer=layer).fit(X)
    mean = model.inverse_transform(model.transform(X))
    assert mean.shape == X.shape
    assert ((mean >= 0) & (mean <= 1)).all()


def test_a_file_holds_a_transformer(tmp_path):
    model = nh.HelmholtzTransformer(**SMALL, layer=1).fit(X)
    model.save(tmp_path / "features.h5")
    loaded = nh.load(tmp_path / "features.h5")
    assert isinstance(loaded, nh.HelmholtzTransformer)
    assert loaded.get_params() == model.get_params()
    np.testing.assert_array_equal(loaded.transform(X), model.transform(X))
    path = tmp_path / "begun.h5"
    nh.HelmholtzTransformer(**SMALL).fit(X, checkpoint=path, keep_checkpoint=True)
    assert isinstance(nh.load(path), nh.HelmholtzTransformer)


# ---- observation="auto"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (X, "bernoulli"),
        (rng.random((60, 4)), "bernoulli"),
        (rng.poisson(3.0, (60, 4)), "poisson"),
        (rng.normal(size=(60, 4)), "gaussian"),
        (rng.gamma(2.0, 2.0, (60, 4)), "gaussian"),
    ],
)
def test_values_say_what_they_are(data, kind):
    model = nh.HelmholtzDensity(2, epochs=1).fit(data)
    assert model.machine_.visible.kind == kind
    assert nh.HelmholtzDensity(2).partial_fit(data).machine_.visible.kind == kind


GREY = 0.05 + 0.9 * X


@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
def test_probabilities_are_drawn_anew_in_each_epoch(form):
    model = nh.HelmholtzDensity(**SMALL).fit(form(GREY))
    drawn = nh.HelmholtzDensity(**SMALL).fit(nh.training.BinarisedBatches(GREY))
    for one, other in zip(
        model.machine_.parameters().values(), drawn.machine_.parameters().values(), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert model.data_["binarise"] == "stochastic"


def test_probabilities_are_scored_by_draws_that_depend_on_their_content():
    model = nh.HelmholtzDensity(**SMALL, validation=0.2, score_particles=50).fit(GREY)
    scores = model.score_samples(GREY)
    order = rng.permutation(len(GREY))
    np.testing.assert_array_equal(model.score_samples(GREY[order]), scores[order])
    np.testing.assert_array_equal(model.score_samples(X), model.score_samples(csr_matrix(X)))


def test_probabilities_between_drive_hidden_units_between():
    model = nh.HelmholtzDensity(3, epochs=20, batch_size=20).fit(GREY)
    ends = model.transform(np.stack([np.zeros(12), np.ones(12)]))
    middle = model.transform(np.full((1, 12), 0.5))[0]
    logit = np.log(ends) - np.log1p(-ends)
    np.testing.assert_allclose(np.log(middle) - np.log1p(-middle), logit.mean(axis=0), rtol=1e-4)


def test_portions_of_probabilities():
    one, two = (nh.HelmholtzDensity(**SMALL).partial_fit(GREY).partial_fit(GREY) for _ in "ab")
    np.testing.assert_array_equal(one.transform(X), two.transform(X))


def test_values_of_another_kind_than_fitted_are_refused():
    model = nh.HelmholtzDensity(2, epochs=1).fit(X)
    for use in (model.transform, model.score_samples):
        with pytest.raises(InputError, match="for Bernoulli units"):
            use(2 * X)


def test_a_kind_that_is_named_is_kept():
    with pytest.raises(InputError, match="binarise grey levels"):
        nh.HelmholtzTransformer(2, observation="bernoulli").fit(GREY)


def test_names_of_columns_go_when_another_fit_has_none():
    model = nh.HelmholtzDensity(hidden=2, epochs=1)
    model.fit(pd.DataFrame(np.eye(4), columns=list("abcd")))
    assert model.feature_names_in_.tolist() == list("abcd")
    model.fit(nh.load_images(np.eye(4).reshape(4, 2, 2)))
    assert not hasattr(model, "feature_names_in_")
    assert model.n_features_in_ == 4
