"""Every public name of networks and layer_audit beside quadrature of the definition of ELU.

Run in a copy of the package whose definition is another one, see :mod:`mutants`: with the argument
``generate`` it generates the code anew, then prints as JSON what came of each name: ``compared``,
``apart`` (it has nothing to do with the function) or ``refused`` with the message. A difference is
an error.
"""

import contextlib
import importlib
import io
import json
import math
import pkgutil
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from numpy.polynomial import HermiteE
from scipy.integrate import quad
from scipy.special import ndtr
from sympy import Symbol, diff, lambdify

from elu_sym.activations import Elu
from elu_sym.book.decomposition import NoDecompositionError
from elu_sym.book.formula import Formula
from elu_sym.generate import codegen
from elu_sym.generate.gradients import gradient_function

MU, SIGMA, ALPHA, Q, WEIGHTS, BIASES = 0.3, 1.2, 0.8, 0.6, 1.1, 0.05

x, alpha = Symbol("x", real=True), Symbol("alpha", positive=True)
PIECES = [[piece(x, alpha)] for piece in (Elu.left, Elu.right)]
for expressions in PIECES:
    expressions += [diff(expressions[0], x), diff(expressions[0], x, 2)]
FUNCTIONS = [[lambdify((x, alpha), each, "math") for each in piece] for piece in PIECES]


def f(t: float, a: float = ALPHA, order: int = 0) -> float:
    """A derivative of ELU of this order, off the kink."""
    return float(FUNCTIONS[int(t >= 0)][order](t, a))


def mean(g: Callable[[float], float], mu: float = 0.0, sigma: float = Q**0.5) -> float:
    """E g(X), X ~ N(mu, sigma^2), by quadrature on either side of the kink."""

    def weighted(t: float) -> float:
        z = (t - mu) / sigma
        return g(t) * math.exp(-z * z / 2) / (sigma * math.sqrt(2 * math.pi))

    low, high = mu - 14 * sigma, mu + 14 * sigma
    # The rule of quad evaluates no end, so that neither side sees the other.
    ends = sorted({low, mu, high} | ({0.0} if low < 0 < high else set()))
    pieces = [
        quad(weighted, *interval, epsabs=1e-13, epsrel=1e-12, limit=200)[0]
        for interval in pairwise(ends)
    ]
    return math.fsum(pieces)


def square(q: float = Q, a: float = ALPHA) -> float:
    """E f^2 at N(0, q)."""
    return mean(lambda t: f(t, a) ** 2, 0.0, q**0.5)


def slope_square(q: float = Q, a: float = ALPHA) -> float:
    """E f'^2 at N(0, q)."""
    return mean(lambda t: f(t, a, 1) ** 2, 0.0, q**0.5)


def square_slope(q: float = Q, a: float = ALPHA) -> float:
    """Its derivative of E f^2 in q, E[X f f']/q by Stein's identity."""
    return mean(lambda t: t * f(t, a) * f(t, a, 1), 0.0, q**0.5) / q


def same(found: object, expected: object, tolerance: float = 1e-8, absolute: float = 1e-11) -> None:
    """Refuse a difference."""
    np.testing.assert_allclose(
        np.asarray(found, float), np.asarray(expected, float), rtol=tolerance, atol=absolute
    )


def same_moments(found: object) -> None:
    """Six expectations at N(0, q)."""
    e, m, m_slope = slope_square(), square(), square_slope()
    e_slope = mean(lambda t: t * f(t, ALPHA, 1) * f(t, ALPHA, 2)) / Q
    gap = Q - m / e
    gap_slope = (e + Q * e_slope - m_slope - gap * e_slope) / e
    names = ("square", "square_slope", "slope_square", "slope_square_slope", "gap", "gap_slope")
    same([getattr(found, name) for name in names], [m, m_slope, e, e_slope, gap, gap_slope], 1e-6)


def second_gain(mu: float = MU, sigma: float = SIGMA, a: float = ALPHA) -> float:
    """sigma/sqrt(E f^2)."""
    return sigma / mean(lambda t: f(t, a) ** 2, mu, sigma) ** 0.5


