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
# # Wake-sleep, reweighted, natural
#
# Three ways in which the same machine can learn, each of which adds one thing to the one before:
#
# | | what is added | what it costs in locality |
# |---|---|---|
# | wake-sleep | | nothing: presynaptic activity times postsynaptic error |
# | reweighted | several explanations of a sample, each weighted | one scalar for all synapses |
# | natural | each neuron learns in a metric of its own | synapses of a neuron know of each other |
#
# In this notebook you
#
# 1. see what is wrong with the guesses of wake-sleep, in a machine so small that everything can be
#    computed exactly, and what weighing several guesses does about it,
# 2. look at the metric of single neurons in a deep, narrow machine,
# 3. learn in that metric,
# 4. ask which of them is worth its time.
#
# It runs in about a minute.

# %%
import os
import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display

import neurohm as nh
from neurohm.likelihood import exact_posterior
from neurohm.machine import Normal
from neurohm.training import FisherMonitor

FAST = bool(os.environ.get("NEUROHM_FAST"))
EPOCHS = 5 if FAST else 60

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
SHADES = ("black", "#D55E00", "#C6DBEF", "#6BAED6", "#08519C")
COLOURS = {"wake-sleep": "#777777", "K = 2": "#56B4E9", "K = 5": "#0072B2", "K = 20": "#CC79A7"}

# %% [markdown]
# ## 1. What wake-sleep guesses
#
# Two hidden causes, each of which alone makes the same four pixels probable. When the pixels are on,
# one cause must have been there, but seldom both: the presence of one *explains away* the other.
# Recognition in a Helmholtz machine guesses each hidden unit on its own, and cannot say this. We fix
# the generative synapses, let recognition learn in sleep for as long as it likes, and compare its
# guess with the truth.

# %%
tiny = nh.HelmholtzMachine([4, 2], dtype="float64", seed=0)
values = tiny.parameters()
values["generative/hidden1"][...] = -2.0  # each cause is rare
values["generative/hidden1->visible"][...] = 5.0
values["generative/visible"][...] = -3.0  # without a cause pixels are off
sleep_only = nh.Delta(0.5, rates={"generative": 0.0})
nh.train(tiny, np.zeros((100, 4)), rule=nh.WakeSleep(), plasticity=sleep_only, epochs=300, seed=1)

x = np.ones((1, 4))
(states,), log_posterior = exact_posterior(tiny, x)
posterior = np.exp(log_posterior[0])
drive = x @ values["recognition/visible->hidden1"] + values["recognition/hidden1"]
active = 1 / (1 + np.exp(-drive[0]))
guess = np.prod(np.where(states == 1, active, 1 - active), axis=1)


def weighted(particles, repeats=4000):
    """Return the mean distribution of states when K guesses are weighted by p(x, h) / q(h | x)."""
    rng = np.random.default_rng(0)
    drawn = rng.choice(4, size=(repeats, particles), p=guess)
    weights = (posterior / guess)[drawn]
    weights /= weights.sum(axis=1, keepdims=True)
    return np.bincount(drawn.ravel(), weights.ravel(), minlength=4) / repeats


bars_of = {
    "truth": posterior,
    "recognition, learned asleep": guess,
    "2 guesses, weighted": weighted(2),
    "5 guesses, weighted": weighted(5),
    "50 guesses, weighted": weighted(50),
}
figure, axes = plt.subplots(figsize=(8, 2.8))
width = 0.16
for number, (name, probability) in enumerate(bars_of.items()):
    places = np.arange(4) + (number - 2) * width
    axes.bar(places, probability, width, label=name, color=SHADES[number])
names = ["neither", "second", "first", "both"]
axes.set_xticks(range(4), [names[int(2 * h[0] + h[1])] for h in states])
axes.set(xlabel="hidden causes that were there", ylabel="probability", title="four pixels are on")
axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# Independent guesses say "both" far too often, and "neither", which is all but impossible. Awake,
# wake-sleep takes one such guess for the truth, and its generative synapses learn from wrong
# explanations. The reweighted rule draws $K$ guesses $h_k$ and gives each the weight
# $w_k \propto p(x, h_k) / q(h_k \mid x)$: guesses that explain the image better than was to be
# expected count more. With many of them the weighted mean is the truth. Every synapse still changes
# by presynaptic activity times error, times this one number.

# %%
machine = nh.HelmholtzMachine([64, 40, 10], seed=0)
print(nh.locality_report(machine, nh.Reweighted(particles=5)))

# %% [markdown]
# On small images of digits it looks like this.

