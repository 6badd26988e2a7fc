"""The derivative of ELU: its sign, and how the value of ELU gives it."""

from sympy import Derivative, Expr, Piecewise, S

from elu_sym.activations import Elu, EluDerivative, Relu
from elu_sym.claims.analysis import growth
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import both, either, equal, exists, for_all, less, limit
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import auto, have, intro, last_either, parts, witness
from elu_sym.symbols import alpha, slope, x

ELU = Elu(x, alpha)
DERIVATIVE = Derivative(ELU, x)
OFF_KINK = either(less(x, 0), less(0, x))
ON_EITHER_SIDE = intro(last_either(have(less(ELU, 0), auto(), auto()), auto()))


def positive(function: Expr) -> Formula:
    """The derivative is positive off the kink."""
    return for_all(x, implies(OFF_KINK, less(0, Derivative(function, x))))


def one_sided(side: str) -> Formula:
    """There is a derivative at 0 from one side, and it is positive."""
    quotient = (ELU - Elu(0, alpha)) / x
    return exists(slope, limit(quotient, x, 0, slope, side))


def positive_everywhere() -> Statement:
    """The derivative at 0 is that of the piece on the side."""
    sides = (EluDerivative.left, EluDerivative.right)
    at_zero = (witness(side(S.Zero, alpha), parts(auto(), growth())) for side in sides)
    formula = for_all(alpha, both(positive(ELU), one_sided("-"), one_sided("+")))
    return Statement(formula, intro(parts(ON_EITHER_SIDE, *at_zero)))


def from_value(below: Expr, above: Expr) -> Formula:
    """The derivative and the sign of the value on either side, hence the one by the other."""
    left = implies(less(x, 0), both(equal(DERIVATIVE, below), less(ELU, 0)))
    right = implies(less(0, x), both(equal(DERIVATIVE, above), less(0, ELU)))
    backward = implies(OFF_KINK, equal(DERIVATIVE, Piecewise((below, ELU < 0), (above, True))))
    return for_all(alpha, x, both(left, right, backward))


CLAIMS = (
    Claim(
        "derivative.positive",
        "The derivative of ELU is positive everywhere for every alpha > 0; at 0, where it"
        " may jump, both one-sided derivatives are.",
        positive_everywhere,
        "Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={
            "It is less than 1 for x < 0.": refuted(
                for_all(alpha, x, implies(less(x, 0), less(DERIVATIVE, 1)))
            ),
            "That of ReLU is positive everywhere.": refuted(positive(Relu(x))),
        },
    ),
    Claim(
        "derivative.self_expression",
        "The derivative of ELU is ELU plus alpha for x < 0 and 1 for x > 0, so that the backward"
        " pass needs the output alone, whose sign is that of x.",
        # On the left the exponential is its own derivative.
        Statement(from_value(ELU + alpha, 1), intro(parts(auto(), auto(), ON_EITHER_SIDE))),
        "Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={
            "It is ELU minus alpha.": refuted(from_value(ELU - alpha, 1)),
            "It is ELU plus 1 for x < 0, whatever alpha.": refuted(from_value(ELU + 1, 1)),
            "It is ELU plus alpha for x > 0 too.": refuted(from_value(ELU + alpha, ELU + alpha)),
        },
    ),
)
