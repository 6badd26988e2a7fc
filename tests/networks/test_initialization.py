"""Gains against Arb over the double range, their limits against mpmath, fans against PyTorch."""

import math
import sys
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from formula_oracles import Point, enclosed
from half_lines import PRECISIONS, Jet, Truth
from regimes import REGIMES
from seeds import seed_of_this_run

from elu_sym.networks import gains
from elu_sym.networks.initialization import (
    Fans,
    fans,
    gain,
    layer_gain,
    layer_scale,
    weight_variance,
)
from elu_sym.numeric.evaluation import evaluate

RULES = ("second_moment", "variance", "gradient")
EVERYWHERE = {
    "second_moment": gains.second_moment_gain,
    "variance": gains.variance_gain,
    "gradient": gains.gradient_gain,
}
MAXIMUM, MEAN = 8.0, 1.5
POINTS = 60
LARGEST = arb(sys.float_info.max)


def moment_of(preserve: str, point: Point) -> Jet:
    return point.jet("derivative_second_moment" if preserve == "gradient" else preserve)


def is_beyond(preserve: str, *point: float) -> bool:
    """Whether a gain is surely larger than every double."""
    saved = ctx.prec
    try:
        for ctx.prec in PRECISIONS[:3]:
            moment = moment_of(preserve, Point("elu", False, *point)).value
            unit = arb(1) if preserve == "gradient" else arb(point[1])
            if moment.abs_upper().sqrt() * LARGEST < unit:
                return True
            if moment > 0 and moment.lower().sqrt() * LARGEST > unit:
                return False
    finally:
        ctx.prec = saved
    return False


def truth_of(preserve: str, *point: float) -> Truth:
    def gain_at(here: Point) -> Jet:
        root = moment_of(preserve, here).sqrt()
        sigma = here.law.variable(here.law.sigma, 1)
        return (sigma / sigma if preserve == "gradient" else sigma) / root

    return enclosed({preserve: gain_at}, point)[preserve]


def published(preserve: str) -> Callable[..., np.ndarray]:
    return lambda mu, sigma, alpha: gain(alpha, mu, sigma, preserve)


def by_factors(preserve: str) -> Callable[..., np.ndarray]:
    return lambda mu, sigma, alpha: evaluate(EVERYWHERE[preserve], mu, sigma, alpha)[0]


def errors(preserve: str, regime: str, size: int, implementation, seed: int = 0):
    """The errors at points of a regime whose gain is a double, and whether all others raise."""
    rng = np.random.default_rng([seed, *regime.encode()])
    mu, sigma, *_ = REGIMES[regime](rng, size)
    alpha = np.exp(rng.uniform(math.log(1e-10), math.log(1e10), size))
    alpha[rng.random(size) < 0.2] = 1.0
    found, places = [], []
    for point in zip(mu.tolist(), sigma.tolist(), alpha.tolist(), strict=True):
        if is_beyond(preserve, *point):
            if implementation is published:
                with pytest.raises(ValueError, match="beyond the range of float64"):
                    gain(point[2], *point[:2], preserve)
            continue
        arrays = (np.array([each]) for each in point)
        (value,) = implementation(preserve)(*arrays)
        found.append(truth_of(preserve, *point).error(float(value)))
        places.append(point)
    return found, places


@pytest.mark.parametrize("implementation", [published, by_factors])
@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("preserve", RULES)
def test_gain_is_right_to_the_last_digits(preserve, regime, implementation):
    found, places = errors(preserve, regime, POINTS, implementation)
    assert found, "no gain of this regime is a double"
    worst = int(np.argmax(found))
    assert found[worst] <= MAXIMUM, places[worst]
    assert np.mean(found) <= MEAN


@pytest.mark.parametrize("preserve", RULES)
def test_other_gains_every_run_keep_the_promise_of_8_units(preserve):
    seed = seed_of_this_run()
    for regime in REGIMES:
        found, places = errors(preserve, regime, 20, published, seed)
        assert max(found, default=0.0) <= MAXIMUM, (seed, regime, places[int(np.argmax(found))])


