"""The data of an agent that makes its own: a pool of patterns, and how dreams come into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from neurohm.agents.worlds import BitWorld
from neurohm.backend import Activations, RandomStream, Site, SparseRows
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError, NumericalError
from neurohm.learning import JudgedDreams
from neurohm.likelihood.visible import exact_distribution
from neurohm.populations import all_states
from neurohm.training import Callback
from neurohm.training.run import Run

Rows = npt.NDArray[np.float32]


class Pool(Callback):
    """Data to learn from that change with the dreams that the world accepts: batches, and callback.

    How they change is the kind of pool: see `AppendedPool`, `HalvedPool`, `ResampledPool` and
    `SaliencePool`. This one stays as it is.

    Parameters
    ----------
    data : array_like, (rows, units)
        What the agent begins with.
    draws : int, optional
        Samples of an epoch; by default as many as there are data.
    keep : float
        Share of the samples that are drawn from the original data, in [0, 1].

    Attributes
    ----------
    original : ndarray of float32, (rows, units)
    rows : ndarray of float32, (patterns, units)
        What samples are drawn from now.
    weights : ndarray of float64, (patterns,), or None
        How probable each is to be drawn; all alike if None.
    """

    name: ClassVar[str] = "fixed"

    def __init__(self, data: npt.ArrayLike, *, draws: int | None = None, keep: float = 0.0) -> None:
        self.original: Rows = np.ascontiguousarray(data, dtype=np.float32)
        if self.original.ndim != 2 or not len(self.original):
            raise InputError(
                f"data of shape {self.original.shape}", "(rows, units), a row at least"
            )
        self.draws = whole_number("draws", len(self.original) if draws is None else draws)
        self.keep = real_number("keep", keep, least=0, most=1)
        self.weights: npt.NDArray[np.float64] | None = None
        self.rows: Rows = self.original

    def size(self) -> int:
        """Return the number of samples in an epoch."""
        return self.draws

    def order(self, epoch: int, seed: int) -> npt.NDArray[np.int64]:
        """Return a random number for each sample of an epoch; `take` draws by it."""
        rng = RandomStream(seed, epoch).generator(Site.SHUFFLE.of())
        return rng.integers(0, 1 << 62, self.draws)

    def take(self, indices: npt.NDArray[np.int64], out: Activations) -> None:
        """Write the samples that random numbers choose among what there is now."""
        assert not isinstance(out, SparseRows)
        coin, part = (indices >> 31) * 2.0**-31, (indices & 0x7FFFFFFF) * 2.0**-31
        own = coin < self.keep
        if self.weights is None:
            drawn = (part * len(self.rows)).astype(np.int64)
        else:
            drawn = np.searchsorted(np.cumsum(self.weights), part * self.weights.sum(), "right")
        chosen = self.rows[np.minimum(drawn, len(self.rows) - 1)]
        first = self.original[(part * len(self.original)).astype(np.int64)]
        out[...] = np.where(own[:, None], first, chosen)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.rows)} rows of {self.original.shape[1]} units)"

    def state(self) -> dict[str, Any]:
        """Return the pool, for a checkpoint."""
        weights = {} if self.weights is None else {"weights": self.weights}
        return {"rows": np.array(self.rows), **weights}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a pool."""
        self.rows, self.weights = np.asarray(state["rows"]), state.get("weights")


