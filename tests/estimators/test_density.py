"""The estimator over matrices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError, NotFittedError

PATTERNS = np.repeat(np.eye(3), 4, axis=1)
X = PATTERNS[np.random.default_rng(0).integers(3, size=600)]
LAYER_SIZES = {name: f"{name} size" for name in ("hidden", "recognition")}
SMALL = {"hidden": (6, 3), "epochs": 10, "batch_size": 50}


@pytest.fixture(scope="module")
def model():
    return nh.HelmholtzDensity(**SMALL).fit(X)


def same_parameters(one, other) -> bool:
    pairs = zip(one.parameters().values(), other.parameters().values(), strict=True)
    return all(np.array_equal(x, y) for x, y in pairs)


@pytest.mark.parametrize("rule", ["reweighted", "wake-sleep"])
@pytest.mark.parametrize("init", ["sparse", "recruit"])
def test_it_learns_a_distribution(rule, init):
    model = nh.HelmholtzDensity(6, rule=rule, batch_size=20, init=init).fit(X)
    assert model.score(PATTERNS) > -2.0  # the entropy is log 3 = 1.1, of independent units 7.6
    rng = np.random.default_rng(1)
    assert model.score(rng.integers(2, size=(50, 12))) < -10
    dreamed = model.sample(300)
    hits = (dreamed[:, None] == PATTERNS).all(axis=2).any(axis=1).mean()
    assert hits > 0.3


def test_shapes(model):
    assert model.n_features_in_ == 12
    hidden = model.transform(X[:7])
    assert hidden.shape == (7, 9)
    assert model.inverse_transform(hidden).shape == (7, 12)
    assert model.score_samples(X[:7]).shape == (7,)
    assert model.score(X[:7]) == model.score_samples(X[:7]).mean()
    assert model.sample(5).shape == (5, 12)
    assert set(np.unique(model.sample(50))) <= {0.0, 1.0}


def test_fit_transform_is_fit_and_transform(model):
    both = nh.HelmholtzDensity(**SMALL).fit_transform(X)
    np.testing.assert_array_equal(both, model.transform(X))


def test_reconstruction_keeps_the_pattern():
    model = nh.HelmholtzDensity(6, epochs=60, batch_size=20, init="recruit").fit(X)
    mean = model.inverse_transform(model.transform(PATTERNS))
    assert (mean[PATTERNS == 1].mean() - mean[PATTERNS == 0].mean()) > 0.5


def test_one_seed_gives_one_fit(model):
    again = nh.HelmholtzDensity(**SMALL).fit(X)
    assert same_parameters(model.machine_, again.machine_)
    np.testing.assert_array_equal(model.sample(10), again.sample(10))
    other = nh.HelmholtzDensity(**SMALL, random_state=1).fit(X)
    assert not same_parameters(model.machine_, other.machine_)
    assert not np.array_equal(model.sample(10), model.sample(10, seed=5))


def test_scores_do_not_depend_on_order_or_company(model):
    scores = model.score_samples(X[:100])
    order = np.random.default_rng(2).permutation(100)
    np.testing.assert_array_equal(model.score_samples(X[:100][order]), scores[order])
    np.testing.assert_array_equal(model.score_samples(X[:3]), scores[:3])


def test_sparse_input_is_dense_input(model):
    sparse = nh.HelmholtzDensity(**SMALL).fit(csr_matrix(X))
    assert same_parameters(sparse.machine_, model.machine_)
    np.testing.assert_array_equal(
        model.score_samples(csr_matrix(X[:9])), model.score_samples(X[:9])
    )
    np.testing.assert_array_equal(model.transform(csr_matrix(X[:9])), model.transform(X[:9]))


def test_partial_fit_learns_step_by_step():
    model = nh.HelmholtzDensity(6, batch_size=50, learning_rate=0.01)
    before = model.partial_fit(X[:50]).score(PATTERNS)
    for _ in range(60):
        model.partial_fit(X)
    assert model.score(PATTERNS) > before + 1
    one = nh.HelmholtzDensity(**SMALL).partial_fit(X[:300]).partial_fit(X[300:])
    two = nh.HelmholtzDensity(**SMALL).partial_fit(X[:300])
    two.partial_fit(X[300:350]).partial_fit(X[350:])
    assert same_parameters(one.machine_, two.machine_)


def test_portions_of_one_model_are_not_remembered_by_another():
    """A rule that keeps dreams does so for each model, even where both were given the same one."""
    settings = {"functions": 5, "data_functions": 5, "sleep_samples": 100, "window": 3}
    shared = nh.DDC(**settings)
    nh.HelmholtzDensity(3, rule=shared, random_state=1).partial_fit(1 - X[:60])
    first, own = (
        nh.HelmholtzDensity(3, rule=rule).partial_fit(X[:60])
        for rule in (shared, nh.DDC(**settings))
    )
    assert same_parameters(first.machine_, own.machine_)
    portion = nh.HelmholtzDensity(3, rule="ddc", batch_size=20).partial_fit(X[:20])
    kept = portion._increments.rule.memory()["window"]["filled"]
    assert portion.partial_fit(X[:20])._increments.rule.memory()["window"]["filled"] == kept + 1


def test_portions_estimate_a_metric_as_often_as_asked(monkeypatch):
    estimated = []
    metric = nh.WakeSleep.metric

    def counted(*given, **more):
        estimated.append(1)
        return metric(*given, **more)

    monkeypatch.setattr(nh.WakeSleep, "metric", counted)
    natural = nh.Natural(nh.Delta(0.1), every=4)
    model = nh.HelmholtzDensity(3, rule="wake-sleep", plasticity=natural, batch_size=10)
    model.partial_fit(X[:60]).partial_fit(X[:60])
    assert len(estimated) == 3  # in 12 steps


def test_partial_fit_goes_on_with_what_was_fitted():
    model = nh.HelmholtzDensity(**SMALL).fit(X)
    before = {key: np.array(value) for key, value in model.machine_.parameters().items()}
    model.partial_fit(X[:50])
    after = model.machine_.parameters()
    assert any(not np.array_equal(before[key], after[key]) for key in before)
    assert all(np.abs(before[key] - after[key]).max() < 0.1 for key in before)


def test_counts():
    counts = np.random.default_rng(3).poisson(2.0, (300, 5))
    model = nh.HelmholtzDensity(3, observation="poisson", epochs=5).fit(counts)
    assert model.sample(200).max() > 1
    assert model.sample(500).mean() == pytest.approx(2.0, rel=0.15)
    with pytest.raises(InputError):
        nh.HelmholtzDensity(3, epochs=1, observation="bernoulli").fit(counts)


def test_validation_keeps_the_best(model):
    held = nh.HelmholtzDensity(**SMALL, validation=0.2, patience=2).fit(X)
    assert "held_out" in held.history_
    assert "held_out" not in model.history_


def test_save_and_load(model, tmp_path):
    model.save(tmp_path / "density.h5")
    loaded = nh.load(tmp_path / "density.h5")
    assert isinstance(loaded, nh.HelmholtzDensity)
    assert loaded.get_params() == model.get_params()
    np.testing.assert_array_equal(loaded.score_samples(X[:9]), model.score_samples(X[:9]))
    np.testing.assert_array_equal(loaded.sample(4), model.sample(4))
    assert loaded.n_features_in_ == 12


@pytest.mark.parametrize(
    "recognition", [("nade:6", 3), (nh.NADE(6, inner=2), "autoregressive:3"), ["nade:6", 3]]
)
def test_recognition_of_other_kinds(recognition, tmp_path):
    model = nh.HelmholtzDensity(**SMALL, recognition=recognition).fit(X)
    kinds = [p.kind for p in model.machine_.recognition.populations.values()]
    assert kinds[0] == "nade"
    assert [p.kind for p in model.machine_.populations] == ["bernoulli"] * 3
    model.save(tmp_path / "density.h5")
    loaded = nh.load(tmp_path / "density.h5")
    assert loaded.recognition == tuple(recognition)
    assert [p.kind for p in loaded.machine_.recognition.populations.values()] == kinds
    np.testing.assert_array_equal(loaded.score_samples(X[:9]), model.score_samples(X[:9]))
    assert loaded.transform(X[:4]).shape == (4, 9)
    assert same_parameters(clone(loaded).fit(X).machine_, model.machine_)


def test_recognition_is_as_generated_by_default(model):
    for same in ((6, 3), np.array([6, 3])):
        again = nh.HelmholtzDensity(**SMALL, recognition=same).fit(X)
        assert same_parameters(again.machine_, model.machine_)


@pytest.mark.parametrize("init", ["normal", "sparse", "recruit"])
def test_recognition_of_another_kind_learns(init):
    model = nh.HelmholtzDensity(6, batch_size=20, init=init, recognition="nade:6").fit(X)
    assert model.score(PATTERNS) > -2.0  # the entropy is log 3 = 1.1, of independent units 7.6


@pytest.mark.parametrize(
    ("recognition", "message"),
    [
        ((), "no recognition layer"),
        ((6,), "1 populations for recognition"),
        ((6, 4), "4 bernoulli units to recognise hidden2"),
        (("nade:5", 3), "5 nade units to recognise hidden1"),
        (("poisson:6", 3), "6 units with binary values"),
        (("foo:6", 3), "population 'foo:6'"),
        ((0, 3), r"recognition size 0; .*; give e\.g\. recognition="),
    ],
)
def test_recognition_that_does_not_fit(recognition, message):
    with pytest.raises(InputError, match=message):
        nh.HelmholtzDensity(**SMALL, recognition=recognition).fit(X)


def test_scikit_learn_can_clone_it(model):
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "machine_")


@pytest.mark.parametrize("name", ["transform", "score", "score_samples", "sample", "save"])
def test_not_fitted(name):
    argument = {"sample": 3, "save": "density.h5"}.get(name, X)
    with pytest.raises(NotFittedError, match="this HelmholtzDensity is not fitted"):
        getattr(nh.HelmholtzDensity(), name)(argument)


@pytest.mark.parametrize(
    "data",
    [
        np.zeros(4),
        np.zeros((0, 4)),
        np.zeros((4, 0)),
        np.full((4, 4), np.nan),
        np.full((4, 4), 0.5),
        -np.eye(4),
        np.array([["a", "b"]]),
        csr_matrix((0, 4)),
        csr_matrix(np.full((4, 4), np.nan)),
    ],
)
def test_data_that_cannot_be_learned(data):
    with pytest.raises(InputError):
        nh.HelmholtzDensity(hidden=2, epochs=1, observation="bernoulli").fit(data)


@pytest.mark.parametrize(
    "options",
    [
        {"hidden": 0},
        {"hidden": ()},
        {"epochs": 0},
        {"batch_size": 0},
        {"rule": "hebb"},
        {"plasticity": "sgd"},
        {"observation": "gauss"},
        {"init": "zeros"},
        {"validation": 1.0},
        {"final_rate": 0.0},
        {"score_particles": 0},
    ],
)
def test_bad_arguments(options):
    with pytest.raises(InputError):
        nh.HelmholtzDensity(**{**SMALL, **options}).fit(X)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    "options",
    [
        {"hidden": 2.5},
        {"recognition": 2.5},
        {"epochs": 1.5},
        {"batch_size": 0.5},
        {"random_state": "x"},
        {"validation": "0.1"},
        {"patience": None},
        {"final_rate": "a"},
        {"particles": "5"},
        {"learning_rate": "0.1"},
        {"score_particles": 1.5},
    ],
)
def test_arguments_of_the_wrong_type(options, method):
    (name,) = options
    with pytest.raises(ArgumentTypeError, match=LAYER_SIZES.get(name, name)):
        getattr(nh.HelmholtzDensity(**{**SMALL, **options}), method)(X)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda model: model.sample(0), "n_samples 0"),
        (lambda model: model.sample("a"), "n_samples 'a'"),
        (lambda model: model.inverse_transform("a"), "shape"),
        (lambda model: model.transform("a"), "data of shape"),
        (lambda model: model.score_samples([[1], [1, 0]]), "different lengths"),
        (lambda model: model.save(None), "path None"),
    ],
)
def test_bad_arguments_of_methods(model, use, message):
    with pytest.raises((InputError, ArgumentTypeError), match=message):
        use(model)


def test_numbers_may_be_small_types_of_numpy(model):
    types = {"batch_size": np.int8(50), "epochs": np.int8(10)}
    again = nh.HelmholtzDensity(**{**SMALL, **types}).fit(X)
    assert same_parameters(again.machine_, model.machine_)


@pytest.mark.parametrize("random_state", [None, np.random.default_rng(3)])
def test_a_model_file_holds_the_seed_that_was_drawn(tmp_path, random_state):
    model = nh.HelmholtzDensity(**SMALL, random_state=random_state).fit(X)
    model.save(tmp_path / "density.h5")
    loaded = nh.load(tmp_path / "density.h5")
    assert loaded.random_state == loaded.seed_ == model.seed_
    assert same_parameters(clone(loaded).fit(X).machine_, model.machine_)


def test_other_features_are_refused(model):
    for use in (model.transform, model.score_samples, model.inverse_transform):
        with pytest.raises(InputError):
            use(np.zeros((3, 5)))


GREY = (np.random.default_rng(5).random((300, 12)) * (0.2 + 0.8 * X[:300])).astype(np.float32)
IMAGES = nh.Images(GREY, shape=(3, 4), source="patterns")


def test_images_are_remembered(tmp_path):
    model = nh.HelmholtzDensity(**SMALL).fit(IMAGES.binarised("fixed"))
    model.save(tmp_path / "images.h5")
    loaded = nh.load(tmp_path / "images.h5")
    assert loaded.data_ == model.data_
    assert (model.data_["shape"], model.data_["source"]) == ([3, 4], "patterns")
    assert model.data_["binarise"] == "fixed"
    report = model.score_report(X[:20], particles=10)
    assert loaded.score_report(X[:20], particles=10) == report
    p = model.independent_.mean
    nats = (X[:20] * np.log(p) + (1 - X[:20]) * np.log1p(-p)).sum(axis=1).mean()
    assert report.independent_nats == pytest.approx(nats)


def test_images_are_drawn_anew_in_each_epoch():
    fixed, one, again = (
        nh.HelmholtzDensity(**SMALL).fit(IMAGES.binarised(how))
        for how in ("fixed", "stochastic", "stochastic")
    )
    assert same_parameters(one.machine_, again.machine_)
    assert not same_parameters(one.machine_, fixed.machine_)
    batches = nh.training.BinarisedBatches(GREY)
    assert same_parameters(one.machine_, nh.HelmholtzDensity(**SMALL).fit(batches).machine_)
    held = nh.HelmholtzDensity(**SMALL, validation=0.2).fit(batches)
    assert "held_out" in held.history_


def test_the_validation_part_of_images_stops_the_fit():
    parts = IMAGES.binarised("fixed").split(valid=0.3)
    model = nh.HelmholtzDensity(**SMALL).fit(parts)
    assert "held_out" in model.history_
    assert model.learning_["samples_per_epoch"] == 210
    share = nh.HelmholtzDensity(**SMALL, validation=0.3).fit(IMAGES.binarised("fixed"))
    assert same_parameters(share.machine_, model.machine_)


def test_a_resumed_fit_equals_the_unbroken_one(tmp_path):
    class Stop(nh.training.Callback):
        def after_epoch(self, run):
            if run.position.epoch == 4:
                raise KeyboardInterrupt

    path, images = tmp_path / "a.checkpoint", IMAGES.binarised("stochastic").split(valid=0.1)
    unbroken = nh.HelmholtzDensity(**SMALL).fit(images)
    with pytest.raises(KeyboardInterrupt):
        nh.HelmholtzDensity(**SMALL).fit(images, checkpoint=path, callbacks=[Stop()])
    assert isinstance(nh.load(path), nh.HelmholtzDensity)
    resumed = nh.HelmholtzDensity(**SMALL).fit(images, checkpoint=path, resume=True)
    assert same_parameters(unbroken.machine_, resumed.machine_)
    assert resumed.history_.to_dict() == unbroken.history_.to_dict()
    assert not path.exists()


def test_other_data_are_not_gone_on_with(tmp_path):
    path = tmp_path / "a.checkpoint"
    nh.HelmholtzDensity(**SMALL).fit(X, checkpoint=path, keep_checkpoint=True)
    with pytest.raises(InputError, match="is of other data"):
        nh.HelmholtzDensity(**SMALL).fit(X[:500], checkpoint=path, resume=True)
    other = nh.HelmholtzDensity(**{**SMALL, "batch_size": 40})
    with pytest.raises(InputError, match="batch_size"):
        other.fit(X, checkpoint=path, resume=True)


def test_grey_levels_are_refused_with_what_to_do():
    with pytest.raises(
        InputError, match=r"expected 0 or 1; binarise grey levels.*binarise='fixed'"
    ):
        nh.HelmholtzDensity(**SMALL).fit(IMAGES)
    with pytest.raises(InputError, match="value 3 for Bernoulli units.*observation='poisson'"):
        nh.HelmholtzDensity(**SMALL, observation="bernoulli").fit(3 * X)


def test_autoregressive_pixels():
    model = nh.HelmholtzDensity(4, observation="autoregressive", epochs=2).fit(X)
    report = model.score_report(X[:20], particles=10)
    assert report.independent_nats == nh.HelmholtzDensity(4, epochs=1).fit(X).score_report(
        X[:20], particles=10
    ).independent_nats  # fmt: skip


def test_files_without_a_baseline_are_read(tmp_path):
    model = nh.HelmholtzDensity(**SMALL).fit(X)
    model.independent_ = None
    model.save(tmp_path / "early.h5")
    loaded = nh.load(tmp_path / "early.h5")
    assert np.isnan(loaded.score_report(X[:5], particles=5).independent_nats)


def test_some_more_rows_are_learned_by_the_rule_of_the_first_epoch():
    rows = np.tile(np.eye(4), (25, 1))
    scheduled = nh.HelmholtzDensity(hidden=3, particles={0: 2, 5: 4}).partial_fit(rows)
    plain = nh.HelmholtzDensity(hidden=3, particles=2).partial_fit(rows)
    for key, array in plain.machine_.parameters().items():
        np.testing.assert_array_equal(scheduled.machine_.parameters()[key], array)
