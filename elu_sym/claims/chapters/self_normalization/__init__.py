"""Self-normalization: the theorems of the SELU paper by certificates, and how far they reach.

What a domain is and how a statement about it becomes inequalities on boxes is said in
:mod:`elu_sym.claims.chapters.self_normalization.domains`; the numbers are in
:mod:`elu_sym.claims.chapters.self_normalization.statements`, the divisions of the boxes in the
files that :mod:`elu_sym.claims.chapters.self_normalization.theorem` writes and checks.
"""

from collections.abc import Callable, Iterator

from sympy import Expr, Rational, S

from elu_sym.book.formula import selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.self_normalization import decay, reach, stability, uniqueness
from elu_sym.claims.chapters.self_normalization.domains import (
    OnDomain,
    image_within,
    singular_value_below,
    variance_grows,
    variance_shrinks,
)
from elu_sym.claims.chapters.self_normalization.moment_map import symbolic_jacobian
from elu_sym.claims.chapters.self_normalization.reach import KLAMBAUER, LAYER
from elu_sym.claims.chapters.self_normalization.statements import (
    GROWING,
    GROWING_WIDER,
    IMAGE,
    MAIN,
    SHRINKING,
    SINGULAR_VALUE,
)
from elu_sym.claims.chapters.self_normalization.theorem import certified
from elu_sym.claims.claim import Claim, Neighbour
from elu_sym.claims.rules.elementary import Equality, Positive
from elu_sym.symbols import alpha, mu, scale, sigma


def is_the_book() -> Iterator[Assertion]:
    """The entries of the Jacobian are the derivatives of the closed forms of the book."""
    entries = symbolic_jacobian()
    mean, variance = selu.mean.closed_form, selu.variance.closed_form
    yield Equality(mean.diff(mu), entries.mean_by_mean)
    yield Equality(mean.diff(sigma) / (2 * sigma), entries.mean_by_variance)
    yield Equality(variance.diff(mu), entries.variance_by_mean)
    yield Equality(variance.diff(sigma) / (2 * sigma), entries.variance_by_variance)
    yield Equality(selu.derivative_mean.closed_form, entries.mean_by_mean)


def theorem() -> Iterator[Assertion]:
    """The image lies inside the domain, since the tight bounds do; the Jacobian contracts."""
    yield from certified("snn_theorem", "image")
    yield from certified("snn_theorem", "singular_value")
    low, high = MAIN.variances
    yield _less(-MAIN.mean, IMAGE["mean_min"].outer)
    yield _less(IMAGE["mean_max"].outer, MAIN.mean)
    yield _less(low, IMAGE["variance_min"].outer)
    yield _less(IMAGE["variance_max"].outer, high)
    yield _less(SINGULAR_VALUE.outer, S.One)


def _less(low: Expr, high: Expr) -> Assertion:

    return Positive(high - low)


def _tightened(name: str, value: str) -> Callable[[], list[OnDomain]]:
    """One of the four inequalities of the image box with another number."""
    moment, _, end = name.partition("_")
    kind = f"{moment}_{'above' if end == 'min' else 'below'}"
    number = Rational(value)

    def proof() -> list[OnDomain]:
        pair = (number, number)
        return [each for each in image_within(MAIN, pair, pair) if each.kind == kind]

    return proof


def _stored(statement: str) -> Callable[[], Iterator[Assertion]]:
    return lambda: certified("snn_side_theorems", statement)


def _only_kind(inequalities: Iterator[OnDomain], kind: str) -> list[OnDomain]:
    return [each for each in inequalities if each.kind == kind]


def _grows() -> Iterator[Assertion]:
    yield from certified("snn_side_theorems", "growing")
    yield from certified("snn_side_theorems", "growing_wider")


