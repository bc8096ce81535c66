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
# # Local learning by hand
#
# A Helmholtz machine is a network of stochastic neurons with two sets of synapses. The
# *generative* synapses run downwards and say what hidden causes look like; the *recognition*
# synapses run upwards and guess the causes of what is seen. Both learn by the **wake-sleep
# algorithm** (Hinton, Dayan, Frey, Neal 1995, *Science* 268:1158), in which each synapse uses
# only what is there at the synapse: the activity of the neuron before it, and an error of the
# neuron behind it.
#
# In this notebook you
#
# 1. build a machine of six neurons and watch it wake and sleep,
# 2. compute the change of one synapse by hand and check that the machine agrees,
# 3. list which signals reached which synapse, and which did not,
# 4. watch larger machines learn small images, with the distance from the truth computed
#    exactly, and take a neuron in hand,
# 5. leave out sleep, then wake, and see what goes wrong.
#
# It runs in less than a minute.

# %%
import importlib.util
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython import get_ipython
from IPython.display import display, update_display

import neurohm as nh
from neurohm.images import bars, lines
from neurohm.likelihood import (
    all_states,
    exact_divergence,
    exact_posterior_means,
    exact_recognition_gap,
)
from neurohm.machine import Normal, Recruitment
from neurohm.training import Decay

STEPS = 1000 if os.environ.get("NEUROHM_FAST") else 4000  # of learning, in parts 4 and 5

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
BLUE, RED = "#0072B2", "#D55E00"

# %% [markdown]
# ## 1. Six neurons
#
# Four visible neurons $x_1 \dots x_4$ and two hidden ones $h_1, h_2$. A neuron is active (1) or
# silent (0), by chance. Its probability of being active is $\sigma(\text{drive})$ with the
# logistic function $\sigma(a) = 1 / (1 + e^{-a})$; the drive is a bias plus the sum of the
# weights of its active inputs.
#
# | symbol | synapses | name in the machine |
# |---|---|---|
# | $W_{kj}$ | generative, from hidden $k$ down to visible $j$ | `generative/hidden1->visible` |
# | $b_j$ | generative bias of visible $j$ | `generative/visible` |
# | $g_k$ | generative bias of hidden $k$ | `generative/hidden1` |
# | $V_{jk}$ | recognition, from visible $j$ up to hidden $k$ | `recognition/visible->hidden1` |
# | $c_k$ | recognition bias of hidden $k$ | `recognition/hidden1` |
#
# A bias is a synapse too: from a unit that is always active.

# %%
tiny = nh.HelmholtzMachine([4, 2], dtype="float64")
rng = np.random.default_rng(1)
for name, values in tiny.parameters().items():  # the arrays are the machine's own
    values[...] = rng.normal(size=values.shape)
    print(f"{name:30s} {values.shape}")

# %% [markdown]
# A learning rule decides who drives whom. We show the machine one data vector,
# $x = (1, 1, 0, 0)$, and let it wake and sleep once.
#
# - **Awake**, the data drive the hidden neurons through the recognition synapses:
#   $\;P(h_k = 1 \mid x) = \sigma\big(c_k + \sum_j x_j V_{jk}\big)$.
# - **Asleep**, nothing comes from outside. The hidden neurons fire by their generative biases,
#   $P(h_k = 1) = \sigma(g_k)$, and drive the visible ones through the generative synapses:
#   $\;P(x_j = 1 \mid h) = \sigma\big(b_j + \sum_k h_k W_{kj}\big)$. The machine dreams.

# %%
x = np.array([[1, 1, 0, 0]])  # one row for each data vector
rule = nh.WakeSleep()
activity = rule.phases(tiny, x, seed=26)

for phase, states in (("wake", activity.wake.states), ("sleep", activity.sleep.states)):
    for population, state in zip(tiny.populations, states, strict=True):
        print(f"{phase:6s} {population.name:8s} {state[0].astype(int)}")


# %%
def draw(axes, machine, pathway, states, title, chosen=None):
    """Draw a machine of two layers; active neurons are black, one synapse may be chosen."""
    at = [np.linspace(-1.5, 1.5, machine.sizes[0]), np.linspace(-0.75, 0.75, machine.sizes[1])]
    projection = machine.pathway(pathway).projections[0]
    for i, j in np.ndindex(projection.weights.shape):
        weight = projection.weights[i, j]
        start, end = (at[projection.source][i], projection.source), (at[projection.target][j],)
        axes.annotate(
            "",
            xy=(*end, projection.target),
            xytext=start,
            arrowprops={
                "arrowstyle": "-|>",
                "color": RED if weight > 0 else BLUE,
                "linewidth": 0.6 + 2.0 * abs(weight),
                "alpha": 1.0 if chosen in (None, (i, j)) else 0.15,
                "shrinkA": 13,
                "shrinkB": 13,
            },
        )
    for layer, letter in enumerate("xh"):
        for i, place in enumerate(at[layer]):
            active = states[layer][0, i] > 0
            axes.plot(place, layer, "o", ms=24, mec="black", mfc="black" if active else "white")
            axes.text(place, layer, f"${letter}_{i + 1}$", color="white" if active else "black",
                      ha="center", va="center")  # fmt: skip
    axes.set(title=title, xlim=(-2, 2), ylim=(-0.4, 1.4))
    axes.set_axis_off()


