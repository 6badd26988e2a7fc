"""The oracles are themselves checked: against quadrature of the definitions, and by failing."""

import math
from pathlib import Path

import formula_oracles
import half_lines
import mpmath
import numpy as np
import oracles
import pytest
from flint import acb, arb, ctx
from formula_oracles import ACTIVATIONS, FORMULAS, truths
from half_lines import Columns, HalfLines, Truth, errors
from regimes import REGIMES, places
from seeds import seed_of_this_run

from elu_sym.book.formula import ACTIVATIONS as BOOK

mp = mpmath.mp.clone()
mp.dps = 30
NAMES = [name for name in FORMULAS if name not in formula_oracles.LEADING]

# f and f' by their definitions: for x < 0 and for x > 0.
DEFINITIONS = {
    "elu": (lambda x, a: a * mp.expm1(x), lambda x, a: x),
    "selu": (lambda x, a, c: c * a * mp.expm1(x), lambda x, a, c: c * x),
    "celu": (lambda x, a: a * mp.expm1(x / a), lambda x, a: x),
    "leaky_relu": (lambda x, s: s * x, lambda x, s: x),
    "relu": (lambda x: mp.mpf(0), lambda x: x),
}
SLOPES = {
    "elu": (lambda x, a: a * mp.exp(x), lambda x, a: mp.mpf(1)),
    "selu": (lambda x, a, c: c * a * mp.exp(x), lambda x, a, c: c),
    "celu": (lambda x, a: mp.exp(x / a), lambda x, a: mp.mpf(1)),
    "leaky_relu": (lambda x, s: s, lambda x, s: mp.mpf(1)),
    "relu": (lambda x: mp.mpf(0), lambda x: mp.mpf(1)),
}


RULE = mpmath.calculus.quadrature.GaussLegendre(mp).calc_nodes(5, mp.prec)


def quadrature(activation, mu, sigma, *parameters):
    """Every quantity by Gauss-Legendre quadrature of its definition, on both sides of zero."""
    sums = [
        dict.fromkeys(("f0", "f1", "f2", "f3", "f4", "d1", "d2", "xf"), mp.mpf(0)) for _ in "-+"
    ]
    ends = (min(mu, 0) - 14 * sigma, 0), (0, max(mu, 0) + 14 * sigma)
    for total, f, slope, (low, high) in zip(
        sums, DEFINITIONS[activation], SLOPES[activation], ends, strict=True
    ):
        pieces = 1 + int((high - low) / (4 * sigma))
        half = (high - low) / (2 * pieces)
        for k in range(pieces):
            for node, weight in RULE:
                x = low + half * (2 * k + 1 + node)
                value, steepness = f(x, *parameters), slope(x, *parameters)
                mass = weight * half * mp.npdf(x, mu, sigma)
                for n in range(5):
                    total[f"f{n}"] += mass * value**n
                total["d1"] += mass * steepness
                total["d2"] += mass * steepness**2
                total["xf"] += mass * x * value
    below, above = sums
    whole = {name: below[name] + above[name] for name in below}
    variance = whole["f2"] - whole["f1"] ** 2
    return {
        "mean": whole["f1"],
        "absolute_mean": above["f1"] - below["f1"],
        "second_moment": whole["f2"],
        "variance": variance,
        "std": mp.sqrt(variance),
        "third_moment": whole["f3"],
        "fourth_moment": whole["f4"],
        "derivative_mean": whole["d1"],
        "derivative_second_moment": whole["d2"],
        "covariance": whole["xf"] - mu * whole["f1"],
        "negative_mean": below["f1"] / below["f0"],
    }


