"""Mean field theory against Arb: maps, slopes, fixed points and the edge at random requests."""

import itertools
import math
from collections.abc import Callable
from functools import cache

import mpmath
import numpy as np
import pytest
from seeds import seed_of_this_run

from elu_sym import ACTIVATIONS, celu, elu, leaky_relu, relu, selu
from elu_sym.book.activation_pieces import activation_pieces
from elu_sym.networks.fixed_points import (
    NoFixedPointError,
    SearchError,
    _root,
    edge_of_chaos,
    edge_through,
    fixed_point,
)
from elu_sym.networks.layer import Layer
from elu_sym.networks.meanfield import (
    BeyondRangeError,
    correlation_slope,
    depth_scale,
    residual_variance_map,
    variance_map,
    variance_slope,
)
from elu_sym.networks.meanfield_moments import centered_moments
from elu_sym.networks.signal_propagation import (
    backward_variances,
    forward_variances,
    sampling_deviation,
)

flint = pytest.importorskip("flint")
arb = flint.arb

BITS = 2400
REQUESTS = 60


@cache
def tails(middle: tuple, radius: tuple, bits: int) -> tuple:
    """The two tails at a q, which take the time, and are the same for many truths."""
    q, half = arb(arb(middle), arb(radius)), arb(1) / 2
    with flint.ctx.workprec(bits):
        return tuple((k * k * q / 2).hypgeom_u(half, half) / (2 * arb.pi().sqrt()) for k in (1, 2))


class Truth:
    """The expectations at N(0, q) as they stand, over the Mills ratio, by Arb."""

    def __init__(self, q, alpha) -> None:
        self.q, self.alpha = q, alpha
        self.t1, self.t2 = tails(q.mid().man_exp(), q.rad().man_exp(), flint.ctx.prec)
        self.square = q / 2 + alpha**2 * (arb(1) / 2 - 2 * self.t1 + self.t2)
        self.slope_square = arb(1) / 2 + alpha**2 * self.t2
        self.square_slope = arb(1) / 2 + alpha**2 * (2 * self.t2 - self.t1)


def mapped(q, w, b, alpha):
    return w * Truth(q, alpha).square + b


def chi_q(q, w, alpha):
    return w * Truth(q, alpha).square_slope


def chi(q, w, alpha):
    return w * Truth(q, alpha).slope_square


def edge_weights(q, alpha):
    return 1 / Truth(q, alpha).slope_square


def edge_biases(q, alpha):
    return q - Truth(q, alpha).square / Truth(q, alpha).slope_square


def partial(function: Callable, arguments: tuple, index: int):
    """A derivative by a difference far below the last digit of a double."""
    step = arb(2) ** -400
    moved = [x * (1 + step) if i == index else x for i, x in enumerate(arguments)]
    return (function(*moved) - function(*arguments)) / (arguments[index] * step)


def unit(function: Callable, arguments: tuple, value) -> float:
    """ulp(F) + 2^-52 sum |x dF/dx|."""
    conditioned = sum(
        abs(float((x * partial(function, arguments, i)).mid())) for i, x in enumerate(arguments)
    )
    return math.ulp(float(value.mid())) + 2.0**-52 * conditioned


def error(found: float, function: Callable, *arguments: float) -> float:
    """The error in these units."""
    with flint.ctx.workprec(BITS):
        exact = tuple(map(arb, arguments))
        value = function(*exact)
        assert value.rad() < abs(value.mid()) * arb(2) ** -500
        return float(abs(arb(found) - value).mid()) / unit(function, exact, value)


@pytest.fixture(scope="module")
def requests():
    """The seed is fixed, so that the measured bounds are those of these requests."""
    return drawn(20240, REQUESTS)


def drawn(seed: int, count: int) -> list[tuple[float, float, float, float]]:
    """Random q, w, b and alpha."""
    numbers = np.random.default_rng(seed)
    return [
        (
            10 ** numbers.uniform(-8, 3),
            numbers.uniform(0.05, 4),
            10 ** numbers.uniform(-6, 2),
            10 ** numbers.uniform(-3, 3),
        )
        for _ in range(count)
    ]


