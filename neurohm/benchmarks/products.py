"""The bound: what the matrix products of a step cost alone, on one core or on two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Protocol, TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from neurohm.benchmarks.chains import Chain, Floats, Problem
from neurohm.benchmarks.processor import hold_to, usable_cores
from neurohm.benchmarks.workload import Steps, repeated

Shape: TypeAlias = tuple[int, int, int]
"""Rows, inner and columns of a product."""

TOGETHER = 10
"""Steps after which two threads wait for each other."""


class Sizes(Protocol):
    """What the products of wake-sleep depend on."""

    @property
    def start(self) -> Chain:
        """Starting values."""

    @property
    def rows(self) -> int:
        """Rows of a batch."""

    @property
    def dreams(self) -> int:
        """Dreams for each row."""


def bound_steps(shapes: Sequence[Shape], samples: int, threads: int) -> Steps:
    """Return steps that make the products of a variant's step into arrays that are there.

    Each thread has a BLAS of one thread and a core of its own; the products are dealt out so that
    both have as much to do, whatever they would have to wait for in a real step. Two threads meet
    after several steps only, so that handing over costs next to nothing.

    Parameters
    ----------
    shapes : sequence of (int, int, int)
    samples : int
        That these products are for.
    threads : int
        1 or 2.

    Returns
    -------
    Steps
    """
    threadpool_limits(1, "blas")  # for the whole process, which does nothing else
    if threads == 1:
        return Steps(repeated(_multiplier(shapes)), samples)
    first, second = (_multiplier(half, TOGETHER) for half in _halves(shapes))
    one_core, other_core, *_ = usable_cores()
    pool = ThreadPoolExecutor(1, initializer=hold_to, initargs=(other_core,))
    hold_to(one_core)

    def step() -> None:
        other = pool.submit(second)
        first()
        other.result()

    return Steps(repeated(step), samples * TOGETHER)


def wake_sleep_shapes(problem: Sizes) -> list[Shape]:
    """Return the products of a step of wake-sleep: drive, prediction and gradient, in each phase.

    Parameters
    ----------
    problem : Sizes

    Returns
    -------
    list of (int, int, int)
    """
    shapes: list[Shape] = []
    dreams = problem.rows * problem.dreams
    for below, above in _layers(problem):
        for rows, source, target in ((problem.rows, above, below), (dreams, below, above)):
            shapes.append((rows, below, above))
            shapes.append((rows, above, below))
            shapes.append((source, rows, target))
    return shapes


def reweighted_shapes(problem: Problem) -> list[Shape]:
    """Return the products of a step of reweighted wake-sleep.

    The first recognition layer is computed once for all particles of a sample.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    list of (int, int, int)
    """
    shapes: list[Shape] = []
    particles, dreams = problem.rows * problem.particles, problem.rows * problem.dreams
    for layer, (below, above) in enumerate(_layers(problem)):
        shared = particles if layer else problem.rows
        shapes += [(shared, below, above), (below, shared, above)]
        shapes += [(particles, above, below), (above, particles, below)]
        shapes += [(dreams, above, below), (dreams, below, above), (below, dreams, above)]
    return shapes


def score_shapes(problem: Problem, chunk: int = 250) -> list[Shape]:
    """Return the products that the score of one point takes, in chunks of particles.

    Parameters
    ----------
    problem : Problem
    chunk : int

    Returns
    -------
    list of (int, int, int)
    """
    shapes: list[Shape] = []
    for _ in range(problem.particles // chunk):
        for layer, (below, above) in enumerate(_layers(problem)):
            shapes += [(chunk, below, above)] if layer else []
            shapes += [(chunk, above, below)]
    return shapes


def _layers(problem: Sizes) -> list[tuple[int, int]]:
    sizes = problem.start.sizes
    return list(pairwise(sizes))


def _multiplier(shapes: Sequence[Shape], times: int = 1) -> Callable[[], None]:
    """Return a function that makes the products, one after the other, so many times."""
    random = np.random.default_rng(0)

    def floats(rows: int, columns: int) -> Floats:
        return random.random((rows, columns), dtype=np.float32)

    triples = [
        (floats(rows, inner), floats(inner, columns), floats(rows, columns))
        for rows, inner, columns in shapes
    ]

    def multiply() -> None:
        for _ in range(times):
            for left, right, out in triples:
                np.matmul(left, right, out=out)

    return multiply


def _halves(shapes: Sequence[Shape]) -> tuple[list[Shape], list[Shape]]:
    """Deal the products out, the largest first, each to the one who has less to do."""
    halves: tuple[list[Shape], list[Shape]] = ([], [])
    work = [0, 0]
    for shape in sorted(shapes, key=lambda s: -s[0] * s[1] * s[2]):
        less = work.index(min(work))
        halves[less].append(shape)
        work[less] += shape[0] * shape[1] * shape[2]
    return halves