def random_points(activation, count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        sigma = math.exp(rng.uniform(-2.5, 1))
        parameters = np.exp(rng.uniform(-1, 1, len(BOOK[activation].parameters)))
        yield tuple(float(x) for x in (rng.uniform(-3, 3) * sigma, sigma, *parameters))


def exact(x):
    with mpmath.workprec(200):
        return mp.mpf(x.mid().str(50, radius=False))


def test_every_quantity_has_a_definition_here():
    assert set(quadrature("relu", mp.mpf(0), mp.mpf(1))) == set(NAMES)
    assert set(ACTIVATIONS) == set(DEFINITIONS) == set(SLOPES)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_truths_and_derivatives_are_those_of_integrals(activation):
    seed = seed_of_this_run()
    for point in random_points(activation, 2, seed):
        found = truths(NAMES, *point, activation=activation, derivatives=True)
        exactly = [mp.mpf(x) for x in point]
        for name, value in quadrature(activation, *exactly).items():
            assert abs(exact(found[name].value) - value) < 1e-20, (seed, point, name)
        for i in range(len(point)):
            step = mp.mpf(10) ** -9
            before, after = (
                quadrature(activation, *(x + sign * step * (i == j) for j, x in enumerate(exactly)))
                for sign in (-1, 1)
            )
            for name in NAMES:
                slope = (after[name] - before[name]) / (2 * step)
                assert abs(exact(found[f"{name} by {i}"].value) - slope) < 1e-13, (
                    seed,
                    point,
                    name,
                )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_probability_is_that_of_the_event(activation):
    seed = seed_of_this_run()
    rng = np.random.default_rng(seed)
    for mu, sigma, *parameters in random_points(activation, 20, seed):
        level = float(np.exp(rng.uniform(-2, 2)))
        low, high = (
            [slope(mp.mpf(x), *parameters) < level for x in (sign * 1e-9, sign * 400.0)]
            for sign, slope in zip((-1, 1), SLOPES[activation], strict=True)
        )
        cut = mp.mpf(0)
        if low[0] != low[1]:
            left, _ = SLOPES[activation]

            def excess(x, left=left, parameters=parameters, level=level):
                return mp.log(left(x, *parameters) / level)

            cut = mp.findroot(excess, -1.0)
        below = mp.ncdf(cut, mu, sigma) if low[1] else mp.mpf(0)
        above = 1 - mp.ncdf(0, mu, sigma) if high[0] else mp.mpf(0)
        found = truths(["derivative_below"], level, mu, sigma, *parameters, activation=activation)
        assert abs(exact(found["derivative_below"].value) - below - above) < 1e-15, (seed, level)


POINTS = {
    "elu": [(0.3, 1.2, 1.5), (-2.0, 0.7, 0.4), (0.7, 3e-4, 2.0), (-2e-4, 1e-4, 3.0)],
    "selu": [(-0.4, 0.9, 1.7, 1.1), (-0.7, 0.005, 3.0, 0.7)],
    "celu": [(-0.5, 1.5, 2.5), (1e-3, 2e-3, 1.0)],
    "leaky_relu": [(-0.8, 1.1, 0.2), (0.8, 1.1, 0.2)],
    "relu": [(-30.0, 1.5), (0.2, 3.0)],
}


@pytest.mark.parametrize("activation", POINTS)
def test_conditions_are_sums_of_difference_quotients(activation):
    step = 2.0**-24
    for point in POINTS[activation]:
        found = truths(NAMES, *point, activation=activation, derivatives=True)
        quotients = dict.fromkeys(found, arb(0))
        for index in range(len(point)):
            before, after = (
                truths(
                    NAMES,
                    *(x * (1 + sign * step * (i == index)) for i, x in enumerate(point)),
                    activation=activation,
                    derivatives=True,
                )
                for sign in (-1, 1)
            )
            x = point[index]
            moved = (x * (1 + step) - x * (1 - step)) / x
            for name in found:
                quotients[name] += abs(after[name].value - before[name].value) / moved
        for name, truth in found.items():
            scale = max(float(truth.condition), float(abs(truth.value)), 1e-250)
            assert float(quotients[name]) == pytest.approx(
                float(truth.condition), abs=1e-9 * scale
            ), (name, point)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("mu", "sigma"),
    [
        (1e150, 1e-300),
        (-1e150, 1e-300),
        (-1e150, 2e148),
        (-3e-300, 1e-300),
        (0.0, 1e-155),
        (-1e-16, 1e150),
        (-2e150, 1e75),
        (1e300, 1e-320),
        (-5e-324, 5e-324),
        (0.0, 0.0),
        (-1e150, 0.0),
        (math.inf, 1e150),
        (-math.inf, 1e-300),
        (math.inf, 0.0),
    ],
)
def test_there_is_a_truth_at_the_edges_of_the_double_range(activation, mu, sigma):
    for value in (1e-10, 1.0, 1e10):
        parameters = [value, 1.5][: len(BOOK[activation].parameters)]
        found = truths(NAMES, mu, sigma, *parameters, activation=activation, derivatives=True)
        assert len(found) == len(NAMES) * (3 + len(parameters))
        if sigma == 0:
            assert float(found["std"].value) == float(found["variance"].value) == 0


