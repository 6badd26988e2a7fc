"""Exact arguments in, every digit out."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given, strategies as st
from sympy import Rational, exp

from elu_sym import celu, mean, variance
from elu_sym.algebra.arbitrary_precision import arb_function, exact_rational, mpmath_function
from elu_sym.algebra.enclosure import enclose_to
from elu_sym.symbols import mu


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_keeps_its_value_and_its_sign(value):
    # The mantissa of an mpf is unsigned: -40.0 once became 40.
    assert exact_rational("mu", value) == Rational(*value.as_integer_ratio())
    assert exact_rational("mu", mpmath.mpf(value)) == Rational(*value.as_integer_ratio())
    assert exact_rational("mu", np.float64(value)) == Rational(*value.as_integer_ratio())


def test_exact_types_are_taken():
    assert exact_rational("mu", Fraction(-1, 3)) == Rational(-1, 3)
    assert exact_rational("mu", -7) == -7
    assert exact_rational("mu", Rational(2, 3)) == Rational(2, 3)


@pytest.mark.parametrize("wrong", [True, "1", None, 1j, float("nan"), float("inf"), [1.0]])
def test_everything_else_is_refused_by_name(wrong):
    with pytest.raises(TypeError, match=r"mu = .* is no finite int, float"):
        exact_rational("mu", wrong)


def test_the_number_of_arguments_is_checked():
    for function in (mpmath_function(exp(mu), (mu,)), arb_function(exp(mu), (mu,))):
        with pytest.raises(TypeError, match=r"2 values for the arguments \(mu\)"):
            function(1, 2)


@pytest.mark.parametrize("formula", [mean, variance, celu.mean], ids=lambda formula: formula.id)
@pytest.mark.parametrize("point", [(-40, 1, 1), (0, 1e-9, 1), (3, 40, 2), (-0.25, 0.5, 1.5)])
def test_mpmath_gives_fifty_digits_that_arb_confirms(formula, point):
    with mpmath.workdps(50):
        digits = mpmath.nstr(formula.lambdify("mpmath")(*point), 48, strip_zeros=False)
    exact = dict(zip(formula.symbols, map(Rational, point), strict=True))
    truth = enclose_to(formula.expr, exact, Rational(1, 10**55))
    with ctx.workprec(400):
        assert abs(arb(digits) - truth) <= abs(truth) * arb("1e-47")
    assert formula.lambdify("flint")(*point).overlaps(truth)
