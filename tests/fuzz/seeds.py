"""Small honest files of every layout and format, and what each of them counts itself.

A new format joins by one entry in SEEDS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import neurohm as nh

SECONDS = [np.sort(np.random.default_rng(unit).uniform(0, 60, 40 + unit)) for unit in range(6)]
SAMPLES = [np.unique((train * 30_000).astype(np.int64)) for train in SECONDS]
COUNTS = np.random.default_rng(9).poisson(0.2, (200, 6)).astype(np.uint8)


@dataclass(frozen=True)
class Seed:
    """One honest file.

    Parameters
    ----------
    suffix : str
    write : callable
        From a path to the file.
    counted : callable, optional
        From an open HDF5 file, perhaps a mutated one, to the spikes in it; it may fail.
    options : dict
        Of `neurohm.load_recording`.
    """

    suffix: str
    write: Callable[[Path], None]
    counted: Callable[[h5py.File], float] | None = None
    options: dict[str, Any] = field(default_factory=dict)


def hdf5(
    fill: Callable[[h5py.File], None], counted: Callable[[h5py.File], float] | None, **options: Any
) -> Seed:
    """Make a seed of what fills an HDF5 file."""

    def write(path: Path) -> None:
        with h5py.File(path, "w") as file:
            fill(file)

    return Seed(".h5", write, counted, options)


SPANS = [np.array([[0.0, 60.0]])] * 4 + [np.array([[5.0, 60.0]]), np.array([[0.0, 9.0], [20, 60]])]


def recording() -> nh.Recording:
    """Return a recording with all that one can have."""
    return nh.Recording.from_trains(
        {f"unit {unit}": train for unit, train in enumerate(SECONDS)},
        t_stop=60.0,
        unit_columns={"quality": np.array(["good", "mua"] * 3), "depth": np.arange(6.0)},
        intervals={"observed": np.array([[0.0, 60.0]])},
        events={"stimulus": np.arange(1.0, 50.0, 7.0)},
        positions=np.arange(12.0).reshape(6, 2),
        observed_by_unit=SPANS,
        metadata={"species": "mouse", "nested": {"list": [1, 2.5, "three"]}},
    )


def counts_beside(file: h5py.File) -> None:
    file["spikes"], file["sCount"] = np.concatenate(SECONDS), [len(train) for train in SECONDS]


def ragged(file: h5py.File) -> None:
    file.create_dataset(
        "units/spike_times", data=np.concatenate(SECONDS), compression="gzip", shuffle=True
    )
    file["units/spike_times_index"] = np.cumsum([len(train) for train in SECONDS])
    file["units/id"] = np.arange(6)
    file["units/quality"] = ["good", "mua"] * 3


def nwb(file: h5py.File) -> None:
    ragged(file)
    file.attrs["nwb_version"], file.attrs["neurodata_type"] = "2.7.0", "NWBFile"
    file["units"].attrs["neurodata_type"] = "Units"
    file["units"].attrs["colnames"] = ["quality"]
    file["units/obs_intervals"] = np.concatenate(SPANS)
    file["units/obs_intervals_index"] = np.cumsum([len(spans) for spans in SPANS])


def nest(file: h5py.File) -> None:
    references = np.empty((6, 1), dtype=h5py.ref_dtype)
    for unit, train in enumerate(SECONDS):
        group = file.create_group(f"#refs#/{unit}")
        group.attrs["MATLAB_class"] = np.bytes_("struct")
        group["times"] = train[None, :]
        group["times"].attrs["MATLAB_class"] = np.bytes_("double")
        references[unit, 0] = group.ref
    file.create_dataset("spikes", data=references, dtype=h5py.ref_dtype)
    file["spikes"].attrs["MATLAB_class"] = np.bytes_("cell")


def table(file: h5py.File) -> None:
    units = np.repeat(np.arange(6), [len(train) for train in SAMPLES])
    times = np.concatenate(SAMPLES)
    order = np.argsort(times, kind="stable")
    file["spike_times"], file["spike_clusters"] = times[order], units[order].astype(np.uint32)
    file.attrs["sampling_rate"] = 30_000.0


def cells(file: h5py.File) -> None:
    references = np.empty((6, 1), dtype=h5py.ref_dtype)
    for unit, train in enumerate(SECONDS):
        file[f"#refs#/{unit}"] = train[None, :]
        file[f"#refs#/{unit}"].attrs["MATLAB_class"] = np.bytes_("double")
        references[unit, 0] = file[f"#refs#/{unit}"].ref
    file.create_dataset("spikes", data=references, dtype=h5py.ref_dtype)
    file["spikes"].attrs["MATLAB_class"] = np.bytes_("cell")


def lists(file: h5py.File) -> None:
    dataset = file.create_dataset("trains", (6,), dtype=h5py.vlen_dtype(np.float64))
    for unit, train in enumerate(SECONDS):
        dataset[unit] = train


def per_unit(file: h5py.File) -> None:
    for unit, train in enumerate(SAMPLES):
        file[f"units/unit_{unit}"] = train
    file["units"].attrs["sampling_rate"] = 30_000.0


def matrix(file: h5py.File) -> None:
    file.create_dataset("counts", data=COUNTS, compression="gzip", fletcher32=True, chunks=(64, 6))
    file["bin_width"] = 0.02


def pairs(file: h5py.File) -> None:
    units = np.repeat(np.arange(6.0), [len(train) for train in SECONDS])
    file["spks"] = np.stack([units, np.concatenate(SECONDS)], axis=1)


def padded(file: h5py.File) -> None:
    matrix = np.full((6, 50), np.nan)
    for row, train in zip(matrix, SECONDS, strict=True):
        row[: len(train)] = train
    file.create_dataset("spM", data=matrix, compression="gzip")


def trials(file: h5py.File) -> None:
    units = np.repeat(np.arange(6), [len(train) for train in SECONDS])
    times = np.concatenate(SECONDS)
    file["times"], file["units"] = times % 10, units
    file["trials"] = (times // 10).astype(np.int64)


def total(name: str) -> Callable[[h5py.File], float]:
    """Count the values of a dataset."""
    return lambda file: file[name].size


def lists_in(group: str) -> Callable[[h5py.File], float]:
    """Count the numbers in the lists of a group."""
    return lambda file: sum(x.size for x in file[group].values() if x.dtype.kind in "biuf")


def sum_of(name: str) -> Callable[[h5py.File], float]:
    """Add up a matrix; what is none any more has another name, or is another thing."""
    return lambda file: float(np.sum(file[name][:, :], dtype=np.float64))


def nested(path: Path) -> None:
    """Write a MATLAB 5 file."""
    from scipy.io import savemat

    savemat(path, {"spikes": np.array([{"times": train} for train in SECONDS], dtype=object)})


def columns_of_text(path: Path) -> None:
    """Write a text with a column for each unit."""
    rows = [["" if i >= len(t) else repr(float(t[i])) for t in SECONDS] for i in range(46)]
    path.write_text("\n".join(",".join(row) for row in [[f"u{u}" for u in range(6)], *rows]))


def lines_of_text(path: Path) -> None:
    """Write a text with a line for each unit."""
    path.write_text("".join(" ".join(map(repr, train.tolist())) + "\n" for train in SECONDS))


def long_table(path: Path) -> None:
    """Write a table of text, one spike a line."""
    pairs = sorted((t, unit) for unit, train in enumerate(SECONDS) for t in train)
    path.write_text("time_s,unit\n" + "".join(f"{float(t)!r},{unit}\n" for t, unit in pairs))


SEEDS: dict[str, Seed] = {
    "neurohm": Seed(".h5", lambda path: recording().save(path), total("spike_times")),
    "spikes-sCount": hdf5(counts_beside, total("spikes")),
    "ragged": hdf5(ragged, total("units/spike_times")),
    "nwb": hdf5(nwb, total("units/spike_times")),
    "nest": hdf5(nest, None),
    "table": hdf5(table, total("spike_times")),
    "cells": hdf5(cells, lambda f: sum(f[r].size for r in np.ravel(f["spikes"][()]))),
    "cells of lists": hdf5(lists, lambda f: sum(len(train) for train in np.ravel(f["trains"][()]))),
    "per-unit": hdf5(per_unit, lists_in("units")),
    "pairs": hdf5(pairs, None),
    "padded": hdf5(padded, None),
    "trials": hdf5(trials, total("times"), sort=True),
    "matrix": hdf5(matrix, sum_of("counts")),
    "text": Seed(".csv", long_table),
    "columns": Seed(".csv", columns_of_text),
    "lines": Seed(".txt", lines_of_text),
    "npy": Seed(".npy", lambda path: np.save(path, COUNTS), options={"bin_width": 0.02}),
    "npz": Seed(
        ".npz",
        lambda path: np.savez(
            path,
            spike_times=np.concatenate(SECONDS),
            spike_times_index=np.cumsum([len(train) for train in SECONDS]),
        ),
    ),
    "pynapple": Seed(
        ".npz",
        lambda path: np.savez(
            path,
            t=np.concatenate(SECONDS),
            index=np.repeat(np.arange(6), [len(train) for train in SECONDS]),
            keys=np.arange(6),
            start=np.zeros(1),
            end=np.full(1, 60.0),
            type=np.array(["TsGroup"]),
        ),
    ),
    "MATLAB 5": Seed(".mat", nested),
}


def arrow(kind: str) -> Callable[[Path], None]:
    """Make what writes a long table as ``"feather"`` or ``"parquet"``."""

    def write(path: Path) -> None:
        import pandas as pd

        units = np.repeat(np.arange(6), [len(train) for train in SECONDS])
        table = pd.DataFrame({"time_s": np.concatenate(SECONDS), "unit": units})
        getattr(table, f"to_{kind}")(path)

    return write


if find_spec("pyarrow"):
    SEEDS["feather"] = Seed(".feather", arrow("feather"))
    SEEDS["parquet"] = Seed(".parquet", arrow("parquet"))
