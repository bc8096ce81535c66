"""Goal-seeded simulation: rooms, mazes, songs, and shapes in places, over five seeds.

    python benchmarks/goals.py run [--seeds 0 1 2 3 4] [--only NAME ...] [-o FILE]
    python benchmarks/goals.py table [-o benchmarks/results/goals.json]

`run` adds run by run to the file, where those that are there are not run again. No rollout is
selected or left out: a start is never its goal, an illegal move is a failure, and the moves allowed
are twice the distance plus two.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

import neurohm as nh
from neurohm.agents import GridWorld, RoutedMachine, ShapeWorld, Songs, maze, rollout, sing

RESULTS = Path(__file__).parent / "results" / "goals.json"
TEMPERATURES = (1.0, 0.7, 0.5)
BASELINES = 1  # seeds of the machines that are to do worse


def walks(world, goals, rows, seed):
    """Return starts and goals that differ."""
    rng = np.random.default_rng(1000 + seed)
    start, goal = rng.integers(0, world.n_cells, rows), goals[rng.integers(0, len(goals), rows)]
    differ = start != goal
    return start[differ], goal[differ]


def fitted(world, examples, seed, context="conjunctive", goals=True, **settings):
    """Return a machine that has learned next places."""
    place, goal, following = examples
    cells = world.n_cells
    model = nh.GoalSeededMachine(
        nh.Categorical(cells, categories=cells),
        goals=cells if goals else 0,
        situation=cells,
        context=context,
        random_state=seed,
        **settings,
    )
    return model.fit(following, goal if goals else None, place)


def rooms(seed):
    """Four rooms: all 40 cells are goals."""
    world = GridWorld()
    examples = world.examples(40_000, seed=seed)
    start, goal = walks(world, np.arange(40), 3000, seed)
    wide = fitted(world, examples, seed, hidden=[128])
    narrow = fitted(world, examples, seed, hidden=[64])
    models = {"128": wide, "64": narrow}
    if seed < BASELINES:
        blind = models["plain"] = fitted(world, examples, seed, hidden=[128], goals=False)
        models["linear"] = fitted(world, examples, seed, "linear", hidden=[128])
    result = {}
    for heat in TEMPERATURES:
        for name, model in models.items():
            run = rollout(model, world, start, goal, temperature=heat, random_state=seed)
            result[f"{name}, T {heat}"] = run.to_dict()
    for name, how in {
        "64, T 1, best of 8": {"candidates": 8},
        "64, T 1, 1 cycle": {"cycles": 1},
        "64, T 1, 3 cycles": {"cycles": 3},
    }.items():
        run = rollout(narrow, world, start, goal, temperature=1.0, random_state=seed, **how)
        result[name] = run.to_dict()
    if seed < BASELINES:
        best = rollout(blind, world, start, goal, temperature=1.0, candidates=8, random_state=seed)
        result["plain, T 1, best of 8"] = best.to_dict()
    result["random walk"] = rollout(None, world, start, goal, random_state=seed).to_dict()
    slippery = GridWorld(slip=0.2)
    for name, model in (("128", wide), ("random walk", None)):
        run = rollout(model, slippery, start, goal, patience=4.0, random_state=seed)
        result[f"slip 0.2, {name}"] = run.to_dict()
    return result


def labyrinth(seed):
    """A maze of 400 cells, 100 of them goals."""
    world = maze(20, seed=seed)
    goals = np.random.default_rng(seed).permutation(400)[:100]
    place, goal, following = world.examples(1_000_000, goals=goals, seed=seed)
    number = np.full(400, -1)
    number[goals] = np.arange(100)
    model = nh.GoalSeededMachine(
        nh.Categorical(400, categories=400),
        goals=100,
        situation=400,
        hidden=[128],
        learning_rate=6.0,
        steps=3000,
        batch_size=1024,
        random_state=seed,
    )
    model.fit(following, number[goal], place)
    start, target = walks(world, goals, 1000, seed)
    result = {"distance": float(world.distance[start, target].mean())}
    renumbered = _Renumbered(model, number)
    for heat in TEMPERATURES:
        run = rollout(renumbered, world, start, target, temperature=heat, random_state=seed)
        result[f"T {heat}"] = run.to_dict()
    return result


class _Renumbered:
    """A model whose goals are some of the cells."""

    def __init__(self, model, number):
        self._model, self._number = model, number
        self.goals, self.situation = model.goals, model.situation

    def simulate(self, goals, situations, **how):
        return self._model.simulate(self._number[goals], situations, **how)


def songs(seed):
    """Songs whose end depends on how they began."""
    result = {}
    for n_songs, gap, memory, settings in (
        (2, 2, 0.0, {}),
        (2, 2, 0.8, {}),
        (2, 2, 0.9, {}),
        (2, 2, 0.9, {"code_spread": CRISP}),
        (8, 6, 0.9, EIGHT),
        (8, 6, 0.9, {"code_spread": CRISP, **EIGHT}),
        (8, 6, 0.98, {"code_spread": CRISP, **EIGHT}),
    ):
        world = Songs(n_songs, gap)
        notes = nh.Categorical(world.n_notes, categories=world.n_notes)
        given = {"hidden": [48], "context": "linear", "steps": 2500, "batch_size": 32, **settings}
        model = nh.GoalSeededMachine(notes, memory=memory, random_state=seed, **given)
        model.fit(world.examples())
        first = np.repeat(world.examples()[:, 0], 2000 // n_songs, axis=0)
        truth = np.repeat(world.notes, 2000 // n_songs, axis=0)
        for heat in (1.0, 0.5):
            right = truth == sing(
                model, first, gap + 1, temperature=heat, random_state=seed
            ).argmax(axis=2)
            name = f"{n_songs} songs, gap {gap}, memory {memory}, code {model.code_spread:g}"
            result[f"{name}, T {heat}"] = {
                "success": float(right.all(axis=1).mean()),
                "middle": float(right[:, :-1].all(axis=1).mean()),
            }
    return result


CRISP = 100.0  # deviation of recognition weights: hardly a unit is undecided
EIGHT = {
    "context": "random",
    "context_units": 1000,
    "context_rate": 0.1,
    "steps": 1500,
    "hidden": [64],
}


def shapes(seed):
    """What and where: combinations never seen."""
    result = {}
    for name, world, settings in (
        ("6 shapes, 4 places", ShapeWorld(), {}),
        ("10 shapes, 16 places", ShapeWorld(5, 4), {"what_units": 20}),
    ):
        model = RoutedMachine(world.slots, world.n_shapes, random_state=seed, **settings)
        x, goals = world.examples(20_000, seed=seed)
        model.fit(x, goals)

        def routed(asked, heat, model=model):
            return model.simulate(asked, temperature=heat, random_state=7)

        models = {"routed": routed}
        if name.startswith("6") and seed < BASELINES:
            models |= _unrouted(world, x, goals, seed)
        for kind, simulate in models.items():
            for held_out in (False, True):
                pairs = np.repeat(world.combinations(held_out), 200, axis=0)
                for heat in (1.0, 0.5):
                    found, apart = world.nearest(simulate(pairs, heat))
                    right = (found == pairs).all(axis=1)
                    result[f"{name}, {kind}, {'held out' if held_out else 'seen'}, T {heat}"] = {
                        "success": float(right.mean()),
                        "exact": float((right & (apart == 0)).mean()),
                    }
    return result


def _unrouted(world, x, goals, seed):
    """Return machines with one bank of units: a flat goal, and a factored one."""
    common = {"hidden": [24], "steps": 5000, "learning_rate": 0.3, "random_state": seed}
    flat = nh.GoalSeededMachine(36, goals=24, **common).fit(x, goals[:, 0] * 4 + goals[:, 1])
    flat.seen_[:] = True  # what was never seen is to be asked for
    factored = nh.GoalSeededMachine(36, goals=(6, 4), context="linear", **common).fit(x, goals)

    def ask(model, code):
        return lambda g, T: model.simulate(code(g), temperature=(T, 0.1), random_state=7).x

    return {
        "flat goal": ask(flat, lambda g: g[:, 0] * 4 + g[:, 1]),
        "factored goal, one bank": ask(factored, lambda g: g),
    }


TASKS = {"rooms": rooms, "songs": songs, "shapes": shapes, "maze": labyrinth}


def load(path):
    return json.loads(path.read_text()) if path.exists() else {}


def run(arguments):
    """Run what is missing, and write after each run."""
    for seed in arguments.seeds:
        for name in arguments.only or TASKS:
            if str(seed) in load(arguments.output).get(name, {}):
                continue
            begin = time.perf_counter()
            entry = {**TASKS[name](seed), "seconds": time.perf_counter() - begin}
            results = load(arguments.output)
            results.setdefault(name, {})[str(seed)] = entry
            arguments.output.parent.mkdir(exist_ok=True)
            arguments.output.write_text(json.dumps(results, indent=1) + "\n")
            print(name, seed, json.dumps(entry), flush=True)


def table(arguments):
    """Print mean and range over seeds."""
    print("| task | condition | success | legal moves or exact | seeds |\n|---|---|---|---|---|")
    for name, runs in load(arguments.output).items():
        for condition in next(iter(runs.values())):
            entries = [r[condition] for r in runs.values() if isinstance(r.get(condition), dict)]
            if not entries:
                continue
            cells = []
            for keys in (("success",), ("legal", "exact")):
                values = [e[k] for e in entries for k in keys if k in e]
                low, high = (min(values), max(values)) if values else (0, 0)
                cells.append(f"{np.mean(values):.3f} ({low:.3f}-{high:.3f})" if values else "")
            print(f"| {name} | {condition} | {' | '.join(cells)} | {len(entries)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    for function in (run, table):
        command = commands.add_parser(function.__name__)
        command.add_argument("-o", "--output", type=Path, default=RESULTS)
        command.set_defaults(function=function)
        if function is run:
            command.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
            command.add_argument("--only", nargs="+", choices=TASKS)
    arguments = parser.parse_args()
    arguments.function(arguments)


if __name__ == "__main__":
    main()
