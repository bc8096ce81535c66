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
# | | what is added | what each synapse needs beside |
# |---|---|---|
# | wake-sleep | | nothing: presynaptic activity times error |
# | reweighted | several guesses of a sample, each with a weight | one number, the same for all |
# | natural | each neuron's synapses learn in a metric of their own | its neuron's other inputs |
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
# Two hidden causes, each of which alone makes the same four pixels probable. When the pixels are
# on, one cause must have been there, but seldom both: the presence of one *explains away* the
# other. Recognition in a Helmholtz machine guesses each hidden unit on its own, and cannot say
# this. We fix the generative synapses, let recognition learn in sleep for as long as it likes, and
# compare its guess with the truth.

# %%
tiny = nh.HelmholtzMachine([4, 2], dtype="float64", seed=0)
values = tiny.parameters()
values["generative/hidden1"][...] = -2.0  # each cause is rare
values["generative/hidden1->visible"][...] = 5.0
values["generative/visible"][...] = -3.0  # without a cause pixels are off
sleep_only = nh.Delta(0.5, rates={"generative": 0.0})
nh.train(
    tiny, np.zeros((100, 4)), rule=nh.WakeSleep(), plasticity=sleep_only, epochs=300, schedule=0.02,
    seed=1,
)  # fmt: skip

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
# explanations.
#
# The reweighted rule (Bornschein, Bengio 2015, *ICLR*) draws $K$ guesses $h_k$ and gives each the
# weight
#
# $$w_k = \frac{p(x, h_k) / q(h_k \mid x)}{\sum_j p(x, h_j) / q(h_j \mid x)}:$$
#
# guesses that explain the image better than was to be expected count more. *Two guesses already
# remove most of the impossible "neither"; with fifty, the weighted mean can hardly be told from the
# truth.* Every synapse still changes by presynaptic activity times error, times this one number.

# %%
machine = nh.HelmholtzMachine([64, 40, 10], seed=0)
print(nh.locality_report(machine, nh.Reweighted(particles=5)))

# %% [markdown]
# All synapses that learn awake use the same third factor, the weight of the guess. On small images
# of digits it looks like this.

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


figure, axes = plt.subplots(figsize=(6, 2.9))
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
    print(f"{name:10s} {held_out.nats[-1]:.2f} nats per digit in the end")
axes.set(xlabel="epoch", ylabel="nats per digit", title="digits that were kept apart")
figure.legend(loc="outside right upper", frameon=False)
plt.show()

# %% [markdown]
# *The step from one guess to two is the largest; every further guess adds less, and costs time.*
#
# ## 2. What the metric of a neuron is
#
# In a deep and narrow machine some directions of a neuron's synapses matter much more than others:
# where inputs rise and fall together, a change of all their synapses alters the firing strongly, a
# change of one against the other hardly. How much, its *Fisher matrix* says,
#
# $$F = \mathrm{E}\,[\,v\, u u^\top],$$
#
# with the activity $u$ of its inputs (a one among them for the bias) and the variance $v$ of its
# own. Where eigenvalues of $F$ differ by orders of magnitude, no single learning rate suits all
# directions. `FisherMonitor` keeps the eigenvalues while a machine learns.

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
# *Eigenvalues of the mean neuron of each population, the largest first; dotted, near the beginning,
# solid, in the end.* The largest belongs to the direction in which all inputs, and the bias, change
# together. The smallest of the neurons next to the image lie hundreds to many thousands of times
# below it, and learning has spread them further.
#
# ## 3. Learning in that metric
#
# `nh.Natural` turns the gradient $g$ of a neuron's synapses into
#
# $$(1 + a)\,(F + a\,I)^{-1} g$$
#
# (Amari 1998, *Neural Computation* 10:251; for these machines: Varady, Volpi, Malagò, Ay 2022,
# *Neural Networks* 155:574). The damping $a$, 0.1 here, says what counts as nothing. The Fisher
# matrix of the joint distribution of all activity consists of the blocks of single neurons, so this
# is its exact natural gradient, damped, by knowledge of one neuron at a time. $F$ changes slowly
# and may be kept for many steps (`every`). `nh.DiagonalNatural` keeps its diagonal alone, which
# each synapse can find out by itself.

