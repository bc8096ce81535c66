"""Objects of Neo, and files that Neo opens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import FileFormatError, InputError

neo = pytest.importorskip("neo")
pq = pytest.importorskip("quantities")


def train(times: Any, unit: Any = pq.s, stop: float = 1.0, **said: Any) -> Any:
    return neo.SpikeTrain(np.asarray(times) * unit, t_stop=stop * pq.s, **said)


def segment(first: Any, second: Any, name: str = "", **options: Any) -> Any:
    made = neo.Segment(name=name)
    made.spiketrains.append(train(first, name="a", quality="good", depth=3, **options))
    made.spiketrains.append(train(second, name="b", quality="mua", depth=4.5, **options))
    return made


def block(*segments: Any) -> Any:
    made = neo.Block(subject="mouse 1")
    made.segments.extend(segments)
    return made


def test_times_come_in_seconds_from_any_unit() -> None:
    recording = nh.as_recording(block(segment([100, 200.0], [300.0], unit=pq.ms)))
    assert recording.unit_ids.tolist() == ["a", "b"]
    assert recording.times(0).tolist() == [0.1, 0.2]
    assert (recording.t_start, recording.t_stop) == (0.0, 1.0)
    assert recording.unit_columns["quality"].tolist() == ["good", "mua"]
    assert recording.unit_columns["depth"].tolist() == [3.0, 4.5]
    assert recording.metadata == {"subject": "mouse 1"}


def test_epochs_and_events_come_with_their_labels() -> None:
    made = segment([0.1], [0.2])
    epoch = neo.Epoch(
        times=[0, 500] * pq.ms, durations=[0.25, 0.25] * pq.s, labels=["x", "y"], name="trials"
    )
    made.epochs.append(epoch)
    made.events.append(neo.Event(times=[100, 200] * pq.ms, labels=["on", "off"], name="light"))
    recording = nh.as_recording(made)
    assert recording.intervals["trials"].tolist() == [[0.0, 0.25], [0.5, 0.75]]
    assert recording.interval_columns["trials"]["label"].tolist() == ["x", "y"]
    assert recording.events["light.on"].tolist() == [0.1]
    assert recording.events["light.off"].tolist() == [0.2]


def test_trains_of_different_length_were_observed_for_as_long() -> None:
    trains = [train([0.25], stop=1.0, name="a"), train([0.1], stop=0.5, name="b")]
    recording = nh.as_recording(trains)
    assert recording.observed_of(1).tolist() == [[0.0, 0.5]]
    assert recording.observed.tolist() == [[0.0, 0.5]]
    named = nh.as_recording({"x": trains[0], "y": trains[1]})
    assert named.observed.tolist() == [[0.0, 0.5]]


def test_trains_that_end_with_their_last_spikes_say_nothing_of_observed_time() -> None:
    trains = [train([0.25, 1.0], stop=1.0), train([0.1, 0.5], stop=0.5)]
    assert nh.as_recording(trains).observed.tolist() == [[0.0, 1.0]]


def test_segments_that_each_begin_anew_are_laid_out() -> None:
    recording = nh.as_recording(block(segment([0.25], [], "one"), segment([0.5], [0.75], "two")))
    assert recording.observed.tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert recording.times(0).tolist() == [0.25, 2.5]
    assert recording.interval_columns["segments"]["name"].tolist() == ["one", "two"]


def test_segments_that_follow_each_other_stay() -> None:
    later = neo.Segment()
    for name in "ab":
        later.spiketrains.append(
            neo.SpikeTrain([5.5] * pq.s, t_start=5.0 * pq.s, t_stop=6.0 * pq.s, name=name)
        )
    recording = nh.as_recording(block(segment([0.25], []), later))
    assert recording.observed.tolist() == [[0.0, 1.0], [5.0, 6.0]]
    assert recording.times(1).tolist() == [5.5]


def test_segments_with_other_units_are_refused() -> None:
    other = neo.Segment()
    other.spiketrains.append(train([0.5], name="z"))
    with pytest.raises(InputError, match="the same units in all"):
        nh.as_recording(block(segment([0.25], []), other))


def test_lists_trains_and_unsorted_times() -> None:
    trains = [train([0.5, 0.1], name="a"), train([0.2], name="b")]
    with pytest.raises(InputError, match="ascending"):
        nh.as_recording(trains)
    assert nh.as_recording(trains, sort=True).times(0).tolist() == [0.1, 0.5]
    assert nh.as_recording(trains[1]).n_units == 1
    assert nh.as_recording({"x": trains[1]}).unit_ids.tolist() == ["x"]


def test_no_trains_are_refused() -> None:
    with pytest.raises(InputError, match="without spike trains"):
        nh.as_recording(neo.Block())


def test_a_file_that_neo_opens(tmp_path: Path) -> None:
    path = tmp_path / "block.mat"
    neo.io.NeoMatlabIO(str(path)).write_block(block(segment([100.0, 200.0], [300.0], unit=pq.ms)))
    recording = nh.load_recording(path, reader="neo")
    assert recording.spike_counts.tolist() == [2, 1]
    assert recording.layout.endswith("read by Neo")
    # Without Neo the nest of structs in it says the same, its units of time included.
    assert nh.load_recording(path).times(0).tolist() == recording.times(0).tolist()


def test_what_neo_fails_on_is_said_with_the_cause(shared_data: Path) -> None:
    path = shared_data / "headdirection-nwb/A2929-200711.nwb"
    with pytest.raises(FileFormatError, match="Neo cannot read it .AttributeError"):
        nh.load_recording(path, reader="neo")


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "block.pkl").write_bytes(b"cos\nsystem\n(S'touch bad'\ntR.")
    with pytest.raises(FileFormatError, match="runs any code"):
        nh.load_recording(tmp_path / "block.pkl", reader="neo")


def test_a_file_of_no_kind_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.thing").write_bytes(b"\x00\x01\x02")
    with pytest.raises(FileFormatError, match="Neo cannot read it"):
        nh.load_recording(tmp_path / "a.thing", reader="neo")