def test_other_requests_every_run_keep_the_promise_of_8_units() -> None:
    seed = seed_of_this_run()
    for q, w, b, a in drawn(seed, 50):
        edge, point = edge_through(q, a), fixed_point(min(w / 2, 1.99), b, a)
        errors = {
            "map": error(variance_map(q, w, b, a), mapped, q, w, b, a),
            "chi_q": error(variance_slope(q, w, a), chi_q, q, w, a),
            "chi": error(correlation_slope(q, w, a), chi, q, w, a),
            "weights": error(edge.weight_variance, edge_weights, q, a),
            "biases": error(edge.bias_variance, edge_biases, q, a),
            "fixed point": root_error(point.variance, growth, min(w / 2, 1.99), b, a),
        }
        assert max(errors.values()) <= 8, (seed, q, w, b, a, errors)


def test_maps_and_slopes_to_the_last_digits(requests) -> None:
    worst = dict.fromkeys(("map", "chi_q", "chi", "weights", "biases"), 0.0)
    for q, w, b, a in requests:
        edge = edge_through(q, a)
        found = {
            "map": error(variance_map(q, w, b, a), mapped, q, w, b, a),
            "chi_q": error(variance_slope(q, w, a), chi_q, q, w, a),
            "chi": error(correlation_slope(q, w, a), chi, q, w, a),
            "weights": error(edge.weight_variance, edge_weights, q, a),
            "biases": error(edge.bias_variance, edge_biases, q, a),
        }
        worst = {name: max(worst[name], found[name]) for name in worst}
    promised = {"map": 2, "chi_q": 3, "chi": 2, "weights": 3, "biases": 3}
    assert all(worst[name] < promised[name] for name in worst), worst
    assert worst["biases"] > 0.1, "an error that is never seen is not measured"


def test_the_bias_of_the_edge_cancels_as_it_is_written() -> None:
    """What the divided difference is for: the textbook form is far beyond the bound."""
    q, a = 1e-6, 1.0
    moments = centered_moments(elu, (a,), np.array([q]))
    textbook = float(q - moments.square[0] / moments.slope_square[0])
    assert error(textbook, edge_biases, q, a) > 1e3
    assert error(edge_through(q, a).bias_variance, edge_biases, q, a) < 8


def root_error(found: float, function: Callable, *arguments: float) -> float:
    """By how many units a root may be off: the function changes sign within so many of them."""
    with flint.ctx.workprec(BITS):
        exact = tuple(map(arb, arguments))
        root = arb(found)
        slope = partial(function, (root, *exact), 0)
        conditioned = sum(
            abs(float((x * partial(function, (root, *exact), i + 1) / slope).mid()))
            for i, x in enumerate(exact)
        )
        one = arb(math.ulp(found) + 2.0**-52 * conditioned)
        for bound in range(1, 20):
            low, high = (function(root + k * bound * one, *exact) for k in (-1, 1))
            if low * high < 0:
                return float(bound)
        return math.inf


def growth(q, w, b, alpha):
    return mapped(q, w, b, alpha) - q


def test_fixed_points_are_enclosed_by_a_change_of_sign(requests) -> None:
    worst = 0.0
    for _, w, b, a in requests:
        weights = min(w / 2, 1.99)
        point = fixed_point(weights, b, a)
        worst = max(worst, root_error(point.variance, growth, weights, b, a))
        assert 0 < point.variance_slope < 1
        assert error(point.correlation_slope, chi, point.variance, weights, a) < 3
    assert worst <= 4


def test_fixed_points_without_biases(requests) -> None:
    for index, (_, _, _, a) in enumerate(requests):
        share = (index + 0.5) / REQUESTS
        w = 2 / (1 + a**2) * (1 - share) + 2 * share
        point = fixed_point(w, 0.0, a)

        def grows(q, weights, alpha):
            return mapped(q, weights, arb(0), alpha) - q

        assert root_error(point.variance, grows, w, a) <= 4
        assert 0 < point.variance_slope < 1 < point.correlation_slope


@pytest.mark.parametrize(
    ("weights", "height"), [(1.9986538956621205, 0.02595198399466489), (1.6000000000000003, 0.5)]
)
def test_a_fixed_point_that_a_double_cannot_tell_is_an_error(weights, height) -> None:
    """At 2/(1 + alpha^2) it is 0: a unit in the last place above, it is of the order 1e-31."""
    with pytest.raises(SearchError, match="with the last digit of weight_variance"):
        fixed_point(weights, 0.0, height)
    assert fixed_point(weights * (1 + 1e-9), 0.0, height).variance > 0


