"""mpmath numbers as exact rational ones."""

import mpmath
import pytest
from sympy import Float, Rational

from elu_sym.algebra.arbitrary_precision import exact_rational


@pytest.mark.parametrize("value", [0.75, -0.75])
def test_mantissa_and_exponent_have_no_sign(value):
    """`exact_rational` takes the sign of an mpf from elsewhere: it once lost it here."""
    mantissa, exponent = mpmath.mpf(value).man_exp
    assert (int(mantissa), int(exponent)) == (3, -2)
    assert exact_rational("mu", mpmath.mpf(value)) == Rational(3, 4) * (1 if value > 0 else -1)


def test_zero_has_the_mantissa_0():
    """`exact_rational` has no case of its own for zero."""
    mantissa, exponent = mpmath.mpf(0).man_exp
    assert (int(mantissa), int(exponent)) == (0, 0)


def test_a_float_of_sympy_becomes_an_mpf_without_rounding():
    """`mpmath_function` hands the digits of SymPy to mpmath as they are."""
    with mpmath.workdps(50):
        third = mpmath.mpf(Float(Rational(1, 3), 50)._mpf_)
        assert abs(third - mpmath.mpf(1) / 3) < mpmath.mpf(10) ** -50
