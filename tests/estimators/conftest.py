"""A recording with strong assemblies, and a machine fitted to it."""

from __future__ import annotations

import pytest

import neurohm as nh


@pytest.fixture(scope="session")
def strong() -> nh.Recording:
    """Five minutes of 24 units with three assemblies that occur once a second."""
    options = {"members": (6, 8), "overlap": 0.0, "occurrence_rate": 1.0, "lag": 0.04, "rate": 1.0}
    return nh.simulate_assemblies(24, 5.0, 3, seed=5, **options)


@pytest.fixture(scope="session")
def halves(strong) -> tuple[nh.Recording, nh.Recording]:
    """What is learned from, and what is held out."""
    return strong.split(0.2, gap=1.0)


@pytest.fixture(scope="session")
def fitted(halves) -> nh.SpikeHelmholtz:
    """A machine of two hidden layers."""
    return nh.SpikeHelmholtz((16, 4), lags=4, epochs=40, batch_size=50).fit(halves[0])
