"""Instances of what is said of laws: two-point ones, and normal ones by quadrature.

An expectation under a normal law is a sum over the nodes of Gauss's rule on either side of the
kink, in floating point; an atom counts with the density at its place.
"""

from collections.abc import Callable, Iterator
from itertools import product

import flint
import numpy as np
from numpy.typing import NDArray
from sympy import DiracDelta, Dummy, Expr, Rational, S, Symbol, lambdify

from elu_sym.activations import Elu
from elu_sym.algebra.enclosure import Ball, Point, exact
from elu_sym.claims.examination.instance import (
    H,
    Instance,
    around,
    instances,
    moderate,
    place,
    points,
    relation,
    tried,
    value,
)
from elu_sym.claims.rules.certified import SolvesHeatEquation, VarianceSolvesHeatEquation
from elu_sym.claims.rules.gaussian_means import (
    DerivativeBelow,
    GaussianMean,
    PositiveGaussianMean,
    SignChange,
)
from elu_sym.claims.rules.laws import (
    AlmostSurelyNonzero,
    PositiveMean,
    PositiveSymmetricMean,
    SymmetricMean,
)
from elu_sym.claims.rules.losses import SecondDerivative
from elu_sym.claims.rules.variance_bounds import (
    GaussianPoincare,
    PositiveVariance,
    ReducesVariation,
    VarianceBound,
    VarianceIncreasesWithMean,
    VarianceOf,
)
from elu_sym.symbols import alpha, level, mu, sigma, x

Array = NDArray[np.float64]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(30)
PANELS = np.linspace(-13, 13, 14)
"""The ends of the intervals of Gauss's rule, in standard deviations from the mean."""

TOLERANCE = 1e-7
"""How far quadrature is trusted, relative to the mean of the size of the integrand."""


def symbols_of(*forms: Expr) -> set[Symbol]:
    """The symbols of some expressions but for ``x``."""
    return {symbol for form in forms for symbol in S(form).free_symbols} - {x}


def density(at: Array, location: float, deviation: float) -> Array:
    """The normal density."""
    standard = (at - location) / deviation
    found: Array = np.exp(-(standard**2) / 2) / (deviation * np.sqrt(2 * np.pi))
    return found


def on_sides(integrand: Expr, point: Point) -> tuple[Callable[..., Array], Callable[..., Array]]:
    """What an integrand is for x < 0 and for x > 0, in floating point."""
    given = integrand.xreplace({symbol: point[symbol] for symbol in symbols_of(integrand)})
    places = (Dummy("x", negative=True), Dummy("x", positive=True))
    below, above = (lambdify(r, given.xreplace({x: r}).doit(), "numpy") for r in places)
    return below, above


def normal_mean(
    integrand: Expr, point: Point, weight: Callable[[Array], Array] | None = None
) -> Ball:
    """E g(X), X ~ N(mu, sigma^2), for values of mu, sigma and the parameters.

    Args:
        integrand: g, a function of ``x`` with a kink at 0 and perhaps an atom there.
        point: the values.
        weight: what stands in for the density, a function that vanishes as fast.
    """
    location, deviation = float(point[mu]), float(point[sigma])
    law = weight or (lambda at: density(at, location, deviation))
    ends = np.unique([*(location + deviation * PANELS), 0.0])
    half = np.diff(ends)[:, None] / 2
    at = (ends[:-1, None] + half * (1 + NODES)).ravel()
    integrand = S(integrand).expand() if integrand.has(DiracDelta) else S(integrand)
    atom = integrand.coeff(DiracDelta(x))
    below, above = on_sides(integrand, point)
    values = np.empty_like(at)
    for function, there in ((below, at < 0), (above, at > 0)):
        values[there] = function(at[there])
    terms = values * law(at) * (half * WEIGHTS).ravel()
    number = terms.sum()
    if atom != 0:
        jump = atom.xreplace({**point, x: S.Zero})
        number += float(jump) * float(law(np.array([0.0]))[0])
    return flint.arb(float(number), TOLERANCE * (1e-6 + float(np.abs(terms).sum())))


def normal_points(*forms: Expr) -> list[Point]:
    """Values of mu, sigma and the parameters, neither small nor large."""
    return [
        {**point, sigma: point[sigma] / 2, mu: point[mu] / 2}
        for point in moderate(symbols_of(*forms) | {mu, sigma})
    ]


def compared(left: Ball, right: Expr, point: Point) -> Instance:
    """That a number of quadrature is the value of an expression."""
    return Instance(place(point), left - value(right, point), "=")


@instances.register
def _(said: GaussianMean) -> Iterator[Instance]:
    location, deviation = S(said.location), S(said.deviation)
    for point in normal_points(said.expression, said.value, location, deviation):
        law = {mu: location.xreplace(point), sigma: deviation.xreplace(point)}
        yield compared(normal_mean(said.expression, {**point, **law}), said.value, point)