figure, axes = plt.subplots(1, 2, figsize=(8, 2.8))
draw(axes[0], tiny, "recognition", activity.wake.states, "wake: data drive recognition")
draw(axes[1], tiny, "generative", activity.sleep.states, "sleep: the machine dreams")
plt.show()

# %% [markdown]
# *Black neurons are active, white ones silent. Red synapses excite, blue ones inhibit, thick
# ones do so strongly; biases are not drawn. On the left the visible neurons hold the data, on
# the right they dream.*
#
# ## 2. One synapse
#
# **Awake, the generative synapses learn.** While the data (and what recognition makes of them)
# set the activity of all neurons, the generative input of each visible neuron predicts what
# that neuron should do:
#
# $$\hat x_j = \sigma\Big(b_j + \sum_k h_k W_{kj}\Big).$$
#
# The neuron's *error* is what it did minus what its own input predicted, $x_j - \hat x_j$. Each
# synapse changes by presynaptic activity times postsynaptic error, times a learning rate
# $\eta$:
#
# $$\Delta W_{kj} = \eta \; h_k \, (x_j - \hat x_j), \qquad
#   \Delta b_j = \eta \,(x_j - \hat x_j), \qquad
#   \Delta g_k = \eta \,\big(h_k - \sigma(g_k)\big).$$
#
# Take the generative synapse from the first active hidden neuron onto visible neuron 1. By
# hand:


# %%
def sigma(a):
    """Return the logistic function."""
    return 1 / (1 + np.exp(-a))


eta = 0.1
weights = tiny.parameters()
visible, hidden = (state[0] for state in activity.wake.states)

k, j = int(np.flatnonzero(hidden)[0]), 0
prediction = sigma(
    weights["generative/visible"][j] + hidden @ weights["generative/hidden1->visible"][:, j]
)
wake_error = visible[j] - prediction
wake_change = eta * hidden[k] * wake_error

print(f"presynaptic:   hidden neuron {k + 1} was {hidden[k]:.0f}")
print(f"postsynaptic:  visible neuron {j + 1} was {visible[j]:.0f}, predicted {prediction:.4f}")
print(f"error:         {wake_error:+.4f}")
print(f"change:        {eta} x {hidden[k]:.0f} x {wake_error:+.4f} = {wake_change:+.5f}")

# %% [markdown]
# **Asleep, the recognition synapses learn**, by the same rule upside down. The dream has set
# all activity, so its true causes are known; the recognition input of each hidden neuron
# predicts them,
#
# $$\hat h_k = \sigma\Big(c_k + \sum_j x_j V_{jk}\Big), \qquad
#   \Delta V_{jk} = \eta \; x_j \, (h_k - \hat h_k), \qquad
#   \Delta c_k = \eta \,(h_k - \hat h_k),$$
#
# where $x$ and $h$ are now the dreamt activity. Take the synapse from the first active visible
# neuron onto hidden neuron 2:

# %%
dreamt, cause = (state[0] for state in activity.sleep.states)

i, m = int(np.flatnonzero(dreamt)[0]), 1
guess = sigma(
    weights["recognition/hidden1"][m] + dreamt @ weights["recognition/visible->hidden1"][:, m]
)
sleep_error = cause[m] - guess
sleep_change = eta * dreamt[i] * sleep_error

print(f"presynaptic:   visible neuron {i + 1} was {dreamt[i]:.0f} in the dream")
print(f"postsynaptic:  hidden neuron {m + 1} was {cause[m]:.0f}, predicted {guess:.4f}")
print(f"error:         {sleep_error:+.4f}")
print(f"change:        {eta} x {dreamt[i]:.0f} x {sleep_error:+.4f} = {sleep_change:+.5f}")

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 3.0))
draw(axes[0], tiny, "generative", activity.wake.states, "wake: a generative synapse", (k, j))
draw(axes[1], tiny, "recognition", activity.sleep.states, "sleep: a recognition synapse", (i, m))
axes[0].text(-1.5, -0.38, f"was {visible[j]:.0f}, predicted {prediction:.2f}", ha="center")
axes[1].text(0.75, 1.32, f"was {cause[m]:.0f}, predicted {guess:.2f}", ha="center")
plt.show()

