"""How much better the expected counts of a code describe its windows than flat rates do."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import xlog1py, xlogy

from neurohm.exceptions import InputError

Cube = npt.NDArray[np.float64]


def match_gain(
    counts: Cube,
    expected: Cube,
    trigger: int,
    observation: str = "poisson",
    *,
    flat: str = "window",
) -> npt.NDArray[np.float64]:
    """Return what each window gains by its expected counts over the best flat rate of each unit.

    With the rates of each window, which know the numbers of its spikes, only their arrangement in
    time can be gained from; where units fire less than once a window that is very strict. The bin
    of the trigger is left out, and with windows of one bin all of the trigger.

    Parameters
    ----------
    counts : ndarray of float64, (n_windows, n_units, lags)
    expected : ndarray of float64, (n_windows, n_units, lags)
        Expected counts; probabilities of a spike for ``observation="bernoulli"``.
    trigger : int
        Position of the trigger unit, whose middle bin is left out.
    observation : str
    flat : str
        ``"window"``: the rate of each unit in the same window; ``"code"``: over all windows given.

    Returns
    -------
    ndarray of float64, (n_windows,)
        Nats.

    Raises
    ------
    InputError
        If `flat` is something else.

    References
    ----------
    de Sa, deCharms, Merzenich (1998). Using Helmholtz machines to analyze multi-channel neuronal
    recordings. NIPS 10:131.

    Examples
    --------
    Three spikes in the bins where they are expected, beside a trigger that always spikes:

    >>> counts = np.array([[[0.0, 1, 0], [3, 0, 0]]])
    >>> expected = np.array([[[0.1, 1, 0.1], [3, 0.1, 0.1]]])
    >>> gain = match_gain(counts, expected, trigger=0)
    >>> float(gain[0].round(3)), float((3 * np.log(3) - 0.4).round(3))
    (2.896, 2.896)
    """
    if flat not in ("window", "code"):
        raise InputError(f"flat {flat!r}", "'window' or 'code'")
    inside = np.ones(counts.shape[1:], dtype=bool)
    inside[trigger, counts.shape[2] // 2] = False
    rate = np.where(inside, counts, 0).sum(axis=2) / np.maximum(1, inside.sum(axis=1))
    if flat == "code":
        rate = rate.mean(axis=0, keepdims=True)
    rates = np.broadcast_to(rate[:, :, None], counts.shape)
    gain = _log_likelihood(counts, expected, observation) - _log_likelihood(
        counts, rates, observation
    )
    return np.asarray(np.where(inside, gain, 0).sum(axis=(1, 2)))


def _log_likelihood(counts: Cube, mean: Cube, observation: str) -> Cube:
    """Return the log-likelihood of each bin without log s!, which is the same on both sides."""
    if observation == "bernoulli":
        return np.asarray(xlogy(counts, mean) + xlog1py(1 - counts, -mean))
    return np.asarray(xlogy(counts, mean) - mean)
