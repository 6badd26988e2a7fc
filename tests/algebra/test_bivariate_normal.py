"""The bivariate normal distribution: values by SciPy and mpmath, and its relations as proofs."""

import mpmath
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import multivariate_normal
from sympy import Max, Min, Rational, S, asin, lambdify, latex, oo, pi, sqrt, symbols
from sympy.core.function import ArgumentIndexError

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf, complement, parametrized
from elu_sym.algebra.enclosure import enclose, enclose_to
from elu_sym.algebra.equality import equals
from elu_sym.algebra.normal_form import NormalForm, NotNormalizableError, is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.symbols import Correlation, rho

h, k = symbols("h k", real=True)
joint = BivariateNormalCdf

CORNERS = [
    (Rational(1), Rational(-1, 2), Rational(3, 5)),
    (Rational(-3), Rational(-2), Rational(-9, 10)),
    (Rational(0), Rational(2, 3), Rational(1, 7)),
    (Rational(4), Rational(4), Rational(999, 1000)),
    (Rational(-5, 2), Rational(7, 2), Rational(-99, 100)),
]


def by_quadrature(first, second, r):
    """The integral of the density of one variable times the conditional distribution."""
    first, second, r = (mpmath.mpf(v.p) / v.q for v in (first, second, r))

    def weight(u):
        return mpmath.npdf(u) * mpmath.ncdf((second - r * u) / mpmath.sqrt(1 - r * r))

    edges = sorted({-40, -8, -4, -2, 0, 2, first, second / r if r else 0, 4})
    return mpmath.quad(weight, [e for e in edges if e < first] + [first])


@pytest.mark.parametrize("corner", CORNERS)
def test_a_ball_contains_the_value_that_quadrature_gives(corner):
    with mpmath.workdps(30):
        expected = by_quadrature(*corner)
    ball = enclose_to(joint(*corner), {}, Rational(1, 10**20))
    assert abs(float(ball.mid()) - float(expected)) <= 1e-15 * float(expected) + 1e-30
    assert abs(float(joint(*corner).evalf(20)) - float(expected)) <= 1e-15
    covariance = [[1, float(corner[2])], [float(corner[2]), 1]]
    assert float(ball.mid()) == pytest.approx(
        multivariate_normal.cdf([float(corner[0]), float(corner[1])], cov=covariance), abs=1e-8
    )


@pytest.mark.parametrize(
    "corner",
    [
        (Rational(-20), Rational(-20), Rational(1, 2)),
        (Rational(-20), Rational(-20), Rational(-1, 2)),
        (Rational(-20), Rational(3), Rational(-1, 2)),
        (Rational(1), Rational(-9, 8), Rational(-9999, 10000)),
    ],
)
def test_a_tail_has_as_many_digits_as_any_other_value(corner):
    # An expectation multiplies it by exp(sigma^2/2): where a tail lost its digits, as the
    # difference of what is large, deviations of 40 took minutes.
    with mpmath.workdps(40):
        first, second, r = (mpmath.mpf(v.p) / v.q for v in corner)
        width, root = mpmath.sqrt(1 - r * r), mpmath.sqrt(2)
        near = {first} | {first - 2.0**-n for n in range(-3, 12)}
        turns = (second / r + n * width for n in range(-8, 9))
        edges = sorted(near | {turn for turn in turns if turn < first})

        def weight(u):
            return mpmath.npdf(u) * mpmath.erfc((r * u - second) / width / root) / 2

        # The error that ends mpmath's rule is an absolute one.
        largest = max(map(weight, edges))
        expected = largest * mpmath.quad(lambda u: weight(u) / largest, edges)
    ball = enclose(joint(*corner), {}, 128)
    assert ball.rel_accuracy_bits() > 90
    assert abs(mpmath.mpf(ball.mid().str(30, radius=False)) / expected - 1) < 1e-15


@pytest.mark.parametrize("r", [sqrt(2) / 2, -sqrt(2) / 2, Rational(-999, 1000)])
def test_a_gap_that_is_zero_without_being_known_to_be_loses_nothing(r):
    place = sqrt(2) / 3
    for first, second in ((place, place), (place, -place), (-place, place)):
        ball = enclose(joint(first, second, r), {}, 128)
        assert ball.rel_accuracy_bits() > 90
        near = multivariate_normal.cdf(
            [float(first), float(second)], cov=[[1, float(r)], [float(r), 1]]
        )
        assert float(ball.mid()) == pytest.approx(float(near), abs=1e-7)


