"""The log-likelihood by importance sampling from the recognition model.

The noise of a row's estimate is keyed by the row's content and the seed: it depends neither on
the order of the rows nor on which other rows are there, and a score is the same each time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, Site, as_stream
from neurohm.checks import whole_number
from neurohm.kernels import Kernels, Program
from neurohm.likelihood.estimate import LogLikelihood
from neurohm.likelihood.keyed import KeyedStream, content_keys
from neurohm.likelihood.rows import FEWEST, as_rows, by_parts, cores
from neurohm.likelihood.weights import Summary, Weights, spread_of
from neurohm.machine import HelmholtzMachine, Workspace, as_machine
from neurohm.machine.inputs import drive
from neurohm.machine.passes import log_joint, recognise
from neurohm.populations import Drive
from neurohm.progress import progress_of

BLOCK = FEWEST  # rows whose drives from the data are computed at once
ROWS = 4 * BLOCK  # at most scored by one thread at a time; equal rows among them once
_PATHWAYS = ("generative", "recognition")
CHUNK = 1024  # particles summed at a time, so that memory stays the same for any number of them
ON_A_GPU = 16  # as many times more, of several rows, keep a GPU busy


def log_likelihood(
    machine: HelmholtzMachine,
    x: Any,
    *,
    particles: int = 1000,
    seed: int = 0,
    progress: bool = True,
) -> LogLikelihood:
    """Estimate log p(x) of each row: log (1/K) sum_k p(x, h_k) / q(h_k | x), with h_k from q.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : array_like, sparse matrix or WindowMatrix, (rows, visible units)
    particles : int
        K. Memory does not depend on it.
    seed : int
    progress : bool
        Whether a score of more than two seconds shows a bar, where stderr is a terminal.

    Returns
    -------
    LogLikelihood
        Exact, for any K, where the machine has no hidden population.

    Raises
    ------
    InputError, ArgumentTypeError
        If the data do not fit the machine, or ``particles`` is no whole number of at least 1.

    References
    ----------
    Bornschein, Bengio (2015). Reweighted wake-sleep. ICLR, eq. 5.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3, 2], seed=0)
    >>> estimate = nh.log_likelihood(machine, np.eye(4), particles=100)
    >>> exact = nh.exact_log_likelihood(machine, np.eye(4))
    >>> bool(np.all(np.abs(estimate.value - exact) < 0.1))
    True
    """
    machine = as_machine(machine)
    particles = whole_number("particles", particles, mend="give e.g. 1000")
    drawn = particles if has_hidden(machine) else 1
    value, effective = weigh(machine, x, drawn, seed, Weights, progress=progress)
    rows = value.size
    if not has_hidden(machine):
        return LogLikelihood(
            value, np.zeros(rows), np.full(rows, float(particles)), particles, "exact"
        )
    if particles == 1:
        return LogLikelihood(value, np.full(rows, np.nan), effective, 1, "bound")
    return LogLikelihood(value, spread_of(effective, particles), effective, particles, "importance")


def has_hidden(machine: HelmholtzMachine) -> bool:
    """Return whether a machine has hidden populations; without them its likelihood is exact.

    Examples
    --------
    >>> has_hidden(HelmholtzMachine([4])), has_hidden(HelmholtzMachine([4, 2]))
    (False, True)
    """
    return bool(machine.recognition.order)


def weigh(
    machine: HelmholtzMachine,
    x: Any,
    particles: int,
    seed: int,
    sums: Callable[[int], Summary],
    *,
    progress: bool = False,
) -> npt.NDArray[np.float64]:
    """Draw particles of each row and return what a summary makes of their weights.

    Parameters
    ----------
    machine : HelmholtzMachine
    x : array_like, sparse matrix or WindowMatrix, (rows, visible units)
    particles, seed : int
    sums : callable
        From a number of rows to a new `Summary` of their log-weights.
    progress : bool

    Returns
    -------
    ndarray of float64, (results of the summary, rows)

    Raises
    ------
    InputError
        If the data do not fit the machine.

    Examples
    --------
    >>> machine = HelmholtzMachine([4, 2], seed=0)
    >>> weigh(machine, np.eye(4), 10, 0, Weights).shape
    (2, 4)
    """
    seed, x = as_stream(seed).seed, as_rows(x)
    rows = x.shape[0]
    scorers = threading.local()
    threads = cores() if machine.backend.name == "cpu" else 1
    share = min(ROWS, -(-rows // threads))

    def estimate(part: slice) -> Array:
        with machine.backend.activate():
            if not hasattr(scorers, "own"):
                scorers.own = _Scorer(machine, particles, sums, done.advance)
            data = machine.backend.to_host(machine.as_activity(x[part]))
            return _score_rows(scorers.own, data, content_keys(data, seed))

    with progress_of(rows, "scoring", "rows", shown=progress) as done:
        return by_parts(estimate, rows, share, threads)


def _score_rows(scorer: _Scorer, x: Array, keys: Array) -> Array:
    """Return what the scorer's summary makes of rows, ``(results, rows)``.

    Equal rows have equal noise, so equal scores: in recordings most windows may be empty.
    """
    _, kept, place = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    place = place.reshape(-1)
    if not np.array_equal(x[kept][place], x):  # two rows with one key: next to impossible
        kept = place = np.arange(len(x))
    parts = [
        scorer.score(x[some], keys[some]) for some in np.split(kept, range(BLOCK, len(kept), BLOCK))
    ]
    scorer.advance(len(x) - len(kept))
    return np.concatenate(parts, axis=1)[:, place]


class _Scorer:
    """Scores up to 64 rows at a time, by programs recorded once; each thread has its own."""

    def __init__(
        self,
        machine: HelmholtzMachine,
        particles: int,
        sums: Callable[[int], Summary],
        advance: Callable[[int], None],
    ) -> None:
        backend, dtype = machine.backend, machine.dtype
        self._machine, self._particles, self._sums = machine, particles, sums
        self.advance = advance
        self._chunk = min(particles, CHUNK)
        at_once = CHUNK if backend.name == "cpu" else ON_A_GPU * CHUNK
        # a power of two divides a block
        self._group = min(BLOCK, 1 << (-(-at_once // self._chunk) - 1).bit_length())
        self._work = Workspace(backend)
        self._block = backend.zeros((BLOCK, machine.visible.size), dtype)
        self._x = backend.empty((self._group, machine.visible.size), dtype)
        self._keys = backend.zeros((self._group, 2), np.uint32)
        self._clock = backend.zeros((2,), np.uint32)
        targets = [t for t in machine.recognition.order if _sees_data_alone(machine, t)]
        self._of_block: dict[int, Drive] = {}
        self._drives = {t: self._room(t) for t in targets}
        self._record = _record_of(machine)
        self._recognising = self._record(self._drive_block)
        self._programs: dict[int, tuple[Program, Array]] = {}

    def _room(self, target: int) -> Drive:
        """Return memory for what the data bring to a population."""
        machine = self._machine
        inner = machine.recognition.populations[target].inner_size
        soma, second = (
            machine.backend.empty((self._group, units), machine.dtype)
            for units in (machine.sizes[target], inner)
        )
        return Drive(soma, second if inner else None)

    def score(self, x: Array, keys: Array) -> Array:
        """Return what the summary makes of rows, ``(results, rows)``."""
        rows, parts = x.shape[0], []
        self._block[:rows] = self._machine.backend.asarray(x, self._machine.dtype)
        self._block[rows:] = 0
        self._recognising.run()
        for first in range(0, rows, self._group):
            kept = min(self._group, rows - first)
            self._take(slice(first, first + self._group), keys[first : first + kept])
            parts.append(np.stack(self._estimate())[:, :kept])
            self.advance(kept)
        return np.concatenate(parts, axis=1)

    def _estimate(self) -> tuple[Array, ...]:
        """Return what the summary makes of a group of rows."""
        host, sums = self._machine.backend.to_host, self._sums(self._group)
        for start in range(0, self._particles, self._chunk):
            count = min(self._chunk, self._particles - start)
            program, log_weights = self._program(count)
            self._machine.backend.write(self._clock, np.array([0, start], np.uint32))
            program.run()
            sums.add(host(log_weights))
        return sums.result(self._particles)

    def _take(self, part: slice, keys: Array) -> None:
        """Put a group of rows, and the drives that they bring, where programs read them."""
        self._x[...] = self._block[part]
        for target, of_block in self._of_block.items():
            own = self._drives[target]
            own.soma[...] = of_block.soma[part]
            if own.inner is not None and of_block.inner is not None:
                own.inner[...] = of_block.inner[part]
        padded = np.pad(keys, ((0, self._group - len(keys)), (0, 0)))
        self._machine.backend.write(self._keys, padded)

    def _drive_block(self, kernels: Kernels) -> None:
        """Compute the drives that come from the data alone, once for all particles."""
        machine = self._machine.issuing(kernels)
        states = [self._block] * len(machine.populations)
        for target in self._drives:
            self._of_block[target] = drive(
                machine, machine.recognition, target, states, self._work, Site.SCORE
            )

    def _program(self, count: int) -> tuple[Program, Array]:
        """Return what draws so many particles of a group, and where it writes their log-weights."""
        if count not in self._programs:
            log_weights = self._machine.backend.empty((self._group, count), np.float64)

            def body(kernels: Kernels) -> None:
                self._weigh(self._machine.issuing(kernels), count, log_weights)

            self._programs[count] = self._record(body), log_weights
        return self._programs[count]

    def _weigh(self, machine: HelmholtzMachine, count: int, log_weights: Array) -> None:
        """Write log p(x, h) - log q(h | x) of particles, ``(group, count)``."""
        wake = recognise(
            machine,
            self._x,
            KeyedStream(self._keys, self._clock, count),
            Site.SCORE,
            count,
            scored=True,
            drives=self._drives,
            work=self._work,
        )
        assert wake.log_probability is not None
        joint = log_joint(machine, wake.states, work=self._work)
        machine.kernels.weights.log_ratio(joint, wake.log_probability, log_weights.reshape(-1))


class _ByHand:
    """Calls that are made anew each time, because not all of them are of kernels."""

    def __init__(self, body: Callable[[Kernels], None], kernels: Kernels) -> None:
        self._body, self._kernels = body, kernels

    def run(self) -> None:
        """Make the calls."""
        self._body(self._kernels)


def _record_of(machine: HelmholtzMachine) -> Callable[[Callable[[Kernels], None]], Program]:
    """Return what records calls, or keeps them to be made anew for populations of one's own."""
    kinds = {type(p) for way in _PATHWAYS for p in machine.pathway(way).populations.values()}
    if all(vars(kind).get("recordable", False) for kind in kinds):
        return machine.kernels.record
    return lambda body: _ByHand(body, machine.kernels)


def _sees_data_alone(machine: HelmholtzMachine, target: int) -> bool:
    return {p.source for p in machine.recognition.afferents(target)} == {0}
