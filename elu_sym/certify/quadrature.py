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
from dataclasses import dataclass
from math import factorial, prod
from typing import TYPE_CHECKING, Any

from sympy import Add, Expr, Mul, Pow, Rational, Symbol

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.special_functions import NormalPdf
from elu_sym.certify.compound import Compound, single
from elu_sym.certify.integrand import Integrand, terms
from elu_sym.certify.points import random_points
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import mu, sigma

if TYPE_CHECKING:
    from flint import arb

NARROW = Rational(1, 10**20)
"""The default relative width that a ball must not exceed."""

HIGHEST_PRECISION = 1 << 12
"""Bits at which a closed form that is not narrow is given up."""


@dataclass(frozen=True)
class Enclosure:
    """The value of an expectation at a point.

    Attributes:
        value: a ball that contains E g(X).
        magnitude: a number of the order of E abs(g(X)), by the midpoint rule: what widths are
            relative to, since E g(X) itself may vanish.
    """

    value: "arb"
    magnitude: "arb"


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
    import flint

    integrand = Integrand.from_expr(g)
    bits = int(relative_width.q // relative_width.p).bit_length() + 24
    while True:
        with flint.ctx.workprec(bits):
            enclosure = _integrate(integrand, point, bits)
            narrow = enclosure.value.rad() <= _ball(relative_width) * enclosure.magnitude
        if narrow or bits > HIGHEST_PRECISION:
            return enclosure
        bits *= 2


def arb_certificate(
    expression: Expr,
    quantity: Expr | Integrand | Compound,
    points: Sequence[Point] | None = None,
    *,
    order: Sequence[Expr] = (),
    relative_width: Rational = NARROW,
) -> Witness:
    """Compare a closed form with the integral, both as balls, at rational points.

    Args:
        expression: the closed form.
        quantity: the g of E g(X), or a :class:`~elu_sym.certify.compound.Compound` of several.
        points: the points; by default 12 random ones from a fixed seed.
        order: the increasing order of symbolic breakpoints.
        relative_width: both balls must be narrower than this times the size of the integrals
            (for a compound: of its value).

    Returns:
        A witness of kind ``"arb"``: passed if at every point both balls are narrow and overlap.

    Raises:
        IntegrandError: if ``g`` cannot be read.

    Examples:
        >>> from elu_sym.symbols import x
        >>> arb_certificate(mu**2 + sigma**2, x**2).passed
        True
        >>> arb_certificate(mu**2 + 2*sigma**2, x**2).passed
        False
    """
    compound = quantity if isinstance(quantity, Compound) else single(quantity, order)
    integrands = compound.read()
    if points is None:
        symbols = set().union(*(part.parameters() for part in integrands.values()))
        # Far from the kink the parts of a compound cancel, and each point takes seconds.
        ratio = 6.0 if len(integrands) == 1 else 3.0
        points = random_points(symbols, 12, seed=1, largest_ratio=ratio, order=compound.order)

    def check() -> str:
        widest = 0.0
        for point in points:
            integral, size = enclose_compound(compound.recipe, integrands, point, relative_width)
            allowed = size * _ball(relative_width)
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


def enclose_compound(
    recipe: Expr, integrands: dict[Symbol, Integrand], point: Point, relative_width: Rational
) -> "tuple[arb, arb]":
    """The value of a function of expectations, and a lower bound for the size it is relative to.

    The precision of the parts is raised until cancellation between them leaves the value narrow.
    """
    import flint

    (only, integrand), *others = integrands.items()
    if not others and recipe == only:
        enclosure = enclose_expectation(integrand, point, relative_width)
        return enclosure.value, enclosure.magnitude
    width = relative_width
    while width.q.bit_length() < HIGHEST_PRECISION:
        values = {
            symbol: enclose_expectation(part, point, width).value
            for symbol, part in integrands.items()
        }
        with flint.ctx.workprec(2 * int(width.q).bit_length()):
            value = _apply(recipe, values)
            size = value.abs_lower()
            if value.is_finite() and value.rad() <= size * _ball(relative_width):
                return value, size
        width *= width
    raise RejectedError(f"the integrals cancel in {recipe} at {_named(point)}: {value.str(12)}")


def enclose_within(expression: Expr, point: Point, radius: "arb") -> "arb":
    """A ball for an expression with at most the given radius, the precision raised as needed."""
    precision = 128
    while precision <= HIGHEST_PRECISION:
        try:
            ball = enclose(expression, point, precision)
        except ValueError as reason:
            raise RejectedError(f"the closed form has no value: {reason}") from None
        if ball.is_finite() and ball.rad() <= radius:
            return ball
        precision *= 2
    raise RejectedError(f"the closed form is not narrow at {_named(point)}: {ball.str(12)}")


def _integrate(integrand: Integrand, point: Point, bits: int) -> Enclosure:
    import flint

    mean, width = _ball(point[mu]), _ball(point[sigma])
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
    values = _integrals(pieces, mean, width, ends, flint.arb(2) ** -bits, seen * goal / 256)
    total = sum(values, zero) + flint.arb(0, tail.upper())
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
        z = flint.arb(2 * step + 1) / 8
        piece = pieces[sum(bool(cut < z) for cut in cuts)]
        total += abs(_weighted(piece, mean + width * z, -z * z / 2)).mid()
    return total / 4 / (2 * flint.arb.pi()).sqrt()


def _weighted(piece: list[Any], value: Any, gauss: Any) -> Any:
    """A piece at an argument times the exponential of another number."""
    terms = [c * value**power * (gauss + rate * value).exp() for c, power, rate in piece]
    return sum(terms[1:], terms[0]) if terms else gauss * 0


def _integrals(
    pieces: list[list[Any]], mean: Any, width: Any, ends: list[Any], relative: Any, absolute: Any
) -> list[Any]:
    """The integral of each piece times the density between consecutive ends."""
    import flint

    norm = (2 * flint.arb.pi()).sqrt()

    def integral(piece: list[Any], low: Any, high: Any) -> Any:
        if not piece or low >= high:
            return flint.arb(0)

        def density(z: Any, _: bool) -> Any:
            return _weighted(piece, mean + width * z, -z * z / 2)

        found = flint.acb.integral(density, low, high, rel_tol=relative, abs_tol=absolute)
        return found.real / norm

    return [integral(*item) for item in zip(pieces, ends[:-1], ends[1:], strict=True)]


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


def _apply(recipe: Expr, values: dict[Symbol, Any]) -> Any:
    """Evaluate a rational function with balls for its symbols."""
    if recipe in values:
        return values[recipe]
    if recipe.is_Rational:
        return _ball(recipe)
    if isinstance(recipe, Pow) and recipe.exp.is_Integer:
        return _apply(recipe.base, values) ** int(recipe.exp)
    if isinstance(recipe, Add | Mul):
        return (sum if isinstance(recipe, Add) else prod)(
            _apply(argument, values) for argument in recipe.args
        )
    raise ValueError(f"the recipe has {recipe}; make it a rational function of its parts")


def _ball(value: Rational) -> Any:
    import flint

    return flint.arb(flint.fmpq(int(value.p), int(value.q)))


def _named(point: Point) -> str:
    return ", ".join(f"{symbol} = {float(value):.6g}" for symbol, value in point.items())