def variance_gain(mu: float = MU, sigma: float = SIGMA, a: float = ALPHA) -> float:
    """sigma/std f."""
    middle = mean(lambda t: f(t, a), mu, sigma)
    return sigma / mean(lambda t: (f(t, a) - middle) ** 2, mu, sigma) ** 0.5


def gradient_gain(mu: float = MU, sigma: float = SIGMA, a: float = ALPHA) -> float:
    """1/sqrt(E f'^2)."""
    return mean(lambda t: f(t, a, 1) ** 2, mu, sigma) ** -0.5


GAINS = {"second_moment": second_gain, "variance": variance_gain, "gradient": gradient_gain}


def public(place: str) -> Any:
    """A public name of the package, imported when the code was generated."""
    module, _, name = place.rpartition(".")
    return getattr(importlib.import_module(f"elu_sym.{module}"), name)


def pieces() -> None:
    c, r, k = public("book.activation_pieces.activation_pieces")(
        public("book.formula.elu"), (ALPHA,)
    )
    for t in (-3.0, -0.2, 0.0, 1.7):
        below = c * r * (math.expm1(k * t) / k if k else t)
        same(c * t if t >= 0 else below, f(t))


def moments() -> None:
    same_moments(
        public("networks.meanfield_moments.centered_moments")(
            public("book.formula.elu"), (ALPHA,), np.array(Q)
        )
    )


def layer() -> None:
    same_moments(
        public("networks.layer.Layer").of(public("book.formula.elu"), (ALPHA,), {}, Q).moments()
    )


def meanfield(name: str) -> Callable[[], None]:
    def check() -> None:
        function = public(f"networks.meanfield.{name}")
        named = {"alpha": ALPHA, "keep_probability": 0.9}
        gain = WEIGHTS / 0.9
        if name == "variance_map":
            same(function(Q, WEIGHTS, BIASES, **named), gain * square() + BIASES)
        elif name == "residual_variance_map":
            same(function(Q, WEIGHTS, BIASES, **named), Q + gain * square() + BIASES)
            found = function(Q, WEIGHTS, BIASES, normalized=True, **named)
            same(found, Q + gain * square(1.0) + BIASES)
        else:
            expected = {"variance_slope": square_slope, "correlation_slope": slope_square}[name]()
            same(function(Q, WEIGHTS, **named), gain * expected)

    return check


def fixed_points(name: str) -> Callable[[], None]:
    def check() -> None:
        function = public(f"networks.fixed_points.{name}")
        if name == "fixed_point":
            q, stable, chi = function(WEIGHTS, BIASES, ALPHA)
            same(WEIGHTS * square(q) + BIASES, q)
            same([stable, chi], [WEIGHTS * square_slope(q), WEIGHTS * slope_square(q)])
            without = function(2 / (1 + f(-1e-9, ALPHA, 1) ** 2) + 0.2, 0.0, ALPHA)
            same((2 / (1 + f(-1e-9, ALPHA, 1) ** 2) + 0.2) * square(without[0]), without[0], 1e-6)
            return
        edge = function(Q if name == "edge_through" else BIASES, ALPHA)
        same(edge.weight_variance * slope_square(edge.variance), 1)
        same(edge.weight_variance * square(edge.variance) + edge.bias_variance, edge.variance)
        if name == "edge_of_chaos":
            same(function(0.0, ALPHA)[0], 2 / (1 + f(-1e-12, ALPHA, 1) ** 2))

    return check


def gains(name: str) -> Callable[[], None]:
    def check() -> None:
        of_activation = public(f"networks.gains.{name}_gain")
        function = partial(of_activation, public("book.formula.elu"))
        evaluate = public("numeric.evaluation.evaluate")
        mu, sigma = np.array([MU, -2.0]), np.array([SIGMA, 0.7])
        (found,) = evaluate(function, mu, sigma, np.array(ALPHA))
        same(found, [GAINS[name](m, s) for m, s in zip(mu, sigma, strict=True)], 1e-7)
        limits = [(-1.0, 0.0), (1.5, 0.0), (0.0, 0.0)]
        (found,) = evaluate(function, *map(np.array, zip(*limits, strict=True)), np.array(ALPHA))
        # The limit of no deviation, by a small one.
        same(found, [GAINS[name](m, 1e-7) for m, _ in limits], 1e-5, 1e-6)

    return check


