"""neurohm's own layout."""

from __future__ import annotations

from typing import Any

from neurohm.recordings.hdf5 import FORMAT, read_recording
from neurohm.recordings.layouts.base import ReadOptions, datasets_of, stated_format
from neurohm.recordings.recording import Recording

__all__ = ["OwnLayout"]


class OwnLayout:
    """A file that neurohm wrote; see `neurohm.recordings.hdf5`."""

    name = "neurohm"
    description = f"neurohm's own format (attribute format = '{FORMAT}')"
    options = frozenset({"sort"})

    def candidates(self, file: Any) -> list[str]:
        """The spike times, if the file says that it is of this format."""
        return ["spike_times"] if stated_format(file) == FORMAT else []

    def companions(self, file: Any) -> set[str]:
        """Everything: who states a format means it."""
        return set(datasets_of(file))

    def read(self, file: Any, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording."""
        return read_recording(file, source, sort=options.sort)
