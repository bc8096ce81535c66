# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Fit a recording
#
# You have a file with the spikes of many units. Which groups of units fire together again and
# again, with which lags, and when? And is that more than chance?
#
# This notebook goes from an HDF5 file to an answer:
#
# 1. load the file, look at it, and keep the last block of time apart,
# 2. fit a Helmholtz machine to the rest and score it on the time kept apart,
# 3. look at what its hidden units have learned,
# 4. list the **assemblies**: who, with which lags, when, how significant,
# 5. compare them with the truth, which is known here, and with a control in which there is
#    nothing to find,
# 6. compare the machine's dreams with the data, save, and go on.
#
# The recording is **simulated**: assemblies were planted in it, so that each answer can be
# checked. Your own file takes its place by changing one line. The whole notebook runs in about
# a minute.

# %%
import os
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display
from scipy.signal import find_peaks
from sklearn.model_selection import GridSearchCV, KFold

import neurohm as nh
from neurohm.recordings import bin_spikes, jitter_spikes

FAST = bool(os.environ.get("NEUROHM_FAST"))
EPOCHS = 25 if FAST else "auto"  # the default; 25 epochs are too few to find all assemblies
SURROGATES = 99 if FAST else 199  # 199 is the default

plt.rcParams.update(
    {
        "figure.constrained_layout.use": True,
        "figure.dpi": 150,
        "font.size": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": "medium",
        "axes.titlelocation": "left",
    }
)
BLUE, RED = "#0072B2", "#D55E00"

# %% [markdown]
# ## 1. Load
#
# `data/assemblies.h5` comes with the package: 60 units, ten minutes, written by
# `data/make_assemblies.py`. `load_recording` finds out by itself how a file is laid out, and
# says how it understood it.

# %%
recording = nh.load_recording("../data/assemblies.h5")
print(recording)
print("layout:", recording.layout)

# %% [markdown]
# **Your own file**: put its path there. HDF5 files, and so MATLAB 7.3 files, are read in many
# layouts: one list of all spike times with the unit of each, or with the end of each unit; a
# list or a cell for each unit; a matrix of counts. Always read the layout line: it also says
# what was converted. What the file does not settle is asked for, and you answer with an
# argument:
#
# | the file holds | tell it |
# |---|---|
# | spike times in samples of a clock | `sampling_rate=30000` (Hz) |
# | spike times in milliseconds | `time_scale=0.001` |
# | a matrix of counts that does not state its bins | `bin_width=0.02` (seconds) |
# | several datasets that could be meant | `dataset="name"` |
#
# Spikes that are already in memory become a recording, too:
#
# ```python
# nh.Recording.from_trains({"unit a": times_a, "unit b": times_b}, t_stop=600.0)  # seconds
# nh.Recording.from_counts(counts, bin_width=0.02)  # (bins, units)
# ```
#
# `recording.units` is a table with a row for each unit: what the file says of it (here
# nothing), its number of spikes, and its rate in Hz.

# %%
display(recording.units.head().round(2))

# %% [markdown]
# ## 2. Look
#
# Before any model: how much do the units fire, does that drift, and what does a stretch of it
# look like?

# %%
figure, axes = plt.subplots(1, 2, figsize=(6.9, 1.8))
axes[0].hist(recording.rates, bins=15, color="0.6")
axes[0].set(title="Rates of the units", xlabel="Hz", ylabel="Units")
edges = np.arange(recording.t_start, recording.t_stop + 1, 10.0)
spikes = np.histogram(recording.spike_times, edges)[0]
axes[1].stairs(spikes / 10.0 / recording.n_units, edges, color="0.3")
axes[1].set(title="Mean rate in pieces of 10 s", xlabel="Time (s)", ylabel="Hz per unit")
axes[1].set_ylim(bottom=0)
plt.show()

# %%
first = recording.between(100.0, 105.0)
figure, axes = plt.subplots(figsize=(6.9, 2.6))
axes.eventplot([first.times(unit) for unit in range(first.n_units)], color="black", linewidths=0.6)
axes.set(title="Five seconds", xlabel="Time (s)", ylabel="Unit")
axes.set(xlim=(100, 105), ylim=(59.5, -0.5))
plt.show()

