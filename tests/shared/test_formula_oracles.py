"""The truths of the formulas together: against textbook definitions, integrals and differences."""

import math
from pathlib import Path

import formula_oracles
import numpy as np
import oracles
import pytest
from accuracy import FAMILIES, PIECEWISE_LINEAR, REGIMES, Block
from flint import acb, arb, ctx
from formula_oracles import DEGREES, celu_truths, leaky_relu_truths, selu_truths, truths
from test_oracles import integral

FAMILY_POINTS = {
    "elu": (truths, (0.3, 1.2, 1.5)),
    "elu on the left": (truths, (-2.0, 0.7, 0.4)),
    "elu by an expansion": (truths, (0.7, 3e-4, 2.0)),
    "elu by an expansion on the left": (truths, (-2e-4, 1e-4, 3.0)),
    "elu far left": (truths, (-0.7, 0.005, 3.0)),
    "elu where alpha is 1": (truths, (-1e-3, 2e-3, 1.0)),
    "selu": (selu_truths, (-0.4, 0.9, 1.7, 1.1)),
    "celu": (celu_truths, (-0.5, 1.5, 2.5)),
    "leaky_relu": (leaky_relu_truths, (-0.8, 1.1, 0.2)),
    "leaky_relu on the right": (leaky_relu_truths, (0.8, 1.1, 0.2)),
}


def textbook_negative_mean(x):
    return (x.lower(1) / x.lower(0)).scaled(-1)


TEXTBOOK = {
    "mean": oracles.mean,
    "absolute_mean": oracles.absolute_mean,
    "second_moment": oracles.second_moment,
    "variance": oracles.variance,
    "std": oracles.root(oracles.variance),
    "derivative_mean": oracles.derivative_mean,
    "derivative_second_moment": oracles.derivative_second_moment,
    "negative_mean": textbook_negative_mean,
}


def distance(found, expected):
    """How far a truth is from another, in its unit, and their conditions relatively."""
    unit = expected.unit()
    condition = expected.condition + abs(expected.value) + oracles.UNDERFLOW
    return (
        float((abs(found.value - expected.value) / unit).mid()),
        float((abs(found.condition - expected.condition) / condition).mid()),
    )


@pytest.mark.parametrize("regime", REGIMES)
def test_the_truths_are_those_of_the_textbook_definitions(regime):
    _, *columns = Block(regime, 1, 0, 200).places()
    points = [point for point in zip(*(x.tolist() for x in columns), strict=True) if point[1]]
    for point in points[:8]:
        for name, found in truths(DEGREES, *point).items():
            value, condition = distance(found, oracles.truth(TEXTBOOK[name], *point))
            assert value < 1e-4, (name, point)
            assert condition < 1e-5, (name, point)


@pytest.mark.parametrize("point", [(0.3, 1.2, 1.5), (-2.0, 0.7, 0.4), (0.0, 1.0, 1.0)])
def test_the_truths_are_integrals_of_the_definitions(point):
    saved, ctx.prec = ctx.prec, 128
    try:

        def expectation(below, above):
            return integral(below, False, *point) + integral(above, True, *point)

        mean = expectation(lambda x, a: a * (x.exp() - 1), lambda x, a: x)
        second = expectation(lambda x, a: (a * (x.exp() - 1)) ** 2, lambda x, a: x**2)
        negative = integral(lambda x, a: acb(1), False, *point)
        expected = {
            "mean": mean,
            "absolute_mean": expectation(lambda x, a: a * (1 - x.exp()), lambda x, a: x),
            "second_moment": second,
            "variance": second - mean**2,
            "std": (second - mean**2).sqrt(),
            "derivative_mean": expectation(lambda x, a: a * x.exp(), lambda x, a: acb(1)),
            "derivative_second_moment": expectation(
                lambda x, a: (a * x.exp()) ** 2, lambda x, a: acb(1)
            ),
            "negative_mean": integral(lambda x, a: a * (x.exp() - 1), False, *point) / negative,
        }
        found = truths(DEGREES, *point)
        for name, value in expected.items():
            assert float(abs(found[name].value / value - 1)) < 1e-20
    finally:
        ctx.prec = saved


@pytest.mark.parametrize("alpha", [0.4, 2.5])
def test_celu_is_an_integral_and_its_mean_the_smooth_one(alpha):
    point = (-0.5, 1.5, alpha)
    found = celu_truths(DEGREES, *point)
    value, condition = distance(found["mean"], oracles.truth(oracles.smooth_mean, *point))
    assert value < 1e-4
    assert condition < 1e-5

    saved, ctx.prec = ctx.prec, 128
    try:
        below, above = (
            integral(lambda x, a: (a * ((x / a).exp() - 1)) ** 2, False, *point),
            integral(lambda x, a: x**2, True, *point),
        )
        slopes = integral(lambda x, a: (x / a).exp(), False, *point) + integral(
            lambda x, a: acb(1), True, *point
        )
        assert float(abs(found["second_moment"].value / (below + above) - 1)) < 1e-20
        assert float(abs(found["derivative_mean"].value / slopes - 1)) < 1e-20
    finally:
        ctx.prec = saved