def test_the_limits_are_those_of_the_definition():
    for mu in (-1.5, -1e-3, 0.75):
        found = truths(NAMES, mu, 0.0, 2.0, derivatives=True)
        f = mu if mu > 0 else 2 * math.expm1(mu)
        slope = 1.0 if mu > 0 else 2 * math.exp(mu)
        expected = {
            **{"mean": f, "second_moment": f**2, "fourth_moment": f**4, "absolute_mean": abs(f)},
            **{"derivative_mean": slope, "covariance": 0.0, "mean by 0": slope, "mean by 1": 0.0},
            **{"mean by 2": min(f / 2, 0.0) if mu < 0 else 0.0, "std by 1": slope},
        }
        for name, value in expected.items():
            assert float(found[name].value) == pytest.approx(value, rel=1e-15), name
    jump = truths(NAMES, 0.0, 0.0, 2.0, derivatives=True)
    assert float(jump["derivative_mean"].value) == 1.5
    assert float(jump["derivative_mean by 0"].value) == -math.inf
    deviation = math.sqrt((1 + 4) / 2 - 1 / (2 * math.pi))
    assert float(jump["std by 1"].value) == pytest.approx(deviation, rel=1e-15)
    left = truths(["mean", "variance"], -math.inf, 3.0, 2.0)
    right = truths(["mean", "variance"], math.inf, 3.0, 2.0)
    assert [float(each.value) for each in left.values()] == [-2.0, 0.0]
    assert [float(each.value) for each in right.values()] == [math.inf, 9.0]


INTEGRANDS = {
    **{
        f"upper {n}": (oracles.upper_partial_moment(n), True, lambda x, a, n=n: x**n)
        for n in range(5)
    },
    **{
        f"lower {n}": (
            oracles.lower_partial_moment(n),
            False,
            lambda x, a, n=n: (a * (1 - x.exp())) ** n,
        )
        for n in range(5)
    },
    **{
        f"exponential {n}": (
            oracles.lower_exponential_moment(n),
            False,
            lambda x, a, n=n: (a * x.exp()) ** n,
        )
        for n in range(4)
    },
}
COMPOUND = {
    oracles.mean: lambda part, mu: part["upper 1"] - part["lower 1"],
    oracles.second_moment: lambda part, mu: part["upper 2"] + part["lower 2"],
    oracles.upper_partial_variance: lambda part, mu: part["upper 2"] - part["upper 1"] ** 2,
    oracles.lower_partial_variance: lambda part, mu: part["lower 2"] - part["lower 1"] ** 2,
    oracles.partial_mean_product: lambda part, mu: part["upper 1"] * part["lower 1"],
    oracles.opposite_mean_product: lambda part, mu: part["upper 1"] * (part["upper 1"] - mu),
    oracles.upper_conditional_mean: lambda part, mu: part["upper 1"] / part["upper 0"],
    oracles.lower_conditional_mean: lambda part, mu: part["lower 1"] / part["lower 0"],
    oracles.derivative_mean: lambda part, mu: part["upper 0"] + part["exponential 1"],
    oracles.derivative_second_moment: lambda part, mu: part["upper 0"] + part["exponential 2"],
}


def integral(integrand, above, mu, sigma, alpha):
    """Enclose the expectation of the integrand on one side of zero; the tail is below 1e-40."""
    m, s, a = arb(mu), arb(sigma), arb(alpha)

    def weighted(x, _):
        return integrand(x, a) * (-(((x - m) / s) ** 2) / 2).exp() / (s * (2 * arb.pi()).sqrt())

    if above:
        return acb.integral(weighted, 0, max(0.0, mu) + 16 * sigma).real
    return acb.integral(weighted, min(0.0, mu) - 16 * sigma, 0).real


@pytest.mark.parametrize("point", [(0.3, 1.2, 1.5), (-2.0, 0.7, 0.4), (0.0, 1.0, 1.0)])
def test_the_primitives_are_integrals_of_their_definitions(point):
    saved, ctx.prec = ctx.prec, 128
    try:
        parts = {
            name: integral(integrand, above, *point)
            for name, (_, above, integrand) in INTEGRANDS.items()
        }
        expected = {quantity: parts[name] for name, (quantity, *_) in INTEGRANDS.items()}
        expected |= {quantity: made(parts, arb(point[0])) for quantity, made in COMPOUND.items()}
        for quantity, value in expected.items():
            assert float(abs(oracles.truth(quantity, *point).value / value - 1)) < 1e-20
    finally:
        ctx.prec = saved


def test_the_variance_of_the_design_s_example():
    assert float(oracles.truth(oracles.variance, -1e150, 2e148).value) == pytest.approx(
        3e-252, rel=0.2
    )


@pytest.mark.parametrize("x", [18.5, 30.0, 100.0])
@pytest.mark.parametrize("n", [0, 1, 2, 5, 9])
def test_both_ways_to_the_derivatives_of_the_mills_ratio_agree(x, n, monkeypatch):
    saved, ctx.prec = ctx.prec, 600
    try:
        monkeypatch.setattr(half_lines, "_by_asymptotics", lambda x, precision: True)
        by_series = half_lines._laplace(arb(x), n)
        monkeypatch.setattr(half_lines, "_by_asymptotics", lambda x, precision: False)
        by_erfc = half_lines._laplace(arb(x), n)
        assert len(by_series) == len(by_erfc) == n + 1
        for one, other in zip(by_series, by_erfc, strict=True):
            assert one.overlaps(other)
            assert min(one.rel_accuracy_bits(), other.rel_accuracy_bits()) > 300
    finally:
        ctx.prec = saved


