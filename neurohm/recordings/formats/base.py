"""What every format of a file offers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from neurohm.recordings.layouts.base import ReadOptions
    from neurohm.recordings.recording import Recording

__all__ = ["Format"]


class Format(Protocol):
    """A kind of file, told by its first bytes and what they lead to, never by its suffix.

    Attributes
    ----------
    name : str
        What the file is, in a few words, for messages.
    """

    name: str

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether a file that begins with these bytes (up to 4096) is of this format."""
        ...

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the recording in a file.

        Raises
        ------
        FileFormatError, InputError
            If it is damaged, holds no recording, or not clearly one.
        MissingExtraError
            If a library that reads it is not installed; names the extra.
        """
        ...
