"""Giving idle units another start while a machine learns."""

from __future__ import annotations

from typing import Any

from neurohm.backend import RandomStream
from neurohm.checks import whole_number
from neurohm.machine.revival import revive
from neurohm.training.callbacks import Callback, require_same
from neurohm.training.run import Run


class Revival(Callback):
    """Give hidden units that are always off or on new synapses, every few epochs.

    See `neurohm.machine.revive`. How many were revived is in the history, column ``"revived"``. A
    resumed run revives the same units with the same weights as an unbroken one.

    Parameters
    ----------
    x : array_like, (rows, visible units)
        Data to see what units do; some thousands of rows.
    every : int
        Epochs from one look to the next.
    until : int, optional
        The last epoch after which units may be revived; by default the first half of the run,
        since what is new has to be learned.
    **settings
        Of `neurohm.machine.revive`, such as ``activity``.

    Raises
    ------
    InputError
        If a number is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine, x = nh.HelmholtzMachine([4, 3, 2]), np.eye(4)
    >>> machine.recognition.biases[1].weights[0] = -50
    >>> machine.generative.biases[1].weights[0] = -50
    >>> result = nh.train(machine, x, epochs=4, callbacks=[Revival(x, every=1)])
    >>> result.history["revived"].tolist()
    [1.0, 0.0, 0.0, 0.0]
    """

    def __init__(
        self, x: Any, *, every: int = 5, until: int | None = None, **settings: Any
    ) -> None:
        self.x = x
        self.every = whole_number("every", every)
        self.until = None if until is None else whole_number("until", until, 0)
        self.settings = settings

    def after_epoch(self, run: Run) -> None:
        """Revive, if it is time to."""
        epoch = run.position.epoch
        last = run.epochs // 2 if self.until is None else self.until
        revived = {}
        if epoch % self.every == 0 and epoch <= last:
            stream = RandomStream(run.seed, run.position.step)
            revived = revive(run.machine, self.x, seed=stream, **self.settings)
        run.history.set_last("revived", sum(map(len, revived.values())))

    def state(self) -> dict[str, Any]:
        """Return the settings, which a resumed run has to have, too."""
        return self._settings()

    def restore(self, state: dict[str, Any]) -> None:
        """Refuse other settings."""
        require_same(state, **self._settings())

    def _settings(self) -> dict[str, Any]:
        until = -1 if self.until is None else self.until
        return {"every": self.every, "until": until, **self.settings}
