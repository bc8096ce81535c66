"""What the estimators share: from their arguments to a machine, a rule and plasticity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import sklearn.exceptions

from neurohm.checks import whole_number
from neurohm.exceptions import ArgumentTypeError, InputError, NotFittedError
from neurohm.learning import RULES, LearningRule, ParticleRule, ParticleSchedule, as_rule
from neurohm.plasticity import Plasticity, as_plasticity
from neurohm.populations import Population, as_population, population_of

Layers: TypeAlias = "Sequence[int | str | Population] | int | str | Population"

SPIKE_RATES = {"adam": 1.5e-2, "delta": 0.1}
FEWEST_EPOCHS, FEWEST_STEPS = 50, 4000
DENSITY_RATES = {"adam": 5e-3, "delta": 0.1}
LAYERS = ("hidden", "recognition")  # arguments that are of hidden layers


class NotYetFittedError(NotFittedError, sklearn.exceptions.NotFittedError):
    """An estimator was asked for a result before ``fit``, for scikit-learn to know, too."""


def hidden_layers(
    hidden: Any, name: str = "hidden", *, least: int = 1
) -> tuple[Population | int | str, ...]:
    """Return the hidden populations: sizes, populations, or kinds with sizes.

    Parameters
    ----------
    hidden : sequence of int, Population or str, or one of them
    name : str
        Of the argument, for the message.
    least : int
        Number of layers; 0 where visible units may be alone.

    Raises
    ------
    InputError, ArgumentTypeError
        If there are fewer, or one is not a positive whole number.

    Examples
    --------
    >>> hidden_layers(40), hidden_layers([40, "autoregressive:10"])
    ((40,), (40, 'autoregressive:10'))
    """
    mend = f"give e.g. {name}=(40, 10)"
    given = hidden.tolist() if isinstance(hidden, np.ndarray) else hidden
    several = isinstance(given, Sequence) and not isinstance(given, str)
    layers = list(given) if several else [given]
    if len(layers) < least:
        raise InputError(f"no {name} layer", "at least one", mend)
    return tuple(_layer(layer, name, mend) for layer in layers)


def _layer(layer: Any, name: str, mend: str) -> Population | int | str:
    if isinstance(layer, Population):
        return layer
    if isinstance(layer, str) and not layer.isdecimal():
        as_population(layer)
        return layer
    return whole_number(f"{name} size", layer, mend=mend)


def recognition_layers(recognition: Any) -> tuple[Population | int | str, ...] | None:
    """Return what recognition drives in place of the hidden populations, or None for the same.

    Raises
    ------
    InputError, ArgumentTypeError
        As `hidden_layers` does.

    Examples
    --------
    >>> recognition_layers("nade:40"), recognition_layers(None)
    (('nade:40',), None)
    """
    return None if recognition is None else hidden_layers(recognition, "recognition")


def is_auto(value: Any) -> bool:
    """Return whether an argument is left to the estimator."""
    return isinstance(value, str) and value == "auto"


def chosen_epochs(
    epochs: Any, samples: int, batch_size: int, rule: str | LearningRule = "wake-sleep"
) -> int:
    """Return the epochs: those given, or 50, or as many as make 4000 steps.

    A rule whose steps take long may ask for fewer, see `LearningRule.default_steps`.

    Raises
    ------
    InputError, ArgumentTypeError
        If the number is not a whole one, at least 1.

    Examples
    --------
    >>> chosen_epochs("auto", 10_000, 100), chosen_epochs("auto", 1000, 100)
    (50, 400)
    >>> chosen_epochs("auto", 10_000, 100, "ddc")
    10
    """
    if not is_auto(epochs):
        return whole_number("epochs", epochs)
    each = -(-samples // batch_size)
    steps = as_rule(rule).default_steps
    if steps is not None:
        return max(1, round(steps / each))
    return max(FEWEST_EPOCHS, -(-FEWEST_STEPS // each))


def chosen_rule(rule: str | LearningRule, particles: Any) -> LearningRule:
    """Return the rule, with that many particles if it is named and has any."""
    named = RULES.get(rule) if isinstance(rule, str) else None
    if named is not None and issubclass(named, ParticleRule):
        return as_rule(rule, particles=particles)
    return as_rule(rule)


def chosen_plasticity(
    plasticity: str | Plasticity,
    learning_rate: float | None,
    defaults: Mapping[str, float] = SPIKE_RATES,
) -> Plasticity:
    """Return the plasticity, with that learning rate or the default of its name.

    Raises
    ------
    InputError
        If a rate is given beside an object that has one.

    Examples
    --------
    >>> chosen_plasticity("adam", None), chosen_plasticity("adam", 0.1)
    (Adam(0.015), Adam(0.1))
    """
    if isinstance(plasticity, Plasticity):
        if learning_rate is not None:
            raise InputError(
                f"learning_rate {learning_rate} beside {plasticity}",
                "one of them",
                "give the rate to the plasticity",
            )
        return plasticity
    if learning_rate is None:
        learning_rate = defaults.get(plasticity) if isinstance(plasticity, str) else None
    if learning_rate is None:
        return as_plasticity(plasticity)
    return as_plasticity(plasticity, learning_rate=learning_rate)


def chosen_seed(random_state: Any) -> int:
    """Return a seed: the number given, or one drawn where a generator or None is given.

    Raises
    ------
    ArgumentTypeError
    """
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint32)[0])
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**32))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    if isinstance(random_state, bool) or not isinstance(random_state, int | np.integer):
        raise ArgumentTypeError(f"random_state {random_state!r}", "a whole number or None")
    return int(random_state)


def require_fitted(estimator: Any) -> None:
    """Raise a `NotFittedError` if the estimator has no machine yet."""
    if not hasattr(estimator, "machine_"):
        name = type(estimator).__name__
        raise NotYetFittedError(f"this {name} is not fitted", "a fitted one", "call fit first")


def plain(settings: dict[str, Any]) -> dict[str, Any]:
    """Return an estimator's arguments as JSON holds them; objects become name and settings."""
    result: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, LearningRule | Plasticity):
            result[name] = {"name": value.name, **value.settings()}
        elif name == "particles" and isinstance(value, ParticleSchedule | Mapping):
            result[name] = ParticleSchedule.of(value).settings()
        elif name == "observation" and isinstance(value, Population):
            result[name] = value.settings()
        elif name in LAYERS and value is not None:
            result[name] = [
                layer.settings() if isinstance(layer, Population) else layer
                for layer in hidden_layers(value, name, least=0)
            ]
        elif isinstance(value, np.generic):
            result[name] = value.item()
        elif isinstance(value, Sequence | np.ndarray) and not isinstance(value, str):
            result[name] = [int(v) if isinstance(v, np.integer) else v for v in value]
        else:
            result[name] = value if isinstance(value, str | int | float | None) else str(value)
    return result


def revived(settings: dict[str, Any]) -> dict[str, Any]:
    """Return arguments as `plain` was given them."""
    result = dict(settings)
    if isinstance(rule := result.get("rule"), dict):
        result["rule"] = as_rule(**_by_name("rule", rule))
    if isinstance(plasticity := result.get("plasticity"), dict):
        result["plasticity"] = as_plasticity(**_by_name("plasticity", plasticity))
    if isinstance(particles := result.get("particles"), dict):
        result["particles"] = ParticleSchedule.of(particles)
    if isinstance(observation := result.get("observation"), dict):
        result["observation"] = population_of(observation)
    for name in LAYERS:
        if isinstance(layers := result.get(name), list):
            result[name] = tuple(
                population_of(layer) if isinstance(layer, dict) else layer for layer in layers
            )
    return result


def _by_name(argument: str, written: dict[str, Any]) -> dict[str, Any]:
    """Return what was written of an object as arguments, its name under that of the argument."""
    return {argument if key == "name" else key: value for key, value in written.items()}
