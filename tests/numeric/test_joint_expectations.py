"""Expectations of two inputs against Arb, in every regime, and what is known of them exactly.

The bound of an error is 1e-13 in units of the norms of :mod:`joint_oracles`.
"""

import math
from zlib import crc32

import accuracy
import joint_accuracy
import numpy as np
import pytest
from accuracy import PairBlock, flaws
from joint_accuracy import BOUND, by_numpy, errors, rows
from joint_oracles import truth
from joint_regimes import REGIMES, Pairs, pairs

from elu_sym.book.formula import ACTIVATIONS, elu
from elu_sym.numeric.joint_expectations import QUANTITIES, joint_expectation

ELU = (1.0, 1.0, 1.0)
RELU, LEAKY, LINE = (1.0, 0.0, 0.0), (1.0, 0.01, 0.0), (1.0, 1.0, 0.0)
FEW = 16  # points of a regime, of one quantity each
MORE = 100


def law(m, s, n, t, rho):
    return m, s, n, t, rho, np.sqrt((1 - rho) * (1 + rho))


DRAWN = {regime: pairs(regime, np.random.default_rng(8), 40) for regime in REGIMES}


def norm(quantity, law_, first, second):
    """The norm of a quantity by the quantities themselves, on a line; at least it for a slope."""
    m, s, n, t, *_ = law_
    one, other = ((m, s, m, s, 1.0, 0.0), first, first), ((n, t, n, t, 1.0, 0.0), second, second)
    names = {"cross_kernel": ("kernel", "derivative_kernel")}
    slopes = ("derivative_kernel", "covariance")
    names |= {"covariance_mean_slope": slopes, "covariance_deviation_slope": slopes}
    if quantity == "distance":
        return joint_expectation("kernel", *one) + joint_expectation("kernel", *other)
    left, right = names.get(quantity, (quantity, quantity))
    found = np.sqrt(joint_expectation(left, *one)) * np.sqrt(joint_expectation(right, *other))
    return found * (1 + abs(m / s)) if quantity == "covariance_deviation_slope" else found


@pytest.mark.parametrize("regime", REGIMES)
def test_every_quantity_is_within_its_bound(regime):
    rng = np.random.default_rng(crc32(regime.encode()))
    drawn = pairs(regime, rng, FEW)
    found = {quantity: joint_expectation(quantity, *drawn) for quantity in QUANTITIES}
    for i, point in enumerate(rows(drawn)):
        quantity = QUANTITIES[i % len(QUANTITIES)]
        error = truth(quantity, *point).error(float(found[quantity][i])) / BOUND
        assert error <= 1, f"{quantity}{point}"


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_without_the_compiled_module_it_is_the_same(quantity, regime):
    few = Pairs(*(tuple(column[:6] for column in part) for part in DRAWN[regime]))
    one, other = joint_expectation(quantity, *few), by_numpy(quantity, *few)
    assert (abs(one - other) <= 2 * BOUND * norm(quantity, *few)).all()


@pytest.mark.deep
@pytest.mark.parametrize("regime", REGIMES)
def test_every_quantity_is_within_its_bound_at_more_points(regime):
    found = PairBlock(regime, 21, 0, MORE).measure()
    assert set(found) == {f"two inputs: {quantity}" for quantity in QUANTITIES}
    assert flaws(regime, found) == []


def kept_points():
    """The worst points of the runs that were kept, by quantity."""
    points = {}
    for entry in accuracy.read()["worst_points"]:
        kind, _, quantity = entry["formula"].partition(": ")
        if kind == "two inputs":
            points.setdefault(quantity, []).append(entry["point"])
    return points


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_worst_points_of_the_past(quantity):
    points = kept_points()[quantity]
    assert errors(quantity, joint_accuracy.columns(points)).max() <= 1