@pytest.mark.parametrize("gap", [Rational(1, 10**6), Rational(1, 2**53)])
@pytest.mark.parametrize("sign", [1, -1])
def test_next_to_the_ends_the_value_tends_to_that_at_the_end(gap, sign):
    for first, second in ((1, -1), (1, 1), (0, 0), (Rational(1, 3), Rational(1, 2))):
        near = enclose(joint(S(first), S(second), sign * (1 - gap)), {})
        end = enclose(joint(S(first), S(second), S(sign)), {}) if first != second else None
        if end is not None:
            assert abs(near - end) < 0.4 * (2 * float(gap)) ** 0.5 + 1e-20
        assert near.rel_accuracy_bits() > 60


def test_values_that_are_known():
    assert joint(h, oo, rho) == joint(oo, h, rho) == NormalCdf(h)
    assert joint(h, -oo, rho) == joint(-oo, k, rho) == 0
    assert joint(h, k, 0) == NormalCdf(h) * NormalCdf(k)
    assert joint(h, k, 1) == NormalCdf(Min(h, k))
    assert joint(h, k, -1) == NormalCdf(Max(h, -k)) - NormalCdf(-k)
    assert joint(0, 0, rho) == Rational(1, 4) + asin(rho) / (2 * pi)
    with pytest.raises(ValueError, match="r = 2: a correlation is between -1 and 1"):
        joint(h, k, 2)
    with pytest.raises(ArgumentIndexError):
        joint(h, k, rho).fdiff(4)
    assert joint(h, k, rho).is_extended_real
    assert latex(joint(h, k, rho) ** 2) == r"\Phi_2^{2}\left(h, k; \rho\right)"


RELATIONS = [
    joint(h, k, rho) - joint(k, h, rho),
    joint(h, k, rho) + joint(h, -k, -rho) - NormalCdf(h),
    joint(-h, -k, rho) - 1 + NormalCdf(h) + NormalCdf(k) - joint(h, k, rho),
    joint(0, k, rho) + joint(0, k, -rho) - NormalCdf(k),
    joint(h - h, k, rho) - joint(k, 0, rho),
    joint(h, k, Rational(3, 5)) - joint(k, h, Rational(3, 5)),
]


@pytest.mark.parametrize("relation", RELATIONS)
def test_relations_are_proved(relation):
    assert is_zero(relation)


def test_the_normal_form_differentiates_as_sympy_does_and_as_a_difference_quotient():
    step = Rational(1, 10**8)
    point = {h: Rational(1, 3), k: Rational(-4, 5), rho: Rational(2, 7)}
    function = joint(h + k, -k, -rho)
    for symbol in point:
        form = NormalForm.from_expr(function).diff(symbol)
        assert (form - NormalForm.from_expr(function.diff(symbol))).is_zero
        above, below = (
            enclose(function, point | {symbol: point[symbol] + s}, 256) for s in (step, -step)
        )
        quotient = float((above - below).mid()) / float(2 * step)
        assert float(enclose(form.to_expr(), point).mid()) == pytest.approx(quotient, abs=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        joint(h, k, rho) - joint(h, k, -rho),
        joint(h, k, rho) + joint(h, -k, rho) - NormalCdf(h),
        joint(h, k, rho).diff(rho) - joint(h, k, rho).diff(h),
        joint(0, 0, rho) - Rational(1, 4),
    ],
)
def test_what_is_no_relation_is_not_proved(wrong):
    assert not is_zero(wrong)
    assert not equals(wrong, 0)


def test_relations_at_special_correlations_are_decided_by_enclosures_only():
    # Phi_2(h, 0; -1/sqrt 2) = Phi(h)^2/2 is true and has no zero form: nothing is claimed of it.
    difference = joint(h, 0, -sqrt(2) / 2) - NormalCdf(h) ** 2 / 2
    assert not is_zero(difference)
    assert enclose(difference, {h: Rational(2, 3)}, 200).contains(0)


def test_a_root_of_one_minus_a_square_needs_a_correlation():
    assert is_zero(sqrt(1 - rho**2) ** 2 - 1 + rho**2)
    with pytest.raises(NotNormalizableError, match="not known to be positive"):
        is_zero(sqrt(1 - h**2) - 1)
    r = Correlation("r")
    assert parametrized(1 - r * rho).factor().is_positive
    assert parametrized(sqrt(1 - r**2) * complement(rho)).factor().is_positive


@settings(max_examples=10)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-0.99, 0.99))
def test_printed_code_computes_it(first, second, r):
    code = lambdify((h, k, rho), joint(h, k, rho), "scipy")
    expected = multivariate_normal.cdf([first, second], cov=[[1, float(r)], [float(r), 1]])
    assert code(first, second, r) == pytest.approx(expected, abs=1e-7)
