"""What every layout of an HDF5 file offers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Protocol

from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.recordings.layouts.contents import Contents
    from neurohm.recordings.recording import Recording

__all__ = ["Layout", "ReadOptions", "refuse_options"]


@dataclass(frozen=True)
class ReadOptions:
    """What the user says of a file; the fields are the arguments of `load_recording`.

    Examples
    --------
    >>> ReadOptions(bin_width=0.02).units_axis is None
    True
    """

    bin_width: float | None = None
    units_axis: int | None = None
    dataset: str | None = None
    layout: str | None = None
    sort: bool = False
    sampling_rate: float | None = None
    time_scale: float | None = None
    time_column: str | None = None
    unit_column: str | None = None
    reader: str | None = None
    lazy: bool = False


def refuse_options(options: ReadOptions, taken: frozenset[str], what: str, source: str) -> None:
    """Raise if the user said of a file what it has no use for.

    Parameters
    ----------
    options : ReadOptions
    taken : frozenset of str
        The fields that it makes use of.
    what : str
        What the file is, for the message.
    source : str
        Its name.

    Raises
    ------
    InputError

    Examples
    --------
    >>> refuse_options(ReadOptions(units_axis=0), frozenset(), "a table", "a.csv")
    Traceback (most recent call last):
    neurohm.exceptions.InputError: 'a.csv': units_axis= given for a table; expected it only ...
    """
    for option in fields(options):
        # What stays in the file is looked at when all is read.
        if getattr(options, option.name) != option.default and option.name not in taken | {"lazy"}:
            raise InputError(
                f"'{source}': {option.name}= given for {what}",
                "it only where it means something",
                "leave it out",
            )


class Layout(Protocol):
    """One way to hold spikes in an HDF5 file.

    Attributes
    ----------
    name : str
        What the user calls it (``layout=``).
    description : str
        What such a file holds, a few words.
    options : frozenset of str
        The fields of `ReadOptions` that it makes use of, besides those that choose it.
    """

    name: str
    description: str
    options: frozenset[str]

    def candidates(self, file: Contents) -> list[str]:
        """Names of the datasets, or groups, that this layout could read spikes from."""
        ...

    def companions(self, file: Contents) -> set[str]:
        """Names of what belongs to the spikes, so is no matter of other layouts."""
        ...

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording whose spikes are in `dataset`."""
        ...