def test_the_table_that_is_kept_is_whole_and_within_the_bounds():
    _, *table = accuracy.read()["two_inputs"]
    assert [row["regime"] for row in table] == [*REGIMES, "all"]
    for row in table:
        assert row["points"] >= accuracy.POINTS // accuracy.PAIR // len(REGIMES)
        assert set(row) == {"regime", "points", *QUANTITIES}
        assert all(0 <= row[quantity] <= 1 for quantity in QUANTITIES)


# What is known exactly

LAWS = [(0.0, 1.0), (0.3, 2.0), (-4.0, 1.5), (12.0, 0.4), (-0.002, 0.001), (-300.0, 20.0)]
BOOK = {
    "elu": ((1.7,), (1.0, 1.7, 1.0)),
    "selu": ((1.6, 1.05), (1.05, 1.6, 1.0)),
    "celu": ((2.5,), (1.0, 1.0, 1 / 2.5)),
    "leaky_relu": ((0.01,), LEAKY),
    "relu": ((), RELU),
}


@pytest.mark.parametrize("place", LAWS, ids=str)
@pytest.mark.parametrize("name", BOOK)
def test_with_itself_it_is_the_square_of_one_input(name, place):
    parameters, activation = BOOK[name]
    book = ACTIVATIONS[name]
    twice = (*place, *place, 1.0, 0.0)

    def found(quantity):
        return float(joint_expectation(quantity, twice, activation, activation))

    expected = {
        "kernel": book.second_moment,
        "derivative_kernel": book.derivative_second_moment,
        "covariance": book.variance,
    }
    for quantity, formula in expected.items():
        assert found(quantity) == pytest.approx(formula(*place, *parameters), rel=1e-13, abs=0)
    assert found("distance") == 0.0


@pytest.mark.parametrize("one", LAWS, ids=str)
@pytest.mark.parametrize("other", LAWS, ids=str)
def test_without_correlation_the_factors_are_those_of_one_input(one, other):
    apart = (*one, *other, 0.0, 1.0)
    second = (1.0, 0.3, 1.0)

    def error(quantity, expected):
        found = float(joint_expectation(quantity, apart, ELU, second))
        return abs(found - expected) / float(truth(quantity, apart, ELU, second).norm)

    first, mean = elu.mean(*one, 1.0), elu.mean(*other, 0.3)
    slopes = elu.derivative_mean(*one, 1.0), elu.derivative_mean(*other, 0.3)
    squares = elu.second_moment(*one, 1.0), elu.second_moment(*other, 0.3)
    assert error("kernel", first * mean) < BOUND
    assert error("derivative_kernel", slopes[0] * slopes[1]) < BOUND
    assert error("cross_kernel", first * slopes[1]) < BOUND
    assert error("distance", sum(squares) - 2 * first * mean) < BOUND
    for quantity in ("covariance", "covariance_mean_slope", "covariance_deviation_slope"):
        assert error(quantity, 0.0) < BOUND


@pytest.mark.parametrize("rho", [-1.0, -0.3, 0.0, 0.8, 1.0])
@pytest.mark.parametrize("mean", [-2.0, 0.0, 1.5])
def test_a_standard_deviation_of_zero_is_a_constant(mean, rho):
    angle = rho, math.sqrt(1 - rho**2)
    value = mean if mean >= 0 else math.expm1(mean)
    slope = 1.0 if mean > 0 else 1.0 if mean == 0 else math.exp(mean)
    other, parameters = (0.4, 1.3), (0.7,)
    second = (1.0, *parameters, 1.0)
    moments = [elu.mean(*other, 0.7), elu.derivative_mean(*other, 0.7)]
    square = elu.second_moment(*other, 0.7)
    first = {
        "kernel": value * moments[0],
        "derivative_kernel": slope * moments[1],
        "cross_kernel": value * moments[1],
        "covariance": 0.0,
        "distance": value**2 + square - 2 * value * moments[0],
    }
    swapped = first | {"cross_kernel": moments[0] * slope}
    both = {"kernel": value**2, "derivative_kernel": slope**2, "covariance": 0.0, "distance": 0.0}
    for quantity, expected in first.items():
        found = joint_expectation(quantity, (mean, 0.0, *other, *angle), ELU, second)
        assert found == pytest.approx(expected, rel=1e-13, abs=1e-14)
    for quantity, expected in swapped.items():
        found = joint_expectation(quantity, (*other, mean, 0.0, *angle), second, ELU)
        assert found == pytest.approx(expected, rel=1e-13, abs=1e-14)
    for quantity, expected in both.items():
        found = joint_expectation(quantity, (mean, 0.0, mean, 0.0, *angle), ELU, ELU)
        assert found == pytest.approx(expected, rel=1e-13, abs=1e-15)