# %% [markdown]
# *Rates from under 1 to about 5 Hz, steady over the ten minutes. In the raster nothing meets the
# eye: the assemblies are there, but their members are scattered over the rows, and most spikes
# are background.*
#
# In your own recording, look for units that are nearly silent
# (`recording.select_units(recording.rates > 0.1)` leaves them out), for drift, and for events
# in which everybody fires: such events will dominate what is learned.
#
# ## 3. Keep the last block of time apart
#
# What a model says of the time that it was fitted to proves little. The last fifth is kept for
# the score; one second between the two parts is given up, so that no window sees both.

# %%
train, test = recording.split(test=0.2, gap=1.0)
print(f"train  {train.t_start:5.0f} to {train.t_stop:3.0f} s  {train}")
print(f"test   {test.t_start:5.0f} to {test.t_stop:3.0f} s  {test}")

# %% [markdown]
# ## 4. Fit
#
# The machine sees short windows of all units. Its hidden units are stochastic neurons: what a
# hidden unit does when it is active is add to, or take from, the rates of the recorded units,
# each at its own lag. Below, everything is spelled out that you may want to change; all values
# are the defaults.

# %%
model = nh.SpikeHelmholtz(
    hidden=(40, 10),  # hidden units in two layers; more units than you expect patterns
    bin_size="auto",  # 20 ms, or the bins of a recording that came binned
    lags=5,  # bins in a window: 100 ms. Patterns should fit into it
    observation="auto",  # Poisson counts; Bernoulli where no bin holds two spikes
    rule="reweighted",  # reweighted wake-sleep; "wake-sleep" for the plain algorithm
    epochs=EPOCHS,  # as many as are needed; stops earlier when a held-out share gets worse
    random_state=0,  # the same number gives the same fit, to the bit
)
model.fit(train)
print(model.machine_)

# %% [markdown]
# The machine has 300 visible units, 60 units in 5 bins each. It learned with local rules only;
# [the second notebook](02_local_learning_by_hand.ipynb) shows them one synapse at a time.

# %%
nh.plots.learning_curve(model)
plt.show()

# %% [markdown]
# *Blue, the bound on the log-likelihood that learning raises. Red, the score on five short
# blocks of the training time from which nothing was learned; the parameters of its best epoch
# are kept (the dot). It lies higher because it is a tighter estimate, and of parameters averaged
# over several epochs. Below, how many of the five guesses that the rule makes for each window
# still matter after weighting.*
#
# If the red curve were still rising at the end, more epochs would help.
#
# ## 5. Score
#
# How well does the machine predict the two minutes that it has never seen? The yardstick is
# **independent units**: Poisson counts at the mean rate of each unit in the training time.

# %%
score = model.score_report(test)
print(score)
nh.plots.score_gain(score)
plt.show()

# %% [markdown]
# The difference of the two log-likelihoods, in bits, divided by the number of test spikes, is
# the gain in **bits per spike**. Zero would mean that knowing what the other units do, and when,
# helps nothing. The number is small because most spikes here are background (about one in
# twelve was planted) and background cannot be predicted. Read it against its **standard
# error**, which comes from blocks of ten seconds of the test time: the gain is many standard
# errors above zero.
#
# The likelihood is estimated with 1000 samples for each window, and the estimate is on average
# below the true value, so the gain is not flattered. What a gain does *not* tell is why: common
# slow changes of rate give one, too. That is what part 11 is for.
#
# **Which settings?** The machine is an estimator of scikit-learn's, so its `GridSearchCV` does,
# over a matrix of counts; `KFold` without shuffling leaves out blocks of time. Is a window of five
# bins worth more than single bins?

# %%
counts = bin_spikes(train, 0.02).toarray()  # (bins, units)
search = GridSearchCV(
    nh.SpikeHelmholtz(epochs=5 if FAST else 25, random_state=0),
    {"lags": [1, 5]},
    cv=KFold(2),
    refit=False,
)
search.fit(counts)
results = pd.DataFrame(search.cv_results_)[["param_lags", "mean_test_score"]]
display(results.round(3))
print(search.best_params_)

# %% [markdown]
# The score is in nats per bin, whatever the window, so that the two may be compared: what fires
# within 100 ms of one another tells more than what fires together. (Of many recordings and
# settings, `neurohm sweep` makes one table, on as many workers as there are.)
#
# ## 6. What the hidden units do

# %%
nh.plots.receptive_fields(model, most=14)
plt.show()