# %%
digits = nh.load_images("digits", binarise="fixed", valid=0.1, test=0.2)
rules = {
    "wake-sleep": nh.WakeSleep(),
    "K = 2": nh.Reweighted(particles=2),
    "K = 5": nh.Reweighted(particles=5),
    "K = 20": nh.Reweighted(particles=20),
}


class HeldOut(nh.training.Callback):
    """Notes the held-out likelihood from time to time."""

    def __init__(self, every):
        self.every, self.epochs, self.nats = every, [], []

    def after_epoch(self, run):
        if run.position.epoch % self.every == 0:
            self.epochs.append(run.position.epoch)
            score = nh.log_likelihood(run.machine, digits.valid, particles=200, progress=False)
            self.nats.append(score.mean)


figure, axes = plt.subplots(figsize=(5, 2.9))
for name, rule in rules.items():
    machine = nh.HelmholtzMachine([64, 40, 10], initial=Normal(0.1, hidden_bias=-1.0), seed=0)
    held_out = HeldOut(every=max(1, EPOCHS // 10))
    nh.train(
        machine,
        digits.train,
        rule=rule,
        plasticity=nh.Adam(0.01),
        epochs=EPOCHS,
        batch_size=50,
        callbacks=[held_out],
    )
    axes.plot(held_out.epochs, held_out.nats, "o-", ms=3, color=COLOURS[name], label=name)
axes.set(xlabel="epoch", ylabel="nats per digit", title="held-out digits")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# ## 2. What the metric of a neuron is
#
# In a deep and narrow machine some directions of a neuron's synapses matter much more than others.
# How much, its *Fisher matrix* says: $F = E[v\, u u^\top]$ with the activity $u$ of its inputs and the
# variance $v$ of its own. Where the largest eigenvalue of $F$ is a thousand times the smallest, no
# single learning rate suits all directions. `FisherMonitor` keeps the eigenvalues while a machine
# learns.

# %%
LAYERS = [64, 40, 30, 20, 12, 8]
spectra = FisherMonitor(digits.train[:300], every=max(1, EPOCHS // 4))
deep = nh.HelmholtzMachine(LAYERS, initial=Normal(0.1, hidden_bias=-1.0), seed=0)
nh.train(
    deep,
    digits.train,
    rule=nh.Reweighted(particles=5),
    plasticity=nh.Adam(0.01),
    epochs=EPOCHS,
    batch_size=50,
    callbacks=[spectra],
)
nh.plots.fisher_spectra(spectra)
plt.show()

# %% [markdown]
# ## 3. Learning in that metric
#
# `nh.Natural` turns the gradient $g$ of a neuron's synapses into $(F + a)^{-1} g$ (times $1 + a$).
# For these machines the blocks of single neurons are all there is of the Fisher matrix of the joint
# distribution, so that this is the exact natural gradient of the joint model, by knowledge of one
# neuron alone. $F$ may be kept for several steps (`every`), since it changes slowly.

# %%
plasticities = {
    "delta rule": nh.Delta(0.5),
    "Adam": nh.Adam(0.01),
    "natural": nh.Natural(nh.Delta(0.05), every=10),
    "diagonal": nh.DiagonalNatural(nh.Delta(0.05)),
}
table, histories = {}, {}
for name, plasticity in plasticities.items():
    machine = nh.HelmholtzMachine(LAYERS, initial=Normal(0.1, hidden_bias=-1.0), seed=0)
    begin = time.perf_counter()
    result = nh.train(
        machine,
        digits.train,
        rule=nh.Reweighted(particles=5),
        plasticity=plasticity,
        epochs=EPOCHS,
        batch_size=50,
    )
    seconds = time.perf_counter() - begin
    score = nh.log_likelihood(machine, digits.test, particles=200)
    histories[name] = result.history["bound"]
    table[name] = {"test, nats": round(score.mean, 2), "seconds": round(seconds, 1)}

figure, axes = plt.subplots(figsize=(5, 2.9))
for name, colour in zip(plasticities, ("#777777", "#0072B2", "#D55E00", "#E69F00"), strict=True):
    axes.plot(np.arange(1, EPOCHS + 1), histories[name], color=colour, label=name)
axes.set(xlabel="epoch", ylabel="bound, nats per digit", title="training")
axes.legend(frameon=False)
plt.show()
display(pd.DataFrame(table).T)

# %% [markdown]
# ## 4. Which one?
#
# - Begin with **reweighted wake-sleep and Adam**: two to ten particles make the guesses much better,
#   and Adam needs little tuning.
# - Take plain **wake-sleep** where a signal common to all synapses is out of the question, or where a
#   step has to be as cheap as can be.
# - Take **natural** plasticity to ask what a neuron could do with its own synapses' statistics. It is
#   the better one by epochs in deep narrow machines; compare by seconds before you use it to save
#   time.
