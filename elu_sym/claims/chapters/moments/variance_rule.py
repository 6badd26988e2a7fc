"""The rule that sets the weight variance by E f^2: what it preserves, and from which inputs.

With weights of variance w/fan and no bias, a layer maps the pre-activation variance q to
w*E f(sqrt(q) Z)^2. The rule w = q0/E f(sqrt(q0) Z)^2 makes the design point q0 a fixed point.
"""

from collections.abc import Iterator

from sympy import Expr, S, Symbol, diff

from elu_sym.activations import Elu, EluDerivative
from elu_sym.book.formula import derivative_second_moment, second_moment
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Equality
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean
from elu_sym.symbols import alpha, mu, sigma, x

DESIGN = Symbol("sigma_0", positive=True)
"""The standard deviation that the rule is made for."""

ELU, DERIVATIVE = Elu(x, alpha), EluDerivative(x, alpha)


def square() -> Expr:
    """E f(sigma Z)^2, as a function of sigma = sqrt(q)."""
    return second_moment.closed_form.subs(mu, 0)


def slope_square() -> Expr:
    """E f'(sigma Z)^2."""
    return derivative_second_moment.closed_form.subs(mu, 0)


def share_decreases(factor: Expr = S.One) -> PositiveGaussianMean:
    """E f^2/q decreases: its derivative in q, times -2*q^2, is E[2*f(X)*(f(X) - X*f'(X))].

    A factor of the first term, below 1, makes it a claim on a faster decrease.
    """
    return PositiveGaussianMean(
        2 * factor * square() - sigma * diff(square(), sigma),
        2 * ELU * (factor * ELU - x * DERIVATIVE),
        S.Zero,
    )


def variance_map(deviation: Expr) -> Expr:
    """What the rule for the design point q0 = deviation^2 makes of q = sigma^2."""
    return deviation**2 / square().subs(sigma, deviation) * square()


def stable() -> Iterator[Assertion]:
    """The map gives q0 back, with the slope sigma*m'/(2*m), and 0 < sigma*m' < 2*m everywhere."""
    mapped = variance_map(DESIGN)
    yield GaussianMean(ELU**2, square(), S.Zero)
    yield Equality(mapped, DESIGN**2, at=((sigma, DESIGN),))
    slope = (sigma * diff(square(), sigma) / (2 * square())).subs(sigma, DESIGN)
    yield Equality(diff(mapped, sigma).subs(sigma, DESIGN) / (2 * DESIGN), slope)
    yield PositiveGaussianMean(sigma * diff(square(), sigma) / 2, x * ELU * DERIVATIVE, S.Zero)
    yield share_decreases()


CLAIMS = (
    Claim(
        "moments.rule_stable",
        "The variance map increases with q, and less than in proportion, for every alpha:"
        " at the design point, its only fixed point, its slope lies strictly between 0 and 1, and"
        " from every other variance the layers approach that point from one side.",
        stable,
        "0 < x*f'(x) < f(x) in size for x < 0",
        latex=r"0 < \frac{q \frac{d}{dq} \mathbb{E} f(\sqrt q Z)^2}{\mathbb{E} f(\sqrt q Z)^2} < 1",
        assumptions=(alpha, sigma, "mean-field limit"),
        conclusion="where q*m'(q) < m(q), m(q)/q falls, so that the map has one fixed point; an"
        " increasing map that lies between a point and that one tends to it from its"
        " side",
        neighbours={
            "The rule keeps every variance.": lambda: Equality(variance_map(S.One), sigma**2),
            "It keeps every variance at alpha = 1.": lambda: Equality(
                variance_map(S.One).subs(alpha, 1), sigma**2
            ),
            "The slope is less than 0.99 everywhere.": lambda: share_decreases(S(99) / 100),
            "The weights keep the design point with the 1/2 of ReLU in place of E f^2.": lambda: (
                Equality(2 * square(), sigma**2)
            ),
        },
    ),
)