def test_the_edge_is_enclosed_by_a_change_of_sign(requests) -> None:
    for _, _, b, a in requests:
        edge = edge_of_chaos(b, a)

        def excess(q, bias, alpha):
            return edge_biases(q, alpha) - bias

        assert root_error(edge.variance, excess, b, a) <= 4
        assert 2 / (1 + a**2) * (1 - 1e-15) <= edge.weight_variance <= 2 * (1 + 1e-15)
        again = fixed_point(edge.weight_variance, b, a)
        assert again.correlation_slope == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("activation", "parameters"),
    [(elu, (0.7,)), (selu, (1.5, 1.2)), (celu, (0.6,)), (relu, ()), (leaky_relu, (0.3,))],
    ids=lambda value: getattr(value, "name", ""),
)
def test_relatives_by_quadrature(activation, parameters) -> None:
    """SciPy's quadrature of the SymPy pieces, split at the kink, at three variances."""
    from scipy.integrate import quad
    from sympy import Symbol, lambdify

    left, right = Symbol("left", negative=True), Symbol("right", positive=True)
    pieces = [lambdify(s, activation(s, *parameters), "math") for s in (left, right)]
    slopes = [
        lambdify(s, activation(s, *parameters).diff(s) + 0 * s, "math") for s in (left, right)
    ]
    for q in (0.3, 1.0, 7.0):
        s = math.sqrt(q)

        def mean(function, s=s):
            def weighted(z, side):
                return function(side, s * z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

            return (
                quad(weighted, -40 / max(s, 1), 0, args=(0,), epsabs=1e-13, limit=200)[0]
                + quad(weighted, -40, -40 / max(s, 1), args=(0,), epsabs=1e-13, limit=200)[0]
                + quad(weighted, 0, 40, args=(1,), epsabs=1e-13, limit=200)[0]
            )

        square = mean(lambda side, x: pieces[side](x) ** 2)
        slope = mean(lambda side, x: slopes[side](x) ** 2)
        growth = mean(lambda side, x: x * pieces[side](x) * slopes[side](x)) / q
        named = {"activation": activation}
        assert variance_map(q, 1.0, 0.0, *parameters, **named) == pytest.approx(square, rel=1e-9)
        assert correlation_slope(q, 1.0, *parameters, **named) == pytest.approx(slope, rel=1e-9)
        # Stein: the slope of the map is E[X f f']/q.
        assert variance_slope(q, 1.0, *parameters, **named) == pytest.approx(growth, rel=1e-9)
        edge = edge_through(q, *parameters, **named)
        gap = q - square / slope
        assert edge.bias_variance == pytest.approx(gap, rel=1e-6, abs=1e-9)
        if gap > 1e-6:
            found = edge_of_chaos(float(edge.bias_variance), *parameters, **named)
            assert found.variance == pytest.approx(q, rel=1e-9)


def test_what_mean_field_theory_says_of_relu() -> None:
    assert variance_slope(3.0, 2.0, activation=relu) == 1.0
    assert correlation_slope(3.0, 2.0, activation=relu) == 1.0
    assert fixed_point(1.0, 0.5, activation=relu).variance == pytest.approx(1.0, rel=1e-15)


def test_derivatives_of_the_moments_are_theirs() -> None:
    """Central differences of the book's own functions would see a wrong factor."""
    q, h = np.array([0.01, 0.5, 2.0, 40.0]), 1e-6
    for activation, bound in ((elu, (1.4,)), (selu, (1.4, 0.8)), (celu, (2.0,))):
        up, down = (centered_moments(activation, bound, q * (1 + k * h)) for k in (1, -1))
        here = centered_moments(activation, bound, q)
        for value, slope in (("square", "square_slope"), ("slope_square", "slope_square_slope")):
            found = (getattr(up, value) - getattr(down, value)) / (2 * q * h)
            assert found == pytest.approx(getattr(here, slope), rel=1e-6)
        assert (up.gap - down.gap) / (2 * q * h) == pytest.approx(here.gap_slope, rel=1e-5)


def written_moments(q, a):
    """The fields of CenteredMoments over the normal distribution function, as mpmath numbers."""
    s, density = mpmath.sqrt(q), 1 / mpmath.sqrt(2 * mpmath.pi)
    t1, t2 = (mpmath.exp(k * k * q / 2) * mpmath.ncdf(-k * s) for k in (1, 2))
    half = mpmath.mpf(1) / 2
    square, slope_square = q / 2 + a**2 * (half - 2 * t1 + t2), half + a**2 * t2
    # d/dq t1 = t1/2 - density/(2 s), d/dq t2 = 2 t2 - density/s
    square_slope, slope_square_slope = half + a**2 * (2 * t2 - t1), a**2 * (2 * t2 - density / s)
    return {
        "square": square,
        "square_slope": square_slope,
        "slope_square": slope_square,
        "slope_square_slope": slope_square_slope,
        "gap": q - square / slope_square,
        "gap_slope": 1
        - square_slope / slope_square
        + square * slope_square_slope / slope_square**2,
    }


def test_the_moments_to_the_digits_they_promise() -> None:
    """Points where the slope of the gap is worst, and random ones of the domain stated."""
    numbers = np.random.default_rng(1)
    points = [
        (16290.114, 497.695),
        (3129.27, 777.98),
        (215521.0495610197, 671.3149613297504),
        (583.5355833830121, 132.27511733312116),
    ]
    points += [(10 ** numbers.uniform(-8, 6), 10 ** numbers.uniform(-3, 3)) for _ in range(400)]
    worst: dict[str, float] = {}
    with mpmath.workdps(60):
        step = mpmath.mpf(10) ** -15
        for q, a in points:
            found = centered_moments(elu, (a,), np.array([q]))
            exact = (mpmath.mpf(q), mpmath.mpf(a))
            here, *moved = (
                written_moments(exact[0] * (1 + i * step), exact[1] * (1 + j * step))
                for i, j in ((0, 0), (1, 0), (0, 1))
            )
            for name, value in here.items():
                conditioned = sum(abs(each[name] - value) for each in moved) / step
                one = math.ulp(float(value)) + 2.0**-52 * float(conditioned)
                off = float(abs(mpmath.mpf(float(getattr(found, name)[0])) - value)) / one
                worst[name] = max(worst.get(name, 0.0), off)
    assert 3 < worst.pop("gap_slope") < 7
    assert max(worst.values()) < 2, worst


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fixed_point(2.0), "every variance grows; give less than 2"),
        (lambda: fixed_point(2.5, 1.0), "every variance grows"),
        (lambda: fixed_point(1.0), "without biases every variance decays to 0"),
        (lambda: fixed_point(2.0, activation=relu), "every variance is a fixed point"),
        (lambda: edge_of_chaos(0.1, activation=relu), "edge of chaos is weight_variance = 2 "),
        (lambda: edge_of_chaos(0.0, 0.5, activation=leaky_relu), "weight_variance = 1.6 "),
    ],
)
def test_where_there_is_no_such_point_the_reason_is_given(call, message) -> None:
    with pytest.raises(NoFixedPointError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: edge_of_chaos(1e300), "^bias_variance = .*range.*give a smaller bias_variance$"),
        (
            lambda: fixed_point(0.5, 1e-320),
            "^weight_variance = 0.5, .*range.*give a larger weight_variance or bias_variance$",
        ),
        (
            lambda: fixed_point(1.5, 0.1, alpha=1e150),
            r"alpha = 1e\+150: .*give a smaller weight_variance or bias_variance$",
        ),
    ],
)
def test_what_is_not_found_is_no_number(call, message) -> None:
    with pytest.raises(SearchError, match=message):
        call()


