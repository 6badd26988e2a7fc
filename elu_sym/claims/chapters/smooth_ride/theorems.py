"""The smooth ride: what a continuous derivative buys, as far as there are theorems.

What gradient descent makes of it is measured, in ``residual`` and ``networks``.
"""

from collections.abc import Iterator

from sympy import Expr, Heaviside, Interval, S, exp, oo

from elu_sym.activations import Celu, Elu, EluDerivative, Relu
from elu_sym.book.formula import mean
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.calculus import DerivativeOf, NonNegativeFromKink
from elu_sym.claims.rules.elementary import ABOVE_ONE, Equality, NonNegative, RunsThrough, Side
from elu_sym.claims.rules.function_shape import LipschitzConstant
from elu_sym.claims.rules.kink import Smooth
from elu_sym.claims.rules.losses import ComposedJump, ComposedSmoothness, SecondDerivative
from elu_sym.symbols import alpha, excess, smoothness, steepness, x, y

SLOPE, CELU_SLOPE = EluDerivative(x, S.One), Celu(x, alpha).diff(x)

REGULAR = alpha * exp(x) * Heaviside(-x)
"""The second derivative off the kink."""

BELOW_ONE = 1 / (1 + excess)
"""Runs through (0, 1)."""


def atom(weight: Expr) -> SecondDerivative:
    """That ELU'' has an atom of this weight, tested with every normal density."""
    return SecondDerivative(Elu(x, alpha), mean.closed_form, REGULAR, weight)


def composed(constant: Expr) -> ComposedSmoothness:
    """The smoothness of l(ELU(x)), from the Lipschitz constants of ELU and ELU', which are 1."""
    return ComposedSmoothness(Elu(x, S.One), S.One, S.One, constant)


def composed_with_kinks() -> Iterator[Assertion]:
    """The jump of ReLU' is 1, that of ELU' positive for alpha < 1 and negative for alpha > 1."""
    yield ComposedJump(Relu(x), steepness, steepness)
    for value, interval in ((BELOW_ONE, Interval.open(0, 1)), (ABOVE_ONE, Interval.open(1, oo))):
        yield RunsThrough(value, excess, interval)
        yield ComposedJump(Elu(x, value), steepness, steepness * (1 - value))


def huber(target: Expr, bound: Expr) -> Iterator[Assertion]:
    """A loss of ELU(x) is smooth with a constant: l'(y) = clip(y - target, -G, G), G = -target.

    The Huber loss has abs(l') <= G by construction and is 1-smooth, because y - target has the
    slope 1 and what it is clipped to has the slope 0. Both ends of the clip, y = 2*target and
    y = 0, lie outside of the values that ELU has for x < 0, if the target is at most -1/2. There
    the loss is (y - target)^2/2.
    """
    slope = y - target
    yield DerivativeOf(x - target, S.One)
    yield Equality(slope, -target, at=((y, S.Zero),))
    yield Equality(slope, target, at=((y, 2 * target),))
    value = Elu.left(x, S.One)
    yield NonNegativeFromKink(-value, Side.LEFT)
    yield NonNegative(value - 2 * target, Side.LEFT)
    yield NonNegative(bound - ((value - target) ** 2 / 2).diff(x, 2), Side.LEFT)


CLAIMS = (
    Claim(
        "smooth_ride.derivative_lipschitz",
        "At alpha = 1 the derivative of ELU is Lipschitz, with 1 as its least constant.",
        # ELU has a derivative at 0, and this one.
        [Smooth(Elu(x, S.One), 1), LipschitzConstant(SLOPE, S.One)],
        "Clevert, Unterthiner, Hochreiter 2016; f is C^{1,1} and not C^2",
        latex=r"\left|f'(x) - f'(y)\right| \le |x - y|",
        assumptions=(x,),
        neighbours={"With the constant 0.99.": LipschitzConstant(SLOPE, S(99) / 100)},
    ),
    Claim(
        "smooth_ride.celu_derivative_lipschitz",
        "The derivative of CELU is Lipschitz for every alpha > 0, with 1/alpha as its"
        " least constant: the smaller alpha, the closer it is to a kink.",
        LipschitzConstant(CELU_SLOPE, 1 / alpha),
        "Barron 2017",
        latex=r"\sup_{x \ne y} \left|\frac{f'(x) - f'(y)}{x - y}\right| = \frac{1}{\alpha}",
        assumptions=(x, alpha),
        neighbours={"With the constant 1 for every alpha.": LipschitzConstant(CELU_SLOPE, S.One)},
    ),
    Claim(
        "smooth_ride.atom",
        "In the sense of distributions f'' is alpha*exp(x) for x < 0, 0 for x > 0, and an"
        " atom of weight 1 - alpha at 0.",
        lambda: atom(1 - alpha),
        "the jump of f'",
        latex=r"f'' = \alpha e^x \mathbf{1}_{x < 0} + (1 - \alpha)\, \delta_0",
        assumptions=(x, alpha),
        neighbours={
            "Without an atom.": lambda: atom(S.Zero),
            "With the weight alpha - 1.": lambda: atom(alpha - 1),
        },
    ),
    Claim(
        "smooth_ride.composed_loss",
        "If the outer loss has abs(l') <= G and is beta-smooth, then l(ELU(x)) at"
        " alpha = 1 is (beta + G)-smooth, and there are losses for which it is not less.",
        composed(smoothness + steepness),
        "Nesterov 2004, section 1.2.2, for the notion",
        latex=r"|l'| \le G,\; |l''| \le \beta \implies |(l \circ f)''| \le \beta + G",
        assumptions=(x, smoothness, steepness, "alpha = 1"),
        neighbours={"With 0.99*(beta + G).": composed((smoothness + steepness) * S(99) / 100)},
    ),
    Claim(
        "smooth_ride.composed_with_a_kink",
        "If l'(0) is not 0, then l(ReLU(x)) is smooth with no constant, and neither is"
        " l(ELU(x)) for alpha != 1: the derivative jumps at 0.",
        composed_with_kinks,
        "the jump of the derivative",
        latex=r"l'(0) \ne 0 \implies (l \circ \operatorname{ReLU})'(0^+) \ne (l \circ"
        r" \operatorname{ReLU})'(0^-)",
        assumptions=(
            *(x, steepness, excess, "alpha = 1/(1 + t) or 1 + t"),
            "l is C^1, l'(0) = G; its sign does not matter",
        ),
        conclusion="a derivative that jumps is Lipschitz with no constant; for l'(0) < 0 take -l",
        neighbours={
            "Nor at any alpha.": ComposedJump(Elu(x, alpha), steepness, steepness * (1 - alpha))
        },
    ),
    Claim(
        "smooth_ride.same_smoothness",
        "If the outer loss has abs(l') <= G and is beta-smooth, then l(ELU(x)) at"
        " alpha = 1 is beta-smooth again.",
        # With the target -1, the floor, G = beta = 1, and the composition has beta 2.
        lambda: huber(-S.One, S.One),
        "the smooth ride, taken literally",
        latex=r"|l'| \le G,\; |l''| \le \beta \implies |(l \circ f)''| \le \beta",
        assumptions=(
            *(x, y, "abs(l') <= G", "alpha = 1"),
            "refuted with beta = 1 and l'(y) = clip(y + G, -G, G)",
        ),
        expected=Verdict.REFUTED,
        neighbours={"It is 2*beta-smooth again.": lambda: huber(S(-3), S(2))},
    ),
)