class AppendedPool(Pool):
    """A pool to which every accepted dream is added: it tends to what the machine dreams.

    Examples
    --------
    >>> AppendedPool(np.eye(3)).size()
    3
    """

    name: ClassVar[str] = "append"

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Make room for what is to come."""
        self._room, self._filled = np.array(self.rows), len(self.rows)
        yield

    def after_step(self, run: Run) -> None:
        """Add the dreams of the step that were accepted."""
        accepted = accepted_dreams(run)
        end = self._filled + len(accepted)
        if end > len(self._room):
            more = np.empty((max(end, 2 * len(self._room)), self._room.shape[1]), np.float32)
            more[: self._filled] = self._room[: self._filled]
            self._room = more
        self._room[self._filled : end] = accepted
        self._filled, self.rows = end, self._room[:end]


class HalvedPool(Pool):
    """A pool that takes in accepted dreams for an epoch, then is halved, pattern by pattern.

    A pattern that comes n times comes floor(n / 2 + 1/2) times afterwards, so that none is lost.
    """

    name: ClassVar[str] = "halve"

    def __init__(self, data: npt.ArrayLike, **settings: Any) -> None:
        super().__init__(data, **settings)
        self._dreams: list[Rows] = []

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Gather dreams, and leave none of an epoch that did not end."""
        try:
            yield
        finally:
            self._dreams = []

    def after_step(self, run: Run) -> None:
        """Gather the dreams of the step that were accepted."""
        self._dreams.append(accepted_dreams(run))

    def after_epoch(self, run: Run) -> None:
        """Halve what there is."""
        patterns, counts = np.unique(
            np.concatenate([self.rows, *self._dreams]), axis=0, return_counts=True
        )
        self.rows = np.repeat(patterns, np.floor(counts / 2 + 0.5).astype(int), axis=0)
        self._dreams = []

    def state(self) -> dict[str, Any]:
        """Return the pool, and the dreams of this epoch, for a checkpoint."""
        return {**super().state(), "dreams": np.concatenate([self.rows[:0], *self._dreams])}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a pool, and the dreams of its epoch."""
        super().restore(state)
        self._dreams = [np.asarray(state["dreams"])] if "dreams" in state else []


class ResampledPool(Pool):
    """A pool that is replaced, after every epoch, by accepted dreams alone; patterns can die out.

    Parameters
    ----------
    data, draws, keep
        See `Pool`.
    world : BitWorld
    dreams : int
        Of which those that are accepted become the pool.
    """

    name: ClassVar[str] = "resample"

    def __init__(
        self, data: npt.ArrayLike, world: BitWorld, *, dreams: int = 10_000, **settings: Any
    ) -> None:
        super().__init__(data, **settings)
        self.world, self.dreams = world, whole_number("dreams", dreams)

    def after_epoch(self, run: Run) -> None:
        """Replace the pool.

        Raises
        ------
        NumericalError
            If no dream is accepted.
        """
        stream = RandomStream(run.seed, run.position.step)
        drawn = np.asarray(run.machine.dream(self.dreams, seed=stream), dtype=np.float32)
        accepted = drawn[self.world.accepts(drawn)]
        if not len(accepted):
            raise NumericalError(
                f"a world that accepted none of {self.dreams} dreams",
                "some to learn from",
                "let the machine learn more examples first",
            )
        self.rows = accepted


class SaliencePool(Pool):
    """A pool that is, after every epoch, what the machine dreams within the world, exactly.

    The data become p(d) W(d) / sum p W, p being the machine's distribution: the ideal step that
    lowers the free energy by a change of the data alone.

    Parameters
    ----------
    data, draws, keep
        See `Pool`.
    world : BitWorld
        Of at most 20 bits.
    """

    name: ClassVar[str] = "salience"

    def __init__(self, data: npt.ArrayLike, world: BitWorld, **settings: Any) -> None:
        super().__init__(data, **settings)
        self.world = world
        every = all_states(world.n_units, "float32")
        self._good = world.accepts(every)
        self._patterns: Rows = every[self._good]
        if not len(self._patterns):
            raise InputError(f"{world!r}, which accepts nothing", "at least one pattern")

    def after_epoch(self, run: Run) -> None:
        """Weigh every well-formed pattern as the machine does."""
        self.rows, self.weights = self._patterns, exact_distribution(run.machine)[self._good]


def accepted_dreams(run: Run) -> Rows:
    """Return the dreams of the last step that the world accepted, ``(rows, units)``."""
    if not isinstance(run.dreams, JudgedDreams):
        raise InputError(
            f"dreams of {run.rule!r}, which no world has judged", "nh.ActiveSampling(world=...)"
        )
    dreams = np.asarray(run.dreams.dense(), dtype=np.float32)
    return np.ascontiguousarray(dreams[run.dreams.accepted])
