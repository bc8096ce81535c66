"""Machines with all parameters drawn from N(0, 1), as chains and as other graphs."""

from __future__ import annotations

import pytest

from neurohm.machine.build import Edges

SKIP: Edges = (((1, 0), (2, 0), (2, 1)), ((0, 1), (0, 2), (1, 2)))
LATERAL: Edges = (((1, 0), (2, 0)), ((0, 1), (1, 2), (0, 2)))  # recognition alone is deep


@pytest.fixture(params=[None, SKIP, LATERAL], ids=["chain", "skip", "lateral"])
def edges(request: pytest.FixtureRequest) -> Edges | None:
    return request.param
