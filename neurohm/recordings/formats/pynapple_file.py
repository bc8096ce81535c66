"""The ``.npz`` files that pynapple saves groups of spike trains in."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError, NeurohmError
from neurohm.recordings.formats.npy import read_npy
from neurohm.recordings.hdf5 import sorted_within_units
from neurohm.recordings.layouts.base import ReadOptions, refuse_options
from neurohm.recordings.objects.pynapple_objects import recording_of_group
from neurohm.recordings.recording import Recording

__all__ = ["PynappleFile"]

_MEMBERS = frozenset({"t.npy", "start.npy", "end.npy", "type.npy"})
_METADATA = "_metadata.npy"
_LARGEST_GROWTH, _UNSUSPICIOUS = 500, 2**26


class PynappleFile:
    """A ``TsGroup`` or ``Ts`` of pynapple.

    Its metadata are a pickle, which is not opened: it could run any code. Open the file with
    pynapple and give the group to `as_recording` to keep them.
    """

    name = "a pynapple file"

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether it is an archive with the arrays of a group of spike trains."""
        if not start.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                names = set(archive.namelist())
                # Other objects of pynapple's have data beside their times.
                return names >= _MEMBERS and "d.npy" not in names
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
            return False

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the recording; the time support is the observed time."""
        refuse_options(options, frozenset({"sort", "time_scale"}), self.name, str(path))
        try:
            with zipfile.ZipFile(path) as archive:
                arrays = _arrays(archive, path)
                note = "; metadata, a pickle, not read" * (_METADATA in archive.namelist())
        except NeurohmError:
            raise
        except Exception as error:  # what zipfile raises for damage depends on where it meets it
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise FileFormatError(
                f"'{path}' is damaged or cut off ({text})", "a complete archive", "copy it again"
            ) from error
        return _recording(arrays, options, str(path), note)


def _arrays(archive: zipfile.ZipFile, path: Path) -> dict[str, NDArray[Any]]:
    arrays = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        if name not in ("t", "index", "keys", "start", "end", "type"):
            continue
        if info.file_size > max(_UNSUSPICIOUS, _LARGEST_GROWTH * path.stat().st_size):
            raise FileFormatError(f"'{path}': '{name}' grows too much unpacked", "a recording")
        with archive.open(info) as file:
            arrays[name] = np.ravel(read_npy(file, info.file_size, f"'{path}': array '{name}'"))
            file.read(1)  # at its end the checksum is compared
    return arrays


def _recording(
    arrays: dict[str, NDArray[Any]], options: ReadOptions, source: str, note: str
) -> Recording:
    kind = str(arrays["type"][0]) if arrays["type"].size else ""
    times = arrays["t"]
    of_spike = arrays.get("index", np.zeros(len(times), dtype=np.int64))
    keys = arrays.get("keys", np.unique(of_spike))
    pairs = [arrays[name] for name in ("start", "end")]
    numbers = all(array.dtype.kind in "iuf" for array in (times, *pairs))
    if kind not in ("TsGroup", "Ts") or not numbers or len(pairs[0]) != len(pairs[1]):
        raise FileFormatError(
            f"'{source}': a pynapple file of kind {kind!r}", "a TsGroup, or a Ts, of numbers"
        )
    unknown = len(of_spike) != len(times) or not np.isin(of_spike, keys).all()
    if unknown or len(np.unique(keys)) != len(keys):
        raise FileFormatError(
            f"'{source}': its list of units does not fit its spikes", "one unit for each spike"
        )
    place = np.argsort(keys, kind="stable")[np.searchsorted(np.sort(keys), of_spike)]
    # The spikes of all units lie in one list in the order of time.
    order = np.argsort(place, kind="stable")
    counts = np.bincount(place, minlength=len(keys))
    index = np.cumsum(counts, dtype=np.int64)
    seconds = times.astype(np.float64)[order]
    if options.sort:
        seconds = sorted_within_units(seconds, index)
    trains = dict(zip(keys.tolist(), np.split(seconds, index[:-1]), strict=True))
    support = np.stack(pairs, axis=1).astype(np.float64)
    return recording_of_group(trains, support, {}, f"a pynapple file ({kind}){note}", source)