def test_an_error_of_8_units_is_seen():
    truth = truth_of("second_moment", 0.0, 1.0, 1.0)
    assert truth.error(float(gain())) <= 1
    assert truth.error(float(gain()) * (1 + 12 * 2.0**-52)) > MAXIMUM


# Where a moment is no double: its leading term, in decimals; e^300 for a unit far to the left.
EDGES = [
    ("second_moment", -1e150, 2e148, 1.0, "2e148"),
    ("second_moment", 0.0, 1e-200, 1.0, "1"),
    ("second_moment", 1e200, 1e150, 1.0, "1e-50"),
    ("second_moment", -1.0, 1e-300, 1e10, "1.5819767068693264243850020051090115585468693e-310"),
    ("variance", -300.0, 1e-200, 1.0, "1.9424263952412559365842088360176992e130"),
    ("gradient", -300.0, 1e-200, 1.0, "1.9424263952412559365842088360176992e130"),
]


@pytest.mark.parametrize(("preserve", "mu", "sigma", "alpha", "expected"), EDGES)
def test_gain_is_a_double_where_the_moment_is_none(preserve, mu, sigma, alpha, expected):
    assert float(gain(alpha, mu, sigma, preserve)) == pytest.approx(float(expected), rel=1e-14)


@pytest.mark.parametrize("preserve", RULES)
@pytest.mark.parametrize("mu", [-3.0, -0.2, 0.0, 0.7])
@pytest.mark.parametrize("alpha", [1e-5, 0.3, 1.0, 7.0])
def test_sigma_zero_is_the_limit(preserve, mu, alpha):
    at_zero = float(gain(alpha, mu, 0.0, preserve))
    close = float(gain(alpha, mu, 1e-12, preserve))
    assert at_zero == pytest.approx(close, rel=1e-11, abs=1e-4)
    slope = 1.0 if mu > 0 else alpha * math.exp(mu)
    leaky = (1 + alpha**2) / 2
    spread = leaky - (1 - alpha) ** 2 / (2 * math.pi)
    at_kink = {"second_moment": leaky, "variance": spread, "gradient": leaky}[preserve]
    elsewhere = 0.0 if preserve == "second_moment" else 1 / slope
    assert at_zero == pytest.approx(at_kink**-0.5 if mu == 0 else elsewhere, rel=1e-14)


def test_infinite_means_are_the_limits():
    assert gain(2.0, math.inf, 3.0) == 0
    assert gain(2.0, -math.inf, 3.0) == 1.5
    for preserve in ("variance", "gradient"):
        assert gain(2.0, math.inf, 3.0, preserve) == 1
        with pytest.raises(ValueError, match="mu = -inf"):
            gain(2.0, -math.inf, 3.0, preserve)


def test_the_limit_at_the_kink_is_right_for_the_largest_alpha():
    assert float(gain(1e300, 0.0, 0.0)) == pytest.approx(math.sqrt(2) * 1e-300, rel=1e-15)
    spread = (1 - 1 / math.pi) / 2
    assert float(gain(1e300, 0.0, 0.0, "variance")) == pytest.approx(
        1e-300 / math.sqrt(spread), rel=1e-14
    )
    assert float(gain(1e10, -715.0, 0.0, "gradient")) == pytest.approx(
        float(mpmath.exp(715) / mpmath.mpf(10) ** 10), rel=1e-12
    )


