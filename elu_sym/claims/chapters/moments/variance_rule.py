"""The rule that sets the weight variance by E f^2: what it preserves, and from which inputs.

With weights of variance w/fan and no bias, a layer maps the pre-activation variance q to
w*E f(sqrt(q) Z)^2. The rule w = q0/E f(sqrt(q0) Z)^2 makes the design point q0 a fixed point.
"""

from collections.abc import Iterator

from sympy import Expr, Rational, S, Symbol, diff

from elu_sym.activations import Elu, EluDerivative, Relu
from elu_sym.book.formula import derivative_second_moment, relu, second_moment
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.elementary import Equality, Positive
from elu_sym.claims.rules.gaussian_means import Between, GaussianMean, PositiveGaussianMean
from elu_sym.symbols import alpha, mu, sigma, x

DESIGN = Symbol("sigma_0", positive=True)
"""The standard deviation that the rule is made for."""

STANDARD = ((alpha, S.One), (sigma, S.One))

ELU, DERIVATIVE = Elu(x, alpha), EluDerivative(x, alpha)


def square() -> Expr:
    """E f(sigma Z)^2, as a function of sigma = sqrt(q)."""
    return second_moment.closed_form.subs(mu, 0)


def slope_square() -> Expr:
    """E f'(sigma Z)^2."""
    return derivative_second_moment.closed_form.subs(mu, 0)


def relu_square() -> Expr:
    """The same for ReLU."""
    return relu.second_moment.closed_form.subs(mu, 0)


def slope() -> Expr:
    """The slope of the variance map at its fixed point q = sigma^2."""
    return sigma * diff(square(), sigma) / (2 * square())


def share_decreases(factor: Expr = S.One) -> PositiveGaussianMean:
    """E f^2/q decreases: its derivative in q, times -2*q^2, is E[2*f(X)*(f(X) - X*f'(X))].

    A factor of the first term, below 1, makes it a claim on a faster decrease.
    """
    return PositiveGaussianMean(
        2 * factor * square() - sigma * diff(square(), sigma),
        2 * ELU * (factor * ELU - x * DERIVATIVE),
        S.Zero,
    )


def variance_map(deviation: Expr, moment: Expr) -> Expr:
    """What the rule for the design point q0 = deviation^2 makes of q = sigma^2."""
    return deviation**2 / moment.subs(sigma, deviation) * moment


def design_point() -> Iterator[Assertion]:
    """The second moment is the book's, and the map gives q0 back."""
    yield GaussianMean(ELU**2, square(), S.Zero)
    yield Equality(variance_map(DESIGN, square()).subs(sigma, DESIGN), DESIGN**2)


def every_input() -> Iterator[Assertion]:
    """At the design point 1, from any other variance."""
    yield Equality(variance_map(S.One, square()), sigma**2)


def relu_every_input() -> Iterator[Assertion]:
    """E ReLU^2 is proportional to q."""
    yield GaussianMean(Relu(x) ** 2, relu_square(), S.Zero)
    yield Equality(variance_map(DESIGN, relu_square()), sigma**2)


def only_fixed_point() -> Iterator[Assertion]:
    """E f^2/q decreases."""
    yield share_decreases()
    yield Equality(
        diff(square() / sigma**2, sigma) * sigma**3,
        sigma * diff(square(), sigma) - 2 * square(),
    )


def stable() -> Iterator[Assertion]:
    """The slope at the fixed point is sigma*m'/(2*m), with 0 < sigma*m' < 2*m."""
    yield Equality(
        diff(variance_map(DESIGN, square()), sigma).subs(sigma, DESIGN) / (2 * DESIGN),
        slope().subs(sigma, DESIGN),
    )
    yield PositiveGaussianMean(sigma * diff(square(), sigma) / 2, x * ELU * DERIVATIVE, S.Zero)
    yield share_decreases()


def slope_at_one() -> Iterator[Assertion]:
    """An enclosure."""
    yield Between(slope(), Rational(890, 1000), Rational(891, 1000), STANDARD)


