"""Plasticity by name."""

from __future__ import annotations

from typing import Any

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plasticity.adam import Adam
from neurohm.plasticity.base import Plasticity
from neurohm.plasticity.constraints import NonNegative
from neurohm.plasticity.delta import Delta
from neurohm.plasticity.diagonal import DiagonalNatural
from neurohm.plasticity.natural import Natural
from neurohm.plasticity.online import OnlineNatural
from neurohm.plasticity.signed import Signed
from neurohm.plugins import Registry

PLASTICITY: Registry[Plasticity] = Registry(
    Plasticity,  # type: ignore[type-abstract]
    "name",
    (Delta, Adam, Natural, DiagonalNatural, OnlineNatural, Signed),
    "neurohm.plasticity",
)
_OF_METRIC = (
    "damping", "every", "solver", "tolerance", "memory", "compat", "events", "horizon",
)  # fmt: skip


def as_plasticity(plasticity: str | Plasticity, **settings: Any) -> Plasticity:
    """Return plasticity by its name, or that given, without running averages.

    Parameters
    ----------
    plasticity : str or Plasticity
    **settings
        Of the plasticity, as `Plasticity.settings` returns them; unknown ones are an error.

    Raises
    ------
    InputError, ArgumentTypeError
        If the name is unknown (the message lists the known ones), or a setting cannot be used.

    Examples
    --------
    >>> as_plasticity("adam", learning_rate=0.01)
    Adam(0.01)
    """
    if isinstance(plasticity, Plasticity):
        if settings:
            raise InputError(f"settings {settings} beside {plasticity!r}", "one of them")
        return plasticity.fresh()
    if not isinstance(plasticity, str):
        raise ArgumentTypeError(f"plasticity {plasticity!r}", "a name or a Plasticity")
    if plasticity not in PLASTICITY:
        raise InputError(
            f"unknown plasticity {plasticity!r}", "one of " + ", ".join(map(repr, PLASTICITY))
        )
    if issubclass(PLASTICITY[plasticity], Natural | Signed):
        metric = {name: settings.pop(name) for name in _OF_METRIC if name in settings}
        inner = as_plasticity(settings.pop("inner", Delta.name), **settings) if settings else None
        settings = {**metric, "inner": inner}
    if "non_negative" in settings:
        where = settings.pop("non_negative")
        settings["constraint"] = NonNegative(where) if where else None
    try:
        return PLASTICITY[plasticity](**settings)
    except ArgumentTypeError:
        raise
    except TypeError as error:
        raise ArgumentTypeError(
            f"settings {settings} of plasticity {plasticity!r}", str(error)
        ) from error
