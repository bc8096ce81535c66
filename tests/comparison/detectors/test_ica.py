"""Independent components: zero diagonal, the Marchenko-Pastur bound, who is found."""

import numpy as np
import pytest

from neurohm.comparison.detectors import ICAAssemblies, marchenko_pastur_bound
from neurohm.comparison.detectors.ica import number_of_assemblies, zero_diagonal_activation
from neurohm.exceptions import ArgumentTypeError, InputError, NotFittedError
from neurohm.recordings import Recording, bin_spikes

UNITS, BINS = 50, 5000


@pytest.fixture(scope="module")
def planted():
    rng = np.random.default_rng(1)
    counts = rng.poisson(0.1, (4000, 30))
    moments = rng.choice(4000, (2, 100), replace=False)
    for first, at in zip((0, 10), moments, strict=True):
        counts[at, first : first + 6] += 1
    return counts, moments


def test_one_unit_alone_drives_nothing():
    z = np.random.default_rng(0).standard_normal((100, UNITS))
    weights = np.eye(UNITS)
    assert (zero_diagonal_activation(z, weights) == 0.0).all()


def test_activation_is_the_sum_over_pairs_of_different_units():
    rng = np.random.default_rng(2)
    z, weights = rng.standard_normal((7, 4)), rng.standard_normal((3, 4))
    expected = [
        [
            sum(w[i] * w[j] * row[i] * row[j] for i in range(4) for j in range(4) if i != j)
            for w in weights
        ]
        for row in z
    ]
    np.testing.assert_allclose(zero_diagonal_activation(z, weights), expected, rtol=1e-12)


def test_bound_of_fifty_units():
    assert marchenko_pastur_bound(UNITS, BINS) == pytest.approx(1.21, rel=1e-15)


def test_independent_units_have_mostly_no_assembly():
    # The largest eigenvalue is above its limit with probability 0.17 (Tracy-Widom, above zero);
    # more than 15 of 40 seeds are by chance with a probability of 0.0007.
    found = [
        number_of_assemblies(
            np.random.default_rng(seed).standard_normal((BINS, UNITS)), "marchenko-pastur", 1, 0
        )[0]
        for seed in range(40)
    ]
    assert sum(number > 0 for number in found) <= 15


def test_shifted_copies_rarely_find_any():
    # Five in a hundred do by design: 4 or more of 20 with a probability of 0.016.
    found = [
        ICAAssemblies("shifted", copies=50)
        .fit(np.random.default_rng(seed).poisson(0.2, (1000, 20)))
        .n_assemblies
        for seed in range(20)
    ]
    assert sum(number > 0 for number in found) <= 3


@pytest.mark.parametrize("count", ["marchenko-pastur", "shifted"])
def test_finds_what_was_planted(planted, count):
    counts, moments = planted
    detector = ICAAssemblies(count).fit(counts)
    assert sorted(members.tolist() for members in detector.members_) == [
        list(range(6)), list(range(10, 16)),
    ]  # fmt: skip
    np.testing.assert_allclose(np.linalg.norm(detector.weights_, axis=1), 1.0)
    largest = np.abs(detector.weights_).argmax(axis=1)
    assert (detector.weights_[[0, 1], largest] > 0).all()
    activity = detector.activation(counts)
    for members, course in zip(detector.members_, activity.T, strict=True):
        at = moments[0 if 0 in members else 1]
        assert np.median(course[at]) > np.quantile(course, 0.97)


def test_silent_units_are_in_no_assembly(planted):
    counts = planted[0].copy()
    counts[:, 20] = 0
    detector = ICAAssemblies().fit(counts)
    assert (detector.weights_[:, 20] == 0).all()
    assert detector.n_assemblies == 2


def test_unobserved_bins_take_no_part():
    rng = np.random.default_rng(3)
    counts = rng.poisson(0.3, (400, 4))
    recording = Recording.from_counts(
        counts, bin_width=0.1, intervals={"observed": np.array([[0.0, 20.0], [30.0, 40.0]])}
    )
    binned = bin_spikes(recording, 0.1)
    detector = ICAAssemblies().fit(binned)
    np.testing.assert_allclose(detector.mean_, counts[binned.observed].mean(axis=0))
    assert np.array_equal(
        np.isnan(detector.activation(binned)).any(axis=1) | (detector.n_assemblies == 0),
        ~binned.observed | (detector.n_assemblies == 0),
    )


def test_one_seed_one_result(planted):
    first, second = (ICAAssemblies().fit(planted[0]) for _ in range(2))
    assert np.array_equal(first.weights_, second.weights_)


def test_what_cannot_be_used():
    with pytest.raises(InputError, match="more bins than units"):
        ICAAssemblies().fit(np.eye(5))
    with pytest.raises(ArgumentTypeError, match="bin_spikes"):
        ICAAssemblies().fit(Recording.from_trains([[0.1]], t_stop=1.0))
    with pytest.raises(InputError, match="'marchenko-pastur' or 'shifted'"):
        ICAAssemblies("scree")
    with pytest.raises(InputError, match="'uniform' or 'deviations'"):
        ICAAssemblies(threshold="knee").fit(np.random.default_rng(0).poisson(0.2, (100, 3)))
    with pytest.raises(NotFittedError):
        ICAAssemblies().activation(np.eye(3))
    with pytest.raises(InputError, match="2 units"):
        ICAAssemblies().fit(np.random.default_rng(0).poisson(1, (50, 3))).activation(np.eye(2))
    with pytest.raises(InputError, match="observed bins"):
        ICAAssemblies().fit([[0, 1]])


def test_units_that_are_all_silent():
    detector = ICAAssemblies().fit(np.zeros((10, 3)))
    assert detector.n_assemblies == 0
    assert detector.activation(np.ones((4, 3))).shape == (4, 0)
