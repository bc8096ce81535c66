"""Whether a machine's predictions come true: each count, predicted from the rest of its window."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax

from neurohm.analysis.quality import WindowMatrix
from neurohm.backend import RandomStream, Site, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.kernels.reference.poisson import LOG_RATE_LIMIT
from neurohm.machine import HelmholtzMachine, Workspace, as_machine, log_joint, recognise
from neurohm.machine.inputs import drive
from neurohm.recordings import Windows

Array = npt.NDArray[np.float64]

MOST_WINDOWS = 400
"""Windows whose counts are predicted; of more, so many spread over all. Of wide ones fewer do."""

_FEWEST_WINDOWS = 20
_NUMBERS = 2**21  # predictions of particles at a time
_MOST_NUMBERS = 2**26  # and in all: some seconds
_KINDS = ("bernoulli", "poisson")


@dataclass(frozen=True, eq=False, repr=False)
class Calibration:
    """Counts as they were predicted, and as they were.

    Bins of units are sorted by the prediction and grouped so that about as many spikes are
    expected in each group; a model is calibrated where both agree.

    Parameters
    ----------
    predicted, observed : ndarray of float64, (n_groups,)
        Mean predicted and mean observed count (Bernoulli: frequency of a spike) in a bin.
    standard_error : ndarray of float64, (n_groups,)
        Of the observed mean, over windows: units that fire together in one are no independent
        observations.
    number : ndarray of int64, (n_groups,)
        Bins of units in each group.
    error : float
        Mean difference of predicted and observed, in absolute value, in relation to the mean
        count: 0 is perfect.
    n_windows, particles : int
    """

    predicted: Array
    observed: Array
    standard_error: Array
    number: npt.NDArray[np.int64]
    error: float
    n_windows: int
    particles: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        plain = asdict(self)
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in plain.items()}

    def __repr__(self) -> str:
        return (
            f"Calibration({len(self.predicted)} groups, predictions from "
            f"{self.predicted.min(initial=np.inf):.2g} to {self.predicted.max(initial=0.0):.2g}, "
            f"off by {100 * self.error:.1f} % on average; {self.n_windows} windows, "
            f"{self.particles} particles)"
        )


def predicted_counts(
    machine: HelmholtzMachine,
    x: npt.ArrayLike,
    *,
    particles: int = 200,
    seed: int | RandomStream = 0,
) -> Array:
    """Return the mean of each visible unit given all others of its row.

    Hidden activity is drawn once, given the whole row; its weights then leave out, for each unit
    in turn, what that unit itself contributed.

    Parameters
    ----------
    machine : HelmholtzMachine
        With Bernoulli or Poisson visible units.
    x : array_like, (rows, visible units)
    particles : int
        Samples of hidden activity of each row; the result is exact in the limit of many.
    seed : int or RandomStream

    Returns
    -------
    ndarray of float64, (rows, visible units)

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or visible units are of another kind.

    References
    ----------
    Gelfand, Dey, Chang (1992). Model determination using predictive distributions with
    implementation via sampling-based methods. Bayesian Statistics 4:147.

    Examples
    --------
    >>> machine = HelmholtzMachine([4, 2], seed=0)
    >>> predicted_counts(machine, np.eye(4)).shape
    (4, 4)
    """
    machine, stream = as_machine(machine), as_stream(seed)
    particles = whole_number("particles", particles)
    if machine.visible.kind not in _KINDS:
        raise InputError(f"visible units of kind {machine.visible.kind!r}", " or ".join(_KINDS))
    data = np.asarray(x)
    if not len(data):
        raise InputError("no rows to predict", "at least one")
    rows = max(1, _NUMBERS // (particles * machine.visible.size))
    parts = [
        _predicted(machine, data[first : first + rows], particles, RandomStream(stream.seed, first))
        for first in range(0, len(data), rows)
    ]
    return np.concatenate(parts)


def calibrate(
    machine: HelmholtzMachine,
    windows: Windows,
    *,
    groups: int = 8,
    particles: int = 200,
    seed: int | RandomStream = 0,
) -> Calibration:
    """Compare each count with its prediction from the rest of its window.

    Parameters
    ----------
    machine : HelmholtzMachine
    windows : Windows
        Of counts that the machine's visible units can take; 400 of them at most.
    groups : int
        Of bins of units with similar predictions, at most.
    particles : int
    seed : int or RandomStream

    Returns
    -------
    Calibration

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used.

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.recordings import bin_spikes
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(recording)
    >>> windows = Windows(bin_spikes(recording, 0.02), lags=2, stride=2)
    >>> calibrate(model.machine_, windows).predicted.shape
    (8,)
    """
    groups = whole_number("groups", groups)
    particles = whole_number("particles", particles)
    enough = _MOST_NUMBERS // (particles * windows.n_columns)
    most = min(MOST_WINDOWS, max(_FEWEST_WINDOWS, enough))
    chosen = np.unique(np.linspace(0, len(windows) - 1, most).astype(np.int64))
    x = WindowMatrix(windows, chosen)[:]
    predicted = predicted_counts(machine, x, particles=particles, seed=seed).ravel()
    observed = x.astype(np.float64).ravel()
    group = _grouped(predicted, groups)
    number = np.bincount(group)
    mean, seen = (np.bincount(group, values) / number for values in (predicted, observed))
    error = float((np.abs(mean - seen) * number).sum() / max(observed.sum(), 1.0))
    return Calibration(
        predicted=mean,
        observed=seen,
        standard_error=_error_over_windows(observed - seen[group], group, len(x)),
        number=number,
        error=error,
        n_windows=len(chosen),
        particles=particles,
    )


def _grouped(predicted: Array, groups: int) -> npt.NDArray[np.int64]:
    """Return the group of each prediction: ascending, about as many spikes expected in each."""
    order = np.argsort(predicted, kind="stable")
    passed = np.cumsum(predicted[order]) - predicted[order] / 2
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.minimum(passed / predicted.sum() * groups, groups - 1).astype(np.int64)
    return np.unique(group, return_inverse=True)[1].reshape(-1)


def _error_over_windows(residual: Array, group: npt.NDArray[np.int64], n_windows: int) -> Array:
    """Return the standard error of each group's mean from residuals, window after window.

    Those of a window count as one observation (Liang and Zeger 1986, Biometrika 73:13).
    """
    groups = int(group.max()) + 1
    window = np.repeat(np.arange(n_windows), len(residual) // n_windows)
    sums = np.bincount(window * groups + group, residual, n_windows * groups)
    squares = (sums.reshape(n_windows, groups) ** 2).sum(axis=0)
    few = n_windows / max(1, n_windows - 1)
    return np.asarray(np.sqrt(squares * few) / np.bincount(group))


def _predicted(
    machine: HelmholtzMachine, x: npt.NDArray[Any], particles: int, stream: RandomStream
) -> Array:
    """Return the predictions of some rows."""
    work = Workspace(machine.backend)
    data = machine.as_activity(np.repeat(x, particles, axis=0))
    activity = recognise(machine, data, stream, Site.SCORE, scored=True, work=work)
    if activity.log_probability is None:  # never, as it is scored
        raise InputError("activity that was not scored", "scored activity")
    proposal = np.array(machine.backend.to_host(activity.log_probability))
    joint = machine.backend.to_host(log_joint(machine, activity.states))
    received = np.broadcast_to(_received(machine, activity.states), data.shape)
    mean, own = _mean_and_log_probability(machine.visible.kind, data, received)
    shape = (len(x), particles, -1)
    log_weight = (np.asarray(joint) - proposal)[:, None] - own
    weight = softmax(log_weight.reshape(shape), axis=1)
    return np.asarray((weight * mean.reshape(shape)).sum(axis=1))


def _received(machine: HelmholtzMachine, states: Any) -> Array:
    """Return what visible units receive, log-odds or log-rates, in double precision."""
    pathway, host = machine.generative, machine.backend.to_host
    brought = drive(machine, pathway, 0, states, Workspace(machine.backend), Site.FIELDS)
    soma, bias = (
        np.asarray(host(part), np.float64) for part in (brought.soma, pathway.biases[0].weights)
    )
    return np.asarray(soma + bias)


def _mean_and_log_probability(
    kind: str, x: npt.NDArray[Any], received: Array
) -> tuple[Array, Array]:
    """Return the mean of units, and the log-probability of each count but for log x!, nats."""
    if kind == "poisson":
        log_rate = np.minimum(received, LOG_RATE_LIMIT)
        mean = np.exp(log_rate)
        return mean, x * log_rate - mean
    return np.asarray(expit(received)), x * received - np.logaddexp(0, received)
