"""Small machines and the target that needs no compiler."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from neurohm.spiking import target


@pytest.fixture(autouse=True)
def _numpy() -> Iterator[None]:
    logging.getLogger("brian2").setLevel(logging.WARNING)  # its debugging is a hundred pages a test
    with target("numpy"):
        yield
