"""Worlds of places: four rooms, mazes, and the shortest ways through them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError

FOUR_ROOMS = """
...#...
...#...
.......
#.##.##
...#...
.......
...#...
"""
MOVES = ((-1, 0), (1, 0), (0, -1), (0, 1))

Places = npt.NDArray[np.int64]


class GridWorld:
    """Cells of a map, moves between neighbours, and the distances along them.

    Parameters
    ----------
    drawing : str
        A line for each row; ``#`` is a wall, ``.`` is free.
    slip : float
        Probability that a move goes to a random neighbour instead.

    Attributes
    ----------
    cells : ndarray of int, (n_cells, 2)
        Row and column of each free cell.
    distance : ndarray of int, (n_cells, n_cells)
        Moves on a shortest way.

    Raises
    ------
    InputError
        If the map is ragged or all wall, or some cell cannot be reached.

    Examples
    --------
    >>> world = GridWorld(FOUR_ROOMS)
    >>> world.n_cells, int(world.distance.max())
    (40, 12)
    """

    def __init__(self, drawing: str = FOUR_ROOMS, *, slip: float = 0.0) -> None:
        rows = [line for line in drawing.split("\n") if line]
        if not rows or len({len(row) for row in rows}) > 1 or set("".join(rows)) - set(".#"):
            raise InputError("a map that is ragged or has other signs", "lines of '.' and '#'")
        if "." not in drawing:
            raise InputError("a map that is all wall", "a free cell, '.', at least")
        drawn = [[sign == "#" for sign in row] for row in rows]
        self.walls: npt.NDArray[np.bool_] = np.array(drawn, dtype=bool)
        self.slip = real_number("slip", slip, least=0, most=1)
        self.passages: npt.NDArray[np.bool_] | None = None
        self.cells: npt.NDArray[np.int64] = np.argwhere(~self.walls)
        height, width = self.shape
        index = np.full((height, width), -1)
        index[self.cells[:, 0], self.cells[:, 1]] = np.arange(len(self.cells))
        edges = []
        for place, (row, column) in enumerate(self.cells):
            for down, right in MOVES:
                r, c = row + down, column + right
                if 0 <= r < height and 0 <= c < width and index[r, c] >= 0:
                    edges.append((place, index[r, c]))
        self._connect(np.array(edges).reshape(-1, 2))

    @property
    def n_cells(self) -> int:
        """Number of free cells."""
        return len(self.cells)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the map."""
        return self.walls.shape[0], self.walls.shape[1]

    def examples(
        self,
        count: int,
        *,
        goals: npt.ArrayLike | None = None,
        wander: float = 0.1,
        seed: int = 0,
    ) -> tuple[Places, Places, Places]:
        """Draw examples of going towards goals.

        Parameters
        ----------
        count : int
        goals : array_like of int, optional
            Cells that are goals; all by default.
        wander : float
            Probability of a random neighbour instead of one on a shortest way.
        seed : int

        Returns
        -------
        place, goal, next : ndarray of int, (count,)
            The next cell is the place itself where the goal is reached.

        Raises
        ------
        InputError, ArgumentTypeError
            If a goal is not one of the cells, or a number makes no sense.
        """
        rng = np.random.default_rng(seed)
        targets = np.arange(self.n_cells) if goals is None else self.as_cells("goals", goals)
        place = rng.integers(0, self.n_cells, whole_number("examples", count))
        goal = targets[rng.integers(0, len(targets), count)]
        nearer = (
            self.distance[self.neighbours[place], goal[:, None]]
            < self.distance[place, goal][:, None]
        )
        there = self.neighbours[place] >= 0
        wanders = rng.random(count) < real_number("wander", wander, least=0, most=1)
        allowed = there & (nearer | wanders[:, None])
        key = np.where(allowed, rng.random(allowed.shape), -1)
        following = self.neighbours[place, key.argmax(axis=1)]
        return place, goal, np.where(place == goal, place, following)

    def move(self, place: Places, towards: Places, rng: np.random.Generator) -> Places:
        """Return where moves lead: where they are meant to, or with probability ``slip`` elsewhere.

        Parameters
        ----------
        place, towards : ndarray of int, (rows,)
        rng : Generator

        Returns
        -------
        ndarray of int, (rows,)
        """
        if not self.slip:
            return towards
        slips = rng.random(len(place)) < self.slip
        return np.where(slips, self.random_neighbour(place, rng), towards)

    def random_neighbour(self, place: Places, rng: np.random.Generator) -> Places:
        """Return a neighbour of each place, all alike probable."""
        there = self.neighbours[place] >= 0
        key = np.where(there, rng.random(there.shape), -1)
        return np.asarray(self.neighbours[place, key.argmax(axis=1)])

    def allows(self, place: Places, towards: Places) -> npt.NDArray[np.bool_]:
        """Return which moves are between neighbours, or none at all."""
        return np.asarray(self.distance[place, towards] <= 1)

    def as_cells(self, name: str, given: npt.ArrayLike) -> Places:
        """Return numbers of cells, ``(rows,)``, checked.

        Parameters
        ----------
        name : str
            What they are, for the message.
        given : array_like of int, (rows,)

        Raises
        ------
        InputError
            If they are no numbers of cells of this world, or none.
        """
        cells = np.asarray(given)
        if cells.ndim != 1 or not cells.size or cells.dtype.kind not in "iu":
            raise InputError(f"{name} of shape {cells.shape}, {cells.dtype}", "(rows,) integers")
        if not 0 <= cells.min() <= cells.max() < self.n_cells:
            raise InputError(f"{name} {cells.min()} to {cells.max()}", f"0 to {self.n_cells - 1}")
        return cells.astype(np.int64)

    def _connect(self, edges: Places) -> None:
        count = len(self.cells)
        graph = csr_array((np.ones(len(edges)), tuple(edges.T)), shape=(count, count))
        distance = shortest_path(graph, unweighted=True)
        if not np.isfinite(distance).all():
            raise InputError("a map with cells that cannot be reached", "connected free cells")
        self.distance = distance.astype(np.int64)
        self.neighbours = np.full((count, 4), -1)
        filled = np.zeros(count, np.int64)
        for source, target in edges:
            self.neighbours[source, filled[source]] = target
            filled[source] += 1

    def __repr__(self) -> str:
        height, width = self.shape
        return f"GridWorld({height} x {width}, {self.n_cells} cells)"