@pytest.mark.parametrize("regime", REGIMES)
def test_expansions_are_what_the_exponentials_give(regime, monkeypatch):
    """The two ways to the lower piece, at the same points."""
    rng = np.random.default_rng(3)
    points = [p for p in zip(*(x.tolist() for x in places(regime, rng, 40)), strict=True) if p[1]]
    before = [truths(["mean", "fourth_moment"], *point) for point in points[:6]]
    monkeypatch.setattr(half_lines, "SMALL", -(10**6))
    for point, known in zip(points, before, strict=False):
        for name, found in truths(["mean", "fourth_moment"], *point).items():
            truth = known[name]
            value = abs(found.value - truth.value) / (truth.unit() + half_lines.SUBNORMAL)
            assert float(value) < 1e-4 or not math.isfinite(float(truth.value)), (name, point)


def test_a_point_without_a_truth_is_an_error(monkeypatch):
    monkeypatch.setattr(formula_oracles, "PRECISIONS", (64,))
    precision = ctx.prec
    with pytest.raises(ArithmeticError, match=r"variance of elu at \(0.3, 1.2, 1.5\)"):
        truths(["variance"], 0.3, 1.2, 1.5)
    assert ctx.prec == precision


def test_a_quantity_without_a_truth_is_an_error():
    with pytest.raises(LookupError, match=r"no truth of elu\.kurtosis"):
        truths(["kurtosis"], 0.3, 1.2, 1.5)
    with pytest.raises(LookupError, match=r"no truth of gelu\.mean"):
        truths(["mean"], 0.3, 1.2, activation="gelu")


def test_the_measure_of_an_error(monkeypatch):
    monkeypatch.setattr(ctx, "prec", 128)

    def error(value, condition, computed, **options):
        truth = Truth(arb(value), arb(condition))
        (found,) = errors([computed], Columns.of([truth]), **options)
        if not options:
            assert truth.error(computed) == pytest.approx(found)
        return found

    assert error(1, 0, 1.0) == 0
    assert error(1, 0, 1 + 2.0**-52) == pytest.approx(1.0)
    assert error(1, 0, math.nan) == error(1, 0, math.inf) == math.inf
    assert error(1, 1, 0.0) > 2.0**50  # lost, as by underflow
    assert error(1, arb(2) ** 51, 0.0) == pytest.approx(2.0)  # the rest of numbers that cancel
    assert error(1, arb(2) ** 60, 0.0) < 1
    assert error(arb(2) ** -1050, 1, 0.0) < 1
    assert error(1, 3, 1 + 2.0**-50) == pytest.approx(1.0)
    assert error(arb(10) ** 400, 0, math.inf) == 0
    assert error(arb(10) ** 400, 0, 1e308) == math.inf
    assert error(arb(10) ** -400, 0, 0.0) == 0
    third = arb("0.3333333333333333333333333")
    assert error(third, 0, 1 / 3) == pytest.approx(1 / 3, rel=1e-6)
    assert error(third, 0, float(np.float32(1 / 3)), dtype="float32") == pytest.approx(1 / 3)
    assert error(arb(10) ** 39, 0, math.inf, dtype="float32") == 0


@pytest.mark.parametrize("module", [half_lines, oracles, formula_oracles])
def test_the_oracles_know_nothing_of_the_package(module):
    assert "elu_sym" not in Path(module.__file__).read_text(encoding="utf-8")


def test_without_the_density_a_quotient_is_the_same(monkeypatch):
    monkeypatch.setattr(ctx, "prec", 256)
    whole, without = (
        HalfLines(arb("1.5"), arb("0.7"), 2, bends=True, over_density=over)
        for over in (False, True)
    )
    overlap(*(law.lower_polynomial((-1, 1)) / law.lower_power(0) for law in (whole, without)))


def test_the_mean_above_zero_is_that_of_the_mirrored_law(monkeypatch):
    monkeypatch.setattr(ctx, "prec", 256)
    here = formula_oracles.Point("elu", False, -1.5, 0.7, 1.0)
    overlap(oracles.upper_conditional_mean(here), here.law.upper(1) / here.law.upper(0))


def overlap(one, other):
    for x, y in zip(
        (one.value, *one.slopes, *one.bends),
        (other.value, *other.slopes, *other.bends),
        strict=True,
    ):
        assert x.overlaps(y)
        assert x.rel_accuracy_bits() > 150
