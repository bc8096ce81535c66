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
# # Spiking neurons
#
# The units of a Helmholtz machine are binary and live in steps without time. Neurons have
# potentials, fire spikes, and know nothing of layers. Can a network of spiking neurons be a
# Helmholtz machine, with *exactly* its law, and learn by its rule? It can. In this notebook
#
# 1. a machine that was fitted to a recording becomes a [Brian2](https://brian2.readthedocs.io)
#    network, and you look at what its neurons do,
# 2. its spikes are compared with the exact distribution, and with data,
# 3. one synapse learns by spikes, and its change is checked,
# 4. networks learn from scratch by spikes alone, beside abstract machines,
# 5. the neurons get flaws: mismatch, lost spikes.

# %%
import os

import brian2
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from brian2 import ms
from IPython.display import display

import neurohm as nh
from neurohm import spiking
from neurohm.likelihood import all_states, exact_divergence
from neurohm.machine import Zeros
from neurohm.recordings import Windows, bin_spikes

brian2.prefs.codegen.target = "numpy"  # starts at once; "cython" and "cpp_standalone" compile first
FAST = bool(os.environ.get("NEUROHM_FAST"))

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
# ## 1. From a machine to a network
#
# Sixteen simulated units with two assemblies, in bins of 20 ms; a machine of 6 and 2 hidden units.

# %%
recording = nh.simulate_assemblies(
    16, 1.0 if FAST else 5.0, 2, members=(5, 6), lag=0.0, rate=4.0, occurrence_rate=1.0, seed=0
)
model = nh.SpikeHelmholtz(
    hidden=(6, 2), bin_size=0.02, lags=1, observation="bernoulli",
    epochs=5 if FAST else 40, random_state=0,
).fit(recording)  # fmt: skip
machine = model.machine_
network = spiking.to_brian2(machine, "dream", window=10 * ms)
watched = brian2.StateMonitor(network["visible"], ["generated", "hazard"], record=True)
network.add(watched)
spiking.run(network, 60, seed=3)
for population in machine.populations:
    print(f"{population.name:8s} {len(network[population.name]):2d} neurons")

# %% [markdown]
# Each unit is a neuron with two compartments: recognition synapses end at the *basal* one,
# generative synapses at the *apical* one. A spike adds the weight of its synapse to the potential
# $v$ there. One *cycle* of a slow oscillation is one sample: each population has a *window* to fire
# in, one after the other, and the last window is silent. Asleep the apical potential decides, and
# populations fire from the deepest one down; awake it is the other way round.
#
# Firing is *escape noise* (Gerstner, Kistler 2002, *Spiking Neuron Models*): while its window of
# length $T$ is open, a neuron fires with the hazard
#
# $$\lambda = \frac{1}{T} \log(1 + e^{v}), \qquad
# P(\text{silent}) = e^{-\lambda T} = \frac{1}{1 + e^{v}} = 1 - \sigma(v),$$
#
# and is refractory for the rest of the window. So it fires with probability $\sigma(v)$: the
# Bernoulli unit, exactly.