def maze(side: int = 20, *, opened: float = 0.15, slip: float = 0.0, seed: int = 0) -> GridWorld:
    """Return a maze of ``side`` x ``side`` cells, every one of them free.

    A perfect maze by depth-first search, with a share of the remaining walls opened. Walls lie
    between cells, so that not every pair of neighbours is connected.

    Parameters
    ----------
    side : int
    opened : float
        Share of the walls that are opened afterwards.
    slip : float
        See `GridWorld`.
    seed : int

    Returns
    -------
    GridWorld
        Of ``side`` x ``side`` cells; its ``passages``, (2 side - 1, 2 side - 1), are free where
        cells, at even places, are connected.

    Examples
    --------
    >>> maze(4, seed=0)
    GridWorld(4 x 4, 16 cells)
    """
    side, rng = whole_number("side", side, 2), np.random.default_rng(seed)
    size = 2 * side - 1
    free = np.zeros((size, size), dtype=bool)
    free[::2, ::2] = True
    stack, seen = [(0, 0)], {(0, 0)}
    while stack:
        row, column = stack[-1]
        fresh = [
            (row + down, column + right)
            for down, right in MOVES
            if 0 <= row + down < side
            and 0 <= column + right < side
            and (row + down, column + right) not in seen
        ]
        if not fresh:
            stack.pop()
            continue
        chosen = fresh[rng.integers(len(fresh))]
        free[row + chosen[0], column + chosen[1]] = True
        seen.add(chosen)
        stack.append(chosen)
    walls = np.argwhere(~free & (np.add.outer(np.arange(size), np.arange(size)) % 2 == 1))
    keep = rng.random(len(walls)) < real_number("opened", opened, least=0, most=1)
    free[tuple(walls[keep].T)] = True
    return _passages(free, slip)


def _passages(free: npt.NDArray[np.bool_], slip: float) -> GridWorld:
    """Return the world of the cells at even places, connected where the cell between is free."""
    side = (free.shape[0] + 1) // 2
    world = GridWorld("\n".join(["." * side] * side), slip=slip)
    edges = []
    for place, (row, column) in enumerate(world.cells):
        for down, right in MOVES:
            r, c = row + down, column + right
            if 0 <= r < side and 0 <= c < side and free[2 * row + down, 2 * column + right]:
                edges.append((place, r * side + c))
    world._connect(np.array(edges))
    world.passages = free
    return world
