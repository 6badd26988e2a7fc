"""The oracle of two inputs is itself checked: by closed forms, by exchange and by differences.

The closed forms over the bivariate normal distribution function give the kernel in another way, up
to standard deviations of a hundred. Everywhere, conditioning on Y gives it again; and all other
quantities follow from it by differences, since it is enclosed to many digits.
"""

import math
from functools import partial

import joint_oracles
import numpy as np
import pytest
from conditional_balls import density
from flint import acb, arb, ctx
from joint_oracles import truth
from joint_regimes import REGIMES, pairs
from sympy import Rational, Symbol

from elu_sym import JointGaussianExpectation, elu, leaky_relu
from elu_sym.algebra.enclosure import enclose_to
from elu_sym.numeric.joint_expectations import QUANTITIES

ALPHA, BETA = (Symbol(name, positive=True) for name in ("alpha", "beta"))
ONE = (1.0, 1.0, 1.0)
LEFT = (-2.25, 2.0, -1.5, 1.75, -0.375, math.sqrt(1 - 0.375**2))
ORDINARY = (0.3, 1.25, -0.5, 0.75, 0.625, math.sqrt(1 - 0.625**2))


def points(regime, size, seed=16):
    """Points of a regime as numbers."""
    drawn = pairs(regime, np.random.default_rng(seed), size)
    return list(
        zip(*(zip(*(x.tolist() for x in part), strict=True) for part in drawn), strict=True)
    )


ALL = [(regime, *point) for regime in REGIMES for point in points(regime, 1)]


@pytest.mark.parametrize(
    "size", [pytest.param(1, id="few"), pytest.param(25, id="many", marks=pytest.mark.deep)]
)
@pytest.mark.parametrize("form", ["elu", "leaky_relu"])
def test_the_kernel_is_that_of_the_closed_form(form, size):
    f = elu if form == "elu" else leaky_relu
    kernel = JointGaussianExpectation(lambda x, y: elu(x, ALPHA) * f(y, BETA))
    rng = np.random.default_rng(4)
    laws = [law for regime in REGIMES for law, *_ in points(regime, size)]
    near = [law for law in laws if 1e-2 < min(law[1], law[3]) < max(law[1], law[3]) < 60]
    near = [law for law in near if abs(law[4]) < law[5]]  # where the correlation is exact
    assert len(near) > 2 * size
    for law in near:
        first, second = np.exp(rng.uniform(-2, 2, 2)).tolist()
        point = dict(zip(kernel.symbols, map(Rational, (*law[:5], first, second)), strict=True))
        found = enclose_to(kernel.closed_form, point, Rational(1, 2**80))
        ours = truth("kernel", law, (1.0, first, 1.0), (1.0, second, float(f is elu)))
        assert not abs(found - ours.value) > 1e-19 * ours.norm
        assert ours.value.rad() < 1e-18 * ours.norm


SYMMETRIC = ("covariance", "derivative_kernel")


@pytest.mark.parametrize(("regime", "law", "first", "second"), ALL, ids=REGIMES)
def test_conditioning_on_the_other_one_gives_the_same(regime, law, first, second):
    m1, s1, m2, s2, *angle = law
    for quantity in SYMMETRIC:
        ours = truth(quantity, law, first, second)
        other = truth(quantity, (m2, s2, m1, s1, *angle), second, first)
        assert ours.value.overlaps(other.value)
        assert ours.norm.overlaps(other.norm)


