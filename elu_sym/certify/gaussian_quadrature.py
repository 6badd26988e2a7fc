r"""Rigorous quadrature of any elementary function: E g(X), X ~ N(mu, sigma^2), as an Arb ball.

:mod:`elu_sym.certify.quadrature` does it for exponential polynomials, whose tails are known term by
term. Here a piece may be any composition of elementary functions, as in GELU, Mish or softplus:

- the line is split where g is not analytic, at the breakpoints of its pieces;
- :func:`flint.acb.integral` encloses the integral over each, with proved error bounds, and asks
  whether g is analytic on complex balls: logarithms and roots see their branch cuts, poles give
  balls that are not finite;
- what lies beyond L standard deviations is bounded by the growth of g there, which
  :mod:`elu_sym.certify.tail_bound` proves, and added to the radius.

The precision is raised until the ball is as narrow as it is asked to be. If it does not get there,
that is an error: there is no value without its enclosure.

References:
    Johansson: Numerical integration in arbitrary-precision ball arithmetic, ICMS 2018.
"""

from collections.abc import Callable
from functools import partial, reduce
from itertools import pairwise
from operator import add, mul
from typing import Any

from sympy import (
    Add,
    Expr,
    Mul,
    Pow,
    Rational,
    atan,
    cos,
    diff,
    erf,
    erfc,
    exp,
    log,
    sin,
    sqrt,
    tanh,
)

from elu_sym.algebra.enclosure import Ball, Reader, enclose, exact
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.algebra.working_precision import working_precision
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.logistic import Logistic, Softplus
from elu_sym.certify.tail_bound import End, NoTailBoundError, growth
from elu_sym.symbols import x

__all__ = [
    "UncertifiedError",
    "by_pieces",
    "derivative",
    "enclose_mean",
    "stein_gap",
    "until_narrow",
]

HIGHEST_PRECISION = 1 << 10
"""Bits at which a value is given up."""

FARTHEST = 1 << 10
"""Standard deviations beyond which no tail is cut off."""

MOST = 50_000
"""How often a piece is evaluated at most; what is not narrow then is given up."""


class UncertifiedError(ValueError):
    """A value that could not be enclosed as narrowly as it has to be; the message says why."""


def enclose_mean(g: Integrand, mean: Rational, deviation: Rational, bits: int) -> Ball:
    """Enclose E g(X), X ~ N(mean, deviation^2), at a working precision.

    Args:
        g: pieces in ``x`` alone, without atoms: ``Integrand.split``.
        mean: the mean of X, exact.
        deviation: its standard deviation, exact and positive.
        bits: the working precision; the ball is rigorous, and narrow in as far as they suffice.

    Raises:
        UncertifiedError: if g has another symbol or an atom, or its growth is not known.

    Examples:
        >>> ball = enclose_mean(Integrand.split(x * tanh(x)), Rational(0), Rational(1), 100)
        >>> ball.str(20, radius=False)
        '0.60570550960215882558'
    """
    import flint

    if g.atoms or g.parameters():
        what = g.atoms or ", ".join(map(str, g.parameters()))
        raise UncertifiedError(f"{what} in the integrand: give a function of x without atoms")
    with working_precision(bits):
        middle, width = flint.arb(exact(mean)), flint.arb(exact(deviation))
        cuts = [(enclose(b, {}, bits) - middle) / width for b in g.breakpoints]
        functions = [_Analytic(piece, bits) for piece in g.pieces]

        def weighted(function: _Analytic, z: Any, analytic: bool) -> Any:
            return function(middle + width * z, analytic) * (-z * z / 2).exp()

        size = _size(weighted, functions, cuts)
        end, tail = _tail(g, middle, width, cuts, size, bits)
        ends = [-end, *(cut.max(-end).min(end) for cut in cuts), end]
        total, tolerance = flint.arb(0), flint.arb(2) ** -bits
        for function, (low, high) in zip(functions, pairwise(ends), strict=True):
            if low < high:
                density = partial(weighted, function)
                found = flint.acb.integral(
                    density, low, high, rel_tol=tolerance, abs_tol=tolerance * size, eval_limit=MOST
                )
                total += found.real
        return total / (2 * flint.arb.pi()).sqrt() + flint.arb(0, tail.upper())


