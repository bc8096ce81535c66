"""What the estimators over rows of a matrix do alike: learn, recognise, and dream back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt
from sklearn.base import TransformerMixin

from neurohm.backend import RandomStream, Site
from neurohm.estimators import saved
from neurohm.estimators.base import HelmholtzEstimator, keepers
from neurohm.estimators.feature_names import hidden_names, layers_of
from neurohm.estimators.hooks import CallbackSupportMixin, hooks_of, with_callbacks
from neurohm.estimators.increments import Increments
from neurohm.estimators.matrices import as_matrix, matrix_for
from neurohm.estimators.observation import AUTO, are_probabilities, check_rows
from neurohm.estimators.reconstruction import split_layers, visible_mean
from neurohm.estimators.row_settings import checked_settings, started_machine, visible_for
from neurohm.estimators.rows import Rows
from neurohm.estimators.settings import chosen_epochs, chosen_seed, require_fitted
from neurohm.images import Images
from neurohm.machine import HelmholtzMachine, recognise_mean
from neurohm.populations import Bernoulli, Population
from neurohm.training import (
    Callback,
    Checkpoint,
    History,
    Progress,
    latest_checkpoint,
    train,
)

if TYPE_CHECKING:
    from neurohm.analysis import IndependentModel

Self = TypeVar("Self", bound="RowEstimator")


class RowEstimator(CallbackSupportMixin, TransformerMixin, HelmholtzEstimator):
    """The methods that `HelmholtzDensity` and `HelmholtzTransformer` share."""

    observation: str | Population
    epochs: int | str
    patience: int
    validation: float
    random_state: Any
    layer: int | str = "all"
    machine_: HelmholtzMachine
    seed_: int
    n_features_in_: int
    _increments: Increments

    @with_callbacks
    def fit(
        self: Self,
        X: Any,
        y: None = None,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        keep_checkpoint: bool = False,
        resume: bool = False,
        callbacks: Sequence[Callback] = (),
        label: str | None = "fitting",
    ) -> Self:
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
            Of neurohm's; scikit-learn's are given by ``set_callbacks``.
        label : str or None
            Text beside the progress bar; None for no bar.

        Returns
        -------
        object
            This estimator.

        Raises
        ------
        InputError, ArgumentTypeError
            If an argument or the data cannot be used.
        """
        settings = checked_settings(self)
        rows = Rows.of(X, self.validation)
        matrix_for(self, X if hasattr(X, "columns") else rows.matrix, reset=True)
        begun = latest_checkpoint(checkpoint) if resume and checkpoint else None
        rows = self._start(rows, begun, by_values=not isinstance(X, Images))
        progress = [] if label is None else [Progress(label)]
        hooks = hooks_of(self, X, y)
        monitors = [*keepers(rows.held_out, int(self.patience)), *progress, *hooks, *callbacks]
        if checkpoint is not None:
            extra = saved.row_tree(self, finished=False)
            monitors.append(Checkpoint(checkpoint, extra=extra, keep=keep_checkpoint))
        result = train(
            self.machine_,
            rows.batches,
            epochs=chosen_epochs(
                self.epochs, rows.matrix.shape[0], settings["batch_size"], settings["rule"]
            ),
            seed=self.seed_,
            callbacks=monitors,
            resume=begun,
            **settings,
        )
        self.machine_ = result.machine.on("cpu")
        self.history_, self.learning_ = result.history, result.settings
        if hasattr(self, "_increments"):
            del self._increments
        return self

    def partial_fit(self: Self, X: Any, y: None = None) -> Self:
        """Learn from some more rows, once, at the full learning rate.

        Rule and plasticity are those of the first portion, with what they remember of it.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        object
            This estimator.

        Raises
        ------
        InputError, ArgumentTypeError
            If an argument or the data cannot be used.
        """
        settings = checked_settings(self)
        first = not hasattr(self, "machine_")
        X = matrix_for(self, X, reset=first)
        if first:
            self._start(Rows(X))
            self.machine_ = self.machine_.on("cpu")
            self.history_, self.learning_ = History(), {}
        if not hasattr(self, "_increments"):
            self._increments = Increments.begun(settings["rule"], settings["plasticity"])
        batches = self._batches(X, settings["batch_size"])
        self._increments.learn(self.machine_, batches, self.seed_)
        return self

    def transform(self, X: Any) -> npt.NDArray[Any]:
        """Return how probably hidden units are active, layers side by side.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features)
            Probabilities drive the hidden units as they are.

        Returns
        -------
        ndarray of float32, (n_samples, hidden units)

        Raises
        ------
        NotFittedError, InputError
        """
        require_fitted(self)
        rows = self._activity(X)
        means = recognise_mean(self.machine_, rows)
        none = np.empty((rows.shape[0], 0), self.machine_.dtype)
        return np.hstack([none, *(means[k] for k in layers_of(self.machine_, self.layer))])

    def inverse_transform(self, H: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the mean visible activity given hidden activity as `transform` returns it.

        Parameters
        ----------
        H : array_like, (n_samples, hidden units)
            Only the populations that drive the visible one have an influence.

        Returns
        -------
        ndarray of float32, (n_samples, n_features)

        Raises
        ------
        NotFittedError, InputError
        """
        require_fitted(self)
        layers = layers_of(self.machine_, self.layer)
        return visible_mean(self.machine_, split_layers(self.machine_, layers, as_matrix(H)))

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Return names of the columns of `transform`, such as ``"hidden1_0"``.

        Parameters
        ----------
        input_features : object
            Ignored: a hidden unit is of all columns.

        Returns
        -------
        ndarray of str, (hidden units,)
        """
        require_fitted(self)
        return hidden_names(self.machine_, layers_of(self.machine_, self.layer))

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn is to know: sparse input will do, results are of float32."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _start(
        self, rows: Rows, begun: str | os.PathLike[str] | None = None, *, by_values: bool = True
    ) -> Rows:
        """Build the machine with its starting values, and keep what is known of the rows.

        Rows of probabilities come back as such from which binary ones are drawn.
        """
        self.n_features_in_ = int(rows.matrix.shape[1])
        visible = visible_for(self.observation, rows.matrix, by_values=by_values)
        binary = visible.domain == Bernoulli.domain
        if self.observation == AUTO and by_values and binary and are_probabilities(rows.matrix):
            rows = rows.drawn()
        if rows.binarise != "stochastic":
            check_rows(visible, rows.matrix)
        self.seed_ = chosen_seed(self.random_state)
        self.independent_: IndependentModel | None = rows.baseline(visible)
        self.data_: dict[str, Any] = rows.facts()
        if begun is not None:
            self.seed_ = saved.require_same(begun, self, self.data_["fingerprint"], of="data")
        self.machine_ = started_machine(self, visible, rows.matrix)
        return rows

    def _activity(self, X: Any) -> npt.NDArray[Any]:
        """Return rows as visible activity; probabilities stay what they are."""
        matrix = matrix_for(self, X)
        if self._takes_probabilities and are_probabilities(matrix):
            dense = matrix.toarray() if hasattr(matrix, "toarray") else matrix
            return self.machine_.backend.asarray(dense, self.machine_.dtype)
        return self.machine_.as_activity(matrix)

    @property
    def _takes_probabilities(self) -> bool:
        return self.observation == AUTO and self.machine_.visible.domain == Bernoulli.domain

    def _batches(self, X: Any, size: int) -> Iterator[Any]:
        """Return the batches of a portion; probabilities are drawn at each step."""
        drawn = self._takes_probabilities and are_probabilities(X)
        for first in range(0, X.shape[0], size):
            rows = X[first : first + size]
            if drawn:
                dense = rows.toarray() if hasattr(rows, "toarray") else rows
                generator = RandomStream(self.seed_, self._increments.steps).generator(
                    Site.PIXELS.of()
                )
                rows = (generator.random(dense.shape) < dense).astype(np.float32)
            yield rows
