"""Hidden activity that drives later hidden activity: a generative model of recordings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, Backend, Draws, RandomStream, Site, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine.build import chain
from neurohm.machine.initial import Initial, Normal, Zeros
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.machine import HelmholtzMachine
from neurohm.machine.workspace import Workspace
from neurohm.populations import Population, as_population

VISIBLE, HIDDEN, BEFORE = range(3)
SPREAD = 0.5


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Activity bin by bin.

    Parameters
    ----------
    visible : ndarray, (trajectories, steps, visible units)
    hidden : ndarray, (trajectories, steps + 1, hidden units)
        From the bin before the first one on: ``hidden[:, t + 1]`` made ``visible[:, t]``.
    """

    visible: Array
    hidden: Array


class HiddenDynamics(HelmholtzMachine):
    """A hidden population that drives itself a bin later, and what is seen of it.

    Each bin, z_t is drawn given z_(t-1), by the transition, and x_t given z_t, by the emission:

        p(z_t | z_(t-1)): drive z_(t-1) W + a,    p(x_t | z_t): drive z_t U + b.

    Binary hidden units make a hidden Markov model with as many states as patterns of activity;
    Gaussian ones, seen by Gaussian ones, a linear dynamical system.

    It is a chain of three layers, ``visible``, ``hidden`` and ``before``, of which the deepest
    stands for the hidden population a bin earlier; its bias says how recordings begin, and is not
    learned. Nothing recognises: `neurohm.Postdiction` learns that, and the model, from recordings.
    Scores of machines take bins as independent of each other; that of a recording under dynamics is
    `neurohm.exact_filter`'s.

    Parameters
    ----------
    visible, hidden : Population, int or str
        Units of one bin; a number means so many Bernoulli units.
    initial : Initial, optional
        Starting values; normal weights of standard deviation 0.5 by default.
    seed : int
        Of the starting values.
    device : str
        ``"cpu"``.
    dtype : str
        ``"float32"`` or ``"float64"``.

    Raises
    ------
    InputError, ArgumentTypeError
        If a population cannot be made of what was given, or the device is another.

    References
    ----------
    Wenliang, Sahani (2019). A neurally plausible model for online recognition and postdiction in a
    dynamical environment. NeurIPS.

    Examples
    --------
    >>> dynamics = HiddenDynamics(6, 2, seed=0)
    >>> dynamics
    HiddenDynamics(6 bernoulli - 2)
    >>> dynamics.simulate(10, 3, seed=0).visible.shape
    (3, 10, 6)
    >>> dynamics.dream(100, seed=0).shape
    (100, 6)
    """

    def __init__(
        self,
        visible: Population | int | str,
        hidden: Population | int | str,
        *,
        initial: Initial | None = None,
        seed: int | RandomStream = 0,
        device: str | Backend = "cpu",
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        seen, own = as_population(visible), as_population(hidden)
        super().__init__(
            [
                replace(seen, name="visible"),
                replace(own, name="hidden"),
                replace(own, name="before"),
            ],
            edges=(chain(3)[0], ()),
            initial=Normal(SPREAD) if initial is None else initial,
            seed=seed,
            device=device,
            dtype=dtype,
        )
        if self.backend.name != "cpu":
            raise InputError(f"hidden dynamics on {self.backend.name!r}", "device='cpu'")

    def simulate(
        self,
        steps: int,
        trajectories: int = 1,
        *,
        seed: int | RandomStream = 0,
        before: npt.ArrayLike | None = None,
        first_row: int = 0,
    ) -> Trajectories:
        """Draw trajectories.

        Parameters
        ----------
        steps, trajectories : int
        seed : int or RandomStream
        before : array_like, (trajectories, hidden units), optional
            Hidden activity before the first bin; drawn, if not given.
        first_row : int
            Place among the random numbers of the seed, of which each bin takes as many rows as
            there are trajectories.

        Returns
        -------
        Trajectories

        Raises
        ------
        InputError, ArgumentTypeError
            If a number makes no sense, or ``before`` does not fit.
        """
        steps = whole_number("steps", steps)
        rows = whole_number("trajectories", trajectories)
        stream, work = as_stream(seed), Workspace(self.backend)
        visible = np.empty((rows, steps, self.sizes[VISIBLE]), self.dtype)
        hidden = np.empty((rows, steps + 1, self.sizes[HIDDEN]), self.dtype)
        states = [np.empty((rows, size), self.dtype) for size in self.sizes]
        if before is None:
            self._draw(BEFORE, states, stream, first_row, work)
        else:
            states[BEFORE][...] = self._beginning(before, rows)
        hidden[:, 0] = states[BEFORE]
        for step in range(steps):
            for target in (HIDDEN, VISIBLE):
                self._draw(target, states, stream, first_row + step * rows, work)
            visible[:, step], hidden[:, step + 1] = states[VISIBLE], states[HIDDEN]
            states[BEFORE][...] = states[HIDDEN]
        return Trajectories(visible, hidden)

    def dream(self, rows: int, *, seed: int | RandomStream = 0) -> Array:
        """Draw a recording of that many bins, ``(rows, visible units)``."""
        visible: Array = self.simulate(rows, seed=seed).visible[0]
        return visible

    def _draw(
        self,
        target: int,
        states: list[Array],
        stream: RandomStream,
        first_row: int,
        work: Workspace,
    ) -> None:
        """Draw the activity of a population, given that of the one that drives it."""
        own = stream.at(Site.TRAJECTORY.of(target))
        clock = np.array([stream.step, first_row], dtype=np.uint32)
        draws = Draws(own.keys, own.rows_per_key, own.site, clock)
        brought = drive(self, self.generative, target, states, work, Site.TRAJECTORY)
        given = input_of(self.generative, target, brought)
        self.populations[target].draw(self.kernels, given, draws, states[target])

    def _beginning(self, before: npt.ArrayLike, rows: int) -> Array:
        values: Array = np.asarray(before, self.dtype)
        wanted = (rows, self.sizes[HIDDEN])
        if values.shape != wanted:
            raise InputError(f"hidden activity of shape {values.shape}", f"{wanted}")
        self.populations[HIDDEN].check(values)
        return values

    def _make(self) -> dict[str, Any]:
        """Return the arguments of a machine of the same make, without its values."""
        return {
            "visible": self.populations[VISIBLE],
            "hidden": self.populations[HIDDEN],
            "device": self.backend,
            "dtype": self.dtype,
            "initial": Zeros(),
        }

    def __repr__(self) -> str:
        usual = super().__repr__().removeprefix("HelmholtzMachine(").removesuffix(")")
        return f"HiddenDynamics({usual.rpartition(' - ')[0]})"


def as_dynamics(given: Any) -> HiddenDynamics:
    """Return the dynamics given.

    Raises
    ------
    ArgumentTypeError
        If it is something else, such as a machine without dynamics.
    """
    if isinstance(given, HiddenDynamics):
        return given
    raise ArgumentTypeError(
        f"a {type(given).__name__}, which has no dynamics",
        "nh.HiddenDynamics",
        "build one; samples that are independent of each other are learned by rule='ddc'",
    )
