"""Recognition and read-outs learned by the delta rule, each weight by its own two ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import InputError
from neurohm.learning.ddc.encoding import Encoding
from neurohm.learning.ddc.gradient import terms_of
from neurohm.learning.ddc.window import GIGABYTE
from neurohm.machine import HelmholtzMachine
from neurohm.populations import DRIVE

if TYPE_CHECKING:
    from neurohm.learning.ddc.rule import DDC

Matrix = npt.NDArray[np.float64]

# Of the running means of the functions, a step.
FORGETTING = 0.01
# Targets that are learned together, so that those of a large layer are never all in memory.
BLOCK = 4096


def delta_rule(
    weights: Matrix, inputs: Matrix, targets: Matrix, rate: float, passes: int = 1
) -> None:
    """Move weights by presynaptic activity times error, averaged over the rows, in place.

    Parameters
    ----------
    weights : ndarray, (n_inputs, n_targets)
    inputs : ndarray, (rows, n_inputs)
    targets : ndarray, (rows, n_targets)
    rate : float
        Over the mean squared norm of the inputs; below 2 it cannot diverge.
    passes : int

    Examples
    --------
    >>> weights = np.zeros((1, 1))
    >>> delta_rule(weights, np.ones((2, 1)), np.full((2, 1), 3.0), rate=1.0)
    >>> weights.tolist()
    [[3.0]]
    """
    step = rate / max((inputs**2).sum(axis=1).mean(), 1e-12) / len(inputs)
    for _ in range(passes):
        weights += step * (inputs.T @ (targets - inputs @ weights))


class DeltaReadouts:
    """Recognition weights and read-outs that learn in sleep.

    Functions are taken less their running mean, a threshold of their own, beside one that is always
    1. The read-outs of layer l are, for each generative synapse, of what its ends do
    (``observed``), from the code of population l, and of what the upper one predicts
    (``predicted``), from that of population l + 1.

    Parameters
    ----------
    machine : HelmholtzMachine
    encodings : sequence of Encoding
    rule : DDC
    """

    def __init__(self, machine: HelmholtzMachine, encodings: Sequence[Encoding], rule: DDC) -> None:
        self.encodings, self.rate, self.passes = encodings, rule.delta_rate, rule.delta_passes
        self.centres = [np.zeros(encoding.size) for encoding in encodings]
        self.is_new = True
        shapes = _shapes(machine, encodings)
        self.weights: dict[str, Matrix] = {name: np.zeros(shape) for name, shape in shapes}

    def inputs(self, layer: int, code: Matrix) -> Matrix:
        """Return functions less their running mean, and a constant."""
        return np.concatenate((code - self.centres[layer], np.ones((len(code), 1))), axis=1)

    def learn(
        self,
        machine: HelmholtzMachine,
        states: Sequence[npt.NDArray[Any]],
        codes: Sequence[Matrix],
    ) -> None:
        """Learn from dreams, ``(rows, units)`` and ``(rows, functions)`` of each population."""
        share = 1.0 if self.is_new else FORGETTING
        self.is_new = False
        for centre, code in zip(self.centres, codes, strict=True):
            centre += share * (code.mean(axis=0) - centre)
        inputs = [self.inputs(layer, code) for layer, code in enumerate(codes)]
        for layer in range(len(codes) - 1):
            self._step(f"recognition {layer}", inputs[layer], codes[layer + 1])
        for name, layer, columns, targets in _targets(machine, states):
            self._step(name, inputs[layer], targets, columns)

    def code(self, x: npt.ArrayLike) -> list[Matrix]:
        """Return r_l of each hidden population, of data ``(rows, units)``."""
        codes = [self.encodings[0](x)]
        for layer in range(len(self.encodings) - 1):
            codes.append(self.inputs(layer, codes[-1]) @ self.weights[f"recognition {layer}"])
        return codes[1:]

    def gradient(
        self, machine: HelmholtzMachine, x: Matrix, codes: Sequence[Matrix]
    ) -> dict[str, Matrix]:
        """Return the gradient of the mean log-likelihood of data, by the key of each parameter."""
        gradient: dict[tuple[int, str], Matrix] = {}
        means = [self.inputs(layer + 1, code).mean(axis=0) for layer, code in enumerate(codes)]
        for (layer, role, side), shape in _readouts(machine):
            source = layer if side == "observed" else layer + 1
            if source == 0:
                value = self._clamped(machine, role, x, codes[0])
            elif source <= len(means):
                value = means[source - 1] @ self.weights[_name(layer, role, side)]
            else:
                value = _alone(machine, layer, role)
            sign = 1.0 if side == "observed" else -1.0
            before = gradient.get((layer, role), np.zeros(shape))
            gradient[layer, role] = before + sign * value.reshape(shape)
        return dict(_by_key(machine.generative, gradient))

    def _clamped(self, machine: HelmholtzMachine, role: str, x: Matrix, code: Matrix) -> Matrix:
        """Return the mean over data of S(x) E[dg | x], for the visible population."""
        above = np.append(self.encodings[1].raw(code), np.ones((len(code), 1)), axis=1)
        states = [x, above[:, :-1], *(np.zeros((len(x), n)) for n in machine.sizes[2:])]
        term = terms_of(machine, 0, states)[role]
        # dg is linear in the means above, or does not depend on them
        observed = term.observed(x) / len(x)
        return above.T @ observed if role == DRIVE else observed.sum(axis=0)[None]

    def tree(self) -> dict[str, Any]:
        """Return weights and running means, for checkpoints."""
        centres = {str(layer): centre.copy() for layer, centre in enumerate(self.centres)}
        weights = {str(i): value.copy() for i, value in enumerate(self.weights.values())}
        return {"centres": centres, "weights": weights}

    def restore(self, tree: dict[str, Any]) -> None:
        """Take up what `tree` returned."""
        self.is_new = False
        for layer, centre in enumerate(self.centres):
            centre[...] = tree["centres"][str(layer)]
        for i, weights in enumerate(self.weights.values()):
            weights[...] = tree["weights"][str(i)]

    def _step(
        self, name: str, inputs: Matrix, targets: Matrix, columns: slice = slice(None)
    ) -> None:
        delta_rule(self.weights[name][:, columns], inputs, targets, self.rate, self.passes)


def require_readable(
    machine: HelmholtzMachine, encodings: Sequence[Encoding], limit: float
) -> None:
    """Raise if read-outs would need more memory, in gigabytes, than allowed, or are not to be had.

    Raises
    ------
    InputError
    """
    term = terms_of(machine, 0, [np.zeros((2, size)) for size in machine.sizes])[DRIVE]
    if any(np.ndim(slope) == 2 for slope in term.slopes):
        raise InputError(
            f"visible units of kind {machine.visible.kind!r} and the delta rule",
            "units whose drive is a natural parameter",
            "take learner='ridge'",
        )
    needed = sum(rows * columns for _, (rows, columns) in _shapes(machine, encodings)) * 8
    if needed > limit * GIGABYTE:
        raise InputError(
            f"{needed / GIGABYTE:.3g} GB of memory for read-outs, {encodings[-1].size} weights "
            "for each generative synapse",
            f"at most {limit:g} GB",
            "learn by learner='ridge', which needs none, or give fewer functions",
        )


def _alone(machine: HelmholtzMachine, layer: int, role: str) -> Matrix:
    """Return what is predicted of a population that nothing drives, ``(1, units)``."""
    return terms_of(machine, layer, [np.zeros((1, size)) for size in machine.sizes])[role].expected


def _name(layer: int, role: str, side: str) -> str:
    return f"{side} {layer} {role}"


def _readouts(machine: HelmholtzMachine) -> Iterator[tuple[tuple[int, str, str], tuple[int, ...]]]:
    """Return layer, role and side of each read-out, and the shape of what it reads."""
    states = [np.zeros((1, size)) for size in machine.sizes]
    for layer, size in enumerate(machine.sizes):
        for role in terms_of(machine, layer, states):
            above = (*machine.sizes, 0)[layer + 1]
            shape = (above + 1, size) if role == DRIVE else (1, size)
            for side in ("observed", "predicted"):
                yield (layer, role, side), shape


def _shapes(
    machine: HelmholtzMachine, encodings: Sequence[Encoding]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Return name and shape of each matrix of weights."""
    for layer in range(len(encodings) - 1):
        yield f"recognition {layer}", (encodings[layer].size + 1, encodings[layer + 1].size)
    for (layer, role, side), shape in _readouts(machine):
        source = layer if side == "observed" else layer + 1
        if 0 < source < len(encodings):
            yield _name(layer, role, side), (encodings[source].size + 1, int(np.prod(shape)))


