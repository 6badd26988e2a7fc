"""mpmath numbers as exact rational ones."""

import mpmath
import pytest
from mpmath.libmp import to_rational
from sympy import Float, Rational

from elu_sym.algebra.arbitrary_precision import exact_rational


@pytest.mark.parametrize("value", [0.75, -0.75, 0.0, 2.0**80])
def test_an_mpf_is_a_fraction_with_its_sign(value):
    """`exact_rational` takes it as it is, whatever the working precision."""
    with mpmath.workprec(2):
        assert to_rational(mpmath.mpf(value, prec=53)._mpf_) == value.as_integer_ratio()
        assert exact_rational("mu", mpmath.mpf(value, prec=53)) == Rational(value)


def test_a_float_of_sympy_becomes_an_mpf_without_rounding():
    """`mpmath_function` hands the digits of SymPy to mpmath as they are."""
    with mpmath.workdps(50):
        third = mpmath.mpf(Float(Rational(1, 3), 50)._mpf_)
        assert abs(third - mpmath.mpf(1) / 3) < mpmath.mpf(10) ** -50