def search(function) -> float:
    layer = Layer.of_numbers(elu, (1.0,), {}, bias_variance=0.5)
    return _root(layer, function)


def test_every_failed_search_names_the_arguments_and_says_what_to_give(monkeypatch) -> None:
    with pytest.raises(SearchError, match=r"^bias_variance = 0.5, alpha = 1.0: .*or parameters"):
        search(lambda q, moments: (math.nan, 1.0))
    with pytest.raises(SearchError, match="out of the range of a double; give"):
        search(lambda q, moments: (1.0, math.inf))
    monkeypatch.setattr("elu_sym.networks.fixed_points.ITERATIONS", 2)
    with pytest.raises(SearchError, match=r"^bias_variance = .* 2 steps .*give a slightly"):
        search(lambda q, moments: (1.0, 1.0))


def test_the_edge_at_the_largest_alpha() -> None:
    edge = edge_of_chaos(1e-5, alpha=1e150)
    again = edge_through(edge.variance, 1e150)
    assert again.bias_variance == pytest.approx(1e-5, rel=1e-12)
    assert again.weight_variance == pytest.approx(edge.weight_variance, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "error_class", "message"),
    [
        (lambda: variance_map(0.0, 1.0), ValueError, r"variance = 0.0"),
        (lambda: variance_map([1.0, -1.0], 1.0), ValueError, r"variance\[1\] = -1.0"),
        (lambda: variance_map(1.0, 0.0), ValueError, r"weight_variance = 0.0"),
        (lambda: variance_map(1.0, 1.0, -0.1), ValueError, r"bias_variance = -0.1"),
        (lambda: variance_map(1.0, 1.0, alpha=-1.0), ValueError, r"alpha = -1.0"),
        (lambda: variance_map(1.0, 1.0, keep_probability=1.5), ValueError, "keep_probability"),
        (lambda: variance_map("1", 1.0), TypeError, "variance"),
        (lambda: variance_map(1.0, 1.0, alpha=[1.0, 2.0]), TypeError, "give a number"),
        (lambda: fixed_point([1.5, 1.6]), TypeError, "give a number"),
        (lambda: fixed_point(math.nan), ValueError, "weight_variance = nan"),
        (lambda: edge_of_chaos(math.nan), ValueError, "bias_variance = nan"),
        (lambda: depth_scale(0.0), ValueError, "slope = 0.0"),
        (lambda: forward_variances(0, 1.0, 1.0), ValueError, "depth = 0"),
        (lambda: forward_variances(1100, 1.0, 4.0), ValueError, "beyond the range"),
        (
            lambda: forward_variances(3, 1.0, [1.0, 2.0]),
            ValueError,
            r"weight_variance has shape \(2,\) and bias_variance \(\), which do not broadcast to"
            r" that of first_variance, \(\): give numbers",
        ),
        (
            lambda: forward_variances(3, 1.0, 1.0, [1.0, 2.0]),
            ValueError,
            r"variance \(2,\), which do",
        ),
        (lambda: sampling_deviation(np.ones(3), 1.0, 0), ValueError, "width = 0"),
        (lambda: sampling_deviation(np.ones(3), 1.0, math.nan), ValueError, "width = nan: give"),
        (lambda: sampling_deviation(np.ones(3), 1.0, True), TypeError, "width = True: give"),
        (lambda: sampling_deviation(np.ones(3), 1.0, "3"), TypeError, "width = '3': give"),
        (lambda: sampling_deviation([1e300] * 2, 1.0, 9), ValueError, r"variances\[0\] = 1e\+300"),
        (lambda: sampling_deviation([1.0], 1.0, 9, 1e100), ValueError, "beyond the range"),
        (lambda: sampling_deviation(1.0, 1.0, 9), ValueError, "variances = 1.0 is a number: give"),
        (lambda: sampling_deviation([], 1.0, 9), ValueError, r"variances = \[\] is no variance"),
        (lambda: sampling_deviation([1.0], [1.0, 2.0], 9), ValueError, "weight_variance has shape"),
        (lambda: backward_variances(1.0, 1.0), ValueError, "variances = 1.0 is a number: give"),
        (lambda: backward_variances([], 1.0), ValueError, r"variances = \[\] is no variance: give"),
        (lambda: backward_variances(np.ones(2000), 4.0), ValueError, "over 2000 layers; give"),
        (lambda: forward_variances(True, 1.0, 1.0), TypeError, "depth = True: give"),
        (lambda: forward_variances(2.5, 1.0, 1.0), ValueError, "depth = 2.5: give"),
        (lambda: fixed_point(1.5, 0.1, alpha=1e200), ValueError, r"alpha = 1e\+200: .*1e150"),
        (lambda: edge_of_chaos(1e-5, alpha=1e200), ValueError, r"alpha = 1e\+200: .*1e150"),
        (lambda: edge_through(1.0, alpha=1e200), ValueError, r"alpha = 1e\+200: .*1e150"),
        (lambda: variance_map(1.0, 1.0, alpha=1e200), ValueError, r"alpha = 1e\+200: .*1e150"),
        (
            lambda: fixed_point(1.5, 0.1, 1.5, 1e-200, activation=selu),
            ValueError,
            "scale = 1e-200: give a number from 1e-75 to 1e75",
        ),
        (
            lambda: fixed_point(1.5, 0.1, 1e200, activation=celu),
            ValueError,
            r"alpha = 1e\+200: give a number from 1e-150 to 1e150",
        ),
        (lambda: residual_variance_map(0.0, 1.0), ValueError, "^variance = 0.0"),
        (lambda: residual_variance_map("a", 1.0), TypeError, "^variance = 'a' is text"),
        (
            lambda: residual_variance_map("a", 1.0, normalized=True),
            TypeError,
            "^variance = 'a' is text",
        ),
        (lambda: residual_variance_map(1.0, 1.0, -1.0), ValueError, "^bias_variance = -1.0"),
        (lambda: residual_variance_map(1e300, 1e10), BeyondRangeError, r"^variance = 1e\+300"),
    ],
)
def test_bad_arguments_are_named(call, error_class, message) -> None:
    with pytest.raises(error_class, match=message):
        call()