CLAIMS = (
    Claim(
        id="moments.rule_design_point",
        statement=(
            "Weights of variance q0/(fan_in*E f(sqrt(q0) Z)^2) keep the pre-activation variance at"
            " the design point: q0 is a fixed point of the variance map, for every q0 and alpha."
        ),
        latex=r"\frac{q_0}{\mathbb{E} f(\sqrt{q_0} Z)^2}\, \mathbb{E} f(\sqrt{q_0} Z)^2 = q_0",
        assumptions=(alpha, DESIGN, "mean-field limit"),
        proof=design_point,
        source="He, Zhang, Ren, Sun 2015, section 2.2, for ELU",
        neighbours=(
            Neighbour(
                "With the 1/2 of ReLU in place of E f^2.",
                lambda: [Equality(2 * square(), sigma**2)],
            ),
        ),
    ),
    Claim(
        id="moments.rule_every_input",
        statement="The rule for the design point 1 keeps every pre-activation variance.",
        assumptions=(alpha, sigma, "mean-field limit"),
        proof=every_input,
        source="true for ReLU and repeated for ELU",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "It keeps every variance at alpha = 1.",
                lambda: [Equality(variance_map(S.One, square()).subs(alpha, 1), sigma**2)],
            ),
        ),
    ),
    Claim(
        id="moments.rule_relu_every_input",
        statement=(
            "For ReLU the rule keeps every pre-activation variance, whatever its design point."
        ),
        latex=r"2\, \mathbb{E} (\sqrt{q} Z)_+^2 = q",
        assumptions=(sigma, "mean-field limit"),
        proof=relu_every_input,
        source="He, Zhang, Ren, Sun 2015, section 2.2",
        neighbours=(
            Neighbour(
                "With E ReLU^2 = 0.505*q.",
                lambda: [GaussianMean(Relu(x) ** 2, sigma**2 * S(101) / 200, S.Zero)],
            ),
        ),
    ),
    Claim(
        id="moments.rule_only_fixed_point",
        statement=(
            "For every alpha > 0 E f(sqrt(q) Z)^2/q decreases strictly with q, so the design point"
            " is the only fixed point of the variance map: smaller variances grow, larger ones"
            " shrink."
        ),
        latex=r"\frac{d}{dq} \frac{\mathbb{E} f(\sqrt{q} Z)^2}{q} < 0",
        assumptions=(alpha, sigma, "mean-field limit"),
        proof=only_fixed_point,
        source="(1 - e^{-r})/r decreases",
        neighbours=(
            Neighbour(
                "It increases with q.",
                lambda: [Positive(diff(square() / sigma**2, sigma))],
            ),
        ),
    ),
    Claim(
        id="moments.rule_stable",
        statement=(
            "The variance map increases with q, and less than in proportion, for every alpha: at"
            " the design point its slope lies strictly between 0 and 1, and from every other"
            " variance the layers approach that point from one side."
        ),
        latex=(
            r"0 < \frac{q\, \frac{d}{dq} \mathbb{E} f(\sqrt{q} Z)^2}{\mathbb{E} f(\sqrt{q}"
            r" Z)^2} < 1"
        ),
        assumptions=(alpha, sigma, "mean-field limit"),
        proof=stable,
        source="0 < x*f'(x) < f(x) in size for x < 0",
        neighbours=(
            Neighbour(
                "The slope is less than 0.99 everywhere.",
                lambda: [share_decreases(S(99) / 100)],
            ),
        ),
    ),
    Claim(
        id="moments.rule_slope",
        statement="At alpha = 1 and q0 = 1 that slope lies between 0.890 and 0.891.",
        latex=r"0.890 < \chi_q < 0.891",
        assumptions=(alpha, sigma),
        proof=slope_at_one,
        source="the derivative of the second moment",
        neighbours=(
            Neighbour(
                "It lies within half a per cent of a value 1 % larger.",
                lambda: [Between(slope(), Rational(8945, 10000), Rational(904, 1000), STANDARD)],
            ),
        ),
    ),
)