def initialization(name: str) -> Callable[[], None]:
    def check() -> None:
        function = public(f"networks.initialization.{name}")
        for rule, expected in GAINS.items():
            value = expected()
            if name == "weight_variance":
                same(function(7, ALPHA, MU, SIGMA, rule), value**2 / 7)
            else:
                found = function(ALPHA, MU, SIGMA, rule)
                same(found, value**2 if name == "layer_scale" else value)

    return check


def joint(order: int, rho: float, deviations: tuple[float, float]) -> float:
    """E of a derivative of ELU at two inputs of mean 0, by quadrature within quadrature."""
    first, second = deviations
    rest = math.sqrt(1.0 - rho**2) * second

    def inner(t: float) -> float:
        return mean(lambda s: f(s, ALPHA, order), rho * t * second / first, rest)

    return mean(lambda t: f(t, ALPHA, order) * inner(t), 0.0, first)


def grams(name: str) -> Callable[[], None]:
    def check() -> None:
        function = public(f"networks.infinite_width.{name}")
        rows = np.array([[1.1, 0.4], [-0.3, 0.9]])
        given = {"weight_variance": WEIGHTS, "bias_variance": BIASES, "alpha": ALPHA}
        found = function(rows, depth=1, kind="both", **given)
        inputs = WEIGHTS * rows @ rows.T / 2 + BIASES
        deviations = np.sqrt(np.diag(inputs))
        if name == "gram":
            rho = inputs[0, 1] / deviations.prod()
            value, slope = (joint(order, rho, tuple(deviations)) for order in (0, 1))
            nngp = WEIGHTS * value + BIASES
            same(found.nngp[0, 1], nngp, 1e-7)
            same(found.ntk[0, 1], nngp + WEIGHTS * slope * inputs[0, 1], 1e-7)
        diagonal = [WEIGHTS * square(q) + BIASES for q in np.diag(inputs)]
        slopes = [WEIGHTS * slope_square(q) * q for q in np.diag(inputs)]
        for matrix, expected in zip(found, (diagonal, np.add(diagonal, slopes)), strict=True):
            same(np.diag(matrix) if name == "gram" else matrix, expected)

    return check


def published() -> None:
    rows = public("networks.published_constants.PUBLISHED_CONSTANTS")
    found = {name: float(row.digits(17)) for name, row in rows.items()}
    same(found["siren.elu"], 1 / square(1.0, 1.0))
    same(found["nfnets.elu"], variance_gain(0.0, 1.0, 1.0))
    height, scale = found["selu.alpha"], found["selu.scale"]
    same(mean(lambda t: f(t, height), 0.0, 1.0), 0)
    same(scale**2 * square(1.0, height), 1)


def mapped(mu: float, variance: float, a: float, scale: float) -> np.ndarray:
    """Mean and variance of scale f(X)."""
    first, second = (
        mean(lambda t, power=power: (scale * f(t, a)) ** power, mu, variance**0.5)
        for power in (1, 2)
    )
    return np.array([first, second - first**2])


def selu(module: str, name: str) -> Callable[[], None]:
    def check() -> None:
        function = public(f"networks.{module}.{name}")
        number = mpmath.mpf if module == "selu_equations" else float
        for mu, variance in ((0.0, 1.0), (-0.5, 2.0)):
            law = number(mu), number(variance)
            if name == "precise_jacobian":
                a, scale = ALPHA, 1.3
                moved = mapped(mu, variance, a, scale)[0]
                kind = public("networks.selu_equations.SeluParameters")
                # It is for parameters that keep the mean.
                found = function(*law, kind(a, scale))
                a_row = [found[0], found[1]]
                by_mean = (mapped(mu + 1e-4, variance, a, scale)[0] - moved) / 1e-4
                by_variance = (mapped(mu, variance + 1e-4, a, scale)[0] - moved) / 1e-4
                same(a_row, [by_mean, by_variance], 1e-3)
                continue
            found = function(*law)
            a, scale = map(float, getattr(found, "parameters", found))
            same(mapped(mu, variance, a, scale), [mu, variance], 1e-7)
            if name == "selu_fixed_point":
                h = 1e-4 * variance
                up, down = (mapped(mu, variance + k * h, a, scale) for k in (1, -1))
                same([row[1] for row in found.jacobian], (up - down) / (2 * h), 1e-5)

    return check


