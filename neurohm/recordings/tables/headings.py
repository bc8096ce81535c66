"""What the columns of a long table are, by their headings: times, units, trials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neurohm.exceptions import InputError
from neurohm.recordings.layouts.clock import PER_SECOND, SAMPLES
from neurohm.recordings.layouts.names import TIMES, TIMES_OR_SAMPLES, UNITS, first_of, plain

__all__ = ["Headings", "base_and_unit", "find_headings", "is_long", "is_of_samples", "trials_among"]

_IDS = ("spikeids", "ids", "id")  # may as well number the rows: looked for last
_SORTS = ("sort", "sorts", "sortcode", "sortid", "unitcode")
# Where a unit was recorded, from the finest to the coarsest: may tell units of one number apart.
_PLACES = (
    [
        "electrode",
        "electrodes",
        "electrodeid",
        "electrodename",
        "channel",
        "channels",
        "channelid",
        "channelname",
        "channelindex",
        "chan",
        "ch",
    ],
    ["tetrode", "tetrodeid", "shank", "shankid"],
    ["probe", "probeid", "array", "arrayid", "well", "wellid", "chip", "population"],
)
_TRIALS = [
    "trial",
    "trials",
    "trialid",
    "trialids",
    "trialindex",
    "trialnumber",
    "trialnum",
    "trialno",
    "sweep",
    "sweeps",
    "sweepid",
    "repetition",
    "repeat",
    "presentation",
]


@dataclass(frozen=True)
class Headings:
    """Which columns say what of a spike.

    Attributes
    ----------
    time : str
    unit : str
        The column that names the unit.
    places : tuple of str
        Where the unit was recorded, from fine to coarse: names of units may repeat elsewhere.
    trial : str or None

    Examples
    --------
    >>> Headings("time", "unit").places
    ()
    """

    time: str
    unit: str
    places: tuple[str, ...] = ()
    trial: str | None = None


def find_headings(
    names: Sequence[str], time: str | None, unit: str | None, source: str
) -> Headings:
    """Find the columns of times, units and trials.

    Parameters
    ----------
    names : sequence of str
        Of all columns.
    time, unit : str or None
        What the user says that they are; of units several, with commas between them.
    source : str
        The file, for messages.

    Returns
    -------
    Headings

    Raises
    ------
    InputError
        If there is no such column, or none that is called like times or units.

    Examples
    --------
    >>> find_headings(["channel", "sort", "Time (s)", "trial"], None, None, "a.csv")
    Headings(time='Time (s)', unit='sort', places=('channel',), trial='trial')
    """
    time = _given(time, names, "time_column", source) or _time_of(names)
    if time is None:
        raise _unclear("the spike times", "time_column", names, source)
    others = [name for name in names if name != time]
    given = None if unit is None else _given_units(unit, others, source)
    found = _units_of(others) if given is None else (given[0], given[1:])
    if found is None:
        raise _unclear("the unit of each spike", "unit_column", names, source)
    trial = trials_among([name for name in others if name not in (found[0], *found[1])])
    return Headings(time, found[0], found[1], trial)


def is_long(names: Iterable[str]) -> bool:
    """Whether columns are called like the time and the unit of each spike.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_long(["time", "channel"]), is_long(["unit_1", "unit_2"])
    (True, False)
    """
    time = _time_of(list(names))
    return time is not None and _units_of([name for name in names if name != time]) is not None


def trials_among(names: Iterable[str]) -> str | None:
    """Return the column that is called like the trial of each spike, if any.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    str or None

    Examples
    --------
    >>> trials_among(["time", "Trial_Number"])
    'Trial_Number'
    """
    return first_of(_TRIALS, names)


def base_and_unit(name: str) -> tuple[str, str]:
    """Part a heading into what it is of, and a unit of time at its end.

    Parameters
    ----------
    name : str

    Returns
    -------
    base : str
        In its plain form.
    unit : str
        Empty where there is none.

    Examples
    --------
    >>> base_and_unit("Time (s)"), base_and_unit("spike_time_ms"), base_and_unit("timeMs")
    (('time', 's'), ('spiketime', 'ms'), ('time', 'ms'))
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    words = [word for word in re.findall(r"[^\W_]+", parted) if word != "in"]
    if len(words) > 1 and words[-1] in (*PER_SECOND, *SAMPLES):
        return "".join(words[:-1]), words[-1]
    return "".join(words), ""


def is_of_samples(name: str) -> bool:
    """Whether a heading says that times are samples of a clock.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_of_samples("sample_index"), is_of_samples("time (samples)"), is_of_samples("time")
    (True, True, False)
    """
    is_named = plain(name) in TIMES_OR_SAMPLES and plain(name) not in TIMES
    return is_named or plain(name) in ("sample", "frame") or base_and_unit(name)[1] in SAMPLES


def _time_of(names: Sequence[str]) -> str | None:
    """The most telling name; of several alike the one in the finest unit is as good as any."""
    bases = {base_and_unit(name)[0]: name for name in reversed(names)}
    known = next((bases[base] for base in TIMES if base in bases), None)
    return known or first_of((*TIMES_OR_SAMPLES, "sample", "frame"), names)


def _units_of(names: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    places = tuple(found for kind in _PLACES if (found := first_of(kind, names)) is not None)
    telling = [name for name in UNITS if name not in _IDS]
    unit = first_of((*telling, *_SORTS), names)
    if unit is not None:
        return unit, places
    if places:
        return places[0], places[1:]
    last = first_of(_IDS, names)
    return None if last is None else (last, ())


def _given(name: str | None, names: Iterable[str], option: str, source: str) -> str | None:
    if name is None:
        return None
    found = name if name in names else first_of([plain(name)], names)
    if found is None:
        raise InputError(
            f"'{source}': no column {name!r} ({option}=)", f"one of {_listed(list(names))}"
        )
    return found


def _given_units(text: str, names: Sequence[str], source: str) -> tuple[str, ...]:
    """Columns separated by commas, the last of them the finest."""
    parts = [text] if text in names else [part.strip() for part in text.split(",")]
    found = [str(_given(part, names, "unit_column", source)) for part in parts]
    return tuple(reversed(found))


def _unclear(what: str, option: str, names: Sequence[str], source: str) -> InputError:
    flag = "--" + option.replace("_", "-")
    return InputError(
        f"'{source}': no column that is called like {what} among {_listed(names)}",
        "a row for each spike, with its time and its unit",
        f"name the column with {option}= / {flag}",
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")
