"""The kernels of two inputs that are compared are those of the definition."""

import numpy as np
import pytest
from bench import joint_kernel, speed


def test_two_inputs_have_every_population_and_candidate():
    found = speed.read()["two_inputs"]
    assert found["populations"] == joint_kernel.DESCRIBED
    assert set(found["entries"]) == set(joint_kernel.POPULATIONS)
    for entry in found["entries"].values():
        assert set(entry) == {*joint_kernel.CANDIDATES, "unit"}
        assert all(each["ns"] > 0 for each in entry.values())
        assert entry["shipped"]["median"] <= entry["shipped"]["worst"]
        assert entry["shipped"]["least"] > 13


@pytest.mark.parametrize(
    ("candidate", "accuracy"),
    [
        ("shipped", 1e-13),
        ("owens_t", 1e-12),
        ("integration", 1e-6),
        ("gauss_hermite_25", 0.01),
        ("gauss_hermite_50", 0.005),
    ],
)
@pytest.mark.parametrize("means", [(0.0, 0.0), (0.3, -0.4)])
def test_every_kernel_is_that_of_the_definition(candidate, accuracy, means):
    _, make, _ = joint_kernel.CANDIDATES[candidate]
    law = (means[0], 1.2, means[1], 0.7, 0.6, 0.8)
    known = joint_kernel.truth("kernel", law, joint_kernel.ELU, joint_kernel.ELU)
    with np.errstate(all="ignore"):
        (found,) = make()(*(np.array([x]) for x in law))
    assert known.error(found) < accuracy


@pytest.mark.parametrize("name", joint_kernel.POPULATIONS)
def test_copies_are_near_their_place(name):
    rng = np.random.default_rng(1)
    law = joint_kernel.POPULATIONS[name](rng, 50)
    for place in zip(*(x.tolist() for x in law), strict=True):
        near = joint_kernel.copies(place, rng)
        assert all(each.shape == (joint_kernel.COPIES,) for each in near)
        for each, x, size in zip(near, place, (*place[:4], 4.0, 4.0), strict=True):
            assert abs(each - x).max() <= 1.01e-3 * abs(size)
        assert abs(near[4] ** 2 + near[5] ** 2 - 1).max() < 1e-15