@instances.register
def _(said: SolvesHeatEquation) -> Iterator[Instance]:
    for point in normal_points(said.integrand, said.value):
        yield compared(normal_mean(said.integrand, point), said.value, point)


def normal_variance(integrand: Expr, point: Point) -> Ball:
    """Var g(X)."""
    return normal_mean(integrand**2, point) - normal_mean(integrand, point) ** 2


@instances.register
def _(said: VarianceSolvesHeatEquation) -> Iterator[Instance]:
    for point in normal_points(said.integrand, said.value):
        yield compared(normal_variance(said.integrand, point), said.value, point)


@instances.register
def _(said: VarianceOf) -> Iterator[Instance]:
    stated = said.second_moment - said.mean**2
    for point in normal_points(said.integrand, stated):
        yield compared(normal_variance(said.integrand, point), stated, point)
        yield from relation(stated, ">=", point)


@instances.register
def _(said: PositiveGaussianMean) -> Iterator[Instance]:
    for point in points(symbols_of(said.value)):
        yield from relation(said.value, ">", point)


@instances.register
def _(said: SignChange) -> Iterator[Instance]:
    """At the threshold, and on both sides of it."""
    unknown = said.parameter
    others = symbols_of(said.expression, said.threshold) - {unknown}
    for point in moderate(others):
        zero = value(said.expression.xreplace({unknown: said.threshold}), point)
        yield Instance(f"{place(point)}, the threshold", zero, "=")
        middle = Rational(value(said.threshold, point).mid().str(20, radius=False))
        for step, kind in ((Rational(-1, 1000), ">"), (Rational(1, 1000), "<")):
            there = middle + abs(middle) * step
            if not (unknown.is_positive and there <= 0):
                yield from relation(said.expression, kind, {**point, unknown: there})


@instances.register
def _(said: DerivativeBelow) -> Iterator[Instance]:
    """The mass of the places of a fine grid at which the derivative lies below the level."""
    derivative = Elu(x, alpha).diff(x)
    found = 0
    for low, high in product(map(Rational, ("1/5", "1/2", "3/4", "5/4", "5/2")), repeat=2):
        point = {mu: Rational(1, 3), sigma: Rational(4, 5), alpha: low, level: high}
        if not all(each.xreplace(point) == S.true for each in said.relations):
            continue
        below, above = on_sides(derivative, point)
        at = np.linspace(-8, 8, 20_000)
        values = np.where(at < 0, below(np.minimum(at, 0)), above(np.maximum(at, 0)))
        share = density(at, 1 / 3, 0.8)[values < float(high)].sum() * (at[1] - at[0])
        yield compared(flint.arb(float(share), 2e-3), said.value, point)
        found += 1


FEW = tuple(map(Rational, ("-30", "-2", "-1/3", "-1/500", "0", "1/500", "1/3", "2", "30")))
"""Where two-point laws have their mass."""


def at(expression: Expr, point: Point, there: Rational) -> Ball:
    """The value of an expression at a place."""
    return value(expression, {**point, x: there}, 256)


@instances.register
def _(said: AlmostSurelyNonzero) -> Iterator[Instance]:
    """Under point masses."""
    for point in points(symbols_of(said.expression)):
        for there in FEW:
            yield from relation(said.expression, "!=", {**point, x: there})


@instances.register
def _(said: PositiveMean) -> Iterator[Instance]:
    """Under laws of two points, one on the left with little mass or all; and normal ones."""
    little = flint.arb(2) ** -40
    for point in points(symbols_of(said.expression)):
        values = [at(said.expression, point, there) for there in FEW]
        for left, other in product(range(4), range(len(FEW))):
            mass = flint.arb(1) if left == other else little
            mean = mass * values[left] + (1 - mass) * values[other]
            words = f"{place(point)}, masses at {FEW[left]} and {FEW[other]}"
            yield from tried(mean, ">", point, words)
    for point in normal_points(said.expression)[:1]:
        yield Instance(place(point), normal_mean(said.expression, point), ">=")


def symmetric(expression: Expr, point: Point) -> Iterator[tuple[str, Ball]]:
    """The means under laws with the masses 1/2 at r and at -r."""
    for there in (H, *FEW[5:]):
        mean = (at(expression, point, there) + at(expression, point, -there)) / 2
        if mean.is_finite():
            yield f"{place(point)}, masses at {there} and {-there}", mean


@instances.register
def _(said: PositiveSymmetricMean) -> Iterator[Instance]:
    kind = ">" if said.strict else ">="
    for point in points(symbols_of(said.expression)):
        for words, mean in symmetric(said.expression, point):
            yield from tried(mean, kind, point, words)
        yield Instance(f"{place(point)}, X = 0", at(said.expression, point, S.Zero), ">=")
    for point in normal_points(said.expression)[:1]:
        yield Instance(place(point), normal_mean(said.expression, {**point, mu: S.Zero}), ">=")


