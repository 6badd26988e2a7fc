"""Inequalities about the map of the self-normalizing theorem on its domains, as boxes.

A domain is a product of four intervals: mu, omega, nu and tau. The map needs two variables,
m = omega*mu and v = tau*nu, and each statement is reduced to boxes of two dimensions, exactly:

- the image of a domain is that of all (m, v), which run through a rectangle, since each of the
  products takes every value between its extreme ones and the factors are independent;
- the largest singular value of A diag(omega, tau) at a given (m, v) grows with abs(omega) and with
  tau, since J J^T = omega^2 a a^T + tau^2 b b^T with the columns a and b of A; abs(omega) is
  largest at its bound, where mu = m/omega is admitted; the largest tau at v is the upper bound
  where v/tau >= nu_min, and else v/nu_min: either tau or nu lies at its bound;
- Var selu(Z)/nu = V(m, v)*tau/v grows with tau at a given (m, v), with the same two parts for its
  largest value; the smallest tau is the lower bound, or v/nu_max.

A symmetric matrix of order 2 is positive if its trace and its determinant are, so
that s exceeds the largest singular value if

    2*s^2 - |J|^2 > 0  and  s^4 - s^2*|J|^2 + det(J)^2 > 0,   |J|^2 the sum of squared entries,

and is exceeded by it where the second is negative.

The exact constants of SELU are two further axes of each box, whose intervals are 10^-30 wide and
computed from the closed forms by Arb; a counterexample is judged with the constants themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from sympy import Expr, Rational, S, Symbol

from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.working_precision import working_precision
from elu_sym.book.formula import selu
from elu_sym.claims.chapters.self_normalization import moment_map
from elu_sym.claims.chapters.self_normalization.moment_map import bound, input_variance, square_sum
from elu_sym.claims.kernel.inequalities import Box
from elu_sym.symbols import mu

DIGITS = 30
"""The decimals to which the constants of SELU are boxed."""


@cache
def expressions() -> dict[str, Expr]:
    """What is positive, for each kind, in mu (for m), nu, tau, omega, b, s, alpha and lambda."""
    mean = moment_map.in_layer_variables(selu.mean.closed_form)
    variance = moment_map.in_layer_variables(selu.second_moment.closed_form) - mean**2
    jacobian = moment_map.symbolic_jacobian()
    norm = moment_map.in_layer_variables(jacobian.squared_norm())
    determinant = moment_map.in_layer_variables(jacobian.determinant())
    s = moment_map.singular_bound
    return {
        "mean_above": mean - bound,
        "mean_below": bound - mean,
        "variance_above": variance - bound,
        "variance_below": bound - variance,
        "determinant": s**4 - s**2 * norm + determinant**2,
        "trace": 2 * s**2 - norm,
        "shrinks": bound * input_variance - variance,
        "grows": variance - bound * input_variance,
    }


@cache
def constants() -> Box:
    """The intervals in which the exact constants of the standard SELU lie, by Arb.

    Examples:
        >>> [str((high - low) * 10**DIGITS) for _, low, high in constants()]
        ['1', '1']
    """
    axes, unit, bits = [], 10**DIGITS, 256
    with working_precision(bits):
        for symbol, value in moment_map.standard_selu():
            ball = enclose(value, {}, bits) * unit
            low, high = (int(end.unique_fmpz()) for end in (ball.floor(), ball.ceil()))
            axes.append((symbol, Rational(low, unit), Rational(high, unit)))
    return tuple(axes)


@dataclass(frozen=True)
class Domain:
    """What the means, the variances and the weights of a layer may be.

    Attributes:
        mu: the largest size of mu.
        omega: the largest size of omega.
        nu_min: the least nu.
        nu_max: the greatest nu.
        tau_min: the least tau.
        tau_max: the greatest tau.

    Examples:
        >>> domain = Domain(S(1), Rational(1, 10), S(3), S(16), Rational(4, 5), Rational(5, 4))
        >>> [str(interval[1:]) for interval in domain.whole()[:2]]
        ['(-1/10, 1/10)', '(12/5, 20)']
    """

    mu: Rational
    omega: Rational
    nu_min: Rational
    nu_max: Rational
    tau_min: Rational
    tau_max: Rational

    def whole(self) -> Box:
        """All (m, v), as nu = v with tau = 1."""
        low, high = self.nu_min * self.tau_min, self.nu_max * self.tau_max
        return (self._mean, (input_variance, low, high), fixed(square_sum, S.One))

    def largest_squares(self) -> tuple[Box, Box]:
        """All (m, v), each with the largest tau that the domain has for it."""
        return self._parts(self.tau_max, self.nu_min)

    def smallest_squares(self) -> tuple[Box, Box]:
        """All (m, v), each with the smallest tau that the domain has for it."""
        return self._parts(self.tau_min, self.nu_max)

    def _parts(self, square: Rational, variance: Rational) -> tuple[Box, Box]:
        variances = (input_variance, self.nu_min, self.nu_max)
        squares = (square_sum, self.tau_min, self.tau_max)
        return (
            (self._mean, variances, fixed(square_sum, square)),
            (self._mean, fixed(input_variance, variance), squares),
        )

    @property
    def _mean(self) -> tuple[Symbol, Rational, Rational]:
        largest = self.mu * self.omega
        return (mu, -largest, largest)


class OnDomain(NamedTuple):
    """An inequality of one of the kinds on a box, for every alpha and lambda in their intervals.

    Attributes:
        kind: a key of ``expressions()``.
        box: the intervals of mu (for m), nu, tau and what else the kind has.
    """

    kind: str
    box: Box

    @property
    def expression(self) -> Expr:
        """What is positive, for any alpha and lambda."""
        return expressions()[self.kind]


def image_within(
    domain: Domain, mean: tuple[Expr, Expr], variance: tuple[Expr, Expr]
) -> Iterator[OnDomain]:
    """The mean and the variance after the layer lie strictly between two numbers each."""
    for moment, ends in (("mean", mean), ("variance", variance)):
        for side, end in zip(("above", "below"), ends, strict=True):
            yield OnDomain(f"{moment}_{side}", (*domain.whole(), fixed(bound, end)))


def singular_value_below(domain: Domain, size: Rational) -> Iterator[OnDomain]:
    """The largest singular value of the Jacobian by (mu, nu) stays below a number."""
    axes = (fixed(moment_map.weight_sum, domain.omega), fixed(moment_map.singular_bound, size))
    for box in domain.largest_squares():
        yield OnDomain("trace", (*box, *axes))
        yield OnDomain("determinant", (*box, *axes))


def self_normalizing(domain: Domain) -> Iterator[OnDomain]:
    """A domain is mapped into itself, and the Jacobian contracts on it."""
    mean, variance = (-domain.mu, domain.mu), (domain.nu_min, domain.nu_max)
    yield from image_within(domain, mean, variance)
    yield from singular_value_below(domain, S.One)


def variance_shrinks(domain: Domain, ratio: Rational = S.One) -> Iterator[OnDomain]:
    """Var selu(Z) < ratio*nu."""
    for box in domain.largest_squares():
        yield OnDomain("shrinks", (*box, fixed(bound, ratio)))


def variance_grows(domain: Domain, ratio: Rational = S.One) -> Iterator[OnDomain]:
    """Var selu(Z) > ratio*nu."""
    for box in domain.smallest_squares():
        yield OnDomain("grows", (*box, fixed(bound, ratio)))


Place = tuple[Rational, Rational, Rational, Rational]
"""A point of a domain: mu, omega, which is not negative, nu and tau."""


def fixed(symbol: Symbol, value: Rational) -> tuple[Symbol, Rational, Rational]:
    """An axis of a box along which it has no width."""
    return (symbol, S(value), S(value))
