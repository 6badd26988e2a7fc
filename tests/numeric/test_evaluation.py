"""Limits of a function of a law: what is no number stays none, but in a derivative."""

import numpy as np
import pytest

from elu_sym.numeric._gradients import leaky_relu_fourth_moment_gradient
from elu_sym.numeric.evaluation import evaluate, is_derivative
from elu_sym.numeric.function import compiled_module

LIMIT = np.array([-np.inf]), np.array([5.8e-297]), np.array([3e-8])


def test_a_value_that_is_no_number_at_a_limit_is_said():
    def textbook(law, alpha):
        return 0.0 * law.mu + alpha

    (found,) = evaluate(textbook, *LIMIT)
    assert np.isnan(found).all()


def test_a_derivative_takes_nothing_times_something_infinite_for_nothing():
    assert is_derivative(leaky_relu_fourth_moment_gradient)
    found = evaluate(leaky_relu_fourth_moment_gradient, *LIMIT)
    assert not any(np.isnan(each).any() for each in found)


@pytest.mark.skipif(compiled_module() is None, reason="the compiled module was not built")
def test_so_does_what_is_compiled():
    found = compiled_module().leaky_relu_fourth_moment_gradient(*LIMIT)
    np.testing.assert_array_equal(found, evaluate(leaky_relu_fourth_moment_gradient, *LIMIT))