# %% [markdown]
# *Each panel is a hidden unit, each row a recorded unit, each column one of the five bins of the
# window; red is what the hidden unit adds to the rate when it is active. Most raise a handful
# of recorded units, one bin after the other: the slanted red streaks. Several show the same
# units some bins earlier or later: a pattern passes through the window, and hidden units
# specialise in where it is. The 26 hidden units not shown are weaker and fade into noise.*
#
# In recordings with bursts or waves many fields are broad and blue: a hidden unit may also take
# away.
#
# The numbers are in `model.receptive_fields()`, (hidden units, units, lags), in Hz. And how
# active the hidden units are is `model.transform(test)`, (windows, hidden units), with
# `.times`:

# %%
nh.plots.raster(test, model, seconds=5.0)
plt.show()

# %% [markdown]
# *The liveliest five seconds of the test time, now with the recorded units in the order of the
# fields. Below, how probably each hidden unit is active given the window that ends there: short
# dark marks where a pattern passes (before the first whole window nothing is known). The units
# of the second layer, under the line, change little: this recording has no patterns of
# patterns.*
#
# ## 7. Assemblies
#
# Hidden units are not yet assemblies: several stand for one pattern, and some for nothing. One
# call merges them, tests them, and says when each occurs.

# %%
table = model.assemblies(train, surrogates=SURROGATES, stability=False)

overview = table[["strength", "log_odds", "occurrences", "rate", "p_value", "z"]].round(3)
overview.insert(0, "n_members", table["members"].map(len))
display(overview.assign(hidden_units=table["hidden_units"]))

# %% [markdown]
# Each row is an assembly, the most significant first. Read aloud:
#
# | column | in words |
# |---|---|
# | `strength` | by how many Hz the rate of a member rises at its best moment, mean over members |
# | `log_odds` | the evidence (nats) of one occurrence in which every member fires once |
# | `occurrences`, `rate` | how often it was found; the same per minute |
# | `p_value` | how probable so much coincidence is if timing within 100 ms is random; see below |
# | `z` | how far it lies above the mean of the surrogates, in their standard deviations |
# | `hidden_units` | which hidden units were merged |
#
# With `stability=True`, the default, there are two more: `stability_seeds` and
# `stability_halves` say how similar (0 to 1) is what a fit with another seed found, and what
# fits to each half of the time found. That takes three more fits, left out here.
#
# The members have a lag and a participation each. Here are those of the first row, by lag:

# %%
strongest = table.loc[0]
members = {
    "unit": strongest["members"],
    "lag (ms)": np.round(1000 * np.array(strongest["lags"]), 1),
    "participation": np.round(strongest["participation"], 2),
}
display(pd.DataFrame(members, dtype=object).sort_values("lag (ms)", ignore_index=True).T)

# %% [markdown]
# `lags` are behind the first member, finer than the bins of the machine, since they are taken
# from the spikes. `participation` is the share of occurrences in which the member fires, beyond
# what its rate gives by chance. An occurrence has two members at least. `table["times"]` holds
# the moments of the first member, `table["field"]` the pattern in Hz (units, lags).
#
# **How the p-value is made.** A pattern must not be tested on the spikes from which it was
# learned: any fit looks good there. So the time is cut into four blocks (`folds`). For each, the
# machine is fitted again to the other three, the most similar pattern of that fit is looked up,
# and this one is tested on the block, which it has not seen. The four results are added up. The
# test statistic counts coincidences of *different* units in the pattern, so a unit that bursts
# does not drive it. It is compared with **jittered surrogates**: each spike is drawn anew within
# its window of 100 ms. That keeps the number of spikes of each unit in each window, and so
# everything slower, and destroys the timing inside. Of each surrogate the *largest* value over
# all patterns counts (Amarasingham et al. 2012, *J. Neurophysiol.* 107:517; Westfall and Young
# 1993 for the maximum). So:
#
# - `p_value <= 0.01` (`alpha`) holds for the **whole table**: in a recording without timing
#   finer than 100 ms, the probability that it has any row is at most one in a hundred;
# - the smallest p-value possible is 1 / (surrogates + 1), which is what all rows have here;
# - membership is tested the same way: at most one assembly in a hundred has a member whose
#   timing has nothing to do with the others';
# - a pattern whose occurrences are of two kinds, with members of their own that do not fire
#   together, was two assemblies merged: it gives two rows, with the p-value of their pattern;
# - what changes more slowly than the window is no assembly by this definition. `jitter=0.5`
#   would ask about half a second.
#
# What stands for no assembly is listed with the reason:

