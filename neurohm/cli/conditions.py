"""Conditions on the command line: stretches of time, or intervals of the recording by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from neurohm.cli.parsing import parse_moment
from neurohm.exceptions import InputError

if TYPE_CHECKING:
    from neurohm.recordings import Recording

_OPTION = "--compare"
_EXAMPLE = "give START:STOP, such as 0s:300s or 300:, or the name of intervals"


def part_of(recording: Recording, text: str) -> Recording:
    """Return the part of a recording that a condition names.

    Parameters
    ----------
    recording : Recording
    text : str
        ``START:STOP`` in seconds (or bins), either left out for that of the recording, or the
        name of intervals in the recording.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If it is neither, or no time is observed in it.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.Recording.from_trains([[1.0, 5.0, 9.0]], t_stop=10.0)
    >>> part_of(recording, "4s:").n_spikes, part_of(recording, "0:2000ms").n_spikes
    (2, 1)
    """
    if text in recording.intervals:
        from neurohm.recordings.slicing import restrict

        return restrict(recording, recording.intervals[text])
    found = re.fullmatch(r"([^:]*):([^:]*)", text)
    if not found or not any(part.strip() for part in found.groups()):
        names = ", ".join(repr(name) for name in recording.intervals if name != "observed")
        has = f"one of the recording's intervals, {names}, or a" if names else "a"
        raise InputError(f"{_OPTION} {text!r}", f"{has} stretch of time", _EXAMPLE)
    start, stop = (part.strip() for part in found.groups())
    return recording.between(
        parse_moment(start, _OPTION) if start else recording.t_start,
        parse_moment(stop, _OPTION) if stop else recording.t_stop,
    )
