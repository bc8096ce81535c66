"""Reading ahead: the next part is read in the background while one is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["read_ahead"]

Part = TypeVar("Part")


def read_ahead(read: Callable[[int], Part], places: Iterable[int]) -> Iterator[tuple[int, Part]]:
    """Go through parts in order, each read while the one before it is worked on.

    One thread reads, so that parts are read in order. When the iteration ends, or is left early,
    no reading is under way any more.

    Parameters
    ----------
    read : callable
        Takes a place and returns the part there. What it raises is raised where that part is due.
    places : iterable of int

    Yields
    ------
    place : int
    part

    Examples
    --------
    >>> list(read_ahead(lambda place: place**2, range(3)))
    [(0, 0), (1, 1), (2, 4)]
    """
    reader = ThreadPoolExecutor(1, thread_name_prefix="neurohm-reading")
    due: tuple[int, Future[Part]] | None = None
    try:
        for place in places:
            following = place, reader.submit(read, place)
            if due is not None:
                yield due[0], due[1].result()
            due = following
        if due is not None:
            yield due[0], due[1].result()
    finally:
        reader.shutdown(cancel_futures=True)