def test_arguments_broadcast_and_nan_passes() -> None:
    found = variance_map(np.array([[1.0], [math.nan]]), np.array([1.0, 2.0]), 0.5)
    assert found.shape == (2, 2)
    assert np.isnan(found[1]).all()
    assert found[0] == pytest.approx([variance_map(1.0, w, 0.5) for w in (1.0, 2.0)], rel=1e-15)


def test_dropout_is_a_larger_weight_variance() -> None:
    found = variance_map(1.3, 1.2, 0.1, keep_probability=0.8)
    assert found == pytest.approx(variance_map(1.3, 1.2 / 0.8, 0.1), rel=1e-15)
    kept = fixed_point(1.2, 0.1, keep_probability=0.8)
    assert kept.variance == pytest.approx(fixed_point(1.5, 0.1).variance, rel=1e-14)
    edge = edge_of_chaos(0.1, keep_probability=0.8)
    assert edge.weight_variance == pytest.approx(0.8 * edge_of_chaos(0.1).weight_variance)


def test_residual_blocks() -> None:
    plain = [4.0, residual_variance_map(4.0, 1.0)]
    assert plain[1] == pytest.approx(4.0 + variance_map(4.0, 1.0))
    found = residual_variance_map(4.0, 1.5, 0.2, activation=relu)
    assert found == pytest.approx(4.0 + 1.5 * 2.0 + 0.2, rel=1e-15)
    found = residual_variance_map(4.0, 1.5, 0.2, keep_probability=0.5, activation=relu)
    assert found == pytest.approx(4.0 + 1.5 * 2.0 / 0.5 + 0.2, rel=1e-15)
    found = residual_variance_map(
        4.0, 1.5, 0.2, 0.5, keep_probability=0.5, normalized=True, activation=leaky_relu
    )
    assert found == pytest.approx(4.0 + 1.5 * (1.25 / 2.0) / 0.5 + 0.2, rel=1e-15)
    assert residual_variance_map(1e-300, 1e-30) == 1e-300
    normalized = [1.0]
    for _ in range(50):
        normalized.append(float(residual_variance_map(normalized[-1], 1.0, normalized=True)))
    assert np.diff(normalized) == pytest.approx(variance_map(1.0, 1.0))