def signals(name: str) -> Callable[[], None]:
    def check() -> None:
        function = public(f"networks.signal_propagation.{name}")
        variances = [Q, WEIGHTS * square() + BIASES]
        last = slope_square(variances[1])
        if name == "forward_variances":
            same(function(2, Q, WEIGHTS, BIASES, ALPHA), variances)
        elif name == "backward_variances":
            found = function(np.array(variances), WEIGHTS, ALPHA)
            same(found, [last * WEIGHTS * slope_square(), last])
        else:
            fresh = [mean(lambda t: f(t) ** 4, 0.0, q**0.5) - square(q) ** 2 for q in variances]
            slope = WEIGHTS * square_slope(variances[1])
            expected = [fresh[0] / 50, slope**2 * fresh[0] / 50 + fresh[1] / 50]
            same(function(np.array(variances), WEIGHTS, 50, ALPHA), np.sqrt(expected))

    return check


COVARIANCE = np.array([[SIGMA**2, 0.5], [0.5, 0.8]])
MEANS = np.array([MU, -0.6])


def covariance_of_values(means: Any = MEANS, matrix: Any = COVARIANCE) -> float:
    """Cov(f(X), f(Y)), by quadrature of what Y gives at each X."""
    slope = matrix[0, 1] / matrix[0, 0]
    rest = (matrix[1, 1] - slope * matrix[0, 1]) ** 0.5
    nodes, weights = np.polynomial.legendre.leggauss(60)
    parts = [mean(f, means[i], matrix[i, i] ** 0.5) for i in (0, 1)]

    def given(x: float) -> float:
        middle = means[1] + slope * (x - means[0])
        total = 0.0
        for low, high in pairwise((min(middle - 9 * rest, -1.0), 0.0, max(middle + 9 * rest, 1.0))):
            t = (low + high) / 2 + (high - low) / 2 * nodes
            density = np.exp(-(((t - middle) / rest) ** 2) / 2) / (rest * math.sqrt(2 * math.pi))
            values = np.array([f(each) for each in t])
            total += (high - low) / 2 * float(weights @ (density * values))
        return total

    product = mean(lambda x: f(x) * given(x), means[0], matrix[0, 0] ** 0.5)
    return product - parts[0] * parts[1]


def own_pieces() -> Any:
    return public("book.activation_pieces.activation_pieces")(public("book.formula.elu"), (ALPHA,))


def covariances() -> None:
    found = public("networks.activation_covariances.covariances_between")(
        own_pieces(), MEANS, COVARIANCE
    )
    same(found[0, 1], covariance_of_values(), 1e-6)


def covariance_gradient() -> None:
    function = public("networks.activation_covariances.covariance_slopes")
    outer = np.array([[0.0, 1.0], [0.0, 0.0]])
    of_mean, of_covariance = function(own_pieces(), MEANS, COVARIANCE, outer)
    step = 1e-3
    moved = step * np.array([1.0, 0.0])
    ahead, back = (covariance_of_values(MEANS + sign * moved) for sign in (1, -1))
    same(of_mean[0], (ahead - back) / (2 * step), 1e-4)
    widened = step * np.diag([1.0, 0.0])
    ahead, back = (covariance_of_values(MEANS, COVARIANCE + sign * widened) for sign in (1, -1))
    same(of_covariance[0, 0], (ahead - back) / (2 * step), 1e-4, 1e-5)


def uncertain_outputs(name: str) -> Callable[[], None]:
    def check() -> None:
        layer = public("networks.gaussian_layers.ActivationLayer").of("elu", alpha=ALPHA)
        assert layer.parameters == (ALPHA,)
        if name == "ActivationLayer":
            return same(layer.pieces, own_pieces())
        network = [([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]), layer]
        found = public("networks.uncertainty.propagate")(network, MEANS, COVARIANCE)
        for i in (0, 1):
            law = MEANS[i], COVARIANCE[i, i] ** 0.5
            middle = mean(f, *law)
            same(found.mean[i], middle)
            spread = mean(lambda t, middle=middle: (f(t) - middle) ** 2, *law)
            same(found.covariance[i, i], spread)
        same(found.covariance[0, 1], covariance_of_values(), 1e-6)

    return check


