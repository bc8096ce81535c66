# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Posteriors by expectations
#
# Recognition in a Helmholtz machine guesses each hidden unit by itself: given the data, units are
# independent. The true posterior is seldom like that. When two causes could explain the same data,
# the presence of one makes the other improbable, it *explains it away*.
#
# A **distributed distributional code** (DDC; Vertes, Sahani 2018, *NeurIPS*, arXiv:1805.11051)
# does not say how probable units are. It says the *means of many functions* of the hidden activity,
#
# $$r_i(x) = \mathrm{E}\,[\,T_i(z) \mid x\,],$$
#
# with fixed random functions $T_i$. Whatever is a weighted sum of the $T_i$ has a mean that is the
# same weighted sum of the $r_i$. So the code answers any question about the hidden activity that
# its functions can express, dependence included, and learning asks such questions.
#
# In this notebook you
#
# 1. see what a factorial guess misses in the smallest example,
# 2. look at a code, and read expectations and densities out of it,
# 3. do the same with two causes of real values,
# 4. see what happens to a machine that is at the truth already when it goes on learning,
# 5. ask of samples whether they are from the same distribution (`nh.mmd`).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display

import neurohm as nh
from neurohm.likelihood import all_states, exact_divergence, exact_posterior
from neurohm.training import Callback

FAST = bool(os.environ.get("NEUROHM_FAST"))
DREAMS = 4000 if FAST else 30_000

plt.rcParams.update(
    {
        "figure.constrained_layout.use": True,
        "figure.dpi": 100,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": "medium",
        "axes.titlelocation": "left",
    }
)
GREY, BLUE, RED = "#777777", "#0072B2", "#D55E00"

# %% [markdown]
# ## 1. Two causes, one effect
#
# Two hidden causes, each rare, each of which alone makes the same four pixels probable. We fix the
# generative synapses and let recognition learn in sleep for as long as it likes. The code learns
# from dreams, too: it is a regression of $T_i(z)$ on functions of $x$, over dreams $(z, x)$.

# %%
tiny = nh.HelmholtzMachine([4, 2], dtype="float64", seed=0)
values = tiny.parameters()
values["generative/hidden1"][...] = -2.0  # each cause is rare
values["generative/hidden1->visible"][...] = 5.0
values["generative/visible"][...] = -3.0  # without a cause pixels are off
asleep = nh.Delta(0.5, rates={"generative": 0.0})
nh.train(
    tiny,
    np.zeros((100, 4)),
    rule="wake-sleep",
    plasticity=asleep,
    epochs=300,
    schedule=0.02,
    seed=1,
)

x = np.ones((1, 4))  # all pixels are on
(states,), log_posterior = exact_posterior(tiny, x)
drive = x @ values["recognition/visible->hidden1"] + values["recognition/hidden1"]
active = 1 / (1 + np.exp(-drive[0]))
code = nh.DDC(functions=10, data_functions=20).posterior(tiny, samples=DREAMS)
bars_of = {
    "exact": np.exp(log_posterior[0]),
    "factorial guess": np.prod(np.where(states == 1, active, 1 - active), axis=1),
    "distributed code": code.density(x, states)[0],
}
figure, axes = plt.subplots(figsize=(8, 2.6))
for number, ((name, probability), colour) in enumerate(
    zip(bars_of.items(), ("black", RED, BLUE), strict=True)
):
    axes.bar(np.arange(4) + (number - 1) * 0.25, probability, 0.25, label=name, color=colour)
names = ["neither", "second", "first", "both"]
axes.set_xticks(range(4), [names[int(2 * h[0] + h[1])] for h in states])
axes.set(xlabel="causes that were there", ylabel="probability", title="four pixels are on")
figure.legend(loc="outside right upper", frameon=False)
plt.show()
print("correlation of the two causes, by the code:", code.correlation(x)[0, 0, 1].round(2))

# %% [markdown]
# *The factorial guess is about right on each cause by itself, and wrong on the pair: it says "both"
# and "neither" far too often. The code keeps that the causes exclude each other.*
#
# ## 2. A code, and what is read out of it
#
# One cause $z$ with a Laplace distribution (sparse: mostly near zero, at times far away), and one
# observation $x = z + \text{noise}$. Here are some of the functions $T_i(z)$, their means for two
# observations, and what follows from the means.

