"""The oracle is itself checked: against rigorous integrals of the definitions, and by failing."""

import math

import oracles
import pytest
from flint import acb, arb, ctx

POINTS = [(0.3, 1.2, 1.5), (-2.0, 0.7, 0.4), (1.5, 0.5, 2.0), (-0.1, 3.0, 1.0), (0.0, 1.0, 1.0)]

INTEGRANDS = {
    "upper 0": (oracles.upper_partial_moment(0), True, lambda x, alpha: acb(1)),
    "upper 1": (oracles.upper_partial_moment(1), True, lambda x, alpha: x),
    "upper 2": (oracles.upper_partial_moment(2), True, lambda x, alpha: x**2),
    "upper 4": (oracles.upper_partial_moment(4), True, lambda x, alpha: x**4),
    "lower 0": (oracles.lower_partial_moment(0), False, lambda x, alpha: acb(1)),
    "lower 1": (oracles.lower_partial_moment(1), False, lambda x, a: a * (1 - x.exp())),
    "lower 2": (oracles.lower_partial_moment(2), False, lambda x, a: (a * (1 - x.exp())) ** 2),
    "lower 4": (oracles.lower_partial_moment(4), False, lambda x, a: (a * (1 - x.exp())) ** 4),
    "exponential 1": (oracles.lower_exponential_moment(1), False, lambda x, a: a * x.exp()),
    "exponential 2": (oracles.lower_exponential_moment(2), False, lambda x, a: (a * x.exp()) ** 2),
}


def integral(integrand, above, mu, sigma, alpha):
    """Enclose the expectation of the integrand on one side of zero; the tail is below 1e-40."""
    m, s, a = arb(mu), arb(sigma), arb(alpha)

    def weighted(x, _):
        return integrand(x, a) * (-(((x - m) / s) ** 2) / 2).exp() / (s * (2 * arb.pi()).sqrt())

    if above:
        return acb.integral(weighted, 0, max(0.0, mu) + 16 * sigma).real
    return acb.integral(weighted, min(0.0, mu) - 16 * sigma, 0).real


@pytest.fixture(autouse=True)
def precision():
    saved, ctx.prec = ctx.prec, 128
    yield
    ctx.prec = saved


@pytest.mark.parametrize("name", INTEGRANDS)
@pytest.mark.parametrize("point", POINTS)
def test_values_are_integrals_of_the_definitions(name, point):
    quantity, above, integrand = INTEGRANDS[name]
    value = oracles.truth(quantity, *point).value
    assert float(abs(value / integral(integrand, above, *point) - 1)) < 1e-20


@pytest.mark.parametrize("point", POINTS)
def test_compound_quantities_are_made_of_integrals(point):
    def part(name):
        _, above, integrand = INTEGRANDS[name]
        return integral(integrand, above, *point)

    expected = {
        oracles.mean: part("upper 1") - part("lower 1"),
        oracles.second_moment: part("upper 2") + part("lower 2"),
        oracles.variance: part("upper 2")
        + part("lower 2")
        - (part("upper 1") - part("lower 1")) ** 2,
        oracles.upper_partial_variance: part("upper 2") - part("upper 1") ** 2,
        oracles.lower_partial_variance: part("lower 2") - part("lower 1") ** 2,
        oracles.partial_mean_product: part("upper 1") * part("lower 1"),
        oracles.opposite_mean_product: part("upper 1") * (part("upper 1") - arb(point[0])),
        oracles.lower_conditional_mean: part("lower 1") / part("lower 0"),
        oracles.upper_conditional_mean: part("upper 1") / part("upper 0"),
        oracles.derivative_mean: part("upper 0") + part("exponential 1"),
        oracles.derivative_second_moment: part("upper 0") + part("exponential 2"),
    }
    for quantity, value in expected.items():
        assert float(abs(oracles.truth(quantity, *point).value / value - 1)) < 1e-20


QUANTITIES = [
    *(oracles.upper_partial_moment(n) for n in range(5)),
    *(oracles.lower_partial_moment(n) for n in range(5)),
    *(oracles.lower_exponential_moment(n) for n in range(4)),
    oracles.mean,
    oracles.second_moment,
    oracles.variance,
    oracles.upper_partial_variance,
    oracles.lower_partial_variance,
    oracles.partial_mean_product,
    oracles.opposite_mean_product,
    oracles.lower_conditional_mean,
    oracles.upper_conditional_mean,
    oracles.derivative_mean,
    oracles.derivative_second_moment,
    oracles.smooth_mean,
    oracles.root(oracles.variance),
]


SIGNED = (oracles.mean, oracles.smooth_mean)


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("point", [(0.3, 1.2, 1.5), (-2.0, 0.7, 0.4)])
def test_slopes_are_difference_quotients(quantity, point):
    ctx.prec = 300
    step = arb(2) ** -80
    jet = quantity(oracles.Normal(*point))
    for index, slope in enumerate(jet.parts()[1:]):
        moved = [arb(x) for x in point]
        moved[index] += step
        after = quantity(oracles.Normal(*moved)).value
        moved[index] -= 2 * step
        before = quantity(oracles.Normal(*moved)).value
        quotient = (after - before) / (2 * step)
        assert float(abs(quotient - slope)) < 1e-40


@pytest.mark.parametrize(
    ("mu", "sigma"),
    [(1e150, 1e-300), (-1e150, 2e148), (-3e-300, 1e-300), (0.0, 1e-155), (-1e-16, 1e150)],
)
def test_there_is_a_truth_at_the_edges_of_the_double_range(mu, sigma):
    for quantity in QUANTITIES:
        value = oracles.truth(quantity, mu, sigma, 1e10).value
        # Far below the double range the enclosure need not be narrow.
        assert value > -oracles.UNDERFLOW or quantity in SIGNED


def test_the_smooth_mean_is_an_integral():
    mu, sigma, alpha = -0.3, 0.8, 1.5
    above = integral(lambda x, a: x, True, mu, sigma, alpha)
    below = integral(lambda x, a: a * ((x / a).exp() - 1), False, mu, sigma, alpha)
    value = oracles.truth(oracles.smooth_mean, mu, sigma, alpha).value
    assert float(abs(value / (above + below) - 1)) < 1e-20


def test_the_variance_of_the_design_s_example():
    found = oracles.truth(oracles.variance, -1e150, 2e148)
    assert float(found.value) == pytest.approx(3e-252, rel=0.2)


def test_the_measure_of_an_error():
    exact = oracles.Truth(arb(1), arb(0))
    assert exact.error(1.0) == 0
    assert exact.error(1 + 2.0**-52) == pytest.approx(1.0)
    assert exact.error(math.nan) == math.inf
    assert exact.error(math.inf) == math.inf
    assert oracles.Truth(arb(1), arb(2) ** 60).error(0.0) == math.inf
    assert oracles.Truth(arb(2) ** -1050, arb(1)).error(0.0) < 1
    assert oracles.Truth(arb(1), arb(3)).error(1 + 2.0**-50) == pytest.approx(1.0)
    assert oracles.Truth(arb(10) ** 400, arb(0)).error(math.inf) == 0
    assert oracles.Truth(arb(10) ** 400, arb(0)).error(1e308) == math.inf
    assert oracles.Truth(arb(10) ** -400, arb(0)).error(0.0) < 1e-70
