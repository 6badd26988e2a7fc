"""Closed forms as they stand in books and papers, written by hand: oracles for the certificates."""

from sympy import Expr, exp

from elu_sym.activations import Celu, Elu, LeakyRelu, Relu
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.symbols import alpha, mu, sigma, slope, x

t = mu / sigma


def above(b: Expr) -> Expr:
    """P(X > b)."""
    return NormalCdf((mu - b) / sigma)


def density(b: Expr) -> Expr:
    """The density of X at b."""
    return NormalPdf((mu - b) / sigma) / sigma


def excess(b: Expr) -> Expr:
    """E (X - b)_+, the Bachelier formula."""
    return (mu - b) * above(b) + sigma**2 * density(b)


def below_zero(rate: Expr) -> Expr:
    """E[e^{rate X}; X < 0]."""
    return exp(rate * mu + rate**2 * sigma**2 / 2) * NormalCdf(-t - rate * sigma)


ELU = Elu(x, alpha)
MEAN = mu * NormalCdf(t) + sigma * NormalPdf(t) + alpha * (below_zero(1) - below_zero(0))
SECOND_MOMENT = (
    (mu**2 + sigma**2) * NormalCdf(t)
    + mu * sigma * NormalPdf(t)
    + alpha**2 * (below_zero(2) - 2 * below_zero(1) + below_zero(0))
)
VARIANCE = SECOND_MOMENT - MEAN**2
DERIVATIVE_MEAN = NormalCdf(t) + alpha * below_zero(1)
CURVATURE_MEAN = alpha * below_zero(1) + (1 - alpha) * density(0)
WEIGHTED_MEAN = mu * MEAN + sigma**2 * DERIVATIVE_MEAN
ABSOLUTE_MEAN = mu * NormalCdf(t) + sigma * NormalPdf(t) + alpha * (below_zero(0) - below_zero(1))

EXPECTATIONS = {
    "elu": (MEAN, ELU),
    "elu squared": (SECOND_MOMENT, ELU**2),
    "elu'": (DERIVATIVE_MEAN, ELU.diff(x)),
    "elu''": (CURVATURE_MEAN, ELU.diff(x, 2)),
    "x elu": (WEIGHTED_MEAN, x * ELU),
    "relu": (excess(0), Relu(x)),
    "relu squared": ((mu**2 + sigma**2) * above(0) + mu * sigma**2 * density(0), Relu(x) ** 2),
    "leaky relu": (excess(0) - slope * (excess(0) - mu), LeakyRelu(x, slope)),
    "celu": (excess(0) + alpha * (below_zero(1 / alpha) - below_zero(0)), Celu(x, alpha)),
}
"""Closed forms and the functions whose expectations they are."""
