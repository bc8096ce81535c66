"""Chains of layers: the machines of W1, W2 and W3, their starting values and their data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from neurohm.machine import HelmholtzMachine

Floats: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Chain:
    """The parameters of a chain, as arrays that every library can take over.

    Parameters
    ----------
    recognition : tuple of ndarray, (units below, units above)
    recognition_bias : tuple of ndarray, (units above,)
    generative : tuple of ndarray, (units above, units below)
    generative_bias : tuple of ndarray, (units,)
        One more than there are layers of weights: that of the top is the last.
    """

    recognition: tuple[Floats, ...]
    recognition_bias: tuple[Floats, ...]
    generative: tuple[Floats, ...]
    generative_bias: tuple[Floats, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of units of each layer, visible first."""
        return tuple(len(bias) for bias in self.generative_bias)

    def lists(self, convert: Callable[[Floats], Any]) -> tuple[list[Any], ...]:
        """Return recognition weights and biases, generative weights and biases, as copies."""
        groups = (self.recognition, self.recognition_bias, self.generative, self.generative_bias)
        return tuple([convert(array.copy()) for array in group] for group in groups)

    @classmethod
    def of(cls, groups: Iterable[Iterable[Any]]) -> Chain:
        """Return the chain of what `lists` gave, wherever those arrays lie."""
        return cls(*(tuple(np.array(a, np.float32) for a in group) for group in groups))

    def machine(self) -> HelmholtzMachine:
        """Return a machine with these parameters."""
        machine = HelmholtzMachine(list(self.sizes))
        for own, values in zip(_arrays_of(machine), self._flat(), strict=True):
            own[...] = values
        return machine

    @classmethod
    def of_machine(cls, machine: HelmholtzMachine) -> Chain:
        """Return the parameters of a machine that is a chain.

        Examples
        --------
        >>> start = random_chain((4, 3, 2))
        >>> same = Chain.of_machine(start.machine())
        >>> all(np.array_equal(a, b) for a, b in zip(same.generative, start.generative))
        True
        """
        arrays = [array.copy() for array in _arrays_of(machine)]
        depth = len(machine.populations) - 1
        ends = np.cumsum([0, depth, depth, depth, depth + 1])
        return cls.of(arrays[a:b] for a, b in pairwise(ends))

    def _flat(self) -> list[Floats]:
        return [*self.recognition, *self.recognition_bias, *self.generative, *self.generative_bias]


@dataclass(frozen=True, eq=False)
class Problem:
    """What a chain is to learn, and how.

    Parameters
    ----------
    start : Chain
    batches : ndarray of float32, (batches, rows, visible units)
        Learned in turn, for ever.
    learning_rate : float
    particles : int
        Of the reweighted rule.
    dreams : int
        For each row of a batch.
    """

    start: Chain
    batches: Floats
    learning_rate: float = 1e-3
    particles: int = 1
    dreams: int = 1

    @property
    def rows(self) -> int:
        """Rows of a batch."""
        return int(self.batches.shape[1])

    def stream(self, convert: Callable[[Floats], Any]) -> Iterator[Any]:
        """Return the batches without an end, converted beforehand to what a library takes."""
        return cycle([convert(batch) for batch in self.batches])


def random_chain(sizes: Sequence[int], *, visible_bias: float = 0.0) -> Chain:
    """Return a chain with normal weights of spread 0.05 and biases of zero.

    Parameters
    ----------
    sizes : sequence of int
        Visible layer first.
    visible_bias : float

    Returns
    -------
    Chain
    """
    random = np.random.default_rng(1)
    pairs = list(pairwise(sizes))

    def weights(shape: tuple[int, int]) -> Floats:
        return (0.05 * random.standard_normal(shape)).astype(np.float32)

    biases = tuple(np.zeros(size, np.float32) for size in sizes)
    biases[0][...] = visible_bias
    return Chain(
        tuple(weights((below, above)) for below, above in pairs),
        tuple(np.zeros(size, np.float32) for size in sizes[1:]),
        tuple(weights((above, below)) for below, above in pairs),
        biases,
    )


def random_batches(units: int, rows: int, batches: int, *, rate: float = 0.2) -> Floats:
    """Return independent binary data, ``(batches, rows, units)``: enough to measure speed with."""
    random = np.random.default_rng(0)
    return (random.random((batches, rows, units), np.float32) < rate).astype(np.float32)


def planted_batches(units: int, rows: int, batches: int, *, kinds: int = 10) -> Floats:
    """Return binary data with something to learn: one of a few patterns a row, a tenth flipped.

    Parameters
    ----------
    units, rows, batches, kinds : int

    Returns
    -------
    ndarray of float32, (batches, rows, units)
    """
    random = np.random.default_rng(2)
    patterns = random.random((kinds, units)) < 0.2
    data = patterns[random.integers(kinds, size=(batches, rows))]
    return (data ^ (random.random(data.shape) < 0.1)).astype(np.float32)


def _arrays_of(machine: HelmholtzMachine) -> list[Floats]:
    """Return the machine's own arrays in the order of a chain's fields."""
    up = sorted(machine.recognition.projections, key=lambda p: p.source)
    down = sorted(machine.generative.projections, key=lambda p: p.target)
    biases = [
        pathway.biases[index].weights
        for pathway in (machine.recognition, machine.generative)
        for index in sorted(pathway.biases)
    ]
    depth = len(up)
    return [
        *(p.weights for p in up),
        *biases[:depth],
        *(p.weights for p in down),
        *biases[depth:],
    ]
