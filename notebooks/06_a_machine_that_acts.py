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
# # A machine that acts
#
# So far, machines watched. Two ways for a machine to *do* something:
#
# - it puts its dreams before the world, and learns from the answer (*active sampling*; the idea is
#   that of Liu 2023, arXiv:2306.06792),
# - it draws its causes from a *goal*, imagines what would follow, and moves there (*goal-seeded
#   simulation*; the idea is that of Li 2025, arXiv:2507.03065).
#
# Of both papers only parts could be read; which part of what follows is whose is in
# `docs/agents.md`. In this notebook a machine
#
# 1. learns which rhythms are well formed, by watching,
# 2. asks the world about its own dreams, and unlearns those that are rejected,
# 3. finds its way through four rooms to any goal, one imagined step at a time.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display

import neurohm as nh
from neurohm.agents import GoalSeededMachine, GridWorld, RhythmWorld, act, rollout
from neurohm.likelihood import all_states, exact_distribution
from neurohm.machine import Zeros

FAST = bool(os.environ.get("NEUROHM_FAST"))
EPOCHS = 6 if FAST else 40
STEPS = 600 if FAST else 6000

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

# %% [markdown]
# ## 1. Rhythms
#
# A rhythm is ten bits: 1 is an attack, 0 a rest. The world accepts a rhythm if it begins with an
# attack, if no attack stands alone between two rests on either side, and if no four rests follow
# each other: 256 of the 1024 strings. The machine is shown the accepted ones, and never told the
# rules.

# %%
world = RhythmWorld(10)
patterns = world.patterns()
accepted = world.accepts(all_states(10))
print(len(patterns), "of", len(accepted), "strings are well formed")


def show(axes, rows, title):
    """Draw rhythms, attacks black; what the world rejects is marked."""
    axes.imshow(rows, cmap="Greys", vmin=0, vmax=1.2, aspect="equal")
    for row in np.flatnonzero(~world.accepts(rows)):
        axes.text(10, row, "x", color="#D55E00", va="center", fontweight="bold")
    axes.set(title=title, xticks=[], yticks=[], xlabel="time", xlim=(-0.5, 11))


machine = nh.HelmholtzMachine([10, 8, 5, 3], initial=Zeros(), seed=0)
settings = {"draws": 2000, "every": 2, "schedule": 0.1, "threads": 1}
watching = act(machine, world, rule=nh.ActiveSampling(world=world), epochs=EPOCHS, **settings)
before, seen = exact_distribution(machine), watching.grasp
print(f"a dream is well formed with probability {seen.accuracy:.3f}")
print(f"{seen.effective_support:.0f} of 256 patterns are in use")