def difference(quantity, place, law, first, second):
    """The slope of a quantity in an argument of the law, by a difference of many digits."""
    step = 2.0**-30 * law[1 + 2 * (place // 2)]
    low, high = list(map(arb, law)), list(map(arb, law))
    low[place], high[place] = low[place] - step, high[place] + step
    ctx.prec = 256
    ends = [truth(quantity, tuple(each), first, second, digits=40) for each in (low, high)]
    return (ends[1].value - ends[0].value) / (2 * step)


SLOPES = {
    "cross_kernel": ("kernel", 2),
    "covariance_mean_slope": ("covariance", 0),
    "covariance_deviation_slope": ("covariance", 1),
}


@pytest.fixture
def precise():
    saved = ctx.prec
    ctx.prec = 256
    yield
    ctx.prec = saved


@pytest.mark.parametrize("second", [ONE, (1.5, 0.25, 0.5), (1.0, 0.01, 0.0)])
@pytest.mark.parametrize("law", [ORDINARY, LEFT], ids=["ordinary", "left"])
@pytest.mark.parametrize("quantity", SLOPES)
def test_slopes_are_differences(quantity, law, second, precise):
    of, place = SLOPES[quantity]
    ours = truth(quantity, law, (2.0, 0.7, 1.25), second)
    assert abs(difference(of, place, law, (2.0, 0.7, 1.25), second) / ours.value - 1) < 1e-15


@pytest.mark.parametrize("second", [ONE, (1.5, 0.25, 0.5), (1.0, 0.01, 0.0)])
def test_the_derivative_kernel_is_the_slope_in_the_correlation(second, precise):
    ours = truth("derivative_kernel", ORDINARY, ONE, second)
    step, ends = 2.0**-30, []
    for rho in (0.625 - step, 0.625 + step):
        law = (*ORDINARY[:4], rho, math.sqrt(1 - rho**2))
        ends.append(truth("kernel", law, ONE, second, digits=40).value)
    slope = (ends[1] - ends[0]) / (2 * step)
    assert abs(slope / (arb(1.25) * 0.75) / ours.value - 1) < 1e-15


@pytest.mark.parametrize("law", [ORDINARY, LEFT], ids=["ordinary", "left"])
@pytest.mark.parametrize("activation", [(2.0, 0.7, 1.25), (1.0, 0.3, 0.0)])
def test_the_norms_are_those_of_the_definitions(law, activation):
    """On a line with itself a product is a square; that of Z f' is integrated."""
    twice = (*law[:2], *law[:2], 1.0, 0.0)
    for quantity in ("kernel", "derivative_kernel", "covariance"):
        found = truth(quantity, twice, activation, activation)
        assert found.value.overlaps(found.norm)
    (m, s, *_), (c, r, k) = law, activation

    def squared(z, _, left=True):
        rise = c * (r * (k * (m + s * z)).exp() if left else 1)
        return (z * rise) ** 2 * density(z)

    bend, far = -m / arb(s), arb(40)
    whole = acb.integral(squared, -far, bend) + acb.integral(
        partial(squared, left=False), bend, far
    )
    one = truth("covariance_deviation_slope", law, activation, ONE).norm
    other = truth("covariance_mean_slope", law, activation, ONE).norm
    squares = truth("derivative_kernel", twice, activation, activation).value
    assert abs((one / other) ** 2 * squares / whole.real - 1) < 1e-12


def test_the_smaller_one_of_correlation_and_complement_is_exact():
    rough = truth("kernel", (0.0, 1.0, 0.0, 1.0, 0.5, 0.87), ONE, ONE)
    right = truth("kernel", (0.0, 1.0, 0.0, 1.0, 0.5, math.sqrt(0.75)), ONE, ONE)
    assert rough.value.overlaps(right.value)
    rough = truth("kernel", (0.0, 1.0, 0.0, 1.0, 0.86, 0.5), ONE, ONE)
    right = truth("kernel", (0.0, 1.0, 0.0, 1.0, math.sqrt(0.75), 0.5), ONE, ONE)
    assert rough.value.overlaps(right.value)


def test_a_distance_of_duplicates_is_known_to_its_own_digits():
    angle = 1e-12
    law = (0.5, 2.0, 0.5, 2.0, 1.0, angle)
    found = truth("distance", law, ONE, ONE)
    slopes = truth("derivative_kernel", law, ONE, ONE).value
    assert found.norm.overlaps(found.value)
    # The next term is the cube of the angle, from the bend.
    assert abs(found.value / (angle**2 * 4 * slopes) - 1) < 1e-11
    assert truth("distance", (*law[:5], 0.0), ONE, ONE).value == 0


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_an_error_is_measured_in_units_of_the_norm(quantity):
    found = truth(quantity, ORDINARY, ONE, (1.0, 0.01, 0.0))
    nearest, norm = float(found.value), float(found.norm)
    assert found.error(nearest) < 1e-15
    assert found.error(nearest + 0.5 * norm) == pytest.approx(0.5, rel=1e-9)
    assert found.error(math.nan) == found.error(-math.inf) == math.inf


def test_a_truth_that_is_not_narrow_is_none(monkeypatch):
    monkeypatch.setattr(joint_oracles, "PRECISIONS", (40,))
    with pytest.raises(ArithmeticError, match="no narrow enclosure"):
        truth("kernel", ORDINARY, ONE, ONE)


@pytest.mark.parametrize("regime", REGIMES)
def test_every_point_is_in_the_range(regime):
    law, first, second = pairs(regime, np.random.default_rng(3), 2000)
    m, s, n, t, rho, complement = law
    for mean, deviation in ((m, s), (n, t)):
        assert ((deviation >= 1e-8 * 0.9) & (deviation <= 1e8 * 1.1)).all()
        assert (abs(mean) <= 30.0 * 1.1 * deviation).all()
    assert (abs(rho) <= 1).all()
    assert ((complement >= 0) & (complement <= 1)).all()
    assert abs(rho**2 + complement**2 - 1).max() < 1e-15
    for factor, ratio, rate in (first, second):
        assert (factor > 0).all()
        assert ((ratio >= 0) & (rate >= 0)).all()


def test_the_ends_are_among_the_points():
    law, *_ = pairs("rho near 1 and -1", np.random.default_rng(3), 2000)
    assert {1.0, -1.0, 1 - 2.0**-53, 2.0**-53 - 1} <= set(law[4].tolist())
    assert law[5].min() < 2e-12
    assert 0.0 in pairs("rho near 0", np.random.default_rng(3), 100).law[4]
