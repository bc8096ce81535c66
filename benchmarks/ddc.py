"""Learning with a distributed distributional code beside wake-sleep and its relatives.

    python benchmarks/ddc.py posterior [--seeds 5]      how exact posterior means are
    python benchmarks/ddc.py nets [--seeds 5]           belief nets 5 -> 8 learn from a teacher each
    python benchmarks/ddc.py students [--seeds 5]       several that learn from the first teacher
    python benchmarks/ddc.py mixtures [--teachers 25]   a scale mixture of two layers, by MMD
    python benchmarks/ddc.py images [--seeds 5]         digits and natural patches, by MMD
    python benchmarks/ddc.py words                      binary words of 15 neurons
    python benchmarks/ddc.py table                      print what was measured

Each measurement is a row of benchmarks/results/ddc.json; those that are there are not repeated.
Teachers of ``nets`` are drawn as hidden biases N(-0.5, 0.3), weights N(0, 2.5), visible biases
N(-1, 0.5), with standard deviations as second number; 5000 samples; 3000 steps of Adam on
batches of 200, at a rate of 0.005 that falls to a tenth. Negative log-likelihoods are exact, by
enumeration.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ddc_peers import ExactPosterior

import neurohm as nh
from neurohm.files import atomic_path
from neurohm.likelihood import exact_posterior_means
from neurohm.machine import Normal
from neurohm.machine.initial import fit_visible_bias
from neurohm.populations import all_states

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "ddc.json"
VISIBLE, HIDDEN, SAMPLES = 8, 5, 5000
EPOCHS, BATCH, RATE, DECAY = 120, 200, 5e-3, 0.1
CODE = {"functions": 55, "data_functions": 92}
RULES: dict[str, Callable[[], nh.learning.LearningRule]] = {
    "exact posterior": ExactPosterior,
    "DDC": lambda: nh.DDC(**CODE),
    "DDC, 2000 dreams a step": lambda: nh.DDC(**CODE, sleep_samples=2000),
    "DDC, fresh dreams": lambda: nh.DDC(**CODE, window=1),
    "DDC, direct": lambda: nh.DDC(**CODE, variant="direct"),
    "DDC, log-probability": lambda: nh.DDC(**CODE, variant="log-probability"),
    "DDC, delta rule": lambda: nh.DDC(**CODE, learner="delta", delta_passes=3),
    "wake-sleep": nh.WakeSleep,
    "reweighted, K = 10": lambda: nh.Reweighted(particles=10),
    "reweighted, K = 100": lambda: nh.Reweighted(particles=100),
}
KINDS = ("posterior", "nets", "students", "mixtures", "images", "words", "table")
DREAMS = (1000, 4000, 16_000, 64_000)


def teacher(seed: int) -> nh.HelmholtzMachine:
    """Return the net that data are drawn from."""
    rng = np.random.default_rng(seed)
    machine = nh.HelmholtzMachine([VISIBLE, HIDDEN], dtype="float64")
    values = machine.parameters()
    values["generative/hidden1"][:] = rng.normal(-0.5, 0.3, HIDDEN)
    values["generative/hidden1->visible"][:] = rng.normal(0, 2.5, (HIDDEN, VISIBLE))
    values["generative/visible"][:] = rng.normal(-1, 0.5, VISIBLE)
    return machine


def posterior_error(machine: nh.HelmholtzMachine, dreams: int, encoding: str, seed: int) -> float:
    """Return the root mean square error of posterior means, over what the machine dreams."""
    rule = nh.DDC(functions=60, data_functions=300, data_encoding=encoding, data_ridge=1 / dreams)
    x = all_states(VISIBLE)
    found = rule.posterior(machine, samples=dreams, seed=seed).mean(x)
    error = ((found - exact_posterior_means(machine, x)[0]) ** 2).mean(axis=1)
    return float(np.sqrt(np.exp(nh.exact_log_likelihood(machine, x)) @ error))


def posteriors(seeds: int) -> Iterator[tuple[str, Callable[[], dict[str, float]]]]:
    """Return a measurement for each teacher, encoding of data and number of dreams."""
    for seed in range(seeds):
        for encoding in ("complete", "tanh"):
            for dreams in DREAMS:
                yield (
                    f"posterior/{seed}/{encoding}/{dreams}",
                    lambda s=seed, e=encoding, n=dreams: {
                        "error": posterior_error(teacher(s), n, e, seed=s)
                    },
                )


def learn(rule: str, seed: int, true: nh.HelmholtzMachine) -> dict[str, float]:
    """Return how well a student explains what it learned from and what it did not, in nats."""
    data = true.dream(SAMPLES, seed=100 + seed)
    test = true.dream(4 * SAMPLES, seed=200 + seed)
    machine = nh.HelmholtzMachine(
        [VISIBLE, HIDDEN], initial=Normal(0.5), seed=seed, dtype="float64"
    )
    fit_visible_bias(machine, data.mean(axis=0))
    begin = time.monotonic()
    nh.train(
        machine,
        data,
        rule=RULES[rule](),
        plasticity=nh.Adam(RATE),
        epochs=EPOCHS,
        batch_size=BATCH,
        schedule=DECAY,
        seed=seed,
    )
    seconds = time.monotonic() - begin
    scores = {"nll": data, "test_nll": test}
    return {
        **{name: -float(nh.exact_log_likelihood(machine, x).mean()) for name, x in scores.items()},
        "true_nll": -float(nh.exact_log_likelihood(true, data).mean()),
        "true_test_nll": -float(nh.exact_log_likelihood(true, test).mean()),
        "seconds": seconds,
    }


def nets(seeds: int, rules: Sequence[str]) -> Iterator[tuple[str, Callable[[], dict[str, float]]]]:
    """Return a measurement for each rule and teacher."""
    for seed in range(seeds):
        for rule in rules:
            yield f"nets/{seed}/{rule}", lambda r=rule, s=seed: learn(r, s, teacher(s))


def students(
    seeds: int, rules: Sequence[str]
) -> Iterator[tuple[str, Callable[[], dict[str, float]]]]:
    """Return a measurement for each rule and student; samples and starting values differ."""
    for seed in range(seeds):
        for rule in rules:
            yield f"students/{seed}/{rule}", lambda r=rule, s=seed: learn(r, s, teacher(0))


def carry_out(tasks: Iterator[tuple[str, Callable[[], dict[str, float]]]]) -> None:
    """Measure what was not measured yet, and write each row at once."""
    for name, measure in tasks:
        rows = read()
        if name in rows:
            continue
        found = measure()
        rows = {**read(), name: found}
        with atomic_path(RESULTS) as temporary:
            Path(temporary).write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n")
        print(name, {key: round(value, 4) for key, value in found.items()}, flush=True)


def read() -> dict[str, dict[str, Any]]:
    """Return the rows that were measured."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def table() -> None:
    """Print means over seeds, and their standard errors."""
    groups: dict[tuple[str, str], list[dict[str, float]]] = {}
    for name, row in read().items():
        kind, _, rest = name.split("/", 2)
        groups.setdefault((kind, rest), []).append(row)
    for (kind, rest), rows in sorted(groups.items()):
        cells = []
        for key in rows[0]:
            values = np.array([row[key] for row in rows])
            error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
            cells.append(f"{key} {values.mean():.4f} +- {error:.4f}")
        print(f"{kind:10} {rest:24} n={len(rows)}  " + "  ".join(cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=KINDS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--teachers", type=int, default=25)
    parser.add_argument("--rules", nargs="+", choices=RULES, default=list(RULES), help="of nets")
    given = parser.parse_args()
    if given.what == "table":
        table()
    elif given.what == "posterior":
        carry_out(posteriors(given.seeds))
    elif given.what == "nets":
        carry_out(nets(given.seeds, given.rules))
    elif given.what == "students":
        carry_out(students(given.seeds, given.rules))
    elif given.what == "mixtures":
        from ddc_mixtures import mixtures

        carry_out(mixtures(given.teachers))
    elif given.what == "images":
        from ddc_images import pictures

        carry_out(pictures(given.seeds))
    else:
        from ddc_words import words

        carry_out(words(given.seeds))


if __name__ == "__main__":
    main()
