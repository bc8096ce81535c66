"""The search for assemblies from end to end: what was planted is found, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import neurohm as nh
from neurohm.analysis import match
from neurohm.estimators.assemblies import COLUMNS
from neurohm.exceptions import ArgumentTypeError, InputError, NotFittedError
from neurohm.recordings import Recording, bin_spikes

SIZE = 0.02
SETTINGS = {"hidden": (12, 4), "lags": 4, "epochs": 40, "batch_size": 50}
SMALL = {"hidden": 6, "lags": 4, "epochs": 30, "batch_size": 50}
QUICK = {"surrogates": 99, "folds": 2, "stability": False, "n_jobs": 1}
TESTED_ONLY = {"surrogates": 99, "refit": False}  # milliseconds, but the p-values are optimistic


@pytest.fixture(scope="module")
def planted():
    """Four minutes of 20 units with two assemblies of five or six."""
    return nh.simulate_assemblies(
        20, 4.0, 2, members=(5, 6), overlap=0.0, occurrence_rate=0.7, rate=1.0, lag=0.06,
        participation=0.9, seed=2,
    )  # fmt: skip


@pytest.fixture(scope="module")
def model(planted):
    return nh.SpikeHelmholtz(**SETTINGS).fit(planted)


@pytest.fixture(scope="module")
def table(model):
    return model.assemblies(**{**QUICK, "stability": True})


@pytest.fixture(scope="module")
def tested_only(model):
    return model.assemblies(**TESTED_ONLY)


@pytest.fixture(scope="module")
def loaded(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.h5"
    model.save(path)
    return nh.load(path)


@pytest.fixture(scope="module")
def single():
    """Three minutes of 12 units with one assembly of six."""
    return nh.simulate_assemblies(
        12, 3.0, 1, members=(6, 6), occurrence_rate=0.8, rate=1.0, lag=0.06, participation=0.9,
        seed=3,
    )  # fmt: skip


def f1_of(found, planted):
    """F1 of the members of each assembly found against each planted."""
    f1 = [
        [2 * len({*a} & {*b.tolist()}) / (len(a) + len(b)) for b in planted.truth["members"]]
        for a in found["members"]
    ]
    return np.array(f1).reshape(len(found), len(planted.truth["members"]))


def all_found(found, planted, least=0.8):
    """Whether the table is the planted assemblies, in any order."""
    f1 = f1_of(found, planted)
    if f1.shape[0] != f1.shape[1]:
        return False
    return bool((f1[np.arange(len(f1)), match(f1)] >= least).all())


def same_tables(one, other, leaving_out=()):
    assert list(one.columns) == list(other.columns)
    assert len(one) == len(other)
    for name in one.columns.difference(list(leaving_out)):
        for a, b in zip(one[name], other[name], strict=True):
            np.testing.assert_array_equal(a, b)


def as_counts(recording, **options):
    return Recording.from_counts(
        bin_spikes(recording, SIZE).toarray(), unit_ids=recording.unit_ids, **options
    )


# ---- what was planted is found


def test_the_members_are_those_planted(table, planted):
    assert all_found(table, planted, least=0.9)


def test_lags_are_those_planted(table, planted):
    for row, partner in enumerate(match(f1_of(table, planted))):
        truth = dict(
            zip(
                planted.truth["members"][partner].tolist(),
                planted.truth["lags"][partner].tolist(),
                strict=True,
            )
        )
        found = dict(zip(table["members"][row], table["lags"][row], strict=True))
        assert min(found.values()) == 0
        both = sorted(found.keys() & truth)
        off = np.array([found[unit] - truth[unit] for unit in both])
        # The standard error of a median of 150 spikes, each jittered by 5 ms, is half a ms.
        np.testing.assert_allclose(off - np.median(off), 0, atol=0.005)


def test_times_are_the_moments_planted(table, planted):
    for row, partner in enumerate(match(f1_of(table, planted))):
        truth, times = planted.truth["occurrences"][partner], table["times"][row]
        hit = np.abs(truth[:, None] - times).min(axis=1) < SIZE
        right = np.abs(times[:, None] - truth).min(axis=1) < SIZE
        assert hit.mean() > 0.8
        assert right.mean() > 0.8
        assert (np.diff(times) >= 0).all()
        assert planted.t_start <= times[0] <= times[-1] <= planted.t_stop


def test_every_row_is_consistent(table, model):
    assert list(table.columns) == COLUMNS
    assert table.index.tolist() == [0, 1]
    assert (table["p_value"] == 0.01).all()  # the smallest that 99 surrogates give
    assert (table["z"] > 5).all()
    for _, row in table.iterrows():
        members = np.isin(model.unit_ids_, row["members"])
        assert len(row["members"]) == len(row["lags"]) == len(row["participation"])
        assert row["occurrences"] == len(row["times"])
        assert row["rate"] == pytest.approx(row["occurrences"] / 4)
        assert row["field"].shape[0] == 20
        assert (row["field"][~members] == 0).all()
        assert (row["field"][members].max(axis=1) > 0).all()
        assert row["strength"] == pytest.approx(row["field"][members].max(axis=1).mean())
        assert row["log_odds"] > 0
        assert 0.6 < np.mean(row["participation"]) <= 1
        assert 0.5 < row["stability_seeds"] <= 1
        assert 0.5 < row["stability_halves"] <= 1
        assert all(0 <= unit < 12 for unit in row["hidden_units"])


def test_attributes_say_what_was_done(table, planted):
    attrs = table.attrs
    assert {name: attrs[name] for name in ("layer", "of", "surrogates", "alpha", "folds")} == {
        "layer": 1, "of": "units", "surrogates": 99, "alpha": 0.01, "folds": 2,
    }  # fmt: skip
    assert attrs["jitter"] == pytest.approx(0.1)  # five bins, the least
    assert (attrs["bin_size"], attrs["time_unit"]) == (SIZE, "s")
    assert attrs["unit_ids"] == list(range(20))
    assert attrs["fingerprint"] == planted.fingerprint()


@pytest.mark.parametrize(("given", "used"), [(None, 0.1), (0.111, 0.12), (0.2, 0.2)])
def test_the_jitter_reported_is_the_window_used(model, planted, given, used):
    # The last window may be longer.
    found = model.assemblies(planted.between(0, 101.07), jitter=given, **TESTED_ONLY)
    assert found.attrs["jitter"] == pytest.approx(used)


def test_every_hidden_unit_is_in_a_row_or_left_out_for_one_reason(table):
    named = [unit for units in table["hidden_units"] for unit in units]
    named += [unit for units in table.attrs["left_out"].values() for unit in units]
    assert sorted(named) == list(range(12))


def test_log_odds_are_high_where_the_assemblies_occur(table, model, planted):
    log_odds = model.assembly_log_odds(table, planted)
    assert log_odds.shape == (12_000, 2)
    for course, field in zip(log_odds.T, table["field"], strict=True):
        # What would reach beyond the end is not known.
        assert np.flatnonzero(np.isnan(course)).tolist() == [
            *range(12_001 - field.shape[1], 12_000)
        ]
    log_odds = np.nan_to_num(log_odds, nan=-99)
    for course, partner in zip(log_odds.T, match(f1_of(table, planted)), strict=True):
        begin = (planted.truth["occurrences"][partner] / SIZE).astype(int)
        near = np.maximum(course[np.maximum(begin - 1, 0)], course[begin])
        near = np.maximum(near, course[begin + 1])
        assert (near > 0).mean() > 0.8
        assert (course > 0).mean() < 0.1
    one = np.nan_to_num(model.assembly_log_odds(table.iloc[1:], planted), nan=-99)
    np.testing.assert_array_equal(one, log_odds[:, 1:])
    assert model.assembly_log_odds(table.iloc[:0], planted).shape == (12_000, 0)


def test_unobserved_time_does_not_make_assemblies_rarer(model, tested_only, planted):
    longer = Recording.from_trains(
        [planted.times(i) for i in range(20)], t_stop=2400.0, intervals={"observed": [[0.0, 240.0]]}
    )
    one, other = (model.assembly_log_odds(tested_only, r) for r in (planted, longer))
    assert np.isnan(other[12_000:]).all()
    np.testing.assert_allclose(other[:12_000], one, atol=1e-9)


def test_two_assemblies_are_not_reported_as_their_mixture(planted):
    # In this fit, some hidden units stand for both.
    model = nh.SpikeHelmholtz((10, 4), lags=4, epochs=40, batch_size=50).fit(planted)
    found = model.assemblies(**TESTED_ONLY)
    assert {*found["members"]} == {tuple(m.tolist()) for m in planted.truth["members"]}


# ---- the same again


def test_the_same_call_gives_the_same_after_loading_too(loaded, planted, table):
    again = loaded.assemblies(planted, **QUICK)
    same_tables(again, table, leaving_out=["stability_seeds", "stability_halves"])
    assert again[["stability_seeds", "stability_halves"]].isna().all(axis=None)


def test_searching_leaves_the_model_as_it_was(model, tested_only, planted, tmp_path):
    # `table` and others have searched before; a search leaves no trace in the next.
    model.assemblies(planted, layer=2, **TESTED_ONLY)
    same_tables(model.assemblies(planted, **TESTED_ONLY), tested_only)


@pytest.mark.slow
def test_several_processes_give_the_same(planted):
    model = nh.SpikeHelmholtz(4, lags=2, epochs=3).fit(planted.between(0, 60))
    settings = {**QUICK, "alpha": 0.9, "stability": True}
    one, two = (model.assemblies(**{**settings, "n_jobs": jobs}) for jobs in (1, 2))
    same_tables(one, two)
    assert one.attrs == two.attrs


# ---- other recordings, other ways to look


def test_units_in_another_order_are_the_same_units(model, planted, tested_only):
    order = np.random.default_rng(0).permutation(20)
    same_tables(model.assemblies(planted.select_units(order), **TESTED_ONLY), tested_only)


def test_members_are_unit_ids(single):
    names = np.array([f"unit {i}" for i in range(12)])
    named = Recording.from_trains(
        {name: single.times(i) for i, name in enumerate(names)}, t_stop=single.t_stop
    )
    [members] = nh.SpikeHelmholtz(**SMALL).fit(named).assemblies(**TESTED_ONLY)["members"]
    assert members == tuple(names[single.truth["members"][0]])


def test_a_recording_that_the_model_has_not_seen(single):
    seen, new = single.split(0.4)
    found = nh.SpikeHelmholtz(**SMALL).fit(seen).assemblies(new, **TESTED_ONLY)
    assert all_found(found, single)
    assert all(times.min() >= new.t_start for times in found["times"])
    assert found.attrs["fingerprint"] == new.fingerprint()
    assert found.attrs["refit"] is False


def test_what_the_model_learned_is_not_found_where_it_is_not(model):
    nothing = nh.simulate_assemblies(20, 4.0, 0, rate=1.5, seed=7)
    # Probability of any assembly: alpha, 1 %; this seed is one of the others.
    found = model.assemblies(nothing, **TESTED_ONLY)
    assert len(found) == 0
    assert found.attrs["left_out"]["not significant"]


def test_codes(model, planted):
    found = model.assemblies(of="codes", **TESTED_ONLY)
    assert all_found(found, planted)
    for codes in found["hidden_units"]:
        assert all(isinstance(code, tuple) and set(code) <= set(range(12)) for code in codes)
    assert found.attrs["of"] == "codes"


def test_the_second_layer(model, planted):
    found = model.assemblies(layer=2, **TESTED_ONLY)
    assert len(found) > 0
    assert (f1_of(found, planted).max(axis=1) > 0.8).all()
    assert all(0 <= unit < 4 for units in found["hidden_units"] for unit in units)
    assert found.attrs["layer"] == 2


def test_a_binned_recording_is_as_good(model, planted, tested_only):
    binned = model.assemblies(as_counts(planted, bin_width=SIZE), **TESTED_ONLY)
    assert binned["members"].tolist() == tested_only["members"].tolist()
    assert binned["occurrences"].tolist() == tested_only["occurrences"].tolist()
    for a, b in zip(binned["times"], tested_only["times"], strict=True):
        np.testing.assert_allclose(a, b, atol=1.5 * SIZE)
    matrix = bin_spikes(planted, SIZE).toarray()
    fitted = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=1, bin_size=SIZE).fit(matrix)
    same_tables(
        fitted.assemblies(matrix, **TESTED_ONLY),
        fitted.assemblies(as_counts(planted, bin_width=SIZE), **TESTED_ONLY),
    )


def test_time_counted_in_bins(single):
    fits = [nh.SpikeHelmholtz(**SMALL).fit(r) for r in (single, as_counts(single))]
    seconds, bins = (model.assemblies(**QUICK) for model in fits)
    assert all_found(bins, single)
    assert (bins.attrs["time_unit"], bins.attrs["bin_size"], bins.attrs["jitter"]) == ("bin", 1, 5)
    # The same counts, so the same fits: only the unit of time differs.
    for name in ("members", "occurrences", "z", "hidden_units"):
        assert bins[name].tolist() == seconds[name].tolist()
    assert bins["log_odds"][0] == pytest.approx(seconds["log_odds"][0], rel=1e-6)
    np.testing.assert_allclose(bins["field"][0], seconds["field"][0] * SIZE, rtol=1e-6)
    np.testing.assert_allclose(bins["times"][0] * SIZE, seconds["times"][0], atol=1.5 * SIZE)
    np.testing.assert_allclose(np.array(bins["lags"][0]) * SIZE, seconds["lags"][0], atol=SIZE)
    assert bins["rate"][0] == pytest.approx(bins["occurrences"][0] / 9000)  # in a bin
    assert seconds["rate"][0] == pytest.approx(bins["occurrences"][0] / 3)  # in a minute


def test_spikes_or_none(single):
    found = nh.SpikeHelmholtz(**SMALL, observation="bernoulli").fit(single).assemblies(**QUICK)
    assert all_found(found, single)
    assert found["log_odds"][0] > 0
    hit = np.abs(single.truth["occurrences"][0][:, None] - found["times"][0]).min(axis=1) < SIZE
    assert hit.mean() > 0.8


def test_a_gap_holds_no_occurrence(single):
    gap = Recording.from_trains(
        [single.times(i) for i in range(12)],
        t_stop=180.0,
        intervals={"observed": [[0.0, 75.003], [95.0, 180.0]]},
    )
    found = nh.SpikeHelmholtz(**SMALL).fit(gap).assemblies(**QUICK)
    assert all_found(found, single)
    times = found["times"][0]
    assert not ((times > 75.1) & (times < 94.9)).any()
    assert (times < 75).any()
    assert (times > 95).any()
    assert found["rate"][0] == pytest.approx(len(times) / (160.003 / 60))


def test_nothing_where_there_is_nothing():
    # Rates go up and down together. Alpha is 1 %; this seed is one of the others.
    nothing = nh.simulate_assemblies(20, 2.0, 0, comodulation=0.8, rate=4.0, seed=1)
    found = nh.SpikeHelmholtz(8, lags=3, epochs=20).fit(nothing).assemblies(**QUICK)
    assert isinstance(found, pd.DataFrame)
    assert len(found) == 0
    assert list(found.columns) == COLUMNS
    assert found.attrs["unit_ids"] == list(range(20))
    # Sums and filters work on an empty table too.
    dtypes = found.dtypes.drop(
        ["members", "lags", "participation", "hidden_units", "times", "field"]
    )
    assert dtypes.pop("occurrences") == np.int64
    assert (dtypes == np.float64).all()
    left_out = found.attrs["left_out"]
    assert sorted(unit for units in left_out.values() for unit in units) == list(range(8))


# ---- what is not reported


def test_assemblies_with_too_few_occurrences_are_left_out(model, tested_only):
    least = int(tested_only["occurrences"].min()) + 1
    found = model.assemblies(least_occurrences=least, **TESTED_ONLY)
    assert found["occurrences"].tolist() == [tested_only["occurrences"].max()]
    gone = tested_only.loc[tested_only["occurrences"] < least, "hidden_units"].iloc[0]
    assert set(gone) <= set(found.attrs["left_out"]["too few occurrences"])


def test_assemblies_with_too_few_members_are_left_out(model, tested_only):
    sizes = tested_only["members"].map(len)
    found = model.assemblies(least_members=int(sizes.max()) + 1, **TESTED_ONLY)
    assert len(found) == 0
    named = {unit for units in tested_only["hidden_units"] for unit in units}
    assert named <= set(found.attrs["left_out"]["too few members"])


def test_codes_that_are_too_rare_are_left_out(model):
    found = model.assemblies(of="codes", least_occurrences=10**6, **TESTED_ONLY)
    assert len(found) == 0
    assert found.attrs["left_out"].keys() == {"too rare"}


# ---- bad input


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"surrogates": 98}, r"98 surrogates.*0.0101, for alpha 0.01; expected at least 99"),
        ({"surrogates": 99, "alpha": 0.001}, "expected at least 999 surrogates"),
        ({"surrogates": 0}, "surrogates"),
        ({"alpha": 0.0}, "alpha"),
        ({"alpha": 1.0}, "alpha"),
        ({"alpha": -0.1}, "alpha"),
        ({"alpha": np.nan}, "alpha"),
        ({"layer": 3}, "layer 3; expected a hidden layer, 1 to 2"),
        ({"layer": 0}, "layer 0; expected a hidden layer, 1 to 2"),
        ({"of": "cells"}, "assemblies of 'cells'; expected 'units' or 'codes'"),
        ({"least_members": 1}, "least_members"),
        ({"least_occurrences": 0}, "least_occurrences"),
        ({"folds": 1}, "folds"),
        ({"n_jobs": 0}, "n_jobs of 0|n_jobs 0"),
        ({"n_jobs": -2}, "n_jobs.*-1, as many as there are cores"),
        ({"jitter": 0.02}, r"jitter of 0.02 s, less than two bins of 0.02 s.*at least 0.04 s"),
        ({"jitter": -1.0}, "jitter"),
        ({"jitter": 130.0}, r"window of 130 s.*longest observed stretch is 240 s.*two windows"),
        ({"jitter": 70.0, "folds": 2}, r"2 blocks, each with a gap of 140 s.*fewer folds="),
    ],
)
def test_arguments_that_cannot_be_used(model, arguments, words):
    with pytest.raises(InputError, match=words):
        model.assemblies(**arguments)


@pytest.mark.parametrize(
    "name", ["surrogates", "alpha", "least_members", "folds", "jitter", "n_jobs"]
)
def test_arguments_of_the_wrong_type(model, name):
    with pytest.raises(ArgumentTypeError, match=name):
        model.assemblies(**{name: "many"})


def test_a_model_from_a_file_needs_the_recording(loaded):
    with pytest.raises(InputError, match=r"model from a file.*model.assemblies\("):
        loaded.assemblies(**TESTED_ONLY)


def test_a_model_that_is_not_fitted(planted):
    with pytest.raises(NotFittedError):
        nh.SpikeHelmholtz().assemblies(planted)


def test_other_units_are_named(model, planted):
    with pytest.raises(InputError, match="without units 3, 4 of the model"):
        model.assemblies(planted.select_units(np.delete(np.arange(20), [3, 4])), **TESTED_ONLY)


def test_bins_where_seconds_were_fitted(model, planted):
    with pytest.raises(InputError, match="time in bin"):
        model.assemblies(as_counts(planted), **TESTED_ONLY)


@pytest.mark.parametrize("seconds", [0.06, 0.15, 0.3])
def test_a_recording_too_short_for_it(model, planted, seconds):
    with pytest.raises(InputError, match="longer recording|fewer lags|fewer folds"):
        model.assemblies(planted.between(0, seconds), **QUICK)


def test_a_part_too_short_to_fit_is_named(model, planted):
    words = r"too little to fit without block 1 of 2 \(.*one window.*longer recording, fewer folds"
    with pytest.raises(InputError, match=words):
        model.assemblies(planted.between(0, 0.5), **QUICK)


# ---- as a user would


@pytest.mark.slow
def test_the_assemblies_of_the_shipped_recording_are_found(root):
    """Five of six at least with F1 of 0.9 and an area under the ROC of 0.95, all defaults."""
    from sklearn.metrics import roc_auc_score

    recording = nh.load_recording(root / "data" / "assemblies.h5")
    model = nh.SpikeHelmholtz().fit(recording)
    table = model.assemblies()
    log_odds = model.assembly_log_odds(table, recording)
    f1, found = f1_of(table, recording), 0
    for row, partner in enumerate(match(f1)):
        if partner < 0:
            continue
        begin = (recording.truth["occurrences"][partner] / model.bin_size_).astype(int)
        course = np.nan_to_num(log_odds[:, row], nan=-99.0)
        # An occurrence found one bin off is right.
        wide = np.pad(course, 1, constant_values=-99.0)
        at = np.max([wide[begin + step] for step in range(3)], axis=0)
        apart = np.ones(len(course), dtype=bool)
        apart[np.clip(begin[:, None] + [-1, 0, 1], 0, len(course) - 1)] = False
        scores = np.concatenate([at, course[apart]])
        area = roc_auc_score(np.arange(len(scores)) < len(at), scores)
        found += f1[row, partner] >= 0.9 and area >= 0.95
    assert found >= 5
    assert len(table) <= 6