def until_narrow(
    value: Callable[[int], Ball], accuracy: int, what: str, least: int | None = None
) -> Ball:
    """The first ball, of those with more and more bits, that is narrow enough.

    Args:
        value: the ball at a working precision.
        accuracy: how many bits of the value have to be known.
        what: what it is, for the message.
        least: the binary logarithm of what is as good as 0, if anything is.

    Raises:
        UncertifiedError: if 1,024 bits do not suffice.
    """
    import flint

    bits = accuracy + 40
    while True:
        ball = value(bits)
        if ball.is_finite():
            if ball.rel_accuracy_bits() >= accuracy:
                return ball
            if least is not None and ball.abs_upper() < flint.arb(2) ** least:
                return ball
        if bits >= HIGHEST_PRECISION or not ball.is_finite():
            reason = "the value is 0, or a pole, a branch point or a step is too near"
            raise UncertifiedError(f"{what} is only known to be {ball.str(10)}: {reason}")
        bits *= 2


def by_pieces(g: Integrand, function: Callable[[Expr], Expr]) -> Integrand:
    """A function of each piece, between the same breakpoints.

    Examples:
        >>> from sympy import Max
        >>> by_pieces(Integrand.split(Max(x, 0)), lambda piece: piece**2).pieces
        (0, x**2)
    """
    return Integrand(g.breakpoints, tuple(map(function, g.pieces)))


def derivative(g: Integrand) -> Integrand:
    """The derivative of each piece, as backpropagation takes it: without atoms at jumps."""
    return by_pieces(g, lambda piece: diff(piece, x))


def stein_gap(
    g: Integrand, slope: Integrand, mean: Rational, deviation: Rational, bits: int
) -> Ball:
    r"""E[(X - mu) g(X)]/sigma^2 - E g'(X): by Stein's identity what the jumps of g leave.

    It contains 0 if g is continuous and ``slope`` is its derivative; a ball that does not contain 0
    proves that one of the two is not so.

    Args:
        g: a function.
        slope: its derivative.
        mean: the mean of X.
        deviation: its standard deviation.
        bits: the working precision.

    Examples:
        >>> from sympy import Max
        >>> g = Integrand.split(Max(x, 0))
        >>> stein_gap(g, derivative(g), Rational(1), Rational(2), 80).contains(0)
        True
        >>> broken = Integrand((Rational(1, 100),), g.pieces)
        >>> stein_gap(broken, derivative(broken), Rational(1), Rational(2), 80).str(4)
        '[0.001765 +/- 2.90e-7]'
    """
    weighted = by_pieces(g, lambda piece: (x - mean) * piece)
    above = enclose_mean(weighted, mean, deviation, bits)
    below = enclose_mean(slope, mean, deviation, bits)
    with working_precision(bits):
        return above / exact(deviation) ** 2 - below


class _Place(int):
    """Where in the list of intermediate values one stands."""


class _Analytic(Reader):
    """An expression in ``x`` as a function of complex balls: its operations, each once, in order.

    Called with whether the value is only needed if the function is analytic on the ball: then it is
    not finite where that is not known.
    """

    def __init__(self, expression: Expr, bits: int) -> None:
        super().__init__(bits, {})
        self.operations = OPERATIONS
        self.known[x] = _Place(0)
        self.steps: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
        try:
            self.result = self.read(expression)
        except ValueError as reason:
            raise UncertifiedError(str(reason)) from None

    def apply(self, operation: Any, *values: Any) -> Any:
        """Compute with numbers; write down what depends on the argument."""
        function = self.operations[operation]
        if not any(isinstance(value, _Place) for value in values):
            return function(False, *values)
        self.steps.append((function, values))
        return _Place(len(self.steps))

    def __call__(self, argument: Any, analytic: bool) -> Any:
        values = [argument]
        for function, places in self.steps:
            given = [values[each] if isinstance(each, _Place) else each for each in places]
            values.append(function(analytic, *given))
        return (
            values[self.result] if isinstance(self.result, _Place) else argument * 0 + self.result
        )


def _with_cut(name: str) -> Callable[..., Any]:
    """A function with a branch cut: a number is a real ball, which has no flag."""

    def function(analytic: bool, t: Any) -> Any:
        import flint

        method = getattr(t, name)
        return method(analytic=analytic) if isinstance(t, flint.acb) else method()

    return function


