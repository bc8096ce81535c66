"""scikit-learn's callbacks (`sklearn.callback`, from its version 1.9), called once an epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from neurohm.training import Callback
from neurohm.training.run import Run

try:
    from sklearn.callback import CallbackSupportMixin
    from sklearn.callback import with_callbacks as _with_callbacks
except ImportError:  # an older scikit-learn, without that protocol

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing: this scikit-learn has no callbacks."""

    _with_callbacks = None

__all__ = ["CallbackSupportMixin", "hooks_of", "with_callbacks"]

Method = TypeVar("Method", bound=Callable[..., Any])


def with_callbacks(method: Method) -> Method:
    """Return a ``fit`` after which callbacks are torn down, however it ends."""
    if _with_callbacks is None:
        return method
    managed: Method = _with_callbacks(method)
    return managed


def hooks_of(estimator: Any, X: Any, y: Any) -> list[Callback]:
    """Return what calls scikit-learn's callbacks of an estimator during a fit, if it has any.

    Parameters
    ----------
    estimator : BaseEstimator
    X, y : object
        As its ``fit`` was given them.

    Returns
    -------
    list of Callback
    """
    asked = hasattr(estimator, "_skl_callbacks") or hasattr(estimator, "_parent_callback_ctx")
    return [Hooks(estimator, X, y)] if asked else []


class Hooks(Callback):
    """Make a fit a task of scikit-learn's, and each epoch a task within it.

    Parameters
    ----------
    estimator : BaseEstimator
        Derived from scikit-learn's ``CallbackSupportMixin``.
    X, y : object
        Handed on to the callbacks.
    """

    def __init__(self, estimator: Any, X: Any, y: Any) -> None:
        self.estimator, self._data = estimator, {"X": X, "y": y}
        self._fit: Any = None
        self._epoch: Any = None

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Begin the task of the fit, and of its first epoch."""
        left = run.epochs - run.position.epoch
        self._fit = self.estimator._init_callback_context(max_subtasks=left)
        self._fit.call_on_fit_task_begin(estimator=self.estimator, **self._data)
        if left:
            self._begin_epoch()
        yield

    def after_epoch(self, run: Run) -> None:
        """End the task of the epoch; stop the run if a callback asks for that."""
        stop = self._epoch.call_on_fit_task_end(
            estimator=self.estimator,
            reconstruction_attributes=lambda: _learned(run),
            **self._data,
        )
        run.stop = run.stop or bool(stop)
        if not run.stop and run.position.epoch < run.epochs:
            self._begin_epoch()

    def after_training(self, run: Run) -> None:
        """End the task of the fit."""
        self._fit.call_on_fit_task_end(
            estimator=self.estimator,
            reconstruction_attributes=lambda: _learned(run),
            **self._data,
        )

    def _begin_epoch(self) -> None:
        self._epoch = self._fit.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(estimator=self.estimator, **self._data)


def _learned(run: Run) -> dict[str, Any]:
    """Return the attributes that an estimator would have if it had been fitted so far."""
    return {"machine_": run.machine.on("cpu").copy(), "history_": run.history}
