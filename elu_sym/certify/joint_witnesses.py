r"""Witnesses for an expectation E g(X) h(Y) over two jointly normal variables.

Beside the heat equation of :mod:`elu_sym.certify.joint_heat` there are:

- Price's theorem. For fixed means and variances, with c = rho sigma1 sigma2,
  :math:`d/dc\;E\,g(X) h(Y) = E\,g'(X) h'(Y)`, and at c = 0 the expectation is E g times E h.
- Arb. :math:`\int g(x) H(x) p(x)\,dx` with the conditional mean H(x) = E[h(Y) | X = x] is
  enclosed at rational points, without a distribution of two variables.
- Samples of both variables.
- Mutants, each of which has to be rejected.

References:
    Price: A useful theorem for nonlinear devices having Gaussian inputs, IRE Transactions on
    Information Theory 4 (1958).
"""

import random
from collections.abc import Callable, Sequence
from itertools import product
from math import sqrt
from typing import Any

import numpy as np
from sympy import Add, Expr, Rational, S, Symbol, default_sort_key

from elu_sym.algebra.enclosure import Ball, Point, exact
from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.certify.gaussian_quadrature import enclose_mean
from elu_sym.certify.heat import heat_certificate
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.joint_heat import Products, joint_heat_certificate
from elu_sym.certify.monte_carlo import LARGEST_LYAPUNOV_RATIO, lyapunov_bound, threshold_of
from elu_sym.certify.mutation import Acceptance, mutation_witness, overlap_test
from elu_sym.certify.quadrature import enclose_within
from elu_sym.certify.sample_moments import SampleMoments
from elu_sym.certify.sampling import CHUNK, array_function
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import mu, mu1, mu2, rho, sigma, sigma1, sigma2, x

LAW = (mu1, sigma1, mu2, sigma2, rho)

Means = Sequence[tuple[Expr, Expr]]
"""The closed forms of E g(X) and E h(X), X ~ N(mu, sigma^2), of each product."""

NARROW = Rational(1, 10**20)
"""The relative width that a ball must not exceed."""

ACCURACY = 70
"""Bits to which an integral is enclosed."""

PLACES = tuple(
    (Rational(m), Rational(s), Rational(n), Rational(t), Rational(r))
    for (m, s, n, t), r in product(
        ((0.0, 1.0, 0.0, 1.0), (-0.5, 1.5, 0.75, 0.5)), (-0.75, -0.125, 0.5, 0.875)
    )
)
"""Where both variables are sampled, from one law to the next."""


def price_certificate(expression: Expr, products: Products, means: Means, slope: Expr) -> Witness:
    """Prove or reject Price's theorem, and the product of the means at correlation 0.

    Together they determine the expectation, given the one of the product of the derivatives.

    Args:
        expression: the closed form of E of the sum of g(X) h(Y).
        products: the pairs (g, h).
        means: the closed forms of their means; the heat equation certifies each.
        slope: the closed form of E of the sum of g'(X) h'(Y), atoms included.

    Returns:
        A witness of kind ``"price"``.

    Examples:
        >>> identity = Integrand.from_expr(x)
        >>> arguments = [(identity, identity)], [(mu, mu)], S.One
        >>> price_certificate(mu1*mu2 + rho*sigma1*sigma2, *arguments).detail
        'the derivative in the covariance and the product of 2 means at correlation 0, exactly'
        >>> price_certificate(mu1*mu2 + rho**2*sigma1*sigma2, *arguments).passed
        False
    """

    def check() -> str:
        for factor, mean in zip(_flat(products), _flat(means), strict=True):
            part = heat_certificate(mean, factor)
            if not part.passed:
                raise RejectedError(f"a mean: {part.detail}")
        independent = Add(
            *(_in_law(first, mu1, sigma1) * _in_law(second, mu2, sigma2) for first, second in means)
        )
        if not is_zero(expression.subs(rho, 0) - independent):
            raise RejectedError("at correlation 0 it is not the product of the means")
        moved = NormalForm.from_expr(expression).diff(rho)
        if not (moved - NormalForm.from_expr(sigma1 * sigma2 * slope)).is_zero:
            raise RejectedError("the derivative in the covariance is not that of the derivatives")
        return (
            f"the derivative in the covariance and the product of {2 * len(means)} means at"
            " correlation 0, exactly"
        )

    return testify(Evidence.PRICE, check)