def hermite(name: str) -> Callable[[], None]:
    def check() -> None:
        function = public(f"networks.hermite_series.{name}")
        deviation = Q**0.5
        series = [HermiteE.basis(order) / math.factorial(order) ** 0.5 for order in range(4)]
        expected = [mean(lambda t, p=p: f(t) * float(p(t / deviation))) for p in series]
        if name == "hermite_coefficients":
            same(function(4, deviation, ALPHA), expected)
        elif name == "exact_hermite_coefficient":
            values = {Symbol("sigma", positive=True): deviation, alpha: ALPHA}
            same([function(order).subs(values).evalf() for order in range(4)], expected)
        else:
            found = function(0.0, 4, deviation, ALPHA)
            same(found.value, expected[0] ** 2)

    return check


VALUES = np.random.default_rng(8).normal(-0.4, 1.6, 3000)


def same_audit(found: object) -> None:
    """All numbers of an audit of VALUES beside means over them and quadrature."""
    mu, sigma = VALUES.mean(), VALUES.std(ddof=1)
    heights = np.array([f(t) for t in VALUES])
    slopes = np.array([f(t, ALPHA, 1) for t in VALUES])
    level = found.level

    def law(order: int, power: int) -> float:
        return mean(lambda t: f(t, ALPHA, order) ** power, mu, sigma)

    spread = law(0, 2) - law(0, 1) ** 2
    pairs = {
        "activation_mean": (heights.mean(), law(0, 1)),
        "activation_second_moment": ((heights**2).mean(), law(0, 2)),
        "activation_variance": (heights.var(ddof=1), spread),
        "derivative_mean": (slopes.mean(), law(1, 1)),
        "derivative_second_moment": ((slopes**2).mean(), law(1, 2)),
        "negative": ((VALUES < 0).mean(), ndtr(-mu / sigma)),
        "derivative_below": (
            (slopes < level).mean(),
            mean(lambda t: float(f(t, ALPHA, 1) < level), mu, sigma),
        ),
        "weight_factor_second_moment": (
            sigma**2 / (heights**2).mean(),
            sigma**2 / law(0, 2),
        ),
        "weight_factor_variance": (
            sigma**2 / heights.var(ddof=1),
            sigma**2 / spread,
        ),
        "weight_factor_gradient": (1 / (slopes**2).mean(), 1 / law(1, 2)),
    }
    for name, (empirical, gaussian) in pairs.items():
        comparison = getattr(found, name)
        same(comparison.empirical.value, empirical)
        same(comparison.gaussian.value, gaussian, 1e-4 if name == "derivative_below" else 1e-7)
    below = VALUES[VALUES < 0]
    assert found.at_floor_count == sum(f(t) == f(-800.0) for t in below)


def audited() -> object:
    return public("layer_audit.audit")(VALUES, ALPHA)


def audit() -> None:
    same_audit(audited())


def recorder() -> None:
    found = public("layer_audit.LayerRecorder")(ALPHA)
    found.add(VALUES)
    same_audit(found.result())


def estimates() -> None:
    """The vector of means that all estimates are made of, and one of them."""
    assert isinstance(public("layer_audit.estimates.LayerEstimates"), type)
    same_audit(audited())


def function_values() -> None:
    some = VALUES[:50]
    elu = public("book.formula.elu")
    found = public("layer_audit.estimates.function_values")(some, (0.1, 0.2), elu, (ALPHA,))
    heights = np.array([f(t) for t in some]) - 0.2
    slopes = np.array([f(t, ALPHA, 1) for t in some])
    deviations = some - 0.1
    same(found, [deviations, deviations**2, heights, heights**2, slopes, slopes**2])


def value_of() -> None:
    found = public("layer_audit.estimates.value_of")(public("book.formula.elu"), VALUES, (ALPHA,))
    same(found, [f(t) for t in VALUES])


def at_floor() -> None:
    some = np.linspace(-60.0, 3.0, 300)
    elu = public("book.formula.elu")
    found = public("layer_audit.float_formats.at_floor")(some, elu, (ALPHA,), "float64")
    limit = f(-800.0)
    assert found.tolist() == [bool(t < 0 and f(t) == limit) for t in some]


