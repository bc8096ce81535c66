"""Machines that act: worlds, active sampling, and simulation from goals."""

from neurohm.agents.acting import Acted, FreeEnergy, act, free_energy_parts
from neurohm.agents.contexts import EXPANSIONS, Conjunctive, Expansion, Linear, RandomWinners
from neurohm.agents.cycle_terms import CycleTerms, cycle_terms
from neurohm.agents.cycles import Cycle, imagine, refine
from neurohm.agents.evidence import Evidence
from neurohm.agents.goal_seeded import GoalSeededMachine
from neurohm.agents.grasp import Grasp, grasp
from neurohm.agents.grid import FOUR_ROOMS, GridWorld, maze
from neurohm.agents.pool import AppendedPool, HalvedPool, Pool, ResampledPool, SaliencePool
from neurohm.agents.practising import practise
from neurohm.agents.rollout import Rollout, rollout
from neurohm.agents.routed import RoutedMachine
from neurohm.agents.settings import Acting, Imagination
from neurohm.agents.shapes import ShapeWorld
from neurohm.agents.simulation import Simulation, Simulator
from neurohm.agents.songs import Songs, sing
from neurohm.agents.worlds import BitWorld, Predicate, RhythmWorld, Support

__all__ = [
    "EXPANSIONS",
    "FOUR_ROOMS",
    "Acted",
    "Acting",
    "AppendedPool",
    "BitWorld",
    "Conjunctive",
    "Cycle",
    "CycleTerms",
    "Evidence",
    "Expansion",
    "FreeEnergy",
    "GoalSeededMachine",
    "Grasp",
    "GridWorld",
    "HalvedPool",
    "Imagination",
    "Linear",
    "Pool",
    "Predicate",
    "RandomWinners",
    "ResampledPool",
    "RhythmWorld",
    "Rollout",
    "RoutedMachine",
    "SaliencePool",
    "ShapeWorld",
    "Simulation",
    "Simulator",
    "Songs",
    "Support",
    "act",
    "cycle_terms",
    "free_energy_parts",
    "grasp",
    "imagine",
    "maze",
    "practise",
    "refine",
    "rollout",
    "sing",
]