def test_selu_is_scaled_elu():
    scale = 1.25
    found, unit = selu_truths(DEGREES, -0.4, 0.9, 1.5, scale), truths(DEGREES, -0.4, 0.9, 1.5)
    for name, degree in DEGREES.items():
        assert float(abs(found[name].value / unit[name].value - scale**degree)) < 1e-15


def test_leaky_relu_at_its_known_points():
    mean = 1 / math.sqrt(2 * math.pi)
    found = leaky_relu_truths(["mean", "variance"], 0.0, 1.0)
    assert float(found["mean"].value) == pytest.approx(mean, rel=1e-15)
    assert float(found["variance"].value) == pytest.approx(0.5 - mean**2, rel=1e-15)
    assert float(leaky_relu_truths(["absolute_mean"], 0.0, 1.0, 0.25)["absolute_mean"].value) == (
        pytest.approx(1.25 * mean, rel=1e-15)
    )
    identity = leaky_relu_truths(["mean", "variance", "std"], -0.75, 1.5, 1.0)
    assert [float(identity[name].value) for name in identity] == [-0.75, 2.25, 1.5]
    leaky = leaky_relu_truths(["mean", "variance"], -0.75, 1.5, 0.25)
    mirrored = leaky_relu_truths(["mean", "variance"], 0.75, 1.5, 4.0)  # -4 f(-X)
    assert float(mirrored["mean"].value / leaky["mean"].value) == pytest.approx(-4, rel=1e-15)
    ratio = mirrored["variance"].value / leaky["variance"].value
    assert float(ratio) == pytest.approx(16, rel=1e-15)


@pytest.mark.parametrize("place", FAMILY_POINTS)
def test_conditions_are_sums_of_difference_quotients(place):
    family, point = FAMILY_POINTS[place]
    quantities = list(PIECEWISE_LINEAR) if family is leaky_relu_truths else list(DEGREES)
    step = 2.0**-18
    expected = dict.fromkeys(quantities, 0.0)
    for index in range(len(point)):
        moved = [list(point), list(point)]
        moved[0][index] *= 1 - step
        moved[1][index] *= 1 + step
        before, after = (family(quantities, *arguments) for arguments in moved)
        for name in quantities:
            difference = abs(after[name].value - before[name].value)
            expected[name] += float((difference / (2 * step)).mid())
    for name, found in family(quantities, *point).items():
        assert float(found.condition) == pytest.approx(expected[name], rel=1e-6)


@pytest.mark.parametrize("regime", REGIMES)
def test_a_low_precision_is_enough(regime, monkeypatch):
    """The measurement is only quick while the forms lose little."""
    monkeypatch.setattr(formula_oracles, "PRECISIONS", oracles.PRECISIONS[:2])
    _, *columns = Block(regime, 2, 0, 200).places()
    for point in zip(*(x.tolist() for x in columns), strict=True):
        truths(DEGREES, *point)


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
    ],
)
@pytest.mark.parametrize("family", FAMILIES)
def test_there_is_a_truth_at_the_edges_of_the_double_range(family, mu, sigma):
    parameters = FAMILIES[family].arguments(
        np.random.default_rng(0), *(np.array([x]) for x in (1.0, 1.0, 1e10))
    )[2:]
    found = FAMILIES[family].truths(
        FAMILIES[family].quantities, mu, sigma, *(float(x[0]) for x in parameters)
    )
    assert all(truth.value.is_finite() for truth in found.values())
    if sigma == 0:
        assert found["std"].value == found["variance"].value == 0


@pytest.mark.parametrize("x", [18.5, 30.0, 100.0])
@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_both_ways_to_the_derivatives_of_the_mills_ratio_agree(x, n, monkeypatch):
    saved, ctx.prec = ctx.prec, 600
    try:
        by_series = formula_oracles._mills(arb(x), n)
        monkeypatch.setattr(formula_oracles, "CONVERGENT", math.inf)
        by_erfc = formula_oracles._mills(arb(x), n)
        assert len(by_series) == len(by_erfc) == n + 1
        for one, other in zip(by_series, by_erfc, strict=True):
            assert one.overlaps(other)
            assert min(one.rel_accuracy_bits(), other.rel_accuracy_bits()) > 300
    finally:
        ctx.prec = saved


def test_a_point_without_a_truth_is_an_error(monkeypatch):
    monkeypatch.setattr(formula_oracles, "PRECISIONS", (64,))
    precision = ctx.prec
    with pytest.raises(ArithmeticError, match=r"variance at \(0.3, 1.2, 1.5\)"):
        truths(["variance"], 0.3, 1.2, 1.5)
    assert ctx.prec == precision


@pytest.mark.parametrize("module", [oracles, formula_oracles])
def test_the_oracles_know_nothing_of_the_package(module):
    assert "elu_sym" not in Path(module.__file__).read_text(encoding="utf-8")
