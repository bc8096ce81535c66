"""Many fits, and one fit, by two workers, one of which may be lost."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

import neurohm as nh
from neurohm.cli import main
from neurohm.cluster import SweepPlan, engine
from neurohm.cluster.many import _pairs
from neurohm.estimators.window_batches import WindowBatches
from neurohm.exceptions import ArgumentTypeError, InputError, MissingExtraError
from neurohm.training.sharded import ShardedBatches

MODEL = nh.SpikeHelmholtz((4, 2), lags=2, epochs=3, batch_size=60)


def largest_difference(one, other) -> float:
    pairs = zip(
        one.machine_.parameters().values(), other.machine_.parameters().values(), strict=True
    )
    return max(float(np.abs(a - b).max()) for a, b in pairs)


@pytest.fixture(scope="module")
def here(recording):
    """One machine's fit of the batches that two workers have."""

    def batches(learned, lags):
        return ShardedBatches([WindowBatches(part, lags) for part in learned.cut(2)], 60)

    return clone(MODEL).fit(recording, batches=batches, label=None)


def kill_a_worker(client) -> None:
    """As a machine that fails would."""
    os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)


class Killing(nh.training.Callback):
    """Kills a worker in the middle of a fit."""

    def __init__(self, client):
        self.client = client

    def after_step(self, run):
        if run.position.step == 10:
            kill_a_worker(self.client)


def address(client) -> str:
    return client.scheduler.address


def test_each_worker_has_cores_of_its_own(client):
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("this system has no affinity")
    cores = list(client.run(lambda: sorted(os.sched_getaffinity(0))).values())
    assert [len(own) for own in cores] == [1, 1]
    if len(os.sched_getaffinity(0)) > 1:
        assert cores[0] != cores[1]
    assert set(client.run(os.environ.get, "OMP_NUM_THREADS").values()) == {"1"}


def test_one_fit_by_two_workers_is_that_of_one_machine(client, recording, here):
    together = nh.fit_together(MODEL, recording, scheduler=address(client), label=None)
    assert largest_difference(together, here) < 1e-5
    np.testing.assert_allclose(together.history_["bound"], here.history_["bound"], rtol=1e-6)
    assert not hasattr(MODEL, "machine_")


def test_a_worker_that_is_killed_loses_nothing_of_one_fit(client, recording, here):
    together = nh.fit_together(
        MODEL, recording, scheduler=address(client), label=None, callbacks=[Killing(client)]
    )
    assert largest_difference(together, here) < 1e-5
    client.wait_for_workers(2)


def test_many_fits_are_what_each_is_alone(client, recording):
    other = clone(MODEL).set_params(random_state=1)
    fitted = nh.fit_many([MODEL, other], recording, scheduler=address(client))
    for model, given in zip(fitted, (MODEL, other), strict=True):
        assert largest_difference(model, clone(given).fit(recording, label=None)) == 0


def test_a_sweep_is_a_table_and_loses_nothing(client, folder, tmp_path):
    plan = SweepPlan(
        (str(folder / "one.h5"), str(folder / "two.h5")),
        tmp_path / "out",
        settings={"hidden": [4], "epochs": 3},
        grid={"lags": [1, 10**6]},
        seeds=(0, 1),
        score_particles=10,
    )
    seen = []

    def report(done, of, row):
        seen.append((done, of))
        if done == 1:
            kill_a_worker(client)

    result = nh.sweep(plan, scheduler=address(client), report=report)
    assert seen == [(k, 8) for k in range(1, 9)]
    table = pd.read_csv(tmp_path / "out" / "table.csv")
    assert table["lags"].tolist() == [1, 1, 10**6, 10**6] * 2
    assert table["seed"].tolist() == [0, 1] * 4
    good = table[table["lags"] == 1]
    assert good["error"].isna().all()
    assert table[table["lags"] > 1]["error"].notna().all()
    assert repr(result) == "SweepResult(8 fits, 4 failed, 2 recordings)"
    for name, path in result.best.items():
        own = good[good["recording"] == name]
        best = own.loc[own["gain_bits_per_spike"].idxmax()]
        assert nh.load(path).random_state == best["seed"]
    assert not list((tmp_path / "out" / "jobs").glob("*.h5"))

    calls = []
    again = nh.sweep(plan, scheduler=address(client), report=lambda *told: calls.append(told))
    assert len(calls) == 4  # those that failed are tried again, the others are done
    assert again.best == result.best
    next(iter(result.best.values())).unlink()
    anew = nh.sweep(plan, scheduler=address(client))
    assert all(path.is_file() for path in anew.best.values())


# ---- without workers


def test_the_extra_is_named_where_dask_is_missing(monkeypatch, recording):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'neurohm\[cluster\]'"):
        nh.fit_many(MODEL, [recording])


def test_a_scheduler_that_does_not_answer(monkeypatch, recording):
    pytest.importorskip("distributed")
    monkeypatch.setattr(sys.modules["neurohm.cluster.engine"], "PATIENCE", 0.2)
    with pytest.raises(InputError, match="which does not answer"):
        nh.fit_together(MODEL, recording, scheduler="tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    "options", [{"workers": 0}, {"threads": 0}, {"workers": 2, "scheduler": "x"}]
)
def test_numbers_that_cannot_be_used(options):
    pytest.importorskip("distributed")
    with pytest.raises(InputError), engine(**options):
        pass


def test_models_and_data_go_together():
    a, b = clone(MODEL), clone(MODEL)
    x = np.zeros((3, 2))
    assert [m for m, _ in _pairs([a, b], x)] == [a, b]
    assert len(_pairs(a, [x, x, x])) == 3
    with pytest.raises(InputError, match="2 models and 3 sets of data"):
        _pairs([a, b], [x, x, x])
    with pytest.raises(ArgumentTypeError, match="a HelmholtzDensity"):
        nh.fit_together(nh.HelmholtzDensity(), x)


def test_a_sweep_from_the_command_line(client, folder, capsys):
    plan = folder / "sweep.yaml"
    plan.write_text(
        "recordings: two.h5\noutput: swept\nseeds: 2\nscore_particles: 5\n"
        "settings: {hidden: [3], lags: 1, epochs: 1}\n"
    )
    for note in ("2 of 2: two.h5", "2 fits of 1 recordings"):  # the second time all is done
        with pytest.raises(SystemExit) as end:
            main(["sweep", str(plan), "--scheduler", address(client), "--json"])
        assert end.value.code == 0
        out, err = capsys.readouterr()
        result = json.loads(out)
        assert len(result["fits"]) == 2
        assert note in err
        assert nh.load(result["best"][str(folder / "two.h5")]).lags == 1


def test_a_recording_that_stays_in_its_file_can_travel(folder):
    recording = nh.load_recording(folder / "one.h5")
    twin = pickle.loads(pickle.dumps(recording))
    assert twin.fingerprint() == recording.fingerprint()