# %%
plasticities = {
    "delta rule": nh.Delta(0.5),
    "Adam": nh.Adam(0.01),
    "natural": nh.Natural(nh.Delta(0.05), every=100),
    "diagonal": nh.DiagonalNatural(nh.Delta(0.05), every=100),
}
LEVEL = -25.0  # nats per digit, a bound that all of them pass
table, histories, scores = {}, {}, {}
for name, plasticity in plasticities.items():
    machine = nh.HelmholtzMachine(LAYERS, initial=Normal(0.1, hidden_bias=-1.0), seed=0)
    begin = time.process_time()
    result = nh.train(
        machine,
        digits.train,
        rule=nh.Reweighted(particles=5),
        plasticity=plasticity,
        epochs=EPOCHS,
        batch_size=50,
    )
    seconds = time.process_time() - begin
    scores[name] = nh.log_likelihood(machine, digits.test, particles=200).value
    histories[name] = np.array(result.history["bound"])
    passed = np.flatnonzero(histories[name] > LEVEL)
    table[name] = {
        "test (nats)": scores[name].mean(),
        "over delta rule": (scores[name] - scores["delta rule"]).mean(),
        "± standard error": (scores[name] - scores["delta rule"]).std() / len(digits.test) ** 0.5,
        f"epochs to {LEVEL:g}": passed[0] + 1 if len(passed) else np.nan,
        "processor (s)": seconds,
    }

figure, axes = plt.subplots(figsize=(6, 2.9))
for name, colour in zip(plasticities, ("#777777", "#0072B2", "#D55E00", "#E69F00"), strict=True):
    axes.plot(np.arange(1, EPOCHS + 1), histories[name], color=colour, label=name)
axes.set(xlabel="epoch", ylabel="bound, nats per digit", title="training", ylim=(-28, None))
figure.legend(loc="outside right upper", frameon=False)
plt.show()
display(pd.DataFrame(table).T.round(2))

# %% [markdown]
# *The figure shows the training digits; the table those that were kept apart, with differences from
# the delta rule and their standard error over digits.* All four end within a third of a nat. The
# delta rule and the natural gradient are the faster ones in the first epochs. On digits that were
# kept apart Adam and the natural gradient are ahead of the delta rule in the end, by about a
# quarter of a nat; on the training digits they are not, so the delta rule has learned more of what
# is particular to these. The diagonal alone brings nothing here. A natural step costs more than a
# plain one (last column: processor time, in which this notebook was not alone).
#
# This is one seed, and one rate for each method: standard errors are those of the test digits, not
# of learning again.
#
# ## 4. Which one?
#
# - Begin with **reweighted wake-sleep and Adam**: a few particles make the guesses much better, and
#   Adam needs little tuning.
# - Take plain **wake-sleep** where a signal common to all synapses is out of the question, or where
#   a step has to be as cheap as can be.
# - Take **natural** plasticity to ask what a neuron could do with the statistics of its own
#   synapses, or where steps are dear. On larger and deeper machines (eleven hidden layers, MNIST)
#   it needed fewer epochs than the delta rule with momentum. In time Adam was the faster where
#   layers are wide; where they are narrow the natural gradient was, by little: see
#   `docs/natural.md`.
#
# ## 5. What to try next
#
# - **How many guesses?** Give all rules of part 1 the same time instead of the same epochs. Which
#   $K$ is best then?
# - **The rate.** How does each curve of part 3 change with half and with twice its rate? (A
#   comparison of methods of which one was tuned says little.)
# - **Other seeds.** How large are the differences of part 3 beside those between seeds?
# - **Damping.** `nh.Natural(nh.Delta(0.05), damping=1.0)` is nearly the delta rule. What about
#   0.01?
# - **Online.** `nh.OnlineNatural` follows the metric event by event and never inverts a matrix.
# - **Without factorial guesses.** `05_posteriors_by_expectations` replaces the guesses altogether.
