"""Odd content in every layout: it reads as it is meant, or one line says what is odd."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from neurohm.exceptions import NeurohmError, NeurohmWarning
from neurohm.recordings import Recording, load_recording

BASE = [np.sort(np.random.default_rng(seed).uniform(0, 60, 80 + seed)) for seed in range(3)]
RATE = 30_000.0


def ragged(path: Path, trains: list[Any], names: list[str]) -> None:
    with h5py.File(path, "w") as file:
        file["spike_times"] = np.concatenate(trains)
        file["spike_times_index"] = np.cumsum([len(train) for train in trains])
        file["unit_ids"] = np.array(names, object)
        file.attrs["sampling_rate"] = RATE


def per_unit(path: Path, trains: list[Any], names: list[str]) -> None:
    with h5py.File(path, "w") as file:
        for name, train in zip(names, trains, strict=True):
            file[f"units/{name}"] = train
        file.attrs["sampling_rate"] = RATE


def archive(path: Path, trains: list[Any], names: list[str]) -> None:
    ends = np.cumsum([len(train) for train in trains])
    with path.open("wb") as file:
        arrays = {"spike_times": np.concatenate(trains), "spike_times_index": ends}
        np.savez(file, unit_ids=np.array(names), fs=RATE, **arrays)


def cells(path: Path, trains: list[Any], names: list[str]) -> None:
    from scipy.io import savemat

    held = np.empty(len(trains), object)
    held[:] = trains
    with path.open("wb") as file:
        savemat(file, {"spikes": held, "fs": RATE})


def table(path: Path, trains: list[Any], names: list[str]) -> None:
    rows = [f"{t!r},{n}" for n, train in zip(names, trains, strict=True) for t in train.tolist()]
    path.write_text("\n".join([f"# sampling_rate: {RATE}", "time,unit", *rows]))


@pytest.fixture(params=[ragged, per_unit, archive, cells, table])
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Path]:
    def writer(trains: list[Any], names: tuple[str, ...] = ("1", "2", "3")) -> Path:
        request.param(tmp_path / "odd", trains, list(names))
        return tmp_path / "odd"

    return writer


def told(path: Path) -> tuple[Recording | None, str]:
    """The recording, or None, and what was said of the file: one line."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", NeurohmWarning)
        try:
            recording = load_recording(path)
        except NeurohmError as error:
            text = str(error)
            return None, text if "\n" not in text else "several lines"
    return recording, "; ".join(str(each.message) for each in said)


def test_duplicates_are_kept(write: Callable[..., Path]) -> None:
    recording, text = told(write([np.sort(np.repeat(train, 2)) for train in BASE]))
    assert recording is not None, text
    assert recording.spike_counts.tolist() == [160, 162, 164]


def test_names_of_any_script(write: Callable[..., Path]) -> None:
    names = ("größe", "μ-β", "神経")
    recording, text = told(write(BASE, names))
    assert recording is not None, text
    assert recording.unit_ids.tolist() in ([0, 1, 2], list(names))  # cells have no names


def test_single_precision_is_read_as_it_is(write: Callable[..., Path]) -> None:
    late = [(train * 5000).astype(np.float32) for train in BASE]
    recording, text = told(write(late))
    assert recording is not None, text
    assert recording.spike_times.tolist() == np.concatenate(late).astype(float).tolist()


def test_samples_with_a_rate_beside_them(write: Callable[..., Path]) -> None:
    samples = [np.rint(train * RATE).astype(np.int64) for train in BASE]
    recording, text = told(write(samples))
    if recording is None:  # a comment in a text is no metadata
        assert "give sampling_rate=" in text
        return
    np.testing.assert_array_equal(recording.spike_times, np.concatenate(samples) / RATE)


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (lambda train: train * 1000, "milliseconds"),
        (lambda train: np.append(train, np.nan), ("nan", "no time")),
        (lambda train: np.append(train, np.inf), "inf"),
        (lambda train: train - 5, "negative spike time"),
        (lambda train: train[::-1], "sort="),
        (lambda train: train[:0], ("no spikes in it", "without rows")),
    ],
    ids=["milliseconds", "nan", "inf", "negative", "unsorted", "silent"],
)
def test_what_is_wrong_is_said(
    write: Callable[..., Path], odd: Callable[..., Any], words: str | tuple[str, str]
) -> None:
    _, text = told(write([odd(train) for train in BASE]))
    wanted = (words,) if isinstance(words, str) else words
    assert any(word in text for word in wanted), text
