"""Two conditions: what was planted to appear, vanish or stay is called so, with its rates."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import neurohm as nh
from neurohm.estimators.condition_comparison import COLUMNS
from neurohm.exceptions import ArgumentTypeError, InputError

MINUTES, UNITS = 4.0, 24
GROUPS = [np.arange(0, 5), np.arange(6, 11), np.arange(12, 17), np.arange(18, 23)]
LAGS = np.array([0.0, 0.01, 0.02, 0.03, 0.04])


def recording_of(rates, seed, *, silent=(), background=1.0, duration=60 * MINUTES):
    """Groups of five that fire one after another at moments of given rates, Hz."""
    rng = np.random.default_rng(seed)
    trains = [[rng.uniform(0, duration, rng.poisson(background * duration))] for _ in range(UNITS)]
    for group, rate in zip(GROUPS, rates, strict=True):
        moments = rng.uniform(0, duration - 1, rng.poisson(rate * duration))
        for unit, lag in zip(group, LAGS, strict=True):
            if unit not in silent:
                joins = rng.random(len(moments)) < 0.9
                trains[unit].append(moments[joins] + lag + 0.002 * rng.standard_normal(joins.sum()))
    return nh.Recording.from_trains(
        [np.sort(np.clip(np.concatenate(train), 0, duration)) for train in trains], t_stop=duration
    )


@pytest.fixture(scope="module")
def model():
    """A model of these units; what it learned does not matter here."""
    return nh.SpikeHelmholtz(hidden=4, lags=4, epochs=2).fit(recording_of([0.2] * 4, 0))


@pytest.fixture(scope="module")
def table(model):
    """The planted groups, as a search would return them."""
    rows = []
    for group in GROUPS:
        field = np.zeros((UNITS, 3))
        field[group, (LAGS / 0.02).astype(int)] = 20.0
        field[group[[1, 3]], [1, 2]] = 20.0  # spikes half a bin later lie in either
        rows.append(
            {
                "members": tuple(group.tolist()), "lags": tuple(LAGS), "participation": (0.9,) * 5,
                "times": np.array([1.0]), "field": field,
            }
        )  # fmt: skip
    made = pd.DataFrame(rows, index=pd.RangeIndex(4, name="assembly"))
    made.attrs = {
        "bin_size": 0.02, "time_unit": "s", "unit_ids": list(range(UNITS)), "jitter": 0.1,
    }  # fmt: skip
    return made


@pytest.fixture(scope="module")
def compared(model, table):
    first = recording_of([0.3, 0.0, 0.2, 0.5], 1)
    second = recording_of([0.0, 0.3, 0.2, 0.15], 2)
    return nh.compare_assemblies(model, table, first, second, names=("rest", "run"))


def test_what_was_planted_to_change(compared):
    assert compared["change"].tolist() == ["vanishes", "appears", "", "less often"]
    assert compared.attrs["conditions"] == ["rest", "run"]


def test_rates_and_ratios_hold_the_truth(compared):
    # 95 % intervals of 8 rates and the ratios of 2; with this seed all hold.
    for name, rates in (("a", [18, 0, 12, 30]), ("b", [0, 18, 12, 9])):
        low, high = compared[f"rate_low_{name}"], compared[f"rate_high_{name}"]
        assert (low <= np.array(rates) + 0.6).all()
        assert (high >= np.array(rates) - 0.6).all()
    for row, ratio in ((2, 1.0), (3, 0.3)):
        assert compared.loc[row, "ratio_low"] < ratio < compared.loc[row, "ratio_high"]


def test_participation_of_each_member(compared):
    for name, rows in (("a", (0, 2, 3)), ("b", (1, 2, 3))):
        for row in rows:
            np.testing.assert_allclose(compared.loc[row, f"participation_{name}"], 0.9, atol=0.2)
    assert min(min(p) for p in compared["participation_p"][[2, 3]]) > 0.01


def test_a_member_that_drops_out(model, table):
    with_it, without = (recording_of([0.4] * 4, 3), recording_of([0.4] * 4, 4, silent=(7,)))
    found = nh.compare_assemblies(model, table, with_it, without)
    p_values = np.array(found.loc[1, "participation_p"])
    assert (p_values < 0.001).tolist() == [False, True, False, False, False]
    assert found.loc[1, "participation_b"][1] < 0.1
    assert found["change"].tolist() == [""] * 4


def test_nothing_changes(model, table):
    # Family-wise 0.05 over four assemblies: more than 3 of 12 with a probability of 0.003.
    changed = 0
    for seed in range(12):
        pair = [recording_of([0.2] * 4, 10 + 2 * seed + i, duration=90.0) for i in range(2)]
        changed += (nh.compare_assemblies(model, table, *pair)["change"] != "").any()
    assert changed <= 3


def test_rates_of_single_units_make_no_change(model, table):
    # Twice the background in one condition: more coincidences, and more of them by chance.
    pair = [recording_of([0.2] * 4, 40), recording_of([0.2] * 4, 41, background=2.0)]
    assert nh.compare_assemblies(model, table, *pair)["change"].tolist() == [""] * 4


def test_nothing_is_in_neither(model, table):
    pair = [recording_of([0.0] * 4, seed) for seed in (50, 51)]
    changes = nh.compare_assemblies(model, table, *pair)["change"]
    assert (changes == "in neither").sum() >= 3


def test_the_table_can_be_kept(compared, tmp_path):
    path = tmp_path / "compared.h5"
    nh.save_assemblies(path, compared)
    pd.testing.assert_frame_equal(nh.load_assemblies(path), compared)


def test_comparing_again_replaces_the_columns(model, table, compared):
    part = recording_of([0.2] * 4, 60)
    again = nh.compare_assemblies(model, compared, part, part)
    assert list(again.columns) == list(compared.columns)
    assert again["change"].tolist() == [""] * 4
    np.testing.assert_allclose(again["ratio"], 1.0, rtol=0.15)  # but for the copies


def test_no_assembly(model, table):
    part = recording_of([0.2] * 4, 61)
    empty = nh.compare_assemblies(model, table.iloc[:0], part, part)
    assert len(empty) == 0
    assert set(COLUMNS) <= set(empty.columns)


def test_what_cannot_be_used(model, table):
    part = recording_of([0.2] * 4, 62)
    with pytest.raises(InputError, match="two different names"):
        nh.compare_assemblies(model, table, part, part, names=("A", "A"))
    with pytest.raises(InputError, match="at least 99 surrogates"):
        nh.compare_assemblies(model, table, part, part, alpha=0.01, surrogates=50)
    with pytest.raises(ArgumentTypeError, match="a Recording"):
        nh.compare_assemblies(model, table, part, np.zeros((5, UNITS)))
    other = dataclasses.replace(part, unit_ids=np.arange(1, UNITS + 1))
    with pytest.raises(InputError, match="model"):
        nh.compare_assemblies(model, table, part, other)
    with pytest.raises(ArgumentTypeError, match="assemblies"):
        nh.compare_assemblies(model, table.drop(columns="field"), part, part)
