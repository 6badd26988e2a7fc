"""P[f'(X) < level] by cases: the cases, the numbers, the limits, and what would be wrong."""

from copy import copy
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import norm
from sympy import Piecewise, Rational, S, exp, sin

from elu_sym import (
    ACTIVATIONS,
    FORMULAS,
    celu,
    derivative_below,
    elu,
    leaky_relu,
    relu,
    selu,
    verify,
)
from elu_sym.activations import Activation, ActivationDerivative
from elu_sym.algebra.normal_form import is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book.cases import UnsupportedDerivativeError
from elu_sym.certify.heat import heat_certificate
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.mutation import integral_test, mutants
from elu_sym.gaussian.derivation import DerivationError
from elu_sym.symbols import alpha, level, mu, sigma, threshold

DISTRIBUTIONS = {name: each for name, each in FORMULAS.items() if each.quantity.by_cases}
EVERY = pytest.mark.parametrize("distribution", DISTRIBUTIONS.values(), ids=DISTRIBUTIONS)


def test_the_book_has_one_for_every_activation():
    assert [d.activation.name for d in DISTRIBUTIONS.values()] == list(ACTIVATIONS)
    assert FORMULAS["derivative_below"] is derivative_below is elu.derivative_below
    assert FORMULAS["celu.derivative_below"] is celu.derivative_below


def test_a_formula_without_cases_has_none():
    assert elu.mean.cases == ()


@EVERY
def test_the_derivation_is_that_of_every_case(distribution):
    derivation = distribution.derivation
    derivation.recheck()
    sizes = [case.derivation.size for case in distribution.cases]
    # The cases, and that they are put together.
    assert derivation.size == tuple(1 + sum(each) for each in zip(*sizes, strict=True))
    assert derivation.result == distribution.closed_form


def test_a_changed_step_is_found_out_and_its_case_named():
    first, last = relu.derivative_below.cases
    *steps, step = first.derivation.steps
    wrong = copy(first.derivation)
    object.__setattr__(wrong, "steps", (*steps, replace(step, after=(S.Half,))))
    parts = {first.name: wrong, last.name: last.derivation}
    derivation = replace(relu.derivative_below.derivation, parts=parts)
    with pytest.raises(DerivationError, match=r"level <= 1: "):
        derivation.recheck()


def test_the_cases_of_elu():
    conditions = [case.condition for case in derivative_below.cases]
    assert conditions == [
        (level <= 1) & (level <= alpha),
        (level <= 1) & (level > alpha),
        (level > 1) & (level <= alpha),
        (level > 1) & (level > alpha),
    ]


@pytest.mark.parametrize(
    ("name", "count"), [("relu", 2), ("leaky_relu", 4), ("selu", 4), ("celu", 2)]
)
def test_cases_that_cannot_occur_are_left_out(name, count):
    assert len(ACTIVATIONS[name].derivative_below.cases) == count


def test_above_one_the_right_side_belongs_to_the_event():
    # Phi(log(level/alpha)) holds up to min(1, alpha) only; beyond, it is short of P(X > 0).
    value = derivative_below(1.5, 0, 1, alpha=2)
    short = norm.cdf(np.log(0.75))
    assert abs(short - 0.387) < 5e-4
    assert abs(value - 0.887) < 5e-4
    np.testing.assert_allclose(value, short + 0.5, rtol=1e-15)


def test_the_first_case_alone_is_rejected_in_the_third():
    first, _, third, _ = derivative_below.cases
    assert not heat_certificate(
        first.closed_form, Integrand.from_expr(third.integrand, third.order)
    ).passed
    point = {level: Rational(3, 2), mu: S.Zero, sigma: S.One, alpha: S(2)}
    overlaps = integral_test(Integrand.from_expr(third.integrand, third.order), [point])
    assert overlaps(third.closed_form)
    assert not overlaps(first.closed_form)


@pytest.mark.parametrize(
    ("arguments", "left_end", "right"),
    [
        ((0.5, 0.3, 1.2, 2.0), True, False),
        ((0.5, -40.0, 1.2, 2.0), True, False),
        ((0.5, 40.0, 1.2, 2.0), True, False),
        ((0.8, 0.3, 1.2, 0.6), False, False),
        ((1.5, 0.3, 1.2, 2.0), True, True),
        ((1.5, -9.0, 0.5, 2.0), True, True),
        ((1e-300, -1400.0, 3.0, 1e300), True, False),
    ],
)
def test_each_case_to_the_last_digits(arguments, left_end, right):
    with mpmath.workdps(60):
        at, mean, deviation, height = map(mpmath.mpf, arguments)
        end = mpmath.log(at / height) if left_end else mpmath.mpf(0)
        truth = mpmath.ncdf((end - mean) / deviation)
        truth += mpmath.ncdf(mean / deviation) if right else 0
        # Rounding of the inputs moves the standardized end by this many units.
        shift = (1 + abs(end) + abs(mean)) / deviation
        condition = 2 + shift * (1 + abs(end - mean) / deviation)
    tolerance = 2.0**-52 * float(condition)
    np.testing.assert_allclose(derivative_below(*arguments), float(truth), rtol=tolerance)


