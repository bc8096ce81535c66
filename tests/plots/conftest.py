"""Models small enough to be drawn in no time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

import neurohm as nh


@dataclass
class FieldsOnly:
    """A model of which only the receptive fields are known."""

    fields: np.ndarray
    bin_size_: float = 0.02
    time_unit_: str = "s"
    unit_ids_: np.ndarray = field(init=False)

    def __post_init__(self):
        self.unit_ids_ = np.array([f"unit {i}" for i in range(self.fields.shape[1])])

    def receptive_fields(self, layer=1):
        return self.fields


@pytest.fixture
def fields_only():
    return FieldsOnly


@pytest.fixture(scope="session")
def recording():
    return nh.simulate_assemblies(n_units=12, minutes=1.5, n_assemblies=2, members=(4, 5))


@pytest.fixture(scope="session")
def model(recording):
    return nh.SpikeHelmholtz(hidden=(5, 2), lags=3, epochs=4).fit(recording)
