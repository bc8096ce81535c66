"""Reading ahead gives what plain reading gives, and leaves nothing behind however it ends."""

from __future__ import annotations

import threading

import h5py
import numpy as np
import pytest

from neurohm.exceptions import InputError
from neurohm.recordings import stored_times
from neurohm.recordings.reading_ahead import read_ahead
from neurohm.recordings.stored_times import StoredTimes


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "neurohm-reading" in thread.name]


def open_files() -> int:
    return h5py.h5f.get_obj_count(h5py.h5f.OBJ_ALL, h5py.h5f.OBJ_FILE)


@pytest.fixture
def times(tmp_path, monkeypatch: pytest.MonkeyPatch) -> StoredTimes:
    monkeypatch.setattr(stored_times, "BLOCK", 7)
    with h5py.File(tmp_path / "times.h5", "w") as file:
        file["times"] = np.arange(50.0)
    with h5py.File(tmp_path / "times.h5") as file:
        return StoredTimes.of(file["times"])


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_parts_come_in_order(count: int) -> None:
    assert list(read_ahead(lambda place: [place], range(count))) == [(i, [i]) for i in range(count)]
    assert not readers()


def test_the_next_part_is_read_while_one_is_worked_on() -> None:
    begun = [threading.Event() for _ in range(3)]

    def read(place: int) -> int:
        begun[place].set()
        return place

    for place, _ in read_ahead(read, range(3)):
        assert begun[min(2, place + 1)].wait(10)  # before this part is given back


def test_an_error_is_raised_where_its_part_is_due() -> None:
    def read(place: int) -> int:
        if place == 2:
            raise ValueError("damaged")
        return place

    seen = []
    with pytest.raises(ValueError, match="damaged"):
        seen.extend(place for place, _ in read_ahead(read, range(5)))
    parts = read_ahead(read, range(5))
    assert [next(parts)[0], next(parts)[0]] == [0, 1]
    with pytest.raises(ValueError, match="damaged"):
        next(parts)
    assert not readers()


def test_nothing_is_read_after_leaving_early() -> None:
    read: list[int] = []
    for place, _ in read_ahead(read.append, range(100)):
        if place == 1:
            break
    count = len(read)
    assert count <= 4
    assert not readers()
    assert len(read) == count


def test_blocks_are_those_of_the_file(times: StoredTimes) -> None:
    found = [(first, values.copy()) for first, values in times.blocks()]
    assert [first for first, _ in found] == list(range(0, 50, 7))
    np.testing.assert_array_equal(np.concatenate([values for _, values in found]), np.arange(50))


def test_the_file_is_closed_however_reading_ends(times: StoredTimes, monkeypatch) -> None:
    before = open_files()
    list(times.blocks())
    for _ in times.blocks():
        break
    with pytest.raises(ZeroDivisionError):
        [1 / first for first, _ in times.blocks()]
    plain = StoredTimes._values

    def damaged(self: StoredTimes, dataset: object, first: int, end: int) -> np.ndarray:
        if first == 14:
            raise OSError("cannot read")
        return plain(self, dataset, first, end)

    monkeypatch.setattr(StoredTimes, "_values", damaged)
    with pytest.raises(OSError, match="cannot read"):
        list(times.blocks())
    assert open_files() == before
    assert not readers()


def test_a_file_that_has_changed_is_noticed_at_once(times: StoredTimes) -> None:
    with h5py.File(times.path, "a") as file:
        file["more"] = np.arange(1000)
    with pytest.raises(InputError, match="has changed"):
        next(times.blocks())
    assert not readers()
