"""Which assemblies appear, vanish or change from one condition to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.multiple_tests import holm
from neurohm.analysis.rate_comparison import (
    Occurrences,
    RateComparison,
    compare_rates,
    dispersion_of,
)
from neurohm.checks import real_number, whole_number
from neurohm.estimators.assembly_files import check_table
from neurohm.estimators.occurrences_by_condition import Condition, Pattern
from neurohm.exceptions import InputError
from neurohm.progress import progress_of
from neurohm.recordings import Recording

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators.spikes import SpikeHelmholtz

_WIDER, _FEWER = 10, 20  # window and number of the copies that say what there is by chance


def compare_assemblies(
    model: SpikeHelmholtz,
    assemblies: pd.DataFrame,
    first: Recording,
    second: Recording,
    *,
    names: tuple[str, str] = ("A", "B"),
    alpha: float = 0.05,
    surrogates: int = 99,
) -> pd.DataFrame:
    """Compare how often assemblies occur, and who takes part, in two conditions or epochs.

    Fit the model, and look for assemblies, in both conditions together: what is only in one of
    them is then among those compared, and neither has the advantage of having been learned from.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    assemblies : pandas.DataFrame
        What `SpikeHelmholtz.assemblies` returns.
    first, second : Recording
        Of the model's units, such as two parts of one recording.
    names : (str, str)
        Of the conditions.
    alpha : float
        Probability of saying of any assembly that it changes where none does; intervals cover
        one minus it.
    surrogates : int
        Jittered copies of each condition, which say how often an assembly occurs by chance.

    Returns
    -------
    pandas.DataFrame
        The table given, with columns for each condition (ending in ``_a`` and ``_b``):

        - ``occurrences_a``, and ``rate_a``: beyond what copies with spikes jittered ten times as
          widely have, per minute (per bin where time is counted in bins), with ``rate_low_a`` and
          ``rate_high_a``;
        - ``present_p_a``: share of jittered copies in which it occurs as often;
        - ``participation_a``: of each member, beyond chance;

        and of both: ``ratio`` of the second rate to the first, ``ratio_low``, ``ratio_high``;
        ``change_p``: that the rates are the same, corrected for the number of assemblies (Holm);
        ``participation_p``: of each member, that it takes part as often, corrected for the number
        of members; ``change``: "appears", "vanishes" (present in one condition alone, at
        ``alpha``), "more often", "less often", "in neither", or empty.
        ``attrs["conditions"]`` are the names, ``attrs["compared_at"]`` alpha.

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or units are not the model's.

    References
    ----------
    Przyborowski, Wilenski (1940). Homogeneity of results in testing samples from Poisson series.
    Biometrika 31:313. doi:10.1093/biomet/31.3-4.313

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(20, 4, 2, members=(5, 6), occurrence_rate=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=12, lags=4, epochs=40).fit(recording)
    >>> table = model.assemblies(refit=False)
    >>> halves = recording.between(0, 120), recording.between(120, 240)
    >>> nh.compare_assemblies(model, table, *halves)["change"].tolist()
    ['', '']
    """
    check_table(assemblies)
    alpha = real_number("alpha", alpha, above=0, below=1)
    surrogates = whole_number("surrogates", surrogates)
    if len(names) != 2 or names[0] == names[1]:
        raise InputError(f"conditions called {names!r}", "two different names")
    if 1 / (surrogates + 1) > alpha:
        raise InputError(
            f"{surrogates} surrogates, whose smallest p-value is {1 / (surrogates + 1):.3g}, for "
            f"alpha {alpha:g}",
            f"at least {int(np.ceil(1 / alpha - 1e-9)) - 1} surrogates",
        )
    conditions = [
        Condition.of(name, own, model) for name, own in zip(names, (first, second), strict=True)
    ]
    window = round(float(assemblies.attrs.get("jitter", 5 * model.bin_size_)) / model.bin_size_)
    rows = []
    with progress_of(len(assemblies), "assemblies compared") as progress:
        for _, row in assemblies.iterrows():
            rows.append(_compared(row, model, conditions, window, surrogates, alpha))
            progress.advance()
    return _with_changes(assemblies, rows, names, alpha)


def _compared(
    row: pd.Series,
    model: SpikeHelmholtz,
    conditions: list[Condition],
    window: int,
    surrogates: int,
    alpha: float,
) -> dict[str, Any]:
    """Return the columns of one assembly, but for what depends on the others."""
    pattern = Pattern.of(row, model, conditions)
    rng = np.random.default_rng(model.seed_)
    found = [pattern.occurrences(own) for own in conditions]
    jittered = [pattern.by_chance(own, window, surrogates, rng) for own in conditions]
    # Within a short window what is left of the assembly itself makes coincidences; how many
    # there would be without it, a window shows in which it is lost.
    chance = [pattern.by_chance(own, _WIDER * window, _FEWER, rng) for own in conditions]
    numbers = [
        Occurrences(len(moments), float(by_chance.mean()), own.recording.observed_duration)
        for (moments, _), by_chance, own in zip(found, chance, conditions, strict=True)
    ]
    dispersion = dispersion_of(
        [moments for moments, _ in found], [own.recording.observed for own in conditions]
    )
    rates = compare_rates(*numbers, dispersion=dispersion, level=1 - alpha)
    shares = [_participation(*pair, pattern, model) for pair in zip(conditions, found, strict=True)]
    columns: dict[str, Any] = {}
    for letter, number, by_chance, share in zip("ab", numbers, jittered, shares, strict=True):
        as_many = int((by_chance >= number.number).sum())
        columns |= {
            f"occurrences_{letter}": number.number,
            f"present_p_{letter}": (1 + as_many) / (1 + surrogates),
            f"participation_{letter}": tuple(share[0].tolist()),
        }
    columns |= _rates(rates, 60.0 if model.time_unit_ == "s" else 1.0)
    columns["participation_p"] = tuple(_of_difference(*shares).tolist())
    return columns


def _rates(rates: RateComparison, factor: float) -> dict[str, float]:
    columns = {
        "ratio": rates.ratio,
        "ratio_low": rates.ratio_interval[0],
        "ratio_high": rates.ratio_interval[1],
        "change_p": rates.p_value,
    }
    for letter, rate, (low, high) in zip("ab", rates.rates, rates.intervals, strict=True):
        columns |= {
            f"rate_{letter}": factor * rate,
            f"rate_low_{letter}": factor * low,
            f"rate_high_{letter}": factor * high,
        }
    return columns


def _participation(
    condition: Condition,
    found: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    pattern: Pattern,
    model: SpikeHelmholtz,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return in which share of the occurrences each member fires beyond chance, and its variance.

    The rate of the condition itself says what chance is.
    """
    moments, after = found
    if not len(moments):
        return np.full(len(pattern.members), np.nan), np.full(len(pattern.members), np.inf)
    fired = (~np.isnan(after)).mean(axis=0)
    length = pattern.spans[:, 1] - pattern.spans[:, 0]
    by_chance = -np.expm1(-condition.recording.rates[pattern.members] * length)
    # Half an occurrence more of each kind, so that a share of 0 or 1 has a variance, too.
    smoothed = (fired * len(moments) + 0.5) / (len(moments) + 1)
    return fired - by_chance, smoothed * (1 - smoothed) / len(moments)


