"""From what a user calls a model to models that can be fitted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurohm.comparison.baselines.base import Baseline
from neurohm.comparison.baselines.registry import BASELINES, baseline
from neurohm.comparison.dataset import Dataset
from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz, load
from neurohm.exceptions import ArgumentTypeError, InputError

HELMHOLTZ = "helmholtz"
STACKED = "stacked"
INDEPENDENT = "independent"
MODEL_FILES = (".h5", ".hdf5")


def known_models() -> tuple[str, ...]:
    """Return the names of models that can be asked for.

    Examples
    --------
    >>> known_models()[0], known_models()[-1]
    ('independent', 'stacked')
    """
    return (*BASELINES, HELMHOLTZ, STACKED)


def read_models(models: Any) -> dict[str, Any]:
    """Return what was asked for by name, files loaded and names checked.

    Parameters
    ----------
    models : sequence or mapping, or None
        Of names, files that ``neurohm fit`` wrote, estimators and baselines; a mapping names them.

    Returns
    -------
    dict
        By the name in the table: a name, an estimator or a baseline. Empty for None.

    Raises
    ------
    InputError, ArgumentTypeError, MissingFileError
        If one is none of these, or there is none, or another model is called ``"independent"``.

    Examples
    --------
    >>> list(read_models(["mixture", SpikeHelmholtz(), SpikeHelmholtz(hidden=5)]))
    ['mixture', 'helmholtz', 'helmholtz 2']
    """
    if models is None:
        return {}
    if isinstance(models, str | os.PathLike) or not isinstance(models, Mapping | Sequence):
        models = [models]
    if not len(models):
        raise InputError("no models", "one at least", "give e.g. models=['mixture', 'helmholtz']")
    read: dict[str, Any] = {}
    if isinstance(models, Mapping):
        read = {str(name): _read(model) for name, model in models.items()}
    else:
        for model in models:
            name = next(name for name in _names(model) if name not in read)
            read[name] = _read(model)
    reference = read.get(INDEPENDENT, INDEPENDENT)
    if getattr(reference, "name", reference) != INDEPENDENT:
        raise InputError(
            f"another model called {INDEPENDENT!r}",
            "another name, since gains are over independent units",
            "name models by a mapping: {'name': model}",
        )
    return read


@dataclass(frozen=True)
class HelmholtzSettings:
    """How machines are fitted where nothing more is said, and how all of them are scored.

    Parameters
    ----------
    estimator : SpikeHelmholtz, HelmholtzDensity, or a sequence of them, optional
        Of the model that is only called ``"helmholtz"``.
    particles : int
    seed : int
        Of all models that are given by name.
    """

    estimator: SpikeHelmholtz | HelmholtzDensity | Sequence[Any] | None = None
    particles: int = 1000
    seed: int = 0


def candidates(
    asked: Mapping[str, Any], dataset: Dataset, settings: HelmholtzSettings
) -> dict[str, Baseline]:
    """Return models for a data set by name, independent units first.

    Parameters
    ----------
    asked : mapping
        As `read_models` returns it; empty for all that there are for the data.
    dataset : Dataset
    settings : HelmholtzSettings

    Returns
    -------
    dict of str to Baseline

    Raises
    ------
    InputError
        If a model is not for such data.
    """
    asked = asked or {name: name for name in _suitable(dataset)}
    made = {INDEPENDENT: baseline(INDEPENDENT, dataset.domain)}
    for name, model in asked.items():
        if model == "trial-average" and dataset.places is None:
            raise InputError(
                "the model 'trial-average' of a recording without trials",
                "intervals that are trials",
                "name them (trials= / --trials), or leave the model out",
            )
        made[name] = _made(model, dataset.domain, settings)
    return made


def window_of(asked: Mapping[str, Any], name: str) -> Any:
    """Return the bin size or the lags that the estimators among models have, if any states them.

    Parameters
    ----------
    asked : mapping
        As `read_models` returns it.
    name : {"bin_size", "lags"}

    Returns
    -------
    object or None

    Raises
    ------
    InputError
        If they differ.

    Examples
    --------
    >>> window_of({"a": SpikeHelmholtz(lags=3), "b": "mixture"}, "lags")
    3
    """
    fitted = f"{name}_"
    stated = {
        getattr(model, fitted, getattr(model, name))
        for model in asked.values()
        if isinstance(model, SpikeHelmholtz)
    } - {"auto"}
    if len(stated) > 1:
        values = " and ".join(f"{value:g}" for value in sorted(stated))
        raise InputError(
            f"models with {name} {values}", "the same bins for all", f"give {name}= for all of them"
        )
    return stated.pop() if stated else None


def _names(model: Any) -> Iterator[str]:
    """Yield names for a model, the plainest first."""
    if isinstance(model, str | os.PathLike):
        first = Path(model).stem if _is_file(model) else str(model)
    else:
        first = model.name if isinstance(model, Baseline) else HELMHOLTZ
    yield first
    number = 2
    while True:
        yield f"{first} {number}"
        number += 1


def _is_file(model: str | os.PathLike[str]) -> bool:
    return str(model) not in known_models() and (
        isinstance(model, os.PathLike) or Path(model).suffix in MODEL_FILES
    )


def _read(model: Any) -> Any:
    """Return a name that is known, or an object that can be fitted."""
    if isinstance(model, str | os.PathLike):
        if not _is_file(model):
            if model not in known_models():
                names = ", ".join(known_models())
                raise InputError(f"model {model!r}", f"one of {names}, or a model file (.h5)")
            return model
        loaded = load(model)
        if not isinstance(loaded, SpikeHelmholtz | HelmholtzDensity):
            found = f"{model} holds a {type(loaded).__name__}"
            raise InputError(found, "a model with the settings of its fit")
        return loaded
    if not isinstance(model, Baseline | SpikeHelmholtz | HelmholtzDensity):
        raise ArgumentTypeError(
            f"a {type(model).__name__} as model", "a name, a model file, an estimator or a Baseline"
        )
    return model


def _made(model: Any, domain: str, settings: HelmholtzSettings) -> Baseline:
    from neurohm.comparison.helmholtz import HelmholtzBernoulli, HelmholtzPoisson

    if isinstance(model, Baseline):
        if model.domain != domain:
            raise InputError(f"{domain} for a {type(model).__name__}", f"{model.domain} samples")
        return deepcopy(model)
    if model == STACKED:
        from neurohm.comparison.stacked_machines import stacked_machines

        return stacked_machines(domain, particles=settings.particles, seed=settings.seed)
    if isinstance(model, str) and model != HELMHOLTZ:
        return baseline(model, domain, seed=settings.seed)
    kind = HelmholtzBernoulli if domain == "binary" else HelmholtzPoisson
    estimator = settings.estimator if isinstance(model, str) else model
    return kind(estimator, particles=settings.particles, seed=settings.seed)


def _suitable(dataset: Dataset) -> list[str]:
    """Return the names of the models that there are for a data set."""
    names = [name for name in BASELINES if dataset.domain in BASELINES[name]]
    if dataset.places is None:
        names.remove("trial-average")
    return [*names, HELMHOLTZ]
