"""The recruitment start: parts that recur are claimed, one unit each."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from neurohm.exceptions import InputError
from neurohm.images import bars
from neurohm.machine import HelmholtzMachine
from neurohm.machine.recruitment import Recruitment, find_parts
from neurohm.populations import NADE, Gaussian, Poisson


@pytest.mark.parametrize("seed", range(5))
def test_each_bar_has_its_own_unit(seed):
    x = bars(4).sample(2000, seed=seed)
    parts = {tuple(part) for part in find_parts(x > 0, most=8, repeats=10)}
    image = np.eye(4, dtype=bool)
    expected = {tuple(np.repeat(row, 4)) for row in image} | {
        tuple(np.tile(row, 4)) for row in image
    }
    assert parts == expected


def test_imprinted_in_both_directions():
    x = np.tile([[1, 1, 0, 0], [0, 0, 1, 1]], (10, 1))
    machine = HelmholtzMachine([4, 3, 2], initial=Recruitment(x, repeats=3), seed=0)
    down, up = machine.generative.projections[0].weights, machine.recognition.projections[0].weights
    np.testing.assert_array_equal(down, 2 * up.T)
    assert (down[2] == 0).all()  # nothing was left to claim
    np.testing.assert_array_equal(machine.recognition.biases[1].weights, [-7.5, -7.5, 0])
    sparse = HelmholtzMachine([4, 3, 2], initial=Recruitment(csr_array(x), repeats=3), seed=0)
    np.testing.assert_array_equal(sparse.generative.projections[0].weights, down)


def test_claimed_parts_are_explained_away():
    both = [[1, 1, 0, 1, 1]] * 4
    x = np.array([[1, 1, 0, 0, 0]] * 3 + both, dtype=bool)
    first, second = find_parts(x, most=2, repeats=3)
    assert first.tolist() == [True, True, False, False, False]
    assert second.tolist() == [False, False, False, True, True]


def test_data_of_another_width_are_refused():
    with pytest.raises(InputError, match="recruit"):
        HelmholtzMachine([4, 2], initial=Recruitment(np.ones((3, 5))))


@pytest.mark.parametrize(
    ("populations", "edges"),
    [
        ([Gaussian(4), 2], None),
        ([4, Poisson(2)], None),
        ([4], None),
        ([4, 2, 2], ([(2, 0)], [(0, 2)])),
    ],
)
def test_machines_that_cannot_be_imprinted_are_refused(populations, edges):
    with pytest.raises(InputError, match="recruitment in HelmholtzMachine"):
        HelmholtzMachine(populations, edges=edges, initial=Recruitment(np.eye(4)))


def test_inner_units_do_not_start_alike():
    machine = HelmholtzMachine([NADE(4, inner=2), 2], initial=Recruitment(np.eye(4)), seed=0)
    readout = machine.parameters()["generative/visible.inner->visible"]
    assert (readout[:, 0] != readout[:, 1]).all()
