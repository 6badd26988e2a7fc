"""mpmath and Arb take, refuse and give what the function of doubles does, and every digit."""

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from math import nextafter

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb

from elu_sym import ACTIVATIONS, FORMULAS, celu, derivative_below, elu, mean, selu, variance
from elu_sym.book.exact_functions import exact_function

BACKENDS = pytest.mark.parametrize("backend", ["mpmath", "flint"])
EVERY = pytest.mark.parametrize(
    "formula",
    [f for a in ACTIVATIONS.values() for f in a.formulas.values()],
    ids=lambda formula: formula.id,
)

WRONG = [
    {"mu": 0, "sigma": -1},
    {"mu": 0, "sigma": float("inf")},
    {"mu": 0, "sigma": [1.0, -2.0]},
    {"mu": 0, "alpha": -1},
    {"mu": 0, "alpha": 0.0},
    {"mu": 0, "alpha": [[1.0, 0.0]]},
    {"mu": "0"},
    {"mu": None},
    {"mu": True},
    {"mu": [True]},
    {"mu": 1j},
    {"mu": [1.0, 2.0], "sigma": [1.0, 2.0, 3.0]},
    {"mu": np.ma.masked_array([1.0, 2.0], [True, False])},
    {"mu": [[1.0], [1.0, 2.0]]},
    {"mu": np.array([1.0, None])},
    {"mu": 0, "beta": 1},
    {"sigma": 1},
]


@BACKENDS
@pytest.mark.parametrize("arguments", WRONG, ids=str)
def test_what_is_refused_and_how_is_the_same(backend, arguments):
    with pytest.raises((TypeError, ValueError)) as by_numpy:
        mean(**arguments)
    with pytest.raises(by_numpy.type) as exactly:
        mean.lambdify(backend)(**arguments)
    # A number is printed as it was given.
    plain = [str(error.value).replace(".0:", ":") for error in (by_numpy, exactly)]
    assert plain[0] == plain[1]


@BACKENDS
@pytest.mark.parametrize(
    "value", [Fraction(-1, 3), sympy.Rational(-1, 3), Decimal("-0.5"), mpmath.mpf(-1), -(10**400)]
)
def test_a_number_of_another_kind_is_checked_unrounded(backend, value):
    for name in ("sigma", "alpha"):
        with pytest.raises(ValueError, match=rf"{name} = -.*: give a finite number"):
            mean.lambdify(backend)(0, **{name: value})
        with pytest.raises(ValueError, match=rf"{name}\[1\] = -.*: give a finite number"):
            mean.lambdify(backend)(0, **{name: [Fraction(1), value]})


@BACKENDS
@EVERY
def test_the_limits_are_those_of_the_doubles(backend, formula):
    first = [0.5] * len(formula.quantity.leading)
    places = [np.inf, -np.inf, 1.0, -1.0, 0.0, np.nan], [2, 2, 0, 0, 0, 1]
    found = formula.lambdify(backend)(*first, *places)
    np.testing.assert_allclose(
        [float(value) for value in found], formula(*first, *places), rtol=2e-15
    )


@BACKENDS
def test_a_limit_has_all_digits(backend):
    with mpmath.workdps(40):
        value = mean.lambdify(backend)(Fraction(-1, 3), 0, 3)
        true = 3 * mpmath.expm1(-mpmath.mpf(1) / 3)
        digits = mpmath.mpf(value.str(38, radius=False)) if isinstance(value, arb) else value
        assert abs(digits - true) < mpmath.mpf(10) ** -37
    # To the left of log(level/alpha) by less than a double tells.
    end = float(mpmath.log(mpmath.mpf("0.5")))
    below = Fraction(end) - Fraction(1, 10**16)
    above = Fraction(end) + Fraction(1, 10**16)
    values = derivative_below.lambdify(backend)(Fraction(1, 2), [below, above], 0, 1)
    assert [float(value) for value in values] == [1.0, 0.0]


@BACKENDS
def test_arguments_are_named_and_have_defaults(backend):
    function = selu.mean.lambdify(backend)
    np.testing.assert_allclose(float(function(1)), selu.mean(1), rtol=1e-14)
    np.testing.assert_allclose(float(function(sigma=2, mu=1)), selu.mean(1, 2), rtol=1e-14)
    np.testing.assert_allclose(
        float(function(1, 2, scale=3, alpha=0.5)), selu.mean(1, 2, 0.5, 3), rtol=1e-14
    )


@BACKENDS
def test_arrays_broadcast(backend):
    found = celu.variance.lambdify(backend)([[0.25], [-2.0]], [1.0, 0.0, 3.0], 2)
    assert found.shape == (2, 3)
    assert found.dtype == object
    true = celu.variance([[0.25], [-2.0]], [1.0, 0.0, 3.0], 2)
    np.testing.assert_allclose(found.astype(float), true, rtol=1e-14)
    assert mean.lambdify(backend)([], 1).shape == (0,)


@BACKENDS
@pytest.mark.parametrize(
    "half",
    [
        0.5,
        np.float64(0.5),
        np.float32(0.5),
        np.array(0.5),
        Fraction(1, 2),
        Decimal("0.5"),
        sympy.Rational(1, 2),
        sympy.Float("0.5"),
        mpmath.mpf("0.5"),
    ],
    ids=lambda half: type(half).__name__,
)
def test_every_kind_of_number_is_taken(backend, half):
    assert float(variance.lambdify(backend)(half, half, half)) == float(
        variance.lambdify(backend)(0.5, 0.5, 0.5)
    )
    assert float(mean.lambdify(backend)(np.int64(3))) == float(mean.lambdify(backend)(3))


@BACKENDS
def test_a_number_that_no_double_is_stays_what_it_is(backend):
    function = elu.std.lambdify(backend)
    third, double = Fraction(1, 3), 1 / 3
    with mpmath.workdps(30):
        assert function(third) != function(double)
        assert function(third) > function(nextafter(double, 0))


def test_a_number_beyond_the_doubles():
    tiny = mpmath.mpf("1e-400")
    assert abs(elu.std.lambdify("flint")(1, tiny) / arb("1e-400") - 1) < 1e-14
    with pytest.raises(ArithmeticError, match=r'mpmath has no error function so far out.*"flint"'):
        elu.std.lambdify("mpmath")(1, tiny)


def test_another_backend_is_none_of_them():
    assert exact_function(FORMULAS["mean"], "mpmath")(0) == mean.lambdify("mpmath")(0)


def test_without_arb_the_extra_is_named():
    program = (
        "import sys; sys.modules['flint'] = None; from elu_sym import mean;"
        "print(mean.lambdify('mpmath')(0)); mean.lambdify('flint')"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.startswith("0.1605")
    assert run.stderr.strip().splitlines()[-1] == (
        "ModuleNotFoundError: mean.lambdify(\"flint\") needs flint: pip install 'elu_sym[verify]'"
    )
