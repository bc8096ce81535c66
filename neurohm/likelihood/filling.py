"""Hidden activity proposed from incomplete data: what is missing is filled in by the machine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Array, Site
from neurohm.exceptions import InputError
from neurohm.likelihood.keyed import KeyedStream, content_keys
from neurohm.likelihood.units import require_kind
from neurohm.machine import HelmholtzMachine, Workspace, dream, recognise, zero_total
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.passes import add_log_probability
from neurohm.populations import Drive

NEVER = -1e30  # a drive under which a Bernoulli or Poisson unit is silent with probability one


class Filling:
    """Particles of hidden activity for rows of which some units are observed.

    A particle begins with a dream, into which the observed units are written. In each sweep the
    machine recognises it and generates the missing units anew. Hidden activity h is then drawn
    from q(h | x'), where x' is the filled row, and weighted by p(observed, h) / q(h | x').

    Whatever x' is, the expectation of that weight over h is p(observed), because q(h | x') sums to
    one: x' is an auxiliary variable, drawn before h and without regard to it. So the mean weight
    is unbiased for any number of sweeps, and these only decide how good the proposal is.

    Parameters
    ----------
    machine : HelmholtzMachine
        On the CPU.
    x : ndarray, (rows, visible units)
        Missing units zero.
    observed : ndarray of bool, (rows, visible units)
    sweeps, seed : int
    """

    def __init__(
        self, machine: HelmholtzMachine, x: Array, observed: Array, sweeps: int, seed: int
    ) -> None:
        self.machine, self.x, self.observed, self.sweeps = machine, x, observed, sweeps
        self.keys = content_keys(np.hstack([x, observed]), seed)
        self.silence = np.where(observed, 0, NEVER).astype(machine.dtype)
        self._work = Workspace(machine.backend)

    def particles(self, first: int, count: int) -> tuple[list[Activations], Array]:
        """Return so many particles of each row, and their log-weights.

        Parameters
        ----------
        first, count : int
            Which particles of a row.

        Returns
        -------
        states : list of ndarray, (rows * count, units)
            The filled rows, and the hidden populations.
        log_weights : ndarray of float64, (rows, count)
            log p(observed, h) - log q(h | x'), nats.
        """
        machine, stream = self.machine, self.stream(first, count)
        rows = len(self.x) * count
        filled = dream(machine, rows, stream, Site.DREAM, work=self._work).dense()
        filled = self._observing(filled, count)
        for sweep in range(1, self.sweeps + 1):
            stream.clock[0] = sweep
            states = recognise(machine, filled, stream, Site.RECOGNISE, work=self._work).states
            filled = self._observing(self.generate(states, rows, stream), count)
        wake = recognise(machine, filled, stream, Site.SCORE, scored=True, work=self._work)
        assert wake.log_probability is not None
        log_weights = self._log_joint(wake.states, count) - wake.log_probability
        return wake.states, log_weights.reshape(-1, count)

    def stream(self, first: int, count: int) -> KeyedStream:
        """Return the random numbers of some particles of each row."""
        return KeyedStream(self.keys, np.array([0, first], np.uint32), count)

    def generate(self, states: Sequence[Activations], rows: int, stream: KeyedStream) -> Array:
        """Return visible activity drawn from the generative model given hidden activity.

        Parameters
        ----------
        states : sequence of ndarray, (rows, units)
            The visible population's is not looked at.
        rows : int
        stream : KeyedStream

        Returns
        -------
        ndarray, (rows, visible units)
        """
        machine, pathway = self.machine, self.machine.generative
        out = self._work.array("generated", (rows, machine.visible.size), machine.dtype)
        given = input_of(pathway, 0, drive(machine, pathway, 0, states, self._work, Site.DREAM))
        draws = stream.at(Site.DREAM.of(0))
        pathway.populations[0].draw(machine.kernels, given, draws, out)
        return out

    def mean(self, states: Sequence[Activations], rows: int) -> Array:
        """Return the mean visible activity of the generative model given hidden activity.

        Parameters
        ----------
        states : sequence of ndarray, (rows, units)
            The visible population's is not looked at.
        rows : int

        Returns
        -------
        ndarray, (rows, visible units)
        """
        machine, pathway = self.machine, self.machine.generative
        out = self._work.array("mean", (rows, machine.visible.size), machine.dtype)
        given = input_of(pathway, 0, drive(machine, pathway, 0, states, self._work, Site.SCORE))
        pathway.populations[0].mean(machine.kernels, given, out)
        return out

    def _observing(self, activity: Array, count: int) -> Array:
        """Return activity with the observed units written into it, in memory of its own."""
        particles = activity.reshape(-1, count, activity.shape[1])
        filled = np.where(self.observed[:, None], self.x[:, None], particles)
        return np.ascontiguousarray(filled.reshape(activity.shape))

    def _log_joint(self, states: list[Activations], count: int) -> npt.NDArray[np.float64]:
        """Return log p(observed, h) of each particle; missing units are made to be silent."""
        machine, pathway = self.machine, self.machine.generative
        total = zero_total(machine, self._work, "log p(observed, h)", len(self.x) * count)
        for target in machine.recognition.order:
            add_log_probability(machine, pathway, target, states, total, self._work)
        brought = drive(machine, pathway, 0, states, self._work, Site.SCORE).soma
        given = input_of(pathway, 0, Drive(self._silenced(brought, count)))
        pathway.populations[0].log_probability(machine.kernels, given, self.x, total)
        return np.asarray(total)

    def _silenced(self, a: Array, count: int) -> Array:
        """Return the drive of visible units with the missing ones held down."""
        if a.shape[0] == 1:  # nothing drives them: one row serves all
            return np.asarray(a + self.silence)
        particles = a.reshape(-1, count, a.shape[1]) + self.silence[:, None]
        return np.asarray(particles.reshape(a.shape))


def require_fillable(machine: HelmholtzMachine) -> HelmholtzMachine:
    """Return the machine on the CPU, if visible units can be summed out one by one.

    Raises
    ------
    InputError
        If the visible units are neither Bernoulli nor Poisson, or drive others in the generative
        pathway.
    """
    kinds = ("bernoulli", "poisson")
    require_kind(machine.generative, 0, kinds, "summing out missing units")
    if any(p.source == 0 for p in machine.generative.projections):
        raise InputError(
            "a generative projection from the visible population",
            "visible units that drive no others, so that missing ones can be summed out",
        )
    return machine.on("cpu")
