"""How the wishes for an activation function lead to ELU, and one wish more to CELU."""

from collections.abc import Iterator

from sympy import Expr, S, diff, exp

from elu_sym.activations import Celu, Elu, KinkedFunction
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.calculus import DerivativeOf, LimitAtInfinity, LimitAtKink
from elu_sym.claims.rules.elementary import Equality, Side, UniqueSolution
from elu_sym.claims.rules.function_shape import CoincideOnlyAt, WishesDetermine
from elu_sym.claims.rules.kink import OneSidedDerivative, Smooth, value_at_kink
from elu_sym.symbols import alpha, amplitude, offset, rate, x

ELU, CELU = Elu(x, alpha), Celu(x, alpha)


class ClippedIdentity(KinkedFunction):
    """max(x, -alpha) with its kink moved to 0: the argument is ``x + alpha``."""

    nargs = 2
    symbol = r"\operatorname{clip}"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        """The floor."""
        return -alpha

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        """The identity."""
        return x - alpha


class TwoRates(KinkedFunction):
    """The mean of two exponentials, of rates 1/2 and 3/2 over alpha, joined to the identity."""

    nargs = 2
    symbol = r"\operatorname{two}"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        """The saturating piece, whose slope at 0 is 1."""
        return alpha * ((exp(x / (2 * alpha)) + exp(3 * x / (2 * alpha))) / 2 - 1)

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        """The identity."""
        return x


def unique() -> Iterator[Assertion]:
    """The wishes determine the ansatz up to its rate, and the rate decides how smooth it is."""
    ansatz = offset + amplitude * exp(rate * x)
    at_zero, floor = offset + amplitude, -alpha

    # The wishes: identity on the right, the value 0 at 0, the floor -alpha. They fix p and q.
    yield Equality(ELU, x, Side.RIGHT)
    yield LimitAtInfinity(ansatz, Side.LEFT, offset)
    yield LimitAtKink(ansatz, Side.LEFT, at_zero)
    wishes = (offset - floor, at_zero - value_at_kink(ELU, Side.RIGHT))
    yield UniqueSolution(wishes, (offset, amplitude), (-alpha, alpha))
    family = ansatz.xreplace({offset: -alpha, amplitude: alpha})

    # ELU is the member of rate 1.
    yield Equality(family.xreplace({rate: S.One}), ELU, Side.LEFT)

    # A joint without a corner fixes the rate as well, and that member is CELU.
    slope = diff(family, x)
    yield DerivativeOf(family, slope)
    yield LimitAtKink(slope, Side.LEFT, alpha * rate)
    yield OneSidedDerivative(ELU, Side.RIGHT, S.One)
    corner = alpha * rate - value_at_kink(ELU, Side.RIGHT, order=1)
    yield UniqueSolution((corner,), (rate,), (1 / alpha,))
    yield Equality(family.xreplace({rate: 1 / alpha}), CELU, Side.LEFT)
    yield Equality(CELU, x, Side.RIGHT)
    yield Smooth(CELU, 1)

    # The two members are the same function for one alpha only.
    yield CoincideOnlyAt(ELU, CELU, alpha, S.One)


WISHES = ((offset + alpha, offset + amplitude), (offset, amplitude))

CLAIMS = (
    Claim(
        "construction.unique",
        "Among the functions p + q*exp(k*x), k > 0, for x < 0, joined to the identity,"
        " the value 0 at 0 and the floor -alpha force p = -alpha and q = alpha, which is ELU at k ="
        " 1; a C^1 joint then forces k = 1/alpha, which is CELU; and the two are the same only at"
        " alpha = 1.",
        unique,
        "Clevert, Unterthiner, Hochreiter 2016, section 3; Barron 2017",
        latex=r"p + q e^{kx} \to -\alpha \;(x \to -\infty),\; p + q = 0"
        r" \iff p = -\alpha,\; q = \alpha; \quad C^1 \iff k = 1/\alpha",
        assumptions=(x, alpha, offset, amplitude, rate),
        conclusion="the limits of the ansatz turn the wishes into the two linear equations, and a"
        " joint without a corner into the third",
        neighbours={
            "The wishes force p = alpha.": UniqueSolution(*WISHES, (alpha, -alpha)),
            "A C^1 joint forces k = alpha.": UniqueSolution((alpha * rate - 1,), (rate,), (alpha,)),
            "ELU is CELU only at alpha = 2.": CoincideOnlyAt(ELU, CELU, alpha, S(2)),
        },
    ),
    Claim(
        "construction.wishes_determine_elu",
        "Without the ansatz, the wishes (identity for x > 0, continuous, falling to the"
        " floor -alpha at -oo) determine ELU.",
        # The clipped identity has all of them.
        WishesDetermine(ELU, ClippedIdentity(x, alpha), kink=-alpha),
        "Clevert, Unterthiner, Hochreiter 2016, section 3, read as a derivation",
        assumptions=(x, alpha),
        expected=Verdict.REFUTED,
        neighbours={
            "Strictly increasing as a further wish makes them determine ELU.": WishesDetermine(
                ELU, CELU, increasing=True
            )
        },
    ),
    Claim(
        "construction.smooth_wishes_determine_celu",
        "Without the ansatz, the same wishes with C^1 and strictly increasing determine CELU.",
        # Two rates whose mean is that of CELU have all of them.
        WishesDetermine(CELU, TwoRates(x, alpha), order=1, increasing=True),
        "Barron 2017, read as a derivation",
        assumptions=(x, alpha),
        expected=Verdict.REFUTED,
        neighbours={
            "With strictly increasing, but only continuous, they determine CELU.": WishesDetermine(
                CELU, ELU, increasing=True
            )
        },
    ),
)