def joint_arb_certificate(
    expression: Expr, products: Products, means: Means, points: Sequence[Point]
) -> Witness:
    """Compare a closed form with an integral over the conditional mean, both as balls.

    Args:
        expression: the closed form.
        products: the pairs (g, h).
        means: the closed forms of their means.
        points: rational points, as of :func:`random_joint_points`.

    Returns:
        A witness of kind ``"arb"``.

    Examples:
        >>> identity = Integrand.from_expr(x)
        >>> points = random_joint_points(mu1, 2)
        >>> arguments = [(identity, identity)], [(mu, mu)], points
        >>> joint_arb_certificate(mu1*mu2 + rho*sigma1*sigma2, *arguments).passed
        True
        >>> joint_arb_certificate(mu1*mu2 - rho*sigma1*sigma2, *arguments).passed
        False
    """

    def check() -> str:
        widest = 0.0
        for point in points:
            integral = _integral(products, means, point)
            size = abs(integral).upper()
            closed = enclose_within(expression, point, size * exact(NARROW))
            if not closed.overlaps(integral):
                where = ", ".join(f"{s} = {float(value):.6g}" for s, value in point.items())
                raise RejectedError(
                    f"closed form {closed.str(12)} and integral {integral.str(12)} are disjoint"
                    f" at {where}"
                )
            widest = max(widest, float((integral.rad() + closed.rad()) / size))
        return (
            f"closed form and integral overlap at {len(points)} rational points, relative width at"
            f" most {widest:.1e}"
        )

    return testify(Evidence.ENCLOSURE, check)


