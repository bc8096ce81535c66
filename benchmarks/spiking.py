"""Learning by spikes: does it find what the abstract rule finds?

    python benchmarks/spiking.py lines [--presentations 20000 --copies 100]
    python benchmarks/spiking.py assemblies [--minutes 5 --copies 20]
    python benchmarks/spiking.py impression [--presentations 2000 --copies 50]

Each prints what it found, of spikes and of the abstract rule at the same presentations. `--target`
says what Brian2 runs by; `cpp_standalone` compiles for a minute or two first.
"""

from __future__ import annotations

import argparse

import numpy as np
from brian2 import ms
from scipy.stats import norm

import neurohm as nh
from neurohm.analysis.matching import match
from neurohm.analysis.recovery import members_f1
from neurohm.images import lines
from neurohm.likelihood import exact_divergence
from neurohm.machine import Zeros
from neurohm.recordings import bin_spikes
from neurohm.spiking import SpikingRule, impression_network, machine_of, run, target, to_brian2
from neurohm.training import Decay


def learn_by_spikes(machine, x, rates, name, **rule):
    """Return machines that learned rows (presentations, copies, units) by spikes, one a copy."""
    (start, end, hold), (n, copies, _) = rates, x.shape
    cycles = n * (rule.get("particles", 1) + 1)
    fall = f"clip((cycle/{cycles}.0 - {hold})/{1 - hold}, 0, 1)"
    with target(name):
        network = to_brian2(
            machine, "alternate", window=1 * ms, stimulus=x, copies=copies, monitors=False,
            learning=SpikingRule(f"{start}*{end / start}**{fall}", **rule),
        )  # fmt: skip
        run(network, cycles, seed=0)
        return [machine_of(network, copy) for copy in range(copies)]


def learn_abstractly(machine, x, rates, rule=None):
    """Return the same of the abstract rule, one presentation at a time, at the same rates."""
    (start, end, hold), learners = rates, []
    for copy in range(x.shape[1]):
        learner = machine.copy()
        nh.train(
            learner, x[:, copy], rule=rule or nh.WakeSleep(), plasticity=nh.Delta(start), epochs=1,
            batch_size=1, seed=copy, schedule=Decay(end / start, hold),
        )  # fmt: skip
        learners.append(learner)
    return learners


def lines_benchmark(arguments):
    data, n, copies = lines(), arguments.presentations, arguments.copies
    machine = nh.HelmholtzMachine([9, 6, 1], initial=Zeros(), dtype="float64")
    x = np.stack([data.sample(n, seed=seed) for seed in range(copies)], axis=1)
    rates = (0.3, 0.003, 0.4)
    found = {
        "spikes": learn_by_spikes(machine, x, rates, arguments.target),
        "abstract": learn_abstractly(machine, x, rates),
    }
    bits = {
        name: np.array([exact_divergence(m, data.patterns, data.probabilities) for m in machines])
        for name, machines in found.items()
    }
    report("lines", n, bits)


def report(what, presentations, bits):
    """Print divergences of each learner, and how far the others are from the abstract one's."""
    for name, values in bits.items():
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        quartiles = " ".join(f"{q:.3f}" for q in np.quantile(values, (0, 0.25, 0.5, 0.75, 1)))
        line = (
            f"{what}, {presentations:,} presentations, {name}: {values.mean():.3f} +- {error:.3f}"
        )
        if name != "abstract":
            apart = values - bits["abstract"]  # the same data for both
            wide = norm.isf(0.005) * np.std(apart, ddof=1) / np.sqrt(len(apart))
            line += f", {apart.mean():+.3f} +- {wide:.3f} (99 %) from abstract"
        print(f"{line}; quartiles {quartiles}", flush=True)


def planted(seed, minutes):
    """Return a small recording with three synchronous assemblies."""
    return nh.simulate_assemblies(
        20, minutes, 3, members=(5, 6), lag=0.0, jitter=0.002, participation=0.9, overlap=0.0,
        rate=2.0, occurrence_rate=4.0, seed=seed,
    )  # fmt: skip


