"""What is measured: a workload, and the variants that do the same work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from inspect import signature
from typing import Any, Protocol, TypeAlias

from neurohm.backend.driver import driver
from neurohm.benchmarks.chains import Chain

OURS = ("bound", "launches", "neurohm")
"""What the names of variants begin with that are no peers."""


class Clock(Protocol):
    """Is told of each step that is done, and ends the run by an exception."""

    def __call__(self) -> None:
        """Note that a step is done."""


def nothing() -> None:
    """Wait for nothing."""


@dataclass(frozen=True)
class Steps:
    """The steps of a variant, ready to run.

    Parameters
    ----------
    run : callable
        Takes a clock and calls it after each step, for ever.
    samples : int
        Samples, rows or bins that one step learns from.
    chain : callable, optional
        Returns the weights as they are now.
    wait : callable
        Returns when all steps are done, for those that the host only begins.
    """

    run: Callable[[Clock], None]
    samples: int
    chain: Callable[[], Chain] | None = None
    wait: Callable[[], object] = nothing


Factory: TypeAlias = Callable[[Any, int], Steps]
"""From a workload's problem and a number of threads to steps."""


@dataclass(frozen=True)
class Variant:
    """One way to do the work of a workload.

    Parameters
    ----------
    name : str
        Those of neurohm itself begin with ``neurohm``.
    make : callable
        Called in the process of the variant.
    threads : tuple of int
        Numbers of threads to measure it with.
    needs : tuple of str
        Modules that must be there.
    pinned : bool
        Whether one thread is held to one core, for libraries that do not keep to a number.
    learns_alike : bool
        Whether it follows the same learning rule, so that it must learn equally well.
    device : {"cpu", "cuda"}
        What it computes on.
    """

    name: str
    make: Factory
    threads: tuple[int, ...] = (1, 2)
    needs: tuple[str, ...] = ()
    pinned: bool = False
    learns_alike: bool = True
    device: str = "cpu"

    @property
    def is_peer(self) -> bool:
        """Whether it is the work of another library."""
        return not self.name.startswith(OURS)

    def why_not(self) -> str | None:
        """Return why it cannot be measured here; None if it can."""
        if self.device != "cpu" and (trouble := driver().trouble):
            return trouble
        missing = [module for module in self.needs if not _importable(module)]
        if not missing:
            return None
        ours = missing[0].startswith("neurohm")
        return f"{', '.join(missing)} not {'there' if ours else 'installed'}"


@dataclass(frozen=True)
class Workload:
    """A task that every variant does.

    Parameters
    ----------
    name : str
    title : str
        What is done in the time that is quoted, in one line.
    problem : callable
        Returns what the factories take: sizes, data, starting values.
    variants : tuple of Variant
    unit : int
        Samples that the quoted time is of.
    seconds : float
        Of a slice, by default.
    rounds : int
        Visits to each variant, by default.
    warm_up : int
        Steps before the first slice.
    extra : bool
        Whether it is measured only where it is named.
    lessons : callable, optional
        Returns a smaller problem that can be learned, and data held out from it, for the check
        that the variants learn equally well.
    """

    name: str
    title: str
    problem: Callable[[], Any]
    variants: tuple[Variant, ...]
    unit: int = 1
    seconds: float = 0.2
    rounds: int = 5
    warm_up: int = 4
    extra: bool = False
    lessons: Callable[..., Any] | None = None

    def on(self, device: str) -> tuple[Variant, ...]:
        """Return the variants that compute on a device."""
        return tuple(variant for variant in self.variants if variant.device == device)

    def variant(self, name: str) -> Variant:
        """Return the variant of that name."""
        return next(variant for variant in self.variants if variant.name == name)


def repeated(step: Callable[[], object]) -> Callable[[Clock], None]:
    """Return a run that repeats a step.

    Examples
    --------
    >>> calls = []
    >>> def clock():
    ...     if len(calls) == 3:
    ...         raise StopIteration
    >>> try:
    ...     repeated(lambda: calls.append("step"))(clock)
    ... except StopIteration:
    ...     print(calls)
    ['step', 'step', 'step']
    """

    def run(clock: Clock) -> None:
        while True:
            step()
            clock()

    return run


def in_strides(make: Factory, samples: Callable[[Any], int]) -> Factory:
    """Return a factory whose single step is several of those that another one makes, waited for.

    Parameters
    ----------
    make : callable
    samples : callable
        Takes the problem and returns of how many samples a step is to be.

    Returns
    -------
    callable
    """

    def made(problem: Any, threads: int) -> Steps:
        steps = make(problem, threads)
        length = samples(problem) // steps.samples

        def run(clock: Clock) -> None:
            left = length

            def every() -> None:
                nonlocal left
                left -= 1
                if not left:
                    steps.wait()
                    clock()
                    left = length

            steps.run(every)

        return Steps(run, steps.samples * length, steps.chain, steps.wait)

    return made


def accepted(function: Callable[..., Any], **options: Any) -> dict[str, Any]:
    """Return those options that a function takes.

    Examples
    --------
    >>> accepted(round, ndigits=1, threads=2)
    {'ndigits': 1}
    """
    known = signature(function).parameters
    return {name: value for name, value in options.items() if name in known}


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it would be in
        return False