def _of_difference(
    first: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    second: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
) -> npt.NDArray[np.float64]:
    """Return p-values that members take part as often in both conditions, family-wise."""
    from scipy.stats import norm

    z = (second[0] - first[0]) / np.sqrt(first[1] + second[1])
    return holm(np.where(np.isnan(z), 1.0, 2 * norm.sf(np.abs(z))))


def _with_changes(
    assemblies: pd.DataFrame, rows: list[dict[str, Any]], names: tuple[str, str], alpha: float
) -> pd.DataFrame:
    """Return the table with the columns of all assemblies, and what became of each."""
    import pandas as pd

    columns = pd.DataFrame(rows, index=assemblies.index, columns=COLUMNS)
    columns["change_p"] = holm(columns["change_p"].to_numpy(np.float64))
    columns["change"] = [_change(row, alpha) for _, row in columns.iterrows()]
    kept = assemblies.drop(columns=[name for name in COLUMNS if name in assemblies])
    table = kept.join(columns)
    table.attrs = {**assemblies.attrs, "conditions": list(names), "compared_at": alpha}
    whole = dict.fromkeys(("occurrences_a", "occurrences_b"), np.int64)
    return table.astype(dict.fromkeys(_NUMBERS, np.float64) | whole | {"change": str})


def _change(row: pd.Series, alpha: float) -> str:
    present = [row[f"present_p_{letter}"] <= alpha for letter in "ab"]
    if not any(present):
        return "in neither"
    if row["change_p"] > alpha:
        return ""
    # Of the two, one is present; which one the ratio says as well.
    if row["ratio"] > 1:
        return "more often" if present[0] else "appears"
    return "less often" if present[1] else "vanishes"


_NUMBERS = [
    "rate_a", "rate_low_a", "rate_high_a", "present_p_a",
    "rate_b", "rate_low_b", "rate_high_b", "present_p_b",
    "ratio", "ratio_low", "ratio_high", "change_p",
]  # fmt: skip
COLUMNS = [
    "occurrences_a", "occurrences_b", *_NUMBERS, "participation_a", "participation_b",
    "participation_p", "change",
]  # fmt: skip
