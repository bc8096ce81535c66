"""What a sweep is of."""

from __future__ import annotations

import pytest

from neurohm.cluster import SweepPlan
from neurohm.cluster.job import BEST_BY
from neurohm.cluster.sweep import _score
from neurohm.exceptions import FileFormatError, InputError, MissingFileError

PLAN = """
recordings: "*.h5"
output: results
settings: {hidden: [4, 2], epochs: 2}
grid:
  lags: [1, 2]
  rule: [reweighted, wake-sleep]
seeds: 3
test: 0.25
"""


@pytest.fixture
def write(folder):
    pytest.importorskip("yaml")

    def write(text):
        path = folder / "plan.yaml"
        path.write_text(text)
        return path

    return write


def test_a_file_becomes_jobs(write, folder):
    plan = SweepPlan.read(write(PLAN))
    jobs = plan.jobs()
    assert len(jobs) == 2 * 4 * 3
    assert [jobs[0].recording, jobs[-1].recording] == [
        str(folder / name) for name in ("one.h5", "two.h5")
    ]
    assert jobs[0].settings == {"hidden": [4, 2], "epochs": 2, "lags": 1, "rule": "reweighted"}
    assert [job.seed for job in jobs[:3]] == [0, 1, 2]
    assert len({job.key for job in jobs}) == 24
    assert [job.key for job in SweepPlan.read(write(PLAN)).jobs()] == [job.key for job in jobs]
    assert plan.output == folder / "results"


def test_what_is_left_open_and_what_comes_twice(write, folder):
    plan = SweepPlan.read(write("recordings: ['*.h5', one.h5]\nseeds: [1, 1, 0]\noutput:\ngrid:\n"))
    assert len(plan.recordings) == 2
    assert plan.seeds == (1, 0)
    assert plan.output == folder / "plan"
    assert [job.seed for job in SweepPlan.read(write("recordings: one.h5\nseeds:")).jobs()] == [0]


def test_data_of_many_models_travel_once(monkeypatch):
    from contextlib import contextmanager
    from types import SimpleNamespace

    from neurohm.cluster import many

    sent = []
    client = SimpleNamespace(
        scatter=lambda each, hash: sent.append(each) or each,
        submit=lambda function, model, data, pure: (model, data),
        gather=list,
    )

    @contextmanager
    def engine(scheduler, **options):
        yield client

    monkeypatch.setattr(many, "engine", engine)
    assert len(many.fit_many(["a", "b", "c"], "data")) == 3
    assert sent == ["data"]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("recordings: [", FileFormatError, "is no YAML"),
        ("- one.h5", FileFormatError, "names and values"),
        ("recording: one.h5", InputError, "'recording' in"),
        ("seeds: 2", InputError, "no recording"),
        ("recordings:", InputError, "no recording"),
        ("recordings: 3", InputError, "recordings 3"),
        ("recordings: one.h5\nseeds: 1.5", InputError, "seeds 1.5"),
        ("recordings: three.h5", MissingFileError, "three.h5"),
        ("recordings: 'x*.h5'", InputError, "no file"),
        ("recordings: one.h5\nseeds: []", InputError, "no seed"),
        ("recordings: one.h5\ngrid: {lags: 3}", InputError, "a list of values"),
        ("recordings: one.h5\ngrid: {lag: [3]}", InputError, "setting 'lag'"),
        ("recordings: one.h5\nsettings: {random_state: 3}", InputError, "give seeds"),
        ("recordings: one.h5\nsettings: {lags: 1}\ngrid: {lags: [1]}", InputError, "in one of"),
        ("recordings: one.h5\ntest: 1.5", InputError, "test 1.5"),
        ("recordings: one.h5\nkeep: none", InputError, "'best' or 'all'"),
    ],
)
def test_plans_that_cannot_be_used(write, text, error, message):
    with pytest.raises(error, match=message):
        SweepPlan.read(write(text))


def test_a_score_that_is_no_number_is_worse_than_any_other():
    assert _score({BEST_BY: float("nan")}) < _score({BEST_BY: -1e9})
