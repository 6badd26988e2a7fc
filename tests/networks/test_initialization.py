"""Gains of every activation against Arb, their limits against mpmath, fans by counting weights."""

import math
import sys
from functools import partial

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from formula_oracles import Point, enclosed
from half_lines import PRECISIONS, Jet, Truth
from regimes import REGIMES
from seeds import seed_of_this_run

from elu_sym import ACTIVATIONS, leaky_relu
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


def is_beyond(preserve: str, activation: str, *point: float) -> bool:
    """Whether a gain is surely larger than every double."""
    saved = ctx.prec
    try:
        for ctx.prec in PRECISIONS[:3]:
            moment = moment_of(preserve, Point(activation, False, *point)).value
            unit = arb(1) if preserve == "gradient" else arb(point[1])
            if moment.abs_upper().sqrt() * LARGEST < unit:
                return True
            if moment > 0 and moment.lower().sqrt() * LARGEST > unit:
                return False
    finally:
        ctx.prec = saved
    return False


def truth_of(preserve: str, activation: str, *point: float) -> Truth:
    def gain_at(here: Point) -> Jet:
        root = moment_of(preserve, here).sqrt()
        sigma = Jet(here.plain[1], tuple(arb(i == 1) for i in range(len(here.plain))))
        return (sigma / sigma if preserve == "gradient" else sigma) / root

    return enclosed({preserve: gain_at}, point, activation)[preserve]


def published(preserve: str, activation: str, mu, sigma, *parameters):
    named = dict(zip(ACTIVATIONS[activation].parameters, parameters, strict=True))
    return gain(mu=mu, sigma=sigma, preserve=preserve, activation=activation, **named)


def by_factors(preserve: str, activation: str, *point):
    function = partial(EVERYWHERE[preserve], ACTIVATIONS[activation])
    return evaluate(function, *map(np.atleast_1d, point))[0][0]


def points_of(activation: str, regime: str, size: int, seed: int) -> list[tuple[float, ...]]:
    """Points of a regime, for CELU half of them in units of its alpha."""
    rng = np.random.default_rng([seed, *regime.encode()])
    mu, sigma, *_ = REGIMES[regime](rng, size)
    parameters = []
    for _ in ACTIVATIONS[activation].parameters:
        values = np.exp(rng.uniform(math.log(1e-10), math.log(1e10), size))
        values[rng.random(size) < 0.2] = 1.0
        parameters.append(values)
    if activation == "celu":
        unit = np.where(np.arange(size) % 2, parameters[0], 1.0)
        mu, sigma = mu * unit, sigma * unit
    return list(zip(mu.tolist(), sigma.tolist(), *(p.tolist() for p in parameters), strict=True))


def errors(preserve, activation, regime, size, implementations, seed=0):
    """The errors at points of a regime whose gain is a double, where all others raise."""
    found, places = [], []
    for point in points_of(activation, regime, size, seed):
        if is_beyond(preserve, activation, *point):
            with pytest.raises(ValueError, match="beyond the range of float64"):
                published(preserve, activation, *point)
            continue
        truth = truth_of(preserve, activation, *point)
        for implementation in implementations:
            found.append(truth.error(float(implementation(preserve, activation, *point))))
            places.append(point)
    return found, places


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("preserve", RULES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gain_is_right_to_the_last_digits(activation, preserve, regime):
    size = POINTS if activation == "elu" else POINTS // 10
    found, places = errors(preserve, activation, regime, size, (published, by_factors))
    # ReLU is 0 there, and every gain is refused.
    assert found or (activation, regime) == ("relu", "far_left"), "no gain is a double"
    assert max(found, default=0.0) <= MAXIMUM, places[int(np.argmax(found))]
    assert activation != "elu" or np.mean(found) <= MEAN  # six points have no mean of use


@pytest.mark.deep
@pytest.mark.parametrize("preserve", RULES)
@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "elu"])
def test_gains_of_other_activations_are_right_at_as_many_points(activation, preserve):
    every = []
    for regime in REGIMES:
        found, places = errors(preserve, activation, regime, POINTS, (published, by_factors), 1)
        assert max(found, default=0.0) <= MAXIMUM, (regime, places[int(np.argmax(found))])
        every += found
    assert np.mean(every) <= MEAN