def densities() -> None:
    found = audited()
    of_x, of_f = public("layer_audit.picture.densities")(found)
    same(of_f.edges, [f(t) for t in found.histogram.edges])
    mass = np.diff(ndtr((of_x.edges - found.mean.value) / found.std.value))
    same(of_f.gaussian * np.diff(of_f.edges), mass)


def draw() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "audit.png")
        public("layer_audit.picture.draw")(audited(), path)
        assert path.stat().st_size


def second_moment() -> None:
    found = public("networks.initialized_layers.SecondMoment")("elu", alpha=ALPHA)
    same(found(Q), mean(lambda t: f(t) ** 2))


def command() -> None:
    parser = ArgumentParser()
    public("layer_audit.command.add_audit_command")(parser.add_subparsers())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "values.npy")
        np.save(path, VALUES)
        options = parser.parse_args(["audit", str(path), "--alpha", str(ALPHA), "--json"])
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            assert options.run(options) == 0
    found = json.loads(text.getvalue())
    expected = audited().to_json()
    assert found | {"source": ""} == json.loads(json.dumps(expected)) | {"source": ""}


CHECKS = {
    "activation_pieces.activation_pieces": pieces,
    "layer.Layer": layer,
    "meanfield_moments.centered_moments": moments,
    **{
        f"meanfield.{name}": meanfield(name)
        for name in ("variance_map", "variance_slope", "correlation_slope", "residual_variance_map")
    },
    **{
        f"fixed_points.{name}": fixed_points(name)
        for name in ("fixed_point", "edge_through", "edge_of_chaos")
    },
    **{f"gains.{name}_gain": gains(name) for name in GAINS},
    **{
        f"initialization.{name}": initialization(name)
        for name in ("gain", "weight_variance", "layer_gain", "layer_scale")
    },
    **{f"infinite_width.{name}": grams(name) for name in ("gram", "gram_diagonal")},
    # What these are made of.
    **{f"wide_layers.{name}": grams("gram") for name in ("inputs_of", "kernels_of_pairs")},
    "wide_layers.tangents_of_inputs": grams("gram_diagonal"),
    **{
        f"hermite_series.{name}": hermite(name)
        for name in ("hermite_coefficients", "exact_hermite_coefficient", "kernel_series")
    },
    "initialized_layers.SecondMoment": second_moment,
    "published_constants.PUBLISHED_CONSTANTS": published,
    **{
        f"{module}.{name}": selu(module, name)
        for module, name in (
            ("self_normalization", "selu_parameters"),
            ("self_normalization", "selu_fixed_point"),
            ("selu_equations", "precise_parameters"),
            ("selu_equations", "precise_jacobian"),
        )
    },
    **{
        f"signal_propagation.{name}": signals(name)
        for name in ("forward_variances", "backward_variances", "sampling_deviation")
    },
    "activation_covariances.covariances_between": covariances,
    "activation_covariances.covariance_slopes": covariance_gradient,
    "gaussian_layers.ActivationLayer": uncertain_outputs("ActivationLayer"),
    "uncertainty.propagate": uncertain_outputs("propagate"),
    "auditing.audit": audit,
    "recorder.LayerRecorder": recorder,
    "estimates.LayerEstimates": estimates,
    "estimates.function_values": function_values,
    "estimates.value_of": value_of,
    "float_formats.at_floor": at_floor,
    "picture.densities": densities,
    "picture.draw": draw,
    "command.add_audit_command": command,
}

