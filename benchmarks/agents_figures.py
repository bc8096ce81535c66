"""The pictures of docs/agents.md: one short run of each task.

python benchmarks/agents_figures.py [-o docs/images]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib
import numpy as np

import neurohm as nh
from neurohm.agents import GridWorld, RhythmWorld, RoutedMachine, ShapeWorld, act, rollout
from neurohm.likelihood import exact_distribution
from neurohm.machine import Zeros
from neurohm.plots.canvas import new_figure
from neurohm.plots.style import STYLE
from neurohm.populations import all_states

IMAGES = Path(__file__).parents[1] / "docs" / "images"


def rhythms(folder):
    """Salience before and after unlearning, and the free energy meanwhile."""
    world = RhythmWorld(10)
    machine = nh.HelmholtzMachine([10, 8, 5, 3], initial=Zeros(), seed=0)
    plain = nh.ActiveSampling(world=world)
    settings = {"draws": 2000, "every": 2, "schedule": 0.1, "threads": 1}
    act(machine, world, rule=plain, epochs=40, **settings)
    before = exact_distribution(machine)
    acted = act(machine, world, epochs=40, seed=1, **settings)
    with matplotlib.rc_context(fname=STYLE):
        left, right = new_figure(6.9, 2.6).subplots(1, 2)
    nh.plots.salience(
        {"plain": before, "and unlearning": exact_distribution(machine)},
        world.accepts(all_states(10)),
        axes=left,
    )
    nh.plots.free_energy(acted.history, axes=right)
    nh.plots.save(left, folder / "salience.png")


def rooms(folder):
    """Ways through four rooms, what was imagined, and cycles of refinement."""
    world = GridWorld()
    place, goal, following = world.examples(40_000)
    cells = nh.Categorical(40, categories=40)
    model = nh.GoalSeededMachine(cells, [64], goals=40, situation=40, steps=6000)
    model.fit(following, goal, place)
    rng = np.random.default_rng(2)
    starts, goals = rng.integers(0, 40, (2, 400))
    goals[-150:] = 39
    differ = starts != goals
    cool, warm = (
        rollout(model, world, starts[differ], goals[differ], temperature=heat)
        for heat in (0.5, 1.0)
    )
    with matplotlib.rc_context(fname=STYLE):
        axes = new_figure(6.9, 2.75).subplots(1, 3)
    nh.plots.trajectories(world, cool, axes=axes[0])
    axes[0].set_title("ways, temperature 0.5", fontsize="small")
    for panel, run, heat in ((axes[1], cool, 0.5), (axes[2], warm, 1.0)):
        nh.plots.imagined_moves(world, run, goal=39, axes=panel)
        panel.set_title(f"imagined, temperature {heat:g}", fontsize="small")
    nh.plots.save(axes, folder / "four_rooms.png")
    energies = {
        accept: model.simulate(goals, starts, cycles=12, accept=accept, temperature=1.0).free_energy
        for accept in ("always", "greedy", "metropolis")
    }
    nh.plots.save(nh.plots.free_energy_of_cycles(energies), folder / "cycles.png")


def shapes(folder):
    """Combinations that were never seen."""
    world = ShapeWorld()
    model = RoutedMachine(world.slots, world.n_shapes, steps=1500).fit(*world.examples(20_000))
    pairs = world.combinations(held_out=True)
    names = [f"shape {a + 1}, place {b + 1}" for a, b in pairs]
    axes = nh.plots.imagined(
        world.draw(*pairs.T), model.simulate(pairs, temperature=0.5), (6, 6), names=names
    )
    nh.plots.save(axes, folder / "what_where.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=IMAGES)
    folder = parser.parse_args().output
    for draw in (shapes, rhythms, rooms):
        draw(folder)


if __name__ == "__main__":
    main()
