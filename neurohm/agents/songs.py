"""Songs that share their middle: how they end depends on how they began."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.agents.goal_learning import remember
from neurohm.agents.goal_seeded import GoalSeededMachine
from neurohm.backend import Array, RandomStream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError


class Songs:
    """Songs of a first note, a middle that all share, and a last note of their own.

    Parameters
    ----------
    n_songs : int
    gap : int
        Notes of the middle.

    Attributes
    ----------
    notes : ndarray of int, (n_songs, gap + 2)

    Examples
    --------
    >>> Songs(2, gap=2).notes.tolist()
    [[0, 2, 3, 4], [1, 2, 3, 5]]
    """

    def __init__(self, n_songs: int = 2, gap: int = 2) -> None:
        self.n_songs = whole_number("songs", n_songs, 2)
        self.gap = whole_number("gap", gap, 0)
        middle = np.arange(self.n_songs, self.n_songs + self.gap)
        self.notes = np.array(
            [[song, *middle, self.n_songs + self.gap + song] for song in range(self.n_songs)]
        )

    @property
    def n_notes(self) -> int:
        """Number of different notes."""
        return 2 * self.n_songs + self.gap

    def examples(self) -> npt.NDArray[np.float32]:
        """Return every song as one-hot notes, ``(n_songs, gap + 2, n_notes)``."""
        return np.asarray(np.eye(self.n_notes, dtype=np.float32)[self.notes])


def sing(
    model: GoalSeededMachine,
    first: npt.ArrayLike,
    times: int,
    *,
    temperature: float | tuple[float, float] | None = None,
    random_state: int = 0,
) -> npt.NDArray[np.float32]:
    """Let a machine with memory go on from what it is given to hear.

    Parameters
    ----------
    model : GoalSeededMachine
        With a memory.
    first : array_like, (rows, visible units)
    times : int
        To imagine after the first. The machine hears what it imagined, and remembers that.
    temperature, random_state
        See `GoalSeededMachine.simulate`.

    Returns
    -------
    ndarray, (rows, times + 1, visible units)

    Raises
    ------
    InputError
        If the machine has no memory.
    """
    if model.memory is None:
        raise InputError(f"{model!r} without memory", "one with memory=0.9, say")
    heard = [np.asarray(first, dtype=np.float32)]
    memory: Array = np.zeros((len(heard[0]), model.hidden[-1]), np.float32)
    for time in range(whole_number("times", times)):
        stream = RandomStream(random_state, 100 * time)
        deepest = np.asarray(
            model.recognise(heard[-1], memory=memory, random_state=stream)[len(model.hidden) - 1]
        )
        memory = remember(memory, deepest, model.memory)
        later = RandomStream(random_state, 100 * time + 50)
        imagined = model.simulate(memory=memory, temperature=temperature, random_state=later)
        heard.append(imagined.x)
    return np.stack(heard, axis=1)
