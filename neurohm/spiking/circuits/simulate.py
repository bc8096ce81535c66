"""Circuits by name."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.recordings import Recording
from neurohm.spiking.circuits.balanced import balanced
from neurohm.spiking.circuits.synfire import synfire
from neurohm.spiking.circuits.waves import waves
from neurohm.spiking.targets import target as brian2_target

CIRCUITS: dict[str, Callable[..., Recording]] = {
    "balanced": balanced,
    "waves": waves,
    "synfire": synfire,
}
"""Circuits that there are, by name."""

_COMMON = ("n_units", "minutes", "seed")


def simulate(
    circuit: str,
    n_units: int = 60,
    minutes: float = 10.0,
    *,
    target: str = "numpy",
    seed: int = 0,
    **options: Any,
) -> Recording:
    """Simulate a circuit of which it is known what it does, by Brian2.

    ``"balanced"``: excitatory and inhibitory cells with embedded assemblies. ``"waves"``: waves
    of bursts over a sheet, as in the developing retina. ``"synfire"``: volleys that travel down a
    chain of pools.

    Parameters
    ----------
    circuit : str
    n_units : int
        Recorded cells.
    minutes : float
        Duration.
    target : str
        What Brian2 runs by; see `neurohm.spiking.target`. ``"cpp_standalone"`` compiles for a
        minute and is much faster then.
    seed : int
        One seed gives one recording on one target.
    **options
        Of the circuit: see `neurohm.spiking.circuits`.

    Returns
    -------
    Recording
        With its ``truth``.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such circuit, or an argument cannot be used.

    Examples
    --------
    >>> recording = simulate("synfire", 20, 0.01, pools=4, width=4)
    >>> recording.n_units, len(recording.truth["pools"])
    (20, 4)
    """
    if circuit not in CIRCUITS:
        raise InputError(f"circuit {circuit!r}", f"one of {', '.join(map(repr, CIRCUITS))}")
    known = [name for name in signature(CIRCUITS[circuit]).parameters if name not in _COMMON]
    for name in options:
        if name not in known:
            raise InputError(f"option {name!r} of circuit {circuit!r}", f"{', '.join(known)}")
    n_units = whole_number("n_units", n_units, 2)
    minutes, seed = real_number("minutes", minutes, above=0), whole_number("seed", seed, 0)
    for name in ("n_assemblies", "members", "pools", "width"):
        if name in options:
            least = 0 if name == "n_assemblies" else 1
            options[name] = whole_number(name, options[name], least)
    for name in ("occurrence_rate", "wave_rate"):
        if name in options:
            options[name] = real_number(name, options[name], least=0)
    with brian2_target(target):
        return CIRCUITS[circuit](n_units, minutes, seed=seed, **options)