# %%
single = nh.HelmholtzMachine([nh.Gaussian(1, deviation=0.7), nh.Laplace(1)], dtype="float64")
values = single.parameters()
values["generative/hidden1->visible"][...] = 1.0
code = nh.DDC(functions=30, data_functions=60, data_ridge=1e-4, ridge=1e-5).posterior(
    single, samples=DREAMS
)
line = np.linspace(-4, 4, 201)[:, None]
observed = np.array([[0.4], [2.2]])

scale = np.log1p(np.exp(values["generative/hidden1"][0]))  # of the Laplace distribution
log_joint = -np.abs(line.T) / scale - (observed - line.T) ** 2 / (2 * 0.7**2)
exact = np.exp(log_joint - log_joint.max(axis=1, keepdims=True))
exact /= exact.sum(axis=1, keepdims=True)
density = code.density(observed, line)
functions = code.recognition.encodings[1](line)

figure, axes = plt.subplots(1, 3, figsize=(10, 2.8), width_ratios=[1, 1, 1.2])
axes[0].plot(line, functions[:, :8], linewidth=1)
axes[0].set(xlabel="hidden activity z", title="some functions T(z)")
means = code.code(observed)[0]
for row, colour in zip(means, (BLUE, RED), strict=True):
    axes[1].plot(row[:30], "o-", ms=3, linewidth=0.6, color=colour)
axes[1].set(xlabel="function", title="their means given x")
width = line[1, 0] - line[0, 0]
for row, (value, colour) in enumerate(zip(observed[:, 0], (BLUE, RED), strict=True)):
    axes[2].fill_between(line[:, 0], exact[row] / width, color="0.85")
    axes[2].plot(line[:, 0], density[row] / width, color=colour, label=f"x = {value}")
axes[2].set(xlabel="hidden activity z", title="density: exact (grey), by code")
axes[2].legend(frameon=False)
plt.show()

# %% [markdown]
# *Left, eight of the functions; middle, their means given each of two observations, which is all
# that the code says; right, the distribution of largest entropy that has these means.*
#
# A density is rarely needed. Expectations are, and they are read out linearly: the weights are
# found by regression of $f(z)$ on $T(z)$, over dreams.

# %%
questions = {
    "z": lambda z: z[:, 0],
    "z squared": lambda z: z[:, 0] ** 2,
    "magnitude of z": lambda z: np.abs(z[:, 0]),
    "z is above 1": lambda z: (z[:, 0] > 1).astype(float),
}
rows = {
    name: {
        **{f"exact, x = {v}": exact[i] @ f(line) for i, v in enumerate(observed[:, 0])},
        **{f"code, x = {v}": code.expect(f, observed)[i, 0] for i, v in enumerate(observed[:, 0])},
        "R² of the read-out": code.r_squared(f),
    }
    for name, f in questions.items()
}
display(pd.DataFrame(rows).T.round(3))

# %% [markdown]
# *The last column says how well the functions tell $f(z)$, on dreams that were left out of the
# regression. A question whose answer jumps, such as the last, is told less well by smooth
# functions; ask for more of them (`functions=`).*
#
# ## 3. Two causes of real values
#
# Two causes whose scale is itself drawn (a *scale mixture*, as of filters of natural images:
# Wainwright, Simoncelli 2000, *NeurIPS*), and two observations to which both contribute. Both
# observations are 0.9: either cause, or some of each, could have done it.

# %%
NOISE = 0.3


def mixture(seed=0):
    """Return a scale mixture of two causes, whose parameters are the truth."""
    machine = nh.HelmholtzMachine(
        [nh.Gaussian(2, deviation=NOISE), nh.Laplace(2), nh.Gaussian(1, deviation=0.1)],
        recognition=[nh.Gaussian(2, learned=True), nh.Gaussian(1)],
        dtype="float64",
        seed=seed,
    )
    own = machine.parameters()
    own["generative/hidden1->visible"][:] = [[1.0, 0.6], [0.7, 1.0]]
    own["generative/hidden2->hidden1"][:] = [[0.3, 0.3]]
    own["generative/hidden1"][:] = -0.5
    own["generative/hidden2"][:] = 3
    return machine


