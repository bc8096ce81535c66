"""A scale mixture of two hidden layers: how near a model stays to the data that it learns.

Teachers: z2 ~ N(3, 0.1), fixed; z1 ~ Laplace(0, softplus(w z2 + b)), two units; x ~ N(U z1, 0.3^2),
two units; w, U ~ N(0, 1), b ~ N(-1, 0.5). Every student starts at the truth and sees 10,000
samples, 2000 steps of Adam on batches of 200 at a rate of 0.003 that falls to a tenth. The prior
stays. Measured: the squared MMD of 2000 samples of the student from 2000 fresh ones of the teacher,
with the median distance of the latter as width.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import neurohm as nh
from neurohm.learning.ddc.kernel import median_distance

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "ddc_posteriors.png"
SAMPLES, COMPARED, EPOCHS, BATCH, RATE, DECAY = 10_000, 2000, 40, 200, 3e-3, 0.1
NOISE = 0.3
RULES: dict[str, Callable[[], nh.learning.LearningRule]] = {
    "DDC": lambda: nh.DDC(functions=100, window=5, learn_prior=False, recogniser=False),
    "wake-sleep": nh.WakeSleep,
    "reweighted, K = 10": lambda: nh.Reweighted(particles=10),
}
TORCH = {"VAE": 1, "IWAE, K = 10": 10}


def teacher(seed: int) -> nh.HelmholtzMachine:
    """Return the machine that data are drawn from."""
    rng = np.random.default_rng(seed)
    machine = nh.HelmholtzMachine(
        [nh.Gaussian(2, deviation=NOISE), nh.Laplace(2), nh.Gaussian(1, deviation=0.1)],
        recognition=[nh.Gaussian(2, learned=True), nh.Gaussian(1)],
        dtype="float64",
        seed=seed,
    )
    own = machine.parameters()
    own["generative/hidden1->visible"][:] = rng.normal(0, 1, (2, 2))
    own["generative/hidden2->hidden1"][:] = rng.normal(0, 1, (1, 2))
    own["generative/hidden1"][:] = rng.normal(-1, 0.5, 2)
    own["generative/hidden2"][:] = 3
    return machine


def learn(rule: str, seed: int) -> dict[str, float]:
    """Return how far a student is from the data in the end."""
    true = teacher(seed)
    data, fresh = true.dream(SAMPLES, seed=100 + seed), true.dream(COMPARED, seed=200 + seed)
    begin = time.monotonic()
    if rule in TORCH:
        from ddc_torch import dreams_of_autoencoder

        made = dreams_of_autoencoder(
            true.parameters(), data, TORCH[rule], COMPARED, EPOCHS, BATCH, RATE, DECAY, seed
        )
    else:
        machine = student(rule, seed, data)
        made = machine.dream(COMPARED, seed=300 + seed)
    seconds = time.monotonic() - begin
    found = nh.mmd(made, fresh, width=median_distance(fresh), permutations=200, seed=seed)
    return {"mmd": found.value, "p_value": found.p_value, "width": found.width, "seconds": seconds}


def student(rule: str, seed: int, data: np.ndarray) -> nh.HelmholtzMachine:
    """Return a machine that started at the truth and learned."""
    machine = teacher(seed)
    nh.train(
        machine,
        data,
        rule=RULES[rule](),
        plasticity=nh.Adam(RATE, rates={"generative/hidden2": 0.0}),
        epochs=EPOCHS,
        batch_size=BATCH,
        schedule=DECAY,
        seed=seed,
    )
    return machine


def mixtures(teachers: int) -> Iterator[tuple[str, Callable[[], dict[str, float]]]]:
    """Return a measurement for each teacher and rule."""
    for seed in range(teachers):
        for rule in (*RULES, *TORCH):
            yield f"mixtures/{seed}/{rule}", lambda r=rule, s=seed: learn(r, s)


def exact_density(machine: nh.HelmholtzMachine, x: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Return p(z1 | x) at the points of a grid, with sum 1; z2 summed over its quadrature."""
    own = machine.parameters()
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    drive = (3 + 0.1 * nodes)[:, None] * own["generative/hidden2->hidden1"][0]
    scale = np.logaddexp(0, drive + own["generative/hidden1"])
    prior = np.exp(-np.abs(grid)[:, None] / scale) / (2 * scale)
    prior = prior.prod(axis=2) @ weights
    mean = grid @ own["generative/hidden1->visible"] + own["generative/visible"]
    posterior = prior * np.exp(-((x - mean) ** 2).sum(axis=1) / (2 * NOISE**2))
    return posterior / posterior.sum()


def draw(seed: int = 3) -> None:
    """Draw the posterior of one sample: exact, by the code, and by a factorial recogniser."""
    machine = teacher(seed)
    own = machine.parameters()
    own["generative/hidden1->visible"][:] = [[1.0, 0.6], [0.7, 1.0]]
    own["generative/hidden2->hidden1"][:] = [[0.3, 0.3]]
    own["generative/hidden1"][:] = -0.5
    x = np.array([[0.9, 0.9]])
    line = np.linspace(-1.5, 2.5, 81)
    grid = np.stack(np.meshgrid(line, line), axis=2).reshape(-1, 2)
    code = nh.DDC(functions=100, data_functions=200, data_ridge=1e-4, ridge=1e-5).posterior(
        machine, samples=60_000
    )
    data = machine.dream(SAMPLES, seed=1)
    nh.train(
        machine,
        data,
        rule="wake-sleep",
        plasticity=nh.Adam(5e-3, rates={"generative": 0.0}),
        epochs=20,
        schedule=DECAY,
    )
    drawn = machine.recognise(x, seed=0, particles=4000)[1]
    mean, deviation = drawn.mean(axis=0), drawn.std(axis=0)
    factorial = np.exp(-(((grid - mean) / deviation) ** 2).sum(axis=1) / 2)
    shown = {
        "Exact": exact_density(machine, x, grid),
        "Distributed code": code.density(x, grid)[0],
        "Factorial (sleep)": factorial / factorial.sum(),
    }
    _, row = plt.subplots(1, 3, figsize=(6.9, 3.0), sharex=True, sharey=True, layout="constrained")
    for axes, (name, density) in zip(row, shown.items(), strict=True):
        centre = density @ grid
        moments = (grid - centre).T @ (density[:, None] * (grid - centre))
        correlation = moments[0, 1] / np.sqrt(moments[0, 0] * moments[1, 1])
        levels = np.linspace(0, density.max(), 9)[1:]
        axes.contourf(line, line, density.reshape(81, 81), levels=levels, cmap="cividis")
        axes.set_title(f"{name}\ncorrelation {correlation:.2f}", fontsize=9)
        axes.set_xlabel("Cause 1")
        axes.set_aspect("equal")
    row[0].set_ylabel("Cause 2")
    nh.plots.save(row[0], PICTURE, dpi=150)


if __name__ == "__main__":
    draw()
