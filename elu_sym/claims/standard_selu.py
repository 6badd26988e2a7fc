"""The parameters of the standard SELU, by what they are for, as defined numbers of the language."""

from sympy import Max, Piecewise, S, Symbol, exp, sqrt

from elu_sym.activations import Elu
from elu_sym.claims.formulas import Defined, Expectation, term
from elu_sym.claims.kernel.language import define
from elu_sym.symbols import x

SELU_ALPHA, SELU_SCALE = (Defined(Symbol(name)) for name in ("selu_alpha", "selu_scale"))
"""The alpha that makes the mean of ELU 0 at N(0, 1), and the scale of second moment 1."""

_LOSS = Piecewise((1 - exp(x), x < 0), (0, True))

define(
    "selu_alpha",
    (),
    term(Expectation(Max(x, 0), x, S.Zero, S.One) / Expectation(_LOSS, x, S.Zero, S.One)),
)
define("selu_scale", (), term(1 / sqrt(Expectation(Elu(x, SELU_ALPHA) ** 2, x, S.Zero, S.One))))