def exact_density(machine, x, grid):
    """Return p(z | x) of the two causes on a grid; the scale is summed over a quadrature."""
    own = machine.parameters()
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    drive = (3 + 0.1 * nodes)[:, None] * own["generative/hidden2->hidden1"][0]
    scale = np.log1p(np.exp(drive + own["generative/hidden1"]))
    prior = (np.exp(-np.abs(grid)[:, None] / scale) / (2 * scale)).prod(axis=2) @ weights
    mean = grid @ own["generative/hidden1->visible"] + own["generative/visible"]
    density = prior * np.exp(-((x - mean) ** 2).sum(axis=1) / (2 * NOISE**2))
    return density / density.sum()


true = mixture()
data = true.dream(10_000, seed=1)
x = np.array([[0.9, 0.9]])
side = np.linspace(-1.5, 2.5, 81)
grid = np.stack(np.meshgrid(side, side), axis=2).reshape(-1, 2)
code = nh.DDC(functions=100, data_functions=200, data_ridge=1e-4, ridge=1e-5).posterior(
    true, samples=DREAMS
)
factorial = mixture()
nh.train(
    factorial, data, rule="wake-sleep", plasticity=nh.Adam(5e-3, rates={"generative": 0.0}),
    epochs=3 if FAST else 20, schedule=0.1,
)  # fmt: skip
guesses = factorial.recognise(x, seed=0, particles=4000)[1]
z_score = (grid - guesses.mean(axis=0)) / guesses.std(axis=0)
guess = np.exp(-(z_score**2).sum(axis=1) / 2)
shown = {
    "exact": exact_density(true, x, grid),
    "distributed code": code.density(x, grid)[0],
    "factorial guess": guess / guess.sum(),
}
figure, panels = plt.subplots(1, 3, figsize=(8, 3.2), sharex=True, sharey=True)
for axes, (name, density) in zip(panels, shown.items(), strict=True):
    off = grid - density @ grid
    moments = (off * density[:, None]).T @ off
    correlation = moments[0, 1] / np.sqrt(moments[0, 0] * moments[1, 1])
    levels = np.linspace(0, density.max(), 9)[1:]
    axes.contourf(side, side, density.reshape(81, 81), levels=levels, cmap="cividis")
    axes.set(title=f"{name}\ncorrelation {correlation:.2f}", xlabel="cause 1", aspect="equal")
panels[0].set_ylabel("cause 2")
plt.show()

# %% [markdown]
# *The exact posterior is a ridge: more of one cause, less of the other. The code says so, somewhat
# blurred. The factorial guess cannot, and gives a round blob.*
#
# ## 4. Starting at the truth
#
# Does it matter for learning? Give a machine the true parameters, and data drawn with them. It
# should stay where it is. Wake-sleep does not: its guesses are wrong about pairs of units, and the
# generative synapses learn from the guesses. The gradient of the code has no such pull: *averaged
# over the machine's own distribution it is zero*, with any random functions.
#
# A net of five hidden and eight visible units is small enough to say exactly how far it is from the
# truth.

# %%
rng = np.random.default_rng(1)


def truth():
    """Return the net that data are drawn from."""
    return nh.HelmholtzMachine([8, 5], dtype="float64", seed=0)


teacher = truth()
values = teacher.parameters()
values["generative/hidden1"][:] = rng.normal(-0.5, 0.3, 5)
values["generative/hidden1->visible"][:] = rng.normal(0, 2.5, (5, 8))
values["generative/visible"][:] = rng.normal(-1, 0.5, 8)
words = all_states(8)
probabilities = np.exp(nh.exact_log_likelihood(teacher, words))
data = teacher.dream(20_000, seed=1)


class Distance(Callback):
    """Notes how far the machine is from the truth, in bits."""

    def __init__(self):
        self.bits = [exact_divergence(teacher, words, probabilities)]

    def after_epoch(self, run):
        self.bits.append(exact_divergence(run.machine, words, probabilities))


