"""What a machine would have seen: windows recognised, and spikes drawn anew from their causes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.analysis.quality import WindowMatrix
from neurohm.backend import RandomStream, Site, as_stream
from neurohm.machine import HelmholtzMachine, Workspace, as_machine, recognise
from neurohm.machine.inputs import drive, input_of
from neurohm.recordings import Windows

_WINDOWS = 1024  # at a time


@dataclass(frozen=True, eq=False)
class RegeneratedSpikes:
    """Spikes of the model in the bins of a recording.

    Parameters
    ----------
    values : ndarray of float32, (n_bins, n_units)
        Counts in the bins of whole windows.
    times : ndarray of float64, (n_bins,)
        End of each bin, seconds.
    step : float
        Width of a bin, seconds.
    """

    values: npt.NDArray[np.float32]
    times: npt.NDArray[np.float64]
    step: float
    kind: str = "counts"


def regenerated(
    machine: HelmholtzMachine, windows: Windows, *, seed: int | RandomStream = 0
) -> RegeneratedSpikes:
    """Draw hidden activity from each window, and new spikes from that activity.

    Two units of the result have in common what hidden units explain, whether a stimulus or the
    state of the animal is behind it; the rest of each unit is drawn on its own.

    Parameters
    ----------
    machine : HelmholtzMachine
    windows : Windows
        With a stride of their lags, so that each bin is drawn once.
    seed : int or RandomStream

    Returns
    -------
    RegeneratedSpikes
        `responses_of` takes them.

    Raises
    ------
    ArgumentTypeError
        If an argument cannot be used.

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.recordings import bin_spikes
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(recording)
    >>> windows = Windows(bin_spikes(recording, 0.02), lags=2, stride=2)
    >>> regenerated(model.machine_, windows).values.shape
    (3000, 10)
    """
    machine, stream = as_machine(machine), as_stream(seed)
    matrix, lags, binned = WindowMatrix(windows), windows.lags, windows.binned
    parts = [
        _spikes(machine, matrix[first : first + _WINDOWS], RandomStream(stream.seed, first))
        for first in range(0, len(windows), _WINDOWS)
    ]
    # column unit * lags + lag becomes a row for each lag
    counts = np.concatenate(parts).reshape(len(windows), -1, lags).transpose(0, 2, 1)
    bins = windows.starts[:, None] + np.arange(lags)
    return RegeneratedSpikes(
        np.ascontiguousarray(counts.reshape(-1, counts.shape[2])),
        binned.edges[bins.ravel() + 1],
        binned.bin_size,
    )


def _spikes(
    machine: HelmholtzMachine, x: npt.NDArray[np.float32], stream: RandomStream
) -> npt.NDArray[np.float32]:
    """Return windows drawn anew, (rows, columns)."""
    work, pathway = Workspace(machine.backend), machine.generative
    states = recognise(machine, machine.as_activity(x), stream, Site.RECOGNISE, work=work).states
    brought = drive(machine, pathway, 0, states, work, Site.FIELDS)
    out = machine.backend.empty(x.shape, machine.dtype)
    given = input_of(pathway, 0, brought)
    pathway.populations[0].draw(machine.kernels, given, stream.at(Site.FIELDS.of(0)), out)
    return np.asarray(machine.backend.to_host(out), dtype=np.float32)
