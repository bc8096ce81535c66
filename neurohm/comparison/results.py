"""What a comparison found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from neurohm.exceptions import InputError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ModelScore:
    """How well one model explains what it has not learned from.

    Standard errors are over blocks of time, and hold the error of log Z where that is estimated.

    Parameters
    ----------
    name : str
    nats_per_bin : float
        Log-likelihood of all units together.
    bits_per_bin, bits_per_bin_error : float
        The same in bits.
    gain_bits_per_bin, gain_bits_per_bin_error : float
        Over independent units.
    gain_bits_per_spike, gain_bits_per_spike_error : float
        The same, shared among spikes.
    behind_bits_per_bin, behind_bits_per_bin_error : float
        By how much the best model is ahead, block by block; 0 for the best.
    p_value : float
        Of that difference, over all models by Holm's method; ``nan`` for the best.
    n_parameters : int
    seconds_to_fit, seconds_to_score : float
        Of all folds together.
    nats_of_blocks : tuple of float
        Summed log-likelihood of each block.
    log_partition_error : float
        Standard error of their sum by that of log Z, nats; 0 where log Z is exact, or none needed.
    """

    name: str
    nats_per_bin: float
    bits_per_bin: float
    bits_per_bin_error: float
    gain_bits_per_bin: float
    gain_bits_per_bin_error: float
    gain_bits_per_spike: float
    gain_bits_per_spike_error: float
    behind_bits_per_bin: float
    behind_bits_per_bin_error: float
    p_value: float
    n_parameters: int
    seconds_to_fit: float
    seconds_to_score: float
    nats_of_blocks: tuple[float, ...] = field(repr=False)
    log_partition_error: float = 0.0


@dataclass(frozen=True)
class GainTest:
    """Whether the gain of a model over independent units is more than surrogates give it.

    Parameters
    ----------
    name : str
        Of the model.
    gain_bits_per_bin : float
        Of the recording.
    surrogate_gains : tuple of float
        The same of each surrogate.
    p_value : float
        (1 + how many of them are at least that of the recording) / (1 + how many there are).
    family_p_value : float
        The same with the largest gain of all tested models in place of each one's: over them all,
        the probability of any false alarm.
    """

    name: str
    gain_bits_per_bin: float
    surrogate_gains: tuple[float, ...] = field(repr=False)
    p_value: float
    family_p_value: float


@dataclass(frozen=True)
class SurrogateTest:
    """Tests of gains against surrogates of one kind.

    Parameters
    ----------
    kind : str
        As `neurohm.recordings.surrogate` calls it.
    keeps, destroys : str
        What surrogates share with the recording, and what they do not.
    number : int
    refit : bool
        Whether models were fitted to each surrogate; else those of the recording were scored.
    tests : tuple of GainTest
    """

    kind: str
    keeps: str
    destroys: str
    number: int
    refit: bool
    tests: tuple[GainTest, ...]


@dataclass(frozen=True, repr=False)
class Comparison:
    """Models on the same held-out bins, the best first.

    Parameters
    ----------
    scores : tuple of ModelScore
    observation : str
        Distribution of the counts, ``"bernoulli"`` or ``"poisson"``.
    bin_size : float
        Seconds (or bins, see `time_unit`).
    time_unit : str
    lags : int
        Bins in a window.
    folds : int
        1 for a given test part.
    gap : int
        Bins left out between what is learned from and what is scored.
    n_units, n_bins, n_spikes : int
        What was scored. Of Bernoulli units a bin with several spikes counts as one spike.
    n_learned : int
        The fewest bins that the models of a fold learned from.
    bins_of_blocks, spikes_of_blocks : tuple of float
        Of each block that standard errors are made of.
    seed : int
    source : str
        File of the recording.
    surrogates : SurrogateTest or None

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(8, 2.0, 1, members=(5, 5), occurrence_rate=1.0)
    >>> comparison = nh.compare(recording, ["independent", "mixture"], folds=2)
    >>> [score.name for score in comparison.scores], comparison["mixture"].gain_bits_per_bin > 0
    (['mixture', 'independent'], True)
    """

    scores: tuple[ModelScore, ...]
    observation: str
    bin_size: float
    time_unit: str
    lags: int
    folds: int
    gap: int
    n_units: int
    n_bins: int
    n_spikes: int
    n_learned: int
    bins_of_blocks: tuple[float, ...]
    spikes_of_blocks: tuple[float, ...]
    seed: int = 0
    source: str = ""
    surrogates: SurrogateTest | None = None

    @property
    def best(self) -> ModelScore:
        """The model that explains the held-out bins best."""
        return self.scores[0]

    def __getitem__(self, name: str) -> ModelScore:
        """Return the score of a model by its name."""
        for score in self.scores:
            if score.name == name:
                return score
        raise KeyError(f"{name}; there are {', '.join(score.name for score in self.scores)}")

    def joined(self, other: Comparison) -> Comparison:
        """Return one comparison of the models of two, on the same bins of the same recording.

        A model that was thought of later need not wait for the others to be fitted once more.

        Parameters
        ----------
        other : Comparison
            Independent units are in both; of other models no name is.

        Returns
        -------
        Comparison
            Differences are from the best of all models, and p-values over them all. Tests against
            surrogates are those of this comparison.

        Raises
        ------
        InputError
            If the two are not of the same bins, or have a model of the same name.

        Examples
        --------
        >>> import numpy as np
        >>> import neurohm as nh
        >>> words = np.tile(np.eye(4), (10, 1))
        >>> one = nh.compare(words, ["independent"], folds=2)
        >>> [score.name for score in one.joined(nh.compare(words, ["ising"], folds=2)).scores]
        ['ising', 'independent']
        """
        from neurohm.comparison.joining import joined

        return joined(self, other)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Comparison:
        """Return a comparison from what `to_dict` made of it, also by way of JSON.

        Parameters
        ----------
        facts : mapping

        Returns
        -------
        Comparison

        Raises
        ------
        InputError
            If they are not those of a comparison.

        Examples
        --------
        >>> import numpy as np
        >>> import neurohm as nh
        >>> compared = nh.compare(np.tile(np.eye(4), (10, 1)), ["independent"], folds=2)
        >>> Comparison.from_dict(compared.to_dict()).best.name
        'independent'
        """
        try:
            tested = facts["surrogates"]
            if tested is not None:
                tests = tuple(_restored(GainTest, test) for test in tested["tests"])
                tested = SurrogateTest(**{**tested, "tests": tests})
            scores = tuple(_restored(ModelScore, score) for score in facts["scores"])
            blocks = {name: tuple(facts[name]) for name in ("bins_of_blocks", "spikes_of_blocks")}
            return cls(**{**facts, **blocks, "scores": scores, "surrogates": tested})
        except (AttributeError, KeyError, TypeError) as error:
            raise InputError(
                f"no comparison ({error})", "what 'neurohm compare -o' wrote"
            ) from error

    def to_frame(self) -> pd.DataFrame:
        """Return the scores as a table, a row a model, the best first.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas as pd

        rows = [asdict(score) for score in self.scores]
        table = pd.DataFrame(rows).drop(columns="nats_of_blocks").set_index("name")
        for test in () if self.surrogates is None else self.surrogates.tests:
            table.loc[test.name, "surrogate_p_value"] = test.p_value
        return table

    def __repr__(self) -> str:
        from neurohm.comparison.table import as_text

        return as_text(self)


def _restored(kind: Any, facts: Mapping[str, Any]) -> Any:
    """Return an object of what JSON holds of it: lists for tuples, nothing for nan."""
    values = {
        name: math.nan if value is None else tuple(value) if isinstance(value, list) else value
        for name, value in facts.items()
    }
    return kind(**values)
