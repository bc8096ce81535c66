"""neurohm's own layout."""

from __future__ import annotations

from neurohm.recordings.hdf5 import FORMAT, read_recording
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import stated_format
from neurohm.recordings.recording import Recording

__all__ = ["OwnLayout"]


class OwnLayout:
    """A file that neurohm wrote; see `neurohm.recordings.hdf5`."""

    name = "neurohm"
    description = f"neurohm's own format (attribute format = '{FORMAT}')"
    options = frozenset({"sort", "time_scale"})

    def candidates(self, file: Contents) -> list[str]:
        """The spike times, if the file says that it is of this format."""
        return ["spike_times"] if stated_format(file.file) == FORMAT else []

    def companions(self, file: Contents) -> set[str]:
        """Everything: who states a format means it."""
        return {*file.datasets, *file.groups}

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording."""
        return read_recording(file.file, source, sort=options.sort, lazy=options.lazy)
