"""What is said about the self-normalizing map, statement by statement, and which boxes prove it.

The numbers are sharp: an inner one is attained at an exact point of the domain, an outer one is
proved for all of it, and the two differ by one unit of the fourth digit. A domain that is widened
to an inner number has the property, and widened to the outer one, a unit further, it has not. Only
the least nu at which the variance grows is known less sharply: the boxes of that proof become as
many as 1/nu, so that it ends at 0.001.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from sympy import Rational, S

from elu_sym.claims.chapters.self_normalization.domains import (
    Domain,
    OnDomain,
    Place,
    image_within,
    self_normalizing,
    singular_value_below,
    variance_grows,
    variance_shrinks,
)

R = Rational

MAIN = Domain(R("0.1"), R("0.1"), (R("0.8"), R("1.5")), (R("0.95"), R("1.1")))
"""The domain of theorem 1."""

SHRINKING = Domain(S.One, R("0.1"), (S(3), S(16)), (R("0.8"), R("1.25")))
"""That of theorem 2."""

GROWING = Domain(R("0.1"), R("0.1"), (R("0.02"), R("0.16")), (R("0.8"), R("1.25")))
"""The first one of theorem 3."""

GROWING_WIDER = Domain(R("0.1"), R("0.1"), (R("0.02"), R("0.24")), (R("0.9"), R("1.25")))
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


LEAST = Place(R("-0.1"), R("0.1"), R("0.8"), R("0.95"))
GREATEST = Place(R("0.1"), R("0.1"), R("1.5"), R("1.1"))

IMAGE = {
    "mean_min": Extreme(R("-0.03106"), R("-0.03107"), LEAST),
    "mean_max": Extreme(R("0.06772"), R("0.06773"), GREATEST),
    "variance_min": Extreme(R("0.8038"), R("0.8037"), LEAST),
    "variance_max": Extreme(R("1.481"), R("1.482"), GREATEST),
}
"""The image of the domain of theorem 1: -0.031061, 0.067725, 0.803712 and 1.481575."""

SINGULAR_VALUE = Extreme(R("0.8976"), R("0.8977"), Place(R("0.1"), R("0.1"), R("0.8"), R("1.1")))
"""The largest singular value on it, 0.897608."""

SHRINKING_RATIO = Extreme(R("0.9600"), R("0.9601"), Place(S.One, R("0.1"), S(3), R("1.25")))
"""The largest quotient of the variances after and before, 0.960085."""

GROWING_RATIO = Extreme(R("1.159"), R("1.158"), Place(R("0.1"), R("0.1"), R("0.16"), R("0.8")))
"""The smallest quotient, 1.158795."""

GROWING_WIDER_RATIO = Extreme(
    R("1.209"), R("1.208"), Place(R("-0.1"), R("0.1"), R("0.24"), R("0.9"))
)
"""The smallest quotient, 1.208025."""


def main_image() -> Iterator[OnDomain]:
    """The image box from outside and from inside."""
    means = (IMAGE["mean_min"].outer, IMAGE["mean_max"].outer)
    variances = (IMAGE["variance_min"].outer, IMAGE["variance_max"].outer)
    yield from image_within(MAIN, means, variances)
    for name, extreme in IMAGE.items():
        moment, _, end = name.partition("_")
        kind = f"{moment}_{'below' if end == 'min' else 'above'}"
        yield extreme.place.attains(kind, extreme.inner)


def main_singular_value() -> Iterator[OnDomain]:
    """The largest singular value from above and from below."""
    yield from singular_value_below(MAIN, SINGULAR_VALUE.outer)
    yield SINGULAR_VALUE.place.singular_value_exceeds(SINGULAR_VALUE.inner)


def shrinking() -> Iterator[OnDomain]:
    """The variance shrinks, by no less than this."""
    yield from variance_shrinks(SHRINKING, SHRINKING_RATIO.outer)
    yield SHRINKING_RATIO.place.attains("grows", SHRINKING_RATIO.inner)


def growing() -> Iterator[OnDomain]:
    """The variance grows, by no less than this."""
    yield from variance_grows(GROWING, GROWING_RATIO.outer)
    yield GROWING_RATIO.place.attains("shrinks", GROWING_RATIO.inner)


def growing_wider() -> Iterator[OnDomain]:
    """The variance grows, by no less than this."""
    yield from variance_grows(GROWING_WIDER, GROWING_WIDER_RATIO.outer)
    yield GROWING_WIDER_RATIO.place.attains("shrinks", GROWING_WIDER_RATIO.inner)


class Widening(NamedTuple):
    """How far a domain can be widened in one direction.

    Attributes:
        domain: the domain of the theorem.
        parameter: what is widened.
        inner: a value at which the statement holds.
        outer: a value a unit further, at which it fails.
        widened: the domain for a value.
        statement: what is to hold on a domain.
    """

    domain: Domain
    parameter: str
    inner: Rational
    outer: Rational
    widened: Callable[[Rational], Domain]
    statement: Callable[[Domain], Iterator[OnDomain]]


def jointly(factor: Rational) -> Domain:
    """The domain of theorem 1, enlarged about (0, 0, 1, 1) by a factor.

    Examples:
        >>> jointly(S.One) == MAIN
        True
    """
    variances, squares = (
        (1 + factor * (low - 1), 1 + factor * (high - 1))
        for low, high in (MAIN.variances, MAIN.squares)
    )
    return Domain(factor * MAIN.mean, factor * MAIN.weights, variances, squares)


def _along(domain: Domain, parameter: str) -> Callable[[Rational], Domain]:
    """The domain with one of its numbers replaced."""
    name, _, end = parameter.partition("_")
    field = {"mu": "mean", "omega": "weights", "nu": "variances", "tau": "squares"}[name]

    def widened(value: Rational) -> Domain:
        if not end:
            return replace(domain, **{field: value})
        low, high = getattr(domain, field)
        return replace(domain, **{field: (value, high) if end == "min" else (low, value)})

    return widened


_LIMITS: dict[str, tuple[Domain, Callable[[Domain], Iterator[OnDomain]], dict[str, str]]] = {
    "self_normalizing": (
        MAIN,
        self_normalizing,
        {
            "mu": "0.2592 0.2593",
            "omega": "0.2592 0.2593",
            "nu_min": "0.5107 0.5106",
            "nu_max": "1.832 1.833",
            "tau_min": "0.9445 0.9444",
            "tau_max": "1.117 1.118",
        },
    ),
    "shrinking": (
        SHRINKING,
        variance_shrinks,
        {
            "mu": "2.471 2.472",
            "omega": "0.2471 0.2472",
            "nu_min": "2.498 2.497",
            "tau_max": "1.317 1.318",
        },
    ),
    "growing": (
        GROWING,
        variance_grows,
        {
            "mu": "1.593 1.594",
            "omega": "1.593 1.594",
            "nu_min": "0.001 0.00006861",
            "nu_max": "0.4074 0.4075",
            "tau_min": "0.6756 0.6755",
        },
    ),
    "growing_wider": (
        GROWING_WIDER,
        variance_grows,
        {
            "mu": "3.448 3.449",
            "omega": "3.448 3.449",
            "nu_min": "0.001 0.00001632",
            "nu_max": "0.6658 0.6659",
            "tau_min": "0.7199 0.7198",
        },
    ),
}

WIDENINGS: dict[str, tuple[Widening, ...]] = {
    theorem: tuple(
        Widening(
            domain, name, R(ends.split()[0]), R(ends.split()[1]), _along(domain, name), statement
        )
        for name, ends in limits.items()
    )
    for theorem, (domain, statement, limits) in _LIMITS.items()
}
"""One parameter at a time; what is not listed has no such limit or is dealt with apart."""

JOINTLY = Widening(MAIN, "factor", R("1.744"), R("1.745"), jointly, self_normalizing)
"""All parameters of theorem 1 at once."""


def widening_name(theorem: str, widening: Widening) -> str:
    """The name under which the boxes of a widened domain are stored."""
    return f"{theorem}_{widening.parameter}"


def _inner(widening: Widening) -> Callable[[], Iterator[OnDomain]]:
    return lambda: widening.statement(widening.widened(widening.inner))


STATEMENTS: dict[str, dict[str, Callable[[], Iterator[OnDomain]]]] = {
    "snn_theorem": {
        "image": main_image,
        "singular_value": main_singular_value,
    },
    "snn_side_theorems": {
        "shrinking": shrinking,
        "growing": growing,
        "growing_wider": growing_wider,
    },
    "snn_widened": {
        widening_name(theorem, widening): _inner(widening)
        for theorem, widenings in (*WIDENINGS.items(), ("self_normalizing", (JOINTLY,)))
        for widening in widenings
    },
}
"""The files of certificates, each with its statements by name."""
