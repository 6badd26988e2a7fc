"""What is said about the self-normalizing map, statement by statement, and which boxes prove it.

The numbers are sharp: an inner one is attained at an exact point of the domain, an outer one is
proved for all of it, and the two differ by one unit of the fourth digit. A domain that is widened
to an inner number has the property, and widened to the outer one, a unit further, it has not. Only
the least nu at which the variance grows is known less sharply: the boxes of that proof become as
many as 1/nu, so that it ends at 0.001.
"""

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from sympy import Rational, S

from elu_sym.claims.chapters.self_normalization import domains
from elu_sym.claims.chapters.self_normalization.domains import Domain, OnDomain, Place

R = Rational

MAIN = Domain(R("0.1"), R("0.1"), R("0.8"), R("1.5"), R("0.95"), R("1.1"))
"""The domain of theorem 1."""

SHRINKING = Domain(S.One, R("0.1"), S(3), S(16), R("0.8"), R("1.25"))
"""That of theorem 2."""

GROWING = Domain(R("0.1"), R("0.1"), R("0.02"), R("0.16"), R("0.8"), R("1.25"))
"""The first one of theorem 3."""

GROWING_WIDER = replace(GROWING, nu_max=R("0.24"), tau_min=R("0.9"))
"""The second one of theorem 3."""


class Extreme(NamedTuple):
    """An extreme value over a domain.

    Attributes:
        inner: a number that the quantity reaches or passes at ``place``.
        outer: a number that it passes nowhere.
        place: a point of the domain.
    """

    inner: Rational
    outer: Rational
    place: Place


LEAST = (R("-0.1"), R("0.1"), R("0.8"), R("0.95"))
GREATEST = (R("0.1"), R("0.1"), R("1.5"), R("1.1"))

IMAGE = {
    "mean_min": Extreme(R("-0.03106"), R("-0.03107"), LEAST),
    "mean_max": Extreme(R("0.06772"), R("0.06773"), GREATEST),
    "variance_min": Extreme(R("0.8038"), R("0.8037"), LEAST),
    "variance_max": Extreme(R("1.481"), R("1.482"), GREATEST),
}
"""The image of the domain of theorem 1: -0.031061, 0.067725, 0.803712 and 1.481575."""

SINGULAR_VALUE = Extreme(R("0.8976"), R("0.8977"), (R("0.1"), R("0.1"), R("0.8"), R("1.1")))
"""The largest singular value on it, 0.897608."""

RATIOS = {
    theorem: Extreme(R(inner), R(outer), tuple(map(R, place.split())))
    for theorem, inner, outer, place in (
        ("shrinking", "0.9600", "0.9601", "1 0.1 3 1.25"),
        ("growing", "1.159", "1.158", "0.1 0.1 0.16 0.8"),
        ("growing_wider", "1.209", "1.208", "-0.1 0.1 0.24 0.9"),
    )
}
"""The largest quotient of the variances after and before, and the smallest ones of theorem 3.

They are 0.960085, 1.158795 and 1.208025.
"""


THEOREMS: dict[str, tuple[Domain, Callable[..., Iterator[OnDomain]]]] = {
    "self_normalizing": (MAIN, domains.self_normalizing),
    "shrinking": (SHRINKING, domains.variance_shrinks),
    "growing": (GROWING, domains.variance_grows),
    "growing_wider": (GROWING_WIDER, domains.variance_grows),
}
"""The domain of each theorem, and what holds on it."""


@dataclass(frozen=True)
class Widening:
    """How far the domain of a theorem can be widened in one direction.

    Attributes:
        theorem: a key of ``THEOREMS``.
        parameter: what is widened, an attribute of the domain, or the factor of all of them.
        inner: a value at which the statement holds.
        outer: a value a unit further, at which it fails.
        fails: the kind of the inequality that fails there if there are several, or "corner" where
            one point shows it.

    Examples:
        >>> JOINTLY.widened(S.One) == MAIN
        True
    """

    theorem: str
    parameter: str
    inner: Rational
    outer: Rational
    fails: str | None = None

    @property
    def domain(self) -> Domain:
        """The domain of the theorem."""
        return THEOREMS[self.theorem][0]

    def statement(self, value: Rational) -> Iterator[OnDomain]:
        """What is to hold on the domain for a value."""
        return THEOREMS[self.theorem][1](self.widened(value))

    def widened(self, value: Rational) -> Domain:
        """The domain with one of its numbers replaced, or enlarged about (0, 0, 1, 1)."""
        if self.parameter != "factor":
            return replace(self.domain, **{self.parameter: value})
        mean, weights, *ends = astuple(self.domain)
        return Domain(value * mean, value * weights, *(1 + value * (end - 1) for end in ends))


WIDENINGS: dict[str, tuple[Widening, ...]] = {
    theorem: tuple(
        Widening(theorem, parameter, R(inner), R(outer), *fails)
        for parameter, inner, outer, *fails in limits
    )
    for theorem, limits in {
        "self_normalizing": (
            ("mu", "0.2592", "0.2593", "variance_above"),
            ("omega", "0.2592", "0.2593", "variance_above"),
            ("nu_min", "0.5107", "0.5106", "determinant"),
            ("nu_max", "1.832", "1.833", "mean_below"),
            ("tau_min", "0.9445", "0.9444", "variance_above"),
            ("tau_max", "1.117", "1.118", "variance_below"),
        ),
        "shrinking": (
            ("mu", "2.471", "2.472"),
            ("omega", "0.2471", "0.2472"),
            ("nu_min", "2.498", "2.497"),
            ("tau_max", "1.317", "1.318"),
        ),
        "growing": (
            ("mu", "1.593", "1.594", "corner"),
            ("omega", "1.593", "1.594", "corner"),
            ("nu_min", "0.001", "0.00006861", "corner"),
            ("nu_max", "0.4074", "0.4075"),
            ("tau_min", "0.6756", "0.6755"),
        ),
        "growing_wider": (
            ("mu", "3.448", "3.449", "corner"),
            ("omega", "3.448", "3.449", "corner"),
            ("nu_min", "0.001", "0.00001632", "corner"),
            ("nu_max", "0.6658", "0.6659"),
            ("tau_min", "0.7199", "0.7198"),
        ),
    }.items()
}
"""One parameter at a time; what is not listed has no such limit or is dealt with apart."""

JOINTLY = Widening("self_normalizing", "factor", R("1.744"), R("1.745"), "determinant")
"""All parameters of theorem 1 at once."""


def decimal(value: Rational) -> str:
    """A decimal fraction as one.

    >>> decimal(R("-0.03106"))
    '-0.03106'
    """
    return str(Decimal(int(value.p)) / int(value.q))