def templates(machine, least=0.3):
    """Return the members of each hidden unit: those that it makes fire that much more often."""
    parameters = machine.parameters()
    bias = parameters["generative/visible"]
    driven = 1 / (1 + np.exp(-(bias + parameters["generative/hidden1->visible"])))
    return [np.flatnonzero(row > least) for row in driven - 1 / (1 + np.exp(-bias))]


def f1_of(machine, recording):
    """Return the F1 of the members of each planted assembly."""
    true = [np.asarray(members) for members in recording.truth["members"]]
    table = np.array([[members_f1(t, f) for f in templates(machine)] for t in true])
    partner = match(table)
    return [table[i, j] if j >= 0 else 0.0 for i, j in enumerate(partner)]


def assemblies_benchmark(arguments):
    """Look for planted assemblies by three factors; settings chosen on recordings 100 to 111."""
    copies, first = arguments.copies, arguments.seed
    recordings = [planted(seed, arguments.minutes) for seed in range(first, first + copies)]
    x = np.stack([np.minimum(bin_spikes(r, 0.02).toarray(), 1) for r in recordings], axis=1)
    machine = nh.HelmholtzMachine([20, 8], seed=0, dtype="float64")
    for key, values in machine.parameters().items():
        if "->" in key:
            values *= 10  # hidden units that differ from the start share the work
        else:
            values[...] = np.log(x.mean() / (1 - x.mean())) if "visible" in key else -3
    rates, particles = (0.5, 0.05, 0.4), {"particles": 4}
    found = {
        "spikes": learn_by_spikes(
            machine, x, rates, arguments.target, rule="reweighted", **particles
        ),
        "abstract": learn_abstractly(machine, x, rates, nh.Reweighted(**particles)),
    }
    for name, machines in found.items():
        f1 = np.array([f1_of(m, r) for m, r in zip(machines, recordings, strict=True)])
        print(
            f"assemblies, {len(x):,} presentations, {name}: mean F1 {f1.mean():.3f} +- "
            f"{f1.mean(axis=1).std(ddof=1) / np.sqrt(copies):.3f}; of {f1.size} assemblies "
            f"{(f1 >= 0.9).sum()} found (F1 >= 0.9);", np.round(f1, 2).tolist(), flush=True,
        )  # fmt: skip


def impression_benchmark(arguments):
    """Let phases alternate within each stimulus, ever faster; the first of them is wake-sleep."""
    n, copies, rate = arguments.presentations, arguments.copies, 0.3
    patterns = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], 3, axis=1)
    probabilities = np.array([0.49, 0.21, 0.21, 0.09])  # two groups of three, independent
    rng = np.random.default_rng(0)
    x = patterns[rng.choice(4, size=(n, copies), p=probabilities)]
    machine = nh.HelmholtzMachine([6, 2], initial=Zeros(), dtype="float64")
    learners = {"abstract": learn_abstractly(machine, x, (rate, rate, 0.5))}
    for periods in (1, 2, 5, 10):
        with target(arguments.target):
            network = impression_network(
                machine, x, rate=rate, shown=200 * ms, period=200 * ms / periods, copies=copies
            )
            run(network, n, seed=0)
            learners[f"{periods} a stimulus"] = [machine_of(network, c) for c in range(copies)]
    bits = {
        name: np.array([exact_divergence(m, patterns, probabilities) for m in machines])
        for name, machines in learners.items()
    }
    report("impression", n, bits)


BENCHMARKS = {
    "lines": lines_benchmark,
    "assemblies": assemblies_benchmark,
    "impression": impression_benchmark,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=list(BENCHMARKS))
    parser.add_argument("--presentations", type=int, default=20_000)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the first recording")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--target", default="cpp_standalone")
    arguments = parser.parse_args()
    BENCHMARKS[arguments.what](arguments)


if __name__ == "__main__":
    main()
