"""What a GPU allows: the products of a step alone, and its launches alone, as graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import neurohm as nh
from neurohm.backend import Array, get_backend
from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.products import Shape
from neurohm.benchmarks.workload import Steps, repeated
from neurohm.kernels import Kernels, get_kernels
from neurohm.kernels.cuda import instruction_set
from neurohm.kernels.cuda.call import WARP, Call, Launch
from neurohm.kernels.cuda.program import GraphProgram
from neurohm.learning import LearningRule
from neurohm.plasticity import Plasticity


def product_steps(
    shapes: Sequence[Shape], samples: int, *, device: str = "cuda", precision: str = "full"
) -> Steps:
    """Return steps that make the products of a step into arrays that are there, as one program.

    Parameters
    ----------
    shapes : sequence of (int, int, int)
        Rows, inner and columns of each product; they do not wait for each other.
    samples : int
        That these products are for.
    device : str
    precision : {"full", "fast", "bf16"}

    Returns
    -------
    Steps
    """
    backend = get_backend(device, precision)
    random = np.random.default_rng(0)

    def floats(rows: int, columns: int) -> Array:
        return backend.asarray(random.random((rows, columns), dtype=np.float32), np.float32)

    triples = [
        (floats(rows, inner), floats(inner, columns), backend.zeros((rows, columns), np.float32))
        for rows, inner, columns in shapes
    ]

    def products(kernels: Kernels) -> None:
        for left, right, out in triples:
            kernels.products.product(left, right, out)

    with backend.activate():
        program = get_kernels(backend).record(products)
    last = triples[-1][2]
    return Steps(repeated(program.run), samples, wait=lambda: backend.to_host(last))


class _Forgetful:
    """A program that does nothing."""

    def run(self) -> None:
        """Do nothing."""


def calls_of(problem: Problem, rule: LearningRule, plasticity: Plasticity) -> list[Call]:
    """Return what a step of learning asks of a GPU, on the host: nothing is carried out.

    Parameters
    ----------
    problem : Problem
    rule : LearningRule
    plasticity : Plasticity

    Returns
    -------
    list of Call

    Examples
    --------
    >>> from neurohm.benchmarks.w1 import lessons
    >>> problem, _ = lessons(sizes=(12, 6, 3), rows=5)
    >>> calls = calls_of(problem, nh.WakeSleep(), nh.Delta(0.1))
    >>> names = [getattr(call, "name", "multiplication") for call in calls]
    >>> names.count("multiplication") + names.count("narrow_product")  # 3 a layer and phase
    12
    """
    calls: list[Call] = []

    def record(body: Callable[[Kernels], None]) -> _Forgetful:
        body(instruction_set.kernels(calls.append))
        return _Forgetful()

    machine = problem.start.machine()
    machine.kernels = replace(instruction_set.kernels(calls.append), record=record)
    rows = np.ones((problem.rows, problem.batches.shape[2]), np.float32)  # dense, as on a GPU
    options: dict[str, Any] = {"epochs": 1, "batch_size": problem.rows, "threads": 1}
    nh.train(machine, rows, rule=rule, plasticity=plasticity, **options)
    return calls


@dataclass(frozen=True, eq=False)
class Empty:
    """A launch of a kernel that does nothing, in the place of a call.

    Parameters
    ----------
    reads, writes : tuple of ndarray
        Of the call: they say what it waits for.
    launch : Launch
    """

    reads: tuple[Array, ...]
    writes: tuple[Array, ...]
    launch: Launch

    @property
    def like(self) -> Array:
        """An array on the device in use."""
        return self.launch.like

    def run(self) -> None:
        """Launch the kernel on the current stream."""
        self.launch.run()


def empty_launch(somewhere: Array) -> Launch:
    """Return the launch of a kernel that fills none of an array's elements."""
    return Launch("fill", 1, WARP, somewhere, (somewhere, 0.0, 0))


def launch_steps(calls: Sequence[Call], samples: int, *, device: str = "cuda") -> Steps:
    """Return steps that launch as many empty kernels as there are calls, as a graph of their shape.

    Parameters
    ----------
    calls : sequence of Call
    samples : int
        That a step learns from.
    device : str

    Returns
    -------
    Steps
    """
    backend = get_backend(device)
    somewhere = backend.zeros((1,), np.float32)
    launch = empty_launch(somewhere)
    with backend.activate():
        launch.run()  # loads it
        shape: list[Any] = [Empty(call.reads, call.writes, launch) for call in calls]
        program = GraphProgram(shape)
    return Steps(repeated(program.run), samples, wait=lambda: backend.to_host(somewhere))
