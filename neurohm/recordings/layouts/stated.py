"""Numbers and words that a file states beside its data: a rate, a bin width, a beginning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_numeric, is_text
from neurohm.recordings.layouts.names import first_of
from neurohm.recordings.tree import read_array

__all__ = ["Stated", "stated_above", "stated_in"]


@dataclass(frozen=True)
class Stated:
    """A value, what it is called, and where.

    Attributes
    ----------
    name : str
    value : ndarray
    place : str
        Name of the dataset or group that states it.

    Examples
    --------
    >>> Stated("fs", np.array([30000.0]), "/").number
    30000.0
    """

    name: str
    value: NDArray[Any]
    place: str

    @property
    def number(self) -> float | None:
        """The number, if it is one."""
        if self.value.size != 1 or self.value.dtype.kind not in "iuf":
            return None
        return float(self.value.item())

    @property
    def text(self) -> str:
        """The text, empty if it is none."""
        item = self.value.item() if self.value.size == 1 else ""
        item = item.decode("utf-8", "replace") if isinstance(item, bytes) else item
        return item.strip() if isinstance(item, str) else ""

    def positive(self, unit: str, source: str, mend: str) -> float:
        """Return the number, or complain of anything but a positive one.

        Parameters
        ----------
        unit : str
            What it is a number of, for the message.
        source : str
            The file's name.
        mend : str
            How to do without.

        Returns
        -------
        float

        Raises
        ------
        FileFormatError
        """
        number = self.number
        if number is not None and 0 < number < np.inf:
            return number
        raise FileFormatError(
            f"'{source}': {self.name} = {self.value.tolist()!r}", f"a positive number {unit}", mend
        )

    def __str__(self) -> str:
        where = "of the file" if self.place == "/" else f"of '{self.place}'"
        return f"{self.name} {where}"


def stated_above(file: Contents, paths: Sequence[str], names: Sequence[str]) -> list[Stated | None]:
    """Return the nearest value of one of some names: at a dataset, or at a group above it.

    Parameters
    ----------
    file : Contents
    paths : sequence of str
        Names of the datasets or groups to begin with.
    names : sequence of str
        In their plain form, preferred ones first.

    Returns
    -------
    list of Stated or None
        One for each path.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a/b"], file["Fs"] = [1, 2], 30000.0
    ...     str(stated_above(Contents(file), ["a/b"], ["fs"])[0])
    'Fs of the file'
    """
    looked: dict[str, Stated | None] = {}  # thousands of units share the groups above them

    def at(place: str) -> Stated | None:
        if place not in looked:
            looked[place] = stated_in(file, place, names)
        return looked[place]

    return [
        next((stated for place in _upward(path) if (stated := at(place)) is not None), None)
        for path in paths
    ]


def stated_in(file: Contents, place: str, names: Sequence[str]) -> Stated | None:
    """Return a value of one of some names: an attribute, or a single value in a group.

    Parameters
    ----------
    file : Contents
    place : str
        Name of a dataset or group.
    names : sequence of str
        In their plain form, preferred ones first.

    Returns
    -------
    Stated or None

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file.attrs["sampling_rate"] = 20000
    ...     stated_in(Contents(file), "/", ["samplingrate"]).number
    20000.0
    """
    attributes = file[place].attrs
    name = first_of(names, attributes)
    if name is not None:
        return Stated(name, np.asarray(attributes[name]), place)
    members = file.members.get(place, {})
    name = first_of(names, members)
    if name is not None:
        dataset = members[name]
        if getattr(dataset, "size", None) == 1 and (is_numeric(dataset) or is_text(dataset)):
            return Stated(name, read_array(dataset), place)
    return None


def _upward(path: str) -> Iterator[str]:
    parts = path.strip("/").split("/")
    for length in range(len(parts), 0, -1):
        if parts[0]:
            yield "/".join(parts[:length])
    yield "/"
