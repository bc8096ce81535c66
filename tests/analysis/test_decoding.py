"""Decoding: always right where conditions lie apart, at chance where there is nothing to read."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import decode
from neurohm.analysis.decoding import _prepared, stratified_folds
from neurohm.exceptions import InputError

LABELS = np.tile([0, 45, 90], 20)


def separable(responses_from, labels=LABELS, units=4):
    noise = 0.1 * np.random.default_rng(0).standard_normal((len(labels), 2, units))
    place = np.unique(labels, return_inverse=True)[1]
    return responses_from(noise + 10.0 * (np.arange(units) == place[:, None])[:, None], labels)


@pytest.mark.parametrize("labels", [LABELS, LABELS[LABELS < 90]])
@pytest.mark.parametrize("options", [{}, {"over": "bins"}, {"components": 2}])
def test_separable_conditions_are_always_right(responses_from, labels, options):
    found = decode(separable(responses_from, labels), **options)
    assert found.accuracy == 1.0
    assert found.standard_error == 0.0
    assert found.n_dimensions == {"over": 8, "components": 2}.get(next(iter(options), ""), 4)
    assert (
        found.confusion == np.diag(np.bincount(np.unique(labels, return_inverse=True)[1]))
    ).all()
    assert found.chance == pytest.approx(1 / len(np.unique(labels)))


def test_shuffled_conditions_are_at_chance(responses_from):
    """Accuracy over 8 shuffles of 60 trials, of the mean of 480 decodings, within 4 deviations.

    Stratified folds make errors a little more frequent than chance: the training trials have the
    fewer of a condition, the more of it are tested. Hence the wider lower bound.
    """
    rng = np.random.default_rng(1)
    accuracies = []
    for _ in range(8):
        responses = responses_from(rng.normal(size=(60, 1, 3)), rng.permutation(LABELS))
        accuracies.append(decode(responses).accuracy)
    deviation = np.sqrt(2 / 9 / 480)
    assert 1 / 3 - 6 * deviation < np.mean(accuracies) < 1 / 3 + 4 * deviation


def test_trials_are_decoded_by_fits_to_other_trials(responses_from):
    """With as many numbers as trials a fit to all of them would be always right."""
    rng = np.random.default_rng(2)
    found = decode(responses_from(rng.normal(size=(60, 1, 200)), rng.permutation(LABELS)))
    assert found.accuracy < 0.6


def test_folds_hold_all_conditions_and_are_equally_large():
    codes = np.repeat([0, 1, 2], [10, 11, 4])
    fold = stratified_folds(codes, 4, seed=1)
    for level in range(3):
        assert np.ptp(np.bincount(fold[codes == level], minlength=4)) <= 1
    assert np.ptp(np.bincount(fold)) <= 1
    assert (fold == stratified_folds(codes, 4, seed=1)).all()
    assert (fold != stratified_folds(codes, 4, seed=2)).any()


def test_differences_are_paired(responses_from):
    good, bad = (
        decode(separable(responses_from)),
        decode(responses_from(np.ones((60, 1, 1)), LABELS)),
    )
    difference, error = good.minus(bad)
    assert difference == pytest.approx(good.accuracy - bad.accuracy)
    wrong = ~bad.correct
    assert error == pytest.approx(wrong.std(ddof=1) / np.sqrt(60))
    assert good.minus(good) == (0.0, 0.0)
    with pytest.raises(InputError, match="different trials"):
        good.minus(decode(separable(responses_from, LABELS[:30])))


def test_one_seed_one_result(responses_from):
    rng = np.random.default_rng(3)
    responses = responses_from(rng.normal(size=(60, 2, 3)), LABELS)
    assert decode(responses, seed=1).to_dict() == decode(responses, seed=1).to_dict()


@pytest.mark.parametrize(
    ("labels", "options", "text"),
    [
        ([0] * 9 + [1], {}, "1 trial of condition 1; .*leave the condition out"),
        ([0] * 7 + [1] * 3, {}, "3 trials of condition 1; .*folds=3"),
        ([5] * 10, {}, "one condition, .*5"),
        ([0, 1] * 5, {"folds": 1}, "folds 1"),
        ([0, 1] * 5, {"over": "time"}, "'total' or 'bins'"),
        ([0, 1] * 5, {"components": 9}, "9 components of 2 numbers.*at most 2"),
        ([0, 1] * 5, {"fold": [0, 1] * 5}, "all its trials in one fold"),
        ([0, 1] * 5, {"fold": [0, 1]}, "a number for each trial"),
    ],
)
def test_bad_input(responses_from, labels, options, text):
    with pytest.raises(InputError, match=text):
        decode(responses_from(np.ones((10, 1, 2)), labels), **options)


def test_a_single_condition_is_named_plainly(responses_from):
    with pytest.raises(InputError, match="one condition, 0; expected at least two"):
        decode(responses_from(np.ones((4, 1, 2)), [0] * 4))


def test_components_of_bins_are_as_many_as_trials_allow():
    recording = nh.simulate_trials(8, 20, (0.0, 90.0), seconds=0.5, seed=1)
    model = nh.SpikeHelmholtz(hidden=3, lags=2, epochs=2).fit(recording, label=None)
    trials = nh.trials_of(recording, "orientation")
    found = nh.compare_decoding(model, recording, trials, over="bins", folds=2)
    assert list(found)[-1] == "10 components of counts"  # of ten trials, to be used on ten
    assert found["hidden units"].n_dimensions > 10


def test_hidden_units_beside_counts():
    recording = nh.simulate_trials(6, 60, seed=4)
    model = nh.SpikeHelmholtz(hidden=3, lags=5, epochs=20).fit(recording, label=None)
    trials = nh.trials_of(recording, "orientation")
    found = nh.compare_decoding(model, recording, trials)
    hidden, counts, components = found.values()
    assert list(found) == ["hidden units", "counts", "3 components of counts"]
    assert [result.n_dimensions for result in found.values()] == [3, 6, 3]
    assert (hidden.fold == counts.fold).all()
    assert (hidden.fold == components.fold).all()
    assert counts.accuracy > 0.8
    assert hidden.accuracy > 0.5


def test_a_column_that_is_constant_but_for_rounding_says_nothing():
    rng = np.random.default_rng(0)
    train, test = rng.random((20, 2)), rng.random((5, 2))
    train[:, 1] = 0.1 + 1e-17 * np.arange(20)
    train[3, 1] = np.nextafter(0.1, 1)
    test[:, 1] = 0.2
    scaled = _prepared(train, test, None)[1]
    np.testing.assert_allclose(scaled[:, 1], 0.1)