def joint_monte_carlo_certificate(
    formula: Callable[..., float],
    products: Products,
    parameters: Point,
    *,
    samples: int = 1 << 20,
    seed: int = 0,
    false_alarm: float = 1e-6,
) -> Witness:
    """Test an expectation against samples of both variables.

    Args:
        formula: a function of ``mu1, sigma1, mu2, sigma2, rho``.
        products: the pairs (g, h).
        parameters: values of the parameters of the functions.
        samples: how many a place, rounded up to whole chunks.
        seed: the root of all seeds.
        false_alarm: the probability that a right formula is rejected, over all places.

    Returns:
        A witness of kind ``"montecarlo"``.

    Examples:
        >>> products, options = [(Integrand.from_expr(x),) * 2], dict(samples=1 << 16)
        >>> covariance = lambda m, s, n, t, r: m * n + r * s * t
        >>> joint_monte_carlo_certificate(covariance, products, {}, **options).passed
        True
        >>> joint_monte_carlo_certificate(lambda *law: law[4], products, {}, **options).passed
        False
    """
    values = {symbol: float(value) for symbol, value in parameters.items()}
    pairs = [tuple(array_function(factor, values) for factor in pair) for pair in products]

    def draw(place: tuple[Rational, ...], number: int) -> SampleMoments:
        m, s, n, t, r = map(float, place)
        source = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        moments = None
        for _ in range(-(-samples // CHUNK)):
            first, other = source.standard_normal((2, CHUNK))
            second = r * first + sqrt(1.0 - r * r) * other
            value = sum(g(m + s * first) * h(n + t * second) for g, h in pairs)
            part = SampleMoments.of(np.asarray(value))
            moments = part if moments is None else moments.merged(part)
        assert moments is not None
        return moments

    def check() -> str:
        threshold, worst, informative = threshold_of(false_alarm, len(PLACES)), 0.0, 0
        for number, place in enumerate(PLACES):
            moments = draw(place, number)
            if lyapunov_bound(moments) > LARGEST_LYAPUNOV_RATIO:
                continue
            informative += 1
            deviation = sqrt(moments.sums[0] / (moments.count - 1) / moments.count)
            score = (moments.mean - float(formula(*place))) / deviation
            if not abs(score) <= threshold:
                where = ", ".join(f"{s} = {float(v):g}" for s, v in zip(LAW, place, strict=True))
                raise RejectedError(f"|z| = {abs(score):.2f} > {threshold:.2f} at {where}")
            worst = max(worst, abs(score))
        if 2 * informative < len(PLACES):
            raise RejectedError(f"only {informative} of {len(PLACES)} places are informative")
        return (
            f"largest |z| = {worst:.2f} for a threshold of {threshold:.2f} at {informative} places"
            f" of {samples} samples, false-alarm rate {false_alarm:.0e}"
        )

    return testify(Evidence.SAMPLES, check)


def joint_mutation_certificate(
    expression: Expr,
    products: Products,
    means: Means,
    points: Sequence[Point],
    sample: int | None = None,
) -> Witness:
    """The share of single-site changes of a closed form that are rejected; it has to be 100 %.

    Args:
        expression: the right closed form.
        products: the pairs (g, h), without atoms.
        means: the closed forms of their means.
        points: where the integral is enclosed.
        sample: how many of the changes, drawn with a fixed seed; all by default.

    Returns:
        A witness of kind ``"mutation"``.

    Examples:
        >>> identity = Integrand.from_expr(x)
        >>> arguments = [(identity, identity)], [(mu, mu)], random_joint_points(mu1, 2)
        >>> joint_mutation_certificate(mu1*mu2 + rho*sigma1*sigma2, *arguments).detail
        'score 100 %: 30 mutants, 0 proved equivalent, killed 30 by arb, 0 by heat'
    """
    integrals = [(point, _integral(products, means, point)) for point in points]
    certificates: dict[str, Acceptance] = {
        "arb": overlap_test(integrals),
        "heat": lambda mutant: joint_heat_certificate(mutant, products),
    }
    return mutation_witness(expression, certificates, sample)


def random_joint_points(expression: Expr, count: int, seed: int = 1) -> list[Point]:
    """Rational points: deviations and parameters from 1/4 to 4, means within two deviations.

    Args:
        expression: what needs values for its symbols, beside those of the law.
        count: how many points.
        seed: of Python's Mersenne Twister.

    Examples:
        >>> (point,) = random_joint_points(mu1, 1)
        >>> abs(point[rho]) < 1, point[sigma1] > 0
        (True, True)
    """
    source = random.Random(seed)

    def size() -> Rational:
        return Rational(2.0 ** source.uniform(-2, 2))

    points: list[Point] = []
    others = sorted(expression.free_symbols - set(LAW), key=default_sort_key)
    for _ in range(count):
        point: dict[Symbol, Rational] = {sigma1: size(), sigma2: size()}
        for mean, deviation in ((mu1, sigma1), (mu2, sigma2)):
            point[mean] = point[deviation] * Rational(source.uniform(-2, 2))
        point[rho] = Rational(source.uniform(-0.95, 0.95))
        for symbol in others:
            sign = -1 if symbol.is_negative else 1
            point[symbol] = sign * size() if symbol.is_nonzero else Rational(source.uniform(-2, 2))
        points.append(point)
    return points


def _integral(products: Products, means: Means, point: Point) -> Ball:
    """E of the sum of g(X) H(X), H the conditional mean, by quadrature in one variable."""
    m, s, n, t, r = (point[symbol] for symbol in LAW)
    given = {mu: n + r * t * (x - m) / s, sigma: t * (1 - r**2) ** S.Half}
    parts = []
    for (first, _), (_, mean) in zip(products, means, strict=True):
        conditional = mean.xreplace(given).subs(point)
        pieces = tuple(piece.subs(point) * conditional for piece in first.pieces)
        breakpoints = tuple(place.subs(point) for place in first.breakpoints)
        parts.append(enclose_mean(Integrand(breakpoints, pieces), m, s, ACCURACY + 30))
    return sum(parts[1:], parts[0])


def _in_law(mean: Expr, place: Any, deviation: Any) -> Expr:
    return mean.xreplace({mu: place, sigma: deviation})


def _flat(pairs: Sequence[tuple[Any, Any]]) -> list[Any]:
    return [each for pair in pairs for each in pair]
