"""Checkpoints: a run that was stopped anywhere ends as the unbroken one, to the bit."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from neurohm.exceptions import FileFormatError, InputError, MissingFileError
from neurohm.learning import Bidirectional, Reweighted, WakeSleep
from neurohm.machine import HelmholtzMachine
from neurohm.plasticity import Adam, Delta
from neurohm.populations import Gaussian, Poisson
from neurohm.storage import machine_to_tree, write_model
from neurohm.training import (
    BinarisedBatches,
    Checkpoint,
    Cosine,
    Decay,
    EarlyStopping,
    Interrupted,
    Steps,
    WarmUp,
    read_checkpoint,
    train,
)

RUNS = {
    "delta with momentum": {
        "rule": WakeSleep(),
        "plasticity": Delta(0.1, momentum=0.9, rates={"generative/hidden1->visible": 0.5}),
    },
    "adam, reweighted, alternating": {
        "rule": Reweighted(particles=3),
        "plasticity": Adam(0.05),
        "order": "alternating",
    },
    "decay": {"plasticity": Adam(0.05), "schedule": Decay(0.01, hold=0.2)},
    "plain delta": {"rule": "reweighted", "plasticity": Delta(0.1)},
    "particles by epoch": {
        "rule": Reweighted(particles={0: 3, 1: 5, 2: 2}, defensive=0.1),
        "plasticity": Adam(0.05),
        "schedule": WarmUp(0.2, Steps({0.5: 0.1})),
    },
    "bidirectional": {
        "rule": Bidirectional(particles={0: 3, 2: 5}),
        "plasticity": Adam(0.05),
        "schedule": Cosine(0.1, hold=0.2),
    },
}


class EveryState(Checkpoint):
    """Keeps a copy of the checkpoint after each step and each epoch."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, every=-1.0)
        self.copies: list[Path] = []

    def write(self, run) -> None:
        super().write(run)
        self.copies.append(self.path.with_name(f"{len(self.copies)}.h5"))
        shutil.copy(self.path, self.copies[-1])


