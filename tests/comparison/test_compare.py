"""The comparison: the same bins for all, nothing scored that was learned from, figures by hand."""

import json
import math

import numpy as np
import pytest
from scipy import stats

import neurohm as nh
from neurohm.comparison.baselines.independent import IndependentBernoulli
from neurohm.exceptions import ArgumentTypeError, InputError, NeurohmWarning

LN2 = math.log(2)


# ---- what is learned from and what is scored


@pytest.mark.parametrize("lags", [1, 3])
def test_nothing_that_is_scored_is_learned_from_or_chosen_by(numbered, place_of, spy, lags):
    model = spy()
    nh.compare(numbered, {"spy": model}, folds=4, lags=lags, validation=0.2)
    assert len(model.log) == 4
    scored = []
    for given in model.log:
        bins = {
            name: np.unique(place_of(samples.matrix.reshape(-1, 8, lags).transpose(0, 2, 1)))
            for name, samples in given.items()
        }
        scored.extend(bins["tested"])
        for other in ("learned", "validation"):
            apart = np.abs(bins["tested"][:, None] - bins[other]).min()
            assert apart > lags
        assert np.abs(bins["learned"][:, None] - bins["validation"]).min() > lags
        # what a machine may learn from keeps its distance, too
        free = np.flatnonzero(given["learned"].binned.observed)
        assert np.abs(bins["tested"][:, None] - free).min() > lags
    assert sorted(scored) == list(range(240))


def test_a_given_test_part_is_scored_and_all_before_it_learned_from(numbered, place_of, spy):
    for test in (0.25, 60, numbered[180:]):
        model = spy()
        data = numbered if np.ndim(test) == 0 else numbered[:180]
        result = nh.compare(data, {"spy": model}, test=test, validation=0)
        (given,) = model.log
        assert place_of(given["learned"]).tolist() == list(range(180))
        assert place_of(given["tested"]).tolist() == list(range(180, 240))
        assert given["validation"] is None
        assert (result.folds, result.gap, result.n_bins, result.n_learned) == (1, 0, 60, 180)


def test_a_fold_is_scored_by_a_model_of_the_rest(numbered):
    result = nh.compare(numbered, ["independent"], folds=3, gap=2, validation=0, blocks=6)
    nats = []
    for first in (0, 80, 160):
        kept = np.ones(240, bool)
        kept[max(0, first - 2) : first + 82] = False
        model = IndependentBernoulli().fit(numbered[kept])
        nats.extend(model.score_samples(numbered[first : first + 80]).reshape(2, 40).sum(axis=1))
    np.testing.assert_allclose(result["independent"].nats_of_blocks, nats, rtol=1e-12)
    assert result["independent"].nats_per_bin == pytest.approx(sum(nats) / 240)
    assert result["independent"].gain_bits_per_bin == 0


# ---- figures


def test_figures_of_a_model_by_hand(numbered, spy):
    result = nh.compare(numbered, {"spy": spy(-2.0)}, folds=2, blocks=8, validation=0)
    score, reference = result["spy"], np.array(result["independent"].nats_of_blocks)
    gain = (-60.0 - reference) / LN2
    spikes = numbered.reshape(8, 30, 8).sum(axis=(1, 2))
    assert score.nats_per_bin == pytest.approx(-2.0)
    assert score.bits_per_bin == pytest.approx(-2.0 / LN2)
    assert score.gain_bits_per_bin == pytest.approx(gain.sum() / 240)
    assert score.gain_bits_per_bin_error == pytest.approx(stats.sem(gain / 30))
    assert score.gain_bits_per_spike == pytest.approx(gain.sum() / numbered.sum())
    assert result.n_spikes == numbered.sum()
    assert result.spikes_of_blocks == tuple(spikes.tolist())
    behind = result["independent"]
    assert result.best is score
    assert behind.behind_bits_per_bin == pytest.approx(gain.sum() / 240)
    expected = stats.ttest_rel(np.full(8, -60.0), reference).pvalue
    assert behind.p_value == pytest.approx(expected, rel=1e-9)


def test_p_values_hold_for_all_models_together(numbered, spy):
    models = {"best": spy(0.0), "b": spy(-1.0), "c": spy(-2.0)}
    alone = nh.compare(numbered, {"best": spy(0.0)}, validation=0)["independent"].p_value
    result = nh.compare(numbered, models, validation=0)
    assert [score.name for score in result.scores] == ["best", "b", "c", "independent"]
    assert result["independent"].p_value == pytest.approx(alone)  # the largest of three
    assert math.isnan(result.best.p_value)