CLAIMS = (
    *uniqueness.CLAIMS,
    *stability.CLAIMS,
    Claim(
        id="self_normalization.moment_map",
        statement=(
            "The Jacobian of (E selu(Z), Var selu(Z)) by the mean and the variance of Z has the"
            " entries that the theorem is proved for, whatever alpha and lambda are."
        ),
        assumptions=(mu, sigma, alpha, scale),
        proof=is_the_book,
        source=f"{KLAMBAUER}, equations 8 to 11",
        neighbours=(
            Neighbour(
                "The mean does not depend on the variance.",
                lambda: [Equality(selu.mean.closed_form.diff(sigma), S.Zero)],
            ),
        ),
    ),
    Claim(
        id="self_normalization.theorem",
        statement=(
            "The domain mu, omega in [-0.1, 0.1], nu in [0.8, 1.5], tau in [0.95, 1.1] is mapped"
            " into itself: the mean into [-0.03107, 0.06773], the variance into [0.8037, 1.482],"
            " which is the image to 4 digits; and the Jacobian by mu and nu has singular values"
            " below 0.8977, of which 0.8976 is exceeded."
        ),
        latex=(
            r"\tilde\mu \in [-0.03107, 0.06773],\quad \tilde\nu \in [0.8037, 1.482],\quad"
            r" \sigma_{\max}(J) < 0.8977"
        ),
        assumptions=LAYER,
        proof=theorem,
        source=f"{KLAMBAUER}, theorem 1",
        neighbours=(
            Neighbour(
                "The mean stays above a bound 1 % higher.",
                _tightened("mean_min", "-0.03075"),
            ),
            Neighbour("The mean stays below a bound 1 % lower.", _tightened("mean_max", "0.06705")),
            Neighbour(
                "The variance stays above a bound 1 % higher.", _tightened("variance_min", "0.812")
            ),
            Neighbour(
                "The variance stays below a bound 1 % lower.", _tightened("variance_max", "1.467")
            ),
            Neighbour(
                "The singular values stay below a bound 1 % lower.",
                lambda: _only_kind(singular_value_below(MAIN, Rational("0.8887")), "determinant"),
            ),
        ),
    ),
    Claim(
        id="self_normalization.variance_shrinks",
        statement=(
            "For mu in [-1, 1], omega in [-0.1, 0.1], nu in [3, 16], tau in [0.8, 1.25] the"
            " variance shrinks, to less than 0.9601 of nu; 0.96 is exceeded at mu = 1, omega = 0.1,"
            " nu = 3, tau = 1.25."
        ),
        latex=r"\tilde\nu < 0.9601\,\nu",
        assumptions=LAYER,
        proof=_stored("shrinking"),
        source=f"{KLAMBAUER}, theorem 2",
        neighbours=(
            Neighbour(
                "It shrinks to less than 0.951 of nu, 1 % less.",
                lambda: list(variance_shrinks(SHRINKING, Rational("0.951"))),
            ),
        ),
    ),
    Claim(
        id="self_normalization.variance_grows",
        statement=(
            "For mu, omega in [-0.1, 0.1], nu in [0.02, 0.16], tau in [0.8, 1.25] the variance"
            " grows, to more than 1.158 times nu, and for nu in [0.02, 0.24], tau in [0.9, 1.25] to"
            " more than 1.208 times; 1.159 and 1.209 are missed at an end of the domain."
        ),
        latex=r"\tilde\nu > 1.158\,\nu, \quad \tilde\nu > 1.208\,\nu",
        assumptions=LAYER,
        proof=_grows,
        source=f"{KLAMBAUER}, theorem 3",
        neighbours=(
            Neighbour(
                "On the first domain it grows by a factor 1 % larger.",
                lambda: list(variance_grows(GROWING, Rational("1.17"))),
            ),
            Neighbour(
                "On the second one it grows by a factor 1 % larger.",
                lambda: list(variance_grows(GROWING_WIDER, Rational("1.22"))),
            ),
        ),
    ),
    *reach.CLAIMS,
    *decay.CLAIMS,
)
