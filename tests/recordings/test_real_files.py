"""The recordings of other laboratories, where they lie beside the project."""

import subprocess
import sys

import numpy as np
import pytest

from neurohm.recordings import Windows, bin_spikes, load_recording

# As in the README of the folder: units, spikes, seconds from the first spike to the last.
RETINA = {
    "Blankenship2011_cx45_02.h5": (87, 453349, 3520),
    "Demas2003_6WK_CTRL_ME3_1B.h5": (38, 418810, 2935),
    "Demas2003_P15_CTRL_MW2_2A.h5": (54, 220649, 3601),
    "Hennig2011_spikes_P5_Bic_10uM_16_Mar_2010_bic_day2.h5": (57, 339880, 10802),
    "Hennig2011_spikes_P5_Bic_10uM_16_Mar_2010_control_day1.h5": (58, 133695, 7273),
    "Kirkby2013_10_WT_P5.h5": (64, 73177, 1799),
    "Maccione2014_P10_8Dec11_spont3_SpkTs_bursts_filtered.h5": (794, 827329, 1800),
    "Stacy2005p5ctrl2.h5": (60, 292240, 15443),
    "Sun2008_CS067P12L-MEME1.h5": (106, 259323, 795),
    "Sun2008_X026P11R-MEME1.h5": (108, 382168, 781),
    "Wong1993_P15a.h5": (58, 36476, 1549),
}


@pytest.fixture
def real(shared_data):
    """Path of a file among the real recordings; skips where it is not."""

    def path_of(folder, name):
        path = shared_data / folder / name
        if not path.exists():
            pytest.skip(f"{path} is not there")
        return path

    return path_of


# Its times were written with five digits: from 1000 s on they lie on a grid of 0.1 s.
@pytest.mark.filterwarnings(r"ignore:.*Kirkby2013.*grid of 0\.1 s")
@pytest.mark.parametrize("name", RETINA)
def test_retina(real, name):
    recording = load_recording(real("retina-waves", name))  # any other warning would be an error
    n_units, n_spikes, duration = RETINA[name]
    assert (recording.n_units, recording.n_spikes) == (n_units, n_spikes)
    assert recording.duration == pytest.approx(duration, abs=1.0)
    assert recording.positions.shape == (n_units, 2)
    assert recording.metadata["totalspikes"] == n_spikes
    binned = bin_spikes(recording, 0.02)
    assert binned.n_spikes == n_spikes
    assert Windows(binned, lags=5).dense([0, 1]).shape == (2, 5 * binned.n_units)
    train, test = recording.split()
    assert 0 < train.n_spikes + test.n_spikes <= n_spikes


@pytest.mark.parametrize(("name", "n_units"), [("example50.mat", 50), ("example15.mat", 15)])
def test_maxent_words(real, name, n_units):
    recording = load_recording(real("maxent-words", name))
    assert (recording.n_units, recording.duration, recording.time_unit) == (n_units, 40_000, "bin")
    words = bin_spikes(recording, 1.0).toarray()
    assert words.shape == (40_000, n_units)
    assert words.max() == 1
    assert words.mean() == pytest.approx({50: 0.0880, 15: 0.1142}[n_units], abs=5e-5)
    train, test = recording.split(0.2, gap=0.0)
    np.testing.assert_array_equal(bin_spikes(train, 1.0).toarray(), words[:32_000])
    np.testing.assert_array_equal(bin_spikes(test, 1.0).toarray(), words[32_000:])


def test_axion_spike_list(real):
    path = real("axion-mea-culture", "exampleRecording_1012016_plate1_DIV3_spike_list.csv.gz")
    recording = load_recording(path)
    assert (recording.n_units, recording.n_spikes) == (269, 100_957)
    assert len(np.unique(recording.unit_columns["well"])) == 20
    assert recording.duration == pytest.approx(57.7, abs=0.05)
    assert recording.rates.mean() == pytest.approx(6.5, abs=0.05)
    assert recording.metadata["Sampling Frequency"] == "12500 Hz"


def test_v4_gratings(real):
    pytest.importorskip("pyarrow")
    recording = load_recording(real("v4-gratings", "multielectrode_data.fea"))
    assert (recording.n_units, recording.n_spikes) == (15, 252_357)
    assert len(np.unique(recording.unit_columns["channel"])) == 13
    trials, columns = recording.intervals["trials"], recording.interval_columns["trials"]
    assert trials.shape == (2299, 2)
    assert np.unique(columns["orientation"], return_counts=True)[1].tolist() == [1150, 1149]
    assert columns["trial"].tolist() == list(range(1, 2300))
    assert recording.rates.mean() == pytest.approx(2.2, abs=0.05)
    assert bin_spikes(recording, 0.02).n_spikes == 252_357
    upright = recording.during("trials", "orientation == 90")
    assert len(upright.intervals["trials"]) == 1149
    assert upright.n_spikes == 114_364


def test_the_bundled_recording(root):
    path = root / "data" / "assemblies.h5"
    recording = load_recording(path)
    assert path.stat().st_size < 2e6
    assert (recording.n_units, recording.duration) == (60, 600.0)
    assert len(recording.truth["members"]) == 6


def test_import_is_light(subprocess_environment):
    code = (
        "import sys, neurohm.recordings; "
        "print([m for m in ('pandas', 'scipy', 'h5py', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=subprocess_environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
