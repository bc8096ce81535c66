"""Waves over a sheet of cells, as in the developing retina."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from brian2.utils.logger import catch_logs

from neurohm.recordings import Recording
from neurohm.spiking.brian import brian2, ms, second
from neurohm.spiking.circuits.cells import trains

_STEP = 1e-3  # seconds
_SPACING = 100.0  # micrometres between neighbours
_REACH = 160.0  # micrometres that a burst excites
_SPEED = 200.0  # micrometres a second

SHEET = """
dv/dt = -v/(500*ms) : 1
dfatigue/dt = -fatigue/(30*second) : 1
dburst/dt = -burst/(600*ms) : 1
wave : 1
heard : 1
begins : 1
"""
"""A cell of the sheet: excited by neighbours, bursting for a while, tired for long after."""

IGNITES = "fatigue < 0.4 and (begins > 0 or v > 0.8 + fatigue)"
IGNITION = """
wave = int(begins > 0)*(t/second*1000*N + i) + int(begins <= 0)*heard
burst = 1
fatigue = 1
v = 0
"""


def waves(
    n_units: int = 60, minutes: float = 10.0, *, wave_rate: float = 0.05, seed: int = 0
) -> Recording:
    """Simulate waves of bursts that begin anywhere and travel over a sheet of cells.

    A cell that bursts excites its neighbours, which burst in turn after the time that a wave
    takes; then it is tired for tens of seconds, which is what stops waves and shapes the next
    ones. Prefer `simulate`.

    Parameters
    ----------
    n_units : int
        Cells, on a grid of 100 micrometres, somewhat out of place.
    minutes : float
    wave_rate : float
        Waves that begin in the whole sheet, Hz, if no cell were tired.
    seed : int

    Returns
    -------
    Recording
        With ``positions`` (micrometres) and ``truth``: ``wave`` (of each burst, ndarray of
        int64), ``unit``, ``time`` (seconds; its start), and ``starts`` and ``origins`` (of each
        wave: seconds, unit).

    References
    ----------
    Butts, Feller, Shatz, Rokhsar (1999). Retinal waves are governed by collective network
    properties. Journal of Neuroscience 19:3580. doi:10.1523/JNEUROSCI.19-09-03580.1999
    """
    rng, duration = np.random.default_rng(seed), 60 * minutes
    columns = math.ceil(math.sqrt(n_units))
    place = np.stack(divmod(np.arange(n_units), columns)[::-1], axis=1) * _SPACING
    place = place + rng.uniform(-0.15, 0.15, place.shape) * _SPACING
    sheet = brian2.NeuronGroup(
        n_units,
        SHEET,
        threshold="rand() < (0.2*Hz + 40*Hz*burst)*dt",
        refractory=3 * ms,
        events={"ignite": IGNITES},
        method="exact",
        dt=_STEP * second,
        namespace={"begin_rate": wave_rate / n_units * brian2.Hz, "Hz": brian2.Hz},
        name="sheet",
    )
    sheet.fatigue = rng.uniform(0, 0.8, n_units)
    sheet.run_regularly("begins = int(rand() < begin_rate*dt)", when="start")
    sheet.run_on_event("ignite", IGNITION, when="before_synapses")
    spread = brian2.Synapses(
        sheet,
        sheet,
        on_pre="v_post += 1.1; heard_post = wave_pre",
        on_event="ignite",
        clock=sheet.clock,
        name="spread",
    )
    distance = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    i, j = np.nonzero((distance < _REACH) & (distance > 0))
    spread.connect(i=i, j=j)
    spread.pre.delay = distance[i, j] / _SPEED * second
    spikes = brian2.SpikeMonitor(sheet, name="recorded")
    # by default it would see the wave of the burst before: it looks before IGNITION
    bursts = brian2.EventMonitor(sheet, "ignite", variables="wave", when="end", name="bursts")
    brian2.seed(seed)
    with catch_logs():  # of two neighbours that burst at once either may be heard
        brian2.Network(sheet, spread, spikes, bursts).run(duration * second, namespace={})
    settings = {
        "circuit": "waves", "n_units": n_units, "minutes": minutes, "wave_rate": wave_rate,
        "seed": seed,
    }  # fmt: skip
    return Recording.from_trains(
        trains(spikes, _STEP),
        t_stop=duration,
        positions=place,
        truth={**_truth(bursts), "settings": settings},
        layout="simulated waves over a sheet of cells",
    )


def _truth(bursts: brian2.EventMonitor) -> dict[str, npt.NDArray[np.generic]]:
    """Return which cell burst when in which wave; waves are numbered by their start."""
    time, unit, label = (np.asarray(a) for a in (bursts.t / second, bursts.i, bursts.wave))
    order = np.argsort(time, kind="stable")
    time, unit, label = time[order], unit[order], label[order]
    _, first, wave = np.unique(label, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    starts = np.sort(first)
    return {
        "wave": rank[wave].astype(np.int64),
        "unit": unit.astype(np.int64),
        "time": time,
        "starts": time[starts],
        "origins": unit[starts].astype(np.int64),
    }
