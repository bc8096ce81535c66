"""A scale mixture of two hidden layers: how near a model stays to the data that it learns.

Teachers: z2 ~ N(3, 0.1), fixed; z1 ~ Laplace(0, softplus(w z2 + b)), two units; x ~ N(U z1, 0.3^2),
two units; w, U ~ N(0, 1), b ~ N(-1, 0.5). Every student starts at the truth and sees 10,000
samples, 1000 steps of Adam on batches of 200 at a rate of 0.003 that falls to a tenth. The prior
stays. Measured: the squared MMD of 2000 samples of the student from 2000 fresh ones of the teacher,
with the median distance of the latter as width; and the exact divergence of the teacher's density
from the student's, in nats, over 4000 fresh samples. Beside it the posterior correlation of the two
causes, averaged over data: the teacher's, the student's, and, of DDC, what its code says of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import log_ndtr, logsumexp

import neurohm as nh
from neurohm.learning.ddc.kernel import median_distance

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "ddc_posteriors.png"
ROWS_PICTURE = PICTURE.with_name("ddc_mixtures.png")
SAMPLES, COMPARED, EPOCHS, BATCH, RATE, DECAY = 10_000, 2000, 20, 200, 3e-3, 0.1
NOISE, TOP, TOP_NOISE = 0.3, 3.0, 0.1
# For the exact density: nodes of z2, and of one cause in units of its scale.
NODES = np.polynomial.hermite_e.hermegauss(7)
LINE = np.linspace(-14, 14, 561)
# For posterior correlations: data, and draws of the prior that are weighted.
ASKED, DRAWS = 100, 20_000
RULES: dict[str, Callable[[], nh.learning.LearningRule]] = {
    "DDC": lambda: nh.DDC(functions=100, window=5, learn_prior=False, recogniser=False),
    "wake-sleep": nh.WakeSleep,
    "reweighted, K = 10": lambda: nh.Reweighted(particles=10),
}
TORCH = {"VAE": 1, "IWAE, K = 10": 10}
# Below this a divergence is noise of the 4000 samples.
LEAST_SHOWN = 1e-4
SHOWN = ("DDC", "wake-sleep", "VAE")
MARKS = dict(zip((*RULES, *TORCH), "os^Dv", strict=True))
PALETTE = "#0072b2", "#d55e00", "#e69f00", "#009e73", "#cc79a7"
COLOURS = dict(zip(MARKS, PALETTE, strict=True))


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
    data, fresh = true.dream(SAMPLES, seed=100 + seed), true.dream(2 * COMPARED, seed=200 + seed)
    asked, values = fresh[:ASKED], true.parameters()
    begin, found = time.process_time(), {"true_correlation": correlation(values, asked)}
    if rule in TORCH:
        from ddc_torch import learned_by_autoencoder

        learned = learned_by_autoencoder(
            values, data, TORCH[rule], EPOCHS, BATCH, RATE, DECAY, seed, learns_noise=False
        )
        machine = teacher(seed)
        machine.set_parameters({**machine.parameters(), **learned})
    else:
        machine = student(rule, seed, data)
    found["seconds"] = time.process_time() - begin
    own, made = machine.parameters(), machine.dream(COMPARED, seed=300 + seed)
    if rule == "DDC":
        code = nh.DDC(functions=100, data_functions=200, data_ridge=1e-4, ridge=1e-5)
        told = code.posterior(machine, samples=20_000).correlation(asked)
        found["code_correlation"] = float(told[:, 0, 1].mean())
    distance = nh.mmd(
        made, fresh[:COMPARED], width=median_distance(fresh[:COMPARED]), permutations=200, seed=seed
    )
    return {
        **found,
        "mmd": distance.value,
        "p_value": distance.p_value,
        "width": distance.width,
        "divergence": float((log_density(values, fresh) - log_density(own, fresh)).mean()),
        "correlation": correlation(own, asked),
    }


def log_density(own: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return log p(x), ``(rows,)``, in nats.

    One cause is integrated in closed form, a Laplace distribution times a Gaussian, the other on a
    line; z2, which hardly varies, by quadrature.
    """
    onto, bias = own["generative/hidden1->visible"], own["generative/visible"]
    inner = int(np.argmax((onto**2).sum(axis=1)))
    outer, precision = 1 - inner, (onto[inner] ** 2).sum() / NOISE**2
    parts = []
    for scale in scales(own, TOP + TOP_NOISE * NODES[0]):
        at = LINE * scale[outer]
        missed = (x - bias)[:, None, :] - at[:, None] * onto[outer]
        push = missed @ onto[inner] / NOISE**2

        def half(push: np.ndarray, rate: float = 1 / scale[inner]) -> np.ndarray:
            start = (rate - push) / np.sqrt(precision)
            return start**2 / 2 + log_ndtr(-start)

        log_inner = np.logaddexp(half(push), half(-push)) + np.log(2 * np.pi / precision) / 2
        log_inner -= (missed**2).sum(axis=2) / (2 * NOISE**2) + np.log(2 * np.pi * NOISE**2)
        log_prior = -np.abs(LINE) - np.log(4 * scale[inner]) + np.log(LINE[1] - LINE[0])
        parts.append(logsumexp(log_inner + log_prior, axis=1))
    shares = NODES[1] / NODES[1].sum()
    return logsumexp(parts, axis=0, b=shares[:, None])


