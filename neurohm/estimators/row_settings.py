"""From the arguments of an estimator over rows to what it is trained with, and its machine."""

from __future__ import annotations

from typing import Any

from neurohm.checks import real_number, whole_number
from neurohm.estimators.observation import AUTO, fit_visible, kind_of, visible_of
from neurohm.estimators.settings import (
    DENSITY_RATES,
    chosen_epochs,
    chosen_plasticity,
    chosen_rule,
    hidden_layers,
    recognition_layers,
)
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine
from neurohm.machine.initial import Initial, Normal, Sparse
from neurohm.machine.recruitment import Recruitment
from neurohm.populations import Bernoulli, Gaussian, Population
from neurohm.training import Decay

STARTS = ("normal", "sparse", "recruit")


def checked_settings(model: Any) -> dict[str, Any]:
    """Return the arguments of `train` that are an estimator's, all its arguments checked.

    Parameters
    ----------
    model : RowEstimator

    Returns
    -------
    dict

    Raises
    ------
    InputError, ArgumentTypeError
        If one cannot be used.
    """
    real_number("validation", model.validation, least=0, below=1)
    for name in ("patience", "score_particles"):
        if name in model.get_params(deep=False):
            whole_number(name, getattr(model, name))
    chosen_epochs(model.epochs, 1, 1)
    final_rate = real_number("final_rate", model.final_rate, above=0, most=1)
    return {
        "rule": chosen_rule(model.rule, model.particles),
        "plasticity": chosen_plasticity(model.plasticity, model.learning_rate, DENSITY_RATES),
        "batch_size": whole_number("batch_size", model.batch_size),
        "schedule": Decay(final=final_rate, hold=0.5),
    }


def visible_for(observation: str | Population, X: Any, *, by_values: bool = True) -> Population:
    """Return visible units for rows.

    Parameters
    ----------
    observation : str or Population
    X : ndarray or sparse matrix, (n_samples, n_features)
    by_values : bool
        Whether ``"auto"`` goes by the values; Bernoulli units else.

    Returns
    -------
    Population

    Raises
    ------
    InputError, ArgumentTypeError
    """
    if isinstance(observation, str) and observation == AUTO:
        observation = kind_of(X) if by_values else Bernoulli.kind
    return visible_of(observation, int(X.shape[1]))


def started_machine(model: Any, visible: Population, X: Any) -> HelmholtzMachine:
    """Return a machine with its starting values.

    Parameters
    ----------
    model : RowEstimator
        With its seed.
    visible : Population
    X : ndarray or sparse matrix, (n_samples, n_features)

    Returns
    -------
    HelmholtzMachine

    Raises
    ------
    InputError, ArgumentTypeError
        If layers or ``init`` cannot be used.
    """
    if model.init not in STARTS:
        raise InputError(f"init {model.init!r}", "'normal', 'sparse' or 'recruit'")
    if model.init == "recruit" and visible.domain == Gaussian.domain:
        raise InputError(
            "init 'recruit' of real numbers", "binary data, or counts", "take init='normal'"
        )
    machine = HelmholtzMachine(
        [visible, *hidden_layers(model.hidden, least=int(visible.factorial))],
        recognition=recognition_layers(model.recognition),
        initial=_initial(model.init, X),
        seed=model.seed_,
        device=model.device,
    )
    if model.init != "recruit":
        fit_visible(machine, X)
    return machine


def _initial(init: str, X: Any) -> Initial:
    if init == "recruit":
        return Recruitment(X)
    return Normal(0.2, -1.0) if init == "normal" else Sparse()
