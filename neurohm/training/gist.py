"""What each hidden layer knows of an image: a read-out of the image at a coarser resolution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.images import Pyramid
from neurohm.learning.locality import LocalityReport, Signal
from neurohm.machine import HelmholtzMachine, recognise
from neurohm.machine.updates import SYNAPSE_LOCAL
from neurohm.training.callbacks import Callback, require_same
from neurohm.training.run import Run

Array = npt.NDArray[np.float64]
_BATCH = 100


class GistReadout(Callback):
    """Further efferents of hidden layers: each learns to predict the image at a resolution.

    After each epoch, hidden activity is drawn for a sample of images, and the synapses A of a layer
    with activity s onto the pixels v of its level learn dA = s' (v - sigmoid(s A + a)), with the
    delta rule. Nothing flows back: learning of the machine does not depend on it, to the bit. It is
    in checkpoints, and its progress in the history: ``"gist of hidden1"``, the share of the
    variance of the level that is predicted, of the images of the last epoch.

    Parameters
    ----------
    x : array_like, (n_images, pixels)
    shape : (int, int)
        Height and width.
    grids : sequence of (int, int) or None
        What each hidden layer predicts, from the first one upward.
    rate : float
        Of the delta rule.
    pool : str
        See `neurohm.images.Pyramid`.

    Raises
    ------
    InputError, ArgumentTypeError
        If grids and shape do not go together, or a number is out of range.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine, x = nh.HelmholtzMachine([16, 6, 3], seed=0), np.eye(16)
    >>> gist = GistReadout(x, (4, 4), [(2, 2), (1, 2)])
    >>> history = nh.train(machine, x, epochs=3, callbacks=[gist]).history
    >>> [picture.shape for picture in gist.read(machine, x[:5])]
    [(5, 4), (5, 2)]
    """

    def __init__(
        self,
        x: npt.ArrayLike,
        shape: tuple[int, int],
        grids: Sequence[tuple[int, int] | None],
        *,
        rate: float = 0.3,
        pool: str = "area",
    ) -> None:
        self.x = np.asarray(x)
        self.targets = [level + 1 for level, grid in enumerate(grids) if grid is not None]
        if not self.targets:
            raise InputError("grids without a level", "height and width for a layer at least")
        self.pyramid = Pyramid(shape, [grid for grid in grids if grid is not None], pool)
        self.rate = real_number("rate", rate, above=0)
        self.weights: dict[int, Array] = {}

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Begin anew, unless the run is resumed."""
        if not run.position.step:
            self.weights = {}
        yield

    def after_epoch(self, run: Run) -> None:
        """Learn from each image once."""
        levels = self.pyramid.levels(self.x)
        left, spread = dict.fromkeys(self.targets, 0.0), dict.fromkeys(self.targets, 0.0)
        for number, first in enumerate(range(0, len(self.x), _BATCH)):
            stream = RandomStream(run.seed, run.position.epoch * -(-len(self.x) // _BATCH) + number)
            drawn = self._drawn(run.machine, self.x[first : first + _BATCH], stream)
            for target, level in zip(self.targets, levels, strict=True):
                v = level[first : first + _BATCH]
                error = v - self._predicted(drawn[target], target, v.shape[1])
                self.weights[target] += self.rate * drawn[target].T @ error / len(v)
                left[target] += float(np.square(error).sum())
                spread[target] += float(np.square(v - level.mean(axis=0)).sum())
        for target in self.targets:
            share = 1 - left[target] / max(spread[target], 1e-12)
            run.history.set_last(f"gist of {run.machine.populations[target].name}", share)

    def read(self, machine: HelmholtzMachine, x: npt.ArrayLike, *, seed: int = 0) -> list[Array]:
        """Return images as hidden layers know them.

        Parameters
        ----------
        machine : HelmholtzMachine
        x : array_like, (n_images, pixels)
        seed : int
            Of the hidden activity.

        Returns
        -------
        list of ndarray, (n_images, pixels of the level)
            Of each layer with a level.
        """
        drawn = self._drawn(machine, x, RandomStream(whole_number("seed", seed, 0)))
        sizes = [height * width for height, width in self.pyramid.grids]
        return [
            self._predicted(drawn[target], target, size)
            for target, size in zip(self.targets, sizes, strict=True)
        ]

    def locality(self, machine: HelmholtzMachine) -> LocalityReport:
        """Return which signals the read-out learns from."""
        names = {target: machine.populations[target].name for target in self.targets}
        signals = (
            Signal(f"gist/{name}", "wake", f"{name} activity", "gist error", "", SYNAPSE_LOCAL)
            for name in names.values()
        )
        return LocalityReport("gist read-out", tuple(signals))

    def state(self) -> dict[str, Any]:
        """Return the synapses, and the rate."""
        weights = {str(target): weights for target, weights in self.weights.items()}
        return {"rate": self.rate, **weights}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up synapses.

        Raises
        ------
        InputError
            If the checkpoint was made with another rate.
        """
        require_same(state, rate=self.rate)
        self.weights = {
            target: np.array(state[str(target)], dtype=np.float64)
            for target in self.targets
            if str(target) in state
        }

    def _drawn(self, machine: HelmholtzMachine, x: Any, stream: RandomStream) -> dict[int, Array]:
        """Return drawn activity of the layers, with a unit that is always active."""
        if max(self.targets) >= len(machine.populations):
            raise InputError(
                f"a level for hidden layer {max(self.targets)}",
                f"one of {len(machine.populations) - 1}",
            )
        activity = recognise(machine, machine.as_activity(x), stream, Site.RECOGNISE)
        host = machine.backend.to_host
        return {
            target: np.hstack([host(activity.dense(target)), np.ones((activity.rows, 1))]).astype(
                np.float64
            )
            for target in self.targets
        }

    def _predicted(self, drawn: Array, target: int, size: int) -> Array:
        if target not in self.weights:
            self.weights[target] = np.zeros((drawn.shape[1], size))
        return np.asarray(1 / (1 + np.exp(-(drawn @ self.weights[target]))))
