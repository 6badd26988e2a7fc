"""Curves leave no run out, and the best rate is that of the fewest errors."""

import math
from typing import NamedTuple

import pytest

from elu_sym.experiments.plain_networks import HELD_OUT
from elu_sym.experiments.training_curves import (
    CONFIDENCE,
    accuracy_curve,
    loss_curve,
    rate_of_fewest_errors,
)


class Row(NamedTuple):
    """A record as it is asked for."""

    step: str
    loss: str
    held_out_errors: str
    learning_rate: str = "0.1"


def test_a_run_that_has_diverged_counts() -> None:
    rows = [Row("0", "2.5", "400")] * 8 + [Row("10", "", "")] * 5 + [Row("10", "0.5", "71")] * 3
    losses, accuracies = loss_curve(rows), accuracy_curve(rows)
    assert losses == {0: (2.5, 2.5, 2.5, 127 / 128), 10: (0.5, math.inf, math.inf, 127 / 128)}
    assert CONFIDENCE <= 127 / 128
    assert list(accuracies) == [0, 10]
    assert accuracies[0].median == pytest.approx(97 / HELD_OUT)
    assert accuracies[10][:3] == pytest.approx((0.0, 0.0, 1 - 71 / HELD_OUT))


def row_of(rate: str, errors: str, step: str = "10") -> Row:
    return Row(step, errors, errors, rate)


def test_the_best_rate_has_the_fewest_errors_on_average() -> None:
    rows = [row_of("0.1", "10"), row_of("0.1", ""), row_of("0.2", "200"), row_of("0.2", "300")]
    assert rate_of_fewest_errors(rows, 10) == 0.2  # a run that diverged counts as all wrong
    assert rate_of_fewest_errors([*rows, row_of("0.05", "250")], 10) == 0.05  # of two the smaller
    assert rate_of_fewest_errors([*rows, row_of("0.3", "1", "20")], 10) == 0.2
    with pytest.raises(ValueError, match="step = 7: give a step after which"):
        rate_of_fewest_errors(rows, 7)