@pytest.mark.parametrize("normalized", [False, True])
def test_the_type_of_a_residual_block_is_that_of_its_arguments(normalized) -> None:
    single, double = np.float32([1.0, 2.0]), np.array([1.0, 2.0])
    for variance, weights, expected in (
        (single, 1.0, np.float32),
        (single, single, np.float32),
        (single, double, np.float64),
        (double, single, np.float64),
    ):
        found = residual_variance_map(variance, weights, normalized=normalized)
        assert found.dtype == expected


@pytest.mark.filterwarnings("error")
def test_what_is_too_large_is_refused_without_warnings() -> None:
    large = np.float32([1e38])
    for call, name in (
        (lambda: variance_map(1.0, 1e308, keep_probability=0.01), "^variance = 1.0, weight_var"),
        (lambda: variance_map([1.0, 1e300], 1e10), r"variance\[1\] = 1e\+300"),
        (lambda: variance_map(large, large), "range of float32; give a smaller weight_variance"),
        (lambda: variance_slope(1.0, 1e308, keep_probability=0.01), "the slope is beyond"),
        (lambda: correlation_slope(1.0, 1e308, 10.0), "alpha = 10.0: the factor is beyond"),
    ):
        with pytest.raises(BeyondRangeError, match=name):
            call()
    quotient = variance_map(1e-200, 1e308, keep_probability=1e-5, activation=relu)
    assert quotient == pytest.approx(0.5e113, rel=1e-14)
    with pytest.raises(ValueError, match="a variance of layer 2 is inf"):
        forward_variances(3, 1e300, 1e10)


