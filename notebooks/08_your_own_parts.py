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
# # Your own population, rule and plasticity
#
# A machine is put together from parts, and every part works with every other:
#
# - a **population** says what its units are: how they are drawn, and what error they learn from,
# - a **learning rule** says who drives and who learns,
# - **plasticity** says how an error becomes a change of weights.
#
# Each is a small class. In this notebook you write one of each, about thirty lines in all, and use
# them together with what the package has. It runs in less than a minute.

# %%
import os
from dataclasses import dataclass
from typing import ClassVar

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display

import neurohm as nh
from neurohm.backend import random_bits
from neurohm.learning.weighting import Importance
from neurohm.plasticity import Plasticity
from neurohm.populations import Input, Population

EPOCHS = 10 if os.environ.get("NEUROHM_FAST") else 60

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
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#777777"

# %% [markdown]
# ## 1. A population: neurons that burst
#
# Spike counts often vary more than Poisson counts do, whose variance is their mean. A *geometric*
# count has variance $m + m^2$ at mean $m$. With the drive $a$ of a unit (the sum of weights of
# active inputs, plus its bias) let $r = \sigma(a)$ and
#
# $$P(s) = (1 - r)\, r^s, \qquad \text{mean } e^a, \qquad
# \log P(s) = s \log r + \log(1 - r).$$
#
# A synapse learns from presynaptic activity times the *error* of the unit, which is the slope of
# the log-probability in the drive. Here
#
# $$\frac{\partial \log P(s)}{\partial a} = s\,(1 - r) - r = \frac{s - e^a}{1 + e^a}:$$
#
# the count minus its prediction, divided by what it varies by. It needs nothing that is not at the
# neuron.
#
# A population is a frozen data class. `given.drive` has a row for each sample, `given.bias` a value
# for each unit; a row of the drive may serve several consecutive samples (the particles of one
# sample), hence `rows`. Random numbers are functions of a counter (`draws`), so that the same seed
# always gives the same result.


# %%
def rows(values, number):
    """Return each row as often in a row as it takes to have that many."""
    return np.repeat(values, number // len(values), axis=0)


@dataclass(frozen=True)
class Geometric(Population):
    """Units with geometric counts of mean exp(a + b): they burst."""

    kind: ClassVar[str] = "geometric"
    domain: ClassVar[str] = "counts"  # it can be observed where counts can
    compressible: ClassVar[bool] = False  # dense activity only

    def activation(self, given, number):
        return rows(given.drive, number) + given.bias

    def mean(self, kernels, given, out):
        out[...] = np.exp(np.minimum(self.activation(given, len(out)), 6))

    def draw(self, kernels, given, draws, out, total=None):
        a = np.minimum(self.activation(given, len(out)), 6)
        uniform = (random_bits(draws, *out.shape) + 0.5) * 2.0**-32
        out[...] = np.floor(np.log(uniform) / -np.logaddexp(0, -a))  # log r = -log(1 + e^-a)
        if total is not None:
            self.log_probability(kernels, given, out, total)

    def error(self, kernels, given, values, out, total=None):
        mean = np.exp(np.minimum(self.activation(given, len(out)), 6))
        out[...] = (rows(values, len(out)) - mean) / (1 + mean)
        if total is not None:
            self.log_probability(kernels, given, values, total)

    def log_probability(self, kernels, given, values, total):
        a = np.minimum(self.activation(given, len(total)), 6)
        counts = rows(values, len(total))
        total -= (counts * np.logaddexp(0, -a) + np.logaddexp(0, a)).sum(axis=1)

    def check(self, values):
        if (values < 0).any() or (values != np.floor(values)).any():
            raise nh.exceptions.InputError("values that are no counts", "0, 1, 2, ...")

    def bias_of(self, mean):
        return np.log(np.maximum(mean, 1e-6))

    def fisher_weight(self, mean, own=None):
        return mean / (1 + mean)


# %% [markdown]
# Is the error really the slope of the log-probability? Never trust a derivation that was not
# compared with finite differences.

# %%
units = Geometric(5)
rng = np.random.default_rng(0)
drive, values = rng.normal(size=(4, 5)), rng.integers(0, 6, (4, 5)).astype(float)


def log_probability(drive):
    total = np.zeros(4)
    units.log_probability(None, Input(drive, np.zeros(5)), values, total)
    return total.sum()


error = np.empty((4, 5))
units.error(None, Input(drive, np.zeros(5)), values, error)
step = 1e-6
slope = np.empty((4, 5))
for place in np.ndindex(4, 5):
    moved = [drive.copy(), drive.copy()]
    moved[0][place] += step
    moved[1][place] -= step
    slope[place] = (log_probability(moved[0]) - log_probability(moved[1])) / (2 * step)
print(f"largest difference: {np.abs(error - slope).max():.1e}")
assert np.abs(error - slope).max() < 1e-7

# %% [markdown]
# The error is right. Now some bursting neurons: thirty of them, and three hidden causes, each of
# which raises the rates of ten. In each of 3000 bins a cause is there with probability 0.2.
# `HelmholtzDensity` takes the new population as it takes any other; its six hidden units are more
# than are needed.

# %%
causes = rng.random((3000, 3)) < 0.2
means = 0.15 + 1.5 * np.repeat(causes, 10, axis=1)
counts = (rng.geometric(1 / (1 + means)) - 1).astype(np.float32)
train, test = counts[:2400], counts[2400:]

scores, machines = {}, {}
for observation in (nh.Poisson(30), Geometric(30)):
    model = nh.HelmholtzDensity(
        hidden=6, observation=observation, epochs=EPOCHS, learning_rate=0.01, random_state=0
    ).fit(train)
    machines[observation.kind] = model.machine_
    scores[observation.kind] = nh.log_likelihood(model.machine_, test, particles=200).mean
display(pd.Series(scores, name="held-out nats per bin").to_frame().round(2))

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 2.8))
largest = int(test.max())
for label, sample, colour in (
    ("recorded", test, GREY),
    ("Poisson machine", machines["poisson"].dream(6000, seed=1), BLUE),
    ("geometric machine", machines["geometric"].dream(6000, seed=1), ORANGE),
):
    share = np.bincount(sample.astype(int).ravel(), minlength=largest + 1) / sample.size
    shown = share > 0
    axes[0].semilogy(np.flatnonzero(shown), share[shown], "o-", ms=4, color=colour, label=label)
