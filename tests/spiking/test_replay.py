"""Recorded spikes drive the network in its own time, and what it fires is a recording."""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import ms, second

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.recordings import Recording, Windows, bin_spikes
from neurohm.spiking import feed, replay, run, states_of, to_brian2, to_recording
from neurohm.spiking.stimulus import checked_spikes


def test_a_recording_is_recognised_window_by_window(normal_machine):
    rng = np.random.default_rng(0)
    trains = [np.sort(rng.uniform(0, 1.2, n)) for n in (20, 12, 0)]
    observed = np.array([[0.0, 0.5], [0.62, 1.2]])
    recording = Recording.from_trains(
        [t[(t < 0.5) | (t >= 0.62)] for t in trains], t_stop=1.2, intervals={"observed": observed}
    )
    machine = normal_machine((6, 2, 2))
    done = replay(machine, recording, bin_size=0.02, lags=2, seed=0)
    windows = Windows(bin_spikes(recording, 0.02), 2)
    wanted = np.minimum(windows.dense(range(len(windows))), 1)
    np.testing.assert_array_equal(done.states[0], wanted)
    np.testing.assert_array_equal(done.times, windows.times)
    # hidden neurons fire as often as recognition says: 4.5 deviations, 1e-5 each
    chance = 1 / (1 + np.exp(-(wanted @ machine.recognition.projections[0].weights)))
    bias = machine.parameters()["recognition/hidden1"]
    chance = 1 / (1 + np.exp(-(np.log(chance / (1 - chance)) + bias)))
    error = (done.states[1] - chance).sum(axis=0)
    assert np.all(np.abs(error) < 4.5 * np.sqrt((chance * (1 - chance)).sum(axis=0)))


def test_poisson_units_get_every_spike(normal_machine):
    recording = Recording.from_trains([[0.001, 0.011, 0.025], [0.03]], t_stop=0.06)
    machine = normal_machine([nh.Poisson(2), 2])
    machine.parameters()["generative/visible"][...] = -2
    for steps in (None, 4):  # as many as are needed to keep spikes 10 ms apart
        done = replay(machine, recording, bin_size=0.02, steps=steps)
        assert done.states[0].tolist() == [[2, 0], [1, 1], [0, 0]]
    close = Recording.from_trains([[0.001, 0.00101], [0.03]], t_stop=0.06)
    with pytest.raises(InputError, match="two spikes of unit 0 within"):
        replay(machine, close, bin_size=0.02)


def test_what_a_network_fired_is_a_recording(normal_machine):
    machine = normal_machine((4, 3, 2))
    network = run(to_brian2(machine, "dream", window=3 * ms), 30, seed=0)
    recording = to_recording(network)
    assert recording.n_units == 9
    assert recording.unit_ids[4] == "hidden1/0"
    cycle = network.blueprint.schedule.cycle
    counts = bin_spikes(to_recording(network, "visible"), cycle).toarray()
    np.testing.assert_array_equal(counts, states_of(network)[0])
    with pytest.raises(InputError, match="one of visible, hidden1, hidden2"):
        to_recording(network, "hidden3")


@pytest.mark.parametrize(
    ("times", "units", "message"),
    [
        ([0.001, 0.002], [0, 5], "spikes of unit 5; expected units 0 to 3"),
        ([0.001, 0.002], [-1, 2], "spikes of unit -1; expected units 0 to 3"),
        ([0.0101, 0.0108], [1, 1], "two spikes of unit 1 within 1 ms"),
        ([-0.5], [0], "which is past; expected times from 0 s on"),
        ([np.nan], [0], "a finite time of each spike"),
        (["now"], [0], "spikes that are no numbers"),
        ([0.01], [0.5], "spikes of unit 0.5; expected whole numbers"),
    ],
)
def test_spikes_that_cannot_be_fired(times, units, message):
    network = to_brian2(nh.HelmholtzMachine([4, 2], seed=0), "recognise", relay=True)
    with pytest.raises(InputError, match=message):
        feed(network, times, units)
    run(network, 1)


def test_a_network_that_ran_has_a_past():
    with pytest.raises(InputError, match=r"a spike at 0.02 s, which is past"):
        checked_spikes(np.array([0.02]), np.array([0]), 1, 1e-3, now=0.03)


def test_only_relays_can_be_fed():
    network = to_brian2(nh.HelmholtzMachine([4, 2], seed=0), "recognise")
    with pytest.raises(InputError, match=r"relay=True"):
        feed(network, [0.01], [0])
    network.run(0.01 * second, namespace={})
