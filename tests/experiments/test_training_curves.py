"""Intervals of medians hold as often as they say, and curves leave no run out."""

import math
from typing import NamedTuple

import pytest
from scipy.stats import binom

from elu_sym.experiments.elu_or_relu import HELD_OUT
from elu_sym.experiments.training_curves import accuracy_curve, loss_curve, median_of


@pytest.mark.parametrize("count", [8, 9, 16, 25, 80])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_the_interval_is_the_narrowest_with_its_confidence(count: int, confidence: float) -> None:
    """The number of values below the median is binomial, by SciPy."""
    numbers = [(17 * k) % 83 for k in range(count)]  # in another order
    found = median_of(numbers, confidence)
    left_out = sorted(numbers).index(found.low)
    assert sorted(numbers, reverse=True).index(found.high) == left_out
    assert 1 - 2 * binom.cdf(left_out, count, 0.5) >= confidence
    assert 1 - 2 * binom.cdf(left_out + 1, count, 0.5) < confidence
    assert found.value == pytest.approx(
        sum(sorted(numbers)[(count - 1) // 2 : count // 2 + 1]) / (2 - count % 2)
    )


def test_too_few_values_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"7 values enclose their median with 98\.4375 % at most"):
        median_of([0.0] * 7)
    with pytest.raises(ValueError, match="0 values enclose their median with 0 % at most"):
        median_of([])


class Row(NamedTuple):
    """A record as curves ask for it."""

    step: str
    loss: str
    held_out_errors: str


def test_a_run_that_has_diverged_counts() -> None:
    rows = [Row("0", "2.5", "400")] * 8 + [Row("10", "", "")] * 5 + [Row("10", "0.5", "71")] * 3
    losses, accuracies = loss_curve(rows), accuracy_curve(rows)
    assert losses == {0: (2.5, 2.5, 2.5), 10: (0.5, math.inf, math.inf)}
    assert list(accuracies) == [0, 10]
    assert accuracies[0].value == pytest.approx(97 / HELD_OUT)
    assert accuracies[10] == pytest.approx((0.0, 0.0, 1 - 71 / HELD_OUT))
