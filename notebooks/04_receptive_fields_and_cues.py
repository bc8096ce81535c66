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
# # Receptive fields, and cues for deep layers
#
# What does a hidden unit stand for? Of a machine that has learned images one can ask this twice,
# since it has two pathways: what does the unit *draw* when it is on (its generative field), and
# what does it *respond to* (its receptive field, as a physiologist would measure it)?
#
# In this notebook you
#
# 1. ask both of a machine that has learned digits,
# 2. let another one learn patches of photographs, and fit Gabor functions to its fields,
# 3. give hidden layers *cues* while they learn: the image at their own resolution, and see with a
#    control whether it is the content of the cues that helps.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display

import neurohm as nh
from neurohm.analysis import (
    dreamt_fields,
    fit_gabors,
    linear_fields,
    most_exciting,
    recognition_fields,
)
from neurohm.images import Pyramid
from neurohm.machine import Normal
from neurohm.training import Callback, Steps

FAST = bool(os.environ.get("NEUROHM_FAST"))
EPOCHS = 8 if FAST else 40

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
# ## 1. Digits
#
# The small digits that come with scikit-learn, drawn with 16 x 16 pixels, black or white. The
# machine has 64 units in its first hidden layer and 36 in its second.

# %%
SHAPE = (16, 16)
grey = nh.load_images("digits").train.reshape(-1, 8, 8)
place = np.clip((np.arange(16) + 0.5) / 2 - 0.5, 0, 7)
nearness = np.maximum(1 - np.abs(place[:, None] - np.arange(8)), 0)
pictures = (nearness @ grey @ nearness.T).reshape(-1, 256) > 0.5
pictures = pictures[np.random.default_rng(0).permutation(len(pictures))].astype(np.float32)
test, train = pictures[:400], pictures[400:]
print(len(train), "images to learn from,", len(test), "kept apart")

machine = nh.HelmholtzMachine([256, 64, 36], initial=Normal(0.1, hidden_bias=-1.0), seed=0)
nh.train(
    machine, train, rule=nh.Reweighted(particles=5), plasticity=nh.Adam(0.005),
    epochs=EPOCHS, batch_size=20, schedule=0.1,
)  # fmt: skip
score = nh.log_likelihood(machine, test, particles=200)
print(f"{score.mean:.1f} nats per image that was kept apart")

# %% [markdown]
# **What a unit draws.** In dreams the unit is switched on and off, everything above and below it
# goes on as it likes, and the difference of the pixels' probabilities is its *generative field*.
# Red is what it makes more probable, blue what it forbids. What may be chance is faint.

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 4.6))
nh.plots.field_gallery(dreamt_fields(machine, 1), SHAPE, axes=axes[0], title="first hidden layer")
nh.plots.field_gallery(dreamt_fields(machine, 2), SHAPE, axes=axes[1], title="second hidden layer")
plt.show()

# %% [markdown]
# *Few of the fields are simple. In the first layer a unit adds some pieces of strokes and takes
# away others, red beside blue: it moves strokes more than it draws them. Units of the second layer
# act through the first, and their fields are smoother.*
#
# **What a unit responds to.** Show it many images and average those that it responds to, less the
# average of all. That is its *spike-triggered average*, here with the probability of being active
# in place of spikes. Pixels of images are correlated, so the average is smooth even if the unit
# looks at three pixels only; multiplied by the inverse of the pixels' covariance (plus a ridge,
# since there are few images) it is sharper, and noisier.

# %%
few = recognition_fields(machine, train, 1).strongest(25)
views = {
    "draws": dreamt_fields(machine, 1).of(few),
    "responds to": recognition_fields(machine, train).of(few),
    "responds to, whitened": recognition_fields(machine, train, 1, whitened=True, ridge=1.0).of(
        few
    ),
}


def sheet(fields):
    """Return 25 fields side by side, each divided by its largest value."""
    scaled = fields.values / np.abs(fields.values).max(axis=1, keepdims=True)
    tiles = np.pad(
        scaled.reshape(5, 5, *SHAPE), ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=np.nan
    )
    return tiles.transpose(0, 2, 1, 3).reshape(5 * 18, 5 * 18)


figure, axes = plt.subplots(1, 3, figsize=(10, 3.6))
for panel, (title, fields) in zip(axes, views.items(), strict=True):
    panel.imshow(sheet(fields), cmap="RdBu_r", vmin=-1, vmax=1)
    panel.set_title(title)
    panel.set_axis_off()
