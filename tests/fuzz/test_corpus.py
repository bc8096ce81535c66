"""A small run of the corpus, and that no format is missing in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from neurohm.exceptions import FileFormatError
from neurohm.recordings import load_recording
from neurohm.recordings.formats.registry import FORMATS, format_of
from neurohm.recordings.layouts.choose import LAYOUTS

from .seeds import SEEDS


def test_two_hundred_files_end_well(subprocess_environment: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("corpus.py")), "--files", "200"],
        cwd=tmp_path,
        env=subprocess_environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("200 files: ")


@pytest.mark.parametrize("name", SEEDS)
@pytest.mark.filterwarnings("ignore::neurohm.exceptions.NeurohmWarning")
def test_an_honest_file_reads_with_its_count(tmp_path: Path, name: str) -> None:
    import h5py

    seed = SEEDS[name]
    path = tmp_path / f"a{seed.suffix}"
    seed.write(path)
    try:
        format_of(path)
    except FileFormatError:
        pytest.skip(f"no reader for {seed.suffix}")
    recording = load_recording(path, **seed.options)
    if seed.counted is not None:
        with h5py.File(path) as file:
            assert recording.n_spikes == seed.counted(file)


def test_every_format_and_layout_is_in_the_corpus(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    known = set()
    for name, seed in SEEDS.items():
        path = tmp_path / f"{name.replace(' ', '_')}{seed.suffix}"
        seed.write(path)
        with path.open("rb") as file:
            start = file.read(4096)
        known |= {type(kind) for kind in FORMATS if kind.recognises(path, start)}
    assert known == {type(kind) for kind in FORMATS}, "add an entry to SEEDS"
    assert {layout.name for layout in LAYOUTS} <= SEEDS.keys(), "add an entry to SEEDS"
