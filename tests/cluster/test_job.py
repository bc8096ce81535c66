"""One fit of a sweep: nothing is lost when it is stopped."""

from __future__ import annotations

import json

import pytest

import neurohm as nh
from neurohm.cluster.job import finished, model_file, result_file, run_job
from neurohm.cluster.plan import Job

SETTINGS = {"hidden": [4], "lags": 2, "epochs": 4, "batch_size": 50}


@pytest.fixture
def place(tmp_path):
    (tmp_path / "jobs").mkdir()
    return tmp_path


def job_of(folder, **changed):
    facts = {
        "recording": str(folder / "two.h5"),
        "settings": SETTINGS,
        "seed": 3,
        "test": 0.25,
        "score_particles": 10,
        "reading": {},
    }
    return Job(**{**facts, **changed})


class Stop(nh.training.Callback):
    """Stops learning in its third epoch, as a killed worker does."""

    def after_step(self, run):
        if run.position.epoch == 2:
            raise KeyboardInterrupt


def test_a_job_that_was_stopped_goes_on_to_the_same_end(place, folder):
    job = job_of(folder)
    unbroken = place / "unbroken"
    (unbroken / "jobs").mkdir(parents=True)
    expected = run_job(job, unbroken)

    train, _ = nh.load_recording(job.recording).split(test=job.test)
    model = nh.SpikeHelmholtz((4,), lags=2, epochs=4, batch_size=50, random_state=3)
    checkpoint = model_file(place, job).with_name(f"{job.key}.h5.checkpoint")
    with pytest.raises(KeyboardInterrupt):
        model.fit(train, checkpoint=checkpoint, callbacks=[Stop()], label=None)
    assert checkpoint.exists()
    assert finished(place, job) is None
    row = run_job(job, place)
    assert row["error"] == ""
    same = {name: row[name] for name in expected if name not in ("seconds", "host")}
    assert same == {name: expected[name] for name in same}
    assert not checkpoint.exists()
    assert finished(place, job) == json.loads(result_file(place, job).read_text())


def test_errors_are_told_and_tried_again(place, folder):
    job = job_of(folder, settings={**SETTINGS, "lags": 10**5})
    row = run_job(job, place)
    assert row["error"]
    assert finished(place, job) is None