def test_the_error_of_log_z_is_in_the_standard_errors(numbered, spy):
    result = nh.compare(
        numbered, {"sure": spy(-2.0), "unsure": spy(-2.0, error=0.3)}, folds=4, validation=0
    )
    sure, unsure = result["sure"], result["unsure"]
    added = math.sqrt(4 * (60 * 0.3) ** 2) / 240 / LN2
    assert unsure.bits_per_bin_error == pytest.approx(added)
    assert unsure.gain_bits_per_bin_error == pytest.approx(
        math.hypot(sure.gain_bits_per_bin_error, added)
    )
    assert unsure.behind_bits_per_bin_error == pytest.approx(added)
    assert unsure.p_value == 1


def test_log_likelihoods_of_windows_are_per_bin(numbered, spy):
    result = nh.compare(numbered, {"spy": spy(-3.0)}, lags=3, validation=0, folds=2)
    assert result["spy"].nats_per_bin == pytest.approx(-1.0)
    assert result.n_bins == 240


# ---- models on data


def test_what_is_planted_is_found(assemblies):
    result = nh.compare(
        assemblies,
        ["mixture", nh.SpikeHelmholtz(hidden=4, epochs=30, lags=1)],
        folds=2,
        observation="bernoulli",
        particles=50,
    )
    assert result.scores[-1].name == "independent"
    for name in ("mixture", "helmholtz"):
        score = result[name]
        assert score.gain_bits_per_bin > 3 * score.gain_bits_per_bin_error
    assert result["independent"].p_value < 0.01
    assert result.observation == "bernoulli"


def test_counts(assemblies):
    result = nh.compare(assemblies, ["mixture"], folds=2, bin_size=0.1)
    assert (result.observation, result.bin_size) == ("poisson", 0.1)
    assert result.best.name == "mixture"


def test_trials(assemblies):
    starts = np.arange(0.0, 239.0, 1.0)
    trials = np.stack([starts, starts + 1.0], axis=1)
    # half a second of each trial is silent
    kept = [times[times % 1.0 < 0.5] for times in map(assemblies.times, range(10))]
    locked = nh.Recording.from_trains(kept, t_stop=240.0)
    result = nh.compare(locked, ["trial-average"], trials=trials, folds=3, lags=2)
    assert result.best.name == "trial-average"
    named = nh.Recording.from_trains(kept, t_stop=240.0, intervals={"tones": trials})
    same = nh.compare(named, ["trial-average"], trials="tones", folds=3, lags=2)
    assert same.best.nats_of_blocks == result.best.nats_of_blocks
    alone = nh.compare(named, ["trial-average"], folds=3, lags=2)
    assert alone.best.nats_of_blocks == result.best.nats_of_blocks
    with pytest.raises(InputError, match="no intervals 'clicks'; expected one of the intervals"):
        nh.compare(named, ["trial-average"], trials="clicks")
    with pytest.raises(InputError, match="'trial-average' of a recording without trials"):
        nh.compare(assemblies, ["trial-average"])


def test_trials_of_each_condition_are_averaged_apart(assemblies):
    starts = np.arange(0.0, 240.0, 1.0)
    trials, side = np.stack([starts, starts + 1.0], axis=1), np.arange(240) % 2
    # every other trial is silent
    kept = [times[times.astype(int) % 2 == 0] for times in map(assemblies.times, range(10))]
    fields = {"intervals": {"trials": trials}, "interval_columns": {"trials": {"side": side}}}
    recording = nh.Recording.from_trains(kept, t_stop=240.0, **fields)
    apart = nh.compare(recording, ["trial-average"], condition="side")
    same = nh.compare(recording, ["trial-average"], condition=side, trials=trials)
    together = nh.compare(recording, ["trial-average"])
    assert apart.best.nats_of_blocks == same.best.nats_of_blocks
    assert apart.best.gain_bits_per_bin > 0.1
    assert together["trial-average"].gain_bits_per_bin < 0.01
    with pytest.raises(InputError, match="no condition 'colour'"):
        nh.compare(recording, ["trial-average"], condition="colour")


def test_a_seed_gives_one_result(assemblies):
    one, two = (
        nh.compare(assemblies, ["mixture"], folds=2, seed=5).best.nats_of_blocks for _ in range(2)
    )
    assert one == two


def test_gaps_of_the_recording_are_not_scored():
    counts = np.random.default_rng(0).integers(0, 2, (200, 4))
    observed = {"observed": np.array([[0.0, 90.0], [110.0, 200.0]])}
    recording = nh.Recording.from_counts(counts, intervals=observed)
    assert nh.compare(recording, ["independent"], folds=4).n_bins == 180


# ---- what it says