plt.show()
pairs = zip(views["draws"].values, views["responds to"].values, strict=True)
alike = np.median([np.corrcoef(drawn, seen)[0, 1] for drawn, seen in pairs])
print(f"median correlation of what a unit draws with what it responds to: {alike:.2f}")

# %% [markdown]
# *The same 25 units three times, each field on a scale of its own.* The two pathways have no
# synapse in common, and nothing copies weights from one to the other; that units respond to what
# they draw is what learning asleep has achieved.
#
# **Most exciting images.** The simplest question, and the most robust one: which images make the
# unit most probably active?

# %%
best = most_exciting(machine, train, 1, number=12)
nh.plots.exciting_images(train, best, SHAPE, units=few[:8], axes=plt.subplots(figsize=(8, 4.6))[1])
plt.show()

# %% [markdown]
# *Eight of the units. The images of a row share a stroke, not always a digit.*
#
# ## 2. Photographs
#
# Simple cells of the visual cortex respond to bars at a place, of an orientation and a width, and
# *Gabor functions* describe them: a grating below a Gaussian envelope,
#
# $$g(u, v) = \exp\Big(-\frac{u^2}{2 s_u^2} - \frac{v^2}{2 s_v^2}\Big)
# \cos(2 \pi f u + \varphi).$$
#
# Sparse codes of photographs develop such fields (Olshausen, Field 1996, *Nature* 381:607). We cut
# patches out of the two photographs that come with scikit-learn, take out the correlation of
# neighbouring pixels (*whitening*), and let a machine with Gaussian visible and sparse binary
# hidden units learn them. `sparsity` makes weights shrink unless they are needed.

# %%
patches = nh.natural_patches(2000 if FAST else 20_000, 10)
visible = nh.Gaussian(100, deviation=0.7)
eye = nh.HelmholtzMachine([visible, 64], initial=Normal(0.1, hidden_bias=-4.0), seed=0)
nh.train(
    eye, patches.train, rule=nh.Reweighted(particles=8), plasticity=nh.Adam(0.005, sparsity=0.08),
    epochs=3 if FAST else 20, batch_size=100, schedule=0.1,
)  # fmt: skip
active = eye.recognise(patches.test)[1].mean()
print(f"a hidden unit is active in {active:.1%} of the patches")

fields = linear_fields(eye)  # next to Gaussian units these are the weights
fits = fit_gabors(fields, patches.shape)
figure, axes = plt.subplots(figsize=(6, 5))
nh.plots.field_gallery(fields, patches.shape, fits=fits, own_scale=True, axes=axes)
plt.show()

# %%
nh.plots.gabor_population(fits)
plt.show()
good = fits.r_squared >= 0.7
print(f"a Gabor function explains 70 % or more of {good.sum()} of {len(fits)} fields")
if good.any():
    ratio = np.median(fits.along[good] / fits.across[good])
    print(f"length over width of these, median: {ratio:.2f}")

# %% [markdown]
# *Each field on its own scale, best fit first; ellipses are the envelopes.* About half of
# the fields are Gabor functions: localised, with bars of either sign, most of them vertical or
# horizontal. (So are the pixels, and the photographs have many such edges.) Their envelopes are
# shorter along the bars than across them, unlike those of simple cells, which are elongated. The
# others are not localised, and a few follow the grid of pixels, which whitening makes strong. With
# longer learning and larger patches it is much the same (`docs/multi_level.md`).
#
# ## 3. Cues
#
# Upper layers of a deep machine begin with a disadvantage: what they see is recognition of layers
# that have not learned yet, noise. What if each hidden layer were told, for a while, what it might
# stand for? A layer of 8 x 8 units is shown the image at 8 x 8 pixels, one of 6 x 6 at 6 x 6:

# %%
GRIDS = [(8, 8), (6, 6)]
levels = Pyramid(SHAPE, GRIDS).levels(train[:8])
figure, axes = plt.subplots(3, 8, figsize=(8, 3.2))
for row, images in zip(axes, [train[:8], *levels], strict=True):
    side = int(np.sqrt(images.shape[1]))
    for panel, image in zip(row, images, strict=True):
        panel.imshow(image.reshape(side, side) > 0.3, cmap="Greys", vmin=0, vmax=1)
        panel.set(xticks=[], yticks=[])
for panel, name in zip(axes[:, 0], ("image", "cue 8 x 8", "cue 6 x 6"), strict=True):
    panel.set_ylabel(name)
plt.show()

