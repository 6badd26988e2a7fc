"""Rational points at which certificates evaluate, drawn from a stated seed or hard on purpose.

Every coordinate is a dyadic rational that a double holds exactly, so that the same point can be
given to floating-point code and to ball arithmetic without a rounding between them.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from sympy import Expr, Rational, S, Symbol, default_sort_key

from elu_sym.algebra.enclosure import Point
from elu_sym.symbols import mu, sigma


def random_points(
    symbols: Iterable[Symbol],
    count: int,
    seed: int = 0,
    *,
    largest_ratio: float = 6.0,
    sigma_range: tuple[float, float] = (0.05, 10.0),
    parameter_range: tuple[float, float] = (0.01, 100.0),
    order: Sequence[Expr] = (),
) -> list[Point]:
    """Draw points: sigma and positive parameters log-uniform, mu/sigma and the rest uniform.

    Args:
        symbols: the symbols that need a value; ``mu`` and ``sigma`` are always given one.
        count: the number of points.
        seed: of Python's Mersenne Twister, whose stream is the same on every platform.
        largest_ratio: the largest abs(mu)/sigma.
        sigma_range: the least and the greatest sigma.
        parameter_range: the same for every other positive symbol; other symbols lie in (-3, 3).
        order: expressions that must increase; draws that violate it are thrown away.

    Returns:
        A list of mappings from symbols to exact rationals.

    Raises:
        ValueError: if no draw out of a thousand respects ``order``.

    Examples:
        >>> from elu_sym.symbols import alpha
        >>> first, second = random_points([alpha], 2, seed=1)
        >>> sorted(map(str, first))
        ['alpha', 'mu', 'sigma']
        >>> first == random_points([alpha], 1, seed=1)[0]
        True
    """
    source = random.Random(seed)  # a Rational made from its doubles is exact
    others = sorted(set(symbols) - {mu, sigma}, key=default_sort_key)
    points: list[Point] = []
    for _ in range(count):
        for _ in range(1000):
            width = _log_uniform(source, *sigma_range)
            point = {
                sigma: width,
                mu: Rational(float(width) * source.uniform(-largest_ratio, largest_ratio)),
            }
            for symbol in others:
                if symbol.is_positive:
                    point[symbol] = _log_uniform(source, *parameter_range)
                else:
                    point[symbol] = Rational(source.uniform(-3, 3))
            values = [expression.subs(point) for expression in order]
            if all(bool(low < high) for low, high in pairwise(values)):
                points.append(point)
                break
        else:
            raise ValueError(f"no draw respects order = {tuple(order)}; give a satisfiable one")
    return points


def hard_points(
    symbols: Iterable[Symbol], parameter: Rational = S.One, largest_ratio: int = 40
) -> Iterator[Point]:
    """Points at the edges: sigma = 0.001, 1 and 40 with mu/sigma = -40, 0 and 40, and the poles.

    The poles are mu = -sigma^2 and mu = -2 sigma^2, where closed forms that were split by hand
    divide by zero.

    Args:
        symbols: the symbols that need a value beside ``mu`` and ``sigma``.
        parameter: the value of each of them; negative symbols get minus it.
        largest_ratio: the abs(mu)/sigma of the far points; poles further out are left away. A
            quantity whose parts cancel, such as a variance, is costly to enclose far out.

    Yields:
        Mappings from symbols to rationals, sigma = 0.001 rounded to a double.

    Examples:
        >>> len(list(hard_points([]))), len(list(hard_points([], largest_ratio=8)))
        (13, 13)
    """
    others = sorted(set(symbols) - {mu, sigma}, key=default_sort_key)
    parameters = {s: -parameter if s.is_negative else parameter for s in others}
    for width in (Rational(0.001), S.One, Rational(40)):
        means = [-largest_ratio * width, S.Zero, largest_ratio * width]
        poles = [-(width**2), -2 * width**2]
        means += [pole for pole in poles if -pole <= largest_ratio * width and pole not in means]
        for mean in means:
            yield {sigma: width, mu: Rational(float(mean)), **parameters}


def _log_uniform(source: random.Random, low: float, high: float) -> Rational:
    value: float = low * (high / low) ** source.random()
    return Rational(value)
