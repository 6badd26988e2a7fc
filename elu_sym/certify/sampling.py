"""Sampling g(X): chunks with their own seeds, merged in a fixed order.

A chunk is known by its grid point and its number, and its generator is seeded by these two alone,
so the bits of the result do not depend on the number of workers nor on who finishes first. Threads
suffice: NumPy holds no lock while it draws and evaluates.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from itertools import pairwise
from os import cpu_count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, lambdify

from elu_sym.algebra.optional import with_progress
from elu_sym.certify.integrand import Integrand, IntegrandError
from elu_sym.certify.sample_moments import SampleMoments
from elu_sym.symbols import alpha, mu, sigma, x

CHUNK = 1 << 13
"""Samples drawn at once: an array of 64 KiB stays in the cache and in the allocator's own pool,
where larger ones are mapped anew each time, which is five times slower."""

SampleFunction = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def sample(
    g: Expr | Integrand,
    grid: Sequence[Sequence[float]],
    samples: int,
    *,
    seed: int = 0,
    workers: int | None = None,
    symbols: Sequence[Symbol] = (mu, sigma, alpha),
) -> list[SampleMoments]:
    """Draw X ~ N(mu, sigma^2) at every grid point and take the moments of g(X).

    Args:
        g: the function of ``x``; an atom cannot be sampled.
        grid: the values of ``symbols`` at every point.
        samples: how many values a point, rounded up to whole chunks.
        seed: the entropy of the root ``SeedSequence``; chunk j of point i has the spawn key
            (i, j), as if the root had spawned the points and each of them its chunks.
        workers: threads; by default the number of processors. The result does not depend on it.
        symbols: what the columns of the grid are; ``mu`` and ``sigma`` among them.

    Returns:
        One :class:`SampleMoments` a grid point.

    Raises:
        IntegrandError: if ``g`` cannot be read or has an atom.

    Examples:
        >>> from elu_sym.activations import Relu
        >>> (moments,) = sample(Relu(x), [(0.0, 1.0)], 1 << 16, symbols=(mu, sigma))
        >>> moments.count, abs(moments.mean - 0.39894) < 0.01
        (65536, True)
    """
    integrand = Integrand.from_expr(g)
    if integrand.atoms:
        raise IntegrandError("an atom cannot be sampled; sample the function that jumps there")
    points = [dict(zip(symbols, values, strict=True)) for values in grid]
    functions = [array_function(integrand, point) for point in points]
    chunks = -(-samples // CHUNK)
    tasks = [(i, j) for i in range(len(points)) for j in range(chunks)]

    def draw(task: tuple[int, int]) -> SampleMoments:
        generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=task))
        place = points[task[0]]
        values = generator.standard_normal(CHUNK)
        values *= place[sigma]
        values += place[mu]
        return SampleMoments.of(functions[task[0]](values))

    with ThreadPoolExecutor(workers or cpu_count() or 1) as pool:
        # disable=None: no bar when stderr is no terminal
        bar = with_progress(pool.map(draw, tasks), len(tasks), "chunk")
        parts = list(bar)
    samples_of = [parts[first : first + chunks] for first in range(0, len(tasks), chunks)]
    return [reduce(SampleMoments.merged, each) for each in samples_of]


def array_function(integrand: Integrand, point: dict[Symbol, float]) -> SampleFunction:
    """The integrand as a function of an array, with numbers for its parameters.

    Every piece sees only arguments clipped to its own interval, so that no exponential overflows
    where another piece is taken.
    """
    values: dict[Any, float] = {symbol: value for symbol, value in point.items() if symbol != x}
    cuts = [float(location.subs(values)) for location in integrand.breakpoints]
    pieces = [lambdify(x, piece.subs(values), "numpy") for piece in integrand.pieces]
    ends = [-np.inf, *cuts, np.inf]

    def evaluate(array: NDArray[np.float64]) -> NDArray[np.float64]:
        result: NDArray[np.float64] = np.zeros(1)
        for piece, (low, high) in zip(pieces, pairwise(ends), strict=True):
            result = np.where(array < low, result, piece(np.clip(array, low, high)))
        return result

    return evaluate
