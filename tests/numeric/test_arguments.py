"""The checks of arguments: what is refused, how the refusal reads, and what passes."""

import re
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp
from sympy import Float, I, Integer, Rational, Symbol, nan, oo, pi, zoo

from elu_sym.numeric.arguments import (
    LOCATION,
    POSITIVE,
    SCALE,
    Domain,
    UnreadableArrayError,
    broadcast_arguments,
)


def check(mu=0.0, sigma=1.0, alpha=1.0):
    return broadcast_arguments(mu=(mu, LOCATION), sigma=(sigma, SCALE), alpha=(alpha, POSITIVE))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sigma": -1.0}, "sigma = -1.0: give a finite number, zero or more"),
        ({"sigma": -1}, "sigma = -1.0: give"),
        ({"sigma": [1.0, 2.0, -0.5]}, "sigma[2] = -0.5: give"),
        ({"sigma": [[1.0, np.nan], [-3.0, -4.0]]}, "sigma[1, 0] = -3.0 (and 1 more): give"),
        ({"sigma": np.inf}, "sigma = inf: give a finite number"),
        ({"sigma": -np.inf}, "sigma = -inf: give"),
        ({"alpha": 0.0}, "alpha = 0.0: give a finite number above zero"),
        ({"alpha": -0.0}, "alpha = -0.0: give"),
        ({"alpha": np.array([1.0, -2.0])}, "alpha[1] = -2.0: give"),
        ({"alpha": np.inf}, "alpha = inf: give"),
        ({"mu": 10**400}, "mu = 1000"),
        ({"mu": [10**400, 1]}, "mu[0] = 1000"),
        ({"mu": Integer(10) ** 400}, "mu = 1000"),
        ({"mu": Fraction(-(10**400), 3)}, "mu = Fraction(-1000"),
        ({"mu": Decimal("1e400")}, "mu = Decimal('1E+400') is beyond the range of float64"),
        ({"mu": mpmath.mpf("1e400")}, "is beyond the range of float64"),
        ({"sigma": Rational(-1, 2)}, "sigma = -0.5: give"),
        ({"alpha": np.array([1, Decimal(0)])}, "alpha[1] = 0.0: give"),
        ({"mu": [[1.0], [1.0, 2.0]]}, "mu = [[1.0], [1.0, 2.0]] is ragged"),
        (
            {"mu": np.zeros(2), "sigma": np.ones(3)},
            "mu has shape (2,), sigma has shape (3,), alpha has shape (); give shapes",
        ),
    ],
)
def test_values_outside_the_domain_are_named(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        check(**arguments)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1j, "mu = 1j is complex"),
        (np.array([0.0, 1j]), "mu[0] = 0j is complex"),
        ("1.0", "mu = '1.0' is text"),
        (["a", "b"], "mu[0] = a is text"),
        (b"1", "mu = b'1' is bytes"),
        (None, "mu = None is of type NoneType"),
        (True, "mu = True is boolean"),
        (np.array([True, False]), "mu[0] = True is boolean"),
        ([1.0, None], "mu[1] = None is of type NoneType"),
        ([None], "mu[0] = None is of type NoneType"),
        ([Fraction(1, 2), None], "mu[1] = None is of type NoneType"),
        ([Fraction(1, 2), "1"], "mu[1] = '1' is of type str"),
        (np.array([0.5, True], object), "mu[1] = True is boolean"),
        (np.array([0.5, np.True_], object), "mu[1] = True is boolean"),
        (np.array([[0.5], [1j]], object), "mu[1, 0] = 1j is of type complex"),
        (pi, "mu = pi is of type Pi"),
        (Symbol("x"), "mu = x is of type Symbol"),
        (I, "mu = I is of type ImaginaryUnit"),
        (zoo, "mu = zoo is of type ComplexInfinity"),
        (mpmath.mpc(1), "mu = mpc(real='1.0', imag='0.0') is of type mpc"),
        (object, "mu = <class 'object'> is of type type"),
        ({}, "mu = {} is of type dict"),
        (np.array([], dtype=object), "mu is an empty array of dtype object"),
        (np.array([0], dtype="datetime64[s]"), "mu[0] = 1970-01-01T00:00:00 is of type datetime64"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), "mu is a masked array"),
    ],
)
def test_what_is_not_real_is_a_type_error(value, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        check(mu=value)


@pytest.mark.skipif(np.longdouble(0).itemsize == 8, reason="long double is double here")
def test_long_double_is_refused_rather_than_rounded():
    with pytest.raises(TypeError, match="which float64 cannot hold"):
        check(mu=np.longdouble(1))


def test_messages_say_what_to_do_and_stay_short():
    with pytest.raises(TypeError) as caught:
        check(mu="x" * 10_000)
    assert len(str(caught.value)) < 200
    assert "give real numbers" in str(caught.value)


def test_nan_passes_everywhere_and_infinity_as_a_location():
    checked = check(mu=[np.inf, -np.inf, np.nan], sigma=np.nan, alpha=np.nan)
    assert checked.shape == (3,)


def test_zero_sigma_passes_as_the_limit():
    check(sigma=0.0)
    check(sigma=-0.0)


@pytest.mark.parametrize(
    ("mu", "sigma", "expected"),
    [
        (0.0, 1.0, np.float64),
        (0, 1, np.float64),
        (np.float32(0), np.float32(1), np.float32),
        (np.float32(0), 1.0, np.float32),
        (np.zeros(2, np.float32), 1, np.float32),
        (np.zeros(2, np.float32), 10**30, np.float32),
        (np.zeros(2, np.float32), np.float64(1), np.float64),
        (np.zeros(2, np.float32), [1.0], np.float64),
        (np.zeros(2, np.float32), np.ones(2, np.int32), np.float64),
        (np.zeros(2, np.float16), 1.0, np.float64),
        (np.zeros(2, np.int64), 1.0, np.float64),
    ],
)
def test_result_type(mu, sigma, expected):
    checked = check(mu=mu, sigma=sigma)
    assert checked.dtype == expected
    assert all(array.dtype == np.float64 for array in checked.arrays)
    values = np.full(checked.shape, 0.1)
    result = checked.result(values)
    assert result.dtype == expected
    assert isinstance(result, np.ndarray) is (checked.shape != ())


def test_scalars_give_a_numpy_scalar():
    result = check().result(np.array(0.25))
    assert type(result) is np.float64
    assert result == 0.25


def test_a_result_beyond_float32_becomes_infinite_without_a_warning():
    result = check(mu=np.float32(1)).result(np.array(1e300))
    assert result == np.inf


def test_arrays_are_not_copied_needlessly():
    mu = np.arange(3.0)
    assert check(mu=mu).arrays[0] is mu


def test_other_domains_are_the_caller_s():
    correlation = Domain(lambda x: abs(x) > 1.0, "a number in [-1, 1]")
    with pytest.raises(ValueError, match=r"rho\[0\] = 2.0: give a number in \[-1, 1\]"):
        broadcast_arguments(rho=([2.0], correlation))


@given(
    hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=4),
    st.floats(min_value=0.0, exclude_min=True, allow_infinity=False),
)
def test_valid_arguments_pass_unchanged(shapes, value):
    shapes_given = shapes.input_shapes
    checked = check(*(np.full(shape, value) for shape in shapes_given))
    assert checked.shape == shapes.result_shape
    for array, shape in zip(checked.arrays, shapes_given, strict=True):
        assert array.shape == shape
        assert (array == value).all()