@pytest.mark.parametrize("preserve", RULES)
def test_other_gains_every_run_keep_the_promise_of_8_units(preserve):
    seed = seed_of_this_run()
    for regime in REGIMES:
        for activation in ACTIVATIONS:
            size = 20 if activation == "elu" else 1
            found, places = errors(preserve, activation, regime, size, (published,), seed)
            assert max(found, default=0.0) <= MAXIMUM, (
                *(seed, activation, regime),
                places[int(np.argmax(found))],
            )


def test_an_error_of_8_units_is_seen():
    truth = truth_of("second_moment", "elu", 0.0, 1.0, 1.0)
    assert truth.error(float(gain())) <= 1
    assert truth.error(float(gain()) * (1 + 12 * 2.0**-52)) > MAXIMUM
    # And that of one activation is none of another.
    for name in ACTIVATIONS:
        own = ACTIVATIONS[name].default_parameters.values()
        truth = truth_of("variance", name, 0.2, 1.1, *own)
        for other in ACTIVATIONS:
            error = truth.error(
                float(gain(mu=0.2, sigma=1.1, preserve="variance", activation=other))
            )
            assert error <= 2 if {name, other} <= {"elu", "celu"} or name == other else error > 1e6


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


SLOPES = {
    "elu": (1.0, lambda mu, alpha: alpha * math.exp(mu)),
    "celu": (1.0, lambda mu, alpha: math.exp(mu / alpha)),
    "selu": (1.5, lambda mu, alpha: 1.5 * alpha * math.exp(mu)),
    "leaky_relu": (1.0, lambda mu, slope: slope),
    "relu": (1.0, lambda mu: 0.0),
}
"""The derivative on the right, and on the left, of SELU with a scale of 1.5."""


@pytest.mark.parametrize("preserve", RULES)
@pytest.mark.parametrize("mu", [-3.0, -0.2, 0.0, 0.7])
@pytest.mark.parametrize("parameter", [1e-2, 0.3, 1.0, 7.0])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_sigma_zero_is_the_limit(activation, preserve, mu, parameter):
    given = dict.fromkeys(ACTIVATIONS[activation].parameters, parameter)
    values = list(given.values())[:1]
    given |= {"scale": 1.5} if activation == "selu" else {}
    given |= {"mu": mu, "preserve": preserve, "activation": activation}
    rise, fall = SLOPES[activation]
    fall = fall(min(mu, 0.0), *values)
    if activation == "relu" and mu < 0:
        with pytest.raises(ValueError, match=r"sigma = 0\.0.*is beyond the range of float64"):
            gain(sigma=0.0, **given)
        return
    leaky = (rise**2 + fall**2) / 2
    spread = leaky - (rise - fall) ** 2 / (2 * math.pi)
    at_kink = {"second_moment": leaky, "variance": spread, "gradient": leaky}[preserve]
    slope = fall if mu < 0 else rise
    elsewhere = 0.0 if preserve == "second_moment" else 1 / slope
    at_zero = float(gain(sigma=0.0, **given))
    assert at_zero == pytest.approx(at_kink**-0.5 if mu == 0 else elsewhere, rel=1e-13)
    assert at_zero == pytest.approx(float(gain(sigma=1e-12, **given)), rel=1e-9, abs=1e-4)