SLOPES = {
    "elu": lambda x, alpha: np.where(x < 0, alpha * np.exp(x), 1.0),
    "relu": lambda x: np.where(x < 0, 0.0, 1.0),
    "leaky_relu": lambda x, slope: np.where(x < 0, slope, 1.0),
    "selu": lambda x, alpha, scale: scale * np.where(x < 0, alpha * np.exp(x), 1.0),
    "celu": lambda x, alpha: np.where(x < 0, np.exp(x / alpha), 1.0),
}


@EVERY
@pytest.mark.parametrize("at", [0.25, 0.8, 1.2, 1.6, 4.0])
@pytest.mark.parametrize("parameter", [0.5, 2.0])
def test_samples_of_the_derivative_itself(distribution, at, parameter):
    # The derivative is compared with the level here: no case is known to the samples.
    parameters = (parameter, 1.1)[: len(distribution.activation.parameters)]
    x = np.random.default_rng(7).normal(-0.2, 1.5, 200_000)
    share = np.mean(SLOPES[distribution.activation.name](x, *parameters) < at)
    value = distribution(at, -0.2, 1.5, *parameters)
    # 5 standard errors; a sure event has none.
    assert abs(share - value) <= 5 * np.sqrt(value * (1 - value) / x.size)


@EVERY
def test_the_numerics_compute_the_derived_form(distribution):
    for case in distribution.cases:
        assert is_zero(case.over_primitives().rewrite(NormalCdf) - case.closed_form)
        assert threshold not in case.closed_form.free_symbols | case.integrand.free_symbols


@EVERY
def test_the_whole_is_one_expression(distribution):
    assert isinstance(distribution.closed_form, Piecewise)
    assert distribution.expr.free_symbols <= set(distribution.symbols)
    assert not distribution.expr.has(NormalCdf)
    assert distribution.latex.startswith("P[f'(X)")
    assert distribution._repr_latex_().startswith("$")
    assert distribution.id in repr(distribution)
    for at in (Rational(1, 4), Rational(7, 8), Rational(5, 4), S(3)):
        values = (at, Rational(1, 3), S(2), Rational(3, 2), Rational(4, 5))
        point = dict(zip(distribution.symbols, values, strict=False))
        np.testing.assert_allclose(
            float(distribution.expr.subs(point)),
            distribution(*(float(value) for value in point.values())),
            rtol=1e-14,
        )


FINITE = st.floats(-50, 50)
POSITIVE = st.floats(1e-3, 1e3)


@EVERY
@settings(derandomize=True, max_examples=60)
@given(levels=st.tuples(POSITIVE, POSITIVE), mean=FINITE, deviation=POSITIVE, data=st.data())
def test_it_is_a_distribution_function_of_the_level(distribution, levels, mean, deviation, data):
    parameters = [data.draw(POSITIVE) for _ in distribution.activation.parameters]
    low, high = distribution(sorted(levels), mean, deviation, *parameters)
    assert 0 <= low <= high * (1 + 1e-13)
    assert high <= 1


def test_limits_are_values():
    # A point mass, below and above the place where the derivative passes the level.
    end = float(np.log(0.25))
    np.testing.assert_array_equal(
        derivative_below(0.5, [end - 0.1, end, end + 0.1], 0, 2.0), [1, 0.5, 0]
    )
    # Between 1 and alpha the event has a gap, [log(level/alpha), 0).
    np.testing.assert_array_equal(derivative_below(1.5, [-1, -0.1, 0, 1], 0, 2.0), [1, 0, 0.5, 1])
    assert derivative_below(1.0, 0, 0, 1.0) == 0.5
    np.testing.assert_array_equal(
        derivative_below([0.5, 1.5, 3], [[-np.inf], [np.inf]], 1, 2.0), [[1, 1, 1], [0, 1, 1]]
    )
    # The solution of f'(x) = level is beyond the double range.
    np.testing.assert_array_equal(
        celu.derivative_below(1e-300, [-np.inf, 0, np.inf], 1, 1e308), [1, 0, 0]
    )
    np.testing.assert_allclose(
        celu.derivative_below(np.exp(-1), 1.7e308, 1e308, 1.7e308), norm.cdf(-3.4), rtol=1e-12
    )


