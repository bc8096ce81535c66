"""Names in files: how units are called, and what a list of spike times is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "TIMES",
    "TIMES_OR_SAMPLES",
    "UNITS",
    "UNITS_OR_PLACES",
    "first_of",
    "holds_units",
    "ids_of_names",
    "names_a_unit",
    "natural_order",
    "plain",
]

# All as `plain` gives them; the more telling names come first.
TIMES = (
    "spiketimes",
    "spiketime",
    "spikes",
    "spiketrain",
    "spiketimestamps",
    "times",
    "timestamps",
    "time",
    "ts",
    "t",
)
TIMES_OR_SAMPLES = (*TIMES, "spikesamples", "spikesample", "samples", "sampleindex", "frameno")
# What a list of the unit of each spike is called.
UNITS = (
    "spikeclusters",
    "clusters",
    "cluster",
    "clusterids",
    "clusterid",
    "spikeunits",
    "units",
    "unit",
    "unitids",
    "unitid",
    "spikeids",
    "ids",
    "id",
    "labels",
    "label",
    "neurons",
    "neuron",
    "neuronids",
    "neuronid",
    "cells",
    "cell",
    "cellids",
    "cellid",
    "spiketemplates",
    "templates",
    "senders",
    "nodeids",
    "nodeid",
    "gids",
    "gid",
    "i",
)
# Where there is no word for a unit, each channel is one.
UNITS_OR_PLACES = (*UNITS, "electrodes", "electrode", "channels", "channel", "chan", "ch")
_HOLDS_UNITS = frozenset(
    ["units", "spikes", "spiketimes", "spiketrains", "trains", "neurons", "cells", "clusters"]
)

_WORDS = (
    "spiketimes|spiketrain|spikes|spike|spk|train|times|units|unit|neuron|cells|cell|cluster|clu|"
    "channel|chan|ch|electrode|elec|el|tetrode|sig|id"
)
# unit_12, 12, ch_12b, spikes_unit3, u7, cell_3_times; not cue1, trial_2.
_UNIT = re.compile(rf"(?:[unc]|(?:{_WORDS})*)\d+[a-z]?(?:{_WORDS})*")


def plain(name: str) -> str:
    """Return a name in lower case without underscores, dashes, dots and blanks.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Examples
    --------
    >>> plain("Sampling_Rate")
    'samplingrate'
    """
    return re.sub(r"[\s_.-]", "", name).lower()


def names_a_unit(name: str) -> bool:
    """Whether a name is one that laboratories give to a unit: a word for it, and a number.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    Examples
    --------
    >>> names_a_unit("unit_007"), names_a_unit("12"), names_a_unit("trial_3")
    (True, True, False)
    """
    return _UNIT.fullmatch(plain(name)) is not None


def holds_units(name: str) -> bool:
    """Whether a name is one for all units together.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    Examples
    --------
    >>> holds_units("Spike_Times"), holds_units("sorted_units"), holds_units("lfp")
    (True, True, False)
    """
    words = re.split(r"[\W\d_]+", name.lower())
    return not names_a_unit(name) and not _HOLDS_UNITS.isdisjoint([plain(name), *words])


def natural_order(names: Iterable[str]) -> list[str]:
    """Sort names as a reader would, numbers in them by their value.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    list of str

    Examples
    --------
    >>> natural_order(["unit10", "unit2"])
    ['unit2', 'unit10']
    """

    def key(name: str) -> list[tuple[bool, int, str]]:
        parts = re.split(r"(\d+)", name)
        return [(True, int(p), "") if p.isdecimal() else (False, 0, p) for p in parts] + [
            (False, 0, name)  # 1 and 01 differ
        ]

    return sorted(names, key=key)


def ids_of_names(names: Sequence[str]) -> NDArray[Any]:
    """Ids of units with these names: whole numbers if all names are, else the names.

    Parameters
    ----------
    names : sequence of str

    Returns
    -------
    ndarray of int64 or str

    Examples
    --------
    >>> ids_of_names(["2", "10"]), ids_of_names(["2", "b"])
    (array([ 2, 10]), array(['2', 'b'], dtype='<U1'))
    """
    # Up to 18 digits fit into 64 bits.
    if all(re.fullmatch(r"[0-9]{1,18}", name) for name in names):
        numbers = np.array([int(name) for name in names], dtype=np.int64)
        if len(np.unique(numbers)) == len(names):
            return numbers
    return np.array(names, dtype=np.str_)


def first_of(known: Sequence[str], names: Iterable[str]) -> str | None:
    """Return the name that comes first in a list of known ones, in any way of writing.

    Parameters
    ----------
    known : sequence of str
        As `plain` gives them.
    names : iterable of str

    Returns
    -------
    str or None

    Examples
    --------
    >>> first_of(TIMES, ["times", "Spike_Times"])
    'Spike_Times'
    """
    by_plain = {plain(name): name for name in names}
    return next((by_plain[name] for name in known if name in by_plain), None)
