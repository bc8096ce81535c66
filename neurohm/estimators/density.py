"""The Helmholtz machine over the rows of a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import DensityMixin

from neurohm.analysis import DensityReport, score_rows
from neurohm.backend import RandomStream, Site
from neurohm.checks import whole_number
from neurohm.estimators.matrices import matrix_for
from neurohm.estimators.observation import are_probabilities, drawn_by_content
from neurohm.estimators.row_estimator import RowEstimator
from neurohm.estimators.settings import Layers, chosen_seed, require_fitted
from neurohm.learning import LearningRule, ParticleSchedule
from neurohm.likelihood import marginal_log_likelihood
from neurohm.machine import dream
from neurohm.plasticity import Plasticity
from neurohm.populations import Population


class HelmholtzDensity(DensityMixin, RowEstimator):
    """A Helmholtz machine as a density over rows: binary, of counts, of real numbers, one-hot.

    Parameters
    ----------
    hidden : sequence of int, str or Population, or one of them
        Hidden layers, from the visible one upward: sizes, kinds of units with sizes, such as
        ``"autoregressive:200"``, or populations. None, ``()``, where visible units see each
        other, as autoregressive ones do: a fully visible belief net.
    rule : str or LearningRule
        ``"reweighted"``, ``"wake-sleep"``, ``"bidirectional"`` or ``"ddc"``.
    particles : int or ParticleSchedule
        Of the reweighted and the bidirectional rule.
    plasticity : str or Plasticity
        ``"adam"``, ``"delta"``, ``"natural"``, ``"diagonal-natural"`` or ``"online-natural"``.
    learning_rate : float, optional
        Of a plasticity given by name; 0.005 for Adam and 0.1 for the delta rule by default.
    final_rate : float
        Factor of the learning rate at the end; it falls over the second half of the epochs. The
        parameters are averaged over the last fifth.
    epochs : int or "auto"
        "auto": 50, or more where 50 make fewer than 4000 steps; of the rule "ddc", as many as
        make 1000.
    batch_size : int
    observation : str or Population
        What the columns are: ``"bernoulli"`` (0 and 1 alone), ``"poisson"``, ``"gaussian"`` (real
        numbers, best standardised, with deviations that start at those of the data and are
        learned), or a population with as many units, such as ``nh.Categorical(12,
        categories=3)``. ``"auto"``: by the values that are fitted, Bernoulli from 0 to 1 (values
        between are probabilities, from which rows are drawn anew in each epoch), Poisson for
        whole numbers from 0 on, Gaussian for all others; images are Bernoulli.
    recognition : sequence of int, str or Population, or one of them, optional
        What the units of each hidden layer are when recognition drives them, such as
        ``"nade:200"``; a number, or None for all layers, means what they are in ``hidden``.
    init : str
        ``"normal"`` (weights of spread 0.2), ``"sparse"`` (weights near zero), or ``"recruit"``:
        hidden units claim recurring parts of the data first. Hidden biases start negative.
    validation : float
        Share of the rows, the last ones, that stops the fit; 0 for none. Images that have a part
        for validation are stopped by that.
    patience : int
        Epochs without improvement on that share before the fit stops.
    score_particles : int
        Of the importance-sampled likelihood in ``score_samples`` and ``score``.
    device : str
        ``"cpu"``, or ``"cuda"`` to `fit` on a GPU; the fitted machine lies on the CPU, where
        `partial_fit` learns, too.
    random_state : int, Generator or None

    Attributes
    ----------
    machine_ : HelmholtzMachine
    history_ : History
    independent_ : IndependentModel
        The baseline, of the same rows.
    data_ : dict
        Source and fingerprint of what was fitted; height and width of images (``"shape"``, else
        None), and how they became binary (``"binarise"``).
    n_features_in_ : int
    seed_ : int

    Examples
    --------
    >>> import numpy as np
    >>> model = HelmholtzDensity(hidden=3, epochs=5, batch_size=4).fit(np.tile(np.eye(4), (25, 1)))
    >>> model.transform(np.eye(4)).shape, model.sample(2).shape
    ((4, 3), (2, 4))

    >>> import neurohm as nh
    >>> images = nh.load_images("digits", binarise="stochastic", test=0.2)
    >>> model = HelmholtzDensity(hidden=5, epochs=1).fit(images)
    >>> model.data_["shape"], model.score_report(images.test, particles=10).n_rows
    ([8, 8], 359)

    Recognition by units that know what the units before them in the layer did:

    >>> model = HelmholtzDensity(hidden=5, recognition="nade:5", epochs=1).fit(np.eye(4))
    >>> model.machine_
    HelmholtzMachine(4 bernoulli - 5, recognition 5 nade)
    """

    def __init__(
        self,
        hidden: Layers = (200, 10),
        rule: str | LearningRule = "reweighted",
        particles: int | ParticleSchedule = 5,
        plasticity: str | Plasticity = "adam",
        learning_rate: float | None = None,
        final_rate: float = 0.3,
        epochs: int | str = "auto",
        batch_size: int = 100,
        observation: str | Population = "auto",
        recognition: Layers | None = None,
        init: str = "normal",
        validation: float = 0.0,
        patience: int = 10,
        score_particles: int = 1000,
        device: str = "cpu",
        random_state: Any = 0,
    ) -> None:
        self.hidden = hidden
        self.rule = rule
        self.particles = particles
        self.plasticity = plasticity
        self.learning_rate = learning_rate
        self.final_rate = final_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.observation = observation
        self.recognition = recognition
        self.init = init
        self.validation = validation
        self.patience = patience
        self.score_particles = score_particles
        self.device = device
        self.random_state = random_state

    def score_samples(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each row (nats), by importance sampling.

        The estimate of a row depends neither on its place nor on the other rows. Of a row of
        probabilities it is that of one draw, always the same.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features)
            An entry that is nan is missing: what is scored is the rest of the row, whatever the
            missing ones may be. Bernoulli and Poisson columns can be missing.

        Returns
        -------
        ndarray of float64, (n_samples,)
        """
        require_fitted(self)
        particles = whole_number("score_particles", self.score_particles)
        rows, seed = self._scored(X), self.seed_
        return marginal_log_likelihood(self.machine_, rows, particles=particles, seed=seed).value

    def score(self, X: Any, y: None = None) -> float:
        """Return the mean log-likelihood of the rows (nats), as `score_samples` gives it."""
        return float(self.score_samples(X).mean())

    def score_report(self, X: Any, *, particles: int | None = None) -> DensityReport:
        """Return how well the machine explains rows, beside independent units.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features)
            Entries that are nan are missing, for independent units, too.
        particles : int, optional
            ``score_particles`` by default.

        Returns
        -------
        DensityReport
        """
        require_fitted(self)
        number = self.score_particles if particles is None else particles
        return score_rows(
            self.machine_, self._scored(X), self.independent_, particles=number, seed=self.seed_
        )

    def sample(self, n_samples: int = 1, *, seed: int | None = None) -> npt.NDArray[Any]:
        """Dream rows.

        Parameters
        ----------
        n_samples : int
        seed : int, optional
            The estimator's by default.

        Returns
        -------
        ndarray of float32, (n_samples, n_features)
        """
        require_fitted(self)
        stream = RandomStream(self.seed_ if seed is None else chosen_seed(seed))
        rows = whole_number("n_samples", n_samples)
        return dream(self.machine_, rows, stream, Site.DREAM).dense()

    def _scored(self, X: Any) -> Any:
        """Return rows to be scored: of probabilities one draw of each row, always the same."""
        matrix = matrix_for(self, X, missing=True)
        if self._takes_probabilities and are_probabilities(known := _known(matrix)):
            drawn = drawn_by_content(known, self.seed_)
            return drawn if known is matrix else np.where(np.isnan(matrix), np.nan, drawn)
        return matrix


def _known(matrix: Any) -> Any:
    """Return rows with missing entries set to zero; themselves where there are none."""
    is_dense = isinstance(matrix, np.ndarray) and matrix.dtype.kind == "f"
    return np.nan_to_num(matrix) if is_dense and np.isnan(matrix).any() else matrix
