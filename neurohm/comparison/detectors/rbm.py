"""Assemblies as the hidden units of a restricted Boltzmann machine."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.comparison.detectors.base import AssemblyDetector, counts_of
from neurohm.recordings import BinnedSpikes

_FEWEST_MEMBERS = 2


class RBMAssemblies(AssemblyDetector):
    """Columns of weights of a restricted Boltzmann machine over words of spikes.

    Scikit-learn's estimator learns from words (a spike or none in each bin), and again from
    words whose units are shifted in time against each other. What no weight of the latter
    reaches, but for one in a thousand, is a member; hidden units with two members or more are
    assemblies.

    Parameters
    ----------
    n_hidden : int
    epochs : int
    learning_rate : float
    batch_size : int
    random_state : int

    References
    ----------
    Hinton (2002). Training products of experts by minimizing contrastive divergence. Neural
    Computation 14:1771. doi:10.1162/089976602760128018

    Examples
    --------
    >>> counts = np.random.default_rng(0).poisson(0.1, (2000, 12))
    >>> counts[::20, :4] = 1
    >>> RBMAssemblies(n_hidden=3, epochs=10).fit(counts).weights_.shape[1]
    12
    """

    name: ClassVar[str] = "RBM"

    def __init__(
        self,
        n_hidden: int = 20,
        epochs: int = 50,
        learning_rate: float = 0.2,
        batch_size: int = 50,
        random_state: int = 0,
    ) -> None:
        self.n_hidden = whole_number("n_hidden", n_hidden)
        self.epochs = whole_number("epochs", epochs)
        self.learning_rate = real_number("learning_rate", learning_rate, above=0)
        self.batch_size = whole_number("batch_size", batch_size)
        self.random_state = whole_number("random_state", random_state, 0)

    def fit(self, binned: BinnedSpikes | npt.ArrayLike) -> Self:
        """Find the assemblies; see `AssemblyDetector.fit`."""
        counts, observed = counts_of(binned)
        words = np.minimum(counts[observed], 1.0)
        rng = np.random.default_rng(self.random_state)
        places = np.arange(len(words))[:, None] + rng.integers(len(words), size=words.shape[1])
        shifted = np.take_along_axis(words, places % len(words), axis=0)
        least = float(np.quantile(_weights(self._machine().fit(shifted)), 0.999))
        machine = self._machine().fit(words)
        above = _weights(machine) > least
        used = above.sum(axis=1) >= _FEWEST_MEMBERS
        self.bias_ = machine.intercept_hidden_[used]
        self.drive_ = machine.components_[used]
        kept = np.where(above, _weights(machine), 0.0)[used]
        self.weights_ = kept / np.linalg.norm(kept, axis=1, keepdims=True)
        self.members_ = tuple(np.flatnonzero(own) for own in above[used])
        return self

    def activation(self, binned: BinnedSpikes | npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the posterior log-odds of the hidden units in each bin.

        Parameters
        ----------
        binned : BinnedSpikes or array_like, (n_bins, n_units)

        Returns
        -------
        ndarray of float64, (n_bins, n_assemblies)
            Nats.
        """
        counts, observed = self._counts(binned)
        log_odds = np.minimum(counts, 1.0) @ self.drive_.T + self.bias_
        log_odds[~observed] = np.nan
        return np.asarray(log_odds)

    def _machine(self) -> Any:
        from sklearn.neural_network import BernoulliRBM

        return BernoulliRBM(
            n_components=self.n_hidden,
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            n_iter=self.epochs,
            random_state=self.random_state,
        )


def _weights(machine: Any) -> npt.NDArray[np.float64]:
    """Return weights of each hidden unit relative to the median, which its bias could hold."""
    weights: npt.NDArray[np.float64] = machine.components_
    return np.asarray(weights - np.median(weights, axis=1, keepdims=True))
