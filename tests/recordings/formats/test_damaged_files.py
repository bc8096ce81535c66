"""Files that were damaged at random: they read with all their spikes, or end in our own error.

``NEUROHM_FUZZ=2000`` in the environment makes as many files of each format.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurohm.exceptions import NeurohmError
from neurohm.recordings import bin_spikes, load_recording

EXAMPLES = int(os.environ.get("NEUROHM_FUZZ", "40"))
RNG = np.random.default_rng(0)
TIMES = np.sort(RNG.uniform(0, 60, 150)).round(5)
UNITS = RNG.integers(0, 4, 150)
TEXT = "time,unit,depth\n" + "".join(
    f"{time},u{unit},{100.5 * unit}\n" for time, unit in zip(TIMES, UNITS, strict=True)
)
TRIALS = "trial;time_ms;channel;sort\n" + "".join(
    f"{k // 30};{time * 10:g};{unit % 2};{unit}\n"
    for k, (time, unit) in enumerate(zip(TIMES, UNITS, strict=True))
)


def archive(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def array(values):
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def arrow(kind):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import feather, parquet

    table = pyarrow.table({"time": TIMES, "unit": [f"u{unit}" for unit in UNITS]})
    file = io.BytesIO()
    if kind == "parquet":
        parquet.write_table(table, file)
    else:
        feather.write_feather(table, file, compression=kind)
    return file.getvalue()


FORMATS = {
    "text": lambda: TEXT.encode(),
    "trials": lambda: TRIALS.encode(),
    "UTF-16": lambda: TEXT.encode("utf-16"),
    "gzip": lambda: gzip.compress(TEXT.encode(), mtime=0),
    "npy": lambda: array(RNG.poisson(0.3, (100, 4)).astype(np.uint8)),
    "npz": lambda: archive(times=TIMES, units=UNITS, fs=3e4, name="a"),
    "Feather": lambda: arrow("uncompressed"),
    "Feather, LZ4": lambda: arrow("lz4"),
    "Parquet": lambda: arrow("parquet"),
}


KINDS = ("flip", "flip", "byte", "cut off", "cut out", "double", "swap")


@st.composite
def damaged(draw, content):
    """Content with flipped bits, bytes of another value, or parts cut out, doubled or swapped."""
    damage = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        places = st.integers(0, max(0, len(damage) - 1))
        first, second = sorted([draw(places), draw(places)])
        kind = draw(st.sampled_from(KINDS))
        if not damage:
            break
        if kind == "flip":
            damage[first] ^= 1 << second % 8
        elif kind == "byte":
            damage[first] = draw(st.integers(0, 255))
        elif kind == "cut off":
            del damage[second:]
        elif kind == "cut out":
            del damage[first : min(second, first + 64)]
        elif kind == "double":
            damage[second:second] = damage[first : min(second, first + 64)]
        else:
            part = damage[first : first + 8]
            damage[first : first + 8] = damage[second : second + 8]
            damage[second : second + 8] = part
    return bytes(damage)


def loaded(path):
    """The recording in a file, or our own error about it; anything else is raised."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_recording(path)
    except NeurohmError as error:
        return error


@pytest.mark.parametrize("name", FORMATS)
def test_damage_is_told_or_harmless(tmp_path, name):
    whole, path = FORMATS[name](), tmp_path / "file"
    refused = []

    @settings(
        max_examples=EXAMPLES,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(damaged(whole))
    def one(content):
        path.write_bytes(content)
        found = loaded(path)
        if isinstance(found, NeurohmError):
            assert str(path) in str(found)
            assert "\n" not in str(found)
            refused.append(found)
            return
        assert found.n_spikes == found.spike_counts.sum()
        if name == "text":  # a row in each line, but for one with headings
            lines = [line for line in re.split(rb"\r\n|\r|\n", content) if line.strip()]
            assert len(lines) - found.n_spikes in (0, 1)
        width = found.bin_width or found.duration / 7
        assert bin_spikes(found, width).n_spikes == found.n_spikes

    one()
    assert refused


@pytest.mark.parametrize("name", ["gzip", "npz"])
def test_damage_under_a_checksum_is_never_read(tmp_path, name):
    whole, path = FORMATS[name](), tmp_path / "file"
    path.write_bytes(whole)
    expected = load_recording(path).fingerprint()
    refused = []
    for place in range(60, len(whole) // 2, 37):  # between the headers
        content = bytearray(whole)
        content[place] ^= 16
        path.write_bytes(content)
        found = loaded(path)
        refused.append(isinstance(found, NeurohmError))
        assert refused[-1] or found.fingerprint() == expected
    assert sum(refused) > len(refused) / 2
