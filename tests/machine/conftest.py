"""Machines with all parameters drawn from N(0, 1), as chains and as other graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from neurohm.machine import HelmholtzMachine
from neurohm.machine.build import Edges
from neurohm.populations import Population

SKIP: Edges = (((1, 0), (2, 0), (2, 1)), ((0, 1), (0, 2), (1, 2)))
LATERAL: Edges = (((1, 0), (2, 0)), ((0, 1), (1, 2), (0, 2)))  # recognition alone is deep


@pytest.fixture(scope="session")
def normal_machine() -> Callable[..., HelmholtzMachine]:
    def make(
        populations: Sequence[int | Population] = (3, 2, 2),
        *,
        edges: Edges | None = None,
        dtype: str = "float64",
        seed: int = 0,
    ) -> HelmholtzMachine:
        machine = HelmholtzMachine(populations, edges=edges, dtype=dtype)
        rng = np.random.default_rng(seed)
        for array in machine.parameters().values():
            array[...] = rng.standard_normal(array.shape)
        return machine

    return make


@pytest.fixture(params=[None, SKIP, LATERAL], ids=["chain", "skip", "lateral"])
def edges(request: pytest.FixtureRequest) -> Edges | None:
    return request.param
