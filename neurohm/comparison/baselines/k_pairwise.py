"""The K-pairwise model: rates, correlations, and how many units are active at once."""

from __future__ import annotations

from typing import ClassVar

from neurohm.comparison.baselines.interactions import Interactions, Vector
from neurohm.comparison.baselines.ising import Ising


class KPairwise(Ising):
    """Pairwise maximum entropy model with a potential of the number of active units.

    Parameters
    ----------
    prior_deviation : float or sequence of float, optional
        Standard deviation of the Gaussian prior of each coupling and of each third difference of
        the potential, nats; as in `Ising`.
    method : {"auto", "enumeration", "chains"}
    chains : ChainSettings, optional
    tolerance : float
    seed : int

    Attributes
    ----------
    potential_ : ndarray of float64, (n_units + 1,)
        What the number of active units adds, nats; 0 for silence. A quadratic potential says no
        more than fields and couplings; of all that say the same, couplings are smallest here.
    fields_, couplings_, prior_deviation_, log_partition_
        As in `Ising`.

    Notes
    -----
    log p(x) = sum_i h_i x_i + sum_(i<j) J_ij x_i x_j + V(sum_i x_i) - log Z. The prior draws the
    potential towards a quadratic one, which is that of the pairwise model, and continues it so to
    counts that were never seen.

    References
    ----------
    Tkačik, Marre, Amodei, Schneidman, Bialek, Berry (2014). Searching for collective behavior in a
    large network of sensory neurons. PLoS Computational Biology 10:e1003408.
    https://doi.org/10.1371/journal.pcbi.1003408

    Examples
    --------
    Units that are all active or nearly all silent:

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> words = (rng.random((1000, 6)) < 0.1).astype(int)
    >>> words[::20] = 1
    >>> model = KPairwise().fit(words)
    >>> bool(abs(model.sample(4000).all(axis=1).mean() - 0.05) < 0.015)
    True
    """

    name: ClassVar[str] = "k-pairwise"
    _counted: ClassVar[bool] = True
    potential_: Vector

    def _keep(self, setting: float, energy: Interactions) -> None:
        """Make the fitted attributes."""
        super()._keep(setting, energy)
        self.potential_ = energy.potential