axes[0].set(xlabel="spikes of a unit in a bin", ylabel="share of bins", title="counts")
axes[0].legend(frameon=False)
weights = machines["geometric"].generative.projections[0].weights
image = axes[1].imshow(weights, aspect="auto", cmap="RdBu_r", vmin=-3, vmax=3)
axes[1].set(xlabel="visible unit", ylabel="hidden unit", title="generative weights (geometric)")
figure.colorbar(image, ax=axes[1], label="change of log mean")
plt.show()

# %% [markdown]
# *Left, how often a unit has so many spikes in a bin. The Poisson machine dreams too few large
# counts: what makes counts vary, in it, is its hidden units alone. The geometric one has the right
# tail, and explains bins that it has not seen better, by more than a nat. Right, what its hidden
# units do: one says that the first cause is there. For the other two causes there are units that
# say "not there" as well (blue): two codes of the same fact, and learning has no reason to prefer
# one.*
#
# ## 2. A learning rule: the winner learns
#
# The reweighted rule draws $K$ explanations of each sample and lets all of them learn, each by its
# importance weight. What if only the best one learned, as in a winner-take-all circuit? The rule is
# composed of parts, too: who is drawn, and how they are weighed. Only the weighing changes.


# %%
class Winner(Importance):
    """All weight to the explanation with the largest p(x, h) / q(h | x)."""

    def weigh(self, machine, log_joint, log_proposal, particles, work):
        weighed = super().weigh(machine, log_joint, log_proposal, particles, work)
        weights = weighed.weights.reshape(-1, particles)
        best = weights.argmax(axis=1)
        weights[...] = 0
        weights[np.arange(len(weights)), best] = 1
        return weighed


@dataclass(frozen=True)
class WinnerWakeSleep(nh.Reweighted):
    """Reweighted wake-sleep in which the best of K explanations learns."""

    name: ClassVar[str] = "winner"
    recordable: ClassVar[bool] = False  # it does more than to call kernels
    weighting: ClassVar[Importance] = Winner()


