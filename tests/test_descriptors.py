"""Files are closed on every path, above all on those that end in an error."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import NeurohmError
from neurohm.files import atomic_path
from neurohm.images import load_images
from neurohm.locks import held
from neurohm.storage import read_model, write_model
from neurohm.training import Checkpoint

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def opened() -> set[str]:
    """What this process has open, but for what the interpreter and its libraries need."""
    gc.collect()
    names = set()
    for number in Path("/proc/self/fd").iterdir():
        try:
            names.add(str(number.readlink()))
        except FileNotFoundError:  # of the listing itself
            continue
    return {name for name in names if name.startswith("/") and not name.startswith("/dev")}


def recording(path: Path) -> None:
    nh.simulate_assemblies(5, 0.2, 1, members=(3, 3)).save(path)


def cut(path: Path) -> None:
    recording(path)
    path.write_bytes(path.read_bytes()[:-500])


def hazard(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["a"] = h5py.ExternalLink("x", "/")


def nothing_in_it(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["a"] = "text"


def unsorted(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["spikes"], file["sCount"] = [2.0, 1.0, 3.0], [2, 1]


def model(path: Path) -> None:
    write_model(path, "Strange", {"a": np.arange(3)})


def changed_model(path: Path) -> None:
    model(path)
    with h5py.File(path, "a") as file:
        file["model/a"][0] = 7


FILES = (cut, hazard, nothing_in_it, unsorted, model, changed_model)
READERS: dict[str, Callable[[Path], object]] = {
    "load_recording": nh.load_recording,
    "load": nh.load,
    "load_images": load_images,
    "load_assemblies": nh.load_assemblies,
}


@pytest.mark.parametrize("make", FILES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("read", READERS)
def test_reading_what_cannot_be_read_leaves_nothing_open(tmp_path: Path, make, read) -> None:
    path = tmp_path / "a.h5"
    make(path)
    before = opened()
    for _ in range(3):
        with pytest.raises(NeurohmError):
            READERS[read](path)
    assert opened() - before == set()
    if make is not cut:
        h5py.File(path, "r+").close()  # HDF5 refuses to write to a file that is open elsewhere


def test_reading_what_can_be_read_leaves_nothing_open(tmp_path: Path) -> None:
    recording(tmp_path / "a.h5")
    before = opened()
    nh.load_recording(tmp_path / "a.h5")
    assert opened() - before == set()


def test_failing_to_write_leaves_nothing_open(tmp_path: Path) -> None:
    before = opened()
    with pytest.raises(TypeError):
        write_model(tmp_path / "m.h5", "Test", {"a": object()})
    with pytest.raises(RuntimeError), atomic_path(tmp_path / "a.txt"):
        raise RuntimeError
    with pytest.raises(RuntimeError), held(tmp_path / "a.lock"):
        raise RuntimeError
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        checkpoint = Checkpoint(tmp_path / "run.h5", every=-1.0)
        with pytest.raises(NeurohmError):
            nh.train(nh.HelmholtzMachine([4, 2]), np.full((3, 4), np.nan), callbacks=[checkpoint])
    assert opened() - before == set()


def test_a_damaged_checkpoint_leaves_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    nh.train(nh.HelmholtzMachine([4, 2]), np.eye(4), epochs=1, callbacks=[Checkpoint(path)])
    read_model(path)
    path.write_bytes(path.read_bytes()[:-700])
    before = opened()
    with pytest.raises(NeurohmError):
        nh.train(nh.HelmholtzMachine([4, 2]), np.eye(4), epochs=1, resume=path)
    assert opened() - before == set()
