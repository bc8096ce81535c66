"""Parts of a recording that are recordings themselves: its methods, in terms of `slicing`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import ArrayLike

from neurohm.checks import real_number
from neurohm.recordings import selecting, slicing

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["Divisible"]


class Divisible:
    """The methods of a `Recording` that return parts of it."""

    def between(self, start: float, stop: float) -> Recording:
        """Cut out one stretch of time; times stay as they are.

        Of a recording with a `bin_width` the borders are moved to the nearest bin edges. Intervals
        that do not lie wholly inside are left out; `truth` is kept whole.

        Parameters
        ----------
        start, stop : float
            Borders, seconds. A spike at `stop` is left out, unless `stop` ends the recording.

        Returns
        -------
        Recording

        Raises
        ------
        InputError
            If there is no observed time between the borders.

        Examples
        --------
        >>> from neurohm.recordings import Recording
        >>> Recording.from_trains([[0.1, 0.5, 0.9]], t_stop=1.0).between(0.4, 0.9).n_spikes
        1
        """
        borders = [[real_number("start", start), real_number("stop", stop)]]
        return slicing.restrict(_recording(self), np.array(borders))

    def select_units(self, units: ArrayLike) -> Recording:
        """Keep some units, in the order given.

        Parameters
        ----------
        units : array_like
            Unit ids, or a boolean mask of shape (n_units,).

        Returns
        -------
        Recording
            Without `truth`, which speaks of the positions of all units.

        Raises
        ------
        InputError
            If an id is unknown or given twice, or the mask has another length.

        Examples
        --------
        >>> from neurohm.recordings import Recording
        >>> recording = Recording.from_trains({"a": [0.1, 0.5], "b": [0.3]}, t_stop=1.0)
        >>> recording.select_units(["b"]).unit_ids
        array(['b'], dtype='<U1')
        >>> recording.select_units(recording.rates > 1.5).unit_ids
        array(['a'], dtype='<U1')
        """
        return slicing.select_units(_recording(self), units)

    def select(
        self,
        units: ArrayLike | str | None = None,
        *,
        where: str | None = None,
        min_rate: float | None = None,
        max_rate: float | None = None,
    ) -> Recording:
        """Keep the units that fulfil all conditions given.

        Parameters
        ----------
        units : array_like or str, optional
            Unit ids, a boolean mask of shape (n_units,), or a text such as ``"a*,c"`` or
            ``"3-7,9"``. They come in the order given.
        where : str, optional
            A condition on the columns of `Recording.units`, and on ``unit``, the id:
            ``"quality == 'good' and depth > 300"``. It is read, never run.
        min_rate, max_rate : float, optional
            Of the mean rate over observed time, Hz (or per bin).

        Returns
        -------
        Recording
            Without `truth`, unless all units are kept.

        Raises
        ------
        InputError
            If no unit is left, an id or column is unknown, or the condition cannot be read.

        Examples
        --------
        >>> from neurohm.recordings import Recording
        >>> recording = Recording.from_trains(
        ...     {"a": [0.1, 0.5], "b": [0.3]}, t_stop=1.0, unit_columns={"depth": [100, 400]}
        ... )
        >>> recording.select(where="depth > 200").unit_ids
        array(['b'], dtype='<U1')
        """
        return selecting.select(_recording(self), units, where, min_rate, max_rate)

    def during(self, name: str, where: str | None = None) -> Recording:
        """Keep the time of the intervals of one name; what lies between them is not observed.

        Parameters
        ----------
        name : str
            Of the intervals, such as ``"trials"`` or ``"sleep"``.
        where : str, optional
            A condition on what is known of each, and on ``start`` and ``stop``:
            ``"orientation == 90"``.

        Returns
        -------
        Recording

        Raises
        ------
        InputError
            If there are no such intervals, none of them is observed, or the condition cannot be
            read.

        Examples
        --------
        >>> from neurohm.recordings import Recording
        >>> recording = Recording.from_trains(
        ...     [[0.5, 2.5]],
        ...     t_stop=4.0,
        ...     intervals={"trials": [[0.0, 1.0], [2.0, 3.0]]},
        ...     interval_columns={"trials": {"side": ["left", "right"]}},
        ... )
        >>> recording.during("trials", "side == 'right'").times(0)
        array([2.5])
        """
        return selecting.during(_recording(self), name, where)

    def split(self, test: float = 0.2, gap: float = 1.0) -> tuple[Recording, Recording]:
        """Split into training data and a last block of time to test on.

        Parameters
        ----------
        test : float
            Share of the observed time in the test block, between 0 and 1.
        gap : float
            Time left out before the test block, seconds, so that no window sees both.

        Returns
        -------
        train, test : Recording

        Raises
        ------
        InputError
            If `test` or `gap` is out of range or nothing is left to train on.

        Examples
        --------
        >>> from neurohm.recordings import Recording
        >>> train, test = Recording.from_trains([[1.0, 8.5]], t_stop=10.0).split(0.2, gap=1.0)
        >>> (train.t_stop, test.t_start)
        (7.0, 8.0)
        """
        return slicing.split(_recording(self), test, gap)

    def folds(self, n: int, gap: float = 1.0) -> Iterator[tuple[Recording, Recording]]:
        """Contiguous blocks of time for cross-validation, each in turn the test block.

        Parameters
        ----------
        n : int
            Number of blocks of equal observed time, at least 2.
        gap : float
            Time left out on both sides of the test block, seconds.

        Yields
        ------
        train, test : Recording
            `train` is all the rest: two observed stretches when the block is inside.

        Raises
        ------
        InputError
            If `n` or `gap` is out of range or nothing is left to train on.

        Examples
        --------
        >>> from neurohm.recordings import Recording
        >>> recording = Recording.from_trains([[1.0, 8.5]], t_stop=9.0)
        >>> [train.observed.tolist() for train, _ in recording.folds(3, gap=1.0)][1]
        [[0.0, 2.0], [7.0, 9.0]]
        """
        return slicing.folds(_recording(self), n, gap)


def _recording(parts: Divisible) -> Recording:
    """Return the recording that has the methods."""
    return cast("Recording", parts)