# %%
for reason, units in table.attrs["left_out"].items():
    print(f"{reason}: hidden units {sorted(units)}")

# %% [markdown]
# *Not significant*: their patterns did not stand out of the surrogates, or had no counterpart
# in the other fits. *Too few occurrences*: fewer than ten. That is no error: there are many
# more hidden units than assemblies.
#
# ## 8. Assemblies in pictures

# %%
raster = nh.plots.assembly_raster(train, table)
plt.show()

# %% [markdown]
# *Three seconds with many occurrences. Above, a mark for each occurrence. Below, the spikes of
# all units, sorted by assembly and lag, coloured where they take part: slanted streaks, which
# were invisible in the raster of part 2. A unit of two assemblies lies with the first of them.
# Grey spikes take part in nothing. Some occurrences have only two or three coloured spikes;
# part 10 comes back to them.*

# %%
nh.plots.triggered_average(train, table)
plt.show()

# %% [markdown]
# *What every unit does around the occurrences of each assembly, in Hz. The members fire one
# after the other, each at its lag. Below the line are all other units: dark pixels there would
# be members that were missed.* As the note says, the moments were set by the members' own
# spikes, so this is no test: some sharpness is there for that reason alone.

# %%
nh.plots.assembly_matrix(table)
plt.show()

# %% [markdown]
# *Left, how strongly each unit takes part in each assembly; right, its lag. The marks beside the
# blocks are units that belong to a second assembly, too, there with another lag.*
#
# ## 9. Against the truth
#
# `recording.truth` says what was planted. (In your recording it is `None`, and this part and
# the next fall away.) Each assembly found is paired with the planted one that has most of the
# same members, by their **F1 score**: 1 if the members are the same, 0 if none is.


# %%
def lags_of(members, lags):
    """Return the lag of each unit of each assembly, in ms."""
    return [
        {int(unit): 1000 * lag for unit, lag in zip(units, behind, strict=True)}
        for units, behind in zip(members, lags, strict=True)
    ]


def near(moments, others, tolerance=0.02):
    """Return which moments have one of the others within 20 ms."""
    distance = np.abs(np.subtract.outer(moments, others))
    return distance.min(axis=1, initial=np.inf) <= tolerance


truth = recording.truth
planted = lags_of(truth["members"], truth["lags"])
found = lags_of(table["members"], table["lags"])
f1 = np.array([[2 * len(a.keys() & b.keys()) / (len(a) + len(b)) for b in planted] for a in found])
pairs = [(i, j) for i, j in enumerate(nh.analysis.match(f1, least=0.1)) if j >= 0]

rows = []
for i, j in pairs:
    shared = found[i].keys() & planted[j].keys()
    error = np.array([found[i][unit] - planted[j][unit] for unit in shared])
    moments = truth["occurrences"][j]
    moments = moments[moments < train.t_stop]
    rows.append(
        {
            "planted": j,
            "members": len(planted[j]),
            "missed": len(planted[j].keys() - shared),
            "extra": len(found[i].keys() - shared),
            "F1": f1[i, j],
            "lag error (ms)": np.std(error),
            "occurred": len(moments),
            "hits": near(moments, table["times"][i]).mean(),
            "precision": near(table["times"][i], moments).mean(),
        }
    )
compared = pd.DataFrame(rows, index=pd.Index([i for i, _ in pairs], name="assembly"))
display(compared.round(2))
print(f"{len(planted)} planted, {len(table)} found, mean F1 {compared['F1'].mean():.2f}")

# %% [markdown]
# All six are found, with exactly the members that were planted. The lags, a common shift taken
# out, are off by one millisecond, a twentieth of a bin.
#
# `hits` is the share of the planted occurrences that were found within 20 ms: about nine in
# ten. `precision` is the share of the occurrences found that were planted: only four in five.
# An occurrence is listed as soon as it is more probable than not, so some are there by chance.
# Part 10 shows how to be stricter.

# %%
figure, axes = plt.subplots(figsize=(3.5, 2.8))
for i, j in pairs:
    shared = sorted(found[i].keys() & planted[j].keys())
    x, y = (np.array([lags[unit] for unit in shared]) for lags in (planted[j], found[i]))
    axes.plot(x, y - np.mean(y - x), "o", ms=4, alpha=0.8, label=f"{i}")
