"""Spiking networks of fitted machines: what do flaws cost, how fast are they, is it the same law?

    python benchmarks/spiking_networks.py robustness [--figure docs/images/spiking_robustness.png]
    python benchmarks/spiking_networks.py speed [--targets numpy cython cpp_standalone]
    python benchmarks/spiking_networks.py recorded maxent-words/example50.mat retina.h5
    python benchmarks/spiking_networks.py picture --figure docs/images/spiking.png

Each prints what it found. `cpp_standalone` compiles for a minute or two first.
"""

from __future__ import annotations

import argparse
import os

import numpy as np
from brian2 import device, ms, second

import neurohm as nh
from neurohm.images import lines
from neurohm.likelihood import exact_divergence
from neurohm.plots import save
from neurohm.plots.grids import panels
from neurohm.plots.style import BLUE, GREY, styled
from neurohm.recordings import Windows, bin_spikes
from neurohm.spiking import (
    Imperfections,
    compare_spiking,
    replay,
    run,
    simulate,
    states_of,
    target,
    to_brian2,
)


def trained_machine():
    """Return a machine that knows 3x3 lines."""
    data = lines()
    machine = nh.HelmholtzMachine([9, 8, 2], dtype="float64", seed=1)
    x = data.sample(200_000, seed=1)
    nh.train(machine, x, rule="reweighted", plasticity=nh.Adam(0.01), epochs=3, seed=1)
    return machine, data


def empirical_divergence(rows, data):
    """Return KL(data || spiking dreams), bits, of counts with half a count more of each pattern."""
    place, patterns = (x.astype(int) @ (1 << np.arange(9)) for x in (rows, data.patterns))
    seen = np.bincount(place, minlength=512)[patterns] + 0.5
    p = np.asarray(data.probabilities)
    return float(p @ np.log2(p / (seen / (len(rows) + len(p) / 2))))


FLAWS = {
    "weights": ("Mismatch of weights (%)", [0, 5, 10, 20]),
    "thresholds": ("Mismatch of thresholds (%)", [0, 5, 10, 20]),
    "delay": ("Longest delay (ms), windows of 10 ms", [0, 2, 4, 8]),
    "dropped": ("Dropped spikes (%)", [0, 5, 10, 20]),
}


def robustness_benchmark(arguments):
    machine, data = trained_machine()
    exact = exact_divergence(machine, data.patterns, data.probabilities)
    print(f"the machine itself: {exact:.3f} bits", flush=True)
    found = {}
    with target(arguments.target):
        for kind, (_, levels) in FLAWS.items():
            found[kind] = []
            for level in levels:
                bits = [
                    flawed(machine, data, kind, level, arguments.dreams, seed)
                    for seed in range(arguments.copies)
                ]
                found[kind].append((np.mean(bits), np.std(bits, ddof=1)))
                print(f"{kind} {level}: {found[kind][-1][0]:.3f} +- {found[kind][-1][1]:.3f}")
    if arguments.figure:
        draw_robustness(found, exact, arguments.figure)


