"""Models small enough to be drawn in no time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
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


def table_of(recording, members, lags, times, bin_size=0.02):
    """A table as `SpikeHelmholtz.assemblies` returns it, of assemblies that are known."""
    rows = []
    for units, delays, moments in zip(members, lags, times, strict=True):
        n_lags = round(max(delays) / bin_size) + 1
        field = np.zeros((recording.n_units, n_lags))
        for unit, delay in zip(units, delays, strict=True):
            field[unit, round(delay / bin_size)] = 40.0 + unit
        rows.append(
            {
                "members": tuple(recording.unit_ids[list(units)].tolist()),
                "lags": tuple(map(float, delays)),
                "occurrences": len(moments),
                "times": np.asarray(moments, dtype=np.float64),
                "field": field,
            }
        )
    table = pd.DataFrame(rows, columns=["members", "lags", "occurrences", "times", "field"])
    table.attrs = {
        "bin_size": bin_size,
        "time_unit": recording.time_unit,
        "unit_ids": recording.unit_ids.tolist(),
    }
    return table


@pytest.fixture(scope="session")
def make_table():
    return table_of


@pytest.fixture(scope="session")
def assemblies(recording):
    """The planted assemblies of the recording."""
    truth = recording.truth
    return table_of(recording, truth["members"], truth["lags"], truth["occurrences"])


IMAGES = nh.Images(
    np.random.default_rng(0).integers(0, 2, (60, 12)).astype(np.float32), shape=(4, 3)
)


def drawn(axes):
    """What the only image of axes shows."""
    (image,) = axes.images
    return np.ma.getdata(image.get_array())


def tile(whole, row, column, shape=(4, 3), gap=1):
    """One of many images that were pasted together."""
    top, left = row * (shape[0] + gap), column * (shape[1] + gap)
    return whole[top : top + shape[0], left : left + shape[1]]


@pytest.fixture(scope="session")
def image_model():
    return nh.HelmholtzDensity(hidden=(5, 2), epochs=2).fit(IMAGES)


@pytest.fixture(scope="session")
def shapeless():
    """A model of rows of which nobody said that they are images."""
    return nh.HelmholtzDensity(hidden=2, epochs=1).fit(IMAGES.train)
