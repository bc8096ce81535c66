"""The Helmholtz machine over the rows of a matrix."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis import DensityReport, IndependentModel, score_rows
from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number, whole_number
from neurohm.estimators import saved
from neurohm.estimators.base import HelmholtzEstimator, keepers
from neurohm.estimators.observation import check_rows, fit_visible, visible_of
from neurohm.estimators.rows import Rows, as_matrix
from neurohm.estimators.settings import (
    DENSITY_RATES,
    Layers,
    chosen_epochs,
    chosen_plasticity,
    chosen_rule,
    chosen_seed,
    hidden_layers,
    recognition_layers,
    require_fitted,
)
from neurohm.exceptions import InputError
from neurohm.learning import LearningRule, ParticleSchedule
from neurohm.likelihood import log_likelihood
from neurohm.machine import HelmholtzMachine, dream, recognise_mean
from neurohm.machine.initial import Initial, Normal, Sparse
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.recruitment import Recruitment
from neurohm.machine.workspace import Workspace
from neurohm.plasticity import Plasticity
from neurohm.populations import Gaussian, Population
from neurohm.training import (
    Callback,
    Checkpoint,
    Decay,
    History,
    Progress,
    latest_checkpoint,
    train,
)


class HelmholtzDensity(HelmholtzEstimator):
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
        ``"adam"`` or ``"delta"``.
    learning_rate : float, optional
        Of a plasticity given by name; 0.005 for Adam and 0.1 for the delta rule by default.
    final_rate : float
        Factor of the learning rate at the end; it falls over the second half of the epochs. The
        parameters are averaged over the last fifth.
    epochs : int or "auto"
        "auto": 50, or as many as make 4000 steps.
    batch_size : int
    observation : str or Population
        What the columns are: ``"bernoulli"``, ``"poisson"``, ``"gaussian"`` (real numbers, best
        standardised, with deviations that start at those of the data and are learned), or a
        population with as many units, such as ``nh.Categorical(12, categories=3)``.
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
        observation: str | Population = "bernoulli",
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

    def fit(
        self,
        X: Any,
        y: None = None,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        keep_checkpoint: bool = False,
        resume: bool = False,
        callbacks: Sequence[Callback] = (),
        label: str | None = "fitting",
    ) -> HelmholtzDensity:
        """Fit the machine to the rows of a matrix, or to images.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features), Images or BinarisedBatches
            Of images the training part; those with ``binarise="stochastic"`` are drawn anew in
            each epoch.
        y : None
            Ignored.
        checkpoint : path, optional
            Where to keep the state while fitting.
        keep_checkpoint : bool
            Whether it stays when the fit is done; else it is removed.
        resume : bool
            Go on from the checkpoint, if it is there, to the same result as without a stop.
        callbacks : sequence of Callback
        label : str or None
            Text beside the progress bar; None for no bar.

        Returns
        -------
        HelmholtzDensity
            This estimator.

        Raises
        ------
        InputError, ArgumentTypeError
            If an argument or the data cannot be used.
        """
        settings = self._checked()
        rows = Rows.of(X, self.validation)
        begun = latest_checkpoint(checkpoint) if resume and checkpoint else None
        self._start(rows, begun)
        progress = [] if label is None else [Progress(label)]
        monitors = [*keepers(rows.held_out, int(self.patience)), *progress, *callbacks]
        if checkpoint is not None:
            extra = saved.density_tree(self, finished=False)
            monitors.append(Checkpoint(checkpoint, extra=extra, keep=keep_checkpoint))
        result = train(
            self.machine_,
            rows.batches,
            epochs=chosen_epochs(self.epochs, rows.matrix.shape[0], settings["batch_size"]),
            seed=self.seed_,
            callbacks=monitors,
            resume=begun,
            **settings,
        )
        self.machine_: HelmholtzMachine = result.machine.on("cpu")
        self.history_, self.learning_ = result.history, result.settings
        return self

    def partial_fit(self, X: Any, y: None = None) -> HelmholtzDensity:
        """Learn from some more rows, once, at the full learning rate, by the rule of the start.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        HelmholtzDensity
            This estimator.
        """
        settings, X = self._checked(), as_matrix(X)
        if not hasattr(self, "_plasticity"):
            if not hasattr(self, "machine_"):
                self._start(Rows(X))
                self.machine_ = self.machine_.on("cpu")
                self.history_, self.learning_ = History(), {}
            self._plasticity = settings["plasticity"].fresh()
            self._steps = 0
        rule, size = settings["rule"].at(0), settings["batch_size"]
        work = Workspace(self.machine_.backend)
        for first in range(0, X.shape[0], size):
            stream = RandomStream(self.seed_, self._steps)
            activity = rule.phases(self.machine_, X[first : first + size], seed=stream, work=work)
            updates = rule.updates(self.machine_, activity, work=work)
            self._plasticity.apply(self.machine_, updates, work=work)
            self._steps += 1
        return self

    def score_samples(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of each row (nats), by importance sampling.

        The estimate of a row depends neither on its place nor on the other rows.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features)

        Returns
        -------
        ndarray of float64, (n_samples,)
        """
        require_fitted(self)
        particles = whole_number("score_particles", self.score_particles)
        return log_likelihood(
            self.machine_, as_matrix(X), particles=particles, seed=self.seed_
        ).value

    def score(self, X: Any, y: None = None) -> float:
        """Return the mean log-likelihood of the rows (nats)."""
        return float(self.score_samples(X).mean())

    def score_report(self, X: Any, *, particles: int | None = None) -> DensityReport:
        """Return how well the machine explains rows, beside independent units.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features)
        particles : int, optional
            ``score_particles`` by default.

        Returns
        -------
        DensityReport
        """
        require_fitted(self)
        number = self.score_particles if particles is None else particles
        return score_rows(
            self.machine_, as_matrix(X), self.independent_, particles=number, seed=self.seed_
        )

    def transform(self, X: Any) -> npt.NDArray[Any]:
        """Return how probably each hidden unit is active, all layers side by side.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features)

        Returns
        -------
        ndarray of float32, (n_samples, hidden units of all layers)
        """
        require_fitted(self)
        rows = self.machine_.as_activity(X)
        none = np.empty((rows.shape[0], 0), self.machine_.dtype)
        return np.hstack([none, *recognise_mean(self.machine_, rows)[1:]])

    def fit_transform(self, X: Any, y: None = None) -> npt.NDArray[Any]:
        """Fit, then transform."""
        return self.fit(X).transform(X)

    def inverse_transform(self, H: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the mean visible activity given hidden activity as `transform` returns it.

        Parameters
        ----------
        H : array_like, (n_samples, hidden units of all layers)
            Only the populations that drive the visible one have an influence.

        Returns
        -------
        ndarray of float32, (n_samples, n_features)
        """
        require_fitted(self)
        machine = self.machine_
        hidden = np.ascontiguousarray(as_matrix(H), dtype=machine.dtype)
        sizes = machine.sizes[1:]
        if hidden.ndim != 2 or hidden.shape[1] != sum(sizes):
            raise InputError(f"hidden activity of shape {hidden.shape}", f"(rows, {sum(sizes)})")
        parts = np.split(hidden, np.cumsum(sizes)[:-1], axis=1)
        states = [hidden, *(np.ascontiguousarray(part) for part in parts)]
        work = Workspace(machine.backend)
        brought = drive(machine, machine.generative, 0, states, work, Site.DREAM)
        mean = machine.backend.empty((hidden.shape[0], machine.visible.size), machine.dtype)
        machine.visible.mean(machine.kernels, input_of(machine.generative, 0, brought), mean)
        return mean

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

    def _checked(self) -> dict[str, Any]:
        """Return the arguments of `train` that are the estimator's, all arguments checked."""
        real_number("validation", self.validation, least=0, below=1)
        for name in ("patience", "score_particles"):
            whole_number(name, getattr(self, name))
        chosen_epochs(self.epochs, 1, 1)
        final_rate = real_number("final_rate", self.final_rate, above=0, most=1)
        return {
            "rule": chosen_rule(self.rule, self.particles),
            "plasticity": chosen_plasticity(self.plasticity, self.learning_rate, DENSITY_RATES),
            "batch_size": whole_number("batch_size", self.batch_size),
            "schedule": Decay(final=final_rate, hold=0.5),
        }

    def _initial(self, X: Any) -> Initial:
        if self.init == "recruit":
            return Recruitment(X)
        return Normal(0.2, -1.0) if self.init == "normal" else Sparse()

    def _start(self, rows: Rows, begun: str | os.PathLike[str] | None = None) -> None:
        """Build the machine with its starting values, and keep what is known of the rows."""
        if self.init not in ("normal", "sparse", "recruit"):
            raise InputError(f"init {self.init!r}", "'normal', 'sparse' or 'recruit'")
        X = rows.matrix
        self.n_features_in_ = int(X.shape[1])
        visible = visible_of(self.observation, self.n_features_in_)
        if rows.binarise != "stochastic":
            check_rows(visible, X)
        if self.init == "recruit" and visible.domain == Gaussian.domain:
            raise InputError(
                "init 'recruit' of real numbers", "binary data, or counts", "take init='normal'"
            )
        self._take_over(rows, visible, begun)
        self.machine_ = HelmholtzMachine(
            [visible, *hidden_layers(self.hidden, least=int(visible.factorial))],
            recognition=recognition_layers(self.recognition),
            initial=self._initial(X),
            seed=self.seed_,
            device=self.device,
        )
        if self.init != "recruit":
            fit_visible(self.machine_, X)

    def _take_over(
        self, rows: Rows, visible: Population, begun: str | os.PathLike[str] | None
    ) -> None:
        """Keep the seed, the baseline and what is known of the rows."""
        self.seed_ = chosen_seed(self.random_state)
        self.independent_: IndependentModel | None = rows.baseline(visible)
        self.data_: dict[str, Any] = rows.facts()
        if begun is not None:
            self.seed_ = saved.require_same(begun, self, self.data_["fingerprint"], of="data")
