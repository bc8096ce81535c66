"""The estimator over recordings: shapes, times, determinism, and whether it finds what is there."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from sklearn.base import clone

import neurohm as nh
from neurohm.exceptions import (
    ArgumentTypeError,
    FileFormatError,
    InputError,
    MissingFileError,
    NotFittedError,
)
from neurohm.recordings import Windows, bin_spikes
from neurohm.training import Callback

SMALL = {"hidden": (5, 3), "lags": 2, "epochs": 2}


@pytest.fixture(scope="module")
def small():
    return nh.simulate_assemblies(8, 1.0, 1, members=(4, 5), seed=2)


@pytest.fixture(scope="module")
def model(small):
    return nh.SpikeHelmholtz(**SMALL).fit(small)


def same_parameters(one, other) -> bool:
    pairs = zip(one.parameters().items(), other.parameters().items(), strict=True)
    return all(a == b and np.array_equal(x, y) for (a, x), (b, y) in pairs)


# ---- finding what is there


def cosines(fields, pattern):
    return fields @ pattern / np.linalg.norm(fields, axis=1) / np.linalg.norm(pattern)


def planted(recording, assembly, lags, offset, bin_size=0.02):
    """An assembly as it looks in a window: units x lags."""
    pattern = np.zeros((recording.n_units, lags))
    truth = recording.truth
    for unit, lag in zip(truth["members"][assembly], truth["lags"][assembly], strict=True):
        place = int((offset + lag) / bin_size)
        if place < lags:
            pattern[unit, place] = 1
    return pattern.ravel()


@pytest.mark.parametrize("rule", ["reweighted", "wake-sleep"])
def test_each_planted_assembly_has_its_hidden_unit(strong, halves, rule):
    model = nh.SpikeHelmholtz(16, lags=4, rule=rule, epochs=50, batch_size=50).fit(halves[0])
    fields = model.receptive_fields(1)
    by_unit = np.maximum(fields, 0).sum(axis=2)
    rng = np.random.default_rng(0)
    for assembly, members in enumerate(strong.truth["members"]):
        found = cosines(by_unit, np.isin(np.arange(24), members)).max()
        others = [rng.choice(24, len(members), replace=False) for _ in range(50)]
        chance = max(cosines(by_unit, np.isin(np.arange(24), other)).max() for other in others)
        assert found > 0.75
        assert found > chance
        # with its lags, wherever in the window the pattern begins
        windows = [planted(strong, assembly, 4, offset) for offset in np.arange(0, 0.06, 0.005)]
        assert max(cosines(fields.reshape(16, -1), p).max() for p in windows if p.sum() > 3) > 0.45


@pytest.mark.parametrize("observation", ["auto", "bernoulli"])
def test_it_explains_more_than_independent_units(halves, observation):
    train, test = halves
    model = nh.SpikeHelmholtz(16, lags=4, epochs=20, batch_size=50, observation=observation)
    report = model.fit(train).score_report(test, particles=100)
    assert report.gain_bits_per_spike > 10 * report.standard_error > 0
    assert report.nats_per_bin > report.independent_nats_per_bin
    assert model.score(test, particles=100) == report.nats_per_bin


def test_it_finds_nothing_where_there_is_nothing():
    train, test = nh.simulate_assemblies(12, 4.0, 0, seed=3).split(0.3)
    report = nh.SpikeHelmholtz(8, lags=3, epochs=20).fit(train).score_report(test, particles=100)
    assert abs(report.gain_bits_per_spike) < 0.02


def test_hidden_activity_follows_the_occurrences(strong, halves, fitted):
    _, test = halves
    activity = fitted.transform(test, layer=1)
    for occurrences in strong.truth["occurrences"]:
        moments = occurrences[occurrences > test.t_start + 0.2]
        after = np.abs(activity.times[:, None] - (moments + 0.05)).min(axis=1) < 0.01
        raised = activity[after].mean(axis=0) - activity[~after].mean(axis=0)
        assert raised.max() > 0.3


# ---- what it returns


def test_attributes(model, small):
    assert model.machine_.sizes == (16, 5, 3)
    assert len(model.history_) == 2
    assert {"bound", "held_out"} <= set(model.history_.columns)
    assert (model.bin_size_, model.time_unit_, model.seed_) == (0.02, "s", 0)
    np.testing.assert_array_equal(model.unit_ids_, small.unit_ids)
    assert model.recording_["fingerprint"] == small.fingerprint()


def test_transform_has_a_row_a_window_and_its_end(model, small):
    windows = Windows(bin_spikes(small, 0.02), 2)
    activity = model.transform(small)
    assert activity.shape == (len(windows), 8)
    assert activity.layers == (1,) * 5 + (2,) * 3
    np.testing.assert_array_equal(activity.times, windows.times)
    assert activity.times[0] == pytest.approx(0.04)
    values = np.asarray(activity)
    assert values.min() >= 0
    assert values.max() <= 1
    np.testing.assert_array_equal(model.transform(small, layer=2).values, values[:, 5:])
    strided = model.transform(small, layer=1, stride=2)
    np.testing.assert_array_equal(strided.times, windows.times[::2])
    np.testing.assert_allclose(strided.values, values[::2, :5], atol=1e-6)


@pytest.mark.parametrize("layer", [0, 3, "first", 1.5, None])
def test_layers_that_are_not_there(model, small, layer):
    with pytest.raises(InputError, match="a hidden layer, 1 to 2"):
        model.transform(small, layer=layer)
    with pytest.raises(InputError, match="a hidden layer, 1 to 2"):
        model.receptive_fields(layer)


def test_receptive_fields_are_in_hz(model):
    fields = model.receptive_fields(1)
    assert fields.shape == (5, 8, 2)
    assert model.receptive_fields(2).shape == (3, 8, 2)
    narrow = model.receptive_fields(1) * model.bin_size_
    assert np.abs(narrow).max() < 5  # spikes in a bin
    np.testing.assert_array_equal(fields, model.receptive_fields(1))


def test_sample_is_a_recording_like_the_one_learned(fitted, strong):
    dreamed = fitted.sample(60.0)
    assert dreamed.duration == pytest.approx(60.0, abs=0.08)
    np.testing.assert_array_equal(dreamed.unit_ids, strong.unit_ids)
    assert np.corrcoef(dreamed.rates, strong.rates)[0, 1] > 0.8
    assert dreamed.rates.mean() == pytest.approx(strong.rates.mean(), rel=0.15)
    assert fitted.sample(60.0).fingerprint() == dreamed.fingerprint()
    assert fitted.sample(60.0, seed=1).fingerprint() != dreamed.fingerprint()
    longer = bin_spikes(fitted.sample(5.0), 0.02).toarray()
    np.testing.assert_array_equal(bin_spikes(dreamed, 0.02).toarray()[:240], longer[:240])


@pytest.mark.parametrize("seconds", [0, -1, np.nan])
def test_sample_of_no_time(model, seconds):
    with pytest.raises(InputError, match="seconds to dream"):
        model.sample(seconds)


def test_scores_depend_on_neither_company_nor_threads(model, small):
    report = model.score_report(small, particles=20)
    assert model.score_report(small, particles=20) == report
    assert report.n_bins == 3000
    assert report.kind == "importance"
    assert report.to_dict()["particles"] == 20


# ---- the same seed, the same fit


def test_one_seed_gives_one_fit(model, small):
    assert same_parameters(nh.SpikeHelmholtz(**SMALL).fit(small).machine_, model.machine_)
    other = nh.SpikeHelmholtz(**SMALL, random_state=1).fit(small)
    assert not same_parameters(other.machine_, model.machine_)


def test_a_generator_gives_the_seed(small):
    seeds = {
        nh.SpikeHelmholtz(**SMALL, random_state=np.random.default_rng(4)).fit(small).seed_
        for _ in range(2)
    }
    assert len(seeds) == 1
    assert nh.SpikeHelmholtz(**SMALL, random_state=None).fit(small).seed_ >= 0


def test_counts_are_as_good_as_a_recording(model, small):
    counts = bin_spikes(small, 0.02).toarray()
    same = nh.SpikeHelmholtz(**SMALL, bin_size=0.02).fit(counts)
    assert same_parameters(same.machine_, model.machine_)
    assert same.score(counts, particles=10) == model.score(small, particles=10)
    assert same.time_unit_ == "s"


def test_a_matrix_without_a_bin_size_is_in_bins(small):
    counts = bin_spikes(small, 0.02).toarray()
    model = nh.SpikeHelmholtz(**SMALL).fit(counts)
    assert (model.bin_size_, model.time_unit_) == (1.0, "bin")
    assert model.sample(10).duration == 10.0
    with pytest.raises(InputError, match="a recording with time in s"):
        model.score(small)


def test_gaps_are_not_learned_across(small):
    gaps = {"observed": np.array([[0.0, 20.0], [25.0, 60.0]])}
    gapped = nh.Recording.from_trains(
        [small.times(unit) for unit in range(8)], t_stop=60.0, intervals=gaps
    )
    model = nh.SpikeHelmholtz(**SMALL).fit(gapped)
    times = model.transform(gapped).times
    assert not ((times > 20.0 + 1e-9) & (times < 25.04 - 1e-9)).any()
    assert model.score_report(gapped, particles=5).n_bins == 1000 + 1750


# ---- files


def test_save_and_load(model, small, tmp_path):
    model.save(tmp_path / "fit.h5")
    loaded = nh.load(tmp_path / "fit.h5")
    assert isinstance(loaded, nh.SpikeHelmholtz)
    assert loaded.get_params() == model.get_params()
    assert same_parameters(loaded.machine_, model.machine_)
    assert loaded.score_report(small, particles=10) == model.score_report(small, particles=10)
    assert loaded.sample(2.0).fingerprint() == model.sample(2.0).fingerprint()
    assert loaded.history_.to_dict() == model.history_.to_dict()
    loaded.save(tmp_path / "again.h5")
    assert (tmp_path / "again.h5").read_bytes() == (tmp_path / "fit.h5").read_bytes()


def test_positions_and_names_come_back(tmp_path):
    recording = nh.Recording.from_trains(
        {name: np.arange(0.01 * k, 20.0, 0.3) for k, name in enumerate("abc", 1)},
        positions=[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]],
        source="a.h5",
    )
    nh.SpikeHelmholtz(**SMALL).fit(recording).save(tmp_path / "fit.h5")
    loaded = nh.load(tmp_path / "fit.h5")
    assert loaded.unit_ids_.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(loaded.positions_, recording.positions)
    assert loaded.recording_["source"] == "a.h5"


def test_model_file_is_plain_hdf5(model, tmp_path):
    model.save(tmp_path / "fit.h5")
    with h5py.File(tmp_path / "fit.h5") as file:
        assert file.attrs["format"] == "neurohm-model"
        assert file.attrs["kind"] == "SpikeHelmholtz"
        parameters = file["model/machine/parameters/generative/hidden1->visible"]
        assert parameters.shape in [(5, 16), (16, 5)]


def test_files_that_are_no_models(model, tmp_path):
    with pytest.raises(MissingFileError):
        nh.load(tmp_path / "nothing.h5")
    with pytest.raises(MissingFileError):
        model.save(tmp_path / "nowhere" / "fit.h5")
    (tmp_path / "text.h5").write_text("no")
    with pytest.raises(FileFormatError):
        nh.load(tmp_path / "text.h5")


# ---- resuming


class StopAfter(nh.training.Callback):
    """Break off after so many steps, as a crash would."""

    def __init__(self, steps):
        self.steps = steps

    def after_step(self, run):
        if run.position.step >= self.steps:
            raise RuntimeError("stopped here")


@pytest.mark.parametrize("steps", [35, 47])
@pytest.mark.parametrize("rule", ["reweighted", "wake-sleep"])
def test_resumed_is_unbroken(small, tmp_path, steps, rule):
    options = {**SMALL, "rule": rule, "epochs": 4, "batch_size": 80, "patience": 9}
    checkpoint = tmp_path / "fit.checkpoint"
    with pytest.raises(RuntimeError):
        nh.SpikeHelmholtz(**options).fit(small, checkpoint=checkpoint, callbacks=[StopAfter(steps)])
    partial = nh.load(checkpoint)
    assert len(partial.history_) < 4
    assert partial.score_report(small, particles=5).n_bins == 3000
    resumed = nh.SpikeHelmholtz(**options).fit(small, checkpoint=checkpoint, resume=True)
    unbroken = nh.SpikeHelmholtz(**options).fit(small)
    assert same_parameters(resumed.machine_, unbroken.machine_)
    assert resumed.history_.to_dict() == unbroken.history_.to_dict()
    assert not checkpoint.exists()


@pytest.mark.parametrize("random_state", [None, np.random.default_rng(1)])
def test_a_drawn_seed_goes_on_when_resumed(small, tmp_path, random_state):
    checkpoint = tmp_path / "fit.checkpoint"
    model = nh.SpikeHelmholtz(**SMALL, random_state=random_state)
    with pytest.raises(RuntimeError):
        model.fit(small, checkpoint=checkpoint, callbacks=[StopAfter(20)])
    seed = model.seed_
    resumed = clone(model).fit(small, checkpoint=checkpoint, resume=True)
    assert resumed.seed_ == seed
    unbroken = nh.SpikeHelmholtz(**SMALL, random_state=seed).fit(small)
    assert same_parameters(resumed.machine_, unbroken.machine_)


def test_resuming_something_else_is_refused(small, tmp_path):
    checkpoint = tmp_path / "fit.checkpoint"
    nh.SpikeHelmholtz(**SMALL).fit(small, checkpoint=checkpoint, keep_checkpoint=True)
    before = checkpoint.read_bytes()
    with pytest.raises(InputError, match="epochs 3; expected 2"):
        nh.SpikeHelmholtz(**{**SMALL, "epochs": 3}).fit(small, checkpoint=checkpoint, resume=True)
    with pytest.raises(InputError, match="is of another recording"):
        nh.SpikeHelmholtz(**SMALL).fit(small.between(0.0, 50.0), checkpoint=checkpoint, resume=True)
    assert checkpoint.read_bytes() == before


# ---- what is refused


@pytest.mark.parametrize(
    "use",
    [
        lambda model, recording: model.transform(recording),
        lambda model, recording: model.score(recording),
        lambda model, recording: model.receptive_fields(),
        lambda model, recording: model.sample(1.0),
        lambda model, recording: model.save("fit.h5"),
    ],
)
def test_not_fitted(small, use):
    with pytest.raises(NotFittedError, match="this SpikeHelmholtz is not fitted"):
        use(nh.SpikeHelmholtz(), small)


def test_other_units_are_refused(model):
    with pytest.raises(InputError, match="5 units, without units 5, 6, 7 of the model"):
        model.score(nh.simulate_assemblies(5, 1.0, 0))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": 0}, "hidden size 0"),
        ({"hidden": ()}, "no hidden layer"),
        ({"lags": 0}, "lags 0"),
        ({"epochs": 0}, "epochs 0"),
        ({"batch_size": -1}, "batch_size -1"),
        ({"particles": 0}, "particles 0"),
        ({"rule": "hebb"}, "'hebb'.*'wake-sleep', 'reweighted'"),
        ({"plasticity": "sgd"}, "'sgd'.*'delta', 'adam'"),
        ({"plasticity": nh.Adam(0.01), "learning_rate": 0.1}, "beside"),
        ({"observation": "gauss"}, "'gauss'"),
        ({"validation": 1.0}, "validation 1.0"),
        ({"bin_size": 0.0}, "bin_size 0"),
        ({"bin_size": float("nan")}, "bin_size nan"),
        ({"bin_size": 100.0}, "larger than the recording"),
        ({"lags": 5000}, "shorter than one window"),
        ({"device": "abacus"}, "unknown device"),
        ({"random_state": -1}, "seed -1"),
    ],
)
def test_bad_arguments(small, options, message):
    with pytest.raises(InputError, match=message):
        nh.SpikeHelmholtz(**{**SMALL, **options}).fit(small)


@pytest.mark.parametrize(
    "options",
    [
        {"hidden": 4.5},
        {"hidden": "40"},
        {"hidden": [[4], [2, 3]]},
        {"lags": 2.0},
        {"epochs": True},
        {"epochs": "many"},
        {"patience": None},
        {"random_state": "x"},
        {"bin_size": "20ms"},
        {"bin_size": None},
        {"bin_size": [0.02]},
        {"bin_size": True},
        {"validation": "0.1"},
        {"validation": None},
        {"particles": "5"},
        {"learning_rate": "0.1"},
        {"rule": 3},
        {"plasticity": ["adam"]},
    ],
)
@pytest.mark.parametrize("as_matrix", [False, True])
def test_arguments_of_the_wrong_type(small, options, as_matrix):
    recording = np.zeros((50, 3)) if as_matrix else small
    (name,) = options
    word = {"hidden": "hidden size"}.get(name, name)
    with pytest.raises(ArgumentTypeError, match=word):
        nh.SpikeHelmholtz(**{**SMALL, **options}).fit(recording)


def test_numbers_may_be_small_types_of_numpy(model, small):
    types = {"lags": np.int8(2), "epochs": np.int16(2), "batch_size": np.int8(100)}
    again = nh.SpikeHelmholtz(**{**SMALL, **types}).fit(small)
    assert same_parameters(again.machine_, model.machine_)
    assert again.sample(50.0).fingerprint() == model.sample(50.0).fingerprint()
    automatic = nh.SpikeHelmholtz(**{**SMALL, **types, "epochs": "auto"})
    assert len(automatic.fit(small).history_) > 2


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda model, data: model.score(data, particles=1.5), "particles 1.5"),
        (lambda model, data: model.score(data, particles=0), "particles 0"),
        (lambda model, data: model.score_report(data, particles="a"), "particles 'a'"),
        (lambda model, data: model.transform(data, stride=0), "stride"),
        (lambda model, data: model.transform(data, stride="a"), "stride"),
        (lambda model, data: model.transform(data, layer=True), "a hidden layer"),
        (lambda model, data: model.receptive_fields(dreams="a"), "dreams 'a'"),
        (lambda model, data: model.receptive_fields(dreams=0), "dreams 0"),
        (lambda model, data: model.sample("a"), "seconds to dream 'a'"),
        (lambda model, data: model.sample(1.0, seed="a"), "'a'"),
        (lambda model, data: model.save(None), "path None"),
        (lambda model, data: model.save(3), "path 3"),
        (lambda model, data: nh.load(None), "path None"),
        (lambda model, data: nh.load(3), "path 3"),
    ],
)
def test_bad_arguments_of_methods(model, small, use, message):
    with pytest.raises((InputError, ArgumentTypeError), match=message):
        use(model, small)


@pytest.mark.parametrize("random_state", [None, np.random.default_rng(3), np.int64(4)])
def test_a_model_file_holds_the_seed_that_was_drawn(small, tmp_path, random_state):
    model = nh.SpikeHelmholtz(**SMALL, random_state=random_state).fit(small)
    model.save(tmp_path / "model.h5")
    loaded = nh.load(tmp_path / "model.h5")
    assert loaded.random_state == loaded.seed_ == model.seed_
    assert same_parameters(clone(loaded).fit(small).machine_, model.machine_)


@pytest.mark.parametrize("counts", [np.zeros(5), -np.ones((50, 3)), np.full((50, 3), np.nan)])
def test_matrices_that_are_no_counts(counts):
    with pytest.raises(InputError):
        nh.SpikeHelmholtz(**SMALL).fit(counts)


def test_counts_above_the_highest_rate_are_refused():
    counts = np.ones((50, 3))
    counts[7, 1] = 600
    with pytest.raises(InputError, match="value 600 for Poisson units; .*; take smaller bins"):
        nh.SpikeHelmholtz(**SMALL).fit(counts)


def test_a_path_is_not_a_recording():
    with pytest.raises(ArgumentTypeError, match="load_recording"):
        nh.SpikeHelmholtz().fit("recording.h5")


# ---- scikit-learn


def test_scikit_learn_can_clone_it(model, small):
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "machine_")
    copy.set_params(lags=3, hidden=4)
    assert copy.fit(small).machine_.sizes == (24, 4)


def test_objects_for_rule_and_plasticity(small, tmp_path):
    model = nh.SpikeHelmholtz(
        **SMALL, rule=nh.Reweighted(particles=3), plasticity=nh.Adam(0.002)
    ).fit(small)
    model.save(tmp_path / "fit.h5")
    loaded = nh.load(tmp_path / "fit.h5")
    assert loaded.rule == nh.Reweighted(particles=3)
    assert loaded.plasticity.settings() == nh.Adam(0.002).settings()
    named = nh.SpikeHelmholtz(**SMALL, particles=3, learning_rate=0.002).fit(small)
    assert same_parameters(model.machine_, named.machine_)


# ---- units, monitors, limits


def test_units_in_another_order_score_the_same(model, small):
    turned = small.select_units(small.unit_ids[::-1])
    assert model.score_report(turned, particles=5) == model.score_report(small, particles=5)


def test_units_of_other_names_are_refused(model, small):
    trains = [small.times(i) for i in range(small.n_units)]
    ids = [f"u{i}" for i in range(small.n_units)]
    other = nh.Recording.from_trains(trains, t_stop=small.t_stop, unit_ids=np.array(ids))
    with pytest.raises(InputError, match="without units 0, 1.*with units 'u0', 'u1'"):
        model.score(other)


def test_callbacks_see_the_score_of_the_epoch(small):
    class Watch(Callback):
        def __init__(self):
            self.seen = []

        def after_epoch(self, run):
            self.seen.append(run.history["held_out"][-1])

    watch = Watch()
    model = nh.SpikeHelmholtz(**SMALL).fit(small, callbacks=[watch])
    np.testing.assert_array_equal(watch.seen, model.history_["held_out"])
    assert np.isfinite(watch.seen).all()


@pytest.mark.parametrize("lags", [8, 9])
def test_short_stretches_can_be_learned_from(lags):
    observed = np.array([[i, i + 0.9] for i in range(30)])
    trains = np.random.default_rng(0).uniform(0, 30, (3, 200))
    recording = nh.Recording.from_trains(
        np.sort(trains, axis=1), t_stop=30.0, intervals={"observed": observed}
    )
    model = nh.SpikeHelmholtz(hidden=2, lags=lags, bin_size=0.1, epochs=2).fit(recording)
    assert np.isfinite(model.history_["bound"]).all()


def test_a_dream_too_long_is_refused(model):
    with pytest.raises(InputError, match="bins"):
        model.sample(1e12)


def test_rates_beyond_what_poisson_units_reach_are_refused():
    counts = np.random.default_rng(0).poisson(800, (300, 3))
    with pytest.raises(InputError, match="500"):
        nh.SpikeHelmholtz(hidden=2, lags=1, epochs=1).fit(counts)
