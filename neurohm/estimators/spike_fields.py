"""To what the hidden units of a fitted model respond: of recordings over units and lags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from neurohm.analysis import Fields
from neurohm.analysis import recognition_fields as fields_of_rows
from neurohm.analysis.quality import WindowMatrix
from neurohm.checks import whole_number
from neurohm.estimators.density import HelmholtzDensity
from neurohm.estimators.fitted_spikes import FittedSpikes
from neurohm.estimators.settings import require_fitted
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine
from neurohm.recordings import Recording, Windows

if TYPE_CHECKING:
    from neurohm.estimators.spikes import SpikeHelmholtz

MOST_WINDOWS = 20_000


@dataclass(frozen=True, eq=False)
class SpikeFields:
    """Fields of hidden units over recorded units and lags.

    Parameters
    ----------
    values : ndarray of float64, (n_hidden, n_units, lags)
        The last lag is the latest bin of the window.
    significant : ndarray of bool, (n_hidden, n_units, lags)
        What is not zero by chance, at 5 % for a field as a whole (Bonferroni).
    measure : str
        What the values are, with their unit.
    layer : int
    unit_ids : ndarray, (n_units,)
    bin_size : float
        Seconds (or bins).

    Examples
    --------
    >>> SpikeFields(np.ones((2, 3, 4)), np.ones((2, 3, 4), bool), "Hz", 1, np.arange(3), 0.02)
    SpikeFields(2 units of layer 1, 3 recorded units x 4 lags, 24 of 24 values significant)
    """

    values: npt.NDArray[np.float64]
    significant: npt.NDArray[np.bool_]
    measure: str
    layer: int
    unit_ids: npt.NDArray[Any]
    bin_size: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return {
            "layer": self.layer,
            "measure": self.measure,
            "unit_ids": self.unit_ids.tolist(),
            "bin_size": self.bin_size,
            "values": self.values.tolist(),
            "significant": self.significant.tolist(),
        }

    def __repr__(self) -> str:
        hidden, units, lags = self.values.shape
        return (
            f"SpikeFields({hidden} units of layer {self.layer}, {units} recorded units x {lags} "
            f"lags, {self.significant.sum()} of {self.significant.size} values significant)"
        )


@overload
def recognition_fields(
    model: SpikeHelmholtz,
    data: Recording,
    layer: int = 1,
    *,
    whitened: bool = False,
    ridge: float = 0.01,
    windows: int = MOST_WINDOWS,
) -> SpikeFields: ...


@overload
def recognition_fields(
    model: HelmholtzMachine | HelmholtzDensity,
    data: Any,
    layer: int = 1,
    *,
    whitened: bool = False,
    ridge: float = 0.01,
    windows: int = MOST_WINDOWS,
) -> Fields: ...


def recognition_fields(
    model: Any,
    data: Any,
    layer: int = 1,
    *,
    whitened: bool = False,
    ridge: float = 0.01,
    windows: int = MOST_WINDOWS,
) -> Fields | SpikeFields:
    """Return to what each hidden unit responds, by reverse correlation with data.

    Of a recording, windows that do not overlap are taken, so that neighbours share no bin. Their
    significance takes them to be independent: activity that goes on for longer than a window
    makes it too large.

    Parameters
    ----------
    model : SpikeHelmholtz, HelmholtzDensity or HelmholtzMachine
        A fitted one.
    data : Recording, or array_like, (rows, visible units)
        A recording of a `SpikeHelmholtz`, rows of the others.
    layer : int
        A hidden layer, from 1.
    whitened : bool
        Whether what data have in common is taken out, see `neurohm.analysis.recognition_fields`.
    ridge : float
        Added to the covariance before it is inverted, times its mean variance.
    windows : int
        Windows of a recording at most, spread over it.

    Returns
    -------
    SpikeFields or Fields
        Of a recording in Hz (or spikes per bin): the rates before and while the unit is active,
        less the mean rate; whitened in counts over their variance.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such layer, there are too few windows or rows, or they are not the model's.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(recording)
    >>> nh.recognition_fields(model, recording).values.shape
    (4, 10, 2)
    """
    options: dict[str, Any] = {"whitened": whitened, "ridge": ridge}
    if isinstance(model, FittedSpikes):
        return _of_recording(model, data, layer, whole_number("windows", windows, 4), options)
    if isinstance(model, HelmholtzDensity):
        require_fitted(model)
        model = model.machine_
    return fields_of_rows(model, data, layer, **options)


def _of_recording(
    model: FittedSpikes, recording: Any, layer: int, most: int, options: dict[str, Any]
) -> SpikeFields:
    cut = Windows(model._binned(recording), model.lags, stride=model.lags)
    if len(cut) < 4:
        raise InputError(
            f"{len(cut)} windows to correlate with", "at least 4", "a longer recording"
        )
    chosen = np.unique(np.linspace(0, len(cut) - 1, most).astype(np.int64))
    found = fields_of_rows(model.machine_, WindowMatrix(cut, chosen), layer, **options)
    shape = (len(found.values), len(model.unit_ids_), model.lags)
    measure, values = "Counts when active over their covariance", found.values
    if not options["whitened"]:
        unit = "Hz" if model.time_unit_ == "s" else "Spikes per bin"
        measure, values = f"{unit} above the mean when active", values / model.bin_size_
    return SpikeFields(
        values.reshape(shape), found.significant.reshape(shape), measure, found.layer,
        model.unit_ids_, model.bin_size_,
    )  # fmt: skip
