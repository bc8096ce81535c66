"""Fits to random halves: complementary, and what recurs in them."""

import numpy as np
import pytest

import neurohm as nh
from neurohm.estimators.stability import half_plans
from neurohm.exceptions import ArgumentTypeError, InputError


@pytest.fixture(scope="module")
def recording():
    placed = np.stack([np.arange(20.0), np.zeros(20)], axis=1)
    made = nh.simulate_assemblies(
        20, 4.0, 2, members=(5, 6), overlap=0.0, occurrence_rate=0.7, rate=1.0, participation=0.9,
        seed=2,
    )  # fmt: skip
    return nh.Recording.from_trains(
        [made.times(i) for i in range(20)], t_stop=240.0, positions=placed, truth=made.truth
    )


@pytest.fixture(scope="module")
def model(recording):
    return nh.SpikeHelmholtz(hidden=(12, 4), lags=4, epochs=40, batch_size=50).fit(recording)


@pytest.fixture(scope="module")
def table(model):
    return model.assemblies(surrogates=99, refit=False, sharpen=True)


def test_pairs_of_halves_are_everything_once(recording):
    made = half_plans(recording, 4, seed=0)
    assert len({plan.seed for plan in made}) == 4
    for first, second in zip(made[::2], made[1::2], strict=True):
        spikes = first.recording.n_spikes + second.recording.n_spikes
        assert spikes == recording.n_spikes
        times = [plan.recording.observed_duration for plan in (first, second)]
        np.testing.assert_allclose(times, 120.0)
    assert not np.array_equal(made[0].recording.observed, made[2].recording.observed)
    again = half_plans(recording, 4, seed=0)
    assert all(
        np.array_equal(a.recording.observed, b.recording.observed)
        for a, b in zip(made, again, strict=True)
    )


def test_planted_assemblies_recur(model, table):
    found = nh.stability_selection(model, table, fits=4, n_jobs=1)
    planted = [set(members.tolist()) for members in model._recording.truth["members"]]
    real = [set(row) in planted for row in found["members"]]
    assert sum(real) == 2
    assert (found.loc[real, "recurrence"] == 1.0).all()
    assert (found.loc[real, "jaccard"] > 0.75).all()
    for members in found.loc[real, "member_recurrence"]:
        assert np.mean(members) > 0.75
    assert found.attrs["stability_fits"] == 4
    assert list(found.columns[: len(table.columns)]) == list(table.columns)


def test_details_of_planted_assemblies(model, table, recording):
    found = nh.describe_assemblies(model, table)
    assert (found["order"] > 0.5).all()  # lags to 60 ms, jitter of 5 ms
    assert (found["order_p"] <= 0.02).all()
    for spread in found["lag_spread"]:
        assert 0.002 < np.median(spread) < 0.012
    assert (found["distance"] > 0).all()
    assert found["distance_p"].between(0, 1).all()
    members = [set(row) for row in found["members"]]
    for i, row in found.iterrows():
        others = [str(j) for j in found.index if j != i and members[i] & members[j]]
        assert row["overlaps"] == ", ".join(others)


def test_without_positions_there_are_no_distances(model, table, recording):
    bare = nh.Recording.from_trains([recording.times(i) for i in range(20)], t_stop=240.0)
    assert "distance" not in nh.describe_assemblies(model, table, bare)


def test_the_whole_table_can_be_kept(model, table, tmp_path):
    found = nh.describe_assemblies(model, nh.stability_selection(model, table, fits=2, n_jobs=1))
    for name in ("all.h5", "all.csv"):
        nh.save_assemblies(tmp_path / name, found)
    assert nh.load_assemblies(tmp_path / "all.h5").equals(found)
    assert "member_recurrence" in (tmp_path / "all.csv").read_text().splitlines()[0]


def test_what_cannot_be_used(model, table):
    with pytest.raises(InputError, match="an even number"):
        nh.stability_selection(model, table, fits=3)
    with pytest.raises(InputError, match="at least 2"):
        nh.stability_selection(model, table, fits=0)
    with pytest.raises(ArgumentTypeError):
        nh.stability_selection(model, table, fits=2.5)
    with pytest.raises(ArgumentTypeError, match="table"):
        nh.describe_assemblies(model, 3)