def test_gain_broadcasts_like_a_universal_function():
    found = gain(np.array([[0.5], [1.0]]), np.array([-1.0, 0.0, math.nan]), 1.2)
    assert found.shape == (2, 3)
    assert np.isnan(found[:, 2]).all()
    assert found[1, 0] == gain(1.0, -1.0, 1.2)
    assert gain(np.float32(1)).dtype == np.float32
    assert gain([]).shape == (0,)
    assert isinstance(gain(), np.float64)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"preserve": "mean"}, ValueError, "none of 'second_moment', 'variance', 'gradient'"),
        ({"preserve": None}, ValueError, "preserve = None"),
        ({"alpha": [1.0, -2.0]}, ValueError, r"alpha\[1\] = -2.0"),
        ({"sigma": math.inf}, ValueError, "sigma = inf"),
        ({"mu": "0"}, TypeError, "mu = '0' is text"),
        ({"mu": [0.0, -800.0], "preserve": "variance"}, ValueError, r"mu\[1\] = -800.0"),
        (
            {"mu": np.float32(-95), "alpha": np.float32(1), "sigma": np.float32(1e-3)}
            | {"preserve": "gradient"},
            ValueError,
            "beyond the range of float32",
        ),
    ],
)
def test_what_is_wrong_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        gain(**arguments)


def test_weight_variance_is_the_squared_gain_over_the_fan():
    assert weight_variance(100.0) == pytest.approx(0.015505188080679272, rel=1e-15)
    found = weight_variance([10, 20], alpha=0.5, preserve="variance")
    np.testing.assert_allclose(found, gain(0.5, preserve="variance") ** 2 / [10, 20], rtol=1e-15)
    # The square of the gain is no double, the variance is.
    assert weight_variance(1e30, mu=-357.0, sigma=0.0, preserve="gradient") == pytest.approx(
        float(mpmath.exp(714) / mpmath.mpf(10) ** 30), rel=1e-12
    )
    with pytest.raises(ValueError, match="fan = 0"):
        weight_variance(0)
    with pytest.raises(ValueError, match=r"fan = 1\.0.*weight variance is beyond"):
        weight_variance(1.0, mu=-600.0, sigma=0.0, preserve="gradient")


def test_layer_gain_is_one_positive_number():
    assert layer_gain() == float(gain())
    assert type(layer_gain(np.float64(0.5))) is float
    for arguments in ({"alpha": [1.0]}, {"mu": math.nan}, {"mu": 1.0, "sigma": 0.0}):
        with pytest.raises(ValueError, match="give"):
            layer_gain(**arguments)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((3,), {}, "at least two"),
        ((3, 0), {}, r"shape\[1\] = 0"),
        ((6, 2), {"groups": 4}, "groups = 4"),
        ((6, 2), {"groups": 0}, "groups = 0"),
    ],
)
def test_impossible_shapes_are_named(shape, options, message):
    with pytest.raises(ValueError, match=message):
        fans(shape, **options)
    with pytest.raises(TypeError):
        fans((3.0, 2.0))


def connections(outputs, inputs, kernel, groups, transposed):
    """Fans by counting the weights of one unit, far from any border, in one dimension."""
    size = 4 * kernel
    meets = np.zeros((outputs * size, inputs * size), dtype=bool)
    for o in range(outputs):
        for i in range(inputs):
            if o * groups // outputs != i * groups // inputs:
                continue
            for place in range(size):
                for k in range(kernel):
                    other = place - k if transposed else place + k
                    if 0 <= other < size:
                        meets[o * size + place, i * size + other] = True
    return int(meets.sum(axis=1).max()), int(meets.sum(axis=0).max())


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("groups", [1, 2])
def test_fans_are_the_connections_of_a_unit(groups, transposed):
    outputs, inputs, kernel = 4, 6, 3
    shape = (inputs, outputs // groups) if transposed else (outputs, inputs // groups)
    found = fans((*shape, kernel), transposed=transposed, groups=groups)
    assert found == Fans(*connections(outputs, inputs, kernel, groups, transposed))


def test_a_weight_variance_beyond_the_range_names_the_fan() -> None:
    with pytest.raises(ValueError, match=r"^fan = 1e-310.*give a larger fan, mu or alpha$"):
        weight_variance(1e-310)


def test_the_scale_of_a_layer_is_the_square_of_its_gain() -> None:
    assert layer_scale(1.5, mu=0.3) == layer_gain(1.5, mu=0.3) ** 2
    with pytest.raises(ValueError, match=r"^alpha = 1e-300, mu = -1000.0.*the square of the gain"):
        layer_scale(1e-300, mu=-1000.0)