def test_the_kernel_of_relu_is_the_one_of_cho_and_saul():
    """The arc-cosine kernels of degree 1 and 0, halved."""
    rng = np.random.default_rng(5)
    s, t = np.exp(rng.uniform(-9, 9, (2, 200)))
    angle = np.concatenate([rng.uniform(0, np.pi, 100), 10 ** rng.uniform(-9, 0, 100)])
    joint = (0.0, s, 0.0, t, np.cos(angle), np.sin(angle))
    shape = (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    unit = s * t / 2
    assert (
        abs(joint_expectation("kernel", joint, RELU, RELU) - s * t * shape) < BOUND * unit
    ).all()
    slopes = joint_expectation("derivative_kernel", joint, RELU, RELU)
    assert slopes == pytest.approx((np.pi - angle) / (2 * np.pi), rel=0, abs=BOUND / 2)


def test_of_two_lines_there_are_moments():
    rng = np.random.default_rng(6)
    m, n, rho = rng.normal(size=(3, 50))
    s, t = np.exp(rng.uniform(-3, 3, (2, 50)))
    joint = law(m, s, n, t, np.tanh(rho))
    expected = {
        "kernel": m * n + joint[4] * s * t,
        "covariance": joint[4] * s * t,
        "derivative_kernel": np.ones(50),
        "cross_kernel": m,
        "distance": (m - n) ** 2 + s**2 + t**2 - 2 * joint[4] * s * t,
        "covariance_mean_slope": np.zeros(50),
        "covariance_deviation_slope": joint[4] * t,
    }
    unit = 1 + (abs(m) + s) * (abs(n) + t) + m**2 + s**2 + n**2 + t**2
    for quantity, true in expected.items():
        assert (abs(joint_expectation(quantity, joint, LINE, LINE) - true) < BOUND * unit).all()


SYMMETRIC = ("kernel", "derivative_kernel", "covariance", "distance")


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("quantity", SYMMETRIC)
def test_both_may_be_exchanged(quantity, regime):
    (m, s, n, t, *angle), first, second = DRAWN[regime]
    one = joint_expectation(quantity, *DRAWN[regime])
    other = joint_expectation(quantity, (n, t, m, s, *angle), second, first)
    assert (abs(one - other) <= 2 * BOUND * norm(quantity, *DRAWN[regime])).all()


DEGREES = dict(zip(QUANTITIES, (2, 0, 1, 2, 2, 1, 1), strict=True))


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("scale", [2.0**-10, 3.0, 2.0**12])
@pytest.mark.parametrize("regime", ["ordinary", "means to 30 sigma", "rho near 0"])
def test_in_other_units_it_is_the_same(regime, scale, quantity):
    """The unit of x is that of 1/rate; of an activation of two lines there is none."""
    law_, first, second = DRAWN[regime]
    scaled = (*(scale * x for x in law_[:4]), *law_[4:])
    units = [(c, r, k / scale) for c, r, k in (first, second)]
    one = joint_expectation(quantity, scaled, *units)
    other = scale ** DEGREES[quantity] * joint_expectation(quantity, law_, first, second)
    assert (abs(one - other) <= 3 * BOUND * norm(quantity, scaled, *units)).all()


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_factors_are_factors(quantity):
    law_, (c, r, k), second = DRAWN["ordinary"]
    one = joint_expectation(quantity, law_, (c, r, k), second)
    if quantity == "distance":
        both = joint_expectation(quantity, law_, (3 * c, r, k), (3 * second[0], *second[1:]))
        assert both == pytest.approx(9 * one, rel=1e-13)
    else:
        found = joint_expectation(quantity, law_, (3 * c, r, k), second)
        assert (abs(found - 3 * one) <= 6 * BOUND * norm(quantity, *DRAWN["ordinary"])).all()


@pytest.mark.parametrize("place", LAWS[:4], ids=str)
@pytest.mark.parametrize("activation", [ELU, RELU, LEAKY, (1.0, 50.0, 1.0)], ids=str)
def test_kernels_grow_with_the_correlation(activation, place):
    rho = np.concatenate([-np.cos(np.linspace(0, np.pi, 200)), 1 - np.geomspace(1e-15, 1e-3, 60)])
    rho = np.unique(np.clip(rho, -1, 1))
    joint = law(*place, 0.5, 1.5, rho)
    kernel = joint_expectation("kernel", joint, activation, ELU)
    unit = float(truth("kernel", (*place, 0.5, 1.5, 0.6, 0.8), activation, ELU).norm)
    assert (np.diff(kernel) >= -2 * BOUND * unit).all()
    assert kernel[-1] - kernel[0] > 1e-6 * unit


@pytest.mark.parametrize("rho", [-1.0, -0.6, 0.3, 1.0])
@pytest.mark.parametrize("evaluate", [joint_expectation, by_numpy])
def test_far_from_the_kink_in_deviations_it_is_of_exponentials(evaluate, rho):
    """The kink is thousands of deviations away: E exp(X + Y) and its like are all there is."""
    m, n = -0.3, -0.5
    for s in (1e-4, 1e-6, 1e-8, 1e-10, 1e-14):
        t = 2.0 * s
        x, y, both = (math.exp(a) for a in (m + s**2 / 2, n + t**2 / 2, m + n + (s**2 + t**2) / 2))
        shared = math.expm1(rho * s * t)
        expected = {
            "kernel": both * (1 + shared) - x - y + 1,
            "derivative_kernel": both * (1 + shared),
            "cross_kernel": both * (1 + shared) - y,
            "covariance": both * shared,
            "covariance_mean_slope": both * shared,
            "covariance_deviation_slope": both * (s * shared + rho * t * (1 + shared)),
        }
        for quantity, value in expected.items():
            found = evaluate(quantity, law(m, s, n, t, rho), ELU, ELU)
            assert found == pytest.approx(value, rel=1e-13), (quantity, s)


@pytest.mark.parametrize("evaluate", [joint_expectation, by_numpy])
@pytest.mark.parametrize("mean", [1e3, 1e10, 1e300])
def test_far_above_the_kink_a_covariance_is_that_of_the_inputs(evaluate, mean):
    for first, second in ((ELU, ELU), (RELU, LEAKY)):
        found = evaluate("covariance", law(mean, 2.0, 1e5, 1.0, 0.3), first, second)
        assert found == pytest.approx(0.6, rel=1e-13)


@pytest.mark.parametrize("deviation", [1e160, 1e200, 1e300])
def test_of_huge_deviations_derivatives_are_those_of_relu(deviation):
    found = joint_expectation(
        "derivative_kernel", law(0.0, deviation, 0.0, deviation, 0.5), ELU, ELU
    )
    assert found == pytest.approx(1 / 3, rel=1e-14)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_nan_is_nan_and_nothing_else_is(quantity):
    point = [0.3, 1.2, -0.4, 0.8, 0.6, 0.8]
    known = joint_expectation(quantity, tuple(point), ELU, ELU)
    assert np.isfinite(known)
    for place in range(6):
        column = np.array([point[place], math.nan, point[place]])
        arguments = tuple(column if i == place else x for i, x in enumerate(point))
        found = joint_expectation(quantity, arguments, ELU, ELU)
        assert np.isnan(found[1])
        assert found[0] == found[2] == pytest.approx(float(known), rel=1e-13)


def test_another_quantity_is_an_error():
    with pytest.raises(ValueError, match="quantity = 'kernels': give one of kernel, derivative_k"):
        joint_expectation("kernels", law(0.0, 1.0, 0.0, 1.0, 0.5), ELU, ELU)


def test_arguments_broadcast():
    m, rho = np.linspace(-1, 1, 3)[:, None], np.array([0.0, 0.5])
    found = joint_expectation("kernel", law(m, 1.0, 0.0, 2.0, rho), ELU, ELU)
    assert found.shape == (3, 2)
    one = joint_expectation("kernel", law(1.0, 1.0, 0.0, 2.0, 0.5), ELU, ELU)
    assert np.shape(one) == ()
    assert found[2, 1] == pytest.approx(float(one), rel=1e-13)
    empty = np.zeros((0, 3))
    assert joint_expectation("kernel", law(empty, 1.0, 0.0, 2.0, 0.5), ELU, ELU).shape == (0, 3)


# The same computed worse, and a regime that finds it.
def _by_kernel(quantity, law_, first, second):
    """What cancels: the covariance as a difference of the kernel and a product of means."""
    apart = (*law_[:4], 0 * law_[4], 1 + 0 * law_[5])
    return joint_expectation("kernel", law_, first, second) - joint_expectation(
        "kernel", apart, first, second
    )


def _by_moments(quantity, law_, first, second):
    m, s, n, t, *_ = law_
    kernel = joint_expectation("kernel", law_, first, second)
    squares = [
        joint_expectation("kernel", (a, b, a, b, 1.0, 0.0), f, f)
        for a, b, f in ((m, s, first), (n, t, second))
    ]
    return sum(squares) - 2 * kernel


def _without_complement(quantity, law_, first, second):
    return joint_expectation(quantity, law(*law_[:5]), first, second)


def _gauss_hermite(quantity, law_, first, second):
    places, weights = np.polynomial.hermite_e.hermegauss(50)
    m, s, n, t, rho, complement = (x[:, None, None] for x in law_)
    u, v = places[:, None], places[None, :]
    x, y = m + s * u, n + t * (rho * u + complement * v)
    f, g = (np.where(z > 0, z, np.expm1(np.minimum(z, 0))) for z in (x, y))
    return np.sum(f * g * np.outer(weights, weights), axis=(1, 2)) / (2 * np.pi)


MUTANTS = {
    "a relative 1e-12": (
        "ordinary",
        "kernel",
        lambda *x: joint_expectation(*x) * (1 + 1e-12),
    ),
    "slopes of a steeper activation": (
        "alpha small and large",
        "derivative_kernel",
        lambda q, law_, f, g: joint_expectation(q, law_, (f[0], f[1] * (1 + 1e-12), f[2]), g),
    ),
    "a covariance that is a difference": ("means to 30 sigma", "covariance", _by_kernel),
    "a distance that is a difference": ("near duplicates", "distance", _by_moments),
    "a complement from the correlation": ("near duplicates", "distance", _without_complement),
    "Gauss-Hermite quadrature": ("ordinary", "kernel", _gauss_hermite),
    "NaN on a line": (
        "rho 1 and -1",
        "cross_kernel",
        lambda q, law_, f, g: joint_expectation(q, law_, f, g) + 0 / law_[5],
    ),
    "a mean slope by the other mean": (
        "ordinary",
        "covariance_mean_slope",
        lambda q, law_, f, g: joint_expectation(q, (*law_[2:4], *law_[:2], *law_[4:]), g, f),
    ),
}


@pytest.mark.parametrize("flaw", MUTANTS)
def test_a_worse_rule_is_rejected(flaw):
    regime, quantity, function = MUTANTS[flaw]
    drawn = PairBlock(regime, 20, 0, 4).pairs
    with np.errstate(all="ignore"):
        assert errors(quantity, drawn, function).max() > 1
