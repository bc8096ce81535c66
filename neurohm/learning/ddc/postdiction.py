"""Online recognition and postdiction: a distributed code of the recent past of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, MovingStream
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.learning.base import LearningRule
from neurohm.learning.ddc.contrast import corrected, held_out, share_at_bounds
from neurohm.learning.ddc.encoding import ENCODINGS
from neurohm.learning.ddc.gradient import expected_gradient
from neurohm.learning.ddc.recent_past import RecentPast
from neurohm.learning.ddc.regression import Ridge
from neurohm.learning.ddc.rehearsal import Rehearsal
from neurohm.machine import (
    Activity,
    DeclaredUpdate,
    HelmholtzMachine,
    HiddenDynamics,
    Stream,
    Updates,
    Workspace,
)
from neurohm.machine.dynamics import BEFORE, as_dynamics
from neurohm.machine.updates import NON_LOCAL

Matrix = npt.NDArray[np.float64]

LEARNERS = ("ridge", "delta")
REASON = "weighted mean over simulated bins, by an inverse over all functions of hidden activity"


@dataclass(frozen=True, eq=False)
class PostdictiveActivity(Activity):
    """Activity along stretches of a recording, with its code.

    Parameters
    ----------
    awake, asleep : tuple of ndarray, (rows, functions) and (rows, visible units)
        r_t after the warm-up of each stretch, and x a lag before: of the recording, and of the
        trajectories of this step as if they were a recording.
    rehearsal : Rehearsal
    """

    awake: tuple[Matrix, Matrix]
    asleep: tuple[Matrix, Matrix]
    rehearsal: Rehearsal


@dataclass(frozen=True)
class Postdiction(LearningRule):
    """Learning of hidden dynamics by a code of the present and the recent past.

    Recognition says the means r_t = E[T_t | x_1 ... x_t] of temporally filtered random functions
    of hidden activity,

        T_t = decay T_(t-1) + f(z_t),    for several decays,

    from r_(t-1), functions psi(x_t), and their products; it learns to do so by regression, on
    trajectories that the model simulates. What happened a lag ago is read out of r_t, linearly, and
    later bins correct it: postdiction. So is the gradient of emission and transition,

        E[z_s (S(x_s) - mean(x_s | z_s))],  E[z_(s-1) (S(z_s) - mean(z_s | z_(s-1)))],  s = t - lag,

    given the recording up to t. The same read-out of simulated recordings is subtracted from it.
    Their gradient is zero in truth, so that this takes away the bias of regressions: at the true
    parameters the expected change is zero with any functions.

    `neurohm.train` gives the rule stretches of consecutive bins, in random order, each of which
    begins with the mean code; ``batch_size`` counts stretches.

    Parameters
    ----------
    dreams_per_sample : int
        Not used.
    steps : int
        Bins of a stretch of the recording, and of simulation in a step.
    warm_up : int
        First bins of a stretch of the recording from which nothing is learned: its code begins
        with nothing seen.
    lag : int
        How many bins after an event are known when it is learned from. More than one or two help
        only where the code tells well what was that long ago.
    trajectories : int
        Simulated side by side.
    window : int
        Steps over which normal equations are averaged, and whose trajectories are kept.
    decays : sequence of float
        The first is 0, the present bin itself; others below 1.
    functions, data_functions : int
        Random functions f of hidden activity, and psi of data; raw statistics (z, of real values
        also its magnitude and square) and a constant are added.
    products : int
        Products of r_(t-1) and psi(x_t): all pairs, or so many products of random mixtures, if
        there are more pairs.
    encoding, data_encoding, spread, ridge, data_ridge, encoding_seed
        See `DDC`. The data's ridge is of the regressors of recognition, which are standardised.
    learner : str
        Of recognition: ``"ridge"``, or ``"delta"``, presynaptic activity times error. Gradients are
        read out by ridge either way.
    delta_rate : float
        Of the delta rule, over the mean squared norm of the regressors; below 2.
    delta_passes : int
        Through the bins of a step.

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting makes no sense. In the first step, if the machine is no `HiddenDynamics`, or
        simulated bins are fewer than regressors.

    References
    ----------
    Wenliang, Sahani (2019). A neurally plausible model for online recognition and postdiction in a
    dynamical environment. NeurIPS.

    Examples
    --------
    >>> import neurohm as nh
    >>> x = nh.HiddenDynamics(6, 2, seed=1).dream(500, seed=0)
    >>> dynamics = nh.HiddenDynamics(6, 2, seed=0)
    >>> rule = nh.Postdiction(functions=4, data_functions=4, products=40)
    >>> result = nh.train(dynamics, x, rule=rule, epochs=1, batch_size=5)
    >>> posterior = rule.posterior(dynamics, samples=3000)
    >>> posterior.mean(x, lag=2).shape
    (498, 2)
    """

    steps: int = 30
    warm_up: int = 10
    lag: int = 1
    trajectories: int = 60
    window: int = 10
    decays: Sequence[float] = (0.0, 0.5, 0.8)
    functions: int = 20
    data_functions: int = 20
    products: int = 200
    encoding: str = "tanh"
    data_encoding: str = "tanh"
    spread: float = 3.0
    ridge: float = 1e-4
    data_ridge: float = 1e-2
    learner: str = "ridge"
    delta_rate: float = 1.0
    delta_passes: int = 1
    encoding_seed: int = 0
    _memory: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    recordable: ClassVar[bool] = False
    name: ClassVar[str] = "postdiction"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("steps", "trajectories", "window", "products", "delta_passes"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        for name in ("warm_up", "lag", "functions", "data_functions"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name), 0))
        for name in ("ridge", "data_ridge"):
            object.__setattr__(self, name, real_number(name, getattr(self, name), least=0))
        object.__setattr__(self, "spread", real_number("spread", self.spread, above=0))
        rate = real_number("delta_rate", self.delta_rate, above=0, below=2)
        object.__setattr__(self, "delta_rate", rate)
        decays = tuple(real_number("a decay", d, least=0, below=1) for d in self.decays)
        object.__setattr__(self, "decays", decays)
        self._require_sense()

    def _require_sense(self) -> None:
        """Raise if settings do not fit each other."""
        if not self.decays or self.decays[0] or len(set(self.decays)) < len(self.decays):
            raise InputError(f"decays {self.decays}", "0 first, and each once", "e.g. (0, 0.5)")
        if self.first(self.lag) >= self.steps:
            raise InputError(
                f"warm_up {self.warm_up} and lag {self.lag} in stretches of {self.steps} bins",
                "fewer bins than those",
                "give more steps",
            )
        for name, known in (
            ("encoding", ENCODINGS),
            ("data_encoding", ENCODINGS),
            ("learner", LEARNERS),
        ):
            if getattr(self, name) not in known:
                raise InputError(f"{name} {getattr(self, name)!r}", " or ".join(map(repr, known)))

    @property
    def consecutive(self) -> int:
        """Bins that follow each other in a batch."""
        return self.steps

    def first(self, lag: int) -> int:
        """Return the first bin of a stretch from which something that long ago is learned."""
        return max(self.warm_up, lag)

    def fresh(self) -> Postdiction:
        """Return the same rule, without any memory of trajectories."""
        return Postdiction(**self.settings())

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        return own | {"decays": list(self.decays)}

    def memory(self) -> dict[str, Any]:
        """Return trajectories and recognition, for checkpoints."""
        rehearsal = self._memory.get("rehearsal")
        return rehearsal.tree() if rehearsal is not None else dict(self._memory.get("tree", {}))

    def remember(self, tree: dict[str, Any]) -> None:
        """Take up what `memory` returned."""
        self._memory.clear()
        if tree:
            self._memory["tree"] = dict(tree)

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> PostdictiveActivity:
        """Simulate, and return the code along stretches, by what was learned before this step."""
        dynamics = as_dynamics(machine)
        assert isinstance(x, np.ndarray)
        assert not isinstance(stream, MovingStream)
        data = self._stretches(x)
        rehearsal = self._rehearsal(dynamics, stream, x)
        recognition, encoding = rehearsal.recognition, rehearsal.code.encoding
        dreamt = rehearsal.advance(dynamics, stream, share=1 / self.window)
        both = np.concatenate((data, dreamt.visible))
        codes = recognition.along(both)[1]
        awake, asleep = (
            self._learned_from(codes[rows], both[rows])
            for rows in (slice(len(data)), slice(len(data), None))
        )
        present = codes[: len(data), :, : encoding.size].reshape(len(x), -1)
        hidden = np.ascontiguousarray(encoding.raw(present), machine.dtype)
        return PostdictiveActivity(
            [x, hidden, hidden], None, {}, awake=awake, asleep=asleep, rehearsal=rehearsal
        )

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return the gradient of emission and transition, and what is watched."""
        assert isinstance(wake, PostdictiveActivity)
        rehearsal, lag = wake.rehearsal, self.lag
        codes = rehearsal.codes(lag)
        fit = Ridge(codes, rehearsal.code.penalty(self.ridge, len(codes)))
        given = corrected(fit, wake.awake, wake.asleep)
        gradient = expected_gradient(machine, rehearsal.states(lag, lag), given)
        beginning = machine.generative.biases[BEFORE].key
        declared = tuple(
            DeclaredUpdate(
                key,
                np.ascontiguousarray(change, machine.dtype),
                NON_LOCAL,
                REASON,
                phase="wake",
            )
            for key, change in gradient.items()
            if key != beginning and not key.startswith(f"{beginning} ")
        )
        rows = wake.rows
        watched = {"r_squared of hidden": np.full(rows, held_out(rehearsal.stretches[-1]))}
        watched["out_of_reach"] = np.full(rows, share_at_bounds(rehearsal, wake.awake[0]))
        return Updates(declared=declared, monitored=watched)

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
    ) -> Activity:
        """Return the trajectories of this step, bin by bin."""
        rehearsal = self._memory["rehearsal"]
        states = rehearsal.stretches[-1].at(0, 0)
        return Activity([np.ascontiguousarray(state) for state in states], None, {})

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return none: recognition is no part of the machine, and has learned already."""
        return Updates()

    def posterior(
        self, dynamics: HiddenDynamics, *, samples: int = 30_000, seed: int = 0
    ) -> RecentPast:
        """Return the posterior along recordings, learned from trajectories of a model.

        Parameters
        ----------
        dynamics : HiddenDynamics
            As it is; it need not have learned by this rule.
        samples : int
            Simulated bins to learn from; errors are proportional to one over the square root of
            their number.
        seed : int

        Returns
        -------
        RecentPast

        Raises
        ------
        InputError, ArgumentTypeError
            As in learning.
        """
        return RecentPast.of(self, as_dynamics(dynamics), whole_number("samples", samples), seed)

    def _stretches(self, x: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        """Return rows of consecutive bins as stretches, ``(stretches, steps, units)``."""
        if len(x) % self.steps:
            raise InputError(
                f"{len(x)} rows for stretches of {self.steps} bins", f"a multiple of {self.steps}"
            )
        return x.reshape(-1, self.steps, x.shape[1])

    def _learned_from(self, codes: Matrix, x: npt.NDArray[np.floating]) -> tuple[Matrix, Matrix]:
        """Return the codes of stretches after the warm-up, and data a lag before, as rows."""
        first = self.first(self.lag)
        seen = x[:, first - self.lag : self.steps - self.lag].astype(np.float64)
        return codes[:, first:].reshape(-1, codes.shape[2]), seen.reshape(-1, x.shape[2])

    def _rehearsal(
        self, dynamics: HiddenDynamics, stream: Any, x: npt.NDArray[np.floating]
    ) -> Rehearsal:
        """Return what is remembered; in the first step, simulate until recognition has settled."""
        if "tree" in self._memory:
            tree = self._memory.pop("tree")
            self._memory["rehearsal"] = Rehearsal.revived(self, dynamics, tree)
        if "rehearsal" not in self._memory:
            self._memory["rehearsal"] = Rehearsal.begun(self, dynamics, stream, data=x)
        found: Rehearsal = self._memory["rehearsal"]
        return found