APART = {
    # Kinds of results and of errors, and what they are made of.
    *("activation_pieces.ActivationPieces", "activation_pieces.UnsuitableActivationError"),
    *("fixed_points.Edge", "fixed_points.FixedPoint", "fixed_points.NoFixedPointError"),
    *("fixed_points.SearchError", "meanfield.BeyondRangeError"),
    *("initialization.Fans", "initialization.Preserve", "meanfield_moments.CenteredMoments"),
    *("published_constants.PublishedConstant", "selu_equations.SeluParameters"),
    *("self_normalization.SeluFixedPoint", "self_normalization.SeluParameters"),
    *(f"result.{name}" for name in ("Comparison", "Estimate", "Histogram")),
    *(f"result.{name}" for name in ("KolmogorovDistance", "LayerAudit", "Shape")),
    "hermite_series.KernelSeries",
    *("beyond_range.BeyondRangeError", "beyond_range.finite_result"),
    *("infinite_width.GramMatrices", "wide_layers.Inputs", "wide_layers.WideNetwork"),
    *(f"initialized_layers.Initialized{name}" for name in ("Layer", "Network")),
    *("initialized_layers.LeftAlone", "initialized_layers.branch_target"),
    "initialized_layers.gain_for",
    # Layers that have no activation, and what is done with layers of any kind.
    *(f"gaussian_layers.{name}" for name in ("DenseLayer", "DropoutLayer", "ResidualLayer")),
    *(f"gaussian_layers.{name}" for name in ("GaussianLaw", "GaussianLayer", "LayerMoments")),
    *("gaussian_layers.law_after", "activation_covariances.correlation_of"),
    *(f"uncertainty.{name}" for name in ("Method", "OutputMoments", "checked_law")),
    # What a name means, whatever its definition.
    *(f"activation_argument.{name}" for name in ("activation_of", "book_activation_of")),
    *(f"activation_argument.{name}" for name in ("ActivationArgument", "AnyActivation")),
    "activation_argument.parameters_of",
    # Activations that are not in the book, each by a definition of its own.
    *(f"certified_activation.{name}" for name in ("CertifiedActivation", "KEPT", "Moment")),
    *(f"estimated_activation.{name}" for name in ("EstimatedActivation", "Estimate")),
    *(f"named_activations.{name}" for name in ("NAMED_ACTIVATIONS", "NamedActivation")),
    *(f"published_gains.{name}" for name in ("PUBLISHED_GAINS", "PublishedGain")),
    *(f"tabulated_moments.{name}" for name in ("CONTEXT", "DIGITS", "FILE", "MOMENTS")),
    "tabulated_moments.table",
    # Of any slope, of the shape of weights, of the normal law alone, of the digits of numbers.
    *("meanfield.depth_scale", "initialization.fans"),
    *("selu_equations.precise", "selu_equations.vanishes", "estimates.share"),
    # How values are read, rounded and counted.
    *("comma_separated.open_comma_separated", "estimates.FUNCTIONS", "float_formats.FORMATS"),
    *(
        "float_formats.rounded_parameters",
        "recorded_values.LARGEST",
        "recorded_values.RecordedValues",
    ),
    *("recorded_values.RecordedValuesError", "recorded_values.open_npy", "recorder.LARGEST"),
    *("recorded_values.open_parquet", "recorded_files.open_recorded", "recorder.real_array"),
    "running_histogram.RunningHistogram",
    *("running_histogram.distance_to_normal", "running_moments.RunningCovariance"),
}


def public_names() -> list[str]:
    """What the modules of the two rooms, and the shapes they use, list in their ``__all__``."""
    modules = ["elu_sym.book.activation_pieces"]
    for room in map(importlib.import_module, ("elu_sym.networks", "elu_sym.layer_audit")):
        modules += [f"{room.__name__}.{each.name}" for each in pkgutil.iter_modules(room.__path__)]
    return [
        f"{module.rpartition('.')[2]}.{name}"
        for module in modules
        for name in importlib.import_module(module).__all__
    ]


def outcome(name: str) -> str:
    """Compare one name."""
    if name in APART:
        return "apart"
    refusal = importlib.import_module("elu_sym.book.activation_pieces")
    try:
        CHECKS[name]()
    except refusal.UnsuitableActivationError as error:
        return f"refused: {error}"
    except Exception as error:
        raise AssertionError(f"{name}: {error}") from error
    return "compared"


def gradient_of_elu(formula: Formula) -> str:
    """The two rooms ask for no other gradients, and these take long."""
    if formula.activation.name != "elu":
        raise NoDecompositionError(formula.id)
    return gradient_function(formula)


if __name__ == "__main__":
    if sys.argv[1:] == ["generate"]:
        codegen.gradient_function = gradient_of_elu
        codegen.write()  # before anything imports what it writes
    names = public_names()
    unknown = set(names) ^ (CHECKS.keys() | APART)
    assert not unknown, unknown
    json.dump({name: outcome(name) for name in names}, sys.stdout)