axes.axline((0, 0), slope=1, color="0.6", linewidth=0.6, zorder=0)
axes.set(title="Lags of the members", xlabel="Planted (ms)", ylabel="Found (ms)")
figure.legend(title="Assembly", loc="outside right upper", frameon=False)
plt.show()

# %% [markdown]
# *Each dot is a member of an assembly. The bins of the machine are 20 ms wide.*
#
# ## 10. Occurrences in time that was not learned
#
# `assembly_log_odds` says for each bin of any recording of these units how probable it is that
# an assembly begins there: log-odds in nats, 0 is one to one, 3 is twenty to one. Here is the
# first assembly in half a minute of the test time.

# %%
log_odds = model.assembly_log_odds(table, test)  # (bins, assemblies); nan where it would not end
starts = test.t_start + model.bin_size_ * np.arange(len(log_odds))

i, j = pairs[0]
figure, axes = plt.subplots(figsize=(6.9, 1.9))
axes.plot(starts, log_odds[:, i], color=BLUE, linewidth=0.7)
axes.axhline(0, color="0.6", linewidth=0.6)
moments = truth["occurrences"][j]
axes.plot(moments, np.full(len(moments), 1.08 * np.nanmax(log_odds[:, i])), "v", color=RED, ms=4)
axes.set(title=f"Assembly {i} (red: planted)", xlabel="Time (s)", ylabel="Log-odds (nats)")
axes.set_xlim(510, 540)
plt.show()

# %% [markdown]
# *Every planted occurrence has its peak; a peak just above zero, near 524 s, has none.* The
# higher the threshold, the fewer false ones, and the fewer found. Over all assemblies and the
# whole test time, within 30 ms (these moments are known by bins only):

# %%
rows = {}
for threshold in (0, 1, 2, 3):
    right, hit = [], []
    for i, j in pairs:
        course = np.nan_to_num(log_odds[:, i], nan=-np.inf)
        peaks, _ = find_peaks(course, height=threshold, distance=model.lags)
        middles = starts[peaks] + model.bin_size_ / 2
        moments = truth["occurrences"][j]
        moments = moments[moments >= test.t_start]
        right.extend(near(middles, moments, 0.03))
        hit.extend(near(moments, middles, 0.03))
    rows[threshold] = {"hits": np.mean(hit), "precision": np.mean(right)}
display(pd.DataFrame(rows).T.rename_axis("log-odds above").round(2))

# %% [markdown]
# ## 11. A control
#
# What does the same procedure say where there is nothing to find? `jitter_spikes` makes a
# recording in which each spike is drawn anew within its window of 100 ms: rates are as before,
# timing within the window is gone. We fit and search as above, with fewer surrogates and blocks
# to save time: that finds less, but makes no false assembly more probable.

# %%
jittered_train, jittered_test = (jitter_spikes(part, 0.1, seed=0) for part in (train, test))
print(jittered_train.layout)

control = nh.SpikeHelmholtz(epochs=EPOCHS, random_state=0).fit(jittered_train)
nothing = control.assemblies(surrogates=99, folds=2, stability=False)
control_score = control.score_report(jittered_test)

print(f"assemblies in the recording: {len(table)}, in the control: {len(nothing)}")
for name, report in (("recording", score), ("control", control_score)):
    gain, error = report.gain_bits_per_spike, report.standard_error
    print(f"gain, {name:9s} {gain:.3f} ± {error:.3f} bits per spike")

# %% [markdown]
# No assembly, as it should be; in one such control out of a hundred there may be one.
#
# The gain is smaller, but it is **not zero**, and that is worth a thought. Jitter within 100 ms
# leaves the members of an assembly firing in the same tenth of a second, and a machine whose
# window is 100 ms long can still learn that. A gain over independent units says that units have
# *something* in common; the search for assemblies asks whether there is timing in it. Other
# surrogates destroy other things (`nh.recordings.SURROGATES`): `circular_shift` keeps each unit
# as it is and destroys all that units have in common, `dither_spikes` moves each spike a
# little.
#
# ## 12. Dreams and data
#
# A machine with a generative pathway can be asked what it believes: let it dream, and compare.

