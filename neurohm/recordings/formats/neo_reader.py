"""Files that Neo opens (extra ``neo``): asked for by name, never chosen by content."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from neurohm.exceptions import FileFormatError, InputError, NeurohmError
from neurohm.recordings.formats.extras import library
from neurohm.recordings.layouts.base import ReadOptions, refuse_options
from neurohm.recordings.objects.neo_objects import recording_of_neo
from neurohm.recordings.recording import Recording

__all__ = ["NeoReader"]

# They unpickle, which runs whatever code a file holds.
_UNSAFE = frozenset({"PickleIO"})


class NeoReader:
    """Whatever Neo opens, by the ending of the name: Plexon, Neuralynx, Blackrock and more.

    Some of Neo's readers run code that lies beside the data (``params.py`` of phy): only files
    whose origin is trusted should be read so, and only who asks for it gets it.
    """

    name = "a file for Neo"

    def recognises(self, path: Path, start: bytes) -> bool:
        """Never: Neo is asked for with ``reader="neo"``."""
        return False

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the first block with all its segments."""
        refuse_options(options, frozenset({"sort", "time_scale", "reader"}), self.name, str(path))
        library("quantities", "neo", "reading with Neo")
        neo_io = library("neo.io", "neo", "reading with Neo")
        block = self._block(path, neo_io)
        try:
            recording = recording_of_neo(block, sort=options.sort)
        except NeurohmError as error:
            raise InputError(
                f"'{path}', read by Neo: {error.found}", error.expected, error.mend
            ) from error
        return replace(recording, layout=f"{recording.layout}, read by Neo", source=str(path))

    def _block(self, path: Path, neo_io: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of formats that are deprecated, of what is not there
            try:
                reader = neo_io.get_io(str(path))
                name = type(reader).__name__
                if name in _UNSAFE:
                    raise FileFormatError(
                        f"'{path}': Neo's {name} runs any code that is in the file",
                        "a format without pickles",
                        "save it with another of Neo's formats",
                    )
                return reader.read_block(lazy=False)
            except NeurohmError:
                raise
            except Exception as error:  # whatever one of Neo's fifty readers raises
                text = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise FileFormatError(
                    f"'{path}': Neo cannot read it ({type(error).__name__}: {text})",
                    "a file that Neo reads",
                    "leave reader= / --reader out, or convert the file with its own program",
                ) from error
