"""A cascade grows: hidden units are added one by one, as long as that helps on unseen rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from neurohm.learning.cascade.expectation import Learner, intercept, mean_count
from neurohm.learning.cascade.network import CascadeNetwork, Matrix, log_base, mean_of
from neurohm.learning.cascade.recognition import recognise_as
from neurohm.learning.cascade.starts import Start, starts

_HEAT = 4  # steps after which the starts are compared
_FINALISTS = 5
_SWEEPS, _STEPS_EACH = 3, 2  # of learning all units again


@dataclass(frozen=True)
class Trial:
    """One attempt to add a unit.

    Parameters
    ----------
    before, after : float
        Cost of the validation rows without and with it, nats a row: minus the mean bound.
    start : str
        Where the best candidate came from, ``"similar"`` or ``"split"``.
    kept : bool
    """

    before: float
    after: float
    start: str
    kept: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the trial as plain data."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Growth:
    """What a cascade grew into, and the attempts on the way.

    Parameters
    ----------
    network : CascadeNetwork
    trials : tuple of Trial
    """

    network: CascadeNetwork
    trials: tuple[Trial, ...]


@dataclass(frozen=True, eq=False)
class Unseen:
    """Rows that are not learned from.

    Parameters
    ----------
    x : ndarray, (n_rows, n_observed)
    base : float
        Mean of log x!, nats.
    """

    x: Matrix
    base: float

    @classmethod
    def of(cls, observation: str, x: Matrix) -> Unseen:
        """Return the rows with what no network changes."""
        return cls(x, float(log_base(observation, x).mean()))

    def cost(self, network: CascadeNetwork) -> float:
        """Return minus the mean bound of the recognised codes, nats a row."""
        states = network.recognise(self.x)
        return self.base - float(network.log_score(self.x, states).mean())


@dataclass(frozen=True)
class Grower:
    """How a cascade grows.

    A candidate for the next unit learns by expectation maximisation from several starts. After 1,
    2, 4, ... steps it is made deterministic and costed on unseen rows; the cheapest moment of the
    cheapest start counts. It stays if the cost falls. Then all units learn again in turn, which
    is kept, too, if the cost falls.

    Parameters
    ----------
    observation : str
        ``"poisson"`` or ``"bernoulli"``.
    most : int
        Hidden units, at most.
    starts : int
        Groups of similar rows, for each of three sizes of groups.
    refit, split : bool
        Whether units learn again, and whether parts of the rows of a code are starts, too.
    pseudo_count : float
        Rows at the mean rates that are added to those of either state of a unit.
    steps : int
        Of expectation maximisation, at most.
    """

    observation: str = "poisson"
    most: int = 10
    starts: int = 6
    refit: bool = True
    split: bool = True
    pseudo_count: float = 5.0
    steps: int = 32

    def grow(
        self,
        x: Matrix,
        validation: Matrix,
        rng: np.random.Generator,
        watch: Callable[[Trial], None] = lambda trial: None,
    ) -> Growth:
        """Return what grows on rows x until the cost of the validation rows no longer falls."""
        unseen, network = Unseen.of(self.observation, validation), self.without_units(x)
        cost, trials = unseen.cost(network), list[Trial]()
        for _ in range(self.most):
            candidate, after, source = self._best_candidate(network, x, unseen, rng)
            kept = after < cost
            if kept and self.refit:
                candidate, after = self._learned_again(candidate, x, unseen, after)
            trials.append(Trial(cost, after, source, kept))
            watch(trials[-1])
            if not kept:
                break
            network, cost = candidate, after
        return Growth(network, tuple(trials))

    def without_units(self, x: Matrix) -> CascadeNetwork:
        """Return the network of independent observed units."""
        mean = mean_count(x.sum(axis=0), len(x), self.pseudo_count)
        bias = intercept(self.observation, mean, np.ones(1), np.zeros((1, x.shape[1])))
        return CascadeNetwork.of_rates(self.observation, bias)

    def _best_candidate(
        self, network: CascadeNetwork, x: Matrix, unseen: Unseen, rng: np.random.Generator
    ) -> tuple[CascadeNetwork, float, str]:
        """Return the network with one more unit, its cost, and where the unit came from."""
        states, wider = network.recognise(x), network.with_unit()
        learner = Learner.of(
            x, np.pad(states, ((0, 0), (0, 1))), network.n_hidden, self.pseudo_count
        )
        begun = [
            start
            for start in starts(network, x, states, self.starts, rng)
            if self.split or start.source != "split"
        ]
        if not begun:
            return wider, np.inf, ""

        def heat(start: Start) -> float:
            *_, network = _course(learner, wider, start.q, _HEAT)
            return unseen.cost(network)

        finals = (
            (unseen.cost(network), network, start.source)
            for start in sorted(begun, key=heat)[:_FINALISTS]
            for network in _course(learner, wider, start.q, self.steps)
        )
        cost, best, source = min(finals, key=lambda final: final[0])
        return best, cost, source

    def _learned_again(
        self, network: CascadeNetwork, x: Matrix, unseen: Unseen, cost: float
    ) -> tuple[CascadeNetwork, float]:
        """Return the network after all units learned again in turn, if that lowers the cost."""
        best = network
        for _ in range(_SWEEPS):
            for unit in range(network.n_hidden):
                learner = Learner.of(x, network.recognise(x), unit, self.pseudo_count)
                q = mean_of("bernoulli", learner.log_odds(network))
                *_, network = _course(learner, network, q, _STEPS_EACH)
            now = unseen.cost(network)
            if now >= cost:
                break
            best, cost = network, now
        return best, cost


def _course(
    learner: Learner, network: CascadeNetwork, q: Matrix, steps: int
) -> Iterator[CascadeNetwork]:
    """Yield the network, its unit made deterministic, after 1, 2, 4, ... steps of learning."""
    for step in range(1, steps + 1):
        network = learner.maximise(network, q)
        log_odds = learner.log_odds(network)
        q = mean_of("bernoulli", log_odds)
        if step & (step - 1) == 0:
            yield recognise_as(network, learner, log_odds)