rules = {
    "wake-sleep": nh.WakeSleep(),
    "reweighted, K = 10": nh.Reweighted(particles=10),
    "distributed code": nh.DDC(functions=55, data_functions=92),
}
figure, axes = plt.subplots(figsize=(6, 2.8))
for (name, rule), colour in zip(rules.items(), (RED, GREY, BLUE), strict=True):
    student = teacher.copy()
    if name != "distributed code":  # let recognition come to the truth first
        only_sleep = nh.Adam(0.01, rates={"generative": 0.0})
        nh.train(
            student, data, rule="wake-sleep", plasticity=only_sleep, epochs=2 if FAST else 10,
            batch_size=200, schedule=0.1,
        )  # fmt: skip
    distance = Distance()
    nh.train(
        student, data, rule=rule, plasticity=nh.Adam(0.005), epochs=3 if FAST else 10,
        batch_size=200, schedule=0.1, callbacks=[distance],
    )  # fmt: skip
    axes.plot(np.array(distance.bits) * 1000, "o-", ms=3, color=colour, label=name)
    print(f"{name:20s} {1000 * distance.bits[-1]:6.1f} thousandths of a bit from the truth")
axes.set(xlabel="epoch", ylabel="KL (bits / 1000)", title="starting at the truth", ylim=(0, None))
figure.legend(loc="outside right upper", frameon=False)
plt.show()

# %% [markdown]
# *Wake-sleep walks away from the truth it was given, and settles where its wrong guesses and its
# dreams agree. With ten weighted guesses, or with the code, it stays.* How near is near? Even the
# best fit to 20 000 samples is not at the truth: with 53 parameters it is to be expected at
# $53 / (2 \cdot 20\,000 \ln 2)$ bits, 1.9 thousandths. The two that stay are no farther away.
#
# Enumeration and one start at the truth show the pull of a rule, not how it learns from scratch;
# what was measured of that is in `docs/ddc.md`.
#
# ## 5. Are these samples from the same distribution?
#
# For data of real values there is no enumeration, and of many models no likelihood. The *maximum
# mean discrepancy* (Gretton and others 2012, *JMLR* 13:723) compares two samples: the distance of
# the means of all functions of a smooth kind, which is zero if and only if the distributions are
# the same. `nh.mmd` gives an unbiased estimate and a test by permutation. We let two students of
# the mixture of part 3 begin at the truth, go on learning, and compare their dreams with fresh
# data.

# %%
data = true.dream(10_000, seed=2)
fresh = true.dream(2000, seed=3)
test = {
    "width": float(np.median(np.linalg.norm(fresh[:1000] - fresh[1000:], axis=1))),
    "permutations": 50 if FAST else 200,
}
students = {
    "wake-sleep": nh.WakeSleep(),
    "distributed code": nh.DDC(functions=100, window=5, learn_prior=False, recogniser=False),
}
found = {"the truth": nh.mmd(true.dream(2000, seed=4), fresh, **test)}
for name, rule in students.items():
    student = factorial.copy()  # of part 3: at the truth, and its recognition has learned
    nh.train(
        student, data, rule=rule,
        plasticity=nh.Adam(0.003, rates={"generative/hidden2": 0.0}),
        epochs=1 if FAST else 12, batch_size=200, schedule=0.1,
    )  # fmt: skip
    found[name] = nh.mmd(student.dream(2000, seed=5), fresh, **test)
display(
    pd.DataFrame(
        {name: {"MMD² x 1000": 1000 * d.value, "p-value": d.p_value} for name, d in found.items()}
    ).T.round(3)
)

# %% [markdown]
# *The first row is the control: two samples of one distribution, with a discrepancy about zero (it
# is unbiased, so it may be negative).* Dreams of the student of the code cannot be told from the
# data; those of the student of wake-sleep can. A test that finds nothing proves little: the smaller
# a difference, the more samples it takes to see it.
#
# ## What it costs
#
# A step takes much longer than one of wake-sleep (regressions on hundreds of dreams), and the
# regressions are not local. `learner="delta"` learns them by presynaptic activity times error, at
# the price that each generative synapse owns two read-out neurons: the least plausible part.
# `nh.locality_report(machine, rule)` says so.
#
# ## What to try next
#
# - **Other questions.** In part 3, ask `code.expect(lambda z: (z[:, 0] > z[:, 1]) * 1.0, x)`. What
#   must the answer be, by symmetry, almost?
# - **Fewer functions.** How few does the density of part 2 need? And how few dreams (`samples=`)?
# - **Particles.** In part 4, how many particles does the reweighted rule need to stay as near?
# - **Your machine.** `nh.DDC().posterior(machine)` reads the posterior of a machine that was fitted
#   by any rule; `posterior.correlation(x)` says which hidden units explain each other away.
