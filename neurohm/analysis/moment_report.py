"""Whether dreams have the moments of the data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import rel_entr

from neurohm.analysis.calibration import Calibration, calibrate
from neurohm.analysis.independent import IndependentModel
from neurohm.analysis.moments import Array, Moments, moments
from neurohm.analysis.quality import WindowMatrix
from neurohm.backend import RandomStream, Site, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.likelihood import nats_to_bits
from neurohm.machine import HelmholtzMachine, Workspace, as_machine, dream
from neurohm.recordings import Windows

MOST_PAIRED = 200
"""Units whose correlations are taken, pair by pair; of more units, so many spread over all."""

_WINDOWS = 1024  # at a time; dreams are those of `SpikeHelmholtz.sample`


@dataclass(frozen=True)
class Agreement:
    """How well the moments of a model agree with those of data.

    Parameters
    ----------
    r : float
        Pearson's correlation over units, or pairs; nan where there are fewer than two.
    ceiling : float
        The r of two recordings as long as this one, estimated from every other window of it
        (Spearman and Brown); what comes near it is as good as can be told.
    nrmse : float
        Root of the mean squared difference, over the standard deviation of those of the data.
    training_r, training_nrmse : float
        The same of the training data with these: how well a model would do that knew the moments
        of the training data and nothing else. nan where these were not given.
    """

    r: float
    ceiling: float
    nrmse: float
    training_r: float = math.nan
    training_nrmse: float = math.nan


@dataclass(frozen=True, eq=False)
class MomentReport:
    """The moments of data, of a model's dreams and of independent units, and how they agree.

    Parameters
    ----------
    data, model, independent : Moments
        Those of independent units are exact.
    paired : ndarray of int64, (n_paired,)
        The units of the correlations.
    rates, correlations, autocorrelations, triplets : Agreement
        Of the model with the data.
    synchrony_divergence, independent_divergence, training_divergence : float
        Jensen-Shannon divergence of P(K) from that of the data, of the model, of independent
        units and of the training data (nan without these); bits, from 0 to 1.
    calibration : Calibration
        Counts predicted from the rest of their window, and as they are in the data.
    bin_size : float
        Seconds (or bins).
    lags : int
        Bins in a window.
    n_windows, n_dreams : int
    """

    data: Moments
    model: Moments
    independent: Moments
    paired: npt.NDArray[np.int64]
    rates: Agreement
    correlations: Agreement
    autocorrelations: Agreement
    triplets: Agreement
    synchrony_divergence: float
    independent_divergence: float
    training_divergence: float
    calibration: Calibration
    bin_size: float
    lags: int
    n_windows: int
    n_dreams: int

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        plain = {name: getattr(self, name).to_dict() for name in ("data", "model", "independent")}
        plain["calibration"] = self.calibration.to_dict()
        return {**asdict(self), **plain, "paired": self.paired.tolist()}

    def __repr__(self) -> str:
        return (
            f"MomentReport(rates r = {self.rates.r:.3f}, correlations r = "
            f"{self.correlations.r:.3f}, triplets r = {self.triplets.r:.3f}, autocorrelations r = "
            f"{self.autocorrelations.r:.3f}; "
            f"P(K) {self.synchrony_divergence:.2g} bits off, independent units "
            f"{self.independent_divergence:.2g}; predictions {100 * self.calibration.error:.1f} % "
            f"off; {self.n_windows} windows, {self.n_dreams} dreams)"
        )


def compare_moments(
    machine: HelmholtzMachine,
    windows: Windows,
    independent: IndependentModel,
    *,
    training: Windows | None = None,
    dreams: int | None = None,
    seed: int | RandomStream = 0,
) -> MomentReport:
    """Compare the moments of a machine's dreams with those of windows of data.

    Windows are dreamt independently of each other; of data, too, only what lies in the same
    window is related.

    Parameters
    ----------
    machine : HelmholtzMachine
    windows : Windows
        With a stride of their lags, so that each bin counts once; of counts that the machine's
        visible units can take.
    independent : IndependentModel
        The baseline, of the training data.
    training : Windows, optional
        Of the training data: how far their moments agree with those of the other data is as far
        as a model of them can be expected to.
    dreams : int, optional
        Windows to dream; as many as there are of data by default.
    seed : int or RandomStream
        Of the dreams.

    Returns
    -------
    MomentReport

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or the windows are not those of the machine.

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.recordings import bin_spikes
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(recording)
    >>> windows = Windows(bin_spikes(recording, 0.02), lags=2, stride=2)
    >>> report = compare_moments(model.machine_, windows, model.independent_)
    >>> report.data.rates.shape, report.data.correlations.shape
    ((10,), (45,))
    """
    machine, stream, lags = as_machine(machine), as_stream(seed), windows.lags
    n_dreams = len(windows) if dreams is None else whole_number("dreams", dreams)
    if machine.visible.size != windows.n_columns:
        raise InputError(
            f"windows of {windows.n_columns} columns", f"{machine.visible.size}, as the machine has"
        )
    n_units, bin_size = windows.binned.n_units, windows.binned.bin_size
    paired = _paired(n_units)
    every = np.arange(len(windows))
    data, *halves = (
        moments(_chunks(WindowMatrix(windows, some)), lags, bin_size, paired)
        for some in (every, every[::2], every[1::2])
        if len(some)
    )
    learned = None
    if training is not None:
        learned = moments(_chunks(WindowMatrix(training)), lags, bin_size, paired)
    model = moments(_dreams(machine, n_dreams, stream), lags, bin_size, paired)
    alone = _independent_moments(independent, data, bin_size)
    agreements = {
        name: _agreement(name, data, model, halves, learned)
        for name in ("rates", "correlations", "autocorrelations", "triplets")
    }
    return MomentReport(
        data=data,
        model=model,
        independent=alone,
        paired=paired,
        **agreements,
        synchrony_divergence=_divergence(data.synchrony, model.synchrony),
        independent_divergence=_divergence(data.synchrony, alone.synchrony),
        training_divergence=math.nan
        if learned is None
        else _divergence(data.synchrony, learned.synchrony),
        calibration=calibrate(machine, windows, seed=stream),
        bin_size=bin_size,
        lags=lags,
        n_windows=len(windows),
        n_dreams=n_dreams,
    )


def _paired(n_units: int) -> npt.NDArray[np.int64]:
    """Return the units whose correlations are taken."""
    return np.linspace(0, n_units - 1, min(n_units, MOST_PAIRED)).astype(np.int64)


def _chunks(matrix: WindowMatrix) -> Iterator[npt.NDArray[Any]]:
    """Return windows of data, some at a time."""
    return (matrix[first : first + _WINDOWS] for first in range(0, matrix.shape[0], _WINDOWS))


def _dreams(
    machine: HelmholtzMachine, windows: int, stream: RandomStream
) -> Iterator[npt.NDArray[Any]]:
    """Dream windows, some at a time."""
    work = Workspace(machine.backend)
    for first in range(0, windows, _WINDOWS):
        own = RandomStream(stream.seed, first)
        rows = min(_WINDOWS, windows - first)
        yield dream(machine, rows, own, Site.DREAM, work=work).dense()


def _independent_moments(independent: IndependentModel, like: Moments, bin_size: float) -> Moments:
    """Return the exact moments of independent units."""
    silent = 1 - independent.mean if independent.kind == "bernoulli" else np.exp(-independent.mean)
    synchrony = np.ones(1)
    for probability in silent:
        synchrony = np.convolve(synchrony, [probability, 1 - probability])
    return Moments(
        rates=independent.mean / bin_size,
        correlations=np.zeros_like(like.correlations),
        autocorrelations=np.zeros_like(like.autocorrelations),
        synchrony=synchrony,
        triplets=np.zeros_like(like.triplets),
    )


def _agreement(
    name: str, data: Moments, model: Moments, halves: list[Moments], learned: Moments | None
) -> Agreement:
    """Compare one kind of moments where data and model have them."""
    own, dreamt = getattr(data, name).ravel(), getattr(model, name).ravel()
    half = _pearson(*(getattr(part, name).ravel() for part in halves)) if halves[1:] else np.nan
    agreement = Agreement(
        r=_pearson(own, dreamt),
        ceiling=float(max(0.0, 2 * half / (1 + half))) if half > -1 else half,
        nrmse=_relative_error(own, dreamt),
    )
    if learned is None:
        return agreement
    trained = getattr(learned, name).ravel()
    return replace(
        agreement,
        training_r=_pearson(own, trained),
        training_nrmse=_relative_error(own, trained),
    )


def _relative_error(own: Array, other: Array) -> float:
    """Return the root mean squared difference over the deviation of the data's own; nan of none."""
    known = np.isfinite(own) & np.isfinite(other)
    own, other = own[known], other[known]
    if not len(own) or not np.ptp(own):
        return float("nan")
    return float(np.sqrt(np.mean((other - own) ** 2)) / own.std())


def _pearson(x: Array, y: Array) -> float:
    """Return the correlation of what both have; nan where one of them does not vary."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if len(x) < 2 or not np.ptp(x) or not np.ptp(y):
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def _divergence(p: Array, q: Array) -> float:
    """Return the Jensen-Shannon divergence of two distributions, bits."""
    middle = (p + q) / 2
    nats = (rel_entr(p, middle) + rel_entr(q, middle)).sum() / 2
    return max(0.0, nats_to_bits(nats))
