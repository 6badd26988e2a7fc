"""A formula of one's own in two variables: numbers, limits, witnesses and errors."""

import math
import pickle

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sympy import DiracDelta, Heaviside, Max, Symbol

import elu_sym
from elu_sym import JointGaussianExpectation, elu, mean, relu, second_moment
from elu_sym.gaussian.order import UnsupportedExpressionError
from elu_sym.symbols import alpha, x, y

kernel = JointGaussianExpectation(elu(x, alpha) * elu(y, alpha))
quadrant = JointGaussianExpectation(Heaviside(x) * Heaviside(y))


def test_the_probability_of_a_quadrant_is_that_of_scipy():
    law = multivariate_normal([0.3, -0.2], [[4.0, -1.2], [-1.2, 1.0]])
    assert quadrant(0.3, 2, -0.2, 1, -0.6) == pytest.approx(
        1 - law.cdf([0, math.inf]) - law.cdf([math.inf, 0]) + law.cdf([0, 0]), rel=1e-6
    )


def test_the_ends_and_the_middle_are_formulas_of_one_input():
    same = kernel(0.3, 1.2, 0.3, 1.2, [0.0, 1.0], alpha=1.5)
    one = mean(0.3, 1.2, alpha=1.5)
    assert same[0] == pytest.approx(one**2, rel=4e-16)
    assert same[1] == pytest.approx(second_moment(0.3, 1.2, alpha=1.5), rel=4e-16)
    mirrored = JointGaussianExpectation(relu(x) * relu(y))
    assert mirrored(0, 1, 0, 1, [1.0, -1.0]).tolist() == [0.5, 0.0]


def test_next_to_the_ends_nothing_is_lost():
    distance = JointGaussianExpectation((elu(x, alpha) - elu(y, alpha)) ** 2)
    near = 1 - np.array([1e-6, 2.0**-53])
    found = distance(0.5, 1.0, 0.5, 1.0, near, 1.0)
    # E (f(X) - f(Y))^2 ~ 2 (1 - rho) sigma^2 E f'(X)^2.
    slope = elu_sym.derivative_second_moment(0.5, 1.0, 1.0)
    assert found == pytest.approx(2 * (1 - near) * slope, rel=2e-3)


def test_arguments_broadcast_and_nan_passes():
    found = kernel([[0.0], [1.0]], 1, 0, 1, [0.5, math.nan, -0.5], 1)
    assert found.shape == (2, 3)
    assert np.isnan(found).tolist() == [[False, True, False]] * 2
    assert kernel(np.float32(0), np.float32(1), 0, 1, 0.5, alpha=1).dtype == np.float32
    assert kernel.arguments == ("mu1", "sigma1", "mu2", "sigma2", "rho", "alpha")


def test_users_errors_are_named():
    for arguments, error, message in (
        ((0, 1, 0, 1, 1.5, 1), ValueError, "rho = 1.5: give a correlation from -1 to 1"),
        ((0, 0, 0, 1, 0.5, 1), ValueError, r"sigma1 = 0.0: give a finite number above zero"),
        ((math.inf, 1, 0, 1, 0.5, 1), ValueError, "mu1 = inf: give a finite number"),
        ((0, 1, 0, 1, 0.5), TypeError, "alpha is missing"),
        ((0, 1, 0, 1, 0.5, 1, 2), TypeError, "7 arguments are given"),
        (("0", 1, 0, 1, 0.5, 1), TypeError, "mu1 = '0' is text"),
    ):
        with pytest.raises(error, match=message):
            kernel(*arguments)
    with pytest.raises(TypeError, match="mu1 is given twice"):
        kernel(0, 1, 0, 1, 0.5, 1, mu1=2)
    with pytest.raises(TypeError, match="slope is unknown"):
        kernel(0, 1, 0, 1, 0.5, 1, slope=2)
    for g, error, message in (
        ("x*y", TypeError, "g = 'x.y' is of type str"),
        (DiracDelta(x) * y, ValueError, "has an atom"),
        (x * y * Symbol("k"), ValueError, "declare it as"),
        (x * y * Symbol("rho", real=True), ValueError, "is the name of something else"),
        (lambda a, b: a * b * x, ValueError, "beside its arguments"),
    ):
        with pytest.raises(error, match=message):
            JointGaussianExpectation(g)
    with pytest.raises(UnsupportedExpressionError, match="no sum of products"):
        JointGaussianExpectation(Max(x, y))(0, 1, 0, 1, 0)


def test_it_is_a_value():
    again = pickle.loads(pickle.dumps(kernel))
    assert again == kernel
    assert hash(again) == hash(kernel)
    assert kernel != quadrant
    assert kernel != "kernel"
    assert repr(quadrant) == "<formula E[Heaviside(x)*Heaviside(y)](mu1, sigma1, mu2, sigma2, rho)>"
    assert quadrant._repr_latex_().startswith("$$ \\mathbb{E}")
    assert "erfc" in str(kernel.expr)


@pytest.mark.parametrize("deviation", [40.0, 100.0, 1000.0])
def test_large_deviations_have_a_value_at_every_correlation(deviation):
    # By the units of a deviation ELU is ReLU, but for the floor.
    def relu_kernel(r):
        return (math.sqrt(1 - r * r) + (math.pi - math.acos(r)) * r) / (2 * math.pi)

    for r in (1.0, 0.5, -0.9):
        value = kernel(0.0, deviation, 0.0, deviation, r, alpha=1.0)
        assert value == pytest.approx(deviation**2 * relu_kernel(r), abs=deviation)
    assert kernel(0.0, deviation, 0.0, deviation, 1.0, alpha=1.0) == pytest.approx(
        elu.second_moment(0.0, deviation, 1.0), rel=1e-14
    )


def test_everything_testifies():
    covariance = JointGaussianExpectation(relu(x) * y)
    witnesses = covariance.certificate
    assert [witness.kind.value for witness in witnesses] == [
        *("derivation", "heat", "price", "arb", "montecarlo", "mutation")
    ]
    assert all(witnesses)


@pytest.mark.deep
@pytest.mark.parametrize(
    "g",
    [
        elu(x, alpha) * elu(y, alpha),
        elu(x, alpha).diff(x) * elu(y, alpha).diff(y),
        elu(x, alpha) * elu(y, alpha).diff(y),
        relu(x) * elu(y, alpha),
        (elu(x, alpha) - elu(y, alpha)) ** 2,
    ],
    ids=["kernel", "derivative kernel", "cross kernel", "ReLU and ELU", "distance"],
)
def test_everything_testifies_for_every_kernel(g):
    witnesses = JointGaussianExpectation(g).certificate
    assert all(witnesses), [witness.detail for witness in witnesses if not witness]
    assert "score 100 %" in witnesses[-1].detail


def test_on_a_line_standard_deviations_may_be_far_apart():
    # With alpha = 1: E f(X) f(Y), Y = -500 - 100 X, by the sum of its three pieces.
    found = kernel(0, 1e3, -500, 1e5, -1, 1)
    draws = 1e3 * np.random.default_rng(1).standard_normal(1 << 16)
    left, right = (
        np.where(v > 0, v, np.expm1(np.minimum(v, 0))) for v in (draws, -500 - 100 * draws)
    )
    samples = left * right
    assert abs(found - samples.mean()) < 5 * samples.std() / 2**8
    # So far out that there is nothing but 0.
    step = JointGaussianExpectation(Heaviside(x - 1) * y)
    assert step(2e-5, 1e-6, 5e6, 5e5, -1) == 0.0