figure, axes = plt.subplots(1, 2, figsize=(7, 3.6))
show(axes[0], patterns[:: len(patterns) // 16][:16], "well formed")
show(axes[1], machine.dream(16, seed=1), "dreamt (x: rejected)")
plt.show()

# %% [markdown]
# *The number of patterns in use is exp(entropy) of the well-formed dreams: 256 if all are dreamt
# alike.* `ActiveSampling` without `unlearning` is plain wake-sleep; all numbers are exact, by
# enumeration of the 1024 strings.
#
# Plain wake-sleep has learned the statistics, but not the law. One dream in sixteen breaks it.
#
# ## 2. Asking the world
#
# Now the machine acts: each dream $d$ is put before the world, which returns one bit, $W(d)$. Where
# it is 0, each generative synapse *undoes* what produced the dream, with the dream's own activity:
#
# $$\Delta w \propto -u\,(1 - W(d)) \times \text{presynaptic activity} \times \text{error}.$$
#
# On average that is the gradient of the probability that dreams are accepted. It is local but for
# one broadcast bit. Awake, the machine goes on learning from the well-formed patterns, so that it
# does not end up with one safe rhythm. From here on it learns by the reweighted rule, which is the
# better watcher; so the fair comparison is a twin that goes on watching by that rule for as long.

# %%
plain = nh.Reweighted(particles=5, wake_mix=0.5, sleep_mix=1.0)
control = nh.ActiveSampling(world=world, plain=plain)  # goes on watching
asking = nh.ActiveSampling(world=world, plain=plain, unlearning=5.0)
watcher = machine.copy()
on = act(watcher, world, rule=control, epochs=EPOCHS, seed=1, **settings).grasp
acted = act(machine, world, rule=asking, epochs=EPOCHS, seed=1, **settings)
print(nh.locality_report(machine, asking))

figure, axes = plt.subplots(1, 2, figsize=(9, 3.2))
now = {"watched on": exact_distribution(watcher), "asked": exact_distribution(machine)}
nh.plots.salience({"watched": before, **now}, accepted, axes=axes[0])
nh.plots.free_energy(acted.history, axes=axes[1])
plt.show()
rows = {"watched": seen, "watched on": on, "asked": acted.grasp}
columns = {
    "well-formed dreams": "accuracy",
    "patterns in use": "effective_support",
    "KL(data || dreams), nats": "divergence_from_data",
}
table = {
    name: {label: getattr(row, key) for label, key in columns.items()} for name, row in rows.items()
}
display(pd.DataFrame(table).T.round(3))

# %% [markdown]
# *Left, how probable each well-formed rhythm is to be dreamt, the most probable first; the dotted
# line is what all alike would be. Right, the free energy of the data, nats, and its parts: free
# energy = complexity + inaccuracy, and it lies above the surprise by what recognition gets wrong.*
#
# Going on watching brings little. Asking brings the share of rejected dreams down from one in
# sixteen to one in a hundred. It has a price: 238 patterns are in use instead of 246, since the
# rarest of them become rarer (the right end of the curve). The divergence from the data, which
# weighs both, is the smallest of the three.
#
# A warning: an agent that only *keeps* what is accepted, and learns from it (`mode="append"`,
# `"halve"`, `"resample"`), is accepted more and more often, too, by dreaming fewer and fewer
# patterns. Whoever measures acceptance alone will not notice; so always measure both.
#
# ## 3. Going somewhere
#
# Four rooms, 40 places. The machine sees examples of single steps: where somebody was, where he
# wanted to go, and where he went next, on a shortest way but for one step in ten. It never sees a
# whole way. The deepest hidden population is driven by place and goal together (a *conjunctive*
# context: one input for each pair), and the machine learns to generate the next place.

# %%
rooms = GridWorld()
place, goal, following = rooms.examples(40_000)
model = GoalSeededMachine(
    nh.Categorical(40, categories=40), [64], goals=40, situation=40, steps=STEPS
)
model.fit(following, goal, place, progress=False)
print(model)

# %% [markdown]
# To act, it imagines the next place from its place and goal, the world moves it there, and it
# imagines anew. A move through a wall is a failure and ends the way. The *temperature* of the
# imagination matters: at 1 it draws from what it has learned, wandering steps and blends included;
# below 1 it prefers what is probable. A random walk is the baseline.

# %%
rng = np.random.default_rng(2)
starts, goals = rng.integers(0, 40, (2, 400))
starts, goals = starts[starts != goals], goals[starts != goals]
runs = {
    "random walk": rollout(None, rooms, starts, goals),
    "temperature 1": rollout(model, rooms, starts, goals, temperature=1.0),
    "temperature 0.5": rollout(model, rooms, starts, goals, temperature=0.5),
}
rates = {
    name: {"reached the goal": run.success_rate, "legal moves": run.legal_rate}
    for name, run in runs.items()
}
display(pd.DataFrame(rates).T.round(3))

figure, axes = plt.subplots(1, 3, figsize=(10, 3.8))
for panel, (name, run) in zip(axes, runs.items(), strict=True):
    nh.plots.trajectories(rooms, run, axes=panel)
    panel.set_title(name)
plt.show()

# %% [markdown]
# *Four ways each, from circle to star; a cross is a move that the world does not allow, and ends
# the way.* With wandering and blends, some four of five ways succeed; at temperature 0.5 all of
# them do. A random walk has one chance in eight.
#
# What does it imagine, wherever it stands? Here is the machine's map of moves towards one corner:

# %%
corner = 39
everywhere = np.repeat(np.delete(np.arange(40), corner), 20)
towards = np.full(len(everywhere), corner)
figure, axes = plt.subplots(1, 2, figsize=(7, 3.8))
for panel, heat in zip(axes, (1.0, 0.5), strict=True):
    imagined = rollout(model, rooms, everywhere, towards, temperature=heat)
    nh.plots.imagined_moves(rooms, imagined, goal=corner, axes=panel)
    panel.set_title(f"temperature {heat:g}")
plt.show()

# %% [markdown]
# *The width of an arrow is the share of moves; orange ones are impossible.*
#
# **Second thoughts.** The machine can recognise what it has imagined, and generate again. Does it
# think better with more cycles? And with several candidates, of which that with the lowest free
# energy is chosen?

# %%
choices = {
    "one thought": {},
    "four cycles": {"cycles": 4},
    "best of eight": {"candidates": 8},
}
rates = {
    name: rollout(model, rooms, starts, goals, temperature=1.0, **choice).to_dict()
    for name, choice in choices.items()
}
display(pd.DataFrame(rates).T[["success", "legal"]].astype(float).round(3))

# %% [markdown]
# Cycles make it *worse*. With exact recognition they would leave what the machine imagines as it
# is, and with imperfect recognition each adds some noise: cycling alone is no planning. Choosing
# among candidates helps: what is impossible has a high free energy, and the machine notices.
#
# Nor does it look ahead further than one step. It has learned a policy, from examples that were
# good; what is imagined is the next place, not the way.
#
# ## What to try next
#
# - **The dial.** In part 2, `rule=nh.ActiveSampling(world=world, plain=nh.Reweighted(particles=5),
#   unlearning=u)` with `u` from 0.5 to 20: what happens to patterns in use?
# - **Collapse.** `act(..., mode="halve")`, and look at `acted.grasp`.
# - **A world of your own.** Any class with `accepts(rows)`; derive it from
#   `neurohm.agents.BitWorld`, or give a function to `neurohm.agents.Predicate`.
# - **A context that cannot work.** `context="linear"` adds place and goal up. Why is that not
#   enough?
# - **Slippery floors.** `GridWorld(slip=0.2)`.
# - **Stimuli as goals.** `GoalSeededMachine(n_units, [64], goals=n_conditions)` fitted to spike
#   words imagines the responses of a population to a stimulus condition.
