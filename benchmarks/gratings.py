"""Which of two gratings did a monkey see? Hidden units, counts of the same bins, their components.

The recording is macaque V4 during drifting gratings of 0 or 90 degrees (Snyder, Morais, Willis,
Smith 2015, doi:10.1038/nn.3979), as a table of spikes in Feather format: multielectrode_data.fea of
the textbook of A. J. Newman, NESC 3505, 2,299 trials, 15 units, CC BY-NC.

    python benchmarks/gratings.py FOLDER/multielectrode_data.fea
    python benchmarks/gratings.py FILE --folds 5 --hidden 8 --figure gratings.png -o gratings.json

For each fifth of the trials a machine is fitted, without any condition, to the other four; so is
the decoder, which reads the condition from hidden activity. The fifth is then decoded: neither has
seen it. Reading Feather needs the extra "parquet".
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

import neurohm as nh
from neurohm.analysis import decode_unseen
from neurohm.analysis.decoding import stratified_folds
from neurohm.plots.canvas import new_figure
from neurohm.plots.style import BLUE, GREY, styled

PERIOD, SECONDS = 4.0, 2.0  # from one trial to the next as they are laid out, and of a grating
BIN = 0.1
SETTINGS = {
    # bins in a window, and the stretch that is decoded, one window
    "2 s": {"lags": 20, "start": 0.0, "stop": 2.0},
    "0.5 s": {"lags": 5, "start": 0.5, "stop": 1.0},
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--hidden", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--settings", nargs="+", choices=list(SETTINGS), default=list(SETTINGS))
    parser.add_argument("-o", "--output", type=Path, help="JSON to write")
    parser.add_argument("--figure", type=Path, help="picture to write")
    given = parser.parse_args()
    recording = load(given.file)
    trials = nh.trials_of(recording, "orientation")
    print(recording, trials, sep="\n", flush=True)
    results = {}
    for name in given.settings:
        results[name] = compared(recording, trials, given, **SETTINGS[name])
        report(name, results[name])
        if given.output is not None:  # what is done is kept
            done = {title: summary(found) for title, found in results.items()}
            given.output.write_text(json.dumps(done, indent=1) + "\n")
    if given.figure is not None:
        draw({title: summary(found) for title, found in results.items()}, given.figure)


def load(path: Path) -> nh.Recording:
    """Return the recording: trials one after the other, observed while the grating was on."""
    import pandas as pd

    table = pd.read_feather(path)
    trial = table["trial"].astype(int).to_numpy() - 1
    unit = [f"{c:.0f}.{s:.0f}" for c, s in zip(table["channel"], table["sort"], strict=True)]
    table = table.assign(unit=unit, moment=PERIOD * trial + table["time"].to_numpy())
    onsets = PERIOD * np.arange(trial.max() + 1)
    stretches = np.stack([onsets, onsets + SECONDS], axis=1)
    return nh.Recording.from_trains(
        {name: np.sort(rows["moment"].to_numpy()) for name, rows in table.groupby("unit")},
        t_start=-2.0,
        t_stop=float(onsets[-1]) + PERIOD,
        intervals={"trials": stretches, "observed": stretches},
        interval_columns={"trials": {"orientation": table.groupby("trial")["orientation"].first()}},
        source=path.name,
    )


def compared(recording, trials, given, *, lags, start, stop):
    """Return, by what is decoded from, the decodings of all folds."""
    fold = stratified_folds(trials.codes, given.folds, seed=given.seed)
    found, begin = {}, time.perf_counter()
    for number in range(given.folds):
        learn, test = trials.select(fold != number), trials.select(fold == number)
        part = replace(recording, intervals={**recording.intervals, "observed": learn.intervals})
        model = nh.SpikeHelmholtz(
            hidden=given.hidden, bin_size=BIN, lags=lags, random_state=given.seed
        ).fit(part, label=None)
        options = {"start": start, "stop": stop}
        last = {"start": start + (lags - 1) * BIN, "stop": stop}  # the window of all of it
        hidden = [nh.hidden_responses(model, recording, some, **last) for some in (learn, test)]
        counts = [nh.count_responses(model, recording, some, **options) for some in (learn, test)]
        for name, responses, how in (
            ("hidden units", [each.as_log_odds() for each in hidden], {}),
            ("hidden, probabilities", hidden, {}),
            ("counts", counts, {}),
            ("counts, bin by bin", counts, {"over": "bins"}),
            ("components of counts", counts, {"components": given.hidden}),
            ("components of bins", counts, {"over": "bins", "components": given.hidden}),
        ):
            found.setdefault(name, []).append(decode_unseen(*responses, **how))
        print(
            f"fold {number + 1} of {given.folds}: {model.machine_}, {len(model.history_)} epochs, "
            f"{time.perf_counter() - begin:.0f} s; "
            + ", ".join(f"{name} {each[-1].accuracy:.4f}" for name, each in found.items()),
            flush=True,
        )
    return found


def accuracy(folds):
    """Return the share of all trials that was decoded rightly, and its standard error."""
    correct = np.concatenate([each.correct for each in folds])
    return correct.mean(), correct.std(ddof=1) / np.sqrt(len(correct))


def difference(folds, others):
    """Return by how much more trials were decoded rightly, paired, and its standard error."""
    apart = np.concatenate(
        [a.correct.astype(float) - b.correct for a, b in zip(folds, others, strict=True)]
    )
    return apart.mean(), apart.std(ddof=1) / np.sqrt(len(apart))


def summary(found):
    return {
        name: {
            "n_dimensions": folds[0].n_dimensions,
            "accuracy": accuracy(folds),
            "hidden_minus_this": difference(found["hidden units"], folds),
            "folds": [each.accuracy for each in folds],
        }
        for name, folds in found.items()
    }


def report(title, found):
    print(f"\n| {title} | numbers | trials right, % | hidden units better by, % |")
    print("|---|---|---|---|")
    for name, each in summary(found).items():
        (mean, error), (more, its_error) = each["accuracy"], each["hidden_minus_this"]
        paired = "" if name == "hidden units" else f"{100 * more:+.2f} ± {100 * its_error:.2f}"
        print(
            f"| {name} | {each['n_dimensions']} | {100 * mean:.2f} ± {100 * error:.2f} | {paired} |"
        )
    print(flush=True)


@styled
def draw(summaries, path: Path) -> None:
    """Draw the accuracies, a panel for each stretch of time."""
    figure = new_figure(5.4, 2.2)
    panels = figure.subplots(1, len(summaries), squeeze=False, sharey=True)[0]
    for panel, (title, found) in zip(panels, summaries.items(), strict=True):
        rows = np.arange(len(found))
        mean, error = 100 * np.array([each["accuracy"] for each in found.values()]).T
        panel.errorbar(mean, rows, xerr=error, fmt="o", color=BLUE, markersize=4, capsize=3)
        panel.axvline(mean[0], color=GREY, linewidth=0.6, zorder=0)
        names = [f"{name} ({each['n_dimensions']})" for name, each in found.items()]
        panel.set_title(f"{title} of the grating", fontsize=8)
        panel.set_xlabel("Trials right (%)")
        for row, name in zip(rows, names, strict=True):
            panel.text(0.02, row - 0.28, name, transform=panel.get_yaxis_transform(), fontsize=6.5)
        panel.set(yticks=[], ylim=(len(found) - 0.5, -0.7))
        panel.margins(x=0.25)
    nh.plots.save(panels[0], path)


if __name__ == "__main__":
    main()