def test_signals_layer_by_layer() -> None:
    assert forward_variances(np.int64(3), 1.0, 2.0).shape == (3,)
    one = sampling_deviation([1.0, 2.0], 1.0, np.int64(9))
    assert one.tolist() == sampling_deviation(np.array([1.0, 2.0]), 1.0, 9).tolist()
    assert np.isnan(sampling_deviation([math.nan, 1.0], 1.0, 9)).all()
    variances = forward_variances(40, np.array([0.3, 3.0]), 1.6, 0.05)
    for before, after in itertools.pairwise(variances):
        assert after == pytest.approx(variance_map(before, 1.6, 0.05), rel=1e-15)
    assert variances[-1] == pytest.approx(fixed_point(1.6, 0.05).variance, rel=1e-2)
    gradients = backward_variances(variances, 1.6)
    assert gradients[-1] == pytest.approx(correlation_slope(variances[-1], 1.0))
    quotient = gradients[:-1] / gradients[1:]
    assert quotient == pytest.approx(correlation_slope(variances[:-1], 1.6))


def test_the_sampling_deviation_is_that_of_networks() -> None:
    """Two layers of 200 units, 4000 times: chi square of the variance within 4 deviations."""
    numbers = np.random.default_rng(3)
    width, runs, w = 200, 4000, 1.5505188080679277
    second = np.ones(runs)
    for _ in range(2):
        pre = np.sqrt(w * second if _ else second)[:, None] * numbers.standard_normal((runs, width))
        second = np.mean(np.where(pre >= 0, pre, np.expm1(np.minimum(pre, 0))) ** 2, axis=1)
    predicted = sampling_deviation(np.ones(2), w, width)[1]
    assert abs(second.std() / predicted - 1) < 4 * math.sqrt(1.0 / runs)


def test_the_decay_without_growth_is_algebraic() -> None:
    """LeCun's rule at alpha = 1: 1/sqrt(q) grows by 1/sqrt(2 pi) a layer."""
    variances = forward_variances(800, 1.0, 1.0)
    steps = np.diff(variances**-0.5)
    assert steps[-1] == pytest.approx(1 / math.sqrt(2 * math.pi), rel=5e-3)


def test_importing_it_loads_no_sympy() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from elu_sym.networks.fixed_points import edge_of_chaos; edge_of_chaos(0.1);"
        "import elu_sym.networks.signal_propagation; print('sympy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


CALLS = [
    (variance_map, (1.0, 1.0)),
    (variance_slope, (1.0, 1.0)),
    (correlation_slope, (1.0, 1.0)),
    (residual_variance_map, (1.0, 1.0)),
    (fixed_point, (0.9, 0.05)),
    (edge_of_chaos, (0.05,)),
    (edge_through, (1.0,)),
    (forward_variances, (3, 1.0, 1.0)),
    (backward_variances, ([1.0, 1.0], 1.0)),
    (sampling_deviation, ([1.0, 1.0], 1.0, 10)),
]


@pytest.mark.parametrize(("function", "arguments"), CALLS)
@pytest.mark.parametrize("wrong", [("elu",), None, 3, np.float64(1.0)])
def test_what_is_no_activation_is_named(function, arguments, wrong):
    known = "give a name, one of 'elu', 'relu', 'leaky_relu', 'selu', 'celu'"
    with pytest.raises(
        TypeError, match=rf"activation = .* is of type {type(wrong).__name__}: {known}"
    ):
        function(*arguments, activation=wrong)
    with pytest.raises(ValueError, match=r"^activation = 'ELU' is none of 'elu', 'relu', 'leaky_"):
        function(*arguments, activation="ELU")


