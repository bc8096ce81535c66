"""HDF5 files, MATLAB 7.3 files among them: what is in them is for `neurohm.recordings.layouts`."""

from __future__ import annotations

from pathlib import Path

from neurohm.files import is_hdf5, open_hdf5
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.recording import Recording

__all__ = ["Hdf5File"]


class Hdf5File:
    """HDF5."""

    name = "an HDF5 file"

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether the signature is there: at the start, or after a user block."""
        return is_hdf5(path)

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the recording in whichever layout the file has it."""
        from neurohm.recordings.layouts.choose import read_hdf5

        with open_hdf5(path) as file:
            return read_hdf5(file, options, str(path))
