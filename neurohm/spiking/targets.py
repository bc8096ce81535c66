"""What Brian2 runs a network by: NumPy, compiled code, or a program of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from neurohm.checks import whole_number
from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.spiking.blueprint import blueprint_of
from neurohm.spiking.brian import all_devices, brian2, second

TARGETS = ("numpy", "cython", "cpp_standalone")


@contextmanager
def target(name: str) -> Iterator[str]:
    """Let Brian2 make and run networks by a target, and go back to what it was afterwards.

    ``"numpy"`` needs no compiler and starts at once; ``"cython"`` compiles the parts of a network,
    which takes its time the first time; ``"cpp_standalone"`` writes, compiles and runs a program,
    once for each network, and is the fastest in long runs. What a standalone network did has to be
    read before the block ends. Where there is no compiler, all of them are ``"numpy"``. A back end
    that another package brought to Brian2, such as ``"cuda_standalone"`` after ``import
    brian2cuda``, is only passed on to Brian2.

    Parameters
    ----------
    name : str

    Yields
    ------
    str
        What it is in fact.

    Warns
    -----
    NeurohmWarning
        If there is no compiler.

    Raises
    ------
    InputError
        If there is no such target.

    Examples
    --------
    >>> with target("numpy") as actual:
    ...     print(actual)
    numpy
    """
    foreign = [known for known in all_devices if known not in ("runtime", *TARGETS)]
    if name in foreign:
        with _standalone(name):
            yield name
        return
    if name not in TARGETS:
        raise InputError(
            f"target {name!r}",
            f"one of {', '.join(map(repr, (*TARGETS, *foreign)))}",
            "a package that brings another one, such as brian2cuda, has to be imported first",
        )
    actual = name if name == "numpy" or _compiler(name) else "numpy"
    if actual != name:
        warnings.warn(
            f"no C++ compiler for target {name!r}: networks run by 'numpy', which is slower; "
            "install one (g++, clang++), or ask for 'numpy'",
            NeurohmWarning,
            stacklevel=3,
        )
    with _standalone(actual) if actual == "cpp_standalone" else _runtime(actual):
        yield actual


def run(network: Any, cycles: int, *, seed: int | None = None) -> Any:
    """Run a network for whole cycles.

    Parameters
    ----------
    network : brian2.Network
        That `to_brian2` made.
    cycles : int
    seed : int, optional
        Of Brian2's random numbers; a seed gives one result on one target. (They are Brian2's
        own, of all networks.) Without it they go on.

    Returns
    -------
    brian2.Network
        The same one.

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.spiking import states_of, to_brian2
    >>> network = run(to_brian2(nh.HelmholtzMachine([4, 2], seed=0)), 5, seed=0)
    >>> states_of(network)[1].shape
    (5, 2)
    """
    cycle = blueprint_of(network).schedule.cycle
    if seed is not None:
        brian2.seed(whole_number("seed", seed, 0))
    network.run(whole_number("cycles", cycles) * cycle * second, namespace={})
    return network


def _compiler(name: str) -> bool:
    """Return whether there is what a target compiles with."""
    if shutil.which(os.environ.get("CXX", "").split(" ")[0] or "c++") is None and os.name != "nt":
        return False
    if name == "cython":
        from brian2.codegen.runtime.cython_rt import CythonCodeObject

        return bool(CythonCodeObject.is_available())
    return True


@contextmanager
def _runtime(name: str) -> Iterator[None]:
    """Generate code for a target within this process."""
    before = brian2.prefs.codegen.target
    brian2.prefs.codegen.target = name
    try:
        yield
    finally:
        brian2.prefs.codegen.target = before


@contextmanager
def _standalone(name: str) -> Iterator[None]:
    """Build networks as programs, in a folder that is removed."""
    with tempfile.TemporaryDirectory(prefix="neurohm-", ignore_cleanup_errors=True) as folder:
        try:
            brian2.set_device(name, directory=folder, build_on_run=True)
            yield
        finally:
            brian2.device.reinit()
            brian2.set_device("runtime")
