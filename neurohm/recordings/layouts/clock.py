"""In what a file counts time: seconds, milliseconds, or samples of a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.stated import Stated, stated_above, stated_in
from neurohm.recordings.spike_times import SpikeTimes, blocks
from neurohm.recordings.stored_times import StoredTimes

__all__ = [
    "CLOCK_NAMES",
    "MEND",
    "PER_SECOND",
    "RATES",
    "SAMPLES",
    "Clock",
    "check_samples",
    "clock_of",
    "look_like_samples",
]

RATES = (
    "samplingrate",
    "samplerate",
    "samplingfrequency",
    "samplefrequency",
    "samplingfreq",
    "samplefreq",
    "samplingratehz",
    "sampleratehz",
    "sfreq",
    "fs",
)
# These can be rates of anything: taken only from the spikes themselves or the file, and only if
# no unit could fire at such a rate.
_VAGUE_RATES, _LOWEST_VAGUE = ("rate", "frequency"), 1000.0
_UNITS = ("units", "unit", "timeunits", "timeunit")
_FILE_UNITS = _UNITS[2:]
CLOCK_NAMES = frozenset((*RATES, *_UNITS))
SAMPLES = frozenset({"sample", "samples", "ticks", "clockticks", "frames"})
_WORDS_FOR = {
    1.0: "s sec secs second seconds",
    1e3: "ms msec msecs millisecond milliseconds",
    1e6: "us µs μs usec usecs microsecond microseconds",
    1e9: "ns nsec nsecs nanosecond nanoseconds",
    1 / 60: "min mins minute minutes",
}
PER_SECOND = {word: rate for rate, words in _WORDS_FOR.items() for word in words.split()}
_MOST_EXACT = 2**53
# MATLAB keeps samples and milliseconds as floating-point numbers: so many seconds are never whole.
_TELLING = 100
MEND = "give sampling_rate= / --sampling-rate in Hz, or time_scale= / --time-scale in seconds"


@dataclass(frozen=True)
class Clock:
    """How many of a file's units of time there are in a second.

    Examples
    --------
    >>> Clock(30000.0).seconds(np.array([15000, 30000]))
    array([0.5, 1. ])
    """

    rate: float = 1.0
    sentence: str = "in seconds"

    def seconds(self, times: SpikeTimes) -> SpikeTimes:
        """Return times in seconds: one division in double precision each.

        Parameters
        ----------
        times : ndarray or StoredTimes

        Returns
        -------
        ndarray of float64, or StoredTimes
        """
        if isinstance(times, StoredTimes):
            return times.in_seconds(self.rate)
        return times.astype(np.float64) / self.rate


def clock_of(
    file: Contents, paths: Sequence[str], times: SpikeTimes, options: ReadOptions, source: str
) -> Clock:
    """Find out in what unit spike times are.

    What the user says goes first; then the attribute ``units`` or ``unit``; then whole numbers are
    samples, and a sampling rate is looked for; all else is seconds, and so are a few whole numbers
    of a floating-point type.

    Parameters
    ----------
    file : Contents
    paths : sequence of str
        Names of the datasets that the times come from; they must agree.
    times : ndarray or StoredTimes, shape (n_spikes,)
        As the file has them.
    options : ReadOptions
    source : str

    Returns
    -------
    Clock

    Raises
    ------
    InputError
        If they are whole numbers, and neither the file nor the user states a rate.
    FileFormatError
        If the file states what is no rate or no unit, or two different ones.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a"], file.attrs["fs"] = [1, 2], 20000
    ...     clock_of(Contents(file), ["a"], file["a"][()], ReadOptions(), "x").sentence
    'in samples of 20000 Hz (fs of the file)'
    """
    if options.time_scale is not None:
        return Clock(sentence="as they are")  # load_recording multiplies them
    if options.sampling_rate is not None:
        check_samples(times, f"'{source}': the times in '{paths[0]}'")
        return Clock(options.sampling_rate, f"in samples of {options.sampling_rate:.10g} Hz")
    unit = _agreed(_units(file, paths), source)
    word = unit.text.lower() if unit is not None else ""
    if word in PER_SECOND:
        return Clock(PER_SECOND[word], f"in {word} ({unit})")
    if word and word not in SAMPLES:
        raise FileFormatError(
            f"'{source}': {unit} is '{word}'", "s, ms, us, ns, min or samples", MEND
        )
    if not times.size or not (word in SAMPLES or _are_whole(times)):
        return Clock()
    rate = _rate(file, paths, source)
    if rate is not None:
        check_samples(times, f"'{source}': the times in '{paths[0]}'")
        hertz = rate.positive("of Hz", source, "give sampling_rate= / --sampling-rate")
        return Clock(hertz, f"in samples of {hertz:.10g} Hz ({rate})")
    if word in SAMPLES or look_like_samples(times):
        raise InputError(
            f"'{source}': the times in '{paths[0]}' are whole numbers ({times.dtype}): samples of "
            "a clock?",
            "the sampling rate, which the file does not state",
            f"{MEND} (1: they are seconds)",
        )
    return Clock()


def look_like_samples(times: SpikeTimes) -> bool:
    """Whether times are whole numbers, by their type, or so many that they are hardly seconds.

    Parameters
    ----------
    times : ndarray or StoredTimes, shape (n_spikes,)

    Returns
    -------
    bool

    Examples
    --------
    >>> look_like_samples(np.array([1, 2])), look_like_samples(np.array([1.0, 2.0]))
    (True, False)
    >>> look_like_samples(np.arange(100.0))
    True
    """
    return times.dtype.kind in "iu" or (times.size >= _TELLING and _are_whole(times))


def _units(file: Contents, paths: Sequence[str]) -> list[Stated | None]:
    above = stated_above(file, paths, _FILE_UNITS)
    own = [stated_in(file, path, _UNITS) for path in paths]
    found = [o if o is not None and o.text else a for o, a in zip(own, above, strict=True)]
    return [stated if stated is not None and stated.text else None for stated in found]


def _rate(file: Contents, paths: Sequence[str], source: str) -> Stated | None:
    """The nearest sampling rate; else one anywhere in the file; else what may be one."""
    found: Sequence[Stated | None] = stated_above(file, paths, RATES)
    if not any(found):
        found = [stated_in(file, place, RATES) for place in (*file.groups, *file.datasets)]
    if not any(found):
        vague = [stated_in(file, p, _VAGUE_RATES) for p in paths]
        vague = vague if any(vague) else [stated_in(file, "/", _VAGUE_RATES)]
        found = [v for v in vague if v is not None and (v.number or 0) >= _LOWEST_VAGUE]
    return _agreed(found, source)


def _agreed(found: Sequence[Stated | None], source: str) -> Stated | None:
    stated = [item for item in found if item is not None]
    for other in stated[1:]:
        # As texts, since nan is not equal to itself.
        values = [repr(item.value.tolist()) for item in (stated[0], other)]
        if values[0] != values[1]:
            differ = f"{stated[0]} is {values[0]} but {other} is {values[1]}"
            raise FileFormatError(f"'{source}': {differ}", "one value", MEND)
    return stated[0] if stated else None


def _are_whole(times: SpikeTimes) -> bool:
    return times.dtype.kind in "biu" or _first_part(times) is None


def _first_part(times: SpikeTimes) -> float | None:
    """Return the first time that is no whole number."""
    broken = (values[values != np.floor(values)] for _, values in blocks(times))
    return next((float(values[0]) for values in broken if values.size), None)


def check_samples(times: SpikeTimes, start: str) -> None:
    """Raise unless times can be samples of a clock: whole numbers that double precision holds.

    Parameters
    ----------
    times : ndarray or StoredTimes, shape (n_spikes,)
    start : str
        Of the message: which times these are.

    Raises
    ------
    InputError

    Examples
    --------
    >>> check_samples(np.array([0.5]), "the times")
    Traceback (most recent call last):
    neurohm.exceptions.InputError: the times are no numbers of samples: 0.5; expected whole ...
    """
    if not _are_whole(times):
        raise InputError(
            f"{start} are no numbers of samples: {_first_part(times):g}",
            "whole numbers where a sampling rate is given",
            "leave it out, or give time_scale= / --time-scale in seconds",
        )
    if times.size and float(times.max()) > _MOST_EXACT:
        raise InputError(
            f"{start} go up to {times.max()}",
            "sample numbers below 2^53",
            "negative numbers stored as unsigned? subtract the first sample of the recording",
        )
