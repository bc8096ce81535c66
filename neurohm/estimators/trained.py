"""A machine that was trained by hand, as an estimator."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from neurohm.estimators.density import HelmholtzDensity
from neurohm.estimators.observation import check_rows
from neurohm.estimators.rows import Rows
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, as_machine
from neurohm.populations import Bernoulli, Population
from neurohm.training import History, TrainingResult


def as_density(trained: HelmholtzMachine | TrainingResult, X: Any) -> HelmholtzDensity:
    """Return a trained machine as a fitted estimator, which can be saved, scored and drawn.

    Parameters
    ----------
    trained : HelmholtzMachine or TrainingResult
        A result brings its history and settings along.
    X : Images, array_like or sparse matrix, (n_samples, n_features)
        What it was trained on: for the baseline of independent units, and the shape of images.

    Returns
    -------
    HelmholtzDensity
        With the same machine, on the CPU.

    Raises
    ------
    InputError, ArgumentTypeError
        If machine and rows do not fit.

    Examples
    --------
    >>> import neurohm as nh
    >>> images = nh.load_images("digits", binarise="fixed")
    >>> result = nh.train(nh.HelmholtzMachine([64, 5]), images.train, epochs=1)
    >>> model = nh.as_density(result, images)
    >>> model.hidden, model.data_["shape"]
    ((5,), [8, 8])
    """
    result = trained if isinstance(trained, TrainingResult) else None
    machine = as_machine(trained if result is None else result.machine).on("cpu")
    rows = Rows.of(X, 0.0)
    if rows.matrix.shape[1] != machine.visible.size:
        raise InputError(
            f"rows of {rows.matrix.shape[1]} columns",
            f"{machine.visible.size}, one for each visible unit",
        )
    if rows.binarise != "stochastic":
        check_rows(machine.visible, rows.matrix)
    recognition = tuple(machine.recognition.populations.values())
    model = HelmholtzDensity(
        hidden=_layers(machine.populations[1:]),
        observation=replace(machine.visible, name=""),
        recognition=None if recognition == machine.populations[1:] else _layers(recognition),
        random_state=0 if result is None else result.settings["seed"],
    )
    model.machine_, model.n_features_in_ = machine, machine.visible.size
    model.seed_, model.data_ = model.random_state, rows.facts()
    model.independent_ = rows.baseline(machine.visible)
    model.history_ = History() if result is None else result.history
    model.learning_ = {} if result is None else result.settings
    return model


def _layers(populations: tuple[Population, ...]) -> tuple[Population | int, ...]:
    """Return populations as arguments: by their size where they are of the usual kind."""
    return tuple(p.size if type(p) is Bernoulli else replace(p, name="") for p in populations)
