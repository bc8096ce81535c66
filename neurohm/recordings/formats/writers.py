"""In which format a recording is written: by the suffix of the file's name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from neurohm.recordings.formats.write_npz import write_npz
from neurohm.recordings.formats.write_nwb import write_nwb
from neurohm.recordings.hdf5 import write_recording
from neurohm.recordings.recording import Recording

__all__ = ["WRITERS", "writer_for"]

Writer = Callable[[Recording, Path], None]

# Any other suffix is HDF5.
WRITERS: dict[str, Writer] = {".npz": write_npz, ".nwb": write_nwb}


def writer_for(path: Path) -> Writer:
    """Return what writes a recording to a file of that name.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    callable of Recording and Path

    Examples
    --------
    >>> writer_for(Path("a.NPZ")).__name__, writer_for(Path("a.h5")).__name__
    ('write_npz', 'write_recording')
    """
    return WRITERS.get(path.suffix.lower(), write_recording)
