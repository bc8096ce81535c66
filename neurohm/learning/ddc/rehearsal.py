"""Simulated trajectories that go on from step to step, and what recognition learned from them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream
from neurohm.exceptions import InputError
from neurohm.learning.ddc.delta import FORGETTING, delta_rule
from neurohm.learning.ddc.encoding import Encoding, encoding_of, standard_of, warn_if_saturated
from neurohm.learning.ddc.gradient import require_family
from neurohm.learning.ddc.regression import LinearMap
from neurohm.learning.ddc.temporal import (
    BilinearInputs,
    NormalEquations,
    Standard,
    TemporalCode,
    TemporalRecognition,
)
from neurohm.learning.ddc.window import DREAMS_PER_REGRESSOR
from neurohm.machine import HiddenDynamics

if TYPE_CHECKING:
    from neurohm.learning.ddc.postdiction import Postdiction

Matrix = npt.NDArray[np.float64]
Activities = npt.NDArray[np.floating]

# Rounds of simulation before the first step, for each step of the window.
ROUNDS_BEFORE = 2


@dataclass(frozen=True, eq=False)
class Stretch:
    """Trajectories of some bins, their codes, and what recognition said before it saw them.

    Parameters
    ----------
    visible : ndarray, (trajectories, steps, visible units)
    hidden : ndarray, (trajectories, steps + 1, hidden units)
        From the bin before the first one on.
    codes, recognised : ndarray, (trajectories, steps, functions)
        T_t; and r_t, from the beginning of the trajectories on, by maps that were learned earlier.
    """

    visible: Activities
    hidden: Activities
    codes: Matrix
    recognised: Matrix

    def at(self, first: int, lag: int) -> list[Activities]:
        """Return x, z and the z before it, a lag before each bin from ``first`` on, as rows."""
        steps = self.visible.shape[1] - lag
        parts = (
            self.visible[:, first - lag : steps],
            self.hidden[:, first - lag + 1 : steps + 1],
            self.hidden[:, first - lag : steps],
        )
        return [part.reshape(-1, part.shape[2]) for part in parts]


class Rehearsal:
    """A population of trajectories of a model, and recognition that learns from it.

    Parameters
    ----------
    rule : Postdiction
    code : TemporalCode
    recognition : TemporalRecognition
    standards : sequence of two ndarray each, (units,)
        Centre and scale of hidden activity, and of data.
    hidden : ndarray, (trajectories, hidden units)
        In the last bin that was simulated.
    last, told : ndarray, (trajectories, functions)
        T in that bin, and what recognition says of it.
    keep : int or None
        Stretches that are kept; all, if None.
    """

    def __init__(
        self,
        rule: Postdiction,
        code: TemporalCode,
        recognition: TemporalRecognition,
        standards: Sequence[tuple[Matrix, Matrix]],
        hidden: Activities,
        last: Matrix,
        told: Matrix,
        keep: int | None,
    ) -> None:
        self.rule, self.code, self.recognition = rule, code, recognition
        self.standards, self.hidden, self.last, self.told = standards, hidden, last, told
        self.stretches: deque[Stretch] = deque(maxlen=keep)
        self.equations: NormalEquations | None = None

    @classmethod
    def begun(
        cls,
        rule: Postdiction,
        dynamics: HiddenDynamics,
        stream: RandomStream,
        *,
        data: Activities | None = None,
        rounds: int | None = None,
    ) -> Rehearsal:
        """Simulate until recognition has settled; and on, if there is a number of rounds to keep.

        Parameters
        ----------
        rule : Postdiction
        dynamics : HiddenDynamics
        stream : RandomStream
        data : ndarray, (rows, visible units), optional
            By which functions of data are standardised; trajectories by default.
        rounds : int, optional
        """
        require_family(dynamics)
        before = ROUNDS_BEFORE * rule.window
        own = dynamics.simulate(rule.steps, rule.trajectories, seed=stream, first_row=0)
        self = cls._standardised(rule, dynamics, own.hidden, own.visible, data, rounds)
        for number in range(1, before + 1):
            self.advance(dynamics, stream, number=number, share=max(1 / number, 1 / rule.window))
        if rounds is not None:
            self.stretches.clear()
            for number in range(1, rounds + 1):
                self.advance(dynamics, stream, number=before + number, share=1 / number)
        return self

    def advance(
        self, dynamics: HiddenDynamics, stream: RandomStream, *, number: int = 0, share: float
    ) -> Stretch:
        """Simulate some bins more, and learn from them.

        Parameters
        ----------
        dynamics : HiddenDynamics
        stream : RandomStream
        number : int
            Of the round within one step of the stream.
        share : float
            Of these bins in the averaged normal equations.

        Returns
        -------
        Stretch
        """
        rule = self.rule
        own = dynamics.simulate(
            rule.steps,
            rule.trajectories,
            seed=stream,
            before=self.hidden,
            first_row=number * rule.steps * rule.trajectories,
        )
        codes = self.code.along(self.last, own.hidden[:, 1:])
        inputs, recognised = self.recognition.along(own.visible, self.told)
        self.hidden, self.last, self.told = own.hidden[:, -1], codes[:, -1], recognised[:, -1]
        stretch = Stretch(own.visible, own.hidden, codes, recognised)
        self.stretches.append(stretch)
        self._learn(inputs, codes, share)
        return stretch

    def codes(self, first: int) -> Matrix:
        """Return T in all bins that are kept, from ``first`` of each stretch on, as rows."""
        kept = [stretch.codes[:, first:] for stretch in self.stretches]
        return np.concatenate([codes.reshape(-1, self.code.size) for codes in kept])

    def states(self, first: int, lag: int) -> list[Activities]:
        """Return x, z and the z before it, a lag before each of those bins, as rows."""
        parts = zip(*(stretch.at(first, lag) for stretch in self.stretches), strict=True)
        return [np.concatenate(part) for part in parts]

    def tree(self) -> dict[str, Any]:
        """Return all that it depends on, for checkpoints."""
        recognition, equations = self.recognition, self.equations
        regressors = recognition.regressors
        assert equations is not None
        return {
            "hidden": self.hidden.copy(),
            "last": self.last.copy(),
            "told": self.told.copy(),
            "standards": _numbered(np.stack(pair) for pair in self.standards),
            "scales": _numbered(
                np.stack((s.mean, s.deviation)) for s in (regressors.code, regressors.data)
            ),
            "map": dict(vars(recognition.linear)),
            "bounds": _numbered((recognition.start, recognition.least, recognition.most)),
            "equations": dict(vars(equations)),
            "stretches": _numbered(dict(vars(stretch)) for stretch in self.stretches),
        }

    @classmethod
    def revived(
        cls, rule: Postdiction, dynamics: HiddenDynamics, tree: dict[str, Any]
    ) -> Rehearsal:
        """Return what `tree` was taken of."""
        standards = [(pair[0], pair[1]) for pair in _in_order(tree["standards"])]
        hidden, seen = (_encoding(rule, dynamics, 1 - i, pair) for i, pair in enumerate(standards))
        own, data = (Standard(pair[0], pair[1]) for pair in _in_order(tree["scales"]))
        regressors = BilinearInputs(own, data, seen, rule.products, rule.encoding_seed)
        recognition = TemporalRecognition(
            regressors, LinearMap(**tree["map"]), *_in_order(tree["bounds"])
        )
        code = TemporalCode(hidden, tuple(rule.decays))
        ends = tree["hidden"], tree["last"], tree["told"]
        self = cls(rule, code, recognition, standards, *ends, rule.window)
        self.equations = NormalEquations(**tree["equations"])
        self.stretches.extend(Stretch(**stretch) for stretch in _in_order(tree["stretches"]))
        return self

    @classmethod
    def _standardised(
        cls,
        rule: Postdiction,
        dynamics: HiddenDynamics,
        hidden: Activities,
        visible: Activities,
        data: Activities | None,
        rounds: int | None,
    ) -> Rehearsal:
        """Return encodings that are scaled to first trajectories, and recognition of nothing."""
        seen = visible.reshape(-1, visible.shape[2]) if data is None else data
        flat = hidden.reshape(-1, hidden.shape[2])
        standards = [
            standard_of(dynamics.populations[layer], sample)
            for layer, sample in ((1, flat), (0, seen))
        ]
        own, psi = (_encoding(rule, dynamics, 1 - i, pair) for i, pair in enumerate(standards))
        code = TemporalCode(own, tuple(rule.decays))
        codes = code.along(code.start(hidden[:, 0]), hidden[:, 1:])
        rows, functions = codes.reshape(-1, code.size), psi(seen)
        warn_if_saturated(own, own(flat), "hidden")
        warn_if_saturated(psi, functions, "visible")
        scale = Standard.of(rows)
        regressors = BilinearInputs(
            scale, Standard.of(functions), psi, rule.products, rule.encoding_seed
        )
        _require_enough(rule, max(regressors.size, code.size) + 1, rounds)
        nothing = LinearMap(
            np.zeros(regressors.size), np.zeros((regressors.size, code.size)), scale.mean
        )
        recognition = TemporalRecognition(
            regressors, nothing, scale.mean, rows.min(axis=0), rows.max(axis=0)
        )
        ends = hidden[:, -1], codes[:, -1], np.tile(scale.mean, (len(codes), 1))
        keep = rule.window if rounds is None else None
        return cls(rule, code, recognition, standards, *ends, keep)

    def _learn(self, inputs: Matrix, codes: Matrix, share: float) -> None:
        """Learn recognition from some bins, ``(trajectories, steps, ...)``."""
        rule, recognition = self.rule, self.recognition
        x, targets = inputs.reshape(-1, inputs.shape[2]), codes.reshape(-1, codes.shape[2])
        newer = NormalEquations.of(x, targets)
        old = self.equations
        self.equations = newer if old is None else old.blended(newer, share)
        if rule.learner == "delta":
            linear = _by_delta_rule(recognition.linear, x, targets, rule)
        else:
            rows = int(len(x) / share)
            linear = self.equations.solve(recognition.regressors.penalty(rule.data_ridge, rows))
        self.recognition = replace(
            recognition,
            linear=linear,
            start=self.equations.targets,
            least=np.minimum(recognition.least, targets.min(axis=0)),
            most=np.maximum(recognition.most, targets.max(axis=0)),
        )


def _by_delta_rule(
    linear: LinearMap, inputs: Matrix, targets: Matrix, rule: Postdiction
) -> LinearMap:
    """Return a map whose weights moved by presynaptic activity times error."""
    share = FORGETTING if linear.matrix.any() else 1.0
    centre = linear.centre + share * (inputs.mean(axis=0) - linear.centre)
    weights = np.concatenate((linear.matrix, linear.target[None]))
    own = np.append(inputs - centre, np.ones((len(inputs), 1)), axis=1)
    delta_rule(weights, own, targets, rule.delta_rate, rule.delta_passes)
    return LinearMap(centre, weights[:-1], weights[-1])


def _encoding(
    rule: Postdiction, dynamics: HiddenDynamics, layer: int, standard: tuple[Matrix, Matrix]
) -> Encoding:
    return encoding_of(
        dynamics.populations[layer],
        standard,
        kind=rule.encoding if layer else rule.data_encoding,
        functions=rule.functions if layer else rule.data_functions,
        spread=rule.spread,
        seed=rule.encoding_seed,
        place=layer,
    )


def _require_enough(rule: Postdiction, regressors: int, rounds: int | None) -> None:
    """Raise if there are fewer bins than regressors, with the number that is needed."""
    each = rule.steps * (rounds or rule.window)
    if rule.learner == "ridge" and each * rule.trajectories < regressors:
        needed = -(-DREAMS_PER_REGRESSOR * regressors // each)
        raise InputError(
            f"{each * rule.trajectories} simulated bins for {regressors} regressors",
            f"at least {DREAMS_PER_REGRESSOR} for each regressor",
            f"give trajectories={needed} or more, or fewer functions or products",
        )


def _numbered(values: Iterable[Any]) -> dict[str, Any]:
    """Return values by their number, as a tree for checkpoints holds them."""
    return {str(number): value for number, value in enumerate(values)}


def _in_order(tree: dict[str, Any]) -> list[Any]:
    """Return what `_numbered` was made of; files list names by their letters."""
    return [tree[str(number)] for number in range(len(tree))]
