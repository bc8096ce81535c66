from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.plots import fisher_spectra
from neurohm.training import FisherMonitor


@pytest.fixture(scope="module")
def monitor():
    x = (np.random.default_rng(0).random((40, 8)) < 0.4).astype(float)
    watching = FisherMonitor(x, every=2)
    machine = nh.HelmholtzMachine([8, nh.AutoregressiveBernoulli(5), 2], seed=0)
    nh.train(machine, x, rule="reweighted", epochs=4, batch_size=20, callbacks=[watching])
    return watching


def test_spectra_are_those_of_the_matrices(monitor):
    assert monitor.epochs == [1, 2, 4]
    sizes = {name: len(spectra[0]) for name, spectra in monitor.spectra.items()}
    assert sizes == {
        "generative/visible": 6, "generative/hidden1": 7, "generative/hidden2": 1,
        "recognition/hidden1": 13, "recognition/hidden2": 6,
    }  # fmt: skip
    for spectra in monitor.spectra.values():
        for spectrum in spectra:
            assert (np.diff(spectrum) <= 1e-12).all()
            assert (spectrum >= 0).all()


def test_first_and_last_spectra_are_drawn(monitor):
    grid = fisher_spectra(monitor)
    assert [len(panel.lines) for panel in grid[0]] == [6, 4]
    assert [text.get_text() for text in grid[0, 0].get_legend().get_texts()] == [
        "hidden2", "hidden1", "visible",
    ]  # fmt: skip
    assert grid[0, 0].get_yscale() == "log"


def test_nothing_measured():
    with pytest.raises(InputError, match="measured nothing"):
        fisher_spectra(FisherMonitor(np.eye(3)))


def test_the_monitor_changes_no_result():
    x = np.eye(6)
    machines = [nh.HelmholtzMachine([6, 4], seed=0) for _ in range(2)]
    for machine, callbacks in zip(machines, ([], [FisherMonitor(x)]), strict=True):
        nh.train(machine, x, epochs=3, batch_size=3, callbacks=callbacks)
    for key, expected in machines[0].parameters().items():
        np.testing.assert_array_equal(machines[1].parameters()[key], expected)