rules = {
    "wake-sleep": nh.WakeSleep(),
    "reweighted, K = 5": nh.Reweighted(particles=5),
    "winner of 5": WinnerWakeSleep(particles=5),
}
compared = {}
for name, rule in rules.items():
    machine = nh.HelmholtzMachine([Geometric(30), 6], seed=0)
    nh.train(machine, train, rule=rule, plasticity=nh.Adam(0.01), epochs=EPOCHS // 2, seed=0)
    compared[name] = nh.log_likelihood(machine, test, particles=200).mean
display(pd.Series(compared, name="held-out nats per bin").to_frame().round(2))

# %% [markdown]
# *A winner does nearly as well as the weighted five, and both do better than one guess.* With more
# particles the two rules part: the winner's explanation is then the most probable one, while
# weights keep all that are possible.
#
# Whatever the rule, it can say which signals each synapse used. The weight of an explanation is the
# one signal that is not at the synapse: a scalar, the same for all of them.

# %%
machine = nh.HelmholtzMachine([Geometric(30), 6], seed=0)
print(nh.locality_report(machine, WinnerWakeSleep(particles=5)))

# %% [markdown]
# ## 3. Plasticity: synapses that know only the direction
#
# Suppose a synapse could tell whether its gradient is positive or negative, and nothing more.
# `pace` holds the learning rate of this step (a schedule may change it).


# %%
class SignStep(Plasticity):
    """Every synapse moves by the same small amount, up or down."""

    name: ClassVar[str] = "sign"

    def step(self, machine, key, weights, gradient, pace):
        weights += (pace[0] * np.sign(gradient)).astype(weights.dtype)


plasticities = {
    "delta rule": nh.Delta(0.1),
    "Adam": nh.Adam(0.01),
    "sign": SignStep(0.003),
}
figure, axes = plt.subplots(figsize=(5, 2.8))
for (name, plasticity), colour in zip(plasticities.items(), (GREY, BLUE, ORANGE), strict=True):
    machine = nh.HelmholtzMachine([Geometric(30), 6], seed=0)
    result = nh.train(
        machine, train, rule=nh.Reweighted(particles=5), plasticity=plasticity, epochs=EPOCHS // 2
    )
    axes.plot(result.history["bound"], color=colour, label=name)
axes.set(xlabel="epoch", ylabel="bound, nats per bin")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# *Knowing nothing but the direction, synapses learn more slowly, and get nearly as far. The bound
# is that of the training bins.*
#
# ## 4. What your parts get for free
#
# Training with checkpoints and progress, every likelihood, dreams, completions, pictures and the
# locality report: they ask the parts, and never which parts they are. What a part of your own does
# not get is speed: steps of the package's own parts are recorded once and replayed by fused kernels
# on the CPU or the GPU, others are gone through step by step, in NumPy.
#
# **By name, from a package of your own.** So far the parts were objects. A package can also bring
# them by name, for the command line and for model files that hold them, without a change of
# neurohm. It says so in its `pyproject.toml`:
#
# ```toml
# [project.entry-points."neurohm.populations"]
# geometric = "my_package:Geometric"
#
# [project.entry-points."neurohm.rules"]
# winner = "my_package:WinnerWakeSleep"
#
# [project.entry-points."neurohm.plasticity"]
# sign = "my_package:SignStep"
# ```
#
# Where it is installed, `nh.SpikeHelmholtz(rule="winner")` and `neurohm fit recording.h5 -o fit.h5
# --rule winner` know it (`docs/extending.md`).
#
# ## 5. What to try next
#
# - **Another population.** Negative binomial counts with a number of failures of your choice: what
#   changes in the log-probability, and what in the error?
# - **Softer winners.** In `Winner`, raise the weights to a power and normalise them. Which power is
#   best?
# - **Momentum for signs.** `SignStep` may keep a running mean of the gradient for each `key`, and
#   take the sign of that.
# - **A rule from scratch.** Derive from `nh.learning.LearningRule`: `phases` draws activity,
#   `updates` says what each population learns from it.
# - **What others are made of.** Each population, rule and plasticity of the package is one file of
#   a page or two, in `neurohm/populations`, `neurohm/learning` and `neurohm/plasticity`.
