"""How much hidden units, or their joint code, say about the condition."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import xlogy

from neurohm.analysis.responses import Array, Responses
from neurohm.backend import Site, as_stream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError

UNITS = {"bits": float(np.log(2)), "nats": 1.0}

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Information:
    """Mutual information of units, or of their joint code, with the condition.

    Parameters
    ----------
    corrected : ndarray of float64, (n_variables,)
        Plain minus chance: the estimate to quote. Without any relation it is 0 on average.
    plain, chance, deviation : ndarray of float64, (n_variables,)
        Of the observed frequencies; mean and standard deviation over shuffled conditions.
    p_value : ndarray of float64, (n_variables,)
        Share of shuffles, this one included, with as much: (1 + number) / (1 + shuffles).
    entropy : float
        Of the condition: the most that there is to know.
    unit : {"bits", "nats"}
    names : tuple of str
        Of the variables: units, or "code".
    n_states : ndarray of int64, (n_variables,)
    n_trials, n_bins, shuffles : int
    """

    corrected: Array
    plain: Array
    chance: Array
    deviation: Array
    p_value: Array
    entropy: float
    unit: str
    names: tuple[str, ...]
    n_states: Codes
    n_trials: int
    n_bins: int
    shuffles: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        plain = asdict(self)
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in plain.items()}

    def __repr__(self) -> str:
        best = int(self.corrected.argmax())
        return (
            f"Information({len(self.names)} variables in {self.n_trials} trials; at most "
            f"{self.corrected[best]:.3g} {self.unit} (of {self.names[best]}, p = "
            f"{self.p_value[best]:.2g}), of {self.entropy:.3g})"
        )


def mutual_information(table: npt.ArrayLike, *, unit: str = "bits") -> float:
    """Return the mutual information of two variables, of their joint frequencies.

    Parameters
    ----------
    table : array_like, (n_states, n_levels)
        Joint counts or probabilities.
    unit : {"bits", "nats"}

    Returns
    -------
    float

    Raises
    ------
    InputError
        If it is no such table.

    References
    ----------
    Shannon (1948). A mathematical theory of communication. Bell System Technical Journal 27:379,
    doi:10.1002/j.1538-7305.1948.tb01338.x.

    Examples
    --------
    >>> mutual_information([[10, 0], [0, 10]]), mutual_information([[5, 5], [5, 5]])
    (1.0, 0.0)
    """
    joint = np.asarray(table, dtype=np.float64)
    if joint.ndim != 2 or not (np.isfinite(joint).all() and (joint >= 0).all() and joint.any()):
        raise InputError(
            f"a table of shape {joint.shape}", "joint counts or probabilities, not all 0"
        )
    return _information(joint) / _scale(unit)


def information_about(
    responses: Responses,
    *,
    of: str = "units",
    states: int | None = None,
    shuffles: int = 200,
    unit: str = "bits",
    seed: int = 0,
) -> Information:
    """Return how much activity in a bin says about the condition of the trial.

    A hidden unit is active or not (probability above a half), a recorded one has its counts;
    their joint state is the code. Frequencies of few samples show information where there is
    none; that bias is estimated by shuffling the conditions over trials, which keeps all that
    goes on within a trial, and subtracted.

    Parameters
    ----------
    responses : Responses
    of : {"units", "code"}
        Each unit on its own, or the joint state of all.
    states : int, optional
        Sort the activity of a whole trial into so many equally frequent states instead.
    shuffles : int
    unit : {"bits", "nats"}
    seed : int
        Of the shuffles.

    Returns
    -------
    Information

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or there is but one condition.

    References
    ----------
    Panzeri, Senatore, Montemurro, Petersen (2007). Correcting for the sampling bias problem in
    spike train information measures. Journal of Neurophysiology 98:1064,
    doi:10.1152/jn.00559.2007.

    Examples
    --------
    >>> from neurohm.analysis import responses_of
    >>> from neurohm.recordings import simulate_trials, trials_of
    >>> recording = simulate_trials(n_units=4, n_trials=200)
    >>> responses = responses_of(recording, trials_of(recording, "orientation"), bin_size=0.1)
    >>> found = information_about(responses, states=4)
    >>> bool((found.p_value < 0.01).all()), found.entropy
    (True, 2.0)
    """
    scale, shuffles = _scale(unit), whole_number("shuffles", shuffles)
    variables, names = _variables(responses, of, states)
    levels = _one_hot(responses.trials.codes, len(responses.trials.levels))
    if levels.shape[0] < 2:
        raise InputError(f"one condition, {responses.trials.levels[0]!r}", "at least two")
    tables = [_occupancy(codes) for codes in variables]
    plain = np.array([_information(levels @ table) for table in tables])
    rng = as_stream(seed).generator(Site.SHUFFLE.of())
    shuffled = np.empty((shuffles, len(tables)))
    for row in shuffled:
        mixed = levels[:, rng.permutation(levels.shape[1])]
        row[:] = [_information(mixed @ table) for table in tables]
    frequency = levels.sum(axis=1) / levels.sum()
    chance = shuffled.mean(axis=0)
    return Information(
        corrected=(plain - chance) / scale,
        plain=plain / scale,
        chance=chance / scale,
        deviation=shuffled.std(axis=0) / scale,
        p_value=(1 + (shuffled >= plain - 1e-12).sum(axis=0)) / (1 + shuffles),
        entropy=float(-xlogy(frequency, frequency).sum() / scale),
        unit=unit,
        names=names,
        n_states=np.array([table.shape[1] for table in tables]),
        n_trials=levels.shape[1],
        n_bins=variables[0].shape[1],
        shuffles=shuffles,
    )


def _scale(unit: str) -> float:
    if unit not in UNITS:
        raise InputError(f"unit {unit!r}", "'bits' or 'nats'")
    return UNITS[unit]


def _variables(
    responses: Responses, of: str, states: int | None
) -> tuple[list[Codes], tuple[str, ...]]:
    """Return the state of each variable in each bin, (trials, bins) each, and their names."""
    if of not in ("units", "code"):
        raise InputError(f"information of {of!r}", "'units' or 'code'")
    if states is not None:
        values = _ranked(responses.per_trial, whole_number("states", states, 2))[:, None]
    elif responses.kind != "counts":
        even = 0.5 if responses.kind == "probability" else 0.0
        values = (responses.values > even).astype(np.int64)
    else:
        values = responses.values.astype(np.int64)
    if of == "units":
        return [values[..., unit] for unit in range(values.shape[2])], responses.unit_names
    flat = values.reshape(-1, values.shape[2])
    code = np.unique(flat, axis=0, return_inverse=True)[1]
    return [code.reshape(values.shape[:2])], ("code",)


def _ranked(values: Array, states: int) -> Codes:
    """Return which of equally frequent states each value is in, column by column."""
    cuts = np.quantile(values, np.arange(1, states) / states, axis=0)
    return np.asarray((values[None] > cuts[:, None]).sum(axis=0), dtype=np.int64)


def _one_hot(codes: Codes, n_levels: int) -> Array:
    """Return a row a condition, one in the columns of its trials, (levels, trials)."""
    return np.asarray(np.arange(n_levels)[:, None] == codes, dtype=np.float64)


def _occupancy(codes: Codes) -> csr_array[Any]:
    """Return in how many bins of each trial each state was seen, (trials, states)."""
    _, states = np.unique(codes, return_inverse=True)
    trial = np.repeat(np.arange(len(codes)), codes.shape[1])
    shape = (len(codes), int(states.max()) + 1)
    return csr_array((np.ones(codes.size), (trial, states.reshape(-1))), shape=shape)


def _information(joint: Any) -> float:
    """Return the mutual information in a table of frequencies, nats."""
    p = np.asarray(joint) / joint.sum()
    apart = xlogy(p.sum(axis=0), p.sum(axis=0)).sum() + xlogy(p.sum(axis=1), p.sum(axis=1)).sum()
    return max(0.0, float(xlogy(p, p).sum() - apart))