@given(st.data())
def test_the_first_offender_is_the_one_named(data):
    sigma = data.draw(hnp.arrays(np.float64, hnp.array_shapes(max_dims=3), elements=st.floats()))
    outside = (sigma < 0) | (sigma == np.inf)
    if not outside.any():
        check(sigma=sigma)
        return
    index = tuple(int(i) for i in np.argwhere(outside)[0])
    position = ", ".join(map(str, index))
    with pytest.raises(ValueError, match=re.escape(f"sigma[{position}] = {sigma[index]}")):
        check(sigma=sigma)


@pytest.mark.parametrize(
    ("number", "nearest"),
    [
        (Fraction(1, 3), 1 / 3),
        (Rational(1, 3), 1 / 3),
        (Rational(2**54 + 1, 2**53), 2.0),  # of two neighbours the even one
        (Rational(1, 10**308), 1e-308),
        (Rational(5 * 2**79 + 1, 2**1154), 3 * 2.0**-1074),  # more than halfway from 2 to 3 of them
        (Integer(7), 7.0),
        (Float("0.1", 50), 0.1),
        (Decimal("0.1"), 0.1),
        (Decimal("-Infinity"), -np.inf),
        (mpmath.mpf("0.5"), 0.5),
        (2**54 + 3, 2.0**54 + 4),
        (10**300, 1e300),
        (oo, np.inf),
        (-oo, -np.inf),
        (nan, np.nan),
    ],
)
def test_a_real_number_of_any_kind_is_rounded_once(number, nearest):
    checked = check(mu=number, sigma=np.float32(1))
    np.testing.assert_array_equal(checked.arrays[0], nearest)
    assert checked.dtype == np.float32  # as Python's own numbers are
    together = check(mu=[[number, 0.5]])
    np.testing.assert_array_equal(together.arrays[0], [[nearest, 0.5]])
    assert together.dtype == np.float64