# %%
nh.plots.model_check(test, model)
plt.show()

# %% [markdown]
# *Black, the test time; blue, as much time dreamt; dashed red, independent units. In the upper
# panels each dot is a unit, a pair or a triple of units. "At best" is the correlation that two
# recordings of this length would have with each other.*
#
# What to read from it:
#
# - **Rates** agree.
# - **Correlations of pairs** are too weak. The cloud around zero is noise of two minutes, but the
#   pairs at the right, members of one assembly, should lie on the line and lie far below it.
#   *r* is far from what would be possible.
# - **Synchrony**, how often K units spike in the same bin: the dreams follow independent units,
#   and miss the bins with many spikes.
# - **Autocorrelation** is close to zero in both: these units do not burst.
# - **Calibration**: what a unit does in a bin is predicted from the rest of its window; bins
#   that are predicted to hold twice as many spikes do.
#
# So this machine recognises the patterns better than it dreams them. A likely reason: a hidden unit
# stands for a pattern at two or three neighbouring shifts, so what it dreams is smeared over as
# many bins. The assemblies of part 7 do not suffer from it, since their lags and occurrences come
# from the spikes. But do not use dreams of such a fit as a substitute for data.

# %%
nh.plots.dreams(test, model)
plt.show()

# %% [markdown]
# *Left, the liveliest five seconds of the test time; right, those of a dream. The peaks of the
# rate are lower in the dream, and streaks fewer. A dream is made of windows of 100 ms that know
# nothing of each other: what lasts longer, or crosses their borders, cannot be in it.*
#
# ## 13. Save and load
#
# A model is an HDF5 file; it does not hold the recording. So are the assemblies, to be loaded
# again with all that is in the table; as CSV, without fields, they open in any spreadsheet.

# %%
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    model.save(folder / "fit.h5")
    nh.save_assemblies(folder / "assemblies.h5", table)
    nh.save_assemblies(folder / "assemblies.csv", table)
    nh.plots.save(raster, folder / "assemblies.pdf")
    print(sorted(file.name for file in folder.iterdir()))
    same, same_table = nh.load(folder / "fit.h5"), nh.load_assemblies(folder / "assemblies.h5")

assert np.array_equal(same.receptive_fields(), model.receptive_fields())
assert same_table.equals(table)

# %% [markdown]
# (Here into a temporary folder; give your own path.) A loaded model scores, dreams and draws as
# before; `same.assemblies(recording)` wants the recording. `nh.plots.save` takes what any
# function of `nh.plots` returns.
#
# ## 14. Where to go from here
#
# - **Your file.** Change the path in part 1, run parts 1 to 8, 11 and 12. If the table is
#   empty, that is an answer, too: nothing in this recording stands out of surrogates at this
#   time scale. Look at `table.attrs["left_out"]` and try another scale.
# - **Other time scales.** The window is `lags` bins. Patterns of half a second:
#   `nh.SpikeHelmholtz(bin_size=0.1)`; precise synchrony: `bin_size=0.005`. The jitter window
#   follows: five bins, or the machine's window if that is longer. Compare gains in bits per
#   spike.
# - **Many units, many patterns**: more hidden units, `hidden=(100, 20)`.
# - **Slow common events** (waves, up states, bursts of everybody) dominate what is learned.
#   Choose a bin near their time scale, or cut them out with `recording.between`.
# - **Before you believe a row**: leave `stability` on, and doubt rows whose stability is well
#   below the others'. Are its members units of one electrode? Then it may be spike sorting. Did
#   rates differ much between training and test time? Then scores and dreams suffer from that.
# - **Only local learning, nothing else**: `rule="wake-sleep", plasticity="delta"`.
#
# The same from the command line; every command explains itself with `--help`:
#
# ```bash
# neurohm inspect data/assemblies.h5
# neurohm fit data/assemblies.h5 -o fit.h5 --report report.html
# neurohm score fit.h5 data/assemblies.h5 --test 0.2
# neurohm assemblies fit.h5 data/assemblies.h5 -o assemblies.h5
# neurohm plot fields fit.h5 -o fields.png
# neurohm plot assemblies fit.h5 data/assemblies.h5 --assemblies assemblies.h5 -o assemblies.png
# neurohm plot check fit.h5 data/assemblies.h5 -o check.png
# neurohm sample fit.h5 --seconds 10 -o dream.h5
# ```
