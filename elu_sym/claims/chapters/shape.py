"""The shape of ELU: its inverse, how steep it is, when it is convex, where it lies."""

from collections.abc import Iterator

from sympy import Rational, S, exp, log, oo

from elu_sym.activations import Elu, Relu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.conditions import ABOVE_ONE, AT_MOST_ONE, both_conditions
from elu_sym.claims.rules.elementary import Equality, Positive, Side
from elu_sym.claims.rules.function_shape import Convex, NeverConvex, Range
from elu_sym.claims.rules.laws import on_side
from elu_sym.claims.rules.limits_at_kink import LimitAtInfinity
from elu_sym.claims.rules.lipschitz import InverseFunction, LipschitzConstant
from elu_sym.claims.rules.sign_analysis import NonNegativeFromKink, PositiveFromKink
from elu_sym.symbols import alpha, excess, x, y

LOW, HIGH = Elu(x, AT_MOST_ONE), Elu(x, ABOVE_ONE)
"""ELU for alpha <= 1 and for alpha > 1."""

PERCENT = Rational(101, 100)
"""One per cent more."""

SHORTFALL = on_side(Relu(x) - Elu(x, alpha), Side.LEFT)
"""What ELU lacks to ReLU on the left."""


def inverse() -> Iterator[Assertion]:
    """One solution on either side, for y in the range."""
    yield Range(Elu(x, alpha), -alpha, oo)
    yield InverseFunction(Elu(x, alpha), log(1 + y / alpha), y)


def lipschitz() -> Iterator[Assertion]:
    """The slope 1 on the right rules for alpha <= 1, the slope alpha at 0- for alpha > 1."""
    yield from both_conditions()
    yield LipschitzConstant(LOW, S.One)
    yield LipschitzConstant(HIGH, ABOVE_ONE)


def one_lipschitz() -> Iterator[Assertion]:
    """It is steeper left of 0 if alpha > 1."""
    yield LipschitzConstant(Elu(x, alpha), S.One)


def convex_iff() -> Iterator[Assertion]:
    """The derivative jumps by 1 - alpha at 0, and increases elsewhere."""
    yield from both_conditions()
    yield Convex(LOW)
    yield NeverConvex(HIGH)


def convex() -> Iterator[Assertion]:
    """The jump is downwards if alpha > 1."""
    yield Convex(Elu(x, alpha))


def below_relu() -> Iterator[Assertion]:
    """Equal on the right and at 0; on the left ELU is negative."""
    yield Equality(Elu(S.Zero, alpha), Relu(S.Zero))
    yield Equality(Elu(x, alpha), Relu(x), Side.RIGHT)
    yield PositiveFromKink(SHORTFALL, Side.LEFT)


def distance_to_relu() -> Iterator[Assertion]:
    """Between 0 and alpha, which it approaches and does not reach."""
    yield Equality(Elu(S.Zero, alpha), Relu(S.Zero))
    yield Equality(Elu(x, alpha), Relu(x), Side.RIGHT)
    yield PositiveFromKink(SHORTFALL, Side.LEFT)
    yield PositiveFromKink(alpha - SHORTFALL, Side.LEFT)
    yield LimitAtInfinity(SHORTFALL, Side.LEFT, alpha)


def above_identity_iff() -> Iterator[Assertion]:
    """For alpha <= 1 everywhere; for alpha > 1 not at x = -h, where alpha = 1/(1 - h)."""
    yield from both_conditions()
    yield Equality(LOW, x, Side.RIGHT)
    yield Equality(LOW.subs(x, S.Zero), S.Zero)
    yield PositiveFromKink(on_side(LOW - x, Side.LEFT), Side.LEFT)
    yield Equality(ABOVE_ONE, (1 / (1 - x)).subs(x, excess / (1 + excess)))
    yield Positive(1 - excess / (1 + excess))
    # In what follows x stands for h, which lies between 0 and 1.
    excess_of_line = -x - Elu(-x, 1 / (1 - x))
    gap = 1 - exp(-x) - x * (1 - x)
    yield Equality((1 - x) * excess_of_line, gap, Side.RIGHT)
    yield PositiveFromKink(gap, Side.RIGHT)


def above_identity() -> Iterator[Assertion]:
    """Left of 0 and close to it ELU lies below the identity if alpha > 1."""
    yield NonNegativeFromKink(on_side(Elu(x, alpha) - x, Side.LEFT), Side.LEFT)


def decreasing_in_alpha() -> Iterator[Assertion]:
    """For alpha < beta, with beta = alpha + t."""
    larger = Elu(x, alpha + excess)
    yield Equality(larger.subs(x, S.Zero), Elu(S.Zero, alpha))
    yield Equality(larger, Elu(x, alpha), Side.RIGHT)
    yield PositiveFromKink(on_side(Elu(x, alpha) - larger, Side.LEFT), Side.LEFT)