def test_the_level_counts_strictly():
    # f' = 1 on the right is not below 1, the slope on the left not below itself.
    assert relu.derivative_below(1, 50.0) == 0
    assert relu.derivative_below(np.nextafter(1, 2), 50.0) == 1
    assert leaky_relu.derivative_below(0.25, -50.0, 1, 0.25) == 0
    assert leaky_relu.derivative_below(np.nextafter(0.25, 1), -50.0, 1, 0.25) == 1


def test_relatives_agree_where_they_are_the_same_function():
    grid = np.array([0.2, 0.9, 1.4, 6.0])[:, None], np.linspace(-3, 3, 5), 1.3
    np.testing.assert_allclose(selu.derivative_below(*grid, 1.6, 1.0), derivative_below(*grid, 1.6))
    np.testing.assert_allclose(celu.derivative_below(*grid, 1.0), derivative_below(*grid, 1.0))


@EVERY
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_nan_stays_at_its_element(distribution, place):
    arguments = [np.array([0.5, 5.0]), 0.1, 1.0, *[1.5] * len(distribution.activation.parameters)]
    if place >= len(arguments):
        place = 0
    arguments[place] = np.array([np.nan, 5.0 if place == 0 else 1.0])
    values = distribution(*arguments)
    assert np.isnan(values).tolist() == [True, False]


def test_shapes_and_types():
    assert derivative_below(np.full((2, 1), 0.5), np.zeros(3)).shape == (2, 3)
    single = derivative_below(np.float32(0.5), np.float32(0), np.float32(1), np.float32(2))
    assert single.dtype == np.float32
    assert isinstance(derivative_below(0.5, 0), np.float64)
    assert derivative_below([], 0).shape == (0,)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0.0, 0), ValueError, r"level = 0.0"),
        (([1.0, -2.0], 0), ValueError, r"level\[1\] = -2.0"),
        ((1.0, 0, -1.0), ValueError, r"sigma = -1.0"),
        ((1.0, 0, 1.0, 0.0), ValueError, r"alpha = 0.0"),
        (("1", 0), TypeError, r"level = '1'"),
        ((1.0, 0, 1.0, 1.0, 1.0), TypeError, "2 parameters"),
    ],
)
def test_errors_name_the_argument(arguments, error, message):
    with pytest.raises(error, match=message):
        derivative_below(*arguments)


@EVERY
def test_every_case_is_certified(distribution):
    report = verify([distribution.id])
    assert report.passed
    (entry,) = report.to_json()["formulas"]
    assert set(entry) == {"id", "latex", "passed", "witnesses", "seconds"}
    assert entry["passed"]
    for case in distribution.cases:
        kinds = [w["kind"] for w in entry["witnesses"] if w["detail"].startswith(f"{case.name}: ")]
        assert {"derivation", "heat", "arb", "mutation"} <= set(kinds)
        assert ("montecarlo" in kinds) == (not case.closed_form.is_number)


def test_the_heat_equation_alone_kills_every_mutant_of_the_first_case():
    case = derivative_below.cases[0]
    for mutant in mutants(case.closed_form):
        assert not heat_certificate(
            mutant.expression, Integrand.from_expr(case.integrand, case.order)
        ).passed


class Ramp(Activation):
    """A function whose right derivative is no constant."""

    nargs = 1
    symbol = "r"
    left = staticmethod(lambda x: S.Zero)
    right = staticmethod(lambda x: x**2)


class RampDerivative(ActivationDerivative):
    """Its derivative."""

    nargs = 1
    activation = Ramp


class Wave(Activation):
    """A function whose left derivative goes up and down."""

    nargs = 1
    symbol = "w"
    left = staticmethod(lambda x: x + sin(x) * exp(x))
    right = staticmethod(lambda x: x)


class WaveDerivative(ActivationDerivative):
    """Its derivative."""

    nargs = 1
    activation = Wave


@pytest.mark.parametrize(("function", "side"), [(Ramp, "right"), (Wave, "left")])
def test_another_kind_of_derivative_is_refused(function, side, monkeypatch):
    from elu_sym.book import formula as formula_book

    other = formula_book.Activation("other", {}, "a test")
    monkeypatch.setattr("elu_sym.activations.Other", function, raising=False)
    with pytest.raises(UnsupportedDerivativeError, match=f"the {side} derivative of other"):
        _ = other.derivative_below.cases
