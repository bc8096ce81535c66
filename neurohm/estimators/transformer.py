"""The Helmholtz machine as a step of a pipeline: rows become hidden activity."""

from __future__ import annotations

from typing import Any

from neurohm.estimators.row_estimator import RowEstimator
from neurohm.estimators.settings import Layers
from neurohm.learning import LearningRule, ParticleSchedule
from neurohm.plasticity import Plasticity
from neurohm.populations import Population


class HelmholtzTransformer(RowEstimator):
    """Features learned without labels: how probably each hidden unit is active, given a row.

    It learns as `HelmholtzDensity` does, and stands in pipelines and grid searches before a
    classifier or a regression.

    Parameters
    ----------
    hidden : sequence of int, str or Population, or one of them
        Hidden layers, from the visible one upward: sizes, kinds of units with sizes, or
        populations.
    layer : int or "all"
        The hidden layer, from 1, whose activity `transform` returns.
    rule : str or LearningRule
        ``"reweighted"``, ``"wake-sleep"`` or ``"bidirectional"``.
    particles : int or ParticleSchedule
        Of the reweighted and the bidirectional rule.
    plasticity : str or Plasticity
        ``"adam"``, ``"delta"``, ``"natural"``, ``"diagonal-natural"`` or ``"online-natural"``.
    learning_rate : float, optional
        Of a plasticity given by name; 0.005 for Adam and 0.1 for the delta rule by default.
    final_rate : float
        Factor of the learning rate at the end.
    epochs : int or "auto"
        "auto": 50, or more where 50 make fewer than 4000 steps.
    batch_size : int
    observation : str or Population
        What the columns are, as `HelmholtzDensity` takes it. ``"auto"``: by the values that are
        fitted, Bernoulli from 0 to 1 (values between are probabilities), Poisson for whole
        numbers from 0 on, Gaussian for all others.
    recognition : sequence of int, str or Population, or one of them, optional
        What the units of each hidden layer are when recognition drives them.
    init : str
        ``"normal"``, ``"sparse"`` or ``"recruit"``.
    validation : float
        Share of the rows, the last ones, that stops the fit; 0 for none.
    patience : int
        Epochs without improvement on that share before the fit stops.
    device : str
        ``"cpu"``, or ``"cuda"`` to `fit` on a GPU.
    random_state : int, Generator or None

    Attributes
    ----------
    machine_ : HelmholtzMachine
    history_ : History
    data_ : dict
    n_features_in_ : int
    seed_ : int

    See Also
    --------
    HelmholtzDensity : has scores and dreams as well.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> X, y = np.tile(np.eye(4), (25, 1)), np.tile([0, 0, 1, 1], 25)
    >>> features = HelmholtzTransformer(hidden=(6, 2), layer=1, epochs=5, batch_size=10)
    >>> model = make_pipeline(features, LogisticRegression()).fit(X, y)
    >>> model[:-1].transform(X).shape
    (100, 6)
    >>> model[:-1].get_feature_names_out()[:2].tolist()
    ['hidden1_0', 'hidden1_1']
    """

    def __init__(
        self,
        hidden: Layers = (200, 10),
        layer: int | str = "all",
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
        device: str = "cpu",
        random_state: Any = 0,
    ) -> None:
        self.hidden = hidden
        self.layer = layer
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
        self.device = device
        self.random_state = random_state
