"""The floats at which libraries are measured."""

import numpy as np
import pytest
from rounding_oracles import stored

from elu_sym.algebra.rounding import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FORMATS
from elu_sym.conformance.evaluation_points import doubles_at, evaluation_points


@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
def test_doubles_have_their_ranks(numbers) -> None:
    greatest = numbers.rank(numbers.greatest)
    ranks = [1, 2, 1 << numbers.precision - 1, (1 << numbers.precision - 1) + 1, greatest // 3]
    ranks += [greatest - 1, greatest]
    ranks += [-rank for rank in ranks]
    expected = [numbers.double_at(rank) for rank in ranks]
    assert doubles_at(numbers, np.array(ranks)).tolist() == expected


@pytest.mark.parametrize("numbers", [FLOAT16, BFLOAT16], ids=lambda numbers: numbers.name)
def test_a_short_format_is_measured_at_every_number(numbers) -> None:
    positive = stored(numbers.name)[1:]
    points = evaluation_points(numbers)
    assert (points == np.concatenate([-positive[::-1], positive])).all()


@pytest.mark.parametrize("numbers", [FLOAT32, FLOAT64], ids=lambda numbers: numbers.name)
def test_a_long_format_is_measured_everywhere(numbers) -> None:
    points = evaluation_points(numbers)
    assert (np.diff(points) > 0).all()
    assert (points == -points[::-1]).all()
    assert (points.astype(numbers.name).astype(np.float64) == points).all()
    assert points[-1] == float(numbers.greatest)
    assert points[len(points) // 2] == float(numbers.least_positive)
    # No gap of more than half the ranks of a binade, from the smallest number to the largest.
    sizes = points[points >= float(numbers.least_normal)]
    assert (sizes[1:] / sizes[:-1]).max() <= 1.5
    # Nor of more than a part in 4,000 of where e^x is neither 1 nor 0.
    reach = -np.log(float(numbers.least_positive))
    middle = points[(points > -reach) & (points < 0)]
    assert np.diff(middle).max() < reach / 4000


def test_they_are_the_same_every_time() -> None:
    first = evaluation_points(FLOAT64)
    assert (first == evaluation_points(FLOAT64)).all()
    assert (first[::16] == evaluation_points(FLOAT64, stride=16)).all()