def _targets(
    machine: HelmholtzMachine, states: Sequence[npt.NDArray[Any]]
) -> Iterator[tuple[str, int, slice, Matrix]]:
    """Return each read-out's name, the population that it reads, and what it learns, in blocks."""
    for (layer, role, side), _ in _readouts(machine):
        source = layer if side == "observed" else layer + 1
        if not 0 < source < len(states):
            continue
        term, name = terms_of(machine, layer, states)[role], _name(layer, role, side)
        values = term.observed(states[layer]) if side == "observed" else term.expected
        if role != DRIVE or layer + 1 == len(states):
            yield name, source, slice(None), values
            continue
        above = np.append(states[layer + 1], np.ones((len(values), 1)), axis=1)
        units, share = values.shape[1], max(1, BLOCK // values.shape[1])
        for first in range(0, above.shape[1], share):
            part = above[:, first : first + share, None] * values[:, None, :]
            columns = slice(first * units, first * units + part[0].size)
            yield name, source, columns, part.reshape(len(values), -1)


def _by_key(pathway: Any, gradient: dict[tuple[int, str], Matrix]) -> Iterator[tuple[str, Matrix]]:
    for (layer, role), value in gradient.items():
        if role != DRIVE:
            yield pathway.internals_of(layer)[role].key, value[0]
            continue
        yield pathway.biases[layer].key, value[-1]
        for projection in pathway.afferents(layer):
            yield projection.key, value[:-1]
