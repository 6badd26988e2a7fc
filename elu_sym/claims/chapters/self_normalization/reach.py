"""How far the domains of the self-normalizing theorems reach, and where they have no end."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from sympy import Rational, S

from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.self_normalization.domains import (
    Domain,
    Place,
    variance_grows,
    variance_shrinks,
)
from elu_sym.claims.chapters.self_normalization.moment_map import input_variance
from elu_sym.claims.chapters.self_normalization.statements import (
    GROWING,
    GROWING_WIDER,
    JOINTLY,
    SHRINKING,
    WIDENINGS,
    Widening,
    widening_name,
)
from elu_sym.claims.chapters.self_normalization.theorem import certified
from elu_sym.claims.chapters.self_normalization.unbounded import (
    grows_for_any_larger_squares,
    shrinks_for_any_more,
)
from elu_sym.claims.claim import Claim, Neighbour
from elu_sym.symbols import mu

LAYER = (
    mu,
    input_variance,
    "omega and tau, the sum of the weights and of their squares",
    "Z ~ N(omega*mu, tau*nu)",
    "standard SELU",
)
KLAMBAUER = "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017"

FAILS = {
    "self_normalizing": {
        "mu": "variance_above",
        "omega": "variance_above",
        "nu_min": "determinant",
        "nu_max": "mean_below",
        "tau_min": "variance_above",
        "tau_max": "variance_below",
        "factor": "determinant",
    },
}
"""Which of the inequalities fails first as a domain is widened; the others have one kind."""

PARAMETERS = {
    "mu": "abs(mu) up to",
    "omega": "abs(omega) up to",
    "nu_min": "nu from",
    "nu_max": "nu up to",
    "tau_min": "tau from",
    "tau_max": "tau up to",
    "factor": "the domain enlarged about (0, 0, 1, 1) by the factor",
}


def _too_wide(theorem: str, widening: Widening) -> Neighbour:
    """What fails on the domain a unit wider, or at the worst corner of it."""
    what = f"With {PARAMETERS[widening.parameter]} {_decimal(widening.outer)}"
    domain = widening.widened(widening.outer)
    if theorem.startswith("growing") and widening.parameter in ("mu", "omega", "nu_min"):
        corner = Place(domain.mean, domain.weights, domain.variances[0], domain.squares[0])
        return Neighbour(
            f"{what} the variance still grows where nu and tau are least, mu and omega greatest.",
            lambda: [corner.attains("grows", S.One)],
        )
    kind = FAILS.get(theorem, {}).get(widening.parameter)
    return Neighbour(
        f"{what} {_SAYS[kind]}.",
        lambda: [each for each in widening.statement(domain) if kind in (None, each.kind)],
    )


_SAYS = {
    "variance_above": "the variance still stays above the least one of the domain",
    "variance_below": "the variance still stays below the greatest one of the domain",
    "mean_below": "the mean still stays below 0.1",
    "determinant": "the largest singular value still stays below 1",
    None: "the statement still holds",
}


def _decimal(value: Rational) -> str:
    return f"{float(value):.10g}"


def _reach(widenings: tuple[Widening, ...]) -> str:
    return ", ".join(f"{PARAMETERS[each.parameter]} {_decimal(each.inner)}" for each in widenings)


def _widened(theorem: str, widenings: tuple[Widening, ...]) -> Callable[[], Iterator[Assertion]]:
    def proof() -> Iterator[Assertion]:
        for widening in widenings:
            yield from certified("snn_widened", widening_name(theorem, widening))

    return proof


def _widened_claim(theorem: str, statement: str) -> Claim:
    widenings = WIDENINGS[theorem]
    return Claim(
        id=f"self_normalization.{theorem}_one_at_a_time",
        statement=f"{statement} with one parameter changed at a time: {_reach(widenings)}.",
        assumptions=LAYER,
        proof=_widened(theorem, widenings),
        source="branch and bound, where the paper stops at round numbers",
        neighbours=tuple(_too_wide(theorem, widening) for widening in widenings),
    )


def _grows_without_end() -> Iterator[Assertion]:
    yield from grows_for_any_larger_squares(GROWING, S(5))
    yield from grows_for_any_larger_squares(GROWING_WIDER, Rational(10, 3))


def _with_squares(domain: Domain, low: str, high: str) -> Domain:
    return replace(domain, squares=(Rational(low), Rational(high)))


CLAIMS = (
    _widened_claim("self_normalizing", "Theorem 1 holds"),
    Claim(
        id="self_normalization.self_normalizing_jointly",
        statement=(
            "Theorem 1 holds on its domain enlarged about (0, 0, 1, 1) by the factor 1.744: abs(mu)"
            " and abs(omega) up to 0.1744, nu from 0.6512 to 1.872, tau from 0.9128 to 1.1744."
        ),
        assumptions=LAYER,
        proof=_widened("self_normalizing", (JOINTLY,)),
        source="branch and bound, where the paper stops at round numbers",
        neighbours=(_too_wide("self_normalizing", JOINTLY),),
    ),
    _widened_claim("shrinking", "The variance shrinks on the domain of theorem 2"),
    _widened_claim("growing", "The variance grows on the first domain of theorem 3"),
    _widened_claim("growing_wider", "The variance grows on the second domain of theorem 3"),
    Claim(
        id="self_normalization.variance_shrinks_without_end",
        statement=(
            "For mu in [-1, 1], omega in [-0.1, 0.1] the variance shrinks for every nu >= 3 and"
            " every tau in (0, 1.25]."
        ),
        latex=r"\tilde\nu < \nu \quad (\nu \ge 3,\; 0 < \tau \le 1.25)",
        assumptions=LAYER,
        proof=shrinks_for_any_more,
        source="bounds for large and for small variances, boxes between",
        neighbours=(
            Neighbour(
                "It shrinks for every tau up to 1.32.",
                lambda: list(variance_shrinks(_with_squares(SHRINKING, "0.8", "1.32"))),
            ),
        ),
    ),
    Claim(
        id="self_normalization.variance_grows_without_end",
        statement=(
            "For mu, omega in [-0.1, 0.1] the variance grows for nu in [0.02, 0.16] and every"
            " tau >= 0.8, and for nu in [0.02, 0.24] and every tau >= 0.9."
        ),
        latex=r"\tilde\nu > \nu \quad (\tau \ge 0.8 \text{ or } 0.9)",
        assumptions=LAYER,
        proof=_grows_without_end,
        source="Var selu(Z) >= lambda^2*Var Z_+ for large variances, boxes below",
        neighbours=(
            Neighbour(
                "For nu in [0.02, 0.24] it does so for every tau >= 0.7.",
                lambda: list(variance_grows(_with_squares(GROWING_WIDER, "0.7", "1.25"))),
            ),
        ),
    ),
)