def test_infinite_means_are_the_limits():
    assert gain(2.0, math.inf, 3.0) == 0
    assert gain(2.0, -math.inf, 3.0) == 1.5
    for preserve in ("variance", "gradient"):
        assert gain(2.0, math.inf, 3.0, preserve) == 1
        with pytest.raises(ValueError, match="mu = -inf"):
            gain(2.0, -math.inf, 3.0, preserve)
    # The floors of CELU and SELU are alpha and scale alpha below 0.
    assert gain(2.0, -math.inf, 3.0, activation="celu") == 1.5
    assert gain(2.0, -math.inf, 3.0, activation="selu", scale=4.0) == 0.375
    for preserve in RULES:
        one = 0.0 if preserve == "second_moment" else 1.0
        leaky = {"preserve": preserve, "activation": "leaky_relu", "slope": 0.25}
        assert gain(mu=math.inf, **leaky) == one
        assert gain(mu=-math.inf, **leaky) == 4 * one
        right = gain(mu=math.inf, preserve=preserve, activation="selu", scale=4.0)
        assert right == one / 4
        with pytest.raises(ValueError, match=r"mu = -inf.*give a larger mu$"):
            gain(mu=-math.inf, preserve=preserve, activation="relu")


@pytest.mark.parametrize("preserve", RULES)
def test_a_floor_far_beyond_the_digits_is_that_of_relu(preserve):
    """Where X/alpha is no double, CELU is ReLU but for what lies below every digit."""
    for law in ((3.8e303, 4.8e303), (-1e307, 3e307), (0.0, 1e-10)):
        found = gain(1e-320 if law[1] < 1.0 else 1.6e-129, *law, preserve, activation="celu")
        assert found == pytest.approx(gain(None, *law, preserve, activation="relu"), rel=1e-14)


def test_selu_keeps_the_standard_normal_law():
    for preserve in ("second_moment", "variance"):
        assert gain(activation="selu", preserve=preserve) == pytest.approx(1.0, rel=4e-16)
    # What its authors published, equation 14.
    given = {"alpha": 1.6732632423543772848, "scale": 1.0507009873554804934}
    assert gain(activation="selu", **given) == pytest.approx(1.0, rel=4e-16)
    assert abs(gain(1.67, activation="selu") - 1.0) > 1e-4


def test_the_parameters_of_every_activation_broadcast():
    found = gain(mu=[0.0, 1.0], activation="leaky_relu", slope=[[0.1], [0.2]])
    assert found.shape == (2, 2)
    assert found[1, 1] == gain(mu=1.0, activation=leaky_relu, slope=0.2)
    assert gain(np.float32(1), activation="selu").dtype == np.float32
    assert np.isnan(gain(math.nan, activation="celu"))
    expected = gain(2.0, 0.1, activation="celu") ** 2 / 30
    assert weight_variance(30, 2.0, 0.1, activation="celu") == pytest.approx(expected, rel=1e-15)
    assert layer_gain(activation="relu") == float(gain(activation="relu"))
    assert layer_scale(activation="leaky_relu", slope=0.5) == pytest.approx(1.6, rel=1e-15)


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
        (
            {"activation": "swish"},
            ValueError,
            "^activation = 'swish' is none of 'elu', 'relu', 'leaky_relu', 'selu', 'celu'",
        ),
        (
            {"activation": 3},
            TypeError,
            "^activation = 3 is of type int: give a name, one of",
        ),
        (
            {"activation": "relu", "alpha": 1.0},
            TypeError,
            "^alpha = 1.0 is no parameter of relu, which has none$",
        ),
        (
            {"activation": "leaky_relu", "alpha": 0.2},
            TypeError,
            "^alpha = 0.2 is no parameter of leaky_relu, which has slope$",
        ),
        ({"slope": 0.2}, TypeError, "^slope = 0.2 is no parameter of elu, which has alpha$"),
        ({"activation": "selu", "scale": -1}, ValueError, "^scale = -1.0: give a finite number ab"),
        ({"activation": "relu", "mu": -99.0}, ValueError, "^mu = -99.0, sigma = 1.0: the gain tha"),
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