@given(st.fractions(), st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_fractions_and_decimal_numbers_are_those_of_python(fraction, decimal):
    arrays = check(mu=np.array([fraction, decimal])).arrays
    assert arrays[0].tolist() == [float(fraction), float(decimal)]


def test_an_object_array_keeps_its_shape():
    table = np.arange(6, dtype=object).reshape(2, 3)
    assert check(mu=table).arrays[0].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


class OfAnotherMachine:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("the numbers are elsewhere\nand far")


@pytest.mark.parametrize("value", [OfAnotherMachine(), [OfAnotherMachine(), OfAnotherMachine()]])
def test_what_numpy_cannot_read_is_named_with_the_reason(value):
    message = r"mu is a \w+ that NumPy cannot read \(the numbers are elsewhere\)"
    with pytest.raises(UnreadableArrayError, match=message):
        check(mu=value)


@pytest.mark.parametrize(
    ("where", "sigma", "kept"),
    [
        ([True, False, True], [1.0, -1.0, 2.0], [1.0, np.nan, 2.0]),
        ([[True, False, True], [False, False, True]], [1.0, -1.0, 2.0], [1.0, np.nan, 2.0]),
        ([[True], [False]], [[1.0], [-1.0]], [[1.0], [np.nan]]),
        ([False, True], 2.0, 2.0),
        ([False, False], -1.0, np.nan),
        ([[False, False], [True, False]], [[-1.0], [2.0]], [[np.nan], [2.0]]),
        (False, [np.inf, -1.0], [np.nan, np.nan]),
    ],
)
def test_what_is_needed_nowhere_is_not_checked(where, sigma, kept):
    checked = broadcast_arguments(where, sigma=(sigma, SCALE))
    np.testing.assert_array_equal(checked.arrays[0], kept)
    assert checked.shape == np.broadcast_shapes(np.shape(where), np.shape(sigma))


def test_what_is_needed_somewhere_is_checked_and_named_by_its_own_index():
    with pytest.raises(ValueError, match=r"sigma\[1\] = -1.0: give"):
        broadcast_arguments([[True, False], [False, True]], sigma=([1.0, -1.0], SCALE))
    with pytest.raises(ValueError, match=r"sigma has shape \(2,\), where has shape \(3,\)"):
        broadcast_arguments([True] * 3, sigma=([1.0, 1.0], SCALE))
    with pytest.raises(TypeError, match="where has dtype int64: give truth values"):
        broadcast_arguments([1, 0], sigma=(1.0, SCALE))


def test_what_is_repeated_is_looked_at_once():
    wrong = np.broadcast_to([[1.0], [-2.0]], (10**9, 2, 10**6))
    with pytest.raises(ValueError, match=r"sigma\[0, 1, 0\] = -2.0 \(and 999999999999999 more\)"):
        broadcast_arguments(sigma=(wrong, SCALE))