def scales(own: Mapping[str, np.ndarray], top: np.ndarray) -> np.ndarray:
    """Return the scales of the causes, ``(rows, 2)``, at values of z2."""
    drive = top[:, None] * own["generative/hidden2->hidden1"][0] + own["generative/hidden1"]
    return np.maximum(np.logaddexp(0, drive), 1e-3)


def correlation(own: Mapping[str, np.ndarray], x: np.ndarray) -> float:
    """Return the posterior correlation of the two causes, averaged over data."""
    rng = np.random.default_rng(0)
    causes = scales(own, rng.normal(TOP, TOP_NOISE, DRAWS)) * rng.laplace(size=(DRAWS, 2))
    mean = causes @ own["generative/hidden1->visible"] + own["generative/visible"]
    log_weight = -((x[:, None, :] - mean) ** 2).sum(axis=2) / (2 * NOISE**2)
    weight = np.exp(log_weight - logsumexp(log_weight, axis=1, keepdims=True))
    first = weight @ causes
    second = weight @ causes**2 - first**2
    product = weight @ causes.prod(axis=1) - first.prod(axis=1)
    usable = second.min(axis=1) > 1e-6  # data beyond all draws have but one of them
    return float((product[usable] / np.sqrt(second[usable].prod(axis=1))).mean())


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


def draw_rows() -> None:
    """Draw what was measured: how far students went, and what became of the correlation."""
    from ddc import read

    rows = read()
    rules = [*RULES, *TORCH]
    seeds = [s for s in range(1000) if f"mixtures/{s}/{rules[-1]}" in rows]
    _, (left, right) = plt.subplots(1, 2, figsize=(6.9, 3.0), layout="constrained")
    for place, rule in enumerate(rules):
        own = [rows[f"mixtures/{seed}/{rule}"] for seed in seeds]
        far = np.maximum([row["divergence"] for row in own], LEAST_SHOWN)
        spread = np.random.default_rng(0).uniform(-0.2, 0.2, len(own))
        left.plot(place + spread, far, MARKS[rule], color=COLOURS[rule], markersize=4)
        left.plot([place - 0.35, place + 0.35], [np.median(far)] * 2, color="black")
        if rule in SHOWN:
            true, found = ([row[key] for row in own] for key in ("true_correlation", "correlation"))
            right.plot(true, found, MARKS[rule], color=COLOURS[rule], markersize=4, label=rule)
    left.set_yscale("log")
    names = [name.replace(", ", "\n").replace("e-s", "e-\ns") for name in rules]
    left.set_xticks(range(len(rules)), names, fontsize=8)
    left.set_ylabel("Divergence (nats)")
    right.plot([-1, 1], [-1, 1], color="0.7", linewidth=1, zorder=0)
    right.set(xlabel="Correlation of causes given data,\nteacher", ylabel="Student")
    right.set_aspect("equal")
    right.legend(fontsize=8, frameon=False)
    nh.plots.save(left, ROWS_PICTURE, dpi=150)


if __name__ == "__main__":
    draw()
    draw_rows()