# %% [markdown]
# *The two synapses and all that they see: the neuron at the tail of the arrow, and the error of
# the neuron at its head.*
#
# Now the machine. A learning rule never touches a weight; it returns *updates*: for each
# population the error of its neurons, the presynaptic activity of each of its inputs
# (*afferents*), and, for some rules, one more factor, the *gain*. Let us look at all of them.

# %%
learner = tiny.copy()  # what learns is a copy; tiny stays as it is
updates = rule.updates(learner, activity)
for update in updates.local:
    print(f"{update.phase}: errors {update.error[0].round(4)}, gain {update.gain}")
    for afferent in update.afferents:
        pre = "always active" if afferent.presynaptic is None else afferent.presynaptic[0]
        print(f"    {afferent.synapses.key:30s} presynaptic {pre}")


# %% [markdown]
# Our two errors are among them. *Plasticity* forms the products and changes the weights. We use
# the plain delta rule, `nh.Delta(eta)`, and compare; `updates.of` looks up what the synapses of
# one projection saw.

# %%
nh.Delta(eta).apply(learner, updates)
before, after = tiny.parameters(), learner.parameters()

cases = [
    ("generative/hidden1->visible", "wake", (k, j), wake_change),
    ("recognition/visible->hidden1", "sleep", (i, m), sleep_change),
]
for name, phase, (pre, post), by_hand in cases:
    old, new = before[name][pre, post], after[name][pre, post]
    (seen,) = updates.of(name, phase)
    product = seen.presynaptic[0, pre] * seen.error[0, post]

    assert new == old + eta * product  # the same number, to the last bit
    assert np.isclose(new - old, by_hand, rtol=1e-9)  # and it is the one computed by hand
    print(f"{name:30s} {old:+.5f} -> {new:+.5f}   changed by {new - old:+.5f}")

# %% [markdown]
# All the other weights obey the same rule. For a batch of data vectors the change is the mean
# over the batch, as this check of *every* weight shows.

# %%
batch = np.random.default_rng(0).integers(0, 2, (20, 4))
learner = tiny.copy()
activity = rule.phases(learner, batch, seed=2)
nh.Delta(eta).apply(learner, rule.updates(learner, activity))

w, after = tiny.parameters(), learner.parameters()
xs, hs = activity.wake.states
error = xs - sigma(w["generative/visible"] + hs @ w["generative/hidden1->visible"])
dx, dh = activity.sleep.states
dream_error = dh - sigma(w["recognition/hidden1"] + dx @ w["recognition/visible->hidden1"])
expected = {
    "generative/hidden1->visible": hs.T @ error / 20,
    "generative/visible": error.mean(axis=0),
    "generative/hidden1": (hs - sigma(w["generative/hidden1"])).mean(axis=0),
    "recognition/visible->hidden1": dx.T @ dream_error / 20,
    "recognition/hidden1": dream_error.mean(axis=0),
}
assert expected.keys() == after.keys()
for name, direction in expected.items():
    assert np.allclose(after[name], w[name] + eta * direction, rtol=1e-9)
print(f"{sum(v.size for v in after.values())} weights and biases, each as computed by hand")

# %% [markdown]
# ## 3. What reached a synapse, and what did not
#
# `nh.locality_report` runs one step, reads the updates and lists the signals that each change
# was made of.

# %%
display(nh.locality_report(tiny, nh.WakeSleep()))
nh.plots.locality(tiny, nh.WakeSleep())
plt.show()

# %% [markdown]
# Read aloud, the second line says: *the generative synapses from the hidden onto the visible
# neurons changed awake, by the activity of the hidden neurons times the error of the visible
# ones*. There is no third factor: the rule is **synapse-local**.
#
# What is *not* there:
#
# - the weight of any other synapse: the neuron adds up what its own inputs bring, and the
#   synapse gets no more of it than the one number that is the neuron's error. In particular no
#   synapse knows its counterpart in the other pathway ($W$ and $V$ are never tied or copied);
# - the error of any other neuron: nothing is propagated backwards;
# - the value of the objective that the machine as a whole improves.
#
# What *is* needed, and is easy to overlook: a neuron must be able to compare what it did with
# what one of its two sets of inputs predicted, and all neurons must know whether it is wake or
# sleep, a signal of one bit.
#
# ### One global scalar
#
# Reweighted wake-sleep (Bornschein, Bengio 2015, *ICLR*) lets recognition guess $K$ times for
# each data vector. The guesses, called particles, are weighted by how well they explain the
# data:
#
# $$\omega_n = \frac{p(x, h^{(n)})}{q(h^{(n)} \mid x)} \Big/
#   \sum_{n'=1}^{K} \frac{p(x, h^{(n')})}{q(h^{(n')} \mid x)},$$
#
# with $p(x, h)$ the probability that the generative pathway gives to data and guess together,
# and $q(h \mid x)$ the probability with which recognition made that guess. The weight
# $\omega_n$ depends on all neurons, but it is **one number for all synapses**, like the
# concentration of a neuromodulator.

