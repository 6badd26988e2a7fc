"""How regular ELU is: continuous, its corner, monotone, its range."""

from sympy import S, oo

from elu_sym.activations import Celu, Elu
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Equality, Side
from elu_sym.claims.rules.function_shape import Range, StrictlyMonotone
from elu_sym.claims.rules.kink import Jump, NeverSmooth, OneSidedDerivative, Smooth, SmoothOnlyAt
from elu_sym.symbols import alpha, x

ELU, CELU = Elu(x, alpha), Celu(x, alpha)

CLAIMS = (
    Claim(
        id="regularity.continuous",
        statement="ELU is continuous for every alpha > 0.",
        latex=r"f \in C^0(\mathbb{R})",
        assumptions=(x, alpha),
        # Both pieces tend to the value at 0.
        proof=lambda: [Smooth(ELU, 0)],
        source="Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={"It is C^1 for every alpha.": lambda: Smooth(ELU, 1)},
    ),
    Claim(
        id="regularity.derivative_jump",
        statement="At 0 the derivative of ELU jumps by 1 - alpha, from alpha to 1.",
        latex=r"f'(0^+) - f'(0^-) = 1 - \alpha",
        assumptions=(x, alpha),
        # The one-sided derivatives at 0, and the weight of the atom of the second derivative.
        proof=lambda: [Jump(ELU, 1 - alpha), Equality(ELU.diff(x).jump(), 1 - alpha)],
        source="Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={
            "The jump is alpha - 1.": lambda: Jump(ELU, alpha - 1),
            "The derivative at 0 from the left is 1.": lambda: OneSidedDerivative(
                ELU, Side.LEFT, S.One
            ),
        },
    ),
    Claim(
        id="regularity.c1_iff_alpha_1",
        statement="ELU is continuously differentiable if and only if alpha = 1.",
        latex=r"f \in C^1(\mathbb{R}) \iff \alpha = 1",
        assumptions=(x, alpha),
        # The corner vanishes at alpha = 1 and nowhere else.
        proof=lambda: [SmoothOnlyAt(ELU, 1, alpha, S.One)],
        source="Barron 2017",
        neighbours={
            "If and only if alpha = 1.01.": lambda: SmoothOnlyAt(ELU, 1, alpha, S(101) / 100),
            "CELU is C^1 only at alpha = 1.": lambda: SmoothOnlyAt(CELU, 1, alpha, S.One),
        },
    ),
    Claim(
        id="regularity.never_c2",
        statement="ELU is twice continuously differentiable for no alpha > 0.",
        latex=r"f \notin C^2(\mathbb{R})",
        assumptions=(x, alpha),
        # The second derivative has other limits from the left and from the right.
        proof=lambda: [NeverSmooth(ELU, 2)],
        source="Barron 2017, sharpened",
        neighbours={
            "It is C^1 for no alpha.": lambda: NeverSmooth(ELU, 1),
            "It is C^2 at alpha = 1.": lambda: Smooth(Elu(x, S.One), 2),
        },
    ),
    Claim(
        id="regularity.monotone",
        statement="ELU is strictly increasing for every alpha > 0.",
        latex=r"x < y \implies f(x) < f(y)",
        assumptions=(x, alpha),
        # The derivative is positive on either side.
        proof=lambda: [StrictlyMonotone(ELU)],
        source="Clevert, Unterthiner, Hochreiter 2016, section 3",
        neighbours={"It is strictly decreasing.": lambda: StrictlyMonotone(ELU, increasing=False)},
    ),
    Claim(
        id="regularity.range",
        statement="ELU maps the real line onto (-alpha, oo): its limits are -alpha and oo, and it"
        " takes every value between them and no other.",
        latex=r"f(\mathbb{R}) = (-\alpha, \infty)",
        assumptions=(x, alpha),
        # The limits at both ends, and nothing left out between them.
        proof=lambda: [Range(ELU, -alpha, oo)],
        source="Clevert, Unterthiner, Hochreiter 2016, section 3",
        neighbours={
            "The range is (-1, oo) for every alpha.": lambda: Range(ELU, S.NegativeOne, oo),
            "The range is (-alpha, alpha).": lambda: Range(ELU, -alpha, alpha),
        },
    ),
)
