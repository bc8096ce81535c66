"""Letting a goal-seeded machine act: imagine, move, observe, imagine anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.agents.goal_seeded import GoalSeededMachine
from neurohm.agents.grid import GridWorld, Places
from neurohm.agents.settings import Imagination, changed
from neurohm.backend import RandomStream
from neurohm.checks import whole_number
from neurohm.exceptions import InputError

NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Rollout:
    """What an agent imagined, and where it went.

    Parameters
    ----------
    starts, goals : ndarray of int, (rows,)
    places : ndarray of int, (rows, times + 1)
        Where it was; -1 after its end.
    imagined : ndarray of int, (rows, times)
        Where it imagined to be next; -1 after its end.
    legal : ndarray of bool, (rows, times)
        Whether the world allows what was imagined.
    free_energy : ndarray of float64, (rows, times)
        Of what was imagined, nats; not a number after the end.
    success : ndarray of bool, (rows,)
        Whether the goal was reached within the horizon, without an illegal move.
    """

    starts: Places
    goals: Places
    places: Places
    imagined: Places
    legal: npt.NDArray[np.bool_]
    free_energy: npt.NDArray[np.float64]
    success: npt.NDArray[np.bool_]

    @property
    def success_rate(self) -> float:
        """Share of the rows that reached their goal."""
        return float(self.success.mean())

    @property
    def legal_rate(self) -> float:
        """Share of the imagined moves that the world allows."""
        made = self.imagined != NOWHERE
        return float(self.legal[made].mean())

    def to_dict(self) -> dict[str, Any]:
        """Return the rates by name."""
        return {"rows": len(self.starts), "success": self.success_rate, "legal": self.legal_rate}

    def __repr__(self) -> str:
        return (
            f"Rollout({len(self.starts)} rows, success {self.success_rate:.3f}, "
            f"legal moves {self.legal_rate:.3f})"
        )


def rollout(
    agent: GoalSeededMachine | None,
    world: GridWorld,
    starts: npt.ArrayLike,
    goals: npt.ArrayLike,
    *,
    patience: float = 2.0,
    random_state: int = 0,
    **simulation: Any,
) -> Rollout:
    """Let an agent go from starts to goals.

    At each time the machine imagines the next place from goal and place; the world moves it there,
    or elsewhere if it slips. A move that the world does not allow is a failure, and the end.

    Parameters
    ----------
    agent : GoalSeededMachine or None
        Fitted to next places, with a situation of one unit for each cell; None is a random walk.
    world : GridWorld
    starts, goals : array_like of int, (rows,)
        Cells; a start that is its own goal is refused, since it would count for nothing.
    patience : float
        Moves allowed are ``patience * distance + 2``.
    random_state : int
    **simulation
        Of `GoalSeededMachine.simulate`, such as ``temperature`` or ``candidates``.

    Returns
    -------
    Rollout

    Raises
    ------
    InputError
        If a cell is not one of the world's, a start its own goal, or the agent of another world.

    Examples
    --------
    >>> import neurohm as nh
    >>> world = nh.agents.GridWorld()
    >>> rollout(None, world, [0, 1, 2], [10, 11, 39]).places.shape[0]
    3
    """
    changed(Imagination(), simulation)
    place, goal = world.as_cells("starts", starts), world.as_cells("goals", goals)
    if place.shape != goal.shape or (place == goal).any():
        raise InputError("starts that are their goals, or not as many", "others, as many")
    if agent is not None and agent.situation != world.n_cells:
        raise InputError(
            f"an agent that knows {agent.situation} places in a world of {world.n_cells} cells",
            "the same number",
        )
    horizon = np.ceil(patience * world.distance[place, goal] + 2).astype(int)
    rng = np.random.default_rng(whole_number("random_state", random_state, 0))
    times, rows = int(horizon.max()), len(place)
    places = np.full((rows, times + 1), NOWHERE)
    places[:, 0] = place
    imagined, legal = np.full((rows, times), NOWHERE), np.zeros((rows, times), dtype=bool)
    energy, success = np.full((rows, times), np.nan), np.zeros(rows, dtype=bool)
    going = np.arange(rows)
    for time in range(times):
        going = going[time < horizon[going]]
        if not going.size:
            break
        here = places[going, time]
        stream = RandomStream(random_state, 100 * time)
        following, energy[going, time] = _imagined(
            agent, world, here, goal[going], stream, rng, simulation
        )
        imagined[going, time] = following
        allowed = world.allows(here, following)
        legal[going, time] = allowed
        going, here, following = going[allowed], here[allowed], following[allowed]
        arrived = world.move(here, following, rng)
        places[going, time + 1] = arrived
        success[going[arrived == goal[going]]] = True
        going = going[arrived != goal[going]]
    return Rollout(place, goal, places, imagined, legal, energy, success)


def _imagined(
    agent: GoalSeededMachine | None,
    world: GridWorld,
    here: Places,
    goals: Places,
    stream: RandomStream,
    rng: np.random.Generator,
    simulation: dict[str, Any],
) -> tuple[Places, npt.NDArray[np.float64]]:
    """Return the next places that an agent imagines, and their free energy."""
    if agent is None:
        return world.random_neighbour(here, rng), np.full(len(here), np.nan)
    wanted = goals if agent.goals else None
    result = agent.simulate(wanted, here, random_state=stream, **simulation)
    return result.x.argmax(axis=1), result.free_energy[-1]