CLAIMS = (
    Claim(
        id="shape.inverse",
        statement=(
            "ELU is injective, and its inverse is y for y >= 0 and log(1 + y/alpha) for"
            " -alpha < y < 0."
        ),
        latex=r"f^{-1}(y) = \log(1 + y/\alpha) \;(y < 0)",
        assumptions=(x, alpha),
        proof=inverse,
        source="Clevert, Unterthiner, Hochreiter 2016, equation 15, solved",
        neighbours=(
            Neighbour(
                "The inverse below 0 is log(1 + y).",
                lambda: [InverseFunction(Elu(x, alpha), log(1 + y), y)],
            ),
            Neighbour(
                "The inverse above 0 is 1.01*y.",
                lambda: [InverseFunction(Elu(x, alpha), log(1 + y / alpha), y * PERCENT)],
            ),
        ),
    ),
    Claim(
        id="shape.lipschitz",
        statement="The least Lipschitz constant of ELU is max(1, alpha).",
        latex=r"\sup_{x \ne y} \left|\frac{f(x) - f(y)}{x - y}\right| = \max(1, \alpha)",
        assumptions=(x, alpha),
        proof=lipschitz,
        source="the one-sided derivatives at 0",
        neighbours=(
            Neighbour(
                "For alpha <= 1 the least Lipschitz constant is alpha.",
                lambda: [LipschitzConstant(LOW, AT_MOST_ONE)],
            ),
            Neighbour(
                "For alpha > 1 the least Lipschitz constant is 1.01*alpha.",
                lambda: [LipschitzConstant(HIGH, ABOVE_ONE * PERCENT)],
            ),
        ),
    ),
    Claim(
        id="shape.one_lipschitz",
        statement="ELU is 1-Lipschitz, and no less, for every alpha > 0.",
        assumptions=(x, alpha),
        proof=one_lipschitz,
        source="said of ELU at alpha = 1 and repeated without the condition",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "ELU is alpha-Lipschitz for every alpha > 0.",
                lambda: [LipschitzConstant(Elu(x, alpha), alpha)],
            ),
        ),
    ),
    Claim(
        id="shape.convex_iff",
        statement="ELU is convex if and only if alpha <= 1.",
        latex=r"f \text{ convex} \iff \alpha \le 1",
        assumptions=(x, alpha),
        proof=convex_iff,
        source="the jump 1 - alpha of the derivative at 0",
        neighbours=(
            Neighbour(
                "ELU is convex if and only if alpha <= 1.01.",
                lambda: [Convex(Elu(x, PERCENT * AT_MOST_ONE))],
            ),
            Neighbour("ELU is convex for no alpha.", lambda: [NeverConvex(Elu(x, alpha))]),
        ),
    ),
    Claim(
        id="shape.convex",
        statement="ELU is convex for every alpha > 0.",
        assumptions=(x, alpha),
        proof=convex,
        source="said of ELU at alpha = 1 and repeated without the condition",
        expected=Verdict.REFUTED,
        neighbours=(Neighbour("ELU is convex for every alpha > 1.", lambda: [Convex(HIGH)]),),
    ),
    Claim(
        id="shape.below_relu",
        statement="ELU is at most ReLU, with equality exactly for x >= 0.",
        latex=r"f(x) \le x_+,\quad = \iff x \ge 0",
        assumptions=(x, alpha),
        proof=below_relu,
        source="the definition",
        neighbours=(
            Neighbour(
                "ELU is above ReLU for x < 0.",
                lambda: [PositiveFromKink(-SHORTFALL, Side.LEFT)],
            ),
        ),
    ),
    Claim(
        id="shape.distance_to_relu",
        statement=(
            "ReLU exceeds ELU by less than alpha, and by no less in the limit: the distance in the"
            " supremum norm is alpha, and is not attained."
        ),
        latex=r"0 \le x_+ - f(x) < \alpha,\quad \sup_x (x_+ - f(x)) = \alpha",
        assumptions=(x, alpha),
        proof=distance_to_relu,
        source="the floor of ELU",
        neighbours=(
            Neighbour(
                "The distance is less than 0.99*alpha.",
                lambda: [PositiveFromKink(alpha * (2 - PERCENT) - SHORTFALL, Side.LEFT)],
            ),
            Neighbour(
                "The distance tends to 1.01*alpha.",
                lambda: [LimitAtInfinity(SHORTFALL, Side.LEFT, alpha * PERCENT)],
            ),
        ),
    ),
    Claim(
        id="shape.above_identity_iff",
        statement=(
            "ELU lies nowhere below the identity if and only if alpha <= 1; for alpha > 1 it does"
            " at x = -h, h = 1 - 1/alpha, so that the chord from -h to h runs below f(0)."
        ),
        latex=r"f(x) \ge x \;\forall x \iff \alpha \le 1",
        assumptions=(x, alpha),
        proof=above_identity_iff,
        source="the slope alpha left of 0; why ELU is not convex for alpha > 1",
        neighbours=(
            Neighbour(
                "ELU lies above the identity for x < 0 if alpha <= 1.01.",
                lambda: [
                    PositiveFromKink(
                        on_side(Elu(x, PERCENT * AT_MOST_ONE) - x, Side.LEFT), Side.LEFT
                    )
                ],
            ),
            Neighbour(
                "ELU lies below the identity for x < 0 if alpha > 1.",
                lambda: [PositiveFromKink(on_side(x - HIGH, Side.LEFT), Side.LEFT)],
            ),
        ),
    ),
    Claim(
        id="shape.above_identity",
        statement="ELU lies nowhere below the identity, for every alpha > 0.",
        assumptions=(x, alpha),
        proof=above_identity,
        source="said of ELU at alpha = 1 and repeated without the condition",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "ELU lies nowhere above the identity for x < 0.",
                lambda: [NonNegativeFromKink(on_side(x - Elu(x, alpha), Side.LEFT), Side.LEFT)],
            ),
        ),
    ),
    Claim(
        id="shape.decreasing_in_alpha",
        statement="At every x < 0 ELU decreases strictly as alpha grows, and at x >= 0 not at all.",
        latex=r"\alpha < \beta,\; x < 0 \implies f(x; \beta) < f(x; \alpha)",
        assumptions=(x, alpha, excess),
        proof=decreasing_in_alpha,
        source="Clevert, Unterthiner, Hochreiter 2016, section 3",
        neighbours=(
            Neighbour(
                "At x < 0 ELU increases with alpha.",
                lambda: [
                    PositiveFromKink(
                        on_side(Elu(x, alpha + excess) - Elu(x, alpha), Side.LEFT), Side.LEFT
                    )
                ],
            ),
        ),
    ),
)
