"""Goal = stimulus condition: what a population does while a head points in one of 12 directions.

    python benchmarks/conditions.py run FOLDER/A2929-200711.nwb [--seeds 0 1 2 3 4] [-o FILE]
    python benchmarks/conditions.py table [-o benchmarks/results/conditions.json]

15 units of the thalamus and the hippocampus of a mouse that is awake, 600 s, in bins of 100 ms.
Four of five blocks of 10 s are learned from, the fifth is tested. A goal-seeded machine is asked
for the words of each direction. Measured: log-likelihood of test words given their direction
(nats a word, 300 draws, too low on average), against units that are independent given the
direction, and against those that know no direction; correlation of imagined with observed rates
over directions, mean over units, beside that of learned from with tested words; and noise
correlations, those of pairs of units within a direction: the imagined regressed on the observed
(slope; 1 is right, 0 is independence).
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import h5py
import numpy as np

import neurohm as nh
from neurohm.agents.cycles import free_energy_of
from neurohm.backend import RandomStream

RESULTS = Path(__file__).parent / "results" / "conditions.json"
DIRECTIONS, WIDTH, AWAKE = 12, 0.1, 600.0  # bins of a turn; s; s
DRAWS = 300
LEARNED = {"code_spread": 0.1, "recogniser_rate": 1.0}
MACHINES = {
    "64, random code": {"hidden": [64]},
    "64, learned code": {"hidden": [64], **LEARNED},
    "16, learned code, no warm-up": {"hidden": [16], "warm_up": 0.0, **LEARNED},
    "16, and recognition sees the direction": {
        "hidden": [16],
        "warm_up": 0.0,
        "recognises_context": True,
        **LEARNED,
    },
}


def words(path):
    """Return words, the direction of each, and which are to be learned from."""
    with h5py.File(path) as file:
        compass = {}
        file.visititems(lambda name, item: compass.update({name.split("/")[-1]: item}))
        turn, at = compass["ry"]["data"][()], compass["ry"]["timestamps"][()]
        units = file["units"]
        trains = np.split(units["spike_times"][()], units["spike_times_index"][()][:-1])
    edges = np.arange(max(AWAKE, at[0]), at[-1], WIDTH)
    middle = edges[:-1] + WIDTH / 2
    sine, cosine = (np.interp(middle, at, part(turn)) for part in (np.sin, np.cos))
    direction = np.arctan2(sine, cosine) % (2 * np.pi) / (2 * np.pi) * DIRECTIONS
    counts = np.stack([np.histogram(train, edges)[0] for train in trains], axis=1)
    learned = np.arange(len(counts)) // round(10 / WIDTH) % 5 != 4
    return (counts > 0).astype(np.float32), direction.astype(int) % DIRECTIONS, learned


def rates(x, direction, prior=0.0):
    """Return the rate of each unit in each direction."""
    each = [x[direction == number] for number in range(DIRECTIONS)]
    return np.stack([(rows.sum(axis=0) + prior / 2) / (len(rows) + prior) for rows in each])


def noise(x, direction):
    """Return the correlation of every pair of units within a direction."""
    correlation = np.corrcoef((x - rates(x, direction)[direction]).T)
    return correlation[np.triu_indices(x.shape[1], 1)]


def log_likelihood(model, x, direction):
    """Return the mean of log p(word | direction) over words, nats."""
    context = model.expansion(model.context_parts(direction, None, None, len(x)), model.machine_)
    hidden = [s for s in model.recognise(x, direction) if s is not context]
    states = [model.machine_.as_activity(x), *hidden[: len(model.hidden)], context]
    total = np.full(len(x), -np.inf)
    for draw in range(DRAWS):
        energy = free_energy_of(model.machine_, states, RandomStream(1, draw))
        total = np.logaddexp(total, -energy)
    return float(total.mean() - np.log(DRAWS))


def correlation(one, other):
    """Return the correlation over directions, mean over units that vary."""
    varying = (np.ptp(one, axis=0) > 0) & (np.ptp(other, axis=0) > 0)
    pairs = zip(one.T[varying], other.T[varying], strict=True)
    return float(np.mean([np.corrcoef(*pair)[0, 1] for pair in pairs]))


def independent(x, direction, learned):
    """Return what independent units say, with and without the direction."""
    tuned = rates(x[learned], direction[learned], prior=1.0)
    found = {}
    for name, p in (
        ("independent, by direction", tuned[direction[~learned]]),
        ("independent", np.broadcast_to(x[learned].mean(axis=0), x[~learned].shape)),
    ):
        test = x[~learned]
        nats = (test * np.log(p) + (1 - test) * np.log1p(-p)).sum(axis=1).mean()
        found[name] = {"log_likelihood": float(nats)}
    observed = rates(x[~learned], direction[~learned])
    found["independent, by direction"]["tuning"] = correlation(tuned, observed)
    found["independent, by direction"]["noise"] = 0.0
    return found


def machine(x, direction, learned, seed, settings):
    """Return what a goal-seeded machine says and imagines."""
    begin = time.process_time()
    model = nh.GoalSeededMachine(
        x.shape[1], goals=DIRECTIONS, steps=60_000, final=0.02, random_state=seed, **settings
    ).fit(x[learned], direction[learned])
    asked = np.repeat(direction[learned], 4)
    made = model.simulate(asked, temperature=1.0, random_state=1).x
    observed, imagined = noise(x[learned], direction[learned]), noise(made, asked)
    return {
        "log_likelihood": log_likelihood(model, x[~learned], direction[~learned]),
        "tuning": correlation(rates(made, asked), rates(x[~learned], direction[~learned])),
        "noise": float(observed @ imagined / (observed @ observed)),
        "processor_seconds": time.process_time() - begin,
    }


def load(path):
    return json.loads(path.read_text()) if path.exists() else {}


def run(arguments):
    """Run what is missing, and write after each machine."""
    data = words(arguments.file)
    for seed in arguments.seeds:
        for name, settings in MACHINES.items():
            results = load(arguments.output) or {k: {"0": e} for k, e in independent(*data).items()}
            if str(seed) in results.get(name, {}):
                continue
            results.setdefault(name, {})[str(seed)] = entry = machine(*data, seed, settings)
            arguments.output.write_text(json.dumps(results, indent=1) + "\n")
            print(name, seed, json.dumps(entry), flush=True)


def table(arguments):
    """Print mean and range over seeds."""
    print("| | log-likelihood (nats) | rates: r | noise correlations: slope | seeds |")
    print("|---|---|---|---|---|")
    for name, runs in load(arguments.output).items():
        cells = []
        for key in ("log_likelihood", "tuning", "noise"):
            values = [entry[key] for entry in runs.values() if key in entry]
            spread = f" ({min(values):.3f}-{max(values):.3f})" if len(values) > 1 else ""
            cells.append(f"{np.mean(values):.3f}{spread}" if values else "")
        print(f"| {name} | {' | '.join(cells)} | {len(runs)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    for function in (run, table):
        command = commands.add_parser(function.__name__)
        command.add_argument("-o", "--output", type=Path, default=RESULTS)
        command.set_defaults(function=function)
        if function is run:
            command.add_argument("file", type=Path)
            command.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    arguments = parser.parse_args()
    arguments.function(arguments)


if __name__ == "__main__":
    main()