@pytest.mark.parametrize(("function", "arguments"), CALLS)
@pytest.mark.parametrize("name", ["elu", "selu", "celu", "relu", "leaky_relu"])
def test_a_name_means_the_activation(function, arguments, name):
    if function is edge_of_chaos and name in ("relu", "leaky_relu"):
        for given in (name, ACTIVATIONS[name]):
            with pytest.raises(NoFixedPointError):
                function(*arguments, activation=given)
        return
    # With alpha = 1, its default, CELU is ELU.
    named = {"alpha": 2.0} if name == "celu" else {}
    found = function(*arguments, activation=name, **named)
    same = function(*arguments, activation=ACTIVATIONS[name], **named)
    np.testing.assert_array_equal(found, same)
    if name != "elu":
        assert not np.array_equal(found, function(*arguments, **named))


@pytest.mark.parametrize(("function", "arguments"), CALLS)
def test_a_parameter_that_an_activation_has_not_is_named(function, arguments):
    with pytest.raises(TypeError, match=r"^alpha = 1\.0 is no parameter of relu, which has none$"):
        function(*arguments, activation="relu", alpha=1.0)
    with pytest.raises(
        TypeError, match=r"^alpha = 1\.0 is no parameter of leaky_relu, which has s"
    ):
        function(*arguments, activation="leaky_relu", alpha=1.0)


def test_variances_of_several_networks_at_once():
    together = forward_variances(3, [1.0, 2.0], [1.0, 2.0])
    for column, variance in enumerate((1.0, 2.0)):
        np.testing.assert_array_equal(together[:, column], forward_variances(3, variance, variance))


def at_the_edges(numbers: np.random.Generator, activation, count: int):
    """Variances and parameters from all over the range, where squares leave that of a double."""
    for _ in range(count):
        extent = numbers.choice([3, 75, 149])
        parameters = [10 ** numbers.uniform(-10, 10) for _ in activation.parameters]
        yield 10 ** numbers.uniform(-extent, extent), *parameters


def written_layer(activation, q, *parameters):
    """E f^2, its slope, E f'^2 and the bias of the edge, as mpmath numbers."""
    c, r, k = activation_pieces(activation, parameters)
    if not k:
        share = c**2 * (1 + r**2) / 2
        return share * q, share, share, 0 * q
    of_elu = written_moments(k * k * q, r)
    names = ("square", "square_slope", "slope_square", "gap")
    square, slope, slope_square, gap = (of_elu[name] for name in names)
    return (c / k) ** 2 * square, c * c * slope, c * c * slope_square, gap / k**2


LAYERS = {
    "map": (lambda q, *p, a: variance_map(q, 1.0, 0.0, *p, activation=a), 0),
    "chi_q": (lambda q, *p, a: variance_slope(q, 1.0, *p, activation=a), 1),
    "chi": (lambda q, *p, a: correlation_slope(q, 1.0, *p, activation=a), 2),
    "biases": (lambda q, *p, a: edge_through(q, *p, activation=a).bias_variance, 3),
}


@pytest.mark.deep
@pytest.mark.parametrize("activation", [elu, selu, celu, relu, leaky_relu], ids=lambda a: a.name)
def test_every_activation_keeps_the_promise_of_8_units_at_the_edges_of_the_range(
    activation,
) -> None:
    seed = seed_of_this_run()
    points = list(at_the_edges(np.random.default_rng(seed), activation, 40))
    points += [(7.67e-149, 0.1319, 1e-10)] if activation is selu else []
    with mpmath.workdps(1300):
        step = mpmath.mpf(10) ** -300
        for point in points:
            exact = [mpmath.mpf(x) for x in point]
            here = written_layer(activation, *exact)
            moved = [
                written_layer(activation, *(x * (1 + step * (i == j)) for j, x in enumerate(exact)))
                for i in range(len(exact))
            ]
            for name, (function, number) in LAYERS.items():
                value = here[number]
                if not 1e-300 < value < 1e300:
                    continue
                conditioned = sum(abs(each[number] - value) for each in moved) / step
                one = math.ulp(float(value)) + 2.0**-52 * float(conditioned)
                off = float(abs(mpmath.mpf(float(function(*point, a=activation))) - value)) / one
                assert off <= 8, (seed, name, point, off)
