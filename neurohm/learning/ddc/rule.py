"""The distributed distributional code: recognition that predicts means of many functions."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Site, SparseRows
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.learning.base import LearningRule
from neurohm.learning.ddc.encoding import ENCODINGS
from neurohm.learning.ddc.gradient import Expectations, expected_gradient
from neurohm.learning.ddc.kernel import KernelRidge
from neurohm.learning.ddc.memory import Begun, Memory
from neurohm.learning.ddc.monitors import readout_r_squared
from neurohm.learning.ddc.posterior import DistributedPosterior
from neurohm.learning.ddc.recognition import (
    Code,
    Recognition,
    by_codes,
    by_log_probability,
    directly,
    of_data,
)
from neurohm.machine import (
    Activity,
    DeclaredUpdate,
    HelmholtzMachine,
    Stream,
    Updates,
    Workspace,
    as_machine,
    log_joint,
    recognise,
)
from neurohm.machine.updates import NON_LOCAL, SYNAPSE_LOCAL

Matrix = npt.NDArray[np.float64]

LEARNERS = ("ridge", "delta")
VARIANTS = ("exponential-family", "log-probability", "direct", "kernel")
REASONS = {
    "ridge": "weighted mean over dreams, by an inverse over all functions of a population",
    "delta": "difference of two read-outs of its own, each learned by a delta rule",
}


@dataclass(frozen=True, eq=False)
class DistributedActivity(Activity):
    """Activity awake, with the distributed code of the data.

    Parameters
    ----------
    x : ndarray of float64, (rows, visible units)
    begun : Begun
        What the rule remembered in this step.
    recognition : Recognition or None
        Of the ridge; the delta rule has its own in what is remembered.
    code : Code
    """

    x: Matrix
    begun: Begun
    recognition: Recognition | None
    code: Code


@dataclass(frozen=True)
class DDC(LearningRule):
    """The Helmholtz machine with a distributed distributional code (DDC).

    Recognition says of data x the means r_l = E[T_l(z_l) | x] of many fixed random functions T_l of
    each hidden population z_l. In sleep it learns them by regression on dreams: r_1 from functions
    psi(x), r_(l+1) from r_l. Any mean of f(z_l) is then read out of r_l, linearly; so is the
    gradient of the generative model,

        dW_l = E[z_(l+1) S(z_l)] - E[z_(l+1) mean(z_l | z_(l+1))]   given x,

    with the statistics S of the units. Nothing is drawn awake, and no factorial posterior is
    assumed: at the true parameters the gradient is zero, that of wake-sleep is not.

    Parameters
    ----------
    dreams_per_sample : int
        Dreams for each sample of the batch from which the recogniser learns.
    sleep_samples : int
        Dreams of a step, from which the code is learned.
    window : int
        Steps whose dreams count; so normal equations are averaged over them. The delta rule learns
        from each dream once, and keeps no window.
    functions, data_functions : int
        Random functions of each hidden population, and of data; raw statistics (z, of real values
        also its magnitude and square) and a constant are added.
    encoding, data_encoding : str
        ``"tanh"``, ``"radial"``, ``"quadratic"``, or ``"complete"`` (all states, of few units).
    spread : float
        How steep random functions are: standard deviation of their weights times sqrt(units).
    ridge, data_ridge : float
        Added to the variance of random functions of hidden populations, and of data. Raw statistics
        have none where dreams are twenty times as many as these; then the gradient has no bias at
        the true parameters, whatever the ridge.
    learner : str
        ``"ridge"``, fast and non-local, or ``"delta"``, local: each generative synapse has two
        read-outs, with a weight for each function.
    delta_rate : float
        Of the delta rule, over the mean squared norm of the functions; below 2.
    delta_passes : int
        Through the dreams of a step.
    variant : str
        ``"exponential-family"``: as above; ``"log-probability"``: gradients are regressed whole;
        ``"direct"``: targets are regressed on psi(x); ``"kernel"``: by kernel ridge regression on
        x (amortised learning by wake-sleep), with ``window=1``. The last three by ridge alone.
    learn_prior : bool
        Whether the deepest population learns; the least stable part.
    guard : float or None
        Data farther out, in the metric of the functions, than so many times the outermost dream
        are moved towards the mean of dreams. It hardly acts where dreams are like data.
    recogniser : bool
        Whether the machine's own recognition pathway learns from dreams, as in wake-sleep. The
        generative model does not depend on it; scores, hidden activity and the ``bound`` do.
    memory_limit : float
        Gigabytes that codes or read-outs may take.
    encoding_seed : int
        Of the random functions.

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting makes no sense. In the first step, if a population has no sufficient
        statistics (autoregressive, NADE), there are fewer dreams than regressors, or more memory is
        needed than allowed.

    References
    ----------
    Vertes, Sahani (2018). Flexible and accurate inference and learning for deep generative models.
    NeurIPS. arXiv:1805.11051.

    Wenliang, Moskovitz, Kanagawa, Sahani (2020). Amortised learning by wake-sleep. ICML.
    arXiv:2002.09737. (Variants ``"direct"`` and ``"kernel"``.)

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine, rule = nh.HelmholtzMachine([4, 3], seed=0), nh.DDC(functions=10, data_functions=10)
    >>> result = nh.train(machine, np.eye(4), rule=rule, epochs=2)
    >>> posterior = rule.posterior(machine, samples=2000)
    >>> posterior.mean(np.eye(4)).shape
    (4, 3)
    """

    sleep_samples: int = 500
    window: int = 10
    functions: int = 60
    data_functions: int = 100
    encoding: str = "tanh"
    data_encoding: str = "tanh"
    spread: float = 3.0
    ridge: float = 1e-4
    data_ridge: float = 1e-2
    learner: str = "ridge"
    delta_rate: float = 1.0
    delta_passes: int = 1
    variant: str = "exponential-family"
    learn_prior: bool = True
    guard: float | None = 2.0
    recogniser: bool = True
    memory_limit: float = 2.0
    encoding_seed: int = 0
    _memory: Memory = field(default_factory=Memory, init=False, repr=False, compare=False)

    recordable: ClassVar[bool] = False
    default_steps: ClassVar[int | None] = 1000
    name: ClassVar[str] = "ddc"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("sleep_samples", "window", "functions", "data_functions", "delta_passes"):
            object.__setattr__(self, name, whole_number(name, getattr(self, name)))
        for name in ("ridge", "data_ridge"):
            object.__setattr__(self, name, real_number(name, getattr(self, name), least=0))
        for name in ("spread", "memory_limit"):
            object.__setattr__(self, name, real_number(name, getattr(self, name), above=0))
        object.__setattr__(
            self, "delta_rate", real_number("delta_rate", self.delta_rate, above=0, below=2)
        )
        if self.guard is not None:
            object.__setattr__(self, "guard", real_number("guard", self.guard, above=0))
        for name, known in (
            ("encoding", ENCODINGS),
            ("data_encoding", ENCODINGS),
            ("learner", LEARNERS),
            ("variant", VARIANTS),
        ):
            if getattr(self, name) not in known:
                raise InputError(f"{name} {getattr(self, name)!r}", " or ".join(map(repr, known)))
        if self.learner == "delta" and self.variant != VARIANTS[0]:
            raise InputError(
                f"variant {self.variant!r} by the delta rule", f"{VARIANTS[0]!r}", "or the ridge"
            )

    @property
    def steps(self) -> int:
        """Steps of which dreams are kept."""
        return 1 if self.learner == "delta" else self.window

    def fresh(self) -> DDC:
        """Return the same rule, without any memory of dreams."""
        return DDC(**self.settings())

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        return {own.name: getattr(self, own.name) for own in fields(self) if own.init}

    def memory(self) -> dict[str, Any]:
        """Return encodings and dreams, for checkpoints."""
        return self._memory.tree()

    def remember(self, tree: dict[str, Any]) -> None:
        """Take up what `memory` returned."""
        self._memory.begun, self._memory.waiting = None, dict(tree)

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> DistributedActivity:
        """Learn the code from dreams, and return the code of data.

        Hidden states are drawn by the recogniser; without it they are means.
        """
        host, data = machine.on("cpu"), _on_host(machine, x)
        begun = self._memory.dreamt(self, host, data, stream)
        recognition = None if begun.readouts is not None else self._recognition(begun)
        code = self._code(host, begun, recognition, data)
        if self.recogniser:
            drawn = recognise(machine, x, stream, Site.WAKE, scored=True, work=work)
            states, log_probability = drawn.states, drawn.log_probability
        else:
            pairs = zip(begun.encodings[1:], code.means, strict=True)
            means = [machine.backend.asarray(e.raw(r), machine.dtype) for e, r in pairs]
            states, log_probability = [x, *means], None
        return DistributedActivity(
            states, log_probability, {}, x=data, begun=begun, recognition=recognition, code=code
        )

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return the gradient of the generative pathway, and what is watched."""
        assert isinstance(wake, DistributedActivity)
        host, begun = machine.on("cpu"), wake.begun
        if begun.readouts is not None:
            gradient = begun.readouts.gradient(host, wake.x, wake.code.means)
        else:
            given = self._expectations(wake)
            gradient = expected_gradient(host, begun.window.states, given)
        locality = SYNAPSE_LOCAL if self.learner == "delta" else NON_LOCAL
        declared = tuple(
            DeclaredUpdate(
                key,
                machine.backend.asarray(np.ascontiguousarray(change), machine.dtype),
                locality,
                REASONS[self.learner],
                phase="wake",
            )
            for key, change in gradient.items()
            if self.learn_prior or key not in _prior_keys(machine)
        )
        return Updates(declared=declared, monitored=self._monitored(machine, wake))

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return what the recogniser learns from dreams."""
        return super().sleep_updates(machine, sleep, work) if self.recogniser else Updates()

    def posterior(
        self, machine: HelmholtzMachine, *, samples: int = 20_000, seed: int = 0
    ) -> DistributedPosterior:
        """Return expectations under the posterior of a machine, learned from dreams of it.

        Parameters
        ----------
        machine : HelmholtzMachine
            As it is; it need not have learned by this rule.
        samples : int
            Dreams; errors are proportional to one over the square root of their number.
        seed : int

        Returns
        -------
        DistributedPosterior

        Raises
        ------
        InputError, ArgumentTypeError
            As in learning.
        """
        samples = whole_number("samples", samples)
        return DistributedPosterior.of(self, as_machine(machine), samples, seed)

    def _recognition(self, begun: Begun) -> Recognition:
        window = begun.window
        return Recognition.of(
            begun.encodings,
            window.codes,
            ridge=self.ridge,
            data_ridge=self.data_ridge,
            guard=self.guard,
            newest=window.newest,
            moments=[window.moments(layer) for layer in range(len(window.codes))],
            products=[window.products(layer) for layer in range(len(window.codes) - 1)],
        )

    def _code(
        self, machine: HelmholtzMachine, begun: Begun, recognition: Recognition | None, x: Matrix
    ) -> Code:
        if recognition is not None:
            return recognition.code(x)
        assert begun.readouts is not None
        begun.readouts.learn(machine, begun.window.states, begun.window.codes)
        return Code(begun.encodings[0](x), begun.readouts.code(x), np.ones(len(x)))

    def _expectations(self, wake: DistributedActivity) -> Expectations:
        """Return how much each dream counts, by the variant."""
        recognition, code, x = wake.recognition, wake.code, wake.x
        assert recognition is not None
        if self.variant == "kernel":
            encoding, states = wake.begun.encodings[0], wake.begun.window.states
            dreams, data = ((v - encoding.centre) / encoding.scale for v in (states[0], x))
            return of_data(KernelRidge(dreams, self.data_ridge), len(states), data, x)
        forms = (by_codes, by_log_probability, directly)
        return dict(zip(VARIANTS, forms, strict=False))[self.variant](recognition, code, x)

    def _monitored(
        self, machine: HelmholtzMachine, wake: DistributedActivity
    ) -> dict[str, npt.NDArray[np.float64]]:
        """Return the recogniser's bound, the share of data out of reach, and R^2 of every map."""
        watched: dict[str, Any] = {"out_of_reach": (wake.code.shrink < 1).astype(np.float64)}
        if wake.log_probability is not None:
            watched["bound"] = log_joint(machine, wake.states) - wake.log_probability
        if wake.recognition is not None:
            found = _latest_r_squared(machine, wake.recognition, wake.begun)
            watched |= {name: np.full(len(wake.x), value) for name, value in found.items()}
        return {n: machine.backend.asarray(v, np.float64) for n, v in watched.items()}


def _latest_r_squared(
    machine: HelmholtzMachine, recognition: Recognition, begun: Begun
) -> dict[str, float]:
    """Return R^2 of every map, looked at anew once all dreams of the window are others."""
    if begun.window.filled % begun.window.steps == 0 or not begun.watched:
        begun.watched.update(readout_r_squared(machine.on("cpu"), recognition, begun.window))
    return begun.watched


def _on_host(machine: HelmholtzMachine, x: Activations) -> Matrix:
    """Return data as a matrix of its own, in double precision and memory of the host."""
    matrix = x.toarray() if isinstance(x, SparseRows) else x
    return np.array(machine.backend.to_host(matrix), dtype=np.float64)


def _prior_keys(machine: HelmholtzMachine) -> set[str]:
    """Return the keys of what the deepest population learns."""
    top, pathway = len(machine.populations) - 1, machine.generative
    return {pathway.biases[top].key, *(i.key for i in pathway.internals_of(top).values())}