# %%
reweighted = nh.Reweighted(particles=3)
display(nh.locality_report(tiny, reweighted))
nh.plots.locality(tiny, reweighted)
plt.show()

# %% [markdown]
# The third factor has appeared, and the report says so: *global scalar*. Recognition now learns
# awake, too. The generative change of one synapse is
#
# $$\Delta W_{kj} = \eta \sum_{n=1}^{K} \omega_n \; h^{(n)}_k \,\big(x_j - \hat x^{(n)}_j\big),$$
#
# and we can once more compute it by hand.

# %%
learner = tiny.copy()
guesses = reweighted.phases(learner, x, seed=26)
updates = reweighted.updates(learner, guesses)
name = "generative/hidden1->visible"
(seen,) = updates.of(name)
omega, pre, post = seen.gain.values, seen.presynaptic[:, k], seen.error[:, j]
for n in range(3):
    print(
        f"particle {n + 1}: weight {omega[n]:.4f}, "
        f"hidden neuron {k + 1} was {pre[n]:.0f}, error {post[n]:+.4f}"
    )

nh.Delta(eta).apply(learner, updates)
change = learner.parameters()[name][k, j] - tiny.parameters()[name][k, j]
assert np.isclose(omega.sum(), 1)
assert np.isclose(change, eta * np.sum(omega * pre * post), rtol=1e-9)
print(f"change: {change:+.5f}")

# %% [markdown]
# ### Testing locality
#
# A report can be believed or tested. We keep the activity as it was, change **every** weight of
# the machine except those that arrive at visible neuron 1, and ask both rules again what the
# synapses of that neuron should do.

# %%
meddled = tiny.copy()
for values in meddled.parameters().values():
    values += rng.normal(size=values.shape)
for name in ("generative/hidden1->visible", "generative/visible"):
    meddled.parameters()[name][..., j] = tiny.parameters()[name][..., j]

for tested in (nh.WakeSleep(), reweighted):
    wake = tested.phases(tiny, x, seed=26).wake
    (one,), (other,) = (
        tested.wake_updates(machine, wake).of("generative/hidden1->visible")
        for machine in (tiny, meddled)
    )
    assert np.array_equal(one.error[:, j], other.error[:, j])
    assert np.array_equal(one.presynaptic, other.presynaptic)
    print(f"{tested.name}: presynaptic activity and error are the same to the bit")
    if one.gain is not None:
        print(f"    global scalar before {one.gain.values.round(4)}")
        print(f"    and after            {other.gain.values.round(4)}")

# %% [markdown]
# In wake-sleep, nothing that happened at far synapses made any difference. In reweighted
# wake-sleep they made a difference through the scalar, and only through it.
#
# ## 4. Learning, watched
#
# ### Lines
#
# Now something to learn: images of 3 x 3 pixels that hold columns or rows, columns twice as
# often as rows. There are twelve of them, and their probabilities $P(x)$ are known.

# %%
data = lines()


