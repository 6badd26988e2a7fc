r"""Rigorous quadrature: E g(X) as an Arb ball, and its comparison with a closed form.

With X = mu + sigma Z the integral of g(mu + sigma z) phi(z) is split at the breakpoints, where g is
not analytic, and cut off at -L and L. Between the cuts every piece is an entire function of z, and
:func:`flint.acb.integral` encloses its integral by Gauss-Legendre rules with proved error bounds.

The tails. Let a piece have the terms c_j x^{n_j} e^{k_j x}. Since |x|^n <= n! e^{|x|},

.. math:: |g(x)| \le \sum_j |c_j| n_j! \, e^{K_j |x|}, \quad K_j = |k_j| + [n_j > 0],

and |mu + sigma z| <= |mu| + sigma |z|. Completing the square,

.. math:: \int_L^\infty |g(\mu + \sigma z)| \varphi(z) dz
    \le \sum_j |c_j| n_j! \, e^{K_j |\mu| + K_j^2\sigma^2/2} \, \Phi(-(L - K_j\sigma)),

and the same below -L. Whichever pieces lie beyond L and -L, twice the sum of the right-hand sides
over all pieces bounds what was cut off: L is raised until it is below the goal, and it is added to
the radius of the ball. An atom of weight w at b adds the number
w phi((b - mu)/sigma)/sigma.

References:
    Johansson: Numerical integration in arbitrary-precision ball arithmetic, ICMS 2018.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import factorial
from typing import Any, NamedTuple

from sympy import Expr, Rational

from elu_sym.algebra.enclosure import Ball, Point, Reader, enclose, enclosures, exact
from elu_sym.algebra.special_functions import NormalPdf
from elu_sym.algebra.working_precision import working_precision
from elu_sym.certify.compound import Compound
from elu_sym.certify.integrand import Integrand, terms
from elu_sym.certify.points import random_points
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import mu, sigma

NARROW = Rational(1, 10**20)
"""The default relative width that a ball must not exceed."""

HIGHEST_PRECISION = 1 << 12
"""Bits at which a closed form that is not narrow is given up."""


class Enclosure(NamedTuple):
    """The value of an expectation, or of a function of several, at a point.

    Attributes:
        value: a ball that contains E g(X).
        magnitude: a number of the order of E abs(g(X)), by the midpoint rule: what widths are
            relative to, since E g(X) itself may vanish.
    """

    value: Ball
    magnitude: Ball


def enclose_expectation(
    g: Expr | Integrand, point: Point, relative_width: Rational = NARROW
) -> Enclosure:
    """Enclose E g(X), X ~ N(mu, sigma^2), by quadrature.

    Args:
        g: the function of ``x``.
        point: exact rationals for ``mu``, ``sigma`` and the parameters of ``g``.
        relative_width: the goal for the radius, relative to the magnitude; the precision is
            raised until it is met or 4,096 bits are exceeded.

    Returns:
        An :class:`Enclosure`; it is rigorous whether or not the goal was met.

    Raises:
        IntegrandError: if ``g`` cannot be read.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha, x
        >>> point = {mu: Rational(0), sigma: Rational(1), alpha: Rational(1)}
        >>> enclose_expectation(Elu(x, alpha), point).value.str(15, radius=False)
        '0.160520572266556'
    """
    integrand = Integrand.from_expr(g)
    bits = int(relative_width.q // relative_width.p).bit_length() + 24
    while True:
        with working_precision(bits):
            enclosure = _integrate(integrand, point, bits)
            narrow = enclosure.value.rad() <= exact(relative_width) * enclosure.magnitude
        if narrow or bits > HIGHEST_PRECISION:
            return enclosure
        bits *= 2


def arb_certificate(
    expression: Expr,
    quantity: Expr | Integrand | Compound,
    points: Sequence[Point] | None = None,
) -> Witness:
    """Compare a closed form with the integral, both as balls, at rational points.

    Args:
        expression: the closed form.
        quantity: the g of E g(X), or a :class:`~elu_sym.certify.compound.Compound` of several.
        points: the points; by default 12 random ones from a fixed seed.

    Returns:
        A witness of kind ``"arb"``: passed if at every point both balls overlap and are narrower
        than ``NARROW`` times the size of the integrals (for a compound: of its value).

    Raises:
        IntegrandError: if ``g`` cannot be read.

    Examples:
        >>> from elu_sym.symbols import x
        >>> arb_certificate(mu**2 + sigma**2, x**2).passed
        True
        >>> arb_certificate(mu**2 + 2*sigma**2, x**2).passed
        False
    """
    compound = Compound.of(quantity)
    parameters = compound.parameters
    if points is None:
        # Far from the kink the parts of a compound cancel, and each point takes seconds.
        ratio = 6.0 if len(compound.parts) == 1 else 3.0
        points = random_points(parameters, 12, seed=1, largest_ratio=ratio, order=compound.order)

    def check() -> str:
        widest = 0.0
        for point in points:
            integral, size = enclose_compound(compound, point)
            allowed = size * exact(NARROW)
            closed = enclose_within(expression, point, allowed)
            if not closed.overlaps(integral):
                raise RejectedError(
                    f"closed form {closed.str(12)} and integral {integral.str(12)} are disjoint "
                    f"at {_named(point)}"
                )
            if not integral.rad() <= allowed:
                raise RejectedError(f"the integral is {integral.str(12)} only at {_named(point)}")
            widest = max(widest, float((integral.rad() + closed.rad()) / size))
        return (
            f"closed form and integral overlap at {len(points)} rational points, "
            f"relative width at most {widest:.1e}"
        )

    return testify(Evidence.ENCLOSURE, check)


def enclose_compound(compound: Compound, point: Point) -> Enclosure:
    """Enclose a function of expectations; the magnitude of several is a bound from below.

    The precision of the parts is raised until cancellation between them leaves the value narrow.
    """
    if compound.only is not None:
        return enclose_expectation(compound.only, point)
    width = NARROW
    while width.q.bit_length() < HIGHEST_PRECISION:
        bits = 2 * int(width.q).bit_length()
        reader = Reader(bits, {})
        for symbol, part in compound.parts.items():
            reader.known[symbol] = enclose_expectation(part, point, width).value
        with working_precision(bits):
            value = reader.read(compound.recipe)
            size = value.abs_lower()
            if value.is_finite() and value.rad() <= size * exact(NARROW):
                return Enclosure(value, size)
        width *= width
    raise RejectedError(
        f"the integrals cancel in {compound.recipe} at {_named(point)}: {value.str(12)}"
    )


def enclose_within(expression: Expr, point: Point, radius: Ball) -> Ball:
    """A ball for an expression with at most the given radius, the precision raised as needed."""
    try:
        for ball in enclosures(expression, point, HIGHEST_PRECISION):
            if ball.rad() <= radius:
                return ball
    except ValueError as reason:
        raise RejectedError(f"the closed form has no value: {reason}") from None
    raise RejectedError(f"the closed form is not narrow at {_named(point)}")


def _integrate(integrand: Integrand, point: Point, bits: int) -> Enclosure:
    import flint

    mean, width = flint.arb(exact(point[mu])), flint.arb(exact(point[sigma]))
    pieces = [
        [
            (enclose(term.coefficient, point, bits), term.power, enclose(term.rate, point, bits))
            for term in terms(piece)
        ]
        for piece in integrand.pieces
    ]
    cuts = [(enclose(b, point, bits) - mean) / width for b in integrand.breakpoints]
    goal, zero = flint.arb(2) ** (8 - bits), flint.arb(0)
    seen, end = zero, flint.arb(8)
    while True:
        ends = [-end, *(min(max(cut, -end), end) for cut in cuts), end]
        if not seen > 0:
            seen = _size(pieces, cuts, mean, width, end)
        tail = 2 * sum((_tail(piece, mean, width, end) for piece in pieces), zero)
        if tail <= goal * seen or end > 10**6:
            break
        end = end * 5 / 4
    tolerances = flint.arb(2) ** -bits, seen * goal / 256
    between = zip(pieces, pairwise(ends), strict=True)
    total = sum((_integral(piece, mean, width, pair, tolerances) for piece, pair in between), zero)
    total += flint.arb(0, tail.upper())
    for location, weight in integrand.atoms:
        density = NormalPdf((location - mu) / sigma) / sigma
        total = total + enclose(weight * density, point, bits)
    return Enclosure(total, seen.max(abs(total).abs_lower()))


def _size(pieces: list[list[Any]], cuts: list[Any], mean: Any, width: Any, end: Any) -> Any:
    """E abs(g(X)) by the midpoint rule with steps of a quarter of sigma: a scale, no enclosure."""
    import flint

    total = flint.arb(0)
    steps = int(4 * float(end))
    for step in range(-steps, steps):
        z = flint.acb(2 * step + 1) / 8  # a power of a real ball around 0 is NaN
        piece = pieces[sum(bool(cut < z.real) for cut in cuts)]
        total += abs(_weighted(piece, mean + width * z, -z * z / 2)).mid()
    return total / 4 / (2 * flint.arb.pi()).sqrt()


def _weighted(piece: list[Any], value: Any, gauss: Any) -> Any:
    """A piece at an argument times the exponential of another number."""
    terms = [c * value**power * (gauss + rate * value).exp() for c, power, rate in piece]
    return sum(terms[1:], terms[0]) if terms else gauss * 0


def _integral(piece: list[Any], mean: Any, width: Any, ends: Any, tolerances: Any) -> Any:
    """The integral of a piece times the density between two ends."""
    import flint

    low, high = ends
    if not piece or low >= high:
        return flint.arb(0)

    def density(z: Any, _: bool) -> Any:
        return _weighted(piece, mean + width * z, -z * z / 2)

    relative, absolute = tolerances
    found = flint.acb.integral(density, low, high, rel_tol=relative, abs_tol=absolute)
    return found.real / (2 * flint.arb.pi()).sqrt()


def _tail(piece: list[Any], mean: Any, width: Any, end: Any) -> Any:
    """The bound of the module's docstring for one tail."""
    import flint

    total = flint.arb(0)
    for coefficient, power, rate in piece:
        growth = abs(rate) + (1 if power else 0)
        beyond = ((end - growth * width) / flint.arb(2).sqrt()).erfc() / 2
        size = abs(coefficient) * factorial(power)
        total = total + size * (growth * abs(mean) + (growth * width) ** 2 / 2).exp() * beyond
    return total


def _named(point: Point) -> str:
    return ", ".join(f"{symbol} = {float(value):.6g}" for symbol, value in point.items())
