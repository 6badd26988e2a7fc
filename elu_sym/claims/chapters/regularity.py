"""How regular ELU is: continuous, its corner, monotone, its range."""

from functools import partial

from sympy import S, oo

from elu_sym.activations import Celu, Elu
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Side
from elu_sym.claims.rules.function_shape import Range, StrictlyMonotone
from elu_sym.claims.rules.kink import Jump, NeverSmooth, OneSidedDerivative, Smooth, SmoothOnlyAt
from elu_sym.symbols import alpha, x

ELU, CELU = Elu(x, alpha), Celu(x, alpha)

claim = partial(Claim, assumptions=(x, alpha))

CLAIMS = (
    claim(
        "regularity.continuous",
        "ELU is continuous for every alpha > 0.",
        # Both pieces tend to the value at 0.
        Smooth(ELU, 0),
        "Clevert, Unterthiner, Hochreiter 2016, equation 15",
        latex=r"f \in C^0(\mathbb{R})",
        neighbours={"It is C^1 for every alpha.": Smooth(ELU, 1)},
    ),
    claim(
        "regularity.derivative_jump",
        "At 0 the derivative of ELU jumps by 1 - alpha, from alpha to 1.",
        # The difference of the one-sided derivatives at 0.
        Jump(ELU, 1 - alpha),
        "Clevert, Unterthiner, Hochreiter 2016, equation 15",
        latex=r"f'(0^+) - f'(0^-) = 1 - \alpha",
        neighbours={
            "The jump is alpha - 1.": Jump(ELU, alpha - 1),
            "The derivative at 0 from the left is 1.": OneSidedDerivative(ELU, Side.LEFT, S.One),
        },
    ),
    claim(
        "regularity.c1_iff_alpha_1",
        "ELU is continuously differentiable if and only if alpha = 1.",
        # The corner vanishes at alpha = 1 and nowhere else.
        SmoothOnlyAt(ELU, 1, alpha, S.One),
        "Barron 2017",
        latex=r"f \in C^1(\mathbb{R}) \iff \alpha = 1",
        neighbours={
            "If and only if alpha = 1.01.": SmoothOnlyAt(ELU, 1, alpha, S(101) / 100),
            "CELU is C^1 only at alpha = 1.": SmoothOnlyAt(CELU, 1, alpha, S.One),
        },
    ),
    claim(
        "regularity.never_c2",
        "ELU is twice continuously differentiable for no alpha > 0.",
        # The second derivative has other limits from the left and from the right.
        NeverSmooth(ELU, 2),
        "Barron 2017, sharpened",
        latex=r"f \notin C^2(\mathbb{R})",
        neighbours={
            "It is C^1 for no alpha.": NeverSmooth(ELU, 1),
            "It is C^2 at alpha = 1.": Smooth(Elu(x, S.One), 2),
        },
    ),
    claim(
        "regularity.monotone",
        "ELU is strictly increasing for every alpha > 0.",
        # The derivative is positive on either side.
        StrictlyMonotone(ELU),
        "Clevert, Unterthiner, Hochreiter 2016, section 3",
        latex=r"x < y \implies f(x) < f(y)",
        neighbours={"It is strictly decreasing.": StrictlyMonotone(ELU, increasing=False)},
    ),
    claim(
        "regularity.range",
        "ELU maps the real line onto (-alpha, oo): its limits are -alpha and oo, and it"
        " takes every value between them and no other.",
        # The limits at both ends, and nothing left out between them.
        Range(ELU, -alpha, oo),
        "Clevert, Unterthiner, Hochreiter 2016, section 3",
        latex=r"f(\mathbb{R}) = (-\alpha, \infty)",
        neighbours={
            "The range is (-1, oo) for every alpha.": Range(ELU, S.NegativeOne, oo),
            "The range is (-alpha, alpha).": Range(ELU, -alpha, alpha),
        },
    ),
)