def tiles(axes, images, columns, **look):
    """Draw images of the same square size side by side, with gaps between them."""
    side = int(np.sqrt(images.shape[1]))
    rows = -(-len(images) // columns)
    sheet = np.full((rows * (side + 1) - 1, columns * (side + 1) - 1), np.nan)
    for n, image in enumerate(np.asarray(images)):
        top, left = np.array(divmod(n, columns)) * (side + 1)
        sheet[top : top + side, left : left + side] = image.reshape(side, side)
    axes.clear()
    axes.imshow(sheet, **look)
    axes.set_axis_off()


figure, axes = plt.subplots(figsize=(8, 1.3))
tiles(axes, data.patterns, 12, cmap="Greys", vmin=-0.15, vmax=1)
axes.set_title("the twelve lines")
plt.show()
print("probability of each:", data.probabilities.round(3))

# %% [markdown]
# How far is a machine from the truth? Its probability of an image is the sum over all states of
# its hidden neurons, $p(x) = \sum_h p(x, h)$. A machine with 9 visible and 6 + 1 hidden neurons
# has only $2^7$ hidden states, so the sum can be done exactly, and with it the Kullback-Leibler
# divergence
#
# $$\mathrm{KL}(P \,\|\, p) = \sum_x P(x) \, \log_2 \frac{P(x)}{p(x)} \quad \text{bits},$$
#
# which is zero only if the machine dreams each image as often as it occurs. The machine never
# uses this number; it is for us.
#
# The loop is the three lines that you know: phases, updates, apply. Two things help. `nh.Adam`
# instead of `nh.Delta` lets each synapse scale its own steps by the running size of its own
# changes, which is still local to the synapse; and the learning rate falls towards the end,
# since chance activity makes the weights jitter as long as it is high.


# %%
def learn(machine, data, watch=None, phases=("wake", "sleep"), seed=0):
    """Let a machine learn by hand; return steps and the exact divergence at each (bits)."""
    rule = nh.WakeSleep()
    plasticity = nh.Adam(0.3, rates={"recognition": 0.3})
    rate = Decay(final=0.02, hold=0.7)
    samples = data.sample(50 * STEPS, seed=seed).reshape(STEPS, 50, -1)
    curve = {}
    for step in range(STEPS + 1):
        if step % (STEPS // 20) == 0:
            curve[step] = exact_divergence(machine, data.patterns, data.probabilities)
            if watch is not None:
                watch(machine, curve)
        if step == STEPS:
            break
        activity = rule.phases(machine, samples[step], seed=nh.backend.RandomStream(seed, step))
        updates = nh.machine.Updates()
        if "wake" in phases:
            updates += rule.wake_updates(machine, activity.wake)
        if "sleep" in phases:
            updates += rule.sleep_updates(machine, activity.sleep)
        plasticity.apply(machine, updates, factor=rate(step / STEPS))
    return curve


# %% [markdown]
# With both phases, `rule.wake_updates(...) + rule.sleep_updates(...)` is the same as
# `rule.updates(machine, activity)`; it is written out here because part 5 leaves one out.
#
# The picture below is redrawn while the machine learns. Left: the exact divergence. Middle: the
# *fields*, that is the weights of each hidden neuron shown as an image; above the generative
# ones, what the neuron adds to the drive of each pixel, below the recognition ones, what each
# pixel adds to the drive of the neuron. Right: dreams.


# %%
class LivePicture:
    """A picture of learning that is redrawn in its place."""

    def __init__(self, side, title):
        self.figure = plt.figure(figsize=(9, 3.4))
        self.figure.suptitle(title)
        self.axes = self.figure.subplot_mosaic(
            [["curve", "down", "dreams"], ["curve", "up", "dreams"]], width_ratios=[1.1, 1.3, 1]
        )
        self.side = side
        self.name = title
        display(self.figure, display_id=title)

    def __call__(self, machine, curve):
        """Draw the machine as it is now."""
        curve_axes = self.axes["curve"]
        curve_axes.clear()
        curve_axes.plot(curve.keys(), curve.values(), "o-", color=BLUE, ms=3)
        curve_axes.set(xlabel="steps of 50 images", ylabel="KL from the truth (bits)")
        curve_axes.set(xlim=(-0.02 * STEPS, 1.02 * STEPS), ylim=(0.01, 20), yscale="log")
        curve_axes.set_title(f"{list(curve.values())[-1]:.3f} bits")
        weights = machine.parameters()
        fields = {
            "down": ("generative fields", weights["generative/hidden1->visible"]),
            "up": ("recognition fields", weights["recognition/visible->hidden1"].T),
        }
        for place, (title, images) in fields.items():
            most = np.abs(images).max()
            columns = -(-len(images) // 2) if self.side > 3 else len(images)
            tiles(self.axes[place], images, columns, cmap="RdBu_r", vmin=-most, vmax=most)
            self.axes[place].set_title(title)
        dreams = machine.dream(24, seed=0)
        tiles(self.axes["dreams"], dreams, 4, cmap="Greys", vmin=-0.15, vmax=1)
        self.axes["dreams"].set_title("dreams")
        update_display(self.figure, display_id=self.name)
        self.figure.set_layout_engine("none")  # laid out once is enough


def newborn():
    """Return the machine that all runs on lines start from."""
    return nh.HelmholtzMachine([9, 6, 1], initial=Normal(1.0), seed=0)


picture = LivePicture(3, "lines")
machine = newborn()
learn(machine, data, picture)
plt.close(picture.figure)

# %% [markdown]
# Red pixels are excited, blue ones inhibited. No neuron is a line by itself; each line is a
# combination of active neurons, and four neurons, with $2^4$ combinations, are enough for
# twelve lines: the fields of the others stay pale. Each recognition field resembles its
# generative field, though neither ever saw the other. Nearly all dreams are lines. How often
# the machine would dream each of the twelve can be computed, not only sampled:


# %%
def compare(machine, data):
    """Draw the true and the dreamt probability of each pattern above the pattern."""
    dreamt = np.exp(nh.exact_log_likelihood(machine, data.patterns))
    order = np.argsort(-data.probabilities, kind="stable")
    place = np.arange(len(order))
    _, (bars_axes, image_axes) = plt.subplots(
        2, 1, figsize=(8, 2.8), height_ratios=[3, 1], sharex=True
    )
    bars_axes.bar(place - 0.2, data.probabilities[order], 0.4, color="0.7", label="true")
    bars_axes.bar(place + 0.2, dreamt[order], 0.4, color=BLUE, label="dreamt")
    bars_axes.set(ylabel="probability", xlim=(-0.6, len(order) - 0.4))
    bars_axes.tick_params(bottom=False)
    bars_axes.legend(frameon=False, ncols=2, loc="upper right")
    bars_axes.set_title(f"all other images together: {1 - dreamt.sum():.3f} dreamt, 0 true")
    side = int(np.sqrt(data.patterns.shape[1]))
    for n, image in zip(place, data.patterns[order], strict=True):
        image_axes.imshow(
            image.reshape(side, side), cmap="Greys", vmin=-0.15, vmax=1,
            extent=(n - 0.35, n + 0.35, 0, 0.7),
        )  # fmt: skip
    image_axes.set(xlim=(-0.6, len(order) - 0.4), ylim=(0, 0.7))
    image_axes.set_axis_off()


compare(machine, data)

# %% [markdown]
# ### Bars, and a good start
#
# Bars are images of 4 x 4 pixels: either rows or columns, each bar there with probability 0.2.
# Eight hidden neurons could hold one bar each, and one neuron above them could hold the
# orientation: zero divergence is possible. From the same random start as above, the same loop:

# %%
data = bars()
figure, axes = plt.subplots(figsize=(8, 1.6))
tiles(axes, data.patterns, 15, cmap="Greys", vmin=-0.15, vmax=1)
axes.set_title(f"the {len(data.patterns)} images of bars")
plt.show()

# %%
picture = LivePicture(4, "bars, from a random start")
machine = nh.HelmholtzMachine([16, 8, 1], initial=Normal(1.0), seed=0)
learn(machine, data, picture)
plt.close(picture.figure)

# %% [markdown]
# Much was learned, but look at the fields: some neurons hold a bar, others mix parts of
# several, and some bars have no neuron of their own. This is a *local optimum*: no small change
# of the synapses makes things better. Longer learning, more particles and other rates hardly
# help; another seed gives another mixture.
#
# What helps is a better start, and it can be local, too. In `Recruitment`, images come one by
# one. What the neurons recruited so far do not explain, and what recurs, is imprinted on the
# next free neuron. (That only *one* free neuron takes it needs a competition among the neurons
# of the layer.) Learning then starts from there.

# %%
picture = LivePicture(4, "bars, from recruited neurons")
start = Recruitment(data.sample(2000, seed=0), repeats=10)
machine = nh.HelmholtzMachine([16, 8, 1], initial=start, seed=0)
learn(machine, data, picture)
plt.close(picture.figure)

# %% [markdown]
# One neuron for each bar, in both directions, and a divergence more than ten times smaller. The
# rest is probably the price of recognition, which guesses the neurons of a layer independently
# of each other.
#
# ### Take a neuron in hand
#
# What does a neuron stand for? Hold it in a state, let the rest of the machine dream, and look. A
# neuron that is held drives the visible ones as if it had fired by itself; neurons that are not
# held fire by their own generative input.


# %%
def dream_of(machine, held, seed):
    """Let a machine of three layers dream while neurons of its first hidden layer are held.

    `held` has 0 or 1 for a neuron that is held and nan for one that is free. Returns the states of
    these neurons, how probable each pixel is, and the pixels that were drawn.
    """
    rng = np.random.default_rng(seed)
    weights = machine.parameters()
    deep = rng.random(machine.sizes[2]) < sigma(weights["generative/hidden2"])
    drive = weights["generative/hidden1"] + deep @ weights["generative/hidden2->hidden1"]
    free = rng.random(machine.sizes[1]) < sigma(drive)
    hidden = np.where(np.isnan(held), free, held)
    down = hidden @ weights["generative/hidden1->visible"]
    probability = sigma(weights["generative/visible"] + down)
    return hidden, probability, rng.random(machine.sizes[0]) < probability


one_active = np.eye(8)  # a row: one neuron active, the others silent
one_held = np.where(np.eye(8) > 0, 1.0, np.nan)  # one neuron active, the others free
figure, axes = plt.subplots(2, 1, figsize=(8, 2.6))
alone = np.array([dream_of(machine, held, seed=0)[1] for held in one_active])
tiles(axes[0], alone, 8, cmap="Greys", vmin=-0.15, vmax=1)
axes[0].set_title("probability of each pixel, one neuron active and all others silent")
dreams = np.array([dream_of(machine, held, seed=k)[2] for k, held in enumerate(one_held)])
tiles(axes[1], dreams, 8, cmap="Greys", vmin=-0.15, vmax=1)
axes[1].set_title("a dream, one neuron active and all others free")
plt.show()

# %% [markdown]
# *Each column is a neuron. Above, its bar alone; below, its bar among what else came to mind.*
#
# In a running notebook there are now sliders, one for each neuron: silent, free or active. *Play*
# dreams on. (Where nobody is there to move them, or `ipywidgets` is not installed, the figure above
# has to do.)


# %%
def explorer(machine):
    """Return sliders for the states of the first hidden layer, and a live dream."""
    import ipywidgets

    states = {"silent": 0.0, "free": np.nan, "active": 1.0}
    sliders = [
        ipywidgets.SelectionSlider(
            options=list(states),
            value="free",
            description=f"neuron {k + 1}",
        )
        for k in range(machine.sizes[1])
    ]
    play = ipywidgets.Play(max=10_000, interval=700, description="dream on")
    picture = ipywidgets.Output()

    def redraw(_=None):
        held = [states[slider.value] for slider in sliders]
        hidden, probability, drawn = dream_of(machine, held, play.value)
        figure, axes = plt.subplots(1, 3, figsize=(6, 2.2), width_ratios=[0.35, 1, 1])
        tiles(axes[0], hidden[:, None], 1, cmap="Greys", vmin=-0.15, vmax=1)
        axes[0].set_title("neurons")
        tiles(axes[1], probability[None], 1, cmap="Greys", vmin=-0.15, vmax=1)
        axes[1].set_title("probability")
        tiles(axes[2], drawn[None], 1, cmap="Greys", vmin=-0.15, vmax=1)
        axes[2].set_title("dream")
        with picture:
            picture.clear_output(wait=True)
            display(figure)
        plt.close(figure)

    for control in (*sliders, play):
        control.observe(redraw, names="value")
    redraw()
    return ipywidgets.HBox([ipywidgets.VBox([*sliders, play]), picture])


watched = get_ipython().parent_header.get("content", {}).get("allow_stdin", False)
if watched and importlib.util.find_spec("ipywidgets"):
    display(explorer(machine))
else:
    print("Nobody is there to move sliders: run this notebook in Jupyter, with ipywidgets.")

# %% [markdown]
# ## 5. What goes wrong without sleep, and without wake
#
# Back to the lines, and to the same newborn machine. We leave out one phase:
#
# - **only wake**: the generative synapses learn, recognition stays as random as it was born;
# - **only sleep**: recognition learns to invert the dreams, and the dreams stay as they were
#   born.

# %%
data = lines()
full, no_sleep, no_wake = newborn(), newborn(), newborn()
curves = {
    "wake and sleep": learn(full, data),
    "only wake": learn(no_sleep, data, phases=("wake",)),
    "only sleep": learn(no_wake, data, phases=("sleep",)),
}
mean = data.probabilities @ data.patterns
independent = -(mean * np.log2(mean) + (1 - mean) * np.log2(1 - mean)).sum()
independent -= data.entropy / np.log(2)

figure, axes = plt.subplots(figsize=(5.5, 3))
for (name, curve), color in zip(curves.items(), (BLUE, RED, "#009E73"), strict=True):
    axes.plot(curve.keys(), curve.values(), "o-", ms=3, color=color, label=name)
axes.axhline(independent, color="0.4", linestyle="--", linewidth=1, label="independent pixels")
axes.set(xlabel="steps of 50 images", ylabel="KL from the truth (bits)", yscale="log")
figure.legend(loc="outside right upper", frameon=False)
plt.show()
print({name: round(list(curve.values())[-1], 3) for name, curve in curves.items()})

# %% [markdown]
# Without wake the divergence does not move, because nothing that dreams has changed. Without
# sleep it soon stalls, about one bit better than a machine that knows only the mean of each
# pixel (the dashed line).
#
# Why? Awake learning improves not $\log p(x)$ itself but a bound on it, the negative *free
# energy*
#
# $$-F(x) = \log p(x) - \mathrm{KL}\big(q(h \mid x) \,\|\, p(h \mid x)\big).$$
#
# The last term is the **recognition gap**: how far the guess of recognition, $q(h \mid x)$, is
# from the *posterior* $p(h \mid x)$, which is what the generative pathway itself implies about
# the hidden neurons, given the image. With so few hidden neurons both are known exactly, and so
# is the gap: its mean over the data, and over the machine's own dreams.


# %%
def gap(machine, images):
    """Return the divergence of recognition from the exact posterior for each image (bits)."""
    return exact_recognition_gap(machine, images) / np.log(2)


everything = all_states(9)  # all 512 images of 3 x 3 pixels
machines = {
    "at birth": newborn(),
    "wake and sleep": full,
    "only wake": no_sleep,
    "only sleep": no_wake,
}
rows = {
    name: {
        "KL from the truth": exact_divergence(machine, data.patterns, data.probabilities),
        "recognition gap, data": gap(machine, data.patterns) @ data.probabilities,
        "recognition gap, own dreams": gap(machine, everything)
        @ np.exp(nh.exact_log_likelihood(machine, everything)),
    }
    for name, machine in machines.items()
}
print("bits")
display(pd.DataFrame(rows).T.round(3))

# %% [markdown]
# Asleep, recognition learns on dreams; that is why the gap of the machine without wake is so
# much smaller than at birth. It does not help: its dreams are still those of a newborn.
#
# Without sleep, the generative synapses had to make the best of what recognition says at
# random. They have bent towards it, which made the gap smaller, too, but they pay with a
# divergence of several bits, and a gap remains. Below, the four images on which it is widest:
# how probable it is that each of the six hidden neurons is active, by the exact posterior and
# by recognition.


# %%
def recognition_mean(machine, images):
    """Return how probable each neuron of the first hidden layer is, given each image."""
    weights = machine.parameters()
    return sigma(weights["recognition/hidden1"] + images @ weights["recognition/visible->hidden1"])


worst = data.patterns[np.argsort(-gap(no_sleep, data.patterns))[:4]]
figure, axes = plt.subplots(
    3, 4, figsize=(8, 4.2), height_ratios=[0.45, 1, 1], sharex="row", sharey="row"
)
for column, image in zip(axes.T, worst, strict=True):
    column[0].imshow(image.reshape(3, 3), cmap="Greys", vmin=-0.15, vmax=1)
    column[0].set_axis_off()
    for panel, machine in zip(column[1:], (full, no_sleep), strict=True):
        place = np.arange(1, 7)
        posterior = exact_posterior_means(machine, image[None])[0]  # of the first hidden layer
        panel.bar(place, posterior[0], 0.8, color="0.75")
        panel.bar(place, recognition_mean(machine, image[None])[0], 0.35, color=BLUE)
        panel.set(ylim=(0, 1.05), xticks=place)
axes[1, 0].set_ylabel("wake and sleep\nP(active)")
axes[2, 0].set_ylabel("only wake\nP(active)")
for panel in axes[2]:
    panel.set_xlabel("hidden neuron")
handles = [plt.Rectangle((0, 0), 1, 1, color=color) for color in ("0.75", BLUE)]
figure.legend(
    handles, ["posterior", "recognition"], loc="outside upper right", ncols=2, frameon=False
)
plt.show()

# %% [markdown]
# With both phases the two agree. Without sleep, recognition goes on saying what it said at
# birth, and the generative synapses imply something else.
#
# So the two phases need each other: wake makes the dreams more like the data, sleep makes
# recognition right about the dreams, and the more the dreams are like the data, the more
# recognition is right about the data, too.
#
# ## 6. What to try next
#
# - **A silent neuron.** In part 2, take a synapse from a silent hidden neuron. What is its
#   change, and why does that make sense?
# - **Particles.** Use `nh.Reweighted(particles=10, baseline=False)` in `learn`. Its
#   `wake_updates` also teach recognition: what happens to "only wake" now?
# - **The factor of recognition.** Awake, recognition synapses are multiplied by
#   $\omega_n - 1/K$ (with `baseline=True`). Find it with `updates.of`. Why does subtracting
#   $1/K$ leave the mean change as it is? (What is the mean of activity times error under the
#   pathway that drew the activity?)
# - **Other seeds.** How often do lines end near 0.1 bit, and where do the other runs end?
# - **No decay.** Replace `Decay(final=0.02, hold=0.7)` by `Decay()`, a constant rate. What
#   happens to the divergence near the end?
# - **The shifter.** `nh.images.shifter()` holds two rows of pixels, the second being the first
#   shifted left or right: a much harder problem, on which the machine has to find the
#   direction.
# - **Without the loop.** `nh.train` repeats these three lines for you, with early stopping,
#   checkpoints and progress; `neurohm.training.train_restarts` keeps the best of several
#   starts.
# - **Recordings.** `nh.SpikeHelmholtz` fits such a machine to spike trains and shows which
#   neurons fire together, and with which lags.