def _arc_tangent(analytic: bool, t: Any) -> Any:
    import flint

    if not isinstance(t, flint.acb):
        return t.atan()
    turned = flint.acb(0, 1) * t  # by logarithms, whose cuts are those of the function
    logarithms = (1 - turned).log(analytic=analytic) - (1 + turned).log(analytic=analytic)
    return flint.acb(0, 0.5) * logarithms


def _is_right(t: Any) -> bool:
    """Whether most of a ball lies on the right: what is chosen by it is right in any case."""
    import flint

    return bool((t.real if isinstance(t, flint.acb) else t).mid() > 0)


def _logistic(t: Any) -> Any:
    if _is_right(t):
        return 1 / (1 + (-t).exp())
    power = t.exp()
    return power / (1 + power)


def _softplus(analytic: bool, t: Any) -> Any:
    right = _is_right(t)
    rest = OPERATIONS[log](analytic, 1 + (-t if right else t).exp())
    return t + rest if right else rest


def _upper_tail(t: Any) -> Any:
    import flint

    return (t * flint.arb(0.5).sqrt()).erfc() / 2


def _density(t: Any) -> Any:
    import flint

    return (-t * t / 2).exp() / (2 * flint.arb.pi()).sqrt()


OPERATIONS: dict[Any, Callable[..., Any]] = {
    Add: lambda analytic, *terms: reduce(add, terms),
    Mul: lambda analytic, *factors: reduce(mul, factors),
    Pow: lambda analytic, t, exponent: t**exponent,
    sqrt: _with_cut("sqrt"),
    log: _with_cut("log"),
    exp: lambda analytic, t: t.exp(),
    tanh: lambda analytic, t: t.tanh(),
    sin: lambda analytic, t: t.sin(),
    cos: lambda analytic, t: t.cos(),
    atan: _arc_tangent,
    erf: lambda analytic, t: t.erf(),
    erfc: lambda analytic, t: t.erfc(),
    Logistic: lambda analytic, t: _logistic(t),
    Softplus: _softplus,
    NormalCdf: lambda analytic, t: _upper_tail(-t),
    NormalPdf: lambda analytic, t: _density(t),
}
"""The operations on complex balls; those of :mod:`elu_sym.certify.tail_bound` are the same."""


def _size(weighted: Callable[..., Any], functions: list[_Analytic], cuts: list[Ball]) -> Ball:
    """E abs(g(X)) by the midpoint rule with steps of a quarter: a scale, no enclosure."""
    import flint

    total = flint.arb(0)
    for step in range(-64, 64):
        z = flint.acb(2 * step + 1) / 8
        piece = sum(bool(cut < z.real) for cut in cuts)
        size = abs(weighted(functions[piece], z, False)).mid()
        total += size if size.is_finite() else 0
    return total / 4


def _tail(
    g: Integrand, middle: Ball, width: Ball, cuts: list[Ball], size: Ball, bits: int
) -> tuple[Ball, Ball]:
    """How many standard deviations out the tails are cut off, and a bound of both together."""
    import flint

    terms, outer = [], flint.arb(8)
    lowest, highest = (middle - outer * width).lower(), (middle + outer * width).upper()
    breaks = [middle + width * cut for cut in cuts]
    starts, ends = [None, *(b.lower() for b in breaks)], [*(b.upper() for b in breaks), None]
    for piece, start, end in zip(g.pieces, starts, ends, strict=True):
        rays: list[tuple[End, End]] = []
        if start is None or start < lowest:
            rays.append((start, lowest if end is None else end.min(lowest)))
        if end is None or end > highest:
            rays.append((highest if start is None else start.max(highest), end))
        for ray in rays:
            try:
                terms.append(growth(piece, *ray).exponential(1 + abs(middle) + width))
            except NoTailBoundError as reason:
                raise UncertifiedError(
                    f"E |g(X)| is not known to be finite, since {reason}"
                ) from None
    goal = flint.arb(2) ** (8 - bits) * size
    while True:
        tail = sum((_beyond(*term, middle, width, outer) for term in terms), flint.arb(0))
        if tail <= goal or outer > FARTHEST:
            return outer, tail
        outer = outer * 5 / 4


def _beyond(factor: Ball, rate: Ball, middle: Ball, width: Ball, end: Ball) -> Ball:
    """The integral of C e^(K abs(x)) times the density beyond one end, from above."""
    shifted = ((end - rate * width) / (end * 0 + 2).sqrt()).erfc() / 2
    return factor * (rate * abs(middle) + (rate * width) ** 2 / 2).exp() * shifted