def test_the_result_as_data_and_as_a_table(numbered, spy):
    result = nh.compare(numbered, {"spy": spy(-2.0)}, folds=2)
    facts = json.loads(json.dumps(result.to_dict()))
    assert [score["name"] for score in facts["scores"]] == ["spy", "independent"]
    table = result.to_frame()
    assert table.loc["spy", "nats_per_bin"] == pytest.approx(-2.0)
    lines = repr(result).splitlines()
    assert lines[0].startswith("Comparison: 8 units, 240 held-out bins, ")
    assert "2 folds, gaps of 1 bin; standard errors over 20 blocks" in lines[0]
    assert lines[3].split()[:2] == ["spy", "-2.0000"]
    assert "best" in lines[3]
    with pytest.raises(KeyError, match="there are spy, independent"):
        result["mixture"]


# ---- what is refused, and what is warned of


def test_more_parameters_than_bins_are_warned_of(numbered, spy):
    with pytest.warns(NeurohmWarning, match="spy has 1,000 parameters, more than the 119 bins"):
        nh.compare(numbered, {"spy": spy(parameters=1000)}, folds=2)


def test_constant_units_are_warned_of(numbered):
    words = np.hstack([numbered, np.zeros((240, 1), int), np.ones((240, 1), int)])
    with pytest.warns(NeurohmWarning, match="constant in every bin: units 8, 9"):
        result = nh.compare(words, ["mixture"], folds=2)
    assert math.isfinite(result.best.nats_per_bin)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"folds": 1}, "folds 1; expected at least 2"),
        ({"folds": 300}, "300 folds of 240 observed bins"),
        ({"folds": 60, "lags": 5}, "no data left to test on in fold 1 of 60"),
        ({"folds": 2, "gap": 200}, "no data left to learn from in fold 1 of 2"),
        ({"test": 1.5}, "test 1.5"),
        ({"test": 0}, "test 0; expected a number above 0; give a share"),
        ({"test": 200, "gap": 40}, "200 bins to test on, and a gap of 40, of 240"),
        ({"test": np.ones((5, 3))}, r"matrices of shapes \(240, 8\) and \(5, 3\)"),
        ({"validation": 1.0}, "validation 1.0"),
        ({"blocks": 1}, "blocks 1; expected at least 2"),
        ({"gap": -1}, "gap -1"),
        ({"observation": "real"}, "observation 'real'"),
        ({"trials": [1.0, 2.0]}, "trials of shape"),
        ({"models": ["psth"]}, "model 'psth'; expected one of"),
        ({"lags": 0}, "lags 0"),
        ({"seed": 1.5}, "seed 1.5; expected a whole number"),
        ({"bin_size": "20ms"}, "bin_size '20ms'; expected a number; or give 'auto'"),
        ({"bin_size": 0}, "bin_size 0; expected a number above 0"),
        ({"surrogates": 9, "surrogate": "none"}, "surrogate 'none'; expected one of 'jitter'"),
        ({"surrogates": 9, "n_jobs": 0}, "n_jobs 0; expected at least 1, or -1"),
        ({"surrogates": 9, "tested": ["ising"]}, "'ising' to test; expected one of the models"),
        (
            {"surrogates": 9, "models": ["independent"], "tested": ["independent"]},
            "nothing to test but independent units; expected another model",
        ),
        (
            {"surrogates": 9, "surrogate_settings": {"window": 500}},
            "surrogate window larger than the recording: 500 bins; expected at most 240 bins",
        ),
    ],
)
def test_what_cannot_be_used(numbered, arguments, text):
    arguments = {"models": ["mixture"], **arguments}
    with pytest.raises((InputError, ArgumentTypeError), match=text):
        nh.compare(numbered, **arguments)


def test_counts_for_a_binary_baseline(numbered, spy):
    with pytest.raises(InputError, match="counts for a Spy; expected binary samples"):
        nh.compare(2 * numbered, {"spy": spy()})


def test_silence_is_refused():
    with pytest.raises(InputError, match="constant in every bin, all of them"):
        nh.compare(np.zeros((50, 3), int), ["mixture"])


def test_paths_and_test_rows_of_recordings_are_refused(assemblies):
    with pytest.raises(ArgumentTypeError, match="use nh.load_recording"):
        nh.compare("recording.h5")
    with pytest.raises(ArgumentTypeError, match="test rows beside a recording"):
        nh.compare(assemblies, test=np.ones((4, 10)))


def test_few_bins_are_warned_of() -> None:
    words = np.random.default_rng(0).integers(0, 2, (400, 3))
    with pytest.warns(NeurohmWarning, match="only 2 bins are scored"):
        nh.compare(words, ["independent"], test=2)
