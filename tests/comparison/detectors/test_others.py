"""NMF, RBM, and the adapters of elephant's methods."""

import sys
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from neurohm.comparison.detectors import (
    CADAssemblies,
    NMFAssemblies,
    PatternDetector,
    RBMAssemblies,
    SPADEAssemblies,
)
from neurohm.comparison.detectors.base import settling
from neurohm.exceptions import MissingExtraError, NeurohmWarning


@pytest.fixture(scope="module")
def planted():
    """Make two minutes in bins of 20 ms, in which units 2, 5 and 7 fire one bin after another."""

    def make(rate):
        rng = np.random.default_rng(0)
        counts = rng.poisson(rate, (6000, 10))
        at = rng.choice(5990, 120, replace=False)
        for step, unit in enumerate((2, 5, 7)):
            counts[at + step, unit] += 1
        return counts

    return make


class Given(PatternDetector):
    name = "given"

    def fit(self, binned):
        return self._keep([([3, 1], [2, 0]), ([0, 2], [-1, 0])], 4)


def test_patterns_are_counted_from_their_first_member():
    found = Given().fit(None)
    assert patterns(found) == [([1, 3], [0, 2]), ([0, 2], [0, 1])]
    np.testing.assert_allclose(np.linalg.norm(found.weights_, axis=1), 1.0)


def test_activation_counts_members_at_their_lags():
    counts = np.zeros((5, 4))
    counts[1, 1], counts[3, 3], counts[4, 0] = 1, 2, 1
    assert Given().fit(None).activation(counts).T.tolist() == [[0, 2, 0, 0, 0], [0, 0, 0, 0, 1]]


def test_activation_in_less_time_than_a_pattern_takes():
    long = Given()._keep([([0, 1], [0, 3])], 2)
    assert long.activation(np.ones((2, 2))).T.tolist() == [[1, 1]]


@pytest.mark.parametrize("category", [ConvergenceWarning, UserWarning])
def test_only_what_is_said_of_settling_is_put_in_other_words(category):
    found = NeurohmWarning if category is ConvergenceWarning else category
    message = "not settled; give more" if category is ConvergenceWarning else "something else"
    with pytest.warns(found, match=message) as raised, settling("not settled"):
        warnings.warn("something else", category, stacklevel=1)
    assert len(raised) == 1


def test_nonnegative_factors_find_synchrony():
    rng = np.random.default_rng(1)
    counts = rng.poisson(0.1, (3000, 20))
    counts[::30, 4:9] += 1
    found = NMFAssemblies().fit(counts)
    assert [members.tolist() for members in found.members_] == [[4, 5, 6, 7, 8]]
    active = found.activation(counts)[:, 0]
    assert active[::30].min() > np.median(active)
    assert (found.weights_ >= 0).all()
    assert NMFAssemblies(3).fit(counts).n_assemblies == 3


def test_nonnegative_factors_of_nothing():
    found = NMFAssemblies(2).fit(np.zeros((10, 3)))
    assert found.n_assemblies == 0
    assert found.activation(np.zeros((4, 3))).shape == (4, 0)


def test_boltzmann_columns_find_synchrony():
    rng = np.random.default_rng(2)
    counts = rng.poisson(0.1, (4000, 20))
    counts[::20, 4:9] += 1
    found = RBMAssemblies(epochs=30).fit(counts)
    assert [4, 5, 6, 7, 8] in [members.tolist() for members in found.members_]
    assert found.activation(counts).shape == (4000, found.n_assemblies)


@pytest.mark.parametrize("detector", [CADAssemblies(), SPADEAssemblies()])
def test_without_elephant(detector, monkeypatch):
    for name in ("elephant", "elephant.spade", "elephant.cell_assembly_detection"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match="pip install elephant"):
        detector.fit(np.eye(5))


@pytest.mark.filterwarnings("ignore")
def test_agglomeration_finds_a_sequence(planted):
    pytest.importorskip("elephant")
    # It tests nothing where fewer than five coincidences are expected by chance.
    found = CADAssemblies(most_lag=4).fit(planted(0.1))
    assert ([2, 5, 7], [0, 1, 2]) in patterns(found)


@pytest.mark.filterwarnings("ignore")
def test_frequent_patterns_find_a_sequence(planted):
    pytest.importorskip("elephant")
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    found = SPADEAssemblies(surrogates=30, window=4).fit(planted(0.02))
    assert ([2, 5, 7], [0, 1, 2]) in patterns(found)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def patterns(found):
    pairs = zip(found.members_, found.lags_, strict=True)
    return [(members.tolist(), lags.tolist()) for members, lags in pairs]
