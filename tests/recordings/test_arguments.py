"""Arguments of the wrong kind are errors of neurohm's, in one line, and never Python's own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError, NeurohmError
from neurohm.recordings import Recording, bin_spikes

RECORDING = Recording.from_trains([[0.1, 0.5, 0.9], [0.3]], t_stop=1.0)
COUNTS = np.random.default_rng(0).poisson(0.3, (40, 3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: RECORDING.split("0.2"), "test '0.2'; expected a number"),
        (lambda: RECORDING.split(0.2, gap="1 s"), "gap '1 s'; expected a number"),
        (lambda: RECORDING.folds("two"), "folds 'two'; expected a whole number"),
        (lambda: RECORDING.folds(2.5), "folds 2.5; expected a whole number"),
        (lambda: RECORDING.between("a", 1), "start 'a'; expected a number"),
        (lambda: RECORDING.between(0, None), "stop None; expected a number"),
        (lambda: bin_spikes(RECORDING, "20ms"), "bin size '20ms'; expected a number"),
        (lambda: bin_spikes(RECORDING, True), "bin size True; expected a number"),
        (
            lambda: Recording.from_counts(COUNTS, bin_width="20ms"),
            "bin_width '20ms'; expected a number",
        ),
        (
            lambda: nh.load_recording("a.h5", bin_width="20ms"),
            "bin_width '20ms'; expected a number",
        ),
        (lambda: nh.load_recording("a.h5", time_scale="ms"), "time_scale 'ms'; expected"),
        (lambda: nh.load_recording(None), "the path None; expected the name of a file"),
        (lambda: nh.load_recording(3), "the path 3; expected the name of a file"),
        (lambda: RECORDING.save(None), "the path None; expected the name of a file"),
    ],
)
def test_of_another_type(call, message):
    with pytest.raises(ArgumentTypeError, match=message):
        call()


def test_of_another_value():
    with pytest.raises(InputError, match=r"bin_width -0.02; expected a number above 0"):
        Recording.from_counts(COUNTS, bin_width=-0.02)
    with pytest.raises(InputError, match="start nan; expected a finite number"):
        RECORDING.between(np.nan, 1.0)
    with pytest.raises(InputError, match="test 1.0; expected a number"):
        RECORDING.split(np.float64(1.0))


def test_numbers_of_numpy_are_numbers():
    train, test = RECORDING.split(np.float32(0.5), gap=np.int64(0))
    assert (train.duration, test.duration) == (0.5, 0.5)
    assert len(list(RECORDING.folds(np.int32(2), gap=np.float32(0.0)))) == 2


@pytest.mark.parametrize("multiple", [1, 3])
def test_bin_sizes_in_single_precision_mean_the_exact_multiple(multiple):
    recording = Recording.from_counts(COUNTS, bin_width=0.02)
    single = bin_spikes(recording, np.float32(0.02 * multiple))
    exact = bin_spikes(recording, 0.02 * multiple)
    assert single.bin_size == pytest.approx(exact.bin_size, rel=1e-12)
    np.testing.assert_array_equal(single.toarray(), exact.toarray())
    other_way = Recording.from_counts(COUNTS, bin_width=np.float32(0.02))
    np.testing.assert_array_equal(bin_spikes(other_way, 0.02).toarray(), COUNTS)


# ---- matrices of other libraries


@pytest.mark.parametrize("kind", ["csr_array", "csc_matrix", "coo_array"])
def test_sparse_counts(kind, monkeypatch):
    monkeypatch.setattr(nh.recordings.counts, "_VALUES_PER_BLOCK", 30)  # several blocks
    made = Recording.from_counts(getattr(sparse, kind)(COUNTS), bin_width=0.02)
    assert made.fingerprint() == Recording.from_counts(COUNTS, bin_width=0.02).fingerprint()


@pytest.mark.parametrize(
    ("columns", "ids"),
    [
        (["a", "b", "c"], ["a", "b", "c"]),
        ([7, 8, 9], [7, 8, 9]),
        (["a", "a", "c"], [0, 1, 2]),
        ([0.5, 1.5, 2.5], [0, 1, 2]),
        (["a", 1, 2], [0, 1, 2]),
    ],
)
def test_data_frames_name_the_units_where_they_can(columns, ids):
    made = Recording.from_counts(pd.DataFrame(COUNTS, columns=columns), bin_width=0.02)
    assert made.unit_ids.tolist() == ids
    np.testing.assert_array_equal(bin_spikes(made, 0.02).toarray(), COUNTS)
    assert Recording.from_counts(pd.DataFrame(COUNTS), unit_ids=[4, 5, 6]).unit_ids[0] == 4


def test_masked_counts_are_refused_unless_nothing_is_masked():
    with pytest.raises(InputError, match=r"masked values; expected a count .*filled\(0\)"):
        Recording.from_counts(np.ma.masked_equal(COUNTS, 1))
    whole = Recording.from_counts(np.ma.masked_array(COUNTS))
    assert whole.fingerprint() == Recording.from_counts(COUNTS).fingerprint()


@pytest.mark.parametrize("counts", [[[1], [1, 2]], [1, 2], sparse.csr_array((0, 3)), None, "x"])
def test_no_matrices(counts):
    with pytest.raises(NeurohmError, match="expected a matrix of spike counts"):
        Recording.from_counts(counts)
