"""HDF5 files, MATLAB 7.3 files among them: what is in them is for `neurohm.recordings.layouts`."""

from __future__ import annotations

from pathlib import Path

from neurohm.exceptions import FileFormatError, NeurohmError
from neurohm.files import HDF5_SIGNATURE
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.recording import Recording

__all__ = ["Hdf5File"]


class Hdf5File:
    """HDF5."""

    name = "an HDF5 file"

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether the signature is there: at the start, or after a user block.

        A user block has 512, 1024, ... bytes; MATLAB writes one of 512.
        """
        place, size = 0, path.stat().st_size
        with path.open("rb") as file:
            while place < size:
                file.seek(place)
                if file.read(len(HDF5_SIGNATURE)) == HDF5_SIGNATURE:
                    return True
                place = max(512, 2 * place)
        return False

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the recording in whichever layout the file has it."""
        import h5py

        from neurohm.recordings.layouts.choose import read_hdf5

        try:
            with h5py.File(path, "r") as file:
                return read_hdf5(file, options, str(path))
        except NeurohmError:
            raise
        except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
            # What h5py raises for damage depends on where it meets it (even in a dataset's name).
            raise FileFormatError(
                f"'{path}' is damaged or cut off ({_first_line(error)})",
                "a complete HDF5 file",
                "copy or write it again",
            ) from error


def _first_line(error: BaseException) -> str:
    text = str(error.args[0]) if error.args else type(error).__name__
    return text.splitlines()[0] if text else type(error).__name__