@instances.register
def _(said: SymmetricMean) -> Iterator[Instance]:
    for point in points(symbols_of(said.expression, said.value)):
        for words, mean in symmetric(said.expression, point):
            yield Instance(words, mean - value(said.value, point), "=")
        if said.atom_at_zero:
            atom = at(said.expression, point, S.Zero) - value(said.value, point)
            yield Instance(f"{place(point)}, X = 0", atom, "=")
    for point in normal_points(said.expression, said.value):
        yield compared(normal_mean(said.expression, {**point, mu: S.Zero}), said.value, point)


def fine(function: Expr, point: Point, there: Rational) -> Ball:
    """The value with many digits, from which that at a close place is subtracted."""
    return value(function, {**point, x: there}, 640)


def pairs(function: Expr, point: Point) -> Iterator[tuple[str, Ball, Ball]]:
    """Half the squared distance of two points, and of their images: the variances of two points."""
    near = [(there, there + H) for there in (S.Zero, -2 * H, *FEW)]
    for low, high in [*product(FEW, repeat=2), *near]:
        if low < high:
            rise = fine(function, point, high) - fine(function, point, low)
            words = f"{place(point)}, masses at {low} and {high}"
            yield words, flint.arb(exact(high - low)) ** 2 / 4, rise**2 / 4


@instances.register
def _(said: PositiveVariance) -> Iterator[Instance]:
    for point in points(symbols_of(said.function)):
        for words, _, variance in pairs(said.function, point):
            yield from tried(variance, ">", point, words)


@instances.register
def _(said: VarianceBound) -> Iterator[Instance]:
    """It holds of two points, and two close ones nearly attain it."""
    for point in points(symbols_of(said.function, said.constant)):
        square, quotients = value(said.constant, point, 256) ** 2, []
        for words, before, after in pairs(said.function, point):
            quotients.append(after / before)
            yield Instance(words, square - after / before, ">=")
        largest = max(quotients, key=lambda ball: float(ball.mid()))
        yield Instance(f"{place(point)}, less would do", around(largest) - square, "=")


@instances.register
def _(said: GaussianPoincare) -> Iterator[Instance]:
    """Between bounds that quadrature finds."""
    for point in normal_points(said.function, said.variance):
        variance, v = normal_variance(said.function, point), exact(point[sigma]) ** 2
        lower, upper = (value(form, point) for form in (said.slope, said.square))
        yield Instance(place(point), variance - v * lower**2, ">=")
        yield Instance(place(point), v * upper - variance, ">=")
    for point in points(symbols_of(said.variance, said.square)):
        difference = sigma**2 * said.square - said.variance
        yield from relation(difference, ">=", point)


@instances.register
def _(said: VarianceIncreasesWithMean) -> Iterator[Instance]:
    for point in normal_points(said.function, said.variance):
        yield compared(normal_variance(said.function, point), said.variance, point)
    for point in points(symbols_of(said.variance) | {mu}):
        step = {**point, mu: point[mu] + Rational(1, 2**10)}
        rise = value(said.variance, step, 512) - value(said.variance, point, 512)
        yield Instance(place(point), rise, ">=")


@instances.register
def _(said: ReducesVariation) -> Iterator[Instance]:
    """Two points, with masses p and 1 - p: the mean over the deviation, both squared."""
    for point in points(symbols_of(said.function)):
        for low, high in product(FEW[4:], repeat=2):
            if not low < high:
                continue
            for mass in map(exact, map(Rational, ("1/10", "1/2", "9/10"))):
                images = [at(said.function, point, there) for there in (low, high)]
                means = []
                for first, second in (images, [flint.arb(exact(each)) for each in (low, high)]):
                    mean = mass * first + (1 - mass) * second
                    means.append(mean**2 / (mass * (1 - mass) * (second - first) ** 2))
                words = f"{place(point)}, masses at {low} and {high}"
                yield Instance(words, means[0] - means[1], ">=")


@instances.register
def _(said: SecondDerivative) -> Iterator[Instance]:
    """Tried with a normal density: the integral of f times its second derivative."""
    for point in normal_points(said.function, said.regular, said.weight):
        location, deviation = float(point[mu]), float(point[sigma])

        def bent(at: Array, location: float = location, deviation: float = deviation) -> Array:
            standard = (at - location) / deviation
            return (standard**2 - 1) / deviation**2 * density(at, location, deviation)

        moved = normal_mean(said.function, point, bent)
        stated = normal_mean(said.regular + said.weight * DiracDelta(x), point)
        yield Instance(place(point), moved - stated, "=")