@pytest.mark.parametrize("settings", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("stopping", [False, True], ids=["", "early stopping"])
def test_a_run_resumed_after_any_step_ends_as_the_unbroken_one(
    run, tmp_path: Path, held_out, settings, stopping: bool
) -> None:
    def callbacks() -> list:
        return [EarlyStopping(held_out, patience=1, particles=5)] if stopping else []

    epochs = 6 if stopping else 3
    unbroken = run(**settings, epochs=epochs, callbacks=callbacks())
    states = EveryState(tmp_path / "run.h5")
    watched = run(**settings, epochs=epochs, callbacks=[states, *callbacks()])
    run.assert_same(watched, unbroken)
    done = len(unbroken.history)
    assert len(states.copies) == done * (3 + 1) + 1
    for copy in states.copies:
        run.assert_same(
            run(**settings, epochs=epochs, callbacks=callbacks(), resume=copy), unbroken
        )


def silent_counts(form: Callable[[np.ndarray], Any]) -> dict[str, Any]:
    """Return a machine and data that are mostly silent, so that they travel compressed."""
    rng = np.random.default_rng(3)
    counts = rng.integers(1, 4, (23, 30)) * (rng.random((23, 30)) < 0.06)
    machine = HelmholtzMachine([Poisson(30), 5, 3], seed=1)
    return {"machine": machine, "data": form(counts.astype(np.float32))}


@pytest.mark.parametrize("form", [np.asarray, csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("settings", RUNS.values(), ids=RUNS)
def test_a_run_on_compressed_data_resumes_likewise(run, tmp_path: Path, settings, form) -> None:
    # after two of the three steps of an epoch, the shorter batch comes first
    unbroken = run(**silent_counts(form), **settings, epochs=2)
    states = EveryState(tmp_path / "run.h5")
    run.assert_same(run(**silent_counts(form), **settings, epochs=2, callbacks=[states]), unbroken)
    assert read_checkpoint(states.copies[0])["run"]["settings"]["compressed"]
    for copy in states.copies[1:6]:
        resumed = run(**silent_counts(form), **settings, epochs=2, resume=copy, threads=2)
        run.assert_same(resumed, unbroken)


def test_data_that_are_not_compressed_any_more_are_refused_by_name(run, tmp_path: Path) -> None:
    run(**silent_counts(np.asarray), callbacks=[Checkpoint(tmp_path / "run.h5")])
    given = silent_counts(lambda x: x + 1)
    with pytest.raises(InputError, match="compressed"):
        run(**given, resume=tmp_path / "run.h5")


def test_a_resumed_run_may_be_broken_again(run, tmp_path: Path) -> None:
    unbroken, path = run(), tmp_path / "run.h5"
    states = EveryState(path)
    run(callbacks=[states])
    again = EveryState(path)
    run(callbacks=[again], resume=states.copies[1])
    run.assert_same(run(resume=again.copies[3]), unbroken)


@pytest.mark.parametrize("every", [-1.0, 0.001, 3600.0])
def test_when_checkpoints_are_written_changes_nothing(run, tmp_path: Path, every: float) -> None:
    run.assert_same(run(callbacks=[Checkpoint(tmp_path / "run.h5", every=every)]), run())


def test_the_file_stays_or_goes_as_asked(run, tmp_path: Path) -> None:
    run(callbacks=[Checkpoint(tmp_path / "kept.h5"), Checkpoint(tmp_path / "gone.h5", keep=False)])
    assert [p.name for p in tmp_path.iterdir()] == ["kept.h5"]
    run.assert_same(run(resume=tmp_path / "kept.h5"), run())


def test_a_checkpoint_keeps_what_it_is_given(run, tmp_path: Path) -> None:
    extra = {"estimator": {"lags": 5, "units": np.arange(3)}}
    run(callbacks=[Checkpoint(tmp_path / "run.h5", extra=extra)])
    tree = read_checkpoint(tmp_path / "run.h5")
    assert tree["estimator"]["lags"] == 5
    np.testing.assert_array_equal(tree["estimator"]["units"], np.arange(3))


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"seed": 5}, "seed 5"),
        ({"epochs": 4}, "epochs 4"),
        ({"batch_size": 9}, "batch_size 9"),
        ({"rule": "reweighted"}, "rule"),
        ({"rule": WakeSleep(dreams_per_sample=2)}, "dreams_per_sample"),
        ({"plasticity": "delta"}, "plasticity"),
        ({"plasticity": Adam(0.002)}, "learning_rate"),
        ({"schedule": 0.5}, "schedule"),
        ({"schedule": Cosine()}, "schedule"),
        ({"order": "alternating"}, "order"),
        ({"data": np.zeros((9, 8))}, "samples_per_epoch 9"),
        ({"machine": HelmholtzMachine([8, 4, 3])}, "sizes"),
        ({"machine": HelmholtzMachine([Poisson(8), 5, 3])}, "poisson"),
        ({"machine": HelmholtzMachine([8, 5, 3], dtype="float64")}, "float64"),
        ({"callbacks": [EarlyStopping(np.zeros((2, 8)))]}, "EarlyStopping"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_settings_are_refused_by_name(run, tmp_path: Path, other, name: str) -> None:
    run(callbacks=[Checkpoint(tmp_path / "run.h5")])
    with pytest.raises(InputError, match=name):
        run(**other, resume=tmp_path / "run.h5")


@pytest.mark.parametrize("form", [np.asarray, csr_array, BinarisedBatches])
def test_other_data_of_the_same_size_are_refused(run, tmp_path: Path, form) -> None:
    data = np.eye(8)[np.arange(40) % 8]
    begun = run(data=form(data), epochs=2, callbacks=[Checkpoint(tmp_path / "run.h5")])
    run.assert_same(run(data=form(data), epochs=2, resume=tmp_path / "run.h5"), begun)
    with pytest.raises(InputError, match="other samples than"):
        run(data=form(data[::-1]), epochs=2, resume=tmp_path / "run.h5")


def test_other_particles_by_epoch_are_refused_by_name(run, tmp_path: Path) -> None:
    run(rule=Reweighted(particles={0: 2, 1: 3}), callbacks=[Checkpoint(tmp_path / "run.h5")])
    for other in ({0: 2, 2: 3}, {0: 2}, 2):
        with pytest.raises(InputError, match="particles"):
            run(rule=Reweighted(particles=other), resume=tmp_path / "run.h5")


def test_a_checkpoint_from_before_some_settings_resumes(run, tmp_path: Path) -> None:
    # it knows neither of defensive mixtures, nor of schedules other than the decay, nor of units
    # that a pathway has for itself
    class Old(EveryState):
        def write(self, run) -> None:
            settings = type(run).settings(run)
            del settings["rule"]["defensive"], settings["schedule"]["name"]
            settings["kinds"] = settings["kinds"][0]
            run.settings = lambda: settings
            super().write(run)

    given = {"rule": Reweighted(particles=3), "schedule": Decay(0.1)}
    unbroken, states = run(**given), Old(tmp_path / "run.h5")
    run(**given, callbacks=[states])
    assert "defensive" not in read_checkpoint(states.copies[1])["run"]["settings"]["rule"]
    run.assert_same(run(**given, resume=states.copies[1]), unbroken)
    with pytest.raises(InputError, match="defensive"):
        run(**{**given, "rule": Reweighted(particles=3, defensive=0.1)}, resume=states.copies[1])


def test_units_with_other_settings_are_refused(tmp_path: Path) -> None:
    def resumed(units: Gaussian, **given: Any) -> None:
        train(HelmholtzMachine([units, 2]), np.eye(3), epochs=2, batch_size=2, **given)

    resumed(Gaussian(3), callbacks=[Checkpoint(tmp_path / "run.h5", keep=True)])
    resumed(Gaussian(3), resume=tmp_path / "run.h5")
    with pytest.raises(InputError, match="learned=True.*learned=False"):
        resumed(Gaussian(3, learned=True), resume=tmp_path / "run.h5")


def test_stopping_early_cannot_be_left_away(run, tmp_path: Path, held_out) -> None:
    run(callbacks=[Checkpoint(tmp_path / "run.h5"), EarlyStopping(held_out, patience=9)])
    with pytest.raises(InputError, match="EarlyStopping"):
        run(resume=tmp_path / "run.h5")


def test_what_is_no_checkpoint_is_refused(run, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="does not exist"):
        run(resume=tmp_path / "none.h5")
    write_model(tmp_path / "model.h5", "HelmholtzDensity", machine_to_tree(HelmholtzMachine([2])))
    with pytest.raises(InputError, match="finished HelmholtzDensity"):
        run(resume=tmp_path / "model.h5")
    (tmp_path / "text.h5").write_text("text")
    with pytest.raises(FileFormatError, match="a text file"):
        run(resume=tmp_path / "text.h5")
    with pytest.raises(MissingFileError, match="does not exist"):
        Checkpoint(tmp_path / "none" / "run.h5")


SCRIPT = """
import sys, time
import numpy as np
from neurohm.machine import HelmholtzMachine
from neurohm.training import Callback, Checkpoint, Interrupted, train

class Slow(Callback):
    def after_step(self, run):
        time.sleep(0.02)
        if run.position.step == 4:
            print("ready", flush=True)

x = np.array({x})
try:
    train(HelmholtzMachine([8, 5, 3], seed=1), x, epochs=200, batch_size=8, seed=4,
          callbacks=[Slow(), Checkpoint("run.h5", every=3600)])
except Interrupted as error:
    print(error, flush=True)
    sys.exit(7)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_writes_a_checkpoint_from_which_the_run_goes_on(
    run, x, tmp_path: Path, subprocess_environment: dict[str, str], number: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(x=x.tolist())],
        cwd=tmp_path,
        env=subprocess_environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 7
    assert said == "stopped; the state is in run.h5\n"
    assert {p.name for p in tmp_path.iterdir()} == {"run.h5", "run.h5.previous"}
    assert read_checkpoint(tmp_path / "run.h5")["run"]["position"]["step"] < 590
    run.assert_same(run(epochs=200, resume=tmp_path / "run.h5"), run(epochs=200))


def test_handlers_of_signals_are_put_back(run, tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    run(callbacks=[Checkpoint(tmp_path / "run.h5")])
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_in_the_last_step_of_an_epoch_loses_nothing(run, tmp_path: Path) -> None:
    class Stop(Checkpoint):
        def after_step(self, run) -> None:
            if run.position.step == 3:
                signal.raise_signal(signal.SIGINT)
            super().after_step(run)

    with pytest.raises(Interrupted, match=r"run\.h5"):
        run(callbacks=[Stop(tmp_path / "run.h5", every=3600)])
    position = read_checkpoint(tmp_path / "run.h5")["run"]["position"]
    assert (position["epoch"], position["batch"], position["samples"]) == (0, 3, 23)
    run.assert_same(run(resume=tmp_path / "run.h5"), run())


def test_a_run_in_a_thread_needs_no_signals(run, tmp_path: Path, x) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def work():
        return train(
            HelmholtzMachine([8, 5, 3], seed=1),
            x,
            epochs=3,
            batch_size=8,
            seed=4,
            callbacks=[Checkpoint(tmp_path / "run.h5")],
        )

    with ThreadPoolExecutor(1) as pool:
        run.assert_same(pool.submit(work).result(), run())