# %%
SHOWN, CYCLE = 5, 4 * 10  # cycles; ms: three populations and the silent window
counts = spiking.states_of(network)[0]
first = max(0, int(counts.sum(axis=1).argmax()) - SHOWN // 2)
begin, end = first * CYCLE, (first + SHOWN) * CYCLE
time = np.asarray(watched.t / ms)
within = (time >= begin) & (time < end)
moved = np.ptp(np.asarray(watched.generated)[:, within], axis=1)
unit = int((moved * counts[first : first + SHOWN].any(axis=0)).argmax())

figure, axes = plt.subplots(3, 1, figsize=(9, 5.6), sharex=True, height_ratios=[3, 1, 1])
offset = 0
for population, colour in zip(machine.populations, ("black", BLUE, RED), strict=True):
    monitor = network[f"{population.name}_spikes"]
    at = np.asarray(monitor.t / ms)
    axes[0].plot(at, offset + np.asarray(monitor.i), "|", ms=7, mew=1.5, color=colour)
    axes[0].text(end + 1, offset + population.size / 2, population.name, color=colour, va="center")
    offset += population.size
    axes[0].axhline(offset - 0.5, color="0.8", linewidth=0.5)
for start in range(begin, end, CYCLE):
    for panel in axes:
        panel.axvspan(start + 30, start + 40, color="0.9", linewidth=0)
axes[0].set(ylabel="neuron", title=f"{SHOWN} cycles, the trough grey", xlim=(begin, end))
axes[1].plot(time[within], watched.generated[unit][within], color="black")
axes[1].set(ylabel="drive", title=f"potential of visible neuron {unit}, in units of drive")
axes[2].plot(time[within], watched.hazard[unit][within] / brian2.Hz, color=RED)
axes[2].set(xlabel="time (ms)", ylabel="Hz", title="its hazard")
plt.show()

# %% [markdown]
# *In each cycle the second hidden layer may fire first, then the first, then the visible neurons.
# In the third cycle shown, one neuron of the first hidden layer fires, and six visible ones follow:
# an assembly. The potential moves when spikes of hidden neurons arrive, and is reset after the
# trough; the hazard is zero outside the neuron's own window, and after its spike.*
#
# ## 2. The same law
#
# A machine of five visible and three hidden neurons has 32 visible states. How often does the
# network dream each of them, and how often should it? A thousand copies run side by side.

# %%
small = nh.HelmholtzMachine([5, 3], dtype="float64", seed=0)
rng = np.random.default_rng(0)
for values in small.parameters().values():
    values[...] = rng.normal(0, 1.5, values.shape)


def dreams(cycles, **settings):
    """Return how often a network dreams each of the 32 states."""
    sleeper = spiking.to_brian2(small, "dream", window=2 * ms, copies=1000, **settings)
    x = spiking.states_of(spiking.run(sleeper, cycles, seed=0))[0]
    x = np.asarray(x).reshape(-1, 5).astype(int)
    return np.bincount(x @ 2 ** np.arange(5), minlength=32), len(x)


states = all_states(5).astype(int)
exact = np.empty(32)
exact[states @ 2 ** np.arange(5)] = np.exp(nh.exact_log_likelihood(small, states))
seen, number = dreams(4 if FAST else 20)
chi_square = ((seen - number * exact) ** 2 / (number * exact)).sum()
figure, axes = plt.subplots(figsize=(8, 2.6))
order = np.argsort(-exact)
axes.bar(np.arange(32), exact[order], color="0.8", label="exact, by enumeration")
axes.errorbar(
    np.arange(32), seen[order] / number, 2 * np.sqrt(exact * (1 - exact) / number)[order],
    fmt="o", ms=3, color=BLUE, label=f"spikes, {number:,} dreams (2 s.e.)",
)  # fmt: skip
axes.set(xlabel="visible state, most probable first", ylabel="probability")
axes.legend(frameon=False)
plt.show()
print(f"chi-square {chi_square:.1f}, to be expected: 31 ± {np.sqrt(2 * 31):.0f}")

# %% [markdown]
# The points lie on the bars. And the fitted machine, its network and the data that it was fitted
# to:

# %%
windows = Windows(bin_spikes(recording, 0.02), 1)
comparison = spiking.compare_spiking(
    machine, windows, dreams=2000 if FAST else 10_000, window=2 * ms, seed=1
)
nh.plots.spiking_comparison(comparison)
plt.show()

# %% [markdown]
# *Spiking dreams (blue) against those of the machine: rates and correlations differ by one standard
# error, as two samples of one law do; p says how often these would differ as much. The data (black)
# lie a little above the line: correlations within the assemblies are somewhat stronger in them.*
# That is a fault of the machine that was fitted, and its spiking network has it, too.
#
# ## 3. A synapse that learns by spikes
#
# In the trough at the end of a cycle, every synapse sees what it needs: whether its presynaptic
# neuron has fired (a trace), whether its postsynaptic neuron has, and what the compartment that it
# ends at would have predicted. Here is the equation that Brian2 is given, for generative synapses,
# which learn awake:

# %%
rule = spiking.SpikingRule(0.1)
print(rule.changes["generative"])

x = np.array([[1, 1, 0, 0, 1]])
network = spiking.to_brian2(small, "alternate", window=1 * ms, stimulus=x, learning=rule)
learned = spiking.machine_of(spiking.run(network, 2, seed=0))  # one cycle awake, one asleep
visible, hidden = (state[0] for state in spiking.states_of(network, "wake"))
dreamt, cause = (state[0] for state in spiking.states_of(network, "sleep"))


def sigma(a):
    """Return the logistic function."""
    return 1 / (1 + np.exp(-a))


w, after = small.parameters(), learned.parameters()
predicted = sigma(w["generative/visible"] + hidden @ w["generative/hidden1->visible"])
guessed = sigma(w["recognition/hidden1"] + dreamt @ w["recognition/visible->hidden1"])
by_hand = {
    "generative/hidden1->visible": 0.1 * np.outer(hidden, visible - predicted),
    "recognition/visible->hidden1": 0.1 * np.outer(dreamt, cause - guessed),
}
for name, change in by_hand.items():
    difference = np.abs(after[name] - w[name] - change).max()
    assert difference < 1e-12
    print(f"{name:30s} largest change {np.abs(change).max():.4f}, off by hand by {difference:.0e}")

# %% [markdown]
# *For the same activity, the change is that of the abstract rule.* Next to weights, thresholds
# learn in the same way. What all neurons share is one bit: which phase it is.
#
# ## 4. Learning from nothing
#
# Six visible neurons in two groups of three; each group is active with probability 0.3,
# independently of the other. A machine with two hidden neurons can say this: one for each group.
# Twenty networks begin with all weights and thresholds zero and see one pattern at a time, awake;
# after each, they dream once. Twenty abstract machines see the same patterns one by one.

# %%
LEARNERS, PIECES, PIECE = (6, 3, 60) if FAST else (20, 6, 200)
RATE = 0.3
patterns = np.repeat(all_states(2), 3, axis=1)
probabilities = np.prod(np.where(all_states(2) == 1, 0.3, 0.7), axis=1)
newborn = nh.HelmholtzMachine([6, 2], initial=Zeros(), dtype="float64")
shown = patterns[rng.choice(4, size=(PIECES * PIECE, LEARNERS), p=probabilities)]


def distance(learner):
    """Return how far a machine is from the truth, in bits."""
    return exact_divergence(learner, patterns, probabilities)


network = spiking.to_brian2(
    newborn, "alternate", window=1 * ms, stimulus=shown, copies=LEARNERS,
    learning=spiking.SpikingRule(RATE), monitors=False,
)  # fmt: skip
abstract = [newborn.copy() for _ in range(LEARNERS)]
bits = {"spikes": [], "abstract": []}
for piece in range(PIECES + 1):
    bits["spikes"].append([distance(spiking.machine_of(network, i)) for i in range(LEARNERS)])
    bits["abstract"].append([distance(learner) for learner in abstract])
    if piece == PIECES:
        break
    spiking.run(network, 2 * PIECE, seed=piece)
    for i, learner in enumerate(abstract):
        nh.train(
            learner, shown[piece * PIECE : (piece + 1) * PIECE, i], rule="wake-sleep",
            plasticity=nh.Delta(RATE), epochs=1, batch_size=1, seed=100 * piece + i, threads=1,
        )  # fmt: skip

figure, axes = plt.subplots(figsize=(6.5, 3))
seen_by = np.arange(PIECES + 1) * PIECE
for (name, values), colour in zip(bits.items(), (RED, BLUE), strict=True):
    axes.plot(seen_by, np.median(values, axis=1), "o-", ms=3, color=colour, label=name)
    low, high = np.quantile(values, (0.25, 0.75), axis=1)
    axes.fill_between(seen_by, low, high, color=colour, alpha=0.2, linewidth=0)
axes.set(xlabel="patterns seen", ylabel="KL from the truth (bits)", ylim=(0, None))
axes.set_title("median and quartiles")
figure.legend(loc="outside right upper", frameon=False)
plt.show()
print({name: round(float(np.median(values[-1])), 2) for name, values in bits.items()}, "bits")

# %% [markdown]
# *Spiking and abstract learners come down together, from 4.2 bits to 0.4 after 1200 patterns; some
# of either kind take longer than others.*

# %%
best = spiking.machine_of(network, int(np.argmin(bits["spikes"][-1])))
figure, axes = plt.subplots(1, 2, figsize=(7, 1.9))
weights_of = {
    "generative": best.parameters()["generative/hidden1->visible"],
    "recognition": best.parameters()["recognition/visible->hidden1"].T,
}
for panel, (title, weights) in zip(axes, weights_of.items(), strict=True):
    image = panel.imshow(weights, cmap="RdBu_r", vmin=-8, vmax=8)
    panel.set(xlabel="visible neuron", ylabel="hidden neuron", yticks=[0, 1], title=title)
figure.colorbar(image, ax=axes, label="weight (mV)")
plt.show()

# %% [markdown]
# *The synapses of the network that came nearest.* Each hidden neuron has found one group. Both
# stand for its silence, as it happens: when they fire, the group is inhibited (blue), and when the
# group fires, they are.
#
# ## 5. Neurons with flaws
#
# No two neurons are alike, and synapses fail. How far from the exact distribution do dreams get?
# The small machine of part 2 again, with networks that are worse than intended (mean of three
# networks each; the first row is what sampling alone makes of it).

# %%
flaws = {
    "none": {},
    "weights off by 10 %": {"weights": 0.1},
    "weights off by 30 %": {"weights": 0.3},
    "weights and thresholds off by 30 %": {"weights": 0.3, "thresholds": 0.3},
    "5 % of the spikes lost": {"dropped": 0.05},
    "20 % of the spikes lost": {"dropped": 0.2},
}


def off(imperfections):
    """Return the mean divergence of three networks' dreams from the exact distribution (bits)."""
    found = []
    for seed in range(1 if FAST else 3):
        given = spiking.Imperfections(**imperfections, seed=seed)
        seen, number = dreams(4 if FAST else 10, imperfections=given)
        share = (seen + 0.5) / (number + 16)
        found.append((exact * np.log2(exact / share)).sum())
    return np.mean(found)


off_by = {name: off(flaw) for name, flaw in flaws.items()}
display(pd.Series(off_by, name="KL (bits)").to_frame().round(4))

# %% [markdown]
# Small mismatch costs little; three times as much mismatch costs eight times as much, roughly the
# square. One spike in twenty may be lost at hardly more than the error of sampling; one in five may
# not.
#
# ## What to try next
#
# - **Three factors.** `spiking.SpikingRule(rule="reweighted", particles=5)`: five cycles awake
#   share a pattern, and a modulator tells all synapses how good each was. Print `rule.changes`.
# - **No windows.** `spiking.impression_network(newborn, shown[:, 0])`: neurons fire whenever they
#   like, and the phase alternates several times while a pattern lasts.
# - **Learn with flaws.** Give `imperfections=` to the network of part 4. Does learning make up for
#   them?
# - **Recognise in time.** `spiking.replay(machine, recording, bin_size=0.02, lags=1)` feeds a
#   recording to the network, spike by spike, and says what the hidden neurons did.
# - **A larger problem.** `python benchmarks/spiking.py lines` learns the lines of the second
#   notebook by spikes.
# - **Circuits that are no Helmholtz machine.** `spiking.simulate("waves", 60, 10.0, seed=0)` makes
#   a recording of a sheet of bursting cells, with the truth beside it; fit it as in the first
#   notebook.
# - **Brian2 itself.** The network is an ordinary one. `network["hidden1"]` is a group of neurons;
#   connect your own to it.