# %% [markdown]
# Awake, a unit that recognition would make active with probability $q$ fires with
# $(1 - a)\,q + a\,v$, where $v$ is its pixel of the cue. The strength $a$ is 1 in the first quarter
# of learning, falls to 0 in the next, and from then on the rule is the plain one. (The idea is that
# of Ramos, Sa-Couto and Wichert 2022, arXiv:2210.14855; how cues enter is this package's own
# formulation, see `docs/multi_level.md`.) Every synapse still learns from presynaptic activity
# times error: a cue is one more input.
#
# A control is needed. Cues also keep hidden units busy, and that alone might help. With
# `shuffled=True` each image comes with the cue of *another* image.


# %%
class HeldOut(Callback):
    """Notes the likelihood of images kept apart from time to time."""

    def __init__(self, every):
        self.every, self.epochs, self.nats = every, [], []

    def after_epoch(self, run):
        if run.position.epoch % self.every == 0:
            self.epochs.append(run.position.epoch)
            score = nh.log_likelihood(run.machine, test, particles=50, progress=False)
            self.nats.append(score.mean)


quarter = EPOCHS // 4
cued = {"shape": SHAPE, "grids": GRIDS, "clamp": quarter, "ramp": quarter - 1}
rules = {
    "plain": nh.WakeSleep(),
    "cued": nh.MultiLevel(**cued),
    "cues of other images": nh.MultiLevel(**cued, shuffled=True),
}
learned, curves, results = {}, {}, {}
for name, rule in rules.items():
    hidden_bias = -1.0 if name == "plain" else 0.0  # what suits each
    machine = nh.HelmholtzMachine([256, 64, 36], initial=Normal(0.1, hidden_bias), seed=0)
    curves[name] = HeldOut(every=max(1, EPOCHS // 8))
    nh.train(
        machine, train, rule=rule, plasticity=nh.Delta(0.3), epochs=EPOCHS, batch_size=20,
        schedule=Steps({0.75: 0.25}), callbacks=[curves[name]],
    )  # fmt: skip
    learned[name] = machine
    results[name] = nh.log_likelihood(machine, test, particles=200).mean

figure, axes = plt.subplots(figsize=(6, 3))
axes.axvspan(0, quarter, color="0.85", label="cue alone")
axes.axvspan(quarter, 2 * quarter - 1, color="0.93", label="cue fades")
for (name, curve), colour in zip(curves.items(), (GREY, BLUE, RED), strict=True):
    axes.plot(curve.epochs, curve.nats, "o-", ms=3, color=colour, label=name)
axes.set(xlabel="epoch", ylabel="nats per image", title="images kept apart", xlim=(0, None))
figure.legend(loc="outside right upper", frameon=False)
plt.show()
display(pd.Series(results, name="nats per image, in the end").round(1).to_frame())

# %% [markdown]
# With cues, 3.6 nats are gained on the plain machine, in the same number of steps; with the cues of
# other images more than 2 are lost. So it is the content that helps. (Those begin that badly
# because their hidden units say nothing of the image while the cue decides.) The gain is largest
# early, so part of it is speed, and the cued machine has other starting biases, those that suit it.
# Five layers, MNIST, several seeds and the price, less prototypical samples, are in
# `docs/multi_level.md`.

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 4.4))
for panel, name in zip(axes, ("plain", "cued"), strict=True):
    nh.plots.field_gallery(dreamt_fields(learned[name], 1), SHAPE, axes=panel, title=name)
plt.show()

figure, axes = plt.subplots(1, 2, figsize=(9, 2.6))
for panel, name in zip(axes, ("plain", "cued"), strict=True):
    dreams = learned[name].dream(32, seed=1).reshape(4, 8, 16, 16)
    sheet = np.pad(dreams, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=0.3)
    panel.imshow(sheet.transpose(0, 2, 1, 3).reshape(4 * 18, 8 * 18), cmap="Greys", vmin=0, vmax=1)
    panel.set_title(f"dreams, {name}")
    panel.set_axis_off()
plt.show()

# %% [markdown]
# *Cued units have kept what they were told: each draws one spot at its place, and those of places
# where digits have nothing draw nothing.* How the spots go together is left to the second layer.
# The plain machine has found strokes by itself, a code of another kind. Recognition has learned to
# do without the cues, since it learned from the activity that they brought about.
#
# ## What to try next
#
# - **Coarser cues.** Change `GRIDS` to `[(4, 4), (2, 2)]`: layers may be wider than their cue.
# - **More time.** With 160 epochs, how much of the gain remains?
# - **More depth.** `[256, 64, 36, 16, 4]` with a cue for each layer.
# - **No shrinking.** What do the fields of photographs look like with `sparsity=0`?
# - **Fields in time.** `nh.plots.receptive_fields` shows those of recorded units;
#   `nh.spike_levels` makes cues of groups of them (which did not help where it was tried).
