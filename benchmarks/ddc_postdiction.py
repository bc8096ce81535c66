"""Hidden dynamics learned by a code of the recent past, and what later bins say of earlier ones.

    python benchmarks/ddc_postdiction.py learn [--seeds 3]   by how much known later
    python benchmarks/ddc_postdiction.py draw                the figure of docs/ddc.md

The teacher has two binary hidden units that stay on and off for a while, seen through eight; the
students start with random weights and learn from 10,000 bins, 20 epochs of Adam at a rate of 0.02
that falls to a tenth. Exact held-out log-likelihoods, in nats a bin, of 4000 others.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import neurohm as nh
from neurohm.machine.initial import fit_visible_bias

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "ddc_postdiction.png"
VISIBLE, HIDDEN, LEARN, TEST = 8, 2, 10_000, 4000
EPOCHS, BATCH, RATE, DECAY = 20, 5, 2e-2, 0.1
CODE = {"functions": 4, "data_functions": 10}
DECAYS = (0.0, 0.3, 0.5, 0.7, 0.85)
LAGS = (2, 0)
SHOWN, SHOWN_LAG = slice(120, 220), 2
BLACK, ORANGE, BLUE = "black", "#d55e00", "#0072b2"


def teacher(visible: int = VISIBLE) -> nh.HiddenDynamics:
    """Return the model that recordings are drawn from."""
    dynamics = nh.HiddenDynamics(visible, HIDDEN, dtype="float64")
    own, rng = dynamics.parameters(), np.random.default_rng(0)
    own["generative/before->hidden"][:] = [[5, 0], [1, 4]]
    own["generative/hidden"][:] = -2.5
    own["generative/hidden->visible"][:] = rng.normal(0, 1.5, (HIDDEN, visible))
    own["generative/visible"][:] = -1
    return dynamics


def score(dynamics: nh.HiddenDynamics, x: np.ndarray) -> float:
    """Return the exact log-likelihood, nats a bin."""
    return float(nh.exact_filter(dynamics, x).log_likelihood.mean())


def learn(lag: int, seed: int) -> dict[str, float]:
    """Return what a student that began at random knows in the end."""
    true = teacher()
    data, test = true.dream(LEARN, seed=100 + seed), true.dream(TEST, seed=200 + seed)
    student = nh.HiddenDynamics(VISIBLE, HIDDEN, seed=seed, dtype="float64")
    mean = data.mean(axis=0)
    fit_visible_bias(student, mean)
    begin = time.process_time()
    result = nh.train(
        student,
        data,
        rule=nh.Postdiction(**CODE, lag=lag),
        plasticity=nh.Adam(RATE),
        epochs=EPOCHS,
        batch_size=BATCH,
        schedule=DECAY,
        seed=seed,
    )
    alone = (test * np.log(mean) + (1 - test) * np.log(1 - mean)).sum(axis=1).mean()
    return {
        "student": score(student, test),
        "teacher": score(true, test),
        "independent units": float(alone),
        "r_squared": float(result.history["r_squared of hidden"][-1]),
        "seconds": time.process_time() - begin,
    }


def dynamics(seeds: int) -> Iterator[tuple[str, Callable[[], dict[str, float]]]]:
    """Return a measurement for each student and lag."""
    for seed in range(seeds):
        for lag in LAGS:
            yield f"dynamics/{seed}/lag {lag}", lambda n=lag, s=seed: learn(n, s)


def draw() -> None:
    """Draw what is known of a hidden unit at once and later, and how far that is from the truth."""
    true = teacher(6)
    x = true.simulate(4000, seed=3).visible[0]
    hidden = true.simulate(4000, seed=3).hidden[0, 1:]
    posterior = nh.Postdiction(**CODE, decays=DECAYS).posterior(true, samples=100_000)
    _, (left, right) = plt.subplots(
        1, 2, figsize=(6.9, 2.7), width_ratios=(2.1, 1), layout="constrained"
    )
    bins, unit = np.arange(SHOWN.stop - SHOWN.start), 1
    left.fill_between(
        bins, hidden[SHOWN, unit], step="mid", color="0.88", linewidth=0, label="Unit was active"
    )
    now, later = (posterior.mean(x, lag=lag)[SHOWN, unit] for lag in (0, SHOWN_LAG))
    exact = nh.exact_filter(true, x, lag=SHOWN_LAG).mean[SHOWN, unit]
    left.plot(bins, now, color=ORANGE, linewidth=1, label="Known at once")
    left.plot(bins, later, color=BLUE, linewidth=1.4, label=f"{SHOWN_LAG} bins later")
    left.plot(bins, exact, ":", color=BLACK, linewidth=1, label=f"Exact, {SHOWN_LAG} bins later")
    left.set(xlabel="Bin", ylabel="Probability that it was active", ylim=(-0.1, 1.45))
    left.set_yticks([0, 0.5, 1])
    left.legend(fontsize=7, ncols=2, loc="upper center", frameon=False)
    lags = np.arange(6)
    exact_errors, errors = (
        [np.sqrt(((mean(lag) - hidden[: len(x) - lag]) ** 2).mean()) for lag in lags]
        for mean in (
            lambda lag: nh.exact_filter(true, x, lag=int(lag)).mean,
            lambda lag: posterior.mean(x, lag=int(lag)),
        )
    )
    right.plot(lags, errors, "o-", color=BLUE, markersize=3.5, label="Code")
    right.plot(lags, exact_errors, "s:", color=BLACK, markersize=3, label="Exact")
    right.set(xlabel="Bins known after it", ylabel="Error of hidden activity (RMS)")
    right.legend(fontsize=7, frameon=False)
    nh.plots.save(left, PICTURE, dpi=150)


def main() -> None:
    from ddc import carry_out

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("learn", "draw"))
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    if given.what == "learn":
        carry_out(dynamics(given.seeds))
    else:
        draw()


if __name__ == "__main__":
    main()