def flawed(machine, data, kind, level, dreams, seed):
    """Return the divergence of dreams with one kind of flaw."""
    value = level * ms if kind == "delay" else level / 100
    flaws = Imperfections(**{kind: value}, seed=seed)
    network = to_brian2(machine, copies=1000, imperfections=flaws, window=10 * ms, dt=2 * ms)
    return empirical_divergence(states_of(run(network, dreams // 1000, seed=seed))[0], data)


@styled
def draw_robustness(found, exact, path):
    grid = panels(None, 2, 2, height=3.8, width=5.4)
    for panel, (kind, (label, levels)) in zip(grid.flat, FLAWS.items(), strict=True):
        mean, spread = np.array(found[kind]).T
        panel.errorbar(levels, mean, yerr=spread, color=BLUE, marker="o", markersize=3, capsize=2)
        panel.axhline(exact, color=GREY, linewidth=0.8, linestyle="--")
        panel.set(xlabel=label, ylabel="KL of dreams (bits)", xticks=levels, ylim=(0, 3))
    save(grid, path, dpi=150)


def speed_benchmark(arguments):
    """Print the processor time of a second of 1,000 neurons, without making and compiling them.

    Targets are gone through twice, so that what else the machine does meets all of them.
    """
    machine, seconds = nh.HelmholtzMachine([600, 300, 100], seed=0), arguments.seconds
    for name in 2 * arguments.targets:
        with target(name) as actual:
            network = to_brian2(machine, "dream", window=10 * ms, dt=1 * ms)
            if actual == "cpp_standalone":
                network.run(seconds * second, namespace={})  # compiles, and runs once
                before = processor_time()
                device.run(with_output=False)
            else:
                network.run(0.04 * second, namespace={})
                before = processor_time()
                network.run(seconds * second, namespace={})
            took = processor_time() - before
        print(f"{actual:15s} {took / seconds:.2f} s for a second of 1,000 neurons", flush=True)


def processor_time():
    """Return what this process and its children took, seconds."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def recorded_benchmark(arguments):
    """Print how far spiking dreams, and recognition, are from a fitted machine's."""
    for path in arguments.files:
        recording = nh.load_recording(path)
        lags, bin_size = (1, 1.0) if path.endswith(".mat") else (2, 0.1)  # bins, seconds
        model = nh.SpikeHelmholtz(
            hidden=(12, 4), bin_size=bin_size, lags=lags, observation="bernoulli",
            epochs=arguments.epochs, random_state=0,
        ).fit(recording)  # fmt: skip
        with target("numpy"):
            comparison = compare_spiking(
                model.machine_, dreams=arguments.dreams, window=2 * ms, seed=1
            )
            print(path, model.machine_, comparison, sep="\n", flush=True)
            part = recording.between(recording.t_start, recording.t_start + 2000 * bin_size)
            done = replay(model.machine_, part, bin_size=bin_size, lags=lags, seed=2)
        abstract = model.machine_.recognise(done.states[0], seed=3)
        for found, wanted in zip(done.states[1:], abstract[1:], strict=True):
            print("  recognised:", len(found), paired_deviation(found, wanted), flush=True)


def paired_deviation(one, other):
    """Return the root mean square over units of the mean difference, in standard errors."""
    difference = one - other
    spread = difference.std(axis=0) / np.sqrt(len(difference))
    return float(np.sqrt(np.nanmean((difference.mean(axis=0) / np.maximum(spread, 1e-12)) ** 2)))


def picture_benchmark(arguments):
    """Draw a simulated circuit, a machine fitted to it, and its spiking network, side by side."""
    recording = simulate(
        "balanced", 20, 10.0, n_assemblies=3, members=5, occurrence_rate=1.0, seed=0,
        target=arguments.target,
    )  # fmt: skip
    model = nh.SpikeHelmholtz(
        hidden=(10,), bin_size=0.01, lags=3, observation="bernoulli", epochs=60, random_state=0
    ).fit(recording)
    windows = Windows(bin_spikes(recording, 0.01), 3, stride=3)
    with target("numpy"):
        comparison = compare_spiking(
            model.machine_, windows, dreams=arguments.dreams, window=2 * ms
        )
    print(comparison)
    if arguments.figure:
        save(nh.plots.spiking_comparison(comparison), arguments.figure, dpi=120)


BENCHMARKS = {
    "robustness": robustness_benchmark,
    "speed": speed_benchmark,
    "recorded": recorded_benchmark,
    "picture": picture_benchmark,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=list(BENCHMARKS))
    parser.add_argument("files", nargs="*", help="recordings, of 'recorded'")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--copies", type=int, default=5, help="networks for each flaw")
    parser.add_argument("--dreams", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--target", default="numpy")
    parser.add_argument("--targets", nargs="*", default=["numpy", "cython", "cpp_standalone"])
    parser.add_argument("--figure")
    arguments = parser.parse_args()
    BENCHMARKS[arguments.what](arguments)


if __name__ == "__main__":
    main()
